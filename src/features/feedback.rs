//! What the contacted said: reports, blocks, and requests to stop that were not honored.
//! In: feedback about the account beside its pairs; out: counts of people the account itself had written to.
//! A report by somebody the account never wrote to first weighs nothing, and one or two people are never told.

use super::facts::{Facts, Pair, Room, refill};
use super::feature::{Absent, Family, Feature, Mark, Reads, Unit, Value, count, enough, share};
use super::kernels::wilson_lower;
use crate::domain::{DAY_US, FeedbackKind, HOUR_US, Token};
use crate::log::{FeedbackRow, NO};

const READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::Known,
    Reads::Feedback,
];
/// What the split into explained and unexplained adds.
const LATELY_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::Known,
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
            told_beside(all, cohort(f).part)
        })
    },
    ..BASE
};
/// The newly contacted of the last seven days: the cohort of the rate.
pub static FIRST_CONTACTS_7D: Feature = Feature {
    name: "feedback_first_contacts_7d_n",
    definition: "F1: new recipients, as far as the log reaches back, first contacted within the last 7 d who reported before they wrote, or have not written at all and are not known to have the sender in contacts; people who answer or saved the number are left out, so that accomplices dilute nothing",
    reading: "the cohort that the rate of first-contact reports is taken over",
    look_alikes: "anyone",
    absent_when: "the log has no feedback",
    source: (
        Mark::Quoted,
        "white paper: a report on the first message from an unknown number counts more; the 7 d are ours",
    ),
    value: |f| known(f, |f| count(cohort(f).all)),
    ..BASE
};
/// Reports from that cohort.
pub static FIRST_CONTACT_REPORTS_7D: Feature = Feature {
    name: "feedback_first_contact_reports_7d_n",
    definition: "F1: people of that cohort who reported after at most 3 messages from the account",
    reading: "the strongest feedback there is, of people met this week",
    absent_when: "the log has no feedback, or one or two people are behind it",
    value: |f| known(f, |f| told(cohort(f).part)),
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
            told_beside(all, lately(f).part)
        })
    },
    ..BASE
};
/// The people written to in the last seven days: the cohort of the blockers' share.
pub static RECIPIENTS_7D: Feature = Feature {
    name: "feedback_recipients_7d_n",
    definition: "F2: people whose chat the account had opened and to whom it sent something unexplained within the last 7 d, and who blocked within those 7 d, or have not written since the first contact and are not known to have the sender in contacts",
    reading: "the cohort that the share of blockers is taken over; people who answer or saved the number are left out, so that accomplices dilute nothing",
    look_alikes: "anyone",
    reads: LATELY_READS,
    source: (Mark::Quoted, "white paper: reports and blocks accumulate; the 7 d are ours"),
    value: |f| known(f, |f| count(lately(f).all)),
    ..BASE
};
/// Blockers of that cohort.
pub static BLOCKS_7D: Feature = Feature {
    name: "feedback_blocks_7d_n",
    definition: "F2: people of that cohort who blocked the account within the last 7 d, after its first contact",
    reading: "people met or written to this week who wanted no more",
    reads: LATELY_READS,
    absent_when: "the log has no feedback, or one or two people are behind it",
    value: |f| known(f, |f| told(lately(f).part)),
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
    definition: "F4: distinct people who got a contact in the window after their latest block or request to stop; not counted are wishes of people the account had not written to before, contacts within 24 h after a message from that person that came after the wish or, where the person opened the chat, before it, and one contact within 1 h after the wish, its confirmation",
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
    let reports = f.timeline.feedback.iter().filter(|r| r.kind == FeedbackKind::Report);
    let written = Written::to(f, sorted(reports.map(|r| r.reporter)));
    // A contact before the window opened the chat just as well, though no pair of the window knows of it.
    let earlier = |r: &FeedbackRow| pair_of(f, r.reporter).is_none() && written.before(r.reporter, r.ts);
    people(f, FeedbackKind::Report, |r| !was_written_to(f, r) && !earlier(r))
}

/// When the account first wrote to some people, in the whole log.
struct Written {
    people: Vec<Token>,
    first: Vec<i64>,
}

impl Written {
    /// One pass over the sent rows; `people` are sorted.
    fn to(f: &Facts, people: Vec<Token>) -> Self {
        let mut first = vec![i64::MAX; people.len()];
        if !people.is_empty() {
            for event in f.timeline.sent.iter().filter(|e| e.is_contact()) {
                if let Ok(i) = people.binary_search(&event.recipient) {
                    first[i] = first[i].min(event.ts);
                }
            }
        }
        Self { people, first }
    }

    fn before(&self, person: Token, ts: i64) -> bool {
        self.people.binary_search(&person).is_ok_and(|i| self.first[i] <= ts)
    }
}

fn people(f: &Facts, kind: FeedbackKind, keep: impl Fn(&FeedbackRow) -> bool) -> usize {
    let rows = f.timeline.feedback.iter().filter(|r| r.kind == kind && f.window.contains(r.ts));
    distinct(rows.filter(|r| keep(r)).map(|r| r.reporter))
}

fn distinct(people: impl Iterator<Item = Token>) -> usize {
    sorted(people).len()
}

fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = values.collect();
    all.sort_unstable();
    all.dedup();
    all
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

/// Pairs whose person reported on first contact in the window, each once, sorted.
fn reporting_pairs(f: &Facts) -> Vec<usize> {
    let is_report = |r: &&FeedbackRow| r.kind == FeedbackKind::Report && f.window.contains(r.ts);
    let reports = || f.timeline.feedback.iter().filter(is_report);
    if reports().next().is_none() {
        return Vec::new();
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
    let on_first_contact = |r: &FeedbackRow| {
        let i = pair_of(f, r.reporter)?;
        let pair = &f.pairs[i];
        let unanswered = pair.reply_at().is_none_or(|t| r.ts < t);
        (was_opened(f, pair, r) && unanswered && r.ts < too_many[i]).then_some(i)
    };
    sorted(reports().filter_map(on_first_contact))
}

fn first_contact_reports(f: &Facts) -> usize {
    reporting_pairs(f).len()
}

/// Some people of a group of people: those that said something, and all.
#[derive(Debug, Clone, Copy)]
struct Part {
    part: usize,
    all: usize,
}

/// People newly contacted within the last 7 d in vain, or who reported first, and how many of them reported.
fn cohort(f: &Facts) -> Part {
    let since = f.as_of() - 7 * DAY_US;
    // Reporters who wrote later, or had saved the number, are not among the chats opened in vain.
    let mut beside = 0;
    let mut part = 0;
    for pair in reporting_pairs(f).into_iter().map(|i| &f.pairs[i]) {
        if pair.is_new() && since <= f.first_contact(pair) {
            part += 1;
            beside += usize::from(!pair.is_in_vain());
        }
    }
    Part { part, all: f.pair_counts.week_in_vain + beside }
}

fn first_contact_rate(f: &Facts) -> Value {
    known(f, |f| {
        let cohort = cohort(f);
        enough(cohort.part)?;
        share(cohort.part, cohort.all)
    })
}

/// People written to within the last 7 d who stayed silent and had not saved the number, or blocked; and the blockers.
fn lately(f: &Facts) -> Part {
    let since = f.as_of() - 7 * DAY_US;
    let rows = f.timeline.feedback.iter().filter(|r| r.kind == FeedbackKind::Block && since <= r.ts);
    let counted = rows.filter(|r| f.window.contains(r.ts) && was_written_to(f, r));
    let blockers = sorted(counted.filter_map(|r| pair_of(f, r.reporter)));
    let written = &mut f.room.borrow_mut().keys;
    written.clear();
    written.resize(f.pairs.len(), 0);
    let from = f.contacts.ts.partition_point(|ts| *ts < since);
    for contact in (from..f.contacts.ts.len()).filter(|i| !f.is_explained(*i)) {
        written[f.contacts.pair[contact] as usize] = 1;
    }
    let mut lately = Part { part: 0, all: 0 };
    for (i, pair) in f.pairs.iter().enumerate().filter(|(i, p)| written[*i] == 1 && !p.wrote_before()) {
        let blocked = blockers.binary_search(&i).is_ok();
        lately.part += usize::from(blocked);
        lately.all += usize::from(blocked || pair.is_silent() && !pair.is_saved());
    }
    lately
}

fn blocks_lower(f: &Facts) -> Value {
    known(f, |f| {
        let lately = lately(f);
        if lately.all == 0 {
            return Err(Absent::NoEvidence);
        }
        enough(lately.part)?;
        Ok(wilson_lower(lately.part, lately.all))
    })
}

fn ignored_optouts(f: &Facts) -> usize {
    let rows = f.timeline.feedback.iter().filter(|r| r.kind != FeedbackKind::Report);
    let wishes = sorted(rows.map(|r| (r.reporter, r.ts)));
    if wishes.is_empty() {
        return 0;
    }
    let inbound = sorted(f.timeline.received.iter().map(|r| (r.peer, r.ts)));
    let written = Written::to(f, sorted(wishes.iter().map(|w| w.0)));
    let mut confirmed = vec![false; wishes.len()];
    let contacts = f.contacts.pair.iter().zip(&f.contacts.ts);
    let ignored = contacts.filter_map(|(pair, ts)| {
        let pair = &f.pairs[*pair as usize];
        let peer = f.peer(pair);
        let wish = wishes.partition_point(|w| *w < (peer, *ts)).checked_sub(1)?;
        let (who, asked_at) = wishes[wish];
        // A wish of somebody the account had never written to is not about its messages.
        if who != peer || !written.before(peer, asked_at) {
            return None;
        }
        let heard = inbound.partition_point(|m| *m <= (peer, *ts)).checked_sub(1).map(|i| inbound[i]);
        let answers = heard.filter(|(p, t)| *p == peer && ts - t <= DAY_US);
        // Nor is one of somebody who opened the chat and is being answered.
        let reopened = answers.is_some_and(|(_, t)| asked_at < t || pair.wrote_before());
        let confirms = !reopened && !confirmed[wish] && ts - asked_at <= HOUR_US;
        confirmed[wish] |= confirms;
        (!reopened && !confirms).then_some(peer)
    });
    distinct(ignored)
}
