//! Broadcast events of one account: runs of one content to many, and how one run resembles the next.
//! In: contacts with content; out: events in time order with their audiences, and when each was reached one by one.
//! Finds what repeats inside one account; who else sends the same is a later stage's question.

use super::content::REACH_US;
use super::facts::{Facts, Pair, Room, refill, row};
use super::kernels::{DistinctCounter, circular_concentration, kendall_gamma};
use crate::domain::{Chat, DAY_US, MINUTE_US};

/// Recipients a run needs to be a broadcast event.
const LEAST_RECIPIENTS: usize = 20;
/// Largest gap inside a run.
const GAP_US: i64 = 10 * MINUTE_US;
/// Recipients one content must reach in a day to count for persistence.
const LEAST_REACH: usize = 50;
/// Runs whose people were reached one by one below which nothing is said of an order, however many others there are.
const LEAST_ORDERED: usize = 4;
/// Shared recipients, one after the other, below whose pairs an order says nothing.
const LEAST_SHARED: usize = 10;

/// How far one content got among people who have not answered.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach {
    /// Most people in 24 h.
    pub peak: usize,
    /// Days on which they were many, leaving out who asked, or half the days with them.
    pub days: usize,
}

impl Reach {
    /// Of contacts that `room.words` holds by content, then in time order.
    pub fn of(f: &Facts, room: &mut Room) -> Self {
        let Room { words, times, keys, digests: starts, counter } = room;
        let content = |word: u64| f.template_of(f.contacts.event[row(word)]);
        let counts = |word: &u64| is_in_vain(f, *word);
        let mut peak = 0;
        starts.clear();
        let mut with_asked = Vec::new();
        for run in words.chunk_by(|a, b| content(*a) == content(*b)) {
            if run.len() <= peak && run.len() < LEAST_REACH {
                continue;
            }
            let unanswered = || run.iter().filter(|w| counts(w)).map(|w| row(*w));
            refill(times, run.len(), unanswered().map(|at| f.contacts.ts[at]));
            refill(keys, run.len(), unanswered().map(|at| f.contacts.pair[at]));
            if peak < times.len() {
                peak = peak.max(counter.max_distinct(times, keys, f.pairs.len(), REACH_US));
            }
            if LEAST_REACH <= times.len() {
                full_days(times, keys, f.pairs.len(), counter, &mut with_asked);
                // A practice lasts by those who did not ask for it, and twice as long by whomever it reaches: a number may be
                // taken over with everybody who saved it.
                let pair = |at: usize| &f.pairs[f.contacts.pair[at] as usize];
                let unasked = || unanswered().filter(|at| !f.has_asked(pair(*at)));
                refill(times, run.len(), unasked().map(|at| f.contacts.ts[at]));
                refill(keys, run.len(), unasked().map(|at| f.contacts.pair[at]));
                full_days(times, keys, f.pairs.len(), counter, starts);
            }
        }
        let days = |starts: &mut Vec<u64>| {
            starts.sort_unstable();
            disjoint(starts.iter().map(|word| time_of(*word)))
        };
        Self { peak, days: days(starts).max(days(&mut with_asked) / 2) }
    }
}

/// Whether a contact went to somebody who has not written since the first one, and answers nothing.
fn is_in_vain(f: &Facts, word: u64) -> bool {
    f.pairs[f.contacts.pair[row(word)] as usize].is_silent() && !f.is_answer(row(word))
}

/// A time as a word that sorts alike.
fn word_of(ts: i64) -> u64 {
    ts as u64 ^ 1 << 63
}

/// The time of such a word.
fn time_of(word: u64) -> i64 {
    (word ^ 1 << 63) as i64
}

