//! The account and each person it wrote to: what was sent, what came back, and how many pairs are how.
//! In: sent and received rows of one account; out: pairs in token order, their counts, and marks on the sent rows.
//! Walks both sides person by person, once; keeps 16 bytes a pair and reads the rest from the rows.

use super::actions::{ANSWERS, EXPLAINED, HEARD, REPLIED};
use super::order::row;
use crate::context::Context;
use crate::domain::{AccountKind, DAY_US, HOUR_US, TemplateCategory, Window};
use crate::log::{AccountTimeline, MessageEvent, NO, UNKNOWN, YES};

/// The reply horizon of the contract: 72 hours.
pub const REPLY_US: i64 = 72 * HOUR_US;

/// The horizons for which replies are counted: an hour, six, a day, and that of the contract.
pub const HORIZONS_US: [i64; 4] = [HOUR_US, 6 * HOUR_US, DAY_US, REPLY_US];

/// Stands for a row that belongs to no pair, and for no row.
pub const NONE: u32 = u32::MAX;

const NEW: u8 = 1;
const INBOUND_BEFORE: u8 = 1 << 1;
const INBOUND_FIRST: u8 = 1 << 2;
const DELIVERED: u8 = 1 << 3;
const SURE: u8 = 1 << 4;
const STANDING: u8 = 1 << 5;
const ASKED: u8 = 1 << 6;

/// The account and one recipient of the window.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// First inbound strictly after the first contact; the largest time when there is none.
    reply_at: i64,
    /// The first contact of the window, as an index into the sent rows.
    pub first: u32,
    /// Whether the recipient has the sender in contacts, at the first contact.
    known: u8,
    marks: u8,
}

impl Pair {
    fn is(&self, mark: u8) -> bool {
        self.marks & mark != 0
    }

    fn mark(&mut self, mark: u8, yes: bool) {
        self.marks |= if yes { mark } else { 0 };
    }

    /// No contact either way in the look-back.
    pub fn is_new(&self) -> bool {
        self.is(NEW)
    }

    /// New, and the log would know if not: as far as rules may use newness.
    pub fn is_surely_new(&self) -> bool {
        self.is(SURE)
    }

    /// The recipient wrote at some time before the first contact in the window.
    pub fn wrote_before(&self) -> bool {
        self.is(INBOUND_BEFORE)
    }

    /// The same, and since the account's last sign-up.
    pub fn has_written_to_this_holder(&self) -> bool {
        self.is(ASKED)
    }

    /// First inbound strictly after the first contact.
    pub fn reply_at(&self) -> Option<i64> {
        (!self.is_silent()).then_some(self.reply_at)
    }

    /// Whether the recipient has not written since the first contact.
    pub fn is_silent(&self) -> bool {
        self.reply_at == i64::MAX
    }

    /// New, known not to have the sender in contacts, and never heard from before.
    pub fn is_stranger(&self) -> bool {
        self.is_new() && self.known == NO && !self.wrote_before()
    }

    /// Written to since before newness is sure, and not the first to have written in the log, and
    /// not known to lack the sender in contacts: nobody can tell who began.
    pub fn is_standing(&self) -> bool {
        self.is(STANDING)
    }

    /// Known to have the sender in contacts: who saved the number asked for it.
    pub fn is_saved(&self) -> bool {
        self.known == YES
    }

    /// A newly opened chat without an answer, with somebody who is not known to have saved the number.
    pub fn is_in_vain(&self) -> bool {
        self.is_new() && self.is_silent() && !self.is_saved()
    }

    /// The same where the chat is surely new.
    pub fn is_surely_in_vain(&self) -> bool {
        self.is_in_vain() && self.is_surely_new()
    }
}

