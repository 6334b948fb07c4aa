//! Mapping files from TOML: every key checked, every mistake answered with the nearest valid key.
//! In: TOML and the tables' column names; out: a mapping, or what is wrong with it and where.
//! Knows no file that a mapping will be used on.

use crate::domain::{Timestamp, nearest};
use crate::table_io::mapping::{
    Condition, Field, Mapping, Section, Split, Test, TimeSpec, TimeUnit, Value, Vocabulary,
};
use crate::table_io::{FileLayout, TableError};
use std::collections::BTreeMap;
use toml::Value as Toml;

impl Mapping {
    /// Parses a mapping and checks every key against the vocabulary.
    pub fn parse(name: &str, text: &str, vocabulary: Vocabulary) -> Result<Self, TableError> {
        let parser = Parser { name, vocabulary };
        let root: toml::Table =
            text.parse().map_err(|e: toml::de::Error| parser.bad(toml_problem(text, &e)))?;
        parser.mapping(root)
    }
}

fn toml_problem(text: &str, error: &toml::de::Error) -> String {
    let line = error.span().map_or(0, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
    format!("line {line}: {}", error.message())
}

struct Parser<'a> {
    name: &'a str,
    vocabulary: Vocabulary<'a>,
}

const FILE_KEYS: &[&str] = &["name", "description", "source", "pseudonymise"];
const SECTION_KEYS: &[&str] = &["file", "where", "split", "positive"];
const VALUE_KEYS: &[&str] = &["column", "constant", "coalesce", "concat", "case", "row_number"];
const EXTRA_KEYS: &[&str] = &["separator", "when", "words", "otherwise", "lowercase", "trim"];
const TIME_KEYS: &[&str] = &["unit", "format", "zone", "origin"];

