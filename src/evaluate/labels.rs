//! Labels: one reader, one mapping of which words are positive and negative, and a count of everything left out.
//! In: a CSV or Parquet table of account, label and optional columns; out: one label an account, with what it may be cut by.
//! Drops nothing silently: conflicts, repeats and words of no kind are counted by name.

use crate::domain::{ErrorClass, Timestamp, nearest, shown_name};
use crate::table_io::{Table, TableError, Values, read_parquet, sanitise};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::Path;
use thiserror::Error;

/// Why labels are refused.
#[derive(Debug, Error)]
pub enum LabelError {
    /// The file itself.
    #[error(transparent)]
    Table(#[from] TableError),
    /// A line that is no CSV.
    #[error("{file}: {problem}")]
    Malformed {
        /// The file.
        file: String,
        /// What is wrong.
        problem: String,
    },
    /// A cell.
    #[error("{file}, row {row}, column {column}: {problem}")]
    Cell {
        /// The file.
        file: String,
        /// The row below the header, from 1.
        row: usize,
        /// The column.
        column: String,
        /// What is wrong.
        problem: String,
    },
    /// A word of the mapping that no row carries, or no mapping at all.
    #[error("{0}")]
    Mapping(String),
}

impl LabelError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Table(error) => error.class(),
            Self::Malformed { .. } | Self::Cell { .. } => ErrorClass::Input,
            Self::Mapping(_) => ErrorClass::Usage,
        }
    }
}

/// Which label words are positive and which negative; all others are left out, and counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LabelWords {
    /// Words of abuse.
    pub positive: Vec<String>,
    /// Words of innocence.
    pub negative: Vec<String>,
    /// Words that are left out on purpose; only so that a reader sees it was meant.
    pub left_out: Vec<String>,
}

impl LabelWords {
    /// Parses a mapping file; the error says what is wrong with it.
    pub fn parse(name: &str, text: &str) -> Result<Self, LabelError> {
        toml::from_str(text).map_err(|e| LabelError::Mapping(format!("{name}: {}", e.message())))
    }

    fn kind(&self, word: &str) -> Option<bool> {
        let has = |list: &[String]| list.iter().any(|w| w == word);
        if has(&self.positive) { Some(true) } else { has(&self.negative).then_some(false) }
    }

    fn check(&self, file: &str, words: &BTreeSet<&str>) -> Result<(), LabelError> {
        let refuse = |problem: String| Err(LabelError::Mapping(problem));
        if self.positive.is_empty() || self.negative.is_empty() {
            let some: Vec<String> = words.iter().take(12).map(|w| sanitise(w, 40)).collect();
            return refuse(format!(
                "say which labels are positive and which negative, where labels are named or in a TOML file beside them; {file} has {}",
                if some.is_empty() { "no row".to_owned() } else { some.join(", ") }
            ));
        }
        let all = [&self.positive, &self.negative, &self.left_out];
        let mut seen = BTreeSet::new();
        for word in all.into_iter().flatten() {
            if !seen.insert(word) {
                return refuse(format!("label {} is named twice", sanitise(word, 40)));
            }
            if !words.contains(word.as_str()) {
                let offer = nearest(word, words.iter().copied())
                    .map(|n| format!("; did you mean {}?", sanitise(n, 40)))
                    .unwrap_or_default();
                return refuse(format!("no row of {file} has the label {}{offer}", sanitise(word, 40)));
            }
        }
        Ok(())
    }
}

/// Which rows count, by when they were known and how sure they are; without limits all of them do.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Known {
    /// Known at this moment or before; a row that does not say when counts.
    pub until: Option<Timestamp>,
    /// At least this sure; a row that does not say how sure counts.
    pub least_confidence: f64,
}

/// One labeled account.
#[derive(Debug, Clone, PartialEq)]
pub struct Labeled {
    /// The word.
    pub label: String,
    /// What the mapping makes of it.
    pub positive: bool,
    /// How many accounts it stands for.
    pub weight: f64,
    /// Optional columns with a value, by name.
    pub columns: BTreeMap<String, String>,
}

