//! What the search for campaigns reads: who put out which thing when, and to whom where it went to many.
//! In: one account's facts; out: rows of 32 bytes, by thing, that wait in memory or on disk.
//! Leaves out what people answer with: only what nothing prompted can be a mailing.

use crate::domain::{MINUTE_US, MessageKind};
use crate::features::Facts;
use crate::log::Words;

/// One thing put out by one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct SharedThing {
    /// The thing: a keyed digest of a content, or of the cluster of texts it belongs to.
    pub object: u64,
    /// The account, by its place in account order.
    pub account: u32,
    /// When, UTC microseconds.
    pub ts: i64,
    /// To whom, as a keyed digest; 0 for a row that tells the time only.
    pub recipient: u64,
}

impl Words for SharedThing {
    const NAMES: &'static [&'static str] = &["object", "account", "ts", "recipient"];

    fn put(&self, columns: &mut [Vec<u64>]) {
        let words = [self.object, u64::from(self.account), self.ts as u64, self.recipient];
        columns.iter_mut().zip(words).for_each(|(column, word)| column.push(word));
    }

    fn get(columns: &[&[u64]], row: usize) -> Self {
        Self {
            object: columns[0][row],
            account: columns[1][row] as u32,
            ts: columns[2][row] as i64,
            recipient: columns[3][row],
        }
    }
}

/// One thing counts once in so long a time: a mailing of an hour is six rows and not thousands.
const ONCE_US: i64 = 10 * MINUTE_US;
/// People one thing must reach for its recipients to be kept.
const LEAST_AUDIENCE: usize = 10;
/// Keeps what a text points to apart from contents.
const POINTS_TO: u64 = 0x5bd1_e995_9e37_79b9;
/// Bytes below which a text is too short to tell one sender from another: "ok", "good morning".
const LEAST_BYTES: u32 = 16;

/// Appends what an account put out that nothing prompted, by thing and time; a linear pass and a sort.
pub fn shared_things(facts: &Facts, account: u32, rows: &mut Vec<SharedThing>) {
    if !facts.offers.content {
        return;
    }
    let from = rows.len();
    for action in facts.actions.iter().filter(|a| a.is_unprompted()) {
        let event = facts.event(action);
        let content = facts.content(action);
        let text = matches!(event.kind(), None | Some(MessageKind::Text));
        let short = text && action.size().is_some_and(|bytes| bytes < LEAST_BYTES);
        if content != 0 && !short && !facts.templates.is_weak(content) {
            rows.push(SharedThing {
                object: facts.templates.of(content),
                account,
                ts: event.ts,
                recipient: 0,
            });
        }
        // Words can be exchanged at will; where they lead is what a campaign is for.
        if event.object != 0 {
            rows.push(SharedThing { object: event.object ^ POINTS_TO, account, ts: event.ts, recipient: 0 });
        }
    }
    rows[from..].sort_unstable();
    let mut last: Option<SharedThing> = None;
    let mut kept = from;
    let mut mailed: Vec<u64> = Vec::new();
    let mut run = 0;
    for i in from..rows.len() {
        let row = rows[i];
        let same = last.is_some_and(|last| last.object == row.object);
        run = if last.is_some() && rows[i - 1].object == row.object { run + 1 } else { 1 };
        if run == LEAST_AUDIENCE {
            mailed.push(row.object);
        }
        if !same || last.is_some_and(|last| ONCE_US < row.ts - last.ts) {
            rows[kept] = row;
            kept += 1;
            last = Some(row);
        }
    }
    rows.truncate(kept);
    if !mailed.is_empty() {
        deliveries(facts, account, &mailed, rows);
    }
}

/// Appends each person that one of these things was sent to, once a thing; `mailed` is sorted.
fn deliveries(facts: &Facts, account: u32, mailed: &[u64], rows: &mut Vec<SharedThing>) {
    let from = rows.len();
    for (at, event) in facts.contacts.event.iter().enumerate() {
        let object = facts.template_of(*event);
        let event = facts.sent(*event);
        if !facts.is_answer(at) && mailed.binary_search(&object).is_ok() {
            // The low half of a keyed token is as good as a digest; 0 stands for nobody.
            let recipient = (event.recipient.0 as u64).max(1);
            rows.push(SharedThing { object, account, ts: event.ts, recipient });
        }
    }
    rows[from..].sort_unstable_by_key(|row| (row.object, row.recipient, row.ts));
    let mut kept = from;
    for i in from..rows.len() {
        let row = rows[i];
        if kept == from || (rows[kept - 1].object, rows[kept - 1].recipient) != (row.object, row.recipient) {
            rows[kept] = row;
            kept += 1;
        }
    }
    rows.truncate(kept);
}
