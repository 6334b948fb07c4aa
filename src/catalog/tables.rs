//! The input contract as catalog entries and as the page INPUT.md.
//! In: the schema cards of `log::schema`; out: text and JSON.
//! Adds nothing to a card.

use super::Entry;
use crate::domain::Word;
use crate::log::TableKind;
use serde_json::json;
use std::fmt::Write;

/// One entry a table.
pub fn entries() -> Vec<Entry> {
    TableKind::ALL.iter().map(|(name, table)| entry(name, *table)).collect()
}

fn entry(name: &str, table: TableKind) -> Entry {
    let columns: Vec<_> = table
        .columns()
        .iter()
        .map(|c| {
            json!({ "column": c.name, "type": c.ty.describe(), "required": c.required, "meaning": c.meaning })
        })
        .collect();
    let list: Vec<&str> = table.columns().iter().map(|c| c.name).collect();
    Entry {
        kind: "table",
        name: name.to_owned(),
        summary: list.join(", "),
        page: format!("{name}\n{}", rows(table, "  ")),
        card: json!({ "columns": columns }),
    }
}

fn rows(table: TableKind, indent: &str) -> String {
    let mut text = String::new();
    for c in table.columns() {
        let required = if c.required { ", required" } else { "" };
        let _ = writeln!(text, "{indent}{} ({}{required}): {}", c.name, c.ty.describe(), c.meaning);
    }
    text
}

/// INPUT.md
pub fn page() -> String {
    let mut text = String::from("# Input tables\n\nPrinted from the schema cards; a test fails on any difference.\n");
    for (name, table) in TableKind::ALL {
        let _ = writeln!(text, "\n## {name}\n");
        text.push_str(&rows(*table, "- "));
    }
    text
}
