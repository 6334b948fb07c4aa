//! The run of an earlier night, read back to be compared with tonight's.
//! In: a run folder, tonight's key and as_of; out: its accounts by name, its campaigns, and what its conduct would come to tonight.
//! Refuses runs that cannot be compared; judges nobody by itself.

use super::feature_file::{FeatureFileError, NamedRow, pick_features};
use super::manifest::{MANIFEST, Manifest, ManifestError, digests};
use super::read_back::{AccountRow, kept_runs, read_run};
use super::record_v1::Judged;
use crate::decision::{Rulings, Verdict, VerdictCounts};
use crate::domain::{ErrorClass, Timestamp};
use crate::scoring::FamilySet;
use crate::table_io::{Table, TableError, read_parquet};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why a run cannot be compared with tonight's.
#[derive(Debug, Error)]
pub enum EarlierError {
    /// No run.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// Its tables.
    #[error(transparent)]
    Table(#[from] TableError),
    /// Its feature table.
    #[error(transparent)]
    Features(#[from] FeatureFileError),
    /// The same person has another name in each of them.
    #[error(
        "{folder} was made under key {earlier}, tonight's log under key {tonight}: the same account has another name in \
         each, and they cannot be compared"
    )]
    OtherKeys {
        /// The earlier run.
        folder: String,
        /// The id of its key, or none.
        earlier: String,
        /// The id of tonight's key, or none.
        tonight: String,
    },
    /// It is no earlier night.
    #[error("{folder} is of {earlier}, which is after tonight's {tonight}; --previous takes an earlier run")]
    Later {
        /// The other run.
        folder: String,
        /// Its as_of.
        earlier: String,
        /// Tonight's.
        tonight: String,
    },
    /// Nobody let it go.
    #[error(
        "{folder} is held: what nobody let go is no measure of tonight; release it, or name another run to --previous"
    )]
    Held {
        /// The run.
        folder: String,
    },
    /// Files that were changed since.
    #[error("{folder} is not what its manifest says: {files}; see bulkwatch verify")]
    Changed {
        /// The run.
        folder: String,
        /// The files.
        files: String,
    },
    /// A feature table alone.
    #[error("{folder} holds a feature table only, and no verdict to compare with")]
    FeaturesOnly {
        /// The run.
        folder: String,
    },
}

impl EarlierError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Manifest(error) => error.class(),
            Self::Table(error) => error.class(),
            Self::Features(error) => error.class(),
            Self::Changed { .. } => ErrorClass::Input,
            Self::OtherKeys { .. } | Self::Later { .. } | Self::Held { .. } | Self::FeaturesOnly { .. } => {
                ErrorClass::Usage
            }
        }
    }
}

/// A campaign of the earlier run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EarlierCampaign {
    /// Its id.
    pub id: String,
    /// What binds it.
    pub kind: String,
    /// Its members; originals and unclear ones are none.
    pub members: BTreeSet<String>,
}

/// The run of an earlier night.
#[derive(Debug)]
pub struct Earlier {
    folder: PathBuf,
    /// Its manifest.
    pub manifest: Manifest,
    /// Its accounts, by name.
    pub accounts: BTreeMap<String, AccountRow>,
    /// Its campaigns, by id.
    pub campaigns: Vec<EarlierCampaign>,
}

impl Earlier {
    /// Reads a run that tonight's can be compared with.
    pub fn read(folder: &Path, key: Option<&str>, as_of: Timestamp) -> Result<Self, EarlierError> {
        let manifest = Manifest::read(folder)?;
        let shown = folder.display().to_string();
        if manifest.held().is_some() {
            return Err(EarlierError::Held { folder: shown });
        }
        if manifest.key_id() != key {
            let word = |key: Option<&str>| key.unwrap_or("(none)").to_owned();
            let (earlier, tonight) = (word(manifest.key_id()), word(key));
            return Err(EarlierError::OtherKeys { folder: shown, earlier, tonight });
        }
        if manifest.as_of().is_some_and(|earlier| as_of < earlier) {
            let earlier = manifest.as_of().map(Timestamp::rfc3339).unwrap_or_default();
            return Err(EarlierError::Later { folder: shown, earlier, tonight: as_of.rfc3339() });
        }
        if !folder.join("scores.parquet").is_file() {
            return Err(EarlierError::FeaturesOnly { folder: shown });
        }
        let mut changed = changed(folder, &manifest)?;
        if !manifest.is_sealed() {
            changed.push(MANIFEST.to_owned());
        }
        if !changed.is_empty() {
            return Err(EarlierError::Changed { folder: shown, files: changed.join(", ") });
        }
        let run = read_run(folder)?;
        let accounts = run.accounts.into_iter().map(|a| (a.name.clone(), a)).collect();
        let campaigns = campaigns(&read_parquet(&folder.join("campaigns.parquet"))?)?;
        Ok(Self { folder: folder.to_owned(), manifest, accounts, campaigns })
    }

