//! Attacks on feedback cards: one cohort above and below the line, wishes that are honored, counts too small to tell.
//! In: small worlds of one sender and what people said about it; out: failures that name the card.
//! Looks at values only; what rules make of them is tested with the rules.

use super::feedback as said;
use super::small_world::{World, day};
use crate::domain::{FeedbackKind, HOUR_US, MINUTE_US};

#[test]
fn the_rate_of_first_contact_reports_is_of_one_cohort() {
    let mut world = World::default();
    (0..60).for_each(|i| world.sends(day(10) + i as i64 * MINUTE_US, i));
    (40..43).for_each(|i| world.says(day(24), i, FeedbackKind::Report));
    world.sends(day(26), 99);
    let late = world.values();
    assert_eq!(late.get(&said::FIRST_CONTACT_REPORTS), Ok(3.0));
    assert_eq!(late.get(&said::FIRST_CONTACTS_7D), Ok(1.0), "only one was met within the last 7 d");
    assert_eq!(late.get(&said::FIRST_CONTACT_REPORTS_7D), Ok(0.0));
    assert_eq!(late.get(&said::FIRST_CONTACT_RATE), Ok(0.0));
    assert!(late.evident(&said::FIRST_CONTACT_RATE).is_err(), "one person is no base for a share");
    (100..140).for_each(|i| world.sends(day(25), i));
    (100..104).for_each(|i| world.says(day(26) + (i as i64 - 100) * HOUR_US, i, FeedbackKind::Report));
    world.hears(day(27), 100);
    (110..120).for_each(|i| world.hears(day(26), i));
    let now = world.values();
    assert_eq!(
        now.get(&said::FIRST_CONTACTS_7D),
        Ok(31.0),
        "ten answered; a reporter who wrote later counts"
    );
    assert_eq!(now.get(&said::FIRST_CONTACT_REPORTS_7D), Ok(4.0));
    assert_eq!(now.evident(&said::FIRST_CONTACT_RATE), Ok(4.0 / 31.0));
}

#[test]
fn blockers_and_recipients_are_of_the_same_seven_days() {
    let mut world = World::default();
    (0..500).for_each(|i| world.sends(day(1 + i as i64 / 40), i));
    (500..530).for_each(|i| world.sends(day(25), i));
    let quiet = world.values();
    assert_eq!(quiet.get(&said::RECIPIENTS_7D), Ok(30.0), "not the 530 of the whole window");
    assert_eq!(quiet.get(&said::BLOCKS_LOWER), Ok(0.0), "no blocker, no share, not even a rounding error");
    (500..506).for_each(|i| world.says(day(26) + (i as i64 - 500) * HOUR_US, i, FeedbackKind::Block));
    (0..4).for_each(|i| world.says(day(26), i, FeedbackKind::Block));
    world.hears(day(27), 500);
    (510..515).for_each(|i| world.hears(day(26), i));
    let row = world.values();
    assert_eq!(row.get(&said::BLOCKS), Ok(10.0));
    assert_eq!((row.get(&said::BLOCKS_7D), row.get(&said::RECIPIENTS_7D)), (Ok(6.0), Ok(25.0)));
    let bound = row.evident(&said::BLOCKS_LOWER).expect("enough people");
    assert!((0.11..0.12).contains(&bound), "{bound}");
}

#[test]
fn a_person_who_writes_again_reopens_the_chat_and_one_confirmation_is_allowed() {
    let mut world = World::default();
    for i in 0..12 {
        world.sends(day(2), i);
        world.says(day(3), i, FeedbackKind::Optout);
        world.sends(day(3) + HOUR_US, i);
        world.hears(day(15), i);
        world.sends(day(16), i);
    }
    assert_eq!(world.values().get(&said::IGNORED_OPTOUTS), Ok(0.0), "confirmed once, answered later");
    (0..3).for_each(|i| world.sends(day(3) + HOUR_US + 1, i));
    assert_eq!(world.values().get(&said::IGNORED_OPTOUTS), Ok(3.0), "a second message, or a late one");
    (3..7).for_each(|i| world.sends(day(16) + 1, i));
    assert_eq!(world.values().get(&said::IGNORED_OPTOUTS), Ok(7.0), "a day after they wrote");
    (7..10).for_each(|i| world.says(day(15) + HOUR_US, i, FeedbackKind::Block));
    assert_eq!(world.values().get(&said::IGNORED_OPTOUTS), Ok(10.0), "who blocks again has the last word");
}

