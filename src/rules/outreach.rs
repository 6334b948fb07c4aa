//! To how many, to whom, and whether they want it.
//! In: reach that nothing explains, new recipients and strangers who stayed silent; out: hits on counts that answers lower.
//! Looks at no share over everybody: an accomplice who answers takes nobody else out of a count.

use super::hit::Fired;
use super::limit::{Limit, Sense};
use super::newsletter;
use super::registration;
use super::row::Row;
use super::rule::{AgreementFamily, Applies, Role, Rule, RuleGroup, Split};
use crate::features::{Mark, contact, content, fanout, lifecycle, registration as signup, volume};

/// Reach in a day, soft.
pub static SOFT: Limit = Limit {
    key: "M3.soft",
    feature: &fanout::UNEXPLAINED_MAX_24H,
    what: "people reached in the busiest 24 h without having written first",
    window: "24 h",
    sense: Sense::Over,
    default: 200.0,
    full: 1_000.0,
    range: (50.0, 10_000.0),
    mark: Mark::Published,
    origin: "carrier guidance for messages between people",
    why: "carrier guidance takes about 200 a day as human; persistence is always counted at 200",
    ..Limit::BASE
};
/// Reach in a day, strong.
pub static STRONG: Limit = Limit {
    key: "M3.strong",
    default: 256.0,
    range: (50.0, 20_000.0),
    origin: "size of one broadcast list",
    why: "a broadcast list holds at most 256 people",
    ..SOFT
};
/// New silent people in a day.
pub static NEW_24H: Limit = Limit {
    key: "M3b.new_24h",
    feature: &fanout::NEW_SILENT_MAX_24H,
    what: "new people written to in the busiest 24 h who have not answered",
    window: "24 h",
    default: 50.0,
    full: 250.0,
    range: (10.0, 1_000.0),
    why: "few people meet 50 silent new people in a day; what is usual differs by platform",
    population: Some(0.995),
    ..Limit::BASE
};
/// Silent strangers.
pub static STRANGERS: Limit = Limit {
    key: "M4.strangers",
    feature: &contact::STRANGERS_SILENT,
    what: "strangers written to who have not answered",
    default: 24.0,
    full: 96.0,
    range: (12.0, 500.0),
    mark: Mark::Published,
    ours_too: true,
    origin: "white paper: dozens of recipients",
    why: "the paper says dozens [V]; 24 is our reading of it [S]",
    ..Limit::BASE
};
/// Age of a new account.
pub static YOUNG: Limit = Limit {
    key: "M4.age_s",
    feature: &lifecycle::AGE,
    what: "age of the account",
    window: "to as_of",
    sense: Sense::AtMost,
    default: 604_800.0,
    full: 86_400.0,
    range: (86_400.0, 2_592_000.0),
    why: "the paper says new; 7 days is ours",
    ..Limit::BASE
};
/// Unanswered new chats.
pub static UNANSWERED: Limit = Limit {
    key: "M5.unanswered",
    feature: &contact::NEW_UNANSWERED_SURE,
    what: "new chats opened that stayed without an answer",
    default: 100.0,
    full: 500.0,
    range: (20.0, 5_000.0),
    why: "a cap on unanswered chats is tested since October 2025 but its number is not published; 100 is ours",
    population: Some(0.995),
    ..Limit::BASE
};
/// Silent new recipients behind the grey share.
pub static GREY_BASE: Limit = Limit {
    key: "M15.silent",
    feature: &contact::NEW_SILENT,
    what: "new recipients who stayed silent",
    default: 50.0,
    full: 500.0,
    range: (20.0, 5_000.0),
    why: "a share needs a base",
    population: Some(0.99),
    ..Limit::BASE
};
/// Share never reached.
pub static GREY: Limit = Limit {
    key: "M15.share",
    feature: &contact::GREY_SILENT,
    what: "share of silent new recipients whom no message ever reached",
    sense: Sense::Over,
    default: 0.3,
    full: 0.8,
    range: (0.1, 0.9),
    why: "phones that are off explain less than this after three days",
    ..Limit::BASE
};
/// Silent new recipients behind the block share.
pub static BLOCK_BASE: Limit = Limit {
    key: "M16.silent",
    feature: &contact::ENUMERATED_N,
    what: "new recipients who stayed silent and whose number block is known",
    ..GREY_BASE
};
/// Share in one number block.
pub static BLOCK: Limit = Limit {
    key: "M16.share",
    feature: &contact::ENUMERATED,
    what: "share of silent new recipients in one block of 1,000 numbers",
    sense: Sense::Over,
    default: 0.5,
    full: 0.95,
    range: (0.2, 0.95),
    why: "acquaintances do not live in one number block",
    ..Limit::BASE
};
/// One-way messages to one person.
pub static ONE_WAY: Limit = Limit {
    key: "M17.messages",
    feature: &volume::ONE_WAY_PER_RECIPIENT,
    what: "messages to one person who never wrote",
    default: 20.0,
    full: 100.0,
    range: (10.0, 1_000.0),
    why: "people stop writing to those who never answer",
    ..Limit::BASE
};
/// Days for one-way persistence.
pub static ONE_WAY_DAYS: Limit = Limit {
    key: "M17.active_days",
    feature: &volume::ONE_WAY_PERSON_DAYS,
    what: "days with messages to that person",
    default: 3.0,
    full: 3.0,
    range: (2.0, 30.0),
    why: "a habit, not an evening",
    ..Limit::BASE
};

