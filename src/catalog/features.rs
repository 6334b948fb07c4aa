//! Feature cards as catalog entries and as the page FEATURES.md.
//! In: `features::cards()`; out: text and JSON.
//! Adds nothing to a card.

use super::Entry;
use crate::features::{Absent, Feature, cards};
use std::fmt::Write;

/// One entry a feature.
pub fn entries() -> Vec<Entry> {
    cards().into_iter().map(entry).collect()
}

fn entry(card: &'static Feature) -> Entry {
    Entry {
        kind: "feature",
        name: card.name.to_owned(),
        summary: card.definition.to_owned(),
        page: page_of(card),
        card: serde_json::to_value(card).unwrap_or_default(),
    }
}

fn lines(card: &Feature) -> Vec<(&'static str, String)> {
    let (low, high) = card.range;
    let high = if high.is_finite() { high.to_string() } else { "unbounded".to_owned() };
    // What says who others are may stand in a column that says the same of the account.
    let mut reads: Vec<&str> = Vec::new();
    for column in card.reads.iter().map(|r| r.column()) {
        if !reads.contains(&column) {
            reads.push(column);
        }
    }
    let mut lines = vec![
        ("definition", card.definition.to_owned()),
        ("how to read it", card.reading.to_owned()),
        ("innocent look-alikes", card.look_alikes.to_owned()),
        ("unit, range", format!("{:?}, {low} to {high}", card.unit).to_lowercase()),
        ("absent when", card.absent_when.to_owned()),
        ("reads", reads.join(", ")),
        ("source", format!("[{}] {}", card.source.0.letter(), card.source.1)),
    ];
    if let Some((base, least)) = card.evidence {
        lines.push(("rules use it when", format!("{} >= {least}", base.name)));
    }
    if let Some(contract) = card.contract {
        lines.push(("contract entry", contract.to_owned()));
    }
    lines
}

fn page_of(card: &Feature) -> String {
    let mut text = format!("{}\n", card.name);
    for (what, says) in lines(card) {
        let _ = writeln!(text, "  {what}: {says}");
    }
    text
}

/// FEATURES.md
pub fn page() -> String {
    let mut text = String::from(
        "# Features\n\nPrinted from the feature cards; a test fails on any difference.\n\
         Counts are 0 when there is nothing to count; anything that cannot be computed is null in `features.parquet`, \
         and the column `absent` holds one letter per feature, in the order below, that says why:\n\n",
    );
    for (_, code, meaning) in Absent::ALL {
        let _ = writeln!(text, "- `{code}`: {meaning}");
    }
    text.push_str("- `.`: the value is there\n");
    let mut family = None;
    for card in cards() {
        if family != Some(card.family) {
            let _ = writeln!(text, "\n## {:?}", card.family);
            family = Some(card.family);
        }
        let _ = writeln!(text, "\n### {}\n", card.name);
        for (what, says) in lines(card) {
            let _ = writeln!(text, "- {what}: {says}");
        }
    }
    text
}
