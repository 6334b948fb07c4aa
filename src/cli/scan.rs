//! `scan` and `demo`: score all accounts of a night and publish a run folder.
//! In: settings from flags, environment and project file; out: a run folder, a short table on stdout.
//! Computes nothing: reads settings, calls the pipeline, prints what came of it.

use super::args::Flags;
use super::nights::now;
use super::{Failure, Settings, terminal};
use crate::decision::Rulings;
use crate::domain::{DAY_US, ErrorClass, Timestamp, Word, shown_name};
use crate::features::Population;
use crate::log::{
    InputSpec, Inputs, Keys, LEAST_LIMIT, Length, MemoryPlan, ReadSettings, TableKind, WindowWish,
    load_mapping,
};
use crate::model::Model;
use crate::pipeline::{self, Previous, ScanSettings};
use crate::report::{CampaignRow, Summary, read_campaigns, read_run};
use bytesize::ByteSize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The policy shipped with the program.
pub const SHIPPED_POLICY: &str = include_str!("../../data/policy/whatsapp.toml");

/// The project file that is looked for when none is named.
pub(super) const PROJECT_FILE: &str = "bulkwatch.toml";

/// More threads than any machine this is meant for has use of; each takes memory and makes every step wait for it.
const MOST_THREADS: usize = 512;

/// Resolves the settings of a command.
pub fn resolve(flags: &Flags) -> Result<Settings, Failure> {
    // What others keep in the environment need not be text.
    let ours = std::env::vars_os().filter(|(name, _)| name.as_encoded_bytes().starts_with(b"BULKWATCH_"));
    let environment = ours
        .map(|(name, value)| match (name.into_string(), value.into_string()) {
            (Ok(name), Ok(value)) => Ok((name, value)),
            (Ok(name), Err(_)) => Err(Failure::usage(format!("environment: {name} is no UTF-8 text"))),
            (Err(name), _) => Err(Failure::usage(format!("environment: {} is no setting", name.display()))),
        })
        .collect::<Result<_, _>>()?;
    let usual = PathBuf::from(PROJECT_FILE);
    // A folder with a project file of its own, such as a simulated world, is read as that file says.
    let project = flags.subject.as_ref().map(|folder| Path::new(folder).join(PROJECT_FILE));
    let project = project.filter(|file| flags.config.is_none() && file.is_file());
    let is_project = project.is_some();
    let file = flags.config.clone().or(project).or_else(|| usual.exists().then_some(usual));
    let mut given = flags.settings.clone();
    if let Some(subject) = flags.subject.as_ref().filter(|_| !is_project) {
        given.entry("input.messages").or_insert_with(|| subject.clone());
    }
    Settings::resolve(&given, &environment, file.as_deref())
}

/// The inputs that settings name.
pub fn inputs(settings: &Settings) -> Result<Inputs, Failure> {
    let mapping =
        settings.get("input.mapping").map(|p| load_mapping(Path::new(p))).transpose()?.map(Arc::new);
    let spec = |table: TableKind, paths: Vec<String>| InputSpec { table, paths, mapping: mapping.clone() };
    let messages = settings.list("input.messages");
    if messages.is_empty() {
        return Err(Failure::usage(
            "no message log given; name one (`bulkwatch scan messages.csv`), or set input.messages in bulkwatch.toml",
        ));
    }
    let side = TableKind::ALL
        .iter()
        .filter(|(_, table)| !matches!(table, TableKind::Messages | TableKind::Labels))
        .map(|(name, table)| spec(*table, settings.list(&format!("input.{name}"))))
        .filter(|spec| !spec.paths.is_empty())
        .collect();
    Ok(Inputs { messages: spec(TableKind::Messages, messages), side })
}

/// The window that settings wish for.
pub fn wish(settings: &Settings) -> Result<WindowWish, Failure> {
    let moment = |key: &'static str| -> Result<Option<Timestamp>, Failure> {
        let what = "a date (2019-12-07) or RFC 3339 (2019-12-07T00:00:00Z)";
        settings.get(key).map(|v| Timestamp::parse(v).ok_or_else(|| settings.bad(key, what))).transpose()
    };
    let days = |key: &'static str| -> Result<i64, Failure> {
        let text = settings.get(key).unwrap_or_default();
        let n: i64 =
            text.trim_end_matches('d').parse().map_err(|_| settings.bad(key, "days, such as 30d"))?;
        if (0..=36_500).contains(&n) { Ok(n * DAY_US) } else { Err(settings.bad(key, "0d to 36500d")) }
    };
    let length = match settings.get("window.length") {
        Some("all") => Length::All,
        _ => Length::Micros(days("window.length")?),
    };
    Ok(WindowWish {
        from: moment("window.from")?,
        to: moment("window.to")?,
        length,
        lookback_us: days("window.lookback")?,
        log_start: moment("window.log_start")?,
    })
}

