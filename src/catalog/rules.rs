//! Rule cards as catalog entries and as the page RULES.md.
//! In: `rules::cards()`; out: text and JSON.
//! Adds nothing to a card.

use super::Entry;
use crate::rules::{Rule, cards};
use std::fmt::Write;

/// One entry a rule.
pub fn entries() -> Vec<Entry> {
    cards().into_iter().map(entry).collect()
}

fn entry(card: &'static Rule) -> Entry {
    Entry {
        kind: "rule",
        name: card.code.to_owned(),
        summary: card.name.to_owned(),
        page: page_of(card),
        card: serde_json::to_value(card).unwrap_or_default(),
    }
}

fn lines(card: &Rule) -> Vec<(String, String)> {
    let [automation, broadcast, unsolicited] = card.points.get();
    let uses: Vec<&str> = card.uses.iter().map(|f| f.name).collect();
    let word = |what: &dyn std::fmt::Debug| format!("{what:?}").to_lowercase();
    let mut lines = vec![
        ("statement".to_owned(), card.statement.to_owned()),
        (
            "group, stage, family, role".to_owned(),
            format!(
                "{}, {}, {}, {}",
                word(&card.group),
                card.stage.word(),
                card.family.name(),
                word(&card.role)
            ),
        ),
        (
            "points at full strength".to_owned(),
            format!(
                "automation {automation}, broadcast {broadcast}, unsolicited {unsolicited}; its group adds at most {} to each",
                card.group.cap()
            ),
        ),
    ];
    for limit in card.limits {
        let population = limit
            .population
            .map(|q| format!(", an absolute floor beside the {:.1} % quantile of earlier nights", 100.0 * q))
            .unwrap_or_default();
        let origin = if limit.origin.is_empty() { String::new() } else { format!("; {}", limit.origin) };
        lines.push((
            format!("limit {}", limit.key),
            format!(
                "{} on {} ({}){population}; allowed {} to {}; [{}] {}{origin}",
                limit.default,
                limit.feature.name,
                word(&limit.sense),
                limit.range.0,
                limit.range.1,
                limit.marks(),
                limit.why
            ),
        ));
    }
    lines.push(("above watch".to_owned(), card.persistence.to_owned()));
    lines.push(("innocent look-alikes".to_owned(), card.look_alikes.to_owned()));
    lines.push(("reads".to_owned(), uses.join(", ")));
    lines.push(("status".to_owned(), word(&card.status)));
    lines.push(("source".to_owned(), format!("[{}] {}", card.source.0.letter(), card.source.1)));
    lines.retain(|(_, says)| !says.is_empty());
    lines
}

fn page_of(card: &Rule) -> String {
    let mut text = format!("{} {}\n", card.code, card.name);
    for (what, says) in lines(card) {
        let _ = writeln!(text, "  {what}: {says}");
    }
    text
}

/// RULES.md
pub fn page() -> String {
    let mut text = String::from(
        "# Rules\n\nPrinted from the rule cards; a test fails on any difference.\n\
         Marks: V published, Q quoted second-hand, X measured by us, S our suggestion.\n",
    );
    let mut group = None;
    for card in cards() {
        if group != Some(card.group) {
            let _ = writeln!(text, "\n## {:?}", card.group);
            group = Some(card.group);
        }
        let _ = writeln!(text, "\n### {} {}\n", card.code, card.name);
        for (what, says) in lines(card) {
            let _ = writeln!(text, "- {what}: {says}");
        }
    }
    text
}
