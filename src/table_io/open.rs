//! One way to open a table file, whatever its format: columns first, then batches of the wanted columns.
//! In: a listed file and its layout; out: its columns and its parts, which can be read by different threads.
//! Knows no table of the contract and no mapping operator.

use crate::table_io::bytes::{self, Format, RunningDigest, Stop};
use crate::table_io::csv_read::CsvReader;
use crate::table_io::ndjson_read::NdjsonReader;
use crate::table_io::parquet_read::ParquetFile;
use crate::table_io::{Batch, InputFile, STDIN, TableError};
use serde::Deserialize;
use std::path::Path;
use std::sync::Mutex;

/// How a text file is laid out; Parquet needs none of it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct FileLayout {
    /// Overrules what the name and the first bytes say.
    pub format: Option<Format>,
    /// Between fields; a comma when absent, a tab for `.tsv`.
    pub delimiter: Option<char>,
    /// Whether the first row names the columns.
    pub header: bool,
    /// Names by position; with a header they replace its names.
    pub columns: Vec<String>,
    /// Lines that begin with this character are left out.
    pub comment: Option<char>,
    /// Whether `"` quotes a field.
    pub quotes: bool,
}

impl Default for FileLayout {
    fn default() -> Self {
        Self { format: None, delimiter: None, header: true, columns: Vec::new(), comment: None, quotes: true }
    }
}

impl FileLayout {
    /// The delimiter as a byte, by the file's name when the layout says nothing.
    pub(crate) fn delimiter_for(&self, file: &str) -> u8 {
        let stem = file.trim_end_matches(".gz").trim_end_matches(".zst");
        match self.delimiter {
            Some(c) => c as u8,
            None if stem.ends_with(".tsv") => b'\t',
            None => b',',
        }
    }
}

/// An opened table file.
pub struct TableFile {
    file: InputFile,
    layout: FileLayout,
    format: Format,
    columns: Vec<String>,
    inner: Inner,
    running: RunningDigest,
}

enum Inner {
    Parquet(ParquetFile),
    /// Standard input keeps the reader whose header was read; files are opened anew, so that many files need
    /// no open handles.
    Text(Mutex<Option<TextReader>>),
}

enum TextReader {
    Csv(CsvReader),
    Ndjson(NdjsonReader),
}

/// What may stand where a text format expects one value; only NDJSON can say anything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nested<'a> {
    /// Nothing: a list or an object breaks its row.
    Refused,
    /// A list in this column, which a mapping splits into rows.
    ListIn(&'a str),
    /// Anything, in words: for people who look at a file, not for reading it.
    Shown,
}

/// Batches of rows, in the order of the file.
pub type Batches = Box<dyn Iterator<Item = Result<Batch, TableError>> + Send>;

impl TableFile {
    /// Opens a file and reads its header, its footer or its first lines.
    pub fn open(file: &InputFile, layout: &FileLayout) -> Result<Self, TableError> {
        Self::open_until(file, layout, None)
    }

    /// The same, for a reader that may be asked to stop while it waits for standard input.
    pub fn open_until(
        file: &InputFile,
        layout: &FileLayout,
        stop: Option<&Stop>,
    ) -> Result<Self, TableError> {
        let running = RunningDigest::default();
        let (file, layout) = (file.clone(), layout.clone());
        if bytes::is_parquet(&file)? {
            let parquet = ParquetFile::open(&file)?;
            let columns = parquet.columns().to_vec();
            return Ok(Self {
                file,
                layout,
                format: Format::Parquet,
                columns,
                inner: Inner::Parquet(parquet),
                running,
            });
        }
        let (reader, format) = open_text(&file, &layout, &running, stop)?;
        let columns = match &reader {
            TextReader::Csv(reader) => reader.columns().to_vec(),
            TextReader::Ndjson(reader) => reader.columns().to_vec(),
        };
        let kept = (file.path == Path::new(STDIN)).then_some(reader);
        Ok(Self { file, layout, format, columns, inner: Inner::Text(Mutex::new(kept)), running })
    }

    /// The listed file.
    pub fn file(&self) -> &InputFile {
        &self.file
    }

    /// How it is written down.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The names of its columns; for NDJSON those seen in the first lines.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The type of each column; text formats know only text.
    pub fn types(&self) -> Vec<String> {
        match &self.inner {
            Inner::Parquet(parquet) => parquet.types(),
            Inner::Text(_) => vec!["text".to_owned(); self.columns.len()],
        }
    }

    /// Rows, where the file says it without being read.
    pub fn rows(&self) -> Option<u64> {
        match &self.inner {
            Inner::Parquet(parquet) => Some(parquet.rows()),
            Inner::Text(_) => None,
        }
    }

    /// Parts that can be read independently: row groups, or one.
    pub fn parts(&self) -> usize {
        match &self.inner {
            Inner::Parquet(parquet) => parquet.groups(),
            Inner::Text(_) => 1,
        }
    }

    /// The batches of one part, with the wanted columns in the order given.
    pub fn read(&self, part: usize, wanted: &[String], nested: Nested) -> Result<Batches, TableError> {
        let slot = match &self.inner {
            Inner::Parquet(parquet) => return Ok(Box::new(parquet.batches(part, wanted)?)),
            Inner::Text(slot) => slot,
        };
        let kept = slot.lock().map(|mut slot| slot.take()).unwrap_or_default();
        let reader = match kept {
            Some(reader) => reader,
            None => open_text(&self.file, &self.layout, &self.running, None)?.0,
        };
        Ok(match reader {
            TextReader::Csv(reader) => Box::new(reader.batches(wanted)),
            TextReader::Ndjson(reader) => Box::new(reader.batches(wanted, nested)),
        })
    }

    /// The digest of the file's bytes, hexadecimal; for standard input, of what was read so far.
    pub fn digest(&self) -> Result<String, TableError> {
        if self.file.path != Path::new(STDIN) {
            return bytes::digest(&self.file);
        }
        Ok(self.running.lock().map(|h| h.finalize().to_hex().to_string()).unwrap_or_default())
    }
}

fn open_text(
    file: &InputFile,
    layout: &FileLayout,
    running: &RunningDigest,
    stop: Option<&Stop>,
) -> Result<(TextReader, Format), TableError> {
    let (source, format) = bytes::open_text(file, layout.format, Some(running), stop)?;
    let reader = match format {
        Format::Ndjson => TextReader::Ndjson(NdjsonReader::open(source, &file.name)?),
        Format::Csv | Format::Parquet => TextReader::Csv(CsvReader::open(source, &file.name, layout)?),
    };
    Ok((reader, format))
}
