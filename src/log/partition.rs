//! Routes events to account partitions: each account's sent and received events end up side by side.
//! In: validated events in any order from any number of workers; out: partitions sorted by (account, time, all columns),
//! de-duplicated and cut to what the window may know.
//! Knows no feature; the order of workers, files and rows leaves no trace in what it returns.

use super::event::{ABSENT_U32, MessageEvent, smaller_content};
use super::read::EventSink;
use crate::domain::{Chat, Status, Token, Window, Word};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::hash::BuildHasher;

/// How many partitions a run has.
///
/// Enough that one partition's rows stay in the cache of a core at ten million messages, few enough that a small
/// log does not pay for empty ones.
pub const PARTITIONS: usize = 256;

/// One message as its recipient sees it; 64 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Received {
    /// The recipient, whose timeline this belongs to.
    pub account: Token,
    /// When, UTC microseconds.
    pub ts: i64,
    /// Who wrote.
    pub peer: Token,
    /// Keyed digest of the message id, 0 when absent.
    pub msg: u64,
    /// [`Chat`] code.
    pub chat: u8,
    /// [`crate::domain::Status`] code + 1, 0 when absent.
    pub status: u8,
}

impl Received {
    fn of(event: &MessageEvent) -> Self {
        Self {
            account: event.recipient,
            ts: event.ts,
            peer: event.sender,
            msg: event.msg,
            chat: event.chat,
            status: event.status,
        }
    }

    fn is_contact(&self) -> bool {
        let mut event = MessageEvent::bare(self.ts, self.peer, self.account);
        event.chat = self.chat;
        event.status = self.status;
        event.is_contact()
    }
}

/// The rows of one partition before ordering.
#[derive(Debug, Default)]
struct Buffer {
    sent: Vec<MessageEvent>,
    received: Vec<Received>,
    names: HashMap<Token, Box<str>, FixedState>,
}

/// Takes events from one ingest worker and routes them.
#[derive(Debug)]
pub struct Router {
    buffers: Vec<Buffer>,
    newest: Option<i64>,
    oldest: Option<i64>,
    left_out: u64,
    delivery: bool,
    digest: u128,
    hasher: FixedState,
}

impl Default for Router {
    fn default() -> Self {
        Self::new()
    }
}

impl Router {
    /// An empty router.
    pub fn new() -> Self {
        Self {
            buffers: (0..PARTITIONS).map(|_| Buffer::default()).collect(),
            newest: None,
            oldest: None,
            left_out: 0,
            delivery: false,
            digest: 0,
            hasher: FixedState::default(),
        }
    }

    fn row_digest(&self, event: &MessageEvent) -> u128 {
        let low = self.hasher.hash_one((
            event.sender,
            event.recipient,
            event.ts,
            event.msg,
            event.content,
            event.network,
            (event.size, event.typing_ms),
            (event.chat, event.kind, event.status, event.via),
            (event.known, event.forwarded, event.template, event.link),
        ));
        u128::from(low)
    }
}

impl EventSink for Router {
    fn message(&mut self, event: &MessageEvent) {
        self.newest = self.newest.max(Some(event.ts));
        self.oldest = Some(self.oldest.map_or(event.ts, |t| t.min(event.ts)));
        // A wrapping sum does not depend on the order of rows, so the same log split differently has one digest.
        self.digest = self.digest.wrapping_add(self.row_digest(event));
        if event.is_left_out() {
            self.left_out += 1;
            return;
        }
        self.delivery |= event.status().is_some_and(|s| Status::Delivered <= s);
        self.buffers[event.sender.partition(PARTITIONS)].sent.push(*event);
        if event.is_personal() && event.sender != event.recipient {
            self.buffers[event.recipient.partition(PARTITIONS)].received.push(Received::of(event));
        }
    }

    fn name(&mut self, token: Token, name: &str) {
        let names = &mut self.buffers[token.partition(PARTITIONS)].names;
        names.entry(token).or_insert_with(|| name.into());
    }
}

