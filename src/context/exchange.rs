//! Aggregates the side tables once, so that each account's context is a few look-ups.
//! In: side tables sorted by account and the window; out: `Context` rows on demand.
//! Leaves the account itself out of every reputation and refuses anything at or after as_of.

use super::row::{AddOutcome, Context, Reputation};
use crate::domain::{DAY_US, FeedbackKind, GroupKind, HOUR_US, Token, Window};
use crate::log::{AccountTimeline, EnforcementKind, RegistrationRow, SideTables};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

type Map<K, V> = HashMap<K, V, FixedState>;
type Set<K> = HashSet<K, FixedState>;

/// Registrations sharing a key: (time, account), sorted.
type Shared = Map<u64, Vec<(i64, Token)>>;

/// The aggregated side tables of one run.
#[derive(Debug, Default)]
pub struct Exchange {
    as_of: i64,
    banned: Set<Token>,
    by_block: Shared,
    by_network: Shared,
    by_asn: Shared,
    by_device: Shared,
    cohorts: Map<(u64, u64), Vec<i64>>,
    blocks: Map<Token, u64>,
    countries: Map<Token, String>,
    known_pairs: Option<Set<(Token, Token)>>,
    covered: Set<Token>,
    departures: Map<(Token, Token), Vec<i64>>,
    reports: Map<(Token, Token), Vec<i64>>,
    has_registrations: bool,
    has_enforcement: bool,
    has_group_events: bool,
    has_feedback: bool,
}

impl Exchange {
    /// Aggregates what lies before as_of.
    pub fn new(side: &SideTables, window: &Window) -> Self {
        let mut exchange = Self {
            as_of: window.to_us(),
            has_registrations: side.registrations.is_some(),
            has_enforcement: side.enforcement.is_some(),
            has_group_events: side.group_events.is_some(),
            has_feedback: side.feedback.is_some(),
            ..Self::default()
        };
        exchange.add_enforcement(side);
        exchange.add_accounts(side);
        exchange.add_registrations(side);
        exchange.add_relations(side);
        exchange.sort();
        exchange
    }

    fn add_enforcement(&mut self, side: &SideTables) {
        let mut last: Map<Token, (i64, EnforcementKind)> = Map::default();
        for row in side.enforcement.iter().flatten().filter(|r| r.ts < self.as_of) {
            if row.kind != EnforcementKind::Warning {
                let entry = last.entry(row.account).or_insert((row.ts, row.kind));
                *entry = (*entry).max((row.ts, row.kind));
            }
        }
        let banned = last.into_iter().filter(|(_, (_, kind))| *kind == EnforcementKind::Ban);
        self.banned = banned.map(|(account, _)| account).collect();
    }

    fn add_accounts(&mut self, side: &SideTables) {
        for row in side.accounts.iter().flatten() {
            if let Some(country) = &row.number_country {
                self.countries.insert(row.account, country.clone());
            }
            if row.number_block != 0 {
                self.blocks.insert(row.account, row.number_block);
                if let Some(ts) = row.registered_at.filter(|t| *t < self.as_of) {
                    self.by_block.entry(row.number_block).or_default().push((ts, row.account));
                }
            }
        }
    }

    fn add_registrations(&mut self, side: &SideTables) {
        for row in side.registrations.iter().flatten().filter(|r| r.ts < self.as_of) {
            let entry = (row.ts, row.account);
            if row.network != 0 {
                self.by_network.entry(row.network).or_default().push(entry);
                self.cohorts.entry((row.network, row.client_build)).or_default().push(row.ts);
            }
            if row.asn != 0 {
                self.by_asn.entry(row.asn).or_default().push(entry);
            }
            if row.device != 0 {
                self.by_device.entry(row.device).or_default().push(entry);
            }
            if let Some(block) = self.blocks.get(&row.account) {
                self.by_block.entry(*block).or_default().push(entry);
            }
        }
    }

    fn add_relations(&mut self, side: &SideTables) {
        if let Some(contacts) = &side.contacts {
            self.known_pairs = Some(contacts.iter().map(|c| (c.account, c.contact)).collect());
            self.covered = contacts.iter().map(|c| c.account).collect();
        }
        for row in side.group_events.iter().flatten().filter(|r| r.ts < self.as_of) {
            if row.kind == GroupKind::Leave {
                self.departures.entry((row.group, row.actor)).or_default().push(row.ts);
            }
        }
        for row in side.feedback.iter().flatten().filter(|r| r.ts < self.as_of) {
            if row.kind != FeedbackKind::Optout {
                self.reports.entry((row.reported, row.reporter)).or_default().push(row.ts);
            }
        }
    }

