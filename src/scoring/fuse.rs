//! Lays a model's output beside the rules' sub-scores.
//! In: a score card and what a model said about the account; out: the same card with log-odds and a calibrated chance.
//! Never mixes the two: sub-scores come from rules alone and stay replayable without a model.

use super::score_card::ScoreCard;
use crate::domain::{LogOdds, Probability};

/// What a model says about one account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ModelSays {
    /// Its output.
    pub log_odds: LogOdds,
    /// The calibrated chance with its interval, if the model is calibrated.
    pub chance: Option<(Probability, Probability, Probability)>,
}

/// The card with the model's output: chance, low and high end.
pub fn fuse(mut card: ScoreCard, model: Option<ModelSays>) -> ScoreCard {
    if let Some(says) = model {
        card.log_odds = Some(says.log_odds);
        card.p_abuse = says.chance.map(|(p, _, _)| p);
        card.p_interval = says.chance.map(|(_, low, high)| (low, high));
    }
    card
}
