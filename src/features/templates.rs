//! M8 over near-duplicates: how much of what an account sends is variants of one text, to how many, on how many days.
//! In: contents as templates; out: shares, reach and growth of the largest cluster.
//! Where a log has bare fingerprints every content is a template of its own, and the values are those of exact contents.

use super::content::{contents, with_content};
use super::facts::{Facts, days};
use super::feature::{Absent, Family, Feature, Mark, Reads, Unit, count, share};
use crate::domain::DAY_US;

const READS: &[Reads] = &[Reads::Ts, Reads::MsgId, Reads::Chat, Reads::Content, Reads::Others];
const BASE: Feature = Feature {
    family: Family::Content,
    reads: READS,
    reading: "one text to many, however its words are exchanged",
    look_alikes: "greetings, event notices, one-time-code senders",
    absent_when: "the log has no content fingerprints, or the account none",
    source: (Mark::Ours, "near-duplicates: 4-gram Jaccard of 0.8 and more, clusters of radius 0.6"),
    ..Feature::COUNT
};

/// Templates in use.
pub static TEMPLATES: Feature = Feature {
    name: "content_templates_n",
    definition: "distinct templates among actions with content: near-duplicates in one cluster are one template, and so is a content without any",
    reading: "beside content_actions_n: few templates for many messages",
    absent_when: "the log has no content fingerprints",
    value: |f| with_content(f, |f| count(contents(f).templates.distinct)),
    ..BASE
};
/// Share of the largest template.
pub static TOP_SHARE: Feature = Feature {
    name: "content_template_top_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&super::content::CONTENT_N, 20.0)),
    definition: "M8: actions of the largest template / content_actions_n",
    value: |f| with_content(f, |f| share(contents(f).templates.top, contents(f).n)),
    ..BASE
};
/// Entropy over templates.
pub static ENTROPY: Feature = Feature {
    name: "content_template_entropy_bits",
    unit: Unit::Bits,
    evidence: Some((&super::content::CONTENT_N, 20.0)),
    definition: "entropy of the actions over their templates",
    reading: "0 when everything is made from one text; far below content_entropy_bits when words are only exchanged",
    value: |f| with_content(f, |f| contents(f).templates.entropy_bits.ok_or(Absent::NoEvidence)),
    ..BASE
};
/// Reach of the largest template.
pub static TOP_RECIPIENTS: Feature = Feature {
    name: "content_template_top_recipients_n",
    reads: &[
        Reads::Ts,
        Reads::MsgId,
        Reads::Chat,
        Reads::Content,
        Reads::Others,
        Reads::Status,
        Reads::Recipient,
        Reads::Inbound,
    ],
    definition: "M8: distinct recipients of contacts in the window with the largest template; the largest such number when templates tie",
    absent_when: "the log has no content fingerprints",
    value: |f| with_content(f, |f| count(contents(f).templates.top_recipients)),
    ..BASE
};
/// Days of the largest template.
pub static TOP_DAYS: Feature = Feature {
    name: "content_template_top_days_n",
    definition: "UTC days with an action of the largest template; of several equally large ones that with the smallest id",
    reading: "a greeting is one day, a campaign goes on",
    absent_when: "the log has no content fingerprints",
    invariant: super::feature::Invariance { shift_hours: false, relabel: true },
    value: |f| with_content(f, |f| count(contents(f).templates.top_days)),
    ..BASE
};
/// Growth of the largest template.
pub static TOP_GROWTH: Feature = Feature {
    name: "content_template_top_growth_ratio",
    unit: Unit::Ratio,
    range: (-1.0, 1.0),
    evidence: Some((&super::content::TOP_N, 20.0)),
    definition: "(late - early) / (late + early), of the actions of that template in the last 7 d and in the 7 d before",
    reading: "near 1: it has just begun; near 0: it goes on; near -1: it is over",
    absent_when: "the log has no content fingerprints, or the template was not sent in the last 14 d",
    value: |f| with_content(f, |f| contents(f).templates.growth.ok_or(Absent::NoEvidence)),
    ..BASE
};

/// All cards of this file.
pub static CARDS: &[&Feature] = &[&TEMPLATES, &TOP_SHARE, &ENTROPY, &TOP_RECIPIENTS, &TOP_DAYS, &TOP_GROWTH];

/// The templates of one account's actions.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct TemplateUse {
    /// How many there are.
    pub distinct: usize,
    /// Actions of the largest.
    pub top: usize,
    /// Entropy over them.
    pub entropy_bits: Option<f64>,
    /// Distinct recipients of the largest.
    pub top_recipients: usize,
    /// UTC days of the largest.
    pub top_days: usize,
    /// How the last week of the largest compares with the week before.
    pub growth: Option<f64>,
}

impl TemplateUse {
    /// Adds when the largest template, `id`, was sent. Linear time.
    pub fn add_times(&mut self, f: &Facts, id: u64) {
        let since = |n: i64| f.as_of() - n * 7 * DAY_US;
        let (mut late, mut early) = (0.0, 0.0);
        let times = f.actions.iter().filter(|a| f.template(a) == id).map(|a| f.event(a).ts);
        self.top_days = days(times.inspect(|t| {
            late += f64::from(u8::from(since(1) <= *t));
            early += f64::from(u8::from((since(2)..since(1)).contains(t)));
        }));
        self.growth = (0.0 < late + early).then(|| (late - early) / (late + early));
    }
}
