//! Private people who must not be flagged, one scenario a persona of the policy.
//! In: the personas; out: scenarios whose expectations are upper bounds.
//! Refuses abusers, except where a look-alike is needed for contrast.

use super::{POPULATION, stage};
use crate::domain::{DAY_US, HOUR_US};
use crate::simulate::actors::feedback::brigaded;
use crate::simulate::actors::machines::alarm_sensor;
use crate::simulate::actors::people::{
    Untyped, channel_owner, flyer, heavy_chatter, holiday_greeting, list_sender, number_change, ordinary,
    personal_advice, quiet, school_admin, without_typing,
};
use crate::simulate::actors::signup::dormitory;
use crate::simulate::card::{Expect, SubScore};
use crate::simulate::scenario::Scenario;
use crate::simulate::stage::Stage;

pub(super) fn all() -> Vec<Scenario> {
    let cases = vec![
        moved(),
        advice(),
        holiday(),
        school(),
        channel(),
        chatter(),
        alarm(),
        untyped(),
        campus(),
        reported(),
        list_256(),
        one_day(),
    ];
    cases.into_iter().map(|case| case.with_population(POPULATION)).collect()
}

/// A scenario with one persona beside an ordinary and a nearly silent account.
fn persona(name: &str, title: &str, why: &str, mut stage: Stage, mut expect: Vec<Expect>) -> Scenario {
    ordinary(&mut stage, "sim_neighbor");
    quiet(&mut stage, "sim_quiet");
    expect.push(Expect::of("sim_neighbor", "an ordinary account").at_most("no_finding"));
    expect.push(Expect::of("sim_quiet", "two messages are too few to say anything").state("insufficient"));
    Scenario::new(name, title, why, stage, expect)
}

fn clear(name: &str, because: &str) -> Expect {
    Expect::of(name, because).at_most("watch").finding("none")
}

fn moved() -> Scenario {
    let mut stage = stage(201);
    let day = stage.days_before_end(10);
    number_change(&mut stage, "sim_moved_old", "sim_moved_new", day, 60);
    let expect = vec![
        clear("sim_moved_new", "a single event, most answer, and the old account shares the contacts")
            .low(SubScore::Unsolicited, 0.3),
        Expect::of("sim_moved_old", "an ordinary account until it fell silent").at_most("no_finding"),
    ];
    persona(
        "persona_number_change",
        "A changed number",
        "A new account tells sixty people its number on one day. They do not have it in their contacts, and the text is \
         the same; but they answer.",
        stage,
        expect,
    )
}

fn advice() -> Scenario {
    let mut stage = stage(202);
    personal_advice(&mut stage, "sim_tutor", 80);
    let expect = vec![
        clear("sim_tutor", "eighty new chats in a month, all of them real talks")
            .low(SubScore::Unsolicited, 0.2)
            .low(SubScore::Automation, 0.3),
    ];
    persona(
        "persona_personal_advice",
        "A tutor with many new chats",
        "A doctor, tutor or shop opens many chats with people it does not know yet. Sizes and hours vary and nearly all \
         talks go both ways.",
        stage,
        expect,
    )
}

fn holiday() -> Scenario {
    let mut stage = stage(203);
    let day = stage.days_before_end(9);
    holiday_greeting(&mut stage, "sim_greeter", day, 180);
    let expect = vec![
        clear("sim_greeter", "one evening, saved contacts, and two thirds of them answer")
            .low(SubScore::Unsolicited, 0.2),
    ];
    persona(
        "persona_holiday_greeting",
        "One greeting to 180 saved contacts",
        "The same text goes to 180 people within an hour. It is a rare event, all are saved contacts, and most answer.",
        stage,
        expect,
    )
}

fn school() -> Scenario {
    let mut stage = stage(204);
    let day = stage.days_before_end(12);
    school_admin(&mut stage, "sim_school", day, 30);
    let expect = vec![
        clear("sim_school", "300 adds over ten hours, all know the school, one leaves; a notice is one send")
            .low(SubScore::Unsolicited, 0.2),
    ];
    persona(
        "persona_school_admin",
        "A school's first day and its community notices",
        "Three hundred pupils are added to ten class groups over a day, and notices go to a community. Delivery is wide, \
         the sends are few.",
        stage,
        expect,
    )
}

fn channel() -> Scenario {
    let mut stage = stage(205);
    channel_owner(&mut stage, "sim_channel_owner", 8);
    channel_owner(&mut stage, "sim_channel_only", 0);
    let expect = vec![
        clear(
            "sim_channel_owner",
            "a channel is one-to-many by design and is left out; the rest is a private life",
        )
        .low(SubScore::Broadcast, 0.1),
        Expect::of("sim_channel_only", "without its channel posts it did nothing in the window")
            .state("absent"),
    ];
    persona(
        "persona_channel_owner",
        "A channel owner",
        "Channel posts are no messages. One owner also writes with friends, the other does nothing else and so has no row.",
        stage,
        expect,
    )
}

