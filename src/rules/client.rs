//! What the client shows, or lacks: typing, forwarding, list sizes.
//! In: shares over one-way sends a person would type, maxima per forward and list; out: supporting hits.
//! Cheap to fake and missing for many honest clients, so nothing here lifts a verdict above `watch`.

use super::hit::Fired;
use super::limit::{Limit, Sense};
use super::row::Row;
use super::rule::{AgreementFamily, Need, Role, Rule, RuleGroup, Split};
use crate::features::{Mark, client};

/// Share without typing.
pub static NO_TYPING: Limit = Limit {
    key: "M6.share",
    feature: &client::ELIGIBLE_ZERO,
    what: "share of typed texts sent without the typing indicator",
    default: 0.95,
    full: 1.0,
    range: (0.8, 1.0),
    why: "the paper says continual sending without it [Q]; 0.95 over 30 is ours",
    ..Limit::BASE
};
/// Typing time against size.
pub static TYPING_RHO: Limit = Limit {
    key: "M6b.rho",
    feature: &client::TYPING_SIZE,
    what: "rank correlation of typing time and message size",
    sense: Sense::Below,
    default: 0.1,
    full: -0.2,
    range: (-0.5, 0.3),
    why: "evasion guides add fixed or capped delays",
    ..Limit::BASE
};
/// Variation of typing time.
pub static TYPING_CV: Limit = Limit {
    key: "M6b.cv",
    feature: &client::TYPING_CV,
    what: "variation of the typing time",
    sense: Sense::Below,
    default: 0.2,
    full: 0.02,
    range: (0.05, 0.5),
    why: "evasion guides add fixed or capped delays",
    ..Limit::BASE
};
/// Chats per forward.
pub static FORWARDS: Limit = Limit {
    key: "M13.chats",
    feature: &client::FORWARD_CHATS,
    what: "chats one forwarded content reached in the busiest minute",
    window: "60 s",
    sense: Sense::Over,
    default: 5.0,
    full: 50.0,
    range: (1.0, 100.0),
    mark: Mark::Published,
    origin: "forward limit of the ordinary client",
    why: "the ordinary client forwards to at most five chats at a time since January 2019",
    ..Limit::BASE
};
/// People on one list.
pub static LIST: Limit = Limit {
    key: "M14.list",
    feature: &client::LIST_MAX,
    what: "people on one broadcast list",
    window: "one action",
    sense: Sense::Over,
    default: 256.0,
    full: 1_024.0,
    range: (64.0, 10_000.0),
    mark: Mark::Published,
    origin: "size of one broadcast list",
    why: "the ordinary client's lists hold at most 256 people",
    ..Limit::BASE
};

const BASE: Rule = Rule {
    group: RuleGroup::Client,
    family: AgreementFamily::Timing,
    role: Role::Supporting,
    persistence: "never above watch",
    ..Rule::BASE
};

/// No typing.
pub static WITHOUT_TYPING: Rule = Rule {
    code: "M6",
    name: "no typing",
    points: Split::new(8.0, 0.0, 0.0),
    limits: &[&NO_TYPING],
    statement: "{0} of {0.n} typed texts to people who never wrote came without the typing indicator; limit {0.limit}",
    look_alikes: "paste, dictation, screen readers, desktop clients that the log does not tell apart",
    uses: &[&client::ELIGIBLE_ZERO],
    source: (Mark::Quoted, "white paper: continual sending without the typing indicator"),
    test: |row| Some(Fired::on(vec![row.check(&NO_TYPING)?], true)),
    ..BASE
};
/// Faked typing.
pub static FAKED_TYPING: Rule = Rule {
    code: "M6b",
    name: "faked typing",
    points: Split::new(6.0, 0.0, 0.0),
    limits: &[&TYPING_RHO, &TYPING_CV],
    statement: "the typing indicator does not follow the text: {all}",
    need: Need::Any,
    look_alikes: "people who paste and then edit",
    uses: &[&client::TYPING_SIZE, &client::TYPING_CV],
    source: (Mark::Ours, "evasion guides add fixed or capped delays"),
    test: faked_typing,
    ..BASE
};
/// Forwarding beyond the client.
pub static WIDE_FORWARDS: Rule = Rule {
    code: "M13",
    name: "forwarding beyond the client",
    points: Split::new(10.0, 8.0, 0.0),
    limits: &[&FORWARDS],
    statement: "one forwarded content reached {0} chats within a minute; the ordinary client allows {0.limit} at a time",
    look_alikes: "patient people forwarding by hand several times a minute",
    uses: &[&client::FORWARD_CHATS],
    source: (Mark::Published, "forward limit of January 2019"),
    test: |row| Some(Fired::on(vec![row.check(&FORWARDS)?], true)),
    ..BASE
};
/// A list the client cannot make.
pub static LONG_LIST: Rule = Rule {
    code: "M14",
    name: "impossible client",
    points: Split::new(14.0, 10.0, 0.0),
    limits: &[&LIST],
    statement: "one broadcast-list message went to {0} people; the ordinary client allows {0.limit}",
    look_alikes: "none known with an ordinary client; supporting until the client is attested",
    uses: &[&client::LIST_MAX],
    source: (Mark::Published, "broadcast-list limit of 256; modified clients: white paper [Q]"),
    test: |row| Some(Fired::on(vec![row.check(&LIST)?], true)),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Rule] = &[&WITHOUT_TYPING, &FAKED_TYPING, &WIDE_FORWARDS, &LONG_LIST];

fn faked_typing(row: &Row) -> Option<Fired> {
    Fired::any([row.check(&TYPING_RHO), row.check(&TYPING_CV)], true)
}
