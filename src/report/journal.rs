//! `log.ndjson`: what a run did and when, a line each, for machines.
//! In: events with counts as the run goes on, a clock that the caller owns; out: lines with time, level, run, stage, event.
//! Names nobody: counts only, and never a path.

use crate::domain::Timestamp;
use serde_json::{Value, json};

/// The events of a run so far.
#[derive(Debug)]
pub struct Journal {
    clock: fn() -> Timestamp,
    lines: Vec<(Timestamp, &'static str, &'static str, String, Value)>,
}

impl Journal {
    /// An empty one; the library reads no clock of its own.
    pub fn new(clock: fn() -> Timestamp) -> Self {
        Self { clock, lines: Vec::new() }
    }

    /// Notes that something happened.
    pub fn say(&mut self, stage: &'static str, event: &str, counts: Value) {
        self.lines.push(((self.clock)(), "info", stage, event.to_owned(), counts));
    }

    /// Notes that somebody should look.
    pub fn warn(&mut self, stage: &'static str, event: &str, counts: Value) {
        self.lines.push(((self.clock)(), "warn", stage, event.to_owned(), counts));
    }

    /// The file.
    pub fn bytes(&self, run_id: &str) -> Vec<u8> {
        let line = |(ts, level, stage, event, counts): &(Timestamp, &str, &str, String, Value)| {
            let line = json!({ "ts": ts.rfc3339(), "level": level, "run_id": run_id, "stage": stage,
                               "event": event, "counts": counts });
            format!("{line}\n")
        };
        self.lines.iter().map(line).collect::<String>().into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_an_event_in_order() {
        let mut journal = Journal::new(|| Timestamp(0));
        journal.say("log", "read", json!({ "rows": 3 }));
        journal.warn("decision", "held", json!({}));
        let text = String::from_utf8(journal.bytes("r")).expect("text");
        let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
        assert_eq!(
            (lines[0]["ts"].as_str(), lines[0]["level"].as_str()),
            (Some("1970-01-01T00:00:00Z"), Some("info"))
        );
        assert_eq!((&lines[1]["event"], &lines[1]["run_id"], lines.len()), (&json!("held"), &json!("r"), 2));
    }
}
