//! One fit: tables from the training rows, a sample of them, a scorer, and the log-odds put right for the sampling.
//! In: a data set, which rows to train on, a kind, a seed; out: tables and scorer, which never saw another row.
//! Chooses no hyper-parameter by looking at results.

use super::boosted::{self, Growth};
use super::failure::ModelError;
use super::logistic;
use super::matrix::{Dataset, matrix, places, tables};
use super::quantile::Quantiles;
use super::sample::{MOST_ROWS, Sample, sample};
use super::scorer::{Kind, Scorer};
use serde::{Deserialize, Serialize};

/// What a fit is told.
#[derive(Debug, Clone, PartialEq)]
pub struct Hyper {
    /// Kind of model.
    pub kind: Kind,
    /// Seed of sampling and growth.
    pub seed: u64,
    /// How trees are grown.
    pub growth: Growth,
    /// For each feature 1 if more may not lower the log-odds, -1 if it may not raise them.
    pub signs: Vec<i8>,
}

impl Hyper {
    /// How the scorer is fitted, for people.
    pub fn in_words(&self) -> String {
        match self.kind {
            Kind::Logistic => format!("logistic regression over quantiles, L2 penalty {}", logistic::ALPHA),
            Kind::Boosted => {
                let g = &self.growth;
                format!(
                    "{} boosted trees of depth {} over quantiles, rate {}, least leaf weight {}, L2 penalty {}, each of {} of the \
                     rows and {} of the features",
                    g.trees, g.depth, g.rate, g.least_leaf, g.l2, g.rows, g.features
                )
            }
        }
    }
}

/// A fitted scorer as plain data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fitted {
    /// A weight a feature.
    Logistic(logistic::Logistic),
    /// Boosted trees.
    Boosted(super::trees::Boosted),
}

impl Fitted {
    /// As what every model is.
    pub fn scorer(&self) -> &dyn Scorer {
        match self {
            Self::Logistic(model) => model,
            Self::Boosted(model) => model,
        }
    }

    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Logistic(_) => Kind::Logistic,
            Self::Boosted(_) => Kind::Boosted,
        }
    }

    fn shift(&mut self, by: f64) {
        match self {
            Self::Logistic(model) => model.intercept += by,
            Self::Boosted(model) => model.start += by,
        }
    }
}

/// A fit on some rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Tables of the features over those rows.
    pub tables: Vec<Quantiles>,
    /// The scorer over their places.
    pub fitted: Fitted,
    /// What was sampled of them.
    pub sample: Sample,
}

impl Fit {
    /// The log-odds of a row of values.
    pub fn log_odds(&self, values: &[Option<f64>]) -> f64 {
        self.fitted.scorer().log_odds(&places(values, &self.tables))
    }
}

/// Fits a scorer on these rows of the data set.
pub fn fit(data: &Dataset, rows: &[usize], hyper: &Hyper) -> Result<Fit, ModelError> {
    let of = |i: usize| (data.examples[i].name.as_str(), data.examples[i].positive);
    let sample = sample(rows, of, hyper.seed, MOST_ROWS);
    let tables = tables(data, &sample.rows);
    if !tables.iter().any(Quantiles::varies) {
        return Err(ModelError::NoFeature);
    }
    let x = matrix(data, &sample.rows, &tables);
    let positive: Vec<bool> = sample.rows.iter().map(|i| data.examples[*i].positive).collect();
    let mut fitted = match hyper.kind {
        Kind::Logistic => {
            let centers = tables.iter().map(|t| t.center).collect();
            Fitted::Logistic(logistic::fit(&x, &positive, centers, &hyper.signs)?)
        }
        Kind::Boosted => {
            Fitted::Boosted(boosted::fit(&x, &positive, &hyper.signs, &hyper.growth, hyper.seed)?)
        }
    };
    fitted.shift(sample.shift());
    Ok(Fit { tables, fitted, sample })
}
