//! Buffers that live longer than one account, so that steady state allocates nothing.
//! In: what the last account left; out: the same, emptied by whoever fills it next.
//! Lets go of what one account in a million needed.

use super::{Action, Contacts, Pair};
use crate::features::kernels::DistinctCounter;

/// Bytes a scratch may keep for the next account.
const KEPT_BYTES: usize = 64 << 20;

/// Room in which a card's function may compute; its content means nothing to the next one.
#[derive(Debug, Default)]
pub struct Room {
    /// Rows ordered by a key.
    pub words: Vec<u64>,
    /// Sorted digests.
    pub digests: Vec<u64>,
    /// Times or gaps.
    pub times: Vec<i64>,
    /// Dense keys, or rows.
    pub keys: Vec<u32>,
    /// A table for distinct counts.
    pub counter: DistinctCounter,
}

/// Buffers reused from account to account.
#[derive(Debug, Default)]
pub struct Scratch {
    pub(super) inbound: Vec<u64>,
    pub(super) marks: Vec<u8>,
    pub(super) actions: Vec<Action>,
    pub(super) action_ts: Vec<i64>,
    pub(super) contacts: Contacts,
    pub(super) pairs: Vec<Pair>,
    pub(super) sorted_gaps: Vec<i64>,
    pub(super) room: Room,
}

/// Fills a buffer anew with at most `most` values, and reserves for no more: doubling would cost a giant account dearly.
pub fn refill<T>(buffer: &mut Vec<T>, most: usize, values: impl Iterator<Item = T>) {
    buffer.clear();
    buffer.reserve_exact(most);
    buffer.extend(values);
}

fn bytes<T>(buffer: &Vec<T>) -> usize {
    buffer.capacity() * size_of::<T>()
}

impl Scratch {
    /// Bytes held for the next account.
    pub fn bytes(&self) -> usize {
        let Room { words, digests, times, keys, counter } = &self.room;
        let room = bytes(words) + bytes(digests) + bytes(times) + bytes(keys) + counter.bytes();
        let contacts = bytes(&self.contacts.ts) + bytes(&self.contacts.pair) + bytes(&self.contacts.event);
        let actions = bytes(&self.actions) + bytes(&self.action_ts) + bytes(&self.sorted_gaps);
        room + contacts + actions + bytes(&self.inbound) + bytes(&self.marks) + bytes(&self.pairs)
    }

    /// Gives back what one account of extraordinary size needed.
    pub(super) fn shrink(&mut self) {
        if KEPT_BYTES < self.bytes() {
            *self = Self::default();
        }
    }
}
