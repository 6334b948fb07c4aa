//! Rows between delimiters become batches of text columns; a broken row is one reject, not a broken file.
//! In: plain bytes and the layout that the mapping states; out: batches with exact row numbers.
//! Interprets no value: everything stays text, an empty field is an absent value.

use crate::table_io::bytes::ByteSource;
use crate::table_io::{Batch, Broken, BrokenRow, FileLayout, TableError};
use arrow_array::builder::StringBuilder;
use arrow_array::{Array, ArrayRef};
use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Rows a batch.
pub(crate) const TEXT_BATCH: usize = 16 * 1024;
/// Bytes after which a batch ends even with fewer rows, so that long texts do not fill the memory.
pub(crate) const TEXT_BATCH_BYTES: usize = 16 << 20;
/// A record longer than this is an unclosed quote.
pub(crate) const MAX_RECORD: u64 = 64 << 20;
/// What the reader finds after the last byte of a file, as a record of its own or inside a quote that is still open.
const MARK: &[u8] = b"\x17\x17\x17\x17";
const TAIL: &[u8] = b"\n\x17\x17\x17\x17\n";
/// Fewer columns say too little of what a row looks like.
const TELLING_COLUMNS: usize = 3;
/// One line that looks like a row may be chance.
const TELLING_LINES: u64 = 2;

/// A CSV file whose header has been read.
pub(crate) struct CsvReader {
    file: String,
    reader: csv::Reader<Metered<ByteSource>>,
    meter: Arc<Meter>,
    columns: Vec<String>,
    delimiter: u8,
    /// The number of the last row read.
    row: u64,
}

impl CsvReader {
    /// Reads the header, or takes the names that the layout gives.
    pub fn open(source: ByteSource, file: &str, layout: &FileLayout) -> Result<Self, TableError> {
        let meter = Arc::new(Meter::default());
        let delimiter = layout.delimiter_for(file);
        let marked =
            layout.quotes && delimiter != MARK[0] && layout.comment.map(|c| c as u8) != Some(MARK[0]);
        let tail: &[u8] = if marked { TAIL } else { &[] };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(layout.header)
            .flexible(true)
            .delimiter(delimiter)
            .quoting(layout.quotes)
            .comment(layout.comment.map(|c| c as u8))
            .buffer_capacity(1 << 16)
            .from_reader(Metered { inner: source, tail, meter: Arc::clone(&meter) });
        let first = reader.byte_headers().cloned().map_err(|e| csv_error(file, 0, &e, &meter))?;
        let first = match meter.ending(reader.position(), &first) {
            Some(End::Whole) => csv::ByteRecord::new(),
            Some(End::Open) => return Err(open_quote(file, 0)),
            None => first,
        };
        let columns = match (layout.header, layout.columns.is_empty()) {
            (true, true) => header_names(file, &first)?,
            (_, false) => layout.columns.clone(),
            (false, true) => (1..=first.len()).map(|i| i.to_string()).collect(),
        };
        if columns.is_empty() {
            return Err(TableError::EmptyFile { file: file.to_owned() });
        }
        Ok(Self { file: file.to_owned(), reader, meter, columns, delimiter, row: 0 })
    }

    /// The names of the columns, by position.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// Turns the reader into batches of the wanted columns.
    pub fn batches(self, wanted: &[String]) -> CsvBatches {
        let positions = wanted.iter().map(|w| self.columns.iter().position(|c| c == w)).collect();
        CsvBatches {
            reader: self,
            positions,
            wanted: wanted.to_vec(),
            record: csv::ByteRecord::new(),
            done: false,
        }
    }
}

fn header_names(file: &str, header: &csv::ByteRecord) -> Result<Vec<String>, TableError> {
    let mut names: Vec<String> = Vec::with_capacity(header.len());
    for (i, field) in header.iter().enumerate() {
        let name = String::from_utf8_lossy(field).trim().to_owned();
        // A nameless column is the row index some tools write; nobody can ask for it, so it may repeat.
        let name = if name.is_empty() { format!("column {}", i + 1) } else { name };
        if let Some(first) = names.iter().position(|n| *n == name) {
            return Err(TableError::DuplicateColumn {
                file: file.to_owned(),
                column: name,
                first: first + 1,
                second: i + 1,
            });
        }
        names.push(name);
    }
    Ok(names)
}

