//! The same thing again and again: exact contents, sizes, broadcast events and the newsletter pattern.
//! In: content digests and sizes of actions and contacts; out: shares, reach of one content, persistence over days.
//! Sees digests only, never what a message said; the feature math contract counts exact contents, what goes beyond it templates.

use super::broadcasts::{Newsletter, Reach};
use super::facts::{Action, Facts, Room, digest_prefix, order_by, refill, row};
use super::feature::{Absent, Family, Feature, Mark, Reads, Unit, Value, count, share};
use super::kernels::{entropy_bits, longest_run};
use super::sameness::{variation, with_sizes};
use super::templates::TemplateUse;
use super::view;
use crate::domain::DAY_US;

const READS: &[Reads] = &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Content];
const REACH_READS: &[Reads] =
    &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Content, Reads::Status, Reads::Recipient, Reads::Inbound];
/// What contents sent into silence depend on.
pub(super) const SILENT_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Content,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::Template,
    Reads::AccountKind,
    Reads::Via,
    Reads::Others,
];
/// What also depends on who asked.
const LASTING_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Content,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::Known,
    Reads::Registered,
    Reads::Template,
    Reads::AccountKind,
    Reads::Via,
    Reads::Others,
];
const ASKED_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Content,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::Known,
    Reads::Template,
    Reads::AccountKind,
    Reads::Via,
    Reads::Others,
];
const BASE: Feature = Feature {
    family: Family::Content,
    reads: READS,
    reading: "one text to many is what broadcasting means",
    look_alikes: "greetings, event notices, one-time-code senders",
    absent_when: "the log has no content fingerprints",
    ..Feature::COUNT
};
const SHARE: Feature = Feature { unit: Unit::Share, range: (0.0, 1.0), ..BASE };
const SIZE: Feature = Feature {
    reads: &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Size],
    absent_when: "the log has no sizes, or the account too few",
    ..BASE
};
const REACH: Feature = Feature { reads: REACH_READS, ..BASE };
const SILENT: Feature = Feature { reads: SILENT_READS, ..BASE };
const NEWSLETTER: Feature = Feature {
    reads: SILENT_READS,
    reading: "the newsletter practice: a stable audience, the same order, the same hour",
    look_alikes: "a club's secretary",
    absent_when: "fewer than two broadcast events, or no content fingerprints",
    source: (Mark::Ours, "derived from the German newsletter practice of 2018-2019"),
    ..BASE
};

