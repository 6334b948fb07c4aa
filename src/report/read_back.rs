//! A published run, read back for people: scores, reasons, what was absent.
//! In: run folders; out: the newest of them, and its plain rows by account.
//! Recomputes nothing: what is shown is what was published.

use super::manifest::Manifest;
use crate::domain::{SharedText, SharedTexts, Timestamp, meant, nearest, shown_name, typed_name};
use crate::table_io::{Table, TableError, read_parquet_parts, sanitise};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::mem::take;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// One account's row of `scores.parquet`.
#[derive(Debug, Clone, Default)]
#[expect(missing_docs, reason = "named as the columns of scores.parquet")]
pub struct AccountRow {
    pub name: String,
    pub verdict: SharedText,
    pub finding: SharedText,
    pub state: SharedText,
    pub evidence_level: SharedText,
    pub families_missing: SharedText,
    pub automation: f64,
    pub broadcast: f64,
    pub unsolicited: f64,
    pub rank: i64,
    pub messages_n: Option<f64>,
    pub policy_version: SharedText,
    pub policy_basis: SharedText,
    pub recommendation: SharedText,
    pub grounds: String,
    pub notes: String,
    pub as_of: SharedText,
    pub requires_human_review: bool,
    pub off_platform_n: f64,
    pub campaign: Option<String>,
    pub reason_codes: Vec<String>,
    pub mitigation_codes: Vec<String>,
    pub families_agreeing: Vec<String>,
    /// None in runs of before it was told.
    pub own_measure: Option<String>,
    pub own_grounds: String,
    /// None without a model of an operator's labels.
    pub p_abuse: Option<f64>,
}

impl AccountRow {
    /// The sub-scores in the order automation, broadcast, unsolicited.
    pub fn sub_scores(&self) -> [f64; 3] {
        [self.automation, self.broadcast, self.unsolicited]
    }

    /// Whether anything is recommended that a person could have to decide on.
    pub fn is_recommended(&self) -> bool {
        self.verdict != "no_finding" || self.finding != "none"
    }

    /// Whether somebody should look at it.
    pub fn is_queued(&self) -> bool {
        !matches!(self.verdict.as_str(), "no_finding" | "watch") || self.finding != "none"
    }

    /// Whether there is anything to say about it beyond "nothing found".
    pub fn is_noted(&self) -> bool {
        self.is_recommended() || self.state == "sanctioned"
    }
}

/// One line of `reasons.ndjson`.
#[derive(Debug, Clone, Deserialize)]
#[expect(missing_docs, reason = "named as the fields of reasons.ndjson")]
pub struct ReasonRow {
    pub account: String,
    pub kind: String,
    pub rank: u32,
    pub code: String,
    pub stage: String,
    pub family: String,
    pub statement: String,
    pub feature: String,
    pub observed: Option<f64>,
    pub threshold: f64,
    pub n: Option<f64>,
    pub unit: String,
    pub window: String,
    pub peer_percentile: Option<f64>,
    pub contribution: f64,
    pub source_mark: String,
    pub counterfactual: String,
}

/// Characters of a name that an error shows.
const MOST_SHOWN: usize = 48;

/// Nobody of that name.
#[derive(Debug, Error, Clone, PartialEq, Eq)]
#[error("no account {account} in the run{offer}")]
pub struct NoAccount {
    account: String,
    offer: String,
}

/// A published run.
#[derive(Debug)]
pub struct PublishedRun {
    /// Accounts, most urgent first.
    pub accounts: Vec<AccountRow>,
    reasons: BTreeMap<String, Vec<ReasonRow>>,
}

impl PublishedRun {
    /// A run of these accounts, without reasons.
    #[cfg(test)]
    pub fn of(accounts: Vec<AccountRow>) -> Self {
        Self { accounts, reasons: BTreeMap::new() }
    }

