//! Attacks on streams, runs and newness: junk for one's own people and groups, lists, thin bases, short logs, late answers.
//! In: small worlds of one sender; out: failures that name the card.
//! Looks at values only; that no sub-score falls is tested on whole logs.

use super::small_world::{FROM, World, day};
use super::{
    Absent, AccountFeatures, client, contact, content, fanout, feedback as said, sameness, streams, timing,
    volume,
};
use crate::domain::{Chat, DAY_US, FeedbackKind, HOUR_US, MINUTE_US, SECOND_US};
use crate::log::YES;

/// 150 people get one text each, on a beat.
fn campaign() -> World {
    let mut world = World::default();
    (0..150).for_each(|i| world.sends_text(day(2) + i as i64 * 10 * MINUTE_US, i, 7));
    world
}

#[test]
fn junk_for_one_silent_person_leaves_the_rest_of_a_stream_as_it_was() {
    let cards = [
        &sameness::ONE_WAY_REPEAT,
        &sameness::ONE_WAY_REPEAT_N,
        &timing::ONE_WAY_ENTROPY,
        &timing::ONE_WAY_MODE,
        &timing::ONE_WAY_GAPS,
        &streams::ONE_WAY_MINUTE,
    ];
    let mut world = campaign();
    let plain = world.values();
    for i in 0..400 {
        world.sends_text(day(2) + i * i * SECOND_US, 999, 1_000 + i as u64);
    }
    let padded = world.values();
    assert_eq!(padded.get(&volume::ONE_WAY), Ok(550.0));
    for card in cards {
        assert_eq!(padded.get(card), plain.get(card), "{}", card.name);
    }
    // What is sent in one hour may add to that hour, never take from it.
    let top = |row: &AccountFeatures| row.get(&streams::ONE_WAY_TOP_HOUR).unwrap_or(0.0);
    assert!(top(&plain) <= top(&padded));
}

#[test]
fn junk_in_ones_own_group_leaves_the_other_groups_as_they_were() {
    let cards = [
        &sameness::GROUP_REPEAT,
        &sameness::GROUP_REPEAT_N,
        &timing::GROUP_ENTROPY,
        &timing::GROUP_MODE,
        &streams::GROUP_MINUTE,
    ];
    let mut world = World::default();
    (0..150).for_each(|i| world.posts(day(2) + i as i64 * 10 * MINUTE_US, i % 10, 7));
    let plain = world.values();
    for i in 0..400 {
        world.posts(day(2) + i * i * SECOND_US, 999, 1_000 + i as u64);
    }
    let padded = world.values();
    for card in cards {
        assert_eq!(padded.get(card), plain.get(card), "{}", card.name);
    }
}

#[test]
fn a_stream_to_few_keeps_its_values() {
    let mut world = World::default();
    (0..300).for_each(|i| world.sends_text(day(2) + i * MINUTE_US, 1, 7));
    (2..5).for_each(|i| world.sends_text(day(9) + i as i64 * HOUR_US, i, 100 + i as u64));
    let alarm = world.values();
    assert_eq!(alarm.evident(&sameness::ONE_WAY_REPEAT), Ok(1.0 - 4.0 / 303.0));
    assert_eq!(alarm.get(&timing::ONE_WAY_GAPS), Ok(302.0));
}

#[test]
fn a_value_rests_on_what_it_is_taken_over() {
    let mut world = World::default();
    for i in 0..40 {
        world.sends(day(2) + i as i64 * MINUTE_US, i);
        world.last(|e| e.typing_ms = 0);
    }
    for i in 40..45 {
        world.sends_text(day(3) + i as i64 * MINUTE_US, i, 7);
        world.last(|e| (e.typing_ms, e.size) = (900, 80));
    }
    let row = world.values();
    assert_eq!(row.get(&sameness::ONE_WAY_REPEAT_N), Ok(5.0));
    assert_eq!(row.get(&sameness::ONE_WAY_SIZE_N), Ok(5.0));
    assert_eq!(row.get(&client::TYPING_CV_N), Ok(5.0));
    assert_eq!(row.get(&client::TYPING_CV), Ok(0.0));
    for card in [&sameness::ONE_WAY_REPEAT, &sameness::ONE_WAY_SIZE_CV, &client::TYPING_CV] {
        assert!(row.get(card).is_ok() && row.evident(card).is_err(), "{} rests on five", card.name);
    }
    assert!(row.evident(&client::ELIGIBLE_ZERO).is_ok());
}

/// One list send to these people.
fn list(world: &mut World, ts: i64, msg: u64, people: std::ops::Range<u128>) {
    for i in people {
        world.sends_text(ts, i, 7);
        world.last(|e| (e.chat, e.msg) = (Chat::List as u8, msg));
    }
}