fn chatter() -> Scenario {
    let mut stage = stage(206);
    heavy_chatter(&mut stage, "sim_teen", 12, 28.0);
    let expect = vec![
        clear(
            "sim_teen",
            "hundreds of messages a day with short gaps, to four groups and five friends who answer",
        )
        .low(SubScore::Broadcast, 0.3)
        .low(SubScore::Unsolicited, 0.2),
    ];
    persona(
        "persona_heavy_chatter",
        "A teenager in four groups",
        "High rates and short gaps are no evidence where the recipients are few and everyone answers.",
        stage,
        expect,
    )
}

fn alarm() -> Scenario {
    let mut stage = stage(207);
    alarm_sensor(&mut stage, "sim_alarm", HOUR_US);
    let expect = vec![
        clear(
            "sim_alarm",
            "periodic, one size, no reply, day and night: but two fixed recipients who know it",
        )
        .low(SubScore::Broadcast, 0.3)
        .low(SubScore::Unsolicited, 0.2),
    ];
    persona(
        "persona_alarm_sensor",
        "A home alarm",
        "Machine traffic resembles spam in everything but its recipients. It may look automated, which it is; it must not \
         be called abuse.",
        stage,
        expect,
    )
}

fn untyped() -> Scenario {
    let mut stage = stage(208);
    without_typing(&mut stage, "sim_desktop", Untyped::Desktop);
    without_typing(&mut stage, "sim_dictation", Untyped::Dictation);
    without_typing(&mut stage, "sim_media_only", Untyped::MediaOnly);
    let expect = vec![
        clear("sim_desktop", "a linked device shows no typing").no_reason("M6"),
        clear("sim_dictation", "dictated texts go to friends who answer").low(SubScore::Unsolicited, 0.2),
        clear("sim_media_only", "pictures and voice are not typed").no_reason("M6"),
    ];
    persona(
        "persona_without_typing",
        "Desk, dictation and pictures only",
        "Three people who never show the typing indicator, each for a reason of their own.",
        stage,
        expect,
    )
}

fn campus() -> Scenario {
    let mut stage = stage(209);
    let day = stage.days_before_end(11);
    dormitory(&mut stage, "sim_student", day, 60);
    let expect = vec![
        Expect::of_all(
            "sim_student_",
            "a shared network in one week, own phones, different builds, ordinary lives",
        )
        .at_most("watch")
        .finding("none")
        .low(SubScore::Unsolicited, 0.3),
    ];
    persona(
        "persona_dormitory",
        "A dormitory's first week",
        "Sixty people sign up from one network in a week, fourteen of them in one hour. Evidence of sign-up alone says \
         little, and what follows is ordinary.",
        stage,
        expect,
    )
}

fn reported() -> Scenario {
    let mut stage = stage(210);
    let day = stage.days_before_end(3);
    brigaded(&mut stage, "sim_target", day);
    let expect = vec![
        clear(
            "sim_target",
            "forty reports within ten minutes by members of one group; the target opened none of the chats",
        )
        .no_reason("F1")
        .low(SubScore::Unsolicited, 0.3),
    ];
    persona(
        "persona_false_reports",
        "The target of an agreed mass report",
        "Reports only count as a first-contact signal where the reported account opened the chat. Here the reporters sat \
         in one group, and the target wrote to none of them.",
        stage,
        expect,
    )
}

fn list_256() -> Scenario {
    let mut stage = stage(211);
    let day = stage.days_before_end(8);
    list_sender(&mut stage, "sim_inviter", day, 256);
    let expect = vec![
        clear("sim_inviter", "one list send by an old account is one action, whatever its length")
            .no_reason("M1"),
        Expect::of("sim_inviter", "rates count actions").no_reason("M2"),
        Expect::of("sim_inviter", "a list of 256 is what the app allows").no_reason("M14"),
    ];
    persona(
        "persona_list_256",
        "One broadcast list of 256 saved contacts",
        "A list send is one action and many recipients. Counted as messages it would look like the paper's burst.",
        stage,
        expect,
    )
}

fn one_day() -> Scenario {
    let mut stage = stage(212);
    let day = stage.days_before_end(8) + DAY_US - 24 * HOUR_US;
    flyer(&mut stage, "sim_flyer", day, 230);
    let expect = vec![
        Expect::of(
            "sim_flyer",
            "230 people in a day is beyond the published reading for people, but once, and they answer",
        )
        .at_most("watch"),
    ];
    persona(
        "persona_one_day_invitation",
        "An invitation to 230 people, once",
        "A soft rule that holds on one day only is worth watching and no more.",
        stage,
        expect,
    )
}
