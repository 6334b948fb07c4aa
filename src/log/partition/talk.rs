//! Who of the people that spoke against the same account write with each other: no account's own rows hold it.
//! In: the feedback table and the messages of each worker as they pass; out: pairs with messages both ways.
//! Keeps a bounded number of pairs; past it none is kept, so that neither order nor threads decide which.

use super::router::Router;
use crate::domain::{FeedbackKind, Token};
use crate::log::{FeedbackRow, MessageEvent};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

/// The most pairs, each direction counted, that are kept: some 12 MiB a worker.
pub const MOST_TALKS: usize = 1 << 18;

/// People who reported or blocked an account that somebody else reported or blocked, too.
#[derive(Debug, Default)]
pub struct Speakers {
    people: HashSet<Token, FixedState>,
    /// A bit for each of several times as many people: most messages end here, without a look at the set.
    bits: Vec<u64>,
    /// Messages at or after it do not exist.
    before: i64,
}

impl Speakers {
    /// The people behind feedback that is sorted by the account it is about; `before` is as_of where it is known.
    pub fn of(feedback: &[FeedbackRow], before: Option<i64>) -> Self {
        let mut people = HashSet::default();
        for about in feedback.chunk_by(|a, b| a.reported == b.reported) {
            let against = || about.iter().filter(|r| r.kind != FeedbackKind::Optout).map(|r| r.reporter);
            let first = against().next();
            if against().any(|person| Some(person) != first) {
                people.extend(against());
            }
        }
        let bits = vec![0; people.len().div_ceil(8).next_power_of_two()];
        let mut speakers = Self { people, bits, before: before.unwrap_or(i64::MAX) };
        let places: Vec<(usize, u64)> = speakers.people.iter().map(|p| speakers.place(*p)).collect();
        places.into_iter().for_each(|(word, bit)| speakers.bits[word] |= bit);
        speakers
    }

    /// Whether there is nobody to listen to.
    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// The word and the bit of a person; the top bits of a token already name its partition.
    fn place(&self, person: Token) -> (usize, u64) {
        let low = person.0 as u64;
        ((low >> 6) as usize & (self.bits.len() - 1), 1 << (low & 63))
    }

    fn holds(&self, person: Token) -> bool {
        let (word, bit) = self.place(person);
        self.bits[word] & bit != 0 && self.people.contains(&person)
    }
}

/// What one worker heard: who wrote to whom, and when last.
#[derive(Debug, Default)]
pub struct Talk {
    last: HashMap<(Token, Token), i64, FixedState>,
    is_over: bool,
}

impl Talk {
    /// Takes note of a message between two of the people.
    pub fn hear(&mut self, among: &Speakers, event: &MessageEvent) {
        if among.holds(event.sender)
            && among.holds(event.recipient)
            && event.is_contact()
            && event.ts < among.before
        {
            self.note((event.sender, event.recipient), event.ts);
        }
    }

    fn note(&mut self, pair: (Token, Token), ts: i64) {
        if !self.is_over {
            let last = self.last.entry(pair).or_insert(ts);
            *last = ts.max(*last);
            self.is_over = MOST_TALKS < self.last.len();
        }
        if self.is_over {
            self.last = HashMap::default();
        }
    }

    /// Pairs with a message each way at or after `since`, both ways round and sorted; nothing where there were too many.
    pub fn between(routers: &mut [Router], since: i64) -> Option<Vec<(Token, Token)>> {
        let mut all = Self::default();
        for heard in routers.iter_mut().filter_map(Router::take_talk) {
            heard.last.into_iter().for_each(|(pair, ts)| all.note(pair, ts));
            all.is_over |= heard.is_over;
        }
        if all.is_over {
            return None;
        }
        let spoke = |pair: &(Token, Token)| all.last.get(pair).is_some_and(|ts| since <= *ts);
        let both = |pair: &&(Token, Token)| spoke(pair) && spoke(&(pair.1, pair.0));
        let mut pairs: Vec<(Token, Token)> = all.last.keys().filter(both).copied().collect();
        pairs.sort_unstable();
        Some(pairs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::EventSink;
    use std::sync::Arc;

    fn said(reported: u128, reporter: u128, kind: FeedbackKind) -> FeedbackRow {
        let (reported, reporter) = (Token(reported), Token(reporter));
        FeedbackRow { reported, ts: 0, reporter, kind, reported_initiated: 0 }
    }

    fn between(
        speakers: &Arc<Speakers>,
        events: &[(u128, u128, i64)],
        since: i64,
    ) -> Option<Vec<(u128, u128)>> {
        // Every worker hears a part only.
        let mut routers: Vec<Router> = (0..3).map(|_| Router::new().hearing(speakers)).collect();
        for (i, (from, to, ts)) in events.iter().enumerate() {
            routers[i % 3].message(&MessageEvent::bare(*ts, Token(*from), Token(*to)));
        }
        let pairs = Talk::between(&mut routers, since)?;
        Some(pairs.into_iter().map(|(a, b)| (a.0, b.0)).collect())
    }

    #[test]
    fn both_must_have_written_and_both_must_have_spoken_of_one_account() {
        let report = FeedbackKind::Report;
        let feedback = [
            said(1, 10, report),
            said(1, 11, FeedbackKind::Block),
            said(1, 12, report),
            said(2, 20, report),
            said(2, 20, report),
            said(3, 10, FeedbackKind::Optout),
            said(3, 30, FeedbackKind::Optout),
        ];
        let speakers = Arc::new(Speakers::of(&feedback, Some(100)));
        let events = [
            (10, 11, 5),
            (11, 10, 50),
            (10, 12, 5),
            (10, 20, 5),
            (20, 10, 5),
            (10, 30, 5),
            (30, 10, 5),
            (12, 11, 7),
            (11, 12, 100),
        ];
        assert_eq!(between(&speakers, &events, 0), Some(vec![(10, 11), (11, 10)]));
        assert_eq!(between(&speakers, &events, 6), Some(vec![]), "one of the two is older than the log");
    }

    #[test]
    fn too_many_pairs_are_none_whoever_heard_them() {
        let n = 600u128;
        let feedback: Vec<FeedbackRow> = (0..n).map(|i| said(1, 10 + i, FeedbackKind::Report)).collect();
        let speakers = Arc::new(Speakers::of(&feedback, None));
        let pairs = (0..n).flat_map(|a| (0..n).filter(move |b| a != *b).map(move |b| (10 + a, 10 + b, 0)));
        let events: Vec<(u128, u128, i64)> = pairs.collect();
        assert!(MOST_TALKS < events.len());
        assert_eq!(between(&speakers, &events, 0), None);
        let fewer = &events[..MOST_TALKS];
        assert!(between(&speakers, fewer, 0).is_some_and(|pairs| !pairs.is_empty()));
    }
}
