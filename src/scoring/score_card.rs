//! The score card of one account: three sub-scores, what a model adds, how much evidence there was.
//! In: a feature row and what the rules found on it; out: numbers and hits, from which reasons are rendered on demand.
//! Knows no date, no policy text and no verdict, so that the same conduct always scores the same.

use crate::domain::{Share, Token, Word};
use crate::features::{Absent, AccountFeatures, fanout, groups, rate, volume};
use crate::model::{Chance, Says};
use crate::rules::{AgreementFamily, Need, Role, Rule, RuleOutcome};

/// How much there was to judge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceLevel {
    /// No action and no group act.
    None,
    /// Some, below the minimum.
    Low,
    /// Enough.
    Ok,
}

impl EvidenceLevel {
    /// All levels.
    pub const ALL: [EvidenceLevel; 3] = [EvidenceLevel::None, EvidenceLevel::Low, EvidenceLevel::Ok];

    /// The word in result files.
    pub fn word(self) -> &'static str {
        match self {
            EvidenceLevel::None => "none",
            EvidenceLevel::Low => "low",
            EvidenceLevel::Ok => "ok",
        }
    }
}

/// A set of agreement families.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FamilySet(u16);

impl FamilySet {
    /// The families of these words; what is none is left out.
    pub fn of<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let mut set = Self::default();
        words.into_iter().filter_map(AgreementFamily::parse).for_each(|family| set.insert(family));
        set
    }

    /// Adds a family.
    pub fn insert(&mut self, family: AgreementFamily) {
        self.0 |= 1 << family as u16;
    }

    /// Whether it holds a family.
    pub fn contains(self, family: AgreementFamily) -> bool {
        self.0 & (1 << family as u16) != 0
    }

    /// Both.
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether it holds no family that the other lacks.
    pub fn is_within(self, other: Self) -> bool {
        self.0 & !other.0 == 0
    }

    /// Its words in a fixed order.
    pub fn words(self) -> Vec<&'static str> {
        AgreementFamily::EACH.into_iter().filter(|f| self.contains(*f)).map(AgreementFamily::name).collect()
    }

    /// The words of the families it lacks.
    pub fn missing_words(self) -> Vec<&'static str> {
        AgreementFamily::EACH.into_iter().filter(|f| !self.contains(*f)).map(AgreementFamily::name).collect()
    }
}

/// What one account scores.
#[derive(Debug, Clone, PartialEq)]
pub struct ScoreCard {
    /// Whose it is.
    pub account: Token,
    /// For being software.
    pub automation: Share,
    /// For one to many.
    pub broadcast: Share,
    /// For being unwanted.
    pub unsolicited: Share,
    /// What a model said; none without one, or where it abstains.
    pub model: Option<Says>,
    /// How much there was to judge.
    pub evidence: EvidenceLevel,
    /// Families some rule of which could be evaluated.
    pub families: FamilySet,
    /// What the rules found.
    pub outcome: RuleOutcome,
    /// Whether it is on the business API; none where neither its kind nor its messages say so.
    pub business_api: Option<bool>,
    /// Actions in the window.
    pub messages_n: Option<f64>,
    /// Most actions, people written to, people added to groups or groups created in any 24 h, whichever is most: what a
    /// sanction's envelope is compared with.
    pub peak_24h: Option<f64>,
}

impl ScoreCard {
    /// The sub-scores in the order automation, broadcast, unsolicited.
    pub fn sub_scores(&self) -> [Share; 3] {
        [self.automation, self.broadcast, self.unsolicited]
    }

    /// The chance of abuse, where labels of an operator have earned it.
    pub fn chance(&self) -> Option<Chance> {
        self.model.as_ref().filter(|says| !says.simulated)?.chance
    }

    /// The chance that holds for simulated accounts only.
    pub fn simulated_chance(&self) -> Option<Chance> {
        self.model.as_ref().filter(|says| says.simulated)?.chance
    }

    /// The same card as if one rule had not fired.
    pub fn without(&self, rule: &Rule) -> Self {
        let outcome = self.outcome.without(rule);
        let [automation, broadcast, unsolicited] = outcome.points.map(Share::of_points);
        Self { automation, broadcast, unsolicited, outcome, ..self.clone() }
    }

    /// Families of the hits that carry: the kinds of evidence that agree.
    pub fn agreeing_families(&self) -> FamilySet {
        let mut set = FamilySet::default();
        let carrying = self.outcome.hits.iter().filter(|hit| hit.carries());
        carrying.for_each(|hit| set.insert(hit.rule.family));
        set
    }

    /// Codes of the rules that fired, in card order.
    pub fn reason_codes(&self) -> Vec<&'static str> {
        self.outcome.hits.iter().map(|hit| hit.rule.code).collect()
    }

    /// Codes of what speaks for the account, in card order.
    pub fn mitigation_codes(&self) -> Vec<&'static str> {
        self.outcome.mitigations.iter().map(|hit| hit.rule.code).collect()
    }
}

/// Actions, contacts or group acts below which evidence is low when nothing else is said.
pub const MINIMUM_ACTIONS: f64 = 10.0;

/// Scores one account; `minimum_actions` is what the policy asks for as enough evidence.
pub fn score(features: &AccountFeatures, outcome: RuleOutcome, minimum_actions: f64) -> ScoreCard {
    let [automation, broadcast, unsolicited] = outcome.points.map(Share::of_points);
    ScoreCard {
        account: features.account,
        automation,
        broadcast,
        unsolicited,
        model: None,
        evidence: evidence(features, minimum_actions),
        families: families(features),
        business_api: crate::rules::on_api(features),
        messages_n: features.get(&volume::ACTIONS).ok(),
        peak_24h: peak_24h(features),
        outcome,
    }
}

/// What an envelope must hold: a list is one action and reaches many, and group acts are no messages.
fn peak_24h(features: &AccountFeatures) -> Option<f64> {
    let beside = [&fanout::MAX_24H, &groups::ADDED_24H, &groups::CREATED_24H];
    let beside = beside.into_iter().filter_map(|card| features.get(card).ok());
    Some(beside.fold(features.get(&rate::MAX_24H).ok()?, f64::max))
}

fn evidence(features: &AccountFeatures, minimum: f64) -> EvidenceLevel {
    let of = |card| features.get(card).unwrap_or(0.0);
    // A broadcast list is one action, but each of its people is somebody who may answer or object.
    let messages = of(&volume::ACTIONS).max(of(&volume::CONTACTS));
    let most = messages.max(of(&groups::CREATED_24H)).max(of(&groups::ADDED));
    match most {
        most if minimum <= most => EvidenceLevel::Ok,
        most if 0.0 < most => EvidenceLevel::Low,
        _ => EvidenceLevel::None,
    }
}

/// Families with a rule for such accounts whose leading value, or any of its alternatives, has its evidence.
fn families(features: &AccountFeatures) -> FamilySet {
    let mut set = FamilySet::default();
    let api = crate::rules::on_api(features) == Some(true);
    for rule in crate::rules::in_force().iter().filter(|rule| rule.applies_to(api)) {
        let judged = !matches!(rule.role, Role::Benign | Role::Descriptive);
        // What is not told was observed all the same.
        let known =
            |card| matches!(features.evident(card), Ok(_) | Err(Absent::Suppressed | Absent::Difference));
        let usable = || match rule.need {
            Need::Each | Need::AnyBesideLast => rule.limits.first().is_some_and(|l| known(l.feature)),
            Need::Any | Need::Two => rule.uses.iter().any(|f| known(f)),
        };
        if judged && !set.contains(rule.family) && usable() {
            set.insert(rule.family);
        }
    }
    set
}
