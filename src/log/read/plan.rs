//! How one file becomes the columns of its table: which columns to decode, which to make by mapping, which to skip.
//! In: a listed file, the mapping and the settings; out: batches whose columns stand in the order of the schema's cards.
//! Judges no value, but refuses columns whose type or unit makes every value useless.

use crate::domain::nearest;
use crate::log::clean::{Cell, Column, TimeReader, guess_unit};
use crate::log::schema::{ColumnCard, ColumnType, TableKind};
use crate::log::{InputSpec, LogError, ReadSettings};
use crate::table_io::{Batch, Format, InputFile, Mapping, Nested, Section, TableError, TableFile, TimeSpec};
use arrow_schema::DataType;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Columns of the contract that no packed row carries yet.
const NOT_CARRIED: [&str; 2] = ["list_id", "client_ts"];

/// How one file is read.
pub(crate) struct Plan {
    /// The table.
    pub table: TableKind,
    /// The file's name in reports.
    pub name: Arc<str>,
    file: TableFile,
    /// The mapping, if it speaks of this table.
    mapping: Option<Arc<Mapping>>,
    /// Said once for a whole mapping, and so for tables without a section too.
    pseudonymise: bool,
    /// Columns of the contract that this file yields, in card order; of NDJSON, those that it may yield.
    outputs: Vec<&'static str>,
    /// For NDJSON, what reading found of each of them: a key that no line names is no column.
    found: Vec<AtomicBool>,
    /// Whether any row could be cut into fields.
    any_row: AtomicBool,
    /// Columns of the file to decode.
    source: Vec<String>,
    ignored: Vec<String>,
}

