//! One line of NDJSON becomes one cell for each wanted column, or the reason why it cannot.
//! In: a line and the wanted names; out: texts, with long integers as written and what is nested told from what is not.
//! Knows neither batches nor files.

use crate::table_io::Broken;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt::{self, Write};

/// Stands between the members of a list value: a control character that no token contains.
pub const LIST_SEPARATOR: char = '\u{1f}';

/// A column at fault, where one is, and what is wrong.
type Fault = (Option<String>, Broken);

/// Reads a line into the cells of the wanted columns.
pub(crate) fn parse(line: &[u8], wanted: &[String], cells: &mut [Cell]) -> Result<(), Fault> {
    if std::str::from_utf8(line).is_err() {
        return Err((None, Broken::NotUtf8));
    }
    parse_as_written(line, wanted, cells)?;
    if cells.iter().any(|cell| cell.huge) {
        // An integer beyond 64 bits came rounded, and rounded identifiers would merge.
        parse_as_written(&with_quoted_integers(line), wanted, cells)?;
    }
    let nested = cells.iter().zip(wanted).find_map(|(cell, name)| Some((name, cell.nested?)));
    nested.map_or(Ok(()), |(name, found)| Err((Some(name.clone()), Broken::Nested(found))))
}

fn parse_as_written(line: &[u8], wanted: &[String], cells: &mut [Cell]) -> Result<(), Fault> {
    cells.iter_mut().for_each(Cell::clear);
    let mut parser = serde_json::Deserializer::from_slice(line);
    let row = RowSeed { wanted, cells };
    row.deserialize(&mut parser).and_then(|()| parser.end()).map_err(|e| (None, Broken::BadJson(problem(&e))))
}

/// What the parser says, without what it quotes: a line that is a text is no text to show.
fn problem(error: &serde_json::Error) -> String {
    let said = error.to_string();
    if said.starts_with("invalid type") { "something else than one JSON object".to_owned() } else { said }
}

/// The line with its long integers as texts, so that they keep their digits; everything else as it was.
fn with_quoted_integers(line: &[u8]) -> Cow<'_, [u8]> {
    /// Fewer digits fit into 64 bits.
    const LONG: usize = 19;
    let mut out = Vec::with_capacity(line.len() + 16);
    let (mut at, mut in_text) = (0, false);
    while at < line.len() {
        let number = |b: &u8| matches!(b, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E');
        let begins = !in_text && matches!(line[at], b'0'..=b'9' | b'-');
        let token = if begins { line[at..].iter().take_while(|b| number(b)).count() } else { 1 };
        let token = if in_text && line[at] == b'\\' { 2.min(line.len() - at) } else { token };
        let written = &line[at..at + token];
        let digits = written.strip_prefix(b"-").unwrap_or(written);
        // A leading zero is no JSON number, and stays none.
        let whole =
            begins && digits.first().is_some_and(|d| *d != b'0') && digits.iter().all(u8::is_ascii_digit);
        if whole && LONG <= digits.len() {
            out.push(b'"');
            out.extend_from_slice(written);
            out.push(b'"');
        } else {
            out.extend_from_slice(written);
        }
        in_text ^= written == b"\"";
        at += token;
    }
    Cow::Owned(out)
}

/// The value of one column in one line.
#[derive(Default)]
pub(crate) struct Cell {
    /// Whether there is a value.
    pub some: bool,
    /// Whether the line names the column.
    pub seen: bool,
    /// The value.
    pub text: String,
    /// What stands there instead of one value.
    nested: Option<&'static str>,
    /// A number beyond 64 bits came rounded.
    huge: bool,
    /// Whether a list may stand there.
    lists: bool,
    /// Whether anything may, to be shown.
    shown: bool,
}

impl Cell {
    /// A cell in which a list may stand, or anything, which is then put into words.
    pub fn new(lists: bool, shown: bool) -> Self {
        Self { lists, shown, ..Self::default() }
    }

    fn clear(&mut self) {
        (self.some, self.seen, self.huge, self.nested) = (false, false, false, None);
        self.text.clear();
    }
}

struct RowSeed<'a> {
    wanted: &'a [String],
    cells: &'a mut [Cell],
}

impl<'de> DeserializeSeed<'de> for RowSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RowSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("one JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<Cow<str>>()? {
            match self.wanted.iter().position(|w| *w == *key) {
                Some(i) if self.cells[i].seen => {
                    return Err(serde::de::Error::custom("the same key stands twice"));
                }
                Some(i) => {
                    self.cells[i].seen = true;
                    map.next_value_seed(CellSeed(&mut self.cells[i]))?;
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

struct CellSeed<'a>(&'a mut Cell);

impl CellSeed<'_> {
    fn put<E: serde::de::Error>(self, value: impl fmt::Display) -> Result<(), E> {
        self.0.some = true;
        write!(self.0.text, "{value}").map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for CellSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for CellSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a text, a number, a flag or a list of them")
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<(), E> {
        self.0.some = self.0.some || !value.is_empty();
        self.0.text.push_str(value);
        Ok(())
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<(), E> {
        self.put(value)
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<(), E> {
        self.put(value)
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        self.0.huge |= value.abs() >= i64::MAX as f64;
        self.put(value)
    }

    fn visit_bool<E: serde::de::Error>(self, value: bool) -> Result<(), E> {
        self.put(value)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let cell = self.0;
        if !cell.lists {
            cell.nested = Some("a list");
            while seq.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        let mut any = false;
        let mut member = Cell::new(cell.shown, cell.shown);
        while seq.next_element_seed(CellSeed(&mut member))?.is_some() {
            if member.text.contains(LIST_SEPARATOR) && !cell.shown {
                return Err(serde::de::Error::custom("a list member with a control character"));
            }
            if any {
                cell.text.push(LIST_SEPARATOR);
            }
            any = true;
            cell.text.push_str(&member.text);
            cell.huge |= member.huge;
            cell.nested = cell.nested.or(member.nested);
            member.clear();
        }
        cell.some = any;
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        if self.0.shown {
            return self.put("{object}");
        }
        self.0.nested = Some("an object");
        Ok(())
    }
}
