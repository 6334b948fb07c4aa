//! `inspect`: what a log offers before a scan.
//! In: the inputs a scan would read; out: rows, span, columns, feature families, how far the history carries.
//! Scores nobody.

use super::args::Flags;
use super::{Failure, scan, terminal};
use crate::domain::Timestamp;
use crate::log::{Inspection, TableKind, inspect};
use crate::rules::{AgreementFamily, Role, in_force};
use serde_json::json;
use std::collections::BTreeSet;

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let settings = scan::resolve(flags)?;
    let inputs = scan::inputs(&settings)?;
    let found = inspect(&inputs.messages, &scan::read_settings(&settings)?)?;
    let given: Vec<&str> = inputs.side.iter().map(|spec| spec.table.name()).collect();
    if flags.json {
        terminal::json(&as_json(&found, &given))?;
    } else {
        show(&found, &given)?;
    }
    match &found.problem {
        Some(problem) => Err(Failure::new(crate::domain::ErrorClass::Input, problem.clone())),
        None => Ok(()),
    }
}

/// What a feature family has of what its rules read.
struct Has {
    name: &'static str,
    missing: Vec<&'static str>,
    given: Vec<&'static str>,
    not_given: Vec<&'static str>,
}

impl Has {
    fn says(&self) -> String {
        let mut parts = Vec::new();
        if !self.missing.is_empty() {
            parts.push(format!("without the columns {}", self.missing.join(", ")));
        }
        for table in &self.given {
            parts.push(format!("table {table} given"));
        }
        for table in &self.not_given {
            parts.push(format!("table {table} not given"));
        }
        if parts.is_empty() { "all of its columns".to_owned() } else { parts.join("; ") }
    }
}

/// The families that some rule in force belongs to, as their cards read them.
fn families(found: &Inspection, given: &[&str]) -> Vec<Has> {
    let built = AgreementFamily::EACH.into_iter().filter_map(|family| {
        let rules: Vec<_> =
            in_force().iter().filter(|r| r.family == family && r.role != Role::Benign).collect();
        let reads = rules.iter().flat_map(|r| r.uses).flat_map(|card| card.reads);
        let tables: BTreeSet<&str> = reads.filter_map(|r| Some(r.column().split_once('.')?.0)).collect();
        let tables = tables.into_iter().filter(|t| *t != TableKind::Messages.name());
        let (given, not_given) = tables.partition(|table| given.contains(table));
        let missing = found.families.get(&family).cloned().unwrap_or_default();
        (!rules.is_empty()).then_some(Has { name: family.name(), missing, given, not_given })
    });
    built.collect()
}

fn as_json(found: &Inspection, given: &[&str]) -> String {
    let columns: Vec<_> = found
        .columns
        .iter()
        .map(|c| json!({ "column": c.card.name, "found": c.found, "required": c.card.required, "guess": c.guess }))
        .collect();
    let all = families(found, given);
    let columns_of = |f: &Has| (f.name.to_owned(), json!(f.missing));
    let tables_of = |f: &Has| (f.name.to_owned(), json!(f.not_given));
    let families: serde_json::Map<String, serde_json::Value> = all.iter().map(columns_of).collect();
    let tables: serde_json::Map<String, serde_json::Value> = all.iter().map(tables_of).collect();
    json!({
        "rows": found.report.as_ref().map(|r| r.rows_read),
        "usable": found.report.as_ref().map(|r| r.rows_ok),
        "rejected": found.report.as_ref().map(|r| r.rejects.total()),
        "oldest": found.report.as_ref().and_then(|r| r.oldest).map(|t| Timestamp(t).rfc3339()),
        "newest": found.report.as_ref().and_then(|r| r.newest).map(|t| Timestamp(t).rfc3339()),
        "columns": columns, "families_missing_columns": families, "families_missing_tables": tables, "words": found.words,
        "history": found.history.map(|h| json!({ "days": h.days, "full_lookback_share": h.full_lookback_share })),
        "senders": { "digits": found.senders.digits, "mail": found.senders.mail, "other": found.senders.other },
        "duplicates": found.duplicates, "problem": found.problem,
    })
    .to_string()
}

fn show(found: &Inspection, given: &[&str]) -> Result<(), Failure> {
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
    let families = families(found, given).into_iter().map(|f| vec![f.name.to_owned(), f.says()]).collect();
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
