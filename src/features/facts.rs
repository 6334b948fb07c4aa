//! One account's shared intermediates: actions, contacts and pairs, computed once and read by every card.
//! In: the account's timeline and context; out: plain vectors, reused from account to account.
//! Counts as the feature math contract says; knows no card and no threshold.

use super::broadcasts::Broadcasts;
use super::kernels::DistinctCounter;
use crate::context::Context;
use crate::domain::{AccountKind, Chat, DAY_US, HOUR_US, TemplateCategory, Token, Window};
use crate::log::{
    ABSENT_U32, AccountTimeline, MessageEvent, NO, Offers, Received, UNKNOWN, YES, smaller_content,
};
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::cell::{OnceCell, RefCell};

/// The reply horizon of the contract: 72 hours.
pub const REPLY_US: i64 = 72 * HOUR_US;

/// One user action: a message, or all rows of one broadcast-list send.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// Its earliest event's time.
    pub ts: i64,
    /// Where it went.
    pub chat: Chat,
    /// The first recipient: a person, or the group.
    pub recipient: Token,
    /// Bytes, when said.
    pub size: Option<u32>,
    /// Content digest, 0 when absent.
    pub content: u64,
    content_head: u64,
    /// Typing before it, when observed on a direct event.
    pub direct_typing_ms: Option<u32>,
    /// Its first event, as an index into the timeline.
    pub event: u32,
    /// How many events it has.
    pub events: u32,
    /// Whether every event of it is explained by an inbound message or an API template.
    pub explained: bool,
    /// Whether all people it went to wrote back after first being contacted.
    pub conversational: bool,
    /// Whether everybody it went to wrote to the account at some time: one accomplice in a list must not hide the rest.
    pub heard_from: bool,
}

/// One contact in the window, in time order.
#[derive(Debug, Clone, Copy)]
pub struct ContactEvent {
    /// When.
    pub ts: i64,
    /// With whom: index into [`Facts::pairs`].
    pub pair: u32,
    /// Content digest, 0 when absent.
    pub content: u64,
    /// Whether an inbound message within 24 h before, or an API template, explains it.
    pub explained: bool,
}

/// The account and one recipient of the window.
#[derive(Debug, Clone, Copy)]
pub struct Pair {
    /// The recipient.
    pub peer: Token,
    /// First contact in the window.
    pub t0: i64,
    /// Contacts in the window.
    pub n_out: u32,
    /// No contact either way in the look-back.
    pub new: bool,
    /// The look-back reaches before the log.
    pub censored: bool,
    /// Whether the recipient has the sender in contacts, at the first contact.
    pub known: u8,
    /// The recipient wrote at some time before the first contact in the window.
    pub inbound_before: bool,
    /// The recipient wrote before the account ever did.
    pub inbound_first: bool,
    /// First inbound strictly after the first contact.
    pub reply_at: Option<i64>,
    /// Some contact reached the recipient's device.
    pub delivered: bool,
    /// Contacts in the window that nothing explains.
    pub n_unexplained: u32,
}

impl Pair {
    /// New, known not to have the sender in contacts, and never heard from before.
    pub fn is_stranger(&self) -> bool {
        self.new && self.known == NO && !self.inbound_before
    }

    /// Known to have the sender in contacts: who saved the number asked for it.
    pub fn is_saved(&self) -> bool {
        self.known == YES
    }

    /// Whether the closed window for a reply lies before as_of.
    pub fn is_eligible(&self, horizon_us: i64, as_of: i64) -> bool {
        self.t0 + horizon_us < as_of
    }

    /// Whether the recipient answered within the horizon.
    pub fn replied_within(&self, horizon_us: i64) -> bool {
        self.reply_at.is_some_and(|t| t <= self.t0 + horizon_us)
    }
}

/// Intermediates that are computed at most once an account, and only when a card asks.
#[derive(Debug, Default)]
pub struct Later {
    /// Broadcast events.
    pub broadcasts: OnceCell<Broadcasts>,
    /// Peak reach of one content, and days on which it was large.
    pub reach: OnceCell<(usize, usize)>,
    /// Contents of all actions that have one, sorted.
    pub contents: OnceCell<Vec<u64>>,
    /// Times of unexplained actions.
    pub unexplained_ts: OnceCell<Vec<i64>>,
    /// Times and pairs of contacts, all and unexplained.
    pub contact_keys: [OnceCell<(Vec<i64>, Vec<u32>)>; 2],
}

