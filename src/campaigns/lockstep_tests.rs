//! Lockstep against a reference that compares everything with everything, and against those who would break it.
//! In: random and built logs; out: nothing but passed assertions.
//! Knows the rules as published, not how the kernels apply them.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::*;

fn share(object: u64, account: u32, ts: i64, content: u64) -> Share {
    Share { object, account, ts, content }
}

fn settings(window_us: i64, cap: Option<u32>, rule: Rule) -> LockstepSettings {
    LockstepSettings { window_us, cap, rule }
}

fn repeated(least_matches: u32, least_jaccard: f64) -> Rule {
    Rule::Repeated { least_matches, least_jaccard, hubs: 16, key: 7, cohesion: Cohesion::default() }
}

fn run(rows: &[Share], settings: &LockstepSettings) -> Lockstep {
    let accounts = rows.iter().map(|s| s.account + 1).max().unwrap_or(0);
    lockstep(rows, accounts, settings).expect("valid settings")
}

type Pairs = BTreeMap<(u32, u32), u32>;

fn pairs(found: &Lockstep) -> Pairs {
    found.edges.iter().map(|e| ((e.low(), e.high()), e.n)).collect()
}

/// The published rule, word by word.
fn published_reference(rows: &[Share], window: i64, participation: usize) -> Pairs {
    let rows_of = |a: u32| rows.iter().filter(|s| s.account == a).count();
    let rows: Vec<&Share> = rows.iter().filter(|s| participation <= rows_of(s.account)).collect();
    let mut paired = Vec::new();
    for (i, a) in rows.iter().enumerate() {
        for b in &rows[i + 1..] {
            let is_self = a.content == a.object || b.content == b.object;
            let near = (a.ts - b.ts).abs() <= window;
            if a.object == b.object && near && a.account != b.account && a.content != b.content && !is_self {
                paired.push((*a, *b));
            }
        }
    }
    let contents: BTreeSet<u64> = paired.iter().flat_map(|(a, b)| [a.content, b.content]).collect();
    let owned: BTreeSet<(u32, u64)> =
        rows.iter().filter(|s| contents.contains(&s.content)).map(|s| (s.account, s.content)).collect();
    let n_of = |a: u32| owned.iter().filter(|(account, _)| *account == a).count();
    let good: BTreeSet<u64> =
        owned.iter().filter(|(a, _)| participation <= n_of(*a)).map(|(_, c)| *c).collect();
    let mut out = Pairs::new();
    for (a, b) in paired {
        if good.contains(&a.content) || good.contains(&b.content) {
            *out.entry((a.account.min(b.account), a.account.max(b.account))).or_default() += 1;
        }
    }
    out
}

/// Matched objects, who was first, and the union, by comparing every two accounts on every object.
fn repeated_reference(rows: &[Share], window: i64) -> BTreeMap<(u32, u32), (u32, u32, u32, usize)> {
    let mut times: BTreeMap<u32, BTreeMap<u64, Vec<i64>>> = BTreeMap::new();
    for s in rows {
        times.entry(s.account).or_default().entry(s.object).or_default().push(s.ts);
    }
    let mut out = BTreeMap::new();
    for (a, of_a) in &times {
        for (b, of_b) in times.range(a + 1..) {
            let (mut n, mut low, mut high) = (0, 0, 0);
            for (object, at_a) in of_a {
                let Some(at_b) = of_b.get(object) else { continue };
                if at_a.iter().any(|x| at_b.iter().any(|y| (x - y).abs() <= window)) {
                    n += 1;
                    let firsts = at_a.iter().min().zip(at_b.iter().min());
                    let near = firsts.filter(|(x, y)| (*x - *y).abs() <= window);
                    low += u32::from(near.is_some_and(|(x, y)| x < y));
                    high += u32::from(near.is_some_and(|(x, y)| y < x));
                }
            }
            let union = of_a.keys().chain(of_b.keys()).collect::<BTreeSet<_>>().len();
            if 0 < n {
                out.insert((*a, *b), (n, low, high, union));
            }
        }
    }
    out
}

fn rows() -> impl Strategy<Value = Vec<Share>> {
    // Few values of everything, negative times, contents that may be objects and belong to several accounts.
    let row = (0u64..6, 0u32..9, -25i64..40, 3u64..40);
    prop::collection::vec(row.prop_map(|(o, a, t, c)| share(o, a, t, c)), 0..70)
}

