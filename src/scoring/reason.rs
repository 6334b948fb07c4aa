//! Hits as sentences a person can check: fact, number, window, comparison, and what would clear it.
//! In: the hits of a score card; out: every hit as a ranked reason, and every mitigation.
//! Names nobody: no recipient and no reporter; a feedback count under three is no value that a rule could fire on.

use super::fuse::model_reasons;
use super::score_card::ScoreCard;
use super::words;
use crate::domain::{Window, seconds};
use crate::features::{Mark, Unit};
use crate::rules::{Evidence, Need, RUN_WINDOW, Role, RuleHit, Sense};
use serde::Serialize;

/// The most reasons that a short list shows before it names the others by their codes.
pub const MOST_SHOWN: usize = 5;

/// One ranked, rendered cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Reason {
    /// 1 for the first; 0 for mitigations.
    pub rank: u32,
    /// Rule code.
    pub code: &'static str,
    /// Stage of the white paper.
    pub stage: &'static str,
    /// Kind of evidence.
    pub family: &'static str,
    /// The sentence.
    pub statement: String,
    /// The feature of the leading value.
    pub feature: &'static str,
    /// The leading value.
    pub observed: Option<f64>,
    /// The threshold in force.
    pub threshold: f64,
    /// What the value is over, where its card asks for a minimum.
    pub n: Option<f64>,
    /// Unit of value and threshold.
    pub unit: Unit,
    /// The window in words: the rule's own, or the run's.
    pub window: String,
    /// Share of earlier nights' accounts at or below the value.
    pub peer_percentile: Option<f64>,
    /// Points added to the sub-score it moves most, after its group's cap.
    pub contribution: f64,
    /// How well the threshold is founded: V, Q, S, X, or V+S.
    pub source_mark: String,
    /// What would clear it.
    pub counterfactual: String,
}

impl Reason {
    /// The same reason in a run with this window.
    pub fn within(mut self, run: &Window) -> Self {
        if self.window == RUN_WINDOW {
            self.window = words::value(seconds(run.to_us() - run.from_us()), Unit::Seconds);
        }
        self
    }
}

/// All reasons of a card, those of rules and of a model in one ranking: hard ones first, then what lifts a verdict, what
/// carries beside it, and the rest; within each by contribution, ties by code, and what is shown only comes last.
pub fn reasons(card: &ScoreCard) -> Vec<Reason> {
    let hits = card.outcome.hits.iter().filter_map(|hit| {
        let role = hit.rule.role;
        let class = (role == Role::Descriptive, role != Role::Hard, !hit.lifts(), !hit.carries());
        Some((class, reason(hit, 0)?))
    });
    // What a model adds lifts nothing that rules would not: it stands among what carries nothing.
    let learned = model_reasons(card).into_iter().map(|reason| ((false, true, true, true), reason));
    let mut all: Vec<((bool, bool, bool, bool), Reason)> = hits.chain(learned).collect();
    all.sort_by(|(class, a), (other, b)| {
        class
            .cmp(other)
            .then(b.contribution.total_cmp(&a.contribution))
            .then(a.code.cmp(b.code))
            .then(a.feature.cmp(b.feature))
    });
    (1..).zip(all).map(|(rank, (_, reason))| Reason { rank, ..reason }).collect()
}

/// Everything that speaks for the account.
pub fn mitigations(card: &ScoreCard) -> Vec<Reason> {
    card.outcome.mitigations.iter().filter_map(|hit| reason(hit, 0)).collect()
}

fn reason(hit: &RuleHit, rank: u32) -> Option<Reason> {
    let lead = hit.evidence.first()?;
    Some(Reason {
        rank,
        code: hit.rule.code,
        stage: hit.rule.stage.word(),
        family: hit.rule.family.name(),
        statement: statement(hit),
        feature: lead.feature.name,
        observed: Some(lead.observed),
        threshold: lead.threshold,
        n: lead.n,
        unit: lead.feature.unit,
        window: lead.limit.window.to_owned(),
        peer_percentile: lead.peer_percentile,
        contribution: hit.contribution(),
        source_mark: marks(lead),
        counterfactual: counterfactual(hit),
    })
}

