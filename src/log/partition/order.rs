//! Brings the rows of a partition into the order of timelines: by account, then time, then everything else.
//! In: chunks of rows as they came; out: one sorted, de-duplicated slice each of sent and received events.
//! Linear when the log is in time order already; the result depends on the set of rows only.

use super::copies::{Copied, fold_copies};
use super::row::{Chunks, Names, Received};
use crate::domain::{Token, Window};
use crate::log::MessageEvent;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// One partition, ordered and clean: rows sorted by account, then time, then everything else.
#[derive(Debug, Default)]
pub struct Partition {
    /// Sent events.
    pub sent: Vec<MessageEvent>,
    /// Received contacts.
    pub received: Vec<Received>,
    /// What the log calls the accounts of this partition, sorted by token.
    pub names: Vec<(Token, Box<str>)>,
    /// Copies of events that were folded into their earliest.
    pub duplicates: u64,
    /// Rows outside what the window may know.
    pub outside: u64,
}

impl Partition {
    /// What the log calls an account.
    pub fn name(&self, account: Token) -> Option<&str> {
        let i = self.names.binary_search_by_key(&account, |(token, _)| *token).ok()?;
        Some(&self.names[i].1)
    }

    /// Cuts to the window, sorts and folds copies.
    pub(super) fn of(rows: Rows, window: &Window) -> Self {
        let mut out = Self { names: rows.names.into_iter().collect(), ..Self::default() };
        out.names.sort_unstable();
        let total = rows.sent.iter().map(Chunks::len).sum::<usize>();
        out.sent = gather(rows.sent, window);
        out.outside = (total - out.sent.len()) as u64;
        out.received = gather(rows.received, window);
        out.duplicates = fold_copies(&mut out.sent);
        fold_copies(&mut out.received);
        out.received.retain(Received::is_contact);
        out
    }
}

/// The rows of a partition, or of a piece of one, as they came.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub sent: Vec<Chunks<MessageEvent>>,
    pub received: Vec<Chunks<Received>>,
    pub names: Names,
}

/// Puts the chunks of several workers together and in order, giving each chunk back as soon as it is copied.
fn gather<T: Copied + Ord>(workers: Vec<Chunks<T>>, window: &Window) -> Vec<T> {
    let mut chunks: Vec<Vec<T>> =
        workers.into_iter().flat_map(Chunks::into_parts).filter(|c| !c.is_empty()).collect();
    // Workers read different stretches of a log that is in time order as a rule: with their chunks in time order
    // the rows of most accounts need no sorting below.
    chunks.sort_by_key(|chunk| chunk[0].ts());
    let mut rows = Vec::with_capacity(chunks.iter().map(Vec::len).sum());
    for chunk in chunks {
        rows.extend(chunk.into_iter().filter(|row| window.in_log(row.ts())));
    }
    by_account(&mut rows);
    for account in rows.chunk_by_mut(|a, b| a.account() == b.account()) {
        if !account.is_sorted() {
            account.sort_unstable();
        }
    }
    rows
}

/// Groups rows by account in the order of tokens, keeping the order in which the rows of an account came.
fn by_account<T: Copied>(rows: &mut [T]) {
    let mut ids: HashMap<Token, u32, FixedState> = HashMap::default();
    let mut counts: Vec<(Token, u32)> = Vec::new();
    let mut place = Vec::with_capacity(rows.len());
    let mut last = (Token::default(), u32::MAX);
    for row in rows.iter() {
        let account = row.account();
        if last.0 != account || last.1 == u32::MAX {
            let next = counts.len() as u32;
            let id = *ids.entry(account).or_insert(next);
            if id == next {
                counts.push((account, 0));
            }
            last = (account, id);
        }
        counts[last.1 as usize].1 += 1;
        place.push(last.1);
    }
    let mut order: Vec<u32> = (0..counts.len() as u32).collect();
    order.sort_unstable_by_key(|id| counts[*id as usize].0);
    let mut next = vec![0u32; counts.len()];
    let mut start = 0;
    for id in order {
        next[id as usize] = start;
        start += counts[id as usize].1;
    }
    for slot in &mut place {
        let id = *slot as usize;
        *slot = next[id];
        next[id] += 1;
    }
    permute(rows, &mut place);
}

/// Moves `rows[i]` to `place[i]` by swaps along the cycles, so that no second copy of the rows is held.
fn permute<T>(rows: &mut [T], place: &mut [u32]) {
    for i in 0..rows.len() {
        while place[i] as usize != i {
            let to = place[i] as usize;
            rows.swap(i, to);
            place.swap(i, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Status, Timestamp};
    use crate::log::pack;
    use proptest::prelude::*;

    fn window() -> Window {
        Window::new(Timestamp(1_000), Timestamp(2_000), 500).expect("valid window")
    }

    fn event(ts: i64, msg: u64, status: Option<Status>) -> MessageEvent {
        MessageEvent { msg, status: pack(status), ..MessageEvent::bare(ts, Token(1), Token(2)) }
    }

    fn order(events: &[MessageEvent]) -> Partition {
        let (mut sent, mut received) = (Chunks::default(), Chunks::default());
        for event in events {
            sent.push(*event);
            received.push(Received::of(event));
        }
        Partition::of(Rows { sent: vec![sent], received: vec![received], ..Rows::default() }, &window())
    }

    #[test]
    fn copies_fold_into_the_earliest_with_the_highest_status() {
        let partition = order(&[
            event(1_200, 7, Some(Status::Failed)),
            event(1_100, 7, Some(Status::Attempted)),
            event(1_300, 7, Some(Status::Read)),
            event(1_300, 8, None),
        ]);
        assert_eq!(partition.duplicates, 2);
        let kept: Vec<_> = partition.sent.iter().map(|e| (e.ts, e.msg, e.status())).collect();
        assert_eq!(kept, [(1_100, 7, Some(Status::Read)), (1_300, 8, None)]);
        assert_eq!(partition.received.len(), 2, "the recipient sees the same folded events");
    }

    #[test]
    fn a_null_message_id_is_no_key() {
        let partition = order(&[event(1_100, 0, None), event(1_100, 0, None)]);
        assert_eq!((partition.sent.len(), partition.duplicates), (2, 0));
    }

    #[test]
    fn rows_outside_the_log_do_not_exist() {
        let partition = order(&[event(499, 1, None), event(500, 2, None), event(2_000, 3, None)]);
        assert_eq!((partition.sent.len(), partition.outside), (1, 2));
    }

    proptest! {
        #[test]
        fn rows_of_any_workers_come_out_as_if_sorted_at_once(
            rows in proptest::collection::vec((0u128..6, 1_000i64..1_020, 0u64..3), 0..900),
            workers in 1usize..4,
        ) {
            let make = |(account, ts, msg): (u128, i64, u64)| MessageEvent { msg, ..MessageEvent::bare(ts, Token(account), Token(9)) };
            let mut chunks: Vec<Chunks<MessageEvent>> = (0..workers).map(|_| Chunks::default()).collect();
            for (i, row) in rows.iter().enumerate() {
                chunks[i % workers].push(make(*row));
            }
            let mut expected: Vec<MessageEvent> = rows.iter().map(|r| make(*r)).collect();
            expected.sort();
            prop_assert_eq!(gather(chunks, &window()), expected);
        }
    }
}
