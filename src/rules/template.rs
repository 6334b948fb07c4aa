//! The same thing again and again, to many.
//! In: reach of one content among people who stayed silent, repeats in the one-way stream and in groups; out: hits.
//! Works on exact fingerprints; a single greeting is described, not judged.

use super::hit::Fired;
use super::limit::Limit;
use super::newsletter;
use super::row::Row;
use super::rule::{AgreementFamily, Applies, Need, Role, Rule, RuleGroup, Split};
use crate::features::{Mark, content, fanout, groups, sameness, volume};

/// Reach of one content.
pub static REACH: Limit = Limit {
    key: "M8.reach",
    feature: &content::REACH_MAX_24H,
    what: "people who got one content in the busiest 24 h and have not written since",
    window: "24 h",
    default: 50.0,
    full: 500.0,
    range: (20.0, 5_000.0),
    why: "more than an invitation; what is usual differs by platform",
    population: Some(0.995),
    ..Limit::BASE
};
/// Reach that nothing explains.
pub static UNEXPLAINED: Limit = Limit {
    key: "M8.unexplained",
    feature: &fanout::UNEXPLAINED_MAX_24H,
    what: "people reached in the busiest 24 h without having written first",
    window: "24 h",
    default: 50.0,
    full: 500.0,
    range: (20.0, 5_000.0),
    why: "auto-replies and transactional templates repeat too, but answer somebody",
    ..Limit::BASE
};
/// Repeats in a stream.
pub static REPEATS: Limit = Limit {
    key: "M8b.repeat_share",
    feature: &sameness::ONE_WAY_REPEAT,
    what: "share of messages whose content repeats an earlier one",
    default: 0.8,
    full: 1.0,
    range: (0.5, 1.0),
    why: "conversation hardly repeats itself",
    population: Some(0.99),
    ..Limit::BASE
};
/// Broadcast events.
pub static EVENTS: Limit = Limit {
    key: "M9.events",
    feature: &content::BROADCASTS,
    what: "runs of one content to 20 and more people",
    default: 1.0,
    full: 4.0,
    range: (1.0, 100.0),
    why: "described from the first one on",
    ..Limit::BASE
};

const BASE: Rule = Rule { group: RuleGroup::Template, family: AgreementFamily::Content, ..Rule::BASE };

/// One content to many.
pub static SAME_TO_MANY: Rule = Rule {
    code: "M8",
    name: "content sameness",
    applies: Applies::Everyone,
    points: Split::new(12.0, 26.0, 4.0),
    limits: &[&REACH, &UNEXPLAINED],
    persistence: "two non-overlapping 24 h in which one content reached 50 such people who neither wrote first nor saved the number, four with those who did, or M10 fires too",
    statement: "sent one content to {0} people within 24 h who have not written since; limit {0.limit}",
    look_alikes: "holiday greetings and event invitations, which happen once and are answered",
    uses: &[
        &content::REACH_MAX_24H,
        &fanout::UNEXPLAINED_MAX_24H,
        &content::REACH_DAYS,
        &content::BROADCASTS,
        &content::AUDIENCE,
    ],
    source: (
        Mark::Ours,
        "largest cluster of one content; carrier guidance on repetitive messages is remembered only",
    ),
    test: |row| {
        let lasts = row.at_least(&content::REACH_DAYS, 2.0) || newsletter::fires(row);
        Some(Fired::on(vec![row.check(&REACH)?, row.check(&UNEXPLAINED)?], lasts))
    },
    ..BASE
};
/// A stream of templates.
pub static REPEATED: Rule = Rule {
    code: "M8b",
    name: "stream of templates",
    points: Split::new(16.0, 12.0, 0.0),
    limits: &[&REPEATS],
    persistence: "100 one-way messages to 10 people or 100 posts to 2 groups, 20 of them in each of two non-overlapping 24 h",
    statement: "repeats itself: {all}",
    need: Need::Any,
    look_alikes: "reminders, commit and edit tools, moderators with stock phrases",
    uses: &[
        &sameness::ONE_WAY_REPEAT,
        &volume::ONE_WAY,
        &volume::ONE_WAY_DAYS,
        &volume::ONE_WAY_PEOPLE,
        &sameness::GROUP_REPEAT,
        &volume::GROUP_POSTS,
        &volume::GROUP_DAYS,
        &groups::POSTED,
    ],
    source: (Mark::Ours, "templates sent into silence or into groups"),
    test: repeated,
    ..BASE
};
/// A broadcast event.
pub static BROADCAST_EVENT: Rule = Rule {
    code: "M9",
    name: "broadcast event",
    applies: Applies::Everyone,
    role: Role::Descriptive,
    limits: &[&EVENTS],
    persistence: "never: described only",
    statement: "runs of one content to 20 or more people with pauses of at most 10 min: {0}",
    look_alikes: "a birthday party",
    uses: &[&content::BROADCASTS],
    source: (Mark::Ours, "groundwork of the newsletter pattern"),
    test: |row| Some(Fired::on(vec![row.check(&EVENTS)?], false)),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Rule] = &[&SAME_TO_MANY, &REPEATED, &BROADCAST_EVENT];

/// Whether the one-way stream goes to more than a few fixed people, on more than one day.
pub fn one_way_lasts(row: &Row) -> bool {
    row.at_least(&volume::ONE_WAY_PEOPLE, 10.0) && row.at_least(&volume::ONE_WAY_DAYS, 2.0)
}

/// Whether group posts go to more than one group, on more than one day.
pub fn group_lasts(row: &Row) -> bool {
    row.at_least(&groups::POSTED, 2.0) && row.at_least(&volume::GROUP_DAYS, 2.0)
}

fn repeated(row: &Row) -> Option<Fired> {
    // Alarms and reminders repeat themselves to a few fixed people; a broadcast needs more.
    let one_way = row
        .check_on(&REPEATS, &sameness::ONE_WAY_REPEAT)
        .filter(|_| row.at_least(&volume::ONE_WAY_PEOPLE, 3.0));
    let group = row.check_on(&REPEATS, &sameness::GROUP_REPEAT);
    let lasts = one_way.is_some() && row.at_least(&volume::ONE_WAY, 100.0) && one_way_lasts(row)
        || group.is_some() && row.at_least(&volume::GROUP_POSTS, 100.0) && group_lasts(row);
    Fired::any([one_way, group], lasts)
}
