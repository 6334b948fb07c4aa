//! What reading a table found: files, rows, refusals, time span and columns.
//! In: the outcomes of the files; out: plain numbers for the manifest, the report and the terminal.
//! Decides nothing: limits are applied by the reader.

use crate::domain::{Timestamp, Window};
use crate::log::{Days, LogError, RejectRow, Rejects, Strays, TableKind};
use crate::table_io::Table;
use serde::Serialize;
use std::collections::BTreeSet;

/// What one file contributed.
#[derive(Debug, Clone, Default, Serialize)]
pub struct FileReport {
    /// Its name, relative to what was given.
    pub name: String,
    /// parquet, csv or ndjson.
    pub format: String,
    /// Bytes on disk, 0 for standard input.
    pub bytes: u64,
    /// blake3 of the bytes, hexadecimal.
    pub digest: String,
    /// Rows in the file; a refused one that spans several lines counts as so many.
    pub rows: u64,
    /// Rows left out by the mapping's filter.
    pub filtered: u64,
    /// Rows that became events; more than `rows` where a list column was split.
    pub ok: u64,
    /// Rows refused.
    pub rejected: u64,
    /// Oldest usable time, UTC microseconds.
    pub oldest: Option<i64>,
    /// Newest usable time, UTC microseconds.
    pub newest: Option<i64>,
    /// The earlier file with the same bytes; this one was not read.
    pub same_as: Option<String>,
}

/// What reading one table found.
#[derive(Debug, Clone)]
pub struct ReadReport {
    /// Which table.
    pub table: TableKind,
    /// Its files, in the order of their names.
    pub files: Vec<FileReport>,
    /// Rows in all files that were read.
    pub rows_read: u64,
    /// Rows left out by the mapping's filter.
    pub rows_filtered: u64,
    /// Rows that were passed on.
    pub rows_ok: u64,
    /// Rows of files that were not read because an earlier file has the same bytes.
    pub rows_repeated: u64,
    /// Rows refused.
    pub rejects: Rejects,
    /// Oldest usable time, UTC microseconds.
    pub oldest: Option<i64>,
    /// Newest usable time, UTC microseconds.
    pub newest: Option<i64>,
    /// Usable rows by day; of messages only.
    pub days: Days,
    /// Rows dated so long before all others that they are not taken for the start of the log.
    pub strays: Option<Strays>,
    /// Rows dated so long after all others that they do not set the end of the log.
    pub late: Option<Strays>,
    /// Columns of the contract that were read from at least one file.
    pub columns_present: BTreeSet<&'static str>,
    /// Columns of the contract that no file offers.
    pub columns_missing: BTreeSet<&'static str>,
    /// Columns of the files that nothing asked for.
    pub columns_ignored: BTreeSet<String>,
    /// What a person should know.
    pub warnings: Vec<String>,
    /// Midnight UTC of the oldest partition there is, read or not.
    pub earliest_partition: Option<i64>,
    /// Partitions left out because of their date.
    pub partitions_pruned: usize,
    /// Whether message texts were read (and dropped after fingerprinting).
    pub text_read: bool,
    /// The id of the key that pseudonyms or fingerprints were made with.
    pub key_id: Option<String>,
    /// Label words that count as positive, as the mapping says; empty without one.
    pub positive_labels: Vec<String>,
}

impl ReadReport {
    /// An empty report of a table.
    pub fn new(table: TableKind) -> Self {
        Self {
            table,
            files: Vec::new(),
            rows_read: 0,
            rows_filtered: 0,
            rows_ok: 0,
            rows_repeated: 0,
            rejects: Rejects::default(),
            oldest: None,
            newest: None,
            days: Days::default(),
            strays: None,
            late: None,
            columns_present: BTreeSet::new(),
            columns_missing: BTreeSet::new(),
            columns_ignored: BTreeSet::new(),
            warnings: Vec::new(),
            earliest_partition: None,
            partitions_pruned: 0,
            text_read: false,
            key_id: None,
            positive_labels: Vec::new(),
        }
    }

