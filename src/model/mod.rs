//! Learned scores: feature rows and known outcomes become an artifact, the artifact becomes log-odds with reasons.
//! In: feature rows, labels as yes or no, a seed; out: out-of-fold scores, a plain-data artifact, and what it says of a row.
//! Reads no file, knows no policy and no verdict; the only stage that knows linfa, ndarray and the boosting crate.

mod admitted;
mod artifact;
mod artifact_read;
mod boosted;
mod calibrate;
mod cross;
mod failure;
mod folds;
mod logistic;
mod matrix;
mod predict;
mod quantile;
mod sample;
mod scorer;
#[cfg(test)]
mod tests;
mod train;
mod trees;

pub use admitted::{Direction, admitted, direction, why_left_out};
pub use artifact::{Artifact, LAYOUT, Metric, Origin, Outcome, Trained, Weighed};
pub use calibrate::{Block, Calibration, LEAST_EACH, corrected};
pub use cross::{CrossSettings, OutOfFold, cross_validate};
pub use failure::ModelError;
pub use folds::{Member, folds};
pub use matrix::{Dataset, Example};
pub use predict::{Chance, Contribution, Lift, Model, Says};
pub use quantile::Quantiles;
pub use sample::{MOST_ROWS, Sample, sample};
pub use scorer::{Kind, Scorer};
pub use train::{Fit, Hyper, fit};
