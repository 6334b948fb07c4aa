//! A finished Parquet file gets other whole numbers in a few rows; and single rows are read out of it.
//! In: a file this program wrote, row numbers, values; out: the same file but for those values, or a small table.
//! Copies what does not change as it stands, without decoding it.

use crate::table_io::stream::properties;
use crate::table_io::{Table, TableError, Values};
use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::DataType;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReaderBuilder, RowSelection, RowSelector};
use parquet::column::reader::{ColumnReaderImpl, get_typed_column_reader};
use parquet::column::writer::ColumnCloseResult;
use parquet::data_type::Int64Type as Int64Page;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, RowGroupReader, SerializedFileReader};
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use std::fs::File;
use std::path::Path;

/// Other values for one row: its number in the file, and a value for each of the amended columns; none leaves the old one.
pub type Amendment<const N: usize> = (u64, [Option<i64>; N]);

/// Writes the file at `from` to `to` with other values in `columns`; amendments are sorted by row, one a row.
///
/// The columns must hold whole numbers. Row groups without an amendment are copied as they stand, and so is every
/// other column of the rest: the cost follows the size of the file on disk, not its values.
pub fn amend_parquet<const N: usize>(
    from: &Path,
    to: &Path,
    columns: [&str; N],
    amendments: &[Amendment<N>],
) -> Result<(), TableError> {
    let written = amend(from, to, columns, amendments).map_err(|e| TableError::write(to, &e))?;
    written.sync_all().map_err(|e| TableError::write(to, &e))
}

fn amend<const N: usize>(
    from: &Path,
    to: &Path,
    columns: [&str; N],
    amendments: &[Amendment<N>],
) -> Result<File, ParquetError> {
    let source = File::open(from)?;
    let reader = SerializedFileReader::new(source.try_clone()?)?;
    let about = reader.metadata().file_metadata();
    let schema = about.schema_descr();
    let place = |name: &&str| (0..schema.num_columns()).find(|i| schema.column(*i).name() == *name);
    let places: Vec<usize> = columns
        .iter()
        .map(|name| place(name).ok_or_else(|| ParquetError::General(format!("no column {name}"))))
        .collect::<Result<_, _>>()?;
    let words = about.key_value_metadata().cloned();
    let properties = properties()?.set_key_value_metadata(words).build();
    let root = schema.root_schema_ptr();
    let mut writer = SerializedFileWriter::new(File::create(to)?, root, properties.into())?;
    let (mut start, mut rest) = (0, amendments);
    for group in 0..reader.num_row_groups() {
        let rows = reader.get_row_group(group)?;
        let end = start + rows.metadata().num_rows().max(0) as u64;
        let (own, others) = rest.split_at(rest.partition_point(|(row, _)| *row < end));
        rest = others;
        let mut out = writer.next_row_group()?;
        for column in 0..schema.num_columns() {
            match places.iter().position(|p| *p == column) {
                Some(at) if !own.is_empty() => {
                    let changed = own.iter().map(|(row, values)| ((row - start) as usize, values[at]));
                    rewrite(&*rows, column, changed, &mut out)?;
                }
                _ => copy(&source, &*rows, column, &mut out)?,
            }
        }
        out.close()?;
        start = end;
    }
    writer.into_inner()
}

/// Copies an encoded column chunk.
fn copy(
    source: &File,
    rows: &dyn RowGroupReader,
    column: usize,
    out: &mut SerializedRowGroupWriter<File>,
) -> Result<(), ParquetError> {
    let metadata = rows.metadata().column(column).clone();
    let close = ColumnCloseResult {
        bytes_written: metadata.compressed_size().max(0) as u64,
        rows_written: rows.metadata().num_rows().max(0) as u64,
        metadata,
        bloom_filter: None,
        column_index: None,
        offset_index: None,
    };
    out.append_column(source, close)
}

/// Decodes a column of whole numbers, changes some of them, and encodes it again.
fn rewrite(
    rows: &dyn RowGroupReader,
    column: usize,
    changed: impl Iterator<Item = (usize, Option<i64>)>,
    out: &mut SerializedRowGroupWriter<File>,
) -> Result<(), ParquetError> {
    let n = rows.metadata().num_rows().max(0) as usize;
    let mut reader: ColumnReaderImpl<Int64Page> = get_typed_column_reader(rows.get_column_reader(column)?);
    let (mut present, mut levels) = (Vec::with_capacity(n), Vec::with_capacity(n));
    while levels.len() < n {
        let (read, _, _) = reader.read_records(n - levels.len(), Some(&mut levels), None, &mut present)?;
        if read == 0 {
            return Err(ParquetError::General("a column ends early".to_owned()));
        }
    }
    let mut values = present.into_iter();
    let mut all: Vec<Option<i64>> =
        levels.iter().map(|level| if *level == 0 { None } else { values.next() }).collect();
    for (row, value) in changed {
        all[row] = value.or(all[row]);
    }
    let levels: Vec<i16> = all.iter().map(|value| i16::from(value.is_some())).collect();
    let present: Vec<i64> = all.into_iter().flatten().collect();
    let mut writer = out.next_column()?.ok_or_else(|| ParquetError::General("no column left".to_owned()))?;
    writer.typed::<Int64Page>().write_batch(&present, Some(&levels), None)?;
    writer.close()
}

