//! Writes a result table to Parquet piece by piece, so that a table larger than memory never is in memory.
//! In: columns of plain values in a fixed order; out: one zstd-compressed file whose bytes depend on the rows only.
//! Stamps no clock, no path and no thread count into the file.

use super::TableError;
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One column of a piece.
#[derive(Debug, Clone, PartialEq)]
pub enum Cells {
    /// Whole numbers.
    Int(Vec<Option<i64>>),
    /// Reals.
    Real(Vec<Option<f64>>),
    /// Texts.
    Text(Vec<Option<String>>),
    /// Yes or no.
    Flag(Vec<Option<bool>>),
}

impl Cells {
    fn data_type(&self) -> DataType {
        match self {
            Cells::Int(_) => DataType::Int64,
            Cells::Real(_) => DataType::Float64,
            Cells::Text(_) => DataType::Utf8,
            Cells::Flag(_) => DataType::Boolean,
        }
    }

    fn array(self) -> ArrayRef {
        match self {
            Cells::Int(v) => Arc::new(Int64Array::from(v)),
            Cells::Real(v) => Arc::new(Float64Array::from(v)),
            Cells::Text(v) => Arc::new(StringArray::from(v)),
            Cells::Flag(v) => Arc::new(BooleanArray::from(v)),
        }
    }
}

/// A Parquet file being written.
pub struct TableStream {
    path: PathBuf,
    schema: Arc<Schema>,
    writer: ArrowWriter<File>,
}

impl TableStream {
    /// Starts a file with the columns of `like` and key-value metadata.
    pub fn create(path: &Path, like: &[(&str, Cells)], metadata: &[(&str, String)]) -> Result<Self, TableError> {
        let fields: Vec<Field> =
            like.iter().map(|(name, cells)| Field::new(*name, cells.data_type(), true)).collect();
        let schema = Arc::new(Schema::new(fields));
        let level = ZstdLevel::try_new(1).map_err(|e| TableError::write(path, &e))?;
        let pairs = metadata.iter().map(|(k, v)| KeyValue::new((*k).to_owned(), v.clone())).collect();
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(level))
            .set_created_by("bulkwatch".to_owned())
            .set_key_value_metadata(Some(pairs))
            .build();
        let file = File::create(path).map_err(|e| TableError::write(path, &e))?;
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties))
            .map_err(|e| TableError::write(path, &e))?;
        Ok(Self { path: path.to_owned(), schema, writer })
    }

    /// Appends a piece; its columns are those of the file, in order.
    pub fn append(&mut self, columns: Vec<Cells>) -> Result<(), TableError> {
        let arrays = columns.into_iter().map(Cells::array).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays)
            .map_err(|e| TableError::write(&self.path, &e))?;
        self.writer.write(&batch).map_err(|e| TableError::write(&self.path, &e))
    }

    /// Finishes the file and makes it durable.
    pub fn finish(self) -> Result<(), TableError> {
        let path = self.path;
        let file = self.writer.into_inner().map_err(|e| TableError::write(&path, &e))?;
        file.sync_all().map_err(|e| TableError::write(&path, &e))
    }
}
