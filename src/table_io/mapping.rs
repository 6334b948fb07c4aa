//! What a mapping file says: foreign logs fitted to the input contract by a closed set of operators.
//! In: nothing but values; out: sections of fields, filters and layouts for each table.
//! Parses and evaluates nothing: `mapping_parse` and `mapping_apply` do.

use crate::table_io::FileLayout;
use std::collections::BTreeMap;

/// The tables a mapping may speak of, each with its columns and whether the column is a time.
pub type Vocabulary<'a> = &'a [(&'a str, Vec<(&'a str, bool)>)];

/// A mapping file.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// How errors and reports call it.
    pub name: String,
    /// Whether identifiers become keyed pseudonyms at once.
    pub pseudonymise: bool,
    /// One section a table.
    pub sections: BTreeMap<String, Section>,
}

/// How one table is read.
#[derive(Debug, Clone, Default)]
pub struct Section {
    /// The layout of the text file.
    pub layout: FileLayout,
    /// The contract's columns; what is not mapped is not read.
    pub fields: BTreeMap<String, Field>,
    /// Rows for which not all of these hold are left out (and counted).
    pub filter: Vec<Condition>,
    /// A list column that becomes one row for each member.
    pub split: Option<Split>,
    /// For labels: the words that count as positive.
    pub positive: Vec<String>,
}

/// How one column of the contract is made.
#[derive(Debug, Clone)]
pub struct Field {
    /// Where the value comes from.
    pub value: Value,
    /// How a time is to be read.
    pub time: TimeSpec,
    /// Whether letters are folded to lower case.
    pub lowercase: bool,
    /// Whether white space around the value is dropped.
    pub trim: bool,
}

/// The operators that make a value: a closed set.
#[derive(Debug, Clone)]
pub enum Value {
    /// `"name"` or `{ column = "name" }`: a column under another name.
    Column(String),
    /// `{ constant = "direct" }`.
    Constant(String),
    /// `{ coalesce = ["a", "b"] }`: the first that is there.
    Coalesce(Vec<Value>),
    /// `{ concat = [{ constant = "g:" }, "id"], separator = "" }`: absent as soon as one part is.
    Concat {
        /// What is joined.
        parts: Vec<Value>,
        /// What stands between.
        separator: String,
    },
    /// `{ case = "direction", when = { receive = "party", send = "user" } }`: by a value, another column;
    /// `{ case = "bot", words = { True = "api" } }`: by a value, a word. The key `""` stands for an absent value.
    Case {
        /// What decides.
        on: Box<Value>,
        /// What follows from it.
        when: BTreeMap<String, Value>,
        /// What follows otherwise; for words without it, the value itself.
        otherwise: Option<Box<Value>>,
    },
    /// `{ row_number = true }`: the file's name and the row's number.
    RowNumber,
}

/// How a time is to be read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct TimeSpec {
    /// The unit of a count since 1970 (or since `origin`).
    pub unit: Option<TimeUnit>,
    /// A strptime format for text.
    pub format: Option<String>,
    /// The clock that the value was read from; UTC when absent.
    pub zone: Option<jiff::tz::TimeZone>,
    /// Where a count starts, UTC microseconds.
    pub origin: Option<i64>,
}

/// The unit of a count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Milliseconds.
    Milliseconds,
    /// Microseconds.
    Microseconds,
    /// Nanoseconds.
    Nanoseconds,
}

impl TimeUnit {
    /// The unit of `s`, `ms`, `us`, `ns`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "s" => Some(Self::Seconds),
            "ms" => Some(Self::Milliseconds),
            "us" | "µs" => Some(Self::Microseconds),
            "ns" => Some(Self::Nanoseconds),
            _ => None,
        }
    }
}

/// A list column cut into rows.
#[derive(Debug, Clone)]
pub struct Split {
    /// The column.
    pub column: String,
    /// Between the members; absent for real lists.
    pub separator: Option<String>,
}

/// One condition of a filter.
#[derive(Debug, Clone)]
pub struct Condition {
    /// A column of the file, or an operator over several.
    pub value: Value,
    /// What must hold.
    pub test: Test,
}

/// What must hold of a value.
#[derive(Debug, Clone)]
pub enum Test {
    /// It is one of these.
    OneOf(Vec<String>),
    /// It is none of these; an absent value is none.
    NotOneOf(Vec<String>),
    /// It is there.
    NotNull,
}

impl Mapping {
    /// The section of a table.
    pub fn section(&self, table: &str) -> Option<&Section> {
        self.sections.get(table)
    }
}