/// Everything a card may read.
pub struct Facts<'a> {
    /// The run's window.
    pub window: Window,
    /// First moment the log covers.
    pub log_start: i64,
    /// Which optional columns and tables the log has.
    pub offers: Offers,
    /// The account's slices.
    pub timeline: AccountTimeline<'a>,
    /// What comes from beyond the account.
    pub context: Context<'a>,
    /// Actions in the window, in time order.
    pub actions: Vec<Action>,
    /// Their times.
    pub action_ts: Vec<i64>,
    /// Events in the window, whatever their status.
    pub events_n: usize,
    /// Contacts in the window, in time order.
    pub contacts: Vec<ContactEvent>,
    /// Distinct recipients of the window, sorted by token.
    pub pairs: Vec<Pair>,
    /// Received contacts in the window.
    pub received_n: usize,
    /// Distinct people they came from.
    pub received_senders_n: usize,
    /// Gaps of consecutive actions, sorted, microseconds.
    pub sorted_gaps: Vec<i64>,
    /// A table for distinct counts, reused.
    pub counter: RefCell<DistinctCounter>,
    /// What several cards read and few accounts need, computed when first asked for.
    pub later: Later,
}

/// Buffers reused from account to account, so that steady state allocates nothing.
#[derive(Debug, Default)]
pub struct Scratch {
    by_peer: Vec<(Token, i64, u32)>,
    inbound: Vec<(Token, i64)>,
    explained: Vec<bool>,
    pair_of: Vec<u32>,
    replied: Vec<bool>,
    heard: Vec<bool>,
    lists: HashMap<(u64, i64), u32, FixedState>,
    actions: Vec<Action>,
    action_ts: Vec<i64>,
    contacts: Vec<ContactEvent>,
    pairs: Vec<Pair>,
    sorted_gaps: Vec<i64>,
    counter: DistinctCounter,
}

const NO_PAIR: u32 = u32::MAX;

impl<'a> Facts<'a> {
    /// Computes the intermediates of one account, taking buffers from `scratch`; give them back with [`Facts::release`].
    pub fn new(
        window: Window,
        log_start: i64,
        offers: Offers,
        timeline: AccountTimeline<'a>,
        context: Context<'a>,
        scratch: &mut Scratch,
    ) -> Self {
        let mut facts = Self {
            window,
            log_start,
            offers,
            timeline,
            context,
            actions: std::mem::take(&mut scratch.actions),
            action_ts: std::mem::take(&mut scratch.action_ts),
            events_n: timeline.sent.iter().filter(|e| window.contains(e.ts)).count(),
            contacts: std::mem::take(&mut scratch.contacts),
            pairs: std::mem::take(&mut scratch.pairs),
            received_n: 0,
            received_senders_n: 0,
            sorted_gaps: std::mem::take(&mut scratch.sorted_gaps),
            counter: RefCell::new(std::mem::take(&mut scratch.counter)),
            later: Later::default(),
        };
        facts.count_received(scratch);
        facts.meet_pairs(scratch);
        facts.list_contacts(scratch);
        facts.fold_actions(scratch);
        super::kernels::gaps(&facts.action_ts, &mut facts.sorted_gaps);
        facts.sorted_gaps.sort_unstable();
        facts
    }

    /// Gives the buffers back for the next account.
    pub fn release(self, scratch: &mut Scratch) {
        scratch.actions = self.actions;
        scratch.action_ts = self.action_ts;
        scratch.contacts = self.contacts;
        scratch.pairs = self.pairs;
        scratch.sorted_gaps = self.sorted_gaps;
        scratch.counter = self.counter.into_inner();
    }

    /// The run's "now".
    pub fn as_of(&self) -> i64 {
        self.window.to_us()
    }

