//! Every setting of a scan: its key, flag, default and meaning in one list, and where each value came from.
//! In: flags, environment, a project file; out: resolved values with their origin, flag > environment > file > default.
//! Knows no stage: values are text until a command asks for them as what they are.

use super::Failure;
use crate::domain::nearest;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A setting's card.
pub struct Setting {
    /// `section.name` in the project file; the flag is the name with dashes, the variable is `BULKWATCH_NAME`.
    pub key: &'static str,
    /// Value when nobody says anything; empty for none.
    pub default: &'static str,
    /// One line for people.
    pub help: &'static str,
}

/// All settings, in the order of the project file.
pub const SETTINGS: &[Setting] = &[
    s(
        "input.messages",
        "",
        "message log: file, glob or folder with date=YYYY-MM-DD/ parts; several separated by commas, - for stdin",
    ),
    s("input.mapping", "", "mapping file that fits a foreign log"),
    s("input.accounts", "", "accounts table"),
    s("input.registrations", "", "registrations table"),
    s("input.group_events", "", "group events table"),
    s("input.feedback", "", "feedback table: reports, blocks, requests to stop"),
    s("input.enforcement", "", "enforcement table: bans and what undid them"),
    s("input.off_platform", "", "off-platform evidence; attaches to decisions, never enters a score"),
    s("input.sanctioned", "", "sanctioned automation: owner, reason, envelope, expiry"),
    s("input.contacts", "", "address books"),
    s("input.groups", "", "groups table"),
    s("input.operators", "", "who runs which numbers"),
    s("input.max_reject_share", "0.05", "largest share of refused rows, 0 to 1"),
    s("input.key_file", "", "key file for pseudonyms and fingerprints of text"),
    s("input.lawful_basis", "", "named lawful basis for reading texts; written to the manifest"),
    s("window.from", "", "start of the window, date or RFC 3339; default: to - length"),
    s("window.to", "", "end of the window and the run's now (as_of); default: midnight after the newest row"),
    s("window.length", "30d", "length of the window in days (30d), or all"),
    s("window.lookback", "90d", "how far back earlier contact counts, in days"),
    s(
        "window.log_start",
        "",
        "since when the log is complete; default: earliest date partition, else oldest row (a few rows dated long before \
         all others are not believed)",
    ),
    s("policy.policy", "", "policy file; default: the policy shipped with the program"),
    s("policy.population", "", "population profile of earlier nights; without one soft rules stay at watch"),
    s(
        "policy.model",
        "",
        "learned model (`train`) to ask beside the rules; it lifts to watch or review at most",
    ),
    s(
        "policy.decisions",
        "",
        "decisions of people; who was decided innocent stays silent until another kind of evidence appears",
    ),
    s("output.out", "runs", "where run folders are published"),
    s("output.case_url", "", "link template for the review queue; {account} and {case} are replaced"),
    s(
        "output.capacity",
        "",
        "cases the team can look at in a night; default: all, and then none from below the cut",
    ),
    s(
        "output.previous",
        "",
        "run of an earlier night to compare with: a run folder, or newest for the newest below the output folder",
    ),
    s("run.threads", "0", "worker threads, at most 512; 0 for one per core"),
    s(
        "run.memory_limit",
        "",
        "memory the run may take, such as 512MiB or 8GiB; rows beyond it wait on disk; default: 1GiB, and more where one account alone needs it",
    ),
    s("run.tmp_dir", "", "folder on local disk for rows beyond the memory limit; default: the output folder"),
    s("run.note", "", "what a reader of the results must know of this log; shown with every result"),
];

const fn s(key: &'static str, default: &'static str, help: &'static str) -> Setting {
    Setting { key, default, help }
}

