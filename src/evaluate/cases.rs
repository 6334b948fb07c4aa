//! The accounts of a run beside their labels: what every evaluation counts.
//! In: the score table, some feature columns, first reasons, labels; out: one case an account, and what did not match.
//! Reads no file and knows no folder.

use super::labels::Labels;
use super::measure::{Measure, Measures};
use super::slices::Dimension;
use crate::decision::{State, Verdict};
use crate::domain::nearest;
use crate::table_io::{Table, TableError};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a run cannot be evaluated.
#[derive(Debug, Error)]
pub enum EvaluationError {
    /// A result table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A score that the run does not hold.
    #[error("the run has no value of {score} for any labeled account: {why}")]
    NoScore {
        /// The score.
        score: String,
        /// Why.
        why: &'static str,
    },
    /// Labels of other accounts.
    #[error(
        "none of the {labels} labeled accounts is in the run ({accounts} accounts); are they spelled as in its scores.parquet, or pseudonymized under another key?"
    )]
    NoMatch {
        /// Labeled accounts.
        labels: usize,
        /// Accounts of the run.
        accounts: usize,
    },
    /// A word that means nothing here.
    #[error("{0}")]
    Unknown(String),
}

/// What orders the accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Score {
    /// The largest of the three sub-scores.
    Max,
    /// The rung of the verdict, the largest sub-score telling those of one rung apart.
    Verdict,
    /// A column of `scores.parquet`.
    Column(String),
}

impl Score {
    const COLUMNS: [&'static str; 6] =
        ["automation", "broadcast", "unsolicited", "log_odds", "p_abuse", "p_abuse_simulated"];

    /// The score of a name; the error names the nearest.
    pub fn parse(name: &str) -> Result<Self, EvaluationError> {
        match name {
            "max" => Ok(Self::Max),
            "verdict" => Ok(Self::Verdict),
            _ if Self::COLUMNS.contains(&name) => Ok(Self::Column(name.to_owned())),
            _ => {
                let known = ["max", "verdict"].into_iter().chain(Self::COLUMNS);
                let offer = nearest(name, known.clone()).map(|n| format!("did you mean {n}?"));
                let offer =
                    offer.unwrap_or_else(|| format!("there are {}", known.collect::<Vec<_>>().join(", ")));
                Err(EvaluationError::Unknown(format!("no score {name:?}; {offer}")))
            }
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Max => "max",
            Self::Verdict => "verdict",
            Self::Column(name) => name,
        }
    }
}

/// A verdict by its word; the error names the nearest.
pub fn verdict_of(word: &str) -> Result<Verdict, EvaluationError> {
    Verdict::ALL.into_iter().find(|v| v.word() == word).ok_or_else(|| {
        let offer = nearest(word, Verdict::ALL.iter().map(|v| v.word()));
        let offer = offer.map(|n| format!("; did you mean {n}?")).unwrap_or_default();
        EvaluationError::Unknown(format!("no verdict {word:?}{offer}"))
    })
}

/// What a label says of a case.
#[derive(Debug, Clone, PartialEq)]
pub struct Truth {
    /// Whether it is positive.
    pub positive: bool,
    /// How many accounts it stands for.
    pub weight: f64,
}

/// One account of a run.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Its name.
    pub account: String,
    /// What the label says.
    pub truth: Option<Truth>,
    /// What is recommended.
    pub verdict: Verdict,
    /// Whether there was too little to judge.
    pub insufficient: bool,
    /// What orders it.
    pub score: Option<f64>,
    /// A chance of a model, where there is one.
    pub p_abuse: Option<f64>,
    /// Stage of the first reason.
    pub stage: Option<String>,
    /// Whether people reported it in the window: nothing where the log does not say.
    pub reported: Option<bool>,
    /// Its value in each dimension.
    pub slices: Vec<Option<String>>,
}

/// A run beside labels.
#[derive(Debug, Clone)]
pub struct Cases {
    /// One case an account, in the order of the run.
    pub accounts: Vec<Case>,
    /// By what results are cut.
    pub dimensions: Vec<Dimension>,
    /// What was asked for and is not there.
    pub absent: Vec<String>,
    /// Whether the log was simulated.
    pub simulated: bool,
    /// Whether the chances are `p_abuse_simulated`, of a model that learned from simulated accounts.
    pub simulated_chances: bool,
    /// Whether cases stand for more than themselves.
    pub weighted: bool,
    /// What became of the labels, as measures.
    pub counts: Measures,
}

/// The tables of a run.
pub struct RunTables<'a> {
    /// `scores.parquet`.
    pub scores: &'a Table,
    /// The columns of `features.parquet` that dimensions need, if they can be read.
    pub features: Option<&'a Table>,
    /// Stage of the first reason, by account.
    pub stages: &'a BTreeMap<String, String>,
    /// Whether the log was simulated.
    pub simulated: bool,
}

