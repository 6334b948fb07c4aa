//! Who of the people that spoke against the same account write with each other: no account's own rows hold it.
//! In: the feedback table and the messages of each worker as they pass; out: pairs with messages both ways.
//! Keeps a bounded number of pairs; past it those of the accounts with most accusers go, whatever the order or the threads.

use super::router::Router;
use crate::domain::{FeedbackKind, Token};
use crate::log::{FeedbackRow, MessageEvent};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::ops::Range;

/// The most pairs, each direction counted, that are kept: at worst some 35 MiB a worker.
pub const MOST_TALKS: usize = 1 << 19;

/// People who reported or blocked an account that somebody else reported or blocked, too.
#[derive(Debug, Default)]
pub struct Speakers {
    /// Their places among the tokens below.
    people: HashMap<Token, u32, FixedState>,
    /// Sorted.
    tokens: Vec<Token>,
    /// For each person the accounts that it and others spoke against, by rank, ascending; all of them in one list.
    against: Vec<u32>,
    /// Where each person's part of that list ends.
    ends: Vec<usize>,
    /// A bit for each of several times as many people: most messages end here, without a look at the table.
    bits: Vec<u64>,
    /// Messages at or after it do not exist.
    before: i64,
}

impl Speakers {
    /// The people behind feedback that is sorted by the account it is about; `before` is as_of where it is known.
    pub fn of(feedback: &[FeedbackRow], before: Option<i64>) -> Self {
        let mut accused: Vec<(usize, Token, Vec<Token>)> = Vec::new();
        for about in feedback.chunk_by(|a, b| a.reported == b.reported) {
            let against = about.iter().filter(|r| r.kind != FeedbackKind::Optout);
            let mut people: Vec<Token> = against.map(|r| r.reporter).collect();
            people.sort_unstable();
            people.dedup();
            if 1 < people.len() {
                accused.push((people.len(), about[0].reported, people));
            }
        }
        // Fewest accusers first: whoever has more of them cannot crowd out what is known of those who have fewer.
        accused.sort_unstable();
        let ranked =
            accused.iter().zip(0..).flat_map(|((.., people), rank)| people.iter().map(move |p| (*p, rank)));
        let mut spoke: Vec<(Token, u32)> = ranked.collect();
        spoke.sort_unstable();
        let mut speakers = Self { before: before.unwrap_or(i64::MAX), ..Self::default() };
        for theirs in spoke.chunk_by(|a, b| a.0 == b.0) {
            speakers.people.insert(theirs[0].0, speakers.tokens.len() as u32);
            speakers.tokens.push(theirs[0].0);
            speakers.against.extend(theirs.iter().map(|(_, rank)| rank));
            speakers.ends.push(speakers.against.len());
        }
        speakers.bits = vec![0; speakers.tokens.len().div_ceil(8).next_power_of_two()];
        let places: Vec<(usize, u64)> = speakers.tokens.iter().map(|p| speakers.place(*p)).collect();
        places.into_iter().for_each(|(word, bit)| speakers.bits[word] |= bit);
        speakers
    }

    /// Whether there is nobody to listen to.
    pub fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }

    /// The word and the bit of a person; the top bits of a token already name its partition.
    fn place(&self, person: Token) -> (usize, u64) {
        let low = person.0 as u64;
        ((low >> 6) as usize & (self.bits.len() - 1), 1 << (low & 63))
    }

    fn find(&self, person: Token) -> Option<u32> {
        let (word, bit) = self.place(person);
        if self.bits[word] & bit == 0 { None } else { self.people.get(&person).copied() }
    }

    /// The account of lowest rank that two people both spoke against.
    fn common(&self, a: u32, b: u32) -> Option<u32> {
        let range = |p: usize| -> Range<usize> {
            p.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[p]
        };
        let (mut a, mut b) = (&self.against[range(a as usize)], &self.against[range(b as usize)]);
        while let (Some(x), Some(y)) = (a.first(), b.first()) {
            match x.cmp(y) {
                std::cmp::Ordering::Equal => return Some(*x),
                std::cmp::Ordering::Less => a = &a[1..],
                std::cmp::Ordering::Greater => b = &b[1..],
            }
        }
        None
    }
}