    /// The account that somebody means who typed this, as the program shows it or as the log spells it.
    pub fn find(&self, typed: &str) -> Result<&AccountRow, NoAccount> {
        let names = self.accounts.iter().map(|a| a.name.as_str());
        let cut = |name: &str| sanitise(&shown_name(name), MOST_SHOWN);
        let name = meant(typed, names.clone()).ok_or_else(|| {
            let near =
                nearest(&typed_name(typed), names).map(|near| format!("; did you mean {}?", cut(near)));
            NoAccount { account: cut(&typed_name(typed)), offer: near.unwrap_or_default() }
        })?;
        let found = self.accounts.iter().find(|a| a.name == name);
        found.ok_or_else(|| NoAccount { account: cut(name), offer: String::new() })
    }

    /// The reasons of an account, ranked.
    pub fn reasons_of(&self, account: &str) -> Vec<&ReasonRow> {
        self.lines(account, "reason")
    }

    /// What speaks for an account.
    pub fn mitigations_of(&self, account: &str) -> Vec<&ReasonRow> {
        self.lines(account, "mitigation")
    }

    fn lines(&self, account: &str, kind: &str) -> Vec<&ReasonRow> {
        self.reasons.get(account).into_iter().flatten().filter(|r| r.kind == kind).collect()
    }
}

/// Reads scores and reasons of a run folder.
pub fn read_run(folder: &Path) -> Result<PublishedRun, TableError> {
    let accounts = read_scores(folder)?;
    let path = folder.join("reasons.ndjson");
    let shown = path.display().to_string();
    let text = std::fs::read_to_string(&path).map_err(|e| TableError::io(&shown, e))?;
    let mut reasons: BTreeMap<String, Vec<ReasonRow>> = BTreeMap::new();
    for line in text.lines() {
        let row: ReasonRow = serde_json::from_str(line)
            .map_err(|e| TableError::io(&shown, std::io::Error::new(std::io::ErrorKind::InvalidData, e)))?;
        reasons.entry(row.account.clone()).or_default().push(row);
    }
    Ok(PublishedRun { accounts, reasons })
}

/// Reads the accounts of a run folder without their reasons.
pub fn read_scores(folder: &Path) -> Result<Vec<AccountRow>, TableError> {
    let (mut all, mut held) = (Vec::new(), SharedTexts::default());
    for part in read_parquet_parts(&folder.join("scores.parquet"))? {
        accounts(&part?, &mut held, &mut all)?;
    }
    Ok(all)
}

