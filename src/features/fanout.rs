//! To how many distinct people an account writes, and how many of them are new.
//! In: contacts and pairs; out: distinct counts over the window and in closed sliding windows, exact.
//! Groups are counted in `groups`; a broadcast list counts each of its people.

use super::facts::{Contacts, Facts, refill};
use super::feature::{Family, Feature, Mark, Reads, Value, count};
use super::kernels::{disjoint_windows, max_in_window};
use super::volume::{BOTH_WAYS_READS, CONTACT_READS, UNEXPLAINED_READS};
use crate::domain::{DAY_US, HOUR_US, MINUTE_US};

/// What sure newness depends on.
pub const SURE_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::Registered,
    Reads::Contacts,
    Reads::Known,
];

/// What unexplained reach depends on that nobody asked for.
const WIDE_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::Known,
    Reads::Registered,
    Reads::Template,
    Reads::AccountKind,
    Reads::Via,
];

const BASE: Feature = Feature {
    family: Family::Fanout,
    reads: CONTACT_READS,
    reading: "reach; a broadcast list may hold 256 people, carriers count about 200 a day as human",
    look_alikes: "club administrators, greeting senders, shops",
    source: (
        Mark::Published,
        "200 recipients: carrier guidance; 256: broadcast-list limit; 250: API entry tier",
    ),
    ..Feature::COUNT
};
const UNEXPLAINED: Feature =
    Feature { reads: UNEXPLAINED_READS, reading: "reach without answers to people who wrote first", ..BASE };
const NEW: Feature = Feature {
    reads: BOTH_WAYS_READS,
    reading: "people never talked to before; compare with the share marked censored",
    look_alikes: "a changed number, a new shop, an event organizer",
    ..BASE
};

/// Distinct recipients of the window.
pub static RECIPIENTS: Feature = Feature {
    name: "fanout_recipients_n",
    contract: Some("direct_recipients_n"),
    definition: "distinct recipients of the contacts in the window",
    value: |f| count(f.pairs.len()),
    ..BASE
};
/// Peak reach in a minute.
pub static MAX_60S: Feature = Feature {
    name: "fanout_recipients_max_60s",
    definition: "most distinct recipients of contacts in any closed 60 s",
    value: |f| reach(f, MINUTE_US),
    ..BASE
};
/// Peak reach in an hour.
pub static MAX_1H: Feature = Feature {
    name: "fanout_recipients_max_1h",
    definition: "most distinct recipients of contacts in any closed hour",
    value: |f| reach(f, HOUR_US),
    ..BASE
};
/// Peak reach in a day.
pub static MAX_24H: Feature = Feature {
    name: "fanout_recipients_max_24h",
    contract: Some("recipients_max_24h"),
    definition: "most distinct recipients of contacts in any closed 24 h",
    value: |f| reach(f, DAY_US),
    ..BASE
};
/// Peak reach in a week.
pub static MAX_7D: Feature = Feature {
    name: "fanout_recipients_max_7d",
    definition: "most distinct recipients of contacts in any closed 7 d",
    value: |f| reach(f, 7 * DAY_US),
    ..BASE
};
/// Unexplained reach in a day.
pub static UNEXPLAINED_MAX_24H: Feature = Feature {
    name: "fanout_unexplained_max_24h",
    definition: "most distinct recipients of unexplained contacts, as for volume_unexplained_n, in any closed 24 h",
    value: |f| unexplained_reach(f, DAY_US),
    ..UNEXPLAINED
};
/// Unexplained reach in an hour.
pub static UNEXPLAINED_MAX_1H: Feature = Feature {
    name: "fanout_unexplained_max_1h",
    definition: "most distinct recipients of unexplained contacts, as for volume_unexplained_n, in any closed hour",
    value: |f| unexplained_reach(f, HOUR_US),
    ..UNEXPLAINED
};
/// Days beyond the published reach.
pub static WIDE_DAYS: Feature = Feature {
    name: "fanout_wide_days_n",
    definition: "non-overlapping closed 24 h with more than 200 distinct recipients of unexplained contacts, as for volume_unexplained_n, who neither wrote before the first contact and since the last sign-up nor have the sender in contacts, which is open for 90 d after a sign-up, taken greedily; or half the number of such 24 h with those people, rounded down, if that is more",
    reading: "persistence of reach: one such day may be a greeting, several are a practice; who asked for it is taken out one by one, but four such days are a practice whoever asked",
    reads: WIDE_READS,
    value: |f| {
        let Contacts { ts, pair, .. } = &f.contacts;
        let counter = &mut f.room.borrow_mut().counter;
        let unexplained = |i: usize| !f.is_answer(i);
        let unasked = |i: usize| unexplained(i) && !f.has_asked(&f.pairs[pair[i] as usize]);
        let all = counter.disjoint_windows(ts, pair, f.pairs.len(), (DAY_US, 201), unexplained);
        let days = counter.disjoint_windows(ts, pair, f.pairs.len(), (DAY_US, 201), unasked);
        count(days.max(all / 2))
    },
    ..UNEXPLAINED
};
/// New recipients.
pub static NEW_RECIPIENTS: Feature = Feature {
    name: "fanout_new_recipients_n",
    contract: Some("new_recipients_n"),
    definition: "recipients of the window without contact either way in the 90 d before the first contact",
    value: |f| count(f.pair_counts.new),
    ..NEW
};
/// New recipients with an uncovered look-back.
pub static NEW_CENSORED: Feature = Feature {
    name: "fanout_new_censored_n",
    contract: Some("new_censored_n"),
    definition: "new recipients whose 90 d before the first contact begin before the log does",
    reading: "how much of the newness is unknown; rules leave these recipients out, unless the account was registered inside the log or a contacts table covers it",
    value: |f| count(f.pair_counts.censored),
    ..NEW
};
/// Peak of new recipients in a day.
pub static NEW_MAX_24H: Feature = Feature {
    name: "fanout_new_max_24h",
    contract: Some("new_recipients_max_24h"),
    definition: "most new recipients first contacted in any closed 24 h",
    value: |f| count(first_contacts(f).max_24h),
    ..NEW
};
/// Peak of new recipients who never answered, when newness can be trusted.
pub static NEW_SILENT_MAX_24H: Feature = Feature {
    name: "fanout_new_silent_max_24h",
    definition: "most surely new recipients first contacted in any closed 24 h who have not written since and are not known to have the sender in contacts; surely new are those of an account registered inside the log or covered by a contacts table, and else those whose 90 d before the first contact lie in the log",
    reading: "newly opened chats that stayed silent; answers take people out of the count",
    absent_when: "newness is censored: account not registered inside the log, no contacts table, and less than 90 d of log before as_of",
    reads: SURE_READS,
    value: |f| f.sure(first_contacts(f).in_vain_max_24h),
    ..NEW
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &RECIPIENTS,
    &MAX_60S,
    &MAX_1H,
    &MAX_24H,
    &MAX_7D,
    &UNEXPLAINED_MAX_1H,
    &UNEXPLAINED_MAX_24H,
    &WIDE_DAYS,
    &NEW_RECIPIENTS,
    &NEW_CENSORED,
    &NEW_MAX_24H,
    &NEW_SILENT_MAX_24H,
];

