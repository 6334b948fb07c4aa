//! Every way in which a file or a table can disappoint, in words a person can act on.
//! In: causes from the file system, the decoders and the parsers; out: one error type that names file, row and column.
//! Does not know what a table means: that a column is required is said by the caller.

use crate::domain::{CUT, ErrorClass, visible};
use thiserror::Error;

/// A failure to list, open, decode, map or write a table.
#[derive(Debug, Error)]
pub enum TableError {
    /// The path leads nowhere.
    #[error("no such file or folder: {path}{}", offer(nearest.as_deref()))]
    NotFound {
        /// As given.
        path: String,
        /// A neighbour with a similar name.
        nearest: Option<String>,
    },
    /// A link to itself, or to nothing.
    #[error("{path} is a link that leads to no file: {problem}")]
    DeadLink {
        /// As given.
        path: String,
        /// What the file system said.
        problem: String,
    },
    /// A pipe, a device or a socket.
    #[error(
        "{path} is no regular file; what comes from a pipe is read from standard input, which is named -"
    )]
    NotRegular {
        /// As given.
        path: String,
    },
    /// A folder without any file of a known format.
    #[error("no log files in {path}: expected files ending in {expected}{}", also(skipped))]
    EmptyFolder {
        /// The folder.
        path: String,
        /// The endings that are read.
        expected: &'static str,
        /// Some names that were passed over.
        skipped: Vec<String>,
    },
    /// A glob that matches nothing.
    #[error("no file matches {pattern}")]
    NoMatch {
        /// As given.
        pattern: String,
    },
    /// A glob that cannot be parsed.
    #[error("{pattern} is not a valid glob: {problem}")]
    BadGlob {
        /// As given.
        pattern: String,
        /// What the parser said.
        problem: String,
    },
    /// Every partition lies outside the window.
    #[error("all {partitions} partitions of {path} lie outside {wanted} (they reach {reach})")]
    AllPruned {
        /// The folder.
        path: String,
        /// How many partitions there are.
        partitions: usize,
        /// The dates wanted.
        wanted: String,
        /// The dates there are.
        reach: String,
    },
    /// Somebody asked to stop.
    #[error("stopped while listing files")]
    Stopped,
    /// A folder `date=...` that holds no date.
    #[error("partition folder {folder}: {value} is not a date, expected date=YYYY-MM-DD")]
    BadPartition {
        /// The folder.
        folder: String,
        /// What stands where the date should be.
        value: String,
    },
    /// Nothing in the file.
    #[error("{file} is empty (0 bytes)")]
    EmptyFile {
        /// The file.
        file: String,
    },
    /// The bytes are not what the name or the mapping says.
    #[error("{file} is not {expected}: {problem}")]
    WrongFormat {
        /// The file.
        file: String,
        /// What it should be.
        expected: &'static str,
        /// What was found instead.
        problem: String,
    },
    /// The text is not UTF-8.
    #[error("{file} is {encoding} text, expected UTF-8; convert it first, for example with iconv")]
    Encoding {
        /// The file.
        file: String,
        /// What it seems to be.
        encoding: &'static str,
    },
    /// The file ends or breaks while it is read.
    #[error("{file} is damaged after row {row}: {problem}")]
    Damaged {
        /// The file.
        file: String,
        /// Rows that could be read.
        row: u64,
        /// What the decoder said.
        problem: String,
    },
    /// Somebody wrote to the file, or put another in its place.
    #[error("{file} changed while it was read; read it again once nobody writes to it")]
    Changed {
        /// The file.
        file: String,
    },
    /// A row without end: a quote that is never closed, a line without an end, or blank lines only.
    #[error("{file}, row {row}: {what}")]
    EndlessRecord {
        /// The file.
        file: String,
        /// The row that does not end.
        row: u64,
        /// What was met instead of its end.
        what: &'static str,
    },
    /// Compressed in a way that is not read.
    #[error("{file} is compressed with {codec}, which is not read; write it with zstd, snappy, gzip or lz4")]
    UnreadCodec {
        /// The file.
        file: String,
        /// How it is compressed.
        codec: &'static str,
    },
    /// Two columns of the same name.
    #[error("{file} has two columns named {column} (positions {first} and {second})")]
    DuplicateColumn {
        /// The file.
        file: String,
        /// The name.
        column: String,
        /// 1-based.
        first: usize,
        /// 1-based.
        second: usize,
    },
    /// A column that must be there is not.
    #[error("{file} has no column {column}{}; it has: {}", offer(nearest.as_deref()), short_list(found))]
    MissingColumn {
        /// The file.
        file: String,
        /// The missing column.
        column: String,
        /// The most similar one.
        nearest: Option<String>,
        /// What there is.
        found: Vec<String>,
    },
    /// A column whose type cannot hold what is wanted of it.
    #[error("{file}, column {column}: its type is {found}, expected {expected}")]
    WrongType {
        /// The file.
        file: String,
        /// The column.
        column: String,
        /// The type in the file.
        found: String,
        /// The types that would do.
        expected: &'static str,
    },
    /// A mapping file that cannot be understood.
    #[error("mapping {mapping}: {problem}")]
    BadMapping {
        /// The mapping's file or name.
        mapping: String,
        /// What is wrong, with the nearest valid key where there is one.
        problem: String,
    },
    /// A result that could not be written.
    #[error("cannot write {file}: {problem}")]
    Unwritable {
        /// The file.
        file: String,
        /// What went wrong.
        problem: String,
    },
    /// An input/output error of the machine.
    #[error("{file}: {source}")]
    Io {
        /// The file.
        file: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// A table could not be encoded or decoded.
    #[error("{file}: {problem}")]
    Codec {
        /// The file.
        file: String,
        /// What the library said.
        problem: String,
    },
}

