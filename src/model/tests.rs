//! A known model over two cards: what it says, how far it lifts, where it abstains.
//! In: an artifact written by hand; out: what `Model` makes of rows.
//! Trains nothing.

use super::*;
use crate::domain::Token;
use crate::features::{AccountFeatures, FeatureTable, cards, rate, volume};

/// A model of two cards whose weights are known: fast raises, answered lowers.
pub fn known(simulated: bool, base_rate: Option<f64>) -> Artifact {
    let table = |top: f64| Quantiles::of((0..=100).map(|i| top * f64::from(i) / 100.0).collect());
    let weighed = |name: &str, weight: f64, top: f64| Weighed {
        name: name.to_owned(),
        weight,
        direction: weight,
        table: table(top),
    };
    let blocks = vec![Block { from: -9.0, n: 500, positive: 5 }, Block { from: 1.0, n: 500, positive: 495 }];
    let center = table(1.0).center;
    Artifact {
        layout: LAYOUT,
        made_with: "0".to_owned(),
        kind: Kind::Logistic,
        cards: Some(FeatureTable::fingerprint()),
        features: vec![
            weighed(rate::MAX_60S.name, 1.0, 100.0),
            weighed(volume::EXPLAINED_SHARE.name, 1.0, 1.0),
        ],
        scorer: train::Fitted::Logistic(logistic::Logistic {
            intercept: -1.0,
            weights: vec![8.0, -4.0],
            centers: vec![center; 2],
        }),
        calibration: Some(Calibration { labels_rate: 0.5, base_rate, blocks }),
        training: Trained { simulated, positive_sampled: 1.0, other_sampled: 1.0, ..Trained::default() },
        outcome: Outcome { metrics: Vec::new(), watch_from: Some(1.0) },
    }
}

fn row(values: &[(&'static crate::features::Feature, f64)]) -> AccountFeatures {
    let mut row =
        AccountFeatures::new(Token(1), vec![Err(crate::features::Absent::ColumnMissing); cards().len()]);
    row.set(&volume::ACTIONS, Ok(50.0));
    values.iter().for_each(|(card, value)| row.set(card, Ok(*value)));
    row
}

#[test]
fn what_raises_is_said_with_its_numbers() {
    let model = Model::new(known(false, Some(0.3))).expect("usable");
    let says =
        model.says(&row(&[(&rate::MAX_60S, 100.0), (&volume::EXPLAINED_SHARE, 0.5)])).expect("supported");
    assert_eq!(says.raising.len(), 1);
    let first = says.raising[0];
    assert_eq!(
        (first.feature.name, first.observed, first.median, first.n),
        (rate::MAX_60S.name, 100.0, 50.0, 101)
    );
    assert!((says.log_odds.get() - (-1.0 + first.log_odds)).abs() < 1e-9);
    assert_eq!(says.lift, Lift::Review);
    let p = says.chance.expect("calibrated");
    assert!(p.low < p.p && p.p < p.high && 0.9 < p.p.get());
}

#[test]
fn a_model_lifts_no_further_than_its_labels_carry() {
    let lift = |artifact: Artifact| {
        let says = Model::new(artifact)
            .expect("usable")
            .says(&row(&[(&rate::MAX_60S, 100.0), (&volume::EXPLAINED_SHARE, 0.5)]));
        says.expect("supported").lift
    };
    assert_eq!(lift(known(false, Some(0.3))), Lift::Review);
    assert_eq!(lift(known(false, None)), Lift::Watch, "no base rate, no chance");
    assert_eq!(lift(known(true, Some(0.3))), Lift::Watch, "simulated labels");
    assert_eq!(lift(known(false, Some(0.000_1))), Lift::Watch, "rare where it is used");
    let mut few = known(true, None);
    few.outcome.watch_from = None;
    assert_eq!(lift(few), Lift::None);
}

#[test]
fn it_abstains_outside_what_it_has_seen() {
    let model = Model::new(known(false, None)).expect("usable");
    assert!(model.says(&row(&[(&rate::MAX_60S, 100.0)])).is_some(), "half of what it weighs is there");
    assert!(model.says(&row(&[])).is_none(), "nothing is there");
    assert!(
        model.says(&row(&[(&rate::MAX_60S, 101.0), (&volume::EXPLAINED_SHARE, 0.5)])).is_none(),
        "never seen"
    );
}
