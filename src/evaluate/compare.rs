//! Two runs over the same accounts: whose verdict differs, which rule or score did it, and what that does to the metrics.
//! In: the cases of both runs and the rules that fired on an account; out: flips by kind, paired differences with bounds.
//! Knows no folder; what differs between the settings of the runs is told by the caller.

use super::cases::{Case, Cases};
use super::curve::{Curve, Weighed};
use super::exact;
use super::measure::{Measure, Measures, Rate};
use super::resample::{Metric, paired_bounds};
use crate::decision::Verdict;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A rule that fired on an account, and the value it fired on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RuleValue {
    /// Code of the rule.
    pub code: String,
    /// The feature it looked at first.
    pub feature: String,
    /// The value.
    pub observed: Option<f64>,
}

impl RuleValue {
    fn shown(&self) -> String {
        match self.observed {
            Some(x) => format!("{} ({} {x})", self.code, self.feature),
            None => format!("{} ({})", self.code, self.feature),
        }
    }
}

/// What a changed verdict means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FlipKind {
    /// A positive account is flagged no more.
    DetectionLost,
    /// A negative account is flagged.
    InnocentHarmed,
    /// A positive account is flagged.
    DetectionGained,
    /// A negative account is flagged no more.
    InnocentCleared,
    /// A higher verdict, without a label or without passing the line.
    Raised,
    /// A lower verdict, likewise.
    Lowered,
}

impl FlipKind {
    /// All kinds, the worst first.
    pub const ALL: [FlipKind; 6] = [
        FlipKind::DetectionLost,
        FlipKind::InnocentHarmed,
        FlipKind::DetectionGained,
        FlipKind::InnocentCleared,
        FlipKind::Raised,
        FlipKind::Lowered,
    ];

    /// Its word, and the name of its count.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            FlipKind::DetectionLost => ("detection lost", "flips.detections_lost"),
            FlipKind::InnocentHarmed => ("innocent harmed", "flips.innocents_harmed"),
            FlipKind::DetectionGained => ("detection gained", "flips.detections_gained"),
            FlipKind::InnocentCleared => ("innocent cleared", "flips.innocents_cleared"),
            FlipKind::Raised => ("raised", "flips.raised"),
            FlipKind::Lowered => ("lowered", "flips.lowered"),
        }
    }

    fn of(positive: Option<bool>, at: Verdict, from: Verdict, to: Verdict) -> Self {
        match (positive, at <= from, at <= to) {
            (Some(true), true, false) => FlipKind::DetectionLost,
            (Some(true), false, true) => FlipKind::DetectionGained,
            (Some(false), false, true) => FlipKind::InnocentHarmed,
            (Some(false), true, false) => FlipKind::InnocentCleared,
            _ if from < to => FlipKind::Raised,
            _ => FlipKind::Lowered,
        }
    }
}

/// One account whose verdict differs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flip {
    /// Whose.
    pub account: String,
    /// What it means.
    pub kind: FlipKind,
    /// Its verdict in the first run; `no_finding` where the run does not hold it.
    pub from: Verdict,
    /// Its verdict in the second.
    pub to: Verdict,
    /// What did it: rules gained and lost, or the values and scores that moved.
    pub because: Vec<String>,
}

/// Two runs side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Accounts whose verdict differs, the worst kind first, then by name.
    pub flips: Vec<Flip>,
    /// Counts of flips and paired differences.
    pub measures: Measures,
}

/// The rules that fired on an account of a run.
pub type RulesOf<'a> = &'a dyn Fn(&str) -> Vec<RuleValue>;

/// Compares two runs.
pub fn compare(
    first: (&Cases, RulesOf),
    second: (&Cases, RulesOf),
    at: Verdict,
    confidence: f64,
) -> Comparison {
    let by_name = |cases: &'_ Cases| -> BTreeMap<String, usize> {
        cases.accounts.iter().enumerate().map(|(i, c)| (c.account.clone(), i)).collect()
    };
    let (a, b) = (by_name(first.0), by_name(second.0));
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let mut flips = Vec::new();
    let mut both: Vec<(&Case, &Case)> = Vec::new();
    for name in &names {
        let (from, to) =
            (a.get(*name).map(|i| &first.0.accounts[*i]), b.get(*name).map(|i| &second.0.accounts[*i]));
        both.extend(from.zip(to));
        let verdict = |case: Option<&Case>| case.map_or(Verdict::NoFinding, |c| c.verdict);
        let truth = to.and_then(|c| c.truth.as_ref()).or(from.and_then(|c| c.truth.as_ref()));
        if verdict(from) != verdict(to) {
            flips.push(Flip {
                account: (*name).clone(),
                kind: FlipKind::of(truth.map(|t| t.positive), at, verdict(from), verdict(to)),
                from: verdict(from),
                to: verdict(to),
                because: because(from, to, &(first.1)(name), &(second.1)(name)),
            });
        }
    }
    flips.sort_by(|x, y| (x.kind, &x.account).cmp(&(y.kind, &y.account)));
    let mut measures = counts(first.0, second.0, &flips, names.len());
    let only = |n: usize| Measure {
        n: names.len(),
        ..Measure::count(n, "accounts; the other run does not hold them")
    };
    measures.insert("flips.only_in_first".to_owned(), only(a.len() - both.len()));
    measures.insert("flips.only_in_second".to_owned(), only(b.len() - both.len()));
    measures.extend(paired(second.0, &both, confidence));
    Comparison { flips, measures }
}

