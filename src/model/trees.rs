//! Boosted trees as plain data: walked, explained and checked by ourselves, whoever grew them.
//! In: nodes with covers and leaf values; out: log-odds as a base and one contribution a feature, exactly their sum.
//! Grows nothing; a split on an absent value is averaged over, so that absence says nothing of its own.

use super::scorer::Scorer;
use serde::{Deserialize, Serialize};

/// Log-odds past this are no chance that anybody could measure; below it no sum of them leaves the numbers.
const MOST_LOG_ODDS: f64 = 1e6;

/// Whether a number from a file can be log-odds.
pub(super) fn are_log_odds(value: f64) -> bool {
    value.abs() <= MOST_LOG_ODDS
}

/// Training rows past this came by no node.
const MOST_COVER: f64 = 1e12;

/// The longest way to a leaf that a walk is trusted with; grown trees have 3.
const MOST_DEPTH: usize = 64;

/// A node: a split of a place, or a leaf.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Node {
    /// The feature that is split; none in a leaf.
    #[serde(rename = "f", default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<u32>,
    /// Places below go left.
    #[serde(rename = "t", default)]
    pub threshold: f64,
    /// Left child; the right one is `right`. Both come after their parent.
    #[serde(rename = "l", default)]
    pub left: u32,
    /// Right child.
    #[serde(rename = "r", default)]
    pub right: u32,
    /// Weight of the training rows that came by.
    #[serde(rename = "c")]
    pub cover: f64,
    /// Log-odds: of a leaf its own, of a split the mean of its children by their weight.
    #[serde(rename = "v")]
    pub value: f64,
}

/// A tree; its root comes first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// A tree of these nodes; the values of splits are computed here. Children must come after their parents.
    pub fn new(mut nodes: Vec<Node>) -> Self {
        for i in (0..nodes.len()).rev() {
            if nodes[i].feature.is_some() {
                let (left, right) = (nodes[nodes[i].left as usize], nodes[nodes[i].right as usize]);
                let part = share(&left, &right);
                nodes[i].value = part * left.value + (1.0 - part) * right.value;
            }
        }
        Self { nodes }
    }

    /// What is wrong with it as read from a file, for that many features.
    ///
    /// Each node but the root has one parent before it and the way to it is short, so that a walk ends soon even where every
    /// value is absent and both sides are taken.
    pub fn problem(&self, features: usize) -> Option<String> {
        let n = self.nodes.len();
        if n == 0 {
            return Some("a tree without nodes".to_owned());
        }
        let mut depths: Vec<Option<usize>> = vec![None; n];
        depths[0] = Some(0);
        for (i, node) in self.nodes.iter().enumerate() {
            let numbers = node.threshold.is_finite() && (0.0..=MOST_COVER).contains(&node.cover);
            let own = depths[i].filter(|depth| *depth <= MOST_DEPTH);
            let (Some(depth), true, true) = (own, numbers, are_log_odds(node.value)) else {
                return Some(format!("node {i} is no node of a tree of {n} nodes"));
            };
            let Some(feature) = node.feature else { continue };
            for child in [node.left as usize, node.right as usize] {
                let is_new = i < child && child < n && depths[child].is_none();
                if !is_new || features <= feature as usize {
                    return Some(format!(
                        "node {i} is no split of a tree of {n} nodes and {features} features"
                    ));
                }
                depths[child] = Some(depth + 1);
            }
        }
        None
    }

    fn walk(&self, at: usize, weight: f64, places: &[Option<f64>], into: &mut [f64]) {
        let node = &self.nodes[at];
        let Some(feature) = node.feature else { return };
        let (left, right) = (node.left as usize, node.right as usize);
        match places[feature as usize] {
            Some(place) => {
                let next = if place < node.threshold { left } else { right };
                into[feature as usize] += weight * (self.nodes[next].value - node.value);
                self.walk(next, weight, places, into);
            }
            None => {
                let part = share(&self.nodes[left], &self.nodes[right]);
                self.walk(left, weight * part, places, into);
                self.walk(right, weight * (1.0 - part), places, into);
            }
        }
    }
}