fn reach(f: &Facts, width_us: i64) -> Value {
    let Contacts { ts, pair, .. } = &f.contacts;
    match (ts.first(), ts.last()) {
        (Some(first), Some(last)) if width_us < last - first => {}
        _ => return count(f.pairs.len()),
    }
    count(f.room.borrow_mut().counter.max_distinct(ts, pair, f.pairs.len(), width_us))
}

fn unexplained_reach(f: &Facts, width_us: i64) -> Value {
    let Contacts { ts, pair, answers, .. } = &f.contacts;
    if *answers == 0 {
        return reach(f, width_us);
    }
    let counter = &mut f.room.borrow_mut().counter;
    count(counter.max_distinct_where(ts, pair, f.pairs.len(), width_us, |i| !f.is_answer(i)))
}

/// Contacts that opened a chat with somebody new.
#[derive(Debug, Clone, Copy)]
pub struct FirstContacts {
    max_24h: usize,
    in_vain_max_24h: usize,
    /// Non-overlapping closed 24 h, taken greedily, with at least 20 surely new chats opened in vain.
    pub in_vain_days: usize,
}

/// The peaks of newly opened chats; contacts are in time order, and so are the first ones among them.
pub fn first_contacts(f: &Facts) -> FirstContacts {
    *f.later.first_contacts.get_or_init(|| {
        let Contacts { ts, pair, event, .. } = &f.contacts;
        let times = &mut f.room.borrow_mut().times;
        let mut gather = |in_vain: bool| {
            let opened = |i: usize| {
                let pair = &f.pairs[pair[i] as usize];
                pair.first == event[i] && pair.is_new() && (!in_vain || pair.is_surely_in_vain())
            };
            refill(times, f.pair_counts.new, (0..ts.len()).filter(|i| opened(*i)).map(|i| ts[i]));
            (max_in_window(times, DAY_US), disjoint_windows(times, DAY_US, 20))
        };
        let (max_24h, _) = gather(false);
        let (in_vain_max_24h, in_vain_days) = gather(true);
        FirstContacts { max_24h, in_vain_max_24h, in_vain_days }
    })
}
