//! `features.parquet`: one row per account, one column per card, streamed in account order.
//! In: feature rows with the account's name; out: a file whose bytes depend on the rows only.
//! Adds one column of its own: `absent`, a letter per card that says why a value is null.

use crate::domain::ErrorClass;
use crate::features::{Absent, AccountFeatures, FeatureTable, Membership, Unit, Value, cards, coordination};
use crate::table_io::{
    Holds, Table, TableError, TableStream, amend_parquet, footer, pick_rows, read_columns, read_parquet,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use thiserror::Error;

/// Why a feature file cannot be read back.
#[derive(Debug, Error)]
pub enum FeatureFileError {
    /// The file itself.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Made by other feature cards: its columns may carry other meanings under the same names.
    #[error("{file} was made with feature cards {found}, this program has {expected}; scan again")]
    OtherCards {
        /// The file.
        file: String,
        /// Fingerprint in the file.
        found: String,
        /// Fingerprint of this program.
        expected: String,
    },
}

impl FeatureFileError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Table(error) => error.class(),
            Self::OtherCards { .. } => ErrorClass::Input,
        }
    }
}

/// A feature row with its account's name.
#[derive(Debug, Clone)]
pub struct NamedRow {
    /// The account as the log spells it.
    pub name: String,
    /// Its values.
    pub features: AccountFeatures,
}

/// The file being written.
pub struct FeatureFile {
    stream: TableStream,
    /// The reasons of one row, ASCII letters.
    letters: Vec<u8>,
}

/// Rows turned into columns at a time: each row is fetched into the first-level cache once, not once a column.
const BLOCK: usize = 16;

/// Key of the card fingerprint in the file's metadata.
const FINGERPRINT: &str = "bulkwatch.features.fingerprint";

impl FeatureFile {
    /// Starts the file.
    pub fn create(path: &Path) -> Result<Self, TableError> {
        let columns = columns();
        let metadata =
            [("bulkwatch.schema", "features 1".to_owned()), (FINGERPRINT, FeatureTable::fingerprint())];
        Ok(Self { stream: TableStream::create(path, &columns, &metadata)?, letters: Vec::new() })
    }

    /// Appends rows; they arrive in account order.
    pub fn append(&mut self, mut rows: &[NamedRow]) -> Result<(), TableError> {
        while !rows.is_empty() {
            let (block, rest) = rows.split_at(rows.len().min(BLOCK).min(self.stream.room()));
            self.block(block)?;
            rows = rest;
        }
        Ok(())
    }

    fn block(&mut self, rows: &[NamedRow]) -> Result<(), TableError> {
        self.stream.texts(0, rows.iter().map(|row| row.name.as_str()));
        let cards = cards().len();
        for card in 0..cards {
            self.stream.numbers(card + 1, rows.iter().map(|row| row.features.value_at(card).ok()));
        }
        for row in rows {
            self.letters.clear();
            let letters = row.features.values().map(|value| value.map_or_else(Absent::code, |_| '.') as u8);
            self.letters.extend(letters);
            let letters = std::str::from_utf8(&self.letters).unwrap_or_default();
            self.stream.texts(cards + 1, std::iter::once(letters));
        }
        self.stream.end_block(rows.len())
    }

    /// Finishes the file.
    pub fn finish(self) -> Result<(), TableError> {
        self.stream.finish()
    }
}

fn columns() -> Vec<(&'static str, Holds)> {
    let mut columns = vec![("account", Holds::Names)];
    columns.extend(cards().iter().map(|card| match card.unit {
        Unit::Count | Unit::Flag | Unit::Days => (card.name, Holds::Counts),
        _ => (card.name, Holds::Measures),
    }));
    columns.push(("absent", Holds::Words));
    columns
}

/// Refuses a file that other cards filled, before any of its columns is believed.
fn check_cards(path: &Path) -> Result<(), FeatureFileError> {
    let expected = FeatureTable::fingerprint();
    match footer(path)?.metadata.remove(FINGERPRINT) {
        Some(found) if found == expected => Ok(()),
        other => Err(FeatureFileError::OtherCards {
            file: path.display().to_string(),
            found: other.unwrap_or_else(|| "without a fingerprint".to_owned()),
            expected,
        }),
    }
}

/// Reads a feature file back, for explanations and population profiles.
pub fn read_features(path: &Path) -> Result<Vec<NamedRow>, FeatureFileError> {
    check_cards(path)?;
    named_rows(&read_parquet(path)?)
}

/// Reads some columns of a feature file back, `account` and `absent` among them where they are asked for.
pub fn read_feature_columns(path: &Path, columns: &[&str]) -> Result<Table, FeatureFileError> {
    check_cards(path)?;
    Ok(read_columns(path, columns)?)
}

/// Reads the rows of these accounts, in the order of the file.
pub fn pick_features(path: &Path, wanted: &BTreeSet<&str>) -> Result<Vec<NamedRow>, FeatureFileError> {
    check_cards(path)?;
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let names = read_columns(path, &["account"])?;
    let is_wanted = |name: &Option<String>| name.as_deref().is_some_and(|name| wanted.contains(name));
    let places = (0..).zip(names.texts("account")?).filter(|(_, name)| is_wanted(name));
    let places: Vec<u64> = places.map(|(place, _)| place).collect();
    if places.is_empty() {
        return Ok(Vec::new());
    }
    named_rows(&pick_rows(path, &places)?)
}

