//! Several accounts under one hand, each quiet by itself, beside people who look the same from far away.
//! In: the personas; out: one scenario for things in step, one for a list split over numbers.
//! Refuses guilt by company: whoever is imitated, or passes on what everybody does, must come out unharmed.

use super::{POPULATION, stage};
use crate::domain::AccountKind;
use crate::simulate::actors::crews::{fans, farm, greeters, imitated, shards};
use crate::simulate::actors::newsletter::{Newsletter, Opening, newsletter};
use crate::simulate::card::{Expect, SubScore};
use crate::simulate::scenario::Scenario;

pub(super) fn all() -> Vec<Scenario> {
    [in_step(), split_list()].map(|case| case.with_population(POPULATION)).into()
}

fn in_step() -> Scenario {
    let mut stage = stage(601);
    farm(&mut stage, "sim_farm", 7, 14, "sim_imitated");
    imitated(&mut stage, "sim_imitated", 14);
    fans(&mut stage, "sim_fan", 30, 14);
    let expect = vec![
        Expect::of_all(
            "sim_farm_",
            "seven accounts post the same forty things within minutes, in changing order",
        )
        .at_least("watch")
        .at_most("review")
        .reason("C1"),
        Expect::of(
            "sim_imitated",
            "what it posts the seven post minutes later: it is always first and does nothing else",
        )
        .at_most("no_finding")
        .no_reason("C1"),
        Expect::of_all("sim_fan_", "they pass four pictures on when everybody does")
            .at_most("no_finding")
            .no_reason("C1"),
    ];
    Scenario::new(
        "lockstep_farm",
        "Seven accounts in step, a person they imitate, and thirty who pass on what goes around",
        "A crowd that repeats the same things at the same times is run by one hand. Anybody can post what an innocent \
         person posted a minute ago, and everybody passes a picture on that goes around: neither binds anybody.",
        stage,
        expect,
    )
}

fn split_list() -> Scenario {
    let mut stage = stage(602);
    shards(&mut stage, "sim_shard", 5, 8, 18);
    let greeting = stage.days_before_end(4);
    greeters(&mut stage, "sim_greeting", 60, greeting);
    for number in 0..3 {
        let shape = Newsletter {
            readers: 90,
            days: 20,
            kind: AccountKind::Consumer,
            title: "the three",
            opening: Opening::Inside,
        };
        newsletter(&mut stage, &format!("sim_paper_{number}"), &shape);
    }
    let mut expect = vec![
        Expect::of_all(
            "sim_shard_",
            "one offer a day to eighteen people each, five numbers in the same minutes",
        )
        .at_least("watch")
        .reason("C2"),
        Expect::of_all("sim_greeting_", "sixty people send one greeting in the same hour, and are answered")
            .at_most("no_finding")
            .no_reason("C2"),
    ];
    for number in 0..3 {
        let name = format!("sim_paper_{number}");
        expect.push(
            Expect::of(&name, "a newsletter served from three numbers in step to readers who asked for it")
                .finding("broadcast_policy")
                .at_most("review")
                .high(SubScore::Broadcast, 0.4)
                .low(SubScore::Unsolicited, 0.2),
        );
    }
    Scenario::new(
        "split_list",
        "One list over five numbers, one newsletter over three, and a greeting of sixty people",
        "No recipient sees two of the numbers, and none of them stands out by itself. What they share is a text that is \
         new each day, in the same minutes. A greeting is shared by many more, on one day only.",
        stage,
        expect,
    )
}
