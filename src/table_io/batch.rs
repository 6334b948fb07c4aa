//! A format-neutral batch of rows: Arrow columns in the order asked for, with the number of every row.
//! In: what the readers decode; out: columns for cleaning, and the rows that could not become columns.
//! Knows neither the file format nor what the columns mean.

use arrow_array::ArrayRef;

/// Why a row could not be cut into fields.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Broken {
    /// The number of fields differs from the header's.
    Ragged {
        /// Fields in the row.
        found: usize,
        /// Fields in the header.
        expected: usize,
        /// Lines the record spans; more than one hints at an unclosed quote.
        lines: u64,
    },
    /// Whole rows inside one quoted field; how many of its lines look like rows.
    Swallowed(u64),
    /// A field that is needed is not UTF-8.
    NotUtf8,
    /// A list or an object where one value is expected; which of them.
    Nested(&'static str),
    /// The line is no JSON object; what the parser said.
    BadJson(String),
}

/// A row that could not become part of the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrokenRow {
    /// Its 1-based number in the file, the header not counted.
    pub row: u64,
    /// The column at fault, where one is.
    pub column: Option<String>,
    /// What is wrong.
    pub what: Broken,
}

/// Some consecutive rows of a file.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Rows in the columns.
    pub len: usize,
    /// The number of the first row, when the rows are consecutive.
    pub first_row: u64,
    /// The numbers of all rows, when they are not.
    pub rows: Option<Vec<u64>>,
    /// The columns asked for, in that order; `None` where the file has no such column.
    pub columns: Vec<Option<ArrayRef>>,
    /// Rows that did not make it into the columns.
    pub broken: Vec<BrokenRow>,
    /// Rows that span more than one line of the file, with their lines, in order.
    pub lines: Vec<(u64, u64)>,
    /// Rows of the file this batch stands for, before any splitting or filtering.
    pub source_rows: u64,
    /// Rows a mapping's filter left out.
    pub filtered: u64,
}

impl Batch {
    /// The 1-based number in the file of the row at `index`.
    pub fn row_number(&self, index: usize) -> u64 {
        match &self.rows {
            Some(rows) => rows[index],
            None => self.first_row + index as u64,
        }
    }
}
