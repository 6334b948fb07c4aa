//! The numbers a rule compares with: default, allowed range, mark and reason, and what a policy file overrides.
//! In: limit cards and a table of overrides; out: the limit in force.
//! Refuses unknown keys, offering the nearest, and values outside the allowed range.

use crate::domain::nearest;
use crate::features::{Feature, Mark};
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use thiserror::Error;

/// The window of a limit whose feature looks at the whole window of the run.
pub const RUN_WINDOW: &str = "the run's window";

/// On which side of the limit a rule fires.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sense {
    /// Above the limit.
    Over,
    /// At the limit and above.
    AtLeast,
    /// Below the limit.
    Below,
    /// At the limit and below.
    AtMost,
}

/// A limit card.
#[derive(Debug, Serialize)]
pub struct Limit {
    /// `CODE.name`, the key in `[limits]` of a policy file.
    pub key: &'static str,
    /// The feature it is compared with.
    #[serde(serialize_with = "name")]
    pub feature: &'static Feature,
    /// The observed quantity in words, as a reason says it.
    pub what: &'static str,
    /// The window in words.
    pub window: &'static str,
    /// On which side it fires.
    pub sense: Sense,
    /// The default.
    pub default: f64,
    /// Where the strength reaches 1, for the default; moves in proportion with the limit in force, or by the same
    /// distance where 0 is one of them or lies between the two.
    pub full: f64,
    /// What a policy file may set.
    pub range: (f64, f64),
    /// How well the number is founded.
    pub mark: Mark,
    /// Whether the source gives words only, so that the exact number is ours all the same.
    pub ours_too: bool,
    /// Where a published number or its words come from, said with every reason; empty for the others.
    pub origin: &'static str,
    /// Why this number.
    pub why: &'static str,
    /// The quantile of earlier nights that must be reached too; then the limit is an absolute floor.
    pub population: Option<f64>,
}

fn name<S: Serializer>(card: &&'static Feature, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(card.name)
}

impl Limit {
    /// What most limits share.
    pub const BASE: Limit = Limit {
        key: "",
        feature: &crate::features::volume::ACTIONS,
        what: "",
        window: RUN_WINDOW,
        sense: Sense::AtLeast,
        default: 0.0,
        full: 0.0,
        range: (0.0, 1.0),
        mark: Mark::Ours,
        ours_too: false,
        origin: "",
        why: "",
        population: None,
    };

    /// The mark as printed: `V`, `S`, or `V+S` where the words are published and the number is ours.
    pub fn marks(&self) -> String {
        let own = if self.ours_too { "+S" } else { "" };
        format!("{}{own}", self.mark.letter())
    }

    /// Whether a value is on the firing side of a limit.
    pub fn is_met(&self, value: f64, limit: f64) -> bool {
        match self.sense {
            Sense::Over => limit < value,
            Sense::AtLeast => limit <= value,
            Sense::Below => value < limit,
            Sense::AtMost => value <= limit,
        }
    }

    /// How far beyond the limit a value is, 0 at the limit to 1 at `full` and beyond; never falls as evidence grows.
    pub fn ramp(&self, value: f64, limit: f64) -> f64 {
        let across = self.default == 0.0 || limit == 0.0 || self.default * self.full < 0.0;
        let full = if across { limit + self.full - self.default } else { self.full * limit / self.default };
        let part = match self.sense {
            // Counts spread over orders of magnitude: the ramp is straight in their logarithm.
            Sense::Over | Sense::AtLeast if 1.0 < full => {
                (value.max(0.0).ln_1p() - limit.ln_1p()) / (full.ln_1p() - limit.ln_1p())
            }
            _ => (value - limit) / (full - limit),
        };
        if part.is_nan() { 1.0 } else { part.clamp(0.0, 1.0) }
    }
}

/// Why overrides are refused.
#[derive(Debug, Error, PartialEq)]
pub enum LimitError {
    /// No rule has such a limit.
    #[error("there is no limit {key:?}{}", .nearest.map_or(String::new(), |n| format!("; did you mean {n:?}?")))]
    Unknown {
        /// The key as written.
        key: String,
        /// The nearest key there is.
        nearest: Option<&'static str>,
    },
    /// Not a number a policy may set.
    #[error("limit {key:?} is {value}, allowed is {low} to {high}")]
    OutOfRange {
        /// The key.
        key: &'static str,
        /// The value as written.
        value: f64,
        /// Smallest allowed.
        low: f64,
        /// Largest allowed.
        high: f64,
    },
}

/// The limits in force: defaults and checked overrides.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Limits {
    overrides: BTreeMap<&'static str, f64>,
}

impl Limits {
    /// Checks overrides as a policy file gives them.
    pub fn checked(wanted: &BTreeMap<String, f64>) -> Result<Self, LimitError> {
        let known: BTreeMap<&'static str, &'static Limit> =
            super::cards().iter().flat_map(|rule| rule.limits).map(|limit| (limit.key, *limit)).collect();
        let mut overrides = BTreeMap::new();
        for (key, value) in wanted {
            let Some(limit) = known.get(key.as_str()) else {
                return Err(LimitError::Unknown {
                    key: key.clone(),
                    nearest: nearest(key, known.keys().copied()),
                });
            };
            let (low, high) = limit.range;
            if !(low..=high).contains(value) {
                return Err(LimitError::OutOfRange { key: limit.key, value: *value, low, high });
            }
            overrides.insert(limit.key, *value);
        }
        Ok(Self { overrides })
    }

    /// The limit in force before any comparison with earlier nights.
    pub fn of(&self, limit: &Limit) -> f64 {
        self.overrides.get(limit.key).copied().unwrap_or(limit.default)
    }

    /// The overrides, for the manifest.
    pub fn overrides(&self) -> &BTreeMap<&'static str, f64> {
        &self.overrides
    }
}

#[cfg(test)]
mod tests {

    #[test]
    fn every_ramp_rises_from_any_allowed_limit() {
        for limit in crate::rules::cards().into_iter().flat_map(|rule| rule.limits) {
            let (low, high) = limit.range;
            for part in 0..=10 {
                let in_force = low + (high - low) * f64::from(part) / 10.0;
                let way = (limit.full - limit.default).abs().max(1e-3);
                let towards = if limit.full < limit.default { -way } else { way };
                let ramp = |steps: f64| limit.ramp(in_force + steps * towards, in_force);
                let rises = ramp(0.25) <= ramp(0.5) && ramp(0.5) <= ramp(1e6);
                assert!(rises && ramp(1e6) == 1.0, "{} at {in_force}", limit.key);
            }
        }
        let rho = |value: f64| super::super::client::TYPING_RHO.ramp(value, -0.3);
        assert_eq!((rho(-0.3), rho(-1.0)), (0.0, 1.0));
    }
}
