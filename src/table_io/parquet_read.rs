//! Parquet files become batches of Arrow columns, only the needed ones, one row group at a time.
//! In: a listed file; out: its columns, its footer's counts, and batches that other threads can decode independently.
//! Interprets no value and allocates nothing per row.

use crate::table_io::{Batch, InputFile, TableError};
use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::basic::Compression;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// Rows a batch: as many packed events as fit the second-level cache.
pub(crate) const PARQUET_BATCH: usize = 8 * 1024;

/// A Parquet file whose footer has been read.
#[derive(Clone)]
pub(crate) struct ParquetFile {
    file: InputFile,
    metadata: ArrowReaderMetadata,
    /// The columns as the file declares them.
    declared: SchemaRef,
    columns: Vec<String>,
}

impl ParquetFile {
    /// Reads the footer.
    pub fn open(file: &InputFile) -> Result<Self, TableError> {
        let stream = File::open(&file.path).map_err(|e| TableError::io(&file.name, e))?;
        let metadata = guarded(&file.name, 0, || {
            ArrowReaderMetadata::load(&stream, ArrowReaderOptions::new()).map_err(|e| e.to_string())
        })?;
        if let Some(codec) = unread_codec(&metadata) {
            return Err(TableError::UnreadCodec { file: file.name.clone(), codec });
        }
        let declared = metadata.schema().clone();
        let columns: Vec<String> = declared.fields().iter().map(|f| f.name().clone()).collect();
        for (i, column) in columns.iter().enumerate() {
            if let Some(first) = columns[..i].iter().position(|c| c == column) {
                return Err(TableError::DuplicateColumn {
                    file: file.name.clone(),
                    column: column.clone(),
                    first: first + 1,
                    second: i + 1,
                });
            }
        }
        // Views borrow long texts from the decoded page and hold short ones in place, so that no text is copied together.
        let options = ArrowReaderOptions::new().with_schema(with_views(&declared));
        let viewed = ArrowReaderMetadata::try_new(metadata.metadata().clone(), options);
        Ok(Self { file: file.clone(), metadata: viewed.unwrap_or(metadata), declared, columns })
    }

    /// The names of the columns.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The type of each column, as Arrow names it.
    pub fn types(&self) -> Vec<String> {
        self.declared.fields().iter().map(|f| f.data_type().to_string()).collect()
    }

    /// How many row groups there are.
    pub fn groups(&self) -> usize {
        self.metadata.metadata().num_row_groups()
    }

    /// Rows in the whole file.
    pub fn rows(&self) -> u64 {
        self.metadata.metadata().file_metadata().num_rows().max(0) as u64
    }

    /// The batches of one row group.
    pub fn batches(&self, group: usize, wanted: &[String]) -> Result<ParquetBatches, TableError> {
        let stream = File::open(&self.file.path).map_err(|e| TableError::io(&self.file.name, e))?;
        let before: i64 = (0..group).map(|g| self.metadata.metadata().row_group(g).num_rows()).sum();
        let roots = wanted.iter().filter_map(|w| self.columns.iter().position(|c| c == w));
        let parquet_schema = self.metadata.metadata().file_metadata().schema_descr();
        let mask = ProjectionMask::roots(parquet_schema, roots);
        let row = before.max(0) as u64;
        let reader = guarded(&self.file.name, row, || {
            ParquetRecordBatchReaderBuilder::new_with_metadata(stream, self.metadata.clone())
                .with_row_groups(vec![group])
                .with_projection(mask)
                .with_batch_size(PARQUET_BATCH)
                .build()
                .map_err(|e| e.to_string())
        })?;
        Ok(ParquetBatches { file: self.file.name.clone(), reader, wanted: wanted.to_vec(), row, done: false })
    }
}

/// The first codec of a file that this build does not decode.
fn unread_codec(metadata: &ArrowReaderMetadata) -> Option<&'static str> {
    let groups = metadata.metadata().row_groups().iter();
    groups.flat_map(|group| group.columns()).find_map(|column| name_unread(column.compression()))
}

fn name_unread(codec: Compression) -> Option<&'static str> {
    match codec {
        Compression::BROTLI(_) => Some("brotli"),
        Compression::LZO => Some("lzo"),
        _ => None,
    }
}

/// The same columns, with text as views.
fn with_views(declared: &Schema) -> SchemaRef {
    let view = |field: &Arc<Field>| match field.data_type() {
        DataType::Utf8 | DataType::LargeUtf8 => {
            Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View))
        }
        DataType::Dictionary(_, values) if matches!(**values, DataType::Utf8 | DataType::LargeUtf8) => {
            Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8View))
        }
        _ => Arc::clone(field),
    };
    let fields: Vec<Arc<Field>> = declared.fields().iter().map(view).collect();
    Arc::new(Schema::new_with_metadata(fields, declared.metadata().clone()))
}

/// Runs a decoder; damaged bytes may make it panic, which is the input's fault and must not end the program.
fn guarded<T>(file: &str, row: u64, decode: impl FnOnce() -> Result<T, String>) -> Result<T, TableError> {
    let problem = match catch_unwind(AssertUnwindSafe(decode)) {
        Ok(Ok(value)) => return Ok(value),
        Ok(Err(problem)) => problem,
        Err(_) => "the decoder gave up on malformed bytes".to_owned(),
    };
    Err(TableError::Damaged { file: file.to_owned(), row, problem })
}

/// The batches of one row group.
pub(crate) struct ParquetBatches {
    file: String,
    reader: ParquetRecordBatchReader,
    wanted: Vec<String>,
    row: u64,
    done: bool,
}

impl Iterator for ParquetBatches {
    type Item = Result<Batch, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.done {
            return None;
        }
        let decoded =
            guarded(&self.file, self.row, || self.reader.next().transpose().map_err(|e| e.to_string()));
        match decoded {
            Ok(Some(record)) => {
                let batch = to_batch(&record, &self.wanted, self.row + 1);
                self.row += record.num_rows() as u64;
                Some(Ok(batch))
            }
            Ok(None) => None,
            Err(error) => {
                self.done = true;
                Some(Err(error))
            }
        }
    }
}

fn to_batch(record: &RecordBatch, wanted: &[String], first_row: u64) -> Batch {
    Batch {
        len: record.num_rows(),
        first_row,
        columns: wanted.iter().map(|w| record.column_by_name(w).cloned()).collect(),
        source_rows: record.num_rows() as u64,
        ..Batch::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_decoded_is_named() {
        let read = [Compression::UNCOMPRESSED, Compression::SNAPPY, Compression::LZ4_RAW, Compression::LZ4];
        assert!(read.into_iter().all(|codec| name_unread(codec).is_none()));
        assert_eq!(name_unread(Compression::BROTLI(Default::default())), Some("brotli"));
        assert_eq!(name_unread(Compression::LZO), Some("lzo"));
    }
}
