//! Rows that are refused: a typed reason for each, counted in full, kept up to a limit with a harmless sample.
//! In: a row number, a column and what was wrong; out: counts by reason and rows for `rejects.parquet`.
//! Never keeps a text, an identifier, what may be a phone number or a mail address, or more than a few dozen characters.

use crate::domain::nearest;
use crate::log::looks_like_number;
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
    /// Whole rows stand inside one quoted field.
    Swallowed,
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
        Self::Swallowed,
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
            Self::Swallowed => "swallowed_rows",
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
            Self::Swallowed => "whole rows inside one quoted field: is a quote missing?",
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
    /// A few harmless characters of the value, or what can be said of one that must not be shown.
    pub sample: String,
}

/// Longest sample kept, in characters.
pub const SAMPLE_CHARS: usize = 40;

/// The refused rows of a file or a table.
#[derive(Debug, Clone, Default)]
pub struct Rejects {
    /// The first rows, up to the limit for each file.
    pub rows: Vec<RejectRow>,
    /// All rows by reason; one that spans several lines counts as so many, because a stray quote makes one row of them.
    pub counts: BTreeMap<RejectReason, u64>,
    /// The first row of each reason.
    pub examples: BTreeMap<RejectReason, RejectRow>,
}

impl Rejects {
    /// All refused rows.
    pub fn total(&self) -> u64 {
        self.counts.values().sum()
    }

    /// Counts a row by the lines of the file that are lost with it, and keeps it while fewer than `limit` are kept.
    pub fn push(&mut self, row: RejectRow, lines: u64, limit: usize) {
        *self.counts.entry(row.reason).or_default() += lines;
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

/// Longest sample of anything but a time: enough to see a typing mistake, too little to read a text.
const SHORT: usize = 18;

/// What stands in the place of a value that may be somebody's number or address.
const WITHHELD: &str = "(a number, withheld)";
const ADDRESS: &str = "(an address, withheld)";

/// A sample of a value, whatever column it stands in: columns shift, and a number is a number in any of them.
pub fn sample(value: &str) -> String {
    if is_address(value) {
        return ADDRESS.to_owned();
    }
    let digits = value.chars().filter(char::is_ascii_digit).count();
    if 7 <= digits || looks_like_number(value) {
        return WITHHELD.to_owned();
    }
    sanitise(value, SHORT).chars().take(SAMPLE_CHARS).collect()
}

/// Whether a sample is our own words in the place of a value.
pub fn is_placeholder(sample: &str) -> bool {
    let inner = sample.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or_default();
    let (count, rest) = inner.split_once(' ').unwrap_or_default();
    let counted = !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit());
    let classes =
        |list: &str| list.split(", ").all(|class| ["letters", "digits", "blanks", "signs"].contains(&class));
    [WITHHELD, ADDRESS].contains(&sample)
        || counted && (rest == "digits, withheld" || rest.strip_prefix("bytes: ").is_some_and(classes))
}

/// What can be said of an identifier or a text without saying whose or what it is: its length and its characters.
pub fn shape(value: &str) -> String {
    let has = |is: fn(char) -> bool| value.chars().any(is);
    let classes = [
        ("letters", has(char::is_alphabetic)),
        ("digits", has(char::is_numeric)),
        ("blanks", has(char::is_whitespace)),
        ("signs", has(|c| !c.is_alphanumeric() && !c.is_whitespace())),
    ];
    let found: Vec<&str> = classes.into_iter().filter(|(_, has)| *has).map(|(name, _)| name).collect();
    match value.len() {
        0 => String::new(),
        n => format!("({n} bytes: {})", found.join(", ")),
    }
}

/// A sample of a time. A bare count shows its number of digits only, which tells the unit; dates have digits anyway.
pub fn time_sample(value: &str) -> String {
    let trimmed = value.trim();
    if 7 <= trimmed.len() && trimmed.bytes().all(|b| b.is_ascii_digit()) {
        return format!("({} digits, withheld)", trimmed.len());
    }
    if is_address(value) {
        return ADDRESS.to_owned();
    }
    let run = value.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0);
    if 7 <= run || looks_like_number(value) || value.match_indices('+').any(|(at, _)| dials(&value[at + 1..]))
    {
        return WITHHELD.to_owned();
    }
    sanitise(value, SAMPLE_CHARS - 1).chars().take(SAMPLE_CHARS).collect()
}

