//! Numbers that mean chance or weight: rule points, log-odds, probabilities and sub-score shares.
//! In: plain floats at the border; out: four types without implicit conversion.
//! Refuses NaN and values outside the range instead of clamping them silently.

use serde::Serialize;

/// The weight of a rule, in points; negative for benign evidence.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
pub struct Points(f64);

impl Points {
    /// Wraps a finite weight.
    pub const fn new(points: f64) -> Self {
        Self(points)
    }

    /// The weight as a float.
    pub const fn get(self) -> f64 {
        self.0
    }
}

/// The output of a model before calibration, natural logarithm of the odds.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
pub struct LogOdds(f64);

impl LogOdds {
    /// Wraps finite log-odds.
    pub fn new(value: f64) -> Option<Self> {
        value.is_finite().then_some(Self(value))
    }

    /// The value in nats.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// A calibrated chance in [0, 1].
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
pub struct Probability(f64);

impl Probability {
    /// Accepts only values in [0, 1].
    pub fn new(value: f64) -> Option<Self> {
        (0.0..=1.0).contains(&value).then_some(Self(value))
    }

    /// The chance as a float.
    pub fn get(self) -> f64 {
        self.0
    }
}

/// An uncalibrated sub-score in [0, 1): an ordering with a scale, not a probability.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize)]
pub struct Share(f64);

impl Share {
    /// Points needed to move a sub-score from 0 to 1 - 1/e.
    pub const SCALE_POINTS: f64 = 40.0;

    /// Maps summed points to [0, 1): `1 - exp(-points / 40)`; negative sums count as 0.
    pub fn of_points(points: f64) -> Self {
        if points.is_nan() || points < 0.0 {
            return Self(0.0);
        }
        Self(1.0 - (-points / Self::SCALE_POINTS).exp())
    }

    /// The sub-score as a float.
    pub fn get(self) -> f64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sub_scores_grow_with_points_and_stay_below_one() {
        assert_eq!(Share::of_points(-5.0).get(), 0.0);
        assert_eq!(Share::of_points(f64::NAN).get(), 0.0);
        assert!(Share::of_points(10.0) < Share::of_points(11.0));
        assert!(Share::of_points(400.0).get() < 1.0);
    }

    #[test]
    fn chance_refuses_what_is_no_chance() {
        assert!(Probability::new(1.0000001).is_none());
        assert!(Probability::new(f64::NAN).is_none());
        assert!(LogOdds::new(f64::INFINITY).is_none());
        assert_eq!(Probability::new(0.25).map(Probability::get), Some(0.25));
    }
}