/// Actions with a content fingerprint.
pub static CONTENT_N: Feature = Feature {
    name: "content_actions_n",
    contract: Some("content_n"),
    definition: "actions with a content fingerprint",
    value: |f| with_content(f, |f| count(contents(f).n)),
    ..BASE
};
/// Actions of the most frequent content.
pub static TOP_N: Feature = Feature {
    name: "content_top_n",
    contract: Some("content_top_n"),
    definition: "actions of the most frequent exact content",
    value: |f| with_content(f, |f| count(contents(f).top)),
    ..BASE
};
/// Share of the most frequent content.
pub static TOP_SHARE: Feature = Feature {
    name: "content_top_share",
    contract: Some("content_top_share"),
    evidence: Some((&CONTENT_N, 20.0)),
    definition: "content_top_n / content_actions_n",
    absent_when: "the log has no content fingerprints, or the account none",
    value: |f| with_content(f, |f| share(contents(f).top, contents(f).n)),
    ..SHARE
};
/// Reach of the most frequent content.
pub static TOP_RECIPIENTS: Feature = Feature {
    name: "content_top_recipients_n",
    contract: Some("content_top_recipients_n"),
    definition: "distinct recipients of contacts in the window with the most frequent content; the largest such number when contents tie",
    value: |f| with_content(f, |f| count(contents(f).top_recipients)),
    ..REACH
};
/// Groups reached by one content.
pub static TOP_GROUPS: Feature = Feature {
    name: "content_top_groups_n",
    contract: Some("content_top_groups_n"),
    definition: "largest number of distinct groups and communities that one content was posted to",
    reading: "the same notice in group after group",
    look_alikes: "a club administrator with several groups",
    value: |f| with_content(f, |f| count(top_groups(f))),
    ..REACH
};
/// Share of distinct contents.
pub static DISTINCT_SHARE: Feature = Feature {
    name: "content_distinct_share",
    evidence: Some((&CONTENT_N, 20.0)),
    definition: "distinct contents / content_actions_n; digits, links and mentions are classes where text was read",
    reading: "near 0 for templates, near 1 for conversation",
    absent_when: "the log has no content fingerprints, or the account none",
    value: |f| with_content(f, |f| share(contents(f).distinct, contents(f).n)),
    ..SHARE
};
/// Entropy over contents.
pub static ENTROPY: Feature = Feature {
    name: "content_entropy_bits",
    unit: Unit::Bits,
    evidence: Some((&CONTENT_N, 20.0)),
    definition: "entropy of the actions over their contents",
    reading: "0 when everything is the same",
    absent_when: "the log has no content fingerprints, or the account none",
    value: |f| with_content(f, |f| contents(f).entropy_bits.ok_or(Absent::NoEvidence)),
    ..BASE
};
/// Peak reach of one content among people who did not answer.
pub static REACH_MAX_24H: Feature = Feature {
    name: "content_reach_max_24h",
    definition: "M8: most distinct recipients who have not written since first contacted and got one content or near-duplicates of it by unexplained contacts, as for volume_unexplained_n, in any closed 24 h",
    reading: "one text to many people in a day; answers take people out of the count",
    value: |f| with_content(f, |f| count(contents(f).reach.peak)),
    ..SILENT
};
/// Days on which one content reached many.
pub static REACH_DAYS: Feature = Feature {
    name: "content_reach_days_n",
    definition: "M8: most non-overlapping closed 24 h, each beginning with a contact, in which one content with its near-duplicates reached at least 50 such recipients who neither wrote before the first contact and since the last sign-up nor have the sender in contacts, which is open for 90 d after a sign-up; or half the number of such 24 h with those people, rounded down, if that is more",
    reading: "persistence: a greeting happens once, a campaign goes on; who asked for it is taken out one by one, but four such days are a practice whoever asked",
    reads: LASTING_READS,
    value: |f| with_content(f, |f| count(contents(f).reach.days)),
    ..SILENT
};
/// Broadcast events.
pub static BROADCASTS: Feature = Feature {
    name: "content_broadcasts_n",
    definition: "M9: maximal runs in which one content, or near-duplicates of it, goes to at least 20 distinct recipients who have not written since first contacted, by unexplained contacts with gaps of at most 10 min",
    reading: "one is a greeting; M10 needs at least four",
    value: |f| with_content(f, |f| count(contents(f).newsletter.n)),
    ..SILENT
};
/// Overlap of audiences.
pub static AUDIENCE: Feature = Feature {
    name: "content_broadcast_audience_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&BROADCASTS, 4.0)),
    definition: "M10 (iii): median over the broadcast events but the first of the largest Jaccard overlap of the audience with that of one of the 8 events before",
    value: |f| with_content(f, |f| contents(f).newsletter.audience_overlap.ok_or(Absent::NoEvidence)),
    ..NEWSLETTER
};
/// Agreement of send order.
pub static ORDER: Feature = Feature {
    name: "content_broadcast_order_ratio",
    unit: Unit::Ratio,
    range: (-1.0, 1.0),
    evidence: Some((&BROADCASTS, 4.0)),
    definition: "M10 (iv): median over the broadcast events but the first of the agreement of the send order with that of the one of the 8 events before whose audience overlaps most and that tells one: Kendall tau over the pairs of shared recipients whom no broadcast list reached in either and who were reached at different times in both (at least 45 pairs); at least 4 events with an order",
    reading: "0.9 and above: software walking a stored list; people whom a list reached, or one moment, have no order",
    value: |f| with_content(f, |f| contents(f).newsletter.order_agreement.ok_or(Absent::NoEvidence)),
    ..NEWSLETTER
};
/// Steadiness of the hour.
pub static STEADY_HOUR: Feature = Feature {
    name: "content_broadcast_hour_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&BROADCASTS, 4.0)),
    definition: "M10 (ii): length of the mean vector of the events' start times on the 24 h circle",
    value: |f| with_content(f, |f| contents(f).newsletter.steady_hour.ok_or(Absent::NoEvidence)),
    ..NEWSLETTER
};
/// Weeks with an event.
pub static WEEKS: Feature = Feature {
    name: "content_broadcast_weeks_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&BROADCASTS, 2.0)),
    definition: "M10 (i): weeks (7 d from the start of the window) with a broadcast event and an action / weeks with any action",
    absent_when: "there is no action, or no content fingerprints",
    value: |f| with_content(f, |f| contents(f).newsletter.weeks_share.ok_or(Absent::NoEvidence)),
    ..NEWSLETTER
};
/// Opted-in audience.
pub static OPENERS: Feature = Feature {
    name: "content_broadcast_openers_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&BROADCASTS, 1.0)),
    definition: "M10 (v): recipients of broadcast events who wrote before the first contact of the window / recipients of broadcast events",
    reading: "near 1: an opted-in newsletter, where readers opened with a word such as Start",
    absent_when: "there is no broadcast event, or no content fingerprints",
    value: |f| with_content(f, |f| contents(f).newsletter.openers_share.ok_or(Absent::NoEvidence)),
    ..NEWSLETTER
};
/// Audience that asked.
pub static ASKED: Feature = Feature {
    name: "content_broadcast_asked_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&BROADCASTS, 1.0)),
    definition: "recipients of broadcast events who wrote before the first contact of the window, or are known to have the sender in contacts at it / recipients of broadcast events",
    reading: "near 1: an audience that asked for it; readers saved the number and opened with a word such as Start, perhaps before the log began",
    absent_when: "there is no broadcast event, or no content fingerprints",
    reads: ASKED_READS,
    value: |f| with_content(f, |f| contents(f).newsletter.asked_share.ok_or(Absent::NoEvidence)),
    ..NEWSLETTER
};
/// Actions with a size.
pub static SIZE_N: Feature = Feature {
    name: "content_size_n",
    contract: Some("size_n"),
    definition: "actions with a size",
    value: |f| if f.offers.size { count(f.action_counts.sized) } else { Err(Absent::ColumnMissing) },
    ..SIZE
};
/// Variation of sizes.
pub static SIZE_CV: Feature = Feature {
    name: "content_size_cv_ratio",
    contract: Some("size_cv"),
    unit: Unit::Ratio,
    evidence: Some((&SIZE_N, 100.0)),
    definition: "population standard deviation of the sizes of actions / their mean",
    reading: "below 0.6 over 100 and more actions: fixed templates",
    source: (Mark::Measured, "0.09 % of people below 0.6 over 100 actions"),
    value: |f| with_sizes(f, |f| view::value(variation(f.actions.iter()))),
    ..SIZE
};
/// Share with a link.
pub static LINKS: Feature = Feature {
    name: "content_link_share",
    definition: "unprompted actions with a link / unprompted actions of which it is known",
    reading: "links invite; newsletters and spam live on them",
    look_alikes: "people who share news",
    absent_when: "the log does not say which messages carry a link",
    reads: &[
        Reads::Ts,
        Reads::MsgId,
        Reads::Chat,
        Reads::Link,
        Reads::Status,
        Reads::Recipient,
        Reads::Inbound,
        Reads::Template,
        Reads::AccountKind,
        Reads::Via,
    ],
    source: (Mark::Quoted, "white paper: sending suspicious links"),
    value: link_share,
    ..SHARE
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &CONTENT_N,
    &TOP_N,
    &TOP_SHARE,
    &TOP_RECIPIENTS,
    &TOP_GROUPS,
    &DISTINCT_SHARE,
    &ENTROPY,
    &REACH_MAX_24H,
    &REACH_DAYS,
    &BROADCASTS,
    &AUDIENCE,
    &ORDER,
    &STEADY_HOUR,
    &WEEKS,
    &OPENERS,
    &ASKED,
    &SIZE_N,
    &SIZE_CV,
    &LINKS,
];

