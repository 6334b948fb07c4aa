//! Near-duplicates among 64-bit simhash sketches that a platform made: texts nobody here has seen.
//! In: (fingerprint, sketch) pairs; out: the fingerprints and their clusters by Hamming distance.
//! Knows nothing but the sketches, so an edge is as good as they are.

use super::cluster::{Clusters, cluster};
use super::join::{Join, Likeness};

/// Distances above which blocks grow too narrow to tell anything apart.
const MOST_BITS: u32 = 8;

/// What counts as near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SketchSettings {
    /// Most bits in which linked sketches differ, at most 8. 3 of 64 is the published setting for web pages
    /// (Manku, Jain and Das Sarma, WWW 2007).
    pub edge_bits: u32,
    /// Most bits in which a member differs from the representative of its cluster.
    pub radius_bits: u32,
    /// Members of a bucket that each member is compared with.
    pub tries: u8,
}

impl Default for SketchSettings {
    fn default() -> Self {
        Self { edge_bits: 3, radius_bits: 6, tries: 32 }
    }
}

struct Sketches<'a> {
    sketches: &'a [(u64, u64)],
    edge_bits: u32,
    radius_bits: u32,
}

impl Sketches<'_> {
    fn distance(&self, a: u32, b: u32) -> u32 {
        (self.sketches[a as usize].1 ^ self.sketches[b as usize].1).count_ones()
    }
}

impl Likeness for Sketches<'_> {
    fn is_edge(&self, a: u32, b: u32) -> bool {
        self.distance(a, b) <= self.edge_bits
    }

    fn is_near(&self, representative: u32, item: u32) -> bool {
        self.distance(representative, item) <= self.radius_bits
    }
}

/// Joins and clusters sketches; returns the fingerprints by rank, ascending, and the clusters over ranks.
///
/// Of d + 2 blocks of bits at least two are untouched where at most d bits differ, so each pair of blocks is a table
/// (10 tables of about 25 bits for d = 3) and each pair within the distance shares a bucket of one of them; it is
/// linked, directly or over others, unless its buckets hold more unlike members than `tries`. A sketch of 0 stands for
/// an empty text and is left out; of several sketches of one fingerprint the smallest counts. 40 bytes a sketch.
pub fn near_sketches(mut sketches: Vec<(u64, u64)>, settings: SketchSettings) -> (Vec<u64>, Clusters) {
    sketches.retain(|(_, sketch)| *sketch != 0);
    sketches.sort_unstable();
    sketches.dedup_by_key(|(fingerprint, _)| *fingerprint);
    let edge_bits = settings.edge_bits.min(MOST_BITS);
    let likeness = Sketches { sketches: &sketches, edge_bits, radius_bits: settings.radius_bits };
    let mut join = Join::new(sketches.len(), &likeness, usize::from(settings.tries));
    let blocks = blocks(edge_bits + 2);
    let mut entries = Vec::with_capacity(sketches.len());
    for (at, first) in blocks.iter().enumerate() {
        for second in &blocks[..at] {
            let mask = first | second;
            entries.clear();
            entries
                .extend((0_u32..).zip(&sketches).map(|(rank, (_, s))| key(s & mask) << 32 | u64::from(rank)));
            join.band(&entries, |rank| sketches[rank as usize].1);
        }
    }
    let clusters = cluster(join.finish(), &likeness);
    (sketches.into_iter().map(|(fingerprint, _)| fingerprint).collect(), clusters)
}

/// Splits 64 bits into `n` runs of nearly equal length.
fn blocks(n: u32) -> Vec<u64> {
    let below = |bit: u32| if bit == 64 { u64::MAX } else { (1 << bit) - 1 };
    (0..n).map(|i| below(64 * (i + 1) / n) & !below(64 * i / n)).collect()
}

/// 32 bits of the kept ones.
fn key(kept: u64) -> u64 {
    kept.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn blocks_are_a_partition() {
        for n in 2..=10 {
            let blocks = blocks(n);
            assert_eq!(blocks.iter().map(|b| b.count_ones()).sum::<u32>(), 64);
            assert_eq!(blocks.iter().fold(0, |all, b| all | b), u64::MAX);
        }
    }

    #[test]
    fn one_sketch_for_all_and_none() {
        let (_, clusters) =
            near_sketches((1..50_000).map(|f| (f, 0xabcdef)).collect(), SketchSettings::default());
        assert_eq!(clusters.len(), 1);
        assert_eq!(clusters.get(0).unwrap().members.len(), 49_999);
        let (names, clusters) = near_sketches(vec![(1, 0), (2, 0)], SketchSettings::default());
        assert!(names.is_empty() && clusters.is_empty());
    }

    proptest! {
        #[test]
        fn components_are_those_of_all_pairs(
            seeds in prop::collection::vec(any::<u64>(), 1..6),
            flips in prop::collection::vec((0_usize..6, prop::collection::vec(0_u32..64, 0..5)), 0..40),
            edge_bits in 0_u32..6,
        ) {
            let sketches: Vec<(u64, u64)> = (1..).zip(flips.iter().map(|(s, bits)| {
                bits.iter().fold(seeds[s % seeds.len()], |x, bit| x ^ 1 << bit) | 1
            })).collect();
            let n = sketches.len();
            let mut hand: Vec<usize> = (0..n).collect();
            for a in 0..n {
                for b in 0..a {
                    if (sketches[a].1 ^ sketches[b].1).count_ones() <= edge_bits {
                        let (x, y) = (hand[a], hand[b]);
                        hand.iter_mut().filter(|c| **c == x.max(y)).for_each(|c| *c = x.min(y));
                    }
                }
            }
            // A radius without bound leaves the components whole.
            let settings = SketchSettings { edge_bits, radius_bits: 64, tries: 64 };
            let (_, clusters) = near_sketches(sketches, settings);
            for a in 0..n as u32 {
                for b in 0..a {
                    let together = clusters.of(a).is_some() && clusters.of(a) == clusters.of(b);
                    prop_assert_eq!(together, hand[a as usize] == hand[b as usize]);
                }
            }
        }
    }
}
