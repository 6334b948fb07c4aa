//! A feature's values as places among the training values: 0 for the least, 1 for the most, ties in the middle.
//! In: the present values of training rows; out: a table of at most 256 knots and the place of any value.
//! Clamps beyond the training range and says whether a value lies there; never sees a test row.

use serde::{Deserialize, Serialize};

/// The most knots of a table.
const MOST_KNOTS: usize = 256;

/// Places of one feature's values among the training values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quantiles {
    /// Training rows that have the feature.
    pub n: usize,
    /// Their median: what an absent value counts as.
    pub median: f64,
    /// Its place.
    pub center: f64,
    /// Distinct values, rising; the first and last are the bounds of the support.
    pub values: Vec<f64>,
    /// Share of training values below each, ties counting half.
    pub places: Vec<f64>,
}

impl Quantiles {
    /// The table of these values; one without any places everything in the middle.
    pub fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        let n = values.len();
        let mut ties: Vec<(f64, f64, usize)> = Vec::new();
        let mut below = 0;
        for tied in values.chunk_by(|a, b| a == b) {
            ties.push((tied[0], (below as f64 + tied.len() as f64 / 2.0) / n as f64, below + tied.len()));
            below += tied.len();
        }
        if MOST_KNOTS < ties.len() {
            let last = (MOST_KNOTS - 1) as f64;
            let mut kept: Vec<usize> = (0..MOST_KNOTS)
                .map(|i| ((n - 1) as f64 * i as f64 / last).round() as usize)
                .map(|rank| ties.partition_point(|(_, _, end)| *end <= rank))
                .collect();
            kept.dedup();
            ties = kept.into_iter().map(|i| ties[i]).collect();
        }
        let median = values.get(n / 2).copied().unwrap_or(0.0);
        let mut made = Self {
            n,
            median,
            center: 0.5,
            values: ties.iter().map(|t| t.0).collect(),
            places: ties.iter().map(|t| t.1).collect(),
        };
        made.center = made.place(median);
        made
    }

    /// The place of a value, 0 to 1, between knots by straight lines; beyond the training range that of its end.
    pub fn place(&self, value: f64) -> f64 {
        let (Some(first), Some(last)) = (self.places.first(), self.places.last()) else { return 0.5 };
        let above = self.values.partition_point(|v| *v <= value);
        if above == 0 {
            return *first;
        }
        if above == self.values.len() {
            return *last;
        }
        let (low, high) = (self.values[above - 1], self.values[above]);
        let part = (value - low) / (high - low);
        self.places[above - 1] + part * (self.places[above] - self.places[above - 1])
    }

    /// Whether a value lies within the training range.
    pub fn holds(&self, value: f64) -> bool {
        matches!((self.values.first(), self.values.last()), (Some(low), Some(high)) if (*low..=*high).contains(&value))
    }

    /// Whether training rows differ in the feature at all.
    pub fn varies(&self) -> bool {
        1 < self.values.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_lie_in_the_middle_and_ends_clamp() {
        let q = Quantiles::of(vec![0.0, 0.0, 0.0, 4.0]);
        assert_eq!((q.n, q.median, q.center), (4, 0.0, 0.375));
        assert_eq!(
            [q.place(-9.0), q.place(0.0), q.place(2.0), q.place(4.0), q.place(99.0)],
            [0.375, 0.375, 0.625, 0.875, 0.875]
        );
        assert!(q.holds(4.0) && !q.holds(4.1) && q.varies());
        let none = Quantiles::of(Vec::new());
        assert_eq!((none.place(3.0), none.holds(3.0), none.varies()), (0.5, false, false));
    }

    #[test]
    fn many_values_are_thinned_and_keep_their_places() {
        let values: Vec<f64> = (0..10_000).map(|i| f64::from(i % 5_000)).collect();
        let q = Quantiles::of(values);
        assert!(q.values.len() <= MOST_KNOTS && q.values.is_sorted() && q.places.is_sorted());
        assert_eq!((q.values[0], q.values.last().copied()), (0.0, Some(4_999.0)));
        for value in [0.0, 17.0, 2_500.5, 4_999.0] {
            assert!((q.place(value) - (value + 0.5) / 5_000.0).abs() < 2e-4, "{value}");
        }
    }
}
