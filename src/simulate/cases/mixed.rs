//! The mixed night: three hundred ordinary people and one or more of everybody else, in one log.
//! In: the crowd and the personas; out: the one scenario in which every verdict, finding and state occurs.
//! Refuses special pleading: the personas act as in their own scenarios, only smaller.

use super::{POPULATION, stage};
use crate::domain::{AccountKind, DAY_US, HOUR_US, MINUTE_US};
use crate::simulate::actors::bulk::{Burst, PAPER_BURST, Run, burst, chatter, modified_client, run};
use crate::simulate::actors::business::{
    api_marketing, api_transactional, auto_reply, emergency_line, support_desk, template_spam,
};
use crate::simulate::actors::crowd::{Crowd, crowd};
use crate::simulate::actors::feedback::brigaded;
use crate::simulate::actors::groups::{Adding, club_admin, group_adder, group_creator, group_hopper};
use crate::simulate::actors::machines::{Service, alarm_sensor, notifier, steady_robot};
use crate::simulate::actors::newsletter::{Newsletter, Opening, newsletter, vendor};
use crate::simulate::actors::people::{
    Untyped, channel_owner, flyer, heavy_chatter, holiday_greeting, list_sender, number_change,
    personal_advice, quiet, school_admin, without_typing,
};
use crate::simulate::actors::signup::{bulk_signup, burnt_place, dormitory, shared_place};
use crate::simulate::card::{Expect, SubScore};
use crate::simulate::scenario::Scenario;
use crate::simulate::stage::Stage;

pub(super) fn mixed_night() -> Scenario {
    let mut stage = stage(800);
    let people = Crowd { prefix: "sim_person".to_owned(), people: 300, per_day: 0.31 };
    crowd(&mut stage, &people);
    private_people(&mut stage);
    services(&mut stage);
    abusers(&mut stage);
    groups_and_numbers(&mut stage);
    let mut expect = expected_innocent();
    expect.extend(expected_found());
    Scenario::new(
        "mixed_night",
        "A simulated night with everybody in it",
        "Three hundred ordinary people, every persona that must not be flagged, and every kind of abuse, in one log. \
         Every verdict from no finding to certain, both findings and every state occur.",
        stage,
        expect,
    )
    .with_population(POPULATION)
}

fn private_people(stage: &mut Stage) {
    let day = stage.days_before_end(9);
    number_change(stage, "sim_moved_old", "sim_moved_new", day, 60);
    personal_advice(stage, "sim_tutor", 80);
    holiday_greeting(stage, "sim_greeter", day, 180);
    list_sender(stage, "sim_inviter", day, 256);
    flyer(stage, "sim_flyer", day, 230);
    heavy_chatter(stage, "sim_teen", 4, 28.0);
    without_typing(stage, "sim_desktop", Untyped::Desktop);
    without_typing(stage, "sim_dictation", Untyped::Dictation);
    channel_owner(stage, "sim_channel_owner", 8);
    school_admin(stage, "sim_school", day - 2 * DAY_US, 30);
    club_admin(stage, "sim_club");
    alarm_sensor(stage, "sim_alarm", HOUR_US);
    dormitory(stage, "sim_student", day - 2 * DAY_US, 60);
    brigaded(stage, "sim_target", day + 6 * DAY_US);
    quiet(stage, "sim_quiet");
}

fn services(stage: &mut Stage) {
    let day = stage.days_before_end(9);
    support_desk(stage, "sim_desk", day, &[25, 240, 30]);
    auto_reply(stage, "sim_auto_reply", day, 6, 12);
    api_transactional(stage, "sim_receipts", day, 4, 200);
    api_marketing(stage, "sim_offers", day - 12 * DAY_US, 3, 250);
    emergency_line(stage, "sim_hotline", day, 220);
    let (start, end) = (stage.log_start() - 100 * DAY_US, stage.to() + 100 * DAY_US);
    let service = Service { subscribers: 60, days: 16, stops: 1 };
    notifier(stage, "sim_service_allowed", service).is_sanctioned("alerts", start, end, 80);
    notifier(stage, "sim_service_lapsed", service).is_sanctioned("alerts", start, day, 80);
    let daily = Newsletter {
        readers: 150,
        days: 22,
        kind: AccountKind::Consumer,
        title: "",
        opening: Opening::Inside,
    };
    newsletter(stage, "sim_newsletter", &daily);
    steady_robot(stage, "sim_robot", 5);
}

fn abusers(stage: &mut Stage) {
    let day = stage.days_before_end(8);
    let at = stage.days_before_end(6) + 9 * HOUR_US;
    burst(stage, "sim_burst", at, AccountKind::Consumer, &PAPER_BURST);
    let short = Burst { messages: 99, ..PAPER_BURST };
    burst(stage, "sim_burst_99", at, AccountKind::Consumer, &short);
    let place = shared_place("sim burnt");
    burnt_place(stage, "sim_former", 20, 14, &place);
    let signed_up = day + 20 * HOUR_US;
    run(stage, &Run { place: place.clone(), ..Run::plain("sim_flood", signed_up) });
    run(stage, &Run { per_day: 60, gap: (80.0, 0.4), ..Run::plain("sim_new_spam", signed_up) });
    let pitch = Run { days: 3, per_day: 130, gap: (28.0, 0.3), ..Run::plain("sim_plain", signed_up) };
    run(stage, &pitch);
    run(stage, &Run { name: "sim_padded".to_owned(), ..pitch });
    chatter(stage, "sim_padded", 20, day + DAY_US, 5);
    template_spam(stage, "sim_pushy", day + DAY_US, 3, 400);
    modified_client(stage, "sim_modded", day + DAY_US);
    let at = stage.days_before_end(3) + 2 * HOUR_US;
    bulk_signup(stage, "sim_bulk", 40, at, &place);
}

