//! One JSON object a line becomes a row of text columns; a broken line is one reject, not a broken file.
//! In: plain bytes; out: batches with exact line numbers, the list to be split joined by [`LIST_SEPARATOR`].
//! Interprets no value: numbers and flags stay as written, `null` is an absent value, nothing becomes text by force.

use crate::table_io::bytes::ByteSource;
use crate::table_io::csv_read::{MAX_RECORD, TEXT_BATCH, TEXT_BATCH_BYTES};
use crate::table_io::{Batch, Broken, BrokenRow, Nested, TableError};
use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::collections::VecDeque;
use std::fmt::{self, Write};
use std::io::BufRead;
use std::sync::Arc;

/// Stands between the members of a list value: a control character that no token contains.
pub const LIST_SEPARATOR: char = '\u{1f}';
/// Lines looked at to learn the columns.
const SNIFFED: usize = 1000;

/// An NDJSON file whose first lines have been looked at.
pub(crate) struct NdjsonReader {
    file: String,
    source: ByteSource,
    ahead: VecDeque<Vec<u8>>,
    columns: Vec<String>,
    line: u64,
}

impl NdjsonReader {
    /// Learns the columns from the first lines.
    pub fn open(source: ByteSource, file: &str) -> Result<Self, TableError> {
        let columns = Vec::new();
        let mut reader = Self { file: file.to_owned(), source, ahead: VecDeque::new(), columns, line: 0 };
        let mut bytes = 0;
        while reader.ahead.len() < SNIFFED && bytes < TEXT_BATCH_BYTES {
            let mut line = Vec::new();
            if !reader.read_line(&mut line)? {
                break;
            }
            bytes += line.len();
            if let Ok(keys) = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(&line) {
                for key in keys.keys() {
                    if !reader.columns.contains(key) {
                        reader.columns.push(key.clone());
                    }
                }
            }
            reader.ahead.push_back(line);
        }
        Ok(reader)
    }

    /// The names seen in the first lines.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Turns the reader into batches of the wanted columns; what no line of a batch names is absent from it.
    pub fn batches(self, wanted: &[String], nested: Nested) -> NdjsonBatches {
        let shown = nested == Nested::Shown;
        let lists = |name: &String| shown || nested == Nested::ListIn(name);
        let cells = wanted.iter().map(|name| Cell { lists: lists(name), shown, ..Cell::default() }).collect();
        NdjsonBatches { reader: self, wanted: wanted.to_vec(), cells, done: false }
    }

    fn read_line(&mut self, line: &mut Vec<u8>) -> Result<bool, TableError> {
        line.clear();
        loop {
            let buffer = self.source.fill_buf().map_err(|e| TableError::Damaged {
                file: self.file.clone(),
                row: self.line,
                problem: e.to_string(),
            })?;
            if buffer.is_empty() {
                return Ok(!line.is_empty());
            }
            match buffer.iter().position(|b| *b == b'\n') {
                Some(end) => {
                    line.extend_from_slice(&buffer[..end]);
                    self.source.consume(end + 1);
                    return Ok(true);
                }
                None => {
                    let all = buffer.len();
                    line.extend_from_slice(buffer);
                    self.source.consume(all);
                }
            }
            if line.len() as u64 > MAX_RECORD {
                let row = self.line + self.ahead.len() as u64 + 1;
                return Err(TableError::EndlessRecord { file: self.file.clone(), row, limit: "64 MB" });
            }
        }
    }

    fn next_line(&mut self, line: &mut Vec<u8>) -> Result<bool, TableError> {
        if let Some(ahead) = self.ahead.pop_front() {
            *line = ahead;
            return Ok(true);
        }
        self.read_line(line)
    }
}

/// The batches of one NDJSON file.
pub(crate) struct NdjsonBatches {
    reader: NdjsonReader,
    wanted: Vec<String>,
    cells: Vec<Cell>,
    done: bool,
}

