//! What a rule may look at: one account's values, their percentiles among earlier nights, and the limits in force.
//! In: a feature row, a population profile if there is one, limits; out: evidence where a value is beyond its limit.
//! Offers no event, no other account and no value without the evidence its card asks for.

use super::hit::{Against, Evidence};
use super::limit::{Limit, Limits};
use crate::features::{AccountFeatures, Feature, Mark, Population, lifecycle};

/// One account as rules see it.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    features: &'a AccountFeatures,
    population: Option<&'a Population>,
    limits: &'a Limits,
}

impl<'a> Row<'a> {
    /// Lays values, earlier nights and limits side by side.
    pub fn new(
        features: &'a AccountFeatures,
        population: Option<&'a Population>,
        limits: &'a Limits,
    ) -> Self {
        Self { features, population, limits }
    }

    /// A value with the evidence its card asks for.
    pub fn value(&self, card: &Feature) -> Option<f64> {
        self.features.evident(card).ok()
    }

    /// A value whatever its evidence; for graded parts that shrink what rests on little.
    pub fn plain(&self, card: &Feature) -> Option<f64> {
        self.features.get(card).ok()
    }

    /// Whether a value with its evidence is at least so large.
    pub fn at_least(&self, card: &Feature, least: f64) -> bool {
        self.value(card).is_some_and(|v| least <= v)
    }

    /// Whether it is known to be on the business API.
    pub fn is_api(&self) -> bool {
        on_api(self.features) == Some(true)
    }

    /// The limit in force before comparison with earlier nights.
    pub fn limit(&self, limit: &Limit) -> f64 {
        self.limits.of(limit)
    }

    /// Evidence if the limit's feature is beyond it.
    pub fn check(&self, limit: &'static Limit) -> Option<Evidence> {
        self.check_on(limit, limit.feature)
    }

    /// Evidence if the same quantity on another stream is beyond the limit.
    pub fn check_on(&self, limit: &'static Limit, card: &'static Feature) -> Option<Evidence> {
        let observed = self.value(card)?;
        let floor = self.limits.of(limit);
        if !limit.is_met(observed, floor) {
            return None;
        }
        let (threshold, against) = self.threshold(limit, card, floor);
        if !limit.is_met(observed, threshold) {
            return None;
        }
        let n = card.evidence.and_then(|(base, _)| self.features.get(base).ok());
        let peer_percentile = self.population.and_then(|p| p.percentile(card, observed));
        let ramp = limit.ramp(observed, threshold);
        Some(Evidence { limit, feature: card, observed, threshold, n, against, peer_percentile, ramp })
    }

    fn threshold(&self, limit: &Limit, card: &Feature, floor: f64) -> (f64, Against) {
        let Some(quantile) = limit.population else {
            let against = match limit.mark {
                Mark::Published | Mark::Quoted => Against::Published,
                Mark::Measured => Against::Measured,
                Mark::Ours => Against::Condition,
            };
            return (floor, against);
        };
        let known = self.population.and_then(|p| Some((p, p.quantile(card, quantile)?)));
        let Some((population, value)) = known else { return (floor, Against::FloorOnly) };
        let (n, simulated) = (population.n(card), population.origin().simulated);
        (floor.max(value), Against::PopulationAndFloor { quantile, value, floor, n, simulated })
    }
}

/// Whether an account is on the business API; none where nothing says it.
pub fn on_api(features: &AccountFeatures) -> Option<bool> {
    features.get(&lifecycle::API).ok().map(|flag| flag != 0.0)
}
