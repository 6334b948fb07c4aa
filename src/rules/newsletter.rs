//! The newsletter practice: a stable audience, served again and again, in the same order.
//! In: broadcast events of one account, overlap of their audiences, agreement of their send order; out: hits and the opt-in sign.
//! An opted-in audience does not make broadcasting personal use, so it lowers no sub-score; the decision weighs it.

use super::hit::Fired;
use super::limit::Limit;
use super::row::Row;
use super::rule::{AgreementFamily, Applies, Rule, RuleGroup, Split};
use crate::features::{Mark, content, fanout};

/// Broadcast events.
pub static EVENTS: Limit = Limit {
    key: "M10.events",
    feature: &content::BROADCASTS,
    what: "runs of one content to 20 and more people",
    default: 4.0,
    full: 12.0,
    range: (2.0, 100.0),
    why: "about one a week",
    population: Some(0.99),
    ..Limit::BASE
};
/// Overlap of audiences.
pub static AUDIENCE: Limit = Limit {
    key: "M10.audience",
    feature: &content::AUDIENCE,
    what: "overlap of the audience of a run with that of an earlier one",
    default: 0.6,
    full: 0.95,
    range: (0.3, 1.0),
    why: "subscribers stay; purchased lists are used once",
    ..Limit::BASE
};
/// Reach that nothing explains.
pub static UNEXPLAINED: Limit = Limit {
    key: "M10.unexplained",
    feature: &fanout::UNEXPLAINED_MAX_24H,
    what: "people reached in the busiest 24 h without having written first",
    window: "24 h",
    default: 20.0,
    full: 200.0,
    range: (10.0, 5_000.0),
    why: "the least audience of a run; answers and transactional templates do not count",
    ..Limit::BASE
};
/// Agreement of order.
pub static ORDER: Limit = Limit {
    key: "M10b.order",
    feature: &content::ORDER,
    what: "agreement of the send order of a run with that of an earlier one",
    default: 0.9,
    full: 1.0,
    range: (0.6, 1.0),
    why: "software walking a stored list",
    ..Limit::BASE
};
/// Events for the order.
pub static ORDER_EVENTS: Limit = Limit { key: "M10b.events", ..EVENTS };
/// Audience that asked for it.
pub static ASKED: Limit = Limit {
    key: "M10.asked",
    feature: &content::ASKED,
    what: "share of the audience that wrote first or has the sender in contacts",
    default: 0.8,
    full: 1.0,
    range: (0.5, 1.0),
    why: "readers saved the number and opened with a word such as Start; who began may lie before the log",
    ..Limit::BASE
};

const BASE: Rule = Rule {
    group: RuleGroup::Newsletter,
    family: AgreementFamily::Content,
    persistence: "the count itself: four separate runs; to review at most, for a practice is no sign of abuse",
    ..Rule::BASE
};

/// The newsletter pattern.
pub static NEWSLETTER: Rule = Rule {
    code: "M10",
    name: "newsletter pattern",
    applies: Applies::Everyone,
    points: Split::new(0.0, 30.0, 0.0),
    limits: &[&EVENTS, &AUDIENCE, &UNEXPLAINED, &ASKED],
    statement: "served the same audience {0} times (limit {0.limit}): {1} of it stayed from one run to the next (limit {1.limit})",
    look_alikes: "a club's secretary",
    uses: &[&content::BROADCASTS, &content::AUDIENCE, &fanout::UNEXPLAINED_MAX_24H],
    source: (Mark::Ours, "derived from the German newsletter practice of 2018-2019"),
    test: newsletter,
    ..BASE
};
/// Software walking a list.
pub static STORED_LIST: Rule = Rule {
    code: "M10b",
    name: "stored list",
    points: Split::new(26.0, 8.0, 0.0),
    limits: &[&ORDER_EVENTS, &ORDER],
    statement: "sent {0} runs (limit {0.limit}); those whose people it reached one by one, four or more, kept one order of people: agreement {1} (limit {1.limit})",
    look_alikes: "somebody who goes down a written list each time",
    uses: &[&content::BROADCASTS, &content::ORDER],
    source: (Mark::Ours, "derived from the German newsletter practice of 2018-2019"),
    test: |row| Some(Fired::on(vec![row.check(&ORDER_EVENTS)?, row.check(&ORDER)?], true)),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Rule] = &[&NEWSLETTER, &STORED_LIST];

fn newsletter(row: &Row) -> Option<Fired> {
    Some(Fired::on(vec![row.check(&EVENTS)?, row.check(&AUDIENCE)?, row.check(&UNEXPLAINED)?], true))
}

/// Whether the newsletter pattern is there at all.
pub fn fires(row: &Row) -> bool {
    newsletter(row).is_some()
}

/// Whether the audience of enough runs wrote first or saved the number. Earlier nights may raise the rule's limit of
/// runs: how often others broadcast says nothing of who asked, and takes nobody's right away.
pub fn is_opted_in(row: &Row) -> bool {
    let runs = row.at_least(&content::BROADCASTS, row.limit(&EVENTS));
    runs && [&AUDIENCE, &UNEXPLAINED, &ASKED].iter().all(|limit| row.check(limit).is_some())
}
