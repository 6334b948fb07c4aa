//! Writes Arrow batches to a Parquet file, one row group a batch, with zstd pages.
//! In: a schema and batches of it; out: one synced file whose bytes depend on the batches only.
//! Knows no table of the contract, and renames nothing into place.

use super::TableError;
use arrow_array::RecordBatch;
use arrow_schema::SchemaRef;
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::path::{Path, PathBuf};

/// A Parquet file that grows by row groups.
pub struct RowGroups {
    path: PathBuf,
    writer: ArrowWriter<File>,
}

impl RowGroups {
    /// Starts a file of that schema; a group never has more than `most` rows.
    pub fn create(
        path: &Path,
        schema: SchemaRef,
        most: usize,
        metadata: &[(&str, &str)],
    ) -> Result<Self, TableError> {
        let start = || -> Result<_, ParquetError> {
            let words = metadata.iter().map(|(k, v)| KeyValue::new((*k).to_owned(), (*v).to_owned()));
            let properties = WriterProperties::builder()
                .set_compression(Compression::ZSTD(ZstdLevel::try_new(1)?))
                .set_created_by("bulkwatch".to_owned())
                .set_max_row_group_row_count(Some(most))
                .set_key_value_metadata(Some(words.collect()))
                .build();
            ArrowWriter::try_new(File::create(path)?, schema, Some(properties))
        };
        Ok(Self { path: path.to_owned(), writer: start().map_err(|e| TableError::write(path, &e))? })
    }

    /// Adds a row group.
    pub fn push(&mut self, batch: &RecordBatch) -> Result<(), TableError> {
        let done = self.writer.write(batch).and_then(|()| self.writer.flush());
        done.map_err(|e| TableError::write(&self.path, &e))
    }

    /// Ends the file and makes it durable.
    pub fn finish(self) -> Result<(), TableError> {
        let file = self.writer.into_inner().map_err(|e| TableError::write(&self.path, &e))?;
        file.sync_all().map_err(|e| TableError::write(&self.path, &e))
    }
}
