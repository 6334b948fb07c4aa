//! Whom an account writes to: strangers, people who answer, people who do not exist.
//! In: pairs with their first contact, replies and delivery; out: counts and shares over recipients.
//! Shares that rules use are taken over recipients who never answered, so that chatter cannot buy a lower score.

use super::facts::{Facts, HORIZONS_US, PairCounts, REPLY_US, refill};
use super::fanout::{NEW_RECIPIENTS, SURE_READS, first_contacts};
use super::feature::{Absent, Family, Feature, Mark, Reads, Value, count, share};
use super::volume::BOTH_WAYS_READS;
use crate::domain::{DAY_US, HOUR_US};

const KNOWN_READS: &[Reads] =
    &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Status, Reads::Recipient, Reads::Inbound, Reads::Known];
const BLOCK_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::Known,
    Reads::RecipientBlock,
];
const BASE: Feature = Feature { family: Family::Contact, reads: BOTH_WAYS_READS, ..Feature::COUNT };
const REPLY: Feature = Feature {
    family: Family::Contact,
    reads: BOTH_WAYS_READS,
    reading: "near 1 for dialogue; chats too young to judge are left out",
    look_alikes: "one-time-code senders, announcers",
    absent_when: "no recipient's reply window has ended",
    source: (Mark::Published, "carrier guidance of about 1:1; spam by SMS receives few replies"),
    ..Feature::SHARE
};
const STRANGER: Feature = Feature {
    reads: KNOWN_READS,
    reading: "the white paper's soft example: a new account messages dozens who do not have it in their contacts",
    look_alikes: "a changed number, a new shop",
    absent_when: "the log never says whether recipients know the sender, or not for this account",
    source: (Mark::Published, "white paper, soft example"),
    ..BASE
};

