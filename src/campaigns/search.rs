//! The search for campaigns of a night: from shared things to groups of accounts, and what each member shows.
//! In: the shared things of all accounts, by thing; out: campaigns, and a membership for each account in one.
//! Holds in memory only things that several accounts put out near each other in time; the rest is counted band by band.

use super::campaign::{Campaign, CampaignKind, CampaignMember, Part};
use super::circles::{MOST_PARTNERS, Newcomers};
use super::shares::SharedThing;
use super::{
    AudienceBuilder, CampaignError, CliqueSettings, Delivery, Edge, Group, LeftOut, Lockstep,
    LockstepSettings, Member, Sharded, ShardedSettings, Share, cliques, lockstep_beside, sharded,
};
use crate::domain::ErrorClass;
use crate::features::Membership;
use crate::log::{BANDS, Shared, SpillError, Spool};
use std::collections::BTreeMap;
use std::sync::Arc;
use thiserror::Error;

/// Why the search failed.
#[derive(Debug, Error)]
pub enum SearchError {
    /// Rows could not wait on disk.
    #[error(transparent)]
    Spill(#[from] SpillError),
    /// A kernel refused its input: a defect of this program.
    #[error("the search for campaigns failed: {0}")]
    Kernel(#[from] CampaignError),
}

/// The shared things of a night, while they are gathered.
#[derive(Debug)]
pub struct Search {
    spool: Spool<SharedThing>,
    newcomers: Newcomers,
}

/// What the search found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Found {
    /// Campaigns, by kind and then by their first member.
    pub campaigns: Vec<Campaign>,
    /// Accounts in a campaign, by their place in account order.
    pub members: BTreeMap<u32, Membership>,
    /// What caps left out.
    pub left_out: LeftOut,
    /// Things that more than one account put out.
    pub things: u64,
}

impl Search {
    /// An empty search that shares memory and disk with the run.
    pub fn new(shared: &Arc<Shared>) -> Self {
        Self { spool: Spool::new(shared), newcomers: Newcomers::default() }
    }

    /// Takes what some accounts yielded, whose places count from `offset`.
    pub fn add(
        &mut self,
        offset: u32,
        rows: Vec<SharedThing>,
        newcomers: Newcomers,
    ) -> Result<(), SearchError> {
        self.newcomers.absorb(offset, newcomers);
        for row in rows {
            self.spool.push(row.object, SharedThing { account: offset + row.account, ..row })?;
        }
        Ok(())
    }

    /// Searches among `accounts` accounts; `key` is the run's, and hides which accounts stand for crowds.
    pub fn finish(mut self, accounts: u32, key: u64) -> Result<Found, SearchError> {
        let mut found = Found::default();
        let mut kept = Kept { lonely: vec![0; accounts as usize], ..Kept::default() };
        for band in 0..BANDS {
            let mut rows = self.spool.take(band)?;
            rows.sort_unstable();
            rows.chunk_by(|a, b| a.object == b.object).for_each(|thing| kept.take(thing, &mut found));
        }
        // Kernels hold some sixty bytes an account, so they see those only that are left, under numbers of their own.
        let left = kept.renumber();
        let lonely: Vec<u32> = left.iter().map(|account| kept.lonely[*account as usize]).collect();
        let in_step = lockstep_beside(&kept.shares, &lonely, &LockstepSettings::repeated(key))?;
        found.add_lockstep(&in_step, &kept.shares);
        let rare = kept.of_few();
        let audiences = kept.audiences.finish().renumbered(|account| place_in(&left, account));
        let split = sharded(&rare, left.len() as u32, &audiences, &ShardedSettings::default())?;
        found.add_sharded(&split, &rare);
        found.number_back(&left);
        found.add_circles(self.newcomers)?;
        Ok(found)
    }
}

/// Accounts beyond which a thing binds nobody: half a percent of a million.
const MOST_SHARERS: usize = 4_096;

/// What can bind anybody: things that several accounts put out near each other in time.
#[derive(Debug, Default)]
struct Kept {
    shares: Vec<Share>,
    audiences: AudienceBuilder,
    /// For each account, things it put out that are not among the shares.
    lonely: Vec<u32>,
    /// Things with too many senders for a split list, sorted.
    common: Vec<u64>,
    /// Room: times and accounts of one thing.
    times: Vec<(i64, u32)>,
}

impl Kept {
    /// Takes all rows of one thing, sorted by account and time.
    fn take(&mut self, thing: &[SharedThing], found: &mut Found) {
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
            if together.binary_search(&account).is_err() {
                self.lonely[account as usize] += 1;
                continue;
            }
            for row in rows {
                let SharedThing { object, account, ts, recipient } = *row;
                if recipient == 0 {
                    self.shares.push(Share { object, account, ts, content: 0 });
                } else {
                    self.audiences.push(Delivery { cluster: object, account, recipient });
                }
            }
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
    fn renumber(&mut self) -> Vec<u32> {
        let mut left: Vec<u32> = self.shares.iter().map(|s| s.account).collect();
        left.sort_unstable();
        left.dedup();
        self.shares.iter_mut().for_each(|s| s.account = place_in(&left, s.account));
        left
    }

    /// The shares of things that few enough accounts put out; things were taken band by band.
    fn of_few(&mut self) -> Vec<Share> {
        self.common.sort_unstable();
        let few = |s: &&Share| self.common.binary_search(&s.object).is_err();
        self.shares.iter().filter(few).copied().collect()
    }
}

/// The number of an account that is among those left.
fn place_in(left: &[u32], account: u32) -> u32 {
    left.partition_point(|a| *a < account) as u32
}

impl SearchError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Spill(error) => error.class(),
            Self::Kernel(_) => ErrorClass::Internal,
        }
    }
}

