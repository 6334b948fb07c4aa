//! By what results are cut: columns of the labels, and what the run itself tells of an account.
//! In: names of dimensions, labels, feature columns; out: a value an account, measures by slice, the worst ratio.
//! Says which of the usual dimensions are not there, instead of showing one that is empty.

use super::cases::{Case, Cases, EvaluationError, RunTables};
use super::exact;
use super::labels::{Labeled, Labels};
use super::measure::{Measure, Measures, Rate};
use crate::decision::Verdict;
use crate::domain::nearest;
use crate::features::{Absent, Feature, feedback, lifecycle, registration, volume};
use crate::table_io::{TableError, sanitise};
use std::collections::BTreeMap;

/// The dimensions that are cut by when nobody names any.
const USUAL: [&str; 15] = [
    "label",
    "persona",
    "registration",
    "age",
    "volume",
    "foreign_number",
    "number_country",
    "network_kind",
    "client",
    "client_build",
    "kind",
    "business_api",
    "script",
    "shared_device",
    "sign_ups_beside",
];

/// What a value that is not there is called.
const NOT_KNOWN: &str = "not known";

/// By what results are cut.
#[derive(Debug, Clone)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    from: From,
}

#[derive(Debug, Clone)]
enum From {
    Label,
    Column(String),
    Feature(Vec<Option<f64>>, fn(f64) -> &'static str),
}

/// A dimension that a feature gives: its name, the card, and the slice of a value.
type OfFeature = (&'static str, &'static Feature, fn(f64) -> &'static str);

static OF_FEATURES: [OfFeature; 7] = [
    ("registration", &lifecycle::AGE, |_| "known"),
    ("age", &lifecycle::AGE, age),
    ("volume", &volume::ACTIONS, messages),
    ("foreign_number", &registration::COUNTRY, yes),
    ("business_api", &lifecycle::API, yes),
    ("shared_device", &registration::DEVICE, shared),
    ("sign_ups_beside", &registration::COHORT, beside),
];

fn yes(flag: f64) -> &'static str {
    if 0.0 < flag { "yes" } else { "no" }
}

/// The same network and client within the hour.
fn beside(accounts: f64) -> &'static str {
    match accounts - 1.0 {
        n if n < 1.0 => "none",
        n if n < 10.0 => "1 to 9",
        _ => "10 and more",
    }
}

fn age(seconds: f64) -> &'static str {
    match seconds / 86_400.0 {
        d if d < 1.0 => "below 1 d",
        d if d < 7.0 => "1 to 7 d",
        d if d < 30.0 => "7 to 30 d",
        d if d < 365.0 => "30 to 365 d",
        _ => "365 d and more",
    }
}

fn messages(actions: f64) -> &'static str {
    match actions {
        n if n < 10.0 => "below 10",
        n if n < 100.0 => "10 to 99",
        n if n < 1000.0 => "100 to 999",
        _ => "1000 and more",
    }
}

fn shared(accounts: f64) -> &'static str {
    if accounts < 2.0 { "no" } else { "yes" }
}

/// The feature columns that evaluation reads beside the accounts' names and the reasons of absent values.
pub fn feature_columns() -> Vec<&'static str> {
    let cards = OF_FEATURES.iter().map(|(_, card, _)| card.name);
    let mut names: Vec<&str> =
        ["account", "absent"].into_iter().chain(cards).chain([feedback::REPORTS_RAW.name]).collect();
    // Two dimensions of one card lie side by side.
    names.dedup();
    names
}

/// The row of each account in the feature columns.
pub(super) fn feature_rows<'a>(run: &'a RunTables) -> Result<BTreeMap<&'a str, usize>, TableError> {
    let Some(features) = run.features else { return Ok(BTreeMap::new()) };
    let names = features.texts("account")?.iter().enumerate();
    Ok(names.filter_map(|(row, name)| Some((name.as_deref()?, row))).collect())
}

