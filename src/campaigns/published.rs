//! The published co-sharing network: every two shares of one object within a window, exactly.
//! In: shares and the participation asked for; out: one tally for each pair of accounts, and what a cap left out.
//! Knows no repetition and no direction beyond a count; those are the other rule of `lockstep`.

use rayon::prelude::*;

use super::lockstep::LeftOut;
use super::pair_counts::{PairCounts, PairTally, meeting};
use super::share::{Buckets, Share, objects, within};

/// Tallies of pairs of accounts by CooRTweet's rule (Righetti and Balluff, the R package CooRTweet 2.1): accounts with
/// fewer than `participation` rows are dropped; inside an object all pairs of rows with |dt| <= window; no pair of one
/// account, of one content, or with a content that is the object itself; and of what is left, pairs where at least one
/// content belongs to an account with at least `participation` distinct contents among the paired ones.
///
/// Two passes over the window join instead of a list of pairs: memory does not grow with them, only with distinct
/// pairs of accounts. Time grows with the pairs of rows in a window, and so with the square of the fullest window,
/// unless `cap` leaves out objects with more than `cap` rows in one.
pub(crate) fn tallies(
    rows: &[Share],
    accounts: u32,
    window_us: i64,
    participation: u32,
    cap: Option<u32>,
) -> (Vec<PairTally>, LeftOut) {
    let buckets = if participation <= 1 {
        Buckets::of(rows)
    } else {
        Buckets::of(&participating(rows, accounts, participation))
    };
    let join = Join { window_us, cap };
    let good = (1 < participation).then(|| join.good_contents(&buckets, accounts, participation));
    let counted = buckets.slices().into_par_iter().fold(<(PairCounts, LeftOut)>::default, |acc, bucket| {
        objects(bucket).fold(acc, |(mut counts, left_out), object| {
            // A content is looked up once, not once for each of its pairs.
            let is_good: Option<Vec<bool>> = good
                .as_ref()
                .map(|good| object.iter().map(|s| good.binary_search(&s.content).is_ok()).collect());
            let skipped = join.each_pair(object, |i, j| {
                if is_good.as_ref().is_none_or(|good| good[i] || good[j]) {
                    let (a, b) = (&object[i], &object[j]);
                    counts.push(meeting((a.account, a.ts), (b.account, b.ts)));
                }
            });
            (counts, left_out.plus(&skipped))
        })
    });
    let (counts, left_out) =
        counted.reduce(Default::default, |(a, left), (b, more)| (a.absorb(b), left.plus(&more)));
    (counts.finish(), left_out)
}

/// Rows of accounts with at least `participation` rows.
fn participating(rows: &[Share], accounts: u32, participation: u32) -> Vec<Share> {
    let mut n = vec![0u32; accounts as usize];
    for share in rows {
        let n = &mut n[share.account as usize];
        *n = n.saturating_add(1);
    }
    rows.iter().filter(|s| participation <= n[s.account as usize]).copied().collect()
}

struct Join {
    window_us: i64,
    cap: Option<u32>,
}

impl Join {
    /// Visits the places of every two rows of an object that pair, earlier one first; what was left out instead.
    fn each_pair(&self, object: &[Share], mut visit: impl FnMut(usize, usize)) -> LeftOut {
        if object.len() < 2 {
            return LeftOut::default();
        }
        if let Some(skipped) = self.cap.and_then(|cap| self.over(object, cap as usize)) {
            return skipped;
        }
        let mut start = 0;
        for (j, later) in object.iter().enumerate() {
            while !within(object[start].ts, later.ts, self.window_us) {
                start += 1;
            }
            for (i, earlier) in object[start..j].iter().enumerate() {
                if pairs(earlier, later) {
                    visit(start + i, j);
                }
            }
        }
        LeftOut::default()
    }

    /// Counts the pairs of an object of which a window holds more than `cap` rows. Linear time.
    fn over(&self, object: &[Share], cap: usize) -> Option<LeftOut> {
        let (mut start, mut fullest, mut pairs) = (0, 0, 0u64);
        for (j, later) in object.iter().enumerate() {
            while !within(object[start].ts, later.ts, self.window_us) {
                start += 1;
            }
            fullest = fullest.max(j + 1 - start);
            pairs = pairs.saturating_add((j - start) as u64);
        }
        (cap < fullest).then_some(LeftOut { objects: 1, pairs_at_most: pairs })
    }

    /// Contents of accounts with at least `participation` distinct contents among the paired ones; sorted.
    fn good_contents(&self, buckets: &Buckets, accounts: u32, participation: u32) -> Vec<u64> {
        let slices = buckets.slices();
        let paired = slices.par_iter().flat_map_iter(|bucket| {
            let mut contents = Vec::new();
            let mut is_paired = Vec::new();
            for object in objects(bucket) {
                is_paired.clear();
                is_paired.resize(object.len(), false);
                self.each_pair(object, |i, j| {
                    is_paired[i] = true;
                    is_paired[j] = true;
                });
                contents.extend(object.iter().zip(&is_paired).filter(|(_, is)| **is).map(|(s, _)| s.content));
            }
            contents
        });
        let mut paired: Vec<u64> = paired.collect();
        paired.sort_unstable();
        paired.dedup();
        let owned = slices.iter().flat_map(|bucket| bucket.iter());
        let owned = owned.filter(|s| paired.binary_search(&s.content).is_ok());
        let mut owned: Vec<(u32, u64)> = owned.map(|s| (s.account, s.content)).collect();
        owned.sort_unstable();
        owned.dedup();
        let mut n = vec![0u32; accounts as usize];
        for (account, _) in &owned {
            n[*account as usize] += 1;
        }
        owned.retain(|(account, _)| participation <= n[*account as usize]);
        let mut good: Vec<u64> = owned.into_iter().map(|(_, content)| content).collect();
        good.sort_unstable();
        good.dedup();
        good
    }
}

/// Whether two rows of one object may pair at all.
fn pairs(a: &Share, b: &Share) -> bool {
    a.account != b.account && a.content != b.content && a.content != a.object && b.content != b.object
}
