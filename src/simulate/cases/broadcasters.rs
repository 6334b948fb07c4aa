//! One text to many: group hopping beside a club, a vendor with ten numbers, newsletters on private accounts.
//! In: the personas; out: one scenario each, with the innocent look-alike inside.
//! Refuses to merge broadcasting with harm: the sub-scores must tell them apart.

use super::{POPULATION, stage};
use crate::domain::{AccountKind, HOUR_US};
use crate::simulate::actors::groups::{club_admin, group_hopper};
use crate::simulate::actors::newsletter::{Newsletter, Opening, newsletter, reception, vendor};
use crate::simulate::actors::people::ordinary;
use crate::simulate::card::{Expect, SubScore};
use crate::simulate::scenario::Scenario;

pub(super) fn all() -> Vec<Scenario> {
    let cases = vec![hopping(), ten_numbers(), consumer_newsletter(), old_newsletter()];
    cases.into_iter().map(|case| case.with_population(POPULATION)).collect()
}

fn hopping() -> Scenario {
    let mut stage = stage(401);
    let first_day = stage.days_before_end(6);
    group_hopper(&mut stage, "sim_hopper", first_day, 4, 35);
    club_admin(&mut stage, "sim_club");
    let expect = vec![
        Expect::of(
            "sim_hopper",
            "joins 35 groups a day by link and posts one text in each within minutes, on four days",
        )
        .at_least("review")
        .high(SubScore::Broadcast, 0.3),
        Expect::of("sim_club", "one notice to five own groups twice a week, with answers")
            .at_most("watch")
            .finding("none")
            .low(SubScore::Unsolicited, 0.2),
    ];
    Scenario::new(
        "group_poster",
        "Hopping from group to group beside a club's admin",
        "Both post the same content to several groups within minutes. One joined them by link minutes before and is \
         removed and reported; the other runs them.",
        stage,
        expect,
    )
}

fn ten_numbers() -> Scenario {
    let mut stage = stage(402);
    let first_day = stage.days_before_end(7);
    vendor(&mut stage, "sim_operator_reach", "sim_vendor", 10, first_day);
    reception(&mut stage, "sim_operator_reach", "sim_reception");
    let at = first_day + 10 * HOUR_US;
    let mut papers = stage.actor("sim_papers");
    papers.outside_evidence(
        at,
        "sim_operator_reach",
        "public claim",
        "offer 7: 'reach 100,000 people a day'",
    );
    papers.outside_evidence(
        at + HOUR_US,
        "sim_operator_ghost",
        "service offer",
        "offer 9: bulk sending tool, price list",
    );
    papers.outside_evidence(
        at + 2 * HOUR_US,
        "sim_talked_about",
        "public claim",
        "posting 3 names this number",
    );
    ordinary(&mut stage, "sim_talked_about");
    let expect = vec![
        Expect::of_all(
            "sim_vendor_",
            "one promotion, disjoint audiences, each number below the published reach limits",
        )
        .at_least("watch")
        .high(SubScore::Unsolicited, 0.2)
        .with_off_platform(),
        Expect::of(
            "sim_reception",
            "named in the same papers, but its conduct is a desk's: evidence outside never scores",
        )
        .at_most("watch")
        .low(SubScore::Broadcast, 0.2),
        Expect::of(
            "sim_talked_about",
            "a public claim about an ordinary account attaches and moves no score",
        )
        .at_most("no_finding")
        .with_off_platform(),
        Expect::of_operator("sim_operator_reach", 11, "eleven numbers on file, scored accounts among them"),
        Expect::of_operator(
            "sim_operator_ghost",
            0,
            "a vendor without any account: off-platform evidence only",
        ),
    ];
    Scenario::new(
        "vendor_ten_numbers",
        "A vendor that shards one promotion over ten numbers",
        "Methods that look for shared recipients are blind to a list split over several numbers. What they share is the \
         content, the hours and the papers. Evidence from outside the service attaches to decisions, also where no \
         account is known, and never enters a score.",
        stage,
        expect,
    )
}

fn consumer_newsletter() -> Scenario {
    let mut stage = stage(403);
    let opening = Opening::Inside;
    let daily = Newsletter { readers: 180, days: 25, kind: AccountKind::Consumer, title: "", opening };
    newsletter(&mut stage, "sim_newsletter", &daily);
    let app = Newsletter { readers: 140, days: 16, kind: AccountKind::BusinessApp, title: "", opening };
    newsletter(&mut stage, "sim_newsletter_app", &app);
    let mut expect = Vec::new();
    for name in ["sim_newsletter", "sim_newsletter_app"] {
        expect.push(
            Expect::of(
                name,
                "one issue a day to a standing audience that wrote 'Start' first, at one hour, in one order",
            )
            .finding("broadcast_policy")
            .at_most("review")
            .reason("M10")
            .high(SubScore::Broadcast, 0.4)
            .high(SubScore::Automation, 0.3)
            .low(SubScore::Unsolicited, 0.2),
        );
    }
    Scenario::new(
        "newsletter_consumer",
        "Newsletters on accounts that are not for it",
        "The readers asked for it, saved the number and do not complain, so signals of strangers and reports find \
         nothing. It is broadcasting by software all the same: notify and migrate, which is a finding and not abuse.",
        stage,
        expect,
    )
}

fn old_newsletter() -> Scenario {
    let mut stage = stage(413);
    let shape =
        |opening| Newsletter { readers: 240, days: 30, kind: AccountKind::Consumer, title: "", opening };
    newsletter(&mut stage, "sim_old_newsletter", &shape(Opening::SavedBefore));
    newsletter(&mut stage, "sim_old_newsletter_untold", &shape(Opening::Untold));
    let expect = |name, because| {
        Expect::of(name, because)
            .at_most("review")
            .reason("M10")
            .high(SubScore::Broadcast, 0.4)
            .low(SubScore::Unsolicited, 0.2)
    };
    let expect = vec![
        expect(
            "sim_old_newsletter",
            "its readers have the number in contacts; they opened before the log began",
        )
        .finding("broadcast_policy"),
        expect(
            "sim_old_newsletter_untold",
            "its readers opened before the log began, and nothing tells that they asked: nor that they did not",
        ),
    ];
    Scenario::new(
        "newsletter_older_than_log",
        "Newsletters whose readers came before the log",
        "Every log begins some day, and the readers of an old newsletter opened before it. That no opening is seen is \
         no sign that there was none: broadcasting by software is found all the same, and abuse is not said.",
        stage,
        expect,
    )
}
