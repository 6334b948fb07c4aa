//! Whole tables to Parquet and back, and joined, through polars; the same table always gives the same bytes.
//! In: a table and words of metadata; out: a file with zstd pages, or the table and the words that a file holds.
//! Publishes nothing by itself: writing to a temporary name and renaming is the caller's business.

use crate::table_io::{Table, TableError, Values, footer};
use polars::prelude::{
    Column, DataFrame, DataFrameJoinOps, DataType, IntoColumn, JoinArgs, JoinType, KeyValueMetadata,
    MaintainOrderJoin, NamedFrom, ParallelStrategy, ParquetCompression, ParquetReader, ParquetWriter,
    SerReader, Series,
};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Rows a row group: fixed, so that bytes do not depend on the machine.
pub const GROUP_ROWS: usize = 128 * 1024;

/// Writes a table; `metadata` goes into the footer in the order given.
pub fn write_parquet(path: &Path, table: &Table, metadata: &[(&str, &str)]) -> Result<(), TableError> {
    let shown = path.display().to_string();
    let groups = table.rows().div_ceil(GROUP_ROWS).max(1);
    let whole = to_frame(&shown, table)?;
    let group = |i: usize| Ok(whole.slice((i * GROUP_ROWS) as i64, GROUP_ROWS));
    write_frames(path, (0..groups).map(group), metadata)
}

/// Writes a table that comes in parts of [`GROUP_ROWS`] rows, the last one of fewer; the file is that of the whole table.
///
/// There must be a part, if only one without rows.
pub fn write_parquet_parts(
    path: &Path,
    parts: impl Iterator<Item = Table>,
    metadata: &[(&str, &str)],
) -> Result<(), TableError> {
    let shown = path.display().to_string();
    write_frames(path, parts.map(|part| to_frame(&shown, &part)), metadata)
}

fn write_frames(
    path: &Path,
    frames: impl Iterator<Item = Result<DataFrame, TableError>>,
    metadata: &[(&str, &str)],
) -> Result<(), TableError> {
    let mut frames = frames.peekable();
    let schema = match frames.peek() {
        Some(Ok(first)) => first.schema().clone(),
        _ => Default::default(),
    };
    // Whatever stops a file from being written lies with the machine and not with any input.
    let created = File::create(path).map_err(|e| TableError::write(path, &e))?;
    let mut file = Remembering { file: std::io::BufWriter::new(created), why: None };
    let words = metadata.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let writer = ParquetWriter::new(&mut file)
        .with_compression(ParquetCompression::Zstd(None))
        .with_row_group_size(Some(GROUP_ROWS))
        .with_key_value_metadata(Some(KeyValueMetadata::from_static(words)))
        .set_parallel(false)
        .batched(&schema);
    let written = match writer {
        Ok(mut writer) => {
            let mut written = Ok(());
            for frame in frames {
                written = written.and(writer.write_batch(&frame?));
                if written.is_err() {
                    break;
                }
            }
            written.and_then(|()| writer.finish().map(drop))
        }
        Err(error) => Err(error),
    };
    let flushed = file.flush();
    if let Some(why) = &file.why {
        return Err(TableError::write(path, why));
    }
    written.map_err(|e| TableError::write(path, &e))?;
    flushed.and_then(|()| file.file.get_ref().sync_all()).map_err(|e| TableError::write(path, &e))
}

/// A file that remembers why it took no more: the encoder tells only that something failed.
struct Remembering {
    file: std::io::BufWriter<File>,
    why: Option<String>,
}

impl Remembering {
    fn noted<T>(&mut self, done: std::io::Result<T>) -> std::io::Result<T> {
        // What was only interrupted is tried again.
        if let Err(error) = &done
            && error.kind() != std::io::ErrorKind::Interrupted
        {
            self.why.get_or_insert_with(|| error.to_string());
        }
        done
    }
}

impl Write for Remembering {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let done = self.file.write(bytes);
        self.noted(done)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        let done = self.file.flush();
        self.noted(done)
    }
}

/// Reads a table whole.
pub fn read_parquet(path: &Path) -> Result<Table, TableError> {
    read(path, None)
}

/// Reads some columns of a table, and decodes no others; one that is not there is an error.
pub fn read_columns(path: &Path, columns: &[&str]) -> Result<Table, TableError> {
    read(path, Some(columns.iter().map(|name| (*name).to_owned()).collect()))
}

