//! One finished night and the files it becomes.
//! In: judged accounts, counts, what reading found, settings in force; out: result files in a staged folder, then published.
//! Result files depend on events and settings only; the manifest alone tells how they came to be.

use super::campaigns::{NamedCampaign, campaign_table};
use super::delta::{Delta, same_span};
use super::drift::{Drift, same_cover};
use super::earlier::{Earlier, EarlierError};
use super::feature_file::NamedRow;
use super::folder::{FolderError, RunFolder};
use super::journal::Journal;
use super::lines::{off_platform_lines, reason_lines, write_activity};
use super::manifest::{MANIFEST, Manifest, other_results, with_digests};
use super::page::{self, Spread};
use super::queue::{History, Queue, QueueTerms, exports};
use super::read_back::read_run;
use super::record_v1::{Judged, scores};
use crate::campaigns::Found;
use crate::decision::{Finding, OffPlatformDecision, Policy, Shift, State, Unheard, Verdict, VerdictCounts};
use crate::domain::{Timestamp, Window};
use crate::features::{FeatureTable, Population};
use crate::log::{Offers, ReadReport, Seen, rejects_table};
use crate::model::Model;
use crate::table_io::{TableError, write_parquet, write_parquet_parts};
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
    /// The learned model that was asked.
    pub model: Option<&'a Model>,
    /// Settings in force: key, value, origin.
    pub settings: Vec<(String, String, String)>,
    /// Why the night is held for a person; none where it is not.
    pub held: Option<String>,
    /// What changed since an earlier run, where there is one to compare with.
    pub delta: Option<Delta>,
    /// How far the features lie from those of the earlier run, where there is one.
    pub drift: Option<Drift>,
    /// How the sub-scores and verdicts of that run were spread, and how far each sub-score lies from it.
    pub earlier_spread: Option<(Spread, [Shift; 3])>,
    /// The decisions of people, where any were read.
    pub decisions: Option<Heard>,
    /// Whether the log is marked as simulated.
    pub simulated: bool,
    /// What happened so far.
    pub journal: Journal,
}

/// The decisions of people that were read.
#[derive(Debug, Clone, Default)]
pub struct Heard {
    /// Their digest.
    pub digest: String,
    /// What they say of cases of earlier nights.
    pub history: History,
    /// Those that nothing follows from tonight.
    pub unheard: Unheard,
}