/// Length of a window in which the reach of one content is counted.
pub const REACH_US: i64 = DAY_US;

pub(super) fn with_content(f: &Facts, then: impl Fn(&Facts) -> Value) -> Value {
    if f.offers.content { then(f) } else { Err(Absent::ColumnMissing) }
}

/// Contents of the actions, and what became of one content among the contacts.
#[derive(Debug, Default)]
pub struct Contents {
    /// Actions with content.
    pub(super) n: usize,
    /// The same by template.
    pub(super) templates: TemplateUse,
    distinct: usize,
    top: usize,
    entropy_bits: Option<f64>,
    top_recipients: usize,
    reach: Reach,
    newsletter: Newsletter,
}

pub(super) fn contents<'f>(f: &'f Facts) -> &'f Contents {
    f.later.contents.get_or_init(|| {
        let room = &mut *f.room.borrow_mut();
        gather(f.actions.iter(), |a| f.content(a), &mut room.digests);
        let runs = room.digests.chunk_by(|a, b| a == b).map(<[u64]>::len);
        let mut made = Contents {
            n: room.digests.len(),
            distinct: runs.clone().count(),
            top: runs.clone().max().unwrap_or(0),
            entropy_bits: entropy_bits(runs),
            ..Contents::default()
        };
        // From here on contacts, by content and then in time order.
        let content = |i: usize| f.sent(f.contacts.event[i]).content;
        let said = || (0..f.contacts.ts.len()).filter(|i| content(*i) != 0);
        order_by(&mut room.words, said(), |i| digest_prefix(content(i)), content);
        made.top_recipients = top_recipients(made.top, room, content, f);
        made.templates = TemplateUse {
            distinct: made.distinct,
            top: made.top,
            entropy_bits: made.entropy_bits,
            top_recipients: made.top_recipients,
            ..TemplateUse::default()
        };
        // From here on by template: where no content has variants, the order is that already.
        if f.templates.clusters() != 0 {
            let template = |i: usize| f.template_of(f.contacts.event[i]);
            order_by(&mut room.words, said(), |i| digest_prefix(template(i)), template);
            gather(f.actions.iter(), |a| f.template(a), &mut room.digests);
            let runs = room.digests.chunk_by(|a, b| a == b).map(<[u64]>::len);
            made.templates.distinct = runs.clone().count();
            made.templates.top = runs.clone().max().unwrap_or(0);
            made.templates.entropy_bits = entropy_bits(runs);
            made.templates.top_recipients = top_recipients(made.templates.top, room, template, f);
        }
        let mut largest = room.digests.chunk_by(|a, b| a == b);
        if let Some(run) = largest.find(|run| run.len() == made.templates.top) {
            made.templates.add_times(f, run[0]);
        }
        made.reach = Reach::of(f, room);
        made.newsletter = Newsletter::of(f, room);
        made
    })
}

