//! Whether a chance means what it says: Brier, log-loss, observed over expected in the top bins, line of the logit.
//! In: chances with labels and weights; out: measures beside what the base rate alone would reach.
//! Calibrates nothing.

use super::exact;
use super::measure::{Measure, Measures};

/// A chance beside what happened.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Told {
    /// The chance.
    pub p: f64,
    /// Whether it happened.
    pub positive: bool,
    /// How many accounts it stands for.
    pub weight: f64,
}

/// Chances this near to 0 or 1 count as if they were this far, or one miss would be an infinite loss.
const LEAST: f64 = 1e-9;

/// From where on a top bin goes.
const TOP: [f64; 3] = [0.1, 0.5, 0.9];

fn mean(told: &[Told], of: impl Fn(&Told) -> f64) -> Option<f64> {
    let weight: f64 = told.iter().map(|t| t.weight).sum();
    (0.0 < weight).then(|| told.iter().map(|t| t.weight * of(t)).sum::<f64>() / weight)
}

fn hit(t: &Told) -> f64 {
    f64::from(t.positive)
}

fn brier(told: &[Told], p: impl Fn(&Told) -> f64) -> Option<f64> {
    mean(told, |t| (p(t) - hit(t)).powi(2))
}

fn log_loss(told: &[Told], p: impl Fn(&Told) -> f64) -> Option<f64> {
    mean(told, |t| {
        let p = p(t).clamp(LEAST, 1.0 - LEAST);
        if t.positive { -p.ln() } else { -(1.0 - p).ln() }
    })
}

/// The line of the outcome's logit on that of the chance, each number with its standard error.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bent {
    /// Logit of what happened where even odds were told: 0 is calibrated, below 0 too much was told.
    pub intercept: (f64, f64),
    /// Logits of what happened per logit told: 1 is calibrated, below 1 is too sure.
    pub slope: (f64, f64),
}

/// Logistic regression of the outcome on the logit by damped Newton steps; nothing where it has no solution.
pub fn bend(told: &[Told]) -> Option<Bent> {
    let logit = |t: &Told| {
        let p = t.p.clamp(LEAST, 1.0 - LEAST);
        (p / (1.0 - p)).ln()
    };
    let points: Vec<(f64, f64, f64)> = told.iter().map(|t| (logit(t), hit(t), t.weight)).collect();
    let (mut a, mut b) = (0.0, 0.0);
    let mut at = likelihood(&points, a, b);
    for _ in 0..100 {
        let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (x, y, weight) in &points {
            let p = 1.0 / (1.0 + (-(a + b * x)).exp());
            let (rest, v) = (weight * (y - p), weight * p * (1.0 - p));
            ga += rest;
            gb += rest * x;
            haa += v;
            hab += v * x;
            hbb += v * x * x;
        }
        let determinant = haa * hbb - hab * hab;
        // Told apart perfectly, or all told the same: no slope is the best.
        if determinant.is_nan() || determinant <= 1e-12 * haa * hbb || haa < 1e-9 {
            return None;
        }
        let here = |a: f64, b: f64| Bent {
            intercept: (a, (hbb / determinant).sqrt()),
            slope: (b, (haa / determinant).sqrt()),
        };
        let (da, db) = ((hbb * ga - hab * gb) / determinant, (haa * gb - hab * ga) / determinant);
        if da.abs() + db.abs() < 1e-10 {
            return Some(here(a, b));
        }
        // A full step may overshoot; half of it, and half of that, does not.
        let steps = std::iter::successors(Some(1.0), |s| Some(s / 2.0)).take(40);
        let better = steps.map(|s| (a + s * da, b + s * db)).find(|(a, b)| at <= likelihood(&points, *a, *b));
        let Some(next) = better else { return Some(here(a, b)) };
        (a, b) = next;
        at = likelihood(&points, a, b);
    }
    None
}

/// Log-likelihood of a slope and an intercept, each point being logit, outcome and weight.
fn likelihood(points: &[(f64, f64, f64)], a: f64, b: f64) -> f64 {
    let of = |(x, y, weight): &(f64, f64, f64)| {
        let z = a + b * x;
        // ln(1 + e^z) without overflow.
        weight * (y * z - (z.max(0.0) + (-z.abs()).exp().ln_1p()))
    };
    points.iter().map(of).sum()
}

/// Quantile of the standard normal that belongs to a one-sided confidence.
fn quantile(confidence: f64) -> f64 {
    use statrs::function::erf::erf_inv;
    std::f64::consts::SQRT_2 * erf_inv(2.0 * confidence - 1.0)
}

