//! Lays a model's output beside the rules' sub-scores, and turns what raised it into reasons of the same ranking.
//! In: a score card and what a model said about the account; out: the card with it, and a reason for each contribution.
//! Never mixes the two: sub-scores come from rules alone and stay replayable without a model.

use super::reason::Reason;
use super::score_card::ScoreCard;
use super::words;
use crate::domain::AgreementFamily;
use crate::features::{Family, Mark, Unit};
use crate::model::{Contribution, Lift, Says};
use crate::rules::RUN_WINDOW;

/// The code of reasons that a model gives.
pub const MODEL_CODE: &str = "MODEL";

/// Points that a contribution of one to the log-odds ranks like (ours, S): two nats are about what one strong rule adds.
pub const POINTS_PER_NAT: f64 = 10.0;

/// The card with what the model said, if it said anything.
pub fn fuse(card: ScoreCard, says: Option<Says>) -> ScoreCard {
    ScoreCard { model: says, ..card }
}

/// What raised the log-odds most, where the model speaks against the account at all; unranked.
pub(super) fn model_reasons(card: &ScoreCard) -> Vec<Reason> {
    let Some(says) = card.model.as_ref().filter(|says| says.lift != Lift::None) else { return Vec::new() };
    says.raising.iter().map(|part| reason(part, says.simulated)).collect()
}

fn reason(part: &Contribution, simulated: bool) -> Reason {
    let card = part.feature;
    let family = family(card.family);
    let (value, median) = (words::value(part.observed, card.unit), words::value(part.median, card.unit));
    Reason {
        rank: 0,
        code: MODEL_CODE,
        stage: if family == AgreementFamily::Registration { "registration" } else { "messaging" },
        family: family.name(),
        statement: format!(
            "learned from {}labels: {} of {value} adds {} to the log-odds; at or below it lie {} of the {} accounts it was \
             learned from",
            if simulated { "simulated " } else { "" },
            card.name,
            words::value(part.log_odds, Unit::Ratio),
            words::value(part.place, Unit::Share),
            part.n
        ),
        feature: card.name,
        observed: Some(part.observed),
        threshold: part.median,
        n: None,
        unit: card.unit,
        window: RUN_WINDOW.to_owned(),
        peer_percentile: None,
        contribution: POINTS_PER_NAT * part.log_odds,
        source_mark: Mark::Ours.letter().to_owned(),
        counterfactual: format!("would hardly add anything at the training median of {median}"),
    }
}

/// The kind of evidence that a feature of this family belongs to.
fn family(family: Family) -> AgreementFamily {
    match family {
        Family::Rate => AgreementFamily::Rate,
        Family::Volume | Family::Fanout => AgreementFamily::Reach,
        Family::Timing | Family::Client => AgreementFamily::Timing,
        Family::Contact => AgreementFamily::Contact,
        Family::Content => AgreementFamily::Content,
        Family::Lifecycle | Family::Registration => AgreementFamily::Registration,
        Family::Groups => AgreementFamily::Groups,
        Family::Feedback => AgreementFamily::Feedback,
        Family::Coordination => AgreementFamily::Coordination,
    }
}
