//! The files of a run whose bytes depend on events and settings only, and whether an earlier run had others.
//! In: a staged folder, and the place of a published one; out: digests by name, a warning where they differ.
//! Writes nothing.

use super::folder::RunFolder;
use super::run::ReportError;
use crate::table_io::TableError;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// A warning if an earlier run of the same id had other results; it is replaced all the same.
pub fn other_results(place: &Path, id: &str, outputs: &BTreeMap<String, String>) -> Option<String> {
    let text = std::fs::read_to_string(place.join("manifest.json")).ok()?;
    let earlier: Value = serde_json::from_str(&text).ok()?;
    if earlier["run_id"] != id || earlier["outputs"] == json!(outputs) {
        return None;
    }
    let differs = |file: &&&str| earlier["outputs"][**file] != json!(outputs.get(**file));
    let files: Vec<&str> = RESULT_FILES.iter().filter(differs).copied().collect();
    Some(format!(
        "run {id} was there already with other results ({}): replaced; something beyond inputs, window, policy, \
         population and version differs",
        files.join(", ")
    ))
}

/// blake3 of each result file, by name.
pub fn digests(folder: &RunFolder) -> Result<BTreeMap<String, String>, ReportError> {
    let mut out = BTreeMap::new();
    for file in RESULT_FILES {
        let path = folder.path(file);
        match std::fs::read(&path) {
            Ok(bytes) => out.insert((*file).to_owned(), blake3::hash(&bytes).to_hex().to_string()),
            // Not every run has every file; one that cannot be read is no file that is not there.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(TableError::io(file, error).into()),
        };
    }
    Ok(out)
}

/// The files whose bytes depend on events and settings only.
pub const RESULT_FILES: &[&str] = &[
    "features.parquet",
    "scores.parquet",
    "reasons.ndjson",
    "campaigns.parquet",
    "review_queue.csv",
    "off_platform.ndjson",
    "metrics.json",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_file_that_cannot_be_read_has_no_silent_digest() {
        let out = tempfile::tempdir().expect("temp");
        let folder = RunFolder::stage(out.path()).expect("staged");
        folder.write("metrics.json", b"{}").expect("written");
        assert_eq!(digests(&folder).expect("read").into_keys().collect::<Vec<_>>(), ["metrics.json"]);
        std::fs::create_dir(folder.path("scores.parquet")).expect("made");
        let error = digests(&folder).expect_err("a folder is no file");
        assert!(error.to_string().contains("scores.parquet"), "{error}");
    }
}
