//! What the client shows of a person at work: typing, forwarding, list sizes.
//! In: typing times, forward marks and list lengths; out: shares over eligible sends, correlations, maxima.
//! Supporting evidence only: paste, dictation, desktop and media users show no typing either.

use super::facts::{Action, Facts, Room, View, digest_prefix, order_by, refill, row, typing};
use super::feature::{Absent, Family, Feature, Mark, Reads, Unit, Value, count, share};
use super::kernels::{mean_sd, spearman};
use super::view::{Seen, Telling, base, telling, value};
use crate::domain::{MINUTE_US, MessageKind, Via};
use crate::log::MessageEvent;

const READS: &[Reads] = &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Typing];
const ELIGIBLE_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Kind,
    Reads::Via,
    Reads::Forwarded,
    Reads::Template,
    Reads::Typing,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::AccountKind,
];
const SIZE_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Kind,
    Reads::Via,
    Reads::Forwarded,
    Reads::Template,
    Reads::Typing,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::AccountKind,
    Reads::Size,
];
const BASE: Feature = Feature {
    family: Family::Client,
    reads: READS,
    reading: "programs need no keyboard",
    look_alikes: "paste, dictation, desktop, screen-reader and media-only users",
    absent_when: "the log does not observe typing",
    source: (Mark::Quoted, "white paper: continual sending without the typing indicator"),
    ..Feature::COUNT
};

