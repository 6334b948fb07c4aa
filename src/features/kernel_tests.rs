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
    fn disjoint_distinct_windows_are_greedy((ts, keys) in keyed(), width in 0i64..20, least in 1usize..5) {
        let (mut n, mut start) = (0, 0);
        while start < ts.len() {
            let end = (start..ts.len()).take_while(|j| ts[*j] - ts[start] <= width).count() + start;
            let at: Vec<usize> = (start..end).collect();
            if least <= distinct(&keys, &at) { n += 1; start = end } else { start += 1 }
        }
        prop_assert_eq!(DistinctCounter::default().disjoint_windows(&ts, &keys, 6, width, least), n);
    }

    #[test]
    fn kendall_counts_every_pair(ranks in proptest::collection::hash_set(0u32..1000, 2..30)) {
        let ranks: Vec<u32> = ranks.into_iter().collect();
        let mut score = 0i64;
        for i in 0..ranks.len() {
            for j in i + 1..ranks.len() {
                score += if ranks[i] < ranks[j] { 1 } else { -1 };
            }
        }
        let pairs = ranks.len() * (ranks.len() - 1) / 2;
        let naive = score as f64 / pairs as f64;
        prop_assert!((kendall_tau(&ranks).expect("two ranks") - naive).abs() < 1e-12);
    }

    #[test]
    fn quietest_hours_lie_between_nothing_and_a_quarter(ts in times()) {
        let hours = hour_counts(ts.iter().map(|t| t * 3_600_000_000));
        if let Some(share) = quietest_six_hours(&hours) {
            prop_assert!((0.0..=0.25).contains(&share));
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
    assert!((spearman(&[(1.0, 2.0), (2.0, 3.0), (3.0, 9.0)]).expect("varies") - 1.0).abs() < 1e-12);
    assert_eq!(spearman(&[(1.0, 2.0), (1.0, 3.0)]), None);
    assert_eq!(circular_concentration(&[0, 24, 48], 24), Some(1.0));
    assert!((wilson_lower(20, 40) - 0.352).abs() < 1e-3);
    assert_eq!(wilson_lower(0, 0), 0.0);
}