/// What all routers saw together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// Newest event, before any cut.
    pub newest: Option<i64>,
    /// Oldest event, before any cut.
    pub oldest: Option<i64>,
    /// Rows of channels and reactions, which are no messages.
    pub left_out: u64,
    /// Whether any message is said to be delivered or read.
    pub delivery: bool,
    /// Digest of all rows, free of order.
    pub digest: u128,
}

impl Seen {
    /// Adds up what several routers saw.
    pub fn of(routers: &[Router]) -> Self {
        routers.iter().fold(Self::default(), |seen, router| Self {
            newest: seen.newest.max(router.newest),
            oldest: match (seen.oldest, router.oldest) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
            left_out: seen.left_out + router.left_out,
            delivery: seen.delivery | router.delivery,
            digest: seen.digest.wrapping_add(router.digest),
        })
    }
}

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
}

/// Moves partition `index` out of every router.
pub fn take(routers: &mut [Router], index: usize) -> PartitionParts {
    PartitionParts { buffers: routers.iter_mut().map(|r| std::mem::take(&mut r.buffers[index])).collect() }
}

/// The unordered rows of one partition, one buffer a worker.
#[derive(Debug)]
pub struct PartitionParts {
    buffers: Vec<Buffer>,
}

impl PartitionParts {
    /// Cuts to the window, sorts, and folds copies; the result depends on the set of rows only.
    pub fn order(self, window: &Window) -> Partition {
        let mut out = Partition::default();
        let mut total = 0;
        for buffer in self.buffers {
            total += buffer.sent.len();
            out.names.extend(buffer.names);
            append_within(&mut out.sent, buffer.sent, |e| window.in_log(e.ts));
            append_within(&mut out.received, buffer.received, |r| window.in_log(r.ts));
        }
        out.outside = (total - out.sent.len()) as u64;
        out.names.sort_unstable();
        out.names.dedup_by(|later, first| later.0 == first.0);
        out.sent.sort_unstable();
        out.received.sort_unstable();
        out.duplicates = fold_copies(&mut out.sent);
        fold_copies(&mut out.received);
        out.received.retain(Received::is_contact);
        out
    }
}

fn append_within<T>(out: &mut Vec<T>, mut rows: Vec<T>, keep: impl Fn(&T) -> bool) {
    rows.retain(keep);
    if out.is_empty() {
        *out = rows;
    } else {
        out.append(&mut rows);
    }
}

/// A row that may be a copy of another: same sender, message id and recipient.
trait Copied: Copy {
    fn account(&self) -> Token;
    fn key(&self) -> (u64, Token);
    fn ts(&self) -> i64;
    /// Takes over what a later copy knows better.
    fn absorb(&mut self, later: &Self);
}

fn smaller_chat(a: u8, b: u8) -> u8 {
    let name = |code: u8| Chat::ALL.get(usize::from(code)).map_or("", |(name, _)| *name);
    if name(b) < name(a) { b } else { a }
}

fn smaller_set<T: Ord + Copy>(a: T, b: T, absent: T) -> T {
    match (a == absent, b == absent) {
        (true, _) => b,
        (_, true) => a,
        _ => a.min(b),
    }
}

impl Copied for MessageEvent {
    fn account(&self) -> Token {
        self.sender
    }

    fn key(&self) -> (u64, Token) {
        (self.msg, self.recipient)
    }

    fn ts(&self) -> i64 {
        self.ts
    }

