//! Padding with accomplices: chatter both ways, or junk for silent ones and own groups, never lowers a sub-score.
//! In: random logs of a sender and its recipients, with and without accomplices; out: sub-scores, compared.
//! Works on events, so that features, rules and scores are all inside the test.

use bulkwatch::content::Templates;
use bulkwatch::context::Exchange;
use bulkwatch::domain::{Chat, DAY_US, HOUR_US, MINUTE_US, SECOND_US, Timestamp, Token, Window};
use bulkwatch::features::{Night, extract};
use bulkwatch::log::{AccountRow, EventSink, MessageEvent, NO, Offers, Router, SideTables, YES};
use bulkwatch::rules::Limits;
use proptest::prelude::*;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

const FROM: i64 = 200 * DAY_US;
const TO: i64 = 230 * DAY_US;
const SENDER: Token = Token(7);

fn event(rng: &mut ChaCha8Rng, ts: i64, to: Token, content: u64) -> MessageEvent {
    MessageEvent {
        msg: rng.random_range(1..u64::MAX),
        content,
        content_head: content,
        size: if content < 3 { 80 } else { rng.random_range(1..900) },
        typing_ms: if rng.random_bool(0.8) { 0 } else { rng.random_range(100..9_000) },
        known: if rng.random_bool(0.8) { NO } else { YES },
        status: 5,
        link: YES,
        ..MessageEvent::bare(ts, SENDER, to)
    }
}

/// A sender that writes one of a few contents to many, with some beat.
fn campaign(seed: u64) -> Vec<MessageEvent> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let n = rng.random_range(5..500);
    let beat = [SECOND_US, 30 * SECOND_US, 10 * MINUTE_US][rng.random_range(0..3)];
    let people = rng.random_range(1..400u128);
    let mut ts = FROM + rng.random_range(0..10) * DAY_US;
    let mut log = Vec::new();
    for i in 0..n {
        ts += beat + rng.random_range(0..2) * rng.random_range(0..HOUR_US);
        if TO <= ts {
            break;
        }
        let to = Token(1_000 + i % people);
        let content = rng.random_range(1..4);
        log.push(event(&mut rng, ts, to, content));
        if rng.random_bool(0.1) {
            log.push(MessageEvent {
                status: 5,
                ..MessageEvent::bare((ts + HOUR_US).min(TO - 1), to, SENDER)
            });
        }
    }
    log
}

/// Accomplices who talk with the sender: each is written to and writes back, irregularly.
fn chatter(seed: u64) -> Vec<MessageEvent> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0xacc0);
    let mut log = Vec::new();
    for who in 0..rng.random_range(1..30u128) {
        let friend = Token(900_000 + who);
        let mut ts = FROM + rng.random_range(0..20 * DAY_US);
        for _ in 0..rng.random_range(1..40) {
            let content = rng.random_range(100..1_000_000);
            log.push(event(&mut rng, ts, friend, content));
            ts += rng.random_range(1..5 * HOUR_US);
            if TO <= ts {
                break;
            }
            log.push(MessageEvent { status: 5, ..MessageEvent::bare(ts, friend, SENDER) });
            ts += rng.random_range(1..DAY_US);
            if TO <= ts {
                break;
            }
        }
        // The last word is the accomplice's, so that no chat is left unanswered.
        log.push(MessageEvent { status: 5, ..MessageEvent::bare(TO - 1, friend, SENDER) });
    }
    log
}

/// One text after the other, or a new one each time, to people, groups or lists that all get as many.
fn steady(seed: u64, to: To) -> Vec<MessageEvent> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let targets = rng.random_range(30..160u128);
    let rounds = 300 / targets + 1;
    let beat = [SECOND_US, 30 * SECOND_US, 10 * MINUTE_US][rng.random_range(0..3)];
    let texts = [1, 3, 1_000_000][rng.random_range(0..3)];
    let mut ts = FROM + rng.random_range(0..10) * DAY_US;
    let mut log = Vec::new();
    for i in 0..targets * rounds {
        ts += beat + i64::from(rng.random_bool(0.02)) * rng.random_range(0..HOUR_US);
        if to == To::Lists && i % 10 != 0 {
            ts = log.last().map_or(ts, |e: &MessageEvent| e.ts);
        }
        let content = 1 + rng.random_range(0..texts);
        let mut sent = event(&mut rng, ts, to.target(1_000 + i % targets), content);
        if to == To::Lists {
            // Ten people a list, and one text for all of them.
            (sent.msg, sent.content, sent.content_head) = (1 + i as u64 / 10, 1 + i as u64 / 10 % 3, 1);
        }
        log.push(MessageEvent { chat: to.chat(), ..sent });
    }
    log
}

