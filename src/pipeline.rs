//! The data flow of a scan, one step a line: read, order, extract, judge, publish.
//! In: checked inputs and settings; out: a published run folder and its summary.
//! Computes nothing of its own.

use crate::context::Exchange;
use crate::domain::ErrorClass;
use crate::features::{Night, extract};
use crate::log::{Inputs, LogError, MessageLog, ReadSettings, WindowWish};
use crate::report::{FeatureFile, FolderError, NamedRow};
use crate::table_io::TableError;
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
    #[error(transparent)]
    Folder(#[from] FolderError),
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
            Self::Folder(_) => ErrorClass::Environment,
            Self::Stopped => ErrorClass::Interrupted,
        }
    }
}

/// Counts of the middle of a scan.
#[derive(Debug, Clone, Copy, Default)]
pub struct Counts {
    /// Events kept.
    pub events: u64,
    /// Copies folded into their earliest.
    pub duplicates: u64,
    /// Rows before the look-back or at and after as_of.
    pub outside: u64,
    /// Accounts with a row.
    pub accounts: u64,
}

/// Orders and extracts every account of a log, handing rows on in account order.
pub fn each_account(
    log: &mut MessageLog,
    stop: Option<&AtomicBool>,
    mut hand_on: impl FnMut(Vec<NamedRow>) -> Result<(), ScanError>,
) -> Result<Counts, ScanError> {
    let exchange = Exchange::new(&log.side, &log.window);
    let mut counts = Counts::default();
    for start in (0..log.partitions()).step_by(AT_ONCE) {
        if stop.is_some_and(|s| s.load(Ordering::Relaxed)) {
            return Err(ScanError::Stopped);
        }
        let end = (start + AT_ONCE).min(log.partitions());
        let parts: Vec<_> = (start..end).map(|i| log.take(i)).collect();
        let night = Night {
            window: log.window,
            log_start: log.log_start,
            offers: log.offers,
            side: &log.side,
            exchange: &exchange,
        };
        let done: Vec<_> = parts
            .into_par_iter()
            .map(|(parts, extra)| {
                let partition = parts.order(&night.window);
                let rows = extract(&partition, &extra, &night);
                let named: Vec<NamedRow> = rows
                    .into_iter()
                    .map(|features| {
                        let name = partition.name(features.account).unwrap_or_default().to_owned();
                        NamedRow { name, features }
                    })
                    .collect();
                (partition.sent.len() as u64, partition.duplicates, partition.outside, named)
            })
            .collect();
        for (events, duplicates, outside, rows) in done {
            counts.events += events;
            counts.duplicates += duplicates;
            counts.outside += outside;
            counts.accounts += rows.len() as u64;
            hand_on(rows)?;
        }
    }
    Ok(counts)
}

/// Writes the feature table of a log to a file.
pub fn features(
    inputs: &Inputs,
    wish: &WindowWish,
    read: &ReadSettings,
    path: &Path,
) -> Result<(MessageLog, Counts), ScanError> {
    let mut log = MessageLog::read(inputs, wish, read)?;
    let mut file = FeatureFile::create(path)?;
    let counts = each_account(&mut log, read.stop.as_deref(), |rows| Ok(file.append(&rows)?))?;
    file.finish()?;
    Ok((log, counts))
}
