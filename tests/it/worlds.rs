//! A simulated world is read whole: no row of any table is refused, the scan needs no more than the folder, and says so.
//! In: small worlds made by the program; out: failures that name the table.
//! Demands nothing of verdicts: what is found in a world is measured, not tested.

use super::program::{ok, run_folder, run_in};
use serde_json::Value;
use std::fs;

fn json(path: &std::path::Path) -> Value {
    serde_json::from_str(&fs::read_to_string(path).expect("file")).expect("JSON")
}

#[test]
fn every_file_of_a_world_is_read_without_a_reject() {
    for difficulty in ["plain", "adaptive"] {
        let temp = tempfile::tempdir().expect("temp");
        let sized = ["--accounts", "400", "--days", "3", "--seed", "7", "--difficulty", difficulty];
        let said = ok(temp.path(), &[&["simulate", "world"], &sized[..]].concat());
        assert!(said.contains("SIMULATED"), "{said}");
        let scanned = run_in(temp.path(), &["scan", "world"]);
        assert_eq!(scanned.code, 0, "{}", scanned.err);
        assert!(scanned.err.contains("SIMULATED"), "{}", scanned.err);
        let run = run_folder(&temp.path().join("runs"));
        let metrics = json(&run.join("metrics.json"));
        assert_eq!(metrics["rows.rejected"], 0.0);
        let world = json(&temp.path().join("world/world.json"));
        assert_eq!(metrics["rows.read"].as_f64(), world["messages"].as_f64());
        let manifest = json(&run.join("manifest.json"));
        assert_eq!(manifest["simulated"], true);
        let inputs = manifest["inputs"].as_array().expect("inputs");
        assert!(inputs.len() >= 9, "side tables are missing: {inputs:?}");
        for input in inputs {
            assert_eq!(input["rejected"], 0, "{input}");
        }
    }
}

#[test]
fn wrong_words_and_numbers_are_named() {
    let temp = tempfile::tempdir().expect("temp");
    fs::write(temp.path().join("mix.toml"), "[per_million]\ndriper = 5\n").expect("written");
    for (args, expected) in [
        (["--difficulty", "adaptiv"], "did you mean adaptive?"),
        (["--region", "heldout"], "did you mean held-out?"),
        (["--to", "tomorrow"], "--to tomorrow: a date such as 2022-06-01 is needed"),
        (["--days", "1"], "--days 1: a whole number from 2 to 90 is needed"),
        (["--mix", "mix.toml"], "did you mean dripper?"),
        (["--mix", "none.toml"], "none.toml"),
        (["--out", "."], "is there already"),
    ] {
        let done = run_in(temp.path(), &[&["simulate", "world", "--accounts", "5"], &args[..]].concat());
        assert_eq!(done.code, 2, "{args:?}: {}", done.err);
        assert!(done.err.contains(expected), "{args:?}: {}", done.err);
    }
}
