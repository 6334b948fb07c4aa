//! `completions` and `man`: what a shell and `man` want to know of the commands, generated from their definitions.
//! In: the name of a shell, or of a command; out: a completion script, or a page in roff.
//! Writes no file: where such files belong differs by system.

use super::args::{self, Flags};
use super::{Failure, terminal};
use crate::domain::nearest;
use clap_complete::Shell;
use std::str::FromStr;

/// The shells that `completions` knows.
pub const SHELLS: [&str; 5] = ["bash", "elvish", "fish", "powershell", "zsh"];

/// Runs `completions`.
pub fn completions(flags: &Flags) -> Result<(), Failure> {
    let name = flags.subject.as_deref().unwrap_or_default();
    let shell = Shell::from_str(name).map_err(Failure::usage)?;
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut args::program(), "bulkwatch", &mut script);
    Ok(terminal::data(&String::from_utf8_lossy(&script))?)
}

/// Runs `man`: the page of the program, or of one command.
pub fn man(flags: &Flags) -> Result<(), Failure> {
    let mut program = args::program();
    // Commands get their full names, `bulkwatch-scan`, only once all is built.
    program.build();
    let page = match flags.subject.as_deref() {
        None => program,
        Some(name) => program.find_subcommand(name).cloned().ok_or_else(|| {
            let offer = nearest(name, program.get_subcommands().map(clap::Command::get_name))
                .map(|n| format!("; did you mean {n}?"))
                .unwrap_or_default();
            Failure::usage(format!("no command named {}{offer}", terminal::safe(name)))
        })?,
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    Ok(terminal::data(&String::from_utf8_lossy(&text))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shell_on_offer_is_one_that_is_generated() {
        for name in SHELLS {
            assert_eq!(Shell::from_str(name).expect("a shell").to_string(), name);
        }
        assert_eq!(<Shell as clap::ValueEnum>::value_variants().len(), SHELLS.len());
    }
}