proptest! {
    #[test]
    fn the_published_rule_is_what_its_words_say(rows in rows(), window in 0i64..12, participation in 0u32..4) {
        let found = run(&rows, &settings(window, None, Rule::Published { participation }));
        prop_assert_eq!(pairs(&found), published_reference(&rows, window, participation as usize));
        prop_assert_eq!(found.left_out, LeftOut::default());
    }

    #[test]
    fn repeated_matches_are_those_of_every_two_accounts(
        rows in rows(), window in 0i64..12, least in 0u32..4, jaccard in prop::sample::select(vec![0.0, 0.25, 0.5, 1.0]),
    ) {
        // A cap that nothing reaches is as exact as none.
        for cap in [None, Some(64)] {
            let found = run(&rows, &settings(window, cap, repeated(least, jaccard)));
            let expected: Vec<_> = repeated_reference(&rows, window)
                .into_iter()
                .filter(|(_, (n, _, _, union))| least <= *n && jaccard <= f64::from(*n) / *union as f64)
                .map(|(pair, (n, low, high, union))| (pair, n, low, high, f64::from(n) / union as f64))
                .collect();
            let got: Vec<_> = found.edges.iter()
                .map(|e| ((e.low(), e.high()), e.n, e.low_first, e.high_first,
                    e.jaccard().expect("the repeated rule has one")))
                .collect();
            prop_assert_eq!(got, expected);
            prop_assert_eq!(found.left_out, LeftOut::default());
        }
    }

    #[test]
    fn a_cap_only_leaves_out_and_says_so(rows in rows(), window in 0i64..30, cap in 1u32..5, hubs in 0u32..4) {
        let rule = Rule::Repeated { least_matches: 0, least_jaccard: 0.0, hubs, key: 3, cohesion: Cohesion::default() };
        let capped = run(&rows, &settings(window, Some(cap), rule));
        let exact = repeated_reference(&rows, window);
        let mut missing = 0;
        for (pair, (n, ..)) in &exact {
            let got = pairs(&capped).get(pair).copied().unwrap_or(0);
            prop_assert!(got <= *n);
            missing += u64::from(n - got);
        }
        prop_assert!(missing <= capped.left_out.pairs_at_most);
        prop_assert_eq!(0 < capped.left_out.pairs_at_most, 0 < capped.left_out.objects && 0 < capped.left_out.pairs_at_most);
        for edge in &capped.edges {
            prop_assert!(exact.contains_key(&(edge.low(), edge.high())));
        }
    }

    #[test]
    fn neither_order_nor_threads_leave_a_trace(rows in rows(), seed in any::<u64>()) {
        let mut mixed = rows.clone();
        mixed.sort_by_key(|s| (s.content ^ s.ts as u64).wrapping_mul(seed | 1));
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("a pool");
        for rule in [Rule::Published { participation: 2 }, repeated(1, 0.0)] {
            let settings = settings(9, Some(3), rule);
            prop_assert_eq!(run(&rows, &settings), pool.install(|| run(&mixed, &settings)));
        }
    }
}

#[test]
fn the_window_is_closed() {
    for (gap, expected) in [(60, 1), (61, 0)] {
        // Across and within blocks, before and after zero.
        for start in [-61, -60, -1, 0, 1, 59, 60, 61, 1_000] {
            let rows = [share(9, 0, start, 1), share(9, 1, start + gap, 2)];
            for rule in [Rule::Published { participation: 1 }, repeated(1, 0.0)] {
                assert_eq!(run(&rows, &settings(60, None, rule)).edges.len(), expected, "{start} {gap}");
            }
        }
    }
}

#[test]
fn nothing_and_one_share_have_no_edges() {
    for rule in [Rule::Published { participation: 1 }, repeated(0, 0.0)] {
        assert!(run(&[], &settings(60, None, rule)).edges.is_empty());
        assert!(run(&[share(1, 0, 0, 5)], &settings(60, Some(1), rule)).edges.is_empty());
    }
    assert!(lockstep(&[], 0, &settings(-1, None, repeated(1, 0.5))).is_err());
    assert!(lockstep(&[], 0, &settings(1, None, repeated(1, f64::NAN))).is_err());
    assert!(lockstep(&[share(1, 5, 0, 0)], 5, &settings(1, None, repeated(1, 0.5))).is_err());
    let ends = [share(1, 0, i64::MIN, 2), share(1, 1, i64::MAX, 3)];
    assert!(run(&ends, &settings(3_600_000_000, None, repeated(1, 0.0))).edges.is_empty());
}

#[test]
fn equal_times_are_ties_and_nobody_is_first() {
    let rows: Vec<Share> =
        (0..6).flat_map(|o| (0..4).map(move |a| share(o, a, 1_000, o * 10 + u64::from(a)))).collect();
    let found = run(&rows, &LockstepSettings::repeated(1));
    assert_eq!(found.edges.len(), 6);
    assert!(found.edges.iter().all(|e| e.low_first == 0 && e.high_first == 0 && e.n == 6));
    let group = &found.groups.groups[0];
    assert_eq!(group.members.len(), 4);
    assert!(group.members.iter().all(|m| m.standing == Standing::Unclear && m.tied == 18));
}

