//! What to read and under which limits: the input of one table, and the settings of reading.
//! In: paths, a mapping, keys and limits; out: listed, digested files, each with a plan of the columns to read.
//! Reads no row: batches are asked for by `read`.

use crate::domain::Timestamp;
use crate::log::read::Plan;
use crate::log::{FileReport, Keys, LogError, ReadReport, TableKind};
use crate::table_io::{self, InputFile, Listing, Mapping, STDIN, TableError, Wanted};
use rayon::prelude::*;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The input of one table.
#[derive(Debug, Clone)]
pub struct InputSpec {
    /// Which table.
    pub table: TableKind,
    /// Files, globs or folders; `-` is standard input.
    pub paths: Vec<String>,
    /// How a foreign log fits; `None` for columns that carry the contract's names.
    pub mapping: Option<Arc<Mapping>>,
}

impl InputSpec {
    /// The input of a table without a mapping.
    pub fn new(table: TableKind, paths: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self { table, paths: paths.into_iter().map(Into::into).collect(), mapping: None }
    }

    /// The same input, read through a mapping.
    pub fn with_mapping(mut self, mapping: Arc<Mapping>) -> Self {
        self.mapping = Some(mapping);
        self
    }

    /// Whether identifiers become pseudonyms: what a mapping says of it holds for tables it does not map, too.
    pub(crate) fn pseudonymise(&self) -> bool {
        self.mapping.as_ref().is_some_and(|m| m.pseudonymise)
    }
}

/// Called with the number of rows read since the last call, from any thread.
pub type Progress = Arc<dyn Fn(Step) + Send + Sync>;

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The files promise so many rows; said once, and only where all of them do.
    ExpectedRows(u64),
    /// So many more rows were read.
    Rows(u64),
    /// So many of all account partitions are done.
    Partitions {
        /// Done so far.
        done: usize,
        /// All.
        of: usize,
    },
    /// The results are being put together and written.
    Publishing,
}

/// Limits and permissions of reading.
#[derive(Clone)]
pub struct ReadSettings {
    /// Largest share of refused rows, 0 to 1.
    pub max_reject_share: f64,
    /// Refused rows kept for each file; all are counted.
    pub reject_limit: usize,
    /// Partitions that end at or before this moment are not read.
    pub partition_from: Option<Timestamp>,
    /// Partitions that begin at or after this moment are not read.
    pub partition_to: Option<Timestamp>,
    /// Keys for pseudonyms and fingerprints.
    pub keys: Option<Keys>,
    /// The lawful basis for reading texts, as the configuration names it.
    pub lawful_basis: Option<String>,
    /// Where results go: inside a folder of the log, they are no part of it.
    pub results: Option<PathBuf>,
    /// Raised by whoever wants the reading to stop.
    pub stop: Option<Arc<AtomicBool>>,
    /// Told how many rows were read.
    pub progress: Option<Progress>,
    /// The only optional columns of `messages` to read; `None` for all that the rows can carry.
    pub columns: Option<Vec<&'static str>>,
    /// The key under which identifiers become tokens.
    pub token_key: crate::domain::TokenKey,
}

impl Default for ReadSettings {
    fn default() -> Self {
        Self {
            max_reject_share: 0.05,
            reject_limit: 1000,
            partition_from: None,
            partition_to: None,
            keys: None,
            lawful_basis: None,
            results: None,
            stop: None,
            progress: None,
            columns: None,
            token_key: crate::domain::TokenKey::default(),
        }
    }
}

impl std::fmt::Debug for ReadSettings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ReadSettings")
            .field("max_reject_share", &self.max_reject_share)
            .field("keys", &self.keys)
            .field("lawful_basis", &self.lawful_basis)
            .finish_non_exhaustive()
    }
}

impl ReadSettings {
    /// Tells whoever watches.
    pub(crate) fn tell(&self, step: Step) {
        if let Some(progress) = &self.progress {
            progress(step);
        }
    }

    /// What of given paths is to be read.
    pub(crate) fn wanted(&self) -> Wanted {
        Wanted {
            from: self.partition_from,
            to: self.partition_to,
            results: self.results.clone(),
            stop: self.stop.clone(),
        }
    }

    /// An error when somebody asked to stop.
    pub(crate) fn check_stop(&self, table: TableKind) -> Result<(), LogError> {
        match &self.stop {
            Some(stop) if stop.load(Ordering::Relaxed) => Err(LogError::Stopped { table: table.name() }),
            _ => Ok(()),
        }
    }
}

/// The files of one table, ready to be read.
pub(crate) struct Source {
    /// What is known before the first row; the files' counts are still zero, and so are the columns.
    pub report: ReadReport,
    /// One plan for each file that is to be read.
    pub plans: Vec<Plan>,
    /// The reports of those files, in the same order.
    pub files: Vec<FileReport>,
}

