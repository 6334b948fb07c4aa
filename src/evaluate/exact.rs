//! Exact bounds: Clopper-Pearson for shares, and for the ratio of two shares given their hits.
//! In: hits of how many, or weighted hits of an effective number; out: one-sided bounds at a confidence.
//! Approximates nothing: a bound that holds for any true share is wide where the sample is small.

use statrs::function::beta::beta_reg;

/// Halvings of the search for a bound; a share is a double, so more would change nothing.
const HALVINGS: usize = 80;

/// The largest share that so few hits speak against: the one-sided upper bound.
pub fn upper(hits: f64, n: f64, confidence: f64) -> f64 {
    if n <= 0.0 || n <= hits {
        return 1.0;
    }
    // P(X <= hits | p) = 1 - I_p(hits + 1, n - hits), which falls as p grows.
    search(|p| beta_reg(hits + 1.0, n - hits, p) < confidence)
}

/// The smallest share that so many hits speak against: the one-sided lower bound.
pub fn lower(hits: f64, n: f64, confidence: f64) -> f64 {
    if n <= 0.0 || hits <= 0.0 {
        return 0.0;
    }
    if n <= hits {
        // P(X = n | p) = p^n.
        return (1.0 - confidence).powf(1.0 / n);
    }
    search(|p| beta_reg(hits, n - hits + 1.0, p) < 1.0 - confidence)
}

/// The chance of at most so many hits of `n` at a share.
pub fn at_most(hits: usize, n: usize, share: f64) -> f64 {
    if n <= hits { 1.0 } else { 1.0 - beta_reg(hits as f64 + 1.0, (n - hits) as f64, share) }
}

/// Lower and upper bound, each one-sided at the confidence.
pub fn bounds(hits: f64, n: f64, confidence: f64) -> (f64, f64) {
    (lower(hits, n, confidence), upper(hits, n, confidence))
}

/// Bounds of how many times higher the share of the first is than that of the second.
///
/// Given the sum of the hits, those of the first are binomial with odds `ratio * n1 / n2` where hits are rare, so the
/// exact bounds of that share are bounds of the ratio; where hits are common they are too wide, never too narrow.
pub fn ratio_bounds(first: (f64, f64), second: (f64, f64), confidence: f64) -> (f64, f64) {
    let ((x1, n1), (x2, n2)) = (first, second);
    if n1 <= 0.0 || n2 <= 0.0 || x1 + x2 <= 0.0 {
        return (0.0, f64::INFINITY);
    }
    let of_share = |share: f64| if share < 1.0 { share / (1.0 - share) * n2 / n1 } else { f64::INFINITY };
    let (low, high) = bounds(x1, x1 + x2, confidence);
    (of_share(low), of_share(high))
}

/// The last point in 0 to 1 up to which it holds, for what holds below some point only.
fn search(holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..HALVINGS {
        let middle = (low + high) / 2.0;
        if holds(middle) { low = middle } else { high = middle }
    }
    (low + high) / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// P(X <= hits | p) by summing, each term from logarithms so that none vanishes.
    fn summed(hits: u32, n: u32, p: f64) -> f64 {
        let mut choose = 0.0;
        let mut sum = 0.0;
        for k in 0..=hits {
            sum += (choose + f64::from(k) * p.ln() + f64::from(n - k) * (1.0 - p).ln()).exp();
            choose += (f64::from(n - k) / f64::from(k + 1)).ln();
        }
        sum
    }

    #[test]
    fn known_bounds() {
        // The rule of three, exactly: 1 - 0.05^(1/n).
        assert!((upper(0.0, 100.0, 0.95) - (1.0 - 0.05_f64.powf(0.01))).abs() < 1e-12);
        assert!((lower(100.0, 100.0, 0.95) - 0.05_f64.powf(0.01)).abs() < 1e-12);
        // Clopper and Pearson's own table: 10 of 20, 95 % two-sided.
        let (low, high) = bounds(10.0, 20.0, 0.975);
        assert!((low - 0.271_96).abs() < 1e-4 && (high - 0.728_04).abs() < 1e-4, "{low} {high}");
        assert_eq!((bounds(0.0, 0.0, 0.95), lower(0.0, 5.0, 0.95)), ((0.0, 1.0), 0.0));
    }

    #[test]
    fn a_ratio_of_equal_shares_holds_one_and_of_nothing_anything() {
        let (low, high) = ratio_bounds((5.0, 100.0), (50.0, 1000.0), 0.95);
        assert!(low < 1.0 && 1.0 < high);
        let (low, _) = ratio_bounds((30.0, 100.0), (3.0, 1000.0), 0.95);
        assert!(1.5 < low);
        assert_eq!(ratio_bounds((0.0, 10.0), (0.0, 10.0), 0.95), (0.0, f64::INFINITY));
    }

    proptest! {
        #[test]
        fn bounds_are_where_the_summed_binomial_crosses(n in 1u32..200, part in 0.0f64..1.0) {
            let hits = (f64::from(n) * part) as u32;
            let (low, high) = bounds(f64::from(hits), f64::from(n), 0.95);
            prop_assert!(low <= f64::from(hits) / f64::from(n) && f64::from(hits) / f64::from(n) <= high);
            prop_assert!((at_most(hits as usize, n as usize, 0.3) - summed(hits, n, 0.3)).abs() < 1e-9);
            if hits < n {
                prop_assert!((summed(hits, n, high) - 0.05).abs() < 1e-6);
            }
            if 0 < hits {
                prop_assert!((1.0 - summed(hits - 1, n, low) - 0.05).abs() < 1e-6);
            }
        }
    }
}
