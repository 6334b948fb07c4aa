//! The command line: one file a command, one list of settings, one way to fail.
//! In: arguments and the environment; out: data on stdout, messages on stderr, an exit code.
//! The only place that knows clap, the environment and the terminal.

mod args;
mod backtest;
mod baseline;
mod catalog;
mod coaction;
mod compare;
mod config;
mod demo;
mod dry_run;
mod evaluate;
mod evaluation_args;
mod explain;
mod failure;
mod gate;
mod init;
mod inspect;
mod nights;
mod panel;
mod panel_table;
mod panics;
mod population;
mod published;
mod scan;
mod settings;
mod shell;
mod simulate;
mod terminal;
mod train;
mod whole;

pub use failure::Failure;
pub use settings::{Origin, SETTINGS, Setting, Settings};

use args::Command;
use std::process::ExitCode;

/// Runs the program and returns its exit code.
pub fn run() -> ExitCode {
    let command = match args::parse(std::env::args_os()) {
        Ok(command) => command,
        Err(shown) => return shown,
    };
    panics::keep_quiet();
    let done = panics::caught(|| dispatch(command));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of a pipe went away; that is its right.
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            terminal::error(&failure.to_string());
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(command: Command) -> Result<(), Failure> {
    match command {
        Command::Scan(flags) => scan::run(&flags),
        Command::Demo(flags) => demo::run(&flags),
        Command::Explain(flags) => explain::run(&flags),
        Command::Catalog(flags) => catalog::run(&flags),
        Command::Inspect(flags) => inspect::run(&flags),
        Command::Init(flags) => init::run(&flags),
        Command::Config(flags) => config::run(&flags),
        Command::Population(flags) => population::run(&flags),
        Command::Coaction(flags) => coaction::run(&flags),
        Command::Panel(flags) => panel::run(&flags),
        Command::Simulate(flags) => simulate::run(&flags),
        Command::Completions(flags) => shell::completions(&flags),
        Command::Man(flags) => shell::man(&flags),
        Command::World(flags) => simulate::world(&flags),
        Command::Evaluate(flags) => evaluate::run(&flags),
        Command::Compare(flags) => compare::run(&flags),
        Command::Gate(flags) => gate::run(&flags),
        Command::Backtest(flags) => backtest::run(&flags),
        Command::Train(flags) => train::run(&flags),
        Command::Night(flags) => nights::run(&flags),
    }
}
