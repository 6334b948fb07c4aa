//! The rows of the result files, version 1: what leaves, frozen apart from the inner types.
//! In: score cards and decisions with their account's name; out: plain columns and serializable rows.
//! Carries no clock, no path, no run id and no thread count, so that the same night has the same bytes.

use crate::decision::{Decision, Finding, OffPlatformDecision, OwnConduct, State, Verdict};
use crate::domain::{Probability, Timestamp, needs_quote, visible};
use crate::features::Activity;
use crate::model::{Chance, Model};
use crate::scoring::{Reason, ScoreCard};
use crate::table_io::{GROUP_ROWS, Table};
use serde::Serialize;

/// One account of a night: its score card and the decision on it.
#[derive(Debug, Clone)]
pub struct Judged {
    /// The account as the log spells it.
    pub name: String,
    /// What it scores.
    pub card: ScoreCard,
    /// What is recommended.
    pub decision: Decision,
    /// What its own conduct carries: all that its holder is told of the measure.
    pub own: OwnConduct,
    /// The campaign it belongs to: of several the one whose rule gives it most points, then the first of
    /// `campaigns.parquet`, which holds them all.
    pub campaign: Option<String>,
    /// What it did over time, kept of who was noted for its own conduct or may be drawn; in a box, as most have none.
    pub activity: Option<Box<Activity>>,
    /// Whether people reported it in the window, by how many ever; none where the log does not say. It is told of many
    /// accounts together only.
    pub reported: Option<bool>,
}

impl Judged {
    /// Its verdict and what stands beside it.
    pub fn outcome(&self) -> (Verdict, Finding) {
        (self.decision.verdict, self.decision.finding)
    }

    /// Whether somebody should look at it.
    pub fn is_queued(&self) -> bool {
        Verdict::Review <= self.decision.verdict || self.decision.finding != Finding::None
    }

    /// Whether it has a page: everything beyond "nothing found".
    pub fn is_noted(&self) -> bool {
        self.is_queued()
            || self.decision.verdict == Verdict::Watch
            || self.decision.state == State::Sanctioned
            || !self.decision.off_platform.is_empty()
    }

    /// Verdict first, then points, then name: a total order, the most urgent first.
    pub fn before(&self, other: &Self) -> std::cmp::Ordering {
        let points = |j: &Self| j.card.outcome.points.iter().sum::<f64>();
        other
            .decision
            .verdict
            .cmp(&self.decision.verdict)
            .then_with(|| {
                (other.decision.finding != Finding::None).cmp(&(self.decision.finding != Finding::None))
            })
            .then_with(|| points(other).total_cmp(&points(self)))
            .then_with(|| self.name.cmp(&other.name))
    }
}

/// `scores.parquet` in parts: one row per account, most urgent first.
///
/// As one table it would take more memory than the accounts themselves.
pub fn scores<'a>(
    judged: &'a [Judged],
    as_of: i64,
    model: Option<&'a Model>,
) -> impl Iterator<Item = Table> + 'a {
    // A night without accounts has the columns all the same.
    let parts = judged.len().div_ceil(GROUP_ROWS).max(1);
    (0..parts).map(move |i| {
        let before = i * GROUP_ROWS;
        scores_of(&judged[before..judged.len().min(before + GROUP_ROWS)], before, as_of, model)
    })
}

