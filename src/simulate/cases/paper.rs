//! The examples of the published paper, each beside neighbors just outside its wording.
//! In: the personas; out: one scenario an example.
//! Refuses the press's misprints: the burst is 100 messages in 15 seconds.

use super::{POPULATION, stage};
use crate::domain::{AccountKind, DAY_US, HOUR_US, MINUTE_US, SECOND_US, Status};
use crate::simulate::actors::bulk::{Burst, PAPER_BURST, Run, burst, burst_before_second_signup, run};
use crate::simulate::actors::groups::{Adding, group_adder, group_creator};
use crate::simulate::actors::people::{Untyped, list_sender, number_change, ordinary, without_typing};
use crate::simulate::actors::signup::{bulk_signup, burnt_place, office, shared_place};
use crate::simulate::card::{Expect, SubScore};
use crate::simulate::scenario::Scenario;
use crate::simulate::stage::Stage;

pub(super) fn all() -> Vec<Scenario> {
    vec![burst_case(), group_factory(), strangers(), no_typing(), signup()]
}

const CERTAIN: &str = "abuse_certain";

fn burst_case() -> Scenario {
    let mut stage = stage(101);
    let at = stage.days_before_end(6) + 9 * HOUR_US;
    let second = SECOND_US;
    let shapes = [
        ("sim_burst_exact", PAPER_BURST),
        ("sim_burst_fast", Burst { messages: 120, span: 12_400_000, age: 212 * second, ..PAPER_BURST }),
        ("sim_burst_attempted", Burst { status: Status::Attempted, ..PAPER_BURST }),
        ("sim_burst_same_id", Burst { one_id: true, ..PAPER_BURST }),
        ("sim_burst_age_600", Burst { age: 600 * second, ..PAPER_BURST }),
        ("sim_burst_age_601", Burst { age: 600_001_000, ..PAPER_BURST }),
        ("sim_burst_99", Burst { messages: 99, ..PAPER_BURST }),
        ("sim_burst_15001", Burst { span: 15_001_000, ..PAPER_BURST }),
        ("sim_burst_old", Burst { age: 6 * DAY_US - 11 * HOUR_US, ..PAPER_BURST }),
    ];
    for (name, shape) in &shapes {
        burst(&mut stage, name, at, AccountKind::Consumer, shape);
    }
    burst(&mut stage, "sim_burst_api", at, AccountKind::BusinessApi, &PAPER_BURST);
    let first = stage.log_start() + HOUR_US;
    burst_before_second_signup(&mut stage, "sim_burst_rereg", first, at, &PAPER_BURST);
    let day = stage.days_before_end(6);
    list_sender(&mut stage, "sim_burst_list", day, 256);
    let certain = |name: &str, because: &str| Expect::of(name, because).verdict(CERTAIN).reason("M1");
    let not = |name: &str, because: &str| Expect::of(name, because).at_most("abuse_high").no_reason("M1");
    let expect = vec![
        certain(
            "sim_burst_exact",
            "100 messages in exactly 15.000 s, five minutes after sign-up: the paper's words",
        ),
        certain("sim_burst_fast", "120 messages in 12.4 s, 212 s after sign-up"),
        certain("sim_burst_attempted", "the paper says attempting: sends the server refused count"),
        certain("sim_burst_same_id", "one id over 100 direct sends is 100 actions, not one"),
        certain("sim_burst_age_600", "five minutes plus the stated tolerance of five, closed at its end"),
        not("sim_burst_age_601", "one millisecond beyond the tolerance is no longer the paper's example"),
        not("sim_burst_99", "99 messages are not 100"),
        not("sim_burst_15001", "15.001 s are more than 15 s"),
        not("sim_burst_old", "the account is days old, however fast it sends"),
        not("sim_burst_api", "a business API sends fast by design; the hard rule is not for it"),
        not("sim_burst_rereg", "the burst came before the second sign-up and weeks after the first"),
        Expect::of("sim_burst_list", "a list of 256 saved contacts is one action of an old account")
            .at_most("watch")
            .no_reason("M1"),
    ];
    Scenario::new(
        "paper_burst",
        "New-account burst: 100 messages in 15 seconds, five minutes after sign-up",
        "The paper calls this almost certain to be abuse and bans it at once. Beside it stand accounts that miss one of \
         its conditions by the smallest step; the hard rule must not reach them, whatever else may be said of them.",
        stage,
        expect,
    )
}

