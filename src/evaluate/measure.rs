//! A measured number with what it needs to be believed: how many stand behind it, its bounds, its unit.
//! In: hits and weights of accounts; out: named measures in a fixed order.
//! Draws no verdict about what is good enough.

use super::exact;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A number, how many stand behind it, and its two one-sided bounds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Measure {
    /// The number; nothing where nothing could be measured.
    pub value: Option<f64>,
    /// How many units stand behind it.
    pub n: usize,
    /// One-sided lower bound.
    pub low: Option<f64>,
    /// One-sided upper bound.
    pub high: Option<f64>,
    /// What is counted.
    pub unit: String,
}

/// Measures by name.
pub type Measures = BTreeMap<String, Measure>;

impl Measure {
    /// A plain count, known exactly.
    pub fn count(n: usize, unit: &str) -> Self {
        let value = Some(n as f64);
        Self { value, n, low: value, high: value, unit: unit.to_owned() }
    }

    /// A number with bounds that somebody else computed.
    pub fn with_bounds(value: Option<f64>, n: usize, bounds: Option<(f64, f64)>, unit: &str) -> Self {
        // JSON knows no infinity; a bound that says nothing is none.
        let told = |x: f64| Some(x).filter(|x| x.is_finite());
        Self {
            value: value.and_then(told),
            n,
            low: bounds.and_then(|b| told(b.0)),
            high: bounds.and_then(|b| told(b.1)),
            unit: unit.to_owned(),
        }
    }
}

/// A share while it is counted: accounts with their weights, some of them hits.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rate {
    hits: f64,
    total: f64,
    squares: f64,
    n: usize,
}

impl Rate {
    /// Counts one account.
    pub fn add(&mut self, weight: f64, hit: bool) {
        self.hits += if hit { weight } else { 0.0 };
        self.total += weight;
        self.squares += weight * weight;
        self.n += 1;
    }

    /// The rate of some accounts, each with its weight and whether it is a hit.
    pub fn of(accounts: impl IntoIterator<Item = (f64, bool)>) -> Self {
        let mut rate = Self::default();
        accounts.into_iter().for_each(|(weight, hit)| rate.add(weight, hit));
        rate
    }

    /// Accounts counted.
    pub fn n(&self) -> usize {
        self.n
    }

    /// The share.
    pub fn value(&self) -> Option<f64> {
        (0.0 < self.total).then(|| self.hits / self.total)
    }

    /// Hits and number, as many as equal weights would need to know as much (Kish); exactly the counts where all weigh one.
    pub fn effective(&self) -> (f64, f64) {
        let n = if 0.0 < self.squares { self.total * self.total / self.squares } else { 0.0 };
        (self.value().unwrap_or(0.0) * n, n)
    }

    /// One-sided bounds: exact where all weigh one, exact for the effective number where they do not.
    pub fn bounds(&self, confidence: f64) -> (f64, f64) {
        let (hits, n) = self.effective();
        exact::bounds(hits, n, confidence)
    }

    /// The share as a measure.
    pub fn measure(&self, confidence: f64, unit: &str) -> Measure {
        let bounds = (0 < self.n).then(|| self.bounds(confidence));
        Measure::with_bounds(self.value(), self.n, bounds, unit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_weights_are_counts_and_unequal_ones_know_less() {
        let plain = Rate::of((0..20).map(|i| (1.0, i < 5)));
        assert_eq!((plain.value(), plain.effective(), plain.n()), (Some(0.25), (5.0, 20.0), 20));
        assert_eq!(plain.bounds(0.95), exact::bounds(5.0, 20.0, 0.95));
        let doubled = Rate::of((0..20).map(|i| (2.0, i < 5)));
        assert_eq!(doubled.bounds(0.95), plain.bounds(0.95), "a common weight tells nothing");
        // Weights 3 and 1: share (3 + 1) / 8, effective number 64 / 20.
        let uneven = Rate::of([(3.0, true), (1.0, true), (1.0, false), (3.0, false)]);
        assert_eq!((uneven.value(), uneven.effective().1), (Some(0.5), 3.2));
        let none = Rate::default().measure(0.95, "x");
        assert_eq!((none.value, none.n, none.low), (None, 0, None));
    }
}
