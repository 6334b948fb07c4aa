//! User actions: a message, or all rows of one broadcast-list send, and how many there are of each kind.
//! In: sent rows with their marks; out: actions of the window in time order, 16 bytes each, and their counts.
//! Keeps where a row is, not what it says; only what list rows say together is kept beside it.

use super::order::{digest_prefix, order_by, row};
use super::pairs::NONE;
use super::room::refill;
use crate::domain::{Chat, Window};
use crate::features::kernels::hour_of;
use crate::log::{ABSENT_U32, MessageEvent, UNKNOWN, smaller_content};

/// Mark of a row or action: an inbound message within 24 h before or an API template explains it.
pub const EXPLAINED: u8 = 1;
/// Mark: the people it went to wrote back after first being contacted, or it went to the account itself.
pub const REPLIED: u8 = 1 << 1;
/// Mark: the people it went to wrote to the account at some time.
pub const HEARD: u8 = 1 << 2;
/// Mark: a group or community.
const POST: u8 = 1 << 3;
/// Mark: not to the busiest quarter of the people or groups of its stream.
const EVEN: u8 = 1 << 4;
/// Mark: as explained, or the first answer within 72 h to somebody who waits for one.
pub const ANSWERS: u8 = 1 << 5;
/// What holds of a list only if it holds of every row: one accomplice in it must not hide the rest.
pub const OF_ALL: u8 = EXPLAINED | REPLIED | HEARD | ANSWERS;

/// One user action.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// Its first event, as an index into the sent rows: its time, chat and first recipient are the action's.
    pub event: u32,
    /// The event whose content is the action's.
    content_event: u32,
    /// Bytes, smallest over a list, [`ABSENT_U32`] when unsaid.
    size: u32,
    marks: u8,
}

impl Action {
    fn of(event: &MessageEvent, index: usize, marks: u8) -> Self {
        let post = if event.is_personal() { 0 } else { POST };
        Self { event: index as u32, content_event: index as u32, size: event.size, marks: marks | post }
    }

    fn absorb(&mut self, sent: &[MessageEvent], index: usize, marks: u8) {
        // Absent is the largest number, so the smaller one is the smallest that was said.
        self.size = self.size.min(sent[index].size);
        let content = |i: usize| (sent[i].content_head, sent[i].content);
        let (own, other) = (content(self.content_event as usize), content(index));
        if smaller_content(own, other) != own {
            self.content_event = index as u32;
        }
        self.marks &= marks | !OF_ALL;
    }

    /// Bytes, when said.
    pub fn size(&self) -> Option<u32> {
        (self.size != ABSENT_U32).then_some(self.size)
    }

    /// The row of the sent rows whose content is the action's.
    pub fn content_row(&self) -> usize {
        self.content_event as usize
    }

    /// Whether every event of it is explained, or a late first answer.
    pub fn is_explained(&self) -> bool {
        self.marks & ANSWERS != 0
    }

    /// Whether it went to a group or community.
    pub fn is_group_post(&self) -> bool {
        self.marks & POST != 0
    }

    /// Whether nobody it went to ever wrote to the account: the stream that chatter with accomplices cannot touch.
    pub fn is_one_way(&self) -> bool {
        self.marks & (POST | OF_ALL) == 0
    }

    /// Whether it remains where the busiest quarter of the people or groups of its stream is left out.
    pub fn is_even(&self) -> bool {
        self.marks & EVEN != 0
    }

    /// Marks it as such.
    pub fn mark_even(&mut self) {
        self.marks |= EVEN;
    }

    /// Whether nothing prompted it: not explained, and not part of a conversation.
    pub fn is_unprompted(&self) -> bool {
        self.marks & (ANSWERS | REPLIED) == 0
    }
}

/// How many actions of the window are how.
#[derive(Debug, Clone, Copy, Default)]
pub struct ActionCounts {
    /// Nothing explains them.
    pub unexplained: usize,
    /// Nothing prompted them.
    pub unprompted: usize,
    /// Into silence.
    pub one_way: usize,
    /// To groups and communities.
    pub posts: usize,
    /// With a size.
    pub sized: usize,
    /// Unprompted, and it is known whether they carry a link.
    pub link_said: usize,
    /// Unprompted with a link.
    pub link_yes: usize,
    /// Direct with typing observed.
    pub typed: usize,
    /// Direct with typing observed to be 0.
    pub typed_zero: usize,
    /// Most people of one list action.
    pub list_max: usize,
    /// By UTC hour of the day.
    pub hours: [usize; 24],
    /// One-way ones that remain without the busiest quarter of the people.
    pub one_way_even: usize,
    /// Posts that remain without the busiest quarter of the groups.
    pub posts_even: usize,
    /// Unprompted ones by UTC hour of the day, whole and without the busiest of their streams.
    pub unprompted_hours: [[usize; 24]; 2],
    /// One-way ones by UTC hour of the day, whole and without the busiest.
    pub one_way_hours: [[usize; 24]; 2],
}

