//! Who received a content cluster from an account, as a small sample that two accounts can be compared by.
//! In: deliveries in any order; out: for two accounts and a cluster, how many sampled recipients they share.
//! Knows no time, and holds no recipient: only mixed hashes, the smallest ones.

/// Recipients kept of each account and cluster; an audience up to this size is exact.
pub const SKETCH: usize = 64;
/// Deliveries held before they are cut to sketches: 24 bytes each.
const FRESH: usize = 1 << 20;

/// An account sent a cluster to somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Delivery {
    /// Content cluster.
    pub cluster: u64,
    /// Sender.
    pub account: u32,
    /// Keyed hash of the recipient, or an index: it is mixed here, but only a key keeps a sender from choosing
    /// recipients that the sample misses.
    pub recipient: u64,
}

/// Sampled audiences: the `SKETCH` recipients with the smallest mixed hashes (bottom-k; Cohen and Kaplan 2007).
///
/// At most 512 bytes and a key of 24 for each (cluster, account).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Audiences {
    keys: Vec<(u64, u32)>,
    /// Ends of the sketches in `hashes`.
    ends: Vec<usize>,
    /// Mixed recipients, each sketch sorted; one longer than `SKETCH` would be cut.
    hashes: Vec<u64>,
}

/// How far two audiences are the same, over sampled recipients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Overlap {
    /// Sampled recipients of both.
    pub shared: u64,
    /// Sampled recipients of the account that has fewer.
    pub sampled: u64,
}

impl Overlap {
    /// Shared part of the smaller audience; `None` without a sample.
    ///
    /// Exact while both audiences have at most 64 people. Else a sample of n people of the smaller audience, taken
    /// without looking at the other: standard error sqrt(p (1 - p) / n), 0.04 at p = 0.1 and n = 64; n shrinks to about
    /// 64 small / large where sizes differ, which is why `sampled` stands beside it.
    pub fn share(&self) -> Option<f64> {
        (0 < self.sampled).then(|| self.shared as f64 / self.sampled as f64)
    }

    pub(crate) fn plus(self, other: Self) -> Self {
        Self { shared: self.shared + other.shared, sampled: self.sampled + other.sampled }
    }
}

/// Takes deliveries one by one; holds 24 bytes for each kept recipient and a million more.
#[derive(Debug, Default)]
pub struct AudienceBuilder {
    kept: Vec<Delivery>,
    full_at: usize,
}

impl AudienceBuilder {
    /// Adds a delivery; the same one twice is one.
    pub fn push(&mut self, delivery: Delivery) {
        self.kept.push(Delivery { recipient: mix(delivery.recipient), ..delivery });
        if self.full_at.max(FRESH) <= self.kept.len() {
            self.cut();
            self.full_at = 2 * self.kept.len();
        }
    }

    /// Keeps the smallest hashes of each account and cluster, and one more to know that there are more.
    fn cut(&mut self) {
        self.kept.sort_unstable();
        self.kept.dedup();
        let (mut last, mut n) = (None, 0);
        self.kept.retain(|d| {
            let key = Some((d.cluster, d.account));
            n = if key == last { n + 1 } else { 1 };
            last = key;
            n <= SKETCH + 1
        });
    }

    /// The sampled audiences. The order of deliveries leaves no trace.
    pub fn finish(mut self) -> Audiences {
        self.cut();
        let mut all = Audiences::default();
        for sketch in self.kept.chunk_by(|a, b| (a.cluster, a.account) == (b.cluster, b.account)) {
            all.keys.extend(sketch.first().map(|d| (d.cluster, d.account)));
            all.hashes.extend(sketch.iter().map(|d| d.recipient));
            all.ends.push(all.hashes.len());
        }
        all
    }
}

impl Audiences {
    /// The same under other numbers for accounts; `of` keeps their order.
    pub(crate) fn renumbered(mut self, of: impl Fn(u32) -> u32) -> Self {
        self.keys.iter_mut().for_each(|(_, account)| *account = of(*account));
        self
    }

