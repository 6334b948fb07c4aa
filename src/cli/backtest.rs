//! `backtest CONFIG|FOLDER`: replay nights in order, each with the policy in force and only what was known then.
//! In: a project file or folder, or a scenario folder, labels, two dates; out: a sheet, `backtest.json`, `backtest.md`, `found.csv`.
//! Judges by scanning: a night here is the night that `scan --as-of` would have been.

use super::args::Flags;
use super::evaluate::{json_of, put, show};
use super::evaluation_args::Values;
use super::{Failure, Settings, population, scan, terminal};
use crate::domain::{DAY_US, ErrorClass, Timestamp, Token, TokenKey, Word};
use crate::evaluate::{Backtest, Labels, Night, Replay, Sent, backtest, verdict_of};
use crate::log::{EventSink, MessageEvent, TableKind, read_messages};
use crate::report::{backtest_sheet, evaluation_json, found_csv};
use crate::simulate::ScenarioCard;
use crate::table_io::{STDIN, read_columns};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// More nights than this are a mistake in a date.
const MOST_NIGHTS: i64 = 3_660;

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let values = Values(flags);
    let question = values.question()?;
    let labels = values.labels(None, None)?;
    let nights = dates(&values)?;
    let scratch = tempfile::tempdir()?;
    let source = Source::of(flags, scratch.path())?;
    let (scanned, mut notes) = source.replay(&nights, flags, scratch.path())?;
    let sent = source.sent(&labels, *nights.last().unwrap_or(&Timestamp(0)))?;
    let replay = Replay {
        nights: &scanned,
        labels: &labels,
        sent: &sent,
        at: question.at,
        confidence: question.confidence,
        simulated: source.simulated,
    };
    let mut out = backtest(&replay);
    out.notes.append(&mut notes);
    let at = question.at.word();
    tell(&values, &source, &out, (nights.first(), nights.last()), at)
}

/// The ends of the nights asked for.
fn dates(values: &Values) -> Result<Vec<Timestamp>, Failure> {
    let date = |name: &str, flag: &str| {
        let text = values.get(name).ok_or_else(|| {
            Failure::usage(format!("say the nights with --from and --to; {flag} is missing"))
        })?;
        Timestamp::parse(text).ok_or_else(|| {
            Failure::usage(format!("{flag} is {text}, expected a date (2022-05-01) or RFC 3339"))
        })
    };
    let (first, last) = (date("first", "--from")?, date("last", "--to")?);
    let nights = (last.0 - first.0).div_euclid(DAY_US) + 1;
    if nights < 1 {
        return Err(Failure::usage("--to lies before --from"));
    }
    if MOST_NIGHTS < nights {
        return Err(Failure::usage(format!("{nights} nights; at most {MOST_NIGHTS}")));
    }
    let whole = |x: f64| 1.0 <= x && x.fract() == 0.0;
    let most =
        values.number("nights", "a whole number above 0", whole)?.map_or(nights, |n| nights.min(n as i64));
    Ok((0..most).map(|i| Timestamp(first.0 + i * DAY_US)).collect())
}

/// What is replayed: settings of every night, and whether the log is simulated.
struct Source {
    given: BTreeMap<&'static str, String>,
    config: Option<PathBuf>,
    simulated: bool,
    name: String,
}

impl Source {
    fn of(flags: &Flags, scratch: &Path) -> Result<Self, Failure> {
        let subject = Path::new(flags.subject.as_deref().unwrap_or_default());
        let name = subject.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut given = flags.settings.clone();
        if let Some(file) = project(subject)? {
            // The file's window is that of one night; each night of a replay has the window that `scan --to` gives it.
            given.insert("window.from", String::new());
            let settings = Settings::resolve(&given, &BTreeMap::new(), Some(&file))?;
            let messages = settings.list("input.messages");
            if messages.iter().any(|m| m == STDIN) {
                return Err(Failure::usage("standard input is gone after one night; name files to replay"));
            }
            let simulated = scan::is_simulated(&settings);
            return Ok(Self { given, config: Some(file), simulated, name });
        }
        let card = card(subject)?;
        tables(subject, &mut given);
        given.entry("window.log_start").or_insert(card.log_start.clone());
        if let Some(earlier) = &card.population
            && !given.contains_key("policy.population")
        {
            let folder = subject.parent().unwrap_or(Path::new(".")).join(earlier);
            let profile = earlier_nights(&folder, flags, scratch)?;
            given.insert("policy.population", profile.to_string_lossy().into_owned());
        }
        Ok(Self { given, config: None, simulated: card.simulated, name })
    }