/// Whether each row's account was reported in the window: one or two reporters are not told as a number, but they are some.
pub(super) fn reported(run: &RunTables) -> Result<Vec<Option<bool>>, TableError> {
    let Some(features) = run.features else { return Ok(Vec::new()) };
    let card = crate::features::cards().iter().position(|c| c.name == feedback::REPORTS_RAW.name);
    let (numbers, letters) = (features.floats(feedback::REPORTS_RAW.name)?, features.texts("absent")?);
    let few = |row: usize| {
        let letter = letters[row].as_deref().and_then(|l| l.chars().nth(card?));
        letter.and_then(Absent::of_code) == Some(Absent::Suppressed)
    };
    Ok((0..numbers.len()).map(|row| numbers[row].map(|n| 0.0 < n).or(few(row).then_some(true))).collect())
}

impl Dimension {
    /// The dimensions named, or the usual ones; and which of them are not there.
    pub(super) fn choose(
        by: &[String],
        labels: &Labels,
        run: &RunTables,
    ) -> Result<(Vec<Self>, Vec<String>), EvaluationError> {
        let usual: Vec<String> = USUAL.iter().map(|n| (*n).to_owned()).collect();
        let names = if by.is_empty() { &usual } else { by };
        let (mut dimensions, mut absent) = (Vec::new(), Vec::new());
        for name in names {
            match Self::named(name, labels, run)? {
                Some(dimension) => dimensions.push(dimension),
                None if USUAL.contains(&name.as_str()) => absent.push(name.clone()),
                None => {
                    let known = USUAL.into_iter().chain(labels.columns.iter().map(String::as_str));
                    let offer =
                        nearest(name, known).map(|n| format!("; did you mean {n}?")).unwrap_or_default();
                    let problem = format!("nothing to cut by is called {}{offer}", sanitise(name, 40));
                    return Err(EvaluationError::Unknown(problem));
                }
            }
        }
        Ok((dimensions, absent))
    }

    fn named(name: &str, labels: &Labels, run: &RunTables) -> Result<Option<Self>, EvaluationError> {
        let of_feature = OF_FEATURES.iter().find(|(n, _, _)| *n == name);
        let from = match (name, of_feature, run.features) {
            ("label", _, _) => Some(From::Label),
            _ if labels.columns.contains(name) => Some(From::Column(name.to_owned())),
            (_, Some((_, card, slice)), Some(features)) => {
                let values = features.floats(card.name)?;
                values.iter().any(Option::is_some).then_some(From::Feature(values, *slice))
            }
            _ => None,
        };
        Ok(from.map(|from| Self { name: name.to_owned(), from }))
    }

    /// The slice of an account; only labeled ones have one in every dimension.
    pub(super) fn value(&self, label: Option<&Labeled>, row: Option<usize>) -> Option<String> {
        let value = match &self.from {
            From::Label => label.map(|l| l.label.clone()),
            From::Column(column) => label.and_then(|l| l.columns.get(column).cloned()),
            From::Feature(values, slice) => row.and_then(|r| values[r]).map(|v| slice(v).to_owned()),
        };
        label.map(|_| value.unwrap_or_else(|| NOT_KNOWN.to_owned()))
    }
}

/// Recall and false-positive rate at every verdict by slice, and the worst ratio of each dimension.
pub fn measures(cases: &Cases, at: Verdict, confidence: f64) -> Measures {
    let mut out = stages(cases, at, confidence);
    for (place, dimension) in cases.dimensions.iter().enumerate() {
        let of = |c: &Case| c.slices[place].clone().unwrap_or_else(|| NOT_KNOWN.to_owned());
        for verdict in Verdict::ALL.into_iter().skip(1) {
            for (positive, name) in [(true, "recall"), (false, "fpr")] {
                let mut rates: BTreeMap<String, Rate> = BTreeMap::new();
                for (case, weight) in cases.of_kind(positive) {
                    rates.entry(of(case)).or_default().add(weight, verdict <= case.verdict);
                }
                let unit = unit(cases, positive);
                for (slice, rate) in &rates {
                    let name = format!("{name}_at_{}[{}={slice}]", verdict.word(), dimension.name);
                    out.insert(name, rate.measure(confidence, &unit));
                }
                if !positive && verdict == at {
                    let name = format!("worst_fpr_ratio_at_{}[{}]", at.word(), dimension.name);
                    out.extend(worst(&rates, confidence).map(|(slice, n, ratio, bounds)| {
                        let unit = cases.unit(&format!(
                            "times the share of all other negative account-nights, slice {slice}; bounds for the worst of {}",
                            rates.len()
                        ));
                        (name, Measure::with_bounds(ratio, n, Some(bounds), &unit))
                    }));
                }
            }
        }
    }
    out
}

