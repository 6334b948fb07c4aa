//! Sameness of what goes into silence and into groups: repeated contents and even sizes.
//! In: contents and sizes of one-way actions and of group posts; out: the more telling view of each stream, with its base.
//! Junk for a few recipients blurs the whole stream; without its busiest quarter of people or groups the rest still shows.

use super::content::{SILENT_READS, gather, with_content};
use super::facts::{Action, Facts, View};
use super::feature::{Absent, Family, Feature, Mark, Reads, Unit, Value};
use super::kernels::mean_sd;
use super::view::{Seen, Telling, base, telling, value};

/// Contents that a repeated share must rest on.
const LEAST_CONTENTS: usize = 20;
/// Sizes that their variation must rest on.
const LEAST_SIZES: usize = 100;

const GROUP_READS: &[Reads] =
    &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Content, Reads::Recipient, Reads::Others];
const GROUP_SIZE_READS: &[Reads] = &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Size, Reads::Recipient];
const ONE_WAY_SIZE_READS: &[Reads] = &[
    Reads::Ts,
    Reads::MsgId,
    Reads::Chat,
    Reads::Size,
    Reads::Status,
    Reads::Recipient,
    Reads::Inbound,
    Reads::Template,
    Reads::AccountKind,
    Reads::Via,
];
const REPEAT: Feature = Feature {
    family: Family::Content,
    unit: Unit::Share,
    range: (0.0, 1.0),
    look_alikes: "greetings, event notices, one-time-code senders",
    absent_when: "the log has no content fingerprints, or the stream none",
    ..Feature::COUNT
};
const REPEAT_N: Feature = Feature {
    family: Family::Content,
    reading: "the base of the repeated share",
    look_alikes: "anyone",
    absent_when: "the log has no content fingerprints",
    ..Feature::COUNT
};
const SIZE_CV: Feature = Feature {
    family: Family::Content,
    unit: Unit::Ratio,
    look_alikes: "greetings, event notices, one-time-code senders",
    absent_when: "the log has no sizes, or the stream too few",
    source: (Mark::Measured, "0.09 % of people below 0.6 over 100 actions"),
    ..Feature::COUNT
};
const SIZE_N: Feature = Feature {
    family: Family::Content,
    reading: "the base of the variation of sizes",
    look_alikes: "anyone",
    absent_when: "the log has no sizes",
    ..Feature::COUNT
};

