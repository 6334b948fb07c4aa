//! What is done with runs after they were made: listed, let go, removed, and accounts erased from them.
//! In: run folders and a person's word; out: the same folders, changed whole or not at all, under the lock of a scan.
//! Judges nothing again: what a released run exports follows from the files that were held.

use super::folder::{FolderError, RunFolder};
use super::manifest::{
    HELD, MANIFEST, Manifest, ManifestError, Mismatch, OTHER_FILES, RELEASED, RESULT_FILES, VerifyError,
    verify, with_digests,
};
use super::page::released;
use super::queue::{QueueTerms, exports};
use super::read_back::read_run;
use super::run::{HELD_PREFIX, ReportError, pretty};
use crate::domain::{DAY_US, ErrorClass, Timestamp};
use crate::table_io::TableError;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a run could not be changed.
#[derive(Debug, Error)]
pub enum UpkeepError {
    /// No run.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// It could not be checked.
    #[error(transparent)]
    Verify(#[from] VerifyError),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// Its files.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// It waits for nobody.
    #[error("{folder} is not held; its state is {state}")]
    NotHeld {
        /// The run.
        folder: String,
        /// Its state.
        state: String,
    },
    /// Something else stands where it would be published.
    #[error("{place} is there and is {what}; move it out of the way first, nothing was changed")]
    Taken {
        /// Where the released run would be.
        place: String,
        /// What stands there.
        what: String,
    },
    /// Its files are not those that were held.
    #[error("{folder} is not what its manifest says ({files}); nothing was changed")]
    Mismatch {
        /// The run.
        folder: String,
        /// The files.
        files: String,
    },
    /// What is said of an erasure says who.
    #[error("{flag} names the account, and would keep what is to be erased; say it without the name")]
    Named {
        /// The flag.
        flag: &'static str,
    },
    /// No name.
    #[error("{what} must be said")]
    Unsaid {
        /// What is missing.
        what: &'static str,
    },
}

impl UpkeepError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Manifest(error) => error.class(),
            Self::Verify(error) => error.class(),
            Self::Folder(_) | Self::Report(_) | Self::Taken { .. } => ErrorClass::Environment,
            Self::Table(error) => error.class(),
            Self::NotHeld { .. } | Self::Named { .. } | Self::Unsaid { .. } => ErrorClass::Usage,
            Self::Mismatch { .. } => ErrorClass::GateFailed,
        }
    }
}

/// The folder that a run lies in, and its name there: the run itself, where a link or `.` was named.
pub(super) fn parts(run: &Path) -> Result<(PathBuf, String), UpkeepError> {
    let is_link = std::fs::symlink_metadata(run).is_ok_and(|data| data.is_symlink());
    let run = if is_link || run.file_name().is_none() {
        &run.canonicalize().map_err(|e| TableError::io(&run.display().to_string(), e))?
    } else {
        run
    };
    let out = run.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    Ok((out.to_owned(), run.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()))
}

/// Refuses a run whose files are not what its manifest says; what lies beside them is returned.
pub(super) fn check_whole(run: &Path) -> Result<Vec<String>, UpkeepError> {
    let checked = verify(run)?;
    if checked.mismatches.is_empty() {
        return Ok(checked.beside);
    }
    let name = |m: &Mismatch| match m {
        Mismatch::Changed(file) => format!("{file} changed"),
        Mismatch::Missing(file) => format!("{file} missing"),
        Mismatch::Unknown(file) => format!("{file} unknown"),
    };
    let files: Vec<String> = checked.mismatches.iter().map(name).collect();
    Err(UpkeepError::Mismatch { folder: run.display().to_string(), files: files.join(", ") })
}

/// The page of a run.
const PAGE: &str = "report.html";

/// Lets a held run go: writes its exports, and who let it go and why, in its manifest and on its page.
pub fn release(run: &Path, by: &str, reason: &str, at: Timestamp) -> Result<PathBuf, UpkeepError> {
    for (what, text) in [("--by, the name of whoever lets the run go,", by), ("--reason", reason)] {
        if text.trim().is_empty() {
            return Err(UpkeepError::Unsaid { what });
        }
    }
    let mut manifest = Manifest::read(run)?;
    if manifest.held().is_none() {
        let (folder, state) = (run.display().to_string(), manifest.state().to_owned());
        return Err(UpkeepError::NotHeld { folder, state });
    }
    let (out, name) = parts(run)?;
    let free = name.strip_prefix(HELD_PREFIX).unwrap_or(&name);
    let folder = RunFolder::stage(&out)?;
    check_free(&folder.place(free), &manifest)?;
    check_whole(run)?;
    folder.take_over(run)?;
    let exported = exports(&read_run(run)?, &QueueTerms::of(&manifest))?;
    for (file, bytes) in exported {
        folder.write(file, &bytes)?;
    }
    if run.join(PAGE).is_file() {
        let shown = run.join(PAGE).display().to_string();
        let page = std::fs::read_to_string(run.join(PAGE)).map_err(|e| TableError::io(&shown, e))?;
        if let Some(told) = released(&page, by.trim(), reason.trim(), &at.rfc3339())? {
            folder.write(PAGE, told.as_bytes())?;
        }
    }
    manifest.set("state", json!(RELEASED));
    manifest.set("released", json!({ "by": by.trim(), "reason": reason.trim(), "at": at.rfc3339() }));
    let manifest = with_digests(manifest, &folder)?;
    folder.write(MANIFEST, &pretty(MANIFEST, manifest.value())?)?;
    Ok(folder.publish_in_place_of(free, &name)?)
}