/// Direct actions with observed typing.
pub static TYPING_N: Feature = Feature {
    name: "client_typing_n",
    contract: Some("typing_n"),
    definition: "actions with a direct event whose typing_ms is not null",
    value: |f| observed(f, |f| count(f.action_counts.typed)),
    ..BASE
};
/// Share without typing.
pub static TYPING_ZERO: Feature = Feature {
    name: "client_typing_zero_share",
    contract: Some("typing_zero_share"),
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&TYPING_N, 30.0)),
    definition: "share of these with typing_ms = 0",
    absent_when: "the log does not observe typing, or not for this account",
    value: |f| observed(f, |f| share(f.action_counts.typed_zero, f.action_counts.typed)),
    ..BASE
};
/// Eligible one-way sends.
pub static ELIGIBLE_N: Feature = Feature {
    name: "client_typing_eligible_n",
    definition: "one-way direct actions with observed typing that a person would type: text or unknown kind, from the phone or unknown, not forwarded, no template; those that client_typing_eligible_zero_share is taken over",
    reads: ELIGIBLE_READS,
    value: |f| observed(f, |f| base(eligible(f).zero)),
    ..BASE
};
/// Share of eligible one-way sends without typing.
pub static ELIGIBLE_ZERO: Feature = Feature {
    name: "client_typing_eligible_zero_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&ELIGIBLE_N, LEAST_TYPED as f64)),
    definition: "M6: share of these with typing_ms = 0; the larger one of all and, where 30 remain or the whole has fewer, of those without the busiest quarter of people, as for content_one_way_repeat_share",
    absent_when: "the log does not observe typing, or the account has no eligible send",
    reads: ELIGIBLE_READS,
    value: |f| observed(f, |f| value(eligible(f).zero)),
    ..BASE
};
/// Sends behind the rank correlation.
pub static TYPING_SIZE_N: Feature = Feature {
    name: "client_typing_size_n",
    definition: "eligible sends with a size and typing_ms > 0 that client_typing_size_rho_ratio is taken over",
    reads: SIZE_READS,
    value: |f| observed(f, |f| base(eligible(f).size_rho)),
    ..BASE
};
/// Rank correlation of typing time and size.
pub static TYPING_SIZE: Feature = Feature {
    name: "client_typing_size_rho_ratio",
    unit: Unit::Ratio,
    range: (-1.0, 1.0),
    evidence: Some((&TYPING_SIZE_N, LEAST_TYPED as f64)),
    definition: "M6b: Spearman correlation of typing_ms and size over eligible sends with both and typing_ms > 0; the smaller one of all and, where 30 remain or the whole has fewer, of those without the busiest quarter of people, as for content_one_way_repeat_share",
    reading: "people type longer for longer texts; below 0.1 the indicator may be faked",
    absent_when: "typing or size is not observed, or one of them never varies",
    reads: SIZE_READS,
    source: (Mark::Ours, "evasion guides add fixed or capped delays"),
    value: |f| observed(f, |f| value(eligible(f).size_rho)),
    ..BASE
};
/// Sends behind the variation of typing times.
pub static TYPING_CV_N: Feature = Feature {
    name: "client_typing_above_zero_n",
    definition: "eligible sends with typing_ms > 0 that client_typing_cv_ratio is taken over",
    reads: ELIGIBLE_READS,
    value: |f| observed(f, |f| base(eligible(f).cv)),
    ..BASE
};
/// Variation of typing times.
pub static TYPING_CV: Feature = Feature {
    name: "client_typing_cv_ratio",
    unit: Unit::Ratio,
    evidence: Some((&TYPING_CV_N, LEAST_TYPED as f64)),
    definition: "M6b: population standard deviation / mean of typing_ms > 0 over eligible sends; the smaller one of all and, where 30 remain or the whole has fewer, of those without the busiest quarter of people, as for content_one_way_repeat_share",
    reading: "below 0.2: always the same delay",
    absent_when: "typing is not observed or never above 0",
    reads: ELIGIBLE_READS,
    source: (Mark::Ours, "evasion guides add fixed or capped delays"),
    value: |f| observed(f, |f| value(eligible(f).cv)),
    ..BASE
};
/// Most chats one forward reached at once.
pub static FORWARD_CHATS: Feature = Feature {
    name: "client_forward_chats_max",
    definition: "M13: most distinct chats that one forwarded content reached in any closed 60 s",
    reading: "the ordinary client forwards to at most 5 chats at a time since January 2019",
    look_alikes: "patient people forwarding by hand several times a minute",
    absent_when: "the log does not say what is forwarded, or has no content fingerprints",
    reads: &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Forwarded, Reads::Content, Reads::Recipient],
    source: (Mark::Published, "forward limit of January 2019"),
    value: forward_chats,
    ..BASE
};
/// Longest broadcast list.
pub static LIST_MAX: Feature = Feature {
    name: "client_list_recipients_max",
    definition: "M14: most distinct recipients of one broadcast-list action",
    reading: "the ordinary client's lists hold at most 256 people",
    look_alikes: "none known with an ordinary client",
    absent_when: "never: 0 without lists",
    reads: &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Recipient],
    source: (Mark::Published, "broadcast-list limit of 256"),
    value: |f| count(f.action_counts.list_max),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &TYPING_N,
    &TYPING_ZERO,
    &ELIGIBLE_N,
    &ELIGIBLE_ZERO,
    &TYPING_SIZE_N,
    &TYPING_SIZE,
    &TYPING_CV_N,
    &TYPING_CV,
    &FORWARD_CHATS,
    &LIST_MAX,
];

fn observed(f: &Facts, then: impl Fn(&Facts) -> Value) -> Value {
    if f.offers.typing_ms { then(f) } else { Err(Absent::ColumnMissing) }
}

/// Sends that shares and figures of typing must rest on.
const LEAST_TYPED: usize = 30;

/// Typing before one-way sends that a person would type, on the whole stream or without its busiest people.
#[derive(Debug, Clone, Copy, Default)]
pub struct Typing {
    zero: Option<Seen>,
    cv: Option<Seen>,
    size_rho: Option<Seen>,
}

fn is_eligible(action: &Action, event: &MessageEvent) -> bool {
    action.is_one_way()
        && matches!(event.kind(), None | Some(MessageKind::Text))
        && matches!(event.via(), None | Some(Via::Phone))
        && event.forwarded <= 1
        && event.template == 0
}

