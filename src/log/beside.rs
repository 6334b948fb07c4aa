//! The tables of the input contract that lie beside a log: known by their names, or offered by their columns.
//! In: the path of a log; out: what lies in its folder, with the columns that are there and those that are missing.
//! Reads headers only, and settles nothing: of two files for one table neither is taken.

use super::schema::TableKind;
use crate::domain::{Word, is_hidden};
use crate::table_io::{self, FileLayout, TableFile, Wanted};
use std::path::{Path, PathBuf};

/// A file or a folder beside a log that may be one of its tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Which table.
    pub table: TableKind,
    /// Where it lies.
    pub path: PathBuf,
    /// Columns of the table that are there.
    pub columns: Vec<&'static str>,
    /// Columns that it must have and has not.
    pub missing: Vec<&'static str>,
    /// Whether it is called as the table is.
    pub by_name: bool,
    /// Whether its header could be read.
    pub is_read: bool,
}

/// Endings of files that hold tables.
const ENDINGS: [&str; 6] = ["csv", "tsv", "ndjson", "jsonl", "json", "parquet"];
/// Endings of packed files.
const PACKED: [&str; 2] = ["gz", "zst"];
/// Required columns below which a file of another name is taken for no table: many files have a column `account` [S].
const LEAST_COLUMNS: usize = 3;

/// What lies beside a log, by table and path.
pub fn tables_beside(log: &str) -> Vec<Beside> {
    let log = Path::new(log);
    let folder = log.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let others = entries.filter(|entry| Some(entry.file_name().as_os_str()) != log.file_name());
    let mut all: Vec<Beside> =
        others.filter_map(|entry| beside(&log.with_file_name(entry.file_name()))).collect();
    all.sort_by(|a, b| (a.table, &a.path).cmp(&(b.table, &b.path)));
    all
}

fn beside(path: &Path) -> Option<Beside> {
    let name = path.file_name()?.to_str()?;
    // What hides in a name could end its line in the project file.
    if name.chars().any(is_hidden) {
        return None;
    }
    let lower = name.to_ascii_lowercase();
    let name = lower.as_str();
    let stem = PACKED.iter().find_map(|end| name.strip_suffix(&format!(".{end}"))).unwrap_or(name);
    let (stem, ending) = stem.rsplit_once('.').unwrap_or((stem, ""));
    let is_table = if path.is_dir() { ending.is_empty() } else { ENDINGS.contains(&ending) };
    if !is_table || name.starts_with('.') {
        return None;
    }
    let called = TableKind::parse(&stem.replace(['-', ' '], "_"));
    let called = called.filter(|table| *table != TableKind::Messages);
    // A folder of another name may be anything, and a log with a date in its name is a log.
    if called.is_none() && path.is_dir() {
        return None;
    }
    let found = columns(path);
    let table = called.or_else(|| fitting(found.as_deref()?))?;
    let is_there = |name: &str| found.iter().flatten().any(|c| c == name);
    let cards = || table.columns().iter();
    let missing =
        cards().filter(|card| card.required && !is_there(card.name)).map(|card| card.name).collect();
    let columns = cards().map(|card| card.name).filter(|name| is_there(name)).collect();
    Some(Beside {
        table,
        path: path.to_owned(),
        columns,
        missing,
        by_name: called.is_some(),
        is_read: found.is_some(),
    })
}

/// The header of the first file; none where there is none that can be read.
fn columns(path: &Path) -> Option<Vec<String>> {
    let listing = table_io::list(&[path.to_str()?.to_owned()], &Wanted::default()).ok()?;
    let opened = TableFile::open(listing.files.first()?, &FileLayout::default()).ok()?;
    Some(opened.columns().to_vec())
}

/// The table of which all required columns are there, the one with the most of them.
fn fitting(found: &[String]) -> Option<TableKind> {
    let required =
        |table: TableKind| table.columns().iter().filter(|card| card.required).map(|card| card.name);
    let fits = |table: &TableKind| {
        LEAST_COLUMNS <= required(*table).count()
            && required(*table).all(|name| found.iter().any(|c| c == name))
    };
    let tables = TableKind::ALL.iter().map(|(_, table)| *table);
    // A log has these too, and more logs beside one are no table of it.
    if fits(&TableKind::Messages) {
        return None;
    }
    tables.filter(fits).max_by_key(|table| required(*table).count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_known_by_name_and_offered_by_their_columns() {
        let dir = tempfile::tempdir().expect("temp");
        let put = |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("written");
        put("log.csv", "ts,sender,recipient\n");
        put("log2.csv", "ts,sender,recipient,kind\n");
        put("accounts.csv", "account,registered_at,extra\na,2022-01-01,x\n");
        put("Group-Events.csv", "ts,actor,group\n");
        put("complaints.ndjson", "{\"ts\":1,\"reporter\":\"a\",\"reported\":\"b\",\"kind\":\"report\"}\n");
        put("people.csv", "account,age\n");
        put("accounts.txt", "no table\n");
        put("accounts\nx = 1.csv", "account\n");
        put(".operators.csv", "operator\n");
        std::fs::create_dir(dir.path().join("groups")).expect("made");
        put("groups/part.csv", "group,members\n");
        let found = tables_beside(dir.path().join("log.csv").to_str().expect("text"));
        let told: Vec<_> = found
            .iter()
            .map(|b| (b.table.name(), b.columns.join(" "), b.missing.join(" "), b.by_name))
            .collect();
        let row = |table, columns: &str, missing: &str, by_name| {
            (table, columns.to_owned(), missing.to_owned(), by_name)
        };
        let expected = [
            row("accounts", "account registered_at", "", true),
            row("group_events", "ts actor group", "kind", true),
            row("feedback", "ts reporter reported kind", "", false),
            row("groups", "group members", "", true),
        ];
        assert_eq!(told, expected);
        assert!(tables_beside("nowhere/log.csv").is_empty());
    }
}
