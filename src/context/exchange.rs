//! Aggregates the side tables once, so that each account's context is a few look-ups.
//! In: side tables sorted by account and the window; out: `Context` rows on demand.
//! Leaves the account itself out of every reputation and refuses anything at or after as_of.

use super::row::{AddOutcome, Context, Reputation};
use super::shared::{Cohorts, Shared};
use super::ties::{Sharers, Ties};
use crate::domain::{DAY_US, FeedbackKind, GroupKind, Token, Window};
use crate::log::{AccountTimeline, EnforcementKind, RegistrationRow, SideTables};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

pub(super) type Map<K, V> = HashMap<K, V, FixedState>;
pub(super) type Set<K> = HashSet<K, FixedState>;

/// How long before as_of neighbors in a number block count.
const BLOCK_US: i64 = 30 * DAY_US;
/// How long before as_of neighbors on a network and in an autonomous system count.
const NETWORK_US: i64 = 7 * DAY_US;
/// How long before as_of accounts on a device count.
const DEVICE_US: i64 = 30 * DAY_US;

/// The aggregated side tables of one run.
#[derive(Debug, Default)]
pub struct Exchange {
    as_of: i64,
    banned: Set<Token>,
    by_block: Shared,
    by_network: Shared,
    by_asn: Shared,
    by_device: Shared,
    cohorts: Cohorts,
    blocks: Map<Token, u64>,
    countries: Map<Token, String>,
    /// Since when the first has the second in contacts; the beginning of time where the table does not say.
    known_pairs: Option<Map<(Token, Token), i64>>,
    covered: Set<Token>,
    departures: Map<(Token, Token), Vec<i64>>,
    reports: Map<(Token, Token), Vec<i64>>,
    ties: Ties,
    has_enforcement: bool,
    has_group_events: bool,
    has_feedback: bool,
}

