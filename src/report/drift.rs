//! Whether the log of tonight is like that of an earlier night: every feature that a rule reads, compared over all accounts.
//! In: the feature tables of both nights; out: how far each distribution moved, the furthest first, or why nothing was compared.
//! Says nothing of single accounts; whether a shift holds the night is the policy's to say.

use super::earlier::Earlier;
use super::feature_file::{FeatureFileError, read_feature_columns};
use crate::decision::Shift;
use crate::domain::{DAY_US, Timestamp};
use crate::rules;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Features whose columns are held in memory at once.
const AT_ONCE: usize = 8;
/// Shifts that the manifest tells in full.
const MOST_TOLD: usize = 20;

/// How far the features of a night lie from those of an earlier one.
#[derive(Debug, Clone, PartialEq)]
pub struct Drift {
    /// Each compared feature with its shift, the furthest first.
    pub features: Vec<(&'static str, Shift)>,
    /// Why nothing was compared; none where something was.
    pub not_compared: Option<String>,
}

impl Drift {
    /// Nothing compared, and why.
    pub fn not_compared(why: &str) -> Self {
        Self { features: Vec::new(), not_compared: Some(why.to_owned()) }
    }

    /// Compares tonight's feature table with that of an earlier run of the same span.
    pub fn of(earlier: &Earlier, tonight: &Path) -> Result<Self, FeatureFileError> {
        let names = names();
        let mut features = Vec::new();
        for some in names.chunks(AT_ONCE) {
            let before = match read_feature_columns(&earlier.features(), some) {
                Ok(table) => table,
                Err(FeatureFileError::OtherCards { .. }) => {
                    return Ok(Self::not_compared("the earlier features were made by other cards"));
                }
                Err(error) => return Err(error),
            };
            let now = read_feature_columns(tonight, some)?;
            for name in some {
                let shift = Shift::of(&before.floats(name)?, &now.floats(name)?, names.len());
                features.push((*name, shift));
            }
        }
        features.sort_by(|(a, x), (b, y)| {
            y.at_least.total_cmp(&x.at_least).then(y.distance.total_cmp(&x.distance)).then(a.cmp(b))
        });
        Ok(Self { features, not_compared: None })
    }

    /// The feature that moved furthest for sure.
    pub fn furthest(&self) -> Option<(&'static str, Shift)> {
        self.features.first().copied()
    }

    /// Flat numbers.
    pub fn metrics(&self) -> BTreeMap<String, f64> {
        let mut flat = BTreeMap::from([("drift.features".to_owned(), self.features.len() as f64)]);
        for (name, shift) in &self.features {
            flat.insert(format!("drift.{name}.distance"), shift.distance);
            flat.insert(format!("drift.{name}.at_least"), shift.at_least);
        }
        if let Some((_, shift)) = self.furthest() {
            flat.insert("drift.at_least".to_owned(), shift.at_least);
            flat.insert("drift.accounts_before".to_owned(), shift.n[0] as f64);
            flat.insert("drift.accounts_now".to_owned(), shift.n[1] as f64);
        }
        flat
    }

    /// As the manifest tells it.
    pub fn as_json(&self, bound: Option<f64>) -> Value {
        let row = |(name, shift): &(&str, Shift)| {
            let mut row = json!({ "feature": name });
            if let (Some(row), Ok(Value::Object(shift))) = (row.as_object_mut(), serde_json::to_value(shift))
            {
                row.extend(shift);
            }
            row
        };
        json!({
            "measure": "two-sample Kolmogorov-Smirnov distance, absent values below all others; at_least: less what chance leaves, 99.9 % for all features together",
            "bound": bound,
            "features": self.features.len(),
            "not_compared": self.not_compared,
            "furthest": self.features.iter().take(MOST_TOLD).map(row).collect::<Vec<_>>(),
        })
    }
}

/// Whether two manifests' logs both cover a look-back before the night's end, or neither does: what is surely new is absent
/// everywhere until then, so that the night on which it begins differs from the one before in nothing but that.
pub(super) fn same_cover(a: &Value, b: &Value) -> bool {
    let covers = |manifest: &Value| {
        let window = &manifest["window"];
        let moment = |key: &str| Timestamp::parse(window[key].as_str()?).map(|t| t.0);
        let lookback_us = window["lookback_days"].as_f64()? * DAY_US as f64;
        Some(moment("log_start")? as f64 + lookback_us < moment("to")? as f64)
    };
    covers(a) == covers(b)
}

/// The features that rules read, by name.
fn names() -> Vec<&'static str> {
    let of = |rule: &'static rules::Rule| {
        rule.limits.iter().map(|limit| limit.feature.name).chain(rule.uses.iter().map(|card| card.name))
    };
    let all: BTreeSet<&str> = rules::in_force().iter().flat_map(|rule| of(rule)).collect();
    all.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_night_on_which_the_look_back_is_covered_first_is_compared_with_none_before() {
        let log = |log_start: &str, to: &str| json!({ "window": { "log_start": log_start, "to": to, "lookback_days": 90.0 } });
        let start = "2022-02-28T00:00:00Z";
        let young = log(start, "2022-05-28T00:00:00Z");
        let grown = log(start, "2022-05-31T00:00:00Z");
        assert!(!same_cover(&young, &grown));
        assert!(
            same_cover(&young, &log(start, "2022-05-29T00:00:00Z")),
            "exactly covered is nothing after it yet"
        );
        assert!(same_cover(&grown, &log(start, "2022-06-01T00:00:00Z")));
    }
}