fn offer(nearest: Option<&str>) -> String {
    nearest.map(|n| format!("; did you mean {n}?")).unwrap_or_default()
}

fn also(skipped: &[String]) -> String {
    if skipped.is_empty() { String::new() } else { format!("; passed over: {}", short_list(skipped)) }
}

/// At most twelve names, so that a wide table does not flood the terminal.
fn short_list(names: &[String]) -> String {
    let mut text = names.iter().take(12).map(|n| sanitise(n, 40)).collect::<Vec<_>>().join(", ");
    if names.len() > 12 {
        text.push_str(&format!(" and {} more", names.len() - 12));
    }
    text
}

/// A value made harmless for terminals and reports: what hides or steers written out, at most `limit` characters of it.
pub fn sanitise(value: &str, limit: usize) -> String {
    let mut kept = value.chars();
    let cut: String = kept.by_ref().take(limit).collect();
    let mut out = visible(&cut).into_owned();
    if kept.next().is_some() {
        out.push(CUT);
    }
    out
}

impl TableError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::BadMapping { .. } | Self::BadGlob { .. } => ErrorClass::Usage,
            Self::Io { source, .. } => ErrorClass::of_io(source),
            Self::Unwritable { .. } => ErrorClass::Environment,
            Self::Stopped => ErrorClass::Interrupted,
            _ => ErrorClass::Input,
        }
    }

    /// Wraps an input/output error with its file.
    pub fn io(file: &str, source: std::io::Error) -> Self {
        Self::Io { file: file.to_owned(), source }
    }

    /// Wraps whatever stopped a result from being written.
    pub fn write(path: &std::path::Path, problem: &dyn std::fmt::Display) -> Self {
        let file = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        Self::Unwritable { file, problem: problem.to_string().to_lowercase() }
    }

    /// A missing column with the nearest name there is.
    pub fn missing_column(file: &str, column: &str, found: &[String]) -> Self {
        let nearest = crate::domain::nearest(column, found.iter().map(String::as_str)).map(str::to_owned);
        Self::MissingColumn {
            file: file.to_owned(),
            column: column.to_owned(),
            nearest,
            found: found.to_vec(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_values_are_made_harmless() {
        assert_eq!(sanitise("a\x1b[31mb", 40), "a\\u{1b}[31mb");
        assert_eq!(sanitise("abc\u{202e}d", 40), "abc\\u{202e}d");
        assert_eq!(sanitise(&"x".repeat(50), 4), "xxxx…");
    }

    #[test]
    fn a_missing_column_offers_the_nearest() {
        let error = TableError::missing_column("a.csv", "sender", &["sendr".into(), "ts".into()]);
        assert_eq!(error.to_string(), "a.csv has no column sender; did you mean sendr?; it has: sendr, ts");
        assert_eq!(error.class(), ErrorClass::Input);
    }
}
