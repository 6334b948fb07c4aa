//! Small whole tables: named columns of texts, numbers and flags, each value optional.
//! In: columns; out: the same columns, looked up by name, never by position.
//! Knows no file: writing and reading is next door.

use crate::domain::nearest;
use crate::table_io::TableError;

/// The values of one column.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Texts.
    Text(Vec<Option<String>>),
    /// Signed integers.
    Int(Vec<Option<i64>>),
    /// Unsigned integers.
    Uint(Vec<Option<u64>>),
    /// Floats; never NaN, absent instead.
    Float(Vec<Option<f64>>),
    /// Flags.
    Flag(Vec<Option<bool>>),
}

impl Values {
    /// How many values there are.
    pub fn len(&self) -> usize {
        match self {
            Self::Text(v) => v.len(),
            Self::Int(v) => v.len(),
            Self::Uint(v) => v.len(),
            Self::Float(v) => v.len(),
            Self::Flag(v) => v.len(),
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The type in words.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Float(_) => "float",
            Self::Flag(_) => "flag",
        }
    }
}

macro_rules! into_values {
    ($($plain:ty => $variant:ident),+) => {$(
        impl From<Vec<Option<$plain>>> for Values {
            fn from(values: Vec<Option<$plain>>) -> Self {
                Self::$variant(values)
            }
        }
        impl From<Vec<$plain>> for Values {
            fn from(values: Vec<$plain>) -> Self {
                Self::$variant(values.into_iter().map(Some).collect())
            }
        }
    )+};
}
into_values!(String => Text, i64 => Int, u64 => Uint, f64 => Float, bool => Flag);

/// A table of named columns of equal length.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Table {
    columns: Vec<(String, Values)>,
}

impl Table {
    /// A table without columns.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a column; the same name again replaces the column.
    ///
    /// # Panics
    /// When the length differs from that of the other columns: that is a defect of the caller.
    pub fn with(mut self, name: impl Into<String>, values: impl Into<Values>) -> Self {
        self.push(name, values);
        self
    }

    /// Adds a column in place.
    ///
    /// # Panics
    /// When the length differs from that of the other columns: that is a defect of the caller.
    pub fn push(&mut self, name: impl Into<String>, values: impl Into<Values>) {
        let (name, values) = (name.into(), values.into());
        if let Some((first, other)) = self.columns.first() {
            assert_eq!(other.len(), values.len(), "column {name} must be as long as column {first}");
        }
        match self.columns.iter_mut().find(|(n, _)| *n == name) {
            Some((_, slot)) => *slot = values,
            None => self.columns.push((name, values)),
        }
    }

    /// The rows for which this holds, in their order.
    pub fn keep(&self, keep: impl Fn(usize) -> bool) -> Self {
        fn some<T: Clone>(all: &[T], keep: &dyn Fn(usize) -> bool) -> Vec<T> {
            all.iter().enumerate().filter(|(i, _)| keep(*i)).map(|(_, value)| value.clone()).collect()
        }
        let columns = self.columns.iter().map(|(name, values)| {
            let values = match values {
                Values::Text(v) => Values::Text(some(v, &keep)),
                Values::Int(v) => Values::Int(some(v, &keep)),
                Values::Uint(v) => Values::Uint(some(v, &keep)),
                Values::Float(v) => Values::Float(some(v, &keep)),
                Values::Flag(v) => Values::Flag(some(v, &keep)),
            };
            (name.clone(), values)
        });
        Self { columns: columns.collect() }
    }

    /// Rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, |(_, values)| values.len())
    }

    /// The columns in order.
    pub fn columns(&self) -> impl Iterator<Item = (&str, &Values)> {
        self.columns.iter().map(|(name, values)| (name.as_str(), values))
    }

    /// The names in order.
    pub fn names(&self) -> Vec<String> {
        self.columns.iter().map(|(name, _)| name.clone()).collect()
    }

    /// A column by name.
    pub fn get(&self, name: &str) -> Option<&Values> {
        self.columns.iter().find(|(n, _)| n == name).map(|(_, values)| values)
    }

    fn required(&self, name: &str) -> Result<&Values, TableError> {
        self.get(name).ok_or_else(|| {
            let nearest = nearest(name, self.columns.iter().map(|(n, _)| n.as_str())).map(str::to_owned);
            TableError::MissingColumn {
                file: "table".to_owned(),
                column: name.to_owned(),
                nearest,
                found: self.names(),
            }
        })
    }

    /// A column of texts.
    pub fn texts(&self, name: &str) -> Result<&[Option<String>], TableError> {
        match self.required(name)? {
            Values::Text(values) => Ok(values),
            other => Err(wrong(name, other, "text")),
        }
    }

    /// A column of numbers of any kind, as floats.
    pub fn floats(&self, name: &str) -> Result<Vec<Option<f64>>, TableError> {
        match self.required(name)? {
            Values::Float(values) => Ok(values.clone()),
            Values::Int(values) => Ok(values.iter().map(|v| v.map(|n| n as f64)).collect()),
            Values::Uint(values) => Ok(values.iter().map(|v| v.map(|n| n as f64)).collect()),
            Values::Flag(values) => Ok(values.iter().map(|v| v.map(f64::from)).collect()),
            other => Err(wrong(name, other, "a number")),
        }
    }

    /// A column of flags.
    pub fn flags(&self, name: &str) -> Result<&[Option<bool>], TableError> {
        match self.required(name)? {
            Values::Flag(values) => Ok(values),
            other => Err(wrong(name, other, "a flag")),
        }
    }
}

fn wrong(name: &str, values: &Values, expected: &'static str) -> TableError {
    TableError::WrongType {
        file: "table".to_owned(),
        column: name.to_owned(),
        found: values.type_name().to_owned(),
        expected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(values: &[&str]) -> Vec<String> {
        values.iter().map(|v| (*v).to_owned()).collect()
    }

    #[test]
    fn mistakes_are_named() {
        let table = Table::new().with("account", texts(&["a"]));
        assert!(table.texts("acount").expect_err("missing").to_string().contains("did you mean account?"));
        assert!(
            table
                .flags("account")
                .expect_err("type")
                .to_string()
                .contains("its type is text, expected a flag")
        );
    }
}
