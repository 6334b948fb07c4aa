//! `config show`: all settings in force and where each comes from.
//! In: the same flags, environment and project file a scan would see; out: a table or JSON.
//! Changes nothing and reads no log.

use super::args::Flags;
use super::{Failure, scan, terminal};

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let settings = scan::resolve(flags)?;
    let shown = settings.shown();
    if flags.json {
        let map: serde_json::Map<String, serde_json::Value> = shown
            .into_iter()
            .map(|(key, value, origin)| {
                (key.to_owned(), serde_json::json!({ "value": value, "origin": origin }))
            })
            .collect();
        return Ok(terminal::json(&serde_json::Value::Object(map).to_string())?);
    }
    let rows = shown
        .into_iter()
        .map(|(key, value, origin)| {
            let mut row = vec![key.to_owned(), value];
            row.extend(flags.origin.then_some(origin));
            row
        })
        .collect();
    let head: &[&str] = if flags.origin { &["key", "value", "origin"] } else { &["key", "value"] };
    Ok(terminal::data(&terminal::table(head, rows))?)
}
