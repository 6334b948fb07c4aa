//! The panel: what is asked of each labeled log, and the numbers that come out of it.
//! In: the panel file, and the scores of one run beside labels; out: ranking and shares, each with n and interval.
//! Scans nothing and reads no log: it sees result tables only, joined to labels by the account's name.

use super::{Interval, Scored, auroc, average_precision, bootstrap, wilson};
use crate::decision::{State, Verdict};
use crate::table_io::{Table, TableError, left_join};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Rounds of the bootstrap.
const ROUNDS: usize = 400;

/// Messages from which on a person's verdict counts as one.
const LEAST_HUMAN: f64 = 10.0;

/// The panel file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Panel {
    /// The sets, in the order of the table.
    #[serde(rename = "set")]
    pub sets: Vec<PanelSet>,
}

/// One labeled log.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PanelSet {
    /// How the table calls it.
    pub name: String,
    /// Files of the log, relative to the panel's folder.
    pub messages: Vec<String>,
    /// Name of the mapping that fits the log.
    pub mapping: String,
    /// Files of the labels.
    pub labels: Vec<String>,
    /// Name of another mapping for the labels.
    pub labels_by: Option<String>,
    /// What an account with several labels gets.
    #[serde(default)]
    pub several: Several,
    /// The sub-score that fits the label.
    pub score: Option<SubScore>,
    /// Messages an account needs to be counted.
    pub least: f64,
    /// Sources of labels without which the set is measured again.
    #[serde(default)]
    pub without: Vec<String>,
    /// Whether nobody in it is known to be a machine.
    #[serde(default)]
    pub human_only: bool,
}

/// What an account with several labels gets.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Several {
    /// It is left out when they differ.
    #[default]
    Drop,
    /// Positive when at least half of them are.
    Majority,
}

/// A sub-score by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubScore {
    /// Sent by a program.
    Automation,
    /// The same to many.
    Broadcast,
    /// Unasked for.
    Unsolicited,
}

impl SubScore {
    /// Its column in `scores.parquet`.
    pub fn column(self) -> &'static str {
        match self {
            Self::Automation => "automation",
            Self::Broadcast => "broadcast",
            Self::Unsolicited => "unsolicited",
        }
    }
}

impl Panel {
    /// Parses a panel file; the error says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        toml::from_str(text).map_err(|e| format!("panel file: {}", e.message()))
    }
}

/// One label as a table of labels gives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The account.
    pub account: String,
    /// Whether it is positive.
    pub positive: bool,
    /// Where the label comes from.
    pub source: String,
}

/// One label an account: those with several get none, or that of the majority. In account order.
pub fn settle(labels: impl IntoIterator<Item = Label>, several: Several) -> Table {
    let mut by_account: BTreeMap<String, (usize, usize, String)> = BTreeMap::new();
    for label in labels {
        let entry = by_account.entry(label.account).or_insert((0, 0, label.source));
        entry.0 += usize::from(label.positive);
        entry.1 += 1;
    }
    if several == Several::Drop {
        by_account.retain(|_, (positive, n, _)| *positive == 0 || positive == n);
    }
    let positive: Vec<bool> = by_account.values().map(|(positive, n, _)| n <= &(2 * positive)).collect();
    let source: Vec<String> = by_account.values().map(|(_, _, source)| source.clone()).collect();
    Table::new()
        .with("account", by_account.into_keys().collect::<Vec<_>>())
        .with("label_positive", positive)
        .with("label_source", source)
}

/// A number with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its 95 % interval.
    pub interval: Interval,
}

/// A share with its count and Wilson interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Part {
    /// How many.
    pub hits: usize,
    /// Of how many.
    pub n: usize,
    /// The interval of the share.
    pub interval: Interval,
}

impl Part {
    fn of<'a>(rows: impl Iterator<Item = &'a Row>, is: impl Fn(&Row) -> bool) -> Self {
        let (mut hits, mut n) = (0, 0);
        for row in rows {
            n += 1;
            hits += usize::from(is(row));
        }
        Self { hits, n, interval: wilson(hits, n) }
    }
}

/// What came out of one set.
#[derive(Debug, Clone, Serialize)]
pub struct Measured {
    /// Labeled accounts with enough messages.
    pub n: usize,
    /// How many are positive.
    pub positives: usize,
    /// Area under the ROC curve of the fitting sub-score.
    pub auroc: Option<Estimate>,
    /// Average precision of the same.
    pub average_precision: Option<Estimate>,
    /// Accounts too small to judge.
    pub insufficient: Part,
    /// Positives at `review` or worse.
    pub recall_at_review: Part,
    /// Negatives with at least ten messages at `review` or worse; in human-only sets, people.
    pub others_at_review: Part,
}

