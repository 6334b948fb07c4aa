//! What the contacted said: reports, blocks, and requests to stop that were not honored.
//! In: feedback about the account beside its pairs; out: counts of people the account itself had written to.
//! A report by somebody the account never wrote to first weighs nothing, and one or two people are never told.

use super::facts::{Facts, Pair};
use super::feature::{Absent, Family, Feature, Mark, Reads, Unit, Value, count, enough, share};
use super::kernels::wilson_lower;
use crate::domain::{DAY_US, FeedbackKind, HOUR_US, Token};
use crate::log::{FeedbackRow, NO};

const READS: &[Reads] =
    &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Status, Reads::Recipient, Reads::Inbound, Reads::Feedback];
/// What the split into explained and unexplained adds.
const LATELY_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::Feedback,
    Reads::Template,
    Reads::AccountKind,
];
const BASE: Feature = Feature {
    family: Family::Feedback,
    reads: READS,
    reading: "what people say who were written to first",
    look_alikes: "a person left by an angry circle of friends",
    absent_when: "the log has no feedback, or one or two people are behind the value",
    source: (Mark::Quoted, "white paper: a report on the first message from an unknown number counts more"),
    ..Feature::COUNT
};

/// Raw reports.
pub static REPORTS_RAW: Feature = Feature {
    name: "feedback_reports_raw_n",
    definition: "distinct people who reported the account in the window, whoever they are",
    reading: "shown, never scored: anybody can report anybody",
    look_alikes: "targets of mass reporting",
    absent_when: "the log has no feedback, or one or two people are behind it or told by what it exceeds its parts by",
    source: (Mark::Quoted, "white paper: reports and blocks accumulate"),
    value: |f| known(f, reports_raw),
    ..BASE
};
/// Reports by people the account never wrote to first.
pub static REPORTS_WEIGHTLESS: Feature = Feature {
    name: "feedback_reports_weightless_n",
    definition: "distinct reporters whom the account had not written to first before the report",
    reading: "weighs nothing; many of them beside few others is brigading",
    look_alikes: "targets of mass reporting",
    source: (
        Mark::Quoted,
        "white paper: if the account did not initiate, check for coordinated false reports",
    ),
    value: |f| known(f, |f| told(reports_weightless(f))),
    ..BASE
};
/// Reports on first contact.
pub static FIRST_CONTACT_REPORTS: Feature = Feature {
    name: "feedback_first_contact_reports_n",
    definition: "F1: distinct people who reported after at most 3 messages from the account, which had opened the chat and was never answered",
    reading: "the strongest feedback there is",
    absent_when: "the log has no feedback, or one or two people are behind it or were not met within the last 7 d",
    value: |f| {
        known(f, |f| {
            let all = first_contact_reports(f);
            told_beside(all, reporters(&cohort(f)))
        })
    },
    ..BASE
};
/// The newly contacted of the last seven days: the cohort of the rate.
pub static FIRST_CONTACTS_7D: Feature = Feature {
    name: "feedback_first_contacts_7d_n",
    definition: "F1: new recipients, as far as the log reaches back, first contacted within the last 7 d who had not written before a report of theirs, or at all; people who answer are left out, so that accomplices dilute nothing",
    reading: "the cohort that the rate of first-contact reports is taken over",
    look_alikes: "anyone",
    absent_when: "the log has no feedback",
    source: (
        Mark::Quoted,
        "white paper: a report on the first message from an unknown number counts more; the 7 d are ours",
    ),
    value: |f| known(f, |f| count(cohort(f).len())),
    ..BASE
};
/// Reports from that cohort.
pub static FIRST_CONTACT_REPORTS_7D: Feature = Feature {
    name: "feedback_first_contact_reports_7d_n",
    definition: "F1: people of that cohort who reported after at most 3 messages from the account",
    reading: "the strongest feedback there is, of people met this week",
    absent_when: "the log has no feedback, or one or two people are behind it",
    value: |f| known(f, |f| told(reporters(&cohort(f)))),
    ..BASE
};
/// Rate of reports on first contact.
pub static FIRST_CONTACT_RATE: Feature = Feature {
    name: "feedback_first_contact_rate_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&FIRST_CONTACTS_7D, 20.0)),
    definition: "F1: feedback_first_contact_reports_7d_n / feedback_first_contacts_7d_n: both of the people first contacted within the last 7 d",
    reading: "mail senders must stay below 0.1 %, and never reach 0.3 %",
    absent_when: "the log has no feedback, nobody new was contacted in the last 7 d, or one or two reported",
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
    absent_when: "the log has no feedback, or one or two people are behind it or beyond those of the last 7 d",
    reads: LATELY_READS,
    source: (Mark::Quoted, "white paper: reports and blocks accumulate"),
    value: |f| {
        known(f, |f| {
            let all = people(f, FeedbackKind::Block, |r| was_written_to(f, r));
            told_beside(all, blockers(&lately(f)))
        })
    },
    ..BASE
};
/// The people written to in the last seven days: the cohort of the blockers' share.
pub static RECIPIENTS_7D: Feature = Feature {
    name: "feedback_recipients_7d_n",
    definition: "F2: people whose chat the account had opened and to whom it sent something unexplained within the last 7 d, and who have not written since the first contact or blocked within those 7 d",
    reading: "the cohort that the share of blockers is taken over; people who answer are left out, so that accomplices dilute nothing",
    look_alikes: "anyone",
    reads: LATELY_READS,
    source: (Mark::Quoted, "white paper: reports and blocks accumulate; the 7 d are ours"),
    value: |f| known(f, |f| count(lately(f).len())),
    ..BASE
};
/// Blockers of that cohort.
pub static BLOCKS_7D: Feature = Feature {
    name: "feedback_blocks_7d_n",
    definition: "F2: people of that cohort who blocked the account within the last 7 d, after its first contact",
    reading: "people met or written to this week who wanted no more",
    reads: LATELY_READS,
    absent_when: "the log has no feedback, or one or two people are behind it",
    value: |f| known(f, |f| told(blockers(&lately(f)))),
    ..BLOCKS
};
/// Lower bound of the share of blockers.
pub static BLOCKS_LOWER: Feature = Feature {
    name: "feedback_blocks_lower_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&RECIPIENTS_7D, 20.0)),
    definition: "F2: Wilson lower 95 % bound of feedback_blocks_7d_n / feedback_recipients_7d_n; 0 where nobody blocked",
    reading: "at 2 % and above many did not want to hear from it",
    absent_when: "the log has no feedback, nobody was written to in the last 7 d, or one or two blocked",
    reads: LATELY_READS,
    source: (Mark::Quoted, "white paper: reports and blocks accumulate; the bound and the 7 d are ours"),
    value: blocks_lower,
    ..BLOCKS
};
/// People written to after they asked to stop.
pub static IGNORED_OPTOUTS: Feature = Feature {
    name: "feedback_ignored_optouts_n",
    definition: "F4: distinct people who got a contact in the window after their latest block or request to stop; not counted are contacts within 24 h after a message from that person that came after the wish, and one contact within 1 h after the wish, its confirmation",
    reading: "wishes not honored; three are a reason, ten are a practice",
    look_alikes: "a request that crossed with a message on its way",
    source: (Mark::Published, "responsible-use guidance; business policy: honor every opt-out"),
    value: |f| known(f, |f| told(ignored_optouts(f))),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &REPORTS_RAW,
    &REPORTS_WEIGHTLESS,
    &FIRST_CONTACT_REPORTS,
    &FIRST_CONTACTS_7D,
    &FIRST_CONTACT_REPORTS_7D,
    &FIRST_CONTACT_RATE,
    &BLOCKS,
    &RECIPIENTS_7D,
    &BLOCKS_7D,
    &BLOCKS_LOWER,
    &IGNORED_OPTOUTS,
];

