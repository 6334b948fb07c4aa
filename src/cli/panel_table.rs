//! The panel as a table for people: one line a set, numbers with their intervals in brackets.
//! In: measured lines; out: aligned text and a legend.
//! Rounds, and computes nothing.

use super::panel::Line;
use super::terminal;
use crate::evaluate::{Estimate, Measured, Part};

const HEAD: [&str; 10] = [
    "set",
    "score",
    "n",
    "positives",
    "AUROC",
    "AP",
    "insufficient",
    "recall at review",
    "others at review",
    "2nd half: recall, others at review",
];

const LEGEND: &str = "
Numbers in brackets are 95 % intervals: bootstrap for AUROC and AP, Wilson for shares (count of all).
Others are accounts without a positive label and with at least 10 messages; in sets without a score all are people.
The 2nd half in time is compared with a profile of the first, as with earlier nights; without a profile soft rules stay at watch.
";

/// The table with its legend.
pub fn render(lines: &[Line]) -> String {
    let rows = lines.iter().map(row).collect();
    format!("{}\n{LEGEND}", terminal::table(&HEAD, rows))
}

fn row(line: &Line) -> Vec<String> {
    let mut row = vec![line.set.clone(), line.score.unwrap_or("-").to_owned()];
    let Some(whole) = &line.whole else {
        row.push(format!("skipped: {}", line.skipped.as_deref().unwrap_or_default()));
        row.resize(HEAD.len(), String::new());
        return row;
    };
    let second = match (&line.second_half, &line.skipped) {
        (Some(half), _) => format!("{}, {}", recall(half), part(&half.others_at_review)),
        (None, Some(problem)) => problem.clone(),
        (None, None) => "-".to_owned(),
    };
    row.extend([
        whole.n.to_string(),
        whole.positives.to_string(),
        estimate(whole.auroc),
        estimate(whole.average_precision),
        part(&whole.insufficient),
        recall(whole),
        part(&whole.others_at_review),
        second,
    ]);
    row
}

fn recall(measured: &Measured) -> String {
    if measured.positives == 0 { "-".to_owned() } else { part(&measured.recall_at_review) }
}

fn estimate(estimate: Option<Estimate>) -> String {
    estimate.map_or_else(
        || "-".to_owned(),
        |e| format!("{:.3} [{:.3} {:.3}]", e.value, e.interval.low, e.interval.high),
    )
}

fn part(part: &Part) -> String {
    let share = if part.n == 0 { 0.0 } else { 100.0 * part.hits as f64 / part.n as f64 };
    let (low, high) = (100.0 * part.interval.low, 100.0 * part.interval.high);
    format!("{share:.1} % [{low:.1} {high:.1}] ({} of {})", part.hits, part.n)
}
