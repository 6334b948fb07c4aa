//! A scenario: a small simulated log, its window, and what must hold of the accounts in it.
//! In: a filled stage and expectations; out: the files of its folder.
//! Refuses to know who reads the folder.

use super::card::{Expect, ScenarioCard};
use super::stage::Stage;
use super::tables::Tables;
use super::write::{File, table_files, write_files};
use crate::domain::Timestamp;
use std::io;
use std::path::Path;

/// A small simulated log with its expectations.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// Its front page.
    pub card: ScenarioCard,
    /// Its tables.
    pub tables: Tables,
}

impl Scenario {
    /// Closes a stage into a scenario.
    pub fn new(name: &str, title: &str, why: &str, stage: Stage, expect: Vec<Expect>) -> Self {
        let card = ScenarioCard {
            name: name.to_owned(),
            title: title.to_owned(),
            simulated: true,
            why: why.to_owned(),
            seed: stage.seed(),
            log_start: Timestamp(stage.log_start()).rfc3339(),
            from: Timestamp(stage.from()).rfc3339(),
            to: Timestamp(stage.to()).rfc3339(),
            population: None,
            expect,
        };
        Self { card, tables: stage.into_tables() }
    }

    /// The run may compare with the earlier nights in that sibling folder.
    pub fn with_population(mut self, folder: &str) -> Self {
        self.card.population = Some(folder.to_owned());
        self
    }

    /// All files of the folder, `scenario.toml` first.
    pub fn files(&self) -> io::Result<Vec<File>> {
        let front = self.card.render().map_err(|error| io::Error::other(error.to_string()))?;
        let mut files = vec![File { name: "scenario.toml".to_owned(), bytes: front.into_bytes() }];
        files.extend(table_files(&self.tables)?);
        Ok(files)
    }

    /// Writes the folder.
    pub fn write(&self, dir: &Path) -> io::Result<()> {
        write_files(dir, &self.files()?)
    }
}