/// Words that nearly all accounts of a night share are held once: a night has millions of accounts and one policy.
fn accounts(table: &Table, held: &mut SharedTexts, all: &mut Vec<AccountRow>) -> Result<(), TableError> {
    let text = |name: &str| -> Result<Vec<String>, TableError> {
        Ok(table.texts(name)?.iter().map(|v| v.clone().unwrap_or_default()).collect())
    };
    let number = |name: &str| table.floats(name);
    let (mut names, mut notes, mut grounds) = (text("account")?, text("notes")?, text("grounds")?);
    let mut words = |name: &str| -> Result<Vec<SharedText>, TableError> {
        Ok(table.texts(name)?.iter().map(|v| held.hold(v.as_deref().unwrap_or_default())).collect())
    };
    let (verdicts, findings, states) = (words("verdict")?, words("finding")?, words("state")?);
    let (levels, missing, versions) =
        (words("evidence_level")?, words("families_missing")?, words("policy_version")?);
    let (bases, recommendations, as_of) = (words("policy_basis")?, words("recommendation")?, words("as_of")?);
    let (automation, broadcast, unsolicited) =
        (number("automation")?, number("broadcast")?, number("unsolicited")?);
    let (ranks, messages, off_platform) = (number("rank")?, number("messages_n")?, number("off_platform_n")?);
    let campaigns = table.texts("campaign")?;
    let list = |name: &str| -> Result<Vec<Vec<String>>, TableError> {
        let split = |all: &Option<String>| -> Vec<String> {
            let all = all.as_deref().unwrap_or_default();
            all.split(',').filter(|w| !w.is_empty()).map(str::to_owned).collect()
        };
        Ok(table.texts(name)?.iter().map(split).collect())
    };
    let (mut codes, mut mitigations) = (list("reason_codes")?, list("mitigation_codes")?);
    let mut agreeing = list("families_agreeing")?;
    let own = |name: &str| table.texts(name).map(<[_]>::to_vec).unwrap_or_default();
    let chances = table.floats("p_abuse").unwrap_or_default();
    let (own_measures, own_grounds) = (own("own_measure"), own("own_grounds"));
    let review = table.flags("requires_human_review")?;
    all.extend((0..table.rows()).map(|i| AccountRow {
        name: take(&mut names[i]),
        verdict: verdicts[i].clone(),
        finding: findings[i].clone(),
        state: states[i].clone(),
        evidence_level: levels[i].clone(),
        families_missing: missing[i].clone(),
        automation: automation[i].unwrap_or(0.0),
        broadcast: broadcast[i].unwrap_or(0.0),
        unsolicited: unsolicited[i].unwrap_or(0.0),
        rank: ranks[i].unwrap_or(0.0) as i64,
        messages_n: messages[i],
        policy_version: versions[i].clone(),
        policy_basis: bases[i].clone(),
        recommendation: recommendations[i].clone(),
        grounds: take(&mut grounds[i]),
        notes: take(&mut notes[i]),
        as_of: as_of[i].clone(),
        requires_human_review: review[i].unwrap_or(true),
        off_platform_n: off_platform[i].unwrap_or(0.0),
        campaign: campaigns[i].clone(),
        reason_codes: take(&mut codes[i]),
        mitigation_codes: take(&mut mitigations[i]),
        families_agreeing: take(&mut agreeing[i]),
        own_measure: own_measures.get(i).cloned().flatten(),
        own_grounds: own_grounds.get(i).cloned().flatten().unwrap_or_default(),
        p_abuse: chances.get(i).copied().flatten(),
    }));
    Ok(())
}

/// The newest run folder below `out`: that of the latest night, and of one night the one published last.
///
/// A folder's name says nothing: a named run would come after every dated one, or before.
pub fn newest_run(out: &Path) -> Option<PathBuf> {
    judged_runs(out).max().map(|(_, _, folder)| folder)
}

/// The newest run below `out` of a night before this one, held ones left out: they wait for a person.
pub fn newest_run_before(out: &Path, as_of: Timestamp) -> Option<PathBuf> {
    let is_held = |folder: &Path| Manifest::read(folder).is_ok_and(|m| m.held().is_some());
    let earlier = |(night, _, folder): &(Option<i64>, _, PathBuf)| {
        night.is_some_and(|night| night < as_of.0) && !is_held(folder)
    };
    judged_runs(out).filter(earlier).max().map(|(_, _, folder)| folder)
}

/// The runs below `out` that judge accounts, by their id and by the name of their folder: a held or named run has both.
pub fn kept_runs(out: &Path) -> BTreeMap<String, PathBuf> {
    let mut folders: Vec<PathBuf> = judged_runs(out).map(|(_, _, folder)| folder).collect();
    folders.sort();
    let id = |folder: &Path| Some(Manifest::read(folder).ok()?.run_id().to_owned());
    let name = |folder: &Path| Some(folder.file_name()?.to_str()?.to_owned());
    let mut all = BTreeMap::new();
    // Two folders of one id hold the same run; the name of a folder is nobody else's.
    for folder in &folders {
        id(folder).map(|id| all.entry(id).or_insert_with(|| folder.clone()));
    }
    all.extend(folders.iter().filter_map(|folder| Some((name(folder)?, folder.clone()))));
    all
}

