//! Split lists against a reference that compares every two shares, and the innocents that look like one.
//! In: random and built logs; out: nothing but passed assertions.
//! Knows the rule's words, not how pairs are found.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::occasions::{DAY_US, coincidences, habitual, senders};
use super::*;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;

fn share(object: u64, account: u32, ts: i64) -> Share {
    Share { object, account, ts, content: object }
}

/// A log in which accounts send clusters to recipients, and its audiences.
#[derive(Default)]
struct Log {
    rows: Vec<Share>,
    audiences: AudienceBuilder,
}

impl Log {
    fn send(&mut self, cluster: u64, account: u32, ts: i64, recipients: std::ops::Range<u64>) {
        for (i, recipient) in recipients.enumerate() {
            self.rows.push(share(cluster, account, ts + i as i64 * 1_000_000));
            self.audiences.push(Delivery { cluster, account, recipient });
        }
    }

    fn run(self, settings: &ShardedSettings) -> Sharded {
        let accounts = self.rows.iter().map(|s| s.account + 1).max().unwrap_or(0);
        sharded(&self.rows, accounts, &self.audiences.finish(), settings).expect("valid settings")
    }
}

/// Days on which four numbers send a new text each to their own quarter of a list, in an order that changes.
fn split_list(days: i64, of: impl Fn(u64) -> std::ops::Range<u64>) -> Log {
    let mut log = Log::default();
    for day in 0..days {
        for account in 0..4u64 {
            let late = (account * 3 + day as u64 * 7) % 5;
            log.send(day as u64, account as u32, day * DAY_US + 9 * HOUR + late as i64 * MINUTE, of(account));
        }
    }
    // Other people on other days, so that the log has thirty of them.
    (0..30).for_each(|d| log.send(1_000 + d as u64, 9, d * DAY_US, 0..1));
    log
}