/// What became of the rows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LabelCounts {
    /// Rows read.
    pub rows: usize,
    /// Rows known only later than asked, which count for nothing.
    pub later: usize,
    /// Rows less sure than asked, likewise.
    pub unsure: usize,
    /// Rows that say again what an earlier row said.
    pub repeated: usize,
    /// Accounts with both a positive and a negative label, left out.
    pub conflicting: usize,
    /// Accounts by a label of no kind, left out.
    pub left_out: BTreeMap<String, usize>,
}

/// The labels of a file.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    /// One label an account.
    pub accounts: BTreeMap<String, Labeled>,
    /// What became of the rows.
    pub counts: LabelCounts,
    /// Optional columns, by which results may be cut.
    pub columns: BTreeSet<String>,
    /// Whether rows stand for more than themselves.
    pub weighted: bool,
    /// Columns with a meaning of their own that nobody asked about, so that nothing in them was looked at.
    pub unread: Vec<&'static str>,
}

/// Columns with a meaning of their own, not offered for cutting.
const OWN: &[&str] =
    &["account", "label", "as_of", "confidence", "weight", "inclusion_probability", "first_abusive_at"];

/// Reads labels from a CSV file, plain or gzip, or from Parquet.
pub fn read_labels(path: &Path, words: &LabelWords) -> Result<Labels, LabelError> {
    read_known_labels(path, words, Known::default())
}

/// Reads those of the labels that were known in time and are sure enough.
pub fn read_known_labels(path: &Path, words: &LabelWords, known: Known) -> Result<Labels, LabelError> {
    of_table(&path.display().to_string(), &read_table(path)?, words, known)
}

fn read_table(path: &Path) -> Result<Table, LabelError> {
    // Opening a pipe that nobody writes to would wait for ever.
    if std::fs::metadata(path).is_ok_and(|m| !m.is_file()) {
        let odd = std::io::Error::other("is no regular file");
        return Err(TableError::io(&path.display().to_string(), odd).into());
    }
    let is_parquet = path.extension().is_some_and(|e| e == "parquet");
    if is_parquet { Ok(read_parquet(path)?) } else { read_csv(path) }
}

impl Labels {
    /// Adds the columns of another table with a column `account` to those results may be cut by.
    ///
    /// Rows of one labeled account may complete each other, but not contradict; what the labels say themselves stays.
    pub fn attach(&mut self, path: &Path) -> Result<(), LabelError> {
        let (table, file) = (read_table(path)?, path.display().to_string());
        let missing = || TableError::missing_column(&file, "account", &table.names());
        let accounts = table.get("account").map(words_of).ok_or_else(missing)?;
        let mine = self.columns.clone();
        for (name, values) in table.columns().filter(|(n, _)| !OWN.contains(n) && !mine.contains(*n)) {
            self.columns.insert(name.to_owned());
            let mut said: BTreeMap<&str, (usize, String)> = BTreeMap::new();
            for (row, (account, value)) in (1..).zip(accounts.iter().zip(words_of(values))) {
                let (Some(account), Some(value)) = (account, value) else { continue };
                let Some(label) = self.accounts.get_mut(account) else { continue };
                if let Some((first, other)) = said.get(account.as_str()).filter(|(_, other)| *other != value)
                {
                    let [account, value, other] =
                        [shown_name(account).as_ref(), &value, other].map(|text| sanitise(text, 40));
                    let problem = format!(
                        "account {account} has {value} here and {other} in row {first}; which one counts?"
                    );
                    return Err(LabelError::Cell { file, row, column: name.to_owned(), problem });
                }
                label.columns.insert(name.to_owned(), value.clone());
                said.entry(account).or_insert((row, value));
            }
        }
        Ok(())
    }
}

