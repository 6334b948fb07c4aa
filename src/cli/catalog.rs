//! `catalog`: features, rules and input columns, printed from their cards.
//! In: a name or nothing; out: a list, one card in full, or all of it as JSON.
//! Holds no text of its own about any card.

use super::args::Flags;
use super::{Failure, terminal};
use crate::catalog;
use crate::domain::nearest;

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let entries = catalog::entries();
    if let Some(name) = &flags.subject {
        let entry = entries.iter().find(|e| e.name.eq_ignore_ascii_case(name)).ok_or_else(|| {
            let offer = nearest(name, entries.iter().map(|e| e.name.as_str()))
                .map(|n| format!("; did you mean {n}?"))
                .unwrap_or_default();
            Failure::usage(format!("no feature, rule or table named {}{offer}", terminal::safe(name)))
        })?;
        let text = if flags.json { catalog::json(std::slice::from_ref(entry)) } else { entry.page.clone() };
        return Ok(terminal::data(&text)?);
    }
    if flags.json {
        return Ok(terminal::data(&catalog::json(&entries))?);
    }
    let rows =
        entries.iter().map(|e| vec![e.kind.to_owned(), e.name.clone(), e.summary.clone()]).collect();
    Ok(terminal::data(&terminal::table(&["kind", "name", "what it is"], rows))?)
}
