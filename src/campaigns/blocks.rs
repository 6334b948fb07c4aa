//! Who shared one object together: matches of accounts within a window, in bounded work however popular the object.
//! In: the shares of one object by time; out: each two matched accounts once.
//! Knows one object at a time; that matches must repeat is decided where they are summed.

use std::ops::Range;

use super::lockstep::LeftOut;
use super::pair_counts::{Meeting, meeting};
use super::share::{Share, within};

/// Meetings of one object kept before repeated ones are dropped: 16 bytes each.
const FRESH: usize = 1 << 20;

/// An account's shares of an object in one block of time. A million shares become one presence a block. 40 bytes.
#[derive(Debug, Clone, Copy)]
struct Presence {
    block: i64,
    account: u32,
    /// First and last share in the block.
    first: i64,
    last: i64,
    /// Whether everybody in its block and the ones beside it is compared with it.
    hub: bool,
}

/// How matches are looked for.
#[derive(Debug, Clone)]
pub(crate) struct Matching {
    /// Closed window.
    pub window_us: i64,
    /// Accounts in a block up to which all are compared with all.
    pub cap: u32,
    /// Accounts of a fuller block with which all are compared.
    pub hubs: u32,
    /// Key of the order in which accounts become hubs.
    pub key: u64,
    /// Only pairs whose smaller account lies in these stripes are met.
    pub stripes: Range<u32>,
}

/// Stripes of accounts, by index: pairs of one are counted apart from those of others where all would not fit.
pub(crate) const STRIPES: u32 = 64;

impl Matching {
    /// The block of a time. A block is as long as the closed window: two shares of one block always match, and of two
    /// that match the blocks are the same or neighbors.
    pub fn block(&self, ts: i64) -> i64 {
        ts.div_euclid(self.window_us + 1)
    }

    /// Whether pairs of which this is the smaller account are met.
    fn in_stripes(&self, account: u32) -> bool {
        self.stripes.contains(&(account % STRIPES))
    }

    /// The order in which accounts become hubs: the same for every object, so that what is compared repeats, and
    /// keyed, so that nobody knows whether an account of theirs is one (the finalizer of SplitMix64, a bijection).
    fn priority(&self, account: u32) -> u64 {
        let mut x = u64::from(account) ^ self.key;
        x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        x ^ (x >> 31)
    }
}

/// Tables that are reused from object to object.
#[derive(Debug, Default)]
pub(crate) struct Room {
    presences: Vec<Presence>,
    ranked: Vec<(u64, u32)>,
    meetings: Vec<Meeting>,
    /// Number of meetings at which repeated ones are next dropped.
    full_at: usize,
}

impl Room {
    /// The meetings of an object's accounts that `keep` keeps, each pair once.
    ///
    /// `object` is sorted by time. Of every two accounts with shares within the window of one another,
    /// all are found if no block holds more than `cap` kept accounts; of a fuller block, those with a hub among the two.
    /// Work: at most 3 cap comparisons for each (account, block), and a sort of what they find.
    pub fn meetings(
        &mut self,
        object: &[Share],
        how: &Matching,
        keep: impl Fn(u32) -> bool,
    ) -> (&[Meeting], LeftOut) {
        self.meetings.clear();
        self.full_at = FRESH;
        self.gather(object, how, keep);
        if self.presences.len() < 2 {
            return (&self.meetings, LeftOut::default());
        }
        let mut left_out = LeftOut::default();
        let mut presences = std::mem::take(&mut self.presences);
        for block in presences.chunk_by_mut(|a, b| a.block == b.block) {
            left_out.objects |= u64::from(self.choose_hubs(block, how));
        }
        let mut before: &[Presence] = &[];
        for block in presences.chunk_by(|a, b| a.block == b.block) {
            left_out.add_pairs(self.match_within(block, how));
            if let (Some(x), Some(y)) = (before.first(), block.first())
                && x.block.checked_add(1) == Some(y.block)
            {
                left_out.add_pairs(self.match_across(before, block, how));
            }
            before = block;
        }
        if presences.first().map(|p| p.block) != presences.last().map(|p| p.block) {
            self.drop_repeated();
        }
        self.presences = presences;
        (&self.meetings, left_out)
    }

