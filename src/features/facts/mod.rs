//! One account's shared intermediates: actions, contacts and pairs, computed once and read by every card.
//! In: the account's timeline and context; out: plain vectors and counts, reused from account to account.
//! Counts as the feature math contract says; knows no card and no threshold.

mod actions;
mod even;
mod order;
mod pairs;
mod room;

pub use actions::{Action, ActionCounts, typing};
pub use even::{Targets, View, days};
pub use order::{digest_prefix, order_by, row, token_prefix};
pub use pairs::{HORIZONS_US, Pair, PairCounts, REPLY_US};
pub use room::{Room, Scratch, refill};

use super::Night;
use super::client::Typing;
use super::content::Contents;
use super::fanout::FirstContacts;
use super::feature::{Absent, Value, count};
use super::groups::Posts;
use super::rate::Peaks;
use super::reporters::{Blocks, Reports};
use super::timing::StreamGaps;
use super::view::Seen;
use crate::content::Templates;
use crate::context::Context;
use crate::domain::{AccountKind, Token, Via, Window};
use crate::log::{AccountTimeline, MessageEvent, Offers, YES};
use actions::{ANSWERS, EXPLAINED, OF_ALL, REPLIED};
use pairs::{Meeting, NONE};
use std::cell::{OnceCell, RefCell};

/// Contacts in the window, in time order; slices of equal length.
#[derive(Debug, Default)]
pub struct Contacts {
    /// When.
    pub ts: Vec<i64>,
    /// With whom: index into [`Facts::pairs`].
    pub pair: Vec<u32>,
    /// The row: index into the sent rows.
    pub event: Vec<u32>,
    /// How many of them an inbound message within 24 h before, or an API template, explains.
    pub explained: usize,
    /// How many of them are so explained, or late first answers.
    pub answers: usize,
}

/// Numbers that several cards read, computed when first asked for: of a fixed size, so that they cost no allocation.
#[derive(Debug, Default)]
pub struct Later {
    /// Contents of actions, and what one of them reached.
    pub contents: OnceCell<Contents>,
    /// Peaks of the unexplained actions.
    pub unexplained: OnceCell<Peaks>,
    /// First contacts with new recipients.
    pub first_contacts: OnceCell<FirstContacts>,
    /// Mean and deviation of the gaps.
    pub gap_moments: OnceCell<Option<(f64, f64)>>,
    /// Gaps of the one-way stream.
    pub one_way_gaps: OnceCell<StreamGaps>,
    /// Gaps of the group stream.
    pub group_gaps: OnceCell<StreamGaps>,
    /// Repeats of the one-way and of the group stream.
    pub repeats: [OnceCell<Option<Seen>>; 2],
    /// Sizes of the one-way and of the group stream.
    pub sizes: [OnceCell<Option<Seen>>; 2],
    /// Reach of the group stream.
    pub posts: OnceCell<Posts>,
    /// Typing in the one-way stream.
    pub typing: OnceCell<Typing>,
    /// Who reported.
    pub reports: OnceCell<Reports>,
    /// Who blocked.
    pub blocks: OnceCell<Blocks>,
}

/// Everything a card may read.
pub struct Facts<'a> {
    /// The run's window.
    pub window: Window,
    /// Which optional columns and tables the log has.
    pub offers: Offers,
    /// Which contents are variants of one text.
    pub templates: &'a Templates,
    /// The account's slices.
    pub timeline: AccountTimeline<'a>,
    /// What comes from beyond the account.
    pub context: Context<'a>,
    /// Actions in the window, in time order.
    pub actions: Vec<Action>,
    /// How many of them are how.
    pub action_counts: ActionCounts,
    /// Their times.
    pub action_ts: Vec<i64>,
    /// The people of the one-way events.
    pub one_way_people: Targets,
    /// Events in the window, whatever their status.
    pub events_n: usize,
    /// Contacts in the window, in time order.
    pub contacts: Contacts,
    /// Distinct recipients of the window, sorted by token.
    pub pairs: Vec<Pair>,
    /// How many of them are how.
    pub pair_counts: PairCounts,
    /// Received contacts in the window.
    pub received_n: usize,
    /// Distinct people they came from.
    pub received_senders_n: usize,
    /// Gaps of consecutive actions, sorted, microseconds.
    pub sorted_gaps: Vec<i64>,
    /// Room to compute in; whoever takes it leaves it in any state.
    pub room: RefCell<Room>,
    /// What several cards read, computed when first asked for.
    pub later: Later,
    log_start: i64,
    marks: Vec<u8>,
}

