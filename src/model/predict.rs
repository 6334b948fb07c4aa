//! What a model says of one account: log-odds with their reasons, a chance if earned, how far it may lift.
//! In: a checked artifact and a feature row; out: what it says, or that it abstains.
//! Decides nothing: a policy and the rules stand above it.

use super::artifact::Artifact;
use super::failure::ModelError;
use super::matrix::{Dataset, places};
use super::quantile::Quantiles;
use crate::domain::{LogOdds, Probability};
use crate::features::{AccountFeatures, Feature, cards};

/// Contributions that are kept of an account.
const MOST_KEPT: usize = 3;

/// Share of what a model weighs that must be present, or it abstains [S].
const LEAST_PRESENT: f64 = 0.5;

/// Share of the present values that may lie outside the training range, or it abstains [S].
const MOST_OUTSIDE: f64 = 0.1;

/// How far a model may lift a verdict at most; it never lowers one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lift {
    /// Nowhere.
    None,
    /// To `watch`.
    Watch,
    /// To `review`.
    Review,
}

/// A chance with its 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance {
    /// The chance.
    pub p: Probability,
    /// Lower end.
    pub low: Probability,
    /// Upper end.
    pub high: Probability,
}

/// What one value adds to the log-odds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// The feature.
    pub feature: &'static Feature,
    /// Its value.
    pub observed: f64,
    /// What it adds.
    pub log_odds: f64,
    /// The training median.
    pub median: f64,
    /// Share of training accounts below it, ties counting half.
    pub place: f64,
    /// Training accounts that have the feature.
    pub n: usize,
}

/// What a model says of one account.
#[derive(Debug, Clone, PartialEq)]
pub struct Says {
    /// Its output.
    pub log_odds: LogOdds,
    /// The chance, where an artifact holds one.
    pub chance: Option<Chance>,
    /// Whether it learned from simulated accounts.
    pub simulated: bool,
    /// How far it may lift.
    pub lift: Lift,
    /// What raises the log-odds most, the largest first.
    pub raising: Vec<Contribution>,
}

/// An artifact ready to judge accounts of a log.
#[derive(Debug, Clone)]
pub struct Model {
    artifact: Artifact,
    id: String,
    cards: Vec<&'static Feature>,
    tables: Vec<Quantiles>,
    weight: f64,
}

impl Model {
    /// Reads an artifact and refuses one of other cards.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        Self::new(Artifact::from_json(text)?)
    }

    /// A model of an artifact, if it was trained on these cards.
    pub fn new(artifact: Artifact) -> Result<Self, ModelError> {
        artifact.check_cards()?;
        let all = cards();
        let card = |name: &String| all.iter().copied().find(|card| card.name == name);
        let mut used = Vec::new();
        for feature in &artifact.features {
            used.push(card(&feature.name).ok_or_else(|| ModelError::Malformed {
                key: "features".to_owned(),
                problem: format!("{} is no feature", feature.name),
            })?);
        }
        let tables = artifact.features.iter().map(|f| f.table.clone()).collect();
        let weight = artifact.features.iter().map(|f| f.weight).sum();
        Ok(Self { id: artifact.id(), artifact, cards: used, tables, weight })
    }

    /// Its name in results.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The data it consists of.
    pub fn artifact(&self) -> &Artifact {
        &self.artifact
    }

    /// What it says of an account; none where it abstains.
    pub fn says(&self, row: &AccountFeatures) -> Option<Says> {
        let values = Dataset::values(row, &self.cards);
        if !self.is_supported(&values) {
            return None;
        }
        let places = places(&values, &self.tables);
        let scorer = self.artifact.scorer.scorer();
        let mut parts = vec![0.0; values.len()];
        scorer.contribute(&places, &mut parts);
        let log_odds = scorer.base() + parts.iter().sum::<f64>();
        let told = self.artifact.training.simulated || self.artifact.is_calibrated();
        let chance = self.artifact.calibration.as_ref().filter(|_| told).and_then(|c| {
            let (p, low, high) = c.chance(log_odds);
            Some(Chance {
                p: Probability::new(p)?,
                low: Probability::new(low)?,
                high: Probability::new(high)?,
            })
        });
        Some(Says {
            log_odds: LogOdds::new(log_odds)?,
            lift: self.lift(log_odds, chance),
            chance,
            simulated: self.artifact.training.simulated,
            raising: self.raising(&values, &places, &parts),
        })
    }

    /// Far from everything it learned from, or with half of it missing, a model has nothing to say.
    fn is_supported(&self, values: &[Option<f64>]) -> bool {
        let (mut present, mut weight, mut outside) = (0.0, 0.0, 0.0);
        for ((value, table), feature) in values.iter().zip(&self.tables).zip(&self.artifact.features) {
            let Some(value) = value.filter(|_| 0.0 < feature.weight) else { continue };
            present += 1.0;
            weight += feature.weight;
            outside += f64::from(u8::from(!table.holds(value)));
        }
        0.0 < present && LEAST_PRESENT * self.weight <= weight && outside <= MOST_OUTSIDE * present
    }

    fn lift(&self, log_odds: f64, chance: Option<Chance>) -> Lift {
        let likely = chance.is_some_and(|c| 0.5 <= c.low.get());
        match self.artifact.outcome.watch_from {
            _ if self.artifact.is_calibrated() && likely => Lift::Review,
            Some(from) if from <= log_odds => Lift::Watch,
            _ => Lift::None,
        }
    }

    fn raising(&self, values: &[Option<f64>], places: &[Option<f64>], parts: &[f64]) -> Vec<Contribution> {
        let mut all: Vec<Contribution> = (0..parts.len())
            .filter(|j| 0.0 < parts[*j])
            .filter_map(|j| {
                let (observed, place, table) = (values[j]?, places[j]?, &self.tables[j]);
                let feature = self.cards[j];
                Some(Contribution {
                    feature,
                    observed,
                    log_odds: parts[j],
                    median: table.median,
                    place,
                    n: table.n,
                })
            })
            .collect();
        all.sort_by(|a, b| b.log_odds.total_cmp(&a.log_odds).then(a.feature.name.cmp(b.feature.name)));
        all.truncate(MOST_KEPT);
        all
    }
}
