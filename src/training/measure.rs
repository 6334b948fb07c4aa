//! What out-of-fold scores are worth: ranking over all repeats, calibration across folds, each with n and interval.
//! In: examples and their out-of-fold scores; out: named numbers.
//! Never measures a model on what it was fitted on.

use crate::evaluate::{
    Interval, Scored, Told, auroc, average_precision, bootstrap, calibration_measures, recall_at_fpr,
};
use crate::model::{Calibration, Dataset, Metric, OutOfFold};

/// Rounds of the bootstrap for small sets; large ones need fewer, for their intervals hardly move.
const ROUNDS: usize = 400;

/// Account-rounds that a bootstrap may take.
const MOST_WORK: usize = 8_000_000;

/// Confidence of each of two bounds that hold 95 % between them.
const EACH: f64 = 0.975;

/// A metric of ranking.
type Ranks = fn(&[Scored]) -> Option<f64>;

/// The scores of one repeat beside the labels.
pub fn scored(data: &Dataset, repeat: &OutOfFold) -> Vec<Scored> {
    let pairs = data.examples.iter().zip(&repeat.log_odds);
    pairs.map(|(e, score)| Scored { score: *score, positive: e.positive }).collect()
}

/// AUROC, average precision and recall at 1 % and 0.1 % false positives: the mean of the repeats, accounts resampled.
pub fn ranking(data: &Dataset, repeats: &[OutOfFold]) -> Vec<Metric> {
    // The bootstrap draws accounts: their places stand in for scores, so that one draw serves every repeat.
    let places: Vec<Scored> = data
        .examples
        .iter()
        .enumerate()
        .map(|(i, e)| Scored { score: i as f64, positive: e.positive })
        .collect();
    let n = places.len();
    let rounds = ROUNDS.min((MOST_WORK / (n * repeats.len()).max(1)).max(40));
    let negatives = n - data.positives();
    let each: [(&str, Ranks, usize); 4] = [
        ("auroc", auroc, 1),
        ("average_precision", average_precision, 1),
        ("recall_at_fpr_0.01", |s| recall_at_fpr(s, 0.01), 100),
        ("recall_at_fpr_0.001", |s| recall_at_fpr(s, 0.001), 1_000),
    ];
    each.into_iter()
        .filter(|(_, _, least)| *least <= negatives)
        .filter_map(|(name, metric, _)| {
            let mean = |draw: &[Scored]| {
                let of = |repeat: &OutOfFold| {
                    let here = |s: &Scored| Scored { score: repeat.log_odds[s.score as usize], ..*s };
                    metric(&draw.iter().map(here).collect::<Vec<_>>())
                };
                Some(repeats.iter().map(of).sum::<Option<f64>>()? / repeats.len() as f64)
            };
            let (value, Interval { low, high }) = (mean(&places)?, bootstrap(&places, rounds, mean)?);
            Some(Metric { name: name.to_owned(), value, low, high, n })
        })
        .collect()
}

/// Slope and intercept of the logit, observed over expected positives in the top bins, and the Brier score beside that of the
/// base rate: every fold is judged by a calibration on the others.
pub fn calibration(data: &Dataset, repeat: &OutOfFold) -> Vec<Metric> {
    let folds = repeat.folds.iter().max().map_or(0, |most| most + 1);
    let mut told: Vec<Told> = Vec::new();
    for fold in 0..folds {
        let of = |inside: bool| {
            (0..data.examples.len()).filter(move |i| (repeat.folds[*i] == fold) == inside).collect::<Vec<_>>()
        };
        let pairs = |rows: Vec<usize>| -> Vec<(f64, bool)> {
            rows.into_iter().map(|i| (repeat.log_odds[i], data.examples[i].positive)).collect()
        };
        let Some(made) = Calibration::of(&pairs(of(false)), None) else { return Vec::new() };
        let say = |(score, positive)| Told { p: made.chance(score).0, positive, weight: 1.0 };
        told.extend(pairs(of(true)).into_iter().map(say));
    }
    let measures = calibration_measures(&told, EACH, str::to_owned);
    let with_bounds = measures.iter().filter(|(name, _)| !name.starts_with("brier"));
    let mut out: Vec<Metric> = with_bounds
        .filter_map(|(name, m)| {
            Some(Metric { name: name.clone(), value: m.value?, low: m.low?, high: m.high?, n: m.n })
        })
        .collect();
    out.extend(brier(&told));
    out
}

/// The mean squared error with its interval, and that of the base rate alone.
fn brier(told: &[Told]) -> [Metric; 2] {
    let n = told.len();
    let rate = told.iter().filter(|t| t.positive).count() as f64 / n as f64;
    let squares: Vec<f64> = told.iter().map(|t| (t.p - f64::from(u8::from(t.positive))).powi(2)).collect();
    let brier = squares.iter().sum::<f64>() / n as f64;
    let spread =
        (squares.iter().map(|s| (s - brier).powi(2)).sum::<f64>() / n as f64 / n as f64).sqrt() * 1.96;
    let of_rate = rate * (1.0 - rate);
    [
        Metric { name: "brier".to_owned(), value: brier, low: brier - spread, high: brier + spread, n },
        Metric { name: "brier_of_the_base_rate".to_owned(), value: of_rate, low: of_rate, high: of_rate, n },
    ]
}