impl<'a> Facts<'a> {
    /// Computes the intermediates of one account, taking buffers from `scratch`; give them back with [`Facts::release`].
    pub fn new(
        night: &Night<'a>,
        timeline: AccountTimeline<'a>,
        context: Context<'a>,
        scratch: &mut Scratch,
    ) -> Self {
        let window = night.window;
        let mut facts = Self {
            window,
            offers: night.offers,
            templates: night.templates,
            timeline,
            context,
            actions: std::mem::take(&mut scratch.actions),
            action_counts: ActionCounts::default(),
            action_ts: std::mem::take(&mut scratch.action_ts),
            one_way_people: Targets::default(),
            events_n: 0,
            contacts: std::mem::take(&mut scratch.contacts),
            pairs: std::mem::take(&mut scratch.pairs),
            pair_counts: PairCounts::default(),
            received_n: 0,
            received_senders_n: 0,
            sorted_gaps: std::mem::take(&mut scratch.sorted_gaps),
            room: RefCell::new(std::mem::take(&mut scratch.room)),
            later: Later::default(),
            log_start: night.log_start,
            marks: std::mem::take(&mut scratch.marks),
        };
        facts.context.kind = facts.context.kind.or_else(|| kind_by_sends(facts.timeline.sent));
        let start = facts.timeline.sent.partition_point(|e| e.ts < window.from_us());
        facts.order_received(&mut scratch.inbound);
        facts.meet_pairs(start, &scratch.inbound);
        facts.list_contacts(start);
        facts.fold_actions(start);
        super::kernels::gaps(&facts.action_ts, &mut facts.sorted_gaps);
        facts.sorted_gaps.sort_unstable();
        facts
    }

    /// Gives the buffers back for the next account, unless they have grown out of proportion.
    pub fn release(self, scratch: &mut Scratch) {
        scratch.actions = self.actions;
        scratch.action_ts = self.action_ts;
        scratch.contacts = self.contacts;
        scratch.pairs = self.pairs;
        scratch.sorted_gaps = self.sorted_gaps;
        scratch.marks = self.marks;
        scratch.room = self.room.into_inner();
        scratch.shrink();
    }

    /// The run's "now".
    pub fn as_of(&self) -> i64 {
        self.window.to_us()
    }