proptest! {
    #[test]
    fn coincidences_are_those_of_every_two_shares(
        a in prop::collection::vec(-40i64..40, 1..20), b in prop::collection::vec(-40i64..40, 1..20), window in 0i64..9,
    ) {
        // Days of ten steps, so that windows reach across midnight; closed.
        let step = DAY_US / 10;
        let of = |account: u32, ts: &[i64]| senders(&ts.iter().map(|t| share(1, account, t * step)).collect::<Vec<_>>());
        let (a, b) = (of(0, &a), of(1, &b));
        let mut days: BTreeMap<i64, (i64, i64)> = BTreeMap::new();
        for x in &a {
            for y in &b {
                if (x.ts - y.ts).abs() <= window * step {
                    let day = x.ts.min(y.ts).div_euclid(DAY_US);
                    let firsts = days.entry(day).or_insert((i64::MAX, i64::MAX));
                    if x.ts <= y.ts { firsts.0 = firsts.0.min(x.ts); }
                    if y.ts <= x.ts { firsts.1 = firsts.1.min(y.ts); }
                }
            }
        }
        let got: Vec<_> =
            coincidences(&a, &b, window * step).iter().map(|c| (c.day, (c.a_first, c.b_first))).collect();
        prop_assert_eq!(got, days.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn edges_are_pairs_with_enough_days(
        rows in prop::collection::vec((0u64..4, 0u32..5, 0i64..400), 0..80), least_days in 1u32..4, most_senders in 2u32..6,
    ) {
        // Ten steps a day and a window of one; no other condition than days and rarity.
        let step = DAY_US / 10;
        let mut log = Log::default();
        rows.iter().for_each(|(c, a, t)| log.send(*c, *a, t * step, u64::from(*a) * 10..u64::from(*a) * 10 + 1));
        let settings = ShardedSettings {
            window_us: step, least_days, most_senders, most_overlap: 1.0, least_sampled: 0, most_chance: 1.0,
            ..ShardedSettings::default()
        };
        let found = log.run(&settings);
        let senders_of = |c: u64| rows.iter().filter(|r| r.0 == c).map(|r| r.1).collect::<BTreeSet<_>>().len();
        let mut days: BTreeMap<(u32, u32), BTreeSet<i64>> = BTreeMap::new();
        let mut n: BTreeMap<(u32, u32), BTreeSet<(u64, i64)>> = BTreeMap::new();
        for (c, a, t) in &rows {
            for (d, b, u) in &rows {
                if c == d && a < b && (t - u).abs() <= 1 && senders_of(*c) <= most_senders as usize {
                    let day = t.min(u).div_euclid(10);
                    days.entry((*a, *b)).or_default().insert(day);
                    n.entry((*a, *b)).or_default().insert((*c, day));
                }
            }
        }
        let wanted: Vec<_> = days.into_iter().filter(|(_, days)| least_days as usize <= days.len())
            .map(|(pair, days)| (pair, n[&pair].len() as u32, days.into_iter().collect::<Vec<_>>())).collect();
        let got: Vec<_> =
            found.edges.iter().map(|e| ((e.edge.low(), e.edge.high()), e.edge.n, e.days.clone())).collect();
        prop_assert_eq!(got, wanted);
        let common = (0..4).filter(|c| (most_senders as usize) < senders_of(*c)).count();
        prop_assert_eq!(found.common_clusters, common as u64);
    }

    #[test]
    fn no_order_leaves_a_trace(rows in prop::collection::vec((0u64..9, 0u32..6, 0i64..90), 0..80)) {
        let run = |rows: &[(u64, u32, i64)]| {
            let mut log = Log::default();
            rows.iter().for_each(|(c, a, t)| log.send(*c, *a, t * HOUR, 0..u64::from(*a)));
            let settings = ShardedSettings { least_days: 1, most_overlap: 1.0, most_chance: 1.0, least_sampled: 0, ..Default::default() };
            log.run(&settings)
        };
        let mut mixed = rows.clone();
        mixed.sort_by_key(|r| r.2 % 7);
        prop_assert_eq!(run(&rows), run(&mixed));
    }
}

#[test]
fn a_list_split_over_four_numbers_is_one_group() {
    let found = split_list(3, |account| account * 200..account * 200 + 200).run(&ShardedSettings::default());
    assert_eq!(found.groups.len(), 1);
    let group = &found.groups[0];
    assert_eq!(group.group.members.len(), 4);
    assert_eq!(group.days, [0, 1, 2]);
    assert_eq!((group.coincidences, group.overlap.shared), (18, 0));
    assert!(found.edges.iter().all(|e| (e.expected - 0.1).abs() < 1e-9));
    let two_days =
        split_list(2, |account| account * 200..account * 200 + 200).run(&ShardedSettings::default());
    assert!(two_days.groups.is_empty() && two_days.edges.is_empty());
}

#[test]
fn the_same_audience_or_none_is_no_split_list() {
    let club = split_list(5, |_| 0..200).run(&ShardedSettings::default());
    assert_eq!((club.groups.len(), club.same_audience), (0, 6));
    let few = split_list(3, |account| account..account + 1).run(&ShardedSettings::default());
    assert_eq!((few.groups.len(), few.unobservable), (0, 6));
}

#[test]
fn greetings_of_thousands_bind_nobody() {
    // Five greetings, each sent by 3,000 people within ten minutes, to ten friends each.
    let mut log = Log::default();
    for day in 0..5u64 {
        for account in 0..3_000u32 {
            let late = i64::from(account % 600) * 1_000_000;
            let friends = u64::from(account) * 10;
            log.send(day, account, day as i64 * 3 * DAY_US + late, friends..friends + 10);
        }
    }
    let found = log.run(&ShardedSettings::default());
    assert_eq!((found.edges.len(), found.common_clusters), (0, 5));
}

#[test]
fn a_daily_habit_at_one_hour_is_not_beyond_chance() {
    // Four shops send one vendor's reminder every evening, each to its own clients.
    let mut log = Log::default();
    for day in 0..30 {
        for account in 0..4u32 {
            let clients = (u64::from(account) * 100 + day as u64) * 100;
            log.send(
                7,
                account,
                day * DAY_US + 18 * HOUR + i64::from(account) * MINUTE,
                clients..clients + 20,
            );
        }
    }
    let found = log.run(&ShardedSettings::default());
    assert_eq!((found.edges.len(), found.by_chance), (0, 6));
}

#[test]
fn expected_coincidences_bound_what_shuffled_days_give() {
    // Each sends on ten of thirty days around nine o'clock: ten times ten meetings of days over thirty.
    let of = |account: u32, start: i64| -> Vec<Share> {
        (0..10)
            .map(|d| share(1, account, (start + 2 * d) * DAY_US + 9 * HOUR + i64::from(account) * MINUTE))
            .collect()
    };
    assert_eq!(habitual(&of(0, 0), &of(1, 1), 10 * MINUTE), 100);
    // At other hours they never meet.
    let evening: Vec<Share> = of(1, 0).iter().map(|s| share(1, 1, s.ts + 9 * HOUR)).collect();
    assert_eq!(habitual(&of(0, 0), &evening, 10 * MINUTE), 0);
}

#[test]
fn one_cluster_sent_a_million_times_costs_no_square() {
    // Fifty senders, twenty thousand shares each, within minutes: a square would be 5 * 10^11 comparisons.
    let rows: Vec<Share> = (0..1_000_000i64).map(|i| share(1, (i % 50) as u32, i * 600)).collect();
    let found = sharded(&rows, 50, &Audiences::default(), &ShardedSettings::default()).expect("valid");
    assert!(found.edges.is_empty());
}
