//! The rows a partition is made of, and the chunks they wait in.
//! In: events as ingest hands them on; out: fixed-size chunks whose memory is known to the byte.
//! Knows no file and no order.

use crate::domain::Token;
use crate::log::MessageEvent;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// One message as its recipient sees it; 56 bytes.
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
    /// [`crate::domain::Chat`] code.
    pub chat: u8,
    /// [`crate::domain::Status`] code + 1, 0 when absent.
    pub status: u8,
}

impl Received {
    pub(super) fn of(event: &MessageEvent) -> Self {
        Self {
            account: event.recipient,
            ts: event.ts,
            peer: event.sender,
            msg: event.msg,
            chat: event.chat,
            status: event.status,
        }
    }

    pub(super) fn is_contact(&self) -> bool {
        let mut event = MessageEvent::bare(self.ts, self.peer, self.account);
        event.chat = self.chat;
        event.status = self.status;
        event.is_contact()
    }
}

/// Rows in one chunk: small enough that 256 half-empty ones cost little, large enough that few are allocated.
const CHUNK_ROWS: usize = 256;

/// Rows in chunks of one size, so that growing never copies and never holds twice what it needs.
#[derive(Debug)]
pub(super) struct Chunks<T> {
    full: Vec<Vec<T>>,
    last: Vec<T>,
}

impl<T> Default for Chunks<T> {
    fn default() -> Self {
        Self { full: Vec::new(), last: Vec::new() }
    }
}

impl<T: Copy> Chunks<T> {
    /// Adds a row; returns the bytes newly taken from the system.
    #[inline]
    pub fn push(&mut self, row: T) -> usize {
        let mut taken = 0;
        if self.last.len() == self.last.capacity() {
            taken = self.grow();
        }
        self.last.push(row);
        taken
    }

    #[cold]
    fn grow(&mut self) -> usize {
        let full = std::mem::replace(&mut self.last, Vec::with_capacity(CHUNK_ROWS));
        if !full.is_empty() {
            self.full.push(full);
        }
        CHUNK_ROWS * size_of::<T>()
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.full.iter().map(Vec::len).sum::<usize>() + self.last.len()
    }

    /// All chunks, in the order the rows came.
    pub fn into_parts(self) -> impl Iterator<Item = Vec<T>> {
        self.full.into_iter().chain(std::iter::once(self.last))
    }

    /// All rows, in the order they came.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.full.iter().flatten().chain(&self.last)
    }
}

/// What the log calls accounts.
pub(super) type Names = HashMap<Token, Box<str>, FixedState>;

/// The rows of one partition as they came.
#[derive(Debug, Default)]
pub(super) struct Buffer {
    pub sent: Chunks<MessageEvent>,
    pub received: Chunks<Received>,
    pub names: Names,
}

/// About what one name costs in memory: the table's slot, the text and its allocation.
pub(super) fn name_bytes(name: &str) -> usize {
    64 + name.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_in_order_and_memory_is_counted_by_chunk() {
        let mut chunks = Chunks::default();
        let taken: usize = (0..600u64).map(|i| chunks.push(i)).sum();
        assert_eq!(taken, 3 * CHUNK_ROWS * 8);
        assert_eq!(chunks.len(), 600);
        assert!(chunks.iter().copied().eq(0..600));
        assert_eq!(chunks.into_parts().flatten().last(), Some(599));
    }

    #[test]
    fn rows_carry_no_padding_for_alignment() {
        assert_eq!(size_of::<Received>(), 56);
        assert!(size_of::<MessageEvent>() <= 88);
    }
}