/// What did it. Rules first; where the same rules fired, the values they fired on; else the score alone moved.
fn because(from: Option<&Case>, to: Option<&Case>, before: &[RuleValue], after: &[RuleValue]) -> Vec<String> {
    let has = |list: &[RuleValue], rule: &RuleValue| list.iter().any(|r| r.code == rule.code);
    let gained = after.iter().filter(|r| !has(before, r)).map(|r| format!("gained {}", r.shown()));
    let lost = before.iter().filter(|r| !has(after, r)).map(|r| format!("lost {}", r.shown()));
    let mut out: Vec<String> = gained.chain(lost).collect();
    if out.is_empty() {
        let moved = after.iter().filter_map(|r| {
            let earlier = before.iter().find(|b| b.code == r.code && b.observed != r.observed)?;
            let number = |x: Option<f64>| x.map_or_else(|| "nothing".to_owned(), |x| x.to_string());
            let (was, is) = (number(earlier.observed), number(r.observed));
            Some(format!("{}: {} {was} -> {is}", r.code, r.feature))
        });
        out.extend(moved);
    }
    match (from, to) {
        (None, _) => out.push("the first run does not hold the account".to_owned()),
        (_, None) => out.push("the second run does not hold the account".to_owned()),
        (Some(a), Some(b)) if a.score != b.score => {
            let number = |x: Option<f64>| x.map_or_else(|| "nothing".to_owned(), |x| format!("{x:.3}"));
            out.push(format!("score {} -> {}", number(a.score), number(b.score)));
        }
        _ if out.is_empty() => {
            out.push("no rule and no score moved: thresholds, sanctions or evidence differ".to_owned())
        }
        _ => {}
    }
    out
}

fn counts(first: &Cases, second: &Cases, flips: &[Flip], all: usize) -> Measures {
    let simulated = if first.simulated || second.simulated { ", SIMULATED" } else { "" };
    let kind = |positive: bool| second.of_kind(positive).count().max(first.of_kind(positive).count());
    let of = |k: FlipKind| {
        let value = flips.iter().filter(|f| f.kind == k).count();
        let (n, who) = match k {
            FlipKind::DetectionLost | FlipKind::DetectionGained => (kind(true), "positive account-nights"),
            FlipKind::InnocentHarmed | FlipKind::InnocentCleared => (kind(false), "negative account-nights"),
            FlipKind::Raised | FlipKind::Lowered => (all, "account-nights"),
        };
        let measure = Measure { n, ..Measure::count(value, &format!("{who}{simulated}")) };
        (k.words().1.to_owned(), measure)
    };
    FlipKind::ALL.into_iter().map(of).collect()
}

