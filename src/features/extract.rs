//! Runs every card over every account of a partition.
//! In: one ordered partition, the side tables and the exchange; out: feature rows in account order.
//! Knows no files and no threads, so that another engine can run the same code per partition.

use super::facts::{Facts, Scratch};
use super::table::AccountFeatures;
use crate::content::Templates;
use crate::context::Exchange;
use crate::domain::{Token, Window};
use crate::log::{
    AccountTimeline, FeedbackRow, GroupEventRow, MessageEvent, Offers, Partition, Received, RegistrationRow,
    SideTables, in_population, rows_of,
};

/// What extraction needs beside the partition itself.
#[derive(Debug, Clone, Copy)]
pub struct Night<'a> {
    /// The window.
    pub window: Window,
    /// First moment the log covers.
    pub log_start: i64,
    /// Which optional columns and tables exist.
    pub offers: Offers,
    /// Side tables, each sorted by account.
    pub side: &'a SideTables,
    /// Aggregates over the side tables.
    pub exchange: &'a Exchange,
    /// Which contents are variants of one text.
    pub templates: &'a Templates,
}

/// Feature rows of a partition, in account order; `extra` are accounts of this partition that only side tables name.
pub fn extract(partition: &Partition, extra: &[Token], night: &Night) -> Vec<AccountFeatures> {
    extract_watched(partition, extra, night, |_, _, _| {})
}

/// The same, with every account's facts and row shown to `watch` beside the place of that row.
pub fn extract_watched(
    partition: &Partition,
    extra: &[Token],
    night: &Night,
    mut watch: impl FnMut(usize, &Facts, &AccountFeatures),
) -> Vec<AccountFeatures> {
    let cards = super::cards();
    let mut scratch = Scratch::default();
    let accounts = accounts(partition, extra);
    let mut rows = Vec::with_capacity(accounts.len());
    let mut slices = Slices::new(partition, night.side, accounts.first());
    for account in accounts {
        let timeline = slices.timeline(account, night.side);
        if !in_population(&timeline, &night.window) {
            continue;
        }
        let context = night.exchange.context(&timeline);
        let facts = Facts::new(night, timeline, context, &mut scratch);
        let row = AccountFeatures::of(account, cards.iter().map(|card| (card.value)(&facts)));
        watch(rows.len(), &facts, &row);
        rows.push(row);
        facts.release(&mut scratch);
    }
    rows
}

fn accounts(partition: &Partition, extra: &[Token]) -> Vec<Token> {
    let mut all: Vec<Token> =
        partition.sent.chunk_by(|a, b| a.sender == b.sender).map(|events| events[0].sender).collect();
    all.extend_from_slice(extra);
    all.sort_unstable();
    all.dedup();
    all
}

/// What is left of a table sorted by account, after the accounts already seen.
struct Rest<'a, T> {
    rows: &'a [T],
    account: fn(&T) -> Token,
}

impl<'a, T> Rest<'a, T> {
    /// The table from `first` on.
    fn new(rows: &'a [T], first: Option<&Token>, account: fn(&T) -> Token) -> Self {
        let before = first.map_or(rows.len(), |first| rows.partition_point(|row| account(row) < *first));
        Self { rows: &rows[before..], account }
    }

    /// The rows of `account`, which must not lie before one asked for earlier.
    fn take(&mut self, account: Token) -> &'a [T] {
        let from = reach(self.rows, |row| (self.account)(row) < account);
        let rest = &self.rows[from..];
        let (own, rest) = rest.split_at(reach(rest, |row| (self.account)(row) == account));
        self.rows = rest;
        own
    }
}

/// How many leading rows hold, in doubling steps: the next account is near, wherever the table ends.
fn reach<T>(rows: &[T], holds: impl Fn(&T) -> bool) -> usize {
    let mut step = 1;
    while rows.get(step - 1).is_some_and(&holds) {
        step *= 2;
    }
    let known = step / 2;
    let end = rows.len().min(step);
    known + rows[known..end].partition_point(holds)
}

/// The tables of one partition, walked in account order.
struct Slices<'a> {
    sent: Rest<'a, MessageEvent>,
    received: Rest<'a, Received>,
    group_acts: Rest<'a, GroupEventRow>,
    feedback: Rest<'a, FeedbackRow>,
    registrations: Rest<'a, RegistrationRow>,
}

impl<'a> Slices<'a> {
    fn new(partition: &'a Partition, side: &'a SideTables, first: Option<&Token>) -> Self {
        Self {
            sent: Rest::new(&partition.sent, first, |e| e.sender),
            received: Rest::new(&partition.received, first, |r| r.account),
            group_acts: Rest::new(side.group_events.as_deref().unwrap_or(&[]), first, |g| g.actor),
            feedback: Rest::new(side.feedback.as_deref().unwrap_or(&[]), first, |f| f.reported),
            registrations: Rest::new(side.registrations.as_deref().unwrap_or(&[]), first, |r| r.account),
        }
    }

    fn timeline(&mut self, account: Token, side: &'a SideTables) -> AccountTimeline<'a> {
        AccountTimeline {
            account,
            sent: self.sent.take(account),
            received: self.received.take(account),
            group_acts: self.group_acts.take(account),
            feedback: self.feedback.take(account),
            registrations: self.registrations.take(account),
            row: side.accounts.as_deref().and_then(|t| rows_of(t, account, |a| a.account).first()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn walking_finds_what_searching_finds(
            mut rows in proptest::collection::vec(0u128..40, 0..80),
            mut asked in proptest::collection::btree_set(0u128..42, 0..20),
        ) {
            rows.sort_unstable();
            let rows: Vec<Token> = rows.into_iter().map(Token).collect();
            let first = asked.pop_first().map(Token);
            let mut rest = Rest::new(&rows, first.as_ref(), |row| *row);
            for account in first.into_iter().chain(asked.into_iter().map(Token)) {
                prop_assert_eq!(rest.take(account), rows_of(&rows, account, |row| *row));
            }
        }
    }
}