#[test]
fn a_list_writes_to_each_of_its_people() {
    let mut world = World::default();
    (0..3).for_each(|d| list(&mut world, day(d), 10 + d as u64, 0..50));
    list(&mut world, day(5), 99, 100..105);
    let row = world.values();
    assert_eq!(row.get(&volume::ONE_WAY), Ok(4.0));
    assert_eq!(row.get(&volume::ONE_WAY_PEOPLE), Ok(55.0));
    assert_eq!(row.get(&volume::ONE_WAY_PER_RECIPIENT), Ok(3.0));
    assert_eq!(row.get(&volume::ONE_WAY_PERSON_DAYS), Ok(3.0));
    assert_eq!(row.get(&client::LIST_MAX), Ok(50.0));
    world.hears(day(5) + MINUTE_US, 100);
    assert_eq!(world.values().get(&volume::ONE_WAY_PEOPLE), Ok(54.0), "who wrote is none of them");
    let mut twice = World::default();
    (0..2).for_each(|_| list(&mut twice, day(1), 0, 0..30));
    assert_eq!(twice.values().get(&client::LIST_MAX), Ok(30.0), "people, not rows");
}

/// A run of one text to these people, a minute apart.
fn run(world: &mut World, ts: i64, content: u64, people: std::ops::Range<u128>) {
    for (i, person) in people.enumerate() {
        world.sends_text(ts + i as i64 * MINUTE_US, person, content);
    }
}

#[test]
fn runs_to_others_in_between_do_not_hide_a_served_audience() {
    let mut world = World::default();
    for d in 0..5 {
        run(&mut world, day(4 * d), 10 + d as u64, 0..30);
        run(&mut world, day(4 * d + 2), 50 + d as u64, 1_000..1_020);
    }
    let served = |world: &World| {
        let row = world.values();
        [&content::BROADCASTS, &content::AUDIENCE, &content::ORDER].map(|card| row.get(card))
    };
    assert_eq!(served(&world), [Ok(10.0), Ok(1.0), Ok(1.0)], "twenty silent ones in between");
    let mut away = World::default();
    for d in 0..5 {
        run(&mut away, day(4 * d), 10 + d as u64, 0..30);
        let strange = 1_000 + 20 * d as u128;
        run(&mut away, day(4 * d + 2), 50 + d as u64, strange..strange + 20);
        (strange..strange + 20).for_each(|i| away.hears(day(4 * d + 3), i));
    }
    assert_eq!(served(&away), [Ok(5.0), Ok(1.0), Ok(1.0)], "people who answer are in no run");
}

#[test]
fn only_whom_the_sender_reaches_one_by_one_has_an_order() {
    let order = |world: &World| world.values().get(&content::ORDER);
    let mut listed = World::default();
    for d in 0..5 {
        // The same nine by hand before the list: 36 pairs tell nothing yet.
        let at = day(4 * d);
        (500..509).for_each(|i| listed.sends_text(at - (510 - i) as i64 * MINUTE_US, i, 7));
        list(&mut listed, at, 10 + d as u64, 0..60);
    }
    assert_eq!(listed.values().get(&content::BROADCASTS), Ok(5.0));
    assert_eq!(order(&listed), Err(Absent::NoEvidence));
    (0..5).for_each(|d| listed.sends_text(day(4 * d) + MINUTE_US, 509, 7));
    assert_eq!(order(&listed), Ok(1.0));
    let mut both = World::default();
    for d in 0..5 {
        list(&mut both, day(4 * d), 10 + d as u64, 0..60);
        (0..30).for_each(|i| both.sends_text(day(4 * d) + (1 + i as i64) * MINUTE_US, i, 7));
    }
    assert_eq!(order(&both), Err(Absent::NoEvidence), "a list had reached them");
    let mut hidden = World::default();
    for d in 0..5 {
        list(&mut hidden, day(4 * d + 2), 10 + d as u64, 0..40);
        run(&mut hidden, day(4 * d), 20 + d as u64, 0..40);
    }
    assert_eq!(order(&hidden), Ok(1.0), "lists between runs hide no order");
    let mut seldom = World::default();
    for d in 0..7 {
        list(&mut seldom, day(4 * d), 10 + d as u64, 0..60);
        if d < 3 {
            (70..90).for_each(|i| seldom.sends_text(day(4 * d) + i as i64 * 1_000_000, i, 7));
        }
    }
    assert_eq!(order(&seldom), Err(Absent::NoEvidence), "three runs by hand are no practice of seven");
    let mut at_once = World::default();
    for d in 0..5 {
        (0..40).for_each(|i| at_once.sends_text(day(4 * d), i, 7));
    }
    assert_eq!(order(&at_once), Err(Absent::NoEvidence), "one moment has no order");
    let mut back_and_forth = World::default();
    for d in 0..5 {
        for i in 0..40 {
            let place = if d % 2 == 0 { i } else { 39 - i };
            back_and_forth.sends_text(day(4 * d) + place as i64 * MINUTE_US, i, 7);
        }
    }
    assert_eq!(order(&back_and_forth), Ok(-1.0));
}

