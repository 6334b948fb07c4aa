//! The terminal: messages on stderr, tables on stdout, progress only where somebody watches.
//! In: plain texts; out: the same texts, with control characters made harmless.
//! Decides no exit code.

use crate::domain::{escaped_json, shown_name, visible};
use crate::log::Step;
use crate::table_io::sanitise;
use indicatif::{HumanCount, ProgressBar, ProgressState, ProgressStyle};
use std::io::{IsTerminal, Write};
use std::time::Duration;

/// An error; the lines that the program itself writes stay lines.
pub fn error(text: &str) {
    say(&format!("error: {}", lines(text)));
}

/// One line for people, on stderr, whatever stands in the names it tells.
pub fn note(text: &str) {
    say(&plain(text));
}

fn say(text: &str) {
    // Nobody is left to tell when stderr is gone.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A text in one line, harmless in a terminal.
pub fn plain(text: &str) -> String {
    sanitise(text, usize::MAX)
}

/// A text of several lines, each harmless in a terminal.
pub fn lines(text: &str) -> String {
    text.split('\n').map(plain).collect::<Vec<_>>().join("\n")
}

/// Data, on stdout.
pub fn data(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// JSON, on stdout: nothing in it steers a terminal, and it reads back the same.
pub fn json(text: &str) -> std::io::Result<()> {
    data(&escaped_json(text, |_| false))
}

/// A name from the log as it can be typed again, harmless in a terminal and short enough for a table.
pub fn safe(name: &str) -> String {
    sanitise(&shown_name(name), 48)
}

/// A word as a POSIX shell reads it back; `None` where it cannot be shown as it is, and so would be copied wrongly.
pub fn shell_word(word: &str) -> Option<String> {
    if visible(word) != word || word.is_empty() {
        return None;
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./@%+=:,".contains(c);
    if word.chars().all(plain) && !word.starts_with('-') {
        return Some(word.to_owned());
    }
    Some(format!("'{}'", word.replace('\'', r"'\''")))
}

/// A spinner with a counter; silent when stderr is no terminal or quiet is asked for.
pub fn progress(quiet: bool) -> ProgressBar {
    if quiet || !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner();
    styled(&bar, "{spinner} {msg} {human_pos} rows, {rate}, {elapsed}", "reading");
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn styled(bar: &ProgressBar, template: &str, stage: &'static str) {
    if let Ok(style) = ProgressStyle::with_template(template) {
        // Nobody counts in parts of a row.
        bar.set_style(style.with_key("rate", |state: &ProgressState, out: &mut dyn std::fmt::Write| {
            let _ = write!(out, "{}/s", HumanCount(state.per_sec().round() as u64));
        }));
    }
    bar.set_message(stage);
}

/// Shows how far a run is: stage, rows or partitions, rate and the time left where it can be known.
pub fn show_step(bar: &ProgressBar, step: Step) {
    match step {
        Step::ExpectedRows(rows) => {
            bar.set_length(rows);
            styled(bar, "{msg} {wide_bar} {human_pos}/{human_len} rows, {rate}, {eta} left", "reading");
        }
        Step::Rows(rows) => bar.inc(rows),
        Step::Partitions { done, of } => {
            if bar.length() != Some(of as u64) {
                bar.reset();
                bar.set_length(of as u64);
                styled(bar, "{msg} {wide_bar} {pos}/{len} account partitions, {eta} left", "features");
            }
            bar.set_position(done as u64);
        }
        Step::Publishing => styled(bar, "{spinner} {msg}, {elapsed}", "writing the run folder"),
    }
}

/// A table for people, without lines that a pipe would trip over.
pub fn table(head: &[&str], rows: Vec<Vec<String>>) -> String {
    let mut table = comfy_table::Table::new();
    table.load_preset(comfy_table::presets::NOTHING).set_header(head.iter().copied());
    if let Some((width, _)) = terminal_width() {
        table.set_content_arrangement(comfy_table::ContentArrangement::Dynamic).set_width(width);
    }
    for row in rows {
        table.add_row(row.iter().map(|cell| plain(cell)));
    }
    let lines: Vec<String> = table.to_string().lines().map(|l| l.trim_end().to_owned()).collect();
    lines.join("\n")
}

fn terminal_width() -> Option<(u16, u16)> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    let columns = std::env::var("COLUMNS").ok().and_then(|c| c.parse().ok()).unwrap_or(140);
    Some((columns, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_steers_no_terminal_and_reads_back_the_same() {
        let value = serde_json::json!({ "name": "a\u{9b}31m\u{202e}gnp\u{7f}\u{e0041}\u{1b}\t\n", "plain": "é 日本" });
        for text in [value.to_string(), serde_json::to_string_pretty(&value).expect("JSON")] {
            let shown = escaped_json(&text, |_| false);
            let hidden = |c: char| crate::domain::is_hidden(c) && c != '\n';
            assert!(!shown.chars().any(hidden) && shown.contains("é 日本"), "{shown}");
            assert!(shown.contains("a\\u009b31m\\u202egnp\\u007f\\udb40\\udc41"), "{shown}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).expect("JSON"), value);
        }
    }

    #[test]
    fn what_is_copied_into_a_shell_runs_nothing() {
        let word = |name| shell_word(name).unwrap_or_default();
        assert_eq!(word("a_01a72670bcb93428"), "a_01a72670bcb93428");
        assert_eq!(word("x;touch PWNED;#"), "'x;touch PWNED;#'");
        assert_eq!(word("it's $(me) `id`"), r"'it'\''s $(me) `id`'");
        assert_eq!([word("-x"), word("~"), word("a*")], ["'-x'", "'~'", "'a*'"]);
        assert_eq!([shell_word("\x1b[31m"), shell_word("a\nb"), shell_word("")], [None, None, None]);
    }
}
