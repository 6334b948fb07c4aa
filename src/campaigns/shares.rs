//! What the search for campaigns reads: who put out which thing when, and to whom where it went to many.
//! In: one account's facts; out: rows of 32 bytes, by thing, that wait in memory or on disk.
//! Leaves out what people answer with: only what nothing prompted can be a mailing.

use super::scripts::scripts;
use crate::domain::{MINUTE_US, MessageKind};
use crate::features::Facts;
use crate::log::{MessageEvent, Words};

/// One thing put out by one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharedThing {
    /// The thing: a digest of a content, of the cluster of texts it belongs to, of what it points to, or of a script.
    pub object: u64,
    /// The account, by its place in account order.
    pub account: u32,
    /// When, UTC microseconds.
    pub ts: i64,
    /// To whom, as a keyed digest; 0 for a row that tells the time only.
    pub recipient: u64,
    /// Whether every message with it also points somewhere, which is a thing of its own: a text that nobody else put out
    /// then says nothing more about its sender.
    pub beside: bool,
}

/// The word of an account holds its mark above its place.
const BESIDE: u64 = 1 << 32;

impl Words for SharedThing {
    const NAMES: &'static [&'static str] = &["object", "account", "ts", "recipient"];
    const KEYED: usize = 1;

    fn put(&self, columns: &mut [Vec<u64>]) {
        let account = u64::from(self.account) | if self.beside { BESIDE } else { 0 };
        let words = [self.object, account, self.ts as u64, self.recipient];
        columns.iter_mut().zip(words).for_each(|(column, word)| column.push(word));
    }

    fn get(columns: &[&[u64]], row: usize) -> Self {
        Self {
            object: columns[0][row],
            account: columns[1][row] as u32,
            ts: columns[2][row] as i64,
            recipient: columns[3][row],
            beside: columns[1][row] & BESIDE != 0,
        }
    }
}

/// A thing counts with its first and last time in so long a stretch: a mailing of an hour is some rows and not thousands.
const STRETCH_US: i64 = 10 * MINUTE_US;
/// People one thing must reach for its recipients to be kept.
pub(super) const LEAST_AUDIENCE: usize = 10;
/// Keeps what a text points to apart from contents.
const POINTS_TO: u64 = 0x5bd1_e995_9e37_79b9;
/// Bytes below which a text is too short to tell one sender from another: "ok", "good morning".
const LEAST_BYTES: u32 = 16;

/// Appends what an account put out that nothing prompted, by thing and time; a linear pass and a sort.
pub fn shared_things(facts: &Facts, account: u32, rows: &mut Vec<SharedThing>) {
    let mailed = if facts.offers.content { contents(facts, account, rows) } else { Vec::new() };
    scripts(facts, account, &mailed, rows);
}

/// Appends contents and what they point to; returns those that reached enough people, sorted.
fn contents(facts: &Facts, account: u32, rows: &mut Vec<SharedThing>) -> Vec<u64> {
    let from = rows.len();
    for action in facts.actions.iter().filter(|a| a.is_unprompted()) {
        let event = facts.event(action);
        let content = facts.content(action);
        let text = matches!(event.kind(), None | Some(MessageKind::Text));
        let short = text && action.size().is_some_and(|bytes| bytes < LEAST_BYTES);
        let thing = SharedThing { object: 0, account, ts: event.ts, recipient: 0, beside: false };
        if content != 0 && !short && !facts.templates.is_weak(content) {
            rows.push(SharedThing {
                object: facts.templates.of(content),
                beside: event.object != 0,
                ..thing
            });
        }
        // Words can be exchanged at will; where they lead is what a campaign is for.
        if event.object != 0 {
            rows.push(SharedThing { object: event.object ^ POINTS_TO, ..thing });
        }
    }
    rows[from..].sort_unstable();
    let mailed = mailed(facts, &rows[from..]);
    first_uses(facts, account, rows, from);
    thin(rows, from);
    if mailed.is_empty() { mailed } else { deliveries(facts, account, mailed, rows) }
}

