//! Reads an artifact back and believes nothing in it: layout, keys, cards, sizes, numbers.
//! In: JSON text; out: an artifact that every later step can trust, or an error that names the key at fault.
//! Repairs nothing.

use super::artifact::{Artifact, LAYOUT, Weighed};
use super::failure::ModelError;
use super::quantile::Quantiles;
use super::train::Fitted;
use super::trees::are_log_odds;
use crate::domain::nearest;
use crate::features::FeatureTable;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// A larger weight is none that training gives.
const MOST_WEIGHT: f64 = 1e9;

const KEYS: [&str; 9] =
    ["layout", "made_with", "kind", "cards", "features", "scorer", "calibration", "training", "outcome"];

fn malformed(key: &str, problem: impl std::fmt::Display) -> ModelError {
    ModelError::Malformed { key: key.to_owned(), problem: problem.to_string() }
}

fn take<T: DeserializeOwned>(map: &mut Map<String, Value>, key: &str) -> Result<T, ModelError> {
    let value = map.remove(key).ok_or_else(|| malformed(key, "is missing"))?;
    serde_json::from_value(value).map_err(|e| malformed(key, e))
}

impl Artifact {
    /// Reads an artifact; the error names the key at fault.
    pub fn from_json(text: &str) -> Result<Self, ModelError> {
        let mut map: Map<String, Value> =
            serde_json::from_str(text).map_err(|e| malformed("(the file)", e))?;
        if let Some(key) = map.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let offer = nearest(key, KEYS).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            return Err(malformed(key, format!("is no key of a model{offer}")));
        }
        let layout: u64 = take(&mut map, "layout")?;
        if layout != LAYOUT {
            return Err(ModelError::OtherLayout { found: layout, expected: LAYOUT });
        }
        let read = Self {
            layout,
            made_with: take(&mut map, "made_with")?,
            kind: take(&mut map, "kind")?,
            cards: take(&mut map, "cards")?,
            features: take(&mut map, "features")?,
            scorer: take(&mut map, "scorer")?,
            calibration: take(&mut map, "calibration")?,
            training: take(&mut map, "training")?,
            outcome: take(&mut map, "outcome")?,
        };
        read.check().map_err(|(key, problem)| malformed(key, problem))?;
        Ok(read)
    }

    /// Refuses a model of other cards, or of none.
    pub fn check_cards(&self) -> Result<(), ModelError> {
        let expected = FeatureTable::fingerprint();
        match &self.cards {
            Some(found) if *found == expected => Ok(()),
            Some(found) => Err(ModelError::OtherCards { found: found.clone(), expected }),
            None => Err(ModelError::NoCards),
        }
    }

    fn check(&self) -> Result<(), (&'static str, String)> {
        let n = self.features.len();
        if n == 0 {
            return Err(("features", "a model without features".to_owned()));
        }
        if let Some((name, problem)) =
            self.features.iter().find_map(|f| Some((&f.name, table_problem(&f.table)?)))
        {
            return Err(("features", format!("{name}: {problem}")));
        }
        let allowed = |f: &Weighed| if f.table.varies() { 0.0..=MOST_WEIGHT } else { 0.0..=0.0 };
        let weighs = |f: &Weighed| allowed(f).contains(&f.weight) && f.direction.is_finite();
        if let Some(bad) = self.features.iter().find(|f| !weighs(f)) {
            return Err(("features", format!("{}: no training gives it that weight", bad.name)));
        }
        let mut names: Vec<&str> = self.features.iter().map(|f| f.name.as_str()).collect();
        names.sort_unstable();
        if let Some(twice) = names.windows(2).find(|w| w[0] == w[1]) {
            return Err(("features", format!("{} stands there twice", twice[0])));
        }
        let problem = self.scorer_problem();
        if let Some(problem) = problem {
            return Err(("scorer", problem));
        }
        if self.scorer.kind() != self.kind {
            return Err(("kind", "is not that of the scorer".to_owned()));
        }
        if self.training.has_simulated_labels() && !self.training.simulated {
            return Err((
                "training",
                "simulated labels teach nothing of real accounts; train again".to_owned(),
            ));
        }
        if !is_sampled(self.training.positive_sampled) || !is_sampled(self.training.other_sampled) {
            return Err(("training", "a sampled share lies between 0 and 1".to_owned()));
        }
        if self.outcome.watch_from.is_some_and(|from| !are_log_odds(from)) {
            return Err(("outcome", "watch_from is no log-odds".to_owned()));
        }
        let Some(c) = &self.calibration else { return Ok(()) };
        let share = |p: f64| 0.0 < p && p < 1.0;
        let blocks = c.blocks.iter().all(|b| b.from.is_finite() && 0 < b.n && b.positive <= b.n);
        let rising = c.blocks.windows(2).all(|w| w[0].from < w[1].from);
        if c.blocks.is_empty()
            || !blocks
            || !rising
            || !share(c.labels_rate)
            || !c.base_rate.is_none_or(share)
        {
            return Err(("calibration", "steps must rise and rates lie between 0 and 1".to_owned()));
        }
        Ok(())
    }

    /// What is wrong with the scorer, if anything is.
    fn scorer_problem(&self) -> Option<String> {
        let n = self.features.len();
        match &self.scorer {
            Fitted::Logistic(l) => {
                let name = |j: usize| self.features[j].name.as_str();
                if l.weights.len() != n || l.centers.len() != n {
                    Some(format!(
                        "{} weights and {} centers for {n} features",
                        l.weights.len(),
                        l.centers.len()
                    ))
                } else if !are_log_odds(l.intercept) {
                    Some("intercept is no log-odds".to_owned())
                } else if let Some(j) = l.weights.iter().position(|weight| !are_log_odds(*weight)) {
                    Some(format!("the weight of {} is no log-odds", name(j)))
                } else if let Some(j) = (0..n).find(|j| l.centers[*j] != self.features[*j].table.center) {
                    Some(format!("the center of {} is not that of its table", name(j)))
                } else {
                    let idle = |j: &usize| !self.features[*j].table.varies() && l.weights[*j] != 0.0;
                    (0..n).find(idle).map(|j| format!("{} weighs and never differed in training", name(j)))
                }
            }
            Fitted::Boosted(b) if !are_log_odds(b.start) => Some("start is no log-odds".to_owned()),
            Fitted::Boosted(b) => b.trees.iter().find_map(|tree| tree.problem(n)),
        }
    }
}

/// Whether a share of accounts may have been sampled.
fn is_sampled(share: f64) -> bool {
    0.0 < share && share <= 1.0
}

/// What is wrong with a table, if anything is.
fn table_problem(table: &Quantiles) -> Option<&'static str> {
    let rising = table.values.windows(2).all(|w| w[0] < w[1]) && table.places.is_sorted();
    if !rising || table.values.len() != table.places.len() {
        return Some("values and places must rise and be as many");
    }
    if !table.values.iter().all(|v| v.is_finite()) || !table.places.iter().all(|p| (0.0..=1.0).contains(p)) {
        return Some("a value is no number, or a place lies outside 0 to 1");
    }
    if table.n < table.values.len() {
        return Some("more values than training rows");
    }
    // What an absent value counts as is no choice of its own: it follows from the rest.
    if !(table.holds(table.median) || table.values.is_empty() && table.median == 0.0) {
        return Some("the median lies outside the values");
    }
    let off = (table.center - table.place(table.median)).abs();
    (1e-9 <= off).then_some("the center is not the place of the median")
}
