//! The seeded bootstrap of everything that is read off a ranking: labeled accounts drawn again, positives and negatives apart.
//! In: labeled accounts, or the same accounts scored twice; out: percentile bounds of a metric or of its difference.
//! The same accounts give the same bounds; two scorings of the same accounts are drawn alike, and so compared in pairs.

use super::curve::{Curve, Step, Weighed};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// Rounds of the bootstrap.
pub const ROUNDS: usize = 500;

/// A metric of a ranking.
pub type Metric<'a> = &'a dyn Fn(&Curve) -> Option<f64>;

/// Labeled accounts prepared for drawing: where each stands on the curve.
struct Prepared {
    steps: Vec<Step>,
    /// Step and weight of each account of a kind, in the order given.
    positives: Vec<(u32, f64)>,
    negatives: Vec<(u32, f64)>,
}

impl Prepared {
    fn of(accounts: &[Weighed]) -> Self {
        let mut order: Vec<usize> = (0..accounts.len()).collect();
        order.sort_by(|a, b| accounts[*b].score.total_cmp(&accounts[*a].score));
        let mut place = vec![0u32; accounts.len()];
        let mut steps: Vec<Step> = Vec::new();
        for i in order {
            let score = accounts[i].score;
            if steps.last().is_none_or(|s| s.score != score) {
                steps.push(Step { score, positives: 0.0, negatives: 0.0 });
            }
            place[i] = steps.len() as u32 - 1;
        }
        let kind = |positive: bool| {
            let of_kind = accounts.iter().zip(&place).filter(|(a, _)| a.positive == positive);
            of_kind.map(|(a, at)| (*at, a.weight)).collect()
        };
        Self { steps, positives: kind(true), negatives: kind(false) }
    }

    /// One draw with replacement, positives first.
    fn draw(&self, rng: &mut ChaCha8Rng) -> Curve {
        let mut steps = self.steps.clone();
        for _ in &self.positives {
            let (at, weight) = self.positives[rng.random_range(0..self.positives.len())];
            steps[at as usize].positives += weight;
        }
        for _ in &self.negatives {
            let (at, weight) = self.negatives[rng.random_range(0..self.negatives.len())];
            steps[at as usize].negatives += weight;
        }
        Curve::of_steps(steps)
    }
}

fn rng() -> ChaCha8Rng {
    ChaCha8Rng::seed_from_u64(20_190_206)
}

/// One-sided lower and upper bounds of several metrics of one ranking; nothing for a metric that no draw defines.
pub fn bounds(accounts: &[Weighed], metrics: &[Metric], confidence: f64) -> Vec<Option<(f64, f64)>> {
    let (prepared, mut rng) = (Prepared::of(accounts), rng());
    let mut values: Vec<Vec<f64>> = vec![Vec::with_capacity(ROUNDS); metrics.len()];
    for _ in 0..ROUNDS {
        let curve = prepared.draw(&mut rng);
        for (metric, values) in metrics.iter().zip(&mut values) {
            values.extend(metric(&curve));
        }
    }
    values.into_iter().map(|v| percentiles(v, confidence)).collect()
}

/// The same for the difference second minus first, of accounts that both score, in the same order in both.
pub fn paired_bounds(
    first: &[Weighed],
    second: &[Weighed],
    metrics: &[Metric],
    confidence: f64,
) -> Vec<Option<(f64, f64)>> {
    debug_assert_eq!(first.len(), second.len());
    let (a, b) = (Prepared::of(first), Prepared::of(second));
    // The labels are the same, so the same draws name the same accounts.
    let (mut of_a, mut of_b) = (rng(), rng());
    let mut values: Vec<Vec<f64>> = vec![Vec::with_capacity(ROUNDS); metrics.len()];
    for _ in 0..ROUNDS {
        let (a, b) = (a.draw(&mut of_a), b.draw(&mut of_b));
        for (metric, values) in metrics.iter().zip(&mut values) {
            values.extend(metric(&a).zip(metric(&b)).map(|(a, b)| b - a));
        }
    }
    values.into_iter().map(|v| percentiles(v, confidence)).collect()
}

fn percentiles(mut values: Vec<f64>, confidence: f64) -> Option<(f64, f64)> {
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)? as f64;
    let at = |q: f64| values[(last * q).round() as usize];
    Some((at(1.0 - confidence), at(confidence)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accounts(shift: f64) -> Vec<Weighed> {
        (0..80)
            .map(|i| {
                let positive = i % 4 == 0;
                let score = f64::from(i * 7 % 31) + if positive { shift } else { 0.0 };
                Weighed { score, positive, weight: 1.0 }
            })
            .collect()
    }

    #[test]
    fn bounds_hold_the_estimate_and_repeat() {
        let list = accounts(6.0);
        let estimate = Curve::of(&list).auroc().expect("both kinds");
        let metrics: [Metric; 1] = [&Curve::auroc];
        let first = bounds(&list, &metrics, 0.95);
        let (low, high) = first[0].expect("bounds");
        assert!(low < estimate && estimate < high, "{low} {estimate} {high}");
        assert_eq!(first, bounds(&list, &metrics, 0.95));
        let wider = bounds(&list, &metrics, 0.99)[0].expect("bounds");
        assert!(wider.0 <= low && high <= wider.1);
    }

    #[test]
    fn pairs_see_a_difference_that_two_intervals_would_not() {
        let (worse, better) = (accounts(6.0), accounts(7.5));
        let metrics: [Metric; 1] = [&Curve::auroc];
        let (low, _) = paired_bounds(&worse, &better, &metrics, 0.95)[0].expect("bounds");
        assert!(0.0 < low, "better in every draw: {low}");
        let apart = (bounds(&worse, &metrics, 0.95)[0], bounds(&better, &metrics, 0.95)[0]);
        assert!(apart.1.expect("bounds").0 < apart.0.expect("bounds").1, "intervals overlap");
        assert_eq!(paired_bounds(&worse, &worse, &metrics, 0.95)[0], Some((0.0, 0.0)));
    }

    #[test]
    fn one_kind_alone_has_no_bounds() {
        let list = vec![Weighed { score: 1.0, positive: true, weight: 1.0 }];
        assert_eq!(bounds(&list, &[&Curve::auroc], 0.95), [None]);
    }
}
