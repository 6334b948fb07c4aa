//! How many rows fall on which day: what a single row with an absurd time cannot hide behind.
//! In: the time of every usable row; out: where the bulk of a log begins, and rows that contradict their folder's date.
//! Judges no row: each of them is read all the same.

use crate::domain::{DAY_US, Timestamp};
use std::collections::BTreeMap;

/// 1990-01-01, before which no time is usable, in days since 1970.
const FIRST: i64 = 7305;
/// From there to 2100, from which on none is.
const DAYS: usize = 40_177;
/// Of so many rows one before the bulk is a stray.
const STRAY_OF: u64 = 1000;
/// Logs of fewer rows say too little of where their bulk is.
const TELLING_ROWS: u64 = 20;

/// Counts rows by day while one part of a file is read.
#[derive(Default)]
pub(crate) struct DayCounter(Vec<u32>);

impl DayCounter {
    /// Counts one row.
    #[inline]
    pub fn add(&mut self, ts: i64) {
        if self.0.is_empty() {
            self.0.resize(DAYS, 0);
        }
        let day = (ts.div_euclid(DAY_US) - FIRST) as usize;
        if let Some(count) = self.0.get_mut(day) {
            *count = count.saturating_add(1);
        }
    }

    /// What was counted.
    pub fn days(&self) -> Days {
        let some = self.0.iter().enumerate().filter(|(_, n)| **n > 0);
        Days(some.map(|(day, n)| (day as i64 + FIRST, u64::from(*n))).collect())
    }
}

/// Rows by day, in days since 1970.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Days(BTreeMap<i64, u64>);

/// A few rows long before all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strays {
    /// How many rows lie before the bulk.
    pub rows: u64,
    /// All rows.
    pub of: u64,
    /// Midnight UTC of the day on which the bulk begins, microseconds.
    pub bulk: i64,
}

impl Days {
    /// Adds the rows of another part.
    pub(crate) fn absorb(&mut self, other: &Self) {
        for (day, n) in &other.0 {
            *self.0.entry(*day).or_default() += n;
        }
    }

    /// Rows more than a day away from the day that a folder is named after.
    pub(crate) fn far_from(&self, midnight: i64) -> u64 {
        let day = midnight.div_euclid(DAY_US);
        self.0.iter().filter(|(other, _)| day.abs_diff(**other) > 1).map(|(_, n)| n).sum()
    }

    /// The rows before the bulk, if they are so few and so early that one wrong clock explains them: fewer than one of a
    /// thousand in the first tenth of the span, or in a short log a single row in its first half.
    pub(crate) fn strays(&self) -> Option<Strays> {
        let (first, last) = (*self.0.keys().next()?, *self.0.keys().next_back()?);
        let of = self.0.values().sum();
        let (until, most) = match of {
            0..TELLING_ROWS => return None,
            TELLING_ROWS..STRAY_OF => (first + (last - first) / 2, 1),
            _ => (first + (last - first) / 10, of.div_ceil(STRAY_OF) - 1),
        };
        let rows = self.0.range(..=until).map(|(_, n)| n).sum();
        let (bulk, _) = self.0.range(until + 1..).next()?;
        (rows <= most).then_some(Strays { rows, of, bulk: bulk * DAY_US })
    }
}

impl Strays {
    /// What a person should know of them.
    pub(crate) fn warning(&self, oldest: i64) -> String {
        format!(
            "{} of {} rows are dated long before all others, the oldest at {}: they are not taken for the start of the \
             log, which counts as complete from {} on; if it is complete since another day, say so with --log-start",
            self.rows,
            self.of,
            Timestamp(oldest).rfc3339(),
            Timestamp(self.bulk).date()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(rows: &[(i64, u64)]) -> Days {
        Days(rows.iter().copied().collect())
    }

    #[test]
    fn a_stray_row_is_told_from_a_slow_beginning() {
        let bulk: Vec<(i64, u64)> = (19_000..19_030).map(|day| (day, 84)).collect();
        let with = |more: &[(i64, u64)]| days(&[&bulk[..], more].concat()).strays();
        assert_eq!(with(&[]), None);
        let stray = Strays { rows: 1, of: 2521, bulk: 19_000 * DAY_US };
        assert_eq!(with(&[(7306, 1)]), Some(stray));
        assert_eq!(with(&[(7306, 3)]), None, "three of 2523 are more than one of a thousand");
        assert_eq!(with(&[(18_999, 1)]), None, "the day before");
        assert_eq!(with(&[(40_000, 1)]), None, "far ahead is another matter");
        let few: Vec<(i64, u64)> = (0..10).map(|i| (19_000 + i, 3)).collect();
        assert_eq!(days(&few).strays(), None);
        assert_eq!(days(&[&few[..], &[(18_000, 1)]].concat()).strays().map(|s| s.rows), Some(1));
        assert_eq!(days(&[(7306, 1), (19_000, 5)]).strays(), None, "too few to tell");
    }

    #[test]
    fn days_are_counted_and_compared_with_their_folder() {
        let mut counter = DayCounter::default();
        assert_eq!(counter.days(), Days::default());
        for ts in [FIRST * DAY_US, 20_000 * DAY_US - 1, 20_000 * DAY_US, 20_002 * DAY_US - 1, 20_002 * DAY_US]
        {
            counter.add(ts);
        }
        let mut counted = counter.days();
        assert_eq!(counted, days(&[(FIRST, 1), (19_999, 1), (20_000, 1), (20_001, 1), (20_002, 1)]));
        counted.absorb(&days(&[(19_998, 2)]));
        assert_eq!(counted.far_from(20_000 * DAY_US), 4);
    }
}
