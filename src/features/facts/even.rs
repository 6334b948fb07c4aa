//! Whom a stream goes to, and what is left of it without the busiest quarter of them.
//! In: the rows of one stream; out: how many people or groups there are, the busiest of them, and marks on actions.
//! Whoever pads a stream with one or a few recipients of their own makes these the busiest, and so leaves the rest alone.

use super::actions::Action;
use super::order::{order_by, row, token_prefix};
use super::room::refill;
use crate::domain::DAY_US;
use crate::log::MessageEvent;

/// The people or groups of a stream.
#[derive(Debug, Clone, Copy, Default)]
pub struct Targets {
    /// How many there are.
    pub n: usize,
    /// Most events to one of them.
    pub most_to_one: usize,
    /// UTC days with an event to that one; of several such ones the most.
    pub days_of_that_one: usize,
}

/// Which part of a stream is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// All of it.
    Whole,
    /// Without the busiest quarter of its people or groups.
    Even,
}

impl View {
    /// Whether an action of the stream is part of it.
    pub fn shows(self, action: &Action) -> bool {
        self == View::Whole || action.is_even()
    }
}

/// Counts the recipients of `rows` and marks the actions that go to others than the busiest quarter of them.
///
/// Of n recipients at most n/4, rounded up, are left out: those with more events than the next one.
/// An action to several people stays with any of them. `action_of` is the action of a row.
pub fn mark(
    sent: &[MessageEvent],
    rows: impl Iterator<Item = usize>,
    action_of: impl Fn(usize) -> usize,
    words: &mut Vec<u64>,
    sizes: &mut Vec<i64>,
    actions: &mut [Action],
) -> Targets {
    let to = |i: usize| sent[i].recipient;
    order_by(words, rows, |i| token_prefix(to(i)), to);
    let same = |a: &u64, b: &u64| to(row(*a)) == to(row(*b));
    let n = words.chunk_by(same).count();
    if n == 0 {
        return Targets::default();
    }
    refill(sizes, n, words.chunk_by(same).map(|run| run.len() as i64));
    let left_out = n.div_ceil(4).min(n - 1);
    let most = *sizes.select_nth_unstable(n - 1 - left_out).1;
    let mut targets = Targets { n, ..Targets::default() };
    for run in words.chunk_by(same) {
        // Rows of one recipient are in time order, for rows are.
        let on_days = days(run.iter().map(|w| sent[row(*w)].ts));
        let busiest = (targets.most_to_one, targets.days_of_that_one);
        (targets.most_to_one, targets.days_of_that_one) = busiest.max((run.len(), on_days));
        if run.len() as i64 <= most {
            run.iter().for_each(|w| actions[action_of(row(*w))].mark_even());
        }
    }
    targets
}

/// UTC days that times in order lie on.
pub fn days(ts: impl Iterator<Item = i64>) -> usize {
    let mut last = None;
    let mut n = 0;
    for t in ts {
        let day = Some(t.div_euclid(DAY_US));
        n += usize::from(day != last);
        last = day;
    }
    n
}
