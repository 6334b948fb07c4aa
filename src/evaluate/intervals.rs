//! Intervals: Wilson for shares, a seeded stratified bootstrap for ranking metrics.
//! In: counts, or scored accounts with a metric; out: a 95 % interval.
//! Chance is seeded here, so that the same labels give the same interval.

use super::Scored;
use crate::features::kernels::wilson_lower;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

/// A 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// Wilson's interval of a share; the whole range without observations.
pub fn wilson(hits: usize, n: usize) -> Interval {
    if n == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    Interval { low: wilson_lower(hits, n), high: 1.0 - wilson_lower(n - hits, n) }
}

/// Percentile bootstrap of a metric, positives and negatives resampled apart, seed fixed.
pub fn bootstrap(
    scored: &[Scored],
    rounds: usize,
    metric: impl Fn(&[Scored]) -> Option<f64>,
) -> Option<Interval> {
    metric(scored)?;
    let (positives, negatives): (Vec<Scored>, Vec<Scored>) = scored.iter().partition(|s| s.positive);
    let mut rng = ChaCha8Rng::seed_from_u64(20190206);
    let mut values: Vec<f64> = (0..rounds)
        .filter_map(|_| {
            let mut draw = Vec::with_capacity(scored.len());
            for kind in [&positives, &negatives] {
                draw.extend((0..kind.len()).map(|_| kind[rng.random_range(0..kind.len())]));
            }
            metric(&draw)
        })
        .collect();
    values.sort_by(f64::total_cmp);
    let at = |q: f64| values.get(((values.len() as f64 - 1.0) * q).round() as usize).copied();
    Some(Interval { low: at(0.025)?, high: at(0.975)? })
}

#[cfg(test)]
mod tests {
    use super::super::auroc;
    use super::*;

    #[test]
    fn shares_of_nothing_are_anything_and_of_few_are_wide() {
        assert_eq!(wilson(0, 0), Interval { low: 0.0, high: 1.0 });
        let none_of_ten = wilson(0, 10);
        assert!(none_of_ten.low == 0.0 && 0.25 < none_of_ten.high);
    }

    #[test]
    fn the_bootstrap_holds_the_estimate_and_repeats() {
        let scored: Vec<Scored> =
            (0..60).map(|i| Scored { score: f64::from(i % 17), positive: i % 4 == 0 }).collect();
        let estimate = auroc(&scored).expect("both kinds");
        let first = bootstrap(&scored, 200, auroc).expect("interval");
        assert!(first.low <= estimate && estimate <= first.high);
        assert_eq!(Some(first), bootstrap(&scored, 200, auroc));
    }
}
