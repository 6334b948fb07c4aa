//! The data flow of learning: refuse leaks, cross-validate, measure, fit on everything, calibrate, write the artifact.
//! In: labeled examples, wishes and where they come from; out: an artifact with its measurements, and out-of-fold scores.
//! Computes little of its own: folds and fits belong to `model`, metrics to `evaluate`.

mod card;
mod labels;
mod measure;
mod plain;
#[cfg(test)]
mod tests;

pub use card::card;
pub use labels::{Labeled, examples};
pub use plain::{PlainColumns, PlainError, plain_table};

use crate::domain::nearest;
use crate::evaluate::{Scored, auroc, score_at_fpr};
use crate::features::{FeatureTable, cards};
use crate::model::{
    Artifact, Calibration, CrossSettings, Dataset, Direction, Fit, Hyper, Kind, LAYOUT, ModelError,
    OutOfFold, Outcome, Trained, Weighed, cross_validate, direction, fit,
};

/// A single feature that ranks the labels better than this was probably made from them.
pub const LEAK_AUROC: f64 = 0.99;

/// Negatives of whom one in this many may be lifted to `watch` out of fold [S].
const ONE_IN: usize = 100;

/// Rows over which a feature's weight is averaged.
const WEIGHED_OVER: usize = 5_000;

/// What training is told.
#[derive(Debug, Clone)]
pub struct Wishes {
    /// Kind of model.
    pub kind: Kind,
    /// Folds and repeats.
    pub cross: CrossSettings,
    /// Seed of everything random.
    pub seed: u64,
    /// Share of positives where the model will be used.
    pub base_rate: Option<f64>,
    /// Features or families to leave out.
    pub without: Vec<String>,
    /// Features answered for although they nearly equal the label.
    pub not_a_leak: Vec<String>,
    /// Features of which more may never lower the log-odds, beside those whose cards demand it.
    pub raises: Vec<String>,
    /// Features of which more may never raise them, likewise.
    pub lowers: Vec<String>,
    /// Whether the features are cards of this program.
    pub of_cards: bool,
}

/// A trained model and the scores it was measured by.
#[derive(Debug)]
pub struct Training {
    /// The artifact.
    pub artifact: Artifact,
    /// Out-of-fold scores, once a repeat.
    pub out_of_fold: Vec<OutOfFold>,
    /// The examples they belong to.
    pub data: Dataset,
}

/// Trains, measures and describes a model; `origin` says where the examples come from.
pub fn train(data: Dataset, wishes: &Wishes, origin: Trained) -> Result<Training, ModelError> {
    let data = left_out(data, wishes)?;
    refuse_leaks(&data, &wishes.not_a_leak)?;
    let hyper = hyper(&data, wishes)?;
    let out_of_fold = cross_validate(&data, &hyper, wishes.cross)?;
    let all: Vec<usize> = (0..data.examples.len()).collect();
    let last = fit(&data, &all, &hyper)?;
    let scored = measure::scored(&data, &out_of_fold[0]);
    let pairs: Vec<(f64, bool)> = scored.iter().map(|s| (s.score, s.positive)).collect();
    let calibration = Calibration::of(&pairs, wishes.base_rate);
    let mut metrics = measure::ranking(&data, &out_of_fold);
    metrics.extend(measure::calibration(&data, &out_of_fold[0]));
    let artifact = Artifact {
        layout: LAYOUT,
        made_with: env!("CARGO_PKG_VERSION").to_owned(),
        kind: wishes.kind,
        cards: wishes.of_cards.then(FeatureTable::fingerprint),
        features: weighed(&data, &last),
        calibration,
        training: trained(&data, wishes, &hyper, &last, origin),
        outcome: Outcome { metrics, watch_from: watch_from(&scored) },
        scorer: last.fitted,
    };
    Ok(Training { artifact, out_of_fold, data })
}

/// The data set without what was asked to be left out; a name that fits nothing is an error.
fn left_out(data: Dataset, wishes: &Wishes) -> Result<Dataset, ModelError> {
    let family = |name: &str| {
        let card = cards().into_iter().find(|card| card.name == name);
        card.and_then(|card| serde_json::to_value(card.family).ok()?.as_str().map(str::to_owned))
    };
    let families: Vec<Option<String>> =
        data.features.iter().map(|name| if wishes.of_cards { family(name) } else { None }).collect();
    let named = [&wishes.without, &wishes.not_a_leak, &wishes.raises, &wishes.lowers];
    for name in named.into_iter().flatten() {
        let is_family = families.iter().flatten().any(|f| f == name) && wishes.without.contains(name);
        if !is_family && !data.features.contains(name) {
            let valid = data.features.iter().chain(families.iter().flatten()).map(String::as_str);
            let offer =
                nearest(name, valid).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
            return Err(ModelError::UnknownFeature { name: name.clone(), offer });
        }
    }
    let of: Vec<(&String, &Option<String>)> = data.features.iter().zip(&families).collect();
    let gone: Vec<&str> = of
        .into_iter()
        .filter(|(name, family)| {
            wishes.without.contains(name) || family.as_ref().is_some_and(|f| wishes.without.contains(f))
        })
        .map(|(name, _)| name.as_str())
        .collect();
    // A feature that nobody differs in teaches nothing and would only blur the support.
    let first = |j: usize| data.examples.iter().find_map(|e| e.values[j]);
    let varies = |j: usize| data.examples.iter().any(|e| e.values[j].is_some_and(|v| Some(v) != first(j)));
    let constant: Vec<&str> =
        (0..data.features.len()).filter(|j| !varies(*j)).map(|j| data.features[j].as_str()).collect();
    Ok(data.without(|name| gone.contains(&name) || constant.contains(&name)))
}