fn group_factory() -> Scenario {
    let mut stage = stage(102);
    let at = stage.days_before_end(5) + 8 * HOUR_US;
    group_creator(&mut stage, "sim_factory_create", at, 30, 40 * MINUTE_US);
    group_creator(&mut stage, "sim_factory_create_day", at, 30, 15 * HOUR_US);
    group_creator(&mut stage, "sim_factory_create_23", at, 23, 40 * MINUTE_US);
    let add = Adding { people: 1_200, groups: 8, span: 50 * MINUTE_US, know: 0.0, leave: 0.1, report: 0.01 };
    group_adder(&mut stage, "sim_factory_add", at, &add);
    let club = Adding { span: 14 * HOUR_US, know: 0.9, leave: 0.01, report: 0.0, ..add };
    group_adder(&mut stage, "sim_factory_add_day", at, &club);
    let left = Adding { span: 14 * HOUR_US, leave: 0.45, report: 0.03, ..add };
    group_adder(&mut stage, "sim_factory_add_day_left", at, &left);
    group_adder(&mut stage, "sim_factory_add_999", at, &Adding { people: 999, ..add });
    ordinary(&mut stage, "sim_neighbor");
    let certain = |name: &str, because: &str| Expect::of(name, because).verdict(CERTAIN).reason("M11");
    let expect = vec![
        certain(
            "sim_factory_create",
            "dozens of groups within an hour: the paper's words, and no message is needed",
        ),
        certain("sim_factory_add", "thousands of people added to existing groups within an hour"),
        Expect::of(
            "sim_factory_create_day",
            "the same number over fifteen hours may be a festival or a school",
        )
        .at_most("review"),
        Expect::of(
            "sim_factory_add_day",
            "spread over the day, nine in ten know the one who adds them, few leave",
        )
        .at_most("review"),
        Expect::of(
            "sim_factory_add_day_left",
            "spread over the day, but nobody knows the actor and nearly half leave",
        )
        .at_least("review")
        .reason("M12"),
        Expect::of("sim_factory_create_23", "23 groups are not two dozen").at_most("abuse_high"),
        Expect::of("sim_factory_add_999", "999 people are not a thousand").at_most("abuse_high"),
    ];
    Scenario::new(
        "paper_group_factory",
        "Silent group factory: dozens of groups or a thousand adds within an hour",
        "The second of the paper's hard examples. None of these accounts sends a message, so a tool that begins with \
         messages would not see them. What happens over a day instead of an hour is a person's to judge.",
        stage,
        expect,
    )
    .with_population(POPULATION)
}

fn strangers() -> Scenario {
    let mut stage = stage(103);
    let day = stage.days_before_end(8);
    let mut place = shared_place("sim burnt");
    place.ip_country = "VN".to_owned();
    burnt_place(&mut stage, "sim_former", 24, 18, &place);
    let signed_up = day + DAY_US + 20 * HOUR_US;
    let plain = Run { place, per_day: 60, gap: (80.0, 0.4), ..Run::plain("sim_new_spam", signed_up) };
    run(&mut stage, &plain);
    let blatant = Run { place: plain.place.clone(), ..Run::plain("sim_new_flood", signed_up) };
    run(&mut stage, &blatant);
    number_change(&mut stage, "sim_moved_old", "sim_moved_new", day, 60);
    ordinary(&mut stage, "sim_neighbor");
    let expect = vec![
        Expect::of(
            "sim_new_spam",
            "new, dozens of strangers a day, hardly a reply, from a block and network just banned",
        )
        .at_least("review")
        .reason("M4")
        .high(SubScore::Unsolicited, 0.3),
        Expect::of(
            "sim_new_flood",
            "the same with 280 strangers a day on four days: beyond any published limit for people",
        )
        .at_least("abuse_high")
        .reason("M3")
        .high(SubScore::Unsolicited, 0.4)
        .high(SubScore::Broadcast, 0.3),
        Expect::of(
            "sim_moved_new",
            "the paper's own innocent look-alike: one notice to 60 friends, most of whom answer",
        )
        .at_most("watch")
        .low(SubScore::Unsolicited, 0.3),
        Expect::of("sim_moved_old", "an ordinary account until it fell silent").at_most("no_finding"),
        Expect::of("sim_neighbor", "an ordinary account").at_most("no_finding"),
    ];
    Scenario::new(
        "paper_strangers",
        "New account to dozens of strangers: a spam run beside a number change",
        "The paper's soft example: a new account writes to dozens who do not have it in their contacts. It may be spam or \
         a changed number; history such as a suspicious sign-up decides. The same sends must lead to different verdicts.",
        stage,
        expect,
    )
    .with_population(POPULATION)
}