#[test]
fn sending_more_never_lowers_the_days_of_reach() {
    let mut world = World::default();
    let mut send = |content: u64, from: i64, gap: i64| {
        (0..50).for_each(|i| world.sends_text(FROM + from + i as i64 * gap, i, content));
        world.values().get(&content::REACH_DAYS)
    };
    assert_eq!(send(1, 0, 28 * MINUTE_US), Ok(1.0));
    assert_eq!(send(2, 40 * HOUR_US, SECOND_US), Ok(2.0));
    assert_eq!(send(3, 20 * HOUR_US, SECOND_US), Ok(2.0), "another text on the first day is no day less");
}

/// Calls to 250 people on three days; `first` of them are known by what `known` says or does.
fn called(first: u128, known: impl Fn(&mut World, u128)) -> World {
    let mut world = World::default();
    for call in 0..3 {
        for i in 0..250u128 {
            world.sends_text(day(10 + 3 * call) + i as i64 * 12 * SECOND_US, i, 7 + call as u64);
            if i < first {
                known(&mut world, i);
            }
        }
    }
    world
}

#[test]
fn who_asked_keeps_no_practice_going_and_takes_only_itself_out() {
    let cards = [&fanout::WIDE_DAYS, &content::REACH_DAYS];
    let of = |world: &World| cards.map(|card| world.values().get(card));
    let saved = |world: &mut World, _| world.last(|e| e.known = YES);
    assert_eq!(of(&called(0, saved)), [Ok(3.0), Ok(3.0)]);
    assert_eq!(of(&called(49, saved)), [Ok(3.0), Ok(3.0)], "201 and 201 remain");
    assert_eq!(of(&called(50, saved)), [Ok(1.0), Ok(3.0)], "200 and 200: half of three days is one");
    assert_eq!(of(&called(200, saved)), [Ok(1.0), Ok(3.0)], "50 remain");
    assert_eq!(of(&called(201, saved)), [Ok(1.0), Ok(1.0)], "no practice, which begins with two");
    let wrote = |world: &mut World, i| world.hears(day(1), i);
    assert_eq!(of(&called(201, wrote)), [Ok(1.0), Ok(1.0)], "so does who wrote first");
    let points = [&fanout::UNEXPLAINED_MAX_24H, &content::REACH_MAX_24H];
    let all = called(250, saved).values();
    assert_eq!(points.map(|card| all.get(card)), [Ok(250.0), Ok(250.0)], "what counts for points stays");
}

#[test]
fn puppets_who_save_the_number_take_nobody_else_out() {
    let cards = [&fanout::WIDE_DAYS, &content::REACH_DAYS];
    let mut world = called(0, |_, _| ());
    let before = cards.map(|card| world.values().get(card));
    for puppet in 1_000..1_500 {
        for call in 0..3 {
            world.sends_text(day(10 + 3 * call) - HOUR_US, puppet, 7 + call as u64);
            world.last(|e| e.known = YES);
        }
        world.hears(day(1), puppet);
    }
    assert_eq!(cards.map(|card| world.values().get(card)), before);
}

#[test]
fn who_saved_a_number_before_its_last_sign_up_saved_somebody_else() {
    let saved = |world: &mut World, _| world.last(|e| e.known = YES);
    let mut world = called(250, saved);
    let days = |world: &World| world.values().get(&content::REACH_DAYS);
    world.signed_up = Some(day(29) - 100 * DAY_US);
    assert_eq!(days(&world), Ok(1.0), "long ago");
    world.signed_up = Some(day(9));
    assert_eq!(days(&world), Ok(3.0), "a taken-over number still has its owner's friends");
    let wrote = |world: &mut World, i| world.hears(day(1), i);
    let mut world = called(250, wrote);
    assert_eq!(days(&world), Ok(1.0));
    world.signed_up = Some(day(9));
    assert_eq!(days(&world), Ok(3.0), "and who wrote to the owner did not write to whoever came after");
    world.signed_up = Some(day(1) - HOUR_US);
    assert_eq!(days(&world), Ok(1.0), "who signs up for a newsletter writes to a young number");
}

#[test]
fn four_days_are_a_practice_whoever_asked() {
    let cards = [&fanout::WIDE_DAYS, &content::REACH_DAYS];
    let mut world = called(250, |world, _| world.last(|e| e.known = YES));
    for i in 0..250 {
        world.sends_text(day(19) + i as i64 * SECOND_US, i, 7 + i as u64 % 4);
        world.last(|e| e.known = YES);
    }
    assert_eq!(
        cards.map(|card| world.values().get(card)),
        [Ok(2.0), Ok(2.0)],
        "or a stolen number would never be done"
    );
}

