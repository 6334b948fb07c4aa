//! Runs every rule card on one account and sums what fired into three sub-scores.
//! In: a feature row, the profile of earlier nights, the limits in force; out: hits, mitigations and points.
//! Knows no verdict and no date; keeps hits only, so that a night of quiet accounts costs nothing.

use super::background;
use super::hit::RuleHit;
use super::limit::Limits;
use super::row::Row;
use super::rule::{AgreementFamily, Role, Rule, RuleGroup, RuleStatus};
use crate::domain::DAY_US;
use crate::features::{AccountFeatures, Population, lifecycle};
use std::sync::OnceLock;

/// Age up to which registration may be one of the agreeing families: 7 days.
const YOUNG_S: f64 = 7.0 * DAY_US as f64 / 1e6;

/// What the rules found on one account.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleOutcome {
    /// Rules that fired, in card order.
    pub hits: Vec<RuleHit>,
    /// Benign evidence, in card order; adds and subtracts nothing.
    pub mitigations: Vec<RuleHit>,
    /// Small graded parts below all limits, for automation, broadcast and unsolicited.
    pub background: [f64; 3],
    /// Sums after group caps, background included.
    pub points: [f64; 3],
    /// The same sums over what carries alone: lasting hits that compare with a published number or earlier nights.
    pub carrying: [f64; 3],
    /// Of that, the sums without the newsletter practice.
    pub beside_practice: [f64; 3],
    /// Whether a hard rule fired.
    pub hard: bool,
    /// Families that agree, burst families counted once.
    pub agreeing: u32,
    /// Whether something other than registration may lift the verdict above `watch`.
    pub lifts: bool,
    /// Whether the newsletter pattern has an audience that wrote first or saved the number.
    pub opted_in: bool,
    /// Whether most whose silence counts are an audience older than the log, and no conduct in groups speaks beside it.
    pub standing: bool,
    /// Whether the account is young enough for its registration to agree with anything.
    young: bool,
}

impl RuleOutcome {
    /// What a rule found, for or against the account.
    pub fn found(&self, rule: &Rule) -> Option<&RuleHit> {
        self.hits.iter().chain(&self.mitigations).find(|hit| hit.rule == rule)
    }

    /// The same as if one rule had not fired.
    pub fn without(&self, rule: &Rule) -> Self {
        let mut other = self.clone();
        other.hits.retain(|hit| hit.rule != rule);
        other.summed()
    }

    /// Sums up its hits.
    fn summed(mut self) -> Self {
        let sums = share_points(&mut self.hits);
        Self {
            points: std::array::from_fn(|i| sums[i] + self.background[i]),
            carrying: carrying_points(&self.hits, |_| true),
            beside_practice: carrying_points(&self.hits, |hit| hit.rule.group != RuleGroup::Newsletter),
            hard: self.hits.iter().any(|h| h.rule.role == Role::Hard && h.rule.is_stable()),
            agreeing: agreeing(&self.hits, self.young),
            lifts: self.hits.iter().any(RuleHit::lifts),
            standing: self.mitigations.iter().any(|m| m.rule == &super::benign::STANDING_AUDIENCE)
                && !self.hits.iter().any(|h| h.rule.family == AgreementFamily::Groups && h.carries()),
            ..self
        }
    }
}

/// The cards in force, looked up once: all but the deprecated ones.
pub fn in_force() -> &'static [&'static Rule] {
    static CARDS: OnceLock<Vec<&'static Rule>> = OnceLock::new();
    CARDS.get_or_init(|| {
        let mut cards = super::cards();
        cards.retain(|rule| !matches!(rule.status, RuleStatus::Deprecated(_)));
        cards
    })
}

