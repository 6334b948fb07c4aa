//! Independent voices among people who spoke against one account: each circle counts once, and so does each moment.
//! In: people with the time of their first word and the circle they belong to; out: how many independent voices some are.
//! Chains no moments: whoever reports every ten minutes must not merge all who report in between.

use crate::domain::{MINUTE_US, Token};

/// Within this time of each other two circles are one voice.
pub const MOMENT_US: i64 = 10 * MINUTE_US;

/// Somebody who spoke against the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Voice {
    /// Who.
    pub person: Token,
    /// When first.
    pub first: i64,
    /// The number of the circle: equal for people who belong together, for this account.
    pub circle: u32,
}

/// All who spoke against one account, by person.
#[derive(Debug, Clone, Default)]
pub struct Voices(Vec<Voice>);

impl Voices {
    /// The voices, each person once.
    pub fn new(mut all: Vec<Voice>) -> Self {
        all.sort_unstable_by_key(|v| v.person);
        Self(all)
    }

    /// How many independent voices these people are.
    ///
    /// A circle speaks when the first of these people in it does. Of circles the fewest moments are counted that hold
    /// the times of all: as many as there are circles that spoke more than a moment apart from each other. Another
    /// circle among them so never lowers the number, whenever it speaks.
    pub fn independent(&self, people: impl Iterator<Item = Token>) -> usize {
        let known = people.filter_map(|p| self.0.binary_search_by_key(&p, |v| v.person).ok());
        let mut circles: Vec<(u32, i64)> = known.map(|i| (self.0[i].circle, self.0[i].first)).collect();
        circles.sort_unstable();
        circles.dedup_by_key(|(circle, _)| *circle);
        let mut times: Vec<i64> = circles.into_iter().map(|(_, first)| first).collect();
        times.sort_unstable();
        moments(&times)
    }
}

/// The fewest closed stretches of a moment's length that hold all times, which are sorted.
fn moments(times: &[i64]) -> usize {
    let (mut n, mut until) = (0, None);
    for ts in times {
        if until.is_none_or(|until| until < *ts) {
            n += 1;
            until = Some(ts.saturating_add(MOMENT_US));
        }
    }
    n
}
