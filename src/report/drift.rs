//! Whether the log of tonight is like that of an earlier night: every feature that a rule reads, compared over all accounts.
//! In: the feature tables of both nights; out: how far each distribution moved, the furthest first, or why nothing was compared.
//! Says nothing of single accounts; whether a shift holds the night is the policy's to say.

use super::earlier::Earlier;
use super::feature_file::{FeatureFileError, read_feature_columns};
use crate::decision::Shift;
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
    /// Compares tonight's feature table with that of an earlier run; `same_window` is whether both look at as long a time.
    pub fn of(earlier: &Earlier, tonight: &Path, same_window: bool) -> Result<Self, FeatureFileError> {
        let not = |why: &str| Self { features: Vec::new(), not_compared: Some(why.to_owned()) };
        if !same_window {
            return Ok(not("the windows or look-backs are of different length"));
        }
        let names = names();
        let mut features = Vec::new();
        for some in names.chunks(AT_ONCE) {
            let before = match read_feature_columns(&earlier.features(), some) {
                Ok(table) => table,
                Err(FeatureFileError::OtherCards { .. }) => {
                    return Ok(not("the earlier features were made by other cards"));
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

/// The features that rules read, by name.
fn names() -> Vec<&'static str> {
    let of = |rule: &'static rules::Rule| {
        rule.limits.iter().map(|limit| limit.feature.name).chain(rule.uses.iter().map(|card| card.name))
    };
    let all: BTreeSet<&str> = rules::in_force().iter().flat_map(|rule| of(rule)).collect();
    all.into_iter().collect()
}