fn csv_error(file: &str, row: u64, error: &csv::Error, meter: &Meter) -> TableError {
    if error.to_string().contains(ENDLESS) {
        let what = if meter.printed.load(Ordering::Relaxed) {
            "a row does not end within 64 MB; is a quote missing?"
        } else {
            "nothing but blank lines within 64 MB"
        };
        return TableError::EndlessRecord { file: file.to_owned(), row: row + 1, what };
    }
    let problem = match error.kind() {
        csv::ErrorKind::Io(e) => e.to_string(),
        _ => error.to_string(),
    };
    TableError::Damaged { file: file.to_owned(), row, problem }
}

fn open_quote(file: &str, row: u64) -> TableError {
    let problem = "a quote is opened that nothing closes before the end of the file".to_owned();
    TableError::Damaged { file: file.to_owned(), row, problem }
}

/// The batches of one CSV file.
pub(crate) struct CsvBatches {
    reader: CsvReader,
    wanted: Vec<String>,
    positions: Vec<Option<usize>>,
    record: csv::ByteRecord,
    done: bool,
}

impl CsvBatches {
    fn fill(&mut self) -> Result<Option<Batch>, TableError> {
        let mut builders: Vec<Option<StringBuilder>> =
            self.positions.iter().map(|p| p.map(|_| StringBuilder::new())).collect();
        let mut batch = Batch { first_row: self.reader.row + 1, ..Batch::default() };
        let mut rows = Vec::new();
        let mut bytes = 0;
        while batch.source_rows < TEXT_BATCH as u64 && bytes < TEXT_BATCH_BYTES {
            let before = self.reader.reader.position().line();
            self.reader.meter.begin_record();
            match self.reader.reader.read_byte_record(&mut self.record) {
                Ok(true) => match self.reader.meter.ending(self.reader.reader.position(), &self.record) {
                    None => {}
                    Some(End::Whole) => continue,
                    Some(End::Open) => return Err(open_quote(&self.reader.file, self.reader.row)),
                },
                Ok(false) => {
                    self.done = true;
                    break;
                }
                Err(error) => {
                    return Err(csv_error(&self.reader.file, self.reader.row, &error, &self.reader.meter));
                }
            }
            self.reader.row += 1;
            batch.source_rows += 1;
            bytes += self.record.as_slice().len();
            // Blank lines before a record are none of its own.
            let lines = match self.reader.reader.position().line().saturating_sub(before) {
                0 | 1 => 1,
                _ => 1 + self.record.as_slice().iter().filter(|b| **b == b'\n').count() as u64,
            };
            if 1 < lines {
                batch.lines.push((self.reader.row, lines));
            }
            match self.check(lines) {
                Some(broken) => batch.broken.push(broken),
                None => {
                    self.append(&mut builders);
                    rows.push(self.reader.row);
                }
            }
        }
        batch.len = rows.len();
        batch.rows = (!batch.broken.is_empty()).then_some(rows);
        batch.columns =
            builders.into_iter().map(|b| b.map(|mut b| Arc::new(b.finish()) as ArrayRef)).collect();
        debug_assert!(batch.columns.iter().flatten().all(|c| c.len() == batch.len));
        Ok((batch.source_rows > 0).then_some(batch))
    }

    fn check(&self, lines: u64) -> Option<BrokenRow> {
        let row = self.reader.row;
        let (found, expected) = (self.record.len(), self.reader.columns.len());
        if 1 < lines
            && let Some(like) = swallowed(&self.record, expected, self.reader.delimiter)
        {
            return Some(BrokenRow { row, column: None, what: Broken::Swallowed(like) });
        }
        if found != expected {
            return Some(BrokenRow { row, column: None, what: Broken::Ragged { found, expected, lines } });
        }
        self.positions.iter().zip(&self.wanted).find_map(|(position, name)| {
            let field = &self.record[(*position)?];
            std::str::from_utf8(field).err().map(|_| BrokenRow {
                row,
                column: Some(name.clone()),
                what: Broken::NotUtf8,
            })
        })
    }

