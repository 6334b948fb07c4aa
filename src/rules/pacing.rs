//! Faster than a person: peaks of what nobody asked for.
//! In: largest numbers of unexplained actions in closed windows; out: hits that last when the peak comes back.
//! Answers to people who wrote first are not counted, however many they are.

use super::hit::Fired;
use super::limit::{Limit, Sense};
use super::row::Row;
use super::rule::{AgreementFamily, Need, Rule, RuleGroup, Split};
use crate::features::{Mark, rate};

/// Unexplained actions in a minute.
pub static PER_MINUTE: Limit = Limit {
    key: "M2.per_minute",
    feature: &rate::UNEXPLAINED_MAX_60S,
    what: "messages in the busiest minute that answer nobody",
    window: "60 s",
    sense: Sense::Over,
    default: 60.0,
    full: 240.0,
    range: (15.0, 600.0),
    mark: Mark::Published,
    origin: "carrier guidance for messages between people",
    why: "carrier guidance takes 15 to 60 a minute as the most a person sends; persistence is always counted at 60",
    ..Limit::BASE
};
/// Unexplained actions in a day.
pub static PER_DAY: Limit = Limit {
    key: "M2.per_day",
    feature: &rate::UNEXPLAINED_MAX_24H,
    what: "messages in the busiest 24 h that answer nobody",
    window: "24 h",
    sense: Sense::Over,
    default: 1_000.0,
    full: 4_000.0,
    range: (200.0, 100_000.0),
    mark: Mark::Published,
    origin: "carrier guidance for messages between people",
    why: "carrier guidance takes 1,000 a day as the most a person sends; persistence is always counted at 1,000",
    ..Limit::BASE
};

/// Inhuman peaks.
pub static PEAK_RATE: Rule = Rule {
    code: "M2",
    name: "peak rate",
    group: RuleGroup::Pacing,
    family: AgreementFamily::Rate,
    points: Split::new(28.0, 6.0, 0.0),
    limits: &[&PER_MINUTE, &PER_DAY],
    persistence: "two non-overlapping minutes above 60, or two non-overlapping 24 h above 1,000",
    statement: "sent faster than people do: {all}",
    need: Need::Any,
    look_alikes: "a pasted series of short lines, a group event, a support desk whose customers wrote elsewhere",
    uses: &[&rate::UNEXPLAINED_MAX_60S, &rate::UNEXPLAINED_MAX_24H, &rate::FAST_MINUTES, &rate::FAST_DAYS],
    source: (Mark::Published, "sending rate: white paper; the numbers: carrier guidance"),
    test: peak_rate,
    ..Rule::BASE
};

/// All cards of this file.
pub static CARDS: &[&Rule] = &[&PEAK_RATE];

fn peak_rate(row: &Row) -> Option<Fired> {
    let (minute, day) = (row.check(&PER_MINUTE), row.check(&PER_DAY));
    let lasts = minute.is_some() && row.at_least(&rate::FAST_MINUTES, 2.0)
        || day.is_some() && row.at_least(&rate::FAST_DAYS, 2.0);
    Fired::any([minute, day], lasts)
}
