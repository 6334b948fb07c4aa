//! Attacks on what rule cards claim: limits on both sides, honest lists of features, caps, chatter.
//! In: made-up feature rows; out: failures that name the card.
//! Uses no log: what a rule does must follow from the feature table alone.

use super::*;
use crate::domain::{MINUTE_US, Token, Via};
use crate::features::population::Origin;
use crate::features::small_world::{World, day};
use crate::features::{
    Absent, AccountFeatures, Feature, Mark, Population, Unit, Value, cards as feature_cards, contact,
    content, coordination as together, fanout, feedback as said, groups as grp, lifecycle, rate,
    registration as signup, sameness, timing as beat, volume,
};
use std::collections::BTreeMap;

/// A row with these values, everything else absent.
pub fn features(values: &[(&Feature, f64)]) -> AccountFeatures {
    let mut row: Vec<Value> = vec![Err(Absent::NoEvidence); feature_cards().len()];
    for (card, value) in values {
        row[place(card)] = Ok(*value);
    }
    AccountFeatures::new(Token(7), row)
}

/// A row with these values and, for each, the evidence its card asks for.
pub fn evident(values: &[(&'static Feature, f64)]) -> AccountFeatures {
    let mut all: Vec<(&Feature, f64)> = values.iter().filter_map(|(card, _)| card.evidence).collect();
    all.extend(values.iter().map(|(card, v)| (*card, *v)));
    features(&all)
}

pub fn place(card: &Feature) -> usize {
    feature_cards().iter().position(|c| c.name == card.name).expect("a card")
}

/// Earlier nights of 1,000 accounts on which every feature was `value`, and evidence as much as asked for.
pub fn nights(value: f64) -> Population {
    let mut usual: Vec<Value> = vec![Ok(value); feature_cards().len()];
    for (base, least) in feature_cards().iter().filter_map(|c| c.evidence) {
        let slot = &mut usual[place(base)];
        *slot = slot.map(|v| v.max(least));
    }
    usual[place(&volume::ACTIONS)] = Ok(1_000.0);
    let rows: Vec<_> = (0..1000).map(|i| AccountFeatures::new(Token(i), usual.clone())).collect();
    let origin = Origin { as_of: "2019-11-30".to_owned(), source: "made up".to_owned(), simulated: true };
    Population::of(&rows, origin)
}

fn hits(row: &AccountFeatures) -> Vec<&'static str> {
    run(row, None, &Limits::default()).hits.iter().map(|h| h.rule.code).collect()
}

#[test]
fn cards_are_complete_and_well_formed() {
    let (mut codes, mut keys) = (Vec::new(), Vec::new());
    for rule in cards() {
        let code = rule.code;
        codes.push(code);
        for text in [code, rule.name, rule.persistence, rule.statement, rule.look_alikes, rule.source.1] {
            assert!(!text.trim().is_empty(), "{code} has an empty text");
        }
        assert!(!rule.limits.is_empty() && !rule.uses.is_empty(), "{code}");
        let points = rule.points.get();
        assert!(points.iter().all(|p| (0.0..=rule.group.cap()).contains(p)), "{code}");
        let silent = matches!(rule.role, Role::Benign | Role::Descriptive);
        assert_eq!(silent, points == [0.0; 3], "{code}");
        assert_eq!(rule.role == Role::Benign, rule.group == RuleGroup::Benign, "{code}");
        for limit in rule.limits {
            keys.push(limit.key);
            let own = limit.key.strip_prefix(code).is_some_and(|rest| rest.starts_with('.'));
            assert!(own, "{} is not a limit of {code}", limit.key);
            assert!((limit.range.0..=limit.range.1).contains(&limit.default), "{}", limit.key);
            assert!(!limit.what.is_empty() && !limit.why.is_empty(), "{}", limit.key);
            let published = matches!(limit.mark, Mark::Published | Mark::Quoted);
            assert_eq!(published, !limit.origin.is_empty(), "{} must name its origin", limit.key);
            let rises = matches!(limit.sense, Sense::Over | Sense::AtLeast);
            assert!(
                if rises { limit.default <= limit.full } else { limit.full <= limit.default },
                "{}",
                limit.key
            );
            let opted = limit.key == "M10.asked";
            assert!(opted || rule.uses.contains(&limit.feature), "{} reads beyond uses", limit.key);
        }
        let founded = |l: &&&Limit| l.population.is_some() || l.mark != Mark::Ours;
        if matches!(rule.role, Role::Main | Role::Hard) {
            assert!(
                rule.limits.iter().any(|l| founded(&l)),
                "{code} compares with nothing but our own number"
            );
        }
    }
    for (mut names, what) in [(codes, "codes"), (keys, "keys")] {
        let n = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(n, names.len(), "{what} repeat");
    }
}

#[test]
fn hard_rules_are_two_and_published() {
    let hard: Vec<_> = cards().into_iter().filter(|r| r.role == Role::Hard).collect();
    assert_eq!(hard.iter().map(|r| r.code).collect::<Vec<_>>(), ["M1", "M11"]);
    assert!(hard.iter().all(|r| r.source.0 == Mark::Published));
}

/// A step across a limit: one for counts, a sliver otherwise.
fn step(limit: &Limit) -> f64 {
    match limit.feature.unit {
        Unit::Count | Unit::Days | Unit::Flag => 1.0,
        _ => 1e-6 * limit.default.abs().max(1.0),
    }
}

#[test]
fn every_limit_holds_on_both_sides() {
    let limits = Limits::default();
    for limit in cards().into_iter().flat_map(|r| r.limits) {
        let (at, step) = (limit.default, step(limit));
        let (inside, outside) = match limit.sense {
            Sense::Over => (at + step, at),
            Sense::AtLeast => (at, at - step),
            Sense::Below => (at - step, at),
            Sense::AtMost => (at, at + step),
        };
        let fires = |value: f64| {
            let f = evident(&[(limit.feature, value)]);
            Row::new(&f, None, &limits).check(limit).is_some()
        };
        assert!(fires(inside), "{} does not fire at {inside}", limit.key);
        assert!(!fires(outside), "{} fires at {outside}", limit.key);
    }
}

#[test]
fn the_papers_examples_fire_to_the_number() {
    let burst = |age: f64| hits(&features(&[(&lifecycle::BURST_AGE, age)]));
    assert_eq!(burst(300.0), ["M1"]);
    assert_eq!(burst(600.0), ["M1"], "five minutes and the stated tolerance");
    assert!(burst(600.001).is_empty());
    let made = |n: f64| hits(&features(&[(&grp::CREATED_1H, n), (&grp::CREATED_24H, n)]));
    assert_eq!(made(24.0), ["M11", "M11b"]);
    assert!(made(23.0).is_empty());
    let slow = features(&[(&grp::CREATED_1H, 3.0), (&grp::CREATED_24H, 24.0)]);
    assert_eq!(hits(&slow), ["M11b"], "over a day it is no hard rule");
    assert!(!run(&slow, None, &Limits::default()).hard);
    let added = |n: f64| hits(&features(&[(&grp::ADDED_1H, n)]));
    assert_eq!(added(1_000.0), ["M11"]);
    assert!(added(999.0).is_empty());
}

#[test]
fn api_accounts_are_not_judged_by_pace() {
    let fast = [(&rate::UNEXPLAINED_MAX_60S, 500.0), (&fanout::UNEXPLAINED_MAX_24H, 500.0)];
    assert_eq!(hits(&features(&fast)), ["M2", "M3"]);
    let mut values = features(&fast).values().collect::<Vec<_>>();
    values[place(&lifecycle::API)] = Ok(1.0);
    let api = AccountFeatures::new(Token(1), values);
    assert!(on_api(&api) == Some(true) && hits(&api).is_empty());
}

#[test]
fn who_sends_through_the_api_only_is_on_it_where_no_table_says_so() {
    let on = |via: fn(i64) -> Option<Via>| {
        let mut world = World::default();
        for i in 0..400 {
            world.sends(day(3) + i * MINUTE_US / 10, i as u128);
            world.last_went_through(via(i));
        }
        let row = world.values();
        (on_api(&row), hits(&row).contains(&"M3"))
    };
    assert_eq!(on(|_| Some(Via::Api)), (Some(true), false));
    assert_eq!(on(|i| (i < 200).then_some(Via::Api)), (Some(true), false), "the others say nothing else");
    assert_eq!(on(|i| Some(if i == 399 { Via::Phone } else { Via::Api })), (Some(false), true));
    assert_eq!(on(|_| None), (None, true), "neither kind nor via is known");
}

#[test]
fn a_soft_rule_needs_earlier_nights_to_lift() {
    let row = features(&[(&contact::NEW_UNANSWERED_SURE, 150.0), (&contact::NEW_SILENT_DAYS, 2.0)]);
    let limits = Limits::default();
    let alone = run(&row, None, &limits);
    assert_eq!(alone.hits[0].evidence[0].against, Against::FloorOnly);
    assert!(!alone.lifts && alone.agreeing == 0);
    let quiet = nights(3.0);
    let lifted = run(&row, Some(&quiet), &limits);
    assert!(lifted.lifts && lifted.agreeing == 1);
    assert_eq!(lifted.hits[0].evidence[0].threshold, 100.0, "the floor is higher");
    let once = features(&[(&contact::NEW_UNANSWERED_SURE, 150.0), (&contact::NEW_SILENT_DAYS, 1.0)]);
    assert!(!run(&once, Some(&quiet), &limits).lifts, "one day may be an invitation");
    let busy = nights(200.0);
    assert!(run(&row, Some(&busy), &limits).hits.is_empty(), "usual on this platform");
}

#[test]
fn rate_reach_and_timing_of_one_burst_count_once() {
    let limits = Limits::default();
    let burst = [(&rate::UNEXPLAINED_MAX_60S, 90.0), (&fanout::UNEXPLAINED_MAX_24H, 300.0)];
    assert_eq!(run(&features(&burst), None, &limits).agreeing, 1);
    let mut twice = burst.to_vec();
    twice.extend([(&rate::FAST_MINUTES, 2.0), (&fanout::WIDE_DAYS, 1.0)]);
    assert_eq!(run(&features(&twice), None, &limits).agreeing, 1);
    twice.push((&fanout::WIDE_DAYS, 2.0));
    let both = run(&features(&twice), None, &limits);
    assert!(both.lifts && both.agreeing == 2);
}

#[test]
fn registration_is_a_family_for_young_accounts_only_and_never_lifts() {
    let (limits, usual) = (Limits::default(), nights(2.0));
    let week = 7.0 * 86_400.0;
    let of = |age: f64, strangers: f64| {
        let row = features(&[
            (&signup::COHORT, 40.0),
            (&lifecycle::AGE, age),
            (&contact::STRANGERS_SILENT, strangers),
        ]);
        run(&row, Some(&usual), &limits)
    };
    let silent = of(3_600.0, 0.0);
    assert!(!silent.lifts && silent.agreeing == 1);
    assert!(of(3_600.0, 23.0).agreeing == 1);
    let young = of(week, 24.0);
    assert!(young.lifts && young.agreeing == 2, "a suspicious registration lowers the bar for M4");
    let old = of(week + 1.0, 24.0);
    assert!(!old.lifts && old.agreeing == 0);
    let clean = features(&[(&lifecycle::AGE, 3_600.0), (&contact::STRANGERS_SILENT, 60.0)]);
    let alone = run(&clean, Some(&usual), &limits);
    assert!(!alone.lifts && alone.hits[0].rule.code == "M4");
}

#[test]
fn regularity_needs_two_signs_one_of_them_of_time() {
    let f = |values: &[(&'static Feature, f64)]| {
        let mut all = vec![(&beat::ONE_WAY_GAPS, 100.0), (&volume::ONE_WAY, 101.0)];
        all.extend_from_slice(values);
        hits(&features(&all))
    };
    assert!(f(&[(&beat::ONE_WAY_ENTROPY, 2.0)]).is_empty());
    assert_eq!(f(&[(&beat::ONE_WAY_ENTROPY, 2.69), (&beat::ONE_WAY_MODE, 0.041)]), ["M7"]);
    assert!(f(&[(&beat::ONE_WAY_ENTROPY, 2.7), (&beat::ONE_WAY_MODE, 0.041)]).is_empty());
    let lifts = |people: f64, days: f64, values: &[(&'static Feature, f64)]| {
        let mut all = vec![(&beat::ONE_WAY_GAPS, 200.0), (&volume::ONE_WAY, 201.0)];
        all.extend([(&volume::ONE_WAY_PEOPLE, people), (&volume::ONE_WAY_DAYS, days)]);
        all.push((&sameness::ONE_WAY_SIZE_N, 201.0));
        all.extend_from_slice(values);
        run(&features(&all), None, &Limits::default()).lifts
    };
    let bursts = [(&beat::ONE_WAY_ENTROPY, 1.0), (&beat::ONE_WAY_MODE, 0.5)];
    assert!(!lifts(10.0, 2.0, &bursts), "bursts of people do that");
    let even = [(&beat::ONE_WAY_ENTROPY, 1.0), (&sameness::ONE_WAY_SIZE_CV, 0.5)];
    assert!(lifts(10.0, 2.0, &even));
    assert!(!lifts(9.0, 2.0, &even), "an alarm has few recipients");
    assert!(!lifts(10.0, 1.0, &even), "one day may be an event");
    assert!(!f(&[(&sameness::ONE_WAY_REPEAT, 0.9), (&sameness::ONE_WAY_SIZE_CV, 0.1)]).contains(&"M7"));
}

#[test]
fn days_are_those_of_the_stream_a_rule_speaks_of() {
    let mut world = World::default();
    for d in 0..20 {
        world.sends(day(d), 900);
        world.hears(day(d) + MINUTE_US, 900);
    }
    (0..59).for_each(|i| world.sends(day(12) + i as i64 * 30_000_000, i % 2));
    let greeter = world.values();
    assert_eq!(greeter.get(&volume::ACTIVE_DAYS), Ok(20.0));
    assert_eq!(greeter.get(&volume::ONE_WAY_ACTIVE_DAYS), Ok(1.0));
    assert_eq!(greeter.get(&volume::UNPROMPTED_ACTIVE_DAYS), Ok(1.0));
    let found = hits(&greeter);
    assert!(!found.contains(&"M7c") && !found.contains(&"M17"), "one evening of greetings: {found:?}");
    for d in 13..17 {
        (0..20).for_each(|i| world.sends(day(d) + i * MINUTE_US, 1));
    }
    let habit = world.values();
    assert_eq!(habit.get(&volume::ONE_WAY_PERSON_DAYS), Ok(5.0));
    assert!(["M7c", "M17"].iter().all(|code| hits(&habit).contains(code)), "{:?}", hits(&habit));
}

#[test]
fn feedback_with_registration_is_one_kind_of_evidence() {
    let row =
        features(&[(&said::IGNORED_OPTOUTS, 12.0), (&signup::COHORT, 40.0), (&lifecycle::AGE, 3_600.0)]);
    let outcome = run(&row, Some(&nights(2.0)), &Limits::default());
    assert!(outcome.lifts && outcome.agreeing == 1);
}

#[test]
fn what_the_same_recipients_do_and_say_is_one_kind_of_evidence() {
    let (limits, usual) = (Limits::default(), nights(2.0));
    // Lured into writing to 120 people in its own words, of whom nobody answers and ten report.
    let lured: [(&'static Feature, f64); 7] = [
        (&contact::NEW_UNANSWERED_SURE, 120.0),
        (&contact::NEW_SILENT_DAYS, 2.0),
        (&fanout::NEW_SILENT_MAX_24H, 60.0),
        (&said::FIRST_CONTACT_RATE, 0.08),
        (&said::REPORTER_COMPONENTS, 10.0),
        (&fanout::UNEXPLAINED_MAX_24H, 300.0),
        (&fanout::WIDE_DAYS, 2.0),
    ];
    // Whoever asks one after another also sets the beat of the answers, which does not last.
    let once = [&lured[..5], &[(&rate::UNEXPLAINED_MAX_60S, 90.0)]].concat();
    for told in [&lured[..5], &lured[..], &once[..]] {
        let outcome = run(&evident(told), Some(&usual), &limits);
        let found: Vec<&str> = outcome.hits.iter().filter(|h| h.carries()).map(|h| h.rule.code).collect();
        assert!(["M3b", "M5", "F1"].iter().all(|code| found.contains(code)), "{found:?}");
        assert!(outcome.lifts && outcome.agreeing == 1, "{found:?}");
    }
    let own: [&[(&'static Feature, f64)]; 4] = [
        &[(&content::REACH_MAX_24H, 250.0), (&content::REACH_DAYS, 2.0), lured[5]],
        &[(&rate::UNEXPLAINED_MAX_60S, 90.0), (&rate::FAST_MINUTES, 2.0)],
        &[(&together::LOCKSTEP_MEMBERS, 900.0), (&together::LOCKSTEP_OBJECTS, 900.0)],
        &[(&signup::COHORT, 40.0), (&lifecycle::AGE, 3_600.0)],
    ];
    for own in own {
        let outcome = run(&evident(&[&lured[..5], own].concat()), Some(&usual), &limits);
        let found: Vec<&str> = outcome.hits.iter().map(|h| h.rule.code).collect();
        assert!(2 <= outcome.agreeing, "{own:?}: {found:?}");
    }
}

#[test]
fn company_alone_lifts_nobody_and_counts_beside_conduct() {
    let company = [
        (&together::LOCKSTEP_MEMBERS, 900.0),
        (&together::LOCKSTEP_OBJECTS, 900.0),
        (&together::SHARDED_MEMBERS, 50.0),
        (&together::SHARDED_DAYS, 30.0),
        (&together::CLIQUE_MEMBERS, 50.0),
    ];
    let (limits, usual) = (Limits::default(), nights(0.0));
    let alone = run(&evident(&company), Some(&usual), &limits);
    assert_eq!(alone.hits.iter().map(|h| h.rule.code).collect::<Vec<_>>(), ["C1", "C2", "C3"]);
    assert!(!alone.hard && !alone.lifts && alone.agreeing == 1);
    let mut both = company.to_vec();
    both.push((&contact::STRANGERS_SILENT, 24.0));
    both.extend([(&signup::COHORT, 40.0), (&lifecycle::AGE, 3_600.0)]);
    let own = run(&features(&both[5..]), Some(&nights(2.0)), &limits).agreeing;
    assert_eq!(run(&features(&both), Some(&nights(2.0)), &limits).agreeing, own + 1);
}

#[test]
fn overrides_are_checked_and_the_nearest_key_is_offered() {
    let of = |key: &str, value: f64| Limits::checked(&BTreeMap::from([(key.to_owned(), value)]));
    assert_eq!(of("M2.per_minute", 45.0).map(|l| l.of(&pacing::PER_MINUTE)), Ok(45.0));
    assert!(matches!(
        of("M2.per_minut", 45.0),
        Err(LimitError::Unknown { nearest: Some("M2.per_minute"), .. })
    ));
    assert!(matches!(of("M2.per_minute", 6_000.0), Err(LimitError::OutOfRange { .. })));
    assert!(matches!(of("M2.per_minute", f64::NAN), Err(LimitError::OutOfRange { .. })));
    let strict = of("M2.per_minute", 45.0).expect("valid");
    let row = features(&[(&rate::UNEXPLAINED_MAX_60S, 46.0)]);
    assert_eq!(run(&row, None, &strict).hits.len(), 1);
    assert!(run(&row, None, &Limits::default()).hits.is_empty());
}