#[test]
fn weeks_with_a_run_are_weeks_with_an_action() {
    let mut world = World::default();
    list(&mut world, FROM - HOUR_US, 5, 0..1);
    for i in 0..30 {
        world.sends_text(FROM + 8 * DAY_US + i as i64 * SECOND_US, i + 1, 7);
        world.last(|e| (e.chat, e.msg) = (Chat::List as u8, 5));
    }
    world.sends(day(20), 99);
    assert_eq!(world.values().get(&content::WEEKS), Ok(0.0), "the list began before the window");
}

#[test]
fn rules_count_those_whom_the_log_shows_to_be_new() {
    let cards = [&contact::NEW_UNANSWERED_SURE, &fanout::NEW_SILENT_MAX_24H, &contact::NEW_SILENT_DAYS];
    let of = |world: &World| cards.map(|card| world.values().get(card));
    // Newness is sure from the tenth day of the window on.
    let mut world = World { log_start: FROM - 80 * DAY_US, ..World::default() };
    (0..200).for_each(|i| world.sends(day(15) + i as i64 * MINUTE_US, i));
    assert_eq!(of(&world), [Ok(200.0), Ok(200.0), Ok(1.0)]);
    for i in 1_000..1_112 {
        world.sends(day(1) + i as i64 * SECOND_US, i);
        world.hears(day(2), i);
    }
    assert_eq!(of(&world), [Ok(200.0), Ok(200.0), Ok(1.0)], "accomplices of the first days change nothing");
    let mut censored = World { log_start: FROM - 80 * DAY_US, ..World::default() };
    (0..200).for_each(|i| censored.sends(day(5) + i as i64 * MINUTE_US, i));
    assert_eq!(of(&censored), [Ok(0.0); 3], "nobody is surely new");
    censored.log_start = FROM - 60 * DAY_US;
    assert_eq!(of(&censored), [Err(Absent::Censored); 3], "nobody can be");
}

#[test]
fn who_saved_the_number_dilutes_no_share() {
    let mut world = World::default();
    for i in 0..100 {
        world.sends(day(24), i);
        world.last(|e| e.status = if i < 60 { 3 } else { 4 });
    }
    (0..5).for_each(|i| world.says(day(25), i, FeedbackKind::Block));
    (0..5).for_each(|i| world.says(day(25), i, FeedbackKind::Report));
    let cards = [
        &contact::NEW_SILENT,
        &contact::GREY_SILENT,
        &said::FIRST_CONTACTS_7D,
        &said::FIRST_CONTACT_RATE,
        &said::RECIPIENTS_7D,
        &said::BLOCKS_LOWER,
    ];
    let plain = world.values();
    assert_eq!(plain.get(&contact::GREY_SILENT), Ok(0.6));
    for i in 200..500 {
        world.sends(day(24), i);
        world.last(|e| (e.status, e.known) = (5, YES));
    }
    let padded = world.values();
    for card in cards {
        assert_eq!(padded.get(card), plain.get(card), "{}", card.name);
    }
    (200..203).for_each(|i| world.says(day(25), i, FeedbackKind::Block));
    (200..203).for_each(|i| world.says(day(25), i, FeedbackKind::Report));
    let loud = world.values();
    assert_eq!(loud.get(&said::FIRST_CONTACTS_7D), Ok(103.0), "unless they speak");
    assert_eq!(loud.get(&said::RECIPIENTS_7D), Ok(103.0));
}

#[test]
fn the_first_answer_after_a_weekend_is_one() {
    let mut world = World::default();
    for i in 0..260 {
        world.hears(day(5) + i as i64 * SECOND_US, i);
        world.sends_text(day(5) + 31 * HOUR_US + i as i64 * SECOND_US, i, 7);
    }
    let cards = [&fanout::UNEXPLAINED_MAX_24H, &content::REACH_MAX_24H, &volume::UNEXPLAINED];
    let of = |world: &World| cards.map(|card| world.values().get(card));
    assert_eq!(of(&world), [Ok(0.0); 3]);
    assert_eq!(world.values().get(&volume::EXPLAINED_SHARE), Ok(0.0), "the 24 h of the service window stay");
    for i in 0..260 {
        world.sends_text(day(5) + 40 * HOUR_US + i as i64 * SECOND_US, i, 7);
    }
    assert_eq!(of(&world), [Ok(260.0); 3], "the second one answers nobody");
    let mut late = World::default();
    (0..60).for_each(|i| late.hears(day(5), i));
    (0..60).for_each(|i| late.sends_text(day(5) + 73 * HOUR_US, i, 7));
    assert_eq!(of(&late), [Ok(60.0); 3], "after three days it is none");
}
