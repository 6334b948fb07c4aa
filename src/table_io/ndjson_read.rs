//! One JSON object a line becomes a row of text columns; a broken line is one reject, not a broken file.
//! In: plain bytes; out: batches with exact line numbers, lists joined by [`LIST_SEPARATOR`].
//! Interprets no value: numbers and flags stay as written, `null` is an absent value.

use crate::table_io::bytes::ByteSource;
use crate::table_io::csv_read::{MAX_RECORD, TEXT_BATCH, TEXT_BATCH_BYTES};
use crate::table_io::{Batch, Broken, BrokenRow, TableError};
use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
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

    /// Turns the reader into batches of the wanted columns.
    pub fn batches(self, wanted: &[String]) -> NdjsonBatches {
        let cells = wanted.iter().map(|_| Cell::default()).collect();
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
        let mut builders: Vec<StringBuilder> = self.wanted.iter().map(|_| StringBuilder::new()).collect();
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
                    for (cell, builder) in self.cells.iter().zip(&mut builders) {
                        builder.append_option(cell.some.then_some(cell.text.as_str()));
                    }
                    rows.push(row);
                }
                Err(what) => batch.broken.push(BrokenRow { row, column: None, what }),
            }
        }
        batch.len = rows.len();
        batch.rows = Some(rows);
        batch.columns = builders.iter_mut().map(|b| Some(Arc::new(b.finish()) as ArrayRef)).collect();
        Ok((batch.source_rows > 0).then_some(batch))
    }

    fn parse(&mut self, line: &[u8]) -> Result<(), Broken> {
        for cell in &mut self.cells {
            cell.some = false;
            cell.seen = false;
            cell.text.clear();
        }
        if std::str::from_utf8(line).is_err() {
            return Err(Broken::NotUtf8);
        }
        let mut parser = serde_json::Deserializer::from_slice(line);
        let row = RowSeed { wanted: &self.wanted, cells: &mut self.cells };
        row.deserialize(&mut parser).and_then(|()| parser.end()).map_err(|e| Broken::BadJson(e.to_string()))
    }
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
        while let Some(key) = map.next_key::<std::borrow::Cow<str>>()? {
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
        let mut any = false;
        let mut member = Cell::default();
        while seq.next_element_seed(CellSeed(&mut member))?.is_some() {
            if any {
                cell.text.push(LIST_SEPARATOR);
            }
            any = true;
            cell.text.push_str(&member.text);
            member = Cell::default();
        }
        cell.some = any;
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.0.some = true;
        self.0.text.push_str("{object}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::Array;
    use arrow_array::cast::AsArray;

    #[test]
    fn lines_become_rows_and_broken_ones_keep_their_number() {
        let text = "{\"a\":1,\"b\":[\"x\",\"y\"],\"c\":{}}\n\nnot json\n{\"a\":null,\"b\":\"\\u00e9\"}\n{\"a\":1,\"a\":2}";
        let source: ByteSource = Box::new(std::io::Cursor::new(text.as_bytes().to_vec()));
        let reader = NdjsonReader::open(source, "a.ndjson").expect("opens");
        assert_eq!(reader.columns(), ["a", "b", "c"]);
        let wanted = ["a".to_owned(), "b".to_owned()];
        let batches: Vec<Batch> = reader.batches(&wanted).map(|b| b.expect("reads")).collect();
        let batch = &batches[0];
        assert_eq!((batch.len, batch.source_rows, batch.row_number(1)), (2, 4, 4));
        assert_eq!(batch.broken.iter().map(|b| b.row).collect::<Vec<_>>(), [3, 5]);
        let column = |i: usize| batch.columns[i].as_ref().expect("there").as_string::<i32>().clone();
        assert_eq!(column(0).value(0), "1");
        assert!(column(0).is_null(1));
        assert_eq!(column(1).value(0), "x\u{1f}y");
        assert_eq!(column(1).value(1), "é");
    }
}
