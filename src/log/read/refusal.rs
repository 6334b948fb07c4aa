//! Collects the refused rows of one part of a file while it is cleaned.
//! In: row, column, reason and the offending cell; out: rejects with harmless samples, in the order of the rows.
//! Decides nothing: whether there are too many is asked at the end of the table.

use crate::log::clean::Cell;
use crate::log::reject::{SAMPLE_CHARS, sample, shape, time_sample, word_sample};
use crate::log::schema::{ColumnCard, ColumnType};
use crate::log::{RejectReason, RejectRow, Rejects};
use crate::table_io::{Broken, BrokenRow, sanitise};
use std::sync::Arc;

/// The refused rows of one part.
pub(crate) struct Refusals {
    file: Arc<str>,
    limit: usize,
    /// What was collected.
    pub rejects: Rejects,
    /// Lines of refused rows beyond the first of each.
    pub more_lines: u64,
    pending: Vec<RejectRow>,
}

impl Refusals {
    /// Nothing refused yet.
    pub fn new(file: Arc<str>, limit: usize) -> Self {
        Self { file, limit, rejects: Rejects::default(), more_lines: 0, pending: Vec::new() }
    }

    /// Refuses a row because of one cell.
    #[cold]
    pub fn cell(&mut self, row: u64, card: &ColumnCard, reason: RejectReason, cell: Cell) {
        let shown = match (&card.ty, reason) {
            // Whoever reads the rejects need not be allowed to know who wrote to whom.
            (
                ColumnType::Token
                | ColumnType::Key
                | ColumnType::FlagOrToken
                | ColumnType::MessageText
                | ColumnType::Note,
                _,
            ) => shape(&cell.show()),
            (ColumnType::Word(names), RejectReason::UnknownWord) => word_sample(&cell.show(), &names()),
            (ColumnType::Time, _) => time_sample(&cell.show()),
            _ => sample(&cell.show()),
        };
        self.put(row, card.name.to_owned(), reason, shown);
    }

    /// Refuses a row that could not be cut into fields.
    pub fn broken(&mut self, broken: BrokenRow) {
        let (reason, shown) = match broken.what {
            Broken::Ragged { found, expected, lines: 0..=1 } => {
                (RejectReason::Ragged, format!("{found} fields instead of {expected}"))
            }
            Broken::Ragged { found, expected, lines } => {
                (RejectReason::Ragged, format!("{found} fields, not {expected}, over {lines} lines"))
            }
            Broken::Swallowed(like) => (RejectReason::Swallowed, format!("{like} lines look like rows")),
            Broken::NotUtf8 => (RejectReason::NotUtf8, String::new()),
            Broken::Nested(found) => (RejectReason::Nested, found.to_owned()),
            Broken::BadJson(problem) => (RejectReason::BadJson, problem),
        };
        let shown = sanitise(&shown, SAMPLE_CHARS - 1);
        self.put(broken.row, broken.column.unwrap_or_default(), reason, shown);
    }

    fn put(&mut self, row: u64, column: String, reason: RejectReason, sample: String) {
        self.pending.push(RejectRow { file: Arc::clone(&self.file), row, column, reason, sample });
    }

    /// Ends a batch: its refusals, found column by column, are put into the order of the rows. `lines` says which rows
    /// span more than one line, and how many.
    pub fn end_batch(&mut self, lines: &[(u64, u64)]) {
        self.pending.sort();
        let mut last = 0;
        for row in self.pending.drain(..) {
            let spans = lines.binary_search_by_key(&row.row, |(row, _)| *row).map_or(1, |at| lines[at].1);
            // A row that a mapping splits may be refused several times; its lines are there once.
            let spans = if row.row == last { 1 } else { spans };
            last = row.row;
            self.more_lines += spans - 1;
            self.rejects.push(row, spans, self.limit);
        }
    }
}
