//! The white paper's hard examples: what fires alone.
//! In: the age at a hundred-message burst, groups made and people added within an hour; out: hits that mean `abuse_certain`.
//! The list is this short on purpose; nothing else may join it without a published sentence.

use super::hit::Fired;
use super::limit::{Limit, Sense};
use super::row::Row;
use super::rule::{AgreementFamily, Applies, Need, Role, Rule, RuleGroup, Split};
use crate::features::{Mark, groups, lifecycle};

/// Age at the burst.
pub static BURST_AGE: Limit = Limit {
    key: "M1.age_s",
    feature: &lifecycle::BURST_AGE,
    what: "age at the first message of a burst of 100 messages within 15 s",
    window: "15 s",
    sense: Sense::AtMost,
    default: 600.0,
    full: 300.0,
    range: (0.0, 900.0),
    mark: Mark::Published,
    ours_too: true,
    origin: "white paper: five minutes",
    why: "the paper says five minutes, 300 s [V]; a tolerance of 300 s is ours [S], as five minutes is approximate",
    ..Limit::BASE
};
/// Groups made in an hour.
pub static CREATED_1H: Limit = Limit {
    key: "M11.created_1h",
    feature: &groups::CREATED_1H,
    what: "groups created in the busiest hour",
    window: "1 h",
    default: 24.0,
    full: 48.0,
    range: (12.0, 10_000.0),
    mark: Mark::Published,
    ours_too: true,
    origin: "white paper: dozens of groups, quickly",
    why: "the paper says quickly creating dozens of groups [V]; 24 and one hour are our reading of it [S]",
    ..Limit::BASE
};
/// People added in an hour.
pub static ADDED_1H: Limit = Limit {
    key: "M11.added_1h",
    feature: &groups::ADDED_1H,
    what: "people added to groups in the busiest hour",
    window: "1 h",
    default: 1_000.0,
    full: 2_000.0,
    range: (500.0, 1_000_000.0),
    mark: Mark::Published,
    ours_too: true,
    origin: "white paper: thousands of users",
    why: "the paper says adding thousands of users [V]; 1,000 and one hour are our reading of it [S]",
    ..Limit::BASE
};

const BASE: Rule =
    Rule { group: RuleGroup::Certain, role: Role::Hard, persistence: "none: fires alone", ..Rule::BASE };

/// A hundred messages in fifteen seconds, minutes after registration.
pub static NEW_ACCOUNT_BURST: Rule = Rule {
    code: "M1",
    name: "burst of a new account",
    family: AgreementFamily::Rate,
    points: Split::new(100.0, 50.0, 0.0),
    limits: &[&BURST_AGE],
    statement: "attempted 100 messages within 15 s, the first of them {0} after registration; limit {0.limit}",
    look_alikes: "none known among people; never applied to business_api",
    uses: &[&lifecycle::BURST_AGE],
    source: (Mark::Published, "white paper, first hard example"),
    test: |row| Some(Fired::on(vec![row.check(&BURST_AGE)?], true)),
    ..BASE
};
/// Dozens of groups or thousands of adds within an hour.
pub static GROUP_FACTORY: Rule = Rule {
    code: "M11",
    name: "group factory",
    family: AgreementFamily::Groups,
    applies: Applies::Everyone,
    points: Split::new(60.0, 60.0, 60.0),
    limits: &[&CREATED_1H, &ADDED_1H],
    statement: "within one hour: {all}",
    need: Need::Any,
    look_alikes: "a platform migration run by hand does not reach this within an hour",
    uses: &[&groups::CREATED_1H, &groups::ADDED_1H],
    source: (Mark::Published, "white paper, second hard example"),
    test: group_factory,
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Rule] = &[&NEW_ACCOUNT_BURST, &GROUP_FACTORY];

fn group_factory(row: &Row) -> Option<Fired> {
    Fired::any([row.check(&CREATED_1H), row.check(&ADDED_1H)], true)
}