/// Adds to the rows from `from` on, sorted, when each thing was first sent at all, answered or not, as far as the
/// look-back reaches: who had a thing first is not decided by what others answer, nor by where the window begins.
fn first_uses(facts: &Facts, account: u32, rows: &mut Vec<SharedThing>, from: usize) {
    let mut room = facts.room.borrow_mut();
    let room = &mut *room;
    // The things, and which of them have been met.
    let (things, met) = (&mut room.words, &mut room.keys);
    things.clear();
    things.extend(rows[from..].chunk_by(|a, b| a.object == b.object).map(|thing| thing[0].object));
    met.clear();
    met.resize(things.len(), 0);
    let (mut left, before) = (things.len(), rows.len());
    for event in facts.timeline.sent {
        if left == 0 {
            break;
        }
        let leads = if event.object == 0 { 0 } else { event.object ^ POINTS_TO };
        for object in [facts.templates.of(event.content), leads] {
            let Ok(at) = things.binary_search(&object) else { continue };
            if std::mem::replace(&mut met[at], 1) == 0 {
                left -= 1;
                let thing = rows[from + rows[from..before].partition_point(|row| row.object < object)];
                if event.ts < thing.ts {
                    rows.push(SharedThing { account, ts: event.ts, ..thing });
                }
            }
        }
    }
    if before < rows.len() {
        rows[from..].sort_unstable();
    }
}

/// Things that may have reached enough people, sorted: a list takes one message to many.
fn mailed(facts: &Facts, rows: &[SharedThing]) -> Vec<u64> {
    if facts.pairs.len() < LEAST_AUDIENCE {
        return Vec::new();
    }
    let least = if 1 < facts.action_counts.list_max { 1 } else { LEAST_AUDIENCE };
    let of_thing = rows.chunk_by(|a, b| a.object == b.object);
    of_thing.filter(|thing| least <= thing.len()).map(|thing| thing[0].object).collect()
}

/// Keeps of the rows from `from` on, sorted by thing and time, the first and the last of each stretch.
pub(super) fn thin(rows: &mut Vec<SharedThing>, from: usize) {
    let mut kept = from;
    let mut at = from;
    while at < rows.len() {
        let object = rows[at].object;
        let end = at + rows[at..].partition_point(|row| row.object == object);
        let beside = rows[at..end].iter().all(|row| row.beside);
        while at < end {
            let first = rows[at];
            let stretch = rows[at..end].partition_point(|row| row.ts.saturating_sub(first.ts) <= STRETCH_US);
            let last = rows[at + stretch - 1];
            for row in [Some(first), Some(last).filter(|last| first.ts < last.ts)].into_iter().flatten() {
                // Two rows of a stretch of two or more, so none is written over before it is read.
                rows[kept] = SharedThing { beside, ..row };
                kept += 1;
            }
            at += stretch;
        }
    }
    rows.truncate(kept);
}

/// Appends each person that one of these things was sent to, once a thing; returns the things that reached enough.
fn deliveries(facts: &Facts, account: u32, mut mailed: Vec<u64>, rows: &mut Vec<SharedThing>) -> Vec<u64> {
    let mut sent: Vec<SharedThing> = Vec::new();
    for (_, event) in facts.contacts.event.iter().enumerate().filter(|(at, _)| !facts.is_answer(*at)) {
        let template = facts.template_of(*event);
        let event = facts.sent(*event);
        let leads = Some(event.object).filter(|object| *object != 0).map(|object| object ^ POINTS_TO);
        for object in [Some(template), leads].into_iter().flatten() {
            if mailed.binary_search(&object).is_ok() {
                sent.push(SharedThing {
                    object,
                    account,
                    ts: event.ts,
                    recipient: token_word(event),
                    beside: false,
                });
            }
        }
    }
    mailed.clear();
    people(sent, |object, to| {
        mailed.push(object);
        rows.extend(to);
    });
    mailed
}

/// The low half of a keyed token is as good as a digest; 0 stands for nobody.
pub(super) fn token_word(event: &MessageEvent) -> u64 {
    (event.recipient.0 as u64).max(1)
}

/// Hands on each thing that reached enough people, in order, with the first row to each of them.
pub(super) fn people(mut sent: Vec<SharedThing>, mut hand_on: impl FnMut(u64, &[SharedThing])) {
    sent.sort_unstable_by_key(|row| (row.object, row.recipient, row.ts));
    sent.dedup_by_key(|row| (row.object, row.recipient));
    for thing in sent.chunk_by(|a, b| a.object == b.object).filter(|thing| LEAST_AUDIENCE <= thing.len()) {
        hand_on(thing[0].object, thing);
    }
}
