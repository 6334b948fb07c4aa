//! Broadcast events of one account: runs of one content to many, and how one run resembles the next.
//! In: contacts with content; out: events in time order with their audiences in send order.
//! Finds what repeats inside one account; who else sends the same is a later stage's question.

use super::content::REACH_US;
use super::facts::Facts;
use super::kernels::{circular_concentration, kendall_tau};
use crate::domain::{DAY_US, MINUTE_US};

/// Recipients a run needs to be a broadcast event.
const LEAST_RECIPIENTS: usize = 20;
/// Largest gap inside a run.
const GAP_US: i64 = 10 * MINUTE_US;
/// Recipients one content must reach in a day to count for persistence.
const LEAST_REACH: usize = 50;
/// Shared recipients below which an order says nothing.
const LEAST_SHARED: usize = 10;

/// One broadcast event.
#[derive(Debug)]
pub struct Event {
    start: i64,
    /// Distinct recipients in send order.
    order: Vec<u32>,
    /// The same, sorted.
    audience: Vec<u32>,
}

/// All broadcast events of an account's window, in time order.
#[derive(Debug)]
pub struct Broadcasts {
    /// The events.
    pub events: Vec<Event>,
}

/// Contacts with content, sorted by content, then time.
fn by_content(f: &Facts, keep: impl Fn(u32) -> bool) -> Vec<(u64, i64, u32)> {
    let mut all: Vec<_> = f
        .contacts
        .iter()
        .filter(|c| c.content != 0 && keep(c.pair))
        .map(|c| (c.content, c.ts, c.pair))
        .collect();
    all.sort_unstable();
    all
}

/// Peak reach of one content in 24 h among people who have not answered, and the days on which it was large.
pub fn reach(f: &Facts) -> (usize, usize) {
    let silent = |pair: u32| f.pairs[pair as usize].reply_at.is_none();
    let all = by_content(f, silent);
    let mut counter = f.counter.borrow_mut();
    let (mut best, mut days) = (0, Vec::new());
    for run in all.chunk_by(|a, b| a.0 == b.0) {
        if run.len() <= best && run.len() < LEAST_REACH {
            continue;
        }
        let ts: Vec<i64> = run.iter().map(|r| r.1).collect();
        // Dense keys inside the run, so that a rare content does not pay for all recipients.
        let mut people: Vec<u32> = run.iter().map(|r| r.2).collect();
        people.sort_unstable();
        people.dedup();
        let keys: Vec<u32> =
            run.iter().filter_map(|r| people.binary_search(&r.2).ok().map(|k| k as u32)).collect();
        best = best.max(counter.max_distinct(&ts, &keys, people.len(), REACH_US));
        days.extend(full_windows(&ts, &keys, people.len()));
    }
    days.sort_unstable();
    (best, disjoint(&days))
}

/// Starts of greedy windows in which at least [`LEAST_REACH`] people were reached.
fn full_windows(ts: &[i64], keys: &[u32], n_keys: usize) -> Vec<(i64, i64)> {
    let mut out = Vec::new();
    if n_keys < LEAST_REACH {
        return out;
    }
    let (mut start, mut end) = (0, 0);
    let mut in_window = vec![0u32; n_keys];
    let mut distinct = 0;
    while start < ts.len() {
        while end < ts.len() && ts[end] - ts[start] <= REACH_US && distinct < LEAST_REACH {
            let slot = &mut in_window[keys[end] as usize];
            distinct += usize::from(*slot == 0);
            *slot += 1;
            end += 1;
        }
        let full = LEAST_REACH <= distinct;
        if full {
            out.push((ts[end - 1], ts[start]));
        }
        let leave = if full { ts.partition_point(|t| *t <= ts[start] + REACH_US) } else { start + 1 };
        while start < leave {
            if start < end {
                let slot = &mut in_window[keys[start] as usize];
                *slot -= 1;
                distinct -= usize::from(*slot == 0);
            }
            start += 1;
        }
        end = end.max(start);
    }
    out
}

/// Largest number of disjoint intervals, given as (end, start) sorted by end.
fn disjoint(intervals: &[(i64, i64)]) -> usize {
    let mut last = i64::MIN;
    let mut n = 0;
    for (end, start) in intervals {
        // Different contents of the same morning are one day of broadcasting.
        if last == i64::MIN || last + DAY_US < *start {
            n += 1;
            last = *start;
        }
        let _ = end;
    }
    n
}

