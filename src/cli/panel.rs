//! `panel FOLDER`: the shipped policy on labeled public logs, one table of how well verdicts and sub-scores agree.
//! In: a folder with the logs that `data/panel.toml` names; out: per set n, AUROC, AP and shares, with intervals.
//! Changes nothing per set but the mapping, and keeps nothing: runs go to a temporary folder, texts are dropped.

use super::args::Flags;
use super::nights::now;
use super::{Failure, panel_table, population, scan, terminal};
use crate::domain::{ErrorClass, Timestamp};
use crate::evaluate::{Label, Measured, Panel, PanelSet, measure, settle};
use crate::features::Population;
use crate::log::{
    InputSpec, Inputs, Keys, Length, ReadSettings, TableKind, WindowWish, parse_mapping, read_side_tables,
};
use crate::pipeline::{self, ScanSettings};
use crate::table_io::{Mapping, Table, read_parquet};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;

const PANEL: &str = include_str!("../../data/panel.toml");

/// Published on purpose: fingerprints made with it live as long as the command runs.
const KEY: &[u8] = b"PUBLIC-DEMO key of the panel, no secret";

const BASIS: &str = "research sets, texts fingerprinted and dropped";

macro_rules! mappings {
    ($($name:literal),+ $(,)?) => {
        &[$(($name, include_str!(concat!("../../data/mappings/", $name, ".toml")))),+]
    };
}

const MAPPINGS: &[(&str, &str)] = mappings![
    "college_msg",
    "email_dnc",
    "email_enron",
    "email_eu",
    "exais_sms",
    "exais_sms_spam",
    "gitlog_bots",
    "nus_sms",
    "wikiticker",
    "zulip_lean",
];

/// One line of the table.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Name of the set.
    pub set: String,
    /// The sub-score that was ranked.
    pub score: Option<&'static str>,
    /// Whether nobody in it is known to be a machine.
    pub human_only: bool,
    /// One scan of everything, without earlier nights.
    pub whole: Option<Measured>,
    /// The second half in time, compared with the first.
    pub second_half: Option<Measured>,
    /// Why something is missing.
    pub skipped: Option<String>,
}

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let folder = Path::new(flags.subject.as_deref().unwrap_or_default());
    if !folder.is_dir() {
        let problem = format!(
            "panel folder {} not found; it must hold the labeled public logs that data/panel.toml names",
            folder.display()
        );
        return Err(Failure::new(ErrorClass::Input, problem));
    }
    let panel = Panel::parse(PANEL).map_err(|e| Failure::new(ErrorClass::Internal, e))?;
    let mut lines = Vec::new();
    for set in &panel.sets {
        if !flags.quiet {
            terminal::note(&format!("panel: {}", set.name));
        }
        lines.append(&mut of_set(folder, set)?);
    }
    if lines.iter().all(|l| l.whole.is_none()) {
        let problem = format!("panel folder {} holds none of the sets of data/panel.toml", folder.display());
        return Err(Failure::new(ErrorClass::Input, problem));
    }
    if flags.json {
        let text =
            serde_json::to_string(&lines).map_err(|e| Failure::new(ErrorClass::Internal, e.to_string()))?;
        return Ok(terminal::json(&text)?);
    }
    Ok(terminal::data(&panel_table::render(&lines))?)
}