/// How many pairs are how; all of the window unless a field says less.
#[derive(Debug, Clone, Copy, Default)]
pub struct PairCounts {
    /// New recipients.
    pub new: usize,
    /// New recipients whose look-back reaches before the log.
    pub censored: usize,
    /// Recipients of whom it is known whether they have the sender in contacts.
    pub known: usize,
    /// Strangers.
    pub strangers: usize,
    /// Strangers who have not written since, where the chat is surely new.
    pub strangers_silent: usize,
    /// Recipients whose closed window for a reply lies before as_of, by horizon.
    pub eligible: [usize; 4],
    /// Of these, who answered within the horizon.
    pub replied: [usize; 4],
    /// New recipients eligible at 72 h.
    pub new_eligible: usize,
    /// Of these, who were never reached.
    pub new_unreached: usize,
    /// New recipients eligible at 72 h who have not written since.
    pub new_silent: usize,
    /// Of these, who are not known to have the sender in contacts.
    pub in_vain: usize,
    /// Of these, who were never reached.
    pub in_vain_unreached: usize,
    /// Of those in vain, whose chat is surely new.
    pub surely_in_vain: usize,
    /// Chats opened in vain within the last 7 d, however young.
    pub week_in_vain: usize,
    /// Recipients who have not written since the first contact.
    pub silent: usize,
    /// Of these, to whom the account wrote before newness is sure.
    pub silent_standing: usize,
    /// Recipients who wrote before the account ever did.
    pub inbound_first: usize,
    /// Recipients who wrote at any time.
    pub reciprocal: usize,
}

impl PairCounts {
    fn add(&mut self, pair: &Pair, t0: i64, as_of: i64) {
        let add = |n: &mut usize, yes: bool| *n += usize::from(yes);
        let (new, silent) = (pair.is_new(), pair.is_silent());
        add(&mut self.new, new);
        add(&mut self.known, pair.known != UNKNOWN);
        add(&mut self.strangers, pair.is_stranger());
        add(&mut self.strangers_silent, pair.is_stranger() && silent && pair.is_surely_new());
        for (i, horizon_us) in HORIZONS_US.into_iter().enumerate() {
            let eligible = t0 + horizon_us < as_of;
            add(&mut self.eligible[i], eligible);
            add(&mut self.replied[i], eligible && !silent && pair.reply_at <= t0 + horizon_us);
        }
        let old = new && t0 + REPLY_US < as_of;
        let unreached = !pair.is(DELIVERED);
        add(&mut self.new_eligible, old);
        add(&mut self.new_unreached, old && unreached);
        add(&mut self.new_silent, old && silent);
        add(&mut self.in_vain, old && pair.is_in_vain());
        add(&mut self.in_vain_unreached, old && pair.is_in_vain() && unreached);
        add(&mut self.surely_in_vain, old && pair.is_surely_in_vain());
        add(&mut self.week_in_vain, pair.is_in_vain() && as_of - 7 * DAY_US <= t0);
        add(&mut self.silent, silent);
        add(&mut self.silent_standing, silent && pair.is_standing());
        add(&mut self.inbound_first, pair.is(INBOUND_FIRST));
        add(&mut self.reciprocal, pair.wrote_before() || !silent);
    }
}

/// Both sides of one account, put side by side.
pub struct Meeting<'m, 'a> {
    /// The run's window.
    pub window: Window,
    /// First moment the log covers.
    pub log_start: i64,
    /// From which first contact on newness is sure.
    pub sure_from: i64,
    /// The rows.
    pub timeline: &'m AccountTimeline<'a>,
    /// What comes from beyond the account.
    pub context: &'m Context<'a>,
    /// The first sent row of the window.
    pub start: usize,
    /// A byte of marks for each sent row.
    pub marks: &'m mut [u8],
    /// For each sent row of the window its pair, or [`NONE`].
    pub pair_of: &'m mut [u32],
    /// The pairs, in token order.
    pub pairs: &'m mut Vec<Pair>,
    /// Their counts.
    pub counts: PairCounts,
}

impl Meeting<'_, '_> {
    /// Meets person after person: `out` and `inbound` are rows in (peer, time) order.
    pub fn walk(&mut self, out: &[u64], inbound: &[u64]) {
        let timeline = self.timeline;
        let peer_of = |word: u64| timeline.sent[row(word)].recipient;
        let from = |word: u64| timeline.received[row(word)].peer;
        let mut rest = inbound;
        for rows in out.chunk_by(|a, b| peer_of(*a) == peer_of(*b)) {
            let peer = peer_of(rows[0]);
            let skipped = rest.iter().take_while(|w| from(**w) < peer).count();
            rest = &rest[skipped..];
            let (theirs, others) = rest.split_at(rest.iter().take_while(|w| from(**w) == peer).count());
            self.meet(rows, theirs);
            rest = others;
        }
    }

