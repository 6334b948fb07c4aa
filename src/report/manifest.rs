//! `manifest.json`: how a run came to be, and the digests by which its files can be checked later.
//! In: a finished night, or a published folder; out: the manifest as written, or read back.
//! Believes no file: what a digest does not fit is named, never repaired.

use super::folder::RunFolder;
use super::run::{ReportError, Run};
use crate::domain::{ErrorClass, Timestamp};
use crate::features::FeatureTable;
use crate::table_io::TableError;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use thiserror::Error;

impl Run<'_> {
    /// The manifest but for the digests of the files.
    pub fn manifest(&self, id: &str) -> Value {
        let files: Vec<Value> = self.reports.iter().map(|r| {
            json!({ "table": r.table.name(), "files": r.files, "rows_read": r.rows_read, "rows_ok": r.rows_ok,
                    "rows_filtered": r.rows_filtered, "rows_in_repeated_files": r.rows_repeated, "rejected": r.rejects.total(),
                    "columns_present": r.columns_present, "columns_missing": r.columns_missing,
                    "text_read": r.text_read, "key_id": r.key_id, "warnings": r.warnings })
        }).collect();
        let settings: BTreeMap<&str, Value> = self
            .settings
            .iter()
            .map(|(key, value, origin)| (key.as_str(), json!({ "value": value, "origin": origin })))
            .collect();
        json!({
            "schema": "manifest 1",
            "run_id": id,
            "tool": { "name": "bulkwatch", "version": env!("CARGO_PKG_VERSION") },
            "state": if self.held.is_some() { HELD } else { PUBLISHED },
            "held": self.held.as_ref().map(|reason| json!({ "reason": reason })),
            "simulated": self.simulated,
            "window": { "from": Timestamp(self.window.from_us()).rfc3339(), "to": Timestamp(self.window.to_us()).rfc3339(),
                        "lookback_days": self.window.lookback_us() as f64 / crate::domain::DAY_US as f64,
                        "log_start": Timestamp(self.log_start).rfc3339() },
            "inputs": files,
            "input_digest": format!("{:032x}", self.seen.digest),
            "offers": self.offers,
            "features_fingerprint": FeatureTable::fingerprint(),
            "policy": { "version": self.policy.version_name(), "file_version": self.policy.file_version,
                        "digest": self.policy.digest, "limits": self.policy.limits.overrides(),
                        "thresholds": self.policy.thresholds, "texts": self.policy.phrases() },
            "population": self.population.map(|p| json!({ "digest": p.digest(), "origin": p.origin(), "accounts": p.accounts_n() })),
            "model": self.model.map(|m| json!({ "id": m.id(), "simulated": m.artifact().training.simulated })),
            "previous": self.delta.as_ref().map(|d| d.previous.as_json()),
            "drift": self.drift.as_ref().map(|drift| drift.as_json(self.policy.quota.max_drift)),
            "decisions": self.decisions.as_ref().map(|decisions| json!({ "digest": decisions.digest })),
            "settings": settings,
            "counts": self.counts,
        })
    }
}

/// Name of the manifest within a run folder.
pub const MANIFEST: &str = "manifest.json";

/// The files whose bytes depend on events and settings only.
pub const RESULT_FILES: &[&str] = &[
    "features.parquet",
    "scores.parquet",
    "reasons.ndjson",
    "activity.ndjson",
    "campaigns.parquet",
    "delta.parquet",
    "review_queue.csv",
    "review_queue.ndjson",
    "osprey_jobs.json",
    "osprey_abuse_certain.txt",
    "osprey_abuse_high.txt",
    "osprey_review.txt",
    "osprey_broadcast_policy.txt",
    "off_platform.ndjson",
    "metrics.json",
];

/// Files that tell how a run came to be; they have digests too, though another run of the same night may have others.
pub const OTHER_FILES: &[&str] = &["rejects.parquet", "report.html", "log.ndjson"];

