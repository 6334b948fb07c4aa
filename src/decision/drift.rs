//! How far a distribution moved between two nights: two-sample Kolmogorov-Smirnov, with what chance leaves of it.
//! In: the values of a feature over the accounts of both nights, absent ones among them; out: distance, sure distance, n.
//! Knows no feature and no threshold.

use serde::Serialize;

/// The chance with which any of the compared distributions seems to have moved further than it did [S].
const ALPHA: f64 = 0.001;

/// How far a distribution moved.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Shift {
    /// The largest difference between the two distributions, 0 to 1: so large a share of accounts lies elsewhere.
    pub distance: f64,
    /// What chance leaves of it: the distance of the true distributions is at least this, all compared ones together
    /// with 99.9 %, for accounts drawn independently of each other (Dvoretzky, Kiefer, Wolfowitz, Massart).
    pub at_least: f64,
    /// Accounts before and now.
    pub n: [u64; 2],
    /// The share of them without a value.
    pub absent: [f64; 2],
    /// The median of the values; none where there is no value.
    pub median: [Option<f64>; 2],
}

impl Shift {
    /// Compares two nights; an absent value lies below all others, so that a column that breaks off is a shift too.
    ///
    /// `compared` is how many distributions are compared in all.
    pub fn of(before: &[Option<f64>], now: &[Option<f64>], compared: usize) -> Self {
        let sorted = |all: &[Option<f64>]| -> Vec<f64> {
            let mut all: Vec<f64> = all.iter().map(|v| v.unwrap_or(f64::NEG_INFINITY)).collect();
            all.sort_unstable_by(f64::total_cmp);
            all
        };
        let (before, now) = (sorted(before), sorted(now));
        let distance = distance(&before, &now);
        // One band a sample, each for its share of the chance.
        let band = |n: usize| ((4.0 * compared.max(1) as f64 / ALPHA).ln() / (2.0 * n as f64)).sqrt();
        let both = [&before, &now];
        let absent = both.map(|all| all.partition_point(|v| *v == f64::NEG_INFINITY));
        Self {
            distance,
            at_least: (distance - band(before.len()) - band(now.len())).max(0.0),
            n: both.map(|all| all.len() as u64),
            absent: [0, 1].map(|i| absent[i] as f64 / both[i].len().max(1) as f64),
            median: [0, 1].map(|i| both[i][absent[i]..].get((both[i].len() - absent[i]) / 2).copied()),
        }
    }
}

/// The largest difference of two sorted samples' distributions; equal values step together.
fn distance(a: &[f64], b: &[f64]) -> f64 {
    if a.is_empty() || b.is_empty() {
        return 0.0;
    }
    let (mut i, mut j, mut most) = (0, 0, 0.0_f64);
    while i < a.len() && j < b.len() {
        let value = if a[i].total_cmp(&b[j]).is_le() { a[i] } else { b[j] };
        i += a[i..].partition_point(|v| v.total_cmp(&value).is_le());
        j += b[j..].partition_point(|v| v.total_cmp(&value).is_le());
        most = most.max((i as f64 / a.len() as f64 - j as f64 / b.len() as f64).abs());
    }
    most
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some(values: impl IntoIterator<Item = f64>) -> Vec<Option<f64>> {
        values.into_iter().map(Some).collect()
    }

    #[test]
    fn the_distance_is_the_largest_gap_between_the_distributions() {
        // By definition: over all thresholds, the difference of the shares at or below.
        let a = some([1.0, 1.0, 2.0, 5.0, 9.0]);
        let b = some([1.0, 3.0, 5.0, 5.0, 7.0, 9.0, 9.0]);
        let share = |all: &[Option<f64>], at: f64| {
            all.iter().filter(|v| v.is_some_and(|v| v <= at)).count() as f64 / all.len() as f64
        };
        let by_hand =
            (0..=10).map(f64::from).map(|at| (share(&a, at) - share(&b, at)).abs()).fold(0.0, f64::max);
        let shift = Shift::of(&a, &b, 1);
        assert!((shift.distance - by_hand).abs() < 1e-12, "{} {by_hand}", shift.distance);
        assert_eq!((shift.at_least, shift.n, shift.median), (0.0, [5, 7], [Some(2.0), Some(5.0)]));
        assert_eq!(Shift::of(&a, &a, 1).distance, 0.0);
        assert_eq!(Shift::of(&a, &b, 1).distance, Shift::of(&b, &a, 1).distance);
    }

    #[test]
    fn what_breaks_off_is_a_shift_and_few_accounts_prove_none() {
        let there = some((0..2_000).map(f64::from));
        let half: Vec<Option<f64>> =
            there.iter().enumerate().map(|(i, v)| v.filter(|_| i % 2 == 0)).collect();
        let shift = Shift::of(&there, &half, 60);
        assert!((shift.distance - 0.5).abs() < 1e-3 && shift.absent == [0.0, 0.5], "{shift:?}");
        assert!((0.3..0.5).contains(&shift.at_least), "{shift:?}");
        let few = Shift::of(&there[..20], &half[..20], 60);
        assert_eq!(few.at_least, 0.0, "{few:?}");
        let nobody = Shift::of(&[], &there, 60);
        assert_eq!((nobody.distance, nobody.at_least, nobody.median[0]), (0.0, 0.0, None));
    }
}
