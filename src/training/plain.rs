//! A plain table of numbers with a label: any feature table in CSV, to try the models on.
//! In: the table's bytes, the columns of name and label, the labels that are positive; out: examples.
//! Reads numbers only; an empty cell is absent.

use crate::domain::{ErrorClass, nearest};
use crate::model::{Dataset, Example};
use thiserror::Error;

/// Which columns are no features.
#[derive(Debug, Clone)]
pub struct PlainColumns {
    /// The account.
    pub id: String,
    /// Its label.
    pub label: String,
    /// Labels that count as positive.
    pub positive: Vec<String>,
}

/// Why a plain table cannot be read.
#[derive(Debug, Error)]
pub enum PlainError {
    /// No such column.
    #[error("{file}: no column {column}{offer}")]
    NoColumn {
        /// The file.
        file: String,
        /// What was asked for.
        column: String,
        /// The nearest name, as half a sentence.
        offer: String,
    },
    /// A cell that is no number.
    #[error("{file} row {row} column {column}: {value:?} is no number")]
    NoNumber {
        /// The file.
        file: String,
        /// The row, the first below the header being 1.
        row: usize,
        /// The column.
        column: String,
        /// The cell.
        value: String,
    },
    /// A broken row.
    #[error("{file}: {problem}")]
    Broken {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A name twice, once positive and once not, or with other values.
    #[error("{file} row {row} column {column}: {value:?} is there twice")]
    Twice {
        /// The file.
        file: String,
        /// The row.
        row: usize,
        /// The column.
        column: String,
        /// The name.
        value: String,
    },
}

impl PlainError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::NoColumn { .. } => ErrorClass::Usage,
            _ => ErrorClass::Input,
        }
    }
}

/// Reads a plain table; `file` names it in errors.
pub fn plain_table(file: &str, bytes: &[u8], columns: &PlainColumns) -> Result<Dataset, PlainError> {
    let broken = |e: csv::Error| PlainError::Broken { file: file.to_owned(), problem: e.to_string() };
    let mut reader = csv::Reader::from_reader(bytes);
    let header = reader.headers().map_err(broken)?.clone();
    let place = |column: &str| {
        header.iter().position(|name| name == column).ok_or_else(|| PlainError::NoColumn {
            file: file.to_owned(),
            column: column.to_owned(),
            offer: nearest(column, header.iter()).map(|n| format!("; did you mean {n}?")).unwrap_or_default(),
        })
    };
    let (id, label) = (place(&columns.id)?, place(&columns.label)?);
    let used: Vec<usize> = (0..header.len()).filter(|j| *j != id && *j != label).collect();
    let mut names = std::collections::BTreeSet::new();
    let mut examples = Vec::new();
    for (row, record) in (1..).zip(reader.records()) {
        let record = record.map_err(broken)?;
        let cell = |j: usize| record.get(j).unwrap_or_default().trim();
        let number = |j: &usize| -> Result<Option<f64>, PlainError> {
            let text = cell(*j);
            if text.is_empty() || text.eq_ignore_ascii_case("nan") {
                return Ok(None);
            }
            let number: Option<f64> = text.parse().ok().filter(|v: &f64| v.is_finite());
            number.map(Some).ok_or_else(|| PlainError::NoNumber {
                file: file.to_owned(),
                row,
                column: header[*j].to_owned(),
                value: text.to_owned(),
            })
        };
        let name = cell(id).to_owned();
        if !names.insert(name.clone()) {
            let (file, column) = (file.to_owned(), columns.id.clone());
            return Err(PlainError::Twice { file, row, column, value: name });
        }
        let values = used.iter().map(number).collect::<Result<_, _>>()?;
        let positive = columns.positive.iter().any(|word| word == cell(label));
        examples.push(Example { name, values, positive, group: None });
    }
    Ok(Dataset::new(used.iter().map(|j| header[*j].to_owned()).collect(), examples))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Dataset, PlainError> {
        let columns =
            PlainColumns { id: "who".to_owned(), label: "bot".to_owned(), positive: vec!["1".to_owned()] };
        plain_table("t.csv", text.as_bytes(), &columns)
    }

    #[test]
    fn numbers_gaps_and_labels_are_read() {
        let data = read("who,x,bot,y\nb,1.5,1,\na,2,0,NaN\n").expect("reads");
        assert_eq!(data.features, ["x", "y"]);
        assert_eq!(data.examples[1].values, [Some(1.5), None]);
        assert_eq!([&data.examples[0].name, &data.examples[1].name], ["a", "b"]);
        assert!(data.examples[1].positive && !data.examples[0].positive);
    }

    #[test]
    fn errors_name_row_column_and_the_nearest_word() {
        let said = |text: &str| read(text).expect_err("refused").to_string();
        assert_eq!(said("who,x,bto\na,1,1\n"), "t.csv: no column bot; did you mean bto?");
        assert_eq!(said("who,x,bot\na,1,1\nb,x1,0\n"), "t.csv row 2 column x: \"x1\" is no number");
        assert_eq!(said("who,x,bot\na,1,1\na,1,1\n"), "t.csv row 2 column who: \"a\" is there twice");
    }
}