/// Contents behind the repeated share of the one-way stream.
pub static ONE_WAY_REPEAT_N: Feature = Feature {
    name: "content_one_way_repeat_n",
    definition: "one-way actions with content that content_one_way_repeat_share is taken over",
    reads: SILENT_READS,
    value: |f| with_content(f, |f| base(one_way_repeats(f))),
    ..REPEAT_N
};
/// Repeated share of the one-way stream.
pub static ONE_WAY_REPEAT: Feature = Feature {
    name: "content_one_way_repeat_share",
    evidence: Some((&ONE_WAY_REPEAT_N, LEAST_CONTENTS as f64)),
    definition: "1 - distinct contents / contents, over one-way actions with content, near-duplicates being one content; the larger one of the whole stream and, where 20 remain or the whole has fewer, of the stream without its busiest quarter: of n people at most n/4, rounded up, are left out, those with more one-way events than the next one; a list stays with any of its people",
    reading: "templates sent into silence; neither chatter with accomplices nor junk for a few people dilutes it",
    reads: SILENT_READS,
    value: |f| with_content(f, |f| value(one_way_repeats(f))),
    ..REPEAT
};
/// Contents behind the repeated share of group posts.
pub static GROUP_REPEAT_N: Feature = Feature {
    name: "content_group_repeat_n",
    definition: "group posts with content that content_group_repeat_share is taken over",
    reads: GROUP_READS,
    value: |f| with_content(f, |f| base(group_repeats(f))),
    ..REPEAT_N
};
/// Repeated share of group posts.
pub static GROUP_REPEAT: Feature = Feature {
    name: "content_group_repeat_share",
    evidence: Some((&GROUP_REPEAT_N, LEAST_CONTENTS as f64)),
    definition: "1 - distinct contents / contents, over group posts with content, near-duplicates being one content; the larger one of the whole stream and, where 20 remain or the whole has fewer, of the stream without its busiest quarter: of n groups at most n/4, rounded up, are left out, those with more posts than the next one",
    reading: "templates posted to groups; junk in a few own groups does not dilute it",
    reads: GROUP_READS,
    value: |f| with_content(f, |f| value(group_repeats(f))),
    ..REPEAT
};
/// Sizes behind their variation in the one-way stream.
pub static ONE_WAY_SIZE_N: Feature = Feature {
    name: "content_one_way_size_n",
    definition: "one-way actions with a size that content_one_way_size_cv_ratio is taken over",
    reads: ONE_WAY_SIZE_READS,
    value: |f| with_sizes(f, |f| base(one_way_sizes(f))),
    ..SIZE_N
};
/// Variation of sizes in the one-way stream.
pub static ONE_WAY_SIZE_CV: Feature = Feature {
    name: "content_one_way_size_cv_ratio",
    evidence: Some((&ONE_WAY_SIZE_N, LEAST_SIZES as f64)),
    definition: "content_size_cv_ratio over one-way actions; the smaller one of the whole stream and, where 100 remain or the whole has fewer, of the stream without its busiest quarter of people, as for content_one_way_repeat_share",
    reading: "templates sent into silence",
    reads: ONE_WAY_SIZE_READS,
    value: |f| with_sizes(f, |f| value(one_way_sizes(f))),
    ..SIZE_CV
};
/// Sizes behind their variation in group posts.
pub static GROUP_SIZE_N: Feature = Feature {
    name: "content_group_size_n",
    definition: "group posts with a size that content_group_size_cv_ratio is taken over",
    reads: GROUP_SIZE_READS,
    value: |f| with_sizes(f, |f| base(group_sizes(f))),
    ..SIZE_N
};
/// Variation of sizes of group posts.
pub static GROUP_SIZE_CV: Feature = Feature {
    name: "content_group_size_cv_ratio",
    evidence: Some((&GROUP_SIZE_N, LEAST_SIZES as f64)),
    definition: "content_size_cv_ratio over group posts; the smaller one of the whole stream and, where 100 remain or the whole has fewer, of the stream without its busiest quarter of groups, as for content_group_repeat_share",
    reading: "templates posted to groups",
    reads: GROUP_SIZE_READS,
    value: |f| with_sizes(f, |f| value(group_sizes(f))),
    ..SIZE_CV
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &ONE_WAY_REPEAT_N,
    &ONE_WAY_REPEAT,
    &GROUP_REPEAT_N,
    &GROUP_REPEAT,
    &ONE_WAY_SIZE_N,
    &ONE_WAY_SIZE_CV,
    &GROUP_SIZE_N,
    &GROUP_SIZE_CV,
];

/// A value over sizes, where the log has them.
pub(super) fn with_sizes(f: &Facts, then: impl Fn(&Facts) -> Value) -> Value {
    if f.offers.size { then(f) } else { Err(Absent::ColumnMissing) }
}

/// Deviation over mean of the sizes of actions.
pub(super) fn variation<'f>(stream: impl Iterator<Item = &'f Action> + Clone) -> Option<Seen> {
    let sizes = stream.filter_map(Action::size).map(f64::from);
    let n = sizes.clone().count();
    let moments = mean_sd(sizes).filter(|(mean, _)| *mean > 0.0 && 2 <= n);
    Seen::over(n, moments.map(|(mean, sd)| sd / mean))
}

fn one_way_repeats(f: &Facts) -> Option<Seen> {
    let seen = |view| repeats(f, f.one_way(view));
    *f.later.repeats[0].get_or_init(|| telling(Telling::High, LEAST_CONTENTS, f.one_way_apart(), seen))
}

fn group_repeats(f: &Facts) -> Option<Seen> {
    let seen = |view| repeats(f, f.group_posts(view));
    *f.later.repeats[1].get_or_init(|| telling(Telling::High, LEAST_CONTENTS, f.posts_apart(), seen))
}

fn one_way_sizes(f: &Facts) -> Option<Seen> {
    let seen = |view: View| variation(f.one_way(view));
    *f.later.sizes[0].get_or_init(|| telling(Telling::Low, LEAST_SIZES, f.one_way_apart(), seen))
}

fn group_sizes(f: &Facts) -> Option<Seen> {
    let seen = |view: View| variation(f.group_posts(view));
    *f.later.sizes[1].get_or_init(|| telling(Telling::Low, LEAST_SIZES, f.posts_apart(), seen))
}

fn repeats<'f>(f: &Facts, stream: impl Iterator<Item = &'f Action>) -> Option<Seen> {
    let digests = &mut f.room.borrow_mut().digests;
    gather(stream, |a| f.template(a), digests);
    let n = digests.len();
    digests.dedup();
    let repeated = (0 < n).then(|| 1.0 - digests.len() as f64 / n as f64);
    Seen::over(n, repeated)
}
