//! The words of the commands that hold runs against labels: `evaluate`, `compare`, `gate`, `backtest`.
//! In: nothing; out: their part of the command line, and one list of the values they take.
//! Interprets nothing: what a value means is decided by the command.

use super::Failure;
use super::args::{Flags, subject};
use crate::domain::ErrorClass;
use crate::evaluate::{LabelWords, Labels, Question, Score, Wish, read_labels, verdict_of};
use clap::{Arg, Command as Clap};
use std::path::Path;

/// A value of these commands: its flag, what stands for it, its help.
type Value = (&'static str, &'static str, &'static str);

const LABELS: [Value; 4] = [
    ("labels", "FILE", "labels: account, label and optional columns; CSV, CSV.gz or Parquet"),
    ("positive", "WORDS", "labels of abuse, separated by commas; else from a TOML file beside the labels"),
    ("negative", "WORDS", "labels of innocence, separated by commas"),
    ("at", "VERDICT", "from which verdict on an account counts as flagged; default: review"),
];
const MEASURING: [Value; 2] = [
    ("score", "NAME", "max, verdict, automation, broadcast, unsolicited, log_odds or p_abuse; default: max"),
    ("confidence", "C", "of each one-sided bound; default: 0.95"),
];
const CUTTING: [Value; 2] = [
    (
        "by",
        "NAMES",
        "label, persona, age, volume, ... or any column of the labels; default: all of the usual",
    ),
    (
        "attributes",
        "FILES",
        "tables with a column account whose other columns may be cut by, such as accounts.csv,registrations.csv",
    ),
];
const THRESHOLD: [Value; 4] = [
    ("capacity", "N", "choose a threshold that flags at most N accounts a night"),
    ("max-fpr", "R", "choose a threshold that flags at most this share of the negatives"),
    ("min-precision", "P", "choose a threshold with at least this precision at --base-rate"),
    ("base-rate", "R", "share of abusers that precision is told for, such as 0.0013"),
];
const REPORT: [Value; 1] = [("into", "FOLDER", "folder for the files of the result")];
const BASELINE: [Value; 2] = [
    ("run", "FOLDER", "run folder to hold against the gate"),
    ("baseline", "PATH", "run folder, accounts.csv or evaluation.json to compare with"),
];
const NIGHTS: [Value; 3] = [
    ("first", "DATE", "as_of of the first night"),
    ("last", "DATE", "as_of of the last night"),
    ("nights", "N", "at most so many nights, from the first; default: all"),
];

/// Every value by name.
pub fn names() -> impl Iterator<Item = &'static str> {
    let all = [&LABELS[..], &MEASURING, &CUTTING, &THRESHOLD, &REPORT, &BASELINE[1..], &NIGHTS];
    all.concat().into_iter().map(|(name, _, _)| name).chain(["second"])
}

fn with(command: Clap, values: &[&[Value]]) -> Clap {
    let args = values.concat().into_iter().map(|(name, what, help)| {
        let long = match name {
            "into" => "out",
            "first" => "from",
            "last" => "to",
            name => name,
        };
        Arg::new(name).long(long).value_name(what).help(help)
    });
    command.args(args)
}

/// The commands.
pub fn commands() -> Vec<Clap> {
    let json = || {
        Arg::new("json")
            .long("json")
            .action(clap::ArgAction::SetTrue)
            .help("print machine-readable JSON on stdout")
    };
    let evaluate = Clap::new("evaluate")
        .about("How well a run agrees with labels: ranking, verdicts, slices, thresholds, each with n and bounds")
        .before_help("Example: bulkwatch evaluate runs/demo-real --labels data/spamassassin/labels.csv --positive newsletter,robot --negative list_poster")
        .arg(subject("RUN", "run folder", true))
        .arg(json());
    let compare = Clap::new("compare")
        .about("Whose verdict differs between two runs, and which rule or feature did it")
        .before_help("Example: bulkwatch compare runs/2022-05-31-0a1b2c3d runs/2022-06-01-4e5f6a7b --labels labels.csv")
        .arg(subject("RUN_A", "run folder to compare with", true))
        .arg(Arg::new("second").value_name("RUN_B").help("run folder that is compared").required(true))
        .arg(json());
    let gate = Clap::new("gate")
        .about("Hold a run against declared metrics; exit 1 when one is missed")
        .before_help(
            "Example: bulkwatch gate data/gate/mixed_night.toml --run runs/demo-night-simulated --out gate",
        )
        .arg(subject("GATE", "gate file", true))
        .arg(json());
    let backtest = Clap::new("backtest")
        .about("Replay nights in order, knowing only what was known then, and tell how soon abuse was found")
        .before_help(
            "Example: bulkwatch backtest world --from 2022-05-30 --to 2022-06-01 --labels world/labels.csv",
        )
        .arg(subject("CONFIG", "project file, or folder of a project, a simulated world or a scenario", true))
        .arg(
            Arg::new("policy.population")
                .long("population")
                .value_name("PATH")
                .help("profile of earlier nights"),
        )
        .arg(Arg::new("policy.policy").long("policy").value_name("PATH").help("policy file"))
        .arg(json());
    vec![
        with(evaluate, &[&LABELS, &MEASURING, &CUTTING, &THRESHOLD, &REPORT]),
        with(compare, &[&LABELS, &MEASURING, &REPORT]),
        with(gate, &[&LABELS[..1], &BASELINE, &REPORT]),
        with(backtest, &[&LABELS, &MEASURING[1..], &NIGHTS, &REPORT]),
    ]
}