/// A warning if an earlier run of the same id had other results; it is replaced all the same.
pub fn other_results(place: &Path, tonight: &Manifest) -> Option<String> {
    let earlier = Manifest::read(place).ok()?;
    let (id, outputs) = (tonight.run_id(), tonight.outputs("outputs"));
    // An account erased from the earlier one is no other result.
    if earlier.run_id() != id || !earlier.tombstones().is_empty() {
        return None;
    }
    let had = |file: &str| earlier.outputs("outputs").get(file).cloned();
    let differs = |file: &&&str| had(file) != outputs.get(**file).cloned();
    let files: Vec<&str> = RESULT_FILES.iter().filter(differs).copied().collect();
    (!files.is_empty()).then(|| {
        format!(
            "run {id} was there already with other results ({}): replaced; something beyond inputs, window, policy, \
             population and version differs",
            files.join(", ")
        )
    })
}

/// blake3 of those of `files` that are there, by name.
pub fn digests(
    files: &[&str],
    path: impl Fn(&str) -> PathBuf,
) -> Result<BTreeMap<String, String>, TableError> {
    let mut out = BTreeMap::new();
    for file in files {
        if let Some(digest) = digest_of(&path(file)).map_err(|error| TableError::io(file, error))? {
            out.insert((*file).to_owned(), digest);
        }
    }
    Ok(out)
}

/// blake3 of a file; none if it is not there. One that cannot be read is no file that is not there.
fn digest_of(path: &Path) -> std::io::Result<Option<String>> {
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(file)?;
    Ok(Some(hasher.finalize().to_hex().to_string()))
}

/// A manifest with the digests of the files that stand in the folder.
pub fn with_digests(mut manifest: Manifest, folder: &RunFolder) -> Result<Manifest, ReportError> {
    manifest.value["outputs"] = json!(digests(RESULT_FILES, |file| folder.path(file))?);
    manifest.value["other_files"] = json!(digests(OTHER_FILES, |file| folder.path(file))?);
    let bad = |problem: String| ReportError::Render { file: MANIFEST, problem };
    // As it will be read: a number that is printed and read need not be the same one.
    let printed = serde_json::to_vec(&manifest.value).map_err(|e| bad(e.to_string()))?;
    manifest.value = serde_json::from_slice(&printed).map_err(|e| bad(e.to_string()))?;
    manifest.value[SEAL] = json!(seal(&manifest.value));
    Ok(manifest)
}

/// The manifest's field that holds the digest of all its other fields. Against slips and edits by hand; who knows of it
/// can make it again.
const SEAL: &str = "seal";

fn seal(manifest: &Value) -> String {
    let mut rest = manifest.clone();
    if let Some(fields) = rest.as_object_mut() {
        fields.remove(SEAL);
    }
    blake3::hash(rest.to_string().as_bytes()).to_hex().to_string()
}

/// Why a folder cannot be taken for a run.
#[derive(Debug, Error)]
pub enum ManifestError {
    /// No manifest, or none that can be read.
    #[error("{folder} is no run folder: {problem}")]
    NoRun {
        /// The folder.
        folder: String,
        /// What is wrong with its manifest.
        problem: String,
    },
}

impl ManifestError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        ErrorClass::Input
    }
}

/// The manifest of a run, read back.
#[derive(Debug, Clone)]
pub struct Manifest {
    value: Value,
}

impl Manifest {
    /// Whether it is as the program wrote it; one of an earlier version has no seal.
    pub fn is_sealed(&self) -> bool {
        self.at("/seal").as_str().is_none_or(|told| told == seal(self.value()))
    }

    /// A manifest that is about to be written.
    pub fn new(value: Value) -> Self {
        Self { value }
    }

    /// Says something else in one of its fields.
    pub fn set(&mut self, field: &str, value: Value) {
        self.value[field] = value;
    }

    /// What stands at a JSON pointer, to be changed.
    pub fn at_mut(&mut self, pointer: &str) -> Option<&mut Value> {
        self.value.pointer_mut(pointer)
    }

