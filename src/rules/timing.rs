//! Too even, around the clock, or always at one hour: as measured programs are.
//! In: gaps, hours, sizes and repeats of the one-way stream and of group posts; out: hits on agreeing signs.
//! One sign alone never fires M7, and chatter with others does not enter the streams.

use super::hit::{Evidence, Fired};
use super::limit::{Limit, Sense};
use super::row::Row;
use super::rule::{AgreementFamily, Need, Role, Rule, RuleGroup, Split};
use super::template::{group_lasts, one_way_lasts};
use crate::features::{Feature, Mark, groups, sameness, streams, timing, volume};

/// Entropy of gaps.
pub static ENTROPY: Limit = Limit {
    key: "M7.entropy_bits",
    feature: &timing::ONE_WAY_ENTROPY,
    what: "entropy of the pauses between messages",
    sense: Sense::Below,
    default: 2.7,
    full: 1.0,
    range: (0.5, 3.5),
    mark: Mark::Measured,
    why: "own measurement on labeled forum time stamps: two of entropy, modal pause and sizes together 0.06 % of people, 58 % of programs, measured on the data the numbers were chosen on: direction, not accuracy",
    ..Limit::BASE
};
/// Modal gap.
pub static MODE: Limit = Limit {
    key: "M7.mode_share",
    feature: &timing::ONE_WAY_MODE,
    what: "share of the most frequent pause",
    sense: Sense::Over,
    default: 0.04,
    full: 0.4,
    range: (0.01, 0.5),
    mark: Mark::Measured,
    why: "own measurement on labeled forum time stamps",
    ..Limit::BASE
};
/// Variation of sizes.
pub static SIZE_CV: Limit = Limit {
    key: "M7.size_cv",
    feature: &sameness::ONE_WAY_SIZE_CV,
    what: "variation of the message sizes",
    sense: Sense::Below,
    default: 0.6,
    full: 0.1,
    range: (0.1, 1.0),
    mark: Mark::Measured,
    why: "own measurement: 0.09 % of people below 0.6 over 100 messages",
    ..Limit::BASE
};
/// Repeats.
pub static REPEATS: Limit = Limit {
    key: "M7.repeat_share",
    feature: &sameness::ONE_WAY_REPEAT,
    what: "share of messages whose content repeats an earlier one",
    sense: Sense::AtLeast,
    default: 0.8,
    full: 1.0,
    range: (0.5, 1.0),
    mark: Mark::Ours,
    why: "templates; only beside a timing sign here",
    ..Limit::BASE
};
/// Quietest six hours.
pub static NO_SLEEP: Limit = Limit {
    key: "M7b.quiet_share",
    feature: &streams::UNPROMPTED_QUIET,
    what: "share of unprompted messages in the quietest six hours of the day",
    sense: Sense::Over,
    default: 0.17,
    full: 0.24,
    range: (0.1, 0.25),
    mark: Mark::Measured,
    why: "own measurement: 95 % of people lie below 0.167",
    ..Limit::BASE
};
/// Active days for the daily rhythm.
pub static SLEEP_DAYS: Limit = Limit {
    key: "M7b.active_days",
    feature: &volume::UNPROMPTED_ACTIVE_DAYS,
    what: "days with unprompted messages",
    default: 7.0,
    full: 7.0,
    range: (3.0, 30.0),
    why: "a rhythm shows over a week",
    ..Limit::BASE
};
/// One hour of the day.
pub static TOP_HOUR: Limit = Limit {
    key: "M7c.top_hour_share",
    feature: &streams::ONE_WAY_TOP_HOUR,
    what: "share of one-way messages in one hour of the day",
    default: 0.6,
    full: 0.95,
    range: (0.4, 1.0),
    why: "a timetable; people with a habit stay below over several days",
    ..Limit::BASE
};
/// Active days for a timetable.
pub static TIMETABLE_DAYS: Limit = Limit {
    key: "M7c.active_days",
    feature: &volume::ONE_WAY_ACTIVE_DAYS,
    what: "days with messages to people who never wrote",
    default: 5.0,
    full: 5.0,
    range: (3.0, 30.0),
    why: "one burst also lies in one hour; five days do not by chance",
    ..Limit::BASE
};

const BASE: Rule = Rule { group: RuleGroup::Timing, family: AgreementFamily::Timing, ..Rule::BASE };

