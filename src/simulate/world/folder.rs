//! The folder of a world: message files by day, side tables, known answers, and the settings to scan it.
//! In: parts of a world in a fixed order; out: files whose bytes depend on that order only.
//! Holds a bounded number of messages: past that the fullest day is written.

use super::WorldError;
use super::rows::{Rows, schema};
use crate::domain::{DAY_US, Timestamp};
use crate::simulate::tables::{Row, Tables};
use crate::table_io::RowGroups;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Rows of a full row group.
const GROUP: usize = 1 << 20;
/// Messages held back in all.
const HELD: usize = 4 << 20;

/// What one block of actors did.
#[derive(Debug, Default)]
pub struct Part {
    /// Messages of each day.
    pub days: Vec<Rows>,
    /// All other tables; its messages are empty.
    pub tables: Tables,
    /// Drawn parameters: account, name, value.
    pub parameters: Vec<(String, &'static str, f64)>,
}

/// One day's file.
struct Day {
    rows: Rows,
    file: RowGroups,
}

/// A side table being written as CSV.
type Side = csv::Writer<Sink>;

/// Where the bytes of a side table go.
enum Sink {
    Plain(File),
    Packed(zstd::Encoder<'static, File>),
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        match self {
            Self::Plain(file) => file.write(bytes),
            Self::Packed(encoder) => encoder.write(bytes),
        }
    }

    fn flush(&mut self) -> std::io::Result<()> {
        match self {
            Self::Plain(file) => file.flush(),
            Self::Packed(encoder) => encoder.flush(),
        }
    }
}

/// The folder being written.
pub struct Folder {
    dir: PathBuf,
    days: Vec<Day>,
    sides: Vec<(&'static str, Side)>,
    /// Messages so far.
    pub messages: u64,
}

impl Folder {
    /// Starts the folder of a world that begins at the midnight `start`.
    pub fn create(dir: &Path, start: i64, days: i64) -> Result<Self, WorldError> {
        let day = |day: i64| -> Result<Day, WorldError> {
            let part = dir.join(format!("messages/date={}", Timestamp(start + day * DAY_US).date()));
            std::fs::create_dir_all(&part)?;
            let marks = [("simulated", "true")];
            let file = RowGroups::create(&part.join("part.parquet"), schema(), GROUP, &marks)?;
            Ok(Day { rows: Rows::default(), file })
        };
        let days = (0..days).map(day).collect::<Result<_, _>>()?;
        Ok(Self { dir: dir.to_owned(), days, sides: Vec::new(), messages: 0 })
    }

    /// Adds what a block did.
    pub fn push(&mut self, part: &Part) -> Result<(), WorldError> {
        for (day, rows) in self.days.iter_mut().zip(&part.days) {
            self.messages += rows.len() as u64;
            day.rows.append(rows);
        }
        while HELD < self.days.iter().map(|day| day.rows.len()).sum() {
            let Some(fullest) = (0..self.days.len()).rev().max_by_key(|n| self.days[*n].rows.len()) else {
                break;
            };
            self.days[fullest].write()?;
        }
        let tables = &part.tables;
        self.side(&tables.accounts)?;
        self.side(&tables.registrations)?;
        self.side(&tables.group_events)?;
        self.side(&tables.feedback)?;
        self.side(&tables.enforcement)?;
        self.side(&tables.contacts)?;
        self.side(&tables.groups)?;
        self.side(&tables.sanctioned)?;
        self.side(&tables.operators)?;
        self.side(&tables.off_platform)?;
        self.labels(tables)?;
        self.parameters(&part.parameters)
    }

    fn side<R: Row>(&mut self, rows: &[R]) -> Result<(), WorldError> {
        if rows.is_empty() {
            return Ok(());
        }
        let writer = self.writer(R::TABLE, R::COLUMNS)?;
        rows.iter().try_for_each(|row| Ok(writer.write_record(row.cells())?))
    }

    fn labels(&mut self, tables: &Tables) -> Result<(), WorldError> {
        let columns = ["account", "label", "persona", "adversary", "first_abusive_at", "as_of", "source"];
        let writer = self.writer("labels", &columns)?;
        for row in &tables.labels {
            let [account, label, persona, first, as_of] = &row.cells()[..] else { continue };
            let adversary = if row.label == "abuse" { persona.as_str() } else { "" };
            writer.write_record([account, label, persona, adversary, first, as_of, "simulated"])?;
        }
        Ok(())
    }

    fn parameters(&mut self, drawn: &[(String, &'static str, f64)]) -> Result<(), WorldError> {
        let writer = self.writer("parameters", &["account", "parameter", "value"])?;
        for (account, name, value) in drawn {
            writer.write_record([account.as_str(), *name, &value.to_string()])?;
        }
        Ok(())
    }

    fn writer(&mut self, table: &'static str, columns: &[&str]) -> Result<&mut Side, WorldError> {
        let at = match self.sides.iter().position(|(name, _)| *name == table) {
            Some(at) => at,
            None => {
                let name = file_name(table);
                let file = File::create(self.dir.join(&name))?;
                let sink = match name.ends_with(".zst") {
                    true => Sink::Packed(zstd::Encoder::new(file, 1)?),
                    false => Sink::Plain(file),
                };
                // A buffer of this size keeps the compressor's frames, and so its bytes, the same whatever the blocks.
                let mut writer = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(sink);
                writer.write_record(columns)?;
                self.sides.push((table, writer));
                self.sides.len() - 1
            }
        };
        Ok(&mut self.sides[at].1)
    }

    /// Writes what is held back, and the settings with which a scan begins; returns the side tables.
    pub fn finish(mut self) -> Result<Vec<&'static str>, WorldError> {
        for mut day in self.days.drain(..) {
            day.write()?;
            day.file.finish()?;
        }
        let mut names = Vec::new();
        for (name, writer) in self.sides.drain(..) {
            let file = match writer.into_inner().map_err(|error| std::io::Error::other(error.to_string()))? {
                Sink::Plain(file) => file,
                Sink::Packed(encoder) => encoder.finish()?,
            };
            file.sync_all()?;
            names.push(name);
        }
        Ok(names)
    }
}

impl Day {
    fn write(&mut self) -> Result<(), WorldError> {
        for batch in self.rows.drain(GROUP)? {
            self.file.push(&batch)?;
        }
        Ok(())
    }
}

/// The file of a side table. Known answers stay plain, for people and tools that read no zstd.
pub fn file_name(table: &str) -> String {
    if table == "labels" { "labels.csv".to_owned() } else { format!("{table}.csv.zst") }
}
