//! One threshold on a score, chosen from what somebody can afford: a capacity, a false-positive rate or a precision.
//! In: a wish, the scores of the whole run, labeled accounts; out: where an account enters and leaves, and what all three then are.
//! A threshold holds for the night it was chosen on; nothing here promises it for another.

use super::cases::{Case, Cases, EvaluationError};
use super::curve::{Curve, Cut, precision_at};
use super::measure::{Measure, Measures, Rate};
use super::ranking::scored;
use serde::Serialize;

/// How many times as many accounts as enter may stand above the score that releases one; ours.
const STAY: f64 = 1.5;

/// What the threshold must keep to.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Wish {
    /// At most so many accounts a night.
    Capacity(usize),
    /// At most this share of the negatives.
    MaxFpr(f64),
    /// At least this share of positives among the flagged, at the base rate.
    MinPrecision(f64),
}

/// A chosen threshold.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Threshold {
    /// What it keeps to.
    pub wish: Wish,
    /// An account is flagged from this score on.
    pub enter: f64,
    /// A flagged account is released below this score.
    pub leave: f64,
    /// Share of abusers that precision is told for; the labels' own without one.
    pub base_rate: Option<f64>,
    /// What it comes to, as measures.
    #[serde(skip)]
    pub measures: Measures,
    /// What must be said of it.
    pub notes: Vec<String>,
}

/// Chooses.
pub fn choose(
    cases: &Cases,
    wish: Wish,
    base_rate: Option<f64>,
    confidence: f64,
) -> Result<Threshold, EvaluationError> {
    let curve = Curve::of(&scored(cases));
    let mut all: Vec<f64> = cases.accounts.iter().filter_map(|c| c.score).collect();
    all.sort_by(|a, b| b.total_cmp(a));
    let refuse = |what: String| Err(EvaluationError::Unknown(what));
    let cut = match wish {
        Wish::Capacity(n) => curve.cut(of_rank(&all, n)),
        Wish::MaxFpr(most) => curve.at_fpr(most),
        Wish::MinPrecision(least) => {
            let Some(base_rate) = base_rate else {
                return refuse(
                    "--min-precision needs --base-rate: precision depends on how many abusers there are"
                        .to_owned(),
                );
            };
            match curve.at_precision(least, base_rate) {
                Some(cut) => Some(cut),
                None => {
                    return refuse(format!(
                        "no threshold reaches a precision of {least} at a base rate of {base_rate}"
                    ));
                }
            }
        }
    };
    let Some(cut) = cut else {
        return refuse("a threshold needs positive and negative accounts with a score".to_owned());
    };
    // Between two labeled scores any threshold is the same to the labels; capacity counts everybody.
    let enter = if let Wish::Capacity(n) = wish { of_rank(&all, n) } else { cut.threshold };
    if enter.is_infinite() {
        return refuse(nobody(wish, &all));
    }
    let mut chosen = Threshold {
        wish,
        enter,
        leave: leave(&all, enter),
        base_rate,
        measures: Measures::new(),
        notes: Vec::new(),
    };
    tell(&mut chosen, cases, &cut, confidence);
    Ok(chosen)
}

fn nobody(wish: Wish, all: &[f64]) -> String {
    let first = all.first().copied().unwrap_or_default();
    let tied = all.iter().take_while(|s| **s == first).count();
    match wish {
        Wish::Capacity(n) => format!("{tied} accounts share the highest score, more than a capacity of {n}"),
        Wish::MaxFpr(most) => format!(
            "a negative account has the highest score: no threshold keeps to a false-positive rate of {most}"
        ),
        Wish::MinPrecision(_) => "no threshold flags anybody".to_owned(),
    }
}

/// The lowest score that at most so many accounts reach; infinite where the first tie is larger.
fn of_rank(falling: &[f64], most: usize) -> f64 {
    if falling.len() <= most {
        return falling.last().copied().unwrap_or(f64::INFINITY);
    }
    let beyond = falling[most];
    falling[..most].iter().rev().find(|s| beyond < **s).copied().unwrap_or(f64::INFINITY)
}

