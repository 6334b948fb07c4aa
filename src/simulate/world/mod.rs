//! Worlds: a population drawn at random, with the policy's innocents and named adversaries, and the known answer for each.
//! In: how many people, how many days, a seed, a difficulty, a region and a mix; out: a folder that a scan reads as it is.
//! Knows no detector. Every actor has a stream of its own: another actor, or another number of threads, moves nobody.

mod callers;
mod chat;
mod clock;
mod crews;
mod draw;
mod folder;
mod innocents;
mod loners;
mod mix;
mod person;
mod personas;
mod pitch;
mod ranges;
mod rows;
mod scene;
mod tidings;
mod write;

#[cfg(test)]
mod tests;

pub use draw::{Difficulty, Region};
pub use mix::Mix;
pub use write::Written;

use crate::domain::{DAY_US, ErrorClass};
use crate::table_io::TableError;
use thiserror::Error;

/// A world to be.
#[derive(Debug, Clone)]
pub struct World {
    /// Ordinary people; personas and adversaries come on top, as the mix says.
    pub people: u64,
    /// Midnight at which the log ends.
    pub end: i64,
    /// Days of log.
    pub days: i64,
    /// Seed of all streams.
    pub seed: u64,
    /// How hard adversaries are to tell from people.
    pub difficulty: Difficulty,
    /// Which part of the ranges is drawn from.
    pub region: Region,
    /// How many of each persona.
    pub mix: Mix,
}

impl World {
    /// First midnight of the log.
    pub fn start(&self) -> i64 {
        self.end - self.days * DAY_US
    }

    /// Start of the window: a fifth of the log, at most a week, is history.
    pub fn window_from(&self) -> i64 {
        self.start() + (self.days / 5).min(7) * DAY_US
    }

    /// Midnight before the evening on which everybody greets everybody, if the mix says so.
    pub fn holiday(&self) -> Option<i64> {
        self.mix.holiday.then(|| self.end - (1 + self.days / 3) * DAY_US)
    }
}

/// Why a world could not be made.
#[derive(Debug, Error)]
pub enum WorldError {
    /// The mix is wrong.
    #[error("mix {file}: {problem}")]
    Mix {
        /// The mix file.
        file: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Something is there already.
    #[error("{0} is there already; name a new folder")]
    Exists(String),
    /// A message file could not be written.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The machine said no.
    #[error("cannot write the world: {0}")]
    Io(#[from] std::io::Error),
    /// A table could not be put into its form.
    #[error("cannot write the world: {0}")]
    Form(String),
}

impl WorldError {
    /// The class that decides the exit code.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Mix { .. } | Self::Exists(_) => ErrorClass::Usage,
            Self::Table(error) => error.class(),
            Self::Io(_) => ErrorClass::Environment,
            Self::Form(_) => ErrorClass::Internal,
        }
    }
}

impl From<csv::Error> for WorldError {
    fn from(error: csv::Error) -> Self {
        Self::Io(std::io::Error::other(error.to_string()))
    }
}

impl From<arrow_schema::ArrowError> for WorldError {
    fn from(error: arrow_schema::ArrowError) -> Self {
        Self::Form(error.to_string())
    }
}
