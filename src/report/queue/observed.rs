//! How many of those that people decided on were confirmed, by what had been told of them: chance of abuse, highest sub-score.
//! In: accounts of kept runs with what was decided; out: bins with n, share and exact bounds, and the line of the chances.
//! Speaks of decided accounts only: they were chosen for their scores, so no share in it is one of all accounts.

use super::cases::STRATA;
use crate::evaluate::{Told, calibration_measures, exact};
use crate::report::read_back::AccountRow;
use serde_json::{Value, json};

/// Lower bounds of the bins of told chances [S].
const CHANCES: [f64; 6] = [0.0, 0.1, 0.25, 0.5, 0.75, 0.9];
/// Each bin's interval holds with so much on either side.
const ONE_SIDED: f64 = 0.975;
/// Decided accounts below which a line through their chances would say nothing [S].
const LEAST_LINE: usize = 20;

/// What was told of accounts, beside what people decided on them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observed {
    /// By chance of abuse, of runs whose model had labels of an operator.
    chances: Vec<Told>,
    /// By highest sub-score, which is no chance: only its order is told.
    scores: Vec<Told>,
}

/// Decided accounts of which nearly the same was told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// From here, up to the next.
    pub from: f64,
    /// To here, 1 included in the last.
    pub to: f64,
    /// How many.
    pub n: usize,
    /// Those that were confirmed; the others are innocent, or nobody could tell.
    pub confirmed: usize,
    /// What was told of them on average.
    pub mean: f64,
    /// Exact bounds of the confirmed share (Clopper and Pearson, 95 %).
    pub bounds: (f64, f64),
}

impl Observed {
    /// Adds an account of a kept run with what people came to.
    pub fn push(&mut self, row: &AccountRow, confirmed: bool) {
        let told = |p: f64| Told { p, positive: confirmed, weight: 1.0 };
        self.scores.push(told(row.sub_scores().into_iter().fold(0.0, f64::max)));
        self.chances.extend(row.p_abuse.map(told));
    }

    /// Bins of the told chances, those with anybody.
    pub fn by_chance(&self) -> Vec<Bin> {
        bins(&self.chances, &CHANCES)
    }

    /// Bins of the highest sub-score: the strata of the queue's audit.
    pub fn by_score(&self) -> Vec<Bin> {
        bins(&self.scores, &STRATA)
    }

    /// For the page.
    pub fn as_json(&self) -> Value {
        let row = |b: &Bin| {
            json!({ "from": b.from, "to": b.to, "n": b.n, "confirmed": b.confirmed, "mean": b.mean,
                    "low": b.bounds.0, "high": b.bounds.1 })
        };
        let rows = |bins: Vec<Bin>| bins.iter().map(row).collect::<Vec<_>>();
        json!({ "n": self.scores.len(), "chances_n": self.chances.len(), "line": self.line(),
                "by_chance": rows(self.by_chance()), "by_score": rows(self.by_score()) })
    }

    /// Slope and intercept of what happened on what was told, each with its bounds; none where too few were decided on.
    fn line(&self) -> Option<Value> {
        let enough = LEAST_LINE <= self.chances.len();
        let measures = enough.then(|| calibration_measures(&self.chances, ONE_SIDED, str::to_owned))?;
        let of = |name: &str| {
            let measure = measures.get(name)?;
            Some(json!({ "value": measure.value?, "low": measure.low?, "high": measure.high? }))
        };
        Some(json!({ "slope": of("calibration_slope")?, "intercept": of("calibration_intercept")? }))
    }
}

fn bins(told: &[Told], from: &[f64]) -> Vec<Bin> {
    let to = from.iter().skip(1).copied().chain([1.0]);
    let of = |(from, to): (f64, f64)| {
        let inside: Vec<&Told> = told.iter().filter(|t| from <= t.p && (t.p < to || to == 1.0)).collect();
        let (n, confirmed) = (inside.len(), inside.iter().filter(|t| t.positive).count());
        let mean = inside.iter().map(|t| t.p).sum::<f64>() / n as f64;
        let bounds = exact::bounds(confirmed as f64, n as f64, ONE_SIDED);
        (0 < n).then_some(Bin { from, to, n, confirmed, mean, bounds })
    };
    from.iter().copied().zip(to).filter_map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(score: f64, p_abuse: Option<f64>) -> AccountRow {
        AccountRow { unsolicited: score, broadcast: score / 2.0, p_abuse, ..AccountRow::default() }
    }

    #[test]
    fn everybody_decided_on_stands_in_one_bin_with_exact_bounds() {
        let mut all = Observed::default();
        for (score, p, confirmed) in [
            (0.05, None, false),
            (0.42, Some(0.5), true),
            (0.5, Some(0.6), true),
            (0.67, Some(0.7), false),
            (1.0, Some(1.0), true),
        ] {
            all.push(&row(score, p), confirmed);
        }
        let told: Vec<_> = all.by_score().iter().map(|b| (b.from, b.to, b.n, b.confirmed)).collect();
        assert_eq!(
            told,
            [(0.0, 0.1, 1, 0), (0.42, 0.68, 3, 2), (0.68, 1.0, 1, 1)],
            "by the highest, and empty bins left out"
        );
        let chances = all.by_chance();
        assert_eq!(chances.iter().map(|b| b.n).sum::<usize>(), 4, "no chance was told of one");
        assert!((chances[0].mean - 0.6).abs() < 1e-12 && chances[0].bounds == exact::bounds(2.0, 3.0, 0.975));
        assert!(chances[0].bounds.0 < 2.0 / 3.0 && 2.0 / 3.0 < chances[0].bounds.1);
        let json = all.as_json();
        assert_eq!((&json["n"], &json["chances_n"], &json["line"]), (&json!(5), &json!(4), &Value::Null));
    }

    #[test]
    fn a_model_that_tells_too_much_has_a_line_that_says_so() {
        let mut all = Observed::default();
        for i in 0..400 {
            // Half as many as told.
            let p = [0.2, 0.4, 0.6, 0.8][i % 4];
            all.push(&row(p, Some(p)), (i / 4) as f64 / 100.0 < p / 2.0);
        }
        let json = all.as_json();
        let intercept = json["line"]["intercept"]["high"].as_f64().expect("a line");
        assert!(intercept < 0.0, "{json}");
        assert!(all.by_chance().iter().all(|b| b.confirmed as f64 / b.n as f64 <= 0.51 * b.mean), "{json}");
        assert!(Observed::default().as_json()["by_score"].as_array().is_some_and(Vec::is_empty));
    }
}
