//! The exact similarity of two shingle sets, and how it is compared with a limit without rounding.
//! In: two sorted sets of hashes; out: intersection and union, or a verdict.
//! Knows no index: every edge passes through here before it counts.

use crate::content::CAP;

/// A similarity limit in thousandths, so that verdicts are exact and equal on every machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ratio(u16);

impl Ratio {
    /// A limit of `thousandths`, at least 1 and at most 1000.
    pub const fn thousandths(thousandths: u16) -> Self {
        Self(if thousandths == 0 {
            1
        } else if thousandths > 1000 {
            1000
        } else {
            thousandths
        })
    }

    /// Whether `part / whole` reaches the limit; no part of nothing does.
    pub fn is_reached(self, part: usize, whole: usize) -> bool {
        whole != 0 && whole as u64 * u64::from(self.0) <= part as u64 * 1000
    }

    /// Whether sets with `total` elements between them can reach the limit though at least `difference` elements are
    /// in one of them only: J >= t needs a symmetric difference of at most (1 - t) / (1 + t) of the total.
    fn survives(self, difference: u32, total: usize) -> bool {
        u64::from(difference) * (1000 + u64::from(self.0)) <= total as u64 * (1000 - u64::from(self.0))
    }
}

/// 128 parities of a set: element h flips bit h mod 128.
///
/// What two sets share flips the same bits, so the bits in which they differ are no more than their symmetric
/// difference, and most pairs that are not alike are refused by two words without a look at the sets, never one that
/// is (the bitmap filter of Sandes, Teodoro and Melo, Information Systems 2020).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Parities([u64; 2]);

impl Parities {
    /// The parities of a set. Of a set that was cut to its smallest hashes they say nothing.
    pub fn of(set: &[u32]) -> Self {
        let mut bits = [0; 2];
        for hash in set {
            // The lowest bit of a hash says whether it is masked.
            bits[(hash >> 7 & 1) as usize] ^= 1_u64 << (hash >> 1 & 63);
        }
        Self(bits)
    }

    fn distance(self, other: Self) -> u32 {
        (self.0[0] ^ other.0[0]).count_ones() + (self.0[1] ^ other.0[1]).count_ones()
    }

    /// Whether sets of these parities and lengths may reach the limit.
    pub fn may_be_alike(self, len: usize, other: Self, other_len: usize, limit: Ratio) -> bool {
        let (short, long) = (len.min(other_len), len.max(other_len));
        long == CAP || limit.is_reached(short, long) && limit.survives(self.distance(other), short + long)
    }
}

/// Size of the intersection and of the union of two sorted sets without repetitions; linear time.
///
/// Sets of [`CAP`] hashes were cut to their smallest ones: then both are taken within the CAP smallest hashes of the
/// union, which estimates the Jaccard similarity without bias (Broder's bottom-k sketch).
pub fn overlap(a: &[u32], b: &[u32]) -> (usize, usize) {
    let (mut i, mut j, mut both) = (0, 0, 0);
    let is_cut = a.len() == CAP || b.len() == CAP;
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        if is_cut && i + j - both == CAP {
            return (both, CAP);
        }
        // No branch: which set is behind is a coin toss.
        both += usize::from(x == y);
        i += usize::from(x <= y);
        j += usize::from(y <= x);
    }
    let union = a.len() + b.len() - both;
    (both, if is_cut { union.min(CAP) } else { union })
}

/// Whether two sets are at least as alike as the limit; the lengths alone refuse most pairs that are not.
pub fn is_alike(a: &[u32], b: &[u32], limit: Ratio) -> bool {
    let (short, long) = if a.len() < b.len() { (a.len(), b.len()) } else { (b.len(), a.len()) };
    if !limit.is_reached(short, long) {
        return false;
    }
    let (both, union) = overlap(a, b);
    limit.is_reached(both, union)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    #[test]
    fn limits_are_closed() {
        let limit = Ratio::thousandths(800);
        assert!(limit.is_reached(8, 10) && limit.is_reached(4, 5) && !limit.is_reached(799, 1000));
        assert!(!limit.is_reached(0, 0));
        assert!(is_alike(&[1, 2, 3, 4], &[1, 2, 3, 4, 5], limit));
        assert!(!is_alike(&[1, 2, 3, 4], &[1, 2, 3, 5], limit));
        assert!(!is_alike(&[], &[], limit));
    }

    #[test]
    fn parities_refuse_what_is_plainly_unlike() {
        let limit = Ratio::thousandths(800);
        let set = |from: u32| (from..from + 80).map(|i| i.wrapping_mul(0x9e37_79b9)).collect::<Vec<_>>();
        let may =
            |a: &[u32], b: &[u32]| Parities::of(a).may_be_alike(a.len(), Parities::of(b), b.len(), limit);
        assert!(may(&set(0), &set(0)) && may(&set(0), &set(8)));
        assert!(!may(&set(0), &set(40)) && !may(&set(0), &set(500)) && !may(&set(0), &set(0)[..60]));
    }

    #[test]
    fn cut_sets_are_compared_within_what_both_show() {
        // 10000 and 8000 evenly spread hashes, the second inside the first: Jaccard 0.8.
        let long: Vec<u32> = (0..10_000).map(|i| i * 400_000).collect();
        let short: Vec<u32> =
            long.iter().copied().enumerate().filter(|(i, _)| i % 5 != 0).map(|(_, h)| h).collect();
        let (both, union) = overlap(&long[..CAP], &short[..CAP]);
        assert_eq!(union, CAP);
        assert!((both as f64 / union as f64 - 0.8).abs() < 0.01);
    }

    proptest! {
        #[test]
        fn as_the_sets_say(a in prop::collection::btree_set(0_u32..60, 0..40), b in prop::collection::btree_set(0_u32..60, 0..40)) {
            let (x, y): (Vec<u32>, Vec<u32>) = (a.iter().copied().collect(), b.iter().copied().collect());
            let (both, union) = overlap(&x, &y);
            prop_assert_eq!(both, a.intersection(&b).count());
            prop_assert_eq!(union, a.union(&b).collect::<BTreeSet<_>>().len());
            for t in [1, 500, 800, 1000] {
                if union > 0 && both * 1000 >= union * usize::from(t) {
                    prop_assert!(Parities::of(&x).may_be_alike(x.len(), Parities::of(&y), y.len(), Ratio::thousandths(t)));
                }
                let limit = Ratio::thousandths(t);
                prop_assert_eq!(is_alike(&x, &y, limit), union > 0 && both * 1000 >= union * usize::from(t));
            }
        }
    }
}
