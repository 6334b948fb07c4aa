//! The data flow of a scan, one step a line: read, order, extract, judge, publish.
//! In: checked inputs and settings; out: a published run folder and its summary.
//! Computes nothing of its own.

mod look;
mod terms;

pub use look::{Judge, Look};

use crate::campaigns::{Found, Newcomers, Search, SearchError, SharedThing, newcomers, shared_things};
use crate::context::Exchange;
use crate::decision::{self, Known, OffPlatformDecision, Policy, PolicyError, Ruled, Rulings, Unheard};
use crate::domain::{ErrorClass, Timestamp};
use crate::features::{AccountFeatures, Night, Population, PopulationError, extract_watched};
use crate::log::{
    Inputs, LogError, MemoryPlan, MessageLog, Parts, ReadSettings, Shared, Step, WindowWish, remove_leftovers,
};
use crate::model::Model;
use crate::report::{
    Draft, Drift, Earlier, EarlierError, FeatureFile, FeatureFileError, FolderError, Heard, History, Journal,
    Judged, NamedCampaign, NamedRow, ReportError, Run, RunFolder, Summary, evidence_seen, fill_in,
    newest_run_before,
};
use crate::table_io::TableError;
use hashbrown::{HashMap, HashSet};
use rayon::prelude::*;
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use terms::{Terms, tell_campaigns};
use thiserror::Error;

