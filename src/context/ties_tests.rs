//! Attacks on ties and voices: equality with a reference that looks at every pair, and what must bind nobody.
//! In: small random worlds of reporters; out: failures that show the world.
//! Knows no card: what is told of these numbers is tested with the cards.

use super::{Exchange, MOMENT_US, VERY_MANY};
use crate::domain::*;
use crate::log::*;
use proptest::prelude::*;

const AS_OF: i64 = 100 * DAY_US;
const SUBJECT: Token = Token(1);

fn person(n: usize) -> Token {
    Token(1_000 + n as u128)
}

/// What ties people, by small numbers.
#[derive(Debug, Clone, Default)]
struct World {
    /// When each person first spoke, in minutes; a second word a day later.
    spoke: Vec<i64>,
    /// Person, group.
    joined: Vec<(usize, u128)>,
    /// Person, group: added by the account itself.
    added: Vec<(usize, u128)>,
    /// Person, minute, network, build, device; 0 is unknown.
    signed_up: Vec<(usize, i64, u64, u64, u64)>,
    /// Two people with messages both ways.
    talked: Vec<(usize, usize)>,
}

impl World {
    fn side(&self) -> SideTables {
        let start = AS_OF - 20 * DAY_US;
        let says = |(i, minute): (usize, &i64), kind, later| FeedbackRow {
            reported: SUBJECT,
            ts: start + minute * MINUTE_US + later,
            reporter: person(i),
            kind,
            reported_initiated: UNKNOWN,
        };
        let all = || self.spoke.iter().enumerate();
        let mut feedback: Vec<FeedbackRow> = all().map(|p| says(p, FeedbackKind::Report, 0)).collect();
        feedback.extend(all().map(|p| says(p, FeedbackKind::Block, DAY_US)));
        feedback.extend(all().map(|p| says(p, FeedbackKind::Optout, -DAY_US)));
        feedback.extend(all().map(|p| says(p, FeedbackKind::Report, 30 * DAY_US)));
        let act = |actor, kind, group, target| GroupEventRow {
            actor,
            ts: start,
            group: Token(group),
            kind,
            target,
        };
        let joined = self.joined.iter().map(|(p, g)| act(person(*p), GroupKind::JoinLink, *g, None));
        let added = self.added.iter().map(|(p, g)| act(SUBJECT, GroupKind::Add, *g, Some(person(*p))));
        let mut group_events: Vec<GroupEventRow> = joined.chain(added).collect();
        let registration = |row: &(usize, i64, u64, u64, u64)| RegistrationRow {
            account: person(row.0),
            ts: start + row.1 * MINUTE_US,
            ip_country: None,
            network: row.2,
            asn: 0,
            device: row.4,
            client_build: row.3,
        };
        let mut registrations: Vec<RegistrationRow> = self.signed_up.iter().map(registration).collect();
        let both = |(a, b): &(usize, usize)| [(person(*a), person(*b)), (person(*b), person(*a))];
        let mut talks: Vec<(Token, Token)> = self.talked.iter().flat_map(both).collect();
        feedback.sort();
        group_events.sort();
        registrations.sort();
        talks.sort();
        talks.dedup();
        SideTables {
            feedback: Some(feedback),
            group_events: Some(group_events),
            registrations: Some(registrations),
            talks: Some(talks),
            ..SideTables::default()
        }
    }

    /// How many independent voices some people are.
    fn independent(&self, people: &[usize]) -> usize {
        independent(&self.side(), people)
    }

    /// Whether two people belong together at first sight.
    fn are_bound(&self, a: usize, b: usize) -> bool {
        let groups = |p: usize| {
            let theirs = self.joined.iter().filter(move |j| j.0 == p);
            theirs.filter(|j| !self.added.contains(j)).map(|j| j.1)
        };
        let sign_ups = |p: usize| self.signed_up.iter().filter(move |s| s.0 == p);
        let together = |x: &(usize, i64, u64, u64, u64), y: &(usize, i64, u64, u64, u64)| {
            let cohort = x.2 != 0 && x.3 != 0 && (x.2, x.3) == (y.2, y.3) && (x.1 - y.1).abs() <= 60;
            cohort || x.4 != 0 && x.4 == y.4
        };
        groups(a).any(|g| groups(b).any(|h| g == h))
            || sign_ups(a).any(|x| sign_ups(b).any(|y| together(x, y)))
            || self.talked.contains(&(a, b))
            || self.talked.contains(&(b, a))
    }

    /// The same, looking at every pair and at every choice of circles.
    fn by_force(&self, people: &[usize]) -> usize {
        let n = self.spoke.len();
        let mut circle: Vec<usize> = (0..n).collect();
        for _ in 0..n {
            for (a, b) in (0..n).flat_map(|a| (0..n).map(move |b| (a, b))) {
                if self.are_bound(a, b) {
                    circle[a] = circle[a].min(circle[b]);
                    circle[b] = circle[a];
                }
            }
        }
        let first = |c: usize| people.iter().filter(|p| circle[**p] == c).map(|p| self.spoke[*p]).min();
        let times: Vec<i64> = (0..n).filter_map(first).collect();
        let far = |chosen: u32| {
            let of = |i: &usize| chosen & (1 << *i) != 0;
            let all = || (0..times.len()).filter(of);
            all().all(|a| all().all(|b| a == b || 10 < (times[a] - times[b]).abs()))
        };
        (0..1u32 << times.len()).filter(|c| far(*c)).map(u32::count_ones).max().unwrap_or(0) as usize
    }
}