impl Plan {
    /// Plans a file.
    pub fn new(spec: &InputSpec, settings: &ReadSettings, file: &InputFile) -> Result<Self, LogError> {
        let mapping = spec.mapping.clone().filter(|m| m.section(spec.table.name()).is_some());
        let section = mapping.as_ref().and_then(|m| m.section(spec.table.name()));
        permissions(spec, section, settings)?;
        let layout = section.map(|s| s.layout.clone()).unwrap_or_default();
        let opened = TableFile::open_until(file, &layout, settings.stop.as_ref())?;
        let found = opened.columns();
        let named = opened.format() != Format::Ndjson;
        let wanted = |card: &&ColumnCard| wanted(spec.table, card, settings, section.is_some());
        let cards = spec.table.columns().iter().filter(wanted);
        let outputs: Vec<&'static str> = match section {
            Some(section) => cards.map(|c| c.name).filter(|c| section.fields.contains_key(*c)).collect(),
            // NDJSON leaves out absent keys, so that a column may first appear on the last line.
            None => cards.map(|c| c.name).filter(|c| !named || found.iter().any(|f| f == c)).collect(),
        };
        required(spec.table, &outputs, &opened)?;
        let source = match section {
            Some(section) => section.source_columns(&outputs),
            None => outputs.iter().map(|c| (*c).to_owned()).collect(),
        };
        if section.is_some()
            && named
            && let Some(column) = source.iter().find(|s| !found.contains(s))
        {
            return Err(TableError::missing_column(&file.name, column, found).into());
        }
        let ignored = found.iter().filter(|c| !source.contains(c)).cloned().collect();
        let name = Arc::from(file.name.as_str());
        let pseudonymise = spec.pseudonymise();
        let found = outputs.iter().map(|_| AtomicBool::new(named)).collect();
        Ok(Self {
            table: spec.table,
            name,
            file: opened,
            mapping,
            pseudonymise,
            outputs,
            found,
            any_row: AtomicBool::new(false),
            source,
            ignored,
        })
    }

    /// The file's format.
    pub fn format(&self) -> &'static str {
        self.file.format().name()
    }

    /// The opened file.
    pub fn file(&self) -> &TableFile {
        &self.file
    }

    /// Whether the file yields a column of the contract; of NDJSON this is known once all parts have been read.
    pub fn offers(&self, column: &str) -> bool {
        let at = self.outputs.iter().position(|output| *output == column);
        at.is_some_and(|at| self.found[at].load(Ordering::Relaxed))
    }

    /// Why a required column is missing, said of a file that was read and in which no row named it.
    pub fn lacks(&self, card: &ColumnCard) -> Option<LogError> {
        if self.offers(card.name) || !self.any_row.load(Ordering::Relaxed) {
            return None;
        }
        Some(match self.section() {
            Some(_) => {
                let source = self.source_name(card.name);
                TableError::missing_column(&self.name, &source, self.file.columns()).into()
            }
            None => missing(self.table, card, &self.file),
        })
    }

    /// Columns of the file that nothing asked for.
    pub fn ignored(&self) -> &[String] {
        &self.ignored
    }

    /// Rows, where the file says it without being read.
    pub fn rows(&self) -> Option<u64> {
        self.file.rows()
    }

    /// Whether message texts are read.
    pub fn reads_text(&self) -> bool {
        self.table == TableKind::Messages && self.offers("text")
    }

    /// Whether identifiers become pseudonyms.
    pub fn pseudonymise(&self) -> bool {
        self.pseudonymise
    }

    fn section(&self) -> Option<&Section> {
        self.mapping.as_ref().and_then(|m| m.section(self.table.name()))
    }

    /// How a time column is to be read.
    pub fn time_reader(&self, column: &str) -> TimeReader {
        let spec = self.section().and_then(|s| s.fields.get(column)).map(|f| f.time.clone());
        TimeReader::new(spec.unwrap_or_default())
    }

    /// Parts that can be read independently.
    pub fn parts(&self) -> usize {
        self.file.parts()
    }

    /// The batches of a part, their columns still in the order of `outputs`.
    pub fn batches(
        &self,
        part: usize,
    ) -> Result<impl Iterator<Item = Result<Batch, TableError>> + '_, TableError> {
        let split = self.section().and_then(|s| s.split.as_ref()).filter(|s| s.separator.is_none());
        let nested = split.map_or(Nested::Refused, |s| Nested::ListIn(&s.column));
        let batches = self.file.read(part, &self.source, nested)?;
        Ok(batches.map(|batch| {
            let batch = batch?;
            self.any_row.fetch_or(batch.len > 0, Ordering::Relaxed);
            let named: Vec<bool> = batch.columns.iter().map(Option::is_some).collect();
            let batch = match self.section() {
                None => batch,
                Some(section) => section.apply(&self.name, &self.source, &self.outputs, batch)?,
            };
            self.note(&named, &batch);
            Ok(batch)
        }))
    }

    /// Notes which columns of the contract a batch of NDJSON holds: those whose keys it names, and those that a mapping
    /// could fill all the same.
    fn note(&self, named: &[bool], batch: &Batch) {
        for ((output, found), column) in self.outputs.iter().zip(&self.found).zip(&batch.columns) {
            if found.load(Ordering::Relaxed) {
                continue;
            }
            let filled = column.as_ref().is_some_and(|c| c.null_count() < batch.len);
            let is_named =
                |source: &String| self.source.iter().zip(named).any(|(name, named)| *named && name == source);
            let needs = || self.section().map_or_else(|| vec![(*output).to_owned()], |s| s.needs(output));
            if filled || needs().iter().any(is_named) {
                found.store(true, Ordering::Relaxed);
            }
        }
    }

    /// The columns of a batch by the position of their cards; absent ones included.
    pub fn columns(&self, batch: &Batch) -> Result<Vec<Column>, LogError> {
        let mut columns = vec![Column::Absent; self.table.columns().len()];
        for (output, array) in self.outputs.iter().zip(&batch.columns) {
            let Some(at) = self.table.position(output) else { continue };
            let card = &self.table.columns()[at];
            let wrong = |found: String| -> LogError {
                TableError::WrongType {
                    file: self.name.to_string(),
                    column: self.source_name(output),
                    found,
                    expected: expected(&card.ty),
                }
                .into()
            };
            let found = || array.as_ref().map_or_else(String::new, |a| type_found(a.data_type()));
            let column = Column::of(array.as_ref()).ok_or_else(|| wrong(found()))?;
            if !fits(&card.ty, &column) {
                return Err(wrong(found()));
            }
            if matches!(card.ty, ColumnType::Time) && batch.first_row == 1 {
                self.check_unit(card.name, &column, batch.len)?;
            }
            columns[at] = column;
        }
        Ok(columns)
    }

    fn source_name(&self, output: &str) -> String {
        match self.section().and_then(|s| s.fields.get(output)).map(|f| &f.value) {
            Some(crate::table_io::Value::Column(name)) => name.clone(),
            _ => output.to_owned(),
        }
    }

    /// A time column of bare numbers is useless without a unit, and every row of it would be refused.
    ///
    /// Asked of the first rows of a file; one number among times, there or later, is one refused row.
    fn check_unit(&self, column: &'static str, values: &Column, len: usize) -> Result<(), LogError> {
        let spec = self.section().and_then(|s| s.fields.get(column)).map(|f| &f.time);
        if spec.is_some_and(|s: &TimeSpec| s.unit.is_some() || s.format.is_some()) {
            return Ok(());
        }
        let cells = || (0..len).map(|i| values.cell(i)).filter(|c| *c != Cell::Null);
        let Some(count) = cells().next().and_then(bare_number) else { return Ok(()) };
        if !cells().all(|cell| bare_number(cell).is_some()) {
            return Ok(());
        }
        Err(LogError::TimeUnit {
            file: self.name.to_string(),
            column,
            source_column: self.source_name(column),
            sample: count.to_string(),
            guess: guess_unit(count),
        })
    }
}