fn read_csv(path: &Path) -> Result<Table, LabelError> {
    let shown = path.display().to_string();
    let io = |e| TableError::io(&shown, e);
    let file = std::fs::File::open(path).map_err(io)?;
    let source: Box<dyn Read> = if shown.ends_with(".gz") {
        Box::new(flate2::read::MultiGzDecoder::new(file))
    } else if shown.ends_with(".zst") {
        Box::new(zstd::Decoder::new(file).map_err(io)?)
    } else {
        Box::new(file)
    };
    let malformed = |e: csv::Error| LabelError::Malformed { file: shown.clone(), problem: e.to_string() };
    let mut reader = csv::Reader::from_reader(source);
    let plain = |name: &str| name.trim_start_matches('\u{feff}').trim().to_owned();
    let head: Vec<String> = reader.headers().map_err(malformed)?.iter().map(plain).collect();
    let mut seen = BTreeSet::new();
    if let Some(twice) = head.iter().find(|name| !seen.insert(name.as_str())) {
        let problem = format!("column {} is there more than once; which one counts?", sanitise(twice, 40));
        return Err(LabelError::Malformed { file: shown, problem });
    }
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); head.len()];
    for record in reader.records() {
        let record = record.map_err(malformed)?;
        for ((name, column), cell) in head.iter().zip(&mut columns).zip(record.iter()) {
            // The name of an account may begin or end with a blank, and then is not that of the account without.
            let cell = if name == "account" { cell } else { cell.trim() };
            column.push((!cell.is_empty()).then(|| cell.to_owned()));
        }
    }
    let mut table = Table::new();
    for (name, values) in head.into_iter().zip(columns) {
        table.push(&name, values);
    }
    Ok(table)
}

/// A column as words, whatever its type.
fn words_of(values: &Values) -> Vec<Option<String>> {
    fn shown<T: ToString>(values: &[Option<T>]) -> Vec<Option<String>> {
        values.iter().map(|v| v.as_ref().map(T::to_string)).collect()
    }
    match values {
        Values::Text(v) => v.clone(),
        Values::Int(v) => shown(v),
        Values::Uint(v) => shown(v),
        Values::Float(v) => shown(v),
        Values::Flag(v) => shown(v),
    }
}

fn of_table(file: &str, table: &Table, words: &LabelWords, known: Known) -> Result<Labels, LabelError> {
    let column = |name: &str| {
        let values = table.get(name).map(words_of);
        values.ok_or_else(|| TableError::missing_column(file, name, &table.names()))
    };
    let (accounts, labels) = (column("account")?, column("label")?);
    let cell = |row: usize, column: &str, problem: String| LabelError::Cell {
        file: file.to_owned(),
        row: row + 1,
        column: column.to_owned(),
        problem,
    };
    for (name, values) in [("account", &accounts), ("label", &labels)] {
        if let Some(row) = values.iter().position(Option::is_none) {
            return Err(cell(row, name, "it is empty".to_owned()));
        }
    }
    words.check(file, &labels.iter().flatten().map(String::as_str).collect())?;
    let weights = weights(table, &cell)?;
    let counts = told_in_time(table, known, &cell)?;
    let extra: Vec<(&str, Vec<Option<String>>)> = table
        .columns()
        .filter(|(n, _)| !["account", "label"].contains(n))
        .map(|(n, v)| (n, words_of(v)))
        .collect();
    let mut out = Labels {
        columns: extra.iter().map(|(n, _)| (*n).to_owned()).filter(|n| !OWN.contains(&n.as_str())).collect(),
        weighted: weights.is_some(),
        unread: unread(table, known),
        ..Labels::default()
    };
    let mut conflicting = BTreeSet::new();
    let mut left_out: BTreeMap<String, String> = BTreeMap::new();
    for (row, (account, label)) in
        accounts.into_iter().flatten().zip(labels.into_iter().flatten()).enumerate()
    {
        out.counts.rows += 1;
        match counts.get(row) {
            Some(Told::Later) => out.counts.later += 1,
            Some(Told::Unsure) => out.counts.unsure += 1,
            _ => {}
        }
        if counts.get(row).is_some_and(|told| *told != Told::InTime) {
            continue;
        }
        let Some(positive) = words.kind(&label) else {
            out.counts.repeated += usize::from(left_out.insert(account, label).is_some());
            continue;
        };
        let columns = extra.iter().filter_map(|(n, v)| Some(((*n).to_owned(), v[row].clone()?))).collect();
        let weight = weights.as_ref().map_or(1.0, |w| w[row]);
        match out.accounts.get(&account) {
            Some(earlier) if earlier.positive != positive => drop(conflicting.insert(account)),
            Some(_) => out.counts.repeated += 1,
            None => drop(out.accounts.insert(account, Labeled { label, positive, weight, columns })),
        }
    }
    out.accounts.retain(|account, _| !conflicting.contains(account));
    out.counts.conflicting = conflicting.len();
    // What one row leaves out and another tells is told.
    left_out.retain(|account, _| !out.accounts.contains_key(account) && !conflicting.contains(account));
    for word in left_out.into_values() {
        *out.counts.left_out.entry(word).or_default() += 1;
    }
    Ok(out)
}

