//! What the client shows of a person at work: typing, forwarding, list sizes.
//! In: typing times, forward marks and list lengths; out: shares over eligible sends, correlations, maxima.
//! Supporting evidence only: paste, dictation, desktop and media users show no typing either.

use super::facts::{Action, Facts};
use super::feature::{Absent, Family, Feature, Mark, Reads, Unit, Value, count, share};
use super::kernels::{mean_sd, spearman};
use crate::domain::{MINUTE_US, MessageKind, Via};

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
    value: |f| observed(f, |f| count(typed(f).count())),
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
    value: |f| observed(f, |f| share(typed(f).filter(|ms| *ms == 0).count(), typed(f).count())),
    ..BASE
};
/// Eligible one-way sends.
pub static ELIGIBLE_N: Feature = Feature {
    name: "client_typing_eligible_n",
    definition: "one-way direct actions with observed typing that a person would type: text or unknown kind, from the phone or unknown, not forwarded, no template",
    reads: ELIGIBLE_READS,
    value: |f| observed(f, |f| count(eligible(f).count())),
    ..BASE
};
/// Share of eligible one-way sends without typing.
pub static ELIGIBLE_ZERO: Feature = Feature {
    name: "client_typing_eligible_zero_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&ELIGIBLE_N, 30.0)),
    definition: "M6: share of these with typing_ms = 0",
    absent_when: "the log does not observe typing, or the account has no eligible send",
    reads: ELIGIBLE_READS,
    value: |f| {
        observed(f, |f| {
            let zero = eligible(f).filter(|a| a.direct_typing_ms == Some(0)).count();
            share(zero, eligible(f).count())
        })
    },
    ..BASE
};
/// Rank correlation of typing time and size.
pub static TYPING_SIZE: Feature = Feature {
    name: "client_typing_size_rho_ratio",
    unit: Unit::Ratio,
    range: (-1.0, 1.0),
    evidence: Some((&ELIGIBLE_N, 30.0)),
    definition: "M6b: Spearman correlation of typing_ms and size over eligible sends with both and typing_ms > 0",
    reading: "people type longer for longer texts; below 0.1 the indicator may be faked",
    absent_when: "typing or size is not observed, or one of them never varies",
    reads: &[
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
    ],
    source: (Mark::Ours, "evasion guides add fixed or capped delays"),
    value: |f| {
        observed(f, |f| {
            let pairs: Vec<(f64, f64)> = eligible(f)
                .filter_map(|a| {
                    Some((f64::from(a.direct_typing_ms.filter(|ms| *ms > 0)?), f64::from(a.size?)))
                })
                .collect();
            if pairs.len() < 2 { Err(Absent::NoEvidence) } else { spearman(&pairs).ok_or(Absent::NoEvidence) }
        })
    },
    ..BASE
};
/// Variation of typing times.
pub static TYPING_CV: Feature = Feature {
    name: "client_typing_cv_ratio",
    unit: Unit::Ratio,
    evidence: Some((&ELIGIBLE_N, 30.0)),
    definition: "M6b: population standard deviation / mean of typing_ms > 0 over eligible sends",
    reading: "below 0.2: always the same delay",
    absent_when: "typing is not observed or never above 0",
    reads: ELIGIBLE_READS,
    source: (Mark::Ours, "evasion guides add fixed or capped delays"),
    value: |f| {
        observed(f, |f| {
            let typed = eligible(f).filter_map(|a| a.direct_typing_ms.filter(|ms| *ms > 0)).map(f64::from);
            match mean_sd(typed) {
                Some((mean, sd)) => Ok(sd / mean),
                None => Err(Absent::NoEvidence),
            }
        })
    },
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
    definition: "M14: most events of one broadcast-list action",
    reading: "the ordinary client's lists hold at most 256 people",
    look_alikes: "none known with an ordinary client",
    absent_when: "never: 0 without lists",
    reads: &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Recipient],
    source: (Mark::Published, "broadcast-list limit of 256"),
    value: |f| {
        let lists = f.actions.iter().filter(|a| a.chat == crate::domain::Chat::List);
        count(lists.map(|a| a.events as usize).max().unwrap_or(0))
    },
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &TYPING_N,
    &TYPING_ZERO,
    &ELIGIBLE_N,
    &ELIGIBLE_ZERO,
    &TYPING_SIZE,
    &TYPING_CV,
    &FORWARD_CHATS,
    &LIST_MAX,
];

fn observed(f: &Facts, then: impl Fn(&Facts) -> Value) -> Value {
    if f.offers.typing_ms { then(f) } else { Err(Absent::ColumnMissing) }
}

fn typed<'a>(f: &'a Facts) -> impl Iterator<Item = u32> + 'a {
    f.actions.iter().filter_map(|a| a.direct_typing_ms)
}

fn eligible<'a>(f: &'a Facts) -> impl Iterator<Item = &'a Action> + Clone + 'a {
    f.actions.iter().filter(|a| {
        let event = &f.timeline.sent[a.event as usize];
        a.is_one_way()
            && a.direct_typing_ms.is_some()
            && matches!(event.kind(), None | Some(MessageKind::Text))
            && matches!(event.via(), None | Some(Via::Phone))
            && event.forwarded <= 1
            && event.template == 0
    })
}

fn forward_chats(f: &Facts) -> Value {
    if !f.offers.forwarded || !f.offers.content {
        return Err(Absent::ColumnMissing);
    }
    let mut forwards: Vec<_> = f
        .timeline
        .sent
        .iter()
        .filter(|e| f.window.contains(e.ts) && e.forwarded >= 2 && e.content != 0)
        .map(|e| (e.content, e.ts, e.recipient))
        .collect();
    forwards.sort_unstable();
    let mut best = 0;
    for run in forwards.chunk_by(|a, b| a.0 == b.0) {
        let mut chats: Vec<_> = run.iter().map(|r| r.2).collect();
        chats.sort_unstable();
        chats.dedup();
        let ts: Vec<i64> = run.iter().map(|r| r.1).collect();
        let keys: Vec<u32> =
            run.iter().filter_map(|r| chats.binary_search(&r.2).ok().map(|k| k as u32)).collect();
        best = best.max(f.counter.borrow_mut().max_distinct(&ts, &keys, chats.len(), MINUTE_US));
    }
    count(best)
}