/// The score that at most half as many again reach, so that an account at the edge does not come and go; where a tie
/// leaves no room for that, the next lower score there is.
fn leave(falling: &[f64], enter: f64) -> f64 {
    let flagged = falling.iter().take_while(|s| enter <= **s).count();
    let next = falling.get(flagged).copied().unwrap_or(enter);
    of_rank(falling, (flagged as f64 * STAY).floor() as usize).min(next)
}

fn tell(chosen: &mut Threshold, cases: &Cases, cut: &Cut, confidence: f64) {
    let flagged = |c: &Case| c.score.is_some_and(|s| chosen.enter <= s);
    let alerts = cases.accounts.iter().filter(|c| flagged(c)).count();
    let kind = |positive: bool| Rate::of(cases.of_kind(positive).map(|(c, weight)| (weight, flagged(c))));
    let (recall, fpr) = (kind(true), kind(false));
    let unit = |what: &str| cases.unit(what);
    let mut all = Measures::new();
    all.insert("threshold.enter".to_owned(), Measure::with_bounds(Some(chosen.enter), alerts, None, "score"));
    all.insert("threshold.leave".to_owned(), Measure::with_bounds(Some(chosen.leave), alerts, None, "score"));
    all.insert(
        "threshold.alerts".to_owned(),
        Measure::count(alerts, &unit("account-nights flagged of the whole run")),
    );
    let per = "share of positive account-nights";
    all.insert("threshold.recall".to_owned(), recall.measure(confidence, &unit(per)));
    all.insert(
        "threshold.fpr".to_owned(),
        fpr.measure(confidence, &unit("share of negative account-nights")),
    );
    // Both bounds must hold at once, so each gets half of what may go wrong.
    let each = 1.0 - (1.0 - confidence) / 2.0;
    let ((low, high), (least, most)) = (recall.bounds(each), fpr.bounds(each));
    let n = recall.n() + fpr.n();
    let precision = match chosen.base_rate {
        Some(base) => {
            let bounds = precision_at(low, most, base).zip(precision_at(high, least, base));
            Measure::with_bounds(
                cut.precision_at(base),
                n,
                bounds,
                &unit(&format!("share of flagged account-nights at a base rate of {base}")),
            )
        }
        None => {
            let among = |c: &Case| c.truth.as_ref().map(|t| (t.weight, t.positive)).filter(|_| flagged(c));
            let rate = Rate::of(cases.accounts.iter().filter_map(among));
            rate.measure(
                confidence,
                &unit("share of labeled flagged account-nights, at the labels' base rate"),
            )
        }
    };
    all.insert("threshold.precision".to_owned(), precision);
    if let Wish::MaxFpr(wanted) = chosen.wish
        && wanted < fpr.bounds(confidence).1
    {
        chosen.notes.push(format!(
            "{} negatives do not show a false-positive rate of {wanted}: it may be up to {:.2e}",
            fpr.n(),
            fpr.bounds(confidence).1
        ));
    }
    chosen.notes.push("chosen on the accounts it is measured on: recall and rates are those of the choice, another night's will differ".to_owned());
    chosen.measures = all;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rank_never_splits_a_tie() {
        let falling = [0.9, 0.8, 0.8, 0.5, 0.1];
        assert_eq!([1, 2, 3, 4, 9].map(|n| of_rank(&falling, n)), [0.9, 0.9, 0.8, 0.5, 0.1]);
        assert_eq!(of_rank(&[0.8, 0.8, 0.1], 1), f64::INFINITY);
        assert_eq!(of_rank(&[], 3), f64::INFINITY);
    }

    #[test]
    fn accounts_leave_below_where_they_enter() {
        let falling: Vec<f64> = (0..40).map(|i| 1.0 - f64::from(i) / 40.0).collect();
        let enter = of_rank(&falling, 10);
        assert_eq!((enter, leave(&falling, enter)), (falling[9], falling[14]));
        // A tie of all others leaves no room for half as many again.
        let tied = [0.9, 0.9, 0.2, 0.2, 0.2, 0.2];
        assert_eq!(leave(&tied, 0.9), 0.2);
        assert_eq!(leave(&[0.9], 0.9), 0.9);
    }
}
