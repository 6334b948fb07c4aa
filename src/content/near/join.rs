//! Verified edges between items that an index proposes, without ever comparing everybody with everybody.
//! In: bands of (key, item) entries and a likeness; out: edges that the likeness confirmed, and who hangs together.
//! Knows no text and no sketch; the same bands give the same edges for any number of threads.

use crate::domain::UnionFind;
use rayon::prelude::*;

/// When two items are alike.
pub(super) trait Likeness: Sync {
    /// Whether two items are linked by themselves.
    fn is_edge(&self, a: u32, b: u32) -> bool;
    /// Whether an item is close enough to a representative to share its cluster.
    fn is_near(&self, representative: u32, item: u32) -> bool;
}

/// Joins band after band.
///
/// The members of a bucket (entries with one key) come in order of a hint that lays like beside like, and each is
/// compared with a panel of at most `tries` members before it: all of them in a bucket no larger than that.
/// Members that hang together already are not compared again. So a band of n entries costs at most `tries` n
/// comparisons, and a mass of near-identical items about one an item in the first band that joins it and none after.
pub(super) struct Join<'a, L> {
    likeness: &'a L,
    tries: usize,
    sets: UnionFind,
    /// The smallest item that an item hung together with before the band: what threads read.
    component: Vec<u32>,
    edges: Vec<(u32, u32)>,
    /// How many others an item met in buckets, over all bands.
    crowd: Vec<u32>,
    sorted: Vec<u64>,
}

/// What a join found.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// Verified edges, smaller item first, sorted, each once.
    pub edges: Vec<(u32, u32)>,
    /// How many others each item met in buckets: the denser its surroundings, the more.
    pub crowd: Vec<u32>,
}

/// A member that later ones are compared with.
#[derive(Clone, Copy)]
struct Panelist {
    /// Component before the band.
    before: u32,
    /// Component within the bucket so far.
    now: u32,
    item: u32,
}

impl<'a, L: Likeness> Join<'a, L> {
    pub(super) fn new(items: usize, likeness: &'a L, tries: usize) -> Self {
        let component = (0..items as u32).collect();
        let sets = UnionFind::new(items as u32);
        Self {
            likeness,
            tries: tries.max(1),
            sets,
            component,
            edges: Vec::new(),
            crowd: vec![0; items],
            sorted: Vec::new(),
        }
    }

    /// Verifies what a band proposes. Entries hold the key in the upper half and the item in the lower one; their
    /// order does not matter. 16 bytes an entry while it runs.
    pub(super) fn band(&mut self, entries: &[u64], hint: impl Fn(u32) -> u64 + Sync) {
        self.sort(entries);
        for bucket in buckets(&self.sorted) {
            let others = (bucket.len() - 1) as u32;
            for entry in bucket {
                let met = &mut self.crowd[*entry as u32 as usize];
                *met = met.saturating_add(others);
            }
        }
        let buckets: Vec<&[u64]> = buckets(&self.sorted).filter(|b| self.says_something(b)).collect();
        let found: Vec<(u32, u32)> = buckets
            .par_iter()
            .with_min_len(64)
            .map_init(Vec::new, |panel, bucket| self.bucket(bucket, &hint, panel))
            .flatten_iter()
            .collect();
        for (a, b) in &found {
            self.sets.join(*a, *b);
        }
        if !found.is_empty() {
            for (item, component) in (0..).zip(&mut self.component) {
                *component = self.sets.root(item);
            }
        }
        self.edges.extend(found);
    }

    /// What all bands found.
    pub(super) fn finish(mut self) -> Joined {
        self.edges.sort_unstable();
        self.edges.dedup();
        Joined { edges: self.edges, crowd: self.crowd }
    }

    /// Sorts entries: dealt out by the first byte of the key, then each heap by itself, which stays in the cache.
    fn sort(&mut self, entries: &[u64]) {
        let heap = |entry: u64| (entry >> 56) as usize;
        let mut ends = [0_usize; 257];
        for entry in entries {
            ends[heap(*entry) + 1] += 1;
        }
        for i in 1..ends.len() {
            ends[i] += ends[i - 1];
        }
        self.sorted.clear();
        self.sorted.resize(entries.len(), 0);
        let mut next = ends;
        for entry in entries {
            let slot = &mut next[heap(*entry)];
            self.sorted[*slot] = *entry;
            *slot += 1;
        }
        let mut heaps = Vec::with_capacity(256);
        let mut rest = self.sorted.as_mut_slice();
        for pair in ends.windows(2) {
            let (heap, after) = rest.split_at_mut(pair[1] - pair[0]);
            heaps.push(heap);
            rest = after;
        }
        heaps.into_par_iter().for_each(<[u64]>::sort_unstable);
    }

