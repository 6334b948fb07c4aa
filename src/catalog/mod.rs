//! All cards in one list: features, rules and the tables of the input contract.
//! In: the cards; out: pages, summaries and JSON that help, dictionaries and committed files are printed from.
//! Adds nothing to a card: what a page says, the card says.

pub mod conformance;
mod features;
mod rules;
mod statements;
mod tables;

use serde_json::{Value, json};

/// One entry of the catalog.
#[derive(Debug, Clone)]
pub struct Entry {
    /// `feature`, `rule`, `background` or `table`.
    pub kind: &'static str,
    /// Name or code.
    pub name: String,
    /// One line.
    pub summary: String,
    /// The whole card in words.
    pub page: String,
    /// The whole card for machines.
    pub card: Value,
}

/// All entries: features, then rules, then tables.
pub fn entries() -> Vec<Entry> {
    let mut all = features::entries();
    all.extend(rules::entries());
    all.extend(tables::entries());
    all
}

/// Entries as a JSON list; each object carries its kind.
pub fn json(entries: &[Entry]) -> String {
    let list: Vec<Value> = entries
        .iter()
        .map(|entry| {
            let mut object = json!({ "kind": entry.kind, "name": entry.name });
            if let (Some(object), Value::Object(card)) = (object.as_object_mut(), &entry.card) {
                object.extend(card.iter().map(|(k, v)| (k.clone(), v.clone())));
            }
            object
        })
        .collect();
    serde_json::to_string_pretty(&list).unwrap_or_default()
}

/// The committed pages that are printed from cards: file name and text.
pub fn pages() -> Vec<(&'static str, String)> {
    vec![
        ("FEATURES.md", features::page()),
        ("RULES.md", rules::page()),
        ("INPUT.md", tables::page()),
        ("CONFORMANCE.md", conformance::page()),
    ]
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Running the tests is updating the pages: a difference is written, and fails once.
    #[test]
    fn committed_pages_are_what_the_cards_say() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/catalog");
        let mut rewritten = Vec::new();
        for (name, text) in super::pages() {
            let path = folder.join(name);
            if std::fs::read_to_string(&path).unwrap_or_default() != text {
                std::fs::write(&path, &text).expect("page can be written");
                rewritten.push(name);
            }
        }
        assert!(
            rewritten.is_empty(),
            "{rewritten:?} differed from the cards; look at the change and commit it"
        );
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<_> = super::entries().into_iter().map(|e| e.name.to_lowercase()).collect();
        names.sort();
        let n = names.len();
        names.dedup();
        assert_eq!(names.len(), n);
    }
}