    /// Compares the audiences of two accounts for a cluster; nothing is sampled where one of them has none.
    pub fn overlap(&self, cluster: u64, a: u32, b: u32) -> Overlap {
        let (a, b) = (self.sketch(cluster, a), self.sketch(cluster, b));
        // Below the first hash that either sketch lost, both are complete: there a recipient is sampled by its hash.
        let lost = |sketch: &[u64]| sketch.get(SKETCH).copied();
        let end = lost(a).into_iter().chain(lost(b)).min();
        let complete = |sketch: &[u64]| end.map_or(sketch.len(), |end| sketch.partition_point(|h| *h < end));
        let (a, b) = (&a[..complete(a)], &b[..complete(b)]);
        let shared = a.iter().filter(|h| b.binary_search(h).is_ok()).count() as u64;
        Overlap { shared, sampled: a.len().min(b.len()) as u64 }
    }

    fn sketch(&self, cluster: u64, account: u32) -> &[u64] {
        let Ok(at) = self.keys.binary_search(&(cluster, account)) else { return &[] };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.hashes[start..self.ends[at]]
    }
}

/// The finalizer of SplitMix64: a bijection, so that no two recipients fall together.
fn mix(x: u64) -> u64 {
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn audiences(of: &[(u64, u32, std::ops::Range<u64>)]) -> Audiences {
        let mut builder = AudienceBuilder::default();
        for (cluster, account, recipients) in of.iter().rev() {
            recipients.clone().for_each(|r| {
                builder.push(Delivery { cluster: *cluster, account: *account, recipient: r });
            });
        }
        builder.finish()
    }

    proptest! {
        #[test]
        fn small_audiences_are_exact(
            rows in prop::collection::vec((0u64..3, 0u32..3, 0u64..60), 0..200), cluster in 0u64..3,
        ) {
            let mut builder = AudienceBuilder::default();
            for (cluster, account, recipient) in &rows {
                builder.push(Delivery { cluster: *cluster, account: *account, recipient: *recipient });
            }
            let of = |account: u32| -> BTreeSet<u64> {
                rows.iter().filter(|r| (r.0, r.1) == (cluster, account)).map(|r| r.2).collect()
            };
            let (a, b) = (of(0), of(1));
            let overlap = builder.finish().overlap(cluster, 0, 1);
            prop_assert_eq!(overlap.shared as usize, a.intersection(&b).count());
            prop_assert_eq!(overlap.sampled as usize, a.len().min(b.len()));
        }
    }

    #[test]
    fn large_audiences_are_estimated_within_four_errors() {
        for (shared, seed) in [(0u64, 0), (100, 1 << 40), (500, 2 << 40), (1_000, 3 << 40)] {
            let all = audiences(&[
                (1, 0, seed..seed + 1_000),
                (1, 1, seed + 1_000 - shared..seed + 2_000 - shared),
            ]);
            let overlap = all.overlap(1, 0, 1);
            let p = shared as f64 / 1_000.0;
            let error = (p * (1.0 - p) / overlap.sampled as f64).sqrt();
            assert!(40 <= overlap.sampled, "{overlap:?}");
            assert!(
                (overlap.share().expect("sampled") - p).abs() <= 4.0 * error + 1e-9,
                "{shared} {overlap:?}"
            );
        }
    }

    #[test]
    fn a_small_audience_within_a_large_one_is_seen_as_such() {
        let all = audiences(&[(1, 0, 0..1_000_000), (1, 1, 0..50_000), (1, 2, 2_000_000..2_050_000)]);
        assert_eq!(all.overlap(1, 0, 1).share(), Some(1.0));
        assert_eq!(all.overlap(1, 0, 2).shared, 0);
        assert_eq!(all.overlap(2, 0, 1).share(), None);
        assert_eq!(all.overlap(1, 1, 2).shared, 0);
    }
}