/// Runs below `out` that judge accounts: night, when published, folder.
fn judged_runs(out: &Path) -> impl Iterator<Item = (Option<i64>, Option<impl Ord>, PathBuf)> {
    std::fs::read_dir(out).into_iter().flatten().flatten().filter_map(|entry| {
        // A link to a run is no run of its own.
        let hidden = entry.file_name().to_string_lossy().starts_with('.')
            || entry.file_type().is_ok_and(|kind| kind.is_symlink());
        let manifest = entry.path().join("manifest.json");
        // A feature table alone has nothing to explain.
        let judged = entry.path().join("scores.parquet").is_file();
        let published = std::fs::metadata(&manifest).ok().filter(|m| m.is_file() && !hidden && judged)?;
        let published = published.modified().ok();
        Some((night(&manifest), published, entry.path()))
    })
}

/// The as_of of a manifest, microseconds; none where it cannot be read, which is older than any.
fn night(manifest: &Path) -> Option<i64> {
    let text = std::fs::read_to_string(manifest).ok()?;
    let manifest: serde_json::Value = serde_json::from_str(&text).ok()?;
    Timestamp::parse(manifest["window"]["to"].as_str()?).map(|t| t.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_or_named_run_is_found_by_its_id_and_by_its_folder() {
        let out = tempfile::tempdir().expect("temp");
        for (folder, id) in [("HELD-2022-06-01-abcd", "2022-06-01-abcd"), ("demo", "2022-05-31-ffff")] {
            std::fs::create_dir(out.path().join(folder)).expect("made");
            let manifest = format!(r#"{{"schema":"manifest 1","run_id":"{id}"}}"#);
            std::fs::write(out.path().join(folder).join("manifest.json"), manifest).expect("written");
            std::fs::write(out.path().join(folder).join("scores.parquet"), "").expect("written");
        }
        let found = kept_runs(out.path());
        for (name, folder) in [
            ("2022-06-01-abcd", "HELD-2022-06-01-abcd"),
            ("HELD-2022-06-01-abcd", "HELD-2022-06-01-abcd"),
            ("2022-05-31-ffff", "demo"),
            ("demo", "demo"),
        ] {
            assert_eq!(found.get(name), Some(&out.path().join(folder)), "{name}");
        }
        assert_eq!((found.len(), found.get("..")), (4, None), "a name leads to no other place");
    }

    #[test]
    fn the_newest_run_is_that_of_the_latest_night() {
        let out = tempfile::tempdir().expect("temp");
        let put = |name: &str, text: &str| {
            std::fs::create_dir(out.path().join(name)).expect("made");
            std::fs::write(out.path().join(name).join("manifest.json"), text).expect("written");
            std::fs::write(out.path().join(name).join("scores.parquet"), "").expect("written");
        };
        let newest = || newest_run(out.path()).map(|p| p.file_name().expect("a name").to_owned());
        assert_eq!(newest(), None);
        put("zero", "not a manifest");
        put("2029-01-01-only-features", r#"{"window":{"to":"2029-01-01T00:00:00Z"}}"#);
        std::fs::remove_file(out.path().join("2029-01-01-only-features/scores.parquet")).expect("removed");
        put("demo-real", r#"{"window":{"to":"2005-01-01T00:00:00Z"}}"#);
        put("2022-06-01-abcd", r#"{"window":{"to":"2022-06-01T00:00:00Z"}}"#);
        put("2022-05-31-ffff", r#"{"window":{"to":"2022-05-31T00:00:00.5Z"}}"#);
        put(".bulkwatch-staging-old-x", r#"{"window":{"to":"2030-01-01T00:00:00Z"}}"#);
        assert_eq!(newest(), Some("2022-06-01-abcd".into()));
        let later = std::time::Duration::from_secs(60);
        put("0-again", r#"{"window":{"to":"2022-06-01T00:00:00Z"}}"#);
        let again = std::fs::File::options().write(true).open(out.path().join("0-again/manifest.json"));
        let again = again.expect("opened");
        let now = again.metadata().and_then(|m| m.modified()).expect("a time");
        again.set_modified(now + later).expect("set");
        assert_eq!(newest(), Some("0-again".into()), "of one night, the one published last");
    }
}
