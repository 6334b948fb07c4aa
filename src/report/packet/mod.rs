//! The packet about one account: frozen evidence and a statement in the order of Article 17(3) DSA, for analyst or holder.
//! In: a run as published, an account; out: a text in English or German, the same bytes whenever it is asked for.
//! The holder's version tells own conduct in bands only: nothing in it depends on what others reported.

mod bands;
mod blank;
mod conduct;
mod measure;
mod origin;
mod page;
mod policy_words;

pub use conduct::{CANDIDATES_LEAST, Told, told_of};
pub use page::page;

use super::feature_file::{FeatureFileError, pick_features};
use super::manifest::{Manifest, ManifestError};
use super::read_back::{AccountRow, NoAccount, ReasonRow, read_run};
use crate::domain::{ErrorClass, Word};
use crate::features::AccountFeatures;
use crate::table_io::TableError;
use std::collections::BTreeSet;
use std::path::Path;
use thiserror::Error;

/// Whom a packet is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Somebody who decides, and may see everything that was published.
    Analyst,
    /// The holder of the account.
    Holder,
}

impl Word for Reader {
    const ALL: &'static [(&'static str, Self)] = &[("analyst", Self::Analyst), ("holder", Self::Holder)];
}

/// The language of a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// English.
    En,
    /// German.
    De,
}

impl Word for Language {
    const ALL: &'static [(&'static str, Self)] = &[("en", Self::En), ("de", Self::De)];
}

impl Language {
    /// Picks one of two texts.
    pub fn pick(self, texts: [&str; 2]) -> &str {
        match self {
            Language::En => texts[0],
            Language::De => texts[1],
        }
    }
}

/// Why there is no packet.
#[derive(Debug, Error)]
pub enum PacketError {
    /// No run.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Its tables.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Its feature table.
    #[error(transparent)]
    Features(#[from] FeatureFileError),
    /// Nobody of that name.
    #[error("{folder}: {problem}")]
    NoAccount {
        /// The run.
        folder: String,
        /// Whom it lacks, and who is near.
        problem: NoAccount,
    },
    /// Its tables do not belong together.
    #[error("{folder}: the account has scores and no features; bulkwatch verify names what was changed")]
    NoFeatures {
        /// The run.
        folder: String,
    },
    /// The run was made before it was told.
    #[error("{folder} does not tell what own conduct alone carries; scan the night again with this version")]
    NoOwnMeasure {
        /// The run.
        folder: String,
    },
    /// The run waits for a person.
    #[error("{folder} is held: nothing leaves the house before it is released")]
    Held {
        /// The run.
        folder: String,
    },
}

impl PacketError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Manifest(error) => error.class(),
            Self::Table(error) => error.class(),
            Self::Features(error) => error.class(),
            Self::NoAccount { .. }
            | Self::NoFeatures { .. }
            | Self::NoOwnMeasure { .. }
            | Self::Held { .. } => ErrorClass::Usage,
        }
    }
}

/// Everything a packet is made of.
#[derive(Debug)]
pub struct Packet {
    pub(super) manifest: Manifest,
    pub(super) account: AccountRow,
    pub(super) reasons: Vec<ReasonRow>,
    pub(super) mitigations: Vec<ReasonRow>,
    pub(super) features: AccountFeatures,
}

impl Packet {
    /// Reads what a run says of an account, named as the program shows it or as the log spells it.
    pub fn read(folder: &Path, account: &str, reader: Reader) -> Result<Self, PacketError> {
        let manifest = Manifest::read(folder)?;
        let shown = folder.display().to_string();
        if reader == Reader::Holder && manifest.held().is_some() {
            return Err(PacketError::Held { folder: shown });
        }
        let run = read_run(folder)?;
        let none = |problem| PacketError::NoAccount { folder: shown.clone(), problem };
        let row = run.find(account).map_err(none)?;
        let account = row.name.as_str();
        let rows = pick_features(&folder.join("features.parquet"), &BTreeSet::from([account]))?;
        let Some(features) = rows.into_iter().next() else {
            return Err(PacketError::NoFeatures { folder: shown });
        };
        if row.own_measure.is_none() {
            return Err(PacketError::NoOwnMeasure { folder: shown });
        }
        let own = |rows: Vec<&ReasonRow>| rows.into_iter().cloned().collect();
        Ok(Self {
            account: row.clone(),
            reasons: own(run.reasons_of(account)),
            mitigations: own(run.mitigations_of(account)),
            features: features.features,
            manifest,
        })
    }

    /// What a reply quotes: follows from run and account, and tells neither.
    pub fn reference(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(self.manifest.run_id().as_bytes()).update(b"\0").update(self.account.name.as_bytes());
        hasher.finalize().to_hex()[..12].to_owned()
    }

    /// The flags of the scan that scores the night again; run where the scan ran, it yields the same bytes.
    pub fn score_again(&self) -> Vec<(String, String)> {
        let at = |pointer: &str| self.manifest.at(pointer).as_str().unwrap_or_default().to_owned();
        let lookback = self.manifest.at("/window/lookback_days").as_f64().unwrap_or(90.0);
        let mut flags = Vec::new();
        let mut say = |flag: &str, value: String| flags.push((flag.to_owned(), value));
        let settings = self.manifest.at("/settings").as_object().into_iter().flatten();
        for (key, value) in settings {
            let value = value["value"].as_str().unwrap_or_default();
            let name = key.split_once('.').map_or(key.as_str(), |(_, name)| name);
            // The window is said as it came out; where results go, and how fast, changes none of them.
            let else_where = key.starts_with("window.") || key.starts_with("run.") || key == "output.out";
            if value.is_empty() || else_where || key == "output.previous" {
                continue;
            }
            say(&name.replace('_', "-"), value.to_owned());
        }
        for (flag, pointer) in
            [("from", "/window/from"), ("to", "/window/to"), ("log-start", "/window/log_start")]
        {
            say(flag, at(pointer));
        }
        say("lookback", format!("{lookback:.0}d"));
        let previous = self.manifest.setting("output.previous");
        let out = self.manifest.setting("output.out").unwrap_or("runs");
        match previous.zip(self.manifest.at("/previous/run_id").as_str()) {
            Some(("newest", id)) => say("previous", format!("{out}/{id}")),
            Some((folder, _)) => say("previous", folder.to_owned()),
            None => {}
        }
        say("out", "scored-again".to_owned());
        flags
    }
}