/// Limits and permissions of reading.
pub fn read_settings(settings: &Settings) -> Result<ReadSettings, Failure> {
    let share = settings.number("input.max_reject_share", "a share from 0 to 1")?.unwrap_or(0.05);
    if !(0.0..=1.0).contains(&share) {
        return Err(settings.bad("input.max_reject_share", "a share from 0 to 1"));
    }
    let keys = settings.get("input.key_file").map(|p| Keys::read(Path::new(p))).transpose()?;
    Ok(ReadSettings {
        max_reject_share: share,
        keys,
        lawful_basis: settings.get("input.lawful_basis").map(str::to_owned),
        results: Some(out(settings)),
        ..ReadSettings::default()
    })
}

/// Sets the number of worker threads; results do not depend on it.
pub fn threads(settings: &Settings) -> Result<(), Failure> {
    let what = format!("0 to {MOST_THREADS} threads");
    let n: usize = settings.number("run.threads", &what)?.unwrap_or(0);
    if MOST_THREADS < n {
        return Err(settings.bad("run.threads", &what));
    }
    match rayon::ThreadPoolBuilder::new().num_threads(n).build_global() {
        Ok(()) => Ok(()),
        Err(error) => match std::error::Error::source(&error) {
            Some(cause) => {
                Err(Failure::new(ErrorClass::Environment, format!("cannot start {n} threads: {cause}")))
            }
            // A second call in one process keeps the first pool, which is harmless.
            None => Ok(()),
        },
    }
}

/// The flag that an interrupt raises.
pub fn stop_flag() -> Arc<AtomicBool> {
    let stop = Arc::new(AtomicBool::new(false));
    let raised = stop.clone();
    // Without a handler the process simply dies, and staging keeps results whole all the same.
    let _ = ctrlc::set_handler(move || {
        if raised.swap(true, Ordering::Relaxed) {
            leave_at_once();
        }
    });
    stop
}

/// Ends the program for somebody who asked twice; what it leaves is hidden, and the next run removes it.
#[expect(clippy::exit, reason = "the second request to stop does not wait for the first to be granted")]
fn leave_at_once() {
    std::process::exit(i32::from(ErrorClass::Interrupted.exit_code()));
}

fn text_of(path: Option<&str>, what: &str) -> Result<Option<String>, Failure> {
    path.map(|p| {
        // Opening a pipe that nobody writes to would wait for ever, deaf to signals.
        if std::fs::metadata(p).is_ok_and(|m| !m.is_file()) {
            return Err(Failure::usage(format!("{what} {p}: is no regular file")));
        }
        std::fs::read_to_string(p)
            .map_err(|e| Failure::usage(format!("{what} {p}: {}", e.to_string().to_lowercase())))
    })
    .transpose()
}

/// What a scan needs beside the settings.
pub struct Night<'a> {
    /// Whether the log is marked as simulated.
    pub simulated: bool,
    /// Name of the run folder; its id without one.
    pub name: Option<&'a str>,
}

/// Scans one night.
pub fn scan(
    settings: &Settings,
    flags: &Flags,
    stop: &Arc<AtomicBool>,
    night: &Night,
) -> Result<Summary, Failure> {
    let inputs = inputs(settings)?;
    check_capacity(settings)?;
    check_case_url(settings)?;
    let mut read = read_settings(settings)?;
    let bar = terminal::progress(flags.quiet);
    let watched = bar.clone();
    read.stop = Some(stop.clone());
    read.progress = Some(Arc::new(move |step| terminal::show_step(&watched, step)));
    let wish = wish(settings)?;
    (read.partition_from, read.partition_to) = partitions(&wish);
    let policy = text_of(settings.get("policy.policy"), "policy")?;
    let population = text_of(settings.get("policy.population"), "population profile")?
        .map(|text| Population::from_json(&text).map_err(|e| Failure::usage(e.to_string())))
        .transpose()?;
    let file = settings.get("policy.model");
    let named = |e: crate::model::ModelError| {
        Failure::usage(format!("model {}: {e}", terminal::plain(file.unwrap_or_default())))
    };
    let model = text_of(file, "model")?.map(|text| Model::from_json(&text).map_err(named)).transpose()?;
    let scan = ScanSettings {
        wish,
        read,
        memory: memory(settings)?,
        tmp_dir: tmp_dir(settings)?,
        policy: policy.as_deref().unwrap_or(SHIPPED_POLICY),
        population: population.as_ref(),
        model: model.as_ref(),
        features_only: flags.features_only,
        settings: settings.shown().into_iter().map(|(k, v, o)| (k.to_owned(), v, o)).collect(),
        previous: settings.get("output.previous").map(|previous| match previous {
            "newest" => Previous::Newest,
            folder => Previous::Run(PathBuf::from(folder)),
        }),
        rulings: rulings(settings)?,
        clock: now,
        simulated: night.simulated,
        name: night.name,
    };
    let done = pipeline::scan(&inputs, scan, &out(settings));
    bar.finish_and_clear();
    Ok(done?)
}