/// When one of two people wrote to the other, and the account of lowest rank that they both spoke against.
#[derive(Debug, Clone, Copy)]
struct Heard {
    first: i64,
    last: i64,
    against: u32,
}

/// What one worker heard: who wrote to whom, and when first and last.
#[derive(Debug)]
pub struct Talk {
    heard: HashMap<(u32, u32), Heard, FixedState>,
    /// Pairs by the rank of the account they count for.
    pairs: Vec<usize>,
    /// Pairs that count for accounts from this rank on are not kept.
    cut: usize,
    /// The most pairs.
    most: usize,
}

impl Default for Talk {
    fn default() -> Self {
        Self { heard: HashMap::default(), pairs: Vec::new(), cut: usize::MAX, most: MOST_TALKS }
    }
}

/// Who writes with whom, as far as it was kept.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Talks {
    /// Pairs with a message each way, both ways round and sorted.
    pub pairs: Vec<(Token, Token)>,
    /// Accounts spoken against whose accusers' talk was too much to be kept, all of it or that which counts for no other.
    pub lost: usize,
}

impl Talk {
    /// Takes note of a message between two people who spoke against one account.
    pub fn hear(&mut self, among: &Speakers, event: &MessageEvent) {
        if let Some(from) = among.find(event.sender)
            && let Some(to) = among.find(event.recipient)
            && event.is_contact()
            && event.ts < among.before
        {
            let pair = (from, to);
            if let Some(heard) = self.heard.get_mut(&pair) {
                (heard.first, heard.last) = (heard.first.min(event.ts), heard.last.max(event.ts));
            } else if let Some(against) = among.common(from, to) {
                self.note(pair, Heard { first: event.ts, last: event.ts, against });
            }
        }
    }

    fn note(&mut self, pair: (u32, u32), new: Heard) {
        let rank = new.against as usize;
        if self.cut <= rank {
            return;
        }
        let heard = self.heard.entry(pair).or_insert_with(|| {
            self.pairs.resize(self.pairs.len().max(rank + 1), 0);
            self.pairs[rank] += 1;
            new
        });
        (heard.first, heard.last) = (heard.first.min(new.first), heard.last.max(new.last));
        // A quarter more before it is cut back, so that cutting costs little; what is cut is the same.
        if self.most + self.most / 4 < self.heard.len() {
            self.cut_back();
        }
    }

    /// Keeps the pairs of as many accounts, by rank, as do not come to too many.
    ///
    /// Whoever heard a part only has fewer pairs at each rank, so that it cuts no account that all of it would keep.
    fn cut_back(&mut self) {
        let mut sum = 0;
        let over = self.pairs.iter().position(|n| {
            sum += n;
            self.most < sum
        });
        if let Some(cut) = over {
            self.cut = cut;
            self.pairs.truncate(cut);
            self.heard.retain(|_, heard| (heard.against as usize) < cut);
        }
    }

    /// Pairs with a message each way in `[since, as_of)`.
    pub fn between(routers: &mut [Router], among: &Speakers, since: i64, as_of: i64) -> Talks {
        let all = Self::merged(routers.iter_mut().filter_map(Router::take_talk));
        // Who wrote before and after, and perhaps not between, knows the other all the same.
        let spoke =
            |pair: &(u32, u32)| all.heard.get(pair).is_some_and(|h| since <= h.last && h.first < as_of);
        let both = |pair: &&(u32, u32)| spoke(pair) && spoke(&(pair.1, pair.0));
        let names = |(a, b): &(u32, u32)| (among.tokens[*a as usize], among.tokens[*b as usize]);
        let mut pairs: Vec<(Token, Token)> = all.heard.keys().filter(both).map(names).collect();
        pairs.sort_unstable();
        let accused = among.against.iter().max().map_or(0, |rank| *rank as usize + 1);
        Talks { pairs, lost: accused.saturating_sub(all.cut) }
    }