/// At least two signs of regularity on one stream.
pub static REGULARITY: Rule = Rule {
    code: "M7",
    name: "timing regularity",
    points: Split::new(26.0, 0.0, 0.0),
    limits: &[&ENTROPY, &MODE, &SIZE_CV, &REPEATS],
    persistence: "200 pauses and sameness of sizes or contents beside the beat, to 10 people or 2 groups, 20 messages in each of two non-overlapping 24 h",
    statement: "pauses as regular as measured programs': {all}",
    need: Need::Two,
    look_alikes: "alarm and reminder accounts, dictated series, quick exchanges in one group",
    uses: &[
        &timing::ONE_WAY_ENTROPY,
        &timing::ONE_WAY_MODE,
        &volume::ONE_WAY,
        &sameness::ONE_WAY_SIZE_CV,
        &sameness::ONE_WAY_REPEAT,
        &timing::GROUP_ENTROPY,
        &timing::GROUP_MODE,
        &volume::GROUP_POSTS,
        &sameness::GROUP_SIZE_CV,
        &sameness::GROUP_REPEAT,
        &volume::ONE_WAY_DAYS,
        &volume::ONE_WAY_PEOPLE,
        &volume::GROUP_DAYS,
        &groups::POSTED,
    ],
    source: (
        Mark::Measured,
        "own measurement on labeled forum time stamps, for three of the four signs and on the data the limits were chosen on: direction, not accuracy; idea: RSC, KDD 2015",
    ),
    test: regularity,
    ..BASE
};
/// No sleep.
pub static AROUND_THE_CLOCK: Rule = Rule {
    code: "M7b",
    name: "no sleep",
    role: Role::Supporting,
    points: Split::new(8.0, 0.0, 0.0),
    limits: &[&NO_SLEEP, &SLEEP_DAYS],
    persistence: "never above watch",
    statement: "{0} of {0.n} unprompted messages fall into the quietest six hours of the day, over {1} days with such messages; people sleep then, limit {0.limit}",
    look_alikes: "support desks around the clock, shared accounts",
    uses: &[&streams::UNPROMPTED_QUIET, &volume::UNPROMPTED_ACTIVE_DAYS],
    source: (Mark::Measured, "own measurement on labeled forum time stamps"),
    test: |row| Some(Fired::on(vec![row.check(&NO_SLEEP)?, row.check(&SLEEP_DAYS)?], true)),
    ..BASE
};
/// A timetable.
pub static TIMETABLE: Rule = Rule {
    code: "M7c",
    name: "timetable",
    role: Role::Supporting,
    points: Split::new(10.0, 4.0, 0.0),
    limits: &[&TOP_HOUR, &TIMETABLE_DAYS],
    persistence: "never above watch",
    statement: "{0} of {0.n} messages to people who never wrote go out in one hour of the day, over {1} days with such messages; limit {0.limit}",
    look_alikes: "people with a fixed habit, reminders",
    uses: &[&streams::ONE_WAY_TOP_HOUR, &volume::ONE_WAY_ACTIVE_DAYS],
    source: (Mark::Ours, "daily spikes: RSC, KDD 2015"),
    test: |row| Some(Fired::on(vec![row.check(&TOP_HOUR)?, row.check(&TIMETABLE_DAYS)?], true)),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Rule] = &[&REGULARITY, &AROUND_THE_CLOCK, &TIMETABLE];

/// The same signs on one stream.
struct Stream {
    entropy: &'static Feature,
    mode: &'static Feature,
    size_cv: &'static Feature,
    repeats: &'static Feature,
    actions: &'static Feature,
    /// Whether it reaches enough people or groups, on enough days.
    lasts: fn(&Row) -> bool,
}

static ONE_WAY: Stream = Stream {
    entropy: &timing::ONE_WAY_ENTROPY,
    mode: &timing::ONE_WAY_MODE,
    size_cv: &sameness::ONE_WAY_SIZE_CV,
    repeats: &sameness::ONE_WAY_REPEAT,
    actions: &volume::ONE_WAY,
    lasts: one_way_lasts,
};
static GROUP: Stream = Stream {
    entropy: &timing::GROUP_ENTROPY,
    mode: &timing::GROUP_MODE,
    size_cv: &sameness::GROUP_SIZE_CV,
    repeats: &sameness::GROUP_REPEAT,
    actions: &volume::GROUP_POSTS,
    lasts: group_lasts,
};

fn regularity(row: &Row) -> Option<Fired> {
    let found = [&ONE_WAY, &GROUP].into_iter().filter_map(|stream| regular(row, stream));
    // The stronger stream speaks; that one of them lasts is enough.
    found.reduce(|a, b| {
        let lasts = a.lasts || b.lasts;
        let stronger = if a.strength < b.strength { b } else { a };
        Fired { lasts, ..stronger }
    })
}

fn regular(row: &Row, stream: &Stream) -> Option<Fired> {
    let beat = [row.check_on(&ENTROPY, stream.entropy), row.check_on(&MODE, stream.mode)];
    let sameness = [row.check_on(&SIZE_CV, stream.size_cv), row.check_on(&REPEATS, stream.repeats)];
    if beat.iter().all(Option::is_none) {
        return None;
    }
    // The two signs of time are kin: people's bursts show both, so alone they stay at watch.
    let holds = (stream.lasts)(row);
    let lasts = holds && row.at_least(stream.actions, 201.0) && sameness.iter().any(Option::is_some);
    let evidence: Vec<Evidence> = beat.into_iter().chain(sameness).flatten().collect();
    if evidence.len() < 2 {
        return None;
    }
    // All four at full value make full strength.
    let ramp = evidence.iter().map(|e| 1.0 + e.ramp).sum::<f64>() / 8.0;
    Some(Fired { strength: 0.25 + 0.75 * ramp, evidence, lasts })
}