/// Reads a table in parts of [`GROUP_ROWS`] rows, so that one of millions never stands in memory twice.
pub fn read_parquet_parts(
    path: &Path,
) -> Result<impl Iterator<Item = Result<Table, TableError>> + '_, TableError> {
    let parts = (footer(path)?.rows as usize).div_ceil(GROUP_ROWS).max(1);
    Ok((0..parts).map(move |i| read_slice(path, None, Some((i * GROUP_ROWS, GROUP_ROWS)))))
}

fn read(path: &Path, columns: Option<Vec<String>>) -> Result<Table, TableError> {
    read_slice(path, columns, None)
}

fn read_slice(
    path: &Path,
    columns: Option<Vec<String>>,
    slice: Option<(usize, usize)>,
) -> Result<Table, TableError> {
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|e| TableError::io(&shown, e))?;
    let frame = ParquetReader::new(file)
        .with_columns(columns)
        .with_slice(slice)
        .read_parallel(ParallelStrategy::None)
        .set_rechunk(true)
        .finish()
        .map_err(|e| codec(&shown, &e))?;
    from_frame(&shown, &frame)
}

fn from_frame(file: &str, frame: &DataFrame) -> Result<Table, TableError> {
    let mut table = Table::new();
    for column in frame.columns() {
        table.push(column.name().to_string(), from_column(file, column)?);
    }
    Ok(table)
}

/// Adds the columns of `right` (but its key) to the rows of `left` that carry the same text key.
///
/// Rows of `left` and their order stay; a key that stands twice in `right` is an error, because it would multiply
/// them; a name that both have is taken from `left`.
pub fn left_join(left: &Table, right: &Table, key: &str) -> Result<Table, TableError> {
    const WHERE: &str = "join";
    left.texts(key)?;
    let mut seen = BTreeSet::new();
    if let Some(twice) = right.texts(key)?.iter().flatten().find(|k| !seen.insert(k.as_str())) {
        let problem =
            format!("{key} {} stands twice in the table to be joined", crate::table_io::sanitise(twice, 40));
        return Err(TableError::Codec { file: WHERE.to_owned(), problem });
    }
    let mut added = Table::new();
    for (name, values) in right.columns().filter(|(name, _)| *name == key || left.get(name).is_none()) {
        added.push(name, values.clone());
    }
    let mut how = JoinArgs::new(JoinType::Left);
    how.maintain_order = MaintainOrderJoin::Left;
    let joined = to_frame(WHERE, left)?
        .join(&to_frame(WHERE, &added)?, [key], [key], how, None)
        .map_err(|e| codec(WHERE, &e))?;
    from_frame(WHERE, &joined)
}

fn codec(file: &str, error: &polars::prelude::PolarsError) -> TableError {
    match error {
        polars::prelude::PolarsError::IO { error, .. } => TableError::Io {
            file: file.to_owned(),
            source: std::io::Error::new(error.kind(), error.to_string()),
        },
        other => TableError::Codec { file: file.to_owned(), problem: other.to_string() },
    }
}

fn to_frame(file: &str, table: &Table) -> Result<DataFrame, TableError> {
    let columns: Vec<Column> = table
        .columns()
        .map(|(name, values)| {
            match values {
                Values::Text(v) => Series::new(name.into(), v),
                Values::Int(v) => Series::new(name.into(), v),
                Values::Uint(v) => Series::new(name.into(), v),
                Values::Float(v) => Series::new(name.into(), v),
                Values::Flag(v) => Series::new(name.into(), v),
            }
            .into_column()
        })
        .collect();
    DataFrame::new(table.rows(), columns).map_err(|e| codec(file, &e))
}

