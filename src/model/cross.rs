//! Cross-validation: every account is scored by a model that saw neither it nor its group.
//! In: a data set, folds, repeats, a kind; out: out-of-fold log-odds with the fold of each account.
//! Fits tables, sample and scorer inside each fold; measures nothing.

use super::failure::ModelError;
use super::folds::{Member, folds};
use super::matrix::Dataset;
use super::train::{Hyper, fit};
use rayon::prelude::*;

/// How often and into how many parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrossSettings {
    /// Folds.
    pub folds: usize,
    /// Repeats with other folds.
    pub repeats: usize,
}

/// The out-of-fold scores of one repeat, in the order of the examples.
#[derive(Debug, Clone, PartialEq)]
pub struct OutOfFold {
    /// The fold of each account.
    pub folds: Vec<usize>,
    /// Its log-odds by the model of the other folds.
    pub log_odds: Vec<f64>,
}

/// Scores every account out of fold, once a repeat.
pub fn cross_validate(
    data: &Dataset,
    hyper: &Hyper,
    settings: CrossSettings,
) -> Result<Vec<OutOfFold>, ModelError> {
    let (positive, all) = (data.positives(), data.examples.len());
    if positive.min(all - positive) < settings.folds {
        return Err(ModelError::TooFew { positive, negative: all - positive, folds: settings.folds });
    }
    let members: Vec<Member> = data
        .examples
        .iter()
        .map(|e| Member { name: &e.name, positive: e.positive, group: e.group })
        .collect();
    let repeats: Vec<Vec<usize>> =
        (0..settings.repeats).map(|r| folds(&members, settings.folds, hyper.seed, r)).collect();
    let tasks: Vec<(usize, usize)> =
        (0..settings.repeats).flat_map(|r| (0..settings.folds).map(move |f| (r, f))).collect();
    let scored: Vec<Vec<(usize, f64)>> = tasks
        .into_par_iter()
        .with_max_len(1)
        .map(|(repeat, fold)| {
            let of = &repeats[repeat];
            let (test, train): (Vec<usize>, Vec<usize>) = (0..all).partition(|i| of[*i] == fold);
            let fit = fit(data, &train, hyper)?;
            Ok(test.into_iter().map(|i| (i, fit.log_odds(&data.examples[i].values))).collect())
        })
        .collect::<Result<_, ModelError>>()?;
    let mut scored = scored.into_iter();
    Ok(repeats
        .into_iter()
        .map(|folds| {
            let mut log_odds = vec![0.0; all];
            scored.by_ref().take(settings.folds).flatten().for_each(|(i, score)| log_odds[i] = score);
            OutOfFold { folds, log_odds }
        })
        .collect())
}
