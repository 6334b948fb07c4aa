//! The data flow of a scan, one step a line: read, order, extract, judge, publish.
//! In: checked inputs and settings; out: a published run folder and its summary.
//! Computes nothing of its own.

use crate::context::Exchange;
use crate::decision::{self, Decision, Night as DecisionNight, Policy};
use crate::domain::ErrorClass;
use crate::features::{AccountFeatures, Night, Population, extract};
use crate::log::{Inputs, LogError, MessageLog, Offers, Partition, ReadSettings, WindowWish};
use crate::report::{self, FeatureFile, Run, RunFolder, Scored, Summary};
use crate::table_io::TableError;
use crate::{rules, scoring};
use rayon::prelude::*;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use thiserror::Error;

/// Partitions ordered and extracted at a time: bounds what is in memory besides the routed rows.
const AT_ONCE: usize = 16;

/// Why a scan failed.
#[derive(Debug, Error)]
pub enum ScanError {
    /// The inputs.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A result file.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The run folder.
    #[error("{folder}: {source}")]
    Folder {
        /// Which folder.
        folder: String,
        /// The cause.
        #[source]
        source: std::io::Error,
    },
    /// Another run holds the folder.
    #[error("another run is writing to {folder}; wait for it or choose another --out")]
    Locked {
        /// Which folder.
        folder: String,
    },
    /// The run produced more than the policy lets a night produce.
    #[error("safety stop: {reason}; nothing was published")]
    Held {
        /// Why.
        reason: String,
    },
    /// Somebody asked the run to stop.
    #[error("stopped; nothing was published")]
    Stopped,
}

impl ScanError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Log(error) => error.class(),
            Self::Table(error) => error.class(),
            Self::Folder { .. } | Self::Locked { .. } => ErrorClass::Environment,
            Self::Held { .. } => ErrorClass::Held,
            Self::Stopped => ErrorClass::Interrupted,
        }
    }
}

/// What a scan is told.
pub struct ScanSettings<'a> {
    /// What the user says of the window.
    pub wish: WindowWish,
    /// How to read.
    pub read: ReadSettings,
    /// The dated policies.
    pub policies: &'a decision::Policies,
    /// The profile of earlier nights.
    pub population: Option<&'a Population>,
    /// Stop at the feature table.
    pub features_only: bool,
    /// Settings in force, for the manifest and the digest.
    pub shown: Vec<(String, String, String)>,
    /// Link template of the review queue.
    pub case_url: Option<String>,
    /// Called with rows extracted.
    pub progress: &'a (dyn Fn(u64) + Sync),
    /// Raised to stop.
    pub stop: Option<&'a AtomicBool>,
}

/// Scans a night and publishes a run folder below `out`.
pub fn scan(inputs: &Inputs, settings: &ScanSettings, out: &Path) -> Result<Summary, ScanError> {
    let folder = RunFolder::stage(out)?;
    let mut log = MessageLog::read(inputs, &settings.wish, &settings.read)?;
    let mut feature_file = FeatureFile::create(&folder.path("features.parquet"), &log)?;
    let policy = settings.policies.in_force(log.window.to_us());
    let night = DecisionNight::new(&log.side, &log.window, policy);
    let mut scored = Vec::new();
    let mut counts = Counts::default();
    each_account(&mut log, settings, &mut counts, |rows| {
        feature_file.append(&rows)?;
        if !settings.features_only {
            let offers = log_offers(&rows);
            scored.par_extend(rows.into_par_iter().map(|row| judge(row, offers, settings, &night)));
        }
        Ok(())
    })?;
    feature_file.finish()?;
    let run = Run::new(log, scored, counts.into(), policy, settings, night.off_platform_only());
    if let Some(reason) = run.safety_stop() {
        return Err(ScanError::Held { reason });
    }
    report::write_all(&folder, run, settings.features_only)
}