/// Reads the rows of these numbers, sorted and distinct, with all their columns; others are skipped undecoded.
pub fn pick_rows(path: &Path, rows: &[u64]) -> Result<Table, TableError> {
    let shown = path.display().to_string();
    let damaged = |problem: String| TableError::Damaged { file: path.display().to_string(), row: 0, problem };
    let file = File::open(path).map_err(|e| TableError::io(&shown, e))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|e| damaged(e.to_string()))?;
    let schema = builder.schema().clone();
    let reader = builder.with_row_selection(selection(rows)).build().map_err(|e| damaged(e.to_string()))?;
    let batches: Vec<RecordBatch> = reader.collect::<Result<_, _>>().map_err(|e| damaged(e.to_string()))?;
    let mut table = Table::new();
    for (i, field) in schema.fields().iter().enumerate() {
        let arrays = batches.iter().map(|batch| batch.column(i));
        let values = match field.data_type() {
            DataType::Utf8 => Values::Text(arrays.flat_map(texts).collect()),
            DataType::Int64 => {
                Values::Int(arrays.flat_map(|a| a.as_primitive::<Int64Type>().iter()).collect())
            }
            DataType::Float64 => {
                Values::Float(arrays.flat_map(|a| a.as_primitive::<Float64Type>().iter()).collect())
            }
            other => return Err(damaged(format!("column {} is {other}", field.name()))),
        };
        table.push(field.name(), values);
    }
    Ok(table)
}

fn texts(array: &ArrayRef) -> impl Iterator<Item = Option<String>> {
    array.as_string::<i32>().iter().map(|text| text.map(str::to_owned))
}

fn selection(rows: &[u64]) -> RowSelection {
    let mut next = 0;
    let mut selectors = Vec::new();
    for row in rows {
        if next < *row {
            selectors.push(RowSelector::skip((row - next) as usize));
        }
        selectors.push(RowSelector::select(1));
        next = row + 1;
    }
    selectors.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_io::{Holds, TableStream, read_parquet};

    fn file(path: &Path, rows: usize) {
        let columns =
            [("name", Holds::Names), ("a", Holds::Counts), ("x", Holds::Measures), ("b", Holds::Counts)];
        let mut stream = TableStream::create(path, &columns, &[("k", "v".into())]).expect("created");
        for i in 0..rows {
            stream.texts(0, std::iter::once(format!("r{i}").as_str()));
            stream.numbers(1, std::iter::once((i % 3 != 0).then_some(i as f64)));
            stream.numbers(2, std::iter::once(Some(i as f64 / 7.0)));
            stream.numbers(3, std::iter::once(Some(0.0)));
            stream.end_block(1).expect("added");
        }
        stream.finish().expect("finished");
    }

    #[test]
    fn only_what_is_amended_changes() {
        let folder = tempfile::tempdir().expect("temp");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        // Two row groups and a rest.
        let rows = 2 * 64 * 1024 + 10;
        file(&from, rows);
        let amendments =
            [(0u64, [Some(7), Some(8)]), (65_535, [None, Some(2)]), (rows as u64 - 1, [Some(-5), Some(9)])];
        amend_parquet(&from, &to, ["b", "a"], &amendments).expect("amended");
        let (old, new) = (read_parquet(&from).expect("read"), read_parquet(&to).expect("read"));
        assert_eq!(old.names(), new.names());
        assert_eq!((old.get("name"), old.get("x")), (new.get("name"), new.get("x")));
        let (mut a, mut b) = (old.floats("a").expect("a"), old.floats("b").expect("b"));
        for (row, [to_b, to_a]) in amendments {
            for (column, value) in [(&mut a, to_a), (&mut b, to_b)] {
                column[row as usize] = value.map(|v: i64| v as f64).or(column[row as usize]);
            }
        }
        assert!(a == new.floats("a").expect("a") && b == new.floats("b").expect("b"));
        let words = crate::table_io::footer(&to).expect("footer").metadata;
        assert_eq!(words.get("k").map(String::as_str), Some("v"));
        let picked = pick_rows(&to, &[1, 2, 65_535, rows as u64 - 1]).expect("picked");
        assert_eq!(picked.floats("a").expect("a"), [Some(1.0), Some(2.0), Some(2.0), Some(9.0)]);
        assert_eq!(picked.texts("name").expect("name")[3].as_deref(), Some(&*format!("r{}", rows - 1)));
    }

    #[test]
    fn without_amendments_the_bytes_of_the_columns_stay() {
        let folder = tempfile::tempdir().expect("temp");
        let (from, to) = (folder.path().join("from"), folder.path().join("to"));
        file(&from, 100);
        amend_parquet(&from, &to, ["a"], &[]).expect("amended");
        assert_eq!(read_parquet(&from).expect("read"), read_parquet(&to).expect("read"));
        assert!(
            amend_parquet(&from, &to, ["none"], &[]).expect_err("no column").to_string().contains("none")
        );
        assert_eq!(pick_rows(&from, &[]).expect("nothing").rows(), 0);
    }
}
