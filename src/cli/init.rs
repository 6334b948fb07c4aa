//! `init LOG`: a commented configuration and a guessed mapping for a log.
//! In: a message log and the tables beside it; out: two files that a person checks before the first scan.
//! Overwrites nothing.

use super::args::Flags;
use super::settings::SETTINGS;
use super::{Failure, terminal};
use crate::domain::Word;
use crate::log::{Beside, TableKind, guess_mapping, tables_beside};
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
    let beside = tables_beside(log);
    std::fs::write(&config, configuration(log, &mapping, &config, &beside))?;
    if !beside.is_empty() {
        let names: Vec<String> = beside.iter().map(|b| b.path.display().to_string()).collect();
        terminal::note(&format!("found beside the log, see {}: {}", config.display(), names.join(", ")));
    }
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

/// What was found beside the log for a table: a line that reads it where nothing is in doubt, else one to check.
fn found(beside: &[Beside], table: TableKind, config: &Path) -> String {
    let all: Vec<&Beside> = beside.iter().filter(|b| b.table == table).collect();
    let several = 1 < all.iter().filter(|b| b.by_name).count();
    let (mut text, name) = (String::new(), table.name());
    for b in &all {
        let path = toml::Value::String(relative(&b.path.to_string_lossy(), config));
        // In one text a comma stands between names.
        let path = if path.to_string().contains(',') { format!("[{path}]") } else { path.to_string() };
        let columns = match () {
            () if !b.is_read => "not read: nothing of it can be told".to_owned(),
            () if b.columns.is_empty() => "none of this table".to_owned(),
            () => b.columns.join(", "),
        };
        let _ = writeln!(text, "# found beside the log: {path}, columns {columns}");
        let missing = b.missing.join(", ");
        let _ = match () {
            // No input of a scan, so that there is no key for it.
            () if table == TableKind::Labels => {
                writeln!(text, "# labels: name them to evaluate, gate and train, --labels {path}")
            }
            () if !b.is_read => writeln!(text, "# {name} = {path}"),
            () if !b.missing.is_empty() => writeln!(
                text,
                "# it has no {missing}: say in section [{name}] of the mapping which column it is\n# {name} = {path}"
            ),
            () if !b.by_name => writeln!(text, "# known by its columns only: check it\n# {name} = {path}"),
            () if several => writeln!(text, "# one of several: choose one\n# {name} = {path}"),
            () => writeln!(text, "{name} = {path}"),
        };
    }
    text
}

fn configuration(log: &str, mapping: &Path, config: &Path, beside: &[Beside]) -> String {
    let mut text = String::from(
        "# Settings of bulkwatch. A flag wins over an environment variable, which wins over this file.\n",
    );
    let mut section = "";
    let is_beside = |table: TableKind| beside.iter().any(|b| b.table == table);
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
            "input.mapping" => {
                let labels = found(beside, TableKind::Labels, config);
                write!(text, "{name} = {}\n{labels}", toml::Value::String(name_of(mapping)))
            }
            key if key.starts_with("input.") && TableKind::parse(name).is_some_and(is_beside) => {
                let table = TableKind::parse(name).unwrap_or(TableKind::Labels);
                write!(text, "{}", found(beside, table, config))
            }
            _ => writeln!(text, "# {name} = {}", toml::Value::String(setting.default.to_owned())),
        };
    }
    text
}
