//! What a rule card says about itself: code, statement, limits, points, look-alikes and the test.
//! In: cards written as plain data in the group files; out: the one definition that reasons, catalog and tests print from.
//! Refuses macros and run-time registration, and names features by Rust path only.

use super::hit::Fired;
use super::limit::Limit;
use super::row::Row;
pub use crate::domain::AgreementFamily;
use crate::domain::Points;
use crate::features::{Feature, Mark, Reads};
use serde::{Serialize, Serializer};

/// The capped group of a rule: one fact seen five ways counts once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleGroup {
    /// The white paper's hard examples.
    Certain,
    /// Too fast for a person.
    Pacing,
    /// Too even, or at hours no person keeps.
    Timing,
    /// What the client shows, or lacks.
    Client,
    /// To how many, and whether they want it.
    Outreach,
    /// The same thing again and again.
    Template,
    /// A stable audience, served again and again.
    Newsletter,
    /// Groups made, filled and hopped through.
    Groups,
    /// How the account was registered, and among whom.
    Registration,
    /// What the contacted said.
    Feedback,
    /// Acting together with others.
    Coordination,
    /// What speaks for the account.
    Benign,
}

impl RuleGroup {
    /// All groups, in the order of their cards.
    pub const ALL: [RuleGroup; 12] = [
        RuleGroup::Certain,
        RuleGroup::Pacing,
        RuleGroup::Timing,
        RuleGroup::Client,
        RuleGroup::Outreach,
        RuleGroup::Template,
        RuleGroup::Newsletter,
        RuleGroup::Groups,
        RuleGroup::Registration,
        RuleGroup::Feedback,
        RuleGroup::Coordination,
        RuleGroup::Benign,
    ];

    /// The most points its rules together add to one sub-score.
    pub const fn cap(self) -> f64 {
        match self {
            RuleGroup::Certain => 120.0,
            RuleGroup::Pacing => 28.0,
            RuleGroup::Timing => 30.0,
            RuleGroup::Client => 16.0,
            RuleGroup::Outreach => 44.0,
            RuleGroup::Template => 30.0,
            RuleGroup::Newsletter => 34.0,
            RuleGroup::Groups => 52.0,
            RuleGroup::Registration => 12.0,
            RuleGroup::Feedback => 36.0,
            RuleGroup::Coordination => 30.0,
            RuleGroup::Benign => 0.0,
        }
    }
}

/// The stage of the white paper a rule belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// At registration.
    Registration,
    /// While messaging.
    Messaging,
    /// In response to negative feedback.
    Feedback,
}

impl Stage {
    /// The word in result files.
    pub fn word(self) -> &'static str {
        match self {
            Stage::Registration => "registration",
            Stage::Messaging => "messaging",
            Stage::Feedback => "feedback",
        }
    }
}

/// The life cycle of a rule, with the version it entered that state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RuleStatus {
    /// Reported, adds nothing.
    Shadow(&'static str),
    /// In force.
    Stable(&'static str),
    /// Not run any more.
    Deprecated(&'static str),
}

/// What a rule may do at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Fires alone.
    Hard,
    /// May carry a verdict above `watch`, and counts as a family, when it lasts and has a comparison.
    Main,
    /// Adds points; never lifts a verdict above `watch` and never counts as a family.
    Supporting,
    /// Shown only.
    Descriptive,
    /// Speaks for the account; shown only.
    Benign,
}

/// Which accounts a rule looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Applies {
    /// All.
    Everyone,
    /// All but business API accounts, which are automated by design.
    NotApi,
    /// Business API accounts only.
    ApiOnly,
}

/// How the parts of a rule hang together, for the counterfactual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Need {
    /// Every part is needed: changing the first shown one clears the rule.
    Each,
    /// Any shown part is enough: all must change.
    Any,
    /// Any two are enough: all but one must change.
    Two,
    /// The last part is needed and any of the others beside it: all of the others must change.
    AnyBesideLast,
}

/// Points for the three sub-scores, before group caps.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Split {
    /// For being software.
    pub automation: Points,
    /// For one to many.
    pub broadcast: Points,
    /// For being unwanted.
    pub unsolicited: Points,
}

impl Split {
    /// No points.
    pub const NONE: Split = Split::new(0.0, 0.0, 0.0);

    /// Points for automation, broadcast, unsolicited.
    pub const fn new(automation: f64, broadcast: f64, unsolicited: f64) -> Self {
        Self {
            automation: Points::new(automation),
            broadcast: Points::new(broadcast),
            unsolicited: Points::new(unsolicited),
        }
    }

    /// The three as floats, in the order automation, broadcast, unsolicited.
    pub fn get(&self) -> [f64; 3] {
        [self.automation.get(), self.broadcast.get(), self.unsolicited.get()]
    }
}

/// A rule card: the one place where a rule is defined.
#[derive(Serialize)]
pub struct Rule {
    /// Short code of the signal table, `M2`.
    pub code: &'static str,
    /// Name in words.
    pub name: &'static str,
    /// Its capped group.
    pub group: RuleGroup,
    /// Life cycle.
    pub status: RuleStatus,
    /// Stage of the white paper.
    pub stage: Stage,
    /// Kind of evidence.
    pub family: AgreementFamily,
    /// What it may do at most.
    pub role: Role,
    /// Whom it looks at.
    pub applies: Applies,
    /// Points at full strength.
    pub points: Split,
    /// Its limits.
    pub limits: &'static [&'static Limit],
    /// What it takes to lift a verdict above `watch`.
    pub persistence: &'static str,
    /// The sentence of its reason; `{0}`, `{1}` are observed values, `{0.limit}` limits in force, `{all}` all parts.
    pub statement: &'static str,
    /// How its parts hang together.
    pub need: Need,
    /// Innocent accounts that look the same.
    pub look_alikes: &'static str,
    /// Every feature its test reads.
    #[serde(serialize_with = "names")]
    pub uses: &'static [&'static Feature],
    /// Where the idea comes from, with its mark.
    pub source: (Mark, &'static str),
    /// The test.
    #[serde(skip)]
    pub test: fn(&Row) -> Option<Fired>,
}

fn names<S: Serializer>(cards: &[&'static Feature], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(cards.iter().map(|card| card.name))
}

impl Rule {
    /// What most cards share.
    pub const BASE: Rule = Rule {
        code: "",
        name: "",
        group: RuleGroup::Benign,
        status: RuleStatus::Stable("0.1.0"),
        stage: Stage::Messaging,
        family: AgreementFamily::Contact,
        role: Role::Main,
        applies: Applies::NotApi,
        points: Split::NONE,
        limits: &[],
        persistence: "",
        statement: "",
        need: Need::Each,
        look_alikes: "",
        uses: &[],
        source: (Mark::Ours, ""),
        test: |_| None,
    };

    /// Whether it looks at such accounts: business API ones, or others.
    pub fn applies_to(&self, api: bool) -> bool {
        match self.applies {
            Applies::Everyone => true,
            Applies::NotApi => !api,
            Applies::ApiOnly => api,
        }
    }

    /// Whether it looks at groups created and people added, and at no message.
    pub fn is_of_making_groups(&self) -> bool {
        let reads = |feature: &Feature, what| feature.reads.contains(&what);
        self.uses.iter().all(|f| reads(f, Reads::GroupEvents) && !reads(f, Reads::Ts))
            && !self.uses.is_empty()
    }

    /// Whether it is in force.
    pub fn is_stable(&self) -> bool {
        matches!(self.status, RuleStatus::Stable(_))
    }
}

impl std::fmt::Debug for Rule {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.code)
    }
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}