impl Setting {
    /// The last part of the key.
    pub fn name(&self) -> &'static str {
        self.key.split_once('.').map_or(self.key, |(_, name)| name)
    }

    /// The flag, with its dashes.
    pub fn flag(&self) -> String {
        format!("--{}", self.name().replace('_', "-"))
    }

    /// The environment variable.
    pub fn variable(&self) -> String {
        format!("BULKWATCH_{}", self.name().to_uppercase())
    }
}

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line.
    Flag(String),
    /// An environment variable.
    Environment(String),
    /// A project file.
    File(String),
    /// Nobody said anything.
    Default,
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Origin::Flag(flag) => write!(f, "flag {flag}"),
            Origin::Environment(name) => write!(f, "environment {name}"),
            Origin::File(path) => write!(f, "file {path}"),
            Origin::Default => f.write_str("default"),
        }
    }
}

/// Resolved settings.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    values: BTreeMap<&'static str, (String, Origin)>,
    /// Folder that paths of the project file are relative to.
    base: PathBuf,
}

impl Settings {
    /// Resolves flags over environment over project file over defaults.
    pub fn resolve(
        flags: &BTreeMap<&'static str, String>,
        environment: &BTreeMap<String, String>,
        file: Option<&Path>,
    ) -> Result<Self, Failure> {
        let mut settings = Self::default();
        for setting in SETTINGS.iter().filter(|s| !s.default.is_empty()) {
            settings.values.insert(setting.key, (setting.default.to_owned(), Origin::Default));
        }
        if let Some(path) = file {
            settings.read_file(path)?;
        }
        let known: Vec<String> = SETTINGS.iter().map(Setting::variable).collect();
        if let Some(name) = environment.keys().find(|name| !known.contains(name)) {
            let offer = nearest(name, known.iter().map(String::as_str))
                .map(|near| format!("; did you mean {near}?"))
                .unwrap_or_default();
            return Err(Failure::usage(format!("environment: {name} is no setting{offer}")));
        }
        for setting in SETTINGS {
            if let Some(value) = environment.get(&setting.variable()) {
                settings.values.insert(setting.key, (value.clone(), Origin::Environment(setting.variable())));
            }
            if let Some(value) = flags.get(setting.key) {
                settings.values.insert(setting.key, (value.clone(), Origin::Flag(setting.flag())));
            }
        }
        Ok(settings)
    }

    fn read_file(&mut self, path: &Path) -> Result<(), Failure> {
        let shown = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|e| {
            Failure::usage(format!("configuration {shown}: {}", e.to_string().to_lowercase()))
        })?;
        let table: toml::Table = text.parse().map_err(|e: toml::de::Error| {
            Failure::usage(format!("configuration {shown}: {}", e.message()))
        })?;
        self.base = path.parent().map(Path::to_path_buf).unwrap_or_default();
        for (section, content) in table {
            let toml::Value::Table(content) = content else {
                return Err(unknown_key(&shown, &section));
            };
            for (name, value) in content {
                let key = format!("{section}.{name}");
                let setting =
                    SETTINGS.iter().find(|s| s.key == key).ok_or_else(|| unknown_key(&shown, &key))?;
                let value = self.file_value(setting, &value).ok_or_else(|| {
                    Failure::usage(format!(
                        "configuration {shown}: {key} must be a text, a number or a list of texts"
                    ))
                })?;
                self.values.insert(setting.key, (value, Origin::File(shown.clone())));
            }
        }
        Ok(())
    }

    /// A value of the project file; its paths are relative to the file.
    fn file_value(&self, setting: &Setting, value: &toml::Value) -> Option<String> {
        let is_path = setting.key.starts_with("input.")
            && !matches!(setting.name(), "max_reject_share" | "lawful_basis")
            || setting.key.starts_with("policy.")
            || matches!(setting.key, "output.out" | "output.previous" | "run.tmp_dir");
        let is_word = |text: &str| text == "-" || setting.key == "output.previous" && text == "newest";
        let text = |value: &toml::Value| match value {
            toml::Value::String(text) if is_path && !is_word(text) => {
                Some(self.base.join(text).to_string_lossy().into_owned())
            }
            toml::Value::String(text) => Some(text.clone()),
            toml::Value::Integer(n) => Some(n.to_string()),
            toml::Value::Float(n) => Some(n.to_string()),
            toml::Value::Boolean(b) => Some(b.to_string()),
            toml::Value::Datetime(t) => Some(t.to_string()),
            _ => None,
        };
        match value {
            toml::Value::Array(items) => Some(items.iter().map(text).collect::<Option<Vec<_>>>()?.join(",")),
            other => text(other),
        }
    }

    /// The value of a key, if there is one.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.values.get(key).map(|(value, _)| value.as_str()).filter(|v| !v.is_empty())
    }

    /// The parts of a comma-separated value.
    pub fn list(&self, key: &str) -> Vec<String> {
        self.get(key).map(|v| v.split(',').map(|p| p.trim().to_owned()).collect()).unwrap_or_default()
    }

    /// A value as a number.
    pub fn number<T: std::str::FromStr>(&self, key: &'static str, what: &str) -> Result<Option<T>, Failure> {
        self.get(key).map(|v| v.parse().map_err(|_| self.bad(key, what))).transpose()
    }

    /// An error that names a key, its value and its origin.
    pub fn bad(&self, key: &str, what: &str) -> Failure {
        let (value, origin) =
            self.values.get(key).map_or(("", &Origin::Default), |(value, origin)| (value.as_str(), origin));
        Failure::usage(format!("{key} = {value:?} ({origin}): expected {what}"))
    }

    /// All settings with value and origin, unset ones included.
    pub fn shown(&self) -> Vec<(&'static str, String, String)> {
        SETTINGS
            .iter()
            .map(|s| match self.values.get(s.key) {
                Some((value, origin)) => (s.key, value.clone(), origin.to_string()),
                None => (s.key, String::new(), "not set".to_owned()),
            })
            .collect()
    }
}

