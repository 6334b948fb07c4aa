//! The make of the streams that others' chatter cannot dilute: the minutes and hours they keep to, and quick changes of target.
//! In: group posts and one-way actions of one account; out: order-free statistics that hold for short streams too.
//! Says nothing about conversations, and compares with nobody.

use super::facts::{Action, Facts, View};
use super::feature::{Family, Feature, Mark, Reads, Unit, Value, count};
use super::kernels::quietest_six_hours;
use super::view::{Seen, Telling, base, telling, value};
use super::volume::{GROUP_POSTS, ONE_WAY, UNEXPLAINED_READS};
use crate::domain::{Chat, MINUTE_US, Token};

const GROUP_READS: &[Reads] = &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Recipient];
const BASE: Feature = Feature {
    family: Family::Timing,
    reads: GROUP_READS,
    source: (Mark::Measured, "own measurement on three labeled public logs of posts"),
    ..Feature::COUNT
};
const MINUTE: Feature = Feature {
    unit: Unit::Share,
    range: (0.0, 1.0),
    reading: "1/60 by chance; a timetable starts at the same minutes of every hour",
    look_alikes: "one short burst of a person; few messages",
    absent_when: "fewer than two actions in the stream",
    ..BASE
};
const HOP: Feature = Feature {
    reading: "a person needs time to change the place; a program goes down its list",
    look_alikes: "greetings on a holiday, an administrator of many groups",
    ..BASE
};
/// Unprompted actions that a quiet part of the day must rest on.
const LEAST_QUIET: usize = 200;
/// One-way actions that a busy hour must rest on.
const LEAST_OF_HOUR: usize = 20;
const HOURS: Feature = Feature {
    reads: UNEXPLAINED_READS,
    reading: "as the value over all actions, on one stream that others' chatter cannot dilute",
    look_alikes: "alarm and reminder accounts, dictated series",
    source: (Mark::Measured, "own measurement on labeled forum time stamps"),
    ..BASE
};
/// Agreement of group posts on the minute of the hour.
pub static GROUP_MINUTE: Feature = Feature {
    name: "timing_group_minute_share",
    evidence: Some((&GROUP_POSTS, 20.0)),
    definition: "share of the pairs of group posts that lie in the same minute of the hour: sum c(c-1) / (n(n-1)); the larger one of the whole stream and, where 20 posts remain or the whole has fewer, of the stream without its busiest quarter of groups, as for content_group_repeat_share",
    value: |f| {
        value(telling(Telling::High, 20, f.posts_apart(), |view| minute_pairs(f, f.group_posts(view))))
    },
    ..MINUTE
};
/// Agreement of one-way actions on the minute of the hour.
pub static ONE_WAY_MINUTE: Feature = Feature {
    name: "timing_one_way_minute_share",
    evidence: Some((&ONE_WAY, 20.0)),
    definition: "timing_group_minute_share over one-way actions, without the busiest quarter of people where that is larger",
    reads: UNEXPLAINED_READS,
    value: |f| value(telling(Telling::High, 20, f.one_way_apart(), |view| minute_pairs(f, f.one_way(view)))),
    ..MINUTE
};
/// Quick changes from group to group.
pub static GROUP_HOPS: Feature = Feature {
    name: "timing_group_hop_60s_n",
    definition: "group posts with a post to another group at the same moment or in the 60 s before",
    value: |f| hops(f, f.group_posts(View::Whole)),
    ..HOP
};
/// Quick changes from person to person.
pub static ONE_WAY_HOPS: Feature = Feature {
    name: "timing_one_way_hop_60s_n",
    definition: "direct one-way actions with one to somebody else at the same moment or in the 60 s before",
    reads: UNEXPLAINED_READS,
    value: |f| hops(f, f.one_way(View::Whole).filter(|a| f.event(a).chat() == Chat::Direct)),
    ..HOP
};
/// Actions behind the quietest six hours.
pub static UNPROMPTED_QUIET_N: Feature = Feature {
    name: "timing_unprompted_quiet_n",
    definition: "unprompted actions that timing_unprompted_quiet_6h_share is taken over",
    absent_when: "never: 0 when there is nothing to count",
    value: |f| base(quiet(f)),
    ..HOURS
};
/// Quietest six hours of what nothing prompted.
pub static UNPROMPTED_QUIET: Feature = Feature {
    name: "timing_unprompted_quiet_6h_share",
    unit: Unit::Share,
    range: (0.0, 0.25),
    evidence: Some((&UNPROMPTED_QUIET_N, LEAST_QUIET as f64)),
    definition: "timing_quiet_6h_share over unprompted actions; the larger one of all and, where 200 remain or the whole has fewer, of those without the busiest quarter of people of the one-way stream and of groups, as for content_one_way_repeat_share",
    reading: "around the clock without anybody asking for it",
    absent_when: "there is no unprompted action",
    value: |f| value(quiet(f)),
    ..HOURS
};
/// Actions behind the busiest hour.
pub static ONE_WAY_TOP_HOUR_N: Feature = Feature {
    name: "timing_one_way_top_hour_n",
    definition: "one-way actions that timing_one_way_top_hour_share is taken over",
    absent_when: "never: 0 when there is nothing to count",
    value: |f| base(top_hour(f)),
    ..HOURS
};
/// Share of the busiest hour of the day in the one-way stream.
pub static ONE_WAY_TOP_HOUR: Feature = Feature {
    name: "timing_one_way_top_hour_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&ONE_WAY_TOP_HOUR_N, LEAST_OF_HOUR as f64)),
    definition: "timing_top_hour_share over one-way actions; the larger one of the whole stream and, where 20 remain or the whole has fewer, of the stream without its busiest quarter of people, as for content_one_way_repeat_share",
    absent_when: "there is no one-way action",
    value: |f| value(top_hour(f)),
    ..HOURS
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &GROUP_MINUTE,
    &ONE_WAY_MINUTE,
    &GROUP_HOPS,
    &ONE_WAY_HOPS,
    &UNPROMPTED_QUIET_N,
    &UNPROMPTED_QUIET,
    &ONE_WAY_TOP_HOUR_N,
    &ONE_WAY_TOP_HOUR,
];