impl Exchange {
    /// Aggregates what lies before as_of.
    pub fn new(side: &SideTables, window: &Window) -> Self {
        let mut exchange = Self {
            as_of: window.to_us(),
            has_enforcement: side.enforcement.is_some(),
            has_group_events: side.group_events.is_some(),
            has_feedback: side.feedback.is_some(),
            ..Self::default()
        };
        exchange.add_enforcement(side);
        exchange.add_accounts(side);
        exchange.add_registrations(side);
        exchange.add_relations(side);
        exchange.settle();
        let sharers = Sharers {
            networks: &exchange.by_network,
            cohorts: &exchange.cohorts,
            devices: &exchange.by_device,
        };
        exchange.ties = Ties::new(side, exchange.as_of, &sharers);
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
                    self.by_block.add(row.number_block, ts >= self.as_of - BLOCK_US, row.account);
                }
            }
        }
    }

    fn add_registrations(&mut self, side: &SideTables) {
        for row in side.registrations.iter().flatten().filter(|r| r.ts < self.as_of) {
            let since = |reach: i64| row.ts >= self.as_of - reach;
            if row.network != 0 {
                self.by_network.add(row.network, since(NETWORK_US), row.account);
                // Without a build everybody behind one carrier's address would be one cohort.
                if row.client_build != 0 {
                    self.cohorts.add((row.network, row.client_build), row.ts, row.account);
                }
            }
            if row.asn != 0 {
                self.by_asn.add(row.asn, since(NETWORK_US), row.account);
            }
            if row.device != 0 {
                self.by_device.add(row.device, since(DEVICE_US), row.account);
            }
            if let Some(block) = self.blocks.get(&row.account) {
                self.by_block.add(*block, since(BLOCK_US), row.account);
            }
        }
    }

    fn add_relations(&mut self, side: &SideTables) {
        if let Some(contacts) = &side.contacts {
            let mut pairs = Map::default();
            for row in contacts.iter().filter(|c| c.since.is_none_or(|since| since < self.as_of)) {
                let since = row.since.unwrap_or(i64::MIN);
                let first = pairs.entry((row.account, row.contact)).or_insert(since);
                *first = since.min(*first);
                self.covered.insert(row.account);
            }
            self.known_pairs = Some(pairs);
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

    fn settle(&mut self) {
        for shared in [&mut self.by_block, &mut self.by_network, &mut self.by_asn, &mut self.by_device] {
            shared.settle(|account| self.banned.contains(account));
        }
        self.cohorts.settle();
        self.departures.values_mut().chain(self.reports.values_mut()).for_each(|times| times.sort_unstable());
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
            block: self.reputation(&self.by_block, block, account),
            network: last.and_then(|r| self.reputation(&self.by_network, r.network, account)),
            asn: last.and_then(|r| self.reputation(&self.by_asn, r.asn, account)),
            cohort_max_1h: last.and_then(|r| self.cohorts.most((r.network, r.client_build), r.ts)),
            device_accounts: last.and_then(|r| self.by_device.accounts(r.device)),
            adds: timeline
                .group_acts
                .iter()
                .filter(|g| g.kind == GroupKind::Add && g.ts < self.as_of)
                .filter_map(|g| {
                    let target = g.target?;
                    Some(self.add_outcome(account, g.group, target, g.ts))
                })
                .collect(),
            has_group_events: self.has_group_events,
            has_feedback: self.has_feedback,
            contacts_cover: self.covered.contains(&account),
            blocks: (!self.blocks.is_empty()).then_some(&self.blocks),
            voices: self.ties.voices(timeline, self.as_of),
        }
    }

    fn country_differs(&self, registration: &RegistrationRow) -> Option<bool> {
        let number = self.countries.get(&registration.account)?;
        let address = registration.ip_country.as_ref()?;
        Some(!number.eq_ignore_ascii_case(address))
    }

    fn reputation(&self, shared: &Shared, key: u64, account: Token) -> Option<Reputation> {
        if !self.has_enforcement {
            return None;
        }
        shared.others(key, account, self.banned.contains(&account))
    }

    fn add_outcome(&self, actor: Token, group: Token, target: Token, ts: i64) -> AddOutcome {
        let soon = |times: Option<&Vec<i64>>| {
            times.is_some_and(|times| {
                times.get(times.partition_point(|t| *t < ts)).is_some_and(|t| *t <= ts + DAY_US)
            })
        };
        let knows = |pairs: &Map<(Token, Token), i64>| {
            let since = pairs.get(&(target, actor));
            self.covered.contains(&target).then(|| since.is_some_and(|since| *since <= ts))
        };
        AddOutcome {
            ts,
            target,
            knows_actor: self.known_pairs.as_ref().and_then(knows),
            objected: soon(self.departures.get(&(group, target))) || soon(self.reports.get(&(actor, target))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{HOUR_US, Timestamp};
    use crate::log::{ContactRow, GroupEventRow, rows_of};

    const AS_OF: i64 = 100 * DAY_US;

    fn registration(account: u128, ts: i64, client_build: u64) -> RegistrationRow {
        let account = Token(account);
        RegistrationRow { account, ts, ip_country: None, network: 7, asn: 0, device: 9, client_build }
    }

    fn exchange(side: &SideTables) -> Exchange {
        let window = Window::new(Timestamp(AS_OF - 30 * DAY_US), Timestamp(AS_OF), 0).expect("a window");
        Exchange::new(side, &window)
    }

    fn timeline(account: u128, side: &SideTables) -> AccountTimeline<'_> {
        let account = Token(account);
        AccountTimeline {
            account,
            sent: &[],
            received: &[],
            group_acts: side.group_events.as_deref().map_or(&[], |t| rows_of(t, account, |g| g.actor)),
            feedback: &[],
            registrations: side.registrations.as_deref().map_or(&[], |t| rows_of(t, account, |r| r.account)),
            row: None,
        }
    }

    #[test]
    fn a_cohort_has_a_client_build_and_counts_accounts() {
        let day = AS_OF - DAY_US;
        let rows = vec![
            registration(1, day, 5),
            registration(1, day + 1, 5),
            registration(1, day + 2, 5),
            registration(2, day + HOUR_US, 5),
            registration(3, day, 0),
            registration(4, day, 0),
            registration(5, AS_OF, 5),
        ];
        let side = SideTables { registrations: Some(rows), ..SideTables::default() };
        let exchange = exchange(&side);
        let of = |account| exchange.context(&timeline(account, &side));
        assert_eq!(of(1).cohort_max_1h, Some(2), "the account itself thrice, and one other within the hour");
        assert_eq!(of(3).cohort_max_1h, None, "behind one address, but the build is not known");
        assert_eq!(of(3).device_accounts, Some(4));
        assert_eq!(of(5).cohort_max_1h, None, "at as_of: it does not exist yet");
    }

    #[test]
    fn who_is_saved_after_being_added_was_added_by_a_stranger() {
        let added = AS_OF - 10 * DAY_US;
        let act = |target, ts| GroupEventRow {
            actor: Token(1),
            ts,
            group: Token(50),
            kind: GroupKind::Add,
            target: Some(Token(target)),
        };
        let contact = |account, since| ContactRow { account: Token(account), contact: Token(1), since };
        let contacts = vec![
            contact(2, Some(added)),
            contact(3, Some(added + 1)),
            contact(4, None),
            contact(5, Some(AS_OF)),
            contact(6, Some(added + 1)),
            contact(6, Some(added - 1)),
        ];
        let acts = vec![
            act(2, added),
            act(3, added),
            act(4, added),
            act(5, added),
            act(6, added),
            act(7, added),
            act(2, AS_OF),
        ];
        let side = SideTables { contacts: Some(contacts), group_events: Some(acts), ..SideTables::default() };
        let adds = exchange(&side).context(&timeline(1, &side)).adds;
        let known: Vec<Option<bool>> = adds.iter().map(|add| add.knows_actor).collect();
        assert_eq!(known, [Some(true), Some(false), Some(true), None, Some(true), None]);
    }
}