    fn append(&self, builders: &mut [Option<StringBuilder>]) {
        for (builder, position) in builders.iter_mut().zip(&self.positions) {
            let (Some(builder), Some(position)) = (builder, position) else { continue };
            match std::str::from_utf8(&self.record[*position]) {
                Ok("") | Err(_) => builder.append_null(),
                Ok(text) => builder.append_value(text),
            }
        }
    }
}

impl Iterator for CsvBatches {
    type Item = Result<Batch, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let result = self.fill();
        if result.is_err() {
            self.done = true;
        }
        result.transpose()
    }
}

const ENDLESS: &str = "record without end";

/// How many lines of a field look like rows, if most of its inner lines do: an earlier quote swallowed them.
///
/// The first and the last line are parts of rows at best and are not looked at.
fn swallowed(record: &csv::ByteRecord, columns: usize, delimiter: u8) -> Option<u64> {
    if columns < TELLING_COLUMNS {
        return None;
    }
    record.iter().find_map(|field| {
        let lines = field.iter().filter(|b| **b == b'\n').count();
        let inner = field.split(|b| *b == b'\n').skip(1).take(lines.saturating_sub(1));
        let is_row = |line: &&[u8]| line.iter().filter(|b| **b == delimiter).count() + 1 == columns;
        let like = inner.filter(is_row).count() as u64;
        (TELLING_LINES <= like && lines as u64 <= 2 * like).then_some(like)
    })
}

/// What a record that reaches the end of the file says of it.
enum End {
    /// It is the mark after the file's last byte.
    Whole,
    /// The mark lies inside a quote.
    Open,
}

/// What was handed out to the decoder.
#[derive(Default)]
struct Meter {
    since_record: AtomicU64,
    /// Whether anything but blanks was among it.
    printed: AtomicBool,
    total: AtomicU64,
    ended: AtomicBool,
}

impl Meter {
    fn begin_record(&self) {
        self.since_record.store(0, Ordering::Relaxed);
        self.printed.store(false, Ordering::Relaxed);
    }

    /// Whether a record holds the mark behind the file; a mark that stands in the file itself says nothing.
    fn ending(&self, position: &csv::Position, record: &csv::ByteRecord) -> Option<End> {
        if !self.ended.load(Ordering::Relaxed) || position.byte() != self.total.load(Ordering::Relaxed) {
            return None;
        }
        match record.iter().next_back()? {
            last if last == MARK && record.len() == 1 => Some(End::Whole),
            last if last.ends_with(TAIL) => Some(End::Open),
            _ => None,
        }
    }
}

/// Counts bytes handed out since the last record began, so that an unclosed quote cannot fill the memory, and marks the
/// end, so that one cannot hide there either.
struct Metered<R> {
    inner: R,
    tail: &'static [u8],
    meter: Arc<Meter>,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let mut got = if self.meter.ended.load(Ordering::Relaxed) { 0 } else { self.inner.read(buffer)? };
        if got == 0 && !buffer.is_empty() {
            self.meter.ended.store(true, Ordering::Relaxed);
            got = self.tail.read(buffer)?;
        }
        self.meter.total.fetch_add(got as u64, Ordering::Relaxed);
        // Of rows the first byte says it.
        if buffer[..got].iter().any(|b| !b.is_ascii_whitespace()) {
            self.meter.printed.store(true, Ordering::Relaxed);
        }
        if self.meter.since_record.fetch_add(got as u64, Ordering::Relaxed) > MAX_RECORD {
            return Err(std::io::Error::other(ENDLESS));
        }
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::cast::AsArray;

    fn read(text: &[u8], layout: &FileLayout, wanted: &[&str]) -> Result<Vec<Batch>, TableError> {
        let source: ByteSource = Box::new(std::io::Cursor::new(text.to_vec()));
        let wanted: Vec<String> = wanted.iter().map(|w| (*w).to_owned()).collect();
        CsvReader::open(source, "a.csv", layout)?.batches(&wanted).collect()
    }

