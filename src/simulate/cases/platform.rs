//! Businesses and services that must not be flagged, and allowed automation with its limits.
//! In: the personas; out: one scenario each.
//! Refuses to excuse a class of account as a whole: every scenario says what clears it.

use super::{POPULATION, stage};
use crate::domain::DAY_US;
use crate::simulate::actors::business::{
    api_marketing, api_transactional, auto_reply, emergency_line, support_desk,
};
use crate::simulate::actors::machines::{Service, notifier, steady_robot};
use crate::simulate::actors::people::ordinary;
use crate::simulate::card::{Expect, SubScore};
use crate::simulate::scenario::Scenario;

pub(super) fn all() -> Vec<Scenario> {
    let cases = vec![desk(), greeting(), transactional(), marketing(), emergency(), sanctioned(), robot()];
    cases.into_iter().map(|case| case.with_population(POPULATION)).collect()
}

fn clear(name: &str, because: &str) -> Expect {
    Expect::of(name, because).at_most("watch").finding("none").low(SubScore::Unsolicited, 0.2)
}

fn desk() -> Scenario {
    let mut stage = stage(301);
    let first_day = stage.days_before_end(9);
    support_desk(&mut stage, "sim_desk", first_day, &[30, 25, 270, 40]);
    ordinary(&mut stage, "sim_neighbor");
    let expect = vec![
        clear("sim_desk", "270 people in a day, but every one of them wrote first and is answered")
            .mitigation("L1"),
        Expect::of("sim_neighbor", "an ordinary account").at_most("no_finding"),
    ];
    Scenario::new(
        "persona_support_desk",
        "A support desk on a busy day",
        "Many recipients in a day and some set answers. Each send follows an inbound message of the same person, which \
         clears exactly these sends.",
        stage,
        expect,
    )
}

fn greeting() -> Scenario {
    let mut stage = stage(302);
    let first_day = stage.days_before_end(14);
    auto_reply(&mut stage, "sim_auto_reply", first_day, 10, 12);
    let expect = vec![
        clear(
            "sim_auto_reply",
            "one text, no typing, two seconds: the app's own greeting, sent only to who wrote first",
        )
        .mitigation("L1"),
    ];
    Scenario::new(
        "persona_auto_reply",
        "The business app's automatic greeting",
        "Identical texts without typing at a fixed delay are automation, and a product feature. The trigger is always an \
         inbound message.",
        stage,
        expect,
    )
}

fn transactional() -> Scenario {
    let mut stage = stage(303);
    let first_day = stage.days_before_end(8);
    api_transactional(&mut stage, "sim_receipts", first_day, 5, 320);
    let expect = vec![clear(
        "sim_receipts",
        "utility and authentication templates by the business API, within its tier; nobody replies \
                               to a receipt",
    )];
    Scenario::new(
        "persona_api_transactional",
        "Receipts and one-time codes by API",
        "Identical forms around the clock without a reply. The account uses the business API, the templates are \
         transactional, and the volume stays within the tier.",
        stage,
        expect,
    )
}

fn marketing() -> Scenario {
    let mut stage = stage(304);
    let first_day = stage.days_before_end(26);
    api_marketing(&mut stage, "sim_offers", first_day, 4, 420);
    let expect = vec![
        clear(
            "sim_offers",
            "opted-in offers by marketing template, within the tier, after 15 September 2021; who asks to \
                             stop is left alone",
        )
        .no_reason("F4"),
    ];
    Scenario::new(
        "persona_api_marketing",
        "Opted-in offers by API",
        "This is broadcasting, and it may say so; but it goes through the channel that exists for it, to people who asked, \
         and it stops when asked.",
        stage,
        expect,
    )
}

fn emergency() -> Scenario {
    let mut stage = stage(305);
    let day = stage.days_before_end(8);
    emergency_line(&mut stage, "sim_hotline", day, 320);
    let expect =
        vec![clear("sim_hotline", "320 new people in one hour, all of whom wrote first").mitigation("L1")];
    Scenario::new(
        "persona_emergency_line",
        "A public line in an emergency",
        "A peak of new people and one standard answer. Inbound first, and every send explained by it.",
        stage,
        expect,
    )
}

fn sanctioned() -> Scenario {
    let mut stage = stage(306);
    let (start, end) = (stage.log_start() - 100 * DAY_US, stage.to() + 100 * DAY_US);
    let lapsed = stage.days_before_end(15);
    let service = Service { subscribers: 60, days: 20, stops: 1 };
    notifier(&mut stage, "sim_service_allowed", service).is_sanctioned("alerts", start, end, 80);
    notifier(&mut stage, "sim_service_lapsed", service).is_sanctioned("alerts", start, lapsed, 80);
    notifier(&mut stage, "sim_service_exceeds", service).is_sanctioned("alerts", start, end, 20);
    notifier(&mut stage, "sim_service_unlisted", service);
    let expect = vec![
        Expect::of(
            "sim_service_allowed",
            "declared 80 a day, sends 60, with owner, reason and a later expiry",
        )
        .state("sanctioned")
        .at_most("no_finding"),
        Expect::of("sim_service_lapsed", "the permission ended two weeks before the end of the window")
            .state("scored"),
        Expect::of("sim_service_exceeds", "declared 20 a day and sends 60: outside its envelope")
            .state("scored"),
        Expect::of("sim_service_unlisted", "the same conduct without a permission").state("scored"),
        Expect::of("sim_service_lapsed", "a lapsed permission is none").not_below("sim_service_unlisted"),
    ];
    Scenario::new(
        "sanctioned_services",
        "Allowed automation: inside its envelope, lapsed, exceeded, unlisted",
        "Four accounts do the same. A permission has a reason, an owner, a declared volume and an expiry, and holds only \
         inside all of them.",
        stage,
        expect,
    )
}

fn robot() -> Scenario {
    let mut stage = stage(307);
    steady_robot(&mut stage, "sim_robot", 9);
    ordinary(&mut stage, "sim_neighbor");
    let expect = vec![
        Expect::of(
            "sim_robot",
            "two texts every five minutes, day and night, never a reply: software, to people who know it",
        )
        .at_least("watch")
        .at_most("abuse_high")
        .high(SubScore::Automation, 0.3)
        .low(SubScore::Unsolicited, 0.2),
        Expect::of("sim_neighbor", "an ordinary account").low(SubScore::Automation, 0.2),
    ];
    Scenario::new(
        "steady_robot",
        "A robot to forty known listeners",
        "Automation without reach to strangers: the first sub-score must rise, the third must not.",
        stage,
        expect,
    )
}
