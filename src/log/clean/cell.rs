//! One view of a column, whatever its Arrow type: text, integers, floats, flags and moments.
//! In: an Arrow array; out: cells borrowed from it, without allocation.
//! Refuses types that no column of the contract can come from.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMicrosecondType, UInt64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Float64Array, Int64Array, LargeStringArray, StringArray, StringViewArray,
    TimestampMicrosecondArray, UInt64Array,
};
use arrow_schema::{DataType, TimeUnit};
use std::ops::Range;

/// One value of a foreign log.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Cell<'a> {
    /// Absent.
    Null,
    /// Text; never empty in columns that come from CSV.
    Text(&'a str),
    /// A signed integer.
    Int(i64),
    /// An unsigned integer.
    Uint(u64),
    /// A float, possibly not a number.
    Float(f64),
    /// A flag.
    Flag(bool),
    /// A moment, microseconds, and whether its time zone was stated.
    Moment(i64, bool),
}

impl Cell<'_> {
    /// The value as text, for samples.
    pub fn show(&self) -> String {
        match self {
            Self::Null => String::new(),
            Self::Text(text) => (*text).to_owned(),
            Self::Int(n) => n.to_string(),
            Self::Uint(n) => n.to_string(),
            Self::Float(x) => x.to_string(),
            Self::Flag(yes) => yes.to_string(),
            Self::Moment(us, _) => crate::domain::Timestamp(*us).rfc3339(),
        }
    }
}

/// A column of one of the types that cells can be read from.
#[derive(Debug, Clone)]
pub(crate) enum Column {
    /// The file has no such column.
    Absent,
    /// Text with 32-bit offsets.
    Text(StringArray),
    /// Text with 64-bit offsets.
    LargeText(LargeStringArray),
    /// Text views.
    TextView(StringViewArray),
    /// Signed integers of any width.
    Int(Int64Array),
    /// Unsigned integers of any width.
    Uint(UInt64Array),
    /// Floats of any width.
    Float(Float64Array),
    /// Flags.
    Flag(BooleanArray),
    /// Moments of any unit; whether a time zone was stated.
    Moment(TimestampMicrosecondArray, bool),
}

impl Column {
    /// Wraps an array, widening small types; `None` when its type fits no column of the contract.
    pub fn of(array: Option<&ArrayRef>) -> Option<Self> {
        let Some(array) = array else { return Some(Self::Absent) };
        let cast = |to: &DataType| arrow_cast::cast(array, to).ok();
        Some(match array.data_type() {
            DataType::Utf8 => Self::Text(array.as_string::<i32>().clone()),
            DataType::LargeUtf8 => Self::LargeText(array.as_string::<i64>().clone()),
            DataType::Utf8View => Self::TextView(array.as_string_view().clone()),
            DataType::Int64 => Self::Int(array.as_primitive::<Int64Type>().clone()),
            DataType::UInt64 => Self::Uint(array.as_primitive::<UInt64Type>().clone()),
            DataType::Float64 => Self::Float(array.as_primitive::<Float64Type>().clone()),
            DataType::Boolean => Self::Flag(array.as_boolean().clone()),
            DataType::Timestamp(TimeUnit::Microsecond, zone) => {
                Self::Moment(array.as_primitive::<TimestampMicrosecondType>().clone(), zone.is_some())
            }
            DataType::Int8 | DataType::Int16 | DataType::Int32 => {
                Self::Int(cast(&DataType::Int64)?.as_primitive::<Int64Type>().clone())
            }
            DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => {
                Self::Uint(cast(&DataType::UInt64)?.as_primitive::<UInt64Type>().clone())
            }
            DataType::Float16 | DataType::Float32 => {
                Self::Float(cast(&DataType::Float64)?.as_primitive::<Float64Type>().clone())
            }
            DataType::Timestamp(_, zone) => {
                let to = DataType::Timestamp(TimeUnit::Microsecond, zone.clone());
                Self::Moment(cast(&to)?.as_primitive::<TimestampMicrosecondType>().clone(), zone.is_some())
            }
            DataType::Date32 | DataType::Date64 => {
                let to = DataType::Timestamp(TimeUnit::Microsecond, None);
                Self::Moment(cast(&to)?.as_primitive::<TimestampMicrosecondType>().clone(), false)
            }
            DataType::Null => Self::Text(cast(&DataType::Utf8)?.as_string::<i32>().clone()),
            DataType::Dictionary(_, values) => return Self::of(Some(&cast(values)?)),
            // Text without its annotation, decimals without a fraction: both are read as text.
            DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::Decimal128(_, 0) => {
                let text = cast(&DataType::Utf8)?;
                // Bytes that are no text would come out as absent.
                if array.null_count() < text.null_count() {
                    return None;
                }
                Self::Text(text.as_string::<i32>().clone())
            }
            _ => return None,
        })
    }