    /// One presence for each account and block, by block and account.
    fn gather(&mut self, object: &[Share], how: &Matching, keep: impl Fn(u32) -> bool) {
        let presences = &mut self.presences;
        presences.clear();
        for share in object.iter().filter(|s| keep(s.account)) {
            let Share { account, ts, .. } = *share;
            presences.push(Presence { block: how.block(ts), account, first: ts, last: ts, hub: true });
        }
        // Times ascend, so only blocks have to be put in order by account.
        for block in presences.chunk_by_mut(|a, b| a.block == b.block) {
            block.sort_unstable_by_key(|p| (p.account, p.first));
        }
        presences.dedup_by(|later, kept| {
            let same = later.account == kept.account && later.block == kept.block;
            if same {
                kept.last = later.first;
            }
            same
        });
    }

    /// Leaves only the accounts of least priority as hubs of an overfull block; whether it was one.
    fn choose_hubs(&mut self, block: &mut [Presence], how: &Matching) -> bool {
        if block.len() <= how.cap as usize {
            return false;
        }
        self.ranked.clear();
        self.ranked.extend(block.iter().map(|p| (how.priority(p.account), p.account)));
        let hubs = (how.hubs as usize).min(block.len() - 1);
        let (_, least_other, _) = self.ranked.select_nth_unstable(hubs);
        for presence in block {
            presence.hub = (how.priority(presence.account), presence.account) < *least_other;
        }
        true
    }

    /// All pairs of a block with a hub; how many pairs there are without.
    fn match_within(&mut self, block: &[Presence], how: &Matching) -> u64 {
        for (i, hub) in block.iter().enumerate().filter(|(_, p)| p.hub) {
            // A block is sorted by account: of two hubs the earlier place finds the later one, and is the pair's stripe.
            if how.in_stripes(hub.account) {
                block[i + 1..].iter().for_each(|other| self.meet(hub, other, how));
            }
            block[..i].iter().filter(|p| !p.hub).for_each(|other| self.meet(hub, other, how));
        }
        let others = block.iter().filter(|p| !p.hub).count() as u64;
        others * others.saturating_sub(1) / 2
    }

    /// All pairs of neighboring blocks with a hub and a match; how many pairs were not looked at.
    fn match_across(&mut self, before: &[Presence], block: &[Presence], how: &Matching) -> u64 {
        for hub in before.iter().filter(|p| p.hub) {
            for other in block.iter().filter(|p| within(hub.last, p.first, how.window_us)) {
                self.meet(hub, other, how);
            }
        }
        if before.iter().all(|p| p.hub) {
            return 0;
        }
        for hub in block.iter().filter(|p| p.hub) {
            let others = before.iter().filter(|p| !p.hub && within(p.last, hub.first, how.window_us));
            for other in others {
                self.meet(hub, other, how);
            }
        }
        let others = |block: &[Presence]| block.iter().filter(|p| !p.hub).count() as u64;
        others(before).saturating_mul(others(block))
    }

    fn meet(&mut self, a: &Presence, b: &Presence, how: &Matching) {
        if a.account == b.account || !how.in_stripes(a.account.min(b.account)) {
            return;
        }
        self.meetings.push(meeting((a.account, 0), (b.account, 0)));
        if self.full_at <= self.meetings.len() {
            self.drop_repeated();
            // Room doubles with the distinct pairs, so that sorting stays n log n in all.
            self.full_at = FRESH.max(2 * self.meetings.len());
        }
    }

    /// Drops meetings of one pair in several blocks: they are equal, as who was first is left to the comparison.
    fn drop_repeated(&mut self) {
        self.meetings.sort_unstable();
        self.meetings.dedup();
    }
}