    /// Reads the manifest of a run folder.
    pub fn read(folder: &Path) -> Result<Self, ManifestError> {
        let refuse = |problem: String| ManifestError::NoRun { folder: folder.display().to_string(), problem };
        let text = std::fs::read_to_string(folder.join(MANIFEST))
            .map_err(|e| refuse(format!("{MANIFEST}: {}", e.to_string().to_lowercase())))?;
        let value: Value = serde_json::from_str(&text).map_err(|e| refuse(format!("{MANIFEST}: {e}")))?;
        let schema = value["schema"].as_str().unwrap_or_default();
        if schema != "manifest 1" {
            return Err(refuse(format!(
                "{MANIFEST} has schema {schema:?}, this program reads \"manifest 1\""
            )));
        }
        Ok(Self { value })
    }

    /// The whole of it.
    pub fn value(&self) -> &Value {
        &self.value
    }

    /// What stands at a JSON pointer; null where nothing does.
    pub fn at(&self, pointer: &str) -> &Value {
        self.value.pointer(pointer).unwrap_or(&Value::Null)
    }

    fn text(&self, pointer: &str) -> &str {
        self.at(pointer).as_str().unwrap_or_default()
    }

    /// The run's id.
    pub fn run_id(&self) -> &str {
        self.text("/run_id")
    }

    /// The run's now.
    pub fn as_of(&self) -> Option<Timestamp> {
        Timestamp::parse(self.text("/window/to"))
    }

    /// Why the run is held; none where it is not, or not any more.
    pub fn held(&self) -> Option<&str> {
        (self.text("/state") == HELD).then(|| self.text("/held/reason"))
    }

    /// `published`, `held`, or `released` where a person let a held run go.
    pub fn state(&self) -> &str {
        self.at("/state").as_str().unwrap_or(PUBLISHED)
    }

    /// A setting's value; none where it was not set.
    pub fn setting(&self, key: &str) -> Option<&str> {
        self.at("/settings").get(key)?["value"].as_str().filter(|v| !v.is_empty())
    }

    /// The id of the key that the log's identifiers were made with.
    pub fn key_id(&self) -> Option<&str> {
        let inputs = self.at("/inputs").as_array()?;
        let messages = inputs.iter().find(|i| i["table"] == "messages")?;
        messages["key_id"].as_str()
    }

    /// The digest of the messages, as result files are seeded with it.
    pub fn input_digest(&self) -> u128 {
        u128::from_str_radix(self.text("/input_digest"), 16).unwrap_or_default()
    }

    /// Digests by file: of `outputs` or of `other_files`.
    pub fn outputs(&self, kind: &str) -> BTreeMap<String, String> {
        let all = self.value[kind].as_object().into_iter().flatten();
        all.filter_map(|(file, digest)| Some((file.clone(), digest.as_str()?.to_owned()))).collect()
    }

    /// What was erased from the run after it was published.
    pub fn tombstones(&self) -> &[Value] {
        self.at("/tombstones").as_array().map_or(&[], Vec::as_slice)
    }
}

/// The state of a run whose exports are there.
pub const PUBLISHED: &str = "published";
/// The state of a run that waits for a person.
pub const HELD: &str = "held";
/// The state of a run that a person let go.
pub const RELEASED: &str = "released";

/// A file that is not what its manifest says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// Other bytes.
    Changed(String),
    /// Not there.
    Missing(String),
    /// There, and not in the manifest.
    Unknown(String),
}

impl Mismatch {
    fn is_of(&self, name: &str) -> bool {
        let (Self::Changed(file) | Self::Missing(file) | Self::Unknown(file)) = self;
        file == name
    }
}

/// What a check of a run folder came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The run's id.
    pub run_id: String,
    /// Files whose digest fits.
    pub files: usize,
    /// Files that do not fit.
    pub mismatches: Vec<Mismatch>,
    /// Files beside the run that the manifest does not speak of.
    pub beside: Vec<String>,
    /// How often something was erased from it.
    pub tombstones: usize,
}

