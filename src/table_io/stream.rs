//! Writes a result table to Parquet piece by piece, so that a table larger than memory never is in memory.
//! In: rows in blocks, column by column; out: one zstd-compressed file whose bytes depend on the rows only.
//! Stamps no clock, no path and no thread count into the file, and pieces are cut by rows, not by who brings them.

use super::TableError;
use arrow_array::builder::StringBuilder;
use arrow_array::{ArrayRef, Float64Array, Int64Array};
use arrow_schema::{DataType, Field, Schema};
use foldhash::fast::FixedState;
use hashbrown::HashSet;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{
    ArrowColumnChunk, ArrowColumnWriter, ArrowRowGroupWriterFactory, compute_leaves,
};
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;
use rayon::prelude::*;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Rows encoded at a time: two hundred columns of them take some 15 MB.
const PIECE: usize = 8 * 1024;
/// Pieces that make a row group, which readers take as the unit of parallel work.
const PIECES: usize = 8;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Texts that hardly repeat.
    Names,
    /// Texts that mostly repeat.
    Words,
    /// Whole numbers.
    Counts,
    /// Numbers.
    Measures,
}

/// The values of one column that are not encoded yet.
enum Column {
    Text(StringBuilder),
    /// Numbers, 0 where absent, whether each is present, and whether they are whole.
    Number {
        values: Vec<f64>,
        present: Vec<bool>,
        whole: bool,
    },
}

impl Column {
    fn new(holds: Holds) -> Self {
        match holds {
            Holds::Names | Holds::Words => Self::Text(StringBuilder::new()),
            Holds::Counts | Holds::Measures => {
                Self::Number { values: Vec::new(), present: Vec::new(), whole: holds == Holds::Counts }
            }
        }
    }

    /// Whether the values repeat so much that a dictionary of them is worth its keeping.
    fn repeats(&self) -> bool {
        let Self::Number { values, present, whole: false } = self else { return true };
        let limit = present.iter().filter(|p| **p).count() / 2;
        let mut distinct: HashSet<u64, FixedState> = HashSet::default();
        values.iter().zip(present).filter(|(_, present)| **present).all(|(value, _)| {
            distinct.insert(value.to_bits());
            distinct.len() <= limit
        })
    }

    /// Moves the values out.
    fn take(&mut self) -> ArrayRef {
        match self {
            Self::Text(texts) => Arc::new(texts.finish()),
            Self::Number { values, present, whole } => {
                let nulls = present.contains(&false).then(|| present.as_slice().into());
                present.clear();
                if *whole {
                    let whole: Vec<i64> = values.drain(..).map(|v| v as i64).collect();
                    return Arc::new(Int64Array::new(whole.into(), nulls));
                }
                let room = Vec::with_capacity(values.len());
                Arc::new(Float64Array::new(std::mem::replace(values, room).into(), nulls))
            }
        }
    }
}

/// The file behind the stream once the first piece has told how to encode it.
struct Encoder {
    writer: SerializedFileWriter<File>,
    factory: ArrowRowGroupWriterFactory,
    group: Vec<ArrowColumnWriter>,
    pieces: usize,
}

/// A Parquet file being written.
pub struct TableStream {
    path: PathBuf,
    schema: Arc<Schema>,
    kinds: Vec<Holds>,
    metadata: Vec<KeyValue>,
    /// The file, until an encoder has it.
    file: Option<File>,
    encoder: Option<Encoder>,
    columns: Vec<Column>,
    /// Rows in the columns.
    rows: usize,
}

impl TableStream {
    /// Starts a file with these columns and key-value metadata.
    pub fn create(
        path: &Path,
        columns: &[(&str, Holds)],
        metadata: &[(&str, String)],
    ) -> Result<Self, TableError> {
        let field = |(name, holds): &(&str, Holds)| {
            let ty = match holds {
                Holds::Names | Holds::Words => DataType::Utf8,
                Holds::Counts => DataType::Int64,
                Holds::Measures => DataType::Float64,
            };
            Field::new(*name, ty, true)
        };
        let fields: Vec<Field> = columns.iter().map(field).collect();
        let kinds: Vec<Holds> = columns.iter().map(|(_, holds)| *holds).collect();
        Ok(Self {
            path: path.to_owned(),
            schema: Arc::new(Schema::new(fields)),
            columns: kinds.iter().map(|holds| Column::new(*holds)).collect(),
            kinds,
            metadata: metadata.iter().map(|(k, v)| KeyValue::new((*k).to_owned(), v.clone())).collect(),
            file: Some(File::create(path).map_err(|e| TableError::write(path, &e))?),
            encoder: None,
            rows: 0,
        })
    }