/// Adds every time at which a closed 24 h with at least [`LEAST_REACH`] people begins. Linear time.
fn full_days(ts: &[i64], keys: &[u32], n_keys: usize, counter: &mut DistinctCounter, starts: &mut Vec<u64>) {
    counter.make_room(n_keys);
    let (mut end, mut distinct) = (0, 0);
    for start in 0..ts.len() {
        while end < ts.len() && ts[end] - ts[start] <= REACH_US {
            distinct += usize::from(counter.enters(keys[end]));
            end += 1;
        }
        if LEAST_REACH <= distinct {
            starts.push(word_of(ts[start]));
        }
        distinct -= usize::from(counter.leaves(keys[start]));
    }
}

/// Most closed 24 h that begin at one of these times and have no moment in common; the times are sorted.
///
/// Greed from the first one on finds the most, for all are equally long, and more times never make them fewer.
fn disjoint(starts: impl Iterator<Item = i64>) -> usize {
    let (mut n, mut last) = (0, None);
    for start in starts {
        // Different contents of the same morning are one day of broadcasting.
        if last.is_none_or(|last| last + REACH_US < start) {
            n += 1;
            last = Some(start);
        }
    }
    n
}

/// What the broadcast events of one account say together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Newsletter {
    /// How many there are.
    pub n: usize,
    /// Median Jaccard overlap of each run's audience with the most similar one of the runs shortly before.
    pub audience_overlap: Option<f64>,
    /// Median agreement of the send order with the most similar of the runs shortly before that tells one.
    pub order_agreement: Option<f64>,
    /// Concentration of the start times on the 24 h circle; needs two events.
    pub steady_hour: Option<f64>,
    /// Weeks with an event over weeks with any action.
    pub weeks_share: Option<f64>,
    /// Recipients of events who wrote first, over all recipients of events.
    pub openers_share: Option<f64>,
    /// The same of those who wrote first or have the sender in contacts.
    pub asked_share: Option<f64>,
}

impl Newsletter {
    /// Of contacts that `room.words` holds by content, then in time order.
    pub fn of(f: &Facts, room: &mut Room) -> Self {
        let events = events(f, room);
        let matches: Vec<Match> = (1..events.len()).map(|i| Match::of(&events, i)).collect();
        let orders: Vec<f64> = matches.iter().filter_map(|m| m.order).collect();
        let audience = audience(&events, &mut room.keys);
        let share_who = |is: fn(&Pair) -> bool| {
            let n = audience.iter().filter(|p| is(&f.pairs[**p as usize])).count();
            (!audience.is_empty()).then(|| n as f64 / audience.len() as f64)
        };
        Self {
            n: events.len(),
            audience_overlap: middle(matches.iter().map(|m| m.overlap)),
            // The first of them is compared with none before it.
            order_agreement: middle(orders.iter().copied()).filter(|_| LEAST_ORDERED <= 1 + orders.len()),
            steady_hour: steady_hour(&events),
            weeks_share: weeks_share(f, &events),
            openers_share: share_who(Pair::wrote_before),
            asked_share: share_who(|pair| pair.wrote_before() || pair.is_saved()),
        }
    }
}

/// One broadcast event.
#[derive(Debug)]
struct Event {
    start: i64,
    /// Distinct recipients, sorted.
    audience: Vec<u32>,
    /// Those whom no list reached in this run with the moment of each, sorted by recipient. Whom a list reaches comes in the
    /// order in which the log holds its rows, which the sender does not choose.
    one_by_one: Vec<(u32, i64)>,
}