/// Recipients of whom it is known whether they have the sender in contacts.
pub static KNOWN_N: Feature = Feature {
    name: "contact_known_n",
    contract: Some("rks_known_n"),
    definition: "recipients of the window with recipient_knows_sender not null at the first contact",
    reading: "the base of the stranger share",
    look_alikes: "anyone",
    reads: KNOWN_READS,
    absent_when: "the log does not say whether recipients know the sender",
    value: |f| if f.offers.known { count(f.pair_counts.known) } else { Err(Absent::ColumnMissing) },
    ..BASE
};
/// Strangers.
pub static STRANGERS: Feature = Feature {
    name: "contact_strangers_n",
    contract: Some("strangers_n"),
    definition: "new recipients who do not have the sender in contacts at the first contact and never wrote before it",
    value: |f| if f.pair_counts.known == 0 { Err(missing(f)) } else { count(f.pair_counts.strangers) },
    ..STRANGER
};
/// Share of strangers.
pub static STRANGERS_SHARE: Feature = Feature {
    name: "contact_strangers_share",
    contract: Some("strangers_share"),
    unit: super::feature::Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&KNOWN_N, 24.0)),
    definition: "strangers / recipients of whom it is known",
    value: |f| share(f.pair_counts.strangers, f.pair_counts.known),
    ..STRANGER
};
/// Strangers who never wrote back.
pub static STRANGERS_SILENT: Feature = Feature {
    name: "contact_strangers_silent_n",
    definition: "strangers who are surely new, as for fanout_new_silent_max_24h, and have not written since the first contact",
    reading: "strangers written to in vain; a person who changed number is answered",
    absent_when: "as contact_strangers_n, or newness is censored",
    reads: &[
        Reads::Ts,
        Reads::MsgId,
        Reads::Chat,
        Reads::Status,
        Reads::Recipient,
        Reads::Inbound,
        Reads::Known,
        Reads::Registered,
        Reads::Contacts,
    ],
    value: |f| {
        if f.pair_counts.known == 0 {
            return Err(missing(f));
        }
        f.sure(f.pair_counts.strangers_silent)
    },
    ..STRANGER
};
/// Pairs old enough to judge.
pub static REPLY_ELIGIBLE: Feature = Feature {
    name: "contact_reply_eligible_n",
    contract: Some("reply_eligible_n"),
    definition: "recipients of the window with first contact + 72 h < as_of",
    reading: "the base of the reply share",
    look_alikes: "anyone",
    value: |f| count(within(f, REPLY_US).1),
    ..BASE
};
/// Pairs answered in 72 h.
pub static REPLIED: Feature = Feature {
    name: "contact_replied_n",
    contract: Some("replied_n"),
    definition: "eligible recipients who wrote within 72 h after the first contact",
    reading: "people who answered",
    look_alikes: "anyone",
    value: |f| count(within(f, REPLY_US).0),
    ..BASE
};
/// Share answered in 72 h.
pub static REPLIED_SHARE: Feature = Feature {
    name: "contact_replied_share",
    contract: Some("replied_share"),
    evidence: Some((&REPLY_ELIGIBLE, 20.0)),
    definition: "replied / eligible recipients, horizon 72 h",
    value: |f| replied_share(f, REPLY_US),
    ..REPLY
};
/// Share answered in an hour.
pub static REPLIED_SHARE_1H: Feature = Feature {
    name: "contact_replied_share_1h",
    contract: Some("replied_share_1h"),
    definition: "recipients who wrote within 1 h after the first contact / those for whom 1 h has passed",
    value: |f| replied_share(f, HOUR_US),
    ..REPLY
};
/// Share answered in six hours.
pub static REPLIED_SHARE_6H: Feature = Feature {
    name: "contact_replied_share_6h",
    contract: Some("replied_share_6h"),
    definition: "as contact_replied_share with a horizon of 6 h",
    value: |f| replied_share(f, 6 * HOUR_US),
    ..REPLY
};
/// Share answered in a day.
pub static REPLIED_SHARE_24H: Feature = Feature {
    name: "contact_replied_share_24h",
    contract: Some("replied_share_24h"),
    definition: "as contact_replied_share with a horizon of 24 h",
    value: |f| replied_share(f, DAY_US),
    ..REPLY
};
/// New recipients old enough to judge.
pub static NEW_ELIGIBLE: Feature = Feature {
    name: "contact_new_eligible_n",
    contract: Some("new_eligible_n"),
    definition: "new recipients that are eligible",
    reading: "newly opened chats whose reply window has ended",
    look_alikes: "anyone",
    value: |f| count(f.pair_counts.new_eligible),
    ..BASE
};
/// New recipients still without an answer.
pub static NEW_UNANSWERED: Feature = Feature {
    name: "contact_new_unanswered_n",
    contract: Some("new_unanswered_n"),
    definition: "new eligible recipients who have not written at all since the first contact",
    reading: "M5: opened chats that stay silent; costly to fake, since each answer needs a person",
    look_alikes: "one-time-code senders, appointment reminders",
    source: (
        Mark::Published,
        "cap on messages to people who do not answer, tested since October 2025; the number is not published",
    ),
    value: |f| count(f.pair_counts.new_silent),
    ..BASE
};
/// New recipients still without an answer, when newness can be trusted.
pub static NEW_UNANSWERED_SURE: Feature = Feature {
    name: "contact_new_unanswered_sure_n",
    definition: "recipients of contact_new_unanswered_n who are surely new, as for fanout_new_silent_max_24h, less those known to have the sender in contacts",
    reading: "what rules use of M5: who saved the number asked for it",
    look_alikes: "one-time-code senders, appointment reminders",
    absent_when: "newness is censored, as for fanout_new_silent_max_24h",
    reads: SURE_READS,
    value: |f| f.sure(f.pair_counts.surely_in_vain),
    ..BASE
};
/// Days on which many new chats were opened in vain.
pub static NEW_SILENT_DAYS: Feature = Feature {
    name: "contact_new_silent_days_n",
    definition: "non-overlapping closed 24 h, taken greedily, in which at least 20 surely new recipients, as for fanout_new_silent_max_24h, were first contacted who have not written since and are not known to have the sender in contacts",
    reading: "persistence: an invitation happens once, a campaign goes on",
    look_alikes: "a shop that opens a chat for every order",
    absent_when: "newness is censored, as for fanout_new_silent_max_24h",
    reads: SURE_READS,
    value: |f| f.sure(first_contacts(f).in_vain_days),
    ..BASE
};
/// Silent people of an old audience.
pub static STANDING_SILENT: Feature = Feature {
    name: "contact_standing_silent_n",
    definition: "recipients who have not written since the first contact of the window, to whom the account wrote before newness is sure (as for fanout_new_silent_max_24h) who were not the first to write in the log, and who are not known to lack the sender in contacts",
    reading: "an audience older than the log can see: readers of an old newsletter, who may have asked for it",
    look_alikes: "a list bought long ago",
    reads: SURE_READS,
    value: |f| count(f.pair_counts.silent_standing),
    ..BASE
};
/// Share of an old audience.
pub static STANDING_SHARE: Feature = Feature {
    name: "contact_standing_silent_share",
    definition: "contact_standing_silent_n / recipients who have not written since the first contact of the window",
    reading: "near 1: whether those who stay silent asked for it cannot be seen, and no verdict may rest on their silence alone",
    look_alikes: "a list bought long ago",
    absent_when: "every recipient has written since",
    family: Family::Contact,
    reads: SURE_READS,
    value: |f| share(f.pair_counts.silent_standing, f.pair_counts.silent),
    ..Feature::SHARE
};
/// People who wrote first.
pub static INBOUND_FIRST: Feature = Feature {
    name: "contact_inbound_first_share",
    definition: "recipients of the window who wrote before the account ever wrote to them in the log / recipients",
    reading: "near 1 for support desks, help lines and opted-in newsletters",
    look_alikes: "anyone who is popular",
    absent_when: "there is no recipient",
    family: Family::Contact,
    reads: BOTH_WAYS_READS,
    source: (Mark::Published, "responsible-use guidance: message people who contacted you first"),
    value: |f| share(f.pair_counts.inbound_first, f.pairs.len()),
    ..Feature::SHARE
};
/// People who answered or wrote first.
pub static RECIPROCAL: Feature = Feature {
    name: "contact_reciprocal_share",
    definition: "recipients of the window who wrote to the account at any time in the log / recipients",
    reading: "how much of the reach is acquaintance; shown as mitigation only",
    look_alikes: "anyone",
    absent_when: "there is no recipient",
    family: Family::Contact,
    reads: BOTH_WAYS_READS,
    value: |f| share(f.pair_counts.reciprocal, f.pairs.len()),
    ..Feature::SHARE
};
/// New recipients who have not answered, the base of M15 and M16.
pub static NEW_SILENT: Feature = Feature {
    name: "contact_new_silent_n",
    definition: "new recipients first contacted more than 72 h before as_of who have not written since and are not known to have the sender in contacts",
    reading: "the base of the grey and the enumerated share; who saved the number is no target found by chance",
    look_alikes: "anyone",
    reads: KNOWN_READS,
    value: |f| count(f.pair_counts.in_vain),
    ..BASE
};
/// Share of new recipients never reached.
pub static GREY: Feature = Feature {
    name: "contact_grey_share",
    contract: Some("M15"),
    evidence: Some((&NEW_RECIPIENTS, 50.0)),
    definition: "M15: new recipients first contacted more than 72 h before as_of with no contact ever delivered or read / such recipients",
    reading: "numbers that do not exist; lists bought or generated",
    look_alikes: "phones that are off, a provider that reports no delivery",
    absent_when: "the log never says delivered or read, or there is no such recipient",
    family: Family::Contact,
    reads: BOTH_WAYS_READS,
    source: (Mark::Published, "grey-space ratio, Greystar, USENIX Security 2013"),
    value: |f| grey(f, |n| (n.new_unreached, n.new_eligible)),
    ..Feature::SHARE
};
/// Share of silent new recipients never reached.
pub static GREY_SILENT: Feature = Feature {
    name: "contact_grey_silent_share",
    evidence: Some((&NEW_SILENT, 50.0)),
    definition: "contact_grey_share over recipients who have not written since and are not known to have the sender in contacts",
    reading: "what rules use of M15: accomplices who answer or have saved the number do not dilute it",
    look_alikes: "phones that are off, a provider that reports no delivery",
    absent_when: "the log never says delivered or read, or there is no such recipient",
    family: Family::Contact,
    reads: KNOWN_READS,
    source: (Mark::Published, "grey-space ratio, Greystar, USENIX Security 2013"),
    value: |f| grey(f, |n| (n.in_vain_unreached, n.in_vain)),
    ..Feature::SHARE
};
/// Silent new recipients whose number block is known.
pub static ENUMERATED_N: Feature = Feature {
    name: "contact_enumerated_n",
    definition: "recipients of contact_new_silent_n whose number block is known",
    reading: "the base of the enumerated share",
    look_alikes: "anyone",
    absent_when: "no number block is known",
    reads: BLOCK_READS,
    value: |f| count(enumerated(f)?.1),
    ..BASE
};
/// Share of silent new recipients in one number block.
pub static ENUMERATED: Feature = Feature {
    name: "contact_enumerated_share",
    evidence: Some((&ENUMERATED_N, 50.0)),
    definition: "M16: recipients of contact_enumerated_n in their most common 1,000-number block / contact_enumerated_n",
    reading: "numbers tried one after the other",
    look_alikes: "a company that writes to its own staff's number range",
    absent_when: "no recipient's number block is known",
    family: Family::Contact,
    invariant: super::feature::Invariance { shift_hours: true, relabel: false },
    reads: BLOCK_READS,
    source: (Mark::Published, "random and sequential number picking, Greystar, USENIX Security 2013"),
    value: |f| {
        let (top, all) = enumerated(f)?;
        share(top, all)
    },
    ..Feature::SHARE
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &KNOWN_N,
    &STRANGERS,
    &STRANGERS_SHARE,
    &STRANGERS_SILENT,
    &REPLY_ELIGIBLE,
    &REPLIED,
    &REPLIED_SHARE,
    &REPLIED_SHARE_1H,
    &REPLIED_SHARE_6H,
    &REPLIED_SHARE_24H,
    &NEW_ELIGIBLE,
    &NEW_UNANSWERED,
    &NEW_UNANSWERED_SURE,
    &NEW_SILENT_DAYS,
    &STANDING_SILENT,
    &STANDING_SHARE,
    &INBOUND_FIRST,
    &RECIPROCAL,
    &NEW_SILENT,
    &GREY,
    &GREY_SILENT,
    &ENUMERATED_N,
    &ENUMERATED,
];

