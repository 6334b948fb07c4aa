//! One JSON object a line becomes a row of text columns; a broken line is one reject, not a broken file.
//! In: plain bytes; out: batches with exact line numbers, the list to be split joined by `LIST_SEPARATOR`.
//! Interprets no value: numbers and flags stay as written, `null` is an absent value, nothing becomes text by force.

use crate::table_io::bytes::ByteSource;
use crate::table_io::csv_read::{MAX_RECORD, TEXT_BATCH, TEXT_BATCH_BYTES};
use crate::table_io::ndjson_line::{Cell, parse};
use crate::table_io::{Batch, BrokenRow, Nested, TableError};
use arrow_array::ArrayRef;
use arrow_array::builder::StringBuilder;
use std::collections::VecDeque;
use std::io::BufRead;
use std::sync::Arc;

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
        let cells = wanted.iter().map(|name| Cell::new(lists(name), shown)).collect();
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
                let what = "a line does not end within 64 MB; each must hold one JSON object";
                return Err(TableError::EndlessRecord { file: self.file.clone(), row, what });
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
            match parse(&line, &self.wanted, &mut self.cells) {
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_io::Broken;
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
