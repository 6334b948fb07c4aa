//! Journeys: an analyst's two mornings, a night whose log broke, an operator whose machine dies in the middle of it.
//! In: nights of the simulated log and small logs made here; out: what the program wrote and said, step by step.
//! Each step reads what the step before published, as a person would.

use super::nights::{args, column, folders, metrics, scan, text};
use super::program::{ok, root, run_in};
use bulkwatch::report::read_run;
use bulkwatch::table_io::read_parquet;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

fn queue(run: &Path) -> Vec<Value> {
    let lines = fs::read_to_string(run.join("review_queue.ndjson")).expect("a queue");
    lines.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn an_analyst_decides_one_night_and_reads_the_next() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let first = scan(&out, &["--to", "2022-05-31", "--capacity", "10"]);
    assert!(!metrics(&first).contains_key("queue.expected.confirmed"), "nobody decided yet");
    // Every case of the morning is decided: two of three confirmed, whatever they are.
    let id = first.file_name().expect("a name").to_str().expect("text");
    let mut decisions = String::from("account,decision,why,who,when,run\n");
    let rows: BTreeMap<String, String> = read_run(&first)
        .expect("a run")
        .accounts
        .into_iter()
        .map(|a| (a.name, a.verdict.to_string()))
        .collect();
    let mut decided = BTreeMap::<String, [f64; 2]>::new();
    for (i, case) in queue(&first).iter().enumerate() {
        let name = case["account"].as_str().expect("a name");
        let said = if i % 3 == 2 { "innocent" } else { "confirmed" };
        let _ = writeln!(decisions, "{name},{said},seen,ann,2022-05-31T08:00:00Z,{id}");
        if ["review", "abuse_high", "abuse_certain"].contains(&rows[name].as_str()) {
            let stratum = decided.entry(rows[name].clone()).or_default();
            stratum[0] += 1.0;
            stratum[1] += f64::from(said == "confirmed");
        }
    }
    let file = dir.path().join("ann.csv");
    fs::write(&file, decisions).expect("written");
    let second = scan(&out, &["--previous", "newest", "--decisions", text(&file), "--capacity", "10"]);
    let flat = metrics(&second);
    for (stratum, [n, confirmed]) in &decided {
        if flat.contains_key(&format!("queue.stratum.{stratum}.cases")) {
            assert_eq!(flat[&format!("queue.stratum.{stratum}.decided")], *n, "{stratum}");
            assert_eq!(flat[&format!("queue.stratum.{stratum}.confirmed")], *confirmed, "{stratum}");
        }
    }
    let [low, expected, high] =
        ["_low", "", "_high"].map(|end| flat[&format!("queue.expected.confirmed{end}")]);
    assert!(low <= expected && expected <= high && 0.0 < flat["queue.expected.decided"], "{flat:?}");
    let known = flat["queue.expected.cases"] + flat["queue.expected.cases_not_known"];
    assert_eq!(known, flat["queue.cases"]);
    // Stable: the same night again has the same queue, and so has the same night on one thread.
    let before = fs::read(second.join("review_queue.csv")).expect("a queue");
    let again =
        ["--previous", text(&first), "--decisions", text(&file), "--capacity", "10", "--threads", "1"];
    ok(&root(), &args(&out, &again));
    assert!(before == fs::read(second.join("review_queue.csv")).expect("a queue"));
    // Decisions become labels; the packet is read; an erased account leaves every night, and both still verify.
    let labels = dir.path().join("labels.csv");
    ok(&root(), &["decisions", "merge", text(&file), "--out", text(&labels)]);
    assert!(2 < fs::read_to_string(&labels).expect("labels").lines().count());
    let name = "sim_flood";
    let page = ok(&root(), &["packet", name, "--run", text(&second), "--for", "holder", "--lang", "de"]);
    assert!(page.contains("Das eigene Verhalten des Kontos rechtfertigt keine Einschränkung."), "{page}");
    ok(&root(), &["erase", name, text(&out), "--by", "ops", "--reason", "request 12"]);
    for run in folders(&out) {
        ok(&root(), &["verify", text(&run)]);
        let scores = read_parquet(&run.join("scores.parquet")).expect("scores");
        assert!(!column(&scores, "account").contains(&name.to_owned()));
    }
    let gone = run_in(&root(), &["packet", name, "--run", text(&second)]);
    assert!(gone.code == 2 && gone.err.contains("no account sim_flood"), "{}", gone.err);
}

/// A log of 600 accounts that each send twelve messages on each of four days, so many seconds apart.
fn log(folder: &Path, name: &str, apart: usize, first_day: usize) -> PathBuf {
    let mut rows = String::from("ts,sender,recipient,msg_id\n");
    for account in 0..600 {
        for day in first_day..first_day + 4 {
            for k in 0..12 {
                let second = 3_600 + account + k * apart;
                let (h, m, s) = (second / 3_600, second / 60 % 60, second % 60);
                let _ = writeln!(
                    rows,
                    "2022-05-{day:02}T{h:02}:{m:02}:{s:02}Z,a{account},p{account}-{},m{account}-{day}-{k}",
                    k % 3
                );
            }
        }
    }
    let path = folder.join(name);
    fs::write(&path, rows).expect("written");
    path
}