fn eligible(f: &Facts) -> Typing {
    *f.later.typing.get_or_init(|| {
        if f.action_counts.typed == 0 || f.action_counts.one_way == 0 {
            return Typing::default();
        }
        let whole = eligible_in(f, View::Whole);
        if !f.one_way_apart() {
            return whole;
        }
        let even = eligible_in(f, View::Even);
        let of = |part: fn(&Typing) -> Option<Seen>| {
            move |view| part(if view == View::Whole { &whole } else { &even })
        };
        Typing {
            zero: telling(Telling::High, LEAST_TYPED, true, of(|typing| typing.zero)),
            cv: telling(Telling::Low, LEAST_TYPED, true, of(|typing| typing.cv)),
            size_rho: telling(Telling::Low, LEAST_TYPED, true, of(|typing| typing.size_rho)),
        }
    })
}

fn eligible_in(f: &Facts, view: View) -> Typing {
    let Room { words, digests: sized, keys, .. } = &mut *f.room.borrow_mut();
    let most = f.action_counts.one_way.min(f.action_counts.typed);
    sized.clear();
    sized.reserve_exact(most);
    keys.clear();
    keys.reserve_exact(most);
    let (mut n, mut zero) = (0, 0);
    for action in f.one_way(view).filter(|a| is_eligible(a, f.event(a))) {
        let Some(ms) = typing(f.event(action)) else { continue };
        n += 1;
        zero += usize::from(ms == 0);
        if ms > 0 {
            keys.push(ms);
            sized.extend(action.size().map(|size| (u64::from(ms) << 32) | u64::from(size)));
        }
    }
    let moments = mean_sd(keys.iter().map(|ms| f64::from(*ms)));
    let cv = Seen::over(keys.len(), moments.map(|(mean, sd)| sd / mean));
    let mut size_rho = None;
    if 2 <= sized.len() {
        let sides = sized.iter().map(|both| (both >> 32) as u32).chain(sized.iter().map(|both| *both as u32));
        refill(keys, 2 * sized.len(), sides);
        let (ms, sizes) = keys.split_at_mut(sized.len());
        size_rho = Seen::over(sized.len(), spearman(ms, sizes, words));
    }
    Typing { zero: Seen::over(n, (0 < n).then(|| zero as f64 / n as f64)), cv, size_rho }
}

fn forward_chats(f: &Facts) -> Value {
    if !f.offers.forwarded || !f.offers.content {
        return Err(Absent::ColumnMissing);
    }
    let sent = f.timeline.sent;
    let is_forward = |e: &MessageEvent| f.window.contains(e.ts) && e.forwarded >= 2 && e.content != 0;
    let forwards = || (0..sent.len()).filter(|i| is_forward(&sent[*i]));
    if forwards().next().is_none() {
        return count(0);
    }
    let Room { words, times, keys, counter, .. } = &mut *f.room.borrow_mut();
    let content = |i: usize| sent[i].content;
    let chat = |i: usize| (sent[i].content, sent[i].recipient);
    // A key for each chat that a content went to, then the forwards of each content in time order.
    order_by(words, forwards(), |i| digest_prefix(content(i)), chat);
    refill(keys, sent.len(), sent.iter().map(|_| 0));
    let mut n_keys = 0;
    for same in words.chunk_by(|a, b| chat(row(*a)) == chat(row(*b))) {
        same.iter().for_each(|w| keys[row(*w)] = n_keys);
        n_keys += 1;
    }
    order_by(words, forwards(), |i| digest_prefix(content(i)), content);
    let mut best = 0;
    let mut run_keys = Vec::new();
    for run in words.chunk_by(|a, b| content(row(*a)) == content(row(*b))) {
        if run.len() <= best {
            continue;
        }
        refill(times, run.len(), run.iter().map(|w| sent[row(*w)].ts));
        refill(&mut run_keys, run.len(), run.iter().map(|w| keys[row(*w)]));
        best = best.max(counter.max_distinct(times, &run_keys, n_keys as usize, MINUTE_US));
    }
    count(best)
}
