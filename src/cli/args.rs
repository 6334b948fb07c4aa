//! The words of the command line: commands, their flags, and help with an example first.
//! In: arguments as typed; out: a `Command` with plain flags, or text that clap wants shown.
//! Interprets nothing: what a value means is decided by the command.

use super::nights::{self, NightFlags};
use super::settings::SETTINGS;
use super::{evaluation_args, shell, terminal};
use clap::{Arg, ArgAction, ArgMatches, Command as Clap};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

/// What the user typed after the command.
#[derive(Debug, Default)]
pub struct Flags {
    /// Settings given as flags, by key.
    pub settings: BTreeMap<&'static str, String>,
    /// The positional argument.
    pub subject: Option<String>,
    /// `--config`
    pub config: Option<PathBuf>,
    /// `--run`
    pub run: Option<PathBuf>,
    /// `--write`, for commands that write one file.
    pub write: Option<PathBuf>,
    /// Values of the commands that hold runs against labels, by name.
    pub values: BTreeMap<&'static str, String>,
    /// `--within`, seconds.
    pub within: Option<String>,
    /// `--participation`
    pub participation: Option<String>,
    /// `--json`
    pub json: bool,
    /// `--quiet`
    pub quiet: bool,
    /// `--origin`
    pub origin: bool,
    /// `--dry-run`
    pub dry_run: bool,
    /// `--features-only`
    pub features_only: bool,
    /// `--simulated`
    pub simulated: bool,
    /// Flags of one command only, by name.
    pub own: BTreeMap<&'static str, String>,
}

/// A command with its flags.
#[derive(Debug)]
pub enum Command {
    /// `scan`
    Scan(Flags),
    /// `demo`
    Demo(Flags),
    /// `explain`
    Explain(Flags),
    /// `catalog`
    Catalog(Flags),
    /// `inspect`
    Inspect(Flags),
    /// `init`
    Init(Flags),
    /// `config show`
    Config(Flags),
    /// `population`
    Population(Flags),
    /// `coaction`
    Coaction(Flags),
    /// `panel`
    Panel(Flags),
    /// `simulate`
    Simulate(Flags),
    /// `completions`
    Completions(Flags),
    /// `man`
    Man(Flags),
    /// `simulate world`
    World(Flags),
    /// `evaluate`
    Evaluate(Flags),
    /// `compare`
    Compare(Flags),
    /// `gate`
    Gate(Flags),
    /// `backtest`
    Backtest(Flags),
    /// `train`
    Train(Flags),
    /// One of the commands around runs that are there.
    Night(NightFlags),
}

/// Parses the arguments; `Err` is the exit code after clap has printed help, version or what is wrong.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, ExitCode> {
    let matches = program().try_get_matches_from(args).map_err(|error| {
        let text = error.render().to_string();
        if error.use_stderr() && terminal::lines(&text) != text {
            // clap repeats what was typed as it was typed.
            terminal::error(text.trim_start_matches("error: ").trim_end());
        } else {
            // clap prints help to stdout and mistakes to stderr; a closed pipe is not our failure.
            let _ = error.print();
        }
        ExitCode::from(if error.use_stderr() { 2 } else { 0 })
    })?;
    let Some((name, matches)) = matches.subcommand() else {
        return Err(ExitCode::from(2));
    };
    if let Some(flags) = nights::flags(name, matches) {
        return Ok(Command::Night(flags));
    }
    Ok(match name {
        "scan" => Command::Scan(flags(matches)),
        "demo" => Command::Demo(flags(matches)),
        "explain" => Command::Explain(flags(matches)),
        "catalog" => Command::Catalog(flags(matches)),
        "inspect" => Command::Inspect(flags(matches)),
        "init" => Command::Init(flags(matches)),
        "population" => Command::Population(flags(matches)),
        "coaction" => Command::Coaction(flags(matches)),
        "panel" => Command::Panel(flags(matches)),
        "completions" => Command::Completions(flags(matches)),
        "man" => Command::Man(flags(matches)),
        "simulate" => match matches.subcommand() {
            Some((_, matches)) => Command::World(flags(matches)),
            None => Command::Simulate(flags(matches)),
        },
        "evaluate" => Command::Evaluate(flags(matches)),
        "compare" => Command::Compare(flags(matches)),
        "gate" => Command::Gate(flags(matches)),
        "backtest" => Command::Backtest(flags(matches)),
        "train" => Command::Train(flags(matches)),
        _ => match matches.subcommand() {
            Some((_, matches)) => Command::Config(flags(matches)),
            None => return Err(ExitCode::from(2)),
        },
    })
}

