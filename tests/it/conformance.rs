//! The table behind CONFORMANCE.md: what it names exists, and a scenario it names is about the rule it names.
//! In: `catalog::conformance` and `data/scenarios`; out: a failure that names the statement.
//! Whether the scenarios hold is tested by running them, elsewhere.

use bulkwatch::catalog::conformance::{Shown, statements};
use bulkwatch::simulate::ScenarioCard;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

/// Whether some expectation of the scenario names the rule, to fire, not to, or as a mitigation.
fn is_about(shown: &Shown, card: &ScenarioCard) -> bool {
    let Some(rule) = shown.rule else { return !card.expect.is_empty() };
    let named = |code: &Option<String>| code.as_deref() == Some(rule.code);
    card.expect.iter().any(|e| named(&e.reason) || named(&e.no_reason) || named(&e.mitigation))
}

#[test]
fn scenarios_exist_and_are_about_the_rule_beside_them() {
    for statement in statements() {
        for shown in statement.shown {
            let file = root().join("data/scenarios").join(shown.scenario).join("scenario.toml");
            let text = fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", shown.scenario));
            let card: ScenarioCard = ScenarioCard::parse(&text).expect("scenario card");
            let rule = shown.rule.map(|rule| rule.code);
            assert!(
                is_about(shown, &card),
                "{}: {} says nothing of {rule:?}",
                statement.says,
                shown.scenario
            );
        }
    }
}

fn read_below(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).expect("folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            read_below(&path, text);
        } else if path.extension().is_some_and(|e| e == "rs") {
            text.push_str(&fs::read_to_string(path).expect("source"));
        }
    }
}

#[test]
fn the_tests_it_names_exist() {
    let mut all = String::new();
    read_below(&root().join("src"), &mut all);
    read_below(&root().join("tests/it"), &mut all);
    for statement in statements() {
        for name in statement.tests {
            assert!(all.contains(&format!("fn {name}(")), "{}: no test {name}", statement.says);
        }
    }
}