    /// How many rows the next block may have.
    pub fn room(&self) -> usize {
        PIECE - self.rows
    }

    /// Adds a block's values to a column of texts.
    pub fn texts<'a>(&mut self, column: usize, values: impl Iterator<Item = &'a str>) {
        match &mut self.columns[column] {
            Column::Text(texts) => values.for_each(|v| texts.append_value(v)),
            Column::Number { .. } => debug_assert!(false, "a column of numbers"),
        }
    }

    /// Adds a block's values to a column of numbers.
    pub fn numbers(&mut self, column: usize, block: impl Iterator<Item = Option<f64>> + Clone) {
        match &mut self.columns[column] {
            Column::Number { values, present, .. } => {
                values.extend(block.clone().map(Option::unwrap_or_default));
                present.extend(block.map(|v| v.is_some()));
            }
            Column::Text(_) => debug_assert!(false, "a column of texts"),
        }
    }

    /// Ends a block that every column was given.
    pub fn end_block(&mut self, rows: usize) -> Result<(), TableError> {
        self.rows += rows;
        if self.rows < PIECE { Ok(()) } else { self.encode().map_err(|e| TableError::write(&self.path, &e)) }
    }

    /// Encodes the rows held back; the columns on all threads.
    fn encode(&mut self) -> Result<(), ParquetError> {
        let mut encoder = match self.encoder.take() {
            Some(encoder) => encoder,
            None => self.open()?,
        };
        self.rows = 0;
        let arrays: Vec<ArrayRef> = self.columns.par_iter_mut().map(Column::take).collect();
        if encoder.group.is_empty() {
            encoder.group =
                encoder.factory.create_column_writers(encoder.writer.flushed_row_groups().len())?;
        }
        let fields: &[Arc<Field>] = self.schema.fields();
        encoder.group.par_iter_mut().zip(&arrays).zip(fields).try_for_each(|((writer, array), field)| {
            compute_leaves(field, array)?.iter().try_for_each(|leaf| writer.write(leaf))
        })?;
        encoder.pieces += 1;
        if encoder.pieces == PIECES {
            encoder.end_group()?;
        }
        self.encoder = Some(encoder);
        Ok(())
    }

    /// Begins the file itself; what the columns hold so far decides how they are encoded.
    fn open(&mut self) -> Result<Encoder, ParquetError> {
        let file = self.file.take().ok_or_else(|| ParquetError::General("failed before".to_owned()))?;
        let repeats: Vec<bool> = self.columns.par_iter().map(Column::repeats).collect();
        let mut properties = properties()?.set_key_value_metadata(Some(std::mem::take(&mut self.metadata)));
        for ((field, holds), repeats) in self.schema.fields().iter().zip(&self.kinds).zip(repeats) {
            let path = ColumnPath::from(field.name().as_str());
            let dictionary = repeats && *holds != Holds::Names;
            properties = properties.set_column_dictionary_enabled(path, dictionary);
        }
        let writer = ArrowWriter::try_new(file, self.schema.clone(), Some(properties.build()))?;
        let (writer, factory) = writer.into_serialized_writer()?;
        Ok(Encoder { writer, factory, group: Vec::new(), pieces: 0 })
    }

    /// Finishes the file and makes it durable.
    pub fn finish(mut self) -> Result<(), TableError> {
        let file = self.end().map_err(|e| TableError::write(&self.path, &e))?;
        file.sync_all().map_err(|e| TableError::write(&self.path, &e))
    }

    fn end(&mut self) -> Result<File, ParquetError> {
        if 0 < self.rows {
            self.encode()?;
        }
        let mut encoder = match self.encoder.take() {
            Some(encoder) => encoder,
            None => self.open()?,
        };
        encoder.end_group()?;
        encoder.writer.into_inner()
    }
}

