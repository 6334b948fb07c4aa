//! Label files for Osprey's bulk labels: one entity id a line, a file a label, and what to enter with it.
//! In: a run as published; out: `osprey_<verdict>.txt` and `osprey_jobs.json`.
//! Suggests labels that lead to a person; it enforces nothing, and names that would break a line are left out and counted.

use crate::decision::{Finding, Verdict};
use crate::report::read_back::{AccountRow, PublishedRun};
use crate::report::run::ReportError;
use serde_json::{Value, json};

/// Entities that one bulk job of the console takes.
const MOST_PER_JOB: usize = 100_000;

/// A label: its file, its name, and whose it is.
type Label = (&'static str, &'static str, fn(&AccountRow) -> bool);

const LABELS: [Label; 4] = [
    ("osprey_abuse_certain.txt", "bulkwatch_abuse_certain", |a| a.verdict == Verdict::AbuseCertain.word()),
    ("osprey_abuse_high.txt", "bulkwatch_abuse_high", |a| a.verdict == Verdict::AbuseHigh.word()),
    ("osprey_review.txt", "bulkwatch_review", |a| a.verdict == Verdict::Review.word()),
    ("osprey_broadcast_policy.txt", "bulkwatch_broadcast_policy", |a| {
        a.finding == Finding::BroadcastPolicy.word()
    }),
];

/// The files; none for a label that nobody gets.
pub fn files(run: &PublishedRun) -> Result<Vec<(&'static str, Vec<u8>)>, ReportError> {
    let mut files = Vec::new();
    let mut jobs: Vec<Value> = Vec::new();
    for (file, label, is) in LABELS {
        let all: Vec<&AccountRow> = run.accounts.iter().filter(|a| is(a)).collect();
        let Some(first) = all.first() else { continue };
        let fits = |a: &&&AccountRow| !a.name.chars().any(char::is_control) && a.name.trim() == a.name;
        let lines: Vec<&str> = all.iter().filter(fits).map(|a| a.name.as_str()).collect();
        jobs.push(json!({
            "file": file, "label": label, "status": "ADDED", "entities": lines.len(),
            "left_out": all.len() - lines.len(),
            "left_out_because": "a name with control signs or outer blanks is no line; review_queue.csv has it", "jobs": lines.len().div_ceil(MOST_PER_JOB),
            "reason": format!("{label}: recommended by bulkwatch as of {} under policy {}; a person decides", first.as_of, first.policy_version),
        }));
        files.push((file, (lines.join("\n") + "\n").into_bytes()));
    }
    let text = serde_json::to_vec_pretty(&jobs)
        .map_err(|e| ReportError::Render { file: "osprey_jobs.json", problem: e.to_string() })?;
    files.push(("osprey_jobs.json", text));
    Ok(files)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_entity_a_line_and_a_file_a_label() {
        let account = |name: &str, verdict: &str, finding: &str| AccountRow {
            name: name.to_owned(),
            verdict: verdict.into(),
            finding: finding.into(),
            ..AccountRow::default()
        };
        let run = PublishedRun::of(vec![
            account("a", "abuse_high", "none"),
            account("two\nlines", "abuse_high", "none"),
            account("b", "review", "broadcast_policy"),
            account("c", "watch", "none"),
        ]);
        let files: std::collections::BTreeMap<_, _> = files(&run).expect("files").into_iter().collect();
        let text = |file: &str| std::str::from_utf8(&files[file]).expect("text");
        assert_eq!(text("osprey_abuse_high.txt"), "a\n");
        assert_eq!([text("osprey_review.txt"), text("osprey_broadcast_policy.txt")], ["b\n"; 2]);
        let jobs: Vec<Value> = serde_json::from_str(text("osprey_jobs.json")).expect("JSON");
        assert_eq!((jobs.len(), &jobs[0]["entities"], &jobs[0]["left_out"]), (3, &json!(1), &json!(1)));
        assert_eq!(files.len(), 4, "no file for a label that nobody gets");
    }
}
