//! A trained model as plain data: features with their tables, the scorer, calibration, and how all of it came to be.
//! In: fits and what was measured; out: JSON with the same bytes for the same training, named by its digest.
//! Carries no clock, no path and no account.

use super::calibrate::Calibration;
use super::quantile::Quantiles;
use super::scorer::Kind;
use super::train::Fitted;
use serde::{Deserialize, Serialize};

/// The layout of the artifact; another number is refused.
pub const LAYOUT: u64 = 2;

/// A feature with its table and how much it weighs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weighed {
    /// Its name.
    pub name: String,
    /// Mean size of its contribution over training rows, log-odds.
    pub weight: f64,
    /// Mean contribution above the training median less that below: its direction.
    pub direction: f64,
    /// Places of its values.
    pub table: Quantiles,
}

/// A file that was learned from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// Its name, without folders.
    pub file: String,
    /// blake3 of its bytes.
    pub digest: String,
}

/// How the model came to be.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trained {
    /// What was read.
    pub inputs: Vec<Origin>,
    /// Whether the labels come from simulated accounts.
    pub simulated: bool,
    /// Where the labels come from, by their own word.
    pub label_sources: Vec<String>,
    /// Labels that count as positive.
    pub positive_labels: Vec<String>,
    /// Positive accounts.
    pub positive_n: usize,
    /// Other accounts.
    pub negative_n: usize,
    /// Labels of accounts without a feature row.
    pub unknown_n: usize,
    /// Accounts left out because their labels contradict each other.
    pub conflicting_n: usize,
    /// Feature rows without a label.
    pub unlabeled_n: usize,
    /// Until when labels had to be known, RFC 3339.
    #[serde(default)]
    pub labels_until: Option<String>,
    /// Rows of labels that were known only later, left out.
    #[serde(default)]
    pub later_n: usize,
    /// How sure labels had to be.
    #[serde(default)]
    pub least_confidence: f64,
    /// Rows of labels that were less sure, left out.
    #[serde(default)]
    pub unsure_n: usize,
    /// Groups of accounts that were kept together.
    pub groups_n: usize,
    /// Share of positive accounts that were sampled for the last fit.
    pub positive_sampled: f64,
    /// Share of the others.
    pub other_sampled: f64,
    /// Seed of folds, sampling and growth.
    pub seed: u64,
    /// Folds.
    pub folds: usize,
    /// Repeats of cross-validation.
    pub repeats: usize,
    /// How the scorer was fitted, in words.
    pub fitted_by: String,
    /// Features and families left out on request.
    pub without: Vec<String>,
    /// Features answered for although they nearly equal the label.
    pub not_a_leak: Vec<String>,
    /// Features of which more never lowers the log-odds.
    #[serde(default)]
    pub never_lower: Vec<String>,
    /// Features of which more never raises them.
    #[serde(default)]
    pub never_raise: Vec<String>,
}

impl Trained {
    /// Whether labels call themselves simulated, as those of the program's own simulator do.
    pub fn has_simulated_labels(&self) -> bool {
        self.label_sources.iter().any(|source| source.trim().eq_ignore_ascii_case("simulated"))
    }
}

/// A measured number with its interval.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Metric {
    /// What was measured.
    pub name: String,
    /// The number.
    pub value: f64,
    /// Lower end of the 95 % interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Accounts behind it.
    pub n: usize,
}

/// What was measured out of fold.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The numbers.
    pub metrics: Vec<Metric>,
    /// Log-odds that one of a hundred negatives reached out of fold; from here on the model lifts to `watch`.
    pub watch_from: Option<f64>,
}

/// A trained model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Artifact {
    /// Layout of this file.
    pub layout: u64,
    /// Version of the program that trained it.
    pub made_with: String,
    /// Kind of model.
    pub kind: Kind,
    /// Fingerprint of the feature cards; none for a plain table.
    pub cards: Option<String>,
    /// Its features, in the order of the scorer.
    pub features: Vec<Weighed>,
    /// The scorer.
    pub scorer: Fitted,
    /// Chances, where labels earned them.
    pub calibration: Option<Calibration>,
    /// How it came to be.
    pub training: Trained,
    /// What was measured.
    pub outcome: Outcome,
}

impl Artifact {
    /// Canonical JSON: same training, same bytes.
    pub fn to_json(&self) -> String {
        // Finite numbers and string keys always serialize.
        serde_json::to_string(self).unwrap_or_default() + "\n"
    }

    /// Kind and digest: the name under which results mention it.
    pub fn id(&self) -> String {
        let kind = match self.kind {
            Kind::Logistic => "logistic",
            Kind::Boosted => "boosted",
        };
        format!("{kind}-{}", &blake3::hash(self.to_json().as_bytes()).to_hex()[..12])
    }

    /// Features by weight, the heaviest first.
    pub fn heaviest(&self) -> Vec<&Weighed> {
        let mut all: Vec<&Weighed> = self.features.iter().filter(|f| 0.0 < f.weight).collect();
        all.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.name.cmp(&b.name)));
        all
    }

    /// Whether its chances hold for real accounts: calibrated on an operator's labels, at a stated base rate.
    pub fn is_calibrated(&self) -> bool {
        !self.training.simulated && self.calibration.as_ref().is_some_and(|c| c.base_rate.is_some())
    }
}
