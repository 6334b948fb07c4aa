//! One evaluation of a run: every measure that labels, score and verdicts allow, in one flat map.
//! In: cases, the verdict that counts as flagged, a confidence, perhaps a wish for a threshold; out: measures and notes.
//! Says what is absent and why, and judges nothing.

use super::calibration::{self, Told};
use super::cases::{Case, Cases, EvaluationError};
use super::curve::precision_at;
use super::measure::{Measure, Measures, Rate};
use super::ranking::{self, BASE_RATES};
use super::slices;
use super::threshold::{Threshold, Wish, choose};
use crate::decision::Verdict;

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// From which verdict on an account counts as flagged, where one line is meant.
    pub at: Verdict,
    /// Of each one-sided bound.
    pub confidence: f64,
    /// A threshold to choose.
    pub wish: Option<Wish>,
    /// Share of abusers for the threshold's precision.
    pub base_rate: Option<f64>,
}

impl Default for Question {
    fn default() -> Self {
        Self { at: Verdict::Review, confidence: 0.95, wish: None, base_rate: None }
    }
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// Every measure by name.
    pub measures: Measures,
    /// The threshold that was asked for.
    pub threshold: Option<Threshold>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// Evaluates.
pub fn evaluate(cases: &Cases, question: &Question) -> Result<Evaluation, EvaluationError> {
    let confidence = question.confidence;
    let mut measures = cases.counts.clone();
    measures.extend(ranking::measures(cases, confidence));
    measures.extend(at_verdicts(cases, confidence));
    measures.extend(slices::measures(cases, question.at, confidence));
    measures.extend(paper(cases, question.at, confidence));
    let told = told(cases);
    measures.extend(calibration::measures(&told, confidence, |what| cases.unit(what)));
    let threshold =
        question.wish.map(|wish| choose(cases, wish, question.base_rate, confidence)).transpose()?;
    if let Some(chosen) = &threshold {
        measures.extend(chosen.measures.clone());
    }
    let notes = notes(cases, told.is_empty(), &measures);
    Ok(Evaluation { measures, threshold, notes })
}

fn told(cases: &Cases) -> Vec<Told> {
    let of =
        |(c, t): (&Case, &super::Truth)| Some(Told { p: c.p_abuse?, positive: t.positive, weight: t.weight });
    cases.labeled().filter_map(of).collect()
}

/// Shares of each kind at each verdict or worse, and what they would mean among as many abusers as there are.
fn at_verdicts(cases: &Cases, confidence: f64) -> Measures {
    let mut out = Measures::new();
    let unit = |what: &str| cases.unit(what);
    let each = 1.0 - (1.0 - confidence) / 2.0;
    for verdict in Verdict::ALL.into_iter().skip(1) {
        let word = verdict.word();
        let kind = |positive: bool| Rate::of(cases.of_kind(positive).map(|(c, w)| (w, verdict <= c.verdict)));
        let (recall, fpr) = (kind(true), kind(false));
        out.insert(
            format!("recall_at_{word}"),
            recall.measure(confidence, &unit("share of positive account-nights")),
        );
        out.insert(
            format!("fpr_at_{word}"),
            fpr.measure(confidence, &unit("share of negative account-nights")),
        );
        let flagged =
            cases.labeled().filter(|(c, _)| verdict <= c.verdict).map(|(_, t)| (t.weight, t.positive));
        let what = unit("share of labeled flagged account-nights, at the labels' base rate");
        out.insert(format!("precision_at_{word}"), Rate::of(flagged).measure(confidence, &what));
        for (name, base) in BASE_RATES {
            let value = recall.value().zip(fpr.value()).and_then(|(r, f)| precision_at(r, f, base));
            // Both bounds must hold at once, so each gets half of what may go wrong.
            let ((low, high), (least, most)) = (recall.bounds(each), fpr.bounds(each));
            let bounds = precision_at(low, most, base).zip(precision_at(high, least, base));
            let bounds = (0 < recall.n() && 0 < fpr.n()).then_some(bounds).flatten();
            let what = unit("share of flagged account-nights, at the base rate named");
            let measure = Measure::with_bounds(value, recall.n() + fpr.n(), bounds, &what);
            out.insert(format!("precision_at_{word}.base_{name}"), measure);
        }
    }
    for (positive, name) in [(true, "insufficient_of_positive"), (false, "insufficient_of_negative")] {
        let rate = Rate::of(cases.of_kind(positive).map(|(c, w)| (w, c.insufficient)));
        let what =
            if positive { "share of positive account-nights" } else { "share of negative account-nights" };
        out.insert(name.to_owned(), rate.measure(confidence, &unit(what)));
    }
    out
}

/// The white paper's own two shares, of everything the run flags, labeled or not.
///
/// The paper: about 20 % of bans at registration, more than 75 % without a recent user report [V]. Here: the first
/// reason's stage is registration; no report in the run's window, where the log has feedback. The paper defines
/// neither "at registration" nor "recent"; these definitions are ours [S].
fn paper(cases: &Cases, at: Verdict, confidence: f64) -> Measures {
    let flagged = || cases.accounts.iter().filter(|c| at <= c.verdict);
    let registered = Rate::of(flagged().map(|c| (1.0, c.stage.as_deref() == Some("registration"))));
    let quiet = Rate::of(flagged().filter_map(|c| Some((1.0, !c.reported?))));
    let simulated = if cases.simulated { ", SIMULATED" } else { "" };
    let unit = format!("share of all flagged account-nights{simulated}");
    Measures::from([
        ("flagged_at_registration".to_owned(), registered.measure(confidence, &unit)),
        ("flagged_without_recent_report".to_owned(), quiet.measure(confidence, &unit)),
    ])
}

fn notes(cases: &Cases, no_chance: bool, measures: &Measures) -> Vec<String> {
    let mut notes = Vec::new();
    if cases.simulated {
        notes.push(
            "SIMULATED: the log was made by a simulator; these numbers say nothing about real accounts"
                .to_owned(),
        );
    }
    if !cases.absent.is_empty() {
        let list = cases.absent.join(", ");
        notes.push(format!("not cut by {list}: neither the labels nor the run tell it"));
    }
    if no_chance {
        notes.push("no calibration: the run holds no p_abuse, so no score in it is a probability".to_owned());
    } else if cases.simulated_chances {
        notes.push(
            "calibration is that of p_abuse_simulated: the model learned from SIMULATED accounts".to_owned(),
        );
    }
    if !no_chance {
        notes.push(
            "chances hold at the base rate that the model's card names: where labels hold another share of positives, \
             intercept and observed over expected tell of that share first, the slope does not"
                .to_owned(),
        );
    }
    if cases.weighted {
        notes.push("weighted: a row counts as the accounts it stands for; exact bounds are those of the effective number".to_owned());
    }
    let n = |name: &str| measures.get(name).map_or(0, |m| m.n);
    let of = |name: &str, what: &str| (0 < n(name)).then(|| format!("{} {what}", n(name)));
    // Who is not there was not found either: a reader must know how many of them are what was looked for.
    let missing = |of: &str, what: &str, how: &str, then: &str| {
        let positive = n(&format!("{of}.positive_without_{what}"));
        let all = n(&format!("{of}.without_{what}"));
        (0 < all).then(|| format!("{all} {how}, {positive} of them positive: {then}"))
    };
    let left = [
        of("labels.conflicting", "accounts with both labels were left out"),
        missing("labels", "account", "labeled accounts are not in the run", "no recall counts these"),
        of("accounts.without_label", "accounts of the run have no label that counts"),
        missing("accounts", "score", "labeled accounts have no score", "no ranking counts these"),
    ];
    notes.extend(left.into_iter().flatten());
    let words: Vec<String> = measures
        .iter()
        .filter_map(|(name, m)| Some(format!("{} {}", m.n, name.strip_prefix("labels.left_out.")?)))
        .collect();
    if !words.is_empty() {
        notes.push(format!("labels of no kind, left out: {}", words.join(", ")));
    }
    notes
}