    #[test]
    fn rows_keep_their_numbers_past_broken_ones() {
        let text = b"ts,sender,note\r\n1,a,x\r\n2,b\r\n3,\xff,y\r\n4,d,\xff\r\n";
        let batches = read(text, &FileLayout::default(), &["sender", "ts", "none"]).expect("reads");
        let batch = &batches[0];
        assert_eq!((batch.len, batch.source_rows), (2, 4));
        assert_eq!((batch.row_number(0), batch.row_number(1)), (1, 4));
        assert_eq!(batch.broken[0].what, Broken::Ragged { found: 2, expected: 3, lines: 1 });
        assert_eq!((batch.broken[1].row, batch.broken[1].what.clone()), (3, Broken::NotUtf8));
        let sender = batch.columns[0].as_ref().expect("there").as_string::<i32>();
        assert_eq!(sender.value(1), "d");
        assert!(batch.columns[2].is_none());
    }

    #[test]
    fn an_open_quote_at_the_end_is_damage_and_a_mark_in_the_file_is_not_its_end() {
        let layout = FileLayout::default();
        for text in ["ts,a,b\n1,x,y\n2,\"x,y\n3,x,y\n", "ts,a,b\n1,x,y\n2,x,\"y", "ts,a,b\n1,x,y\n2,x,\""] {
            let error = read(text.as_bytes(), &layout, &["ts"]).expect_err(text).to_string();
            assert!(error.contains("a.csv is damaged after row 1: a quote is opened"), "{text:?}: {error}");
        }
        let error = read(b"ts,\"a,b\n1,2,3\n", &layout, &["ts"]).expect_err("header").to_string();
        assert!(error.contains("damaged after row 0"), "{error}");
        for text in ["ts,a,b\n1,x,\"y\"", "ts,a,b\n1,x,5\"\n", "ts,a,b\n1,x,\"y\"\"\"\n\n"] {
            assert_eq!(read(text.as_bytes(), &layout, &["ts"]).expect(text)[0].source_rows, 1, "{text:?}");
        }
        let mark = String::from_utf8_lossy(MARK);
        let text = format!("ts,a,b\n{mark}\n1,x,\"y\n{mark}\n\"\n2,x,y\n{mark}\n");
        let batches = read(text.as_bytes(), &layout, &["ts"]).expect("reads");
        assert_eq!((batches[0].source_rows, batches[0].len, batches[0].broken.len()), (4, 2, 2));
        let unquoted = FileLayout { quotes: false, ..layout };
        assert_eq!(read(b"ts,a\n1,\"x\n", &unquoted, &["ts"]).expect("reads")[0].len, 1);
    }

    #[test]
    fn rows_inside_a_quoted_field_are_seen_and_lines_of_a_text_are_not_taken_for_them() {
        let swallowed =
            "ts,a,b\n\n\n1,\"x,y\n2,x,y\n3,x,y\n4,x\",y\n5,x,\"Dear all,\n\nsee you, bye,\nme\"\n";
        let batches = read(swallowed.as_bytes(), &FileLayout::default(), &["ts"]).expect("reads");
        assert_eq!((batches[0].len, batches[0].row_number(0)), (1, 2));
        assert_eq!(batches[0].broken[0].what, Broken::Swallowed(2));
        assert_eq!(batches[0].lines, [(1, 4), (2, 4)]);
    }

    #[test]
    fn duplicate_names_are_refused_and_positions_may_stand_for_names() {
        let error = read(b"ts,a,a\n", &FileLayout::default(), &["ts"]).expect_err("duplicate");
        assert!(error.to_string().contains("two columns named a (positions 2 and 3)"));
        let layout = FileLayout { header: false, delimiter: Some(' '), ..FileLayout::default() };
        let batches = read(b"1 2 3\n4 5 6\n", &layout, &["3"]).expect("reads");
        assert_eq!(batches[0].columns[0].as_ref().expect("there").as_string::<i32>().value(1), "6");
    }
}
