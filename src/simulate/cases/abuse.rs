//! Abuse beyond the paper's examples: templates nobody asked for, padding, counted-up numbers, unwanted adding.
//! In: the personas; out: one scenario each, with a twin or a look-alike where it matters.
//! Refuses to rest on one signal: the reasons named are those that are costly to fake.

use super::{POPULATION, stage};
use crate::domain::{DAY_US, HOUR_US};
use crate::simulate::actors::bulk::{Outcome, Run, UNWELCOME, chatter, modified_client, run};
use crate::simulate::actors::business::{api_marketing, template_spam};
use crate::simulate::actors::groups::{Adding, group_adder};
use crate::simulate::actors::people::ordinary;
use crate::simulate::card::{Expect, SubScore};
use crate::simulate::scenario::Scenario;

pub(super) fn all() -> Vec<Scenario> {
    let cases = vec![templates(), padding(), enumerated(), unwanted(), client()];
    cases.into_iter().map(|case| case.with_population(POPULATION)).collect()
}

fn templates() -> Scenario {
    let mut stage = stage(501);
    let first_day = stage.days_before_end(7);
    template_spam(&mut stage, "sim_pushy", first_day, 3, 400);
    let polite_day = stage.days_before_end(20);
    api_marketing(&mut stage, "sim_polite", polite_day, 3, 200);
    let expect = vec![
        Expect::of("sim_pushy", "people asked it to stop and got it again the next day")
            .at_least("review")
            .reason("F4")
            .high(SubScore::Unsolicited, 0.4),
        Expect::of("sim_pushy", "strangers report its very first message").reason("F1"),
        Expect::of("sim_polite", "the same channel, asked for, and it stops when asked")
            .at_most("watch")
            .no_reason("F4")
            .low(SubScore::Unsolicited, 0.2),
    ];
    Scenario::new(
        "template_spam",
        "Promotional templates nobody asked for, requests to stop ignored",
        "The business channel is no excuse: an unverified firm writes to strangers beyond its tier, is reported at first \
         contact and goes on after requests to stop.",
        stage,
        expect,
    )
}

fn padding() -> Scenario {
    let mut stage = stage(502);
    let signed_up = stage.days_before_end(8) + 11 * HOUR_US;
    let pitch = Run { per_day: 130, gap: (28.0, 0.3), ..Run::plain("sim_plain", signed_up) };
    run(&mut stage, &pitch);
    run(&mut stage, &Run { name: "sim_padded".to_owned(), ..pitch });
    chatter(&mut stage, "sim_padded", 20, signed_up - 11 * HOUR_US + DAY_US, 5);
    let expect = vec![
        Expect::of("sim_plain", "130 strangers a day on four days, hardly a reply")
            .at_least("review")
            .high(SubScore::Unsolicited, 0.3),
        Expect::of("sim_padded", "the same run; chatter with accomplices explains none of its sends")
            .at_least("review")
            .not_below("sim_plain"),
    ];
    Scenario::new(
        "padding",
        "A spam run padded with accomplices' chatter, beside its unpadded twin",
        "Shares can be diluted at will by talking with friends. Counts of what nobody answered cannot. The padded twin \
         acts on the very same draws and must not score lower in any respect.",
        stage,
        expect,
    )
}

fn enumerated() -> Scenario {
    let mut stage = stage(503);
    let signed_up = stage.days_before_end(8) + 20 * HOUR_US;
    let counted = Run {
        days: 3,
        per_day: 70,
        gap: (60.0, 0.4),
        target_block: Some("block counted up".to_owned()),
        outcome: Outcome { dead: 0.46, ..UNWELCOME },
        ..Run::plain("sim_dialer", signed_up)
    };
    run(&mut stage, &counted);
    ordinary(&mut stage, "sim_neighbor");
    let expect = vec![
        Expect::of("sim_dialer", "most new recipients lie in one number block: counted up, not known")
            .at_least("watch")
            .reason("M16"),
        Expect::of("sim_dialer", "nearly half were never delivered: the numbers do not exist").reason("M15"),
        Expect::of("sim_neighbor", "an ordinary account").at_most("no_finding"),
    ];
    Scenario::new(
        "enumerated_targets",
        "Counted-up targets, half of which do not exist",
        "Who picks numbers in sequence reaches many that were never assigned. Neither needs content or a report.",
        stage,
        expect,
    )
}

fn unwanted() -> Scenario {
    let mut stage = stage(504);
    let at = stage.days_before_end(5) + 12 * HOUR_US;
    let pushy = Adding { people: 80, groups: 3, span: 6 * HOUR_US, know: 0.0, leave: 0.5, report: 0.08 };
    group_adder(&mut stage, "sim_adder", at, &pushy);
    let welcome = Adding { know: 0.9, leave: 0.02, report: 0.0, ..pushy };
    group_adder(&mut stage, "sim_organizer", at, &welcome);
    ordinary(&mut stage, "sim_neighbor");
    let expect = vec![
        Expect::of("sim_adder", "eighty people who do not know it, half leave within a day, some report")
            .at_least("watch")
            .reason("M12")
            .high(SubScore::Unsolicited, 0.2),
        Expect::of("sim_organizer", "eighty people who know it, hardly one leaves")
            .at_most("watch")
            .no_reason("M12")
            .low(SubScore::Unsolicited, 0.2),
    ];
    Scenario::new(
        "unwanted_adds",
        "Adding people who do not want it",
        "Suspicious group behavior counts even at low volume. The same number of adds is welcome in one case and not in \
         the other.",
        stage,
        expect,
    )
}

fn client() -> Scenario {
    let mut stage = stage(505);
    let first_day = stage.days_before_end(7);
    modified_client(&mut stage, "sim_modded", first_day);
    let expect = vec![
        Expect::of(
            "sim_modded",
            "a list of 400 and one item into fourteen chats are beyond what the app can do",
        )
        .at_least("watch")
        .reason("M14"),
        Expect::of("sim_modded", "five chats a forward is the client's limit").reason("M13"),
    ];
    Scenario::new(
        "modified_client",
        "Sends the official client cannot make",
        "The app caps a broadcast list at 256 people and a forward at five chats. More of either needs a modified client.",
        stage,
        expect,
    )
}
