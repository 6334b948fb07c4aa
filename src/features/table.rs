//! The feature table: a row per account, a value or a reason per card.
//! In: values in card order; out: look-up by card, and the fingerprint of the cards they were made with.
//! Refuses to be read with other cards than it was made with.

use super::feature::{Absent, Feature, Value};
use crate::domain::Token;
use std::sync::OnceLock;

/// One account's values in card order.
#[derive(Debug, Clone, PartialEq)]
pub struct AccountFeatures {
    /// Whose they are.
    pub account: Token,
    values: Vec<Value>,
}

impl AccountFeatures {
    /// Values in card order.
    pub fn new(account: Token, values: Vec<Value>) -> Self {
        Self { account, values }
    }

    /// The value of a card.
    pub fn get(&self, card: &Feature) -> Value {
        place(card).and_then(|i| self.values.get(i).copied()).unwrap_or(Err(Absent::ColumnMissing))
    }

    /// The value of a card if a rule may use it: present, and with the least evidence the card asks for.
    pub fn evident(&self, card: &Feature) -> Value {
        if let Some((base, least)) = card.evidence
            && self.get(base)? < least
        {
            return Err(Absent::NoEvidence);
        }
        self.get(card)
    }

    /// All values in card order.
    pub fn values(&self) -> &[Value] {
        &self.values
    }
}

fn place(card: &Feature) -> Option<usize> {
    static SORTED: OnceLock<Vec<(&'static str, usize)>> = OnceLock::new();
    let sorted = SORTED.get_or_init(|| {
        let mut names: Vec<_> = super::cards().iter().enumerate().map(|(i, c)| (c.name, i)).collect();
        names.sort_unstable();
        names
    });
    sorted.binary_search_by_key(&card.name, |(name, _)| *name).ok().map(|i| sorted[i].1)
}

/// All rows, in account order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FeatureTable {
    /// One row per account of the population.
    pub rows: Vec<AccountFeatures>,
}

impl FeatureTable {
    /// Fingerprint of the cards: names, units, definitions and evidence, in order.
    pub fn fingerprint() -> String {
        let mut hasher = blake3::Hasher::new();
        for card in super::cards() {
            for part in [card.name, card.unit.word(), card.definition] {
                hasher.update(part.as_bytes());
                hasher.update(b"\0");
            }
            if let Some((base, least)) = card.evidence {
                hasher.update(format!("{} >= {least}\0", base.name).as_bytes());
            }
        }
        hasher.finalize().to_hex()[..16].to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_card_has_its_place_and_an_unknown_one_is_absent() {
        let values: Vec<Value> = (0..super::super::cards().len()).map(|i| Ok(i as f64)).collect();
        let row = AccountFeatures::new(Token(1), values);
        for (i, card) in super::super::cards().iter().enumerate() {
            assert_eq!(row.get(card), Ok(i as f64), "{}", card.name);
        }
        assert_eq!(row.get(&Feature { name: "none", ..Feature::COUNT }), Err(Absent::ColumnMissing));
        assert_eq!(FeatureTable::fingerprint().len(), 16);
    }
}