/// Refuses a place where something stands that is not the same run: it would be lost.
fn check_free(place: &Path, manifest: &Manifest) -> Result<(), UpkeepError> {
    let Ok(there) = std::fs::symlink_metadata(place) else { return Ok(()) };
    let what = match Manifest::read(place) {
        _ if !there.is_dir() => "no folder".to_owned(),
        Ok(there) if there.run_id() == manifest.run_id() => return Ok(()),
        Ok(there) => format!("another run, {}", there.run_id()),
        Err(_) => "no run".to_owned(),
    };
    Err(UpkeepError::Taken { place: place.display().to_string(), what })
}

/// A run of the history.
#[derive(Debug, Clone, PartialEq)]
pub struct RunEntry {
    /// Its folder.
    pub folder: PathBuf,
    /// Its id.
    pub run_id: String,
    /// Its now.
    pub as_of: Option<Timestamp>,
    /// `published`, `held` or `released`.
    pub state: String,
    /// Whether its messages were made by a program.
    pub simulated: bool,
    /// Numbers of accounts, by `accounts.…` of its metrics without the prefix.
    pub accounts: BTreeMap<String, u64>,
    /// How often an account was erased from it.
    pub tombstones: usize,
}

/// The runs below a folder, oldest night first; what is no run is passed over, and so is a link to one: it is no run
/// of its own, and must neither be kept in place of one nor be counted twice.
pub fn runs(out: &Path) -> Result<Vec<RunEntry>, UpkeepError> {
    let shown = out.display().to_string();
    let entries = std::fs::read_dir(out).map_err(|e| TableError::io(&shown, e))?;
    let own = |e: &std::fs::DirEntry| {
        !e.file_name().to_string_lossy().starts_with('.') && e.file_type().is_ok_and(|kind| kind.is_dir())
    };
    let mut all: Vec<RunEntry> = entries.flatten().filter(own).filter_map(|e| entry(e.path())).collect();
    all.sort_by(|a, b| (a.as_of, &a.folder).cmp(&(b.as_of, &b.folder)));
    Ok(all)
}

fn entry(folder: PathBuf) -> Option<RunEntry> {
    let manifest = Manifest::read(&folder).ok()?;
    let metrics = std::fs::read_to_string(folder.join("metrics.json")).unwrap_or_default();
    let metrics: BTreeMap<String, f64> = serde_json::from_str(&metrics).unwrap_or_default();
    let count = |(name, n): (String, f64)| Some((name.strip_prefix("accounts.")?.to_owned(), n as u64));
    Some(RunEntry {
        run_id: manifest.run_id().to_owned(),
        as_of: manifest.as_of(),
        state: manifest.state().to_owned(),
        simulated: manifest.at("/simulated").as_bool().unwrap_or(false),
        accounts: metrics.into_iter().filter_map(count).collect(),
        tombstones: manifest.tombstones().len(),
        folder,
    })
}

/// How long runs are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Retention {
    /// So many of the newest.
    pub keep: Option<usize>,
    /// None of a night more than so many days ago.
    pub older_than_days: Option<i64>,
}

impl Retention {
    /// Those of these runs, oldest first, that are kept no longer; either bound is enough.
    ///
    /// What is held counts like the others: it holds the same data. A run whose night nobody can tell stays.
    pub fn expired(self, runs: &[RunEntry], now: Timestamp) -> Vec<&RunEntry> {
        let beyond = self.keep.map_or(0, |keep| runs.len().saturating_sub(keep));
        let old = |run: &RunEntry| {
            let days = self.older_than_days.map(|days| now.0 - days * DAY_US);
            days.zip(run.as_of).is_some_and(|(limit, as_of)| as_of.0 < limit)
        };
        let each = runs.iter().enumerate();
        each.filter(|(i, run)| run.as_of.is_some() && (*i < beyond || old(run))).map(|(_, run)| run).collect()
    }
}

/// Removes runs below a folder, under the lock of a scan.
pub fn remove(out: &Path, runs: &[&RunEntry]) -> Result<(), UpkeepError> {
    let folder = RunFolder::stage(out)?;
    for run in runs {
        let (_, name) = parts(&run.folder)?;
        folder.remove(&name)?;
    }
    Ok(())
}

/// All files that a run folder may hold by itself.
pub(super) fn own_files() -> impl Iterator<Item = &'static str> {
    RESULT_FILES.iter().chain(OTHER_FILES).copied()
}

/// Whether a state is that of a run without exports.
pub fn is_held(state: &str) -> bool {
    state == HELD
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn either_bound_ends_the_keeping_and_an_unknown_night_stays() {
        let run = |day: Option<i64>| RunEntry {
            folder: PathBuf::new(),
            run_id: day.unwrap_or_default().to_string(),
            as_of: day.map(|day| Timestamp(day * DAY_US)),
            state: HELD.to_owned(),
            simulated: false,
            accounts: BTreeMap::new(),
            tombstones: 0,
        };
        let all = [run(None), run(Some(1)), run(Some(2)), run(Some(9))];
        let expired = |keep, older_than_days| -> Vec<String> {
            let retention = Retention { keep, older_than_days };
            retention.expired(&all, Timestamp(10 * DAY_US)).iter().map(|r| r.run_id.clone()).collect()
        };
        assert_eq!(expired(Some(1), None), ["1", "2"]);
        assert_eq!(expired(None, Some(8)), ["1"]);
        assert_eq!(expired(Some(4), Some(1)), ["1", "2"]);
        assert!(expired(None, None).is_empty() && expired(Some(9), None).is_empty());
    }
}