/// Second minus first, over labeled accounts that both runs hold.
fn paired(second: &Cases, both: &[(&Case, &Case)], confidence: f64) -> Measures {
    let mut out = Measures::new();
    let labeled: Vec<_> =
        both.iter().filter_map(|(a, b)| Some((*a, *b, b.truth.as_ref().or(a.truth.as_ref())?))).collect();
    let mut lists: [Vec<Weighed>; 2] = [Vec::new(), Vec::new()];
    for (a, b, truth) in &labeled {
        if let (Some(x), Some(y)) = (a.score, b.score) {
            for (list, score) in lists.iter_mut().zip([x, y]) {
                list.push(Weighed { score, positive: truth.positive, weight: truth.weight });
            }
        }
    }
    let at_fpr = |c: &Curve| Some(c.at_fpr(1e-2)?.recall);
    let metrics: [(&str, Metric); 3] = [
        ("auroc", &Curve::auroc),
        ("average_precision", &Curve::average_precision),
        ("recall_at_fpr_1e-2", &at_fpr),
    ];
    let alone: Vec<Metric> = metrics.iter().map(|(_, m)| *m).collect();
    let bounds = paired_bounds(&lists[0], &lists[1], &alone, confidence);
    let (a, b) = (Curve::of(&lists[0]), Curve::of(&lists[1]));
    let unit = second.unit("second run minus first, same accounts");
    for ((name, metric), bounds) in metrics.iter().zip(bounds) {
        let value = metric(&a).zip(metric(&b)).map(|(a, b)| b - a);
        out.insert(format!("paired.{name}"), Measure::with_bounds(value, lists[0].len(), bounds, &unit));
    }
    // Two bounds of two shares must hold at once, so each gets half of what may go wrong.
    let each = 1.0 - (1.0 - confidence) / 2.0;
    for verdict in Verdict::ALL.into_iter().skip(1) {
        for (positive, name) in [(true, "recall"), (false, "fpr")] {
            let kind = || labeled.iter().filter(|(_, _, t)| t.positive == positive);
            let gained =
                Rate::of(kind().map(|(a, b, t)| (t.weight, a.verdict < verdict && verdict <= b.verdict)));
            let lost =
                Rate::of(kind().map(|(a, b, t)| (t.weight, verdict <= a.verdict && b.verdict < verdict)));
            let value = gained.value().zip(lost.value()).map(|(g, l)| g - l);
            let ((g, n), (l, _)) = (gained.effective(), lost.effective());
            let (up, down) = (exact::bounds(g, n, each), exact::bounds(l, n, each));
            let bounds = (0.0 < n).then_some((up.0 - down.1, up.1 - down.0));
            let name = format!("paired.{name}_at_{}", verdict.word());
            out.insert(name, Measure::with_bounds(value, gained.n(), bounds, &unit));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::cases::Truth;
    use super::*;

    fn cases(list: &[(&str, Option<bool>, Verdict, f64)]) -> Cases {
        let of = |(name, positive, verdict, score): &(&str, Option<bool>, Verdict, f64)| Case {
            account: (*name).to_owned(),
            truth: positive.map(|positive| Truth { positive, weight: 1.0 }),
            verdict: *verdict,
            insufficient: false,
            score: Some(*score),
            p_abuse: None,
            stage: None,
            reported: None,
            slices: Vec::new(),
        };
        Cases {
            accounts: list.iter().map(of).collect(),
            dimensions: Vec::new(),
            absent: Vec::new(),
            simulated: false,
            simulated_chances: false,
            weighted: false,
            counts: Measures::new(),
        }
    }

    fn rule(code: &str, observed: f64) -> RuleValue {
        RuleValue { code: code.to_owned(), feature: "f".to_owned(), observed: Some(observed) }
    }

    #[test]
    fn every_kind_of_flip_is_told_with_what_did_it() {
        use Verdict::{AbuseHigh, NoFinding, Review, Watch};
        let first = cases(&[
            ("lost", Some(true), Review, 0.6),
            ("gained", Some(true), Watch, 0.2),
            ("harmed", Some(false), NoFinding, 0.1),
            ("cleared", Some(false), AbuseHigh, 0.7),
            ("same", Some(false), Watch, 0.2),
            ("gone", None, Watch, 0.2),
        ]);
        let second = cases(&[
            ("lost", Some(true), Watch, 0.3),
            ("gained", Some(true), AbuseHigh, 0.2),
            ("harmed", Some(false), Review, 0.1),
            ("cleared", Some(false), NoFinding, 0.0),
            ("same", Some(false), Watch, 0.2),
        ]);
        let before = |name: &str| {
            if name == "lost" { vec![rule("M3", 57.0), rule("M8", 3.0)] } else { vec![rule("M8", 3.0)] }
        };
        let after = |name: &str| if name == "gained" { vec![rule("M8", 9.0)] } else { vec![rule("M8", 3.0)] };
        let out = compare((&first, &before), (&second, &after), Review, 0.95);
        let told: Vec<(&str, FlipKind, String)> =
            out.flips.iter().map(|f| (f.account.as_str(), f.kind, f.because.join("; "))).collect();
        assert_eq!(
            told[0],
            ("lost", FlipKind::DetectionLost, "lost M3 (f 57); score 0.600 -> 0.300".to_owned())
        );
        assert_eq!(told[1].1, FlipKind::InnocentHarmed);
        assert!(told[1].2.starts_with("no rule and no score moved"), "{}", told[1].2);
        assert_eq!(told[2], ("gained", FlipKind::DetectionGained, "M8: f 3 -> 9".to_owned()));
        assert_eq!(told[3].1, FlipKind::InnocentCleared);
        assert!(
            told[4].0 == "gone"
                && told[4].1 == FlipKind::Lowered
                && told[4].2.contains("second run does not hold")
        );
        let m = &out.measures;
        assert_eq!((m["flips.detections_lost"].value, m["flips.detections_lost"].n), (Some(1.0), 2));
        assert_eq!(
            (m["flips.only_in_first"].value, m["paired.recall_at_review"].value),
            (Some(1.0), Some(0.0))
        );
        // One gained and one lost of two: nothing is shown either way.
        let pair = &m["paired.recall_at_review"];
        assert!(pair.low.expect("bound") < -0.5 && 0.5 < pair.high.expect("bound"));
    }

    #[test]
    fn a_run_beside_itself_differs_in_nothing() {
        let one = cases(&[("a", Some(true), Verdict::Review, 0.5), ("b", Some(false), Verdict::Watch, 0.2)]);
        let none = |_: &str| Vec::new();
        let out = compare((&one, &none), (&one, &none), Verdict::Review, 0.95);
        assert!(out.flips.is_empty());
        assert_eq!(
            (out.measures["paired.auroc"].value, out.measures["paired.auroc"].low),
            (Some(0.0), Some(0.0))
        );
    }
}
