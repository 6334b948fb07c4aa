//! One finished night and the files it becomes.
//! In: judged accounts, counts, what reading found, settings in force; out: result files in a staged folder, then published.
//! Result files depend on events and settings only; the manifest alone tells how they came to be.

use super::campaigns::{NamedCampaign, campaign_table};
use super::folder::{FolderError, RunFolder};
use super::html;
use super::queue::queue;
use super::record_v1::{Judged, OffPlatformLine, ReasonLine, scores};
use crate::campaigns::{CampaignKind, Found};
use crate::decision::{Finding, OffPlatformDecision, Policy, State, Verdict, VerdictCounts};
use crate::domain::{Timestamp, Window};
use crate::features::{FeatureTable, Population};
use crate::log::{Offers, ReadReport, Seen, rejects_table};
use crate::rules;
use crate::scoring::{mitigations, reasons};
use crate::table_io::{TableError, write_parquet};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why the files of a run could not be written.
#[derive(Debug, Error)]
pub enum ReportError {
    /// A table.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// A text format.
    #[error("cannot render {file}: {problem}")]
    Render {
        /// The file.
        file: &'static str,
        /// What went wrong.
        problem: String,
    },
}

/// Everything a finished night knows.
pub struct Run<'a> {
    /// The window.
    pub window: Window,
    /// First moment the log covers.
    pub log_start: i64,
    /// What the log offers.
    pub offers: Offers,
    /// What the rows added up to.
    pub seen: Seen,
    /// What reading found.
    pub reports: &'a [ReadReport],
    /// Counts of the middle of the scan.
    pub counts: BTreeMap<&'static str, u64>,
    /// Accounts with a feature row.
    pub accounts: u64,
    /// Whether the run stops at the feature table.
    pub features_only: bool,
    /// What comparing contents came to, by metric.
    pub contents: [(&'static str, u64); 3],
    /// Accounts that act together.
    pub campaigns: Vec<NamedCampaign>,
    /// What the search for them came to.
    pub search: Found,
    /// Accounts, most urgent first.
    pub judged: Vec<Judged>,
    /// Subjects known from outside the platform only.
    pub off_platform: Vec<OffPlatformDecision>,
    /// The policy in force.
    pub policy: &'a Policy,
    /// The profile of earlier nights.
    pub population: Option<&'a Population>,
    /// Settings in force: key, value, origin.
    pub settings: Vec<(String, String, String)>,
    /// Link template of the queue.
    pub case_url: Option<String>,
    /// Whether the log is marked as simulated.
    pub simulated: bool,
}

/// What a run came to, for the terminal.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The published folder.
    pub folder: PathBuf,
    /// Its name.
    pub run_id: String,
    /// Flat numbers, as in `metrics.json`.
    pub metrics: BTreeMap<String, f64>,
    /// Verdicts with their numbers of accounts, mildest first, and their parts as `verdict.part`.
    pub verdicts: Vec<(String, u64)>,
    /// What a person should know.
    pub warnings: Vec<String>,
}

/// A part of a verdict's accounts: its word, the verdicts it occurs in, and who belongs to it.
type Part = (&'static str, &'static [Verdict], fn(&Judged) -> bool);

/// The parts that are told apart: nobody is counted in two rungs, and a part is never a rung of its own.
const PARTS: &[Part] = &[
    ("judged", &[Verdict::NoFinding], |j| j.decision.state == State::Scored),
    ("insufficient", &[Verdict::NoFinding], |j| j.decision.state == State::Insufficient),
    ("sanctioned", &[Verdict::NoFinding, Verdict::Watch], |j| j.decision.state == State::Sanctioned),
    ("broadcast_policy", &[Verdict::Watch, Verdict::Review], |j| {
        j.decision.finding == Finding::BroadcastPolicy
    }),
];
/// Rows below which a window may well be nearly empty.
const FEW_ROWS: u64 = 500;
/// Messages below which a window taken from many rows is suspect.
const LEAST_INSIDE: f64 = 10.0;