struct Row {
    positive: bool,
    score: f64,
    messages: f64,
    review: bool,
    insufficient: bool,
    source: String,
}

/// Measures one run against labels.
pub fn measure(
    scores: &Table,
    labels: &Table,
    set: &PanelSet,
    without: &[String],
) -> Result<Measured, TableError> {
    let mut rows = rows(&left_join(scores, labels, "account")?, set.score)?;
    rows.retain(|r| set.least <= r.messages && !without.contains(&r.source));
    let scored: Vec<Scored> = rows.iter().map(|r| Scored { score: r.score, positive: r.positive }).collect();
    let estimate = |metric: fn(&[Scored]) -> Option<f64>| {
        set.score?;
        auroc(&scored)?;
        Some(Estimate { value: metric(&scored)?, interval: bootstrap(&scored, ROUNDS, metric)? })
    };
    let others = rows.iter().filter(|r| !r.positive && LEAST_HUMAN <= r.messages);
    Ok(Measured {
        n: rows.len(),
        positives: rows.iter().filter(|r| r.positive).count(),
        auroc: estimate(auroc),
        average_precision: estimate(average_precision),
        insufficient: Part::of(rows.iter(), |r| r.insufficient),
        recall_at_review: Part::of(rows.iter().filter(|r| r.positive), |r| r.review),
        others_at_review: Part::of(others, |r| r.review),
    })
}

fn rows(joined: &Table, score: Option<SubScore>) -> Result<Vec<Row>, TableError> {
    let positive = joined.flags("label_positive")?;
    let sources = joined.texts("label_source")?;
    let (verdicts, states) = (joined.texts("verdict")?, joined.texts("state")?);
    let messages = joined.floats("messages_n")?;
    let scores = joined.floats(score.unwrap_or(SubScore::Automation).column())?;
    let review = |word: &str| Verdict::ALL.iter().any(|v| Verdict::Review <= *v && v.word() == word);
    let row = |i: usize| {
        Some(Row {
            positive: positive[i]?,
            score: scores[i].unwrap_or(0.0),
            messages: messages[i].unwrap_or(0.0),
            review: verdicts[i].as_deref().is_some_and(review),
            insufficient: states[i].as_deref() == Some(State::Insufficient.word()),
            source: sources[i].clone().unwrap_or_default(),
        })
    };
    Ok((0..joined.rows()).filter_map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(account: &str, positive: bool) -> Label {
        Label { account: account.to_owned(), positive, source: "hand".to_owned() }
    }

    #[test]
    fn the_shipped_panel_is_well_formed() {
        let panel = Panel::parse(include_str!("../../data/panel.toml")).expect("parses");
        assert!(panel.sets.iter().all(|s| s.human_only != s.score.is_some() && s.least > 0.0));
        assert!(Panel::parse("[[set]]\nname = \"a\"\nlesat = 3").is_err());
    }

    #[test]
    fn accounts_with_several_labels_are_settled() {
        let labels = || vec![label("b", true), label("a", true), label("a", false), label("a", false)];
        let names = |table: &Table| table.texts("account").expect("texts").to_vec();
        assert_eq!(names(&settle(labels(), Several::Drop)), [Some("b".to_owned())]);
        let majority = settle(labels(), Several::Majority);
        assert_eq!(majority.flags("label_positive").expect("flags"), [Some(false), Some(true)]);
    }

    #[test]
    fn a_measurement_counts_labeled_accounts_with_enough_messages() {
        let texts = |v: &[&str]| v.iter().map(|t| (*t).to_owned()).collect::<Vec<_>>();
        let scores = Table::new()
            .with("account", texts(&["a", "b", "c", "d"]))
            .with("automation", vec![0.9, 0.1, 0.5, 0.2])
            .with("verdict", texts(&["review", "no_finding", "watch", "abuse_high"]))
            .with("state", texts(&["scored", "insufficient", "scored", "scored"]))
            .with("messages_n", vec![20_i64, 5, 2, 30]);
        let labels = settle([label("a", true), label("b", false), label("c", false)], Several::Drop);
        let mut set = Panel::parse(include_str!("../../data/panel.toml")).expect("parses").sets.remove(0);
        set.least = 5.0;
        let got = measure(&scores, &labels, &set, &[]).expect("measures");
        assert_eq!((got.n, got.positives, got.insufficient.hits), (2, 1, 1));
        assert_eq!((got.recall_at_review.hits, got.others_at_review.n), (1, 0));
        assert_eq!(got.auroc.map(|e| e.value), Some(1.0));
        assert_eq!(measure(&scores, &labels, &set, &["hand".to_owned()]).expect("measures").n, 0);
    }
}