fn missing(f: &Facts) -> Absent {
    if f.offers.known { Absent::NoEvidence } else { Absent::ColumnMissing }
}

/// Who answered within a horizon, and those for whom it has passed.
fn within(f: &Facts, horizon_us: i64) -> (usize, usize) {
    let place = HORIZONS_US.iter().position(|h| *h == horizon_us);
    place.map_or((0, 0), |i| (f.pair_counts.replied[i], f.pair_counts.eligible[i]))
}

fn replied_share(f: &Facts, horizon_us: i64) -> Value {
    let (replied, eligible) = within(f, horizon_us);
    share(replied, eligible)
}

fn grey(f: &Facts, unreached_of: impl Fn(&PairCounts) -> (usize, usize)) -> Value {
    if !f.offers.delivery {
        return Err(Absent::ColumnMissing);
    }
    let (unreached, all) = unreached_of(&f.pair_counts);
    share(unreached, all)
}

/// Silent new recipients in their most common number block, and those whose block is known.
fn enumerated(f: &Facts) -> Result<(usize, usize), Absent> {
    let blocks = f.context.blocks.ok_or(Absent::ColumnMissing)?;
    let seen = &mut f.room.borrow_mut().digests;
    let silent = f.pairs.iter().filter(|p| p.is_in_vain());
    let old = silent.filter(|p| f.first_contact(p) + REPLY_US < f.as_of());
    refill(seen, f.pair_counts.in_vain, old.filter_map(|p| blocks.get(&f.peer(p)).copied()));
    seen.sort_unstable();
    Ok((super::kernels::longest_run(seen.iter()), seen.len()))
}