/// What a run came to, for the terminal.
#[derive(Debug, Clone, Serialize)]
pub struct Summary {
    /// The published folder.
    pub folder: PathBuf,
    /// Its name.
    pub run_id: String,
    /// Why the night is held; none where it is not.
    pub held: Option<String>,
    /// Flat numbers, as in `metrics.json`.
    pub metrics: BTreeMap<String, f64>,
    /// Verdicts with their numbers of accounts, mildest first, and their parts as `verdict.part`.
    pub verdicts: Vec<(String, u64)>,
    /// What changed since an earlier run, in words; none where nobody asked.
    pub changes: Option<String>,
    /// What the queue came to, in words; none where nothing was judged, or nothing exported.
    pub queue: Option<String>,
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
/// Before the name of a run that is held.
pub const HELD_PREFIX: &str = "HELD-";
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
        // Nothing is added without one, so that such runs keep their ids.
        if let Some(model) = self.model {
            hasher.update(model.id().as_bytes());
        }
        // A feature table alone never takes the place of a judged night.
        hasher.update(&[u8::from(self.features_only)]);
        hasher.update(env!("CARGO_PKG_VERSION").as_bytes());
        // What is compared with, what people decided and where the queue is cut change what is found, not only how it looks.
        let capacity =
            self.settings.iter().find(|(key, value, _)| key == "output.capacity" && !value.is_empty());
        if let Some((_, capacity, _)) = capacity {
            hasher.update(b"capacity").update(capacity.as_bytes());
        }
        if let Some(decisions) = &self.decisions {
            hasher.update(b"decisions").update(decisions.digest.as_bytes());
            if !decisions.history.is_empty() {
                hasher.update(b"history").update(decisions.history.digest().as_bytes());
            }
        }
        if let Some(delta) = &self.delta {
            hasher.update(b"previous").update(delta.previous.run_id.as_bytes());
        }
        let date = Timestamp(self.window.to_us()).date();
        format!("{date}-{}", &hasher.finalize().to_hex()[..8])
    }

    /// Numbers of accounts by verdict, for the safety stop.
    pub fn verdict_counts(&self) -> VerdictCounts {
        let mut counts = VerdictCounts::default();
        self.judged.iter().for_each(|j| counts.add(j.decision.verdict));
        counts
    }

    pub(super) fn count(&self, is: impl Fn(&Judged) -> bool) -> u64 {
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

    /// Compares the night with an earlier run; `features` is tonight's feature table, `judge` judges a row as tonight.
    pub fn compare(
        &mut self,
        earlier: &Earlier,
        features: &Path,
        judge: impl Fn(NamedRow) -> Judged,
    ) -> Result<(), EarlierError> {
        let tonight = self.manifest("");
        let before = earlier.manifest.value();
        self.drift = Some(match (same_span(before, &tonight), same_cover(before, &tonight)) {
            (false, _) => Drift::not_compared("the windows or look-backs are of different length"),
            (_, false) => Drift::not_compared("only one of the logs covers the look-back of its night"),
            _ => Drift::of(earlier, features)?,
        });
        let (accounts, judged) = (&earlier.accounts, &self.judged);
        let shifts = std::array::from_fn(|i| {
            let before: Vec<_> = accounts.values().map(|a| Some(a.sub_scores()[i])).collect();
            let now: Vec<_> = judged.iter().map(|j| Some(j.card.sub_scores()[i].get())).collect();
            Shift::of(&before, &now, 3)
        });
        let spread = Spread::of(accounts.values().map(|a| (a.verdict.as_str(), a.sub_scores())));
        self.earlier_spread = Some((spread, shifts));
        self.delta = Some(Delta::of(earlier, &self.judged, &self.campaigns, &tonight, judge)?);
        Ok(())
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
        all.extend(self.decisions.iter().flat_map(|decisions| decisions.unheard.warnings()));
        all.extend(self.far_ahead());
        if let Some(model) = self.model.filter(|m| m.artifact().training.simulated) {
            all.push(format!(
                "model {} was trained on simulated labels: nothing it says moves an account past watch, and its chances are in \
                 p_abuse_simulated",
                model.id()
            ));
        }
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

    /// What changed since an earlier run, in words; that there was none where one was asked for.
    fn changes(&self) -> Option<String> {
        let told = self.delta.as_ref().map(Delta::told);
        let asked = self.settings.iter().any(|(key, value, _)| key == "output.previous" && !value.is_empty());
        let none =
            "changes: there is no run of an earlier night to compare with; one that is held does not count";
        told.or_else(|| (asked && !self.features_only).then(|| none.to_owned()))
    }

    /// Writes every file but `features.parquet`, which is there already, and publishes the folder.
    pub fn publish(mut self, folder: RunFolder, name: Option<&str>) -> Result<Summary, ReportError> {
        let id = self.id();
        let name = name.unwrap_or(&id);
        let name = if self.held.is_some() { format!("{HELD_PREFIX}{name}") } else { name.to_owned() };
        folder.check_place(&name)?;
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
        let manifest = Manifest::new(self.manifest(&id));
        let (mut metrics, mut told) = (self.metrics(), None);
        if !self.features_only {
            let queue = self.write_judged(&folder, &manifest)?;
            metrics.extend(queue.metrics());
            told = Some(queue.told());
        }
        folder.write("metrics.json", &pretty("metrics.json", &metrics)?)?;
        self.close_journal(&metrics);
        folder.write("log.ndjson", &self.journal.bytes(&id))?;
        let manifest = with_digests(manifest, &folder)?;
        folder.write(MANIFEST, &pretty(MANIFEST, manifest.value())?)?;
        let mut warnings = self.warnings();
        warnings.extend(other_results(&folder.place(&name), &manifest));
        let (verdicts, changes, held) = (self.tally(), self.changes(), self.held);
        // A held run exports nothing: what its queue would be is no news before somebody lets it go.
        let (folder_yet, queue) = (PathBuf::new(), told.filter(|_| held.is_none()));
        let summary =
            Summary { folder: folder_yet, run_id: id, held, metrics, verdicts, changes, queue, warnings };
        let place = folder.publish(&name)?;
        Ok(Summary { folder: place, ..summary })
    }

    /// What follows from rules and scores; a held run has no exports. Returns what the queue came to.
    fn write_judged(&self, folder: &RunFolder, manifest: &Manifest) -> Result<Queue, ReportError> {
        let metadata = [("bulkwatch.schema", "scores 1")];
        let parts = scores(&self.judged, self.window.to_us(), self.model);
        write_parquet_parts(&folder.path("scores.parquet"), parts, &metadata)?;
        folder.write("reasons.ndjson", &reason_lines(&self.judged, &self.window)?)?;
        if !self.off_platform.is_empty() {
            folder.write("off_platform.ndjson", &off_platform_lines(&self.off_platform)?)?;
        }
        if let Some(delta) = &self.delta {
            let metadata = [("bulkwatch.schema", "delta 1")];
            write_parquet(&folder.path("delta.parquet"), &delta.table(), &metadata)?;
        }
        // Read back, so that a run released later has the same exports from the same files.
        let (run, terms) = (read_run(&folder.path(""))?, QueueTerms::of(manifest));
        let mut queue = Queue::of(&run, &terms);
        queue.expected = self.decisions.as_ref().map(|decisions| decisions.history.expect(&run, &queue));
        write_activity(folder, &self.judged, &queue)?;
        if self.held.is_none() {
            for (file, bytes) in exports(&run, &terms)? {
                folder.write(file, &bytes)?;
            }
        }
        // The page is made of what the run found, and takes room of its own.
        drop(run);
        let page = page::page(self, manifest.run_id(), &queue, &terms)?;
        folder.write("report.html", page.as_bytes())?;
        Ok(queue)
    }

    /// What the end of the run adds to the log.
    fn close_journal(&mut self, metrics: &BTreeMap<String, f64>) {
        let part = |prefix: &str| -> Value {
            let of = metrics.iter().filter_map(|(name, n)| Some((name.strip_prefix(prefix)?, n)));
            json!(of.collect::<BTreeMap<_, _>>())
        };
        let tally: BTreeMap<String, u64> = self.tally().into_iter().collect();
        let warnings = self.warnings();
        let journal = &mut self.journal;
        journal.say("decision", "judged", json!(tally));
        journal.say("report", "queue", part("queue."));
        if self.delta.is_some() {
            journal.say("report", "delta", part("delta."));
        }
        for (event, prefix) in [("sanctions", "sanctioned."), ("decisions", "decided_innocent.")] {
            let alerts = part(prefix);
            let due = |(word, n): (&String, &Value)| word != "silent" && n.as_f64() != Some(0.0);
            if alerts.as_object().into_iter().flatten().any(due) {
                journal.warn("decision", event, alerts);
            }
        }
        warnings.iter().for_each(|warning| journal.warn("log", warning, json!({})));
        if self.held.is_some() {
            journal.warn("decision", "held", json!({}));
        }
    }
}

/// A JSON file for people.
pub fn pretty(file: &'static str, value: &impl Serialize) -> Result<Vec<u8>, ReportError> {
    serde_json::to_vec_pretty(value).map_err(|e| ReportError::Render { file, problem: e.to_string() })
}
