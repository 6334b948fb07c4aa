//! One account's own view of the log: what it sent, what it received, what it did to groups, what was said about it.
//! In: ordered partitions and side tables; out: borrowed slices, nothing copied.
//! Holds no other account's timeline and computes nothing.

use super::event::{AccountRow, FeedbackRow, GroupEventRow, MessageEvent, RegistrationRow};
use super::partition::Received;
use crate::domain::{Token, Window};
use std::ops::Range;

/// Everything the log says about one account, borrowed.
#[derive(Debug, Clone, Copy)]
pub struct AccountTimeline<'a> {
    /// Whose it is.
    pub account: Token,
    /// Sent events of the log, in time order.
    pub sent: &'a [MessageEvent],
    /// Received contacts of the log, in time order.
    pub received: &'a [Received],
    /// Group events it acted in, in time order.
    pub group_acts: &'a [GroupEventRow],
    /// Feedback about it, in time order.
    pub feedback: &'a [FeedbackRow],
    /// Its registrations, in time order.
    pub registrations: &'a [RegistrationRow],
    /// Its row of the accounts table.
    pub row: Option<&'a AccountRow>,
}

/// The slice of rows sorted by account that belongs to `account`.
pub fn rows_of<T>(rows: &[T], account: Token, key: impl Fn(&T) -> Token) -> &[T] {
    let range = range_of(rows, account, key);
    &rows[range]
}

fn range_of<T>(rows: &[T], account: Token, key: impl Fn(&T) -> Token) -> Range<usize> {
    let start = rows.partition_point(|row| key(row) < account);
    let length = rows[start..].partition_point(|row| key(row) == account);
    start..start + length
}

/// Whether an account gets a row: in the window it acted, registered, acted on a group, or was reported or blocked.
pub fn in_population(timeline: &AccountTimeline, window: &Window) -> bool {
    use crate::domain::FeedbackKind::{Block, Report};
    timeline.sent.iter().rev().any(|e| window.contains(e.ts))
        || timeline.registrations.iter().any(|r| window.contains(r.ts))
        || timeline.row.and_then(|r| r.registered_at).is_some_and(|t| window.contains(t))
        || timeline.group_acts.iter().any(|g| window.contains(g.ts))
        || timeline.feedback.iter().any(|f| window.contains(f.ts) && matches!(f.kind, Report | Block))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FeedbackKind, Timestamp};

    #[test]
    fn rows_are_found_by_account() {
        let rows = [(Token(1), 'a'), (Token(3), 'b'), (Token(3), 'c')];
        assert_eq!(rows_of(&rows, Token(3), |r| r.0).len(), 2);
        assert!(rows_of(&rows, Token(2), |r| r.0).is_empty());
    }

    #[test]
    fn an_opt_out_alone_makes_no_row_but_a_report_does() {
        let window = Window::new(Timestamp(10), Timestamp(20), 0).expect("valid");
        let feedback = |kind| {
            [FeedbackRow { reported: Token(1), ts: 15, reporter: Token(2), kind, reported_initiated: 0 }]
        };
        let population = |rows: &[FeedbackRow]| {
            let timeline = AccountTimeline {
                account: Token(1),
                sent: &[],
                received: &[],
                group_acts: &[],
                feedback: rows,
                registrations: &[],
                row: None,
            };
            in_population(&timeline, &window)
        };
        assert!(population(&feedback(FeedbackKind::Report)));
        assert!(!population(&feedback(FeedbackKind::Optout)));
    }
}
