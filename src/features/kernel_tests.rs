//! The window kernels against naive references that are too simple to be wrong.
//! In: random sorted times with ties; out: equality on every draw.
//! Knows nothing but the kernels.

use super::kernels::*;
use proptest::prelude::*;

fn times() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::vec(0i64..40, 0..60).prop_map(|mut ts| {
        ts.sort_unstable();
        ts
    })
}

fn keyed() -> impl Strategy<Value = (Vec<i64>, Vec<u32>)> {
    times().prop_flat_map(|ts| {
        let n = ts.len();
        (Just(ts), proptest::collection::vec(0u32..6, n))
    })
}

/// Indices inside the closed window that starts at event `i`.
fn inside(ts: &[i64], i: usize, width: i64) -> Vec<usize> {
    (0..ts.len()).filter(|j| 0 <= ts[*j] - ts[i] && ts[*j] - ts[i] <= width).collect()
}

fn distinct(keys: &[u32], at: &[usize]) -> usize {
    let mut seen: Vec<u32> = at.iter().map(|i| keys[*i]).collect();
    seen.sort_unstable();
    seen.dedup();
    seen.len()
}

/// Kept events only.
fn only(ts: &[i64], keys: &[u32], keep: impl Fn(usize) -> bool) -> (Vec<i64>, Vec<u32>) {
    (0..ts.len()).filter(|i| keep(*i)).map(|i| (ts[i], keys[i])).unzip()
}

proptest! {
    #[test]
    fn most_events_in_a_window(ts in times(), width in 0i64..20) {
        let naive = (0..ts.len()).map(|i| inside(&ts, i, width).len()).max().unwrap_or(0);
        prop_assert_eq!(max_in_window(&ts, width), naive);
    }

    #[test]
    fn most_distinct_in_a_window((ts, keys) in keyed(), width in 0i64..20) {
        let naive = (0..ts.len()).map(|i| distinct(&keys, &inside(&ts, i, width))).max().unwrap_or(0);
        prop_assert_eq!(DistinctCounter::default().max_distinct(&ts, &keys, 6, width), naive);
    }

    #[test]
    fn disjoint_windows_are_greedy(ts in times(), width in 0i64..20, least in 1usize..6) {
        let (mut n, mut start) = (0, 0);
        while start < ts.len() {
            let end = (start..ts.len()).take_while(|j| ts[*j] - ts[start] <= width).count() + start;
            if least <= end - start { n += 1; start = end } else { start += 1 }
        }
        prop_assert_eq!(disjoint_windows(&ts, width, least), n);
    }

    #[test]
    fn most_distinct_among_kept_events((ts, keys) in keyed(), width in 0i64..20, kept in any::<u64>()) {
        let keep = |i: usize| kept >> (i % 64) & 1 == 1;
        let (only_ts, only_keys) = only(&ts, &keys, keep);
        let naive = DistinctCounter::default().max_distinct(&only_ts, &only_keys, 6, width);
        prop_assert_eq!(DistinctCounter::default().max_distinct_where(&ts, &keys, 6, width, keep), naive);
    }

    #[test]
    fn disjoint_distinct_windows_are_greedy(
        (all_ts, all_keys) in keyed(),
        width in 0i64..20,
        least in 1usize..5,
        kept in any::<u64>(),
    ) {
        let keep = |i: usize| kept >> (i % 64) & 1 == 1;
        let (ts, keys) = only(&all_ts, &all_keys, keep);
        let (mut n, mut start) = (0, 0);
        while start < ts.len() {
            let end = (start..ts.len()).take_while(|j| ts[*j] - ts[start] <= width).count() + start;
            let at: Vec<usize> = (start..end).collect();
            if least <= distinct(&keys, &at) { n += 1; start = end } else { start += 1 }
        }
        let mut counter = DistinctCounter::default();
        for _ in 0..2 {
            // Twice, because the table must be left as it was found.
            let found = counter.disjoint_windows(&all_ts, &all_keys, 6, (width, least), keep);
            prop_assert_eq!(found, n);
        }
    }

    #[test]
    fn median_of_unsorted_values(values in proptest::collection::vec(-50i64..50, 0..40)) {
        let mut sorted = values.clone();
        sorted.sort_unstable();
        let mut any_order = values;
        prop_assert_eq!(median_of_any(&mut any_order), median(&sorted));
    }

    #[test]
    fn spearman_is_the_correlation_of_mean_ranks(points in proptest::collection::vec((0u32..6, 0u32..30), 2..40)) {
        let rank = |side: &dyn Fn(&(u32, u32)) -> u32, of: &(u32, u32)| {
            let below = points.iter().filter(|p| side(p) < side(of)).count() as f64;
            let same = points.iter().filter(|p| side(p) == side(of)).count() as f64;
            below + (same - 1.0) / 2.0
        };
        let n = points.len() as f64;
        let mean = (n - 1.0) / 2.0;
        let x: Vec<f64> = points.iter().map(|p| rank(&|p| p.0, p) - mean).collect();
        let y: Vec<f64> = points.iter().map(|p| rank(&|p| p.1, p) - mean).collect();
        let dot = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let naive = dot(&x, &y) / (dot(&x, &x) * dot(&y, &y)).sqrt();
        let (mut left, mut right): (Vec<u32>, Vec<u32>) = points.iter().copied().unzip();
        match spearman(&mut left, &mut right, &mut vec![3]) {
            Some(rho) => prop_assert!((rho - naive).abs() < 1e-9),
            None => prop_assert!(naive.is_nan()),
        }
    }

    #[test]
    fn quietest_hours_are_the_least_of_all_runs(hours in proptest::array::uniform24(0usize..9)) {
        let total: usize = hours.iter().sum();
        let least = (0..24).map(|h| (h..h + 6).map(|k| hours[k % 24]).sum::<usize>()).min().unwrap_or(0);
        let naive = (total > 0).then(|| least as f64 / total as f64);
        prop_assert_eq!(quietest_six_hours(&hours), naive);
    }

    #[test]
    fn kendall_counts_every_pair_that_neither_side_ties(
        both in proptest::collection::vec((0i64..12, 0i64..12), 0..30), least in 0usize..60,
    ) {
        let (mut told, mut score) = (0usize, 0i64);
        for (n, a) in both.iter().enumerate() {
            for b in &both[n + 1..] {
                let sign = (a.0 - b.0).signum() * (a.1 - b.1).signum();
                told += usize::from(sign != 0);
                score += sign;
            }
        }
        let naive = (0 < told && least <= told).then(|| score as f64 / told as f64);
        let own = kendall_gamma(&mut both.clone(), least);
        prop_assert_eq!(own.is_some(), naive.is_some());
        if let (Some(own), Some(naive)) = (own, naive) {
            prop_assert!((own - naive).abs() < 1e-12);
        }
    }
}

