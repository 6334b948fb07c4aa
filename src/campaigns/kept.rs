//! What is left of all things that accounts put out: those that can bind anybody, and a count of the rest.
//! In: the rows of one thing after the other; out: shares and audiences for the kernels, and what they are not shown.
//! Finds no company: it only asks who put a thing out near somebody else.

use super::search::Found;
use super::shares::SharedThing;
use super::{AudienceBuilder, Delivery, LockstepSettings, ShardedSettings, Share};
use crate::domain::DAY_US;
use foldhash::fast::FixedState;
use hashbrown::HashSet;

/// Accounts beyond which a thing binds nobody: half a percent of a million.
pub(super) const MOST_SHARERS: usize = 4_096;

/// What can bind anybody: things that several accounts put out near each other in time.
#[derive(Debug, Default)]
pub(super) struct Kept {
    pub(super) shares: Vec<Share>,
    pub(super) audiences: AudienceBuilder,
    /// For each account, things it put out that are not among the shares.
    pub(super) lonely: Vec<u32>,
    /// Things with too many senders for a split list, sorted.
    common: Vec<u64>,
    /// Since when days count.
    from_us: i64,
    /// UTC days since then on which anybody put anything out.
    pub(super) days: HashSet<i64, FixedState>,
    /// Room: times and accounts of one thing.
    times: Vec<(i64, u32)>,
}

impl Kept {
    /// Nothing yet, of so many accounts and a window that begins at `from_us`.
    pub(super) fn new(accounts: u32, from_us: i64) -> Self {
        Self { lonely: vec![0; accounts as usize], from_us, ..Self::default() }
    }

    /// Takes all rows of one thing, sorted by account and time.
    pub(super) fn take(&mut self, thing: &[SharedThing], found: &mut Found) {
        let senders = thing.chunk_by(|a, b| a.account == b.account).count();
        found.things += u64::from(1 < senders);
        let few = senders <= MOST_SHARERS;
        found.left_out.objects += u64::from(!few);
        let together = if 1 < senders && few { self.together(thing) } else { Vec::new() };
        if (ShardedSettings::default().most_senders as usize) < senders && !together.is_empty() {
            self.common.push(thing[0].object);
        }
        for rows in thing.chunk_by(|a, b| a.account == b.account) {
            let account = rows[0].account;
            rows.iter().for_each(|row| self.see(row.ts));
            if together.binary_search(&account).is_err() {
                // Where all of its messages lead somewhere, that is counted instead.
                let counts = rows.iter().any(|row| row.recipient == 0 && !row.beside);
                self.lonely[account as usize] += u32::from(counts);
                continue;
            }
            for row in rows {
                let SharedThing { object, account, ts, recipient, .. } = *row;
                if recipient == 0 {
                    self.shares.push(Share { object, account, ts, content: 0 });
                } else {
                    self.audiences.push(Delivery { cluster: object, account, recipient });
                }
            }
        }
    }

    pub(super) fn see(&mut self, ts: i64) {
        if self.from_us <= ts {
            self.days.insert(ts.div_euclid(DAY_US));
        }
    }

    /// Accounts that put a thing out within the window of another's, sorted; all of them where many did, for how many
    /// they are decides what it is worth.
    fn together(&mut self, thing: &[SharedThing]) -> Vec<u32> {
        let LockstepSettings { window_us, cap, .. } = LockstepSettings::repeated(0);
        let timed = thing.iter().filter(|t| t.recipient == 0);
        self.times.clear();
        self.times.extend(timed.map(|t| (t.ts, t.account)));
        self.times.sort_unstable();
        let mut near: Vec<u32> = Vec::new();
        // The latest share, and the latest one of another account than that.
        let mut last: Option<(i64, u32)> = None;
        let mut other = last;
        for (ts, account) in &self.times {
            if last.is_some_and(|(_, of)| of != *account) {
                other = last;
            }
            if let Some((before, of)) = other.filter(|(_, of)| of != account)
                && ts - before <= window_us
            {
                near.extend([of, *account]);
            }
            last = Some((*ts, *account));
        }
        near.sort_unstable();
        near.dedup();
        let all = || self.times.iter().map(|(_, account)| *account);
        if cap.is_some_and(|cap| (cap as usize) < near.len()) {
            near.extend(all());
            near.sort_unstable();
            near.dedup();
        }
        near
    }

    /// Gives the accounts of the shares dense numbers in their order; returns who is behind each number.
    pub(super) fn renumber(&mut self) -> Vec<u32> {
        let mut left: Vec<u32> = self.shares.iter().map(|s| s.account).collect();
        left.sort_unstable();
        left.dedup();
        self.shares.iter_mut().for_each(|s| s.account = place_in(&left, s.account));
        left
    }

    /// The shares of things that few enough accounts put out; things were taken band by band.
    pub(super) fn of_few(&mut self) -> Vec<Share> {
        self.common.sort_unstable();
        let few = |s: &&Share| self.common.binary_search(&s.object).is_err();
        self.shares.iter().filter(few).copied().collect()
    }
}

/// The number of an account that is among those left.
pub(super) fn place_in(left: &[u32], account: u32) -> u32 {
    left.partition_point(|a| *a < account) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::HOUR_US;
    use proptest::prelude::*;

    fn thing(object: u64, account: u32, ts: i64) -> SharedThing {
        SharedThing { object, account, ts, recipient: 0, beside: false }
    }

    proptest! {
        #[test]
        fn who_is_near_in_time_is_found_and_the_rest_is_counted(
            rows in proptest::collection::vec((0u64..4, 0u32..6, 0i64..400), 0..60),
        ) {
            let mut things: Vec<SharedThing> =
                rows.iter().map(|(o, a, t)| thing(*o, *a, t * HOUR_US / 20)).collect();
            things.sort_unstable();
            let mut kept = Kept::new(6, 0);
            let mut found = Found::default();
            things.chunk_by(|a, b| a.object == b.object).for_each(|t| kept.take(t, &mut found));
            let near = |a: &SharedThing| things.iter().any(|b| {
                b.object == a.object && b.account != a.account && (a.ts - b.ts).abs() <= HOUR_US
            });
            let mut lonely = vec![0; 6];
            let mut shares = 0;
            for of in things.chunk_by(|a, b| (a.object, a.account) == (b.object, b.account)) {
                if of.iter().any(near) {
                    shares += of.len();
                } else {
                    lonely[of[0].account as usize] += 1;
                }
            }
            prop_assert_eq!((kept.shares.len(), &kept.lonely), (shares, &lonely));
        }
    }
}