#[test]
fn one_or_two_people_are_never_told() {
    let said_by = |n: u128| {
        let mut world = World::default();
        (0..60).for_each(|i| world.sends(day(25), i));
        for i in 0..n {
            world.says(day(26) + i as i64 * HOUR_US, i, FeedbackKind::Report);
            world.says(day(26) + i as i64 * HOUR_US, i, FeedbackKind::Block);
            world.sends(day(27), i);
            world.says(day(28), 900 + i, FeedbackKind::Report);
        }
        world.values()
    };
    let about_people = [
        &said::REPORTS_RAW,
        &said::REPORTS_WEIGHTLESS,
        &said::FIRST_CONTACT_REPORTS,
        &said::FIRST_CONTACT_REPORTS_7D,
        &said::REPORTER_COMPONENTS,
        &said::FIRST_CONTACT_RATE,
        &said::BLOCKS,
        &said::BLOCKS_7D,
        &said::BLOCKER_COMPONENTS,
        &said::BLOCKS_LOWER,
        &said::IGNORED_OPTOUTS,
    ];
    for card in about_people {
        assert_eq!(said_by(0).get(card), Ok(0.0), "{}", card.name);
        for few in [1, 2] {
            assert_eq!(said_by(few).get(card), Err(super::Absent::Suppressed), "{} of {few}", card.name);
        }
        assert!(said_by(3).get(card).is_ok_and(|v| 0.0 < v), "{}", card.name);
    }
}

#[test]
fn what_is_told_leaves_no_rest_of_one_or_two() {
    let mut world = World::default();
    (0..60).for_each(|i| world.sends(day(25), i));
    (0..3).for_each(|i| world.says(day(26) + i as i64 * HOUR_US, i, FeedbackKind::Report));
    world.says(day(26), 900, FeedbackKind::Report);
    let row = world.values();
    assert_eq!(row.get(&said::FIRST_CONTACT_REPORTS), Ok(3.0));
    assert_eq!(row.get(&said::REPORTS_WEIGHTLESS), Err(super::Absent::Suppressed));
    assert_eq!(row.get(&said::REPORTS_RAW), Err(super::Absent::Difference), "4 less 3 would tell of the one");
}

#[test]
fn who_writes_first_and_blocks_makes_no_case_of_an_answer() {
    let mut world = World::default();
    for i in 0..12 {
        world.hears(day(3), i);
        world.says(day(3) + 1, i, FeedbackKind::Block);
        world.sends(day(3) + 30 * MINUTE_US, i);
        world.sends(day(3) + 31 * MINUTE_US, i);
    }
    assert_eq!(world.values().get(&said::IGNORED_OPTOUTS), Ok(0.0));
    (20..32).for_each(|i| {
        world.sends(day(2), i);
        world.says(day(3), i, FeedbackKind::Block);
        world.sends(day(5), i);
    });
    assert_eq!(world.values().get(&said::IGNORED_OPTOUTS), Ok(12.0), "written to before, and again after");
}

#[test]
fn a_report_about_a_message_before_the_window_is_not_by_a_stranger() {
    let mut world = World::default();
    (0..4).for_each(|i| {
        world.sends(day(-1), i);
        world.says(day(1), i, FeedbackKind::Report);
    });
    assert_eq!(world.values().get(&said::REPORTS_WEIGHTLESS), Ok(0.0));
    (10..14).for_each(|i| world.says(day(1), i, FeedbackKind::Report));
    assert_eq!(world.values().get(&said::REPORTS_WEIGHTLESS), Ok(4.0));
}

/// Forty people met on one day, some of whom report, one an hour.
fn met(reporters: u128) -> World {
    let mut world = World::default();
    (0..40).for_each(|i| world.sends(day(25), i));
    (0..reporters).for_each(|i| world.says(day(26) + i as i64 * HOUR_US, i, FeedbackKind::Report));
    world
}