fn named_rows(table: &Table) -> Result<Vec<NamedRow>, FeatureFileError> {
    let names = table.texts("account")?;
    let letters = table.texts("absent")?;
    let columns: Vec<Vec<Option<f64>>> =
        cards().iter().map(|card| table.floats(card.name)).collect::<Result<_, _>>()?;
    let rows = names.iter().enumerate().map(|(row, name)| {
        let why: Vec<char> = letters[row].as_deref().unwrap_or_default().chars().collect();
        let values = columns.iter().enumerate().map(|(i, column)| -> Value {
            column[row]
                .ok_or_else(|| why.get(i).and_then(|c| Absent::of_code(*c)).unwrap_or(Absent::NoEvidence))
        });
        let features = AccountFeatures::new(crate::domain::Token::default(), values.collect());
        NamedRow { name: name.clone().unwrap_or_default(), features }
    });
    Ok(rows.collect())
}

/// Fills the finished file's columns on company in for these accounts, by the number of their row, and returns their rows.
///
/// The rest of the file is copied as it stands.
pub fn fill_in(
    path: &Path,
    members: &BTreeMap<u32, Membership>,
) -> Result<BTreeMap<u32, NamedRow>, FeatureFileError> {
    if members.is_empty() {
        return Ok(BTreeMap::new());
    }
    let places: Vec<u64> = members.keys().map(|place| u64::from(*place)).collect();
    let mut rows = named_rows(&pick_rows(path, &places)?)?;
    let amendments: Vec<_> = members
        .iter()
        .zip(&mut rows)
        .map(|((place, membership), row)| {
            membership.fill(&mut row.features);
            let value = |i: usize| row.features.get(coordination::CARDS[i]).ok().map(|v| v as i64);
            (u64::from(*place), std::array::from_fn(value))
        })
        .collect();
    let amended = path.with_extension("amended");
    amend_parquet(path, &amended, Membership::columns(), &amendments)?;
    std::fs::rename(&amended, path).map_err(|e| TableError::io(&path.display().to_string(), e))?;
    Ok(members.keys().copied().zip(rows).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Token;

    #[test]
    fn values_and_reasons_come_back() {
        let folder = tempfile::tempdir().expect("temp");
        let path = folder.path().join("features.parquet");
        let n = cards().len();
        let values: Vec<Value> = (0..n)
            .map(|i| match i % 3 {
                0 => Ok(i as f64),
                1 => Err(Absent::ColumnMissing),
                _ => Err(Absent::Censored),
            })
            .collect();
        let row = NamedRow { name: "a".into(), features: AccountFeatures::new(Token::default(), values) };
        let mut file = FeatureFile::create(&path).expect("created");
        file.append(std::slice::from_ref(&row)).expect("appended");
        file.finish().expect("finished");
        let back = read_features(&path).expect("read");
        assert_eq!(back.len(), 1);
        assert_eq!((back[0].name.as_str(), &back[0].features), ("a", &row.features));
    }

    #[test]
    fn company_is_filled_in_afterwards() {
        let folder = tempfile::tempdir().expect("temp");
        let path = folder.path().join("features.parquet");
        let row = |name: &str, value| NamedRow {
            name: name.into(),
            features: AccountFeatures::new(Token::default(), vec![value; cards().len()]),
        };
        let rows = [row("a", Ok(0.0)), row("b", Ok(0.0)), row("c", Err(Absent::ColumnMissing))];
        let mut file = FeatureFile::create(&path).expect("created");
        file.append(&rows).expect("appended");
        file.finish().expect("finished");
        let found = Membership { lockstep_members: 3, ..Membership::default() };
        let filled = fill_in(&path, &BTreeMap::from([(1, found), (2, found)])).expect("filled in");
        let back = read_features(&path).expect("read");
        assert_eq!((filled[&1].name.as_str(), &filled[&1].features), ("b", &back[1].features));
        let members = |i: usize| back[i].features.get(&coordination::LOCKSTEP_MEMBERS);
        assert_eq!([members(0), members(1), members(2)], [Ok(0.0), Ok(3.0), Err(Absent::ColumnMissing)]);
        assert_eq!((&back[0].features, &back[2].features), (&rows[0].features, &rows[2].features));
    }

    #[test]
    fn what_other_cards_filled_is_refused() {
        let folder = tempfile::tempdir().expect("temp");
        let path = folder.path().join("features.parquet");
        for (metadata, found) in
            [(vec![(FINGERPRINT, "0ther".to_owned())], "0ther"), (vec![], "without a fingerprint")]
        {
            let file = TableStream::create(&path, &columns(), &metadata).expect("created");
            file.finish().expect("finished");
            let error = read_features(&path).expect_err("other cards");
            assert!(error.to_string().contains(&format!("made with feature cards {found}, this")), "{error}");
            assert_eq!(error.class(), ErrorClass::Input);
        }
    }
}
