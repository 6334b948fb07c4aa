//! What the contacted said: reports, blocks, and requests to stop that were not honored.
//! In: feedback about the account beside its pairs; out: counts of people the account itself had written to.
//! A report by somebody the account never wrote to first weighs nothing, people who belong together weigh as one, and
//! one or two people are never told.

use super::facts::Facts;
use super::feature::{Absent, Family, Feature, LEAST_TOLD, Mark, Reads, Unit, Value, count, enough, share};
use super::kernels::wilson_lower;
use super::reporters::{Cohort, Reports, blocks, ignored_optouts, reports};

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
/// What says who belongs together adds; a number beside that of independent voices moves with it, too: it may not be
/// told where the two differ by one or two.
const TIED_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::Known,
    Reads::Feedback,
    Reads::GroupEvents,
    Reads::GroupSize,
    Reads::SignUps,
    Reads::Network,
    Reads::Build,
    Reads::Device,
    Reads::Talk,
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
    Reads::Via,
];
/// Both.
const LATELY_TIED_READS: &[Reads] = &[
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
    Reads::Via,
    Reads::GroupEvents,
    Reads::GroupSize,
    Reads::SignUps,
    Reads::Network,
    Reads::Build,
    Reads::Device,
    Reads::Talk,
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
    reads: TIED_READS,
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
    value: |f| known(f, |f| told(reports(f).weightless)),
    ..BASE
};
/// Reports on first contact.
pub static FIRST_CONTACT_REPORTS: Feature = Feature {
    name: "feedback_first_contact_reports_n",
    definition: "F1: distinct people who reported after at most 3 messages from the account, which had opened the chat and was never answered",
    reading: "the strongest feedback there is",
    absent_when: "the log has no feedback, or one or two people are behind it, were not met within the last 7 d, or are more than there are independent ones",
    reads: TIED_READS,
    value: |f| {
        known(f, |f| {
            let reports = reports(f);
            let (all, lately) = (reports.first_contact, &reports.lately);
            told_beside(all, &[lately.people, lately.voices], lately.voices)
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
    value: |f| known(f, |f| count(reports(f).lately.all)),
    ..BASE
};
/// Reports from that cohort.
pub static FIRST_CONTACT_REPORTS_7D: Feature = Feature {
    name: "feedback_first_contact_reports_7d_n",
    definition: "F1: people of that cohort who reported after at most 3 messages from the account",
    reading: "shown beside the number of independent ones, which alone is scored",
    absent_when: "the log has no feedback, or one or two people are behind it or are more than there are independent ones",
    reads: TIED_READS,
    value: |f| known(f, |f| lately_told(&reports(f).lately)),
    ..BASE
};
/// Independent ones among them.
pub static REPORTER_COMPONENTS: Feature = Feature {
    name: "feedback_reporter_components_n",
    definition: "F1, F3: independent voices among the people of feedback_first_contact_reports_7d_n. People bound by a group that both are seen in, by messages both ways, by one device at sign-up, or by sign-ups of one network and client build within 1 h of each other, are one component, directly or through other reporters and blockers of the account; a component speaks when the first of these people first reported or blocked. Counted are the fewest stretches of 10 minutes that hold the times of all components. Nobody is bound by a group or device of more than 256, by a network on which more than 256 others signed up within 7 d, through a person who writes with more than 256 of those who gave feedback, or by an addition to a group that the account made itself",
    reading: "the strongest feedback there is; far below the number of people, somebody may have called for it",
    look_alikes: "a target whose false reports come one by one from people without any visible tie",
    absent_when: "the log has no feedback, or there are one or two",
    reads: TIED_READS,
    source: (
        Mark::Quoted,
        "white paper: check that reporters did not coordinate; the ties, the 10 minutes and the 256 are ours",
    ),
    value: |f| known(f, |f| told(reports(f).lately.voices)),
    ..BASE
};
/// Rate of reports on first contact.
pub static FIRST_CONTACT_RATE: Feature = Feature {
    name: "feedback_first_contact_rate_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&FIRST_CONTACTS_7D, 20.0)),
    definition: "F1: feedback_reporter_components_n / feedback_first_contacts_7d_n: independent voices of the people first contacted within the last 7 d",
    reading: "mail senders must stay below 0.1 %, and never reach 0.3 %",
    absent_when: "the log has no feedback, nobody new was contacted in the last 7 d, or one or two independent ones reported",
    reads: TIED_READS,
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
    absent_when: "the log has no feedback, or one or two people are behind it or beyond those of the last 7 d or the independent ones",
    reads: LATELY_TIED_READS,
    source: (Mark::Quoted, "white paper: reports and blocks accumulate"),
    value: |f| {
        known(f, |f| {
            let blocks = blocks(f);
            let lately = &blocks.lately;
            told_beside(blocks.all, &[lately.people, lately.voices], lately.voices)
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
    value: |f| known(f, |f| count(blocks(f).lately.all)),
    ..BASE
};
/// Blockers of that cohort.
pub static BLOCKS_7D: Feature = Feature {
    name: "feedback_blocks_7d_n",
    definition: "F2: people of that cohort who blocked the account within the last 7 d, after its first contact",
    reading: "people met or written to this week who wanted no more",
    absent_when: "the log has no feedback, or one or two people are behind it or are more than there are independent ones",
    value: |f| known(f, |f| lately_told(&blocks(f).lately)),
    ..BLOCKS
};
/// Independent ones among them.
pub static BLOCKER_COMPONENTS: Feature = Feature {
    name: "feedback_blocker_components_n",
    definition: "F2, F3: independent voices among the people of feedback_blocks_7d_n, counted like feedback_reporter_components_n",
    reading: "far below the number of people, somebody may have called for it",
    absent_when: "the log has no feedback, or there are one or two",
    source: (Mark::Quoted, "white paper: reports and blocks accumulate; who is independent is ours"),
    value: |f| known(f, |f| told(blocks(f).lately.voices)),
    ..BLOCKS
};
/// Lower bound of the share of blockers.
pub static BLOCKS_LOWER: Feature = Feature {
    name: "feedback_blocks_lower_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&RECIPIENTS_7D, 20.0)),
    definition: "F2: Wilson lower 95 % bound of feedback_blocker_components_n / feedback_recipients_7d_n; 0 where nobody blocked",
    reading: "at 2 % and above many did not want to hear from it",
    absent_when: "the log has no feedback, nobody was written to in the last 7 d, or one or two independent ones blocked",
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
    &REPORTER_COMPONENTS,
    &FIRST_CONTACT_RATE,
    &BLOCKS,
    &RECIPIENTS_7D,
    &BLOCKS_7D,
    &BLOCKER_COMPONENTS,
    &BLOCKS_LOWER,
    &IGNORED_OPTOUTS,
];

fn known(f: &Facts, then: impl Fn(&Facts) -> Value) -> Value {
    if f.context.has_feedback { then(f) } else { Err(Absent::ColumnMissing) }
}

/// A number of people, or of independent voices; one or two are not told.
fn told(people: usize) -> Value {
    enough(people)?;
    count(people)
}

/// A number of people of whom parts are told elsewhere: nor may what a part leaves be one or two.
///
/// `shown` is a part that is told wherever it is three or more. Where it is, the number is known to be no smaller, and
/// to say that a difference hides it tells nothing that its absence does not.
fn told_beside(people: usize, parts: &[usize], shown: usize) -> Value {
    let why = if shown < LEAST_TOLD { Absent::Suppressed } else { Absent::Difference };
    enough(people)?;
    for part in parts {
        enough(people.saturating_sub(*part)).map_err(|_| why)?;
    }
    count(people)
}

fn lately_told(lately: &Cohort) -> Value {
    told_beside(lately.people, &[lately.voices], lately.voices)
}

fn reports_raw(f: &Facts) -> Value {
    let Reports { raw, weightless, first_contact, ref lately, .. } = *reports(f);
    // Who reported before and after being written to is in both parts.
    let parts = [first_contact, lately.voices, weightless + first_contact, weightless];
    told_beside(raw, &parts, lately.voices.max(weightless))
}

fn first_contact_rate(f: &Facts) -> Value {
    known(f, |f| {
        let lately = &reports(f).lately;
        enough(lately.voices)?;
        share(lately.voices, lately.all)
    })
}

fn blocks_lower(f: &Facts) -> Value {
    known(f, |f| {
        let lately = &blocks(f).lately;
        if lately.all == 0 {
            return Err(Absent::NoEvidence);
        }
        enough(lately.voices)?;
        Ok(wilson_lower(lately.voices, lately.all))
    })
}