    /// Whether newness may be used by rules: registered inside the log, contacts known, or few censored.
    pub fn newness_usable(&self) -> bool {
        let registered_inside = self.context.registered.first().is_some_and(|t| self.log_start <= *t);
        let new = self.pairs.iter().filter(|p| p.new).count();
        let censored = self.pairs.iter().filter(|p| p.new && p.censored).count();
        registered_inside || self.context.contacts_cover || censored * 10 <= new
    }

    fn count_received(&mut self, scratch: &mut Scratch) {
        scratch.inbound.clear();
        scratch.inbound.extend(self.timeline.received.iter().map(|r: &Received| (r.peer, r.ts)));
        scratch.inbound.sort_unstable();
        let mut last = None;
        for (peer, ts) in &scratch.inbound {
            if self.window.contains(*ts) {
                self.received_n += 1;
                self.received_senders_n += usize::from(last != Some(*peer));
                last = Some(*peer);
            }
        }
    }

    /// Walks sent and received side by side, person by person.
    fn meet_pairs(&mut self, scratch: &mut Scratch) {
        let sent = self.timeline.sent;
        scratch.by_peer.clear();
        let personal = sent.iter().enumerate().filter(|(_, e)| e.is_personal() && e.sender != e.recipient);
        scratch.by_peer.extend(personal.map(|(i, e)| (e.recipient, e.ts, i as u32)));
        scratch.by_peer.sort_unstable();
        for (buffer, blank) in
            [(&mut scratch.explained, false), (&mut scratch.replied, false), (&mut scratch.heard, false)]
        {
            buffer.clear();
            buffer.resize(sent.len(), blank);
        }
        scratch.pair_of.clear();
        scratch.pair_of.resize(sent.len(), NO_PAIR);
        self.pairs.clear();
        let inbound = std::mem::take(&mut scratch.inbound);
        let by_peer = std::mem::take(&mut scratch.by_peer);
        let mut at = 0;
        for out in by_peer.chunk_by(|a, b| a.0 == b.0) {
            let peer = out[0].0;
            at += inbound[at..].partition_point(|(p, _)| *p < peer);
            let from_peer = inbound[at..].partition_point(|(p, _)| *p == peer);
            self.meet(out, &inbound[at..at + from_peer], scratch);
        }
        scratch.inbound = inbound;
        scratch.by_peer = by_peer;
    }

    /// One person: what was sent to them, what they sent.
    fn meet(&mut self, out: &[(Token, i64, u32)], inbound: &[(Token, i64)], scratch: &mut Scratch) {
        let sent = self.timeline.sent;
        let api = self.context.kind == Some(AccountKind::BusinessApi);
        for (_, ts, i) in out {
            let last_before = inbound.partition_point(|(_, t)| *t <= *ts).checked_sub(1);
            let answered = last_before.is_some_and(|j| ts - inbound[j].1 <= DAY_US);
            let event = &sent[*i as usize];
            scratch.explained[*i as usize] = answered || (api && is_transactional(event));
            scratch.heard[*i as usize] = !inbound.is_empty();
        }
        let contacts = || out.iter().filter(|(_, _, i)| sent[*i as usize].is_contact());
        let Some((peer, t0, _)) = contacts().find(|(_, ts, _)| self.window.from_us() <= *ts).copied() else {
            return;
        };
        let reply_at = inbound.get(inbound.partition_point(|(_, t)| *t <= t0)).map(|(_, t)| *t);
        let earliest = t0.saturating_sub(self.window.lookback_us());
        let before = inbound.partition_point(|(_, t)| *t < t0);
        let heard_lately = before > 0 && earliest <= inbound[before - 1].1;
        let wrote_lately = contacts().any(|(_, ts, _)| earliest <= *ts && *ts < t0);
        let first_out = contacts().next().map_or(t0, |c| c.1);
        let pair_index = self.pairs.len() as u32;
        let mut pair = Pair {
            peer,
            t0,
            n_out: 0,
            new: !heard_lately && !wrote_lately,
            censored: earliest < self.log_start,
            known: UNKNOWN,
            inbound_before: before > 0,
            inbound_first: inbound.first().is_some_and(|(_, t)| *t < first_out),
            reply_at,
            delivered: false,
            n_unexplained: 0,
        };
        for (_, ts, i) in contacts() {
            let event = &sent[*i as usize];
            let reached = event.status >= 4;
            pair.delivered |= reached;
            if *ts == t0 {
                pair.known = pair.known.max(event.known);
            }
            if t0 <= *ts {
                pair.n_out += 1;
                pair.n_unexplained += u32::from(!scratch.explained[*i as usize]);
                scratch.pair_of[*i as usize] = pair_index;
            }
        }
        for (_, _, i) in out {
            scratch.replied[*i as usize] = reply_at.is_some();
        }
        self.pairs.push(pair);
    }