/// How result tables are encoded, whatever their columns.
pub(super) fn properties() -> Result<WriterPropertiesBuilder, ParquetError> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
        .set_created_by("bulkwatch".to_owned())
        // One page a column and row group: nobody looks up single rows.
        .set_data_page_row_count_limit(PIECE * PIECES)
        .set_write_batch_size(PIECE)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true))
}

impl Encoder {
    /// Writes the row group down, if there is one.
    fn end_group(&mut self) -> Result<(), ParquetError> {
        if self.pieces == 0 {
            return Ok(());
        }
        self.pieces = 0;
        let chunks: Vec<ArrowColumnChunk> =
            std::mem::take(&mut self.group).into_par_iter().map(|c| c.close()).collect::<Result<_, _>>()?;
        let mut group = self.writer.next_row_group()?;
        for chunk in chunks {
            chunk.append_to_row_group(&mut group)?;
        }
        group.close().map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_io::{Table, read_parquet};

    /// A table whose columns differ in how often their values repeat and in where they are absent.
    fn write(rows: usize, block: usize, threads: usize) -> (Vec<u8>, Table) {
        let folder = tempfile::tempdir().expect("temp");
        let path = folder.path().join("t.parquet");
        let columns = [
            ("name", Holds::Names),
            ("n", Holds::Counts),
            ("x", Holds::Measures),
            ("share", Holds::Measures),
            ("none", Holds::Measures),
            ("word", Holds::Words),
        ];
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("pool");
        pool.install(|| {
            let mut stream = TableStream::create(&path, &columns, &[("k", "v".into())]).expect("created");
            let mut at = 0;
            while at < rows {
                let n = block.min(rows - at).min(stream.room());
                let names: Vec<String> = (at..at + n).map(|i| format!("a{i}")).collect();
                stream.texts(0, names.iter().map(String::as_str));
                stream.numbers(1, (at..at + n).map(|i| (i % 7 != 3).then_some(-((i % 50) as f64))));
                stream.numbers(2, (at..at + n).map(|i| (i % 2 == 0).then_some(1.0 / (i + 1) as f64)));
                stream.numbers(3, (at..at + n).map(|i| Some((i % 4) as f64 / 4.0)));
                stream.numbers(4, (at..at + n).map(|_| None));
                stream.texts(5, (at..at + n).map(|i| if i % 3 == 0 { "yes" } else { "" }));
                stream.end_block(n).expect("added");
                at += n;
            }
            stream.finish().expect("finished");
        });
        (std::fs::read(&path).expect("bytes"), read_parquet(&path).expect("read"))
    }

    #[test]
    fn values_come_back_over_pieces_and_row_groups() {
        for rows in [0, 1, PIECE, PIECE + 1, PIECE * PIECES + 5] {
            let (_, table) = write(rows, 1000, 2);
            let numbers = |name| table.floats(name).expect("numbers");
            let (n, x, share, none) = (numbers("n"), numbers("x"), numbers("share"), numbers("none"));
            let (names, words) = (table.texts("name").expect("texts"), table.texts("word").expect("texts"));
            assert_eq!((names.len(), n.len()), (rows, rows));
            for i in 0..rows {
                assert_eq!(names[i].as_deref(), Some(format!("a{i}").as_str()));
                assert_eq!(n[i], (i % 7 != 3).then_some(-((i % 50) as f64)));
                assert_eq!(x[i], (i % 2 == 0).then_some(1.0 / (i + 1) as f64));
                assert_eq!((share[i], none[i]), (Some((i % 4) as f64 / 4.0), None));
                assert_eq!(words[i].as_deref(), Some(if i % 3 == 0 { "yes" } else { "" }));
            }
        }
    }

    #[test]
    fn bytes_depend_on_neither_blocks_nor_threads() {
        let (bytes, _) = write(20_000, 64, 1);
        assert!(bytes == write(20_000, 64, 2).0 && bytes == write(20_000, 9_999, 3).0);
    }
}
