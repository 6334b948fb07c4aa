//! The operators of a mapping at work: a batch of a foreign file becomes a batch of the contract's columns.
//! In: the columns a section asks for; out: the contract's columns, rows split and filtered, each with its row number.
//! Judges no value: what comes out is cleaned like any other log.

use crate::table_io::mapping::{Condition, Field, Section, Split, Test, Value};
use crate::table_io::{Batch, LIST_SEPARATOR, TableError};
use arrow_array::builder::StringBuilder;
use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef, GenericListArray, OffsetSizeTrait, StringArray};
use arrow_schema::DataType;
use std::collections::BTreeSet;
use std::sync::Arc;

impl Section {
    /// The columns of the file that the given columns of the contract need, with those of filter and split.
    pub fn source_columns(&self, outputs: &[&str]) -> Vec<String> {
        let mut names: BTreeSet<String> = outputs.iter().flat_map(|output| self.needs(output)).collect();
        self.filter.iter().for_each(|c| collect(&c.value, &mut names));
        names.extend(self.split.iter().map(|s| s.column.clone()));
        names.into_iter().collect()
    }

    /// The columns of the file that one column of the contract is made of.
    pub fn needs(&self, output: &str) -> Vec<String> {
        let mut names = BTreeSet::new();
        if let Some(field) = self.fields.get(output) {
            collect(&field.value, &mut names);
        }
        names.into_iter().collect()
    }

    /// Makes the columns of the contract from the columns of the file.
    pub fn apply(
        &self,
        file: &str,
        source: &[String],
        outputs: &[&str],
        mut batch: Batch,
    ) -> Result<Batch, TableError> {
        if self.split.is_some() || !self.filter.is_empty() {
            batch = select(file, source, batch, self.split.as_ref(), &self.filter)?;
        }
        let mut texts: Vec<Option<StringArray>> = vec![None; source.len()];
        let mut columns = Vec::with_capacity(outputs.len());
        for output in outputs {
            let column = match self.fields.get(*output) {
                None => None,
                Some(Field { value: Value::Column(name), lowercase: false, trim: false, .. }) => {
                    position(source, name).and_then(|i| batch.columns[i].clone())
                }
                Some(field) => {
                    let mut needed = BTreeSet::new();
                    collect(&field.value, &mut needed);
                    for name in &needed {
                        if let Some(i) = position(source, name)
                            && texts[i].is_none()
                            && let Some(array) = &batch.columns[i]
                        {
                            texts[i] = Some(as_text(file, name, array)?);
                        }
                    }
                    Some(evaluate(file, field, source, &texts, &batch))
                }
            };
            columns.push(column);
        }
        batch.columns = columns;
        Ok(batch)
    }
}

fn position(source: &[String], name: &str) -> Option<usize> {
    source.iter().position(|s| s == name)
}

fn collect(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Column(name) => {
            names.insert(name.clone());
        }
        Value::Constant(_) | Value::RowNumber => {}
        Value::Coalesce(parts) | Value::Concat { parts, .. } => parts.iter().for_each(|p| collect(p, names)),
        Value::Case { on, when, otherwise } => {
            collect(on, names);
            when.values().for_each(|v| collect(v, names));
            if let Some(value) = otherwise {
                collect(value, names);
            }
        }
    }
}

/// A column as text; lists as their members joined by [`LIST_SEPARATOR`].
pub(crate) fn as_text(file: &str, name: &str, array: &ArrayRef) -> Result<StringArray, TableError> {
    let wrong = || TableError::WrongType {
        file: file.to_owned(),
        column: name.to_owned(),
        found: array.data_type().to_string(),
        expected: "text, a number, a flag, a time or a list of them",
    };
    match array.data_type() {
        DataType::Utf8 => Ok(array.as_string::<i32>().clone()),
        DataType::List(_) => join(array.as_list::<i32>()).ok_or_else(wrong),
        DataType::LargeList(_) => join(array.as_list::<i64>()).ok_or_else(wrong),
        _ => {
            let cast = arrow_cast::cast(array, &DataType::Utf8).map_err(|_| wrong())?;
            Ok(cast.as_string::<i32>().clone())
        }
    }
}