#[test]
fn an_object_of_everybody_costs_little_and_binds_nobody() {
    // 200,000 accounts share one object in the same second; each also has five objects of its own.
    let viral = (0..200_000u32).map(|a| share(1, a, i64::from(a), u64::from(a)));
    let own = (0..1_000_000u32).map(|i| share(u64::from(i) + 10, i / 5, i64::from(i), u64::from(i)));
    let rows: Vec<Share> = viral.chain(own).collect();
    let found = run(&rows, &LockstepSettings::repeated(1));
    assert!(found.edges.is_empty() && found.groups.groups.is_empty());
    // The same at thresholds of 1, where nobody can be dropped before: bounded by the hubs.
    let found = run(&rows, &settings(3_600_000_000, Some(64), repeated(0, 0.0)));
    assert_eq!(found.edges.len(), 16 * (200_000 - 16) + 16 * 15 / 2);
    assert_eq!(found.left_out, LeftOut { objects: 1, pairs_at_most: (200_000 - 16) * (200_000 - 17) / 2 });
    // Published, with a cap: the object is left out, and said to be.
    let found = run(&rows, &settings(60_000_000, Some(64), Rule::Published { participation: 1 }));
    assert_eq!(found.left_out, LeftOut { objects: 1, pairs_at_most: 200_000 * 199_999 / 2 });
}

#[test]
fn a_million_shares_of_one_account_are_one_presence_a_block() {
    let minute = 60_000_000;
    let busy = (0..1_000_000i64).map(|i| share(1, 0, i * 1_000, i as u64));
    let others =
        (1..50u32).flat_map(|a| (0..6).map(move |o| share(o, a, i64::from(a) * minute, u64::from(a))));
    let rows: Vec<Share> = busy.chain(others).collect();
    let found = run(&rows, &LockstepSettings::repeated(1));
    // The other 49 repeat one another; the busy one shares a single object.
    assert!(found.edges.iter().all(|e| e.low() != 0));
    assert_eq!(found.edges.len(), 49 * 48 / 2);
}

/// `objects` shared by all of `accounts` within minutes, in an order that changes from object to object.
fn farm(accounts: std::ops::Range<u32>, objects: std::ops::Range<u64>) -> Vec<Share> {
    let mix = |a: u32, o: u64| (u64::from(a) ^ o << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 36;
    objects
        .flat_map(|o| accounts.clone().map(move |a| (o, a)))
        .map(|(o, a)| share(o, a, o as i64 * 86_400_000_000 + mix(a, o) as i64, mix(a, o)))
        .collect()
}

#[test]
fn a_farm_larger_than_the_cap_is_found_whole_through_its_hubs() {
    // 20,000 bystanders share three of the farm's twelve objects at the same time, and one greeting of their own.
    let mut rows = farm(0..500, 100..112);
    rows.extend(farm(500..20_500, 100..103));
    rows.extend(farm(500..20_500, 200..201));
    let found = run(&rows, &LockstepSettings::repeated(99));
    assert_eq!(found.groups.groups.len(), 1);
    let group = &found.groups.groups[0];
    let members: Vec<u32> = group.members.iter().map(|m| m.account).collect();
    assert!(members.iter().all(|m| *m < 500));
    assert!(490 <= members.len(), "{}", members.len());
    assert!(0 < found.left_out.objects);
}

#[test]
fn what_everybody_shares_weighs_nothing() {
    // 300 people send the same eight greetings in the same hours and nothing else.
    let found = run(&farm(0..300, 0..8), &LockstepSettings::repeated(5));
    assert!(found.edges.is_empty());
    // Among others who do not, the same is a farm.
    let mut rows = farm(0..300, 0..8);
    rows.extend((300..9_000).map(|a| share(u64::from(a), a, 0, 0)));
    assert_eq!(run(&rows, &LockstepSettings::repeated(5)).groups.groups.len(), 1);
}

#[test]
fn an_imitated_innocent_is_an_original_and_no_member() {
    // Account 0 posts twenty objects; thirty puppets post each one seconds later.
    let mut rows = Vec::new();
    for o in 0..20u64 {
        let at = o as i64 * 86_400_000_000;
        rows.push(share(o, 0, at, o));
        for a in 1..31u32 {
            let late = 1 + (u64::from(a) * 7 + o * 13) % 31;
            rows.push(share(o, a, at + late as i64 * 1_000_000, o * 100 + u64::from(a)));
        }
    }
    let found = run(&rows, &LockstepSettings::repeated(5));
    let group = &found.groups.groups[0];
    assert_eq!(found.groups.groups.len(), 1);
    assert_eq!(group.originals, [0]);
    assert_eq!(group.members.iter().map(|m| m.account).collect::<Vec<_>>(), (1..31).collect::<Vec<_>>());
    let original = &found.groups.originals[0];
    assert_eq!((original.account, original.followed, original.led, original.partners), (0, 0, 600, 30));
}

#[test]
fn a_bridge_does_not_merge_two_farms() {
    // Two farms of five; account 4 of the first and 5 of the second also share nine objects with one another.
    let mut rows = farm(0..5, 0..10);
    rows.extend(farm(5..10, 10..20));
    rows.extend(farm(4..6, 20..40));
    let found = run(&rows, &settings(3_600_000_000, Some(64), repeated(5, 0.2)));
    assert!(pairs(&found).contains_key(&(4, 5)));
    assert_eq!(found.groups.unsupported_edges, 1);
    let labels: Vec<u32> = found.groups.groups.iter().map(|g| g.label).collect();
    assert_eq!(labels, [0, 5]);
}
