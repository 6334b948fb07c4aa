//! The search for campaigns of a night: from shared things to groups of accounts, and what each member shows.
//! In: the shared things of all accounts, by thing; out: campaigns, and a membership for each account in one.
//! Holds in memory only things that several accounts put out near each other in time; the rest is counted band by band.

use super::campaign::{Campaign, CampaignKind, CampaignMember, Part, Tie};
use super::circles::{MOST_PARTNERS, Newcomers};
use super::kept::{Kept, MOST_SHARERS, place_in};
use super::shares::SharedThing;
use super::{
    Beside, CampaignError, CliqueSettings, DirectEdge, Edge, Group, LeftOut, Lockstep, LockstepSettings,
    Member, Sharded, ShardedSettings, Share, cliques, lockstep_beside, sharded,
};
use crate::domain::ErrorClass;
use crate::features::Membership;
use crate::log::{BANDS, Shared, SpillError, Spool};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
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
    /// Start of the window.
    from_us: i64,
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
    /// An empty search that shares memory and disk with the run, whose window begins at `from_us`.
    pub fn new(shared: &Arc<Shared>, from_us: i64) -> Self {
        Self { spool: Spool::new(shared), newcomers: Newcomers::default(), from_us }
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
        let mut kept = Kept::new(accounts, self.from_us);
        for band in 0..BANDS {
            let mut rows = self.rows_of(band, &mut kept, &mut found)?;
            rows.sort_unstable();
            rows.chunk_by(|a, b| a.object == b.object).for_each(|thing| kept.take(thing, &mut found));
        }
        // Kernels hold some sixty bytes an account, so they see those only that are left, under numbers of their own.
        let left = kept.renumber();
        let lonely = left.iter().map(|account| kept.lonely[*account as usize]).collect();
        let beside = Beside { lonely, among: accounts };
        let in_step = lockstep_beside(&kept.shares, &beside, &LockstepSettings::repeated(key))?;
        found.add_lockstep(&in_step, &kept.shares);
        let rare = kept.of_few();
        let audiences = kept.audiences.finish().renumbered(|account| place_in(&left, account));
        let days = kept.days.len() as u32;
        let split =
            sharded(&rare, left.len() as u32, &audiences, &ShardedSettings { days, ..Default::default() })?;
        found.add_sharded(&split, &rare);
        found.number_back(&left);
        found.add_circles(self.newcomers)?;
        Ok(found)
    }

    /// The rows of one band; where they are many, without the things of too many accounts, which are counted at once: the
    /// rows of one such thing alone may be more than fits in memory, and all of them lie in one band.
    fn rows_of(
        &mut self,
        band: usize,
        kept: &mut Kept,
        found: &mut Found,
    ) -> Result<Vec<SharedThing>, SearchError> {
        if self.spool.is_light(band) {
            return Ok(self.spool.take(band)?);
        }
        // Accounts come in order, so whoever is another than the last one on a thing is new to it.
        let mut sharers: HashMap<u64, (u32, usize), FixedState> = HashMap::default();
        self.spool.look(band, |row| {
            let (last, n) = sharers.entry(row.object).or_insert((row.account, 1));
            if *last != row.account {
                (*last, *n) = (row.account, *n + 1);
            }
        })?;
        sharers.retain(|_, (_, n)| MOST_SHARERS < *n);
        found.things += sharers.len() as u64;
        found.left_out.objects += sharers.len() as u64;
        sharers.values_mut().for_each(|(last, _)| *last = u32::MAX);
        Ok(self.spool.take_some(band, |row| {
            let Some((last, _)) = sharers.get_mut(&row.object) else { return true };
            kept.see(row.ts);
            if row.recipient == 0 && std::mem::replace(last, row.account) != row.account {
                kept.lonely[row.account as usize] += u32::from(!row.beside);
            }
            false
        })?)
    }
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
        for tie in self.campaigns.iter_mut().flat_map(|c| &mut c.ties) {
            (tie.low, tie.high) = (left[tie.low as usize], left[tie.high as usize]);
        }
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
        let ties = found.edges.iter().filter(|e| same_group(&place, e));
        self.add_campaigns(CampaignKind::Lockstep, &groups, (&place, ties), shares);
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
        let ties = found.edges.iter().map(|e| &e.edge).filter(|e| same_group(&place, e));
        self.add_campaigns(CampaignKind::Sharded, &groups, (&place, ties), shares);
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
            let campaign = Campaign::of(CampaignKind::Clique, members, links, Vec::new());
            self.campaigns.push(campaign.with_ties(talk(&edges, &clique.members, &places)));
        }
        Ok(())
    }

    fn add_campaigns<'a>(
        &mut self,
        kind: CampaignKind,
        groups: &[&Group],
        (place, edges): (&BTreeMap<u32, usize>, impl Iterator<Item = &'a Edge>),
        shares: &[Share],
    ) {
        let mut ties: Vec<Vec<Tie>> = vec![Vec::new(); groups.len()];
        for edge in edges {
            if let Some(at) = place.get(&edge.low()) {
                ties[*at].push(Tie { low: edge.low(), high: edge.high(), n: edge.n });
            }
        }
        let mut own: Vec<Vec<Share>> = vec![Vec::new(); groups.len()];
        for share in shares {
            if let Some(at) = place.get(&share.account) {
                own[*at].push(*share);
            }
        }
        for ((group, shares), ties) in groups.iter().zip(own).zip(ties) {
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
            let members = members.chain(originals).collect();
            self.campaigns.push(Campaign::of(kind, members, group.edges, shares).with_ties(ties));
        }
    }
}

/// What members of a circle wrote to each other, both ways together.
fn talk(edges: &[DirectEdge], members: &[u32], places: &[u32]) -> Vec<Tie> {
    let inside = |account: &u32| members.binary_search(account).is_ok();
    let mut sums: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for edge in edges.iter().filter(|e| inside(&e.from) && inside(&e.to)) {
        let (a, b) = (places[edge.from as usize], places[edge.to as usize]);
        let n = sums.entry((a.min(b), a.max(b))).or_default();
        *n = n.saturating_add(edge.n);
    }
    sums.into_iter().map(|((low, high), n)| Tie { low, high, n }).collect()
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

    fn thing(object: u64, account: u32, ts: i64) -> SharedThing {
        SharedThing { object, account, ts, recipient: 0, beside: false }
    }

    #[test]
    fn what_one_says_alone_keeps_a_circle_of_friends_from_being_a_crew() {
        let temp = tempfile::tempdir().expect("temp");
        let shared = Arc::new(Shared::new(MemoryPlan::new(None, 1), temp.path().to_owned()));
        let crew = |own: u64| {
            let mut search = Search::new(&shared, 0);
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
        let mut search = Search::new(&shared, 0);
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
        let mut search = Search::new(&shared, 0);
        let n = MOST_SHARERS as u32 + 1;
        let rows = (0..8u64).flat_map(|o| (0..n).map(move |a| thing(o, a, i64::from(a)))).collect();
        search.add(0, rows, Newcomers::default()).expect("added");
        let found = search.finish(n, 7).expect("found");
        assert_eq!((found.things, found.left_out.objects, found.campaigns.len()), (8, 8, 0));
    }
}
