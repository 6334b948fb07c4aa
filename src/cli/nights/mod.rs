//! The commands around runs that are there: `verify`, `runs`, `release`, `erase`, `decisions merge`, `packet`.
//! In: arguments after the command's name; out: what the command prints, its exit code.
//! Scans nothing.

mod decisions;
mod packet;
mod upkeep;

pub use upkeep::now;

use super::Failure;
use clap::{Arg, ArgAction, ArgMatches, Command as Clap};
use std::collections::BTreeMap;

/// What was typed after one of these commands.
#[derive(Debug, Default)]
pub struct NightFlags {
    /// The command.
    name: &'static str,
    /// Positional arguments.
    subjects: Vec<String>,
    /// Flags with a value.
    values: BTreeMap<&'static str, String>,
    json: bool,
    delete: bool,
}

impl NightFlags {
    fn subject(&self, i: usize) -> &str {
        self.subjects.get(i).map_or("", String::as_str)
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }
}

const NAMES: [&str; 6] = ["verify", "runs", "release", "erase", "decisions", "packet"];
const VALUES: [&str; 9] =
    ["by", "reason", "keep", "older-than", "merged", "run", "for", "lang", "packet-out"];

/// The commands.
pub fn commands() -> Vec<Clap> {
    vec![
        Clap::new("verify")
            .about("Compute the digests of a run's files again; exit 1 and the files' names if any does not fit")
            .before_help("Example: bulkwatch verify runs/2022-06-01-1f2e3d4c")
            .arg(subjects("RUN", "run folder", true, 1))
            .arg(json()),
        Clap::new("runs")
            .about("The history of runs, and how long they are kept")
            .before_help("Example: bulkwatch runs --keep 30 --older-than 90d --delete")
            .arg(subjects("FOLDER", "folder of runs; default: runs", false, 1))
            .arg(value("keep", "N", "runs beyond the N newest are kept no longer; either bound is enough"))
            .arg(value("older-than", "DAYS", "runs of nights longer ago than this before today are kept no longer, be they the newest; such as 90d"))
            .arg(Arg::new("delete").long("delete").action(ArgAction::SetTrue).help(
                "delete what is kept no longer; without it such runs are only named",
            ))
            .arg(json()),
        Clap::new("release")
            .about("Let a held run go: write its exports, and who let it go and why")
            .before_help("Example: bulkwatch release runs/HELD-2022-06-01-1f2e3d4c --by 'A. Night' --reason 'a real wave'")
            .arg(subjects("RUN", "held run folder", true, 1))
            .arg(value("by", "NAME", "who lets it go").required(true))
            .arg(value("reason", "TEXT", "why").required(true)),
        Clap::new("erase")
            .about("Take an account out of kept runs; a tombstone says that and when, and not who. Inputs, labels and decisions are yours to clean")
            .before_help("Example: bulkwatch erase a_01a72670bcb93428 runs --reason 'request of 3 June'")
            .arg(subjects("ACCOUNT RUNS", "the account, as it is shown or as the log spells it, and the folder of runs or one run", true, 2))
            .arg(value("by", "NAME", "who erases"))
            .arg(value("reason", "TEXT", "why")),
        Clap::new("decisions")
            .about("Decisions of people on accounts")
            .subcommand_required(true)
            .subcommand(
                Clap::new("merge")
                    .about("Make one labels file of files of decisions (account, decision, why, who, when, run), conflicts shown")
                    .before_help("Example: bulkwatch decisions merge ann.csv bob.csv --out labels.csv")
                    .arg(subjects("FILES", "files of decisions", true, usize::MAX))
                    .arg(value("merged", "PATH", "labels file to write").long("out").default_value("labels.csv"))
                    .arg(json()),
            ),
        Clap::new("packet")
            .about("The packet about one account: evidence, and a statement in the order of Article 17(3) DSA")
            .before_help("Example: bulkwatch packet a_01a72670bcb93428 --run runs/2022-06-01-1f2e3d4c --for holder --lang de")
            .arg(subjects("ACCOUNT", "the account, as it is shown or as the log spells it", true, 1))
            .arg(value("run", "FOLDER", "run folder; default: the newest below runs/"))
            .arg(value("for", "READER", "analyst or holder; the holder's version tells own conduct in bands").default_value("analyst"))
            .arg(value("lang", "LANGUAGE", "en or de").default_value("en"))
            .arg(value("packet-out", "PATH", "file to write; default: the terminal").long("out")),
    ]
}

fn value(name: &'static str, what: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(what).help(help)
}

fn json() -> Arg {
    Arg::new("json").long("json").action(ArgAction::SetTrue).help("print machine-readable JSON on stdout")
}

fn subjects(name: &'static str, help: &'static str, required: bool, most: usize) -> Arg {
    let least = if !required {
        0
    } else if most == 2 {
        2
    } else {
        1
    };
    let names: Vec<&'static str> = name.split(' ').collect();
    let arg = Arg::new("subjects").help(help).required(required).action(ArgAction::Append);
    if most == 2 {
        arg.value_names(names).num_args(2)
    } else {
        arg.value_name(names[0]).num_args(least..=most)
    }
}

/// What was typed after a command of this name; none if it is no command of these.
pub fn flags(name: &str, matches: &ArgMatches) -> Option<NightFlags> {
    let name = NAMES.into_iter().find(|own| *own == name)?;
    let matches = matches.subcommand().map_or(matches, |(_, inner)| inner);
    let texts = |id: &str| matches.try_get_many::<String>(id).ok().flatten().into_iter().flatten();
    let set = |id: &str| matches.try_get_one::<bool>(id).ok().flatten().copied().unwrap_or(false);
    let values = VALUES.into_iter().filter_map(|id| Some((id, texts(id).next()?.clone()))).collect();
    let subjects = texts("subjects").cloned().collect();
    Some(NightFlags { name, subjects, values, json: set("json"), delete: set("delete") })
}

/// Runs one of these commands.
pub fn run(flags: &NightFlags) -> Result<(), Failure> {
    match flags.name {
        "verify" => upkeep::verify_run(flags),
        "runs" => upkeep::history(flags),
        "release" => upkeep::release_run(flags),
        "erase" => upkeep::erase_account(flags),
        "packet" => packet::run(flags),
        _ => decisions::run(flags),
    }
}