fn join<O: OffsetSizeTrait>(lists: &GenericListArray<O>) -> Option<StringArray> {
    let mut builder = StringBuilder::new();
    for list in lists.iter() {
        let Some(list) = list else {
            builder.append_null();
            continue;
        };
        let members = arrow_cast::cast(&list, &DataType::Utf8).ok()?;
        let members: Vec<&str> = members.as_string::<i32>().iter().flatten().collect();
        builder.append_value(members.join(&LIST_SEPARATOR.to_string()));
    }
    Some(builder.finish())
}

/// Splits and filters; columns become text, because only text can be cut.
fn select(
    file: &str,
    source: &[String],
    mut batch: Batch,
    split: Option<&Split>,
    filter: &[Condition],
) -> Result<Batch, TableError> {
    let mut texts = Vec::with_capacity(source.len());
    for (name, array) in source.iter().zip(&batch.columns) {
        texts.push(array.as_ref().map(|a| as_text(file, name, a)).transpose()?);
    }
    let at = split.and_then(|s| position(source, &s.column));
    let list_separator = LIST_SEPARATOR.to_string();
    let separator = split.and_then(|s| s.separator.as_deref()).unwrap_or(&list_separator);
    let mut builders: Vec<StringBuilder> = source.iter().map(|_| StringBuilder::new()).collect();
    let (mut rows, mut filtered) = (Vec::new(), 0);
    let mut tested = String::new();
    for row in 0..batch.len {
        let cell = |i: usize| texts[i].as_ref().filter(|a| a.is_valid(row)).map(|a| a.value(row));
        let members: Vec<Option<&str>> = match at.and_then(cell) {
            None => vec![at.and_then(cell)],
            Some(list) => {
                let members: Vec<Option<&str>> =
                    list.split(separator).map(str::trim).filter(|m| !m.is_empty()).map(Some).collect();
                // An empty list stays a row without the value, so that it is refused aloud.
                if members.is_empty() { vec![None] } else { members }
            }
        };
        let mut kept = false;
        for member in members {
            let value = |i: usize| if Some(i) == at { member } else { cell(i) };
            let line = Row {
                file,
                source,
                texts: &texts,
                row,
                number: batch.row_number(row),
                split: at.map(|i| (i, member)),
            };
            let passes = |condition: &Condition| {
                tested.clear();
                let found = line.write(&condition.value, &mut tested);
                holds(&condition.test, found.then_some(tested.as_str()))
            };
            if filter.iter().all(passes) {
                kept = true;
                rows.push(batch.row_number(row));
                for (i, builder) in builders.iter_mut().enumerate() {
                    builder.append_option(value(i));
                }
            }
        }
        filtered += u64::from(!kept);
    }
    batch.len = rows.len();
    batch.rows = Some(rows);
    batch.filtered += filtered;
    batch.columns = builders.iter_mut().map(|b| Some(Arc::new(b.finish()) as ArrayRef)).collect();
    Ok(batch)
}

fn holds(test: &Test, value: Option<&str>) -> bool {
    match test {
        Test::OneOf(words) => value.is_some_and(|v| words.iter().any(|w| w == v)),
        Test::NotOneOf(words) => !value.is_some_and(|v| words.iter().any(|w| w == v)),
        Test::NotNull => value.is_some_and(|v| !v.is_empty()),
    }
}

struct Row<'a> {
    file: &'a str,
    source: &'a [String],
    texts: &'a [Option<StringArray>],
    row: usize,
    number: u64,
    /// The member of a list column that this row stands for.
    split: Option<(usize, Option<&'a str>)>,
}

impl Row<'_> {
    /// Appends the value to `out`; false when it is absent.
    fn write(&self, value: &Value, out: &mut String) -> bool {
        match value {
            Value::Column(name) => match self.cell(name) {
                Some(text) => {
                    out.push_str(text);
                    true
                }
                None => false,
            },
            Value::Constant(text) => {
                out.push_str(text);
                true
            }
            Value::RowNumber => {
                out.push_str(self.file);
                out.push(':');
                out.push_str(&self.number.to_string());
                true
            }
            Value::Coalesce(parts) => parts.iter().any(|part| {
                let before = out.len();
                let found = self.write(part, out) && out.len() > before;
                if !found {
                    out.truncate(before);
                }
                found
            }),
            Value::Concat { parts, separator } => parts.iter().enumerate().all(|(i, part)| {
                if i > 0 {
                    out.push_str(separator);
                }
                self.write(part, out)
            }),
            Value::Case { on, when, otherwise } => {
                let mut key = String::new();
                if !self.write(on, &mut key) {
                    key.clear();
                }
                match when.get(&key).or(otherwise.as_deref()) {
                    Some(value) => self.write(value, out),
                    None => false,
                }
            }
        }
    }

    fn cell(&self, name: &str) -> Option<&str> {
        let at = position(self.source, name)?;
        if let Some((split, member)) = self.split
            && split == at
        {
            return member;
        }
        let array = self.texts[at].as_ref()?;
        array.is_valid(self.row).then(|| array.value(self.row))
    }
}

