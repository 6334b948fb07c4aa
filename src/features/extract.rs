//! Runs every card over every account of a partition.
//! In: one ordered partition, the side tables and the exchange; out: feature rows in account order.
//! Knows no files and no threads, so that another engine can run the same code per partition.

use super::facts::{Facts, Scratch};
use super::table::AccountFeatures;
use crate::context::Exchange;
use crate::domain::{Token, Window};
use crate::log::{AccountTimeline, Offers, Partition, SideTables, in_population, rows_of};

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
}

/// Feature rows of a partition, in account order; `extra` are accounts of this partition that only side tables name.
pub fn extract(partition: &Partition, extra: &[Token], night: &Night) -> Vec<AccountFeatures> {
    let cards = super::cards();
    let mut scratch = Scratch::default();
    let mut rows = Vec::new();
    for account in accounts(partition, extra) {
        let timeline = timeline(account, partition, night.side);
        if !in_population(&timeline, &night.window) {
            continue;
        }
        let context = night.exchange.context(&timeline);
        let facts = Facts::new(night.window, night.log_start, night.offers, timeline, context, &mut scratch);
        let values = cards.iter().map(|card| (card.value)(&facts)).collect();
        rows.push(AccountFeatures::new(account, values));
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

fn timeline<'a>(account: Token, partition: &'a Partition, side: &'a SideTables) -> AccountTimeline<'a> {
    AccountTimeline {
        account,
        sent: rows_of(&partition.sent, account, |e| e.sender),
        received: rows_of(&partition.received, account, |r| r.account),
        group_acts: side.group_events.as_deref().map_or(&[], |t| rows_of(t, account, |g| g.actor)),
        feedback: side.feedback.as_deref().map_or(&[], |t| rows_of(t, account, |f| f.reported)),
        registrations: side.registrations.as_deref().map_or(&[], |t| rows_of(t, account, |r| r.account)),
        row: side.accounts.as_deref().and_then(|t| rows_of(t, account, |a| a.account).first()),
    }
}
