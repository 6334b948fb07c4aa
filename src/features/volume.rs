//! How much an account sends and receives.
//! In: actions, events, contacts; out: plain counts and their quotients.
//! Volume alone never convicts: a busy person is no machine.

use super::facts::{Action, Facts, View, days, refill};
use super::feature::{Absent, Family, Feature, Mark, Reads, Unit, count, share};
use crate::domain::DAY_US;

const BASE: Feature = Feature { family: Family::Volume, ..Feature::COUNT };

/// Actions in the window.
pub static ACTIONS: Feature = Feature {
    name: "volume_actions_n",
    contract: Some("actions_n"),
    definition: "user actions in the window, whatever their status; the rows of one broadcast-list send are one action",
    reading: "how busy the account was; the base of most minimum-evidence rules",
    look_alikes: "support desks, teenagers in several groups, alarm systems",
    value: |f| count(f.actions.len()),
    ..BASE
};
/// Events in the window.
pub static EVENTS: Feature = Feature {
    name: "volume_events_n",
    contract: Some("events_n"),
    definition: "events in the window, one per recipient row, any chat but channels, any status",
    reading: "what the servers carried; larger than the actions where broadcast lists are used",
    look_alikes: "anyone with a broadcast list",
    value: |f| count(f.events_n),
    ..BASE
};
/// Contacts in the window.
pub static CONTACTS: Feature = Feature {
    name: "volume_contacts_n",
    contract: Some("direct_events_n"),
    definition: "contacts in the window: direct or list events to somebody else that are not known to have failed",
    reading: "messages to single people",
    look_alikes: "support desks",
    reads: CONTACT_READS,
    value: |f| count(f.contacts.ts.len()),
    ..BASE
};
/// Received contacts.
pub static RECEIVED: Feature = Feature {
    name: "volume_received_n",
    contract: Some("received_n"),
    definition: "contacts in the window whose recipient is the account",
    reading: "what came in; nothing comes back to most broadcasters",
    look_alikes: "people who read more than they write",
    reads: &[Reads::Inbound],
    value: |f| count(f.received_n),
    ..BASE
};
/// Distinct senders of received contacts.
pub static RECEIVED_SENDERS: Feature = Feature {
    name: "volume_received_senders_n",
    contract: Some("received_senders_n"),
    definition: "distinct senders of the contacts received in the window",
    reading: "how many people write to the account",
    look_alikes: "help lines, popular people",
    reads: &[Reads::Inbound],
    value: |f| count(f.received_senders_n),
    ..BASE
};
/// Received per sent.
pub static IN_OUT: Feature = Feature {
    name: "volume_in_out_ratio",
    contract: Some("in_out_ratio"),
    unit: Unit::Ratio,
    definition: "contacts received / contacts sent in the window",
    reading: "near 1 for dialogue, near 0 for one-way senders; shown only, never scored: accomplices could raise it",
    look_alikes: "announcers, one-time-code senders",
    absent_when: "no contact was sent",
    reads: BOTH_WAYS_READS,
    source: (Mark::Published, "carrier guidance of about 1:1 for person-to-person traffic"),
    value: |f| {
        if f.contacts.ts.is_empty() {
            return Err(Absent::NoEvidence);
        }
        Ok(f.received_n as f64 / f.contacts.ts.len() as f64)
    },
    ..BASE
};
/// Actions nothing explains.
pub static UNEXPLAINED: Feature = Feature {
    name: "volume_unexplained_n",
    definition: "actions in the window with at least one event that follows no inbound message from its recipient within 24 h, is not the first answer to one within 72 h, and is no transactional API template",
    reading: "what remains when answers are taken away; rate and reach rules look at this remainder",
    look_alikes: "organizers, announcers",
    reads: UNEXPLAINED_READS,
    value: |f| count(f.action_counts.unexplained),
    ..BASE
};
/// What contacts depend on.
pub const CONTACT_READS: &[Reads] = &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Status, Reads::Recipient];
/// What contacts either way depend on.
pub const BOTH_WAYS_READS: &[Reads] =
    &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Status, Reads::Recipient, Reads::Inbound];