impl NdjsonBatches {
    fn fill(&mut self) -> Result<Option<Batch>, TableError> {
        let mut builders: Vec<Option<StringBuilder>> = self.wanted.iter().map(|_| None).collect();
        let mut batch = Batch { first_row: self.reader.line + 1, ..Batch::default() };
        let mut rows = Vec::new();
        let mut line = Vec::new();
        let mut bytes = 0;
        while batch.source_rows < TEXT_BATCH as u64 && bytes < TEXT_BATCH_BYTES {
            if !self.reader.next_line(&mut line)? {
                self.done = true;
                break;
            }
            self.reader.line += 1;
            batch.source_rows += 1;
            bytes += line.len();
            let row = self.reader.line;
            if line.iter().all(u8::is_ascii_whitespace) {
                // A blank line keeps its number and is no row.
                batch.source_rows -= 1;
                continue;
            }
            match self.parse(&line) {
                Ok(()) => {
                    self.append(rows.len(), &mut builders);
                    rows.push(row);
                }
                Err((column, what)) => batch.broken.push(BrokenRow { row, column, what }),
            }
        }
        batch.len = rows.len();
        batch.rows = Some(rows);
        let array = |builder: Option<StringBuilder>| builder.map(|mut b| Arc::new(b.finish()) as ArrayRef);
        batch.columns = builders.into_iter().map(array).collect();
        Ok((batch.source_rows > 0).then_some(batch))
    }

    /// Appends the parsed line; a column begins with the first line of the batch that names it.
    fn append(&self, before: usize, builders: &mut [Option<StringBuilder>]) {
        for (cell, builder) in self.cells.iter().zip(builders) {
            if cell.seen && builder.is_none() {
                let mut begun = StringBuilder::new();
                begun.append_nulls(before);
                *builder = Some(begun);
            }
            if let Some(builder) = builder {
                builder.append_option(cell.some.then_some(cell.text.as_str()));
            }
        }
    }

    fn parse(&mut self, line: &[u8]) -> Result<(), (Option<String>, Broken)> {
        if std::str::from_utf8(line).is_err() {
            return Err((None, Broken::NotUtf8));
        }
        self.parse_as_written(line)?;
        if self.cells.iter().any(|cell| cell.huge) {
            // An integer beyond 64 bits came rounded, and rounded identifiers would merge.
            self.parse_as_written(&with_quoted_integers(line))?;
        }
        match self.cells.iter().position(|cell| cell.nested.is_some()) {
            Some(at) => {
                let found = self.cells[at].nested.unwrap_or_default();
                Err((Some(self.wanted[at].clone()), Broken::Nested(found)))
            }
            None => Ok(()),
        }
    }

    fn parse_as_written(&mut self, line: &[u8]) -> Result<(), (Option<String>, Broken)> {
        self.cells.iter_mut().for_each(Cell::clear);
        let mut parser = serde_json::Deserializer::from_slice(line);
        let row = RowSeed { wanted: &self.wanted, cells: &mut self.cells };
        row.deserialize(&mut parser)
            .and_then(|()| parser.end())
            .map_err(|e| (None, Broken::BadJson(problem(&e))))
    }
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

impl Iterator for NdjsonBatches {
    type Item = Result<Batch, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.done {
            match self.fill() {
                Ok(None) => {}
                Ok(Some(batch)) => return Some(Ok(batch)),
                Err(error) => {
                    self.done = true;
                    return Some(Err(error));
                }
            }
        }
        None
    }
}

#[derive(Default)]
struct Cell {
    some: bool,
    seen: bool,
    text: String,
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
        let mut member = Cell { lists: cell.shown, shown: cell.shown, ..Cell::default() };
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

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::cast::AsArray;

    fn read(text: &str, wanted: &[&str], nested: Nested) -> Batch {
        let source: ByteSource = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
        let reader = NdjsonReader::open(source, "a.ndjson").expect("opens");
        let wanted: Vec<String> = wanted.iter().map(|w| (*w).to_owned()).collect();
        reader.batches(&wanted, nested).next().expect("a batch").expect("reads")
    }

