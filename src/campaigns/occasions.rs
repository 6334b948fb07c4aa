//! When two senders of one cluster met, and how often they would have by habit alone.
//! In: the times at which each of two accounts sent a cluster; out: days with a coincidence, and an expected number.
//! Knows one cluster and two accounts at a time.

use super::share::{Share, within};

/// Microseconds of a day.
pub(crate) const DAY_US: i64 = 86_400_000_000;
/// Shortest cell of a day that habits are compared in.
const LEAST_CELL_US: i64 = 60_000_000;

/// A day on which two accounts sent a cluster within the window of one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Coincidence {
    /// UTC day since 1970 of the earlier of the two shares.
    pub day: i64,
    /// First share on that day of either that the other joined; `i64::MAX` where only the other was joined.
    pub a_first: i64,
    /// See `a_first`.
    pub b_first: i64,
}

/// The shares of one cluster by account and time.
pub(crate) fn senders(object: &[Share]) -> Vec<Share> {
    let mut sorted = object.to_vec();
    sorted.sort_unstable_by_key(|s| (s.account, s.ts));
    sorted
}

/// Days on which some share of one has a share of the other in the closed window; both sorted by time. Linear time.
pub(crate) fn coincidences(a: &[Share], b: &[Share], window_us: i64) -> Vec<Coincidence> {
    let mut marks: Vec<Coincidence> = Vec::new();
    joined(a, b, window_us, |ts| {
        marks.push(Coincidence { day: ts.div_euclid(DAY_US), a_first: ts, b_first: i64::MAX });
    });
    joined(b, a, window_us, |ts| {
        marks.push(Coincidence { day: ts.div_euclid(DAY_US), a_first: i64::MAX, b_first: ts });
    });
    marks.sort_unstable_by_key(|m| m.day);
    marks.dedup_by(|more, kept| {
        let same = more.day == kept.day;
        if same {
            kept.a_first = kept.a_first.min(more.a_first);
            kept.b_first = kept.b_first.min(more.b_first);
        }
        same
    });
    marks
}

/// Visits the first share of `a` on each day that has one of `b` in the window that starts with it.
fn joined(a: &[Share], b: &[Share], window_us: i64, mut visit: impl FnMut(i64)) {
    let (mut next, mut visited) = (0, None);
    for share in a {
        while b.get(next).is_some_and(|other| other.ts < share.ts) {
            next += 1;
        }
        let day = Some(share.ts.div_euclid(DAY_US));
        let is_joined = b.get(next).is_some_and(|other| within(share.ts, other.ts, window_us));
        if is_joined && visited != day {
            visited = day;
            visit(share.ts);
        }
    }
}

/// Coincidences on this cluster to expect if one of the two had sent on other days at the same hours, times the days of
/// the log: the number of (day of a, day of b) whose times of day come near one another.
///
/// This keeps what each is used to (its hours, how often it sends this) and breaks only what is in question, that they do
/// it on the same days. Times of day are compared in cells of the window, neighbors included, so it is an upper bound.
/// Both of a text sent every day at the same hour expect every day, and cannot be told from two strangers with one
/// vendor's reminder; contents that are new each day expect one day in all of them.
pub(crate) fn habitual(a: &[Share], b: &[Share], window_us: i64) -> u64 {
    let (a, b) = (by_day(a, window_us), by_day(b, window_us));
    let near = |x: &[i64], y: &[i64]| {
        let (mut i, mut j) = (0, 0);
        while let (Some(p), Some(q)) = (x.get(i), y.get(j)) {
            if (p - q).abs() <= 1 {
                return true;
            }
            i += usize::from(p < q);
            j += usize::from(q < p);
        }
        false
    };
    a.iter().map(|x| b.iter().filter(|y| near(x, y)).count() as u64).sum()
}

/// The cells of each day with a share.
fn by_day(shares: &[Share], window_us: i64) -> Vec<Vec<i64>> {
    let cell = window_us.max(LEAST_CELL_US);
    let of_day = shares.chunk_by(|x, y| x.ts.div_euclid(DAY_US) == y.ts.div_euclid(DAY_US));
    let cells = of_day.map(|day| {
        let mut cells: Vec<i64> = day.iter().map(|s| s.ts.rem_euclid(DAY_US) / cell).collect();
        cells.dedup();
        cells
    });
    cells.collect()
}