/// What the split into explained and unexplained depends on.
pub const UNEXPLAINED_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::Template,
    Reads::AccountKind,
    Reads::Via,
];
/// Actions nothing prompted.
pub static UNPROMPTED: Feature = Feature {
    name: "volume_unprompted_n",
    definition: "unexplained actions, less those that went only to people who wrote back after first being contacted",
    reading: "group posts and messages to people who have not answered",
    look_alikes: "announcers, people whose friends call back",
    reads: UNEXPLAINED_READS,
    value: |f| count(f.action_counts.unprompted),
    ..BASE
};
/// One-way actions.
pub static ONE_WAY: Feature = Feature {
    name: "volume_one_way_n",
    definition: "actions to people not all of whom ever wrote to the account in the log, and that nothing explains",
    reading: "messages into silence; chatter with accomplices cannot change it",
    look_alikes: "one-time-code senders, notices",
    reads: UNEXPLAINED_READS,
    value: |f| count(f.action_counts.one_way),
    ..BASE
};
/// Days of the one-way stream.
pub static ONE_WAY_DAYS: Feature = Feature {
    name: "volume_one_way_days_n",
    definition: "non-overlapping closed 24 h, taken greedily, with at least 20 one-way actions",
    reading: "persistence of the one-way stream",
    look_alikes: "one-time-code senders, notices",
    reads: UNEXPLAINED_READS,
    value: |f| count(stream_days(f, f.one_way(View::Whole), f.action_counts.one_way)),
    ..BASE
};
/// People of the one-way stream.
pub static ONE_WAY_PEOPLE: Feature = Feature {
    name: "volume_one_way_people_n",
    definition: "distinct recipients of one-way events: each person of a broadcast list counts who never wrote",
    reading: "an alarm has a few, a broadcaster many",
    look_alikes: "announcers",
    reads: UNEXPLAINED_READS,
    value: |f| count(f.one_way_people.n),
    ..BASE
};
/// Days of group posting.
pub static GROUP_DAYS: Feature = Feature {
    name: "volume_group_days_n",
    definition: "non-overlapping closed 24 h, taken greedily, with at least 20 group posts",
    reading: "persistence of the group stream",
    look_alikes: "active members",
    value: |f| count(stream_days(f, f.group_posts(View::Whole), f.action_counts.posts)),
    ..BASE
};
/// Most one-way events to one person.
pub static ONE_WAY_PER_RECIPIENT: Feature = Feature {
    name: "volume_one_way_per_recipient_n",
    unit: Unit::Ratio,
    definition: "largest number of one-way events to one person in the window; a broadcast list writes to each of its people",
    reading: "somebody written to again and again without ever answering",
    look_alikes: "alarms, reminders, subscriptions",
    absent_when: "there is no one-way action",
    reads: UNEXPLAINED_READS,
    value: |f| match f.one_way_people.most_to_one {
        0 => Err(Absent::NoEvidence),
        n => count(n),
    },
    ..BASE
};
/// Group posts.
pub static GROUP_POSTS: Feature = Feature {
    name: "volume_group_posts_n",
    definition: "actions in groups and communities",
    reading: "how much goes to groups",
    look_alikes: "active members",
    value: |f| count(f.action_counts.posts),
    ..BASE
};
/// Days with actions.
pub static ACTIVE_DAYS: Feature = Feature {
    name: "volume_active_days_n",
    unit: Unit::Days,
    definition: "UTC days with at least one action",
    reading: "how long the behavior lasted",
    look_alikes: "anyone",
    invariant: super::feature::Invariance { shift_hours: false, relabel: true },
    value: |f| count(active_days(f)),
    ..BASE
};
/// From first to last action.
pub static SPAN: Feature = Feature {
    name: "volume_activity_span_s",
    unit: Unit::Seconds,
    definition: "time from the first to the last action of the window",
    reading: "a short span with many actions is a campaign or an event",
    look_alikes: "event organizers",
    absent_when: "there is no action",
    value: |f| match (f.action_ts.first(), f.action_ts.last()) {
        (Some(first), Some(last)) => Ok(crate::domain::seconds(last - first)),
        _ => Err(Absent::NoEvidence),
    },
    ..BASE
};
/// Actions per active day.
pub static PER_DAY: Feature = Feature {
    name: "volume_actions_per_day_mean",
    unit: Unit::Ratio,
    definition: "actions / UTC days with at least one action",
    reading: "the daily load while active",
    look_alikes: "support desks",
    absent_when: "there is no action",
    invariant: super::feature::Invariance { shift_hours: false, relabel: true },
    value: |f| match active_days(f) {
        0 => Err(Absent::NoEvidence),
        days => Ok(f.actions.len() as f64 / days as f64),
    },
    ..BASE
};
/// Share of contacts answered first.
pub static EXPLAINED_SHARE: Feature = Feature {
    name: "volume_explained_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&CONTACTS, 10.0)),
    definition: "contacts of the window sent within 24 h after an inbound message from that recipient, or as a transactional API template / contacts",
    reading: "L1: near 1 for support and dialogue; shown as mitigation, clears only the sends it explains",
    look_alikes: "a spammer whose victims all write first does not exist",
    absent_when: "no contact was sent",
    reads: UNEXPLAINED_READS,
    source: (Mark::Published, "24 h service window of the business platform"),
    value: |f| share(f.contacts.explained, f.contacts.ts.len()),
    ..BASE
};
/// Days with one-way actions.
pub static ONE_WAY_ACTIVE_DAYS: Feature = Feature {
    name: "volume_one_way_active_days_n",
    definition: "UTC days with at least one one-way action",
    reading: "how long the one-way stream lasted, whatever else the account did",
    look_alikes: "one-time-code senders, notices",
    reads: UNEXPLAINED_READS,
    value: |f| count(days(f.one_way(View::Whole).map(|a| f.event(a).ts))),
    ..ACTIVE_DAYS
};
/// Days with unprompted actions.
pub static UNPROMPTED_ACTIVE_DAYS: Feature = Feature {
    name: "volume_unprompted_active_days_n",
    definition: "UTC days with at least one unprompted action",
    reading: "over how many days the hours of the unprompted stream were seen",
    look_alikes: "announcers, people whose friends call back",
    reads: UNEXPLAINED_READS,
    value: |f| count(days(f.actions.iter().filter(|a| a.is_unprompted()).map(|a| f.event(a).ts))),
    ..ACTIVE_DAYS
};
/// Days with one-way actions to one person.
pub static ONE_WAY_PERSON_DAYS: Feature = Feature {
    name: "volume_one_way_person_days_n",
    definition: "UTC days with a one-way event to the person of volume_one_way_per_recipient_n; of several such persons the one with the most days",
    reading: "whether one person was written to in vain as a habit, or once at length",
    look_alikes: "alarms, reminders, subscriptions",
    reads: UNEXPLAINED_READS,
    value: |f| count(f.one_way_people.days_of_that_one),
    ..ACTIVE_DAYS
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &ACTIONS,
    &EVENTS,
    &CONTACTS,
    &RECEIVED,
    &RECEIVED_SENDERS,
    &IN_OUT,
    &UNEXPLAINED,
    &UNPROMPTED,
    &ONE_WAY,
    &ONE_WAY_DAYS,
    &ONE_WAY_PEOPLE,
    &ONE_WAY_PER_RECIPIENT,
    &GROUP_POSTS,
    &GROUP_DAYS,
    &ACTIVE_DAYS,
    &SPAN,
    &PER_DAY,
    &EXPLAINED_SHARE,
    &ONE_WAY_ACTIVE_DAYS,
    &UNPROMPTED_ACTIVE_DAYS,
    &ONE_WAY_PERSON_DAYS,
];

fn active_days(f: &Facts) -> usize {
    days(f.action_ts.iter().copied())
}

/// Actions of a stream that a day needs to count.
const LEAST_A_DAY: usize = 20;

fn stream_days<'f>(f: &Facts, stream: impl Iterator<Item = &'f Action>, n: usize) -> usize {
    if n < LEAST_A_DAY {
        return 0;
    }
    let mut room = f.room.borrow_mut();
    refill(&mut room.times, n, stream.map(|a| f.event(a).ts));
    super::kernels::disjoint_windows(&room.times, DAY_US, LEAST_A_DAY)
}