    /// One person: what was sent to them, what they sent.
    fn meet(&mut self, out: &[u64], inbound: &[u64]) {
        let sent = self.timeline.sent;
        self.mark_explained(out, inbound);
        let Some(mut pair) = self.open(out) else { return };
        let t0 = sent[pair.first as usize].ts;
        let earliest = t0.saturating_sub(self.window.lookback_us());
        let heard_at = |i: usize| self.timeline.received[row(inbound[i])].ts;
        let ts_of = |w: &u64| self.timeline.received[row(*w)].ts;
        let before = inbound.partition_point(|w| ts_of(w) < t0);
        let not_later = before + inbound[before..].partition_point(|w| ts_of(w) <= t0);
        if not_later < inbound.len() {
            pair.reply_at = heard_at(not_later);
        }
        let heard_lately = before > 0 && earliest <= heard_at(before - 1);
        let (first_out, last_before) = self.contacts_around(out, &mut pair, t0);
        let wrote_lately = last_before.is_some_and(|ts| earliest <= ts);
        let new = !heard_lately && !wrote_lately;
        pair.mark(NEW, new);
        pair.mark(SURE, new && self.sure_from <= t0);
        pair.mark(INBOUND_BEFORE, before > 0);
        // Who wrote before the number was signed up anew wrote to whoever had it then.
        let signed_up = self.context.registered.last().copied().unwrap_or(i64::MIN);
        pair.mark(ASKED, before > 0 && signed_up <= heard_at(before - 1));
        let inbound_first = !inbound.is_empty() && heard_at(0) < first_out;
        pair.mark(INBOUND_FIRST, inbound_first);
        pair.mark(STANDING, !inbound_first && pair.known != NO && first_out < self.sure_from);
        if !pair.is_silent() {
            out.iter().for_each(|w| self.marks[row(*w)] |= REPLIED);
        }
        self.counts.add(&pair, t0, self.window.to_us());
        self.counts.censored += usize::from(pair.is_new() && earliest < self.log_start);
        self.pairs.push(pair);
    }

    /// Marks what an inbound message within 24 h before or a template explains, late first answers, and who was heard from.
    fn mark_explained(&mut self, out: &[u64], inbound: &[u64]) {
        let api = self.context.kind == Some(AccountKind::BusinessApi);
        let heard = if inbound.is_empty() { 0 } else { HEARD };
        let mut later = inbound.iter().map(|w| self.timeline.received[row(*w)].ts).peekable();
        let mut last = None;
        let mut waiting = false;
        for i in out.iter().map(|w| row(*w)) {
            let event = &self.timeline.sent[i];
            while let Some(ts) = later.next_if(|ts| *ts <= event.ts) {
                last = Some(ts);
                waiting = true;
            }
            let within = |us: i64| last.is_some_and(|ts| event.ts - ts <= us);
            let explained = within(DAY_US) || (api && is_transactional(event));
            let answers = explained || waiting && within(REPLY_US);
            self.marks[i] |=
                heard | if explained { EXPLAINED } else { 0 } | if answers { ANSWERS } else { 0 };
            waiting &= !event.is_contact();
        }
    }

    /// The pair of the first contact in the window, if there is one.
    fn open(&self, out: &[u64]) -> Option<Pair> {
        // Rows of one person are in time order and so in the order of their numbers.
        let from = out.partition_point(|w| row(*w) < self.start);
        let first = out[from..].iter().map(|w| row(*w)).find(|i| self.timeline.sent[*i].is_contact())?;
        Some(Pair { reply_at: i64::MAX, first: first as u32, known: UNKNOWN, marks: 0 })
    }

    /// Fills in what the contacts say; returns the very first one's time and the last one's before the window.
    fn contacts_around(&mut self, out: &[u64], pair: &mut Pair, t0: i64) -> (i64, Option<i64>) {
        let index = self.pairs.len() as u32;
        let (mut first_out, mut last_before) = (None, None);
        for i in out.iter().map(|w| row(*w)) {
            let event = &self.timeline.sent[i];
            if !event.is_contact() {
                continue;
            }
            first_out.get_or_insert(event.ts);
            pair.mark(DELIVERED, event.status >= 4);
            if event.ts < t0 {
                last_before = Some(event.ts);
                continue;
            }
            if event.ts == t0 {
                pair.known = pair.known.max(event.known);
            }
            self.pair_of[i - self.start] = index;
        }
        (first_out.unwrap_or(t0), last_before)
    }
}

fn is_transactional(event: &MessageEvent) -> bool {
    matches!(
        event.template(),
        Some(TemplateCategory::Utility | TemplateCategory::Authentication | TemplateCategory::Service)
    )
}
