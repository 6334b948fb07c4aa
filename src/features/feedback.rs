//! What the contacted said: reports, blocks, and requests to stop that were not honored.
//! In: feedback about the account beside its pairs; out: counts of people the account itself had written to.
//! A report by somebody the account never wrote to first weighs nothing; counts are raw here, merged in a later stage.

use super::contact::NEW_SILENT;
use super::facts::{Facts, Pair, Room, refill};
use super::feature::{Absent, Family, Feature, Mark, Reads, Unit, Value, count};
use super::kernels::wilson_lower;
use crate::domain::{DAY_US, FeedbackKind, Token};
use crate::log::{FeedbackRow, NO};

const READS: &[Reads] =
    &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Status, Reads::Recipient, Reads::Inbound, Reads::Feedback];
const BASE: Feature = Feature {
    family: Family::Feedback,
    reads: READS,
    reading: "what people say who were written to first",
    look_alikes: "a person left by an angry circle of friends",
    absent_when: "the log has no feedback",
    source: (Mark::Quoted, "white paper: a report on the first message from an unknown number counts more"),
    ..Feature::COUNT
};

/// Raw reports.
pub static REPORTS_RAW: Feature = Feature {
    name: "feedback_reports_raw_n",
    definition: "distinct people who reported the account in the window, whoever they are",
    reading: "shown, never scored: anybody can report anybody",
    look_alikes: "targets of mass reporting",
    reads: &[Reads::Feedback],
    value: |f| known(f, |f| count(people(f, FeedbackKind::Report, |_| true))),
    ..BASE
};
/// Reports by people the account never wrote to first.
pub static REPORTS_WEIGHTLESS: Feature = Feature {
    name: "feedback_reports_weightless_n",
    definition: "distinct reporters whom the account had not written to first before the report",
    reading: "weighs nothing; many of them beside few others is brigading",
    look_alikes: "targets of mass reporting",
    value: |f| known(f, |f| count(people(f, FeedbackKind::Report, |r| !was_written_to(f, r)))),
    ..BASE
};
/// Reports on first contact.
pub static FIRST_CONTACT_REPORTS: Feature = Feature {
    name: "feedback_first_contact_reports_n",
    definition: "F1: distinct people who reported after at most 3 messages from the account, which had opened the chat and was never answered",
    reading: "the strongest feedback there is",
    value: |f| known(f, |f| count(first_contact_reports(f, i64::MAX))),
    ..BASE
};
/// Rate of reports on first contact.
pub static FIRST_CONTACT_RATE: Feature = Feature {
    name: "feedback_first_contact_rate_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&NEW_SILENT, 20.0)),
    definition: "F1 within the last 7 d: such reporters / new recipients of those 7 d who have not written since",
    reading: "mail senders must stay below 0.1 %, and never reach 0.3 %",
    absent_when: "the log has no feedback, or there is no such recipient",
    source: (
        Mark::Published,
        "complaint limits for bulk mail senders, 2024; borrowed, not a messaging number",
    ),
    value: first_contact_rate,
    ..BASE
};
/// Blocks by people written to.
pub static BLOCKS: Feature = Feature {
    name: "feedback_blocks_n",
    definition: "F2: distinct people who blocked the account in the window and whom it had written to before",
    reading: "people who wanted no more",
    value: |f| known(f, |f| count(people(f, FeedbackKind::Block, |r| was_written_to(f, r)))),
    ..BASE
};
/// Lower bound of the share of blockers.
pub static BLOCKS_LOWER: Feature = Feature {
    name: "feedback_blocks_lower_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&NEW_SILENT, 20.0)),
    definition: "F2: Wilson lower 95 % bound of such blockers within the last 7 d / recipients of those 7 d who have not written since their first contact",
    reading: "at 2 % and above many did not want to hear from it",
    absent_when: "the log has no feedback, or there is no such recipient",
    reads: &[
        Reads::Ts,
        Reads::MsgId,
        Reads::Chat,
        Reads::Status,
        Reads::Recipient,
        Reads::Inbound,
        Reads::Feedback,
        Reads::Template,
        Reads::AccountKind,
    ],
    value: blocks_lower,
    ..BASE
};
/// People written to after they asked to stop.
pub static IGNORED_OPTOUTS: Feature = Feature {
    name: "feedback_ignored_optouts_n",
    definition: "F4: distinct people who got a contact in the window after their own block or request to stop",
    reading: "a wish not honored; one is a reason, ten are a practice",
    look_alikes: "a request that crossed with a message on its way",
    source: (Mark::Published, "responsible-use guidance; business policy: honor every opt-out"),
    value: |f| known(f, |f| count(ignored_optouts(f))),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &REPORTS_RAW,
    &REPORTS_WEIGHTLESS,
    &FIRST_CONTACT_REPORTS,
    &FIRST_CONTACT_RATE,
    &BLOCKS,
    &BLOCKS_LOWER,
    &IGNORED_OPTOUTS,
];