/// Where messages go.
#[derive(Debug, Clone, Copy, PartialEq)]
enum To {
    People,
    Groups,
    Lists,
}

impl To {
    fn target(self, n: u128) -> Token {
        Token(n + if self == To::Groups { 5_000_000 } else { 0 })
    }

    fn chat(self) -> u8 {
        match self {
            To::People => Chat::Direct as u8,
            To::Groups => Chat::Group as u8,
            To::Lists => Chat::List as u8,
        }
    }
}

/// Puppets that never answer, or own groups: a few, each of which gets more than anybody else, at any time.
fn junk(seed: u64, to: To) -> Vec<MessageEvent> {
    let mut rng = ChaCha8Rng::seed_from_u64(seed ^ 0x1a17);
    let repeated = rng.random_bool(0.3);
    let mut log = Vec::new();
    for who in 0..rng.random_range(1..7) {
        for i in 0..rng.random_range(20..200) {
            let content = if repeated { 800 + i % 4 } else { rng.random_range(1_000..u64::MAX) };
            let ts = FROM + rng.random_range(0..30 * DAY_US);
            let sent = event(&mut rng, ts, to.target(700_000 + who), content);
            log.push(MessageEvent { chat: to.chat(), ..sent });
        }
    }
    log
}

/// What is known of the sender's past: registered inside the log, a long log, a short one.
#[derive(Debug, Clone, Copy)]
enum Past {
    Registered,
    Long,
    Short,
}

fn scores(events: &[MessageEvent], past: Past) -> [f64; 3] {
    let window = Window::new(Timestamp(FROM), Timestamp(TO), Window::LOOKBACK_US).expect("valid");
    let mut router = Router::new();
    events.iter().for_each(|e| router.message(e));
    let partition = router.partition_of(SENDER, &window);
    let account = AccountRow {
        account: SENDER,
        registered_at: matches!(past, Past::Registered).then_some(FROM - DAY_US),
        kind: None,
        number_country: None,
        number_block: 0,
        verified: None,
        tier_limit: None,
        utc_offset_min: None,
    };
    let side = SideTables { accounts: Some(vec![account]), ..SideTables::default() };
    let exchange = Exchange::new(&side, &window);
    let offers = Offers {
        content: true,
        size: true,
        typing_ms: true,
        known: true,
        status: true,
        delivery: true,
        link: true,
        accounts: true,
        ..Offers::default()
    };
    // In a short log newness is sure for the last two thirds of the window only.
    let covered = if matches!(past, Past::Short) { 80 } else { 100 };
    let log_start = FROM - covered * DAY_US;
    let templates = Templates::default();
    let night = Night { window, log_start, offers, side: &side, exchange: &exchange, templates: &templates };
    let rows = extract(&partition, &[SENDER], &night);
    let row = rows.iter().find(|r| r.account == SENDER).expect("the sender has a row");
    bulkwatch::rules::run(row, None, &Limits::default()).points
}

fn past(seed: u64) -> Past {
    [Past::Registered, Past::Long, Past::Short][(seed % 3) as usize]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn padding_a_log_with_accomplices_never_lowers_a_sub_score(seed in any::<u64>()) {
        let plain = campaign(seed);
        let mut padded = plain.clone();
        padded.extend(chatter(seed));
        let (before, after) = (scores(&plain, past(seed)), scores(&padded, past(seed)));
        for i in 0..3 {
            prop_assert!(before[i] <= after[i] + 1e-9, "{before:?} -> {after:?}");
        }
    }

    #[test]
    fn junk_for_silent_puppets_or_own_groups_never_lowers_a_sub_score(seed in any::<u64>()) {
        for to in [To::People, To::Groups, To::Lists] {
            let plain = steady(seed, to);
            for own in [To::People, To::Groups] {
                let mut padded = plain.clone();
                padded.extend(junk(seed, own));
                let (before, after) = (scores(&plain, past(seed)), scores(&padded, past(seed)));
                for i in 0..3 {
                    prop_assert!(before[i] <= after[i] + 1e-9, "{to:?} {own:?} {before:?} -> {after:?}");
                }
            }
        }
    }
}

#[test]
fn the_campaigns_of_this_test_do_score() {
    let scored =
        (0..40).filter(|seed| scores(&campaign(*seed), past(*seed)).iter().any(|p| 10.0 < *p)).count();
    assert!(10 < scored, "only {scored} of 40 random campaigns score at all, the property would be empty");
    for to in [To::People, To::Groups, To::Lists] {
        let points = |seed| scores(&steady(seed, to), past(seed));
        let scored = (0..40).filter(|seed| points(*seed).iter().any(|p| 10.0 < *p)).count();
        assert!(10 < scored, "only {scored} of 40 to {to:?} score at all");
    }
}
