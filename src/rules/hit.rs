//! That a rule fired, and the values it fired on.
//! In: checks of a rule's test; out: hits with strength, evidence and whether they may lift a verdict.
//! Holds values and cards only, never an event or a person.

use super::limit::Limit;
use super::rule::{AgreementFamily, Need, Role, Rule};

/// What a threshold in force compares with.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Against {
    /// A number published or quoted from elsewhere.
    Published,
    /// A number we measured on labeled real data.
    Measured,
    /// The quantile of earlier nights and an absolute floor: the larger of the two is the threshold.
    PopulationAndFloor {
        /// The quantile, 0.995 for the top half percent.
        quantile: f64,
        /// Its value in the earlier nights.
        value: f64,
        /// The absolute floor.
        floor: f64,
        /// Accounts behind the quantile.
        n: u64,
        /// Whether those nights were simulated.
        simulated: bool,
    },
    /// The absolute floor only: no earlier night says what is usual, so the hit stays at `watch`.
    FloorOnly,
    /// A condition beside the compared one, with a number of our own.
    Condition,
}

impl Against {
    /// Whether a hit on this comparison may lift a verdict above `watch`.
    pub fn is_sound(self) -> bool {
        self != Against::FloorOnly
    }
}

/// One observed value beside its threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evidence {
    /// The limit card; its feature, unit and window are those of the value.
    pub limit: &'static Limit,
    /// The feature that was observed; the limit's, or the same quantity on another stream.
    pub feature: &'static crate::features::Feature,
    /// The observed value.
    pub observed: f64,
    /// The threshold in force.
    pub threshold: f64,
    /// How many things the value is over, where its card asks for a minimum.
    pub n: Option<f64>,
    /// What the threshold compares with.
    pub against: Against,
    /// Share of earlier nights' accounts at or below the value.
    pub peer_percentile: Option<f64>,
    /// How far beyond the threshold, 0 to 1.
    pub ramp: f64,
}

impl PartialEq for Limit {
    fn eq(&self, other: &Self) -> bool {
        self.key == other.key
    }
}

/// What a rule's test returns when it fires.
#[derive(Debug, Clone, PartialEq)]
pub struct Fired {
    /// The values it fired on; the first leads the reason.
    pub evidence: Vec<Evidence>,
    /// From above 0 to 1.
    pub strength: f64,
    /// Whether it holds in two non-overlapping windows, or for the stated count.
    pub lasts: bool,
}

/// Strength of a hit whose value lies exactly on the limit.
pub const STRENGTH_AT_LIMIT: f64 = 0.5;

impl Fired {
    /// A hit led by its first value: half strength where that lies on its limit, full where it is at its full value.
    pub fn on(evidence: Vec<Evidence>, lasts: bool) -> Self {
        let ramp = evidence.first().map_or(0.0, |e| e.ramp);
        Self { evidence, strength: STRENGTH_AT_LIMIT + (1.0 - STRENGTH_AT_LIMIT) * ramp, lasts }
    }

    /// The same hit with another strength at the limit.
    pub fn rising_from(self, at_limit: f64) -> Self {
        let ramp = (self.strength - STRENGTH_AT_LIMIT) / (1.0 - STRENGTH_AT_LIMIT);
        Self { strength: at_limit + (1.0 - at_limit) * ramp, ..self }
    }

    /// A hit on whichever of several values are beyond their limits, as strong as the strongest; none is no hit.
    pub fn any(evidence: impl IntoIterator<Item = Option<Evidence>>, lasts: bool) -> Option<Self> {
        let evidence: Vec<Evidence> = evidence.into_iter().flatten().collect();
        let ramp = evidence.iter().map(|e| e.ramp).reduce(f64::max)?;
        Some(Self { evidence, strength: STRENGTH_AT_LIMIT + (1.0 - STRENGTH_AT_LIMIT) * ramp, lasts })
    }
}

/// A rule that fired on an account.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleHit {
    /// The card.
    pub rule: &'static Rule,
    /// From above 0 to 1.
    pub strength: f64,
    /// The values it fired on.
    pub evidence: Vec<Evidence>,
    /// Whether it holds in two non-overlapping windows, or for the stated count.
    pub lasts: bool,
    /// What it adds to automation, broadcast and unsolicited after its group's cap.
    pub points: [f64; 3],
}

impl RuleHit {
    /// Whether it may lift a verdict above `watch` and count as a family: a main rule, lasting, soundly compared.
    pub fn carries(&self) -> bool {
        self.lasts && self.is_sound_main()
    }

    /// Whether it is a main rule on a sound comparison, lasting or not.
    pub fn is_sound_main(&self) -> bool {
        let main = matches!(self.rule.role, Role::Hard | Role::Main);
        let sound = |evidence: &Evidence| evidence.against.is_sound();
        let sound = match (self.rule.need, self.evidence.split_last()) {
            (Need::Any, _) => self.evidence.iter().any(sound),
            (Need::AnyBesideLast, Some((last, ways))) => sound(last) && ways.iter().any(sound),
            _ => self.evidence.iter().all(sound),
        };
        main && self.rule.is_stable() && sound
    }

    /// Whether it may lift a verdict above `watch` itself; registration and the company one is found in never do.
    pub fn lifts(&self) -> bool {
        let beside =
            matches!(self.rule.family, AgreementFamily::Registration | AgreementFamily::Coordination);
        self.carries() && !beside
    }

    /// The points it adds to the sub-score it moves most.
    pub fn contribution(&self) -> f64 {
        self.points.iter().copied().fold(0.0, f64::max)
    }
}
