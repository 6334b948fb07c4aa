//! Acting together with others: the same things at the same times, a list split over numbers, a closed circle.
//! In: what the search for campaigns found about one account; out: hits that add to the account's own conduct.
//! Company alone lifts nobody above `watch`: whoever is imitated, or has loud friends, did nothing.

use super::hit::Fired;
use super::limit::Limit;
use super::rule::{AgreementFamily, Applies, Role, Rule, RuleGroup, Split};
use crate::features::{Mark, coordination};

/// Members of a lockstep group.
pub static MEMBERS: Limit = Limit {
    key: "C1.members",
    feature: &coordination::LOCKSTEP_MEMBERS,
    what: "accounts that put out the same things within an hour of each other",
    default: 3.0,
    full: 30.0,
    range: (3.0, 1_000.0),
    why: "two may be a couple; three that pairwise repeat themselves are one hand or one fashion",
    population: Some(0.99),
    ..Limit::BASE
};
/// Things in step.
pub static OBJECTS: Limit = Limit {
    key: "C1.things",
    feature: &coordination::LOCKSTEP_OBJECTS,
    what: "things it put out in step with one of them",
    default: 5.0,
    full: 50.0,
    range: (2.0, 10_000.0),
    why: "repetition is what chance and fashion lack",
    population: Some(0.99),
    ..Limit::BASE
};
/// Members of a sharded campaign.
pub static SHARDS: Limit = Limit {
    key: "C2.members",
    feature: &coordination::SHARDED_MEMBERS,
    what: "accounts that mail the same content at the same time to different people",
    default: 3.0,
    full: 20.0,
    range: (2.0, 1_000.0),
    why: "a list split over several numbers so that none of them stands out",
    population: Some(0.99),
    ..Limit::BASE
};
/// Days of a sharded campaign.
pub static DAYS: Limit = Limit {
    key: "C2.days",
    feature: &coordination::SHARDED_DAYS,
    what: "days on which it did",
    default: 3.0,
    full: 12.0,
    range: (2.0, 30.0),
    why: "a greeting at new year is one day",
    population: Some(0.99),
    ..Limit::BASE
};
/// Members of a closed circle.
pub static CIRCLE: Limit = Limit {
    key: "C3.members",
    feature: &coordination::CLIQUE_MEMBERS,
    what: "accounts in a circle that writes to itself only",
    default: 4.0,
    full: 30.0,
    range: (3.0, 50.0),
    why: "smaller ones are families",
    ..Limit::BASE
};

const BASE: Rule = Rule {
    group: RuleGroup::Coordination,
    family: AgreementFamily::Coordination,
    applies: Applies::NotApi,
    ..Rule::BASE
};

/// Lockstep.
pub static LOCKSTEP: Rule = Rule {
    code: "C1",
    name: "lockstep",
    points: Split::new(14.0, 14.0, 0.0),
    limits: &[&MEMBERS, &OBJECTS],
    persistence: "already by firing, but only as a second kind of evidence beside conduct of its own",
    statement: "put out {1} things (limit {1.limit}) within an hour of one of the {0} accounts of its group (limit {0.limit})",
    look_alikes: "fans and colleagues who pass on the same things as soon as they appear",
    uses: &[&coordination::LOCKSTEP_MEMBERS, &coordination::LOCKSTEP_OBJECTS],
    source: (Mark::Published, "SynchroTrap (CCS 2014): the method; the numbers are ours"),
    test: |row| Some(Fired::on(vec![row.check(&MEMBERS)?, row.check(&OBJECTS)?], true)),
    ..BASE
};
/// A sharded campaign.
pub static SHARDED: Rule = Rule {
    code: "C2",
    name: "list split over numbers",
    points: Split::new(8.0, 26.0, 0.0),
    limits: &[&SHARDS, &DAYS],
    persistence: "already by firing, but only as a second kind of evidence beside conduct of its own",
    statement: "mailed the same content as others of {0} accounts (limit {0.limit}) within minutes of them, on {1} days (limit {1.limit}), to different people",
    look_alikes: "branches of one shop that send the same notice to their own customers",
    uses: &[&coordination::SHARDED_MEMBERS, &coordination::SHARDED_DAYS],
    source: (Mark::Ours, "blindness of recipient overlap to split lists; numbers are ours"),
    test: |row| Some(Fired::on(vec![row.check(&SHARDS)?, row.check(&DAYS)?], true)),
    ..BASE
};
/// A closed circle.
pub static CLOSED_CIRCLE: Rule = Rule {
    code: "C3",
    name: "closed circle",
    role: Role::Supporting,
    points: Split::new(4.0, 0.0, 0.0),
    limits: &[&CIRCLE],
    persistence: "never: supporting only",
    statement: "writes within a closed circle of {0} accounts only; limit {0.limit}",
    look_alikes: "families, teams, school classes",
    uses: &[&coordination::CLIQUE_MEMBERS],
    source: (Mark::Ours, "numbers are warmed up by writing to one another"),
    test: |row| Some(Fired::on(vec![row.check(&CIRCLE)?], false)),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Rule] = &[&LOCKSTEP, &SHARDED, &CLOSED_CIRCLE];
