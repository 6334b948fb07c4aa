//! Five hundred who agree to report one person, beside a spammer whose reporters have nothing to do with each other.
//! In: two targets, with and without visible ties among the reporters, and the spammer; out: one scenario.
//! Refuses strangers only: some of the reporters were written to first, because they asked for it.

use super::{POPULATION, stage};
use crate::domain::{DAY_US, HOUR_US};
use crate::simulate::actors::bulk::{Run, run};
use crate::simulate::actors::feedback::{Brigade, brigade};
use crate::simulate::actors::people::ordinary;
use crate::simulate::card::{Expect, SubScore};
use crate::simulate::scenario::Scenario;

pub(super) fn all() -> Vec<Scenario> {
    vec![five_hundred().with_population(POPULATION)]
}

fn five_hundred() -> Scenario {
    let mut stage = stage(901);
    let evening = stage.days_before_end(2) + 19 * HOUR_US;
    let agreed = Brigade {
        members: 500,
        lured: 60,
        asking: 140,
        start: evening,
        span: 3 * HOUR_US / 2,
        is_visible: true,
    };
    brigade(&mut stage, "sim_host", &agreed);
    let patient = Brigade { start: evening - DAY_US, span: 50 * HOUR_US, is_visible: false, ..agreed };
    brigade(&mut stage, "sim_patiently_reported", &patient);
    let signed_up = stage.days_before_end(8) + 11 * HOUR_US;
    run(&mut stage, &Run::plain("sim_flood", signed_up));
    ordinary(&mut stage, "sim_neighbor");
    let expect = vec![
        Expect::of(
            "sim_host",
            "sixty lured answers, but those who report them joined one group or signed up in one hour",
        )
        .at_most("watch")
        .finding("none")
        .no_reason("F1")
        .low(SubScore::Unsolicited, 0.3),
        Expect::of("sim_host", "blocks by the same people weigh no more").no_reason("F2"),
        Expect::of("sim_host", "most reporters were not written to first").mitigation("L8"),
        Expect::of(
            "sim_patiently_reported",
            "the same over two days without a visible tie: feedback alone asks for a person, and for no more",
        )
        .at_most("review")
        .finding("none"),
        Expect::of("sim_flood", "its reporters have nothing to do with each other")
            .at_least("abuse_high")
            .reason("F1")
            .high(SubScore::Unsolicited, 0.4),
        Expect::of("sim_flood", "nor have those who block it").reason("F2"),
        Expect::of("sim_neighbor", "an ordinary account").at_most("no_finding"),
    ];
    Scenario::new(
        "brigade_500",
        "Five hundred agree to report one person",
        "Reports on first contact count most, so an agreement makes its target write first: sixty ask in a group it was \
         invited to, and report the answer. People who joined one group, or signed up within one hour on one network, are \
         one voice, however many they are; where no tie shows, feedback alone still calls nobody abusive.",
        stage,
        expect,
    )
}
