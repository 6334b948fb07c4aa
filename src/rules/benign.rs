//! What speaks for an account: always shown beside the reasons, whatever the verdict.
//! In: shares that dialogue raises; out: mitigations with zero points.
//! They subtract nothing, since accomplices could buy them with chatter; what they explain was left out of the features already.

use super::hit::Fired;
use super::limit::{Limit, Sense};
use super::row::Row;
use super::rule::{AgreementFamily, Applies, Need, Role, Rule, RuleGroup};
use crate::features::{Feature, Mark, contact, content, fanout, feedback, volume};

const SHARE: Limit = Limit { full: 1.0, range: (0.0, 1.0), why: "shown only", ..Limit::BASE };

/// Dialogue.
pub static EXPLAINED: Limit = Limit {
    key: "L1.share",
    feature: &volume::EXPLAINED_SHARE,
    what: "share of messages sent within 24 h after one from that person",
    default: 0.9,
    why: "support desks and dialogue; the 24 h service window is published [V], 0.9 is ours [S]",
    ..SHARE
};
/// Contacted first.
pub static INBOUND_FIRST: Limit = Limit {
    key: "L2.share",
    feature: &contact::INBOUND_FIRST,
    what: "share of people who wrote first",
    default: 0.8,
    ..SHARE
};
/// The API's entry tier.
pub static ENTRY_TIER: Limit = Limit {
    key: "L3.tier",
    feature: &fanout::UNEXPLAINED_MAX_24H,
    what: "people reached outside a service window in the busiest 24 h",
    window: "24 h",
    sense: Sense::AtMost,
    default: 250.0,
    full: 0.0,
    range: (250.0, 100_000.0),
    mark: Mark::Published,
    origin: "entry tier of the business platform",
    why: "the entry tier of the business API",
    ..Limit::BASE
};
/// Replies.
pub static REPLIES: Limit = Limit {
    key: "L4.share",
    feature: &contact::REPLIED_SHARE,
    what: "share of people who answered within 72 h",
    window: "72 h",
    default: 0.5,
    ..SHARE
};
/// Opted-in audience.
pub static ASKED: Limit = Limit {
    key: "L5.share",
    feature: &content::ASKED,
    what: "share of the broadcast audience that wrote first or has the sender in contacts",
    default: 0.8,
    ..SHARE
};
/// Acquaintance.
pub static RECIPROCAL: Limit = Limit {
    key: "L6.share",
    feature: &contact::RECIPROCAL,
    what: "share of people who ever wrote to the account",
    default: 0.7,
    ..SHARE
};
/// Known contacts.
pub static STRANGERS: Limit = Limit {
    key: "L7.share",
    feature: &contact::STRANGERS_SHARE,
    what: "share of strangers among the people written to",
    sense: Sense::AtMost,
    default: 0.2,
    full: 0.0,
    ..SHARE
};
/// Weightless reports.
pub static WEIGHTLESS: Limit = Limit {
    key: "L8.reports",
    feature: &feedback::REPORTS_WEIGHTLESS,
    what: "reports by people the account had not written to first",
    default: 3.0,
    full: 30.0,
    range: (3.0, 100.0),
    why: "shown only, never below 3",
    ..Limit::BASE
};

/// Silent people of an old audience.
pub static STANDING: Limit = Limit {
    key: "L9.people",
    feature: &contact::STANDING_SILENT,
    what: "silent people it wrote to before the log could tell who began",
    default: 20.0,
    full: 200.0,
    range: (20.0, 1_000.0),
    why: "the least audience of a run",
    ..Limit::BASE
};
/// Share of an old audience.
pub static STANDING_SHARE: Limit = Limit {
    key: "L9.share",
    feature: &contact::STANDING_SHARE,
    what: "their share among all people who stayed silent",
    default: 0.5,
    why: "most of those whose silence counts",
    ..SHARE
};

const BASE: Rule = Rule {
    group: RuleGroup::Benign,
    role: Role::Benign,
    applies: Applies::Everyone,
    family: AgreementFamily::Contact,
    persistence: "none: shown only",
    need: Need::Each,
    look_alikes: "a spammer who chats with accomplices; hence zero points",
    ..Rule::BASE
};