    /// A digest of all inputs that does not depend on their order or names.
    pub fn input_digest(&self) -> String {
        let mut digests: Vec<&str> =
            self.files.iter().filter(|f| f.same_as.is_none()).map(|f| f.digest.as_str()).collect();
        digests.sort_unstable();
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.table.name().as_bytes());
        digests.iter().for_each(|d| {
            hasher.update(d.as_bytes());
        });
        hasher.finalize().to_hex().to_string()
    }

    /// Adds the outcome of a file.
    pub(crate) fn add(&mut self, file: FileReport, rejects: Rejects) {
        self.rows_read += file.rows;
        self.rows_filtered += file.filtered;
        self.rows_ok += file.ok;
        self.oldest = self.oldest.into_iter().chain(file.oldest).min();
        self.newest = self.newest.into_iter().chain(file.newest).max();
        self.rejects.absorb(rejects);
        self.files.push(file);
    }

    /// The newest row that may set the end of the log where nobody says it: rows far ahead of all others would make a
    /// night in which nothing happened.
    pub(crate) fn log_end(&mut self, newest: i64) -> i64 {
        self.late = self.days.late();
        let Some(late) = self.late else { return newest };
        self.warnings.push(late.late_warning(newest));
        late.end()
    }

    /// The first moment that the log covers where nobody says it: the oldest partition, else the oldest row, unless that
    /// is a stray, which would make everything after it count as covered. `as_of` is where the log ends.
    pub(crate) fn log_start(&mut self, oldest: i64, as_of: i64) -> i64 {
        if let Some(partition) = self.earliest_partition {
            return partition;
        }
        self.strays = self.days.until(as_of - 1).strays();
        let Some(strays) = self.strays else { return oldest };
        self.warnings.push(strays.warning(oldest));
        strays.bulk
    }

    /// Refuses a window that no row of the log can lie in.
    pub(crate) fn check_window(&self, window: &Window) -> Result<(), LogError> {
        let (Some(oldest), Some(newest)) = (self.oldest, self.newest) else { return Ok(()) };
        if window.from_us() <= newest && oldest < window.to_us() {
            return Ok(());
        }
        let [from, to, oldest, newest] =
            [window.from_us(), window.to_us(), oldest, newest].map(|t| Timestamp(t).rfc3339());
        Err(LogError::EmptyWindow { from, to, oldest, newest })
    }

    /// Counts what files given twice would have added, and says so: one log read twice is no second log, but the same
    /// rows within one file would be events of their own.
    pub(crate) fn count_repeated(&mut self) {
        for file in self.files.iter().filter(|f| f.same_as.is_some()) {
            let first = self.files.iter().find(|f| Some(&f.name) == file.same_as.as_ref());
            let (same, rows) = first.map_or(("", 0), |f| (f.name.as_str(), f.rows));
            self.rows_repeated += rows;
            self.warnings.push(format!(
                "{} has the same content as {same}, read once: {rows} rows left out",
                file.name
            ));
        }
    }
}

/// The refused rows of several tables as one table: table, file, row, column, reason, meaning, sample.
pub fn rejects_table(reports: &[&ReadReport]) -> Table {
    let rows: Vec<(&str, &RejectRow)> =
        reports.iter().flat_map(|r| r.rejects.rows.iter().map(|row| (r.table.name(), row))).collect();
    let text = |f: &dyn Fn(&(&str, &RejectRow)) -> String| rows.iter().map(f).collect::<Vec<String>>();
    Table::new()
        .with("table", text(&|(table, _)| (*table).to_owned()))
        .with("file", text(&|(_, row)| row.file.to_string()))
        .with("row", rows.iter().map(|(_, row)| row.row).collect::<Vec<u64>>())
        .with("column", text(&|(_, row)| row.column.clone()))
        .with("reason", text(&|(_, row)| row.reason.code().to_owned()))
        .with("meaning", text(&|(_, row)| row.reason.description().to_owned()))
        .with("sample", text(&|(_, row)| row.sample.clone()))
}
