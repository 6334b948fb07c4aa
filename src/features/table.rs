//! The feature table: a row per account, a value or a reason per card, eight bytes each.
//! In: values in card order; out: look-up by card, and the fingerprint of the cards they were made with.
//! Refuses to be read with other cards than it was made with.

use super::feature::{Absent, Feature, Reads, Value};
use crate::domain::Token;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::sync::OnceLock;

/// One account's values in card order.
#[derive(Debug, Clone)]
pub struct AccountFeatures {
    /// Whose they are.
    pub account: Token,
    packed: Box<[u64]>,
}

/// A quiet NaN no arithmetic makes: a reason is packed as this plus its number, so that a value takes eight bytes.
const ABSENT: u64 = 0x7ffc_abce_0000_0000;
/// The bits of the reason's number.
const REASON: u64 = 0xff;

fn pack(value: Value) -> u64 {
    value.map_or_else(|absent| ABSENT | absent as u64, f64::to_bits)
}

fn unpack(bits: u64) -> Value {
    // A log without side tables lacks a third of all values, so a reason is looked up and not searched for.
    if bits & !REASON == ABSENT
        && let Some((absent, _, _)) = Absent::ALL.get(((bits & REASON) as usize).wrapping_sub(1))
    {
        return Err(*absent);
    }
    Ok(f64::from_bits(bits))
}

impl AccountFeatures {
    /// Values in card order.
    pub fn new(account: Token, values: Vec<Value>) -> Self {
        Self::of(account, values.into_iter())
    }

    /// Values in card order, as they come.
    pub fn of(account: Token, values: impl Iterator<Item = Value>) -> Self {
        Self { account, packed: values.map(pack).collect() }
    }

    /// The value of a card.
    pub fn get(&self, card: &Feature) -> Value {
        place(card).map_or(Err(Absent::ColumnMissing), |i| self.value_at(i))
    }

    /// Sets the value of a card; an unknown card is ignored.
    pub fn set(&mut self, card: &Feature, value: Value) {
        if let Some(i) = place(card) {
            self.packed[i] = pack(value);
        }
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

    /// The same without the values of cards that read any of these: as if the log had no such column.
    pub fn without(&self, hidden: &[Reads]) -> Self {
        let mut rest = self.clone();
        for (i, card) in super::cards().iter().enumerate() {
            if card.reads.iter().any(|reads| hidden.contains(reads)) {
                rest.packed[i] = pack(Err(Absent::ColumnMissing));
            }
        }
        rest
    }

    /// All values in card order.
    pub fn values(&self) -> impl ExactSizeIterator<Item = Value> {
        self.packed.iter().map(|bits| unpack(*bits))
    }

    /// The value of the card at a place in card order.
    pub fn value_at(&self, place: usize) -> Value {
        self.packed.get(place).map_or(Err(Absent::ColumnMissing), |bits| unpack(*bits))
    }
}

impl PartialEq for AccountFeatures {
    fn eq(&self, other: &Self) -> bool {
        self.account == other.account && self.values().eq(other.values())
    }
}

fn place(card: &Feature) -> Option<usize> {
    // Rules ask some two hundred times an account, and nearly always with the cards themselves: those are known by where
    // they lie. Comparing names took a sixth of a whole scan.
    static LYING: OnceLock<HashMap<usize, usize, FixedState>> = OnceLock::new();
    let address = |card: &Feature| std::ptr::from_ref(card).addr();
    let lying = LYING.get_or_init(|| (0..).zip(super::cards()).map(|(i, c)| (address(c), i)).collect());
    lying.get(&address(card)).copied().or_else(|| place_by_name(card))
}

fn place_by_name(card: &Feature) -> Option<usize> {
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
            let copy = Feature { definition: "a copy of it", ..**card };
            assert_eq!(row.get(&copy), Ok(i as f64), "{}", card.name);
        }
        assert_eq!(row.get(&Feature { name: "none", ..Feature::COUNT }), Err(Absent::ColumnMissing));
        assert_eq!(FeatureTable::fingerprint().len(), 16);
    }

    #[test]
    fn packed_values_come_back() {
        let reasons = Absent::ALL.iter().map(|(absent, _, _)| Err(*absent));
        let numbers = [0.0, -0.0, 1.5, -3e300, f64::INFINITY, f64::MIN_POSITIVE].map(Ok);
        for value in reasons.chain(numbers) {
            assert_eq!(unpack(pack(value)), value);
        }
        // No card makes one; if a card did, it would still be seen and not pass for a reason.
        assert!(unpack(pack(Ok(f64::NAN))).is_ok_and(f64::is_nan));
    }
}
