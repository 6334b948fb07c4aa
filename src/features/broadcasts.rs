//! Broadcast events of one account: runs of one content to many, and how one run resembles the next.
//! In: contacts with content; out: events in time order with their audiences in send order.
//! Finds what repeats inside one account; who else sends the same is a later stage's question.

use super::content::REACH_US;
use super::facts::{Facts, Room, refill, row};
use super::kernels::{DistinctCounter, circular_concentration, kendall_tau};
use crate::domain::{DAY_US, MINUTE_US};

/// Recipients a run needs to be a broadcast event.
const LEAST_RECIPIENTS: usize = 20;
/// Largest gap inside a run.
const GAP_US: i64 = 10 * MINUTE_US;
/// Recipients one content must reach in a day to count for persistence.
const LEAST_REACH: usize = 50;
/// Shared recipients below which an order says nothing.
const LEAST_SHARED: usize = 10;

/// How far one content got among people who have not answered.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach {
    /// Most people in 24 h.
    pub peak: usize,
    /// Days on which they were many.
    pub days: usize,
}

impl Reach {
    /// Of contacts that `room.words` holds by content, then in time order.
    pub fn of(f: &Facts, room: &mut Room) -> Self {
        let Room { words, times, keys, counter, .. } = room;
        let content = |word: u64| f.sent(f.contacts.event[row(word)]).content;
        let silent = |word: &u64| f.pairs[f.contacts.pair[row(*word)] as usize].is_silent();
        let (mut peak, mut days) = (0, Vec::new());
        for run in words.chunk_by(|a, b| content(*a) == content(*b)) {
            if run.len() <= peak && run.len() < LEAST_REACH {
                continue;
            }
            let unanswered = || run.iter().filter(|w| silent(w)).map(|w| row(*w));
            refill(times, run.len(), unanswered().map(|at| f.contacts.ts[at]));
            refill(keys, run.len(), unanswered().map(|at| f.contacts.pair[at]));
            if peak < times.len() {
                peak = peak.max(counter.max_distinct(times, keys, f.pairs.len(), REACH_US));
            }
            if LEAST_REACH <= times.len() {
                days.extend(full_windows(times, keys, f.pairs.len(), counter));
            }
        }
        days.sort_unstable();
        Self { peak, days: disjoint(&days) }
    }
}

