//! Measures of a ranking: AUROC, average precision, and recall and precision at given false-positive rates.
//! In: labeled cases with a score; out: measures with bootstrap bounds, precision at base rates that labels do not have.
//! A rate that the negatives are too few to show is told with the bound that they do show.

use super::cases::Cases;
use super::curve::{Curve, Weighed, precision_at};
use super::exact;
use super::measure::{Measure, Measures, Rate};
use super::resample::{Metric, bounds};

/// False-positive rates at which recall is told, with their names.
pub const FPRS: [(&str, f64); 3] = [("1e-2", 1e-2), ("1e-3", 1e-3), ("1e-4", 1e-4)];

/// Shares of abusers at which precision is told: a twentieth of the paper's, the paper's (2 of 1,500 million a month), one of a hundred.
pub const BASE_RATES: [(&str, f64); 3] = [("0.03pct", 0.0003), ("0.13pct", 0.0013), ("1pct", 0.01)];

/// A metric of a ranking that owns what it needs.
type Owned = Box<dyn Fn(&Curve) -> Option<f64>>;

/// Labeled cases with a score.
pub fn scored(cases: &Cases) -> Vec<Weighed> {
    let of = |(c, truth): (&super::Case, &super::Truth)| {
        Some(Weighed { score: c.score?, positive: truth.positive, weight: truth.weight })
    };
    cases.labeled().filter_map(of).collect()
}

/// The measures.
pub fn measures(cases: &Cases, confidence: f64) -> Measures {
    let list = scored(cases);
    let curve = Curve::of(&list);
    let positives = list.iter().filter(|a| a.positive).count();
    let negatives = list.len() - positives;
    let mut names: Vec<(String, usize, String)> = Vec::new();
    let mut metrics: Vec<Owned> = Vec::new();
    let mut add = |name: String, n: usize, unit: &str, metric: Owned| {
        names.push((name, n, cases.unit(unit)));
        metrics.push(metric);
    };
    add(
        "auroc".to_owned(),
        list.len(),
        "chance that a positive account-night outranks a negative",
        Box::new(Curve::auroc),
    );
    let unit = "mean precision over positive account-nights, at the labels' base rate";
    add("average_precision".to_owned(), list.len(), unit, Box::new(Curve::average_precision));
    for (at, most) in FPRS {
        let unit = "share of positive account-nights";
        add(format!("recall_at_fpr_{at}"), positives, unit, Box::new(move |c| Some(c.at_fpr(most)?.recall)));
        let unit = "share of flagged account-nights, at the labels' base rate";
        let precision = move |c: &Curve| c.at_fpr(most)?.precision();
        add(format!("precision_at_fpr_{at}"), list.len(), unit, Box::new(precision));
        for (name, base_rate) in BASE_RATES {
            let precision = move |c: &Curve| c.at_fpr(most)?.precision_at(base_rate);
            let unit = "share of flagged account-nights, at the base rate named";
            add(format!("precision_at_fpr_{at}.base_{name}"), list.len(), unit, Box::new(precision));
        }
    }
    let borrowed: Vec<Metric> = metrics.iter().map(|m| m.as_ref() as Metric).collect();
    let all_bounds = bounds(&list, &borrowed, confidence);
    let mut out = Measures::new();
    for (((name, n, unit), metric), bounds) in names.into_iter().zip(&metrics).zip(all_bounds) {
        out.insert(name, Measure::with_bounds(metric(&curve), n, bounds, &unit));
    }
    widen(&mut out, &list, confidence);
    out.extend(shown(cases, &list, &curve, negatives, confidence));
    out
}

/// Draws of few accounts never show what was not among them: a ranking without a mistake stays one, and a cut without a
/// false hit has a precision of one. There the exact bounds are the wider ones, and hold.
fn widen(out: &mut Measures, list: &[Weighed], confidence: f64) {
    let mut to = |name: &str, bounds: (f64, f64)| {
        if let Some(m) = out.get_mut(name) {
            m.low = m.low.map(|low| low.min(bounds.0));
            m.high = m.high.map(|high| high.max(bounds.1));
        }
    };
    let curve = Curve::of(list);
    let positives = list.iter().filter(|a| a.positive).count();
    // So many pairs have no account in common, and all of them are in order, or none is.
    let pairs = positives.min(list.len() - positives) as f64;
    match curve.auroc() {
        Some(1.0) => to("auroc", (exact::lower(pairs, pairs, confidence), 1.0)),
        Some(0.0) => to("auroc", (0.0, exact::upper(0.0, pairs, confidence))),
        _ => {}
    }
    let each = 1.0 - (1.0 - confidence) / 2.0;
    for (at, most) in FPRS {
        let Some(cut) = curve.at_fpr(most) else { continue };
        let flagged = |a: &&Weighed| cut.threshold <= a.score;
        let kind = |positive: bool| {
            Rate::of(
                list.iter().filter(|a| a.positive == positive).map(|a| (a.weight, cut.threshold <= a.score)),
            )
        };
        let (recall, fpr) = (kind(true), kind(false));
        to(&format!("recall_at_fpr_{at}"), recall.bounds(confidence));
        let hits = Rate::of(list.iter().filter(flagged).map(|a| (a.weight, a.positive)));
        to(&format!("precision_at_fpr_{at}"), hits.bounds(confidence));
        let ((low, high), (least, most)) = (recall.bounds(each), fpr.bounds(each));
        for (name, base) in BASE_RATES {
            if let Some(bounds) = precision_at(low, most, base).zip(precision_at(high, least, base)) {
                to(&format!("precision_at_fpr_{at}.base_{name}"), bounds);
            }
        }
    }
}

/// What the negatives show of each rate: the share flagged there, with its exact bounds.
fn shown(
    cases: &Cases,
    list: &[Weighed],
    curve: &Curve,
    negatives: usize,
    confidence: f64,
) -> Vec<(String, Measure)> {
    let of = |(at, most): (&str, f64)| {
        let threshold = curve.at_fpr(most)?.threshold;
        let negative = list.iter().filter(|a| !a.positive);
        let rate = Rate::of(negative.map(|a| (a.weight, threshold <= a.score)));
        debug_assert_eq!(rate.n(), negatives);
        let unit = cases.unit("share of negative account-nights; the upper bound is what so many can show");
        Some((format!("fpr_at_fpr_{at}"), rate.measure(confidence, &unit)))
    };
    FPRS.into_iter().filter_map(of).collect()
}
