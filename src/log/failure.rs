//! Every way in which a log can be unusable, in words a person can act on.
//! In: what the readers and the cleaning found; out: one error type with the class that decides the exit code.
//! A single bad row is no error: it is a reject.

use crate::domain::ErrorClass;
use crate::table_io::TableError;
use thiserror::Error;

/// A failure to read a log.
#[derive(Debug, Error)]
pub enum LogError {
    /// A file, a format or a mapping.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Temporary rows on disk.
    #[error(transparent)]
    Spill(#[from] super::SpillError),
    /// One account's events do not fit in the memory given.
    #[error(
        "the events of account {account} alone need more than the {limit} MiB of --memory-limit; raise it, or leave it out: then such an account gets what it needs"
    )]
    AccountTooLarge {
        /// What the log calls it, made harmless.
        account: String,
        /// The limit in MiB.
        limit: u64,
    },
    /// A required column is neither there nor mapped.
    #[error(
        "{file}: table {table} needs the column {column}{hint}; the file has: {found}; a mapping can rename columns (`bulkwatch init` writes one)"
    )]
    MissingColumn {
        /// The file.
        file: String,
        /// The table.
        table: &'static str,
        /// The missing column.
        column: &'static str,
        /// The most similar column, and what to do with it.
        hint: String,
        /// What there is.
        found: String,
    },
    /// A numeric time without its unit.
    #[error(
        "{file}, column {column}: times are numbers such as {sample}; say their unit in a mapping: {column} = {{ column = \"{source_column}\", unit = \"{guess}\" }}"
    )]
    TimeUnit {
        /// The file.
        file: String,
        /// The column of the contract.
        column: &'static str,
        /// The column of the file.
        source_column: String,
        /// A value.
        sample: String,
        /// The likely unit.
        guess: &'static str,
    },
    /// Raw phone numbers.
    #[error(
        "{file}, row {row}, column {column}: the value looks like a raw phone number; use tokens, or a mapping with pseudonymise = true and a key file"
    )]
    RawNumber {
        /// The file.
        file: String,
        /// 1-based.
        row: u64,
        /// The column.
        column: String,
    },
    /// Something needs a key file.
    #[error("{what} needs a key file{}", if *basis { " and a named lawful basis in the configuration" } else { "" })]
    NeedsKey {
        /// What needs it.
        what: String,
        /// Whether a lawful basis is needed too.
        basis: bool,
    },
    /// A key file that is no good.
    #[error("key file {path}: {problem}")]
    BadKey {
        /// The file.
        path: String,
        /// What is wrong.
        problem: String,
    },
    /// More rows refused than allowed.
    #[error(
        "{table}: {rejected} of {rows} rows refused ({share:.1} %, allowed {allowed:.1} %); most often: {reason} ({count} rows), for example {example}"
    )]
    TooManyRejects {
        /// The table.
        table: &'static str,
        /// Refused rows.
        rejected: u64,
        /// All rows.
        rows: u64,
        /// Percent refused.
        share: f64,
        /// Percent allowed.
        allowed: f64,
        /// The commonest reason.
        reason: &'static str,
        /// How often.
        count: u64,
        /// Where first, and what stood there.
        example: String,
    },
    /// No usable row at all.
    #[error(
        "{table}: no usable row in {files} file(s): {rows} read, {rejected} refused, {filtered} left out by the mapping's filter"
    )]
    NoRows {
        /// The table.
        table: &'static str,
        /// Files read.
        files: usize,
        /// Rows read.
        rows: u64,
        /// Rows refused.
        rejected: u64,
        /// Rows filtered.
        filtered: u64,
    },
    /// More different texts than fit in the memory given.
    #[error(
        "the different texts of the log take {held} MiB and more, and {most} MiB are theirs of the memory given; raise --memory-limit"
    )]
    TooManyTexts {
        /// What they take so far, MiB.
        held: u64,
        /// What they may take, MiB.
        most: u64,
    },
    /// More different texts than can be numbered.
    #[error("near-duplicates cannot be looked for: {problem}")]
    Texts {
        /// What is wrong.
        problem: String,
    },
    /// A window without a moment.
    #[error("{problem}")]
    Window {
        /// What is wrong.
        problem: String,
    },
    /// A window that the log does not reach.
    #[error(
        "no message lies in the window from {from} to {to}: the log holds {oldest} to {newest}; choose others with --from and --to"
    )]
    EmptyWindow {
        /// Its start.
        from: String,
        /// Its end.
        to: String,
        /// The oldest row.
        oldest: String,
        /// The newest row.
        newest: String,
    },
    /// Somebody asked the run to stop.
    #[error("stopped while reading {table}")]
    Stopped {
        /// The table.
        table: &'static str,
    },
}

impl LogError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Table(error) => error.class(),
            Self::Spill(error) => error.class(),
            Self::AccountTooLarge { .. } | Self::TooManyTexts { .. } => ErrorClass::Environment,
            Self::Window { .. }
            | Self::TimeUnit { .. }
            | Self::RawNumber { .. }
            | Self::NeedsKey { .. }
            | Self::BadKey { .. } => ErrorClass::Usage,
            Self::Stopped { .. } => ErrorClass::Interrupted,
            Self::MissingColumn { .. }
            | Self::TooManyRejects { .. }
            | Self::NoRows { .. }
            | Self::Texts { .. }
            | Self::EmptyWindow { .. } => ErrorClass::Input,
        }
    }
}
