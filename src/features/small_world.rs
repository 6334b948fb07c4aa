//! A small world of one sender, built message by message, for tests that need exact conduct.
//! In: what was sent, heard and said; out: the sender's feature row.
//! Leaves everything optional unsaid.

use super::AccountFeatures;
use super::extract::{Night, extract};
use crate::context::Exchange;
use crate::domain::*;
use crate::log::*;

const FROM: i64 = 100 * DAY_US;
const TO: i64 = 130 * DAY_US;
const SUBJECT: Token = Token(1);

/// Somebody else.
pub fn person(n: u128) -> Token {
    Token(1_000 + n)
}

/// A day of the window, 0 to 29, at ten in the morning.
pub fn day(n: i64) -> i64 {
    FROM + n * DAY_US + 10 * HOUR_US
}

/// What was sent, heard and said.
#[derive(Default)]
pub struct World {
    /// Messages.
    pub events: Vec<MessageEvent>,
    /// What people said.
    pub feedback: Vec<FeedbackRow>,
}

impl World {
    /// The sender writes.
    pub fn sends(&mut self, ts: i64, to: u128) {
        self.events.push(MessageEvent::bare(ts, SUBJECT, person(to)));
    }

    /// Somebody writes to the sender.
    pub fn hears(&mut self, ts: i64, from: u128) {
        self.events.push(MessageEvent::bare(ts, person(from), SUBJECT));
    }

    /// Somebody reports, blocks, or asks to stop.
    pub fn says(&mut self, ts: i64, who: u128, kind: FeedbackKind) {
        self.feedback.push(FeedbackRow {
            reported: SUBJECT,
            ts,
            reporter: person(who),
            kind,
            reported_initiated: UNKNOWN,
        });
    }

    /// The sender's row.
    pub fn values(&self) -> AccountFeatures {
        let window = Window::new(Timestamp(FROM), Timestamp(TO), Window::LOOKBACK_US).expect("valid");
        let mut router = Router::new();
        self.events.iter().for_each(|e| router.message(e));
        let partition = router.partition_of(SUBJECT, &window);
        let mut feedback = self.feedback.clone();
        feedback.sort();
        let side = SideTables { feedback: Some(feedback), ..SideTables::default() };
        let exchange = Exchange::new(&side, &window);
        let offers = Offers { feedback: true, ..Offers::default() };
        let night = Night { window, log_start: 0, offers, side: &side, exchange: &exchange };
        let mut rows = extract(&partition, &[SUBJECT], &night);
        rows.retain(|r| r.account == SUBJECT);
        rows.pop().expect("a row")
    }
}