#[test]
fn people_who_belong_together_count_once() {
    let apart = met(12).values();
    assert_eq!(apart.get(&said::REPORTER_COMPONENTS), Ok(12.0));
    let mut world = met(12);
    (0..8).for_each(|i| world.joins(i, 1));
    let row = world.values();
    assert_eq!(row.get(&said::FIRST_CONTACT_REPORTS_7D), Ok(12.0), "the raw number is shown beside");
    assert_eq!(row.get(&said::REPORTER_COMPONENTS), Ok(5.0));
    assert_eq!(row.evident(&said::FIRST_CONTACT_RATE), Ok(5.0 / 40.0));
    (8..12).for_each(|i| world.joins(i, 2));
    let two = world.values();
    assert_eq!(two.get(&said::REPORTER_COMPONENTS), Err(super::Absent::Suppressed));
    assert_eq!(two.get(&said::FIRST_CONTACT_RATE), Err(super::Absent::Suppressed));
}

#[test]
fn blockers_who_belong_together_count_once() {
    let mut world = World::default();
    (0..40).for_each(|i| world.sends(day(25), i));
    (0..9).for_each(|i| world.says(day(26) + i as i64 * HOUR_US, i, FeedbackKind::Block));
    let apart = world.values();
    assert_eq!(apart.get(&said::BLOCKER_COMPONENTS), Ok(9.0));
    (0..6).for_each(|i| world.joins(i, 1));
    let row = world.values();
    assert_eq!((row.get(&said::BLOCKS_7D), row.get(&said::BLOCKER_COMPONENTS)), (Ok(9.0), Ok(4.0)));
    assert!(row.get(&said::BLOCKS_LOWER) < apart.get(&said::BLOCKS_LOWER));
}

#[test]
fn the_account_cannot_bind_its_reporters_by_adding_them_to_a_group() {
    let mut world = met(12);
    (0..12).for_each(|i| world.adds(i, 1));
    assert_eq!(world.values().get(&said::REPORTER_COMPONENTS), Ok(12.0));
    (0..12).for_each(|i| world.joins(i, 2));
    assert_eq!(world.values().get(&said::REPORTER_COMPONENTS), Err(super::Absent::Suppressed));
}

#[test]
fn a_difference_of_one_or_two_between_people_and_components_hides_the_people() {
    for (bound, hidden) in [(1, false), (2, true), (3, true), (4, false)] {
        let mut world = met(9);
        (0..9).for_each(|i| world.says(day(27) + i as i64 * HOUR_US, i, FeedbackKind::Block));
        (0..bound).for_each(|i| world.joins(i, 1));
        let row = world.values();
        let voices = 10.0 - bound as f64;
        assert_eq!(row.get(&said::REPORTER_COMPONENTS), Ok(voices));
        assert_eq!(row.get(&said::BLOCKER_COMPONENTS), Ok(voices));
        let people = [
            &said::REPORTS_RAW,
            &said::FIRST_CONTACT_REPORTS,
            &said::FIRST_CONTACT_REPORTS_7D,
            &said::BLOCKS,
            &said::BLOCKS_7D,
        ];
        for card in people {
            let told = if hidden { Err(super::Absent::Difference) } else { Ok(9.0) };
            assert_eq!(row.get(card), told, "{} with {bound} bound", card.name);
        }
    }
}

#[test]
fn accomplices_who_report_bind_nobody_else() {
    for seed in 0..40u128 {
        let mut world = met(6 + seed % 5);
        let before = world.values().get(&said::REPORTER_COMPONENTS).expect("told");
        // One circle of puppets, written to like the others, speaks every nine minutes for two days.
        for i in 100..420 {
            world.sends(day(25), i);
            let nine = (i as i64 - 100) * 9 * MINUTE_US;
            world.says(day(26) + nine - seed as i64 * MINUTE_US, i, FeedbackKind::Report);
            world.joins(i, i % 2);
        }
        let after = world.values().get(&said::REPORTER_COMPONENTS).expect("told");
        assert!(before <= after, "seed {seed}: {before} -> {after}");
    }
}