fn no_typing() -> Scenario {
    let mut stage = stage(104);
    without_typing(&mut stage, "sim_no_typing", Untyped::Dictation);
    without_typing(&mut stage, "sim_desktop", Untyped::Desktop);
    let day = stage.days_before_end(8) + 10 * HOUR_US;
    let sender = Run { per_day: 90, gap: (31.0, 0.03), wordings: 1, ..Run::plain("sim_no_typing_bulk", day) };
    run(&mut stage, &sender);
    let expect = vec![
        Expect::of("sim_no_typing", "texts without typing to friends who answer: dictation looks just so")
            .at_most("watch"),
        Expect::of("sim_desktop", "a linked device shows no typing; that is no evidence")
            .at_most("watch")
            .no_reason("M6"),
        Expect::of("sim_no_typing_bulk", "no typing, even steps, one text, strangers: the signals agree")
            .at_least("review")
            .reason("M6")
            .high(SubScore::Automation, 0.3),
    ];
    Scenario::new(
        "paper_no_typing",
        "Continual sending without the typing indicator",
        "The paper names it as a signal, but dictation, pasting and desks lack the indicator too. It may support other \
         evidence; alone it must lead nowhere.",
        stage,
        expect,
    )
    .with_population(POPULATION)
}

fn signup() -> Scenario {
    let mut stage = stage(105);
    let place = shared_place("sim farm");
    burnt_place(&mut stage, "sim_former", 60, 50, &place);
    let at = stage.days_before_end(3) + 2 * HOUR_US;
    bulk_signup(&mut stage, "sim_bulk", 40, at, &place);
    reused_network(&mut stage, at);
    let day = stage.days_before_end(9);
    office(&mut stage, "sim_office", day, 8);
    let expect = vec![
        Expect::of_all("sim_bulk_", "forty silent sign-ups in an hour from one network and build")
            .at_least("watch")
            .at_most("review")
            .reason("R4"),
        Expect::of_all("sim_bulk_", "eight accounts a device").reason("R5"),
        Expect::of_all("sim_bulk_", "the number block was banned only days before").reason("R2"),
        Expect::of("sim_reuser", "a sign-up of that place that then writes to strangers")
            .at_least("review")
            .high(SubScore::Unsolicited, 0.3),
        Expect::of_all("sim_office_", "eight colleagues over a day").at_most("no_finding").no_reason("R4"),
    ];
    Scenario::new(
        "paper_signup",
        "Bulk sign-up from a block and a network with a past",
        "A fifth of the paper's bans come before the first message: a similar number or the network was recently abused, \
         many accounts sign up alike, one device holds many numbers. Sign-up evidence alone never says more than review.",
        stage,
        expect,
    )
    .with_population(POPULATION)
}

fn reused_network(stage: &mut Stage, at: i64) {
    let place = shared_place("sim farm");
    let user = Run {
        days: 2,
        per_day: 120,
        gap: (40.0, 0.3),
        network: Some(place.network.clone()),
        place,
        ..Run::plain("sim_reuser", at - 4 * DAY_US)
    };
    run(stage, &user);
}
