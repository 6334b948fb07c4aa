//! One huge account of every awkward shape: the work of all cards grows with its messages, not with their square.
//! In: accounts of 25,000 and 200,000 messages; out: a failure that names the shape, or bytes of scratch a message.
//! Compares a program with itself on one machine, so that only the growth matters.

use super::extract::{Night, extract};
use super::facts::{Facts, Scratch};
use crate::content::Templates;
use crate::context::Exchange;
use crate::domain::*;
use crate::log::*;
use std::time::{Duration, Instant};

const FROM: i64 = 100 * DAY_US;
const TO: i64 = 130 * DAY_US;
const SUBJECT: Token = Token(1);
const FEW: usize = 25_000;
const MANY: usize = 200_000;

/// Eight times the messages, with what caches and sorting add; a square would be 64.
const MOST_GROWTH: u32 = 32;

fn person(n: usize) -> Token {
    Token((n as u128 + 2).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835))
}

fn digest(n: usize) -> u64 {
    (n as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// The `i`-th message of `n`: one to a new person with a new text, unless a shape says otherwise.
fn plain(i: usize, n: usize) -> MessageEvent {
    let step = (TO - FROM) / n as i64;
    MessageEvent {
        msg: digest(i),
        content: digest(i),
        content_head: digest(i),
        size: 10 + i as u32 % 97,
        typing_ms: i as u32 % 1_013,
        known: 1 + (i % 2) as u8,
        ..MessageEvent::bare(FROM + i as i64 * step, SUBJECT, person(i))
    }
}

type Shape = fn(usize, usize) -> MessageEvent;

const SHAPES: [(&str, Shape); 9] = [
    ("to as many people", plain),
    ("to one person", |i, n| MessageEvent { recipient: person(0), ..plain(i, n) }),
    ("one content", |i, n| MessageEvent { content: 7, content_head: 7, ..plain(i, n) }),
    ("at one moment", |i, n| MessageEvent { ts: FROM, content: digest(i % 3), ..plain(i, n) }),
    ("one list", |i, n| MessageEvent { chat: Chat::List as u8, msg: 7, ..plain(i, n) }),
    ("lists of a moment", |i, n| MessageEvent { chat: Chat::List as u8, msg: 0, ..plain(i / 200 * 200, n) }),
    ("to groups", |i, n| MessageEvent { chat: Chat::Group as u8, content: digest(i / 100), ..plain(i, n) }),
    ("forwards", |i, n| MessageEvent { forwarded: 3, content: digest(i % 50), ..plain(i, n) }),
    ("a newsletter", |i, n| MessageEvent {
        recipient: person(i % 500),
        content: digest(i / 500),
        ..plain(i, n)
    }),
];

/// Everything that binds reporters to each other, in groups, cohorts and chains as long as they may be.
fn tied(reporters: usize) -> SideTables {
    let joins = (0..reporters).map(|i| GroupEventRow {
        actor: person(i),
        ts: FROM,
        group: Token(1 + (i / 250) as u128),
        kind: GroupKind::JoinLink,
        target: None,
    });
    let registrations = (0..reporters).map(|i| RegistrationRow {
        account: person(i),
        ts: FROM + i as i64 * SECOND_US,
        ip_country: None,
        network: 1 + i as u64 % 7,
        asn: 0,
        device: 1 + i as u64 / 200,
        client_build: 1,
    });
    let talks = (1..reporters).flat_map(|i| [(person(i - 1), person(i)), (person(i), person(i - 1))]);
    let (mut joins, mut talks): (Vec<_>, Vec<_>) = (joins.collect(), talks.collect());
    let mut registrations: Vec<_> = registrations.collect();
    joins.sort_unstable();
    talks.sort_unstable();
    registrations.sort_unstable();
    SideTables {
        group_events: Some(joins),
        registrations: Some(registrations),
        talks: Some(talks),
        ..SideTables::default()
    }
}

struct Crowd {
    partition: Partition,
    side: SideTables,
    window: Window,
}

impl Crowd {
    fn new(shape: Shape, n: usize) -> Self {
        let mut sent: Vec<MessageEvent> = (0..n).map(|i| shape(i, n)).collect();
        sent.sort_unstable();
        let answers = sent.iter().step_by(3).filter(|e| e.is_contact()).map(|e| Received {
            account: SUBJECT,
            ts: e.ts + HOUR_US,
            peer: e.recipient,
            msg: 0,
            chat: Chat::Direct as u8,
            status: 0,
        });
        let mut received: Vec<Received> = answers.collect();
        received.sort_unstable();
        let words = [FeedbackKind::Report, FeedbackKind::Block, FeedbackKind::Optout];
        let mut feedback: Vec<FeedbackRow> = (0..n / 4)
            .map(|i| FeedbackRow {
                reported: SUBJECT,
                ts: TO - 1 - i as i64,
                reporter: person(i),
                kind: words[i % 3],
                reported_initiated: 0,
            })
            .collect();
        feedback.sort_unstable();
        let side = SideTables { feedback: Some(feedback), ..tied(n / 4) };
        let window = Window::new(Timestamp(FROM), Timestamp(TO), Window::LOOKBACK_US).expect("valid");
        let partition = Partition { sent, received, ..Partition::default() };
        Self { partition, side, window }
    }

    fn offers() -> Offers {
        Offers {
            content: true,
            size: true,
            link: true,
            forwarded: true,
            typing_ms: true,
            known: true,
            delivery: true,
            feedback: true,
            ..Offers::default()
        }
    }

    /// The quickest of several runs through all cards.
    fn quickest(&self) -> Duration {
        let exchange = Exchange::new(&self.side, &self.window);
        let night = Night {
            window: self.window,
            log_start: 0,
            offers: Self::offers(),
            side: &self.side,
            exchange: &exchange,
            templates: &Templates::default(),
        };
        let run = |_| {
            let begin = Instant::now();
            assert_eq!(extract(&self.partition, &[], &night).len(), 1);
            begin.elapsed()
        };
        (0..3).map(run).min().expect("three runs")
    }

    /// Scratch that all cards together leave behind.
    fn bytes(&self) -> usize {
        let timeline = AccountTimeline {
            account: SUBJECT,
            sent: &self.partition.sent,
            received: &self.partition.received,
            group_acts: &[],
            feedback: self.side.feedback.as_deref().unwrap_or(&[]),
            registrations: &[],
            row: None,
        };
        let exchange = Exchange::new(&self.side, &self.window);
        let context = exchange.context(&timeline);
        let mut scratch = Scratch::default();
        let templates = Templates::default();
        let night = Night {
            window: self.window,
            log_start: 0,
            offers: Self::offers(),
            side: &self.side,
            exchange: &exchange,
            templates: &templates,
        };
        let facts = Facts::new(&night, timeline, context, &mut scratch);
        super::cards().iter().for_each(|card| {
            let _ = (card.value)(&facts);
        });
        facts.release(&mut scratch);
        scratch.bytes()
    }
}

#[test]
fn work_grows_with_the_messages_and_not_with_their_square() {
    for (name, shape) in SHAPES {
        let (few, many) = (Crowd::new(shape, FEW).quickest(), Crowd::new(shape, MANY).quickest());
        assert!(many < few * MOST_GROWTH, "{name}: {few:?} for {FEW}, {many:?} for {MANY} messages");
    }
}

#[test]
fn a_huge_account_needs_about_a_hundred_bytes_a_message() {
    for (name, shape) in SHAPES {
        let crowd = Crowd::new(shape, MANY);
        // The other side's messages cost the word by which they are ordered.
        let each = (crowd.bytes() - 8 * crowd.partition.received.len()) / MANY;
        assert!(each <= 104, "{name}: {each} bytes a message");
    }
}