    /// What several workers heard.
    fn merged(parts: impl Iterator<Item = Self>) -> Self {
        let mut all = Self::default();
        for part in parts {
            (all.most, all.cut) = (part.most, all.cut.min(part.cut));
            part.heard.into_iter().for_each(|(pair, heard)| all.note(pair, heard));
        }
        let cut = all.cut;
        all.heard.retain(|_, heard| (heard.against as usize) < cut);
        all.pairs.truncate(cut);
        all.cut_back();
        all
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

    /// What is kept of at most so many pairs, whoever hears which part of the messages.
    fn kept(speakers: &Speakers, events: &[(u128, u128, i64)], workers: usize, most: usize) -> Talk {
        let mut talks: Vec<Talk> = (0..workers).map(|_| Talk { most, ..Talk::default() }).collect();
        for (i, (from, to, ts)) in events.iter().enumerate() {
            talks[i % workers].hear(speakers, &MessageEvent::bare(*ts, Token(*from), Token(*to)));
        }
        Talk::merged(talks.into_iter())
    }

    fn between(
        speakers: &Arc<Speakers>,
        events: &[(u128, u128, i64)],
        since: i64,
        as_of: i64,
    ) -> Vec<(u128, u128)> {
        // Every worker hears a part only.
        let mut routers: Vec<Router> = (0..3).map(|_| Router::new().hearing(speakers)).collect();
        for (i, (from, to, ts)) in events.iter().enumerate() {
            routers[i % 3].message(&MessageEvent::bare(*ts, Token(*from), Token(*to)));
        }
        let talks = Talk::between(&mut routers, speakers, since, as_of);
        assert_eq!(talks.lost, 0);
        talks.pairs.into_iter().map(|(a, b)| (a.0, b.0)).collect()
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
        assert_eq!(between(&speakers, &events, 0, 100), [(10, 11), (11, 10)]);
        assert_eq!(between(&speakers, &events, 6, 100), [], "one of the two is older than the log");
        assert_eq!(between(&speakers, &events, 0, 50), [], "one of the two is yet to come");
    }

    #[test]
    fn a_crowd_of_accusers_costs_nobody_else_their_ties() {
        // Forty people accuse 1, of whom few write; eighty others accuse 2 and all write to each other; some accuse both.
        let accuse = |about: u128, people: std::ops::Range<u128>| {
            people.map(move |person| said(about, person, FeedbackKind::Report))
        };
        let mut feedback: Vec<FeedbackRow> = accuse(1, 10..50).chain(accuse(2, 45..125)).collect();
        feedback.sort_unstable();
        let speakers = Speakers::of(&feedback, None);
        let ring = (10..50).flat_map(|a| [(a, 10 + (a - 9) % 40, 1), (10 + (a - 9) % 40, a, 2)]);
        let crowd = (45..125).flat_map(|a| (45..125).filter(move |b| a != *b).map(move |b| (a, b, 3)));
        let mut events: Vec<(u128, u128, i64)> = crowd.chain(ring).collect();
        let whole = kept(&speakers, &events, 1, 10_000);
        assert_eq!((whole.cut, whole.heard.len()), (usize::MAX, 80 + 80 * 79 - 8));
        let mut before = None;
        for workers in [1, 2, 3, 7] {
            for turn in 0..3 {
                events.rotate_left(turn * 1777);
                let mut kept: Vec<_> = {
                    let talk = kept(&speakers, &events, workers, 1000);
                    assert_eq!(talk.cut, 1, "{workers} workers");
                    talk.heard.into_iter().map(|(pair, h)| (pair, h.first, h.last, h.against)).collect()
                };
                kept.sort_unstable();
                assert_eq!(kept.len(), 80 + 5 * 4 - 8, "the ring, and those of the crowd who accuse both");
                assert!(before.replace(kept.clone()).is_none_or(|b| b == kept), "{workers} workers");
            }
        }
    }
}