fn groups_and_numbers(stage: &mut Stage) {
    let at = stage.days_before_end(5) + 8 * HOUR_US;
    group_creator(stage, "sim_factory", at, 30, 40 * MINUTE_US);
    let day_long =
        Adding { people: 1_100, groups: 8, span: 14 * HOUR_US, know: 0.0, leave: 0.4, report: 0.02 };
    group_adder(stage, "sim_adder_day", at, &day_long);
    let first_day = stage.days_before_end(7);
    group_hopper(stage, "sim_hopper", first_day, 4, 30);
    vendor(stage, "sim_operator_reach", "sim_vendor", 10, first_day);
    let mut papers = stage.actor("sim_papers");
    papers.outside_evidence(
        at,
        "sim_operator_reach",
        "public claim",
        "offer 7: 'reach 100,000 people a day'",
    );
    papers.outside_evidence(
        at,
        "sim_operator_ghost",
        "service offer",
        "offer 9: bulk sending tool, price list",
    );
}

fn expected_innocent() -> Vec<Expect> {
    let clear = |name: &str, because: &str| Expect::of(name, because).at_most("watch").finding("none");
    vec![
        Expect::of_all("sim_person_", "ordinary people").at_most("watch").finding("none"),
        Expect::of_all("sim_student_", "a dormitory's first week").at_most("watch").finding("none"),
        clear("sim_moved_new", "a changed number; most answer"),
        clear("sim_tutor", "many new chats, all of them real talks"),
        clear("sim_greeter", "one evening, saved contacts"),
        clear("sim_inviter", "one list is one action").no_reason("M1"),
        clear("sim_flyer", "beyond the published reading for people, on one day only"),
        clear("sim_teen", "fast, among friends"),
        clear("sim_desktop", "a linked device shows no typing"),
        clear("sim_dictation", "dictated texts to friends"),
        clear("sim_channel_owner", "channels are left out"),
        clear("sim_school", "a school's first day"),
        clear("sim_club", "a notice to five own groups"),
        clear("sim_alarm", "few fixed recipients"),
        clear("sim_target", "reports by people it never wrote to"),
        clear("sim_desk", "everyone wrote first").mitigation("L1"),
        clear("sim_auto_reply", "everyone wrote first").mitigation("L1"),
        clear("sim_hotline", "everyone wrote first").mitigation("L1"),
        clear("sim_receipts", "transactional templates within the tier"),
        clear("sim_offers", "asked for, within the tier"),
        Expect::of("sim_quiet", "two messages are too few").state("insufficient"),
        Expect::of("sim_service_allowed", "inside its envelope").state("sanctioned"),
        Expect::of("sim_service_lapsed", "a lapsed permission is none").state("scored"),
    ]
}

fn expected_found() -> Vec<Expect> {
    let soft = |name: &str, because: &str| Expect::of(name, because);
    vec![
        soft("sim_burst", "the paper's first hard example").verdict("abuse_certain").reason("M1"),
        soft("sim_factory", "the paper's second hard example").verdict("abuse_certain").reason("M11"),
        soft("sim_burst_99", "one message short of it").at_most("abuse_high").no_reason("M1"),
        soft("sim_flood", "280 strangers a day on four days, from a burnt block, reported and blocked")
            .verdict("abuse_high")
            .high(SubScore::Unsolicited, 0.4),
        soft("sim_new_spam", "sixty strangers a day, hardly a reply")
            .at_least("watch")
            .high(SubScore::Unsolicited, 0.2),
        soft("sim_plain", "130 strangers a day").at_least("review"),
        soft("sim_padded", "the same, padded").not_below("sim_plain"),
        soft("sim_pushy", "requests to stop ignored, beyond the tier").at_least("review").reason("F4"),
        soft("sim_adder_day", "a thousand adds over a day, two in five leave")
            .at_least("review")
            .reason("M12"),
        soft("sim_hopper", "thirty groups a day by link, one text")
            .at_least("watch")
            .high(SubScore::Broadcast, 0.2),
        soft("sim_modded", "beyond what the client can do").at_least("watch"),
        soft("sim_robot", "every five minutes, day and night")
            .at_least("watch")
            .high(SubScore::Automation, 0.3),
        soft("sim_newsletter", "a standing audience, one hour, one order")
            .finding("broadcast_policy")
            .high(SubScore::Broadcast, 0.4)
            .low(SubScore::Unsolicited, 0.2),
        Expect::of_all("sim_bulk_", "forty silent sign-ups").at_least("watch").at_most("review").reason("R4"),
        Expect::of_all("sim_vendor_", "shards of one promotion").at_least("watch").with_off_platform(),
        Expect::of_operator("sim_operator_reach", 10, "ten numbers on file"),
        Expect::of_operator(
            "sim_operator_ghost",
            0,
            "a vendor without any account: off-platform evidence only",
        ),
    ]
}
