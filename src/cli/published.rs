//! A published run as evaluations need it: scores, some feature columns, reasons, and what the manifest says of it.
//! In: a run folder; out: its tables in memory, and a note where one of them cannot be used.
//! Recomputes nothing.

use super::Failure;
use crate::domain::ErrorClass;
use crate::evaluate::{Cases, Labels, RunTables, Score, feature_columns};
use crate::report::{PublishedRun, read_feature_columns, read_run};
use crate::table_io::{Table, read_parquet};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// A published run.
pub struct Published {
    /// `scores.parquet`.
    pub scores: Table,
    /// Accounts and reasons.
    pub run: PublishedRun,
    /// `manifest.json`.
    pub manifest: Value,
    /// What could not be read, in words.
    pub notes: Vec<String>,
    features: Option<Table>,
    stages: BTreeMap<String, String>,
}

impl Published {
    /// Reads a run folder.
    pub fn read(folder: &Path) -> Result<Self, Failure> {
        let shown = folder.display();
        let input = |problem: String| Failure::new(ErrorClass::Input, problem);
        let manifest = std::fs::read_to_string(folder.join("manifest.json")).map_err(|e| {
            input(format!("{shown} is no run folder: manifest.json: {}", e.to_string().to_lowercase()))
        })?;
        let manifest: Value =
            serde_json::from_str(&manifest).map_err(|e| input(format!("{shown}/manifest.json: {e}")))?;
        let scores = folder.join("scores.parquet");
        if !scores.is_file() {
            return Err(input(format!(
                "{shown} holds no scores.parquet: a feature table alone has no verdict"
            )));
        }
        let (scores, run) = (read_parquet(&scores)?, read_run(folder)?);
        let (mut features, mut notes) = (None, Vec::new());
        match read_feature_columns(&folder.join("features.parquet"), &feature_columns()) {
            Ok(table) => features = Some(table),
            Err(error) => notes.push(format!("no feature is used: {}", Failure::from(error))),
        }
        let first = |name: &str| run.reasons_of(name).first().map(|r| r.stage.clone());
        let stages = run.accounts.iter().filter_map(|a| Some((a.name.clone(), first(&a.name)?))).collect();
        Ok(Self { scores, run, manifest, notes, features, stages })
    }

    /// Whether its log was simulated.
    pub fn simulated(&self) -> bool {
        self.manifest["simulated"].as_bool().unwrap_or(false)
    }

    /// Its id.
    pub fn id(&self) -> String {
        self.manifest["run_id"].as_str().unwrap_or_default().to_owned()
    }

    /// End of its window.
    pub fn as_of(&self) -> String {
        self.manifest["window"]["to"].as_str().unwrap_or_default().to_owned()
    }

    /// The run beside labels.
    pub fn cases(&self, labels: &Labels, score: &Score, by: &[String]) -> Result<Cases, Failure> {
        let tables = RunTables {
            scores: &self.scores,
            features: self.features.as_ref(),
            stages: &self.stages,
            simulated: self.simulated(),
        };
        Ok(Cases::of(&tables, labels, score, by)?)
    }
}