/// The lines of a set: a missing or failing part is said, and ends nothing but that part.
fn of_set(folder: &Path, set: &PanelSet) -> Result<Vec<Line>, Failure> {
    let line = |name: String| Line {
        set: name,
        score: set.score.map(|s| s.column()),
        human_only: set.human_only,
        whole: None,
        second_half: None,
        skipped: None,
    };
    let absent = set.messages.iter().chain(&set.labels).find(|f| !folder.join(f).exists());
    if let Some(absent) = absent {
        return Ok(vec![Line { skipped: Some(format!("no {absent}")), ..line(set.name.clone()) }]);
    }
    let mut runs = match Runs::of(folder, set) {
        Ok(runs) => runs,
        Err(failure) if failure.code() == ErrorClass::Interrupted.exit_code() => return Err(failure),
        Err(failure) => {
            return Ok(vec![Line { skipped: Some(failure.to_string()), ..line(set.name.clone()) }]);
        }
    };
    let mut variants = vec![(set.name.clone(), Vec::new())];
    if !set.without.is_empty() {
        let without = set.without.clone();
        variants.push((format!("{} without {}", set.name, without.join(", ")), without));
    }
    variants
        .into_iter()
        .map(|(name, without)| {
            let of = |scores: &Table| measure(scores, &runs.labels, set, &without);
            Ok(Line {
                whole: Some(of(&runs.whole)?),
                second_half: runs.second_half.as_ref().map(of).transpose()?,
                skipped: runs.problem.take(),
                ..line(name)
            })
        })
        .collect()
}

/// The scores of a set's runs beside its labels.
struct Runs {
    whole: Table,
    second_half: Option<Table>,
    labels: Table,
    problem: Option<String>,
}

impl Runs {
    fn of(folder: &Path, set: &PanelSet) -> Result<Self, Failure> {
        let temporary = tempfile::tempdir()?;
        let out = temporary.path();
        let read = ReadSettings {
            keys: Keys::from_bytes(KEY),
            lawful_basis: Some(BASIS.to_owned()),
            ..ReadSettings::default()
        };
        let labels = labels(folder, set, &read)?;
        let log = Log { inputs: inputs(folder, set)?, read, out };
        let run = log.scan("whole", (None, None), None)?;
        let whole = read_parquet(&run.join("scores.parquet"))?;
        let (second_half, problem) = match log.second_half(&run) {
            Ok(scores) => (Some(scores), None),
            Err(failure) => (None, Some(format!("second half: {failure}"))),
        };
        Ok(Self { whole, second_half, labels, problem })
    }
}

fn mapping(name: &str) -> Result<Arc<Mapping>, Failure> {
    let text = MAPPINGS.iter().find(|(known, _)| *known == name).map(|(_, text)| *text);
    let text = text.ok_or_else(|| Failure::usage(format!("panel file: no mapping {name}")))?;
    Ok(Arc::new(parse_mapping(name, text)?))
}

fn paths(folder: &Path, files: &[String]) -> Vec<String> {
    files.iter().map(|f| folder.join(f).to_string_lossy().into_owned()).collect()
}

fn inputs(folder: &Path, set: &PanelSet) -> Result<Inputs, Failure> {
    let messages = InputSpec::new(TableKind::Messages, paths(folder, &set.messages));
    Ok(Inputs { messages: messages.with_mapping(mapping(&set.mapping)?), side: Vec::new() })
}

fn labels(folder: &Path, set: &PanelSet, read: &ReadSettings) -> Result<Table, Failure> {
    let by = mapping(set.labels_by.as_ref().unwrap_or(&set.mapping))?;
    let positive = by.section("labels").map(|s| s.positive.clone()).unwrap_or_default();
    let spec = InputSpec::new(TableKind::Labels, paths(folder, &set.labels)).with_mapping(by);
    let (tables, _) = read_side_tables(&[spec], read, &mut |_, _| {})?;
    let labels = tables.labels.unwrap_or_default().into_iter().map(|row| Label {
        positive: positive.contains(&row.label),
        account: row.account,
        source: row.source.unwrap_or_default(),
    });
    Ok(settle(labels, set.several))
}

/// One log, scanned as often as needed.
struct Log<'a> {
    inputs: Inputs,
    read: ReadSettings,
    out: &'a Path,
}