fn by_hour(hours: &[[usize; 24]; 2], view: View) -> (&[usize; 24], usize) {
    let hours = if view == View::Whole { &hours[0] } else { &hours[1] };
    (hours, hours.iter().sum())
}

fn quiet(f: &Facts) -> Option<Seen> {
    let [whole, part] = &f.action_counts.unprompted_hours;
    telling(Telling::High, LEAST_QUIET, whole != part, |view| {
        let (hours, n) = by_hour(&f.action_counts.unprompted_hours, view);
        Seen::over(n, quietest_six_hours(hours))
    })
}

fn top_hour(f: &Facts) -> Option<Seen> {
    telling(Telling::High, LEAST_OF_HOUR, f.one_way_apart(), |view| {
        let (hours, n) = by_hour(&f.action_counts.one_way_hours, view);
        let most = hours.iter().copied().max().filter(|most| 0 < *most);
        Seen::over(n, most.map(|most| most as f64 / n as f64))
    })
}

fn minute_pairs<'f>(f: &Facts, stream: impl Iterator<Item = &'f Action>) -> Option<Seen> {
    let mut minutes = [0u64; 60];
    let mut n = 0usize;
    for action in stream {
        minutes[f.event(action).ts.div_euclid(MINUTE_US).rem_euclid(60) as usize] += 1;
        n += 1;
    }
    let pairs = |n: u64| (n * n.saturating_sub(1)) as f64;
    let agreeing = || minutes.into_iter().map(pairs).sum::<f64>() / pairs(n as u64);
    Seen::over(n, (2 <= n).then(agreeing))
}

fn hops<'f>(f: &Facts, stream: impl Iterator<Item = &'f Action> + Clone) -> Value {
    count(changes(stream.map(|a| {
        let event = f.event(a);
        (event.ts, event.recipient)
    })))
}

/// Actions with one to another recipient at the same moment or at most 60 s earlier; the order of ties is no matter.
fn changes(stream: impl Iterator<Item = (i64, Token)> + Clone) -> usize {
    // The latest recipient with its time, and the latest time of any other one.
    let mut latest: Option<(Token, i64)> = None;
    let mut other: Option<i64> = None;
    let mut n = 0;
    let mut ahead = stream.clone();
    let mut behind = stream;
    let mut next = ahead.next();
    while let Some((moment, _)) = next {
        // Takes in all of one moment, then judges all of it.
        let mut ties = 0;
        while let Some((_, to)) = next.filter(|(ts, _)| *ts == moment) {
            match &mut latest {
                Some((recipient, last)) if *recipient == to => *last = moment,
                _ => {
                    other = latest.map(|(_, last)| last);
                    latest = Some((to, moment));
                }
            }
            ties += 1;
            next = ahead.next();
        }
        for (ts, to) in behind.by_ref().take(ties) {
            let same = latest.is_some_and(|(recipient, _)| recipient == to);
            let before = if same { other } else { latest.map(|(_, last)| last) };
            n += usize::from(before.is_some_and(|last| ts - last <= MINUTE_US));
        }
    }
    n
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn changes_of_target_in_any_order_of_ties(events in proptest::collection::vec((0i64..40, 0u128..4), 0..60)) {
            let second = MINUTE_US / 5;
            let mut stream: Vec<(i64, Token)> = events.iter().map(|(t, to)| (t * second, Token(*to))).collect();
            stream.sort_by_key(|(ts, _)| *ts);
            let close = |a: &(i64, Token), b: &(i64, Token)| a.1 != b.1 && (0..=MINUTE_US).contains(&(a.0 - b.0));
            let naive = stream.iter().filter(|a| stream.iter().any(|b| close(a, b))).count();
            prop_assert_eq!(changes(stream.iter().copied()), naive);
        }
    }
}