fn known(f: &Facts, then: impl Fn(&Facts) -> Value) -> Value {
    if f.context.has_feedback { then(f) } else { Err(Absent::ColumnMissing) }
}

fn people(f: &Facts, kind: FeedbackKind, keep: impl Fn(&FeedbackRow) -> bool) -> usize {
    let rows = f.timeline.feedback.iter().filter(|r| r.kind == kind && f.window.contains(r.ts));
    distinct(rows.filter(|r| keep(r)).map(|r| r.reporter))
}

fn distinct(people: impl Iterator<Item = Token>) -> usize {
    let mut all: Vec<Token> = people.collect();
    all.sort_unstable();
    all.dedup();
    all.len()
}

fn pair_of(f: &Facts, person: Token) -> Option<usize> {
    let i = f.pairs.binary_search_by_key(&person, |p| f.peer(p)).ok()?;
    Some(i)
}

/// Whether the account had opened the chat before the feedback; what the log says itself goes first.
fn was_written_to(f: &Facts, row: &FeedbackRow) -> bool {
    pair_of(f, row.reporter).is_some_and(|i| was_opened(f, &f.pairs[i], row))
}

fn was_opened(f: &Facts, pair: &Pair, row: &FeedbackRow) -> bool {
    f.first_contact(pair) <= row.ts && !pair.wrote_before() && row.reported_initiated != NO
}

/// Contacts after which a report is no longer one on first contact.
const FIRST_FEW: u32 = 3;

fn first_contact_reports(f: &Facts, within_us: i64) -> usize {
    let since = f.as_of().saturating_sub(within_us);
    let is_report =
        |r: &&FeedbackRow| r.kind == FeedbackKind::Report && f.window.contains(r.ts) && since <= r.ts;
    let reports = || f.timeline.feedback.iter().filter(is_report);
    if reports().next().is_none() {
        return 0;
    }
    // When each pair had one contact too many: one pass, however many reports there are.
    let Room { times: too_many, keys: seen, .. } = &mut *f.room.borrow_mut();
    refill(too_many, f.pairs.len(), f.pairs.iter().map(|_| i64::MAX));
    refill(seen, f.pairs.len(), f.pairs.iter().map(|_| 0));
    for (pair, ts) in f.contacts.pair.iter().zip(&f.contacts.ts) {
        seen[*pair as usize] += 1;
        if seen[*pair as usize] == FIRST_FEW + 1 {
            too_many[*pair as usize] = *ts;
        }
    }
    let on_first_contact = |r: &&FeedbackRow| {
        pair_of(f, r.reporter).is_some_and(|i| {
            let pair = &f.pairs[i];
            let unanswered = pair.reply_at().is_none_or(|t| r.ts < t);
            was_opened(f, pair, r) && unanswered && r.ts < too_many[i]
        })
    };
    distinct(reports().filter(on_first_contact).map(|r| r.reporter))
}

fn first_contact_rate(f: &Facts) -> Value {
    known(f, |f| {
        let silent = f.pair_counts.week_new_silent;
        let reports = first_contact_reports(f, 7 * DAY_US);
        if silent == 0 { Err(Absent::NoEvidence) } else { Ok((reports as f64 / silent as f64).min(1.0)) }
    })
}

fn blocks_lower(f: &Facts) -> Value {
    known(f, |f| {
        let since = f.as_of() - 7 * DAY_US;
        let rows = f.timeline.feedback.iter().filter(|r| {
            r.kind == FeedbackKind::Block && f.window.contains(r.ts) && since <= r.ts && was_written_to(f, r)
        });
        let blockers = distinct(rows.map(|r| r.reporter));
        let silent = f.pair_counts.silent_unexplained;
        if silent == 0 { Err(Absent::NoEvidence) } else { Ok(wilson_lower(blockers.min(silent), silent)) }
    })
}

fn ignored_optouts(f: &Facts) -> usize {
    let wishes = f.timeline.feedback.iter().filter(|r| r.kind != FeedbackKind::Report);
    let mut first: Vec<(Token, i64)> = wishes.map(|r| (r.reporter, r.ts)).collect();
    first.sort_unstable();
    first.dedup_by_key(|(person, _)| *person);
    if first.is_empty() {
        return 0;
    }
    let ignored = &mut f.room.borrow_mut().keys;
    let contacts = f.contacts.pair.iter().zip(&f.contacts.ts);
    let late = contacts.filter_map(|(pair, ts)| {
        let peer = f.peer(&f.pairs[*pair as usize]);
        let i = first.binary_search_by_key(&peer, |w| w.0).ok()?;
        (first[i].1 < *ts).then_some(*pair)
    });
    refill(ignored, f.contacts.pair.len(), late);
    ignored.sort_unstable();
    ignored.dedup();
    ignored.len()
}