/// Starts of greedy windows in which at least [`LEAST_REACH`] people were reached.
fn full_windows(ts: &[i64], keys: &[u32], n_keys: usize, counter: &mut DistinctCounter) -> Vec<(i64, i64)> {
    counter.make_room(n_keys);
    let mut out = Vec::new();
    let (mut start, mut end) = (0, 0);
    let mut distinct = 0;
    while start < ts.len() {
        while end < ts.len() && ts[end] - ts[start] <= REACH_US && distinct < LEAST_REACH {
            distinct += usize::from(counter.enters(keys[end]));
            end += 1;
        }
        let full = LEAST_REACH <= distinct;
        if full {
            out.push((ts[end - 1], ts[start]));
        }
        let leave = if full { ts.partition_point(|t| *t <= ts[start] + REACH_US) } else { start + 1 };
        while start < leave {
            distinct -= usize::from(start < end && counter.leaves(keys[start]));
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
    for (_, start) in intervals {
        // Different contents of the same morning are one day of broadcasting.
        if last == i64::MIN || last + DAY_US < *start {
            n += 1;
            last = *start;
        }
    }
    n
}

/// What the broadcast events of one account say together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Newsletter {
    /// How many there are.
    pub n: usize,
    /// Median Jaccard overlap of consecutive audiences.
    pub audience_overlap: Option<f64>,
    /// Median Kendall tau of the send order over shared recipients.
    pub order_agreement: Option<f64>,
    /// Concentration of the start times on the 24 h circle; needs two events.
    pub steady_hour: Option<f64>,
    /// Weeks with an event over weeks with any action.
    pub weeks_share: Option<f64>,
    /// Recipients of events who wrote first, over all recipients of events.
    pub openers_share: Option<f64>,
}

impl Newsletter {
    /// Of contacts that `room.words` holds by content, then in time order.
    pub fn of(f: &Facts, room: &mut Room) -> Self {
        let events = events(f, room);
        Self {
            n: events.len(),
            audience_overlap: audience_overlap(&events),
            order_agreement: order_agreement(&events),
            steady_hour: steady_hour(&events),
            weeks_share: weeks_share(f, &events),
            openers_share: openers_share(f, &events, &mut room.keys),
        }
    }
}

/// One broadcast event.
#[derive(Debug)]
struct Event {
    start: i64,
    /// Distinct recipients in send order.
    order: Vec<u32>,
    /// The same, sorted.
    audience: Vec<u32>,
}

/// Finds the events: maximal runs of one content with gaps of at most ten minutes and enough recipients.
fn events(f: &Facts, room: &mut Room) -> Vec<Event> {
    let Room { words, counter, .. } = room;
    let content = |word: u64| f.sent(f.contacts.event[row(word)]).content;
    let ts = |word: u64| f.contacts.ts[row(word)];
    let mut events = Vec::new();
    if words.len() < LEAST_RECIPIENTS {
        return events;
    }
    counter.make_room(f.pairs.len());
    for run in words.chunk_by(|a, b| content(*a) == content(*b) && ts(*b) - ts(*a) <= GAP_US) {
        if run.len() < LEAST_RECIPIENTS {
            continue;
        }
        let people = || run.iter().map(|w| f.contacts.pair[row(*w)]);
        let order: Vec<u32> = people().filter(|pair| counter.enters(*pair)).collect();
        people().for_each(|pair| {
            counter.leaves(pair);
        });
        if order.len() < LEAST_RECIPIENTS {
            continue;
        }
        let mut audience = order.clone();
        audience.sort_unstable();
        events.push(Event { start: ts(run[0]), order, audience });
    }
    events.sort_by(|a, b| (a.start, &a.order).cmp(&(b.start, &b.order)));
    events
}

fn audience_overlap(events: &[Event]) -> Option<f64> {
    middle(events.windows(2).map(|w| {
        let shared = shared(&w[0].audience, &w[1].audience);
        shared as f64 / (w[0].audience.len() + w[1].audience.len() - shared) as f64
    }))
}

fn order_agreement(events: &[Event]) -> Option<f64> {
    middle(events.windows(2).filter_map(|w| {
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

fn steady_hour(events: &[Event]) -> Option<f64> {
    if events.len() < 2 {
        return None;
    }
    let starts: Vec<i64> = events.iter().map(|e| e.start).collect();
    circular_concentration(&starts, DAY_US)
}

fn weeks_share(f: &Facts, events: &[Event]) -> Option<f64> {
    let week = |t: i64| (t - f.window.from_us()).div_euclid(7 * DAY_US);
    let active = distinct(f.action_ts.iter().map(|t| week(*t)));
    let with_event = distinct(events.iter().map(|e| week(e.start)));
    (active > 0).then(|| with_event as f64 / active as f64)
}

fn openers_share(f: &Facts, events: &[Event], all: &mut Vec<u32>) -> Option<f64> {
    let most = events.iter().map(|e| e.audience.len()).sum();
    refill(all, most, events.iter().flat_map(|e| e.audience.iter().copied()));
    all.sort_unstable();
    all.dedup();
    let openers = all.iter().filter(|p| f.pairs[**p as usize].wrote_before()).count();
    (!all.is_empty()).then(|| openers as f64 / all.len() as f64)
}

/// Distinct values of a sequence in order.
fn distinct(ordered: impl Iterator<Item = i64>) -> usize {
    let (mut n, mut last) = (0, None);
    for value in ordered {
        n += usize::from(last != Some(value));
        last = Some(value);
    }
    n
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
