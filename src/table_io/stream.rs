//! Writes a result table to Parquet piece by piece, so that a table larger than memory never is in memory.
//! In: columns of plain values in a fixed order; out: one zstd-compressed file whose bytes depend on the rows only.
//! Stamps no clock, no path and no thread count into the file.

use super::{TableError, Values};
use arrow_array::{ArrayRef, BooleanArray, Float64Array, Int64Array, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

fn data_type(values: &Values) -> DataType {
    match values {
        Values::Text(_) => DataType::Utf8,
        Values::Int(_) => DataType::Int64,
        Values::Uint(_) => DataType::UInt64,
        Values::Float(_) => DataType::Float64,
        Values::Flag(_) => DataType::Boolean,
    }
}

fn array(values: Values) -> ArrayRef {
    match values {
        Values::Text(v) => Arc::new(StringArray::from(v)),
        Values::Int(v) => Arc::new(Int64Array::from(v)),
        Values::Uint(v) => Arc::new(UInt64Array::from(v)),
        Values::Float(v) => Arc::new(Float64Array::from(v)),
        Values::Flag(v) => Arc::new(BooleanArray::from(v)),
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
    pub fn create(path: &Path, like: &[(&str, Values)], metadata: &[(&str, String)]) -> Result<Self, TableError> {
        let fields: Vec<Field> =
            like.iter().map(|(name, values)| Field::new(*name, data_type(values), true)).collect();
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
    pub fn append(&mut self, columns: Vec<Values>) -> Result<(), TableError> {
        let arrays = columns.into_iter().map(array).collect();
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