/// A sample of a word that is on no list, with the nearest that is.
pub fn word_sample(value: &str, words: &[&'static str]) -> String {
    let shown = sample(value);
    // Few digits are an identifier all the same where a word is expected.
    if shown.starts_with('(') || 5 <= value.chars().filter(char::is_ascii_digit).count() {
        return if shown.starts_with('(') { shown } else { WITHHELD.to_owned() };
    }
    match nearest(value, words.iter().copied()) {
        Some(word) => format!("{shown} (nearest: {word})").chars().take(SAMPLE_CHARS).collect(),
        None => shown,
    }
}

/// Whether an `@` stands between two characters, as in a mail address.
fn is_address(value: &str) -> bool {
    let part = |c: Option<char>| c.is_some_and(|c| !c.is_whitespace());
    value
        .match_indices('@')
        .any(|(at, _)| part(value[..at].chars().next_back()) && part(value[at + 1..].chars().next()))
}

/// Whether what follows a plus goes on like a phone number.
fn dials(rest: &str) -> bool {
    let number = rest.chars().take_while(|c| c.is_ascii_digit() || " -.()/".contains(*c));
    8 <= number.filter(char::is_ascii_digit).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_short_and_hold_no_number() {
        for number in ["+49 170 1234567", "491701234567", "call 0170/123 45 67 now", "user_491701234567"] {
            assert_eq!(sample(number), WITHHELD, "{number}");
            assert!(word_sample(number, &["text"]).starts_with('('), "{number}");
        }
        for time in ["+49 170 123 45 67", "on +49 (170) 123-45-67", "0170 1234567"] {
            assert_eq!(time_sample(time), WITHHELD, "{time}");
        }
        assert_eq!(time_sample("1409819340"), "(10 digits, withheld)");
        assert_eq!(time_sample("2026-13-45 12:00:00+02:00"), "2026-13-45 12:00:00+02:00");
        assert_eq!([sample("a.b@example.org"), time_sample("x@y")], ["(an address, withheld)"; 2]);
        assert_eq!([sample("big"), sample("-1"), sample("@ noon")], ["big", "-1", "@ noon"]);
        assert_eq!(word_sample("txt", &["text"]), "txt (nearest: text)");
        assert_eq!(word_sample("12345", &["text"]), WITHHELD);
        assert_eq!(sample("the words of a message that slipped").chars().count(), SHORT + 1);
        assert!(time_sample(&"\x07".repeat(100)).chars().count() <= SAMPLE_CHARS);
    }

    #[test]
    fn a_shape_tells_nothing_but_length_and_characters() {
        assert_eq!(shape("secret"), "(6 bytes: letters)");
        assert_eq!(shape("+49 170 é"), "(10 bytes: letters, digits, blanks, signs)");
        assert_eq!((shape("  "), shape("")), ("(2 bytes: blanks)".to_owned(), String::new()));
        assert!(shape(&"a1 -".repeat(1 << 20)).chars().count() <= SAMPLE_CHARS + 10);
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
        (1..=5).for_each(|n| rejects.push(row(n), 1, 2));
        let mut more = Rejects::default();
        more.push(row(9), 3, 2);
        rejects.append(more, 2);
        assert_eq!((rejects.rows.len(), rejects.total()), (2, 8));
        assert_eq!(rejects.commonest().map(|(_, n, first)| (n, first.row)), Some((8, 1)));
    }
}