/// The left child's part of what came by.
fn share(left: &Node, right: &Node) -> f64 {
    let all = left.cover + right.cover;
    if 0.0 < all { left.cover / all } else { 0.5 }
}

/// A sum of trees.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Boosted {
    /// Log-odds that the trees start from.
    pub start: f64,
    /// The trees.
    pub trees: Vec<Tree>,
}

impl Scorer for Boosted {
    fn base(&self) -> f64 {
        self.start + self.trees.iter().map(|tree| tree.nodes[0].value).sum::<f64>()
    }

    fn contribute(&self, places: &[Option<f64>], into: &mut [f64]) {
        self.trees.iter().for_each(|tree| tree.walk(0, 1.0, places, into));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(feature: Option<u32>, threshold: f64, left: u32, right: u32, cover: f64, value: f64) -> Node {
        Node { feature, threshold, left, right, cover, value }
    }

    fn small() -> Boosted {
        let tree = Tree::new(vec![
            node(Some(0), 0.5, 1, 2, 4.0, 0.0),
            node(None, 0.0, 0, 0, 3.0, -1.0),
            node(Some(1), 0.3, 3, 4, 1.0, 0.0),
            node(None, 0.0, 0, 0, 0.5, 1.0),
            node(None, 0.0, 0, 0, 0.5, 3.0),
        ]);
        Boosted { start: 0.25, trees: vec![tree.clone(), tree] }
    }

    #[test]
    fn contributions_lead_from_the_base_to_the_leaf() {
        let model = small();
        assert_eq!(model.base(), 0.25 + 2.0 * -0.25);
        let mut parts = [0.0; 2];
        model.contribute(&[Some(0.9), Some(0.9)], &mut parts);
        assert_eq!(parts, [2.0 * 2.25, 2.0 * 1.0]);
        assert_eq!(model.log_odds(&[Some(0.9), Some(0.9)]), 0.25 + 2.0 * 3.0);
        assert_eq!(
            model.log_odds(&[Some(0.5), Some(0.1)]),
            0.25 + 2.0 * 1.0,
            "the threshold belongs to the right"
        );
    }

    #[test]
    fn an_absent_value_contributes_nothing_and_the_rest_is_averaged() {
        let model = small();
        assert_eq!(model.log_odds(&[None, None]), model.base());
        let mut parts = [0.0; 2];
        model.contribute(&[None, Some(0.9)], &mut parts);
        assert_eq!(parts, [0.0, 2.0 * 0.25 * 1.0]);
    }

    #[test]
    fn a_tree_that_leads_nowhere_is_seen() {
        let tree = |nodes| Tree { nodes };
        assert!(tree(Vec::new()).problem(1).is_some());
        assert!(
            tree(vec![node(Some(0), 0.5, 0, 1, 1.0, 0.0), node(None, 0.0, 0, 0, 1.0, 1.0)])
                .problem(1)
                .is_some()
        );
        assert!(tree(vec![node(None, 0.0, 0, 0, 1.0, f64::NAN)]).problem(1).is_some());
        assert!(tree(vec![node(None, 0.0, 0, 0, 1.0, 1e307)]).problem(1).is_some(), "sums would overflow");
        let leaf = node(None, 0.0, 0, 0, 1.0, 1.0);
        assert!(tree(vec![leaf, leaf]).problem(1).is_some(), "nobody leads to the second");
        let twice = vec![node(Some(0), 0.5, 1, 1, 1.0, 0.0), leaf];
        assert!(tree(twice).problem(1).is_some(), "a way in twice doubles the walk at every step");
        let chain = |n: u32| {
            let steps = (0..n).map(|i| [node(Some(0), 0.5, 2 * i + 1, 2 * i + 2, 1.0, 0.0), leaf]);
            tree(steps.flatten().chain([leaf]).collect()).problem(1)
        };
        assert!(chain(MOST_DEPTH as u32).is_none() && chain(MOST_DEPTH as u32 + 1).is_some());
        assert_eq!(small().trees[0].problem(2), None);
        assert!(small().trees[0].problem(1).is_some());
    }
}
