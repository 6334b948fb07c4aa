//! Padding with accomplices: chatter both ways, added to a log, never lowers a sub-score of anybody in it.
//! In: random logs of a sender and its recipients, with and without accomplices; out: sub-scores, compared.
//! Works on events, so that features, rules and scores are all inside the test.

use bulkwatch::context::Exchange;
use bulkwatch::domain::{DAY_US, HOUR_US, MINUTE_US, SECOND_US, Timestamp, Token, Window};
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

fn scores(events: &[MessageEvent]) -> [f64; 3] {
    let window = Window::new(Timestamp(FROM), Timestamp(TO), Window::LOOKBACK_US).expect("valid");
    let mut router = Router::new();
    events.iter().for_each(|e| router.message(e));
    let partition = router.partition_of(SENDER, &window);
    let account = AccountRow {
        account: SENDER,
        registered_at: Some(FROM - DAY_US),
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
    let night = Night { window, log_start: FROM - 100 * DAY_US, offers, side: &side, exchange: &exchange };
    let rows = extract(&partition, &[SENDER], &night);
    let row = rows.iter().find(|r| r.account == SENDER).expect("the sender has a row");
    bulkwatch::rules::run(row, None, &Limits::default()).points
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn padding_a_log_with_accomplices_never_lowers_a_sub_score(seed in any::<u64>()) {
        let plain = campaign(seed);
        let mut padded = plain.clone();
        padded.extend(chatter(seed));
        let (before, after) = (scores(&plain), scores(&padded));
        for i in 0..3 {
            prop_assert!(before[i] <= after[i] + 1e-9, "{before:?} -> {after:?}");
        }
    }
}

#[test]
fn the_campaigns_of_this_test_do_score() {
    let scored = (0..40).filter(|seed| scores(&campaign(*seed)).iter().any(|p| 10.0 < *p)).count();
    assert!(10 < scored, "only {scored} of 40 random campaigns score at all, the property would be empty");
}