fn unknown_key(file: &str, key: &str) -> Failure {
    let offer = nearest(key, SETTINGS.iter().map(|s| s.key))
        .map(|k| format!("; did you mean {k}?"))
        .unwrap_or_default();
    Failure::usage(format!("configuration {file}: unknown key {key}{offer}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_environment_over_file_over_default() {
        let folder = tempfile::tempdir().expect("temp");
        let file = folder.path().join("bulkwatch.toml");
        std::fs::write(
            &file,
            "[window]\nlength = \"7d\"\nto = 2020-01-01\n[input]\nmessages = [\"a.csv\"]\n",
        )
        .expect("written");
        let flags = BTreeMap::from([("window.to", "2021-01-01".to_owned())]);
        let env = BTreeMap::from([("BULKWATCH_LENGTH".to_owned(), "8d".to_owned())]);
        let settings = Settings::resolve(&flags, &env, Some(&file)).expect("resolved");
        assert_eq!(settings.get("window.length"), Some("8d"));
        assert_eq!(settings.get("window.to"), Some("2021-01-01"));
        assert_eq!(settings.get("window.lookback"), Some("90d"));
        assert_eq!(settings.list("input.messages"), [folder.path().join("a.csv").to_string_lossy()]);
    }

    #[test]
    fn an_unknown_key_offers_the_nearest() {
        let folder = tempfile::tempdir().expect("temp");
        let file = folder.path().join("bulkwatch.toml");
        std::fs::write(&file, "[window]\nlenght = \"7d\"\n").expect("written");
        let error = Settings::resolve(&BTreeMap::new(), &BTreeMap::new(), Some(&file)).expect_err("unknown");
        assert!(error.to_string().contains("did you mean window.length?"), "{error}");
    }

    #[test]
    fn an_unknown_variable_offers_the_nearest() {
        let env = BTreeMap::from([("BULKWATCH_OUTT".to_owned(), "x".to_owned())]);
        let error = Settings::resolve(&BTreeMap::new(), &env, None).expect_err("unknown").to_string();
        assert_eq!(error, "environment: BULKWATCH_OUTT is no setting; did you mean BULKWATCH_OUT?");
    }

    #[test]
    fn names_are_unique_because_flags_and_variables_are_made_of_them() {
        let mut names: Vec<_> = SETTINGS.iter().map(Setting::flag).collect();
        names.sort();
        let n = names.len();
        names.dedup();
        assert_eq!(names.len(), n);
    }
}