fn known(f: &Facts, then: impl Fn(&Facts) -> Value) -> Value {
    if f.context.has_feedback { then(f) } else { Err(Absent::ColumnMissing) }
}

/// A number of people; one or two are not told.
fn told(people: usize) -> Value {
    enough(people)?;
    count(people)
}

/// A number of people of whom a part is told elsewhere: nor may the rest be one or two.
fn told_beside(people: usize, part: usize) -> Value {
    enough(people - part)?;
    told(people)
}

fn reports_raw(f: &Facts) -> Value {
    let all = people(f, FeedbackKind::Report, |_| true);
    enough(all - first_contact_reports(f))?;
    told_beside(all, reports_weightless(f))
}

fn reports_weightless(f: &Facts) -> usize {
    people(f, FeedbackKind::Report, |r| !was_written_to(f, r))
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

fn pair_of<'a>(f: &'a Facts, person: Token) -> Option<&'a Pair> {
    let i = f.pairs.binary_search_by_key(&person, |p| p.peer).ok()?;
    Some(&f.pairs[i])
}

/// Whether the account had opened the chat before the feedback; what the log says itself goes first.
fn was_written_to(f: &Facts, row: &FeedbackRow) -> bool {
    let opened = pair_of(f, row.reporter).is_some_and(|p| p.t0 <= row.ts && !p.inbound_before);
    opened && row.reported_initiated != NO
}

