//! What the contacted said: reports on first contact, blocks, wishes not honored.
//! In: counts and rates over people the account itself wrote to first; out: hits that reach `review` at most alone.
//! Reports by people it never wrote to first weigh nothing here, people who belong together weigh as one, and who
//! reported is never named.

use super::hit::Fired;
use super::limit::Limit;
use super::rule::{AgreementFamily, Applies, Rule, RuleGroup, Split, Stage};
use crate::features::{LEAST_TOLD, Mark, feedback};

/// Rate of first-contact reports.
pub static RATE: Limit = Limit {
    key: "F1.rate",
    feature: &feedback::FIRST_CONTACT_RATE,
    what: "independent reports at once, as a share of newly contacted people",
    window: "7 d",
    default: 0.001,
    full: 0.01,
    range: (0.0005, 0.1),
    mark: Mark::Published,
    origin: "borrowed from a limit for bulk mail",
    why: "bulk mail senders are to stay below 0.1 %; borrowed, not a messaging number",
    ..Limit::BASE
};
/// Rate that lasts.
pub static STRONG_RATE: Limit = Limit {
    key: "F1.strong_rate",
    default: 0.003,
    range: (0.001, 0.1),
    why: "bulk mail senders are never to reach 0.3 %; borrowed, not a messaging number",
    ..RATE
};
/// Reporters.
pub static REPORTERS: Limit = Limit {
    key: "F1.reporters",
    feature: &feedback::REPORTER_COMPONENTS,
    what: "independent reports at once by newly contacted people",
    window: "7 d",
    default: 3.0,
    full: 20.0,
    range: (3.0, 100.0),
    why: "one or two may be a quarrel, and smaller counts are never told",
    ..Limit::BASE
};
/// Share of blockers.
pub static BLOCK_SHARE: Limit = Limit {
    key: "F2.lower_share",
    feature: &feedback::BLOCKS_LOWER,
    what: "lower bound of independent blocks, as a share of recipients without an answer",
    window: "7 d",
    default: 0.02,
    full: 0.2,
    range: (0.005, 0.5),
    why: "Wilson 95 % lower bound; the share is ours",
    population: Some(0.99),
    ..Limit::BASE
};
/// Blockers.
pub static BLOCKERS: Limit = Limit {
    key: "F2.blockers",
    feature: &feedback::BLOCKER_COMPONENTS,
    what: "independent blocks by people written to lately",
    window: "7 d",
    default: 3.0,
    full: 30.0,
    range: (3.0, 100.0),
    why: "smaller counts are never told",
    ..Limit::BASE
};
/// Ignored wishes.
pub static IGNORED: Limit = Limit {
    key: "F4.people",
    feature: &feedback::IGNORED_OPTOUTS,
    what: "people written to after they had asked to stop and had not written again",
    default: LEAST_TOLD as f64,
    full: 10.0,
    range: (LEAST_TOLD as f64, 100.0),
    mark: Mark::Published,
    ours_too: true,
    origin: "responsible-use guidance: stop when asked",
    why: "every opt-out is to be honored [V]; three people are the fewest that are told, ten are a practice [S]",
    ..Limit::BASE
};

const BASE: Rule = Rule {
    group: RuleGroup::Feedback,
    family: AgreementFamily::Feedback,
    stage: Stage::Feedback,
    applies: Applies::Everyone,
    look_alikes: "a person left by an angry circle of friends",
    ..Rule::BASE
};

/// First-contact reports.
pub static FIRST_CONTACT: Rule = Rule {
    code: "F1",
    name: "first-contact reports",
    points: Split::new(0.0, 0.0, 30.0),
    limits: &[&RATE, &STRONG_RATE, &REPORTERS],
    persistence: "0.3 % of the newly contacted",
    statement: "{1} independent people or circles of people newly contacted in the last 7 d reported the account at once, {0} of those who did not answer it; limit {0.limit}",
    uses: &[&feedback::FIRST_CONTACT_RATE, &feedback::REPORTER_COMPONENTS],
    source: (Mark::Quoted, "white paper: a report on the first message from an unknown number counts more"),
    test: |row| {
        let evidence = vec![row.check(&RATE)?, row.check(&REPORTERS)?];
        Some(Fired::on(evidence, row.check(&STRONG_RATE).is_some()))
    },
    ..BASE
};
/// Blocks.
pub static BLOCKED: Rule = Rule {
    code: "F2",
    name: "blocks",
    points: Split::new(0.0, 0.0, 22.0),
    limits: &[&BLOCK_SHARE, &BLOCKERS],
    persistence: "the count itself: three independent people and a lower bound",
    statement: "{1} independent people or circles of people it wrote to in the last 7 d blocked the account in them, at least {0} of those who did not answer it; limit {0.limit}",
    uses: &[&feedback::BLOCKS_LOWER, &feedback::BLOCKER_COMPONENTS],
    source: (Mark::Quoted, "white paper: reports and blocks accumulate"),
    test: |row| Some(Fired::on(vec![row.check(&BLOCK_SHARE)?, row.check(&BLOCKERS)?], true)),
    ..BASE
};
/// Ignored wishes.
pub static IGNORED_WISHES: Rule = Rule {
    code: "F4",
    name: "ignored opt-out",
    points: Split::new(0.0, 0.0, 24.0),
    limits: &[&IGNORED],
    persistence: "ten people",
    statement: "wrote to {0} people who had blocked it or asked it to stop and had not written again; limit {0.limit}",
    look_alikes: "a request that crossed with a message on its way; a block the sender cannot see",
    uses: &[&feedback::IGNORED_OPTOUTS],
    source: (Mark::Published, "responsible-use guidance; business policy: honor every opt-out"),
    test: |row| {
        let ignored = row.check(&IGNORED)?;
        let practice = 10.0 <= ignored.observed;
        Some(Fired::on(vec![ignored], practice).rising_from(0.15))
    },
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Rule] = &[&FIRST_CONTACT, &BLOCKED, &IGNORED_WISHES];