/// All commands with their flags and help.
pub fn program() -> Clap {
    Clap::new("bulkwatch")
        .version(env!("CARGO_PKG_VERSION"))
        .about("Finds accounts that broadcast or automate on a messaging service, from metadata alone")
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(scan())
        .subcommand(with_out(
            Clap::new("demo")
                .about("Scan the shipped real sample and the shipped simulated night")
                .arg(json())
                .arg(quiet()),
        ))
        .subcommand(
            Clap::new("explain")
                .about("A page about one account of a run: verdict, reasons, what would change it")
                .before_help("Example: bulkwatch explain a_01a72670bcb93428 --run runs/2002-10-11-1f2e3d4c")
                .arg(subject("ACCOUNT", "the account, as it is shown or as the log spells it", true))
                .arg(run_folder())
                .arg(json()),
        )
        .subcommand(
            Clap::new("catalog")
                .about("Features, rules and input columns, printed from their cards")
                .before_help("Example: bulkwatch catalog rate_actions_max_15s")
                .arg(subject("NAME", "one feature, rule code or table; all without it", false))
                .arg(json()),
        )
        .subcommand(with_settings(
            Clap::new("inspect")
                .about("What a log offers before a scan: rows, span, columns, feature families, history")
                .before_help("Example: bulkwatch inspect log/ --accounts accounts.csv")
                .arg(subject("LOG", "message log: file, glob or folder", false))
                .arg(config())
                .arg(json()),
        ))
        .subcommand(
            Clap::new("init")
                .about("Write a commented configuration and a guessed mapping for a log")
                .before_help("Example: bulkwatch init messages.csv --write bulkwatch.toml")
                .arg(subject("LOG", "message log to guess a mapping for", true))
                .arg(write("configuration to write; the mapping goes beside it", "bulkwatch.toml")),
        )
        .subcommands(evaluation_args::commands())
        .subcommands(side_commands())
        .subcommands(shell_commands())
        .subcommands(nights::commands())
}

/// What a shell and `man` ask for.
fn shell_commands() -> [Clap; 2] {
    [
        Clap::new("completions")
            .about("Print a completion script for a shell")
            .before_help(
                "Example: bulkwatch completions bash > ~/.local/share/bash-completion/completions/bulkwatch",
            )
            .arg(subject("SHELL", "the shell", true).value_parser(shell::SHELLS)),
        Clap::new("man")
            .about("Print the manual page of the program or of one command, in roff")
            .before_help("Example: bulkwatch man scan > bulkwatch-scan.1")
            .arg(subject("COMMAND", "one command; the program without it", false)),
    ]
}

/// Commands around a scan.
fn side_commands() -> Vec<Clap> {
    vec![
        Clap::new("config").about("Settings in force").subcommand_required(true).subcommand(with_settings(
            Clap::new("show")
                .about("Print all settings")
                .arg(flag("origin", "also print where each value comes from"))
                .arg(config())
                .arg(json()),
        )),
        Clap::new("population")
            .about("Make a population profile of a run, for scans of later nights")
            .before_help("Example: bulkwatch population runs/2022-04-25-0a1b2c3d --write population.json")
            .arg(subject("RUN", "run folder of an earlier night", true))
            .arg(write("profile to write", "population.json"))
            .arg(flag("simulated", "mark the profile as made from simulated messages")),
        with_settings(
            Clap::new("coaction")
                .about("Who put out the same things within seconds of whom: the published rule of co-sharing networks")
                .before_help("Example: bulkwatch coaction shares.csv --mapping data/mappings/coortweet.toml --write edges.parquet")
                .arg(subject("LOG", "message log: content is what is shared, msg_id the post", false))
                .arg(config())
                .arg(value("within", "S", "seconds between two shares at most; default: 60"))
                .arg(value("participation", "N", "least shares of an account, and least posts of one among those paired; default: 2"))
                .arg(value("write", "PATH", "Parquet file of edges to write"))
                .arg(json()),
        ),
        Clap::new("panel")
            .about(
                "Run the shipped policy on labeled public logs and print how well it agrees with the labels",
            )
            .before_help("Example: bulkwatch panel logs/")
            .arg(subject("FOLDER", "folder with the logs that data/panel.toml names", true))
            .arg(json())
            .arg(quiet()),
        Clap::new("simulate")
            .about("Write the simulated scenarios, or a simulated world; always the same bytes")
            .arg(write("folder to write", "data/scenarios"))
            .subcommand(world()),
        train(),
    ]
}

/// Flags of `simulate world`, with their meaning.
const WORLD: &[(&str, &str, &str)] = &[
    (
        "accounts",
        "N",
        "ordinary people; personas and adversaries come on top, as the mix says; default: 50000",
    ),
    ("days", "D", "days of log, 2 to 90; default: 7"),
    ("to", "DATE", "midnight at which the log ends; default: 2022-06-01"),
    ("seed", "S", "seed of all streams; default: 1"),
    (
        "difficulty",
        "WORD",
        "plain, or adaptive: adversaries that look like people in each single respect; default: plain",
    ),
    (
        "region",
        "WORD",
        "fit, or held-out: the part of the parameters' ranges that fit never draws from; default: fit",
    ),
    (
        "mix",
        "FILE",
        "how many of each persona per million people; default: data/worlds/default.toml, which is built in",
    ),
    ("out", "DIR", "new folder to write; default: world"),
];