/// A number without a unit.
fn bare_number(cell: Cell) -> Option<i64> {
    match cell {
        Cell::Int(n) => Some(n),
        Cell::Uint(n) => Some(i64::try_from(n).unwrap_or(i64::MAX)),
        Cell::Float(x) => Some(x as i64),
        Cell::Text(text) => text.trim().parse::<f64>().ok().map(|x| x as i64),
        _ => None,
    }
}

fn wanted(table: TableKind, card: &ColumnCard, settings: &ReadSettings, mapped: bool) -> bool {
    if NOT_CARRIED.contains(&card.name) && table == TableKind::Messages {
        return false;
    }
    if matches!(card.ty, ColumnType::MessageText) && !mapped {
        return settings.keys.is_some() && settings.lawful_basis.is_some();
    }
    let only = settings.columns.as_ref().filter(|_| table == TableKind::Messages);
    card.required || only.is_none_or(|only| only.contains(&card.name))
}

/// Refuses what needs a key file or a lawful basis and has none.
fn permissions(spec: &InputSpec, section: Option<&Section>, settings: &ReadSettings) -> Result<(), LogError> {
    if spec.pseudonymise() && settings.keys.is_none() {
        let what =
            format!("pseudonymise = true in mapping {}", spec.mapping.as_ref().map_or("", |m| &m.name));
        return Err(LogError::NeedsKey { what, basis: false });
    }
    let text = spec.table == TableKind::Messages && section.is_some_and(|s| s.fields.contains_key("text"));
    let wanted = settings.columns.as_ref().is_none_or(|only| only.contains(&"text"));
    if text && wanted && (settings.keys.is_none() || settings.lawful_basis.is_none()) {
        return Err(LogError::NeedsKey { what: "reading message texts".to_owned(), basis: true });
    }
    Ok(())
}

fn required(table: TableKind, outputs: &[&'static str], file: &TableFile) -> Result<(), LogError> {
    match table.columns().iter().find(|c| c.required && !outputs.contains(&c.name)) {
        Some(card) => Err(missing(table, card, file)),
        None => Ok(()),
    }
}

fn missing(table: TableKind, card: &ColumnCard, file: &TableFile) -> LogError {
    let found = file.columns();
    let hint = match nearest(card.name, found.iter().map(String::as_str)) {
        Some(near) => {
            format!("; {} looks like it: rename that, or map it", crate::table_io::sanitise(near, 40))
        }
        None => String::new(),
    };
    let shown: Vec<String> = found.iter().take(12).map(|c| crate::table_io::sanitise(c, 40)).collect();
    LogError::MissingColumn {
        file: file.file().name.clone(),
        table: table.name(),
        column: card.name,
        hint,
        found: shown.join(", "),
    }
}

fn fits(ty: &ColumnType, column: &Column) -> bool {
    let text =
        matches!(column, Column::Text(_) | Column::LargeText(_) | Column::TextView(_) | Column::Absent);
    let integer = matches!(column, Column::Int(_) | Column::Uint(_));
    let float = matches!(column, Column::Float(_));
    let flag = matches!(column, Column::Flag(_));
    match ty {
        ColumnType::Time => text || integer || float || matches!(column, Column::Moment(..)),
        ColumnType::Token | ColumnType::Key => text || integer,
        ColumnType::Word(_) | ColumnType::MessageText => text,
        ColumnType::Count | ColumnType::Number => text || integer || float,
        ColumnType::Flag | ColumnType::FlagOrCount => text || integer || float || flag,
        ColumnType::FlagOrToken => text || integer || flag,
        ColumnType::Note => true,
    }
}

/// The type of a column that does not do; bytes that are text would.
fn type_found(ty: &DataType) -> String {
    match ty {
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView => format!("{ty}, and no UTF-8 text"),
        ty => ty.to_string(),
    }
}

fn expected(ty: &ColumnType) -> &'static str {
    match ty {
        ColumnType::Time => "a timestamp, a date, text or a number with a unit",
        ColumnType::Token | ColumnType::Key => "text or integers",
        ColumnType::Word(_) | ColumnType::MessageText => "text",
        ColumnType::Count | ColumnType::Number => "numbers",
        ColumnType::Flag | ColumnType::FlagOrCount => "flags or numbers",
        ColumnType::FlagOrToken => "flags or text",
        ColumnType::Note => "text",
    }
}