    /// A sent row.
    pub fn sent(&self, event: u32) -> &'a MessageEvent {
        &self.timeline.sent[event as usize]
    }

    /// The first event of an action.
    pub fn event(&self, action: &Action) -> &'a MessageEvent {
        self.sent(action.event)
    }

    /// The content of an action, 0 when absent.
    pub fn content(&self, action: &Action) -> u64 {
        self.timeline.sent[action.content_row()].content
    }

    /// The recipient of a pair.
    pub fn peer(&self, pair: &Pair) -> Token {
        self.sent(pair.first).recipient
    }

    /// The first contact of a pair in the window.
    pub fn first_contact(&self, pair: &Pair) -> i64 {
        self.sent(pair.first).ts
    }

    /// What the variants of an action's content share, 0 when absent.
    pub fn template(&self, action: &Action) -> u64 {
        self.templates.of(self.content(action))
    }

    /// The same of a sent row.
    pub fn template_of(&self, event: u32) -> u64 {
        self.templates.of(self.sent(event).content)
    }

    /// The one-way actions.
    pub fn one_way(&self, view: View) -> impl Iterator<Item = &Action> + Clone {
        let n = self.action_counts.one_way;
        some(&self.actions, n).iter().filter(move |a| a.is_one_way() && view.shows(a))
    }

    /// The posts to groups and communities.
    pub fn group_posts(&self, view: View) -> impl Iterator<Item = &Action> + Clone {
        let n = self.action_counts.posts;
        some(&self.actions, n).iter().filter(move |a| a.is_group_post() && view.shows(a))
    }

    /// Whether leaving out the busiest people leaves a part of the one-way stream.
    pub fn one_way_apart(&self) -> bool {
        self.action_counts.one_way_even != self.action_counts.one_way
    }

    /// Whether leaving out the busiest groups leaves a part of the posts.
    pub fn posts_apart(&self) -> bool {
        self.action_counts.posts_even != self.action_counts.posts
    }

    /// Whether a contact, by its place, is explained.
    pub fn is_explained(&self, contact: usize) -> bool {
        self.marks[self.contacts.event[contact] as usize] & EXPLAINED != 0
    }

    /// Whether a contact, by its place, is explained, or the first answer within 72 h to somebody who waits for one.
    pub fn is_answer(&self, contact: usize) -> bool {
        self.marks[self.contacts.event[contact] as usize] & ANSWERS != 0
    }

    /// Whether a recipient wrote first or has the sender in contacts, for the only purpose of telling how long a practice
    /// lasts. Who saved a number before its last sign-up saved whoever had it then, so a late sign-up leaves it open.
    pub fn has_asked(&self, pair: &Pair) -> bool {
        let earliest = self.as_of().saturating_sub(self.window.lookback_us());
        let settled = self.context.registered.last().is_none_or(|t| *t < earliest);
        pair.has_written_to_this_holder() || settled && pair.is_saved()
    }

    /// From which first contact on rules may use newness: always, or once the log covers the look-back.
    fn sure_from(&self) -> i64 {
        let registered_inside = self.context.registered.first().is_some_and(|t| self.log_start <= *t);
        let always = registered_inside || self.context.contacts_cover;
        if always { i64::MIN } else { self.log_start.saturating_add(self.window.lookback_us()) }
    }

    /// A count of surely new chats; absent where no chat of the window could be one.
    pub fn sure(&self, n: usize) -> Value {
        if self.sure_from() < self.as_of() { count(n) } else { Err(Absent::Censored) }
    }

    /// Puts received contacts into (peer, time) order and counts them.
    fn order_received(&mut self, inbound: &mut Vec<u64>) {
        let received = self.timeline.received;
        order_by(inbound, 0..received.len(), |i| token_prefix(received[i].peer), |i| received[i].peer);
        let mut last = None;
        for received in inbound.iter().map(|w| &received[row(*w)]) {
            if self.window.contains(received.ts) {
                self.received_n += 1;
                self.received_senders_n += usize::from(last != Some(received.peer));
                last = Some(received.peer);
            }
        }
    }

    /// Walks sent and received side by side, person by person.
    fn meet_pairs(&mut self, start: usize, inbound: &[u64]) {
        let sent = self.timeline.sent;
        self.events_n = sent[start..].iter().take_while(|e| self.window.contains(e.ts)).count();
        self.marks.clear();
        self.marks.reserve_exact(sent.len());
        let alone = |e: &MessageEvent| e.sender == e.recipient && e.is_personal();
        self.marks.extend(sent.iter().map(|e| if alone(e) { REPLIED } else { 0 }));
        self.contacts.pair.clear();
        self.contacts.pair.reserve_exact(sent.len() - start);
        self.contacts.pair.resize(sent.len() - start, NONE);
        self.pairs.clear();
        let sure_from = self.sure_from();
        let room = self.room.get_mut();
        let personal = (0..sent.len()).filter(|i| sent[*i].is_personal() && self.marks[*i] & REPLIED == 0);
        let to = |i: usize| sent[i].recipient;
        order_by(&mut room.words, personal, |i| token_prefix(to(i)), to);
        let mut meeting = Meeting {
            window: self.window,
            log_start: self.log_start,
            sure_from,
            timeline: &self.timeline,
            context: &self.context,
            start,
            marks: &mut self.marks,
            pair_of: &mut self.contacts.pair,
            pairs: &mut self.pairs,
            counts: PairCounts::default(),
        };
        meeting.walk(&room.words, inbound);
        self.pair_counts = meeting.counts;
    }

    /// Turns the pair of each row into the list of contacts, in place.
    fn list_contacts(&mut self, start: usize) {
        let Contacts { ts, pair, event, explained, answers } = &mut self.contacts;
        ts.clear();
        event.clear();
        (*explained, *answers) = (0, 0);
        ts.reserve_exact(pair.len());
        event.reserve_exact(pair.len());
        let mut n = 0;
        for i in 0..pair.len() {
            if pair[i] != NONE {
                pair[n] = pair[i];
                n += 1;
                ts.push(self.timeline.sent[start + i].ts);
                event.push((start + i) as u32);
                *explained += usize::from(self.marks[start + i] & EXPLAINED != 0);
                *answers += usize::from(self.marks[start + i] & ANSWERS != 0);
            }
        }
        pair.truncate(n);
    }

    fn fold_actions(&mut self, start: usize) {
        let room = self.room.get_mut();
        let sent = self.timeline.sent;
        let (words, place) = (&mut room.words, &mut room.keys);
        let longest = actions::fold(&self.window, sent, &self.marks, start, words, place, &mut self.actions);
        self.action_counts.list_max = longest;
        self.mark_even(start);
        let sent = self.timeline.sent;
        let event = |action: &Action| &sent[action.event as usize];
        refill(&mut self.action_ts, self.actions.len(), self.actions.iter().map(|a| event(a).ts));
        self.actions.iter().for_each(|a| self.action_counts.add(a, event(a)));
    }

    /// Marks what remains of the one-way and of the group stream without their busiest people and groups.
    fn mark_even(&mut self, start: usize) {
        let Room { words, keys: place, times, .. } = self.room.get_mut();
        let (sent, marks, actions) = (self.timeline.sent, &self.marks, &mut self.actions);
        let action_of = |i: usize| place.get(i).map_or(i - start, |at| *at as usize);
        let window = start..start + self.events_n;
        let silent = |i: &usize| sent[*i].is_personal() && marks[*i] & OF_ALL == 0;
        let kept = |i: &usize| place.get(*i) != Some(&NONE);
        let one_way = window.clone().filter(|i| silent(i) && kept(i));
        self.one_way_people = even::mark(sent, one_way, action_of, words, times, actions);
        let posts = window.filter(|i| !sent[*i].is_personal());
        even::mark(sent, posts, action_of, words, times, actions);
    }
}

/// The product of an account of which no table says it: the business API, where the platform wrote so on every message
/// that it wrote anything on.
fn kind_by_sends(sent: &[MessageEvent]) -> Option<AccountKind> {
    let mut known = sent.iter().filter_map(MessageEvent::via).peekable();
    known.peek()?;
    known.all(|via| via == Via::Api).then_some(AccountKind::BusinessApi)
}

/// A stream's actions lie among `all`; nobody needs to look for none.
fn some(all: &[Action], n: usize) -> &[Action] {
    if n == 0 { &[] } else { all }
}

/// Whether a flag is set.
pub fn is_yes(flag: u8) -> bool {
    flag == YES
}
