//! Grows boosted trees over places with a library and takes them over as plain data.
//! In: a matrix of places, labels, directions, a seed; out: trees of our own form.
//! Keeps nothing of the library: what is stored, walked and explained are the plain trees.

use super::failure::ModelError;
use super::trees::{Boosted, Node, Tree};
use forust_ml::constraints::{Constraint, ConstraintMap};
use forust_ml::sampler::SampleMethod;
use forust_ml::{GradientBooster, Matrix};
use ndarray::Array2;
use serde::{Deserialize, Serialize};

/// How trees are grown; chosen once on one public set, not per fold (benches/record) [S].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Growth {
    /// Trees.
    pub trees: usize,
    /// Splits from root to leaf.
    pub depth: usize,
    /// Part of each tree's answer that is taken.
    pub rate: f32,
    /// Least weight (sum of p (1 - p)) of a leaf.
    pub least_leaf: f32,
    /// L2 penalty of leaf values.
    pub l2: f32,
    /// Part of the rows each tree sees.
    pub rows: f32,
    /// Part of the features each tree sees.
    pub features: f64,
}

impl Default for Growth {
    fn default() -> Self {
        Self { trees: 200, depth: 3, rate: 0.05, least_leaf: 3.0, l2: 1.0, rows: 0.7, features: 0.5 }
    }
}

/// Grows trees; `signs` says which features may not lower (1) or raise (-1) the log-odds.
pub fn fit(
    places: &Array2<f64>,
    positive: &[bool],
    signs: &[i8],
    growth: &Growth,
    seed: u64,
) -> Result<Boosted, ModelError> {
    // Column by column, as the library wants them.
    let flat: Vec<f64> = places.t().iter().copied().collect();
    let labels: Vec<f64> = positive.iter().map(|p| f64::from(u8::from(*p))).collect();
    let constraints: ConstraintMap = signs
        .iter()
        .enumerate()
        .filter(|(_, sign)| **sign != 0)
        .map(|(j, sign)| (j, if 0 < *sign { Constraint::Positive } else { Constraint::Negative }))
        .collect();
    let mut booster = GradientBooster::default()
        .set_iterations(growth.trees)
        .set_max_depth(growth.depth)
        .set_learning_rate(growth.rate)
        .set_min_leaf_weight(growth.least_leaf)
        .set_l2(growth.l2)
        .set_sample_method(SampleMethod::Random)
        .set_subsample(growth.rows)
        .set_colsample_bytree(growth.features)
        .set_monotone_constraints(Some(constraints))
        .set_seed(seed)
        // Folds run side by side; one thread inside keeps sums in one order.
        .set_parallel(false);
    booster
        .fit_unweighted(&Matrix::new(&flat, places.nrows(), places.ncols()), &labels, None)
        .map_err(|e| ModelError::Fit(e.to_string()))?;
    let trees = booster.trees.iter().map(plain).collect();
    Ok(Boosted { start: booster.base_score, trees })
}

/// The tree in our form, nodes renumbered from the root down so that children come after their parents.
fn plain(tree: &forust_ml::tree::Tree) -> Tree {
    let mut order = vec![0];
    let mut nodes = Vec::new();
    let mut at = 0;
    while let Some(theirs) = order.get(at).map(|i| &tree.nodes[*i]) {
        let (feature, left) = match theirs.is_leaf {
            true => (None, 0),
            false => (Some(theirs.split_feature as u32), order.len() as u32),
        };
        if feature.is_some() {
            order.extend([theirs.left_child, theirs.right_child]);
        }
        nodes.push(Node {
            feature,
            threshold: if feature.is_some() { theirs.split_value } else { 0.0 },
            left,
            right: if feature.is_some() { left + 1 } else { 0 },
            cover: f64::from(theirs.hessian_sum),
            value: f64::from(theirs.weight_value),
        });
        at += 1;
    }
    Tree::new(nodes)
}

#[cfg(test)]
mod tests {
    use super::super::scorer::Scorer;
    use super::*;

    /// Positive where the first place is high, unless the second is too; the third is noise.
    fn rows(n: usize) -> (Array2<f64>, Vec<bool>) {
        let places = Array2::from_shape_fn((n, 3), |(i, j)| ((i * [7, 13, 29][j]) % n) as f64 / n as f64);
        let positive = places.rows().into_iter().map(|r| 0.6 < r[0] && r[1] < 0.7).collect();
        (places, positive)
    }

    #[test]
    fn the_plain_trees_say_what_the_library_learned() {
        let (places, positive) = rows(601);
        let model = fit(&places, &positive, &[0, 0, 0], &Growth::default(), 1).expect("grows");
        let wrong = (0..601)
            .filter(|i| {
                let row: Vec<Option<f64>> = places.row(*i).iter().map(|v| Some(*v)).collect();
                (0.0 < model.log_odds(&row)) != positive[*i]
            })
            .count();
        assert!(wrong < 12, "{wrong} of 601 on the wrong side");
        assert!(model.trees.iter().all(|t| t.problem(3).is_none()));
        assert_eq!(model, fit(&places, &positive, &[0, 0, 0], &Growth::default(), 1).expect("grows"));
    }

    #[test]
    fn a_direction_is_held_everywhere() {
        let (places, positive) = rows(601);
        let steps = |model: &Boosted| -> bool {
            (0..40).all(|i| {
                let other = f64::from(i) / 40.0;
                let at = |step: i32| model.log_odds(&[Some(0.8), Some(f64::from(step) / 50.0), Some(other)]);
                (0..50).all(|step| at(step) <= at(step + 1) + 1e-9)
            })
        };
        let free = fit(&places, &positive, &[0, 0, 0], &Growth::default(), 1).expect("grows");
        assert!(!steps(&free), "the second feature lowers the odds here");
        let bound = fit(&places, &positive, &[0, 1, 0], &Growth::default(), 1).expect("grows");
        assert!(steps(&bound));
    }
}