    fn absorb(&mut self, later: &Self) {
        self.chat = smaller_chat(self.chat, later.chat);
        (self.content_head, self.content) =
            smaller_content((self.content_head, self.content), (later.content_head, later.content));
        self.network = smaller_set(self.network, later.network, 0);
        self.size = smaller_set(self.size, later.size, ABSENT_U32);
        self.typing_ms = smaller_set(self.typing_ms, later.typing_ms, ABSENT_U32);
        self.kind = smaller_set(self.kind, later.kind, 0);
        self.status = self.status.max(later.status);
        self.via = smaller_set(self.via, later.via, 0);
        self.known = self.known.max(later.known);
        self.forwarded = smaller_set(self.forwarded, later.forwarded, 0);
        self.template = smaller_set(self.template, later.template, 0);
        self.link = smaller_set(self.link, later.link, 0);
    }
}

impl Copied for Received {
    fn account(&self) -> Token {
        self.account
    }

    fn key(&self) -> (u64, Token) {
        (self.msg, self.peer)
    }

    fn ts(&self) -> i64 {
        self.ts
    }

    fn absorb(&mut self, later: &Self) {
        self.chat = smaller_chat(self.chat, later.chat);
        self.status = self.status.max(later.status);
    }
}

/// Folds copies into their earliest row, in time linear in the rows; returns how many were folded.
///
/// Rows must be sorted by account and time. A null message id is no key: such rows are never folded.
fn fold_copies<T: Copied>(rows: &mut Vec<T>) -> u64 {
    let hasher = FixedState::default();
    let slots = (rows.len() * 2).next_power_of_two();
    let mut seen = vec![0u64; slots];
    let mut any = false;
    for row in rows.iter().filter(|r| r.key().0 != 0) {
        // Fingerprints of the full key; a false alarm only costs the exact pass below.
        let print = hasher.hash_one((row.account(), row.key())).max(1);
        let mut slot = print as usize & (slots - 1);
        while seen[slot] != 0 && seen[slot] != print {
            slot = (slot + 1) & (slots - 1);
        }
        any |= seen[slot] == print;
        seen[slot] = print;
    }
    if any { fold_exactly(rows) } else { 0 }
}

fn fold_exactly<T: Copied>(rows: &mut Vec<T>) -> u64 {
    let mut order: Vec<u32> = (0..rows.len() as u32).filter(|i| rows[*i as usize].key().0 != 0).collect();
    order.sort_by_key(|i| {
        let row = &rows[*i as usize];
        (row.account(), row.key(), row.ts(), *i)
    });
    let mut dropped = vec![false; rows.len()];
    let mut first = 0;
    for at in 1..order.len() {
        let (kept, later) = (order[first] as usize, order[at] as usize);
        let same = rows[kept].account() == rows[later].account() && rows[kept].key() == rows[later].key();
        if same {
            let copy = rows[later];
            rows[kept].absorb(&copy);
            dropped[later] = true;
        } else {
            first = at;
        }
    }
    let before = rows.len();
    let mut at = 0;
    rows.retain(|_| {
        at += 1;
        !dropped[at - 1]
    });
    (before - rows.len()) as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::log::pack;

    fn window() -> Window {
        Window::new(Timestamp(1_000), Timestamp(2_000), 500).expect("valid window")
    }

    fn event(ts: i64, msg: u64, status: Option<Status>) -> MessageEvent {
        MessageEvent { msg, status: pack(status), ..MessageEvent::bare(ts, Token(1), Token(2)) }
    }

    fn order(events: &[MessageEvent]) -> Partition {
        let mut router = Router::new();
        events.iter().for_each(|e| router.message(e));
        take(&mut [router], Token(1).partition(PARTITIONS)).order(&window())
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

    #[test]
    fn the_digest_is_free_of_order() {
        let events = [event(1_100, 1, None), event(1_200, 2, Some(Status::Sent)), event(1_300, 3, None)];
        let digest = |order: &[usize]| {
            let mut router = Router::new();
            order.iter().for_each(|i| router.message(&events[*i]));
            Seen::of(&[router]).digest
        };
        assert_eq!(digest(&[0, 1, 2]), digest(&[2, 0, 1]));
        assert_ne!(digest(&[0, 1, 2]), digest(&[0, 1, 1]));
    }
}