fn independent(side: &SideTables, people: &[usize]) -> usize {
    let window = Window::new(Timestamp(AS_OF - 30 * DAY_US), Timestamp(AS_OF), 0).expect("a window");
    let acts = side.group_events.as_deref().unwrap_or(&[]);
    let timeline = AccountTimeline {
        account: SUBJECT,
        sent: &[],
        received: &[],
        group_acts: rows_of(acts, SUBJECT, |g| g.actor),
        feedback: side.feedback.as_deref().unwrap_or(&[]),
        registrations: &[],
        row: None,
    };
    let exchange = Exchange::new(side, &window);
    exchange.context(&timeline).voices.independent(people.iter().map(|p| person(*p)))
}

fn worlds() -> impl Strategy<Value = World> {
    let who = 0..9usize;
    let sign_up = (who.clone(), 0..240i64, 0..3u64, 0..3u64, 0..8u64);
    (
        proptest::collection::vec(0..90i64, 9),
        proptest::collection::vec((who.clone(), 0..5u128), 0..5),
        proptest::collection::vec((who.clone(), 0..5u128), 0..3),
        proptest::collection::vec(sign_up, 0..6),
        proptest::collection::vec((who.clone(), who), 0..3),
    )
        .prop_map(|(spoke, joined, added, signed_up, talked)| World {
            spoke,
            joined,
            added,
            signed_up,
            talked,
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn voices_are_what_every_pair_and_every_choice_give(world in worlds(), of in 1..512u32) {
        let people: Vec<usize> = (0..9).filter(|i| of & (1 << i) != 0).collect();
        prop_assert_eq!(world.independent(&people), world.by_force(&people), "{:?}", people);
    }

    #[test]
    fn one_more_without_ties_never_lowers_the_number(world in worlds(), minute in -20..110i64) {
        let all: Vec<usize> = (0..9).collect();
        let mut more = world.clone();
        more.spoke.push(minute);
        let (before, after) = (world.independent(&all), more.independent(&(0..10).collect::<Vec<_>>()));
        prop_assert!(before <= after && after <= before + 1, "{before} {after}");
        prop_assert_eq!(more.independent(&all), before, "who is not asked for binds nobody by the clock");
    }
}

/// Four people who spoke an hour apart.
fn four() -> World {
    World { spoke: vec![0, 60, 120, 180], ..World::default() }
}

#[test]
fn moments_are_closed_and_do_not_chain() {
    let at = |spoke: &[i64]| {
        let world = World { spoke: spoke.to_vec(), ..World::default() };
        world.independent(&(0..spoke.len()).collect::<Vec<_>>())
    };
    assert_eq!(MOMENT_US, 10 * MINUTE_US);
    assert_eq!((at(&[]), at(&[0]), at(&[0, 10]), at(&[0, 11])), (0, 1, 1, 2));
    let every_nine: Vec<i64> = (0..200).map(|i| 9 * i).collect();
    assert_eq!(at(&every_nine), 100, "a day of reports is no single voice");
}

#[test]
fn a_group_of_very_many_binds_nobody() {
    let with = |others: usize, stated: Option<u64>| {
        let mut world = four();
        world.joined = (0..4).map(|p| (p, 7)).chain((0..others).map(|i| (100 + i, 7))).collect();
        let mut side = world.side();
        side.groups = Some(vec![GroupRow { group: Token(7), members: stated, announcement_only: 0 }]);
        independent(&side, &[0, 1, 2, 3])
    };
    assert_eq!((with(VERY_MANY - 4, None), with(VERY_MANY - 3, None)), (1, 4));
    assert_eq!((with(0, Some(256)), with(0, Some(257))), (1, 4));
}

#[test]
fn a_carriers_network_binds_nobody_and_a_farms_hour_does() {
    let with = |others: usize, minutes_apart: i64| {
        let mut world = four();
        let theirs = (0..4).map(|p| (p, 16 * 1_440, 5, 1, 0));
        let more = (0..others).map(|i| (100 + i, 16 * 1_440 + 61 + i as i64 * minutes_apart, 5, 1, 0));
        world.signed_up = theirs.chain(more).collect();
        world.independent(&[0, 1, 2, 3])
    };
    assert_eq!((with(0, 1), with(200, 10), with(400, 10)), (1, 1, 4));
    let mut farm = four();
    farm.signed_up = (0..4).chain(100..900).map(|p| (p, 16 * 1_440, 5, 1, 0)).collect();
    assert_eq!(farm.independent(&[0, 1, 2, 3]), 1, "all of them within the hour");
}

#[test]
fn a_device_of_very_many_and_a_switchboard_bind_nobody() {
    let device = |others: usize| {
        let mut world = four();
        world.signed_up = (0..4).chain(100..100 + others).map(|p| (p, 0, 0, 0, 9)).collect();
        world.independent(&[0, 1, 2, 3])
    };
    assert_eq!((device(VERY_MANY - 4), device(VERY_MANY - 3)), (1, 4));
    let talks = |others: usize| {
        let mut world = four();
        world.talked = (1..4).chain(100..100 + others).map(|p| (0, p)).collect();
        world.independent(&[0, 1, 2, 3])
    };
    assert_eq!((talks(VERY_MANY - 3), talks(VERY_MANY - 2)), (1, 4));
}