impl Log<'_> {
    fn scan(
        &self,
        name: &str,
        span: (Option<Timestamp>, Option<Timestamp>),
        population: Option<&Population>,
    ) -> Result<PathBuf, Failure> {
        let wish = WindowWish { from: span.0, to: span.1, length: Length::All, ..WindowWish::default() };
        let settings = ScanSettings {
            wish,
            read: self.read.clone(),
            memory: scan::default_memory(),
            tmp_dir: None,
            policy: scan::SHIPPED_POLICY,
            population,
            model: None,
            features_only: false,
            settings: Vec::new(),
            previous: None,
            rulings: None,
            clock: now,
            simulated: false,
            name: Some(name),
        };
        Ok(pipeline::scan(&self.inputs, settings, self.out)?.folder)
    }

    /// The first half in time makes the profile, the second is scanned beside it: as earlier nights work.
    fn second_half(&self, whole: &Path) -> Result<Table, Failure> {
        let (from, to) = window(whole)?;
        let middle = Timestamp(from.0 + (to.0 - from.0) / 2);
        let first = self.scan("first", (Some(from), Some(middle)), None)?;
        let profile = population::write(&first, false, &self.out.join("population.json"))?;
        let second = self.scan("second", (Some(middle), Some(to)), Some(&profile))?;
        Ok(read_parquet(&second.join("scores.parquet"))?)
    }
}

/// The window of a run, from its manifest.
fn window(run: &Path) -> Result<(Timestamp, Timestamp), Failure> {
    let text = std::fs::read_to_string(run.join("manifest.json"))?;
    let manifest: serde_json::Value =
        serde_json::from_str(&text).map_err(|e| Failure::new(ErrorClass::Internal, e.to_string()))?;
    let moment = |end: &str| {
        let said = manifest["window"][end].as_str().and_then(Timestamp::parse);
        said.ok_or_else(|| Failure::new(ErrorClass::Internal, format!("the manifest has no window.{end}")))
    };
    Ok((moment("from")?, moment("to")?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_has_its_mappings_and_a_way_to_read_labels() {
        for set in Panel::parse(PANEL).expect("parses").sets {
            assert!(mapping(&set.mapping).expect("parses").section("messages").is_some(), "{}", set.name);
            let by = mapping(set.labels_by.as_ref().unwrap_or(&set.mapping)).expect("parses");
            let labels = by.section("labels").expect("labels");
            assert_eq!(labels.positive.is_empty(), set.human_only, "{}", set.name);
        }
    }

    #[test]
    fn an_absent_folder_is_unusable_input() {
        let flags = Flags { subject: Some("no/such/folder".to_owned()), ..Flags::default() };
        let failure = run(&flags).expect_err("absent");
        assert_eq!(failure.code(), 3);
        assert!(failure.to_string().contains("no/such/folder not found"), "{failure}");
    }

    #[test]
    fn a_set_that_is_not_there_is_listed_as_skipped() {
        let folder = tempfile::tempdir().expect("temp");
        let set = Panel::parse(PANEL).expect("parses").sets.remove(0);
        let lines = of_set(folder.path(), &set).expect("no failure");
        assert_eq!(lines[0].skipped.as_deref(), Some("no wikiticker/wikiticker.json.gz"));
    }

    #[test]
    fn a_small_log_is_scanned_whole_and_in_halves() {
        let folder = tempfile::tempdir().expect("temp");
        std::fs::create_dir(folder.path().join("college_msg")).expect("made");
        let rows: String =
            (0..600).map(|i| format!("{} {} {}\n", i % 7, 7 + i % 11, 1_082_000_000 + i * 3_600)).collect();
        let file = std::fs::File::create(folder.path().join("college_msg/CollegeMsg.txt.gz")).expect("made");
        let mut packed = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        std::io::Write::write_all(&mut packed, rows.as_bytes()).expect("written");
        packed.finish().expect("finished");
        let sets = Panel::parse(PANEL).expect("parses").sets;
        let set = sets.iter().find(|s| s.name == "college").expect("shipped");
        let line = of_set(folder.path(), set).expect("scans").remove(0);
        assert_eq!(line.skipped, None);
        assert_eq!(line.whole.expect("whole").others_at_review.n, 7);
        assert_eq!(line.second_half.expect("second half").n, 7);
    }
}