impl ActionCounts {
    /// Adds one action whose first event is `event`.
    pub fn add(&mut self, action: &Action, event: &MessageEvent) {
        let add = |n: &mut usize, yes: bool| *n += usize::from(yes);
        let hour = hour_of(event.ts);
        self.hours[hour] += 1;
        add(&mut self.unexplained, !action.is_explained());
        add(&mut self.one_way, action.is_one_way());
        add(&mut self.posts, action.is_group_post());
        let (one_way, even) = (action.is_one_way(), action.is_even());
        add(&mut self.one_way_hours[0][hour], one_way);
        add(&mut self.one_way_hours[1][hour], one_way && even);
        add(&mut self.one_way_even, one_way && even);
        add(&mut self.posts_even, action.is_group_post() && even);
        add(&mut self.sized, action.size != ABSENT_U32);
        if action.is_unprompted() {
            self.unprompted += 1;
            self.unprompted_hours[0][hour] += 1;
            // What belongs to neither stream has no busiest quarter.
            let of_stream = one_way || action.is_group_post();
            add(&mut self.unprompted_hours[1][hour], even || !of_stream);
            add(&mut self.link_said, event.link != UNKNOWN);
            add(&mut self.link_yes, super::is_yes(event.link));
        }
        if let Some(ms) = typing(event) {
            self.typed += 1;
            add(&mut self.typed_zero, ms == 0);
        }
    }
}

/// Typing before a direct event, when observed.
pub fn typing(event: &MessageEvent) -> Option<u32> {
    (event.chat() == Chat::Direct && event.typing_ms != ABSENT_U32).then_some(event.typing_ms)
}

/// Folds list rows into actions and keeps those whose first event lies in the window; returns the people of the longest list.
///
/// Leaves in `place` the action of each row, or [`NONE`]; nothing where no row is of a list: then rows are actions.
pub fn fold(
    window: &Window,
    sent: &[MessageEvent],
    marks: &[u8],
    start: usize,
    words: &mut Vec<u64>,
    place: &mut Vec<u32>,
    actions: &mut Vec<Action>,
) -> usize {
    actions.clear();
    place.clear();
    let is_list = |e: &MessageEvent| e.chat() == Chat::List;
    let kept = |i: usize| start <= i && window.contains(sent[i].ts);
    if !sent.iter().any(is_list) {
        let rows = (start..sent.len()).filter(|i| kept(*i));
        refill(actions, sent.len() - start, rows.map(|i| Action::of(&sent[i], i, marks[i])));
        return 0;
    }
    let key = |i: usize| if sent[i].msg == 0 { (0, sent[i].ts) } else { (sent[i].msg, 0) };
    let person = |i: usize| (key(i), sent[i].recipient);
    let rows = (0..sent.len()).filter(|i| is_list(&sent[*i]));
    order_by(words, rows, |i| digest_prefix(sent[i].msg), person);
    refill(place, sent.len(), sent.iter().map(|_| NONE));
    actions.reserve_exact(sent.len() - start);
    let mut longest = 0;
    for list in words.chunk_by(|a, b| key(row(*a)) == key(row(*b))) {
        let leader = list.iter().map(|w| row(*w)).min().unwrap_or(0);
        if kept(leader) {
            longest = longest.max(list.chunk_by(|a, b| person(row(*a)) == person(row(*b))).count());
            list.iter().for_each(|w| place[row(*w)] = leader as u32);
        }
    }
    for (i, event) in sent.iter().enumerate() {
        let list = is_list(event);
        // A row's place is its leader's number; a leader's is that of its action once it has one.
        if list && place[i] != NONE && place[i] as usize != i {
            let at = place[place[i] as usize];
            place[i] = at;
            actions[at as usize].absorb(sent, i, marks[i]);
        } else if kept(i) && (!list || place[i] != NONE) {
            place[i] = actions.len() as u32;
            actions.push(Action::of(event, i, marks[i]));
        }
    }
    longest
}
