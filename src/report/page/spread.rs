//! How verdicts and sub-scores of a night are spread over its accounts, and how far two nights lie apart.
//! In: verdicts and sub-scores; out: counts by bin, beside the shift that was measured.
//! Measures no shift: that is the same statistic for sub-scores as for features.

use crate::decision::Shift;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Bins of a sub-score in the picture.
const BINS: usize = 20;
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

    /// As the page holds it, beside the earlier night's and how far each sub-score lies from it.
    pub fn json(&self, earlier: Option<&(Self, [Shift; 3])>) -> Value {
        let (before, shifts) = earlier.map(|(before, shifts)| (before, shifts)).unzip();
        let told = |(name, shift): (&&str, &Shift)| json!({ "name": name, "distance": shift.distance, "at_least": shift.at_least });
        let shift = shifts.map(|all| SCORES.iter().zip(all).map(told).collect::<Vec<_>>());
        json!({ "now": self.bins, "before": before.map(|before| &before.bins), "n": self.n,
                "n_before": before.map(|before| before.n), "shift": shift })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_night_is_counted_by_bin_and_told_beside_the_earlier_one() {
        let of = |scores: &[f64]| Spread::of(scores.iter().map(|s| ("watch", [*s, 0.0, 1.0])));
        let (low, high) = (of(&[0.1, 0.2, 0.3, 0.4]), of(&[0.1, 0.8]));
        assert_eq!((low.with("watch"), low.with("review")), (4, 0));
        let some = |scores: &[f64]| scores.iter().copied().map(Some).collect::<Vec<_>>();
        let shift = Shift::of(&some(&[0.1, 0.8]), &some(&[0.1, 0.2, 0.3, 0.4]), 3);
        let shown = low.json(Some(&(high, [shift; 3])));
        assert_eq!(shown["now"][0].as_array().expect("bins").len(), BINS);
        assert_eq!((&shown["now"][2][19], &shown["n_before"]), (&json!(4), &json!(2)));
        assert_eq!(
            (&shown["shift"][0]["name"], &shown["shift"][0]["distance"]),
            (&json!("automation"), &json!(0.5))
        );
        assert_eq!(low.json(None)["shift"], Value::Null);
    }
}