    fn texts(batch: &Batch, column: usize) -> Option<Vec<Option<&str>>> {
        Some(batch.columns[column].as_ref()?.as_string::<i32>().iter().collect())
    }

    #[test]
    fn lines_become_rows_and_broken_ones_keep_their_number() {
        let text = "{\"a\":1,\"b\":[\"x\",\"y\"],\"c\":{}}\n\nnot json\n{\"a\":null,\"b\":\"\\u00e9\"}\n{\"a\":1,\"a\":2}";
        let source: ByteSource = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
        let reader = NdjsonReader::open(source, "a.ndjson").expect("opens");
        assert_eq!(reader.columns(), ["a", "b", "c"]);
        let batch = read(text, &["a", "b", "d"], Nested::ListIn("b"));
        assert_eq!((batch.len, batch.source_rows, batch.row_number(1)), (2, 4, 4));
        assert_eq!(batch.broken.iter().map(|b| b.row).collect::<Vec<_>>(), [3, 5]);
        assert_eq!(texts(&batch, 0), Some(vec![Some("1"), None]));
        assert_eq!(texts(&batch, 1), Some(vec![Some("x\u{1f}y"), Some("é")]));
        assert_eq!(texts(&batch, 2), None, "no line names it");
    }

    #[test]
    fn nothing_nested_becomes_a_value() {
        let text = "{\"a\":{\"id\":1}}\n{\"a\":[\"x\"]}\n{\"a\":[]}\n{\"b\":[1,[2]]}\n{\"b\":[{}]}\n{\"b\":[3,\"4\"]}\n{\"c\":{}}\n";
        let batch = read(text, &["a", "b"], Nested::ListIn("b"));
        let broken: Vec<(u64, Option<&str>, &Broken)> =
            batch.broken.iter().map(|b| (b.row, b.column.as_deref(), &b.what)).collect();
        let (object, list) = (&Broken::Nested("an object"), &Broken::Nested("a list"));
        let (a, b) = (Some("a"), Some("b"));
        assert_eq!(broken, [(1, a, object), (2, a, list), (3, a, list), (4, b, list), (5, b, object)]);
        assert_eq!(texts(&batch, 1), Some(vec![Some("3\u{1f}4"), None]));
        let shown = read(text, &["a"], Nested::Shown);
        assert_eq!(texts(&shown, 0).map(|t| t[0]), Some(Some("{object}")));
    }

    #[test]
    fn a_line_that_is_a_text_is_not_shown() {
        let batch = read("\"call +491701234567\"\n", &["a"], Nested::Refused);
        let shown = "something else than one JSON object".to_owned();
        assert_eq!(batch.broken[0].what, Broken::BadJson(shown));
    }

    #[test]
    fn integers_of_any_length_keep_their_digits() {
        let ids =
            ["18446744073709551615", "18446744073709551616", "18446744073709551617", "-9223372036854775809"];
        let mut text = String::new();
        ids.iter().for_each(|id| {
            text.push_str(&format!("{{\"t\":\"say \\\"{id}\\\"\",\"a\":{id},\"l\":[{id}]}}\n"))
        });
        text.push_str("{\"a\":1e30}\n{\"a\":00018446744073709551616}\n");
        let batch = read(&text, &["a", "l", "t"], Nested::ListIn("l"));
        let expected: Vec<Option<&str>> = ids.iter().map(|id| Some(*id)).collect();
        assert_eq!(texts(&batch, 0).map(|t| t[..4].to_vec()), Some(expected.clone()));
        assert_eq!(texts(&batch, 1).map(|t| t[..4].to_vec()), Some(expected));
        assert_eq!(texts(&batch, 2).map(|t| t[1]), Some(Some("say \"18446744073709551616\"")));
        assert_eq!((batch.len, batch.broken.len()), (5, 1), "a leading zero is no number");
    }
}
