//! What a Parquet file says about itself without being read: rows, columns, ranges, words of metadata.
//! In: a path; out: the footer in plain types.
//! Decodes no page.

use crate::table_io::TableError;
use parquet::file::metadata::ParquetMetaDataReader;
use parquet::file::statistics::Statistics;
use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;

/// A Parquet footer.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Footer {
    /// Rows in the file.
    pub rows: u64,
    /// Row groups in the file.
    pub row_groups: usize,
    /// Leaf columns by name.
    pub columns: Vec<String>,
    /// Smallest and largest value of integer columns (times included, in the file's unit), where all row groups say so.
    pub ranges: BTreeMap<String, (i64, i64)>,
    /// Words that the writer left.
    pub metadata: BTreeMap<String, String>,
}

/// Reads the footer of a Parquet file.
pub fn footer(path: &Path) -> Result<Footer, TableError> {
    let shown = path.display().to_string();
    let file = File::open(path).map_err(|e| TableError::io(&shown, e))?;
    let metadata = ParquetMetaDataReader::new().parse_and_finish(&file).map_err(|e| TableError::Damaged {
        file: shown,
        row: 0,
        problem: e.to_string(),
    })?;
    let about = metadata.file_metadata();
    let mut footer = Footer {
        rows: about.num_rows().max(0) as u64,
        row_groups: metadata.num_row_groups(),
        columns: about.schema_descr().columns().iter().map(|c| c.path().string()).collect(),
        ..Footer::default()
    };
    for pair in about.key_value_metadata().into_iter().flatten() {
        if let Some(value) = &pair.value {
            footer.metadata.insert(pair.key.clone(), value.clone());
        }
    }
    for (i, name) in footer.columns.iter().enumerate() {
        let ranges: Option<Vec<(i64, i64)>> =
            metadata.row_groups().iter().map(|group| range(group.column(i).statistics()?)).collect();
        if let Some(ranges) = ranges.filter(|r| !r.is_empty()) {
            let low = ranges.iter().map(|r| r.0).fold(i64::MAX, i64::min);
            let high = ranges.iter().map(|r| r.1).fold(i64::MIN, i64::max);
            footer.ranges.insert(name.clone(), (low, high));
        }
    }
    Ok(footer)
}

fn range(statistics: &Statistics) -> Option<(i64, i64)> {
    match statistics {
        Statistics::Int64(s) => Some((*s.min_opt()?, *s.max_opt()?)),
        Statistics::Int32(s) => Some((i64::from(*s.min_opt()?), i64::from(*s.max_opt()?))),
        _ => None,
    }
}
