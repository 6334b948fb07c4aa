//! How fast an account sends at its peak.
//! In: times of actions; out: largest numbers of actions in closed sliding windows.
//! Counts attempts, as the white paper does; a broadcast-list send is one action.

use super::facts::{Facts, refill};
use super::feature::{Family, Feature, Mark, count};
use super::kernels::{disjoint_windows, max_in_window};
use super::volume::UNEXPLAINED_READS;
use crate::domain::{DAY_US, HOUR_US, MINUTE_US, SECOND_US};

const BASE: Feature = Feature {
    family: Family::Rate,
    source: (Mark::Published, "sending rate: white paper; 15-60/min and 1,000/day: carrier guidance"),
    look_alikes: "support desks, pasted series of short lines, group events",
    reading: "people cannot keep up more than about one message a second, nor 1,000 a day",
    ..Feature::COUNT
};
const UNEXPLAINED: Feature = Feature {
    reads: UNEXPLAINED_READS,
    reading: "the same peak without answers to people who wrote first",
    ..BASE
};

/// Peak in 15 s.
pub static MAX_15S: Feature = Feature {
    name: "rate_actions_max_15s",
    contract: Some("rate_max_15s"),
    definition: "max over i of #{j: 0 <= t_j - t_i <= 15 s} over the actions of the window",
    value: |f| count(max_in_window(&f.action_ts, 15 * SECOND_US)),
    ..BASE
};
/// Peak in a minute.
pub static MAX_60S: Feature = Feature {
    name: "rate_actions_max_60s",
    contract: Some("rate_max_60s"),
    definition: "most actions in any closed 60 s",
    value: |f| count(max_in_window(&f.action_ts, MINUTE_US)),
    ..BASE
};
/// Peak in an hour.
pub static MAX_1H: Feature = Feature {
    name: "rate_actions_max_1h",
    contract: Some("rate_max_1h"),
    definition: "most actions in any closed hour",
    value: |f| count(max_in_window(&f.action_ts, HOUR_US)),
    ..BASE
};
/// Peak in a day.
pub static MAX_24H: Feature = Feature {
    name: "rate_actions_max_24h",
    contract: Some("rate_max_24h"),
    definition: "most actions in any closed 24 h",
    value: |f| count(max_in_window(&f.action_ts, DAY_US)),
    ..BASE
};
/// Peak in a week.
pub static MAX_7D: Feature = Feature {
    name: "rate_actions_max_7d",
    definition: "most actions in any closed 7 d",
    value: |f| count(max_in_window(&f.action_ts, 7 * DAY_US)),
    ..BASE
};
/// Unexplained peak in 15 s.
pub static UNEXPLAINED_MAX_15S: Feature = Feature {
    name: "rate_unexplained_max_15s",
    definition: "most unexplained actions in any closed 15 s",
    value: |f| count(unexplained(f).max_15s),
    ..UNEXPLAINED
};
/// Unexplained peak in a minute.
pub static UNEXPLAINED_MAX_60S: Feature = Feature {
    name: "rate_unexplained_max_60s",
    definition: "most unexplained actions in any closed 60 s",
    value: |f| count(unexplained(f).max_60s),
    ..UNEXPLAINED
};
/// Unexplained peak in an hour.
pub static UNEXPLAINED_MAX_1H: Feature = Feature {
    name: "rate_unexplained_max_1h",
    definition: "most unexplained actions in any closed hour",
    value: |f| count(unexplained(f).max_1h),
    ..UNEXPLAINED
};
/// Unexplained peak in a day.
pub static UNEXPLAINED_MAX_24H: Feature = Feature {
    name: "rate_unexplained_max_24h",
    definition: "most unexplained actions in any closed 24 h",
    value: |f| count(unexplained(f).max_24h),
    ..UNEXPLAINED
};
/// Minutes beyond the published human rate.
pub static FAST_MINUTES: Feature = Feature {
    name: "rate_fast_minutes_n",
    definition: "non-overlapping closed 60 s with more than 60 unexplained actions, taken greedily from the start",
    reading: "persistence of an inhuman rate: one such minute may be a paste, several are a program",
    value: |f| count(unexplained(f).fast_minutes),
    ..UNEXPLAINED
};
/// Days beyond the published human volume.
pub static FAST_DAYS: Feature = Feature {
    name: "rate_fast_days_n",
    definition: "non-overlapping closed 24 h with more than 1,000 unexplained actions, taken greedily from the start",
    reading: "persistence of an inhuman daily volume",
    value: |f| count(unexplained(f).fast_days),
    ..UNEXPLAINED
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &MAX_15S,
    &MAX_60S,
    &MAX_1H,
    &MAX_24H,
    &MAX_7D,
    &UNEXPLAINED_MAX_15S,
    &UNEXPLAINED_MAX_60S,
    &UNEXPLAINED_MAX_1H,
    &UNEXPLAINED_MAX_24H,
    &FAST_MINUTES,
    &FAST_DAYS,
];

/// Peaks of the unexplained actions, of which the times are gathered once.
#[derive(Debug, Clone, Copy)]
pub struct Peaks {
    max_15s: usize,
    max_60s: usize,
    max_1h: usize,
    max_24h: usize,
    fast_minutes: usize,
    fast_days: usize,
}

impl Peaks {
    fn of(ts: &[i64]) -> Self {
        Self {
            max_15s: max_in_window(ts, 15 * SECOND_US),
            max_60s: max_in_window(ts, MINUTE_US),
            max_1h: max_in_window(ts, HOUR_US),
            max_24h: max_in_window(ts, DAY_US),
            fast_minutes: disjoint_windows(ts, MINUTE_US, 61),
            fast_days: disjoint_windows(ts, DAY_US, 1_001),
        }
    }
}

fn unexplained(f: &Facts) -> Peaks {
    *f.later.unexplained.get_or_init(|| {
        if f.action_counts.unexplained == f.actions.len() {
            return Peaks::of(&f.action_ts);
        }
        let times = &mut f.room.borrow_mut().times;
        let all = f.actions.iter().zip(&f.action_ts);
        let unexplained = all.filter(|(action, _)| !action.is_explained()).map(|(_, ts)| *ts);
        refill(times, f.action_counts.unexplained, unexplained);
        Peaks::of(times)
    })
}