/// The values of one call.
pub struct Values<'a>(pub &'a Flags);

impl<'a> Values<'a> {
    /// A value as typed.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.0.values.get(name).map(String::as_str)
    }

    /// A list separated by commas.
    pub fn list(&self, name: &str) -> Vec<String> {
        let parts = self.get(name).unwrap_or_default().split(',').map(str::trim);
        parts.filter(|p| !p.is_empty()).map(str::to_owned).collect()
    }

    /// A number that holds to a condition.
    pub fn number(&self, name: &str, what: &str, is: impl Fn(f64) -> bool) -> Result<Option<f64>, Failure> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let number = text.parse::<f64>().ok().filter(|x| is(*x));
        number.map(Some).ok_or_else(|| Failure::usage(format!("--{name} is {text}, expected {what}")))
    }

    /// The labels of the call: `--labels` or `otherwise`, words from the flags or else from the file beside the labels.
    pub fn labels(&self, otherwise: Option<&Path>, words: Option<&LabelWords>) -> Result<Labels, Failure> {
        let path = self.get("labels").map(Path::new).or(otherwise);
        let path = path.ok_or_else(|| Failure::usage("no labels given; name a file with --labels"))?;
        let beside = path.with_extension("toml");
        let words = match (self.list("positive"), self.list("negative"), words) {
            (positive, negative, None) if positive.is_empty() && negative.is_empty() => {
                words_beside(&beside)?.unwrap_or_default()
            }
            (positive, negative, Some(words)) if positive.is_empty() && negative.is_empty() => words.clone(),
            (positive, negative, _) => LabelWords { positive, negative, left_out: Vec::new() },
        };
        Ok(read_labels(path, &words)?)
    }

    /// What is asked of an evaluation.
    pub fn question(&self) -> Result<Question, Failure> {
        let share = |x: f64| 0.0 < x && x < 1.0;
        let a_share = "a share between 0 and 1";
        let whole = |x: f64| 1.0 <= x && x.fract() == 0.0;
        let capacity =
            self.number("capacity", "a whole number above 0", whole)?.map(|n| Wish::Capacity(n as usize));
        let fpr = self.number("max-fpr", a_share, share)?.map(Wish::MaxFpr);
        let precision = self.number("min-precision", a_share, share)?.map(Wish::MinPrecision);
        let wishes: Vec<Wish> = [capacity, fpr, precision].into_iter().flatten().collect();
        if 1 < wishes.len() {
            return Err(Failure::usage(
                "choose a threshold by one of --capacity, --max-fpr and --min-precision",
            ));
        }
        let usual = Question::default();
        Ok(Question {
            at: self.get("at").map_or(Ok(usual.at), verdict_of)?,
            confidence: self.number("confidence", a_share, share)?.unwrap_or(usual.confidence),
            wish: wishes.first().copied(),
            base_rate: self.number("base-rate", a_share, share)?,
        })
    }

    /// What orders the accounts.
    pub fn score(&self) -> Result<Score, Failure> {
        Ok(Score::parse(self.get("score").unwrap_or("max"))?)
    }
}

fn words_beside(path: &Path) -> Result<Option<LabelWords>, Failure> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(LabelWords::parse(&path.display().to_string(), &text)?)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => {
            let problem = format!("{}: {}", path.display(), error.to_string().to_lowercase());
            Err(Failure::new(ErrorClass::Input, problem))
        }
    }
}
