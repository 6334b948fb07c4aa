//! Who shares a network, a device or a block with whom: aggregated once a key, asked once an account.
//! In: accounts by key, times of registrations by cohort; out: counts without the account itself, in logarithmic time.
//! Hands out no account: a popular key costs what it holds once, not once for each of its accounts.

use super::exchange::Map;
use super::row::Reputation;
use crate::domain::{HOUR_US, Token};
use std::collections::VecDeque;

/// The accounts of one key within its reach.
#[derive(Debug, Default)]
struct Group {
    /// Sorted, each once.
    accounts: Vec<Token>,
    banned: u32,
}

/// Accounts by what they share.
#[derive(Debug, Default)]
pub(super) struct Shared(Map<u64, Group>);

impl Shared {
    /// Adds an account; one out of reach makes the key known and is not counted.
    pub fn add(&mut self, key: u64, within_reach: bool, account: Token) {
        let group = self.0.entry(key).or_default();
        if within_reach {
            group.accounts.push(account);
        }
    }

    /// Ends adding.
    pub fn settle(&mut self, is_banned: impl Fn(&Token) -> bool) {
        for group in self.0.values_mut() {
            group.accounts.sort_unstable();
            group.accounts.dedup();
            group.banned = group.accounts.iter().filter(|account| is_banned(account)).count() as u32;
        }
    }

    /// How many accounts share the key.
    pub fn accounts(&self, key: u64) -> Option<u32> {
        self.0.get(&key).map(|group| group.accounts.len() as u32)
    }

    /// How many accounts but this one share the key, and how many of them are banned.
    pub fn others(&self, key: u64, account: Token, is_banned: bool) -> Option<Reputation> {
        let group = self.0.get(&key)?;
        let own = u32::from(group.accounts.binary_search(&account).is_ok());
        Some(Reputation {
            accounts: group.accounts.len() as u32 - own,
            banned: group.banned - if is_banned { own } else { 0 },
        })
    }
}

/// Registrations that share network and client build.
#[derive(Debug, Default)]
pub(super) struct Cohorts {
    added: Map<(u64, u64), Vec<(i64, Token)>>,
    /// For each time of a registration, the most accounts in a closed hour that holds it.
    most: Map<(u64, u64), Vec<(i64, u32)>>,
}

impl Cohorts {
    /// Adds a registration.
    pub fn add(&mut self, key: (u64, u64), ts: i64, account: Token) {
        self.added.entry(key).or_default().push((ts, account));
    }

    /// Ends adding.
    pub fn settle(&mut self) {
        for (key, mut rows) in std::mem::take(&mut self.added) {
            rows.sort_unstable();
            self.most.insert(key, most_around(&rows));
        }
    }

    /// Most distinct accounts in a closed hour that holds the registration at `own`.
    pub fn most(&self, key: (u64, u64), own: i64) -> Option<u32> {
        let times = self.most.get(&key)?;
        times.binary_search_by_key(&own, |(ts, _)| *ts).ok().map(|at| times[at].1)
    }
}

/// For each distinct time, the most distinct accounts in a closed hour that holds it; rows are sorted.
fn most_around(rows: &[(i64, Token)]) -> Vec<(i64, u32)> {
    // The hours that hold a time begin at it or up to an hour before: a moving range, whose maximum is kept in front.
    let mut falling: VecDeque<(i64, u32)> = VecDeque::new();
    let most = accounts_from(rows).into_iter().map(|(ts, n)| {
        while falling.back().is_some_and(|(_, smaller)| *smaller <= n) {
            falling.pop_back();
        }
        while falling.front().is_some_and(|(begun, _)| *begun < ts - HOUR_US) {
            falling.pop_front();
        }
        falling.push_back((ts, n));
        (ts, falling.front().map_or(n, |(_, most)| *most))
    });
    most.collect()
}