const BASE: Rule = Rule { group: RuleGroup::Outreach, ..Rule::BASE };

/// Fan-out.
pub static FANOUT: Rule = Rule {
    code: "M3",
    name: "fan-out",
    family: AgreementFamily::Reach,
    points: Split::new(0.0, 28.0, 4.0),
    limits: &[&SOFT, &STRONG],
    persistence: "two non-overlapping 24 h with more than 200 people who neither wrote first nor saved the number, four with those who did, or M10 fires too",
    statement: "reached {0} people within 24 h who had not written in the day before; limit {0.limit}",
    look_alikes: "club administrators, greeting senders on one day of the year, shops",
    uses: &[&fanout::UNEXPLAINED_MAX_24H, &fanout::WIDE_DAYS, &content::BROADCASTS, &content::AUDIENCE],
    source: (Mark::Published, "200 recipients: carrier guidance; 256: broadcast-list limit"),
    test: fan_out,
    ..BASE
};
/// New silent recipients in a day.
pub static NEW_SILENT: Rule = Rule {
    code: "M3b",
    name: "new silent recipients in a day",
    family: AgreementFamily::Contact,
    points: Split::new(0.0, 10.0, 14.0),
    limits: &[&NEW_24H],
    persistence: "100 new chats without an answer in the window",
    statement: "wrote to {0} new people within 24 h who have not answered since; limit {0.limit}",
    look_alikes: "a changed number, a new shop, an event organizer",
    uses: &[&fanout::NEW_SILENT_MAX_24H, &contact::NEW_UNANSWERED_SURE],
    source: (Mark::Ours, "fan-out over new recipients"),
    test: |row| {
        let lasts = row.at_least(&contact::NEW_UNANSWERED_SURE, 100.0);
        Some(Fired::on(vec![row.check(&NEW_24H)?], lasts))
    },
    ..BASE
};
/// A new account and strangers.
pub static STRANGERS_OF_NEW: Rule = Rule {
    code: "M4",
    name: "new account, strangers",
    points: Split::new(0.0, 4.0, 24.0),
    limits: &[&STRANGERS, &YOUNG],
    persistence: "a registration rule (R2-R5) fires too: a suspicious registration lowers the bar",
    statement: "{1} old (limit {1.limit}), wrote to {0} strangers who have not answered (limit {0.limit})",
    look_alikes: "a changed number, which friends answer; a new shop",
    uses: &[
        &contact::STRANGERS_SILENT,
        &lifecycle::AGE,
        &signup::BLOCK_BANNED,
        &signup::NETWORK_BANNED,
        &signup::COHORT,
        &signup::DEVICE,
    ],
    source: (Mark::Published, "white paper, soft example"),
    test: |row| {
        let evidence = vec![row.check(&STRANGERS)?, row.check(&YOUNG)?];
        Some(Fired::on(evidence, registration::is_suspicious(row)))
    },
    ..BASE
};
/// Unanswered new chats.
pub static UNANSWERED_CHATS: Rule = Rule {
    code: "M5",
    name: "unanswered new chats",
    points: Split::new(0.0, 8.0, 30.0),
    limits: &[&UNANSWERED],
    persistence: "500 such chats, more than any list holds, or two non-overlapping 24 h with 20 of them each",
    statement: "opened {0} new chats that stayed without an answer; limit {0.limit}",
    look_alikes: "one-time-code senders outside the business API, appointment reminders",
    uses: &[&contact::NEW_UNANSWERED_SURE, &contact::NEW_SILENT_DAYS],
    source: (Mark::Published, "cap on unanswered chats, tested since October 2025; number not published"),
    test: |row| {
        Some(Fired::on(
            vec![row.check(&UNANSWERED)?],
            row.at_least(&contact::NEW_UNANSWERED_SURE, 500.0) || opened_on_days(row),
        ))
    },
    ..BASE
};
/// Grey targets.
pub static GREY_TARGETS: Rule = Rule {
    code: "M15",
    name: "grey targets",
    applies: Applies::Everyone,
    points: Split::new(4.0, 6.0, 24.0),
    limits: &[&GREY, &GREY_BASE],
    persistence: "two non-overlapping 24 h in which 20 silent new recipients were first contacted",
    statement: "{0} of {0.n} new people who stayed silent were never reached at all; limit {0.limit}",
    look_alikes: "phones that are off, a provider that reports no delivery",
    uses: &[&contact::GREY_SILENT, &contact::NEW_SILENT, &contact::NEW_SILENT_DAYS],
    source: (Mark::Published, "grey-space ratio, Greystar, USENIX Security 2013; the limit is ours"),
    test: |row| Some(Fired::on(vec![row.check(&GREY)?, row.check(&GREY_BASE)?], opened_on_days(row))),
    ..BASE
};
/// Enumerated targets.
pub static ENUMERATED_TARGETS: Rule = Rule {
    code: "M16",
    name: "enumerated targets",
    applies: Applies::Everyone,
    points: Split::new(8.0, 6.0, 24.0),
    limits: &[&BLOCK, &BLOCK_BASE],
    persistence: "the count itself: 50 silent new recipients of known blocks, each after 72 h",
    statement: "{0} of {0.n} new people who stayed silent and whose number block is known lie in one block of 1,000 numbers; limit {0.limit}",
    look_alikes: "a company that writes to its own staff's number range",
    uses: &[&contact::ENUMERATED, &contact::ENUMERATED_N],
    source: (Mark::Published, "sequential number picking, Greystar, USENIX Security 2013; the limit is ours"),
    test: |row| Some(Fired::on(vec![row.check(&BLOCK)?, row.check(&BLOCK_BASE)?], true)),
    ..BASE
};
/// One-way persistence.
pub static ONE_WAY_HABIT: Rule = Rule {
    code: "M17",
    name: "one-way habit",
    role: Role::Supporting,
    points: Split::new(8.0, 8.0, 0.0),
    limits: &[&ONE_WAY, &ONE_WAY_DAYS],
    persistence: "never above watch",
    statement: "sent {0} messages to one person who never wrote, on {1} days; limit {0.limit}",
    look_alikes: "alarms, reminders, subscriptions; a log without received messages",
    uses: &[&volume::ONE_WAY_PER_RECIPIENT, &volume::ONE_WAY_PERSON_DAYS],
    source: (Mark::Ours, "feeds and newsletters seen from one inbox"),
    test: |row| Some(Fired::on(vec![row.check(&ONE_WAY)?, row.check(&ONE_WAY_DAYS)?], true)),
    ..BASE
};

/// Whether new chats were opened in vain on two separate days.
fn opened_on_days(row: &Row) -> bool {
    row.at_least(&contact::NEW_SILENT_DAYS, 2.0)
}

/// All cards of this file.
pub static CARDS: &[&Rule] = &[
    &FANOUT,
    &NEW_SILENT,
    &STRANGERS_OF_NEW,
    &UNANSWERED_CHATS,
    &GREY_TARGETS,
    &ENUMERATED_TARGETS,
    &ONE_WAY_HABIT,
];

/// Reach beyond a list's size is a stronger hit on the same limit: a reason gives one limit for one value.
fn fan_out(row: &Row) -> Option<Fired> {
    let (strong, soft) = (row.check(&STRONG), row.check(&SOFT));
    let least = if strong.is_some() { 0.75 } else { 0.5 };
    let ramp = soft.map_or(0.0, |e| e.ramp);
    let lasts = row.at_least(&fanout::WIDE_DAYS, 2.0) || newsletter::fires(row);
    let lower = [soft, strong].into_iter().flatten().min_by(|a, b| a.threshold.total_cmp(&b.threshold))?;
    Some(Fired { strength: least + (1.0 - least) * ramp, ..Fired::on(vec![lower], lasts) })
}
