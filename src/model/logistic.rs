//! Logistic regression over places: a weight a feature, the explainable base of every comparison.
//! In: a matrix of places with their centers and labels; out: weights and an intercept of the odds of the positive label.
//! Weights nobody: what is rare is sampled apart and corrected for elsewhere.

use super::failure::ModelError;
use super::scorer::Scorer;
use linfa::Dataset;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2, Axis};
use serde::{Deserialize, Serialize};

/// Places are spread over a length of 1; this makes their standard deviation about 1, as the penalty expects.
const SPREAD: f64 = 3.464_101_615_137_754_4;

/// Strength of the L2 penalty on weights of unit spread [S].
pub const ALPHA: f64 = 10.0;

/// Rounds of dropping features whose weight has a forbidden sign.
const MOST_ROUNDS: usize = 64;

/// A weight a feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Logistic {
    /// Log-odds of an account whose every value is the median.
    pub intercept: f64,
    /// Log-odds from the least place to the most.
    pub weights: Vec<f64>,
    /// Places from which weights count.
    pub centers: Vec<f64>,
}

impl Scorer for Logistic {
    fn base(&self) -> f64 {
        self.intercept
    }

    fn contribute(&self, places: &[Option<f64>], into: &mut [f64]) {
        for (j, place) in places.iter().enumerate() {
            if let Some(place) = place {
                into[j] += self.weights[j] * (place - self.centers[j]);
            }
        }
    }
}

/// Fits weights; `signs` says which may not be negative (1) or positive (-1).
pub fn fit(
    places: &Array2<f64>,
    positive: &[bool],
    centers: Vec<f64>,
    signs: &[i8],
) -> Result<Logistic, ModelError> {
    let mut used: Vec<usize> = (0..places.ncols()).collect();
    for _ in 0..MOST_ROUNDS {
        let (intercept, weights) = unconstrained(places, positive, &centers, &used)?;
        let wrong = |j: usize, w: f64| (0 < signs[j] && w < 0.0) || (signs[j] < 0 && 0.0 < w);
        let right: Vec<usize> =
            used.iter().zip(&weights).filter(|(j, w)| !wrong(**j, **w)).map(|(j, _)| *j).collect();
        if right.len() == used.len() {
            let mut all = vec![0.0; places.ncols()];
            used.iter().zip(weights).for_each(|(j, w)| all[*j] = w);
            return Ok(Logistic { intercept, weights: all, centers });
        }
        used = right;
    }
    Err(ModelError::Fit("no weights obey the required directions".to_owned()))
}

fn unconstrained(
    places: &Array2<f64>,
    positive: &[bool],
    centers: &[f64],
    used: &[usize],
) -> Result<(f64, Vec<f64>), ModelError> {
    if used.is_empty() {
        return Err(ModelError::NoFeature);
    }
    let mut x = places.select(Axis(1), used);
    for (mut column, j) in x.columns_mut().into_iter().zip(used) {
        column.mapv_inplace(|place| (place - centers[*j]) * SPREAD);
    }
    let data = Dataset::new(x, Array1::from_iter(positive.iter().copied()));
    let fitted = LogisticRegression::default()
        .alpha(ALPHA)
        .max_iterations(300)
        // The loss is a sum over rows: a fixed tolerance would never be met by many of them.
        .gradient_tolerance(1e-6 * positive.len() as f64)
        .fit(&data)
        .map_err(|e| ModelError::Fit(e.to_string()))?;
    // linfa calls the majority class positive, whatever the labels are.
    let sign = if fitted.labels().pos.class { 1.0 } else { -1.0 };
    let weights = fitted.params().iter().map(|w| sign * w * SPREAD).collect();
    Ok((sign * fitted.intercept(), weights))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One feature, of whose upper end every n-th row is positive.
    fn one(rows: usize, positive_from: f64) -> (Array2<f64>, Vec<bool>) {
        let places = Array2::from_shape_fn((rows, 1), |(i, _)| (i as f64 + 0.5) / rows as f64);
        let positive = (0..rows).map(|i| positive_from <= places[(i, 0)] || i % 97 == 0).collect();
        (places, positive)
    }

    #[test]
    fn more_of_what_the_positive_have_raises_the_odds_whichever_class_is_larger() {
        for from in [0.9, 0.5, 0.1] {
            let (places, positive) = one(500, from);
            let model = fit(&places, &positive, vec![0.5], &[0]).expect("fits");
            assert!(0.0 < model.weights[0], "{from}: {model:?}");
            let rate = positive.iter().filter(|p| **p).count() as f64 / 500.0;
            let says = (0..500).map(|i| 1.0 / (1.0 + (-model.log_odds(&[Some(places[(i, 0)])])).exp()));
            assert!((says.sum::<f64>() / 500.0 - rate).abs() < 0.02, "{from}: the mean chance is the share");
        }
    }

    #[test]
    fn a_forbidden_direction_gets_no_weight() {
        let (places, positive) = one(500, 0.7);
        let both = ndarray::concatenate(Axis(1), &[places.view(), places.mapv(|p| 1.0 - p * p).view()])
            .expect("joined");
        let free = fit(&both, &positive, vec![0.5, 0.5], &[0, 0]).expect("fits");
        assert!(free.weights[1] < 0.0);
        let bound = fit(&both, &positive, vec![0.5, 0.5], &[0, 1]).expect("fits");
        assert!(bound.weights[1] == 0.0 && 0.0 < bound.weights[0]);
        assert_eq!(fit(&places, &positive, vec![0.5], &[-1]), Err(ModelError::NoFeature));
    }

    #[test]
    fn an_absent_value_adds_nothing() {
        let model = Logistic { intercept: -1.0, weights: vec![2.0, 3.0], centers: vec![0.5, 0.25] };
        assert_eq!(model.log_odds(&[None, None]), -1.0);
        assert_eq!(model.log_odds(&[Some(1.0), None]), 0.0);
    }
}