/// For each distinct time, the distinct accounts in the closed hour that begins with it.
fn accounts_from(rows: &[(i64, Token)]) -> Vec<(i64, u32)> {
    let mut inside: Map<Token, u32> = Map::default();
    let mut counts: Vec<(i64, u32)> = Vec::new();
    let (mut end, mut start) = (0, 0);
    while start < rows.len() {
        let ts = rows[start].0;
        while end < rows.len() && rows[end].0 - ts <= HOUR_US {
            *inside.entry(rows[end].1).or_default() += 1;
            end += 1;
        }
        counts.push((ts, inside.len() as u32));
        while start < rows.len() && rows[start].0 == ts {
            if let Some(n) = inside.get_mut(&rows[start].1) {
                *n -= 1;
                if *n == 0 {
                    inside.remove(&rows[start].1);
                }
            }
            start += 1;
        }
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    /// Small numbers that repeat and cluster.
    fn noise(seed: u64, n: usize, below: u64) -> Vec<u64> {
        let mut x = seed;
        let mut next = || {
            x = x.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (x >> 33) % below
        };
        (0..n).map(|_| next()).collect()
    }

    #[test]
    fn others_are_counted_as_one_by_one() {
        let rows: Vec<(u64, bool, Token)> = noise(1, 600, 40)
            .into_iter()
            .zip(noise(2, 600, 5))
            .map(|(who, key)| (key, who % 7 != 0, Token(u128::from(who))))
            .collect();
        let is_banned = |account: &Token| account.0.is_multiple_of(3);
        let mut shared = Shared::default();
        rows.iter().for_each(|(key, near, who)| shared.add(*key, *near, *who));
        shared.settle(is_banned);
        for (key, account) in (0..6).flat_map(|key| (0..42).map(move |who| (key, Token(who)))) {
            let of_key = || rows.iter().filter(move |r| r.0 == key);
            let all: BTreeSet<Token> = of_key().filter(|r| r.1).map(|r| r.2).collect();
            let others = || all.iter().filter(|other| **other != account);
            let naive = of_key().next().map(|_| Reputation {
                accounts: others().count() as u32,
                banned: others().filter(|other| is_banned(other)).count() as u32,
            });
            assert_eq!(shared.others(key, account, is_banned(&account)), naive, "{key} {account:?}");
            assert_eq!(shared.accounts(key), naive.map(|_| all.len() as u32));
        }
    }

    #[test]
    fn a_cohort_is_the_busiest_hour_around_a_registration() {
        for seed in 0..20 {
            let steps = noise(seed, 120, 3 * HOUR_US as u64 / 2);
            // Many at once, many an exact hour apart, some accounts again and again.
            let times = steps.iter().map(|s| match s % 4 {
                0 => (s % 5) as i64 * HOUR_US,
                1 => (s % 7) as i64 * HOUR_US / 2,
                _ => *s as i64,
            });
            let mut rows: Vec<(i64, Token)> =
                times.zip(noise(seed + 90, 120, 50)).map(|(ts, who)| (ts, Token(u128::from(who)))).collect();
            rows.sort_unstable();
            let mut cohorts = Cohorts::default();
            rows.iter().for_each(|(ts, who)| cohorts.add((1, 2), *ts, *who));
            cohorts.settle();
            for (own, _) in &rows {
                let hours = rows.iter().map(|(start, _)| *start..=*start + HOUR_US);
                let accounts = |hour: std::ops::RangeInclusive<i64>| {
                    let inside = rows.iter().filter(|(ts, _)| hour.contains(ts));
                    inside.map(|(_, who)| *who).collect::<BTreeSet<_>>().len() as u32
                };
                let naive = hours.filter(|hour| hour.contains(own)).map(accounts).max();
                assert_eq!(cohorts.most((1, 2), *own), naive, "seed {seed}, {own}");
            }
        }
        assert_eq!(Cohorts::default().most((1, 2), 0), None);
    }
}