/// Whether a row counts.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Told {
    InTime,
    Later,
    Unsure,
}

/// The columns on when a row was known and how sure it is that nobody asked about.
fn unread(table: &Table, known: Known) -> Vec<&'static str> {
    let asked = [("as_of", known.until.is_some()), ("confidence", 0.0 < known.least_confidence)];
    let unread = asked.into_iter().filter(|(name, asked)| !asked && table.get(name).is_some());
    unread.map(|(name, _)| name).collect()
}

/// Which rows were known in time and are sure enough; columns that nobody asks about are not looked at.
fn told_in_time(
    table: &Table,
    known: Known,
    cell: &dyn Fn(usize, &str, String) -> LabelError,
) -> Result<Vec<Told>, LabelError> {
    let mut all = vec![Told::InTime; table.rows()];
    let column = |name: &str| table.get(name).map(words_of).unwrap_or_default().into_iter().enumerate();
    let bad = |row: usize, name: &str, text: &str, what: &str| {
        cell(row, name, format!("it is {}, expected {what}", sanitise(text, 40)))
    };
    for (row, text) in column("as_of") {
        let (Some(until), Some(text)) = (known.until, text) else { continue };
        let when = Timestamp::parse(&text)
            .ok_or_else(|| bad(row, "as_of", &text, "a date or a time such as 2022-06-01T00:00:00Z"))?;
        if until < when {
            all[row] = Told::Later;
        }
    }
    for (row, text) in column("confidence") {
        let Some(text) = text.filter(|_| 0.0 < known.least_confidence) else { continue };
        let sure = text.parse().ok().filter(|c: &f64| (0.0..=1.0).contains(c));
        let sure = sure.ok_or_else(|| bad(row, "confidence", &text, "a share from 0 to 1"))?;
        if sure < known.least_confidence && all[row] == Told::InTime {
            all[row] = Told::Unsure;
        }
    }
    Ok(all)
}

/// How many accounts each row stands for, where a column says it.
fn weights(
    table: &Table,
    cell: &dyn Fn(usize, &str, String) -> LabelError,
) -> Result<Option<Vec<f64>>, LabelError> {
    let (name, inverse) = match (table.get("weight"), table.get("inclusion_probability")) {
        (Some(_), Some(_)) => {
            let problem =
                "weight and inclusion_probability both say how much a row counts; keep one".to_owned();
            return Err(LabelError::Mapping(problem));
        }
        (Some(_), None) => ("weight", false),
        (None, Some(_)) => ("inclusion_probability", true),
        (None, None) => return Ok(None),
    };
    let values = table.get(name).map(words_of).unwrap_or_default();
    let read = |(row, text): (usize, Option<String>)| {
        let number =
            text.as_deref().and_then(|t| t.parse::<f64>().ok()).filter(|n| n.is_finite() && 0.0 < *n);
        match number {
            Some(n) if inverse && n <= 1.0 => Ok(1.0 / n),
            Some(n) if !inverse => Ok(n),
            _ => {
                let what = if inverse { "a chance above 0 and up to 1" } else { "a number above 0" };
                let said = sanitise(text.as_deref().unwrap_or("nothing"), 40);
                Err(cell(row, name, format!("it is {said}, expected {what}")))
            }
        }
    };
    values.into_iter().enumerate().map(read).collect::<Result<_, _>>().map(Some)
}
