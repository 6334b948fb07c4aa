//! Examples to learn from: rows of optional values, sorted by name, and the dense matrix of their places.
//! In: feature rows or plain numbers with a label; out: a data set free of order, and places with absent ones centered.
//! Chooses no feature and fits nothing.

use super::quantile::Quantiles;
use crate::features::{AccountFeatures, Feature};
use ndarray::Array2;

/// One labeled account.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// Its name: for order and folds only, never an input.
    pub name: String,
    /// Its values in the order of the data set's features.
    pub values: Vec<Option<f64>>,
    /// Whether its label is positive.
    pub positive: bool,
    /// Accounts with the same number stay in one fold.
    pub group: Option<u32>,
}

/// Labeled accounts with the names of their features.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Dataset {
    /// Names of the features.
    pub features: Vec<String>,
    /// Examples, by name.
    pub examples: Vec<Example>,
}

impl Dataset {
    /// A data set whose order of rows says nothing; of two rows of one name the first in order of values stays.
    pub fn new(features: Vec<String>, mut examples: Vec<Example>) -> Self {
        examples.sort_by(|a, b| a.name.cmp(&b.name).then_with(|| compare(&a.values, &b.values)));
        examples.dedup_by(|b, a| a.name == b.name);
        Self { features, examples }
    }

    /// The values of these cards in a feature row.
    ///
    /// Also where a card has less evidence than a rule wants of it: what little is worth is learned from accounts with as
    /// little, and leaving it out costs most where accounts are small (benches/record, panel).
    pub fn values(row: &AccountFeatures, cards: &[&'static Feature]) -> Vec<Option<f64>> {
        cards.iter().map(|card| row.get(card).ok().filter(|v| v.is_finite())).collect()
    }

    /// Positive examples.
    pub fn positives(&self) -> usize {
        self.examples.iter().filter(|e| e.positive).count()
    }

    /// The same examples without these features.
    pub fn without(&self, left_out: impl Fn(&str) -> bool) -> Self {
        let kept: Vec<usize> = (0..self.features.len()).filter(|i| !left_out(&self.features[*i])).collect();
        Self {
            features: kept.iter().map(|i| self.features[*i].clone()).collect(),
            examples: self
                .examples
                .iter()
                .map(|e| Example { values: kept.iter().map(|i| e.values[*i]).collect(), ..e.clone() })
                .collect(),
        }
    }
}

fn compare(a: &[Option<f64>], b: &[Option<f64>]) -> std::cmp::Ordering {
    let key = |v: &Option<f64>| v.unwrap_or(f64::NEG_INFINITY);
    let each = a.iter().zip(b).map(|(a, b)| key(a).total_cmp(&key(b)));
    each.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
}

/// The tables of all features over some training rows.
pub fn tables(data: &Dataset, rows: &[usize]) -> Vec<Quantiles> {
    let column = |j: usize| rows.iter().filter_map(|i| data.examples[*i].values[j]).collect();
    (0..data.features.len()).map(|j| Quantiles::of(column(j))).collect()
}

/// Places of one row; absent stays absent.
pub fn places(values: &[Option<f64>], tables: &[Quantiles]) -> Vec<Option<f64>> {
    values.iter().zip(tables).map(|(value, table)| value.map(|v| table.place(v))).collect()
}

/// Places of training rows, absent ones at the place of the training median.
///
/// Nothing marks what was absent: a log without a table would otherwise condemn or clear everybody in it.
pub fn matrix(data: &Dataset, rows: &[usize], tables: &[Quantiles]) -> Array2<f64> {
    Array2::from_shape_fn((rows.len(), tables.len()), |(i, j)| {
        data.examples[rows[i]].values[j].map_or(tables[j].center, |v| tables[j].place(v))
    })
}

#[cfg(test)]
mod tests {
    use super::super::admitted;
    use super::*;
    use crate::domain::Token;
    use crate::features::cards;

    #[test]
    fn what_little_an_account_shows_is_learned_from_too() {
        // One of everything: too little for many a rule.
        let row = AccountFeatures::new(Token(1), vec![Ok(1.0); cards().len()]);
        let cards = admitted();
        assert!(cards.iter().any(|card| row.evident(card).is_err()));
        assert!(Dataset::values(&row, &cards).iter().all(|v| *v == Some(1.0)));
    }
}