fn from_column(file: &str, column: &Column) -> Result<Values, TableError> {
    let cast = |to: &DataType| column.cast(to).map_err(|e| codec(file, &e));
    let as_error = |e| codec(file, &e);
    Ok(match column.dtype() {
        DataType::String => {
            Values::Text(column.str().map_err(as_error)?.iter().map(|v| v.map(str::to_owned)).collect())
        }
        DataType::Boolean => Values::Flag(column.bool().map_err(as_error)?.iter().collect()),
        DataType::Float64 | DataType::Float32 => {
            let floats = cast(&DataType::Float64)?;
            // NaN is how other tools write an absent number.
            Values::Float(floats.f64().map_err(as_error)?.iter().map(|v| v.filter(|x| !x.is_nan())).collect())
        }
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 | DataType::UInt64 => {
            Values::Uint(cast(&DataType::UInt64)?.u64().map_err(as_error)?.iter().collect())
        }
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => {
            Values::Int(cast(&DataType::Int64)?.i64().map_err(as_error)?.iter().collect())
        }
        other => {
            return Err(TableError::WrongType {
                file: file.to_owned(),
                column: column.name().to_string(),
                found: other.to_string(),
                expected: "text, a number or a flag",
            });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        Table::new()
            .with("account", vec![Some("a".to_owned()), None])
            .with("n", vec![Some(-1_i64), Some(2)])
            .with("id", vec![None, Some(u64::MAX)])
            .with("x", vec![Some(0.5), None])
            .with("yes", vec![Some(true), None])
    }

    #[test]
    fn tables_come_back_and_bytes_repeat() {
        let dir = tempfile::tempdir().expect("temp");
        let (a, b) = (dir.path().join("a.parquet"), dir.path().join("b.parquet"));
        write_parquet(&a, &table(), &[("catalog", "f00d")]).expect("writes");
        write_parquet(&b, &table(), &[("catalog", "f00d")]).expect("writes");
        assert_eq!(std::fs::read(&a).expect("read"), std::fs::read(&b).expect("read"));
        assert_eq!(read_parquet(&a).expect("reads"), table());
        let footer = footer(&a).expect("footer");
        assert_eq!((footer.rows, footer.metadata.get("catalog").map(String::as_str)), (2, Some("f00d")));
        assert_eq!(footer.columns.len(), 5);
    }

    #[test]
    fn parts_make_the_file_of_the_whole_table_and_come_back_as_it() {
        let dir = tempfile::tempdir().expect("temp");
        let (whole, parts) = (dir.path().join("whole.parquet"), dir.path().join("parts.parquet"));
        let rows = |from: usize, to: usize| {
            Table::new()
                .with("n", (from as i64..to as i64).map(|n| (n % 7 != 0).then_some(n)).collect::<Vec<_>>())
        };
        for n in [0, 5, GROUP_ROWS, 2 * GROUP_ROWS + 3] {
            write_parquet(&whole, &rows(0, n), &[("k", "v")]).expect("writes");
            let starts = (0..n.max(1)).step_by(GROUP_ROWS);
            let part = starts.map(|from| rows(from, n.min(from + GROUP_ROWS)));
            write_parquet_parts(&parts, part, &[("k", "v")]).expect("writes");
            assert!(std::fs::read(&whole).expect("read") == std::fs::read(&parts).expect("read"), "{n} rows");
            let back: Vec<Table> =
                read_parquet_parts(&parts).expect("opens").map(|t| t.expect("reads")).collect();
            let numbers: Vec<Option<f64>> =
                back.iter().flat_map(|t| t.floats("n").expect("numbers")).collect();
            assert_eq!(numbers, rows(0, n).floats("n").expect("numbers"));
            assert!(back.iter().all(|t| t.rows() <= GROUP_ROWS));
        }
    }

    #[test]
    fn joins_keep_rows_and_leave_gaps() {
        let texts = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
        let left = Table::new().with("account", texts(&["c", "a", "b"])).with("n", vec![1_i64, 2, 3]);
        let right = Table::new()
            .with("account", texts(&["a", "c"]))
            .with("score", vec![0.1, 0.3])
            .with("n", vec![7_i64, 8]);
        let joined = left_join(&left, &right, "account").expect("joins");
        assert_eq!(joined.get("score"), Some(&Values::Float(vec![Some(0.3), Some(0.1), None])));
        assert_eq!(joined.names(), ["account", "n", "score"]);
        assert_eq!(joined.get("n"), left.get("n"));
        let twice = Table::new().with("account", texts(&["a", "a"]));
        assert!(left_join(&left, &twice, "account").expect_err("twice").to_string().contains("stands twice"));
    }

    #[test]
    fn an_empty_table_keeps_its_columns() {
        let dir = tempfile::tempdir().expect("temp");
        let path = dir.path().join("a.parquet");
        let empty = Table::new().with("account", Vec::<String>::new()).with("x", Vec::<f64>::new());
        write_parquet(&path, &empty, &[]).expect("writes");
        assert_eq!(read_parquet(&path).expect("reads"), empty);
    }

    #[test]
    fn what_is_no_table_is_named() {
        let dir = tempfile::tempdir().expect("temp");
        let path = dir.path().join("a.parquet");
        std::fs::write(&path, b"PAR1 and no more").expect("write");
        let error = read_parquet(&path).expect_err("damaged").to_string();
        assert!(error.contains("a.parquet"), "{error}");
    }
}
