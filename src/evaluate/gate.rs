//! The gate: declared requirements on measures, each with what counts as too few, and what then happens.
//! In: a gate file and the measures of a run; out: one outcome a requirement, and whether the gate is passed.
//! Never passes by measuring nothing: a requirement that names no measure is an error.

use super::labels::LabelWords;
use super::measure::{Measure, Measures};
use crate::domain::nearest;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// Why a gate cannot be held.
#[derive(Debug, Error)]
pub enum GateError {
    /// The text is no gate.
    #[error("gate file: {0}")]
    Malformed(String),
    /// A requirement that names nothing.
    #[error("gate: requirement {number} names no measure: {name}{offer}")]
    NoMeasure {
        /// Its place in the file, from 1.
        number: usize,
        /// The name.
        name: String,
        /// The nearest there is, or why there is none.
        offer: String,
    },
}

/// What an undecided requirement does to the gate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Failing {
    /// It fails.
    #[default]
    Fail,
    /// It passes, and says so.
    Pass,
}

/// One requirement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// Name of the measure.
    pub metric: String,
    /// The slice of it, such as `persona=template_spam`.
    pub slice: Option<String>,
    /// Lower bound, inclusive.
    pub at_least: Option<f64>,
    /// Upper bound, inclusive.
    pub at_most: Option<f64>,
    /// Fewer than so many decide nothing.
    #[serde(default = "one")]
    pub n_at_least: usize,
    /// The bound must be shown at this one-sided confidence; without it the value is held as it is.
    pub confidence: Option<f64>,
    /// What happens when nothing is decided.
    #[serde(default)]
    pub undecided: Failing,
    /// Why it is required.
    #[serde(default)]
    pub because: String,
}

fn one() -> usize {
    1
}

impl Requirement {
    /// Name of its measure in an evaluation.
    pub fn name(&self) -> String {
        match &self.slice {
            Some(slice) => format!("{}[{slice}]", self.metric),
            None => self.metric.clone(),
        }
    }

    /// What it demands, in words.
    pub fn words(&self) -> String {
        let mut parts = Vec::new();
        parts.extend(self.at_least.map(|x| format!("at least {x}")));
        parts.extend(self.at_most.map(|x| format!("at most {x}")));
        let mut text = parts.join(" and ");
        if let Some(c) = self.confidence {
            text.push_str(&format!(", shown at {} % confidence", c * 100.0));
        }
        format!("{text}, n at least {}", self.n_at_least)
    }
}

/// A gate file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Its name.
    pub name: String,
    /// Labels file, relative to the gate file.
    pub labels: Option<String>,
    /// Which labels are positive and negative.
    pub words: Option<LabelWords>,
    /// Baseline, relative to the gate file.
    pub baseline: Option<String>,
    /// What orders the accounts.
    #[serde(default = "max")]
    pub score: String,
    /// From which verdict on an account counts as flagged.
    #[serde(default = "review")]
    pub at: String,
    /// By what results are cut.
    #[serde(default)]
    pub by: Vec<String>,
    /// What is required.
    #[serde(default)]
    pub require: Vec<Requirement>,
}

fn max() -> String {
    "max".to_owned()
}

fn review() -> String {
    "review".to_owned()
}

impl Gate {
    /// Parses and checks a gate file.
    pub fn parse(text: &str) -> std::result::Result<Self, GateError> {
        let gate: Self = toml::from_str(text).map_err(|e| GateError::Malformed(e.to_string()))?;
        if gate.require.is_empty() {
            return Err(GateError::Malformed("it requires nothing; add a [[require]]".to_owned()));
        }
        for (i, r) in gate.require.iter().enumerate() {
            let refuse = |what: &str| {
                Err(GateError::Malformed(format!("requirement {} ({}): {what}", i + 1, r.name())))
            };
            if r.at_least.is_none() && r.at_most.is_none() {
                return refuse("say at_least or at_most");
            }
            if r.at_least.into_iter().chain(r.at_most).any(|x| !x.is_finite()) {
                return refuse("a limit is no number");
            }
            if r.confidence.is_some_and(|c| !(0.5 < c && c < 1.0)) {
                return refuse("confidence lies between 0.5 and 1");
            }
        }
        Ok(gate)
    }

    /// Every confidence that its requirements need measures at; 0.95 where none is said.
    pub fn confidences(&self) -> Vec<f64> {
        let mut all: Vec<f64> = self.require.iter().map(|r| r.confidence.unwrap_or(0.95)).collect();
        all.sort_by(f64::total_cmp);
        all.dedup();
        all
    }
}

/// What came of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It holds.
    Passed,
    /// It does not.
    Failed,
    /// The sample cannot tell.
    Undecided,
}

/// A requirement with what came of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Result {
    /// The requirement.
    pub requirement: Requirement,
    /// What was measured.
    pub measure: Measure,
    /// What came of it.
    pub outcome: Outcome,
    /// Why.
    pub why: String,
}

impl Result {
    /// Whether it makes the gate fail.
    pub fn fails(&self) -> bool {
        match self.outcome {
            Outcome::Passed => false,
            Outcome::Failed => true,
            Outcome::Undecided => self.requirement.undecided == Failing::Fail,
        }
    }
}