impl Found {
    /// Everybody in or beside a campaign; who is no member of any has an empty membership.
    pub fn beside(&self) -> BTreeMap<u32, Membership> {
        let mut all = self.members.clone();
        for member in self.campaigns.iter().flat_map(|c| &c.members) {
            all.entry(member.account).or_default();
        }
        all
    }

    /// Puts back the accounts' places for the numbers that kernels knew them by.
    fn number_back(&mut self, left: &[u32]) {
        let members = std::mem::take(&mut self.members);
        self.members = members.into_iter().map(|(number, found)| (left[number as usize], found)).collect();
        let all = self.campaigns.iter_mut().flat_map(|c| &mut c.members);
        all.for_each(|member| member.account = left[member.account as usize]);
    }

    fn add_lockstep(&mut self, found: &Lockstep, shares: &[Share]) {
        self.left_out = self.left_out.plus(&found.left_out);
        let groups: Vec<&Group> = found.groups.groups.iter().collect();
        let place = places(&groups);
        // Most things in step with one other member.
        let mut most: BTreeMap<u32, u32> = BTreeMap::new();
        for edge in found.edges.iter().filter(|e| same_group(&place, e)) {
            for account in [edge.low(), edge.high()] {
                let n = most.entry(account).or_default();
                *n = edge.n.max(*n);
            }
        }
        for group in &groups {
            let n = following(group).count() as u32;
            for member in following(group) {
                let membership = self.members.entry(member.account).or_default();
                membership.lockstep_members = n;
                membership.lockstep_objects = most.get(&member.account).copied().unwrap_or(0);
                membership.lockstep_followed = u32::try_from(member.followed).unwrap_or(u32::MAX);
            }
        }
        self.add_campaigns(CampaignKind::Lockstep, &groups, &place, shares);
    }

    fn add_sharded(&mut self, found: &Sharded, shares: &[Share]) {
        let groups: Vec<&Group> = found.groups.iter().map(|g| &g.group).collect();
        let place = places(&groups);
        let mut days: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
        for edge in found.edges.iter().filter(|e| same_group(&place, &e.edge)) {
            for account in [edge.edge.low(), edge.edge.high()] {
                days.entry(account).or_default().extend(&edge.days);
            }
        }
        for group in &groups {
            let n = following(group).count() as u32;
            for member in following(group) {
                let mut days = days.remove(&member.account).unwrap_or_default();
                days.sort_unstable();
                days.dedup();
                let membership = self.members.entry(member.account).or_default();
                membership.sharded_members = n;
                membership.sharded_days = days.len() as u32;
            }
        }
        self.add_campaigns(CampaignKind::Sharded, &groups, &place, shares);
    }

    fn add_circles(&mut self, newcomers: Newcomers) -> Result<(), CampaignError> {
        let (edges, totals, places) = newcomers.resolved();
        let settings = CliqueSettings { most_partners: MOST_PARTNERS, ..CliqueSettings::default() };
        for clique in cliques(&edges, &totals, &settings)? {
            let member = |index: &u32| CampaignMember {
                account: places[*index as usize],
                partners: clique.members.len() as u32 - 1,
                ..CampaignMember::default()
            };
            let members: Vec<CampaignMember> = clique.members.iter().map(member).collect();
            for member in &members {
                self.members.entry(member.account).or_default().clique_members = members.len() as u32;
            }
            let n = clique.members.len() as f64;
            let links = (clique.density * n * (n - 1.0) / 2.0).round() as u64;
            self.campaigns.push(Campaign::of(CampaignKind::Clique, members, links, Vec::new()));
        }
        Ok(())
    }