    fn list_contacts(&mut self, scratch: &Scratch) {
        self.contacts.clear();
        for (i, event) in self.timeline.sent.iter().enumerate() {
            let pair = scratch.pair_of[i];
            if pair != NO_PAIR {
                let explained = scratch.explained[i];
                self.contacts.push(ContactEvent { ts: event.ts, pair, content: event.content, explained });
            }
        }
    }

    /// Folds list rows into actions and keeps those whose first event lies in the window.
    fn fold_actions(&mut self, scratch: &mut Scratch) {
        self.actions.clear();
        scratch.lists.clear();
        for (i, event) in self.timeline.sent.iter().enumerate() {
            let marks = Marks {
                explained: scratch.explained[i],
                conversational: scratch.replied[i] || event.sender == event.recipient && event.is_personal(),
                heard_from: scratch.heard[i],
            };
            if event.chat() == Chat::List {
                let key = if event.msg == 0 { (0, event.ts) } else { (event.msg, 0) };
                let next = self.actions.len() as u32;
                let at = *scratch.lists.entry(key).or_insert(next);
                if at != next {
                    self.actions[at as usize].absorb(event, marks);
                    continue;
                }
            }
            self.actions.push(Action::of(event, i as u32, marks));
        }
        let window = self.window;
        self.actions.retain(|a| window.contains(a.ts));
        self.action_ts.clear();
        self.action_ts.extend(self.actions.iter().map(|a| a.ts));
    }
}

fn is_transactional(event: &MessageEvent) -> bool {
    matches!(
        event.template(),
        Some(TemplateCategory::Utility | TemplateCategory::Authentication | TemplateCategory::Service)
    )
}

#[derive(Clone, Copy)]
struct Marks {
    explained: bool,
    conversational: bool,
    heard_from: bool,
}

fn said(value: u32) -> Option<u32> {
    (value != ABSENT_U32).then_some(value)
}

impl Action {
    fn of(event: &MessageEvent, index: u32, marks: Marks) -> Self {
        let direct = event.chat() == Chat::Direct;
        Self {
            ts: event.ts,
            chat: event.chat(),
            recipient: event.recipient,
            size: said(event.size),
            content: event.content,
            content_head: event.content_head,
            direct_typing_ms: said(event.typing_ms).filter(|_| direct),
            event: index,
            events: 1,
            explained: marks.explained,
            conversational: marks.conversational,
            heard_from: marks.heard_from,
        }
    }

    fn absorb(&mut self, event: &MessageEvent, marks: Marks) {
        self.events += 1;
        self.size = match (self.size, said(event.size)) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        (self.content_head, self.content) =
            smaller_content((self.content_head, self.content), (event.content_head, event.content));
        self.explained &= marks.explained;
        self.conversational &= marks.conversational;
        self.heard_from &= marks.heard_from;
    }

    /// Whether it went to a group or community.
    pub fn is_group_post(&self) -> bool {
        matches!(self.chat, Chat::Group | Chat::Community)
    }

    /// Whether nobody it went to ever wrote to the account: the stream that chatter with accomplices cannot touch.
    pub fn is_one_way(&self) -> bool {
        !self.is_group_post() && !self.heard_from && !self.explained && !self.conversational
    }

    /// Whether nothing prompted it: not explained, and not part of a conversation.
    pub fn is_unprompted(&self) -> bool {
        !self.explained && !self.conversational
    }
}

/// Whether a flag is set.
pub fn is_yes(flag: u8) -> bool {
    flag == YES
}