/// Holds measures against a gate; `at` gives the measures at a confidence.
pub fn hold(gate: &Gate, at: &BTreeMap<String, Measures>) -> std::result::Result<Vec<Result>, GateError> {
    let of = |(i, r): (usize, &Requirement)| {
        let measures = at.get(&key(r.confidence.unwrap_or(0.95)));
        let measure = measures.and_then(|m| m.get(&r.name())).ok_or_else(|| missing(i + 1, r, measures))?;
        let is_share = measure.unit.starts_with("share ");
        let odd = |limit: &f64| is_share && !(0.0..=1.0).contains(limit);
        if let Some(limit) = r.at_least.into_iter().chain(r.at_most).find(odd) {
            let problem = format!("requirement {} ({}): a share of {limit} cannot be", i + 1, r.name());
            return Err(GateError::Malformed(problem));
        }
        let (outcome, why) = decide(r, measure);
        Ok(Result { requirement: r.clone(), measure: measure.clone(), outcome, why })
    };
    gate.require.iter().enumerate().map(of).collect()
}

/// The key of a confidence among measures.
pub fn key(confidence: f64) -> String {
    confidence.to_string()
}

fn missing(number: usize, r: &Requirement, measures: Option<&Measures>) -> GateError {
    let known = measures.into_iter().flat_map(|m| m.keys().map(String::as_str));
    let name = r.name();
    let offer = match nearest(&name, known) {
        Some(near) => format!("; did you mean {near}?"),
        None if name.starts_with("paired.") || name.starts_with("flips.") => {
            "; it needs a baseline".to_owned()
        }
        None => "; evaluate the run to see what there is".to_owned(),
    };
    GateError::NoMeasure { number, name, offer }
}

fn decide(r: &Requirement, m: &Measure) -> (Outcome, String) {
    if m.n < r.n_at_least {
        return (Outcome::Undecided, format!("n is {}, fewer than {}", m.n, r.n_at_least));
    }
    let Some(value) = m.value else { return (Outcome::Undecided, "it is not defined here".to_owned()) };
    // Without a confidence the value stands for both of its bounds.
    let (low, high) = if r.confidence.is_some() { (m.low, m.high) } else { (Some(value), Some(value)) };
    let mut outcome = Outcome::Passed;
    let mut why = Vec::new();
    let sides = [
        r.at_least.map(|limit| {
            (low.is_some_and(|x| limit <= x), high.is_some_and(|x| x < limit), limit, "least", low)
        }),
        r.at_most.map(|limit| {
            (high.is_some_and(|x| x <= limit), low.is_some_and(|x| limit < x), limit, "most", high)
        }),
    ];
    for (holds, broken, limit, word, bound) in sides.into_iter().flatten() {
        if holds {
            continue;
        }
        outcome = if broken || outcome == Outcome::Failed { Outcome::Failed } else { Outcome::Undecided };
        why.push(match (broken, bound) {
            (true, _) => format!("{value} is not at {word} {limit}"),
            (false, Some(bound)) => {
                format!("{value} may be {bound} by chance, and must be at {word} {limit}")
            }
            (false, None) => format!("{value} has no bound, and must be shown to be at {word} {limit}"),
        });
    }
    (outcome, why.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gate(body: &str) -> Gate {
        Gate::parse(&format!("name = \"g\"\n{body}")).expect("parses")
    }

    fn measures(value: f64, low: f64, high: f64, n: usize) -> BTreeMap<String, Measures> {
        let m = Measure::with_bounds(Some(value), n, Some((low, high)), "share");
        let all = Measures::from([("recall_at_review".to_owned(), m)]);
        BTreeMap::from([(key(0.95), all.clone()), (key(0.99), all)])
    }

    fn outcome(body: &str, measures: &BTreeMap<String, Measures>) -> (Outcome, bool) {
        let results = hold(&gate(&format!("[[require]]\nmetric = \"recall_at_review\"\n{body}")), measures)
            .expect("held");
        (results[0].outcome, results[0].fails())
    }

    #[test]
    fn a_bound_is_shown_broken_or_undecided() {
        let m = measures(0.9, 0.8, 0.95, 40);
        assert_eq!(outcome("at_least = 0.85", &m), (Outcome::Passed, false));
        assert_eq!(outcome("at_least = 0.85\nconfidence = 0.95", &m), (Outcome::Undecided, true));
        assert_eq!(
            outcome("at_least = 0.85\nconfidence = 0.95\nundecided = \"pass\"", &m),
            (Outcome::Undecided, false)
        );
        assert_eq!(outcome("at_least = 0.96\nconfidence = 0.95", &m), (Outcome::Failed, true));
        assert_eq!(outcome("at_least = 0.91", &m), (Outcome::Failed, true));
        assert_eq!(outcome("at_most = 0.95\nconfidence = 0.99", &m), (Outcome::Passed, false));
        assert_eq!(outcome("at_least = 0.1\nat_most = 0.5", &m), (Outcome::Failed, true));
        assert_eq!(outcome("at_least = 0.1\nn_at_least = 41", &m), (Outcome::Undecided, true));
    }

    #[test]
    fn a_gate_that_measures_nothing_is_an_error() {
        let m = measures(0.9, 0.8, 0.95, 40);
        let error = |body: &str| {
            hold(&gate(&format!("[[require]]\n{body}\nat_least = 0")), &m)
                .expect_err("no measure")
                .to_string()
        };
        assert!(error("metric = \"recal_at_review\"").ends_with("did you mean recall_at_review?"));
        assert!(error("metric = \"flips.detections_lost\"").ends_with("it needs a baseline"));
        assert!(
            error("metric = \"recall_at_review\"\nslice = \"persona=nobody_at_all\"")
                .contains("requirement 1")
        );
        for bad in [
            "",
            "[[require]]\nmetric = \"x\"",
            "[[require]]\nmetric = \"x\"\nat_least = nan",
            "[[require]]\nmetric = \"x\"\nat_lest = 1",
        ] {
            assert!(Gate::parse(&format!("name = \"g\"\n{bad}")).is_err(), "{bad}");
        }
    }
}