/// The measures; `unit` says what a unit is called.
pub fn measures(told: &[Told], confidence: f64, unit: impl Fn(&str) -> String) -> Measures {
    let mut out = Measures::new();
    let n = told.len();
    let Some(base) = mean(told, hit) else { return out };
    let mut plain = |name: &str, value: Option<f64>, what: &str| {
        out.insert(name.to_owned(), Measure::with_bounds(value, n, None, &unit(what)));
    };
    plain("brier", brier(told, |t| t.p), "mean squared error per account-night");
    plain("brier_of_base_rate", brier(told, |_| base), "mean squared error per account-night");
    plain("log_loss", log_loss(told, |t| t.p), "nats per account-night");
    plain("log_loss_of_base_rate", log_loss(told, |_| base), "nats per account-night");
    let (bent, z) = (bend(told), quantile(confidence));
    let mut line = |name: &str, at: Option<(f64, f64)>, what: &str| {
        let bounds = at.map(|(x, se)| (x - z * se, x + z * se));
        out.insert(name.to_owned(), Measure::with_bounds(at.map(|at| at.0), n, bounds, &unit(what)));
    };
    line("calibration_slope", bent.map(|b| b.slope), "logit of what happened per logit told");
    line(
        "calibration_intercept",
        bent.map(|b| b.intercept),
        "logit of what happened where even odds were told",
    );
    for from in TOP {
        let top: Vec<Told> = told.iter().filter(|t| from <= t.p).copied().collect();
        let weight: f64 = top.iter().map(|t| t.weight).sum();
        let (hits, expected) = (
            top.iter().map(|t| t.weight * hit(t)).sum::<f64>(),
            top.iter().map(|t| t.weight * t.p).sum::<f64>(),
        );
        let effective =
            weight * weight / top.iter().map(|t| t.weight * t.weight).sum::<f64>().max(f64::MIN_POSITIVE);
        let value = (0.0 < expected).then(|| hits / expected);
        let bounds = (0.0 < expected).then(|| {
            let (low, high) = exact::bounds(hits / weight * effective, effective, confidence);
            (low * weight / expected, high * weight / expected)
        });
        let what = "observed positive account-nights per one expected";
        out.insert(
            format!("observed_over_expected_from_{from}"),
            Measure::with_bounds(value, top.len(), bounds, &unit(what)),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(groups: &[(f64, usize, usize)]) -> Vec<Told> {
        let of = |(p, hits, n): &(f64, usize, usize)| {
            let (p, hits) = (*p, *hits);
            (0..*n).map(move |i| Told { p, positive: i < hits, weight: 1.0 }).collect::<Vec<_>>()
        };
        groups.iter().flat_map(of).collect()
    }

    #[test]
    fn losses_by_hand() {
        let list = told(&[(0.8, 1, 2), (0.1, 0, 2)]);
        // Squares: 0.04, 0.64, 0.01, 0.01; the base rate is 1/4.
        assert!((brier(&list, |t| t.p).expect("some") - 0.7 / 4.0).abs() < 1e-12);
        let all = measures(&list, 0.95, str::to_owned);
        assert!((all["brier_of_base_rate"].value.expect("some") - 0.25 * 0.75).abs() < 1e-12);
        let loss = -(0.8_f64.ln() + 0.2_f64.ln() + 2.0 * 0.9_f64.ln()) / 4.0;
        assert!((all["log_loss"].value.expect("some") - loss).abs() < 1e-12);
        let top = &all["observed_over_expected_from_0.5"];
        assert_eq!((top.n, top.value), (2, Some(1.0 / 1.6)));
        assert_eq!(all["observed_over_expected_from_0.9"].value, None);
    }

    #[test]
    fn a_calibrated_chance_has_slope_one_and_a_doubled_logit_half() {
        let calibrated = told(&[(0.1, 100, 1000), (0.5, 500, 1000), (0.9, 900, 1000)]);
        let Bent { intercept: (a, ea), slope: (b, se) } = bend(&calibrated).expect("a solution");
        assert!((b - 1.0).abs() < 1e-9 && 0.0 < se && se < 0.1, "{b} {se}");
        assert!(a.abs() < 1e-9 && 0.0 < ea && ea < 0.1, "{a} {ea}");
        let doubled = |p: f64| {
            let odds = (p / (1.0 - p)).powi(2);
            odds / (1.0 + odds)
        };
        let sure: Vec<Told> = calibrated.iter().map(|t| Told { p: doubled(t.p), ..*t }).collect();
        assert!((bend(&sure).expect("a solution").slope.0 - 0.5).abs() < 1e-9);
        // Told at ten times the odds: the slope stays, the line lies ln 10 lower.
        let more = |p: f64| 10.0 * p / (1.0 - p + 10.0 * p);
        let much: Vec<Told> = calibrated.iter().map(|t| Told { p: more(t.p), ..*t }).collect();
        let line = bend(&much).expect("a solution");
        assert!((line.slope.0 - 1.0).abs() < 1e-9 && (line.intercept.0 + 10.0_f64.ln()).abs() < 1e-9);
        assert_eq!(bend(&told(&[(0.9, 5, 5), (0.1, 0, 5)])), None, "told apart perfectly, it has no slope");
        assert_eq!(bend(&told(&[(0.5, 5, 10)])), None, "one chance alone has no slope");
    }

    #[test]
    fn the_quantile_is_the_known_one() {
        assert!(
            (quantile(0.95) - 1.644_853_626_951).abs() < 1e-9
                && (quantile(0.975) - 1.959_963_984_540).abs() < 1e-9
        );
    }
}