fn unit(cases: &Cases, positive: bool) -> String {
    cases.unit(if positive { "share of positive account-nights" } else { "share of negative account-nights" })
}

/// Which share of each kind is flagged with a first reason of a stage.
fn stages(cases: &Cases, at: Verdict, confidence: f64) -> Measures {
    let mut out = Measures::new();
    for stage in ["registration", "messaging", "feedback"] {
        for (positive, name) in [(true, "recall"), (false, "fpr")] {
            let first = |c: &Case| at <= c.verdict && c.stage.as_deref() == Some(stage);
            let rate = Rate::of(cases.of_kind(positive).map(|(c, weight)| (weight, first(c))));
            let name = format!("{name}_at_{}[stage={stage}]", at.word());
            out.insert(name, rate.measure(confidence, &unit(cases, positive)));
        }
    }
    out
}

/// A slice beside all others: name, number, ratio, bounds.
type Worst = (String, usize, Option<f64>, (f64, f64));

/// The slice whose negatives are flagged most often, beside all others, with bounds that hold for all slices at once.
fn worst(rates: &BTreeMap<String, Rate>, confidence: f64) -> Option<Worst> {
    if rates.len() < 2 {
        return None;
    }
    let each = 1.0 - (1.0 - confidence) / rates.len() as f64;
    let all = rates.values().map(Rate::effective).fold((0.0, 0.0), |a, b| (a.0 + b.0, a.1 + b.1));
    let ratio = |rate: &Rate| {
        let (hits, n) = rate.effective();
        let others = (all.0 - hits, all.1 - n);
        let value = (0.0 < others.0 && 0.0 < n).then(|| hits / n * others.1 / others.0);
        (value, exact::ratio_bounds((hits, n), others, each))
    };
    // By what is certain, then by what was seen: a slice of one account must not be the worst by chance.
    let key = |(_, rate): &(&String, &Rate)| {
        let (value, (low, _)) = ratio(rate);
        (low, value.unwrap_or(if 0.0 < rate.effective().0 { f64::MAX } else { 0.0 }))
    };
    let less = |a: &(f64, f64), b: &(f64, f64)| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1));
    let (slice, rate) = rates.iter().max_by(|a, b| less(&key(a), &key(b)))?;
    let (value, bounds) = ratio(rate);
    Some((sanitise(slice, 60), rate.n(), value, bounds))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rates(list: &[(&str, usize, usize)]) -> BTreeMap<String, Rate> {
        let of = |hits: usize, n: usize| Rate::of((0..n).map(|i| (1.0, i < hits)));
        list.iter().map(|(name, hits, n)| ((*name).to_owned(), of(*hits, *n))).collect()
    }

    #[test]
    fn the_worst_slice_is_the_one_that_is_surely_worse() {
        // One of one is a larger share, and says less.
        let (slice, n, ratio, (low, _)) =
            worst(&rates(&[("few", 1, 1), ("many", 30, 100), ("rest", 5, 1000)]), 0.95)
                .expect("three slices");
        assert_eq!((slice.as_str(), n), ("many", 100));
        assert!((ratio.expect("others are flagged too") - 0.3 / (6.0 / 1001.0)).abs() < 1e-9 && 1.5 < low);
        let (_, _, ratio, bounds) = worst(&rates(&[("a", 0, 50), ("b", 0, 50)]), 0.95).expect("two slices");
        assert_eq!((ratio, bounds), (None, (0.0, f64::INFINITY)), "nobody flagged tells nothing");
        assert!(worst(&rates(&[("alone", 3, 50)]), 0.95).is_none());
    }

    #[test]
    fn bounds_of_the_worst_hold_for_all_slices_at_once() {
        let two = rates(&[("a", 9, 100), ("b", 3, 100)]);
        let mut many = two.clone();
        many.extend(rates(&[("c", 0, 1), ("d", 0, 1), ("e", 0, 1)]));
        let low = |r: &BTreeMap<String, Rate>| worst(r, 0.95).expect("slices").3.0;
        assert!(low(&many) < low(&two));
    }
}