impl Cases {
    /// Joins a run and labels.
    pub fn of(
        run: &RunTables,
        labels: &Labels,
        score: &Score,
        by: &[String],
    ) -> Result<Self, EvaluationError> {
        let names: Vec<String> =
            run.scores.texts("account")?.iter().map(|n| n.clone().unwrap_or_default()).collect();
        let matched = names.iter().filter(|n| labels.accounts.contains_key(*n)).count();
        // Without any label there is nothing to match: runs are compared with each other, too.
        let labeled = !labels.accounts.is_empty();
        if labeled && matched == 0 {
            return Err(EvaluationError::NoMatch { labels: labels.accounts.len(), accounts: names.len() });
        }
        let verdicts = verdicts(run.scores)?;
        let states = run.scores.texts("state")?;
        let scores = scores(run.scores, score, &verdicts)?;
        let mut chances = optional(run.scores, "p_abuse")?;
        let of_simulated = optional(run.scores, "p_abuse_simulated")?;
        let simulated_chances =
            chances.iter().all(Option::is_none) && of_simulated.iter().any(Option::is_some);
        if simulated_chances {
            chances = of_simulated;
        }
        let reported = super::slices::reported(run)?;
        let (dimensions, absent) = Dimension::choose(by, labels, run)?;
        let rows = super::slices::feature_rows(run)?;
        let accounts: Vec<Case> = names
            .into_iter()
            .enumerate()
            .map(|(i, account)| {
                let label = labels.accounts.get(&account);
                let row = rows.get(account.as_str()).copied();
                Case {
                    truth: label.map(|l| Truth { positive: l.positive, weight: l.weight }),
                    verdict: verdicts[i],
                    insufficient: states[i].as_deref() == Some(State::Insufficient.word()),
                    score: scores[i],
                    p_abuse: chances[i],
                    stage: run.stages.get(&account).cloned(),
                    reported: row.and_then(|row| reported.get(row).copied().flatten()),
                    slices: dimensions.iter().map(|d| d.value(label, row)).collect(),
                    account,
                }
            })
            .collect();
        if labeled && !accounts.iter().any(|c| c.truth.is_some() && c.score.is_some()) {
            let why = "no model has scored it";
            return Err(EvaluationError::NoScore { score: score.name().to_owned(), why });
        }
        let counts = counts(&accounts, labels);
        Ok(Self {
            accounts,
            dimensions,
            absent,
            simulated: run.simulated,
            simulated_chances,
            weighted: labels.weighted,
            counts,
        })
    }

    /// Labeled cases of one kind.
    pub fn of_kind(&self, positive: bool) -> impl Iterator<Item = (&Case, f64)> {
        self.labeled()
            .filter(move |(_, truth)| truth.positive == positive)
            .map(|(c, truth)| (c, truth.weight))
    }

    /// Labeled cases.
    pub fn labeled(&self) -> impl Iterator<Item = (&Case, &Truth)> {
        self.accounts.iter().filter_map(|c| Some((c, c.truth.as_ref()?)))
    }

    /// A unit with what must be said beside it.
    pub fn unit(&self, what: &str) -> String {
        let weighted = if self.weighted { ", weighted" } else { "" };
        let simulated = if self.simulated { ", SIMULATED" } else { "" };
        format!("{what}{weighted}{simulated}")
    }
}

fn verdicts(scores: &Table) -> Result<Vec<Verdict>, EvaluationError> {
    let words = scores.texts("verdict")?;
    words.iter().map(|w| verdict_of(w.as_deref().unwrap_or_default())).collect()
}

fn optional(table: &Table, column: &str) -> Result<Vec<Option<f64>>, TableError> {
    match table.get(column) {
        // A column without any value may have come back as texts.
        None | Some(crate::table_io::Values::Text(_)) => Ok(vec![None; table.rows()]),
        Some(_) => table.floats(column),
    }
}

fn scores(table: &Table, score: &Score, verdicts: &[Verdict]) -> Result<Vec<Option<f64>>, EvaluationError> {
    if let Score::Column(column) = score {
        return Ok(optional(table, column)?);
    }
    let subs = ["automation", "broadcast", "unsolicited"].map(|name| table.floats(name));
    let [automation, broadcast, unsolicited] = subs;
    let (automation, broadcast, unsolicited) = (automation?, broadcast?, unsolicited?);
    let largest =
        |i: usize| [automation[i], broadcast[i], unsolicited[i]].into_iter().flatten().reduce(f64::max);
    let rung = |i: usize| if *score == Score::Verdict { f64::from(verdicts[i] as u8) } else { 0.0 };
    // A sub-score stays below one, so rungs never mix.
    Ok((0..table.rows()).map(|i| largest(i).map(|s| rung(i) + s)).collect())
}

fn counts(accounts: &[Case], labels: &Labels) -> Measures {
    let mut out = Measures::new();
    let mut add =
        |name: &str, n: usize, unit: &str| drop(out.insert(name.to_owned(), Measure::count(n, unit)));
    let of = |is: &dyn Fn(&Case) -> bool| accounts.iter().filter(|c| is(c)).count();
    let kind = |positive: bool| of(&|c| c.truth.as_ref().is_some_and(|t| t.positive == positive));
    add("accounts.in_run", accounts.len(), "account-nights");
    add("accounts.positive", kind(true), "account-nights");
    add("accounts.negative", kind(false), "account-nights");
    let labeled = of(&|c| c.truth.is_some());
    add("accounts.without_label", accounts.len() - labeled, "account-nights");
    add("accounts.without_score", of(&|c| c.truth.is_some() && c.score.is_none()), "labeled account-nights");
    add(
        "labels.without_account",
        labels.accounts.len() - labeled,
        "labeled accounts that the run does not hold",
    );
    let positives = labels.accounts.values().filter(|label| label.positive).count();
    add(
        "labels.positive_without_account",
        positives - kind(true),
        "positive labeled accounts that the run does not hold",
    );
    let unranked = |c: &Case| c.score.is_none() && c.truth.as_ref().is_some_and(|t| t.positive);
    add("accounts.positive_without_score", of(&unranked), "positive labeled account-nights");
    add("labels.rows", labels.counts.rows, "rows");
    add("labels.repeated", labels.counts.repeated, "rows");
    add("labels.conflicting", labels.counts.conflicting, "accounts");
    for (word, n) in &labels.counts.left_out {
        add(&format!("labels.left_out.{word}"), *n, "accounts");
    }
    out
}