    fn settings(&self, more: &[(&'static str, String)]) -> Result<Settings, Failure> {
        let mut given = self.given.clone();
        given.extend(more.iter().cloned());
        Settings::resolve(&given, &BTreeMap::new(), self.config.as_deref())
    }

    /// Scans night by night; a night that is held or holds nothing is told and left out.
    fn replay(
        &self,
        nights: &[Timestamp],
        flags: &Flags,
        scratch: &Path,
    ) -> Result<(Vec<Night>, Vec<String>), Failure> {
        let stop = scan::stop_flag();
        let mut notes = vec![
            "each night has the window and the look-back that `scan --to` gives it, whatever start the settings name"
                .to_owned(),
        ];
        let mut scanned = Vec::new();
        for night in nights {
            let out = scratch.join("night");
            let settings = self.settings(&[
                ("window.to", night.rfc3339()),
                ("output.out", out.to_string_lossy().into_owned()),
            ])?;
            let quiet = Flags { quiet: true, ..Flags::default() };
            let place = scan::Night { simulated: self.simulated, name: Some("night") };
            match scan::scan(&settings, &quiet, &stop, &place) {
                Ok(summary) => scanned.push(Night { as_of: night.0, verdicts: verdicts(&summary.folder)? }),
                Err(failure)
                    if [ErrorClass::Held, ErrorClass::Input]
                        .iter()
                        .any(|c| c.exit_code() == failure.code()) =>
                {
                    notes.push(format!("night {} was left out: {failure}", night.date()));
                }
                Err(failure) => return Err(failure),
            }
            if !flags.quiet {
                terminal::note(&format!("replayed {}", night.date()));
            }
        }
        if scanned.is_empty() {
            let why = notes.get(1).cloned().unwrap_or_default();
            return Err(Failure::new(ErrorClass::Input, format!("no night could be replayed; {why}")));
        }
        Ok((scanned, notes))
    }

    /// What the positive accounts sent before the last night ended, in order of time.
    fn sent(&self, labels: &Labels, end: Timestamp) -> Result<BTreeMap<String, Vec<Sent>>, Failure> {
        let settings = self.settings(&[])?;
        let mut read = scan::read_settings(&settings)?;
        read.partition_to = Some(end);
        // Nothing of what was said is needed.
        read.columns = Some(vec!["msg_id", "chat", "status", "kind"]);
        let key = TokenKey::default();
        let wanted: BTreeMap<Token, String> = labels
            .accounts
            .iter()
            .filter(|(_, l)| l.positive)
            .map(|(name, _)| (Token::of(&key, name.as_bytes()), name.clone()))
            .collect();
        let tokens = Arc::new(wanted.keys().copied().collect::<BTreeSet<_>>());
        let sink = || Abuse { wanted: tokens.clone(), rows: Vec::new(), end: end.0 };
        let (sinks, _) = read_messages(&scan::inputs(&settings)?.messages, &read, sink)?;
        let mut rows: Vec<Row> = sinks.into_iter().flat_map(|s| s.rows).collect();
        rows.sort_unstable();
        // Copies of one message are one; rows without an id are messages of their own.
        let mut seen = BTreeSet::new();
        rows.retain(|(sender, _, recipient, msg, _)| *msg == 0 || seen.insert((*sender, *recipient, *msg)));
        let mut out: BTreeMap<String, Vec<Sent>> = BTreeMap::new();
        for (sender, ts, recipient, _, personal) in rows {
            let person = personal.then_some(recipient);
            out.entry(wanted[&sender].clone()).or_default().push(Sent { ts, person });
        }
        Ok(out)
    }
}

/// Sender, time, recipient, message, whether the recipient is a person.
type Row = (Token, i64, Token, u64, bool);

/// Keeps what positive accounts sent.
struct Abuse {
    wanted: Arc<BTreeSet<Token>>,
    rows: Vec<Row>,
    end: i64,
}

impl EventSink for Abuse {
    fn message(&mut self, event: &MessageEvent) {
        let counts = if event.is_personal() { event.is_contact() } else { !event.is_left_out() };
        if counts && !event.is_left_out() && event.ts < self.end && self.wanted.contains(&{ event.sender }) {
            self.rows.push((event.sender, event.ts, event.recipient, event.msg, event.is_personal()));
        }
    }

    fn name(&mut self, _: Token, _: &str) {}
}

fn verdicts(folder: &Path) -> Result<BTreeMap<String, crate::decision::Verdict>, Failure> {
    let table = read_columns(&folder.join("scores.parquet"), &["account", "verdict"])?;
    let (names, words) = (table.texts("account")?, table.texts("verdict")?);
    let rows = names.iter().flatten().zip(words.iter().flatten());
    rows.map(|(name, word)| Ok((name.clone(), verdict_of(word)?))).collect()
}

/// The project file that is meant: the subject itself, or the one in its folder, such as that of a simulated world.
fn project(subject: &Path) -> Result<Option<PathBuf>, Failure> {
    let inside = subject.join(scan::PROJECT_FILE);
    match (subject.is_dir(), subject.is_file()) {
        (true, _) if inside.is_file() && !subject.join("scenario.toml").exists() => Ok(Some(inside)),
        (true, _) => Ok(None),
        (_, true) => Ok(Some(subject.to_owned())),
        _ => {
            let shown = subject.display();
            Err(Failure::usage(format!("{shown} is no project file, and no folder of a project or scenario")))
        }
    }
}

fn card(folder: &Path) -> Result<ScenarioCard, Failure> {
    let path = folder.join("scenario.toml");
    let text = std::fs::read_to_string(&path).map_err(|e| {
        Failure::usage(format!("{} is no scenario: {}", path.display(), e.to_string().to_lowercase()))
    })?;
    ScenarioCard::parse(&text).map_err(|e| Failure::usage(format!("{}: {}", path.display(), e.message())))
}

/// The tables of a scenario folder, as settings.
fn tables(folder: &Path, given: &mut BTreeMap<&'static str, String>) {
    for (name, table) in TableKind::ALL.iter().filter(|(_, table)| *table != TableKind::Labels) {
        let file = ["csv", "csv.gz", "parquet"]
            .map(|end| folder.join(format!("{name}.{end}")))
            .into_iter()
            .find(|p| p.exists());
        let key = super::SETTINGS.iter().map(|s| s.key).find(|k| k.strip_prefix("input.") == Some(name));
        debug_assert!(key.is_some(), "{table:?} has a setting");
        if let (Some(file), Some(key)) = (file, key) {
            given.entry(key).or_insert(file.to_string_lossy().into_owned());
        }
    }
}

/// The profile of the earlier nights that a scenario names.
fn earlier_nights(folder: &Path, flags: &Flags, scratch: &Path) -> Result<PathBuf, Failure> {
    let card = card(folder)?;
    let mut given = flags.settings.clone();
    tables(folder, &mut given);
    let out = scratch.join("earlier").to_string_lossy().into_owned();
    given.extend([
        ("window.from", card.from),
        ("window.to", card.to),
        ("window.log_start", card.log_start),
        ("output.out", out),
    ]);
    let settings = Settings::resolve(&given, &BTreeMap::new(), None)?;
    let quiet = Flags { quiet: true, ..Flags::default() };
    let place = scan::Night { simulated: card.simulated, name: Some("earlier") };
    let summary = scan::scan(&settings, &quiet, &scan::stop_flag(), &place)?;
    let profile = scratch.join("population.json");
    population::write(&summary.folder, card.simulated, &profile)?;
    Ok(profile)
}

fn tell(
    values: &Values,
    source: &Source,
    out: &Backtest,
    span: (Option<&Timestamp>, Option<&Timestamp>),
    at: &str,
) -> Result<(), Failure> {
    let date = |t: Option<&Timestamp>| t.map(|t| t.date()).unwrap_or_default();
    let mark = if source.simulated { "SIMULATED: " } else { "" };
    let title = format!(
        "{mark}backtest of {}, nights {} to {}, found at {at} or worse",
        source.name,
        date(span.0),
        date(span.1)
    );
    let about = json!({
        "schema": "backtest 1", "simulated": source.simulated, "of": source.name, "first": date(span.0), "last": date(span.1),
        "at": at, "notes": out.notes,
    });
    let json = json_of(evaluation_json(&out.measures, &about))?;
    let sheet = backtest_sheet(&title, out);
    if let Some(folder) = values.get("into").map(Path::new) {
        std::fs::create_dir_all(folder)?;
        put(&folder.join("backtest.json"), &json)?;
        put(&folder.join("backtest.md"), &sheet.markdown())?;
        let rows = found_csv(&out.found, source.simulated)
            .map_err(|e| Failure::new(ErrorClass::Internal, e.to_string()))?;
        put(&folder.join("found.csv"), &rows)?;
    }
    if values.0.json { Ok(terminal::json(&json)?) } else { show(&sheet) }
}