/// Whether a message log lies in a folder that says of itself that it was simulated.
pub fn is_simulated(settings: &Settings) -> bool {
    let messages = settings.list("input.messages");
    let says = |folder: &Path| ["scenario.toml", "world.json"].iter().any(|card| folder.join(card).is_file());
    messages.iter().any(|m| Path::new(m).parent().is_some_and(says))
}

/// What people decided, out of all files that settings name.
fn rulings(settings: &Settings) -> Result<Option<Rulings>, Failure> {
    let files = settings.list("policy.decisions");
    if files.is_empty() {
        return Ok(None);
    }
    let mut all = Rulings::default();
    for file in files {
        let text = text_of(Some(&file), "decisions")?.unwrap_or_default();
        all.merge(Rulings::parse(&file, &text)?);
    }
    Ok(Some(all))
}

/// Checks that the capacity of the team is a number of cases.
fn check_capacity(settings: &Settings) -> Result<(), Failure> {
    let what = "at least 1 case, such as 200";
    match settings.number::<usize>("output.capacity", what)? {
        Some(0) => Err(settings.bad("output.capacity", what)),
        _ => Ok(()),
    }
}

/// Checks that links of the queue lead to cases.
fn check_case_url(settings: &Settings) -> Result<(), Failure> {
    let template = settings.get("output.case_url").unwrap_or_default();
    if template.is_empty() {
        return Ok(());
    }
    crate::report::check_case_url(template).map_err(|why| {
        settings.bad("output.case_url", &format!("a link such as https://cases/{{case}}: {why}"))
    })
}

/// Where run folders go.
pub(super) fn out(settings: &Settings) -> PathBuf {
    settings.get("output.out").unwrap_or("runs").into()
}

/// The folder for rows on disk; one that is not there is a slip of the pen, and is not made.
fn tmp_dir(settings: &Settings) -> Result<Option<PathBuf>, Failure> {
    let folder = settings.get("run.tmp_dir").map(PathBuf::from);
    match folder.as_ref().is_none_or(|folder| folder.exists()) {
        true => Ok(folder),
        false => Err(settings.bad("run.tmp_dir", "a folder that is there (--tmp-dir)")),
    }
}

/// Date partitions that can matter: from the look-back before the window to its end.
pub(super) fn partitions(wish: &WindowWish) -> (Option<Timestamp>, Option<Timestamp>) {
    let (from, _) = wish.bounds();
    (Some(from).filter(|from| *from != i64::MIN).map(Timestamp), wish.to)
}

/// The memory of a run that nobody limits.
pub fn default_memory() -> MemoryPlan {
    MemoryPlan::new(None, rayon::current_num_threads())
}

/// The memory that settings allow.
pub(super) fn memory(settings: &Settings) -> Result<MemoryPlan, Failure> {
    let what = format!("at least {} and a unit, such as 512MiB or 8GiB", ByteSize(LEAST_LIMIT));
    let limit = match settings.get("run.memory_limit") {
        None => None,
        Some(text) => match text.parse::<ByteSize>() {
            Ok(size) if LEAST_LIMIT <= size.0 => Some(size.0),
            _ => return Err(settings.bad("run.memory_limit", &what)),
        },
    };
    Ok(MemoryPlan::new(limit, rayon::current_num_threads()))
}

/// Runs `scan`.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let settings = resolve(flags)?;
    threads(&settings)?;
    if flags.dry_run {
        return super::dry_run::run(&settings, flags);
    }
    let stop = stop_flag();
    let night = Night { simulated: is_simulated(&settings), name: None };
    let summary = scan(&settings, flags, &stop, &night)?;
    tell(&summary, flags).map_err(|failure| failure.after_publishing(&summary.folder))?;
    match &summary.held {
        Some(reason) => Err(Failure::held(reason, &summary.folder)),
        None => Ok(()),
    }
}

/// Tells what a run came to, in the way that was asked for.
fn tell(summary: &Summary, flags: &Flags) -> Result<(), Failure> {
    if flags.json {
        let text =
            serde_json::to_string(summary).map_err(|e| Failure::new(ErrorClass::Internal, e.to_string()))?;
        return Ok(terminal::json(&text)?);
    }
    if flags.quiet {
        return Ok(());
    }
    show(summary, flags.features_only)
}

/// Accounts shown on the terminal.
const SHOWN: usize = 12;
/// Campaigns shown there.
const CAMPAIGNS_SHOWN: usize = 5;

