//! How many rows fall on which day: what a single row with an absurd time cannot hide behind.
//! In: the time of every usable row; out: where the bulk of a log begins and ends, and rows that contradict their folder's date.
//! Judges no row: each of them is read all the same.

use crate::domain::{DAY_US, Timestamp};
use std::collections::BTreeMap;

/// 1990-01-01, before which no time is usable, in days since 1970.
const FIRST: i64 = 7305;
/// From there to 2100, from which on none is.
const DAYS: usize = 40_177;
/// Of so many rows one before the bulk is a stray.
const STRAY_OF: u64 = 1000;
/// More rows than this are no wrong clock, however many others there are.
const MOST_LATE: u64 = 1000;
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

/// A few rows long before or long after all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Strays {
    /// How many rows lie outside the bulk on that side.
    pub rows: u64,
    /// All rows.
    pub of: u64,
    /// Midnight UTC of the day on which the bulk begins, or of the one on which it ends, microseconds.
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

    /// The rows after the bulk, if they are as few as the strays before it may be, and if they alone fill the last tenth
    /// of the span (of a short log its second half), so that a window before the newest row would lack what all others
    /// hold. What lies on the day after the bulk still belongs to it: a log may end soon after midnight.
    pub(crate) fn late(&self) -> Option<Strays> {
        let of: u64 = self.0.values().sum();
        let (part, most) = match of {
            0..TELLING_ROWS => return None,
            TELLING_ROWS..STRAY_OF => (2, 1),
            _ => (10, (of.div_ceil(STRAY_OF) - 1).min(MOST_LATE)),
        };
        // The bulk is what is left without so many rows at either end, or a stray of long ago would stretch the span.
        let first = reached(self.0.iter(), most)?;
        let bulk = reached(self.0.iter().rev(), most)?;
        let last = *self.0.keys().next_back()?;
        let bulk = if self.0.contains_key(&(bulk + 1)) { bulk + 1 } else { bulk };
        let is_late = bulk + 1 < last && bulk < last - (last - first) / part;
        let rows = self.0.range(bulk + 1..).map(|(_, n)| n).sum();
        is_late.then_some(Strays { rows, of, bulk: bulk * DAY_US })
    }

    /// The same without the days after a moment.
    pub(crate) fn until(&self, moment: i64) -> Self {
        Self(self.0.range(..=moment.div_euclid(DAY_US)).map(|(day, n)| (*day, *n)).collect())
    }
}

/// The first of some days with which there are more rows than so many.
fn reached<'a>(days: impl Iterator<Item = (&'a i64, &'a u64)>, most: u64) -> Option<i64> {
    let mut rows = 0;
    days.map(|(day, n)| (*day, n))
        .find(|(_, n)| {
            rows += *n;
            most < rows
        })
        .map(|(day, _)| day)
}

impl Strays {
    /// The last moment of the bulk, for rows after it.
    pub(crate) fn end(&self) -> i64 {
        self.bulk + DAY_US - 1
    }

    /// What a person should know of rows after the bulk.
    pub(crate) fn late_warning(&self, newest: i64) -> String {
        format!(
            "{} of {} rows are dated long after all others, the newest at {}: they do not set the end of the log and lie \
             outside it, as_of is the midnight after {}; if they are right, say the end with --to",
            self.rows,
            self.of,
            Timestamp(newest).rfc3339(),
            Timestamp(self.bulk).date()
        )
    }

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
    fn a_row_of_a_wrong_clock_does_not_end_the_log() {
        let bulk: Vec<(i64, u64)> = (19_000..19_030).map(|day| (day, 84)).collect();
        let with = |more: &[(i64, u64)]| days(&[&bulk[..], more].concat()).late();
        let ends = |rows, of, day: i64| Some(Strays { rows, of, bulk: day * DAY_US });
        assert_eq!(with(&[]), None);
        assert_eq!(with(&[(19_078, 1)]), ends(1, 2521, 19_029));
        assert_eq!(with(&[(19_040, 1), (19_078, 1)]), ends(2, 2522, 19_029), "none hides behind another");
        assert_eq!(with(&[(19_078, 3)]), None, "three of 2523 are more than one of a thousand");
        assert_eq!(with(&[(19_032, 1)]), None, "a tenth of the log more or less loses nothing");
        assert_eq!(with(&[(19_033, 1)]), ends(1, 2521, 19_029));
        assert_eq!(
            with(&[(19_030, 1), (19_078, 1)]),
            ends(1, 2522, 19_030),
            "a log that ends soon after midnight"
        );
        assert_eq!(
            with(&[(7306, 1), (19_078, 1)]),
            ends(1, 2522, 19_029),
            "a stray of long ago stretches nothing"
        );
        let stretch = days(&[&[(18_640, 1)], &bulk[..], &[(40_000, 1)]].concat());
        assert_eq!(stretch.strays(), None, "the bulk lies in the first tenth");
        let late = stretch.late().expect("late");
        assert_eq!(stretch.until(late.end()).strays().map(|s| (s.rows, s.bulk)), Some((1, 19_000 * DAY_US)));
        let few: Vec<(i64, u64)> = (0..10).map(|i| (19_000 + i, 3)).collect();
        assert_eq!(days(&few).late(), None);
        assert_eq!(days(&[&few[..], &[(19_030, 1)]].concat()).late(), ends(1, 31, 19_009));
        assert_eq!(
            days(&[&few[..], &[(19_015, 1)]].concat()).late(),
            None,
            "in a short log a week says little"
        );
        assert_eq!(days(&[(19_000, 5), (40_000, 1)]).late(), None, "too few to tell");
        let large = |late| days(&[(19_000, 4_000_000), (19_001, 4_000_000), (19_005, late)]).late().is_some();
        assert!(large(1000) && !large(1001));
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