/// Finds the events: maximal runs of one content with gaps of at most ten minutes and enough recipients in silence.
fn events(f: &Facts, room: &mut Room) -> Vec<Event> {
    let Room { words, counter, .. } = room;
    let content = |word: u64| f.template_of(f.contacts.event[row(word)]);
    let ts = |word: u64| f.contacts.ts[row(word)];
    let mut events = Vec::new();
    if words.len() < LEAST_RECIPIENTS {
        return events;
    }
    counter.make_room(f.pairs.len());
    words.retain(|word| is_in_vain(f, *word));
    for run in words.chunk_by(|a, b| content(*a) == content(*b) && ts(*b) - ts(*a) <= GAP_US) {
        if run.len() < LEAST_RECIPIENTS {
            continue;
        }
        let people = || run.iter().map(|w| f.contacts.pair[row(*w)]);
        let mut audience: Vec<u32> = people().filter(|pair| counter.enters(*pair)).collect();
        people().for_each(|pair| {
            counter.leaves(pair);
        });
        if audience.len() < LEAST_RECIPIENTS {
            continue;
        }
        audience.sort_unstable();
        let is_listed =
            |word: u64| f.timeline.sent[f.contacts.event[row(word)] as usize].chat() == Chat::List;
        let pair = |word: &u64| f.contacts.pair[row(*word)];
        let mut listed: Vec<u32> = run.iter().filter(|w| is_listed(**w)).map(pair).collect();
        listed.sort_unstable();
        let mut one_by_one: Vec<(u32, i64)> = run.iter().map(|w| (pair(w), ts(*w))).collect();
        one_by_one.retain(|(pair, _)| listed.binary_search(pair).is_err());
        one_by_one.sort_unstable();
        one_by_one.dedup_by_key(|(pair, _)| *pair);
        events.push(Event { start: ts(run[0]), audience, one_by_one });
    }
    events.sort_by(|a, b| (a.start, &a.one_by_one, &a.audience).cmp(&(b.start, &b.one_by_one, &b.audience)));
    events
}

/// Runs before it that a run is compared with: enough to see past others in between, and few enough to be quick.
const LOOK_BACK: usize = 8;

/// How a run resembles the most similar one of those shortly before it.
#[derive(Debug, Clone, Copy)]
struct Match {
    overlap: f64,
    order: Option<f64>,
}

impl Match {
    /// Of the event at a place, which must not be the first; of equally similar ones the latest.
    fn of(events: &[Event], at: usize) -> Self {
        let own = &events[at];
        let mut before: Vec<(f64, &Event)> = Vec::with_capacity(LOOK_BACK);
        for other in events[at.saturating_sub(LOOK_BACK)..at].iter().rev() {
            let shared = shared(&other.audience, &own.audience);
            before.push((shared as f64 / (other.audience.len() + own.audience.len() - shared) as f64, other));
        }
        before.sort_by(|a, b| b.0.total_cmp(&a.0));
        // A run by a list in between tells no order, and must not hide the one before it.
        let order = before.iter().find_map(|(_, other)| order_agreement(other, own));
        Self { overlap: before.first().map_or(0.0, |(overlap, _)| *overlap), order }
    }
}

fn order_agreement(earlier: &Event, later: &Event) -> Option<f64> {
    let moment = |pair: &u32| {
        let at = earlier.one_by_one.binary_search_by_key(pair, |(pair, _)| *pair).ok()?;
        Some(earlier.one_by_one[at].1)
    };
    let mut moments: Vec<(i64, i64)> =
        later.one_by_one.iter().filter_map(|(pair, ts)| Some((moment(pair)?, *ts))).collect();
    kendall_gamma(&mut moments, LEAST_SHARED * (LEAST_SHARED - 1) / 2)
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
    // The list of an event may have begun before the window; then its week is no week of an action.
    let acted = |w: &i64| {
        f.action_ts.get(f.action_ts.partition_point(|t| week(*t) < *w)).is_some_and(|t| week(*t) == *w)
    };
    let with_event = distinct(events.iter().map(|e| week(e.start)).filter(acted));
    (active > 0).then(|| with_event as f64 / active as f64)
}

/// Everybody whom an event reached, once.
fn audience<'r>(events: &[Event], all: &'r mut Vec<u32>) -> &'r [u32] {
    let most = events.iter().map(|e| e.audience.len()).sum();
    refill(all, most, events.iter().flat_map(|e| e.audience.iter().copied()));
    all.sort_unstable();
    all.dedup();
    all
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
