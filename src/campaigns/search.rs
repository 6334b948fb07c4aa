//! The search for campaigns of a night: from shared things to groups of accounts, and what each member shows.
//! In: the shared things of all accounts, by thing; out: campaigns, and a membership for each account in one.
//! Holds in memory only things that two accounts have in common; the rest is dropped band by band.

use super::campaign::{Campaign, CampaignKind, CampaignMember};
use super::circles::{MOST_PARTNERS, Newcomers};
use super::shares::SharedThing;
use super::{
    AudienceBuilder, CampaignError, CliqueSettings, Delivery, Edge, Group, LeftOut, Lockstep,
    LockstepSettings, Sharded, ShardedSettings, Share, cliques, lockstep, sharded,
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
    /// Of these, with too many senders to say anything about a split list.
    pub common_things: u64,
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
        let mut shares = Vec::new();
        let mut audiences = AudienceBuilder::default();
        for band in 0..BANDS {
            let mut rows = self.spool.take(band)?;
            rows.sort_unstable();
            for thing in rows.chunk_by(|a, b| a.object == b.object) {
                if thing[0].account == thing[thing.len() - 1].account {
                    continue;
                }
                found.things += 1;
                for t in thing {
                    match t.recipient {
                        0 => {
                            shares.push(Share { object: t.object, account: t.account, ts: t.ts, content: 0 })
                        }
                        recipient => {
                            audiences.push(Delivery { cluster: t.object, account: t.account, recipient });
                        }
                    }
                }
            }
        }
        let in_step = lockstep(&shares, accounts, &LockstepSettings::repeated(key))?;
        found.add_lockstep(&in_step, &shares);
        let split = sharded(&shares, accounts, &audiences.finish(), &ShardedSettings::default())?;
        found.add_sharded(&split, &shares);
        found.add_circles(self.newcomers)?;
        Ok(found)
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
    /// Everybody in or beside a campaign; an original has an empty membership.
    pub fn beside(&self) -> BTreeMap<u32, Membership> {
        let mut all = self.members.clone();
        for member in self.campaigns.iter().flat_map(|c| &c.members) {
            all.entry(member.account).or_default();
        }
        all
    }

    fn add_lockstep(&mut self, found: &Lockstep, shares: &[Share]) {
        self.left_out = found.left_out;
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
            for member in &group.members {
                let membership = self.members.entry(member.account).or_default();
                membership.lockstep_members = group.members.len() as u32;
                membership.lockstep_objects = most.get(&member.account).copied().unwrap_or(0);
                membership.lockstep_followed = u32::try_from(member.followed).unwrap_or(u32::MAX);
            }
        }
        self.add_campaigns(CampaignKind::Lockstep, &groups, &place, shares);
    }

    fn add_sharded(&mut self, found: &Sharded, shares: &[Share]) {
        self.common_things = found.common_clusters;
        let groups: Vec<&Group> = found.groups.iter().map(|g| &g.group).collect();
        let place = places(&groups);
        let mut days: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
        for edge in found.edges.iter().filter(|e| same_group(&place, &e.edge)) {
            for account in [edge.edge.low(), edge.edge.high()] {
                days.entry(account).or_default().extend(&edge.days);
            }
        }
        for group in &groups {
            for member in &group.members {
                let mut days = days.remove(&member.account).unwrap_or_default();
                days.sort_unstable();
                days.dedup();
                let membership = self.members.entry(member.account).or_default();
                membership.sharded_members = group.members.len() as u32;
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
                original: false,
                partners: m.partners,
                led: m.led,
                followed: m.followed,
                tied: m.tied,
            });
            let originals = group.originals.iter().map(|account| CampaignMember {
                account: *account,
                original: true,
                ..CampaignMember::default()
            });
            self.campaigns.push(Campaign::of(kind, members.chain(originals).collect(), group.edges, shares));
        }
    }
}

/// In which of the groups each member is.
fn places(groups: &[&Group]) -> BTreeMap<u32, usize> {
    groups.iter().enumerate().flat_map(|(at, g)| g.members.iter().map(move |m| (m.account, at))).collect()
}

fn same_group(place: &BTreeMap<u32, usize>, edge: &Edge) -> bool {
    let low = place.get(&edge.low());
    low.is_some() && low == place.get(&edge.high())
}