impl Run<'_> {
    /// Date of as_of and a short digest of inputs and settings.
    pub fn id(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&self.seen.digest.to_le_bytes());
        for report in &self.reports[1..] {
            hasher.update(report.input_digest().as_bytes());
        }
        for t in [self.window.from_us(), self.window.to_us(), self.window.lookback_us(), self.log_start] {
            hasher.update(&t.to_le_bytes());
        }
        hasher.update(self.policy.version_name().as_bytes());
        hasher.update(self.policy.digest.as_bytes());
        hasher.update(self.population.map_or("", Population::digest).as_bytes());
        hasher.update(FeatureTable::fingerprint().as_bytes());
        // A feature table alone never takes the place of a judged night.
        hasher.update(&[u8::from(self.features_only)]);
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        let date = Timestamp(self.window.to_us()).date();
        format!("{date}-{}", &hasher.finalize().to_hex()[..8])
    }

    /// Numbers of accounts by verdict, for the safety stop.
    pub fn verdict_counts(&self) -> VerdictCounts {
        let mut counts = VerdictCounts::default();
        self.judged.iter().for_each(|j| counts.add(j.decision.verdict));
        counts
    }

    fn count(&self, is: impl Fn(&Judged) -> bool) -> u64 {
        self.judged.iter().filter(|j| is(j)).count() as u64
    }

    /// Verdicts with their numbers, mildest first; below each, as `verdict.part`, the parts that need telling apart.
    pub fn tally(&self) -> Vec<(String, u64)> {
        let mut tally = Vec::new();
        for verdict in Verdict::ALL {
            let at = |j: &Judged| j.decision.verdict == verdict;
            tally.push((verdict.word().to_owned(), self.count(at)));
            for (part, _, is) in PARTS.iter().filter(|(_, of, _)| of.contains(&verdict)) {
                tally.push((format!("{}.{part}", verdict.word()), self.count(|j| at(j) && is(j))));
            }
        }
        tally
    }

    /// Flat numbers, so that any metrics diff can read them.
    pub fn metrics(&self) -> BTreeMap<String, f64> {
        let mut flat = BTreeMap::new();
        if !self.features_only {
            for (name, n) in self.tally() {
                flat.insert(format!("accounts.{name}"), n as f64);
            }
            for rule in rules::cards() {
                let n = self.count(|j| j.card.outcome.found(rule).is_some());
                flat.insert(format!("rules.{}.hits", rule.code), n as f64);
            }
        }
        flat.insert("accounts.all".to_owned(), self.accounts as f64);
        let messages = &self.reports[0];
        flat.insert("rows.read".to_owned(), messages.rows_read as f64);
        flat.insert("rows.in_repeated_files".to_owned(), messages.rows_repeated as f64);
        flat.insert("rows.rejected".to_owned(), messages.rejects.total() as f64);
        let strays = messages.strays.map_or(0, |s| s.rows);
        flat.insert("rows.long_before_all_others".to_owned(), strays as f64);
        for (name, n) in &self.counts {
            flat.insert(format!("rows.{name}"), *n as f64);
        }
        flat.extend(self.contents.map(|(name, n)| (name.to_owned(), n as f64)));
        flat.extend(self.campaign_metrics());
        flat
    }

    fn campaign_metrics(&self) -> BTreeMap<String, f64> {
        let mut flat = BTreeMap::new();
        for kind in CampaignKind::ALL {
            let n = self.campaigns.iter().filter(|c| c.campaign.kind == kind).count();
            flat.insert(format!("campaigns.{}", kind.word()), n as f64);
        }
        flat.insert("campaigns.accounts".to_owned(), self.search.members.len() as f64);
        flat.insert("campaigns.shared_things".to_owned(), self.search.things as f64);
        flat.insert("campaigns.things_over_cap".to_owned(), self.search.left_out.objects as f64);
        flat
    }

    /// What a person should know before trusting the night.
    pub fn warnings(&self) -> Vec<String> {
        let note = self.settings.iter().find(|(key, value, _)| key == "run.note" && !value.is_empty());
        let mut all: Vec<String> = note.map(|(_, value, _)| value.clone()).into_iter().collect();
        all.extend(self.reports.iter().flat_map(|r| r.warnings.iter().cloned()));
        if self.population.is_none() {
            all.push(
                "no population profile of earlier nights: soft rules without a published number stay at watch"
                    .to_owned(),
            );
        }
        all.extend(self.far_ahead());
        let covered = self.window.from_us() - self.log_start;
        if covered < self.window.lookback_us() {
            all.push(format!(
                "the log covers {:.0} of the {:.0} days before the window: what is new is censored where it matters",
                (covered.max(0)) as f64 / crate::domain::DAY_US as f64,
                self.window.lookback_us() as f64 / crate::domain::DAY_US as f64
            ));
        }
        all
    }

    /// One row dated far ahead of all others moves the window to where nothing else is.
    fn far_ahead(&self) -> Option<String> {
        let chosen = self.settings.iter().any(|(key, value, _)| key == "window.to" && !value.is_empty());
        let rows = self.reports[0].rows_ok;
        let inside: f64 = self.judged.iter().filter_map(|j| j.card.messages_n).sum();
        let empty = FEW_ROWS <= rows && inside < LEAST_INSIDE.max(rows as f64 / 1000.0);
        (empty && !chosen && !self.judged.is_empty()).then(|| {
            format!(
                "the window ends after the newest row, at {}, and holds {inside} messages of {rows} rows; if that row's \
                 time is wrong, say the end with --to",
                Timestamp(self.window.to_us()).rfc3339()
            )
        })
    }

    fn manifest(&self, id: &str) -> Value {
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
                        "thresholds": self.policy.thresholds },
            "population": self.population.map(|p| json!({ "digest": p.digest(), "origin": p.origin(), "accounts": p.accounts_n() })),
            "settings": settings,
            "counts": self.counts,
        })
    }

    /// Writes every file but `features.parquet`, which is there already, and publishes the folder.
    pub fn publish(self, folder: RunFolder, name: Option<&str>) -> Result<Summary, ReportError> {
        let id = self.id();
        folder.check_place(name.unwrap_or(&id))?;
        write_parquet(
            &folder.path("rejects.parquet"),
            &rejects_table(&self.reports.iter().collect::<Vec<_>>()),
            &[("bulkwatch.schema", "rejects 1")],
        )?;
        write_parquet(
            &folder.path("campaigns.parquet"),
            &campaign_table(&self.campaigns),
            &[("bulkwatch.schema", "campaigns 1")],
        )?;
        if !self.features_only {
            self.write_judged(&folder, &id)?;
        }
        let metrics = self.metrics();
        folder.write("metrics.json", &pretty("metrics.json", &metrics)?)?;
        folder.write("log.ndjson", &self.log_lines(&id)?)?;
        let mut manifest = self.manifest(&id);
        let outputs = digests(&folder)?;
        manifest["outputs"] = json!(outputs);
        folder.write("manifest.json", &pretty("manifest.json", &manifest)?)?;
        let name = name.unwrap_or(&id);
        let mut warnings = self.warnings();
        warnings.extend(other_results(&folder.place(name), &id, &outputs));
        let summary =
            Summary { folder: PathBuf::new(), run_id: id.clone(), metrics, verdicts: self.tally(), warnings };
        let place = folder.publish(name)?;
        Ok(Summary { folder: place, ..summary })
    }

    /// What follows from rules and scores.
    fn write_judged(&self, folder: &RunFolder, id: &str) -> Result<(), ReportError> {
        let metadata = [("bulkwatch.schema", "scores 1")];
        write_parquet(&folder.path("scores.parquet"), &scores(&self.judged, self.window.to_us()), &metadata)?;
        folder.write("reasons.ndjson", &self.reason_lines()?)?;
        folder.write("review_queue.csv", &queue(self)?)?;
        if !self.off_platform.is_empty() {
            folder.write("off_platform.ndjson", &self.off_platform_lines()?)?;
        }
        Ok(folder.write("report.html", html::page(self, id)?.as_bytes())?)
    }

    fn reason_lines(&self) -> Result<Vec<u8>, ReportError> {
        let mut out = Vec::new();
        for j in &self.judged {
            for (kind, list) in [("reason", reasons(&j.card)), ("mitigation", mitigations(&j.card))] {
                for reason in list {
                    let reason = &reason.within(&self.window);
                    line("reasons.ndjson", &ReasonLine { account: &j.name, kind, reason }, &mut out)?;
                }
            }
        }
        Ok(out)
    }

    fn off_platform_lines(&self) -> Result<Vec<u8>, ReportError> {
        let mut out = Vec::new();
        for decision in &self.off_platform {
            line("off_platform.ndjson", &OffPlatformLine { kind: "off_platform_only", decision }, &mut out)?;
        }
        Ok(out)
    }

    fn log_lines(&self, id: &str) -> Result<Vec<u8>, ReportError> {
        let mut out = Vec::new();
        let mut say = |stage: &str, event: &str, counts: Value| {
            line(
                "log.ndjson",
                &json!({ "level": "info", "run_id": id, "stage": stage, "event": event, "counts": counts }),
                &mut out,
            )
        };
        for r in self.reports {
            let counts = json!({ "files": r.files.len(), "rows": r.rows_read, "ok": r.rows_ok, "rejected": r.rejects.total() });
            say("log", r.table.name(), counts)?;
        }
        say("features", "extracted", json!(self.counts))?;
        say("decision", "judged", json!(self.tally().into_iter().collect::<BTreeMap<_, _>>()))?;
        Ok(out)
    }
}

fn line(file: &'static str, value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), ReportError> {
    serde_json::to_writer(&mut *out, value)
        .map_err(|e| ReportError::Render { file, problem: e.to_string() })?;
    out.push(b'\n');
    Ok(())
}

fn pretty(file: &'static str, value: &impl Serialize) -> Result<Vec<u8>, ReportError> {
    serde_json::to_vec_pretty(value).map_err(|e| ReportError::Render { file, problem: e.to_string() })
}

/// A warning if an earlier run of the same id had other results; it is replaced all the same.
fn other_results(place: &Path, id: &str, outputs: &BTreeMap<String, String>) -> Option<String> {
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
fn digests(folder: &RunFolder) -> Result<BTreeMap<String, String>, ReportError> {
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