    fn sort(&mut self) {
        for shared in [&mut self.by_block, &mut self.by_network, &mut self.by_asn, &mut self.by_device] {
            for entries in shared.values_mut() {
                entries.sort_unstable();
                entries.dedup();
            }
        }
        self.cohorts.values_mut().for_each(|times| times.sort_unstable());
    }

    /// The context of one account.
    pub fn context<'a>(&'a self, timeline: &AccountTimeline) -> Context<'a> {
        let mut registered: Vec<i64> = timeline.registrations.iter().map(|r| r.ts).collect();
        registered.extend(timeline.row.and_then(|r| r.registered_at));
        registered.retain(|t| *t < self.as_of);
        registered.sort_unstable();
        registered.dedup();
        let last = timeline.registrations.iter().rfind(|r| r.ts < self.as_of);
        let account = timeline.account;
        let block = timeline.row.map_or(0, |r| r.number_block);
        Context {
            kind: timeline.row.and_then(|r| r.kind),
            tier_limit: timeline.row.and_then(|r| r.tier_limit),
            registered,
            country_differs: last.and_then(|r| self.country_differs(r)),
            block: self.reputation(&self.by_block, block, account, 30 * DAY_US),
            network: last.and_then(|r| self.reputation(&self.by_network, r.network, account, 7 * DAY_US)),
            asn: last.and_then(|r| self.reputation(&self.by_asn, r.asn, account, 7 * DAY_US)),
            cohort_max_1h: last.and_then(|r| self.cohort_max_1h(r)),
            device_accounts: last.and_then(|r| self.device_accounts(r)),
            adds: timeline
                .group_acts
                .iter()
                .filter(|g| g.kind == GroupKind::Add)
                .filter_map(|g| {
                    let target = g.target?;
                    Some(self.add_outcome(account, g.group, target, g.ts))
                })
                .collect(),
            has_group_events: self.has_group_events,
            has_feedback: self.has_feedback,
            contacts_cover: self.covered.contains(&account),
            blocks: (!self.blocks.is_empty()).then_some(&self.blocks),
        }
    }

    fn country_differs(&self, registration: &RegistrationRow) -> Option<bool> {
        let number = self.countries.get(&registration.account)?;
        let address = registration.ip_country.as_ref()?;
        Some(!number.eq_ignore_ascii_case(address))
    }

    fn reputation(&self, shared: &Shared, key: u64, account: Token, within: i64) -> Option<Reputation> {
        if key == 0 || !self.has_enforcement {
            return None;
        }
        let entries = shared.get(&key)?;
        let start = entries.partition_point(|(ts, _)| *ts < self.as_of - within);
        let mut others: Vec<Token> = entries[start..].iter().map(|(_, a)| *a).collect();
        others.sort_unstable();
        others.dedup();
        others.retain(|other| *other != account);
        let banned = others.iter().filter(|other| self.banned.contains(*other)).count();
        Some(Reputation { accounts: others.len() as u32, banned: banned as u32 })
    }

    fn cohort_max_1h(&self, registration: &RegistrationRow) -> Option<u32> {
        if registration.network == 0 || !self.has_registrations {
            return None;
        }
        let times = self.cohorts.get(&(registration.network, registration.client_build))?;
        let own = registration.ts;
        let first = times.partition_point(|t| *t < own - HOUR_US);
        let last = times.partition_point(|t| *t <= own + HOUR_US);
        // Only windows that hold the account's own registration count: others' rush is not its doing.
        let near = &times[first..last];
        let mut best = 0;
        let mut end = 0;
        for start in 0..near.len() {
            while end < near.len() && near[end] - near[start] <= HOUR_US {
                end += 1;
            }
            if near[start] <= own && own <= near[end - 1] {
                best = best.max(end - start);
            }
        }
        Some(best as u32)
    }

    fn device_accounts(&self, registration: &RegistrationRow) -> Option<u32> {
        if registration.device == 0 {
            return None;
        }
        let entries = self.by_device.get(&registration.device)?;
        let start = entries.partition_point(|(ts, _)| *ts < self.as_of - 30 * DAY_US);
        let mut accounts: Vec<Token> = entries[start..].iter().map(|(_, a)| *a).collect();
        accounts.sort_unstable();
        accounts.dedup();
        Some(accounts.len() as u32)
    }

    fn add_outcome(&self, actor: Token, group: Token, target: Token, ts: i64) -> AddOutcome {
        let soon = |times: Option<&Vec<i64>>| {
            times.is_some_and(|times| times.iter().any(|t| ts <= *t && *t <= ts + DAY_US))
        };
        AddOutcome {
            ts,
            target,
            knows_actor: self
                .known_pairs
                .as_ref()
                .and_then(|pairs| self.covered.contains(&target).then(|| pairs.contains(&(target, actor)))),
            objected: soon(self.departures.get(&(group, target))) || soon(self.reports.get(&(actor, target))),
        }
    }
}