/// The mark of a number: one that the policy sets is the operator's own, whatever the usual one rests on.
fn marks(evidence: &Evidence) -> String {
    let set = evidence.limit.population.is_none() && evidence.threshold != evidence.limit.default;
    if set { Mark::Ours.letter().to_owned() } else { evidence.limit.marks() }
}

fn observed(evidence: &Evidence) -> String {
    words::value(evidence.observed, evidence.feature.unit)
}

fn statement(hit: &RuleHit) -> String {
    let mut text = hit.rule.statement.to_owned();
    if text.contains("{all}") {
        let part = |e: &Evidence| {
            let limit = words::value(e.threshold, e.feature.unit);
            format!("{} {} (limit {limit})", e.limit.what, observed(e))
        };
        let parts: Vec<String> = hit.evidence.iter().map(part).collect();
        text = text.replace("{all}", &parts.join(", "));
    }
    for (i, evidence) in hit.evidence.iter().enumerate() {
        let n = evidence.n.map_or("an unknown number".to_owned(), |n| words::value(n, Unit::Count));
        text = text
            .replace(&format!("{{{i}}}"), &observed(evidence))
            .replace(&format!("{{{i}.limit}}"), &words::value(evidence.threshold, evidence.feature.unit))
            .replace(&format!("{{{i}.n}}"), &n);
    }
    if hit.rule.role == Role::Benign {
        return text;
    }
    let held = if hit.lasts || hit.rule.role != Role::Main {
        String::new()
    } else {
        format!("; above watch only if: {}", hit.rule.persistence)
    };
    format!("{text}{}{held}", compared(hit).map_or(String::new(), |c| format!(" [{c}]")))
}

/// What the thresholds compare with; of several it is said which is whose.
fn compared(hit: &RuleHit) -> Option<String> {
    let all: Vec<Option<String>> = hit.evidence.iter().map(words::comparison).collect();
    if let Some(first) = all.first()
        && all.iter().all(|other| other == first)
    {
        return first.as_ref().map(|same| format!("limit: {same}"));
    }
    let mut parts: Vec<(String, Vec<&str>)> = Vec::new();
    for (evidence, said) in hit.evidence.iter().zip(all) {
        let Some(said) = said else { continue };
        match parts.iter_mut().find(|(other, _)| *other == said) {
            Some((_, whose)) => whose.push(evidence.limit.what),
            None => parts.push((said, vec![evidence.limit.what])),
        }
    }
    let parts = parts.into_iter().map(|(said, whose)| format!("limit of {}: {said}", whose.join(" and of ")));
    Some(parts.collect::<Vec<_>>().join("; "))
}

fn counterfactual(hit: &RuleHit) -> String {
    let clear = |e: &Evidence| {
        let unit = e.feature.unit;
        let whole = matches!(unit, Unit::Count | Unit::Days);
        let bound = match e.limit.sense {
            _ if unit == Unit::Flag => "not so".to_owned(),
            Sense::Over if whole => format!("at most {}", words::value(e.threshold.floor(), unit)),
            Sense::Over => format!("at most {}", words::value(e.threshold, unit)),
            Sense::AtLeast if whole => {
                format!("at most {}", words::value((e.threshold.ceil() - 1.0).max(0.0), unit))
            }
            Sense::AtLeast => format!("below {}", words::value(e.threshold, unit)),
            Sense::Below => format!("at least {}", words::value(e.threshold, unit)),
            Sense::AtMost => format!("above {}", words::value(e.threshold, unit)),
        };
        (e.limit.what, bound)
    };
    if hit.rule.role == Role::Benign {
        return String::new();
    }
    let parts: Vec<&Evidence> = hit.evidence.iter().collect();
    let join = |parts: &[&Evidence], verb: &str, between: &str| {
        let parts = parts.iter().map(|e| clear(e)).map(|(what, bound)| format!("{what}{verb} {bound}"));
        parts.collect::<Vec<_>>().join(between)
    };
    let all_of = |parts: &[&Evidence]| format!("would not fire if {}", join(parts, " were", " and "));
    match hit.rule.need {
        Need::Each => all_of(&parts[..parts.len().min(1)]),
        Need::Any => all_of(&parts),
        Need::AnyBesideLast => all_of(parts.split_last().map_or(&parts[..], |(_, ways)| ways)),
        Need::Two => format!("would not fire if all but one of these held: {}", join(&parts, "", "; ")),
    }
}