/// Runs all cards on one account.
pub fn run(features: &AccountFeatures, population: Option<&Population>, limits: &Limits) -> RuleOutcome {
    let row = Row::new(features, population, limits);
    let api = row.is_api();
    let (mut hits, mut mitigations) = (Vec::new(), Vec::new());
    for rule in in_force() {
        let Some(fired) = rule.applies_to(api).then(|| (rule.test)(&row)).flatten() else { continue };
        let hit = RuleHit {
            rule,
            strength: fired.strength,
            evidence: fired.evidence,
            lasts: fired.lasts,
            points: [0.0; 3],
        };
        if rule.role == Role::Benign { mitigations.push(hit) } else { hits.push(hit) }
    }
    let outcome = RuleOutcome {
        hits,
        mitigations,
        background: background::points(&row),
        points: [0.0; 3],
        carrying: [0.0; 3],
        beside_practice: [0.0; 3],
        hard: false,
        agreeing: 0,
        lifts: false,
        opted_in: super::newsletter::is_opted_in(&row),
        standing: false,
        young: row.value(&lifecycle::AGE).is_some_and(|age| age <= YOUNG_S),
    };
    outcome.summed()
}

/// Gives each hit its points after its group's cap, and sums them.
fn share_points(hits: &mut [RuleHit]) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for group in RuleGroup::ALL {
        let mut raw = [0.0; 3];
        for hit in hits.iter_mut().filter(|h| h.rule.group == group && h.rule.is_stable()) {
            hit.points = hit.rule.points.get().map(|p| p * hit.strength);
            raw.iter_mut().zip(hit.points).for_each(|(sum, p)| *sum += p);
        }
        let factor = raw.map(|sum| if group.cap() < sum { group.cap() / sum } else { 1.0 });
        for hit in hits.iter_mut().filter(|h| h.rule.group == group) {
            hit.points.iter_mut().zip(factor).for_each(|(p, f)| *p *= f);
        }
        sums.iter_mut().zip(raw).for_each(|(sum, r)| *sum += r.min(group.cap()));
    }
    sums
}

/// Sums the hits of some that carry, after group caps, as if nothing else had fired.
fn carrying_points(hits: &[RuleHit], of: fn(&RuleHit) -> bool) -> [f64; 3] {
    let mut sums = [0.0; 3];
    for group in RuleGroup::ALL {
        let mut raw = [0.0; 3];
        for hit in hits.iter().filter(|h| h.rule.group == group && h.carries() && of(h)) {
            raw.iter_mut().zip(hit.rule.points.get()).for_each(|(sum, p)| *sum += p * hit.strength);
        }
        sums.iter_mut().zip(raw).for_each(|(sum, r): (&mut f64, f64)| *sum += r.min(group.cap()));
    }
    sums
}

/// Counts families that agree.
///
/// Every family needs a hit that lasts. Rate, reach and timing rise together in one burst: those that last count one
/// by one, a burst that does not last counts once for all three. Registration counts for young accounts only, and
/// registration, feedback and company alone are one: without conduct of its own nobody is called abusive. Nor are
/// reach, silence and what people said more than one without anything else: all three are told by the same recipients,
/// and whoever lures an account into writing to them decides all three.
fn agreeing(hits: &[RuleHit], young: bool) -> u32 {
    use AgreementFamily::{Content, Coordination, Feedback, Groups, Rate, Registration, Timing};
    let fired = |family: AgreementFamily, has: fn(&RuleHit) -> bool| {
        hits.iter().any(|h| h.rule.family == family && has(h))
    };
    let beside = [Registration, Feedback, Coordination];
    let conduct = || AgreementFamily::EACH.into_iter().filter(|f| !beside.contains(f));
    let mut n = conduct().filter(|f| fired(*f, RuleHit::carries)).count();
    let mut burst = conduct().filter(|f| f.rises_in_a_burst());
    let lasting_burst = burst.clone().any(|f| fired(f, RuleHit::carries));
    if !lasting_burst && burst.any(|f| fired(f, RuleHit::is_sound_main)) {
        n += 1;
    }
    let registration = young && fired(Registration, RuleHit::carries);
    let company = fired(Coordination, RuleHit::carries);
    let beside =
        usize::from(registration) + usize::from(fired(Feedback, RuleHit::carries)) + usize::from(company);
    // Of its own making, whoever the recipients are; a burst that does not last may be theirs, who ask one after another.
    let own = registration
        || company
        || [Content, Groups, Rate, Timing].into_iter().any(|f| fired(f, RuleHit::carries));
    let all = n + beside;
    (if n == 0 || !own { all.min(1) } else { all }) as u32
}