/// The rows of these accounts, which `before` others precede; of a model trained on simulated accounts one column more.
fn scores_of(judged: &[Judged], before: usize, as_of: i64, model: Option<&Model>) -> Table {
    let text = |of: &dyn Fn(&Judged) -> String| -> Vec<String> { judged.iter().map(of).collect() };
    let maybe = |of: &dyn Fn(&Judged) -> Option<f64>| -> Vec<Option<f64>> { judged.iter().map(of).collect() };
    let as_of = Timestamp(as_of).rfc3339();
    let chance = |of: &dyn Fn(Chance) -> Probability| maybe(&|j| j.card.chance().map(|c| of(c).get()));
    let mut table = Table::new()
        .with("account", text(&|j| j.name.clone()))
        .with("as_of", text(&|_| as_of.clone()))
        .with("policy_version", text(&|j| j.decision.policy_version.to_string()))
        .with("policy_basis", text(&|j| j.decision.policy_basis.to_string()))
        .with("model_id", vec![model.map(|m| m.id().to_owned()); judged.len()])
        .with("evidence_level", text(&|j| j.card.evidence.word().to_owned()))
        .with("families_available", text(&|j| j.card.families.words().join(",")))
        .with("families_agreeing", text(&|j| j.card.agreeing_families().words().join(",")))
        .with("families_missing", text(&|j| j.card.families.missing_words().join(",")))
        .with("automation", maybe(&|j| Some(j.card.automation.get())))
        .with("broadcast", maybe(&|j| Some(j.card.broadcast.get())))
        .with("unsolicited", maybe(&|j| Some(j.card.unsolicited.get())))
        .with("log_odds", maybe(&|j| j.card.model.as_ref().map(|says| says.log_odds.get())))
        .with("p_abuse", chance(&|c| c.p))
        .with("p_low", chance(&|c| c.low))
        .with("p_high", chance(&|c| c.high))
        .with("campaign", judged.iter().map(|j| j.campaign.clone()).collect::<Vec<_>>())
        .with("verdict", text(&|j| j.decision.verdict.word().to_owned()))
        .with("finding", text(&|j| j.decision.finding.word().to_owned()))
        .with("state", text(&|j| j.decision.state.word().to_owned()))
        .with(
            "requires_human_review",
            judged.iter().map(|j| j.decision.requires_human_review).collect::<Vec<_>>(),
        )
        .with("rank", (1..=judged.len() as i64).map(|i| before as i64 + i).collect::<Vec<_>>())
        .with("reason_codes", text(&|j| j.card.reason_codes().join(",")))
        .with("mitigation_codes", text(&|j| j.card.mitigation_codes().join(",")))
        .with("messages_n", judged.iter().map(|j| j.card.messages_n.map(|n| n as i64)).collect::<Vec<_>>())
        .with("recommendation", text(&|j| j.decision.recommendation.to_string()))
        .with("grounds", text(&|j| j.decision.grounds_in_words.join("; ")))
        .with("notes", text(&|j| j.decision.notes.join("; ")))
        .with(
            "off_platform_n",
            judged.iter().map(|j| j.decision.off_platform.len() as i64).collect::<Vec<_>>(),
        );
    table.push("own_measure", text(&|j| j.own.measure.word().to_owned()));
    table.push("own_grounds", text(&|j| j.own.grounds.join("; ")));
    if model.is_some_and(|m| m.artifact().training.simulated) {
        let simulated = maybe(&|j| j.card.simulated_chance().map(|c| c.p.get()));
        table.push("p_abuse_simulated", simulated);
    }
    table
}

/// One line of `reasons.ndjson`.
#[derive(Debug, Serialize)]
pub struct ReasonLine<'a> {
    /// Whose reason it is.
    pub account: &'a str,
    /// `reason` or `mitigation`.
    pub kind: &'static str,
    /// The reason itself.
    #[serde(flatten)]
    pub reason: &'a Reason,
}

/// One line of `off_platform.ndjson`.
#[derive(Debug, Serialize)]
pub struct OffPlatformLine<'a> {
    /// Always `off_platform_only`: no score stands behind it.
    pub kind: &'static str,
    /// The decision.
    #[serde(flatten)]
    pub decision: &'a OffPlatformDecision,
}

/// A cell that hides nothing and that a spreadsheet must not take for a formula.
pub fn spreadsheet_safe(text: &str) -> String {
    let shown = visible(text);
    // Judged as it is written: a blank that a spreadsheet skips must not hide the character that follows it.
    if needs_quote(&shown) { format!("'{shown}") } else { shown.into_owned() }
}

/// A value as one part of a URL: everything but letters, digits and `-._~` as `%XX`.
pub fn url_part(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        assert_eq!(spreadsheet_safe("=HYPERLINK(\"x\")"), "'=HYPERLINK(\"x\")");
        assert_eq!(spreadsheet_safe("@a\u{1b}[31m"), "'@a\\u{1b}[31m");
        assert_eq!(spreadsheet_safe("bob\u{7}"), "bob\\u{7}", "another name than bob's");
        assert_eq!(spreadsheet_safe("plain"), "plain");
        for hidden in ["\u{1}=1+1", "\r\n=1+1", "\t\u{feff}=1+1", " \u{ff1d}1+1"] {
            let cell = spreadsheet_safe(hidden);
            assert!(cell.starts_with(['\'', '\\']), "{hidden:?}: {cell}");
        }
    }

    #[test]
    fn an_account_stays_one_part_of_a_url() {
        assert_eq!(url_part("a-1_~.Z"), "a-1_~.Z");
        assert_eq!(url_part("a/../b?c=d&e#f é\n%"), "a%2F..%2Fb%3Fc%3Dd%26e%23f%20%C3%A9%0A%25");
    }
}