/// Computes the digest of each file of a run again.
pub fn verify(folder: &Path) -> Result<Verified, VerifyError> {
    let manifest = Manifest::read(folder)?;
    let mut expected = manifest.outputs("outputs");
    expected.extend(manifest.outputs("other_files"));
    let mut mismatches = Vec::new();
    for (file, digest) in &expected {
        // A manifest from elsewhere must not lead out of its folder.
        let inside = Path::new(file).components().count() == 1 && !file.starts_with("..");
        let found =
            if inside { digest_of(&folder.join(file)).map_err(|e| TableError::io(file, e))? } else { None };
        match found {
            Some(found) if found == *digest => {}
            Some(_) => mismatches.push(Mismatch::Changed(file.clone())),
            None => mismatches.push(Mismatch::Missing(file.clone())),
        }
    }
    if !manifest.is_sealed() {
        mismatches.push(Mismatch::Changed(MANIFEST.to_owned()));
    }
    let mut beside = Vec::new();
    let entries = std::fs::read_dir(folder).map_err(|e| TableError::io(&folder.display().to_string(), e))?;
    let known: BTreeSet<&str> = expected.keys().map(String::as_str).chain([MANIFEST]).collect();
    for name in entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()) {
        // A result file that the manifest does not name was put there by somebody else.
        if known.contains(name.as_str()) {
            continue;
        }
        if RESULT_FILES.contains(&name.as_str()) || OTHER_FILES.contains(&name.as_str()) {
            mismatches.push(Mismatch::Unknown(name));
        } else {
            beside.push(name);
        }
    }
    beside.sort();
    Ok(Verified {
        run_id: manifest.run_id().to_owned(),
        files: expected.keys().filter(|file| !mismatches.iter().any(|m| m.is_of(file))).count(),
        mismatches,
        beside,
        tombstones: manifest.tombstones().len(),
    })
}

/// Why a run could not be checked.
#[derive(Debug, Error)]
pub enum VerifyError {
    /// No run.
    #[error(transparent)]
    Manifest(#[from] ManifestError),
    /// A file that cannot be read.
    #[error(transparent)]
    Table(#[from] TableError),
}

impl VerifyError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::Manifest(error) => error.class(),
            Self::Table(error) => error.class(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_file_that_cannot_be_read_has_no_silent_digest() {
        let out = tempfile::tempdir().expect("temp");
        let folder = RunFolder::stage(out.path()).expect("staged");
        folder.write("metrics.json", b"{}").expect("written");
        let digests = || digests(RESULT_FILES, |file| folder.path(file));
        assert_eq!(digests().expect("read").into_keys().collect::<Vec<_>>(), ["metrics.json"]);
        std::fs::create_dir(folder.path("scores.parquet")).expect("made");
        let error = digests().expect_err("a folder is no file");
        assert!(error.to_string().contains("scores.parquet"), "{error}");
    }

    #[test]
    fn what_was_changed_removed_or_added_is_named() {
        let out = tempfile::tempdir().expect("temp");
        let folder = RunFolder::stage(out.path()).expect("staged");
        for file in ["metrics.json", "scores.parquet", "report.html"] {
            folder.write(file, file.as_bytes()).expect("written");
        }
        let bare = Manifest::new(json!({ "schema": "manifest 1", "run_id": "r" }));
        let manifest = with_digests(bare, &folder).expect("digests");
        folder.write(MANIFEST, manifest.value().to_string().as_bytes()).expect("written");
        let place = folder.publish("r").expect("published");
        let fine = verify(&place).expect("a run");
        assert_eq!((fine.files, fine.mismatches.len()), (3, 0));
        std::fs::write(place.join("report.html"), "other").expect("written");
        std::fs::remove_file(place.join("scores.parquet")).expect("removed");
        std::fs::write(place.join("review_queue.csv"), "planted").expect("written");
        std::fs::write(place.join("population.json"), "{}").expect("written");
        let found = verify(&place).expect("a run");
        let named = |m: fn(String) -> Mismatch, file: &str| m(file.to_owned());
        let expected = [
            named(Mismatch::Changed, "report.html"),
            named(Mismatch::Missing, "scores.parquet"),
            named(Mismatch::Unknown, "review_queue.csv"),
        ];
        assert_eq!(found.mismatches, expected);
        assert_eq!((found.files, found.beside), (1, vec!["population.json".to_owned()]));
        assert!(verify(out.path()).expect_err("no run").to_string().contains("is no run folder"));
    }
}