fn evaluate(
    file: &str,
    field: &Field,
    source: &[String],
    texts: &[Option<StringArray>],
    batch: &Batch,
) -> ArrayRef {
    let mut builder = StringBuilder::new();
    let mut buffer = String::new();
    for row in 0..batch.len {
        buffer.clear();
        let at = Row { file, source, texts, row, number: batch.row_number(row), split: None };
        if !at.write(&field.value, &mut buffer) {
            builder.append_null();
            continue;
        }
        if field.lowercase {
            buffer = buffer.to_lowercase();
        }
        builder.append_value(if field.trim { buffer.trim() } else { &buffer });
    }
    Arc::new(builder.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table_io::Mapping;

    fn batch(columns: &[&[Option<&str>]]) -> Batch {
        Batch {
            len: columns[0].len(),
            first_row: 1,
            source_rows: columns[0].len() as u64,
            columns: columns
                .iter()
                .map(|c| Some(Arc::new(c.iter().copied().collect::<StringArray>()) as ArrayRef))
                .collect(),
            ..Batch::default()
        }
    }

    fn run(toml: &str, source: &[&str], columns: &[&[Option<&str>]]) -> (Batch, Vec<Vec<Option<String>>>) {
        let vocabulary =
            [("messages", ["ts", "sender", "recipient", "chat", "msg_id"].map(|c| (c, c == "ts")).to_vec())];
        let mapping = Mapping::parse("m", toml, &vocabulary).expect("parses");
        let section = mapping.section("messages").expect("there");
        let source: Vec<String> = source.iter().map(|s| (*s).to_owned()).collect();
        let outputs = ["sender", "recipient", "chat", "msg_id"];
        let out = section.apply("f", &source, &outputs, batch(columns)).expect("applies");
        let texts = out
            .columns
            .iter()
            .map(|c| match c {
                Some(c) => c.as_string::<i32>().iter().map(|v| v.map(str::to_owned)).collect(),
                None => vec![None; out.len],
            })
            .collect();
        (out, texts)
    }

    #[test]
    fn directions_cases_and_prefixes() {
        let (_, texts) = run(
            r#"[messages]
            sender = { case = "d", when = { in = "party", out = "user" } }
            recipient = { concat = [{ constant = "g:" }, "party"] }
            chat = { case = "party", words = { "" = "group" }, otherwise = { constant = "direct" } }
            msg_id = { row_number = true }"#,
            &["d", "party", "user"],
            &[
                &[Some("in"), Some("out"), Some("odd")],
                &[Some("P"), Some("Q"), None],
                &[Some("U"), Some("V"), Some("W")],
            ],
        );
        let text =
            |v: &[Option<String>]| v.iter().map(|t| t.clone().unwrap_or("-".into())).collect::<Vec<_>>();
        assert_eq!(text(&texts[0]), ["P", "V", "-"]);
        assert_eq!(text(&texts[1]), ["g:P", "g:Q", "-"]);
        assert_eq!(text(&texts[2]), ["direct", "direct", "group"]);
        assert_eq!(text(&texts[3]), ["f:1", "f:2", "f:3"]);
    }

    #[test]
    fn lists_become_rows_and_filters_count_what_they_leave_out() {
        let (out, texts) = run(
            r#"[messages]
            split = { column = "to", separator = ";" }
            where = [{ column = "k", not_equals = "x" }]
            sender = { column = "k", lowercase = true, trim = true }
            recipient = "to""#,
            &["k", "to"],
            &[&[Some(" A"), Some("x"), Some("b"), None], &[Some("p; q;;"), Some("r"), Some(" ; "), None]],
        );
        assert_eq!((out.len, out.filtered, out.source_rows), (4, 1, 4));
        assert_eq!(out.rows, Some(vec![1, 1, 3, 4]));
        assert_eq!(texts[0][0].as_deref(), Some("a"));
        assert_eq!(texts[1][1].as_deref(), Some("q"));
        assert_eq!(texts[1][2], None);
    }
}