    /// Whether the file offers the column.
    pub fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The cell of a row.
    #[inline(always)]
    pub fn cell(&self, row: usize) -> Cell<'_> {
        match self {
            Self::Absent => Cell::Null,
            Self::Text(a) if a.is_valid(row) => Cell::Text(a.value(row)),
            Self::LargeText(a) if a.is_valid(row) => Cell::Text(a.value(row)),
            Self::TextView(a) if a.is_valid(row) => Cell::Text(a.value(row)),
            Self::Int(a) if a.is_valid(row) => Cell::Int(a.value(row)),
            Self::Uint(a) if a.is_valid(row) => Cell::Uint(a.value(row)),
            Self::Float(a) if a.is_valid(row) => Cell::Float(a.value(row)),
            Self::Flag(a) if a.is_valid(row) => Cell::Flag(a.value(row)),
            Self::Moment(a, zoned) if a.is_valid(row) => Cell::Moment(a.value(row), *zoned),
            _ => Cell::Null,
        }
    }

    /// Calls `f` with every row of a range and its cell.
    ///
    /// The types that most columns have are told apart once for all rows, so that the compiler can drop from `f` what
    /// the type at hand never needs.
    #[inline(always)]
    pub fn each<'a>(&'a self, rows: Range<usize>, mut f: impl FnMut(usize, Cell<'a>)) {
        match self {
            Self::Text(a) => walk(a, rows, |row| Cell::Text(a.value(row)), f),
            Self::TextView(a) => walk(a, rows, |row| Cell::Text(a.value(row)), f),
            Self::Int(a) => walk(a, rows, |row| Cell::Int(a.value(row)), f),
            Self::Flag(a) => walk(a, rows, |row| Cell::Flag(a.value(row)), f),
            Self::Moment(a, true) => walk(a, rows, |row| Cell::Moment(a.value(row), true), f),
            _ => rows.for_each(|row| f(row, self.cell(row))),
        }
    }

    /// What stands for the text of a row in a column of views: equal short texts have equal views.
    pub fn views(&self) -> Option<&[u128]> {
        if let Self::TextView(a) = self { Some(a.views()) } else { None }
    }
}

#[inline(always)]
fn walk<'a>(
    array: &'a impl Array,
    rows: Range<usize>,
    value: impl Fn(usize) -> Cell<'a>,
    mut f: impl FnMut(usize, Cell<'a>),
) {
    let nulls = array.nulls();
    for row in rows {
        let cell = if nulls.is_none_or(|n| n.is_valid(row)) { value(row) } else { Cell::Null };
        f(row, cell);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::BinaryArray;
    use std::sync::Arc;

    #[test]
    fn bytes_are_text_or_no_column_at_all() {
        let column =
            |values: Vec<Option<&[u8]>>| Column::of(Some(&(Arc::new(BinaryArray::from(values)) as ArrayRef)));
        let text = column(vec![Some(b"a"), None]).expect("text without its annotation");
        assert_eq!((text.cell(0), text.cell(1)), (Cell::Text("a"), Cell::Null));
        assert!(
            column(vec![Some(b"a"), Some(b"\xff\xfe")]).is_none(),
            "bytes that are no text are not absent"
        );
    }
}