impl Broadcasts {
    /// Finds the events: maximal runs of one content with gaps of at most ten minutes and enough recipients.
    pub fn of(f: &Facts) -> Self {
        let all = by_content(f, |_| true);
        let mut events = Vec::new();
        for run in all.chunk_by(|a, b| a.0 == b.0 && b.1 - a.1 <= GAP_US) {
            if run.len() < LEAST_RECIPIENTS {
                continue;
            }
            let mut audience: Vec<u32> = run.iter().map(|r| r.2).collect();
            audience.sort_unstable();
            audience.dedup();
            if audience.len() < LEAST_RECIPIENTS {
                continue;
            }
            let mut seen = vec![false; audience.len()];
            let mut order = Vec::with_capacity(audience.len());
            for (_, _, pair) in run {
                if let Ok(at) = audience.binary_search(pair)
                    && !std::mem::replace(&mut seen[at], true)
                {
                    order.push(*pair);
                }
            }
            events.push(Event { start: run[0].1, order, audience });
        }
        events.sort_by(|a, b| (a.start, &a.order).cmp(&(b.start, &b.order)));
        Self { events }
    }

    /// Median Jaccard overlap of consecutive audiences.
    pub fn audience_overlap(&self) -> Option<f64> {
        middle(self.events.windows(2).map(|w| {
            let shared = shared(&w[0].audience, &w[1].audience);
            shared as f64 / (w[0].audience.len() + w[1].audience.len() - shared) as f64
        }))
    }

    /// Median Kendall tau of the send order over shared recipients.
    pub fn order_agreement(&self) -> Option<f64> {
        middle(self.events.windows(2).filter_map(|w| {
            let mut place: Vec<(u32, u32)> =
                w[0].order.iter().enumerate().map(|(i, pair)| (*pair, i as u32)).collect();
            place.sort_unstable();
            let ranks: Vec<u32> = w[1]
                .order
                .iter()
                .filter_map(|pair| place.binary_search_by_key(pair, |p| p.0).ok().map(|i| place[i].1))
                .collect();
            if ranks.len() < LEAST_SHARED { None } else { kendall_tau(&ranks) }
        }))
    }

    /// Concentration of the start times on the 24 h circle; needs two events.
    pub fn steady_hour(&self) -> Option<f64> {
        if self.events.len() < 2 {
            return None;
        }
        let starts: Vec<i64> = self.events.iter().map(|e| e.start).collect();
        circular_concentration(&starts, DAY_US)
    }

    /// Weeks with an event over weeks with any action.
    pub fn weeks_share(&self, f: &Facts) -> Option<f64> {
        let week = |t: i64| (t - f.window.from_us()).div_euclid(7 * DAY_US);
        let active = distinct(f.action_ts.iter().map(|t| week(*t)));
        let with_event = distinct(self.events.iter().map(|e| week(e.start)));
        (active > 0).then(|| with_event as f64 / active as f64)
    }

    /// Recipients of events who wrote first, over all recipients of events.
    pub fn openers_share(&self, f: &Facts) -> Option<f64> {
        let mut all: Vec<u32> = self.events.iter().flat_map(|e| e.audience.iter().copied()).collect();
        all.sort_unstable();
        all.dedup();
        let openers = all.iter().filter(|p| f.pairs[**p as usize].inbound_before).count();
        (!all.is_empty()).then(|| openers as f64 / all.len() as f64)
    }
}

fn distinct(values: impl Iterator<Item = i64>) -> usize {
    let mut all: Vec<i64> = values.collect();
    all.sort_unstable();
    all.dedup();
    all.len()
}

fn shared(a: &[u32], b: &[u32]) -> usize {
    a.iter().filter(|x| b.binary_search(x).is_ok()).count()
}

fn middle(values: impl Iterator<Item = f64>) -> Option<f64> {
    let mut all: Vec<f64> = values.collect();
    all.sort_by(f64::total_cmp);
    let n = all.len();
    let high = *all.get(n / 2)?;
    Some(if n % 2 == 1 { high } else { (all[n / 2 - 1] + high) / 2.0 })
}