    /// Whether a bucket holds two members that do not hang together yet.
    fn says_something(&self, bucket: &[u64]) -> bool {
        let first = self.component[bucket[0] as u32 as usize];
        bucket.iter().any(|entry| self.component[*entry as u32 as usize] != first)
    }

    fn bucket(
        &self,
        bucket: &[u64],
        hint: &(impl Fn(u32) -> u64 + Sync),
        panel: &mut Vec<Panelist>,
    ) -> Vec<(u32, u32)> {
        panel.clear();
        let mut edges = Vec::new();
        if bucket.len() <= self.tries {
            bucket.iter().for_each(|entry| self.member(*entry as u32, panel, &mut edges));
        } else {
            let mut members: Vec<(u64, u32)> = bucket.iter().map(|e| (hint(*e as u32), *e as u32)).collect();
            members.sort_unstable();
            members.iter().for_each(|(_, item)| self.member(*item, panel, &mut edges));
        }
        edges
    }

    /// Compares a member with the panel, latest first, and seats it.
    fn member(&self, item: u32, panel: &mut Vec<Panelist>, edges: &mut Vec<(u32, u32)>) {
        let before = self.component[item as usize];
        let mut now = panel.iter().find(|p| p.before == before).map_or(before, |p| p.now);
        for at in (0..panel.len()).rev() {
            let other = panel[at];
            if other.now == now || !self.likeness.is_edge(other.item, item) {
                continue;
            }
            edges.push((other.item.min(item), other.item.max(item)));
            // One of the two names wins; which one is of no consequence.
            panel.iter_mut().filter(|p| p.now == now).for_each(|p| p.now = other.now);
            now = other.now;
        }
        if panel.len() == self.tries {
            // The oldest of its own kind makes room before the oldest of all does.
            panel.remove(panel.iter().position(|p| p.now == now).unwrap_or(0));
        }
        panel.push(Panelist { before, now, item });
    }
}

/// Runs of two and more entries with one key.
fn buckets(sorted: &[u64]) -> impl Iterator<Item = &[u64]> {
    sorted.chunk_by(|a, b| a >> 32 == b >> 32).filter(|bucket| 1 < bucket.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// Items on a line, alike within a distance; counts its comparisons.
    struct Line(u32, AtomicUsize);

    impl Likeness for Line {
        fn is_edge(&self, a: u32, b: u32) -> bool {
            self.1.fetch_add(1, Ordering::Relaxed);
            a.abs_diff(b) <= self.0
        }
        fn is_near(&self, a: u32, b: u32) -> bool {
            a.abs_diff(b) <= 2 * self.0
        }
    }

    fn entry(key: u32, item: u32) -> u64 {
        u64::from(key) << 32 | u64::from(item)
    }

    #[test]
    fn one_bucket_for_everybody_stays_linear() {
        let n = 20_000;
        let line = Line(1, AtomicUsize::new(0));
        let entries: Vec<u64> = (0..n).map(|i| entry(7, i)).collect();
        let mut join = Join::new(n as usize, &line, 8);
        join.band(&entries, u64::from);
        assert!(join.component.iter().all(|c| *c == 0));
        let once = line.1.load(Ordering::Relaxed);
        assert!(once <= 2 * n as usize, "{once}");
        join.band(&entries, u64::from);
        assert_eq!(line.1.load(Ordering::Relaxed), once);
        // Nobody alike: the panel bounds it.
        let apart = Line(0, AtomicUsize::new(0));
        let mut join = Join::new(n as usize, &apart, 8);
        join.band(&entries, u64::from);
        assert!(join.finish().edges.is_empty());
        assert!(apart.1.load(Ordering::Relaxed) <= 8 * n as usize);
    }

    proptest! {
        #[test]
        fn small_buckets_are_joined_as_by_hand(
            keys in prop::collection::vec(prop::collection::vec(0_u32..6, 24), 1..4),
            reach in 0_u32..4,
        ) {
            let line = Line(reach, AtomicUsize::new(0));
            let mut join = Join::new(24, &line, 24);
            let mut reach_by_hand: Vec<usize> = (0..24).collect();
            for band in &keys {
                let entries: Vec<u64> = band.iter().zip(0..).map(|(k, i)| entry(*k, i)).collect();
                join.band(&entries, |_| 0);
                for a in 0..24 {
                    for b in 0..a {
                        if band[a] == band[b] && a - b <= reach as usize {
                            let (x, y) = (reach_by_hand[a], reach_by_hand[b]);
                            reach_by_hand.iter_mut().filter(|c| **c == x.max(y)).for_each(|c| *c = x.min(y));
                        }
                    }
                }
            }
            let expected: Vec<u32> = reach_by_hand.iter().map(|c| *c as u32).collect();
            prop_assert_eq!(&join.component, &expected);
            prop_assert!(join.finish().edges.iter().all(|(a, b)| a < b && b - a <= reach));
        }
    }
}
