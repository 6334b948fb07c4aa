//! `inspect`: what a log offers before a scan.
//! In: the inputs a scan would read; out: rows, span, columns, feature families, how far the history carries.
//! Scores nobody.

use super::args::Flags;
use super::{Failure, scan, terminal};
use crate::domain::Timestamp;
use crate::log::{Inspection, inspect};
use serde_json::json;

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let settings = scan::resolve(flags)?;
    let inputs = scan::inputs(&settings)?;
    let found = inspect(&inputs.messages, &scan::read_settings(&settings)?)?;
    if flags.json {
        terminal::data(&as_json(&found))?;
    } else {
        show(&found)?;
    }
    match &found.problem {
        Some(problem) => Err(Failure::new(crate::domain::ErrorClass::Input, problem.clone())),
        None => Ok(()),
    }
}

fn as_json(found: &Inspection) -> String {
    let columns: Vec<_> = found
        .columns
        .iter()
        .map(|c| json!({ "column": c.card.name, "found": c.found, "required": c.card.required, "guess": c.guess }))
        .collect();
    let families: serde_json::Map<String, serde_json::Value> =
        found.families.iter().map(|(f, missing)| (f.name().to_owned(), json!(missing))).collect();
    json!({
        "rows": found.report.as_ref().map(|r| r.rows_read),
        "usable": found.report.as_ref().map(|r| r.rows_ok),
        "rejected": found.report.as_ref().map(|r| r.rejects.total()),
        "oldest": found.report.as_ref().and_then(|r| r.oldest).map(|t| Timestamp(t).rfc3339()),
        "newest": found.report.as_ref().and_then(|r| r.newest).map(|t| Timestamp(t).rfc3339()),
        "columns": columns, "families_missing_columns": families, "words": found.words,
        "history": found.history.map(|h| json!({ "days": h.days, "full_lookback_share": h.full_lookback_share })),
        "senders": { "digits": found.senders.digits, "mail": found.senders.mail, "other": found.senders.other },
        "duplicates": found.duplicates, "problem": found.problem,
    })
    .to_string()
}

fn show(found: &Inspection) -> Result<(), Failure> {
    if let Some(report) = &found.report {
        let span = |t: Option<i64>| t.map_or_else(|| "unknown".to_owned(), |t| Timestamp(t).rfc3339());
        let duplicates = found.duplicates.map_or_else(|| "unknown".to_owned(), |n| n.to_string());
        terminal::data(&format!(
            "rows {}, usable {}, refused {}, copies {duplicates}\nfrom {} to {}\n",
            report.rows_read,
            report.rows_ok,
            report.rejects.total(),
            span(report.oldest),
            span(report.newest),
        ))?;
        for warning in &report.warnings {
            terminal::note(&format!("note: {warning}"));
        }
    }
    let columns = found
        .columns
        .iter()
        .map(|c| {
            let state = match (c.found, c.card.required) {
                (true, _) => "found",
                (false, true) => "MISSING, required",
                (false, false) => "missing",
            };
            vec![
                c.card.name.to_owned(),
                state.to_owned(),
                c.guess.clone().unwrap_or_default(),
                c.card.meaning.to_owned(),
            ]
        })
        .collect();
    terminal::data(&terminal::table(&["column", "state", "perhaps", "meaning"], columns))?;
    let families = found
        .families
        .iter()
        .map(|(family, missing)| {
            let says = if missing.is_empty() {
                "all of its columns".to_owned()
            } else {
                format!("without {}", missing.join(", "))
            };
            vec![family.name().to_owned(), says]
        })
        .collect();
    terminal::data(&format!("\n{}", terminal::table(&["feature family", "has"], families)))?;
    if let Some(history) = found.history {
        terminal::data(&format!(
            "\nhistory: {:.1} days; {:.0} % of the last 30 days have the full 90 days before them, which M3 to M5 (new \
             recipients, strangers, unanswered chats) compare with",
            history.days,
            100.0 * history.full_lookback_share
        ))?;
    }
    Ok(())
}
