//! `features.parquet`: one row per account, one column per card, streamed in account order.
//! In: feature rows with the account's name; out: a file whose bytes depend on the rows only.
//! Adds one column of its own: `absent`, a letter per card that says why a value is null.

use crate::features::{Absent, AccountFeatures, FeatureTable, Unit, Value, cards};
use crate::table_io::{Holds, TableError, TableStream, read_parquet};
use std::path::Path;

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
    /// The reasons of one row.
    letters: String,
}

/// Rows turned into columns at a time: each row is fetched into the first-level cache once, not once a column.
const BLOCK: usize = 64;

/// Key of the card fingerprint in the file's metadata.
const FINGERPRINT: &str = "bulkwatch.features.fingerprint";

impl FeatureFile {
    /// Starts the file.
    pub fn create(path: &Path) -> Result<Self, TableError> {
        let mut columns = vec![("account", Holds::Names)];
        columns.extend(cards().iter().map(|card| match card.unit {
            Unit::Count | Unit::Flag | Unit::Days => (card.name, Holds::Counts),
            _ => (card.name, Holds::Measures),
        }));
        columns.push(("absent", Holds::Words));
        let metadata =
            [("bulkwatch.schema", "features 1".to_owned()), (FINGERPRINT, FeatureTable::fingerprint())];
        Ok(Self { stream: TableStream::create(path, &columns, &metadata)?, letters: String::new() })
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
            self.letters.extend(row.features.values().map(|value| value.map_or_else(Absent::code, |_| '.')));
            self.stream.texts(cards + 1, std::iter::once(self.letters.as_str()));
        }
        self.stream.end_block(rows.len())
    }

    /// Finishes the file.
    pub fn finish(self) -> Result<(), TableError> {
        self.stream.finish()
    }
}

/// Reads a feature file back, for explanations and population profiles.
pub fn read_features(path: &Path) -> Result<Vec<NamedRow>, TableError> {
    let table = read_parquet(path)?;
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
}