impl Parser<'_> {
    fn bad(&self, problem: impl Into<String>) -> TableError {
        TableError::BadMapping { mapping: self.name.to_owned(), problem: problem.into() }
    }

    fn unknown<'b>(&self, at: &str, key: &str, valid: impl IntoIterator<Item = &'b str>) -> TableError {
        let valid: Vec<&str> = valid.into_iter().collect();
        let offer = match nearest(key, valid.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("expected one of {}", valid.join(", ")),
        };
        self.bad(format!("{at}: unknown key {key}; {offer}"))
    }

    fn mapping(&self, root: toml::Table) -> Result<Mapping, TableError> {
        let mut mapping =
            Mapping { name: self.name.to_owned(), pseudonymise: false, sections: BTreeMap::new() };
        for (key, value) in root {
            match (key.as_str(), value) {
                ("name" | "description" | "source", Toml::String(_)) => {}
                ("pseudonymise", Toml::Boolean(yes)) => mapping.pseudonymise = yes,
                (known, _) if FILE_KEYS.contains(&known) => {
                    return Err(self.bad(format!("{known}: wrong type of value")));
                }
                (table, Toml::Table(section)) if self.columns(table).is_some() => {
                    mapping.sections.insert(key.clone(), self.section(table, section)?);
                }
                (other, _) => {
                    let tables = self.vocabulary.iter().map(|(table, _)| *table);
                    return Err(self.unknown("top level", other, FILE_KEYS.iter().copied().chain(tables)));
                }
            }
        }
        if mapping.sections.is_empty() {
            return Err(self.bad("it maps no table; write for example [messages]"));
        }
        Ok(mapping)
    }

    fn columns(&self, table: &str) -> Option<&Vec<(&str, bool)>> {
        self.vocabulary.iter().find(|(name, _)| *name == table).map(|(_, columns)| columns)
    }

    fn section(&self, table: &str, body: toml::Table) -> Result<Section, TableError> {
        let mut section = Section::default();
        let columns = self.columns(table).cloned().unwrap_or_default();
        for (key, value) in body {
            let at = format!("[{table}] {key}");
            match key.as_str() {
                "file" => section.layout = self.layout(&at, value)?,
                "where" => section.filter = self.conditions(&at, value)?,
                "split" => section.split = Some(self.split(&at, value)?),
                "positive" => section.positive = self.texts(&at, value)?,
                column => match columns.iter().find(|(name, _)| *name == column) {
                    Some((_, is_time)) => {
                        section.fields.insert(key.clone(), self.field(&at, value, *is_time)?);
                    }
                    None => {
                        let valid = columns.iter().map(|(name, _)| *name).chain(SECTION_KEYS.iter().copied());
                        return Err(self.unknown(&format!("[{table}]"), column, valid));
                    }
                },
            }
        }
        Ok(section)
    }

    fn layout(&self, at: &str, value: Toml) -> Result<FileLayout, TableError> {
        let layout: FileLayout =
            value.try_into().map_err(|e: toml::de::Error| self.bad(format!("{at}: {}", e.message())))?;
        for (key, c) in [("delimiter", layout.delimiter), ("comment", layout.comment)] {
            if c.is_some_and(|c| !c.is_ascii()) {
                return Err(self.bad(format!("{at}: {key} must be one ASCII character")));
            }
        }
        Ok(layout)
    }

    fn texts(&self, at: &str, value: Toml) -> Result<Vec<String>, TableError> {
        match value {
            Toml::Array(items) => items.into_iter().map(|item| self.scalar(at, item)).collect(),
            scalar => Ok(vec![self.scalar(at, scalar)?]),
        }
    }

    fn scalar(&self, at: &str, value: Toml) -> Result<String, TableError> {
        match value {
            Toml::String(text) => Ok(text),
            Toml::Integer(n) => Ok(n.to_string()),
            Toml::Boolean(yes) => Ok(yes.to_string()),
            other => {
                Err(self
                    .bad(format!("{at}: expected a text, a number or a flag, found {}", other.type_str())))
            }
        }
    }

    fn conditions(&self, at: &str, value: Toml) -> Result<Vec<Condition>, TableError> {
        let Toml::Array(items) = value else {
            return Err(self.bad(format!("{at}: expected a list of conditions")));
        };
        items.into_iter().map(|item| self.condition(at, item)).collect()
    }

    fn condition(&self, at: &str, value: Toml) -> Result<Condition, TableError> {
        const KEYS: [&str; 6] = ["column", "equals", "not_equals", "one_of", "not_one_of", "not_null"];
        let Toml::Table(table) = value else {
            return Err(self.bad(format!("{at}: a condition is {{ column = ..., equals = ... }}")));
        };
        let (mut tested, mut test) = (None, None);
        for (key, value) in table {
            match key.as_str() {
                "column" => tested = Some(self.value(at, value)?),
                "equals" | "one_of" => test = Some(Test::OneOf(self.texts(at, value)?)),
                "not_equals" | "not_one_of" => test = Some(Test::NotOneOf(self.texts(at, value)?)),
                "not_null" => test = Some(Test::NotNull),
                other => return Err(self.unknown(at, other, KEYS)),
            }
        }
        match (tested, test) {
            (Some(value), Some(test)) => Ok(Condition { value, test }),
            _ => {
                Err(self.bad(format!("{at}: a condition needs a column and one of {}", KEYS[1..].join(", "))))
            }
        }
    }

    fn split(&self, at: &str, value: Toml) -> Result<Split, TableError> {
        let (mut column, mut separator) = (None, None);
        let Toml::Table(table) = value else {
            return Err(self.bad(format!("{at}: expected {{ column = ..., separator = ... }}")));
        };
        for (key, value) in table {
            match key.as_str() {
                "column" => column = Some(self.scalar(at, value)?),
                "separator" => separator = Some(self.scalar(at, value)?).filter(|s| !s.is_empty()),
                other => return Err(self.unknown(at, other, ["column", "separator"])),
            }
        }
        let column = column.ok_or_else(|| self.bad(format!("{at}: it needs a column")))?;
        Ok(Split { column, separator })
    }

    fn field(&self, at: &str, value: Toml, is_time: bool) -> Result<Field, TableError> {
        let mut field =
            Field { value: Value::RowNumber, time: TimeSpec::default(), lowercase: false, trim: false };
        let Toml::Table(mut table) = value else {
            field.value = self.value(at, value)?;
            return Ok(field);
        };
        for key in TIME_KEYS {
            let Some(value) = table.remove(*key) else { continue };
            if !is_time {
                return Err(self.bad(format!("{at}: {key} is for times only")));
            }
            self.time_key(at, key, &self.scalar(at, value)?, &mut field.time)?;
        }
        for (key, slot) in [("lowercase", &mut field.lowercase), ("trim", &mut field.trim)] {
            match table.remove(key) {
                None => {}
                Some(Toml::Boolean(yes)) => *slot = yes,
                Some(_) => return Err(self.bad(format!("{at}: {key} is true or false"))),
            }
        }
        field.value = self.value(at, Toml::Table(table))?;
        Ok(field)
    }

    fn time_key(&self, at: &str, key: &str, text: &str, spec: &mut TimeSpec) -> Result<(), TableError> {
        match key {
            "unit" => {
                let unit = TimeUnit::parse(text);
                spec.unit = Some(
                    unit.ok_or_else(|| self.bad(format!("{at}: unit {text} is none of s, ms, us, ns")))?,
                );
            }
            "zone" => {
                let zone = jiff::tz::TimeZone::get(text);
                spec.zone = Some(zone.map_err(|_| {
                    self.bad(format!("{at}: {text} is no time zone; write for example Africa/Lagos"))
                })?);
            }
            "origin" => {
                let origin = Timestamp::parse(text);
                spec.origin = Some(
                    origin.ok_or_else(|| self.bad(format!("{at}: origin {text} is no date or time")))?.0,
                );
            }
            _ => spec.format = Some(text.to_owned()),
        }
        Ok(())
    }

    fn value(&self, at: &str, value: Toml) -> Result<Value, TableError> {
        let mut table = match value {
            Toml::String(column) => return Ok(Value::Column(column)),
            Toml::Table(table) => table,
            other => {
                return Err(
                    self.bad(format!("{at}: expected a column or an operator, found {}", other.type_str()))
                );
            }
        };
        let mut operators = table.keys().filter(|k| VALUE_KEYS.contains(&k.as_str())).cloned();
        let (first, second) = (operators.next(), operators.next());
        let operator = match (first, second) {
            (Some(one), None) => one,
            (Some(one), Some(two)) => {
                return Err(self.bad(format!("{at}: {one} and {two} exclude each other")));
            }
            (None, _) => {
                let valid = VALUE_KEYS.iter().chain(EXTRA_KEYS).chain(TIME_KEYS).copied();
                return Err(match table.keys().find(|k| !valid.clone().any(|v| v == k.as_str())) {
                    Some(key) => self.unknown(at, key, valid),
                    None => self.bad(format!("{at}: needs one of {}", VALUE_KEYS.join(", "))),
                });
            }
        };
        let body = table.remove(&operator).unwrap_or(Toml::Boolean(false));
        let made = match operator.as_str() {
            "column" => Value::Column(self.scalar(at, body)?),
            "constant" => Value::Constant(self.scalar(at, body)?),
            "coalesce" => Value::Coalesce(self.values(at, body)?),
            "concat" => {
                let separator = table.remove("separator").map(|s| self.scalar(at, s)).transpose()?;
                Value::Concat { parts: self.values(at, body)?, separator: separator.unwrap_or_default() }
            }
            "case" => self.case(at, body, &mut table)?,
            _ => Value::RowNumber,
        };
        match table.keys().next() {
            None => Ok(made),
            Some(key) => {
                let valid = VALUE_KEYS.iter().chain(EXTRA_KEYS).chain(TIME_KEYS).copied();
                if valid.clone().any(|v| v == key) {
                    return Err(self.bad(format!("{at}: {key} does not go with {operator} here")));
                }
                Err(self.unknown(at, key, valid))
            }
        }
    }

    fn values(&self, at: &str, value: Toml) -> Result<Vec<Value>, TableError> {
        match value {
            Toml::Array(items) if !items.is_empty() => items.into_iter().map(|v| self.value(at, v)).collect(),
            _ => Err(self.bad(format!("{at}: expected a list of columns"))),
        }
    }

    fn case(&self, at: &str, on: Toml, table: &mut toml::Table) -> Result<Value, TableError> {
        let on = Box::new(self.value(at, on)?);
        let otherwise = table.remove("otherwise").map(|v| self.value(at, v)).transpose()?.map(Box::new);
        let mut when = BTreeMap::new();
        match (table.remove("when"), table.remove("words")) {
            (Some(Toml::Table(columns)), None) => {
                for (key, value) in columns {
                    when.insert(key, self.value(at, value)?);
                }
                Ok(Value::Case { on, when, otherwise })
            }
            (None, Some(Toml::Table(words))) => {
                for (key, value) in words {
                    when.insert(key, Value::Constant(self.scalar(at, value)?));
                }
                // A word that is not listed stays as it is, so that cleaning can refuse it aloud.
                let otherwise = otherwise.or_else(|| Some(on.clone()));
                Ok(Value::Case { on, when, otherwise })
            }
            _ => Err(self.bad(format!(
                "{at}: case needs either when = {{ value = column }} or words = {{ value = word }}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Mapping, TableError> {
        let columns = vec![("ts", true), ("sender", false), ("recipient", false), ("chat", false)];
        Mapping::parse("m.toml", text, &[("messages", columns), ("labels", vec![("account", false)])])
    }

    fn problem(text: &str) -> String {
        parse(text).expect_err("bad").to_string()
    }

    #[test]
    fn all_operators_parse() {
        let mapping = parse(
            r#"
            pseudonymise = true
            [messages]
            file = { delimiter = " ", header = false, columns = ["a", "b"] }
            where = [{ column = "a", one_of = ["x", 1] }, { column = "b", not_null = true }]
            split = { column = "b", separator = ";" }
            ts = { coalesce = ["a", "b"], unit = "s", zone = "Africa/Lagos" }
            sender = { case = "a", when = { x = "b", y = { constant = "z" } }, lowercase = true }
            recipient = { concat = [{ constant = "g:" }, "b"], separator = "" }
            chat = { case = "a", words = { "" = "group" }, otherwise = { constant = "direct" } }
            [labels]
            account = "a"
            positive = ["bot"]
            "#,
        )
        .expect("parses");
        let section = mapping.section("messages").expect("there");
        assert_eq!(section.layout.delimiter, Some(' '));
        assert_eq!(section.fields.len(), 4);
        assert_eq!(section.filter.len(), 2);
        assert_eq!(mapping.section("labels").map(|s| s.positive.clone()), Some(vec!["bot".to_owned()]));
    }

    #[test]
    fn mistakes_name_the_nearest_valid_key() {
        assert!(problem("[message]\nts = 'a'").contains("did you mean messages?"));
        assert!(
            problem("[messages]\nsendr = 'a'")
                .contains("[messages]: unknown key sendr; did you mean sender?")
        );
        assert!(problem("[messages]\nts = { colum = 'a' }").contains("did you mean column?"));
        assert!(problem("[messages]\nts = { column = 'a', unit = 'sec' }").contains("none of s, ms, us, ns"));
        assert!(problem("[messages]\nts = { column = 'a', zone = 'Lagos' }").contains("no time zone"));
        assert!(problem("[messages]\nsender = { column = 'a', unit = 's' }").contains("for times only"));
        assert!(problem("[messages]\nts = { column = 'a', constant = 'b' }").contains("exclude each other"));
        assert!(
            problem("[messages]\nwhere = [{ column = 'a', equal = 1 }]").contains("did you mean equals?")
        );
        assert!(problem("[messages]\nts = ").contains("line 2"));
        assert!(problem("[messages]\nfile = { delimeter = ';' }").contains("delimeter"));
        assert!(problem("").contains("maps no table"));
    }
}
