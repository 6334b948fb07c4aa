//! How verdicts and sub-scores of a night are spread over its accounts, and how far two nights lie apart.
//! In: verdicts and sub-scores; out: counts by bin, and the largest difference of cumulative shares.
//! Tests nothing: most accounts of two nights are the same people, so what chance alone would do is said beside it.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Bins of a sub-score for comparing; the picture has a tenth of them.
const BINS: usize = 200;
const SHOWN: usize = 20;
/// The Kolmogorov-Smirnov statistic stays below this over the root of nm / (n + m) in 95 of 100 samples.
const KOLMOGOROV_95: f64 = 1.358;
/// The sub-scores.
pub const SCORES: [&str; 3] = ["automation", "broadcast", "unsolicited"];

/// A night's verdicts and sub-scores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread {
    n: u64,
    verdicts: BTreeMap<String, u64>,
    bins: [Vec<u64>; 3],
}

impl Spread {
    /// Counts accounts by verdict and sub-score.
    pub fn of<'a>(accounts: impl IntoIterator<Item = (&'a str, [f64; 3])>) -> Self {
        let mut made = Self { n: 0, verdicts: BTreeMap::new(), bins: std::array::from_fn(|_| vec![0; BINS]) };
        for (verdict, scores) in accounts {
            made.n += 1;
            match made.verdicts.get_mut(verdict) {
                Some(n) => *n += 1,
                None => drop(made.verdicts.insert(verdict.to_owned(), 1)),
            }
            for (bins, score) in made.bins.iter_mut().zip(scores) {
                bins[((score * BINS as f64) as usize).min(BINS - 1)] += 1;
            }
        }
        made
    }

    /// Accounts with a verdict.
    pub fn with(&self, verdict: &str) -> u64 {
        self.verdicts.get(verdict).copied().unwrap_or(0)
    }

    /// Counts for the pictures.
    fn shown(&self) -> Vec<Vec<u64>> {
        self.bins
            .iter()
            .map(|bins| bins.chunks(BINS / SHOWN).map(|part| part.iter().sum()).collect())
            .collect()
    }

    /// The largest difference of the shares at or below a score, for each sub-score.
    fn distance(&self, other: &Self) -> [f64; 3] {
        std::array::from_fn(|i| {
            let (mut own, mut others, mut most) = (0, 0, 0.0);
            for (a, b) in self.bins[i].iter().zip(&other.bins[i]) {
                (own, others) = (own + a, others + b);
                let share = |part: u64, n: u64| part as f64 / n.max(1) as f64;
                most = f64::max(most, (share(own, self.n) - share(others, other.n)).abs());
            }
            most
        })
    }

    /// As the page holds it, beside the earlier night's.
    pub fn json(&self, before: Option<&Self>) -> Value {
        let shift = before.filter(|before| 0 < self.n && 0 < before.n).map(|before| {
            let (n, m) = (self.n as f64, before.n as f64);
            let by_chance = (KOLMOGOROV_95 * ((n + m) / (n * m)).sqrt()).min(1.0);
            let each = SCORES.iter().zip(self.distance(before));
            each.map(|(name, distance)| json!({ "name": name, "distance": distance, "by_chance": by_chance }))
                .collect::<Vec<_>>()
        });
        json!({ "now": self.shown(), "before": before.map(Self::shown), "n": self.n,
                "n_before": before.map(|before| before.n), "shift": shift })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nights_are_as_far_apart_as_their_cumulative_shares() {
        let of = |scores: &[f64]| Spread::of(scores.iter().map(|s| ("watch", [*s, 0.0, 1.0])));
        let (low, high) = (of(&[0.1, 0.2, 0.3, 0.4]), of(&[0.1, 0.2, 0.8, 0.9]));
        assert_eq!(low.distance(&high), [0.5, 0.0, 0.0]);
        assert_eq!(low.distance(&low), [0.0; 3]);
        assert_eq!((low.with("watch"), low.with("review")), (4, 0));
        let shown = low.json(Some(&high));
        assert_eq!(shown["now"][0].as_array().expect("bins").len(), SHOWN);
        assert_eq!((&shown["now"][2][19], &shown["n_before"]), (&json!(4), &json!(4)));
        assert_eq!(low.json(None)["shift"], Value::Null);
        let nobody = Spread::of([]);
        assert_eq!(nobody.json(Some(&low))["shift"], Value::Null);
    }
}