/// Dialogue.
pub static DIALOGUE: Rule = Rule {
    code: "L1",
    name: "dialogue",
    limits: &[&EXPLAINED],
    statement: "{0} of its messages answer somebody who had written within 24 h",
    uses: &[&volume::EXPLAINED_SHARE],
    source: (Mark::Published, "24 h service window of the business platform"),
    test: |row| shown(row, &EXPLAINED),
    ..BASE
};
/// Contacted first.
pub static CONTACTED_FIRST: Rule = Rule {
    code: "L2",
    name: "contacted first",
    limits: &[&INBOUND_FIRST],
    statement: "{0} of the people it writes to had written first",
    uses: &[&contact::INBOUND_FIRST, &fanout::RECIPIENTS],
    source: (Mark::Published, "responsible-use guidance: message people who contacted you first"),
    test: |row| among_ten(row, &INBOUND_FIRST),
    ..BASE
};
/// Within the API's entry tier.
pub static WITHIN_TIER: Rule = Rule {
    code: "L3",
    name: "within the API entry tier",
    applies: Applies::ApiOnly,
    limits: &[&ENTRY_TIER],
    statement: "a business API account; people reached outside a service window in its busiest 24 h: {0}, the entry tier allows {0.limit}",
    uses: &[&fanout::UNEXPLAINED_MAX_24H],
    source: (Mark::Published, "messaging limits of the business API"),
    test: |row| shown(row, &ENTRY_TIER),
    ..BASE
};
/// Answered.
pub static ANSWERED: Rule = Rule {
    code: "L4",
    name: "answered",
    limits: &[&REPLIES],
    statement: "{0} of {0.n} people answered within 72 h",
    uses: &[&contact::REPLIED_SHARE],
    source: (Mark::Published, "carrier guidance of about 1:1 for person-to-person traffic"),
    test: |row| shown(row, &REPLIES),
    ..BASE
};
/// Opted in.
pub static OPTED_IN: Rule = Rule {
    code: "L5",
    name: "opted-in audience",
    limits: &[&ASKED],
    statement: "{0} of the broadcast audience had written first or has the sender in contacts",
    uses: &[&content::ASKED],
    source: (Mark::Ours, "readers of newsletters saved the number and opened with a word such as Start"),
    test: |row| shown(row, &ASKED),
    ..BASE
};
/// Acquaintance.
pub static ACQUAINTANCE: Rule = Rule {
    code: "L6",
    name: "acquaintance",
    limits: &[&RECIPROCAL],
    statement: "{0} of the people it writes to have written to it at some time",
    uses: &[&contact::RECIPROCAL, &fanout::RECIPIENTS],
    source: (Mark::Ours, "two-way contact"),
    test: |row| among_ten(row, &RECIPROCAL),
    ..BASE
};
/// Saved by its contacts.
pub static SAVED: Rule = Rule {
    code: "L7",
    name: "saved by its contacts",
    limits: &[&STRANGERS],
    statement: "only {0} of {0.n} people written to are strangers",
    uses: &[&contact::STRANGERS_SHARE],
    source: (
        Mark::Published,
        "white paper, soft example: whether recipients have the sender in their contacts",
    ),
    test: |row| shown(row, &STRANGERS),
    ..BASE
};
/// Reports without weight.
pub static BRIGADED: Rule = Rule {
    code: "L8",
    name: "reports without weight",
    family: AgreementFamily::Feedback,
    limits: &[&WEIGHTLESS],
    statement: "{0} reports come from people it had not written to first; they weigh nothing and may be coordinated",
    uses: &[&feedback::REPORTS_WEIGHTLESS],
    source: (
        Mark::Quoted,
        "white paper: if the account did not initiate, check for coordinated false reports",
    ),
    test: |row| shown(row, &WEIGHTLESS),
    ..BASE
};

/// An audience older than the log.
pub static STANDING_AUDIENCE: Rule = Rule {
    code: "L9",
    name: "audience older than the log",
    limits: &[&STANDING, &STANDING_SHARE],
    statement: "{0} silent people ({1} of all who stayed silent) were written to before the log could tell who began: whether they asked for it is unknown",
    look_alikes: "a sender whose list was bought long ago",
    uses: &[&contact::STANDING_SILENT, &contact::STANDING_SHARE],
    source: (Mark::Ours, "the openings of an old newsletter lie before the log"),
    test: |row| Some(Fired::on(vec![row.check(&STANDING)?, row.check(&STANDING_SHARE)?], true)),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Rule] = &[
    &DIALOGUE,
    &CONTACTED_FIRST,
    &WITHIN_TIER,
    &ANSWERED,
    &OPTED_IN,
    &ACQUAINTANCE,
    &SAVED,
    &BRIGADED,
    &STANDING_AUDIENCE,
];

fn shown(row: &Row, limit: &'static Limit) -> Option<Fired> {
    Some(Fired::on(vec![row.check(limit)?], true))
}

fn among_ten(row: &Row, limit: &'static Limit) -> Option<Fired> {
    let recipients: &Feature = &fanout::RECIPIENTS;
    row.at_least(recipients, 10.0).then(|| shown(row, limit)).flatten()
}
