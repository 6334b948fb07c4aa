//! `init LOG`: a commented configuration and a guessed mapping for a log.
//! In: a message log; out: two files that a person checks before the first scan.
//! Overwrites nothing.

use super::args::Flags;
use super::settings::SETTINGS;
use super::{Failure, terminal};
use crate::log::guess_mapping;
use std::fmt::Write;
use std::path::Path;

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let log = flags.subject.as_deref().unwrap_or_default();
    let config = flags.write.clone().unwrap_or_else(|| "bulkwatch.toml".into());
    let mapping = config.with_extension("mapping.toml");
    for path in [&config, &mapping] {
        if path.exists() {
            return Err(Failure::usage(format!(
                "{} exists; choose another name with --write",
                path.display()
            )));
        }
    }
    let guessed = guess_mapping(log)?;
    std::fs::write(&mapping, guessed)?;
    std::fs::write(&config, configuration(log, &mapping, &config))?;
    terminal::note(&format!("wrote {} and {}; check both, then:", config.display(), mapping.display()));
    let shown = config.to_str().and_then(terminal::shell_word).unwrap_or_else(|| "FILE".to_owned());
    Ok(terminal::data(&format!("bulkwatch inspect --config {shown}"))?)
}

/// A path of the configuration is relative to the configuration.
fn relative(path: &str, config: &Path) -> String {
    let same_folder = config.parent().is_none_or(|p| p.as_os_str().is_empty());
    if same_folder || Path::new(path).is_absolute() {
        return path.to_owned();
    }
    std::path::absolute(path).map_or_else(|_| path.to_owned(), |p| p.to_string_lossy().into_owned())
}

fn configuration(log: &str, mapping: &Path, config: &Path) -> String {
    let mut text = String::from(
        "# Settings of bulkwatch. A flag wins over an environment variable, which wins over this file.\n",
    );
    let mut section = "";
    for setting in SETTINGS {
        let (this, name) = setting.key.split_once('.').unwrap_or(("", setting.key));
        if this != section {
            let _ = writeln!(text, "\n[{this}]");
            section = this;
        }
        let _ = writeln!(text, "# {} ({}, {})", setting.help, setting.flag(), setting.variable());
        let name_of = |p: &Path| p.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let _ = match setting.key {
            "input.messages" => writeln!(text, "{name} = [{}]", toml::Value::String(relative(log, config))),
            "input.mapping" => writeln!(text, "{name} = {}", toml::Value::String(name_of(mapping))),
            _ => writeln!(text, "# {name} = {}", toml::Value::String(setting.default.to_owned())),
        };
    }
    text
}