/// Contents or templates of a stream of actions, sorted.
pub(super) fn gather<'f>(
    stream: impl Iterator<Item = &'f Action>,
    of: impl Fn(&Action) -> u64,
    digests: &mut Vec<u64>,
) {
    let most = stream.size_hint().1.unwrap_or(0);
    refill(digests, most, stream.map(of).filter(|content| *content != 0));
    digests.sort_unstable();
}

/// Most distinct recipients of a content, or whatever `of` says of a contact, that `top` actions have; both sides are in content order.
fn top_recipients(top: usize, room: &mut Room, of: impl Fn(usize) -> u64, f: &Facts) -> usize {
    let Room { words, digests, keys, .. } = room;
    let content = |word: u64| of(row(word));
    let mut rest = digests.as_slice();
    let mut most = 0;
    for run in words.chunk_by(|a, b| content(*a) == content(*b)) {
        let wanted = content(run[0]);
        rest = &rest[rest.iter().take_while(|c| **c < wanted).count()..];
        let n = rest.iter().take_while(|c| **c == wanted).count();
        if n == 0 || n != top || run.len() <= most {
            continue;
        }
        refill(keys, run.len(), run.iter().map(|w| f.contacts.pair[row(*w)]));
        keys.sort_unstable();
        keys.dedup();
        most = most.max(keys.len());
    }
    most
}

fn top_groups(f: &Facts) -> usize {
    if f.action_counts.posts == 0 {
        return 0;
    }
    let words = &mut f.room.borrow_mut().words;
    let posted = |i: usize| (f.content(&f.actions[i]), f.event(&f.actions[i]).recipient);
    let said = |i: &usize| f.actions[*i].is_group_post() && posted(*i).0 != 0;
    order_by(words, (0..f.actions.len()).filter(said), |i| digest_prefix(posted(i).0), posted);
    words.dedup_by_key(|w| posted(row(*w)));
    longest_run(words.iter().map(|w| posted(row(*w)).0))
}

fn link_share(f: &Facts) -> Value {
    if !f.offers.link {
        return Err(Absent::ColumnMissing);
    }
    share(f.action_counts.link_yes, f.action_counts.link_said)
}
