//! One share, why a kernel refuses its input, and shares brought together by object.
//! In: shares in any order; out: buckets in which every object lies whole, sorted within.
//! Knows neither windows nor pairs.

use rayon::prelude::*;
use thiserror::Error;

/// An account put an object somewhere at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Share {
    /// What was shared: a content fingerprint or cluster, a link, a group.
    pub object: u64,
    /// Dense index of the account, in the order of account tokens.
    pub account: u32,
    /// When, UTC microseconds.
    pub ts: i64,
    /// The message that carried it; two shares of one content are one message.
    pub content: u64,
}

/// Whoever puts a thing out again later than this has a habit, and a habit can be foreseen: it says nothing about who
/// follows whom. The school whose notice comes every week is imitated in advance by anybody who knows it.
pub(crate) const OCCASION_US: i64 = 86_400_000_000;

/// Why a kernel refuses what it was given.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum CampaignError {
    /// A window below 0 or above ten years.
    #[error("a window of {window_us} microseconds: it must be from 0 to ten years")]
    Window {
        /// As given.
        window_us: i64,
    },
    /// An index that is not one of the accounts.
    #[error("account index {account}, but there are {accounts} accounts")]
    Account {
        /// As given.
        account: u32,
        /// Number of accounts.
        accounts: u32,
    },
    /// A share, bound or threshold outside its range.
    #[error("{name} is {value}, outside its range")]
    Setting {
        /// Name of the setting.
        name: &'static str,
        /// As given.
        value: f64,
    },
    /// More distinct objects than 32 bits can number.
    #[error("more than {most} distinct objects")]
    Objects {
        /// The most that can be numbered.
        most: u32,
    },
    /// An account's totals are smaller than what its edges alone amount to.
    #[error("account index {account} has totals smaller than its own edges")]
    Totals {
        /// The account.
        account: u32,
    },
}

/// Ten years, the widest window: block arithmetic stays far from overflow.
const WIDEST_US: i64 = 10 * 366 * 86_400 * 1_000_000;
/// Shares a bucket aims at: sorted within the first-level cache.
const BUCKET: usize = 256;
/// Most buckets: the scatter keeps one open line for each.
const MOST_BUCKETS: usize = 4_096;
/// Odd multiplier of Fibonacci hashing: spreads objects that were numbered instead of hashed.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// Refuses windows outside [0, ten years] and account indexes outside `0..accounts`.
pub(crate) fn check(rows: &[Share], accounts: u32, window_us: i64) -> Result<(), CampaignError> {
    if !(0..=WIDEST_US).contains(&window_us) {
        return Err(CampaignError::Window { window_us });
    }
    match rows.iter().map(|s| s.account).max() {
        Some(account) if accounts <= account => Err(CampaignError::Account { account, accounts }),
        _ => Ok(()),
    }
}

/// Refuses a share outside [0, 1], NaN included.
pub(crate) fn check_share(name: &'static str, value: f64) -> Result<(), CampaignError> {
    if (0.0..=1.0).contains(&value) { Ok(()) } else { Err(CampaignError::Setting { name, value }) }
}

/// Whether `later` lies in the closed window that starts at `earlier`. Far times do not overflow.
pub(crate) fn within(earlier: i64, later: i64, window_us: i64) -> bool {
    later.saturating_sub(earlier) <= window_us
}

/// Shares copied so that each object lies whole in one bucket. 32 bytes a share.
#[derive(Debug)]
pub(crate) struct Buckets {
    rows: Vec<Share>,
    /// Ends of the buckets in `rows`.
    ends: Vec<usize>,
}

impl Buckets {
    /// Scatters, and sorts within buckets by (object, ts): what is in one microsecond stands in no order, so kernels must
    /// not read one. n log(bucket) time, parallel over buckets.
    pub fn of(rows: &[Share]) -> Self {
        let mut buckets = Self::scattered(rows);
        // One comparison of 128 bits; the sign bit is turned so that negative times come first.
        let key = |s: &Share| u128::from(s.object) << 64 | u128::from(s.ts.cast_unsigned() ^ 1 << 63);
        buckets.slices_mut().into_par_iter().for_each(|bucket| bucket.sort_unstable_by_key(key));
        buckets
    }

    fn scattered(rows: &[Share]) -> Self {
        let n = (rows.len() / BUCKET).next_power_of_two().min(MOST_BUCKETS);
        let shift = 64 - n.trailing_zeros();
        // A shift by 64 is no shift: one bucket is told apart.
        let place = |s: &Share| {
            if n == 1 { 0 } else { (s.object.wrapping_mul(SPREAD) >> shift) as usize }
        };
        let mut next = vec![0usize; n + 1];
        for share in rows {
            next[place(share) + 1] += 1;
        }
        for i in 0..n {
            next[i + 1] += next[i];
        }
        let mut sorted = vec![Share::default(); rows.len()];
        for share in rows {
            let at = &mut next[place(share)];
            sorted[*at] = *share;
            *at += 1;
        }
        // Every start was moved to its bucket's end.
        next.truncate(n);
        Self { rows: sorted, ends: next }
    }

    fn slices_mut(&mut self) -> Vec<&mut [Share]> {
        let mut slices = Vec::with_capacity(self.ends.len());
        let (mut rest, mut start) = (self.rows.as_mut_slice(), 0);
        for end in &self.ends {
            let (bucket, after) = rest.split_at_mut(end - start);
            slices.push(bucket);
            (rest, start) = (after, *end);
        }
        slices
    }

    /// The buckets in order.
    pub fn slices(&self) -> Vec<&[Share]> {
        let starts = std::iter::once(0).chain(self.ends.iter().copied());
        starts.zip(&self.ends).map(|(start, end)| &self.rows[start..*end]).collect()
    }
}

/// The objects of a sorted bucket, one slice each.
pub(crate) fn objects(bucket: &[Share]) -> impl Iterator<Item = &[Share]> {
    bucket.chunk_by(|a, b| a.object == b.object)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_lie_whole_and_sorted() {
        let share =
            |i: u64| Share { object: i % 7_001, account: 0, ts: (i as i64 * 31) % 1_009 - 500, content: i };
        let rows: Vec<Share> = (0..50_000).map(share).collect();
        let buckets = Buckets::of(&rows);
        let mut seen = Vec::new();
        let mut n = 0;
        for bucket in buckets.slices() {
            for object in objects(bucket) {
                assert!(object.is_sorted_by_key(|s| s.ts));
                seen.push(object[0].object);
                n += object.len();
            }
        }
        seen.sort_unstable();
        assert_eq!(n, rows.len());
        assert_eq!(seen, (0..7_001).collect::<Vec<_>>());
        assert_eq!(Buckets::of(&[]).slices().len(), 1);
    }

    #[test]
    fn far_times_and_bad_input_are_refused_not_wrapped() {
        assert!(!within(i64::MIN, i64::MAX, WIDEST_US));
        assert!(within(0, 60, 60) && !within(0, 61, 60));
        let row = Share { account: 3, ..Share::default() };
        assert_eq!(check(&[row], 3, 0), Err(CampaignError::Account { account: 3, accounts: 3 }));
        assert_eq!(check(&[row], 4, -1), Err(CampaignError::Window { window_us: -1 }));
        assert!(check_share("x", f64::NAN).is_err());
    }
}