    /// Its feature table.
    pub fn features(&self) -> PathBuf {
        self.folder.join("features.parquet")
    }

    /// How many of its accounts had which verdict.
    pub fn verdict_counts(&self) -> VerdictCounts {
        let mut counts = VerdictCounts::default();
        for row in self.accounts.values() {
            let verdict = Verdict::ALL.into_iter().find(|v| row.verdict == v.word());
            counts.add(verdict.unwrap_or(Verdict::NoFinding));
        }
        counts
    }

    /// What these accounts' earlier conduct would come to tonight, under tonight's policy, rules and circumstances.
    ///
    /// None of those whose features were made by other cards, or have been erased.
    pub fn judged_again(
        &self,
        wanted: &BTreeSet<&str>,
        judge: impl Fn(NamedRow) -> Judged,
    ) -> Result<BTreeMap<String, Judged>, EarlierError> {
        match pick_features(&self.folder.join("features.parquet"), wanted) {
            Ok(rows) => Ok(rows.into_iter().map(judge).map(|j| (j.name.clone(), j)).collect()),
            Err(FeatureFileError::OtherCards { .. }) => Ok(BTreeMap::new()),
            Err(error) => Err(error.into()),
        }
    }
}

/// The files that a comparison rests on and that are not what the manifest says: nobody is told of a change that a hand made.
fn changed(folder: &Path, manifest: &Manifest) -> Result<Vec<String>, TableError> {
    const READ: [&str; 4] = ["scores.parquet", "features.parquet", "reasons.ndjson", "campaigns.parquet"];
    let told = manifest.outputs("outputs");
    let found = digests(&READ, |file| folder.join(file))?;
    let differs = |file: &&str| told.get(*file).is_some_and(|digest| found.get(*file) != Some(digest));
    Ok(READ.into_iter().filter(differs).map(str::to_owned).collect())
}

fn campaigns(table: &Table) -> Result<Vec<EarlierCampaign>, TableError> {
    let mut all: BTreeMap<&str, EarlierCampaign> = BTreeMap::new();
    let columns =
        [table.texts("campaign")?, table.texts("kind")?, table.texts("part")?, table.texts("account")?];
    for row in 0..table.rows() {
        let [id, kind, part, account] = columns.map(|column| column[row].as_deref().unwrap_or_default());
        let campaign = all.entry(id).or_insert_with(|| EarlierCampaign {
            id: id.to_owned(),
            kind: kind.to_owned(),
            members: BTreeSet::new(),
        });
        if part == "member" {
            campaign.members.insert(account.to_owned());
        }
    }
    Ok(all.into_values().collect())
}

/// Decisions with the evidence that the person saw, looked up in the kept runs below `out`, and below where the earlier
/// run lies, where a file does not tell.
pub fn evidence_seen(mut rulings: Rulings, out: &Path, previous: Option<&Earlier>) -> Rulings {
    let runs: Vec<String> = rulings.runs_to_look_up().into_iter().map(str::to_owned).collect();
    let mut folders = previous.and_then(|earlier| earlier.folder.parent()).map(kept_runs).unwrap_or_default();
    folders.extend(kept_runs(out));
    for run in runs {
        if let Some(kept) = folders.get(&run).and_then(|folder| read_run(folder).ok()) {
            let seen: BTreeMap<&str, FamilySet> = kept
                .accounts
                .iter()
                .map(|a| (a.name.as_str(), FamilySet::of(a.families_agreeing.iter().map(String::as_str))))
                .collect();
            rulings.look_up(&run, |account| seen.get(account).copied());
        }
    }
    rulings
}