fn world() -> Clap {
    let command = Clap::new("world")
        .about("Write a population drawn at random, with innocents and adversaries and the known answers")
        .before_help(
            "Example: bulkwatch simulate world --accounts 50000 --days 7 --seed 1 --out world && bulkwatch scan world",
        );
    WORLD.iter().fold(command, |command, (name, what, help)| command.arg(value(name, what, help)))
}

fn train() -> Clap {
    let command = Clap::new("train")
        .about("Learn a model from feature rows and labels, measure it out of fold, write it with its card")
        .before_help("Example: bulkwatch train --features runs/2022-04-25-0a1b2c3d/features.parquet --labels labels.csv --positive abuse --negative person --out model.json")
        .arg(flag("simulated", "the labels come from simulated accounts: the model moves nobody past watch"))
        .arg(quiet());
    let command = super::train::FLAGS
        .iter()
        .fold(command, |command, (name, what, help)| command.arg(value(name, what, help)));
    add_settings(command, |key| key == "run.threads")
}

fn scan() -> Clap {
    with_settings(
        Clap::new("scan")
            .about("Score all accounts of a night and publish a run folder")
            .before_help("Example: bulkwatch scan messages.parquet --accounts accounts.csv --out runs")
            .arg(subject("LOG", "message log: file, glob or folder; same as --messages", false))
            .arg(config())
            .arg(json())
            .arg(quiet())
            .arg(flag("dry-run", "print what would be read, and read no row"))
            .arg(flag("features-only", "stop at features.parquet: no rules, no scores, no report")),
    )
}

fn flag(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

fn json() -> Arg {
    flag("json", "print machine-readable JSON on stdout")
}

fn quiet() -> Arg {
    flag("quiet", "print nothing but errors").short('q')
}

fn config() -> Arg {
    Arg::new("config")
        .long("config")
        .value_name("FILE")
        .help("project file; default: bulkwatch.toml if it exists")
}

fn run_folder() -> Arg {
    Arg::new("run").long("run").value_name("FOLDER").help("run folder; default: the newest below runs/")
}

fn write(help: &'static str, default: &'static str) -> Arg {
    Arg::new("write").long("write").value_name("PATH").help(help).default_value(default)
}

fn value(name: &'static str, what: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).value_name(what).help(help)
}

/// The positional argument of a command.
pub fn subject(name: &'static str, help: &'static str, required: bool) -> Arg {
    Arg::new("subject").value_name(name).help(help).required(required)
}

/// Only where the runs go.
fn with_out(command: Clap) -> Clap {
    add_settings(command, |key| key == "output.out" || key == "run.threads")
}

fn with_settings(command: Clap) -> Clap {
    add_settings(command, |_| true)
}

fn add_settings(mut command: Clap, keep: impl Fn(&str) -> bool) -> Clap {
    for setting in SETTINGS.iter().filter(|s| keep(s.key)) {
        let mut arg = Arg::new(setting.key)
            .long(setting.name().replace('_', "-"))
            .value_name("VALUE")
            .help(setting.help)
            .help_heading(setting.key.split('.').next().unwrap_or_default().to_owned());
        if setting.key == "window.to" {
            arg = arg.alias("as-of");
        }
        command = command.arg(arg);
    }
    command
}

fn flags(matches: &ArgMatches) -> Flags {
    let text = |name: &str| matches.try_get_one::<String>(name).ok().flatten().cloned();
    let set = |name: &str| matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or(false);
    Flags {
        settings: SETTINGS.iter().filter_map(|s| Some((s.key, text(s.key)?))).collect(),
        subject: text("subject"),
        config: text("config").map(PathBuf::from),
        run: text("run").map(PathBuf::from),
        write: text("write").map(PathBuf::from),
        values: evaluation_args::names().filter_map(|name| Some((name, text(name)?))).collect(),
        within: text("within"),
        participation: text("participation"),
        json: set("json"),
        quiet: set("quiet"),
        origin: set("origin"),
        dry_run: set("dry-run"),
        features_only: set("features-only"),
        simulated: set("simulated"),
        own: WORLD
            .iter()
            .chain(super::train::FLAGS)
            .filter_map(|(name, ..)| Some((*name, text(name)?)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_well_formed_and_every_setting_is_a_flag() {
        program().debug_assert();
        for setting in SETTINGS {
            let args = ["bulkwatch", "scan", &setting.flag(), "x"].map(OsString::from);
            match parse(args) {
                Ok(Command::Scan(flags)) => assert_eq!(flags.settings[setting.key], "x"),
                other => panic!("{}: {other:?}", setting.key),
            }
        }
    }
}