fn is_first_contact_report(f: &Facts, row: &FeedbackRow) -> bool {
    let Some(pair) = pair_of(f, row.reporter) else { return false };
    let before = f
        .timeline
        .sent
        .iter()
        .filter(|e| e.is_contact() && e.recipient == row.reporter && pair.t0 <= e.ts && e.ts <= row.ts);
    was_written_to(f, row) && pair.reply_at.is_none_or(|t| row.ts < t) && before.count() <= 3
}

fn first_contact_reports(f: &Facts) -> usize {
    let rows = f.timeline.feedback.iter().filter(|r| r.kind == FeedbackKind::Report);
    let counted = rows.filter(|r| f.window.contains(r.ts) && is_first_contact_report(f, r));
    distinct(counted.map(|r| r.reporter))
}

/// People newly contacted within the last 7 d who stayed silent or reported first, each with whether they reported.
fn cohort(f: &Facts) -> Vec<bool> {
    let since = f.as_of() - 7 * DAY_US;
    let rows = f.timeline.feedback.iter().filter(|r| r.kind == FeedbackKind::Report);
    let counted = rows.filter(|r| f.window.contains(r.ts) && is_first_contact_report(f, r));
    let mut reporters: Vec<Token> = counted.map(|r| r.reporter).collect();
    reporters.sort_unstable();
    let met = f.pairs.iter().filter(|p| p.new && since <= p.t0);
    let told = met.map(|p| (p, reporters.binary_search(&p.peer).is_ok()));
    told.filter(|(p, reported)| *reported || p.reply_at.is_none()).map(|(_, reported)| reported).collect()
}

fn reporters(cohort: &[bool]) -> usize {
    cohort.iter().filter(|reported| **reported).count()
}

fn first_contact_rate(f: &Facts) -> Value {
    known(f, |f| {
        let cohort = cohort(f);
        enough(reporters(&cohort))?;
        share(reporters(&cohort), cohort.len())
    })
}

/// People written to within the last 7 d who stayed silent or blocked in them, each with whether they blocked.
fn lately(f: &Facts) -> Vec<bool> {
    let since = f.as_of() - 7 * DAY_US;
    let mut written = vec![false; f.pairs.len()];
    for contact in f.contacts.iter().filter(|c| since <= c.ts && !c.explained) {
        written[contact.pair as usize] = true;
    }
    let rows = f.timeline.feedback.iter().filter(|r| r.kind == FeedbackKind::Block && since <= r.ts);
    let counted = rows.filter(|r| f.window.contains(r.ts) && was_written_to(f, r));
    let mut blockers: Vec<Token> = counted.map(|r| r.reporter).collect();
    blockers.sort_unstable();
    let opened = f.pairs.iter().zip(written).filter(|(p, written)| *written && !p.inbound_before);
    let told = opened.map(|(p, _)| (p, blockers.binary_search(&p.peer).is_ok()));
    told.filter(|(p, blocked)| *blocked || p.reply_at.is_none()).map(|(_, blocked)| blocked).collect()
}

fn blockers(lately: &[bool]) -> usize {
    lately.iter().filter(|blocked| **blocked).count()
}

fn blocks_lower(f: &Facts) -> Value {
    known(f, |f| {
        let lately = lately(f);
        if lately.is_empty() {
            return Err(Absent::NoEvidence);
        }
        enough(blockers(&lately))?;
        Ok(wilson_lower(blockers(&lately), lately.len()))
    })
}

fn ignored_optouts(f: &Facts) -> usize {
    let rows = f.timeline.feedback.iter().filter(|r| r.kind != FeedbackKind::Report);
    let mut wishes: Vec<(Token, i64)> = rows.map(|r| (r.reporter, r.ts)).collect();
    if wishes.is_empty() {
        return 0;
    }
    wishes.sort_unstable();
    wishes.dedup();
    let mut inbound: Vec<(Token, i64)> = f.timeline.received.iter().map(|r| (r.peer, r.ts)).collect();
    inbound.sort_unstable();
    let mut confirmed = vec![false; wishes.len()];
    let ignored = f.contacts.iter().filter_map(|c| {
        let peer = f.pairs[c.pair as usize].peer;
        let wish = wishes.partition_point(|w| *w < (peer, c.ts)).checked_sub(1)?;
        let (who, asked_at) = wishes[wish];
        if who != peer {
            return None;
        }
        let heard = inbound.partition_point(|m| *m <= (peer, c.ts)).checked_sub(1).map(|i| inbound[i]);
        let reopened = heard.is_some_and(|(p, t)| p == peer && asked_at < t && c.ts - t <= DAY_US);
        let confirms = !reopened && !confirmed[wish] && c.ts - asked_at <= HOUR_US;
        confirmed[wish] |= confirms;
        (!reopened && !confirms).then_some(peer)
    });
    distinct(ignored)
}