#[test]
fn closed_windows_hold_their_ends() {
    assert_eq!(max_in_window(&[0, 15], 15), 2);
    assert_eq!(max_in_window(&[0, 16], 15), 1);
    assert_eq!(max_in_window(&[], 15), 0);
}

#[test]
fn gap_bins_are_bit_lengths_of_whole_seconds() {
    let bins = [0, 999_999, 1_000_000, 1_999_999, 2_000_000, 4_000_000].map(gap_bin);
    assert_eq!(bins, [0, 0, 1, 1, 2, 3]);
    assert_eq!(gap_entropy_bits(&[5, 5, 5]), Some(0.0));
    assert_eq!(gap_entropy_bits(&[]), None);
}

#[test]
fn small_statistics() {
    assert_eq!(median(&[1, 2, 3, 10]), Some(2.5));
    assert_eq!(quantile(&[0, 10], 0.25), Some(2.5));
    assert_eq!(mode_share(&[0, 500_000, 1_000_000, 9_000_000]), Some(0.5));
    assert_eq!(mean_sd([2.0, 4.0].into_iter()), Some((3.0, 1.0)));
    assert!((burstiness(1.0, 0.0, 50).expect("enough gaps") + 1.0).abs() < 1e-12);
    assert_eq!(burstiness(0.0, 0.0, 50), None);
    let rho = spearman(&mut [1, 2, 3], &mut [2, 3, 9], &mut Vec::new()).expect("varies");
    assert!((rho - 1.0).abs() < 1e-12);
    assert_eq!(spearman(&mut [1, 1], &mut [2, 3], &mut Vec::new()), None);
    assert_eq!([-1, 0, 3_599_999_999, 90_000_000_000].map(hour_of), [23, 0, 0, 1]);
    assert_eq!(circular_concentration(&[0, 24, 48], 24), Some(1.0));
    assert!((wilson_lower(20, 40) - 0.352).abs() < 1e-3);
    assert_eq!(wilson_lower(0, 0), 0.0);
}
