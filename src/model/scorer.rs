//! The one trait of all models: a row of places becomes log-odds and what each feature adds to them.
//! In: places of a row's values, absent ones as none; out: a base and one contribution a feature.
//! Log-odds are defined as their sum, so that no reason can be missing and none invented.

use crate::domain::Word;
use serde::{Deserialize, Serialize};

/// A kind of model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A weight a feature.
    Logistic,
    /// Boosted trees.
    Boosted,
}

impl Word for Kind {
    const ALL: &'static [(&'static str, Self)] = &[("logistic", Self::Logistic), ("boosted", Self::Boosted)];
}

/// A fitted model over places.
pub trait Scorer {
    /// Log-odds before any feature is looked at.
    fn base(&self) -> f64;

    /// Adds what each feature contributes; an absent value contributes nothing of its own.
    fn contribute(&self, places: &[Option<f64>], into: &mut [f64]);

    /// The log-odds: base and contributions, added in the order of features.
    fn log_odds(&self, places: &[Option<f64>]) -> f64 {
        let mut parts = vec![0.0; places.len()];
        self.contribute(places, &mut parts);
        self.base() + parts.iter().sum::<f64>()
    }
}
