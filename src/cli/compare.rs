//! `compare RUN_A RUN_B`: whose verdict differs, and which rule or feature did it.
//! In: two published runs, perhaps labels; out: a sheet on stdout, `compare.json` and `compare.md` where a folder is named.
//! Runs under different keys name the same account differently, and are refused.

use super::args::Flags;
use super::baseline::rules_of;
use super::evaluate::{json_of, put, show};
use super::evaluation_args::Values;
use super::published::Published;
use super::{Failure, terminal};
use crate::domain::ErrorClass;
use crate::evaluate::{Labels, compare};
use crate::report::comparison_sheet;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let values = Values(flags);
    let (question, score) = (values.question()?, values.score()?);
    let given = values.get("labels").is_some();
    let labels = if given { values.labels(None, None)? } else { Labels::default() };
    let first = Published::read(Path::new(flags.subject.as_deref().unwrap_or_default()))?;
    let second = Published::read(Path::new(values.get("second").unwrap_or_default()))?;
    same_keys(&first, &second)?;
    let by = ["label".to_owned()];
    let (a, b) = (first.cases(&labels, &score, &by)?, second.cases(&labels, &score, &by)?);
    let (of_a, of_b) = (|name: &str| rules_of(&first, name), |name: &str| rules_of(&second, name));
    let comparison = compare((&a, &of_a), (&b, &of_b), question.at, question.confidence);
    let mut notes = differences(&first, &second);
    if !given {
        notes.push("without labels a flip is only raised or lowered, neither found nor harmed".to_owned());
    }
    let mark = if first.simulated() || second.simulated() { "SIMULATED: " } else { "" };
    let title = format!("{mark}run {} compared with {}", second.id(), first.id());
    let sheet = comparison_sheet(&title, &comparison, notes.clone());
    let json = json!({
        "schema": "compare 1", "simulated": first.simulated() || second.simulated(),
        "first": first.id(), "second": second.id(), "score": score.name(), "at": question.at.word(),
        "confidence": question.confidence, "notes": notes, "measures": comparison.measures, "flips": comparison.flips,
    });
    let json = json_of(serde_json::to_string_pretty(&json))? + "\n";
    if let Some(folder) = values.get("into").map(Path::new) {
        std::fs::create_dir_all(folder)?;
        put(&folder.join("compare.json"), &json)?;
        put(&folder.join("compare.md"), &sheet.markdown())?;
    }
    if flags.json { Ok(terminal::json(&json)?) } else { show(&sheet) }
}

/// Refuses runs whose accounts carry pseudonyms of different keys.
pub fn same_keys(first: &Published, second: &Published) -> Result<(), Failure> {
    let keys = |run: &Published| -> BTreeSet<String> {
        let tables = run.manifest["inputs"].as_array().cloned().unwrap_or_default();
        tables.iter().filter_map(|t| t["key_id"].as_str().map(str::to_owned)).collect()
    };
    let (a, b) = (keys(first), keys(second));
    if a == b {
        return Ok(());
    }
    let shown = |keys: BTreeSet<String>| match keys.len() {
        0 => "no key".to_owned(),
        _ => format!("key {}", keys.into_iter().collect::<Vec<_>>().join(", ")),
    };
    let problem = format!(
        "the runs were read under different keys ({} has {}, {} has {}): the same account has another name in each",
        first.id(),
        shown(a),
        second.id(),
        shown(b)
    );
    Err(Failure::new(ErrorClass::Input, problem))
}

/// What differs between the runs beside their results.
pub fn differences(first: &Published, second: &Published) -> Vec<String> {
    let parts = [
        ("/tool/version", "version of the program"),
        ("/features_fingerprint", "feature cards"),
        ("/policy/version", "policy in force"),
        ("/policy/digest", "policy file"),
        ("/population/digest", "population profile"),
        ("/model/id", "model"),
        ("/window/from", "start of the window"),
        ("/window/to", "end of the window"),
        ("/input_digest", "messages"),
        ("/simulated", "simulated"),
    ];
    let mut notes = Vec::new();
    for (path, what) in parts {
        let value = |run: &Published| {
            let value = run.manifest.pointer(path).filter(|v| !v.is_null());
            value.map_or_else(
                || "none".to_owned(),
                |v| v.as_str().map_or_else(|| v.to_string(), str::to_owned),
            )
        };
        let short = |text: String| text.chars().take(28).collect::<String>();
        let (a, b) = (value(first), value(second));
        if a != b {
            notes.push(format!("{what} differs: {} -> {}", short(a), short(b)));
        }
    }
    notes.extend(numbers(first, second, "limits", "limit"));
    notes.extend(numbers(first, second, "thresholds", "threshold"));
    if notes.is_empty() {
        notes.push(
            "same program version, feature cards, policy, population, model, window and messages".to_owned(),
        );
    }
    notes
}

/// Numbers of the policy that differ, by name.
fn numbers(first: &Published, second: &Published, part: &str, what: &str) -> Vec<String> {
    let of = |run: &Published| {
        let mut flat = BTreeMap::new();
        flatten("", &run.manifest["policy"][part], &mut flat);
        flat
    };
    let (a, b) = (of(first), of(second));
    let names: BTreeSet<&String> = a.keys().chain(b.keys()).collect();
    let shown = |value: Option<&String>| value.map_or_else(|| "as shipped".to_owned(), Clone::clone);
    let differs = names.into_iter().filter(|name| a.get(*name) != b.get(*name));
    differs.map(|n| format!("{what} {n} differs: {} -> {}", shown(a.get(n)), shown(b.get(n)))).collect()
}

/// The leaves of a value under their path.
fn flatten(path: &str, value: &serde_json::Value, out: &mut BTreeMap<String, String>) {
    match value {
        serde_json::Value::Object(map) => {
            for (name, value) in map {
                let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                flatten(&below, value, out);
            }
        }
        serde_json::Value::Null => {}
        leaf => drop(out.insert(path.to_owned(), leaf.to_string())),
    }
}