pub(super) fn show(summary: &Summary, features_only: bool) -> Result<(), Failure> {
    for warning in &summary.warnings {
        terminal::note(&format!("note: {warning}"));
    }
    if features_only {
        let file = summary.folder.join("features.parquet");
        return Ok(terminal::data(&terminal::plain(&file.to_string_lossy()))?);
    }
    let line = |(name, n): &(String, u64)| match name.split_once('.') {
        Some((_, part)) => vec![format!("  of these {part}"), n.to_string()],
        None => vec![name.clone(), n.to_string()],
    };
    let tally = summary.verdicts.iter().filter(|(name, n)| 0 < *n || !name.contains('.')).map(line).collect();
    terminal::data(&terminal::table(&["verdict", "accounts"], tally))?;
    let run = read_run(&summary.folder)?;
    let noted: Vec<Vec<String>> = run
        .accounts
        .iter()
        .filter(|a| a.is_noted())
        .take(SHOWN)
        .map(|a| {
            let why = run.reasons_of(&a.name).first().map(|r| format!("{}: {}", r.code, r.statement));
            let mark = if a.finding == "none" {
                a.verdict.to_string()
            } else {
                format!("{}, {}", a.verdict, a.finding)
            };
            vec![
                terminal::safe(&a.name),
                mark,
                format!("{:.2}", a.automation),
                format!("{:.2}", a.broadcast),
                format!("{:.2}", a.unsolicited),
                why.unwrap_or_default(),
            ]
        })
        .collect();
    if !noted.is_empty() {
        let head = ["account", "verdict", "automation", "broadcast", "unsolicited", "first reason"];
        let more = run.accounts.iter().filter(|a| a.is_noted()).count() - noted.len();
        terminal::data(&format!("\n{}", terminal::table(&head, noted)))?;
        if 0 < more {
            terminal::data(&format!("and {more} more accounts in report.html and scores.parquet\n"))?;
        }
    }
    if let Some(text) = campaigns(&read_campaigns(&summary.folder)?) {
        terminal::data(&format!("\n{text}"))?;
    }
    if let Some(changes) = &summary.changes {
        terminal::data(&format!("\n{}", terminal::lines(changes)))?;
    }
    if let Some(reason) = &summary.held {
        let release = release_command(&summary.folder);
        let told =
            format!("\n{reason}\n nothing was exported: no queue, no labels; look at it, then: {release}");
        terminal::data(&terminal::lines(&told))?;
    }
    if let Some(queue) = &summary.queue {
        terminal::data(&format!("\n{queue}"))?;
    }
    let folder = terminal::plain(&summary.folder.to_string_lossy());
    terminal::data(&format!("\nrun folder: {folder} (open {folder}/report.html)"))?;
    if let Some(first) = run.accounts.first().filter(|a| a.is_noted())
        && let Some(hint) = hint(&first.name, &summary.folder)
    {
        terminal::data(&hint)?;
    }
    Ok(())
}

/// One line for each of the first campaigns; none where there is none.
fn campaigns(all: &[CampaignRow]) -> Option<String> {
    let line = |c: &CampaignRow| {
        vec![
            c.id.clone(),
            c.kind.clone(),
            c.members().count().to_string(),
            c.beside()[0].to_string(),
            c.days.to_string(),
            c.same_as.join(", "),
        ]
    };
    let head = ["campaign", "kind", "members", "unclear", "days", "the same accounts as"];
    let mut text = terminal::table(&head, all.iter().take(CAMPAIGNS_SHOWN).map(line).collect());
    let more = all.len().saturating_sub(CAMPAIGNS_SHOWN);
    if 0 < more {
        text.push_str(&format!("\n and {more} more in campaigns.parquet"));
    }
    if all.iter().take(CAMPAIGNS_SHOWN).any(|c| 0 < c.beside()[0]) {
        text.push_str(
            "\n unclear: they did the same at the same time, which is too coarse to tell who was first; who may be imitated is no \
             member",
        );
    }
    (!all.is_empty()).then_some(text)
}

/// The command that lets a held run go.
pub(super) fn release_command(folder: &Path) -> String {
    let shown = folder.to_str().and_then(terminal::shell_word).unwrap_or_else(|| "FOLDER".to_owned());
    format!("bulkwatch release {shown} --by NAME --reason TEXT")
}

/// A command to copy, where the folder can be copied as it is shown; an account can.
fn hint(account: &str, folder: &Path) -> Option<String> {
    let (name, folder) =
        (terminal::shell_word(&shown_name(account))?, terminal::shell_word(folder.to_str()?)?);
    // What begins like a flag is taken for one anywhere but behind two dashes.
    let end = if account.starts_with('-') { "-- " } else { "" };
    Some(format!("why, in full: bulkwatch explain --run {folder} {end}{name}"))
}
