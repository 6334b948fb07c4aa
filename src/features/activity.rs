//! What an account did over time, for a person to look at: per day, hour of the week, gap and text.
//! In: the facts of one account; out: counts of a bounded size, however much it sent.
//! Numbers only: no recipient and no content stands in it, and nothing of what people said about the account.

use super::content::gather;
use super::facts::Facts;
use super::kernels::gap_bin;
use crate::domain::{DAY_US, HOUR_US};
use serde::Serialize;

/// Windows of at most so many days are told hour by hour.
const HOURLY_DAYS: i64 = 7;
/// Bins that a longer window is told in at most: past as many days, a bin is several of them.
const MOST_BINS: i64 = 400;
/// Texts whose sizes are told.
const LARGEST: usize = 8;
/// Monday, 0:00 UTC, comes so many days after a whole number of weeks since 1970.
const MONDAY: i64 = 4;

/// How the actions of an account spread over its texts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TemplateSizes {
    /// Actions with a text.
    pub n: u32,
    /// Texts, near-duplicates counted as one.
    pub distinct: u32,
    /// Actions of the most used ones, most first.
    pub largest: Vec<u32>,
}

/// One account's window in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Activity {
    /// Start of the first bin, UTC microseconds: the last whole bin at or before the window's.
    pub from_us: i64,
    /// Length of a bin.
    pub bin_hours: u32,
    /// Bins of the window.
    pub bins_n: u32,
    /// Bins in which there was something: place, actions, unprompted ones among them, contacts received, people written to
    /// for the first time in the window, of these people never talked to before, and what it did to groups.
    pub bins: Vec<[u32; 7]>,
    /// Actions by hour of the week, Monday 0:00 UTC first.
    pub week: Vec<u32>,
    /// Gaps between actions: below a second, then each bin twice as long as the one before.
    pub gaps: Vec<u32>,
    /// Texts, where the log tells them.
    pub templates: Option<TemplateSizes>,
}

impl Activity {
    /// Sums up one account. Linear time, but for sorting its texts.
    pub fn of(f: &Facts) -> Self {
        let (from, to) = (f.window.from_us(), f.window.to_us());
        let width = bin_width(to - from);
        let first = from.div_euclid(width);
        let mut counts = vec![[0u32; 7]; ((to - 1).div_euclid(width) - first + 1).max(1) as usize];
        (0..).zip(&mut counts).for_each(|(place, bin)| bin[0] = place);
        let mut add = |ts: i64, what: usize| counts[(ts.div_euclid(width) - first) as usize][what] += 1;
        let mut week = vec![0u32; 7 * 24];
        for action in &f.actions {
            let ts = f.event(action).ts;
            add(ts, 1);
            if action.is_unprompted() {
                add(ts, 2);
            }
            week[hour_of_week(ts)] += 1;
        }
        f.timeline.received.iter().filter(|r| f.window.contains(r.ts)).for_each(|r| add(r.ts, 3));
        f.timeline.group_acts.iter().filter(|g| f.window.contains(g.ts)).for_each(|g| add(g.ts, 6));
        for pair in &f.pairs {
            add(f.first_contact(pair), 4);
            if pair.is_new() {
                add(f.first_contact(pair), 5);
            }
        }
        let bins_n = counts.len() as u32;
        counts.retain(|bin| bin[1..].iter().any(|n| *n != 0));
        counts.shrink_to_fit();
        Self {
            from_us: first * width,
            bin_hours: (width / HOUR_US) as u32,
            bins_n,
            bins: counts,
            week,
            gaps: gap_histogram(&f.sorted_gaps),
            templates: f.offers.content.then(|| template_sizes(f)),
        }
    }
}

fn bin_width(window_us: i64) -> i64 {
    let days = (window_us + DAY_US - 1).div_euclid(DAY_US).max(1);
    if days <= HOURLY_DAYS { HOUR_US } else { DAY_US * ((days - 1) / MOST_BINS + 1) }
}

fn hour_of_week(ts: i64) -> usize {
    ((ts - MONDAY * DAY_US).rem_euclid(7 * DAY_US) / HOUR_US) as usize
}

fn gap_histogram(gaps: &[i64]) -> Vec<u32> {
    let mut bins = Vec::new();
    for bin in gaps.iter().map(|gap| gap_bin(*gap)) {
        if bins.len() <= bin {
            bins.resize(bin + 1, 0);
        }
        bins[bin] += 1;
    }
    bins
}

fn template_sizes(f: &Facts) -> TemplateSizes {
    let mut digests = Vec::new();
    gather(f.actions.iter(), |a| f.template(a), &mut digests);
    let mut sizes: Vec<u32> = digests.chunk_by(|a, b| a == b).map(|run| run.len() as u32).collect();
    sizes.sort_unstable_by(|a, b| b.cmp(a));
    let distinct = sizes.len() as u32;
    sizes.truncate(LARGEST);
    TemplateSizes { n: digests.len() as u32, distinct, largest: sizes }
}

#[cfg(test)]
mod tests {
    use super::super::small_world::{FROM, World, day};
    use super::super::{contact, fanout, volume};
    use super::*;

    /// Ten new people a day at ten, one of them in two texts, a talk, and one more message at night.
    fn world() -> World {
        let mut world = World::default();
        for on in 0..20 {
            for i in 0..10 {
                world.sends_text(day(on) + i * 3_000_000, (on * 10 + i) as u128, 7 + (i as u64) / 9);
            }
        }
        world.hears(day(3) + HOUR_US, 30);
        world.sends_text(day(3) + 2 * HOUR_US, 30, 99);
        world
    }

    #[test]
    fn the_pictures_add_up_to_what_the_cards_say() {
        let world = world();
        let (row, activity) = (world.values(), world.activity());
        let sum = |what: usize| activity.bins.iter().map(|bin| f64::from(bin[what])).sum::<f64>();
        let of = |card| row.get(card).expect("a value");
        assert_eq!(sum(1), of(&volume::ACTIONS));
        assert_eq!(sum(4), of(&fanout::RECIPIENTS));
        assert_eq!(sum(5), of(&fanout::NEW_RECIPIENTS));
        assert_eq!(sum(3), 1.0);
        assert!(sum(2) < sum(1), "the talk was prompted");
        assert_eq!(activity.week.iter().sum::<u32>(), 201);
        assert_eq!(activity.gaps.iter().sum::<u32>(), 200);
        assert_eq!(activity.gaps[2], 180, "three seconds lie between two and four");
        let templates = activity.templates.expect("texts");
        assert_eq!((templates.n, templates.distinct, templates.largest), (201, 3, vec![180, 20, 1]));
        assert_eq!((activity.from_us, activity.bin_hours, activity.bins_n), (FROM, 24, 30));
        assert_eq!(activity.bins[0], [0, 10, 10, 0, 10, 10, 0]);
        assert!(contact::CARDS.iter().all(|card| card.name != "activity"), "it is no feature");
    }

    #[test]
    fn a_short_window_is_told_by_the_hour_and_a_long_one_stays_small() {
        assert_eq!(
            [1, 7, 8, 400, 401, 3_650].map(|days| bin_width(days * DAY_US) / HOUR_US),
            [1, 1, 24, 24, 48, 240]
        );
        // 5 January 1970 was a Monday.
        assert_eq!([4 * DAY_US, 4 * DAY_US - 1, 11 * DAY_US + 3 * HOUR_US].map(hour_of_week), [0, 167, 3]);
    }
}
