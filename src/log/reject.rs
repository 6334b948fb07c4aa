//! Rows that are refused: a typed reason for each, counted in full, kept up to a limit with a harmless sample.
//! In: a row number, a column and what was wrong; out: counts by reason and rows for `rejects.parquet`.
//! Never keeps a text, a phone number or more than forty characters of anything.

use crate::table_io::sanitise;
use serde::Serialize;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Why a row was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RejectReason {
    /// A required value is absent.
    Empty,
    /// An identifier of more than 512 bytes.
    Oversized,
    /// A time that cannot be understood.
    BadTime,
    /// A time before 1990 or from 2100 on.
    TimeOutOfRange,
    /// A word outside the closed list.
    UnknownWord,
    /// Not a number where one is expected.
    NotANumber,
    /// The special value "not a number", or an infinite one.
    NotFinite,
    /// Below zero where that is impossible.
    Negative,
    /// Beyond what the column can hold.
    TooLarge,
    /// Neither yes nor no.
    NotAFlag,
    /// Starts after it ends.
    EndsBeforeStart,
    /// The number of fields differs from the header's.
    Ragged,
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// A list or an object where one value is expected.
    Nested,
    /// A line that is no JSON object.
    BadJson,
}

impl RejectReason {
    /// All reasons.
    pub const ALL: &'static [Self] = &[
        Self::Empty,
        Self::Oversized,
        Self::BadTime,
        Self::TimeOutOfRange,
        Self::UnknownWord,
        Self::NotANumber,
        Self::NotFinite,
        Self::Negative,
        Self::TooLarge,
        Self::NotAFlag,
        Self::EndsBeforeStart,
        Self::Ragged,
        Self::NotUtf8,
        Self::Nested,
        Self::BadJson,
    ];

    /// The code in `rejects.parquet`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Oversized => "oversized",
            Self::BadTime => "bad_time",
            Self::TimeOutOfRange => "time_out_of_range",
            Self::UnknownWord => "unknown_word",
            Self::NotANumber => "not_a_number",
            Self::NotFinite => "not_finite",
            Self::Negative => "negative",
            Self::TooLarge => "too_large",
            Self::NotAFlag => "not_a_flag",
            Self::EndsBeforeStart => "ends_before_start",
            Self::Ragged => "ragged",
            Self::NotUtf8 => "not_utf8",
            Self::Nested => "nested",
            Self::BadJson => "bad_json",
        }
    }

    /// The reason in words.
    pub fn description(self) -> &'static str {
        match self {
            Self::Empty => "a required value is absent",
            Self::Oversized => "an identifier of more than 512 bytes",
            Self::BadTime => "a time that cannot be understood",
            Self::TimeOutOfRange => "a time before 1990 or from 2100 on",
            Self::UnknownWord => "a word outside the closed list",
            Self::NotANumber => "not a number where one is expected",
            Self::NotFinite => "NaN or infinite",
            Self::Negative => "below zero where that is impossible",
            Self::TooLarge => "beyond what the column can hold",
            Self::NotAFlag => "neither true nor false",
            Self::EndsBeforeStart => "it ends before it starts",
            Self::Ragged => "the number of fields differs from the header's",
            Self::NotUtf8 => "bytes that are not UTF-8",
            Self::Nested => "a list or an object where one value is expected",
            Self::BadJson => "a line that is no JSON object",
        }
    }
}

/// One refused row.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RejectRow {
    /// The file, by its name in reports.
    pub file: Arc<str>,
    /// Its 1-based number in the file, the header not counted.
    pub row: u64,
    /// The column at fault; empty when the whole row is.
    pub column: String,
    /// Why.
    pub reason: RejectReason,
    /// At most forty harmless characters of the value, or a hint.
    pub sample: String,
}

/// Longest sample kept, in characters.
pub const SAMPLE_CHARS: usize = 40;

/// The refused rows of a file or a table.
#[derive(Debug, Clone, Default)]
pub struct Rejects {
    /// The first rows, up to the limit for each file.
    pub rows: Vec<RejectRow>,
    /// All rows by reason.
    pub counts: BTreeMap<RejectReason, u64>,
    /// The first row of each reason.
    pub examples: BTreeMap<RejectReason, RejectRow>,
}

impl Rejects {
    /// All refused rows.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Counts a row and keeps it while fewer than `limit` are kept.
    pub fn push(&mut self, row: RejectRow, limit: usize) {
        *self.counts.entry(row.reason).or_default() += 1;
        self.examples.entry(row.reason).or_insert_with(|| row.clone());
        if self.rows.len() < limit {
            self.rows.push(row);
        }
    }

    /// Appends the rejects of a later part of the same file.
    pub fn append(&mut self, other: Self, limit: usize) {
        self.absorb_counts(&other);
        let room = limit.saturating_sub(self.rows.len());
        self.rows.extend(other.rows.into_iter().take(room));
    }

    /// Appends the rejects of another file.
    pub fn absorb(&mut self, other: Self) {
        self.absorb_counts(&other);
        self.rows.extend(other.rows);
    }

    fn absorb_counts(&mut self, other: &Self) {
        for (reason, count) in &other.counts {
            *self.counts.entry(*reason).or_default() += count;
        }
        for (reason, row) in &other.examples {
            self.examples.entry(*reason).or_insert_with(|| row.clone());
        }
    }

    /// The commonest reason, its count and its first row.
    pub fn commonest(&self) -> Option<(RejectReason, u64, &RejectRow)> {
        let (reason, count) =
            self.counts.iter().max_by_key(|(reason, n)| (**n, std::cmp::Reverse(**reason)))?;
        Some((*reason, *count, self.examples.get(reason)?))
    }
}

/// A sample of an identifier or a value; what may be a phone number is withheld.
pub fn sample(value: &str, may_be_number: bool) -> String {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    let only = value.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
    if may_be_number && only && (7..=17).contains(&digits) {
        return "(a number, withheld)".to_owned();
    }
    sanitise(value, SAMPLE_CHARS - 1).chars().take(SAMPLE_CHARS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_short_and_hold_no_number() {
        assert_eq!(sample("+49 170 1234567", true), "(a number, withheld)");
        assert_eq!(sample("1409819340", false), "1409819340");
        assert!(sample(&"\x07".repeat(100), true).chars().count() <= SAMPLE_CHARS);
    }

    #[test]
    fn the_limit_bounds_rows_and_not_counts() {
        let row = |n| RejectRow {
            file: "a".into(),
            row: n,
            column: "ts".into(),
            reason: RejectReason::BadTime,
            sample: String::new(),
        };
        let mut rejects = Rejects::default();
        (1..=5).for_each(|n| rejects.push(row(n), 2));
        let mut more = Rejects::default();
        more.push(row(9), 2);
        rejects.append(more, 2);
        assert_eq!((rejects.rows.len(), rejects.total()), (2, 6));
        assert_eq!(rejects.commonest().map(|(_, n, first)| (n, first.row)), Some((6, 1)));
    }
}