/// Refuses a feature that alone separates the labels nearly perfectly, unless somebody answers for it.
fn refuse_leaks(data: &Dataset, answered_for: &[String]) -> Result<(), ModelError> {
    for (j, feature) in data.features.iter().enumerate().filter(|(_, f)| !answered_for.contains(f)) {
        let scored: Vec<Scored> = data
            .examples
            .iter()
            .filter_map(|e| Some(Scored { score: e.values[j]?, positive: e.positive }))
            .collect();
        let Some(area) = auroc(&scored) else { continue };
        let area = area.max(1.0 - area);
        // Where only a handful has the value, a perfect order is chance.
        let positives = scored.iter().filter(|s| s.positive).count();
        let enough = crate::model::LEAST_EACH <= positives.min(scored.len() - positives);
        if LEAK_AUROC < area && enough {
            return Err(ModelError::GivesAwayLabel {
                feature: feature.clone(),
                auroc: area,
                n: scored.len(),
            });
        }
    }
    Ok(())
}

fn hyper(data: &Dataset, wishes: &Wishes) -> Result<Hyper, ModelError> {
    let signs = data.features.iter().map(|name| sign(name, wishes)).collect::<Result<_, _>>()?;
    Ok(Hyper { kind: wishes.kind, seed: wishes.seed, growth: Default::default(), signs })
}

/// The direction that a feature's card demands, or else the one that was asked for.
fn sign(name: &str, wishes: &Wishes) -> Result<i8, ModelError> {
    let card = cards().into_iter().find(|card| wishes.of_cards && card.name == name);
    let asks = |list: &[String]| list.iter().any(|n| n == name);
    let never = |never| Err(ModelError::OtherDirection { feature: name.to_owned(), never });
    match (card.map_or(Direction::Free, direction).sign(), asks(&wishes.raises), asks(&wishes.lowers)) {
        (-1, true, _) => never("raises"),
        (1, _, true) | (_, true, true) => never("lowers"),
        (_, true, _) => Ok(1),
        (_, _, true) => Ok(-1),
        (demanded, ..) => Ok(demanded),
    }
}

/// The score that one of a hundred negatives reached; none where there are too few to say.
fn watch_from(scored: &[Scored]) -> Option<f64> {
    let negatives = scored.iter().filter(|s| !s.positive).count();
    if negatives < ONE_IN { None } else { score_at_fpr(scored, 1.0 / ONE_IN as f64).flatten() }
}

/// Features with the mean size and the direction of what they contribute over some training rows.
fn weighed(data: &Dataset, fit: &Fit) -> Vec<Weighed> {
    let rows: Vec<&Vec<Option<f64>>> =
        fit.sample.rows.iter().take(WEIGHED_OVER).map(|i| &data.examples[*i].values).collect();
    let n = data.features.len();
    let (mut size, mut above, mut below) = (vec![0.0; n], vec![(0.0, 0usize); n], vec![(0.0, 0usize); n]);
    for values in &rows {
        let places: Vec<Option<f64>> =
            values.iter().zip(&fit.tables).map(|(v, t)| v.map(|v| t.place(v))).collect();
        let mut parts = vec![0.0; n];
        fit.fitted.scorer().contribute(&places, &mut parts);
        for j in 0..n {
            size[j] += parts[j].abs();
            let Some(place) = places[j] else { continue };
            let side = if fit.tables[j].center < place { &mut above[j] } else { &mut below[j] };
            *side = (side.0 + parts[j], side.1 + 1);
        }
    }
    let mean = |(sum, n): (f64, usize)| if n == 0 { 0.0 } else { sum / n as f64 };
    (0..n)
        .map(|j| Weighed {
            name: data.features[j].clone(),
            weight: size[j] / rows.len() as f64,
            direction: mean(above[j]) - mean(below[j]),
            table: fit.tables[j].clone(),
        })
        .collect()
}

fn trained(data: &Dataset, wishes: &Wishes, hyper: &Hyper, fit: &Fit, origin: Trained) -> Trained {
    let mut groups: Vec<u32> = data.examples.iter().filter_map(|e| e.group).collect();
    groups.sort_unstable();
    groups.dedup();
    let positive_n = data.positives();
    let held = |sign: i8| {
        let of = data.features.iter().zip(&hyper.signs).filter(move |(_, s)| **s == sign);
        of.map(|(name, _)| name.clone()).collect()
    };
    Trained {
        positive_n,
        negative_n: data.examples.len() - positive_n,
        groups_n: groups.len(),
        positive_sampled: fit.sample.positive_rate,
        other_sampled: fit.sample.other_rate,
        seed: wishes.seed,
        folds: wishes.cross.folds,
        repeats: wishes.cross.repeats,
        fitted_by: hyper.in_words(),
        without: wishes.without.clone(),
        not_a_leak: wishes.not_a_leak.clone(),
        never_lower: held(1),
        never_raise: held(-1),
        ..origin
    }
}
