//! Folds copies of one event into their earliest row: at-least-once logs repeat themselves.
//! In: rows of one account in time order; out: the same rows without copies, the earliest knowing what any knew.
//! Work is linear in the rows; a null message id is no key.

use super::row::Received;
use crate::domain::{Chat, Token, Word};
use crate::log::event::{ABSENT_U32, MessageEvent, smaller_content};
use foldhash::fast::FixedState;
use std::hash::BuildHasher;

/// A row that may be a copy of another: same sender, message id and recipient.
pub(super) trait Copied: Copy {
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
        self.object = smaller_set(self.object, later.object, 0);
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
pub(super) fn fold_copies<T: Copied>(rows: &mut Vec<T>) -> u64 {
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