/// Lists, digests and opens the files of a table.
pub(crate) fn prepare(spec: &InputSpec, settings: &ReadSettings) -> Result<Source, LogError> {
    settings.check_stop(spec.table)?;
    let listing = listing(spec, settings)?;
    let mut report = ReadReport::new(spec.table);
    report.warnings = listing.warnings;
    report.earliest_partition = listing.earliest_partition;
    report.partitions_pruned = listing.pruned;
    if 0 < listing.pruned {
        let (n, table) = (listing.pruned, spec.table.name());
        report
            .warnings
            .push(format!("{table}: {n} date partitions outside the time asked for were not read"));
    }
    let digests: Vec<String> = listing
        .files
        .par_iter()
        .map(|file| if is_stdin(file) { Ok(String::new()) } else { table_io::digest(file) })
        .collect::<Result<_, _>>()?;
    let mut first: BTreeMap<&str, &str> = BTreeMap::new();
    let (mut plans, mut files) = (Vec::new(), Vec::new());
    for (file, digest) in listing.files.iter().zip(&digests) {
        let entry = FileReport {
            name: file.name.clone(),
            bytes: file.bytes,
            digest: digest.clone(),
            ..FileReport::default()
        };
        if !digest.is_empty() && file.bytes > 0 {
            if let Some(same) = first.get(digest.as_str()) {
                let skipped = FileReport { same_as: Some((*same).to_owned()), ..entry };
                report.files.push(skipped);
                continue;
            }
            first.insert(digest, &file.name);
        }
        let plan = Plan::new(spec, settings, file).or_else(|error| {
            settings.check_stop(spec.table)?;
            Err(error)
        })?;
        files.push(FileReport { format: plan.format().to_owned(), ..entry });
        plans.push(plan);
    }
    Ok(Source { report, plans, files })
}

/// A file that would be read.
#[derive(Debug, Clone, Serialize)]
pub struct WouldReadFile {
    /// Its name.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its rows, where it says so without being read.
    pub rows: Option<u64>,
}

/// What reading a table would open.
#[derive(Debug, Clone, Serialize)]
pub struct WouldRead {
    /// The table.
    #[serde(serialize_with = "name_of")]
    pub table: TableKind,
    /// Its files, by name.
    pub files: Vec<WouldReadFile>,
    /// Date partitions outside the time asked for.
    pub pruned: usize,
    /// What would be passed over.
    pub notes: Vec<String>,
}

fn name_of<S: Serializer>(table: &TableKind, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(table.name())
}

/// Lists what reading would open and fails where reading would fail on a file's columns; reads no row, and nothing of
/// standard input.
pub fn would_read(spec: &InputSpec, settings: &ReadSettings) -> Result<WouldRead, LogError> {
    let listing = listing(spec, settings)?;
    let file = |file: &InputFile| {
        let rows = if is_stdin(file) { None } else { Plan::new(spec, settings, file)?.rows() };
        Ok(WouldReadFile { name: file.name.clone(), bytes: file.bytes, rows })
    };
    Ok(WouldRead {
        table: spec.table,
        files: listing.files.iter().map(file).collect::<Result<_, LogError>>()?,
        pruned: listing.pruned,
        notes: listing.warnings,
    })
}

/// The files of a table. Only the message log has a look-back: an account registered long ago is still registered, so
/// side tables are pruned at their end alone, and one whose every row is yet to come is an empty table.
fn listing(spec: &InputSpec, settings: &ReadSettings) -> Result<Listing, LogError> {
    let wanted = settings.wanted();
    if spec.table == TableKind::Messages {
        return Ok(table_io::list(&spec.paths, &wanted)?);
    }
    match table_io::list(&spec.paths, &Wanted { from: None, ..wanted }) {
        Err(error @ TableError::AllPruned { .. }) => {
            let warnings = vec![format!("{}: {error}", spec.table.name())];
            Ok(Listing { warnings, ..Listing::default() })
        }
        other => Ok(other?),
    }
}

fn is_stdin(file: &InputFile) -> bool {
    file.path == Path::new(STDIN)
}

/// Says in the report which columns are there, which are not and which were passed over, once all has been read; a
/// required column that is nowhere is an error.
pub(crate) fn describe(
    spec: &InputSpec,
    settings: &ReadSettings,
    plans: &[Plan],
    report: &mut ReadReport,
) -> Result<(), LogError> {
    for card in spec.table.columns().iter().filter(|c| c.required) {
        if !plans.iter().any(|p| p.offers(card.name))
            && let Some(error) = plans.iter().find_map(|p| p.lacks(card))
        {
            return Err(error);
        }
    }
    for card in spec.table.columns() {
        let with = plans.iter().filter(|p| p.offers(card.name)).count();
        match with {
            0 => report.columns_missing.insert(card.name),
            _ => report.columns_present.insert(card.name),
        };
        if with > 0 && with < plans.len() {
            let without = plans.len() - with;
            report.warnings.push(format!(
                "column {} is missing in {without} of {} files",
                card.name,
                plans.len()
            ));
        }
    }
    for plan in plans {
        report.columns_ignored.extend(plan.ignored().iter().cloned());
    }
    report.text_read = plans.iter().any(Plan::reads_text);
    let text_passed_over = report.columns_ignored.contains("text") && !report.text_read;
    if spec.table == TableKind::Messages && text_passed_over {
        let text = "the column text was not read: that needs a key file and a named lawful basis";
        report.warnings.push(text.to_owned());
    }
    if report.text_read || spec.pseudonymise() {
        report.key_id = settings.keys.as_ref().map(|k| k.id().to_owned());
    }
    if let Some(section) = spec.mapping.as_ref().and_then(|m| m.section(spec.table.name())) {
        report.positive_labels.clone_from(&section.positive);
    }
    Ok(())
}
