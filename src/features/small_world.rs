//! A small world of one sender, built message by message, for tests that need exact conduct.
//! In: what was sent, heard and said; out: the sender's feature row, and its window in numbers.
//! Leaves everything optional unsaid.

use super::extract::{Night, extract_watched};
use super::{AccountFeatures, Activity};
use crate::content::Templates;
use crate::context::Exchange;
use crate::domain::*;
use crate::log::*;

/// The window begins.
pub const FROM: i64 = 100 * DAY_US;
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
    /// What was done to groups.
    pub group_events: Vec<GroupEventRow>,
    /// When the log begins; long before everything unless said.
    pub log_start: i64,
    /// When the sender signed up, where a table says so.
    pub signed_up: Option<i64>,
}

impl World {
    /// The sender writes.
    pub fn sends(&mut self, ts: i64, to: u128) {
        self.events.push(MessageEvent::bare(ts, SUBJECT, person(to)));
    }

    /// The sender writes a text.
    pub fn sends_text(&mut self, ts: i64, to: u128, content: u64) {
        self.sends(ts, to);
        self.last(|e| (e.content, e.content_head) = (content, content));
    }

    /// The sender posts a text to a group.
    pub fn posts(&mut self, ts: i64, group: u128, content: u64) {
        self.sends_text(ts, 500_000 + group, content);
        self.last(|e| e.chat = Chat::Group as u8);
    }

    /// Changes the message just sent or heard.
    pub fn last(&mut self, change: impl FnOnce(&mut MessageEvent)) {
        change(self.events.last_mut().expect("a message"));
    }

    /// Says through what the message just sent went.
    pub fn last_went_through(&mut self, via: Option<Via>) {
        self.last(|e| e.via = pack(via));
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

    /// Somebody joins a group, before the window begins.
    pub fn joins(&mut self, who: u128, group: u128) {
        self.acts_on_group(person(who), GroupKind::JoinLink, group, None);
    }

    /// The sender adds somebody to a group, before the window begins.
    pub fn adds(&mut self, who: u128, group: u128) {
        self.acts_on_group(SUBJECT, GroupKind::Add, group, Some(person(who)));
    }

    fn acts_on_group(&mut self, actor: Token, kind: GroupKind, group: u128, target: Option<Token>) {
        let group = Token(500_000 + group);
        self.group_events.push(GroupEventRow { actor, ts: FROM - DAY_US, group, kind, target });
    }

    /// The sender's row.
    pub fn values(&self) -> AccountFeatures {
        self.seen().0
    }

    /// The sender's window in numbers.
    pub fn activity(&self) -> Activity {
        self.seen().1
    }

    fn seen(&self) -> (AccountFeatures, Activity) {
        let window = Window::new(Timestamp(FROM), Timestamp(TO), Window::LOOKBACK_US).expect("valid");
        let mut router = Router::new();
        self.events.iter().for_each(|e| router.message(e));
        let partition = router.partition_of(SUBJECT, &window);
        let mut feedback = self.feedback.clone();
        feedback.sort();
        let mut group_events = self.group_events.clone();
        group_events.sort();
        let account = |at| AccountRow {
            account: SUBJECT,
            registered_at: Some(at),
            kind: None,
            number_country: None,
            number_block: 0,
            verified: None,
            tier_limit: None,
            utc_offset_min: None,
        };
        let side = SideTables {
            accounts: self.signed_up.map(|at| vec![account(at)]),
            feedback: Some(feedback),
            group_events: (!group_events.is_empty()).then_some(group_events),
            ..SideTables::default()
        };
        let exchange = Exchange::new(&side, &window);
        let any = |has: fn(&MessageEvent) -> bool| self.events.iter().any(has);
        let offers = Offers {
            feedback: true,
            content: any(|e| e.content != 0),
            size: any(|e| e.size != ABSENT_U32),
            typing_ms: any(|e| e.typing_ms != ABSENT_U32),
            known: any(|e| e.known != UNKNOWN),
            delivery: any(|e| e.status >= 4),
            ..Offers::default()
        };
        let log_start = self.log_start;
        let templates = Templates::default();
        let night =
            Night { window, log_start, offers, side: &side, exchange: &exchange, templates: &templates };
        let mut seen = None;
        extract_watched(&partition, &[SUBJECT], &night, |_, facts, row| {
            if row.account == SUBJECT {
                seen = Some((row.clone(), Activity::of(facts)));
            }
        });
        seen.expect("a row")
    }
}