    fn add_campaigns(
        &mut self,
        kind: CampaignKind,
        groups: &[&Group],
        place: &BTreeMap<u32, usize>,
        shares: &[Share],
    ) {
        let mut own: Vec<Vec<Share>> = vec![Vec::new(); groups.len()];
        for share in shares {
            if let Some(at) = place.get(&share.account) {
                own[*at].push(*share);
            }
        }
        for (group, shares) in groups.iter().zip(own) {
            let members = group.members.iter().map(|m| CampaignMember {
                account: m.account,
                part: Part::of(m.standing),
                partners: m.partners,
                led: m.led,
                followed: m.followed,
                tied: m.tied,
            });
            let originals = group.originals.iter().map(|account| CampaignMember {
                account: *account,
                part: Part::Original,
                ..CampaignMember::default()
            });
            self.campaigns.push(Campaign::of(kind, members.chain(originals).collect(), group.edges, shares));
        }
    }
}

/// Whose own times show that they came second: where these are too coarse, nobody can be told from whom others imitate.
fn following(group: &Group) -> impl Iterator<Item = &Member> {
    group.members.iter().filter(|m| Part::of(m.standing) == Part::Member)
}

/// In which of the groups each member is.
fn places(groups: &[&Group]) -> BTreeMap<u32, usize> {
    groups.iter().enumerate().flat_map(|(at, g)| g.members.iter().map(move |m| (m.account, at))).collect()
}

fn same_group(place: &BTreeMap<u32, usize>, edge: &Edge) -> bool {
    let low = place.get(&edge.low());
    low.is_some() && low == place.get(&edge.high())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::HOUR_US;
    use crate::log::MemoryPlan;
    use proptest::prelude::*;

    fn thing(object: u64, account: u32, ts: i64) -> SharedThing {
        SharedThing { object, account, ts, recipient: 0 }
    }

    proptest! {
        #[test]
        fn who_is_near_in_time_is_found_and_the_rest_is_counted(
            rows in proptest::collection::vec((0u64..4, 0u32..6, 0i64..400), 0..60),
        ) {
            let mut things: Vec<SharedThing> =
                rows.iter().map(|(o, a, t)| thing(*o, *a, t * HOUR_US / 20)).collect();
            things.sort_unstable();
            let mut kept = Kept { lonely: vec![0; 6], ..Kept::default() };
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

    #[test]
    fn what_one_says_alone_keeps_a_circle_of_friends_from_being_a_crew() {
        let temp = tempfile::tempdir().expect("temp");
        let shared = Arc::new(Shared::new(MemoryPlan::new(None, 1), temp.path().to_owned()));
        let crew = |own: u64| {
            let mut search = Search::new(&shared);
            let mut rows = Vec::new();
            for account in 0..3u32 {
                // Six jokes passed on within minutes, each time by another one first, and so much of their own.
                for joke in 0..6u64 {
                    let minute = i64::from((account + joke as u32) % 3) * HOUR_US / 60;
                    rows.push(thing(joke, account, joke as i64 * 24 * HOUR_US + minute));
                }
                let mine =
                    (0..own).map(|i| thing(1_000 + i * 3 + u64::from(account), account, i as i64 * HOUR_US));
                rows.extend(mine);
            }
            search.add(40, rows, Newcomers::default()).expect("added");
            let found = search.finish(43, 7).expect("found");
            let accounts: Vec<u32> = found.members.keys().copied().collect();
            let named: Vec<u32> =
                found.campaigns.iter().flat_map(|c| &c.members).map(|member| member.account).collect();
            assert_eq!(accounts, named);
            accounts
        };
        assert_eq!(crew(0), [40, 41, 42]);
        assert!(crew(20).is_empty());
    }

    #[test]
    fn times_too_coarse_to_tell_who_was_first_make_nobody_a_member() {
        let temp = tempfile::tempdir().expect("temp");
        let shared = Arc::new(Shared::new(MemoryPlan::new(None, 1), temp.path().to_owned()));
        let mut search = Search::new(&shared);
        let said = |day: i64| (0..4u32).map(move |account| thing(day as u64, account, day * 24 * HOUR_US));
        search.add(0, (0..9).flat_map(said).collect(), Newcomers::default()).expect("added");
        let found = search.finish(4, 7).expect("found");
        assert!(found.members.is_empty());
        assert!(found.campaigns.iter().flat_map(|c| &c.members).all(|m| m.part == Part::Unclear));
        assert_eq!((found.campaigns.len(), found.campaigns[0].size(), found.beside().len()), (1, 0, 4));
    }

    #[test]
    fn what_everybody_puts_out_binds_nobody_and_is_counted() {
        let temp = tempfile::tempdir().expect("temp");
        let shared = Arc::new(Shared::new(MemoryPlan::new(None, 1), temp.path().to_owned()));
        let mut search = Search::new(&shared);
        let n = MOST_SHARERS as u32 + 1;
        let rows = (0..8u64).flat_map(|o| (0..n).map(move |a| thing(o, a, i64::from(a)))).collect();
        search.add(0, rows, Newcomers::default()).expect("added");
        let found = search.finish(n, 7).expect("found");
        assert_eq!((found.things, found.left_out.objects, found.campaigns.len()), (8, 8, 0));
    }
}