/// Why a scan failed.
#[derive(Debug, Error)]
pub enum ScanError {
    /// The inputs.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A result file.
    #[error(transparent)]
    Table(#[from] TableError),
    /// The search for campaigns.
    #[error(transparent)]
    Search(#[from] SearchError),
    /// The feature table, read back.
    #[error(transparent)]
    Features(#[from] FeatureFileError),
    /// The run folder.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// The files of the run.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// The policy file.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The profile of earlier nights.
    #[error(transparent)]
    Population(#[from] PopulationError),
    /// The earlier run to compare with.
    #[error(transparent)]
    Earlier(#[from] EarlierError),
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
            Self::Search(error) => error.class(),
            Self::Features(error) => error.class(),
            Self::Folder(_) | Self::Report(_) => ErrorClass::Environment,
            Self::Policy(_) | Self::Population(_) => ErrorClass::Usage,
            Self::Earlier(error) => error.class(),
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

impl Counts {
    fn flat(self, left_out: u64) -> BTreeMap<&'static str, u64> {
        BTreeMap::from([
            ("events", self.events),
            ("duplicates", self.duplicates),
            ("outside_log", self.outside),
            ("channels_and_reactions", left_out),
        ])
    }
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.events += other.events;
        self.duplicates += other.duplicates;
        self.outside += other.outside;
        self.accounts += other.accounts;
    }
}

/// What extraction yields of some accounts.
#[derive(Debug, Default)]
pub struct Extracted {
    /// Their feature rows, in account order.
    pub rows: Vec<NamedRow>,
    /// The same accounts judged, where they are; of those who are noted with what they did over time.
    pub judged: Vec<Judged>,
    /// What they put out, by the place of the account among these rows.
    pub things: Vec<SharedThing>,
    /// Whom the young ones among them write to, likewise.
    pub newcomers: Newcomers,
}

/// Orders, extracts and judges every account of a log, handing rows on in account order.
///
/// Partitions are worked on in parallel, as many at a time as fit in memory together.
pub fn each_account(
    log: &mut MessageLog,
    settings: &ReadSettings,
    look: &Look,
    mut hand_on: impl FnMut(Extracted) -> Result<(), ScanError>,
) -> Result<Counts, ScanError> {
    let exchange = Exchange::new(&log.side, &log.window);
    let mut counts = Counts::default();
    let mut done = 0;
    while done < log.partitions() {
        stopped(settings)?;
        let batch = log.next(done);
        let log = &*log;
        let night = Night {
            window: log.window,
            log_start: log.log_start,
            offers: log.offers,
            side: &log.side,
            exchange: &exchange,
            templates: &log.texts.templates,
        };
        let mut parts = batch.parts;
        if parts.len() == 1 {
            // It may be one that comes in pieces, and what a piece yields must not wait for the next one.
            for parts in parts.drain(..) {
                extract_named(parts, log, &night, look, |counted, extracted| {
                    counts += counted;
                    hand_on(extracted)?;
                    stopped(settings)
                })?;
            }
        }
        let extracted: Vec<Result<_, ScanError>> = parts
            .into_par_iter()
            .with_max_len(1)
            .map(|parts| extract_whole(parts, log, &night, look))
            .collect();
        for partition in extracted {
            for (counted, extracted) in partition? {
                counts += counted;
                hand_on(extracted)?;
            }
        }
        done = batch.end;
        settings.tell(Step::Partitions { done, of: log.partitions() });
    }
    Ok(counts)
}

/// What a partition yields, in as many pieces as it came in.
fn extract_whole(
    parts: Parts,
    log: &MessageLog,
    night: &Night,
    look: &Look,
) -> Result<Vec<(Counts, Extracted)>, ScanError> {
    let mut all = Vec::new();
    extract_named(parts, log, night, look, |counts, extracted| {
        all.push((counts, extracted));
        Ok(())
    })?;
    Ok(all)
}

/// Hands on the feature rows of one partition, with the names of their accounts, piece by piece.
fn extract_named(
    parts: Parts,
    log: &MessageLog,
    night: &Night,
    look: &Look,
    mut hand_on: impl FnMut(Counts, Extracted) -> Result<(), ScanError>,
) -> Result<(), ScanError> {
    let extra = log.extra(parts.index);
    parts.each(&night.window, |partition, tokens| {
        let from = extra.partition_point(|account| account < tokens.start());
        let to = extra.partition_point(|account| account <= tokens.end());
        let (mut all, mut draft) = (Extracted::default(), look.draft.clone());
        let name = |account| partition.name(account).unwrap_or_default();
        let rows = extract_watched(&partition, &extra[from..to], night, |place, facts, row| {
            shared_things(facts, place as u32, &mut all.things);
            newcomers(facts, place as u32, &mut all.newcomers);
            look.at(name(row.account), (facts, row), &mut draft, &mut all.judged);
        });
        let counts = Counts {
            events: partition.sent.len() as u64,
            duplicates: partition.duplicates,
            outside: partition.outside,
            accounts: rows.len() as u64,
        };
        all.rows.extend(
            rows.into_iter().map(|features| NamedRow { name: name(features.account).to_owned(), features }),
        );
        hand_on(counts, all)
    })
}

/// The earlier run that a night is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Previous {
    /// This one.
    Run(PathBuf),
    /// The newest of an earlier night among the published ones; the first night has none.
    Newest,
}

/// What a scan is told.
pub struct ScanSettings<'a> {
    /// What the user says of the window.
    pub wish: WindowWish,
    /// How to read.
    pub read: ReadSettings,
    /// Memory of the run.
    pub memory: MemoryPlan,
    /// Where rows wait that do not fit in memory; beside the run folders without one.
    pub tmp_dir: Option<PathBuf>,
    /// The text of the policy file.
    pub policy: &'a str,
    /// The profile of earlier nights.
    pub population: Option<&'a Population>,
    /// A learned model to ask beside the rules.
    pub model: Option<&'a Model>,
    /// Stop at the feature table.
    pub features_only: bool,
    /// Settings in force: key, value, origin.
    pub settings: Vec<(String, String, String)>,
    /// The earlier run to compare with.
    pub previous: Option<Previous>,
    /// What people decided on accounts; none where no file was given.
    pub rulings: Option<Rulings>,
    /// Whether the log is marked as simulated.
    pub simulated: bool,
    /// The clock for the log of the run; no result depends on it.
    pub clock: fn() -> Timestamp,
    /// Name of the run folder; its id without one.
    pub name: Option<&'a str>,
}

impl ScanSettings<'_> {
    /// Cases that the team can look at.
    fn capacity(&self) -> Option<usize> {
        let (_, n, _) = self.settings.iter().find(|(key, ..)| key == "output.capacity")?;
        n.parse().ok()
    }
}

/// Scans a night and publishes a run folder below `out`.
pub fn scan(inputs: &Inputs, settings: ScanSettings, out: &Path) -> Result<Summary, ScanError> {
    let folder = staged(&settings, out)?;
    let mut journal = Journal::new(settings.clock);
    let shared = Arc::new(shared(&settings, out));
    let mut log = MessageLog::read(inputs, &settings.wish, &settings.read, &shared)?;
    note_reading(&mut journal, &log);
    let now = Timestamp(log.window.to_us());
    let policy = Policy::parse(settings.policy, now)?;
    settings.population.map_or(Ok(()), |population| population.check_earlier(&now.date()))?;
    let earlier = earlier(&settings, out, &log)?;
    let rulings = settings.rulings.clone().map(|rulings| evidence_seen(rulings, out, earlier.as_ref()));
    let known = Known::of(&log.side);
    let table = folder.path("features.parquet");
    let (mut file, mut judged, mut accounts) = (FeatureFile::create(&table)?, Vec::new(), 0);
    let mut search = Search::new(&shared, log.window.from_us());
    let terms = Terms::new((settings.population, settings.model), &policy, &known, rulings.as_ref(), now.0);
    let judge = |name: &str, row: &AccountFeatures| terms.judge(name, row);
    let judge = (!settings.features_only).then_some(&judge as &Judge);
    let look = Look { judge, draft: Draft::new(settings.capacity(), log.seen.digest) };
    let mut draft = look.draft.clone();
    let counts = each_account(&mut log, &settings.read, &look, |extracted| {
        file.append(&extracted.rows)?;
        search.add(accounts, extracted.things, extracted.newcomers)?;
        accounts += extracted.rows.len() as u32;
        look::gather(&mut judged, extracted.judged, &mut draft);
        Ok(())
    })?;
    file.finish()?;
    stopped(&settings.read)?;
    let found = search.finish(accounts, log.seen.digest as u64)?;
    note_search(&mut journal, &counts.flat(log.seen.left_out), &found);
    // Who was found in company is judged again with what that adds; a file without company stays as it is.
    let members = fill_in(&table, &found.beside())?;
    let campaigns = named(&found, &members, log.seen.digest);
    if !settings.features_only {
        terms.judge_again(&mut judged, members);
        tell_campaigns(&mut judged, &campaigns);
    }
    judged.sort_unstable_by(Judged::before);
    let off_platform = off_platform_only(&judged, &known, &policy);
    let mut run = Run {
        window: log.window,
        log_start: log.log_start,
        offers: log.offers,
        seen: log.seen,
        reports: &log.reports,
        counts: counts.flat(log.seen.left_out),
        off_platform,
        accounts: counts.accounts,
        features_only: settings.features_only,
        contents: log.texts.counts(),
        campaigns,
        search: found,
        decisions: rulings.as_ref().map(|rulings| heard(rulings, &judged, out, now)),
        judged,
        policy: &policy,
        population: settings.population,
        model: settings.model,
        settings: settings.settings,
        held: None,
        delta: None,
        drift: None,
        earlier_spread: None,
        simulated: settings.simulated,
        journal,
    };
    hold_against(&mut run, earlier.as_ref(), &table, |row: NamedRow| terms.judge(&row.name, &row.features))?;
    stopped(&settings.read)?;
    settings.read.tell(Step::Publishing);
    Ok(run.publish(folder, settings.name)?)
}

/// The folder that the run is written to, if it can be published under its name.
fn staged(settings: &ScanSettings, out: &Path) -> Result<RunFolder, FolderError> {
    let folder = RunFolder::stage(out)?;
    settings.name.map_or(Ok(()), |name| folder.check_place(name))?;
    Ok(folder)
}

/// Decisions on subjects that are known from outside the platform only.
fn off_platform_only(judged: &[Judged], known: &Known, policy: &Policy) -> Vec<OffPlatformDecision> {
    let scored: HashMap<&str, _> = judged.iter().map(|j| (j.name.as_str(), j.outcome())).collect();
    known.off_platform_only(policy, |subject| scored.get(subject).copied())
}

/// What decisions say of earlier nights, and those that nothing follows from tonight.
fn heard(rulings: &Rulings, judged: &[Judged], out: &Path, now: Timestamp) -> Heard {
    let digest = rulings.digest();
    if judged.is_empty() {
        return Heard { digest, ..Heard::default() };
    }
    let names: HashSet<&str> = judged.iter().map(|j| j.name.as_str()).collect();
    let unheard = rulings.unheard(now.0, |account| names.contains(account));
    let unfounded = judged.iter().filter(|j| j.decision.ruling == Some(Ruled::Unfounded)).count();
    let unheard = Unheard { unfounded, ..unheard };
    Heard { digest, history: History::of(rulings, out, now.0), unheard }
}

/// Compares the night with an earlier one, and holds it where it is out of proportion.
fn hold_against(
    run: &mut Run,
    earlier: Option<&Earlier>,
    features: &Path,
    judge: impl Fn(NamedRow) -> Judged,
) -> Result<(), EarlierError> {
    if let Some(earlier) = earlier {
        run.compare(earlier, features, judge)?;
    }
    let before = earlier.map(Earlier::verdict_counts);
    let stop = decision::safety_stop(&run.verdict_counts(), before.as_ref(), &run.policy.quota);
    let furthest = run.drift.as_ref().and_then(Drift::furthest);
    let stop = stop.and_then(|()| decision::check_drift(furthest, &run.policy.quota));
    run.held = stop.err().map(|held| held.to_string());
    Ok(())
}

/// What reading came to, a line a table.
fn note_reading(journal: &mut Journal, log: &MessageLog) {
    for r in &log.reports {
        let counts = json!({ "files": r.files.len(), "rows": r.rows_read, "ok": r.rows_ok, "rejected": r.rejects.total() });
        journal.say("log", r.table.name(), counts);
    }
}

/// What extraction and the search for campaigns came to.
fn note_search(journal: &mut Journal, counts: &BTreeMap<&'static str, u64>, found: &Found) {
    journal.say("features", "extracted", json!(counts));
    journal.say(
        "campaigns",
        "searched",
        json!({ "campaigns": found.campaigns.len(), "things": found.things }),
    );
}

/// The run to compare with, read and checked before the work begins.
fn earlier(settings: &ScanSettings, out: &Path, log: &MessageLog) -> Result<Option<Earlier>, EarlierError> {
    let as_of = Timestamp(log.window.to_us());
    let folder = match &settings.previous {
        Some(Previous::Run(folder)) => Some(folder.clone()),
        Some(Previous::Newest) => newest_run_before(out, as_of),
        None => None,
    };
    let key = log.reports.first().and_then(|report| report.key_id.as_deref());
    folder.filter(|_| !settings.features_only).map(|f| Earlier::read(&f, key, as_of)).transpose()
}

/// Memory and disk of the run, and the secret that words are compared under.
fn shared(settings: &ScanSettings, out: &Path) -> Shared {
    let below = settings.tmp_dir.clone().unwrap_or_else(|| out.to_owned());
    // Also by a night that needs no disk: what a killed one left there are names.
    remove_leftovers(&below);
    let shared = Shared::new(settings.memory, below);
    match &settings.read.keys {
        Some(keys) => shared.comparing_words(keys.contents()),
        None => shared,
    }
}

/// Campaigns with the names of their accounts.
fn named(found: &Found, members: &BTreeMap<u32, NamedRow>, run: u128) -> Vec<NamedCampaign> {
    let names: BTreeMap<u32, String> =
        members.iter().map(|(place, row)| (*place, row.name.clone())).collect();
    found.campaigns.iter().map(|c| NamedCampaign::of(c.clone(), &names, run)).collect()
}

fn stopped(settings: &ReadSettings) -> Result<(), ScanError> {
    let asked = settings.stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed));
    if asked { Err(ScanError::Stopped) } else { Ok(()) }
}