#[test]
fn a_night_whose_log_is_unlike_the_earlier_one_is_held_and_the_feature_named() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let sized = |log: &Path, to: &str, length: &str, more: &[&str]| {
        let all = [
            "scan",
            text(log),
            "--quiet",
            "--length",
            length,
            "--to",
            to,
            "--log-start",
            "2022-01-01",
            "--out",
        ];
        run_in(dir.path(), &[&all[..], &[text(&out)], more].concat())
    };
    let night = |log: &Path, to: &str, more: &[&str]| sized(log, to, "4d", more);
    let newest = |before: &[PathBuf]| folders(&out).into_iter().find(|p| !before.contains(p)).expect("a run");
    let usual = log(dir.path(), "usual.csv", 1_800, 1);
    assert_eq!(night(&usual, "2022-05-05", &[]).code, 0);
    let first = newest(&[]);
    // The same conduct four days later moves nothing; nor is anything compared where the windows differ.
    let calm = log(dir.path(), "calm.csv", 1_800, 5);
    let done = night(&calm, "2022-05-09", &["--previous", text(&first)]);
    assert_eq!(done.code, 0, "{}", done.err);
    let second = newest(std::slice::from_ref(&first));
    let flat = metrics(&second);
    assert!(flat["drift.at_least"] == 0.0 && 30.0 < flat["drift.features"], "{flat:?}");
    let done = sized(&calm, "2022-05-09", "2d", &["--previous", text(&first)]);
    assert_eq!(done.code, 0, "{}", done.err);
    let shorter = newest(&[first.clone(), second.clone()]);
    assert_eq!(metrics(&shorter)["drift.features"], 0.0);
    // A collector that writes all of a day's messages at one moment.
    let broken = log(dir.path(), "broken.csv", 1, 9);
    let done = night(&broken, "2022-05-13", &["--previous", text(&second)]);
    assert_eq!(done.code, 4, "{}", done.err);
    assert!(
        done.err.contains("held: the feature ") && done.err.contains("600 accounts before, 600 tonight"),
        "{}",
        done.err
    );
    let held = folders(&out).into_iter().find(|p| p.to_string_lossy().contains("HELD-")).expect("held");
    let manifest: Value =
        serde_json::from_slice(&fs::read(held.join("manifest.json")).expect("manifest")).expect("JSON");
    let worst = &manifest["drift"]["furthest"][0];
    assert!(done.err.contains(worst["feature"].as_str().expect("a name")));
    assert_eq!((&worst["n"][0], &manifest["drift"]["bound"]), (&600.into(), &0.3.into()));
    assert!(0.3 < metrics(&held)["drift.at_least"] && !held.join("review_queue.csv").exists());
    // It stays held against the night before until a person lets it go.
    ok(dir.path(), &["release", text(&held), "--by", "ops", "--reason", "the new collector"]);
    let after = log(dir.path(), "after.csv", 1, 13);
    let after = night(&after, "2022-05-17", &["--previous", "newest"]);
    assert_eq!(after.code, 0, "the released night is what the next is compared with: {}", after.err);
}

#[test]
fn an_upkeep_killed_at_any_moment_leaves_whole_runs_and_can_be_done_again() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let strict = super::nights::policy(dir.path(), "strict.toml", "max_abuse_n = 100000", "max_abuse_n = 1");
    scan(&out, &["--to", "2022-05-31"]);
    assert_eq!(run_in(&root(), &args(&out, &["--policy", text(&strict)])).code, 4);
    let killed = |args: &[&str], after: u64| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bulkwatch"));
        command.args(args).current_dir(root()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the program starts");
        std::thread::sleep(Duration::from_millis(after));
        // An error means that it had already ended, which is a moment like any other.
        let _ = child.kill();
        child.wait().expect("waited for");
        for run in folders(&out).iter().filter(|p| !hidden(p)) {
            ok(&root(), &["verify", text(run)]);
        }
    };
    for (round, account) in ["sim_flood", "sim_plain", "sim_burst", "sim_padded"].into_iter().enumerate() {
        killed(&["erase", account, text(&out)], 20 + 90 * (round * round) as u64);
    }
    for after in [10, 120, 400] {
        if let Some(held) = folders(&out).iter().find(|p| !hidden(p) && p.to_string_lossy().contains("HELD-"))
        {
            killed(&["release", text(held), "--by", "ops", "--reason", "x"], after);
        }
    }
    for account in ["sim_flood", "sim_plain", "sim_burst", "sim_padded"] {
        ok(&root(), &["erase", account, text(&out)]);
    }
    assert!(folders(&out).iter().all(|p| !hidden(p)), "what killed commands left is removed");
    for run in folders(&out) {
        let scores = read_parquet(&run.join("scores.parquet")).expect("scores");
        assert!(!column(&scores, "account").iter().any(|name| name == "sim_flood" || name == "sim_padded"));
    }
    killed(&["runs", text(&out), "--keep", "0", "--delete"], 15);
    ok(&root(), &["runs", text(&out), "--keep", "0", "--delete"]);
    assert!(folders(&out).is_empty());
}

fn hidden(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'))
}
