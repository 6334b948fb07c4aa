//! Nights in a row as an operator and an analyst live them: deltas, queue, decisions, held runs, history, erasure, the lock.
//! In: the simulated mixed night, cut at several days and under several policies; out: what the program wrote and said.
//! What is right is computed again here from the published tables.

use super::program::{ok, root, run_in};
use bulkwatch::report::{AccountRow, RESULT_FILES, read_run};
use bulkwatch::table_io::{Table, read_parquet};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

pub const EARLIER: [&str; 4] = ["--from", "2022-04-25", "--to", "2022-05-25"];

pub fn args<'a>(out: &'a Path, more: &[&'a str]) -> Vec<&'a str> {
    let mut all =
        vec!["scan", "--quiet", "--config", "data/demo/night.toml", "--out", out.to_str().expect("text")];
    all.extend(more);
    all
}

/// Scans the mixed night, and returns the folder that was not there before.
pub fn scan(out: &Path, more: &[&str]) -> PathBuf {
    let before = folders(out);
    ok(&root(), &args(out, more));
    let new: Vec<PathBuf> = folders(out).difference(&before).cloned().collect();
    assert_eq!(new.len(), 1, "{more:?}: {new:?}");
    new[0].clone()
}

pub fn folders(out: &Path) -> BTreeSet<PathBuf> {
    let all = fs::read_dir(out).into_iter().flatten().flatten().map(|e| e.path());
    all.filter(|p| p.join("manifest.json").is_file()).collect()
}

pub fn text(path: &Path) -> &str {
    path.to_str().expect("text")
}

pub fn metrics(run: &Path) -> BTreeMap<String, f64> {
    serde_json::from_slice(&fs::read(run.join("metrics.json")).expect("metrics")).expect("numbers")
}

pub fn policy(folder: &Path, name: &str, from: &str, to: &str) -> PathBuf {
    let shipped = fs::read_to_string(root().join("data/policy/whatsapp.toml")).expect("policy");
    assert!(shipped.contains(from), "{from}");
    let path = folder.join(name);
    fs::write(&path, shipped.replace(from, to)).expect("written");
    path
}

fn rung(row: Option<&AccountRow>) -> Option<(usize, bool)> {
    let ladder = ["no_finding", "watch", "review", "abuse_high", "abuse_certain"];
    row.map(|r| (ladder.iter().position(|v| r.verdict == *v).expect("a rung"), r.finding != "none"))
}

/// What became of each account, computed from two published runs.
fn changes(before: &Path, now: &Path) -> BTreeMap<String, &'static str> {
    let rows = |run: &Path| -> BTreeMap<String, AccountRow> {
        read_run(run).expect("a run").accounts.into_iter().map(|a| (a.name.clone(), a)).collect()
    };
    let (before, now) = (rows(before), rows(now));
    let names: BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    let nothing = (0, false);
    let change = |name: &&String| match (rung(before.get(*name)), rung(now.get(*name))) {
        (None, Some(n)) if nothing < n => Some("new"),
        (Some(b), None) if nothing < b => Some("disappeared"),
        (Some(b), Some(n)) if b.0 < n.0 => Some("risen"),
        (Some(b), Some(n)) if b < n => Some("new_finding"),
        (Some(b), Some(n)) if b.0 == n.0 && n < b && nothing < n => Some("finding_gone"),
        (Some(b), Some(n)) if n < b && nothing < n => Some("fallen"),
        (Some(b), Some(n)) if n < b && now[*name].state == "insufficient" => Some("expired"),
        (Some(b), Some(n)) if n < b => Some("cleared"),
        _ => None,
    };
    names.into_iter().filter_map(|name| Some((name.clone(), change(&name)?))).collect()
}

pub fn column(table: &Table, name: &str) -> Vec<String> {
    table.texts(name).expect(name).iter().map(|v| v.clone().unwrap_or_default()).collect()
}

fn told(run: &Path) -> BTreeMap<String, String> {
    let table = read_parquet(&run.join("delta.parquet")).expect("a delta");
    let each =
        column(&table, "kind").into_iter().zip(column(&table, "subject")).zip(column(&table, "change"));
    each.filter(|((kind, _), _)| kind == "account").map(|((_, name), change)| (name, change)).collect()
}

#[test]
fn the_delta_is_what_two_published_runs_differ_in() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let earlier = scan(&out, &EARLIER);
    let tonight = scan(&out, &["--previous", "newest"]);
    let expected = changes(&earlier, &tonight);
    assert!(20 < expected.len() && expected.values().any(|c| *c == "risen"), "{expected:?}");
    let expected: BTreeMap<String, String> = expected.into_iter().map(|(n, c)| (n, c.to_owned())).collect();
    assert_eq!(told(&tonight), expected);
    let flat = metrics(&tonight);
    let sum: f64 = flat.iter().filter(|(k, _)| k.starts_with("delta.accounts.")).map(|(_, n)| n).sum();
    assert_eq!(sum, expected.len() as f64);
    assert_eq!(flat["delta.cause.terms"] + flat["delta.cause.both"] + flat["delta.cause.unknown"], 0.0);
    let page = fs::read_to_string(tonight.join("report.html")).expect("page");
    assert!(page.contains("What changed since 2022-05-25T00:00:00Z"));
    // The other way round, so that what is gone is told too; and the same bytes on other threads.
    let back = dir.path().join("back");
    let full = scan(&back, &[]);
    let named = ["--to", "2022-06-02", "--from", "2022-05-30", "--previous", text(&full)];
    let short = scan(&back, &[&named[..], &["--threads", "1"]].concat());
    let expected = changes(&full, &short);
    let kinds: BTreeSet<&str> = expected.values().copied().collect();
    assert!(
        kinds.contains("disappeared") && (kinds.contains("expired") || kinds.contains("cleared")),
        "{kinds:?}"
    );
    assert_eq!(told(&short), expected.into_iter().map(|(n, c)| (n, c.to_owned())).collect());
    let first = fs::read(short.join("delta.parquet")).expect("bytes");
    ok(&root(), &args(&back, &[&named[..], &["--threads", "2"]].concat()));
    assert!(first == fs::read(short.join("delta.parquet")).expect("bytes"), "other bytes on two threads");
}

#[test]
fn what_the_policy_changed_is_told_apart_from_conduct() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let before = scan(&out, &[]);
    let milder = policy(dir.path(), "milder.toml", "review = 0.42", "review = 0.60");
    let now = scan(&out, &["--previous", text(&before), "--policy", text(&milder)]);
    let table = read_parquet(&now.join("delta.parquet")).expect("a delta");
    let causes: BTreeSet<String> = column(&table, "cause").into_iter().collect();
    assert!(0 < table.rows() && causes == BTreeSet::from(["terms".to_owned()]), "{causes:?}");
    assert!(column(&table, "terms").iter().all(|t| t == "policy"));
    assert!(column(&table, "why").iter().all(|w| w.contains("the same rules hit")), "thresholds only");
    // The same conduct under a rule with another limit: which rules hit no more is told.
    let limit = policy(
        dir.path(),
        "limit.toml",
        "[limits]\n",
        "[limits]\n\"M3.soft\" = 9000\n\"M3.strong\" = 20000\n",
    );
    let fewer = scan(&out, &["--previous", text(&before), "--policy", text(&limit)]);
    let why = column(&read_parquet(&fewer.join("delta.parquet")).expect("a delta"), "why");
    assert!(why.iter().any(|w| w.contains("no longer hits M3")), "{why:?}");
    // And nothing changed where nothing did.
    let same = scan(&out, &["--previous", text(&before)]);
    assert_eq!(read_parquet(&same.join("delta.parquet")).expect("a delta").rows(), 0);
}

#[test]
fn runs_that_cannot_be_compared_are_refused() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let run = scan(&out, &[]);
    let previous = |folder: &Path, more: &[&str]| {
        let done = run_in(&root(), &args(&out, &[&["--previous", text(folder)], more].concat()));
        assert_eq!(done.code, if folder.exists() { 2 } else { 3 }, "{}", done.err);
        done.err
    };
    assert!(previous(&run, &["--to", "2022-05-31"]).contains("which is after tonight's"));
    let manifest = fs::read_to_string(run.join("manifest.json")).expect("manifest");
    let other = dir.path().join("other");
    fs::create_dir(&other).expect("made");
    let changed = manifest.replacen("\"key_id\": null", "\"key_id\": \"0123abcd\"", 1);
    assert_ne!(manifest, changed);
    fs::write(other.join("manifest.json"), changed).expect("written");
    assert!(previous(&other, &[]).contains("was made under key 0123abcd, tonight's log under key (none)"));
    assert!(previous(&dir.path().join("nowhere"), &[]).contains("is no run folder"));
}

#[test]
fn who_was_decided_innocent_stays_silent_until_there_is_other_evidence() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let run = scan(&out, &[]);
    let lines = fs::read_to_string(run.join("review_queue.ndjson")).expect("queue");
    let rows: Vec<Value> = lines.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let open = rows.iter().find(|r| r["verdict"] == "review").expect("a review");
    let name = open["account"].as_str().expect("a name");
    let id = run.file_name().expect("a name").to_str().expect("text");
    let file = dir.path().join("decisions.csv");
    let decided = |families: &str| {
        let head = "account,decision,why,who,when,run,families\n";
        fs::write(&file, format!("{head}{name},innocent,a school,ann,2022-05-31,{id},{families}\n"))
            .expect("written");
    };
    let tonight = |what: &str| {
        let run = scan(&out, &["--decisions", text(&file)]);
        let found = read_run(&run).expect("a run").accounts.into_iter().find(|a| a.name == name);
        let found = found.unwrap_or_else(|| panic!("{what}: no row"));
        fs::remove_dir_all(&run).expect("removed");
        (found.verdict, found.notes, found.unsolicited)
    };
    // Nothing said of what was seen: it is looked up in the run that was looked at.
    decided("");
    let (verdict, notes, score) = tonight("looked up");
    assert_eq!((verdict.as_str(), Some(score)), ("no_finding", open["unsolicited"].as_f64().map(|_| score)));
    let told = format!("decided innocent on 2022-05-31 in run {id}: a school; silent until");
    assert!(notes.starts_with(&told), "{notes}");
    decided("none");
    let (verdict, notes, _) = tonight("another kind");
    assert!(verdict == "review" && notes.contains("evidence of another kind since"), "{verdict} {notes}");
    // Said after the night, it does not exist yet.
    fs::write(&file, format!("account,decision,why,who,when,run\n{name},innocent,x,ann,2022-06-02,{id}\n"))
        .expect("written");
    assert_eq!(tonight("too early").0, "review");
}

#[test]
fn decisions_of_two_people_become_labels_and_their_conflicts_are_shown() {
    let dir = tempfile::tempdir().expect("temp");
    let head = "account,decision,why,who,when,run\n";
    let put =
        |name: &str, rows: &str| fs::write(dir.path().join(name), format!("{head}{rows}")).expect("written");
    put(
        "ann.csv",
        "a,confirmed,bulk,ann,2022-06-01,r\nb,innocent,shop,ann,2022-06-01,r\nc,unsure,?,ann,2022-06-01,r\n",
    );
    put(
        "bob.csv",
        "a,confirmed,bulk,bob,2022-06-02,r\nb,confirmed,bulk,bob,2022-06-01,r\nd,innocent,school,bob,2022-06-01,r\n",
    );
    let done = run_in(dir.path(), &["decisions", "merge", "ann.csv", "bob.csv", "--out", "labels.csv"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let labels = fs::read_to_string(dir.path().join("labels.csv")).expect("labels");
    let expected = "account,label,as_of,source,confidence\n\
                    a,confirmed,2022-06-02T00:00:00Z,decision:ann+bob,0.95\n\
                    d,innocent,2022-06-01T00:00:00Z,decision:bob,0.8\n";
    assert_eq!(labels, expected);
    assert!(done.out.contains("ann.csv:3") && done.out.contains("bob.csv:3"), "{}", done.out);
    assert!(
        done.err.contains("2 labels; 1 accounts of which nobody was sure and 1 conflicts"),
        "{}",
        done.err
    );
    put("bad.csv", "a,confrmed,bulk,ann,2022-06-01,r\n");
    let bad = run_in(dir.path(), &["decisions", "merge", "bad.csv"]);
    assert!(bad.code == 3 && bad.err.contains("bad.csv, row 1 (line 2), decision"), "{}", bad.err);
}

#[test]
fn a_night_out_of_proportion_is_held_and_exports_what_it_would_have_once_released() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let sized = ["--capacity", "10", "--case-url", "https://cases/{case}"];
    let free = scan(&dir.path().join("free"), &sized);
    let strict = policy(dir.path(), "strict.toml", "max_abuse_n = 100000", "max_abuse_n = 1");
    let held = run_in(&root(), &args(&out, &[&sized[..], &["--policy", text(&strict)]].concat()));
    assert_eq!(held.code, 4, "{}", held.err);
    assert!(held.err.contains("2 accounts are at abuse_high or above, the quota is 1"), "{}", held.err);
    let run = folders(&out).into_iter().next().expect("a held run");
    assert!(run.file_name().expect("a name").to_string_lossy().starts_with("HELD-"));
    let exports = ["review_queue.csv", "review_queue.ndjson", "osprey_jobs.json", "osprey_review.txt"];
    assert!(exports.iter().all(|file| !run.join(file).exists()), "nothing leaves the house");
    assert!(fs::read_to_string(run.join("report.html")).expect("page").contains("HELD: "));
    ok(&root(), &["verify", text(&run)]);
    assert!(ok(&root(), &["explain", "sim_burst", "--run", text(&run)]).contains("abuse_certain"));
    let packet = run_in(&root(), &["packet", "sim_burst", "--run", text(&run), "--for", "holder"]);
    assert!(packet.code == 2 && packet.err.contains("is held"), "{}", packet.err);
    assert!(ok(&root(), &["runs", text(&out)]).contains("held"));
    // An attacker's wave does not blind the night, nor does it become what later nights compare with.
    let next = scan(&out, &["--to", "2022-06-02", "--previous", "newest"]);
    assert!(!next.join("delta.parquet").exists(), "a held run is nobody's earlier night");
    fs::write(run.join("scores.parquet.copy"), "beside").expect("written");
    let scores = fs::read(run.join("reasons.ndjson")).expect("reasons");
    fs::write(run.join("reasons.ndjson"), b"").expect("tampered");
    let release = ["release", text(&run), "--by", "A. Night", "--reason", "a real wave"];
    let refused = run_in(&root(), &release);
    assert!(refused.code == 1 && refused.err.contains("reasons.ndjson changed"), "{}", refused.err);
    fs::write(run.join("reasons.ndjson"), scores).expect("restored");
    let empty = run_in(&root(), &["release", text(&run), "--by", " ", "--reason", "x"]);
    assert!(empty.code == 2 && empty.err.contains("--by"), "{}", empty.err);
    ok(&root(), &release);
    assert!(!run.exists());
    let let_go = folders(&out).into_iter().find(|p| *p != next).expect("the released run");
    for file in exports {
        let bytes = |run: &Path| fs::read(run.join(file)).expect(file);
        assert!(bytes(&let_go) == bytes(&free), "{file} is what it would have been");
    }
    let manifest: Value =
        serde_json::from_slice(&fs::read(let_go.join("manifest.json")).expect("manifest")).expect("JSON");
    assert_eq!((&manifest["state"], &manifest["released"]["by"]), (&"released".into(), &"A. Night".into()));
    assert!(manifest["held"]["reason"].as_str().is_some_and(|r| r.contains("quota")));
    let page = fs::read_to_string(let_go.join("report.html")).expect("page");
    assert!(
        page.contains("RELEASED by A. Night on ")
            && page.contains(": a real wave. It had been held: 2 accounts")
    );
    assert!(!page.contains("HELD: ") && page.contains("\"held\":null"), "and no more that it is held");
    ok(&root(), &["verify", text(&let_go)]);
    let again = run_in(&root(), &["release", text(&let_go), "--by", "A", "--reason", "x"]);
    assert!(again.code == 2 && again.err.contains("is not held"), "{}", again.err);
}

#[test]
fn verify_names_what_was_changed_and_erasure_leaves_a_tombstone_and_no_name() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let first = scan(&out, &EARLIER);
    let run = scan(&out, &["--capacity", "10", "--previous", text(&first)]);
    let name = "sim_flood";
    let stands_in = |run: &Path| -> Vec<&str> {
        let holds = |file: &&&str| {
            let path = run.join(file);
            let parquet = || {
                let table = read_parquet(&path).expect("a table");
                let texts = table.names().into_iter().filter_map(|n| table.texts(&n).ok().map(<[_]>::to_vec));
                texts.flatten().flatten().any(|t| t == name)
            };
            match path.extension().and_then(|e| e.to_str()) {
                _ if !path.exists() => false,
                Some("parquet") => parquet(),
                _ => fs::read_to_string(&path).expect("text").contains(name),
            }
        };
        RESULT_FILES.iter().chain(&["report.html", "rejects.parquet"]).filter(holds).copied().collect()
    };
    let before = stands_in(&run);
    for file in [
        "features.parquet",
        "scores.parquet",
        "reasons.ndjson",
        "activity.ndjson",
        "delta.parquet",
        "review_queue.csv",
        "report.html",
    ] {
        assert!(before.contains(&file), "{file}: {before:?}");
    }
    let nobody = ok(&root(), &["erase", "nobody", text(&out)]);
    assert!(nobody.contains("erased from 0 of 2 runs"), "{nobody}");
    let done = ok(&root(), &["erase", name, text(&out), "--by", "ops", "--reason", "request 7"]);
    assert!(done.contains("of 2 runs"), "{done}");
    assert_eq!(stands_in(&run), Vec::<&str>::new());
    let told = ok(&root(), &["verify", text(&run)]);
    assert!(told.contains("accounts were erased from it 1 times"), "{told}");
    let manifest = fs::read_to_string(run.join("manifest.json")).expect("manifest");
    assert!(manifest.contains("request 7") && !manifest.contains(name));
    let others = read_run(&run).expect("still a run");
    assert!(others.accounts.iter().any(|a| a.name == "sim_burst"));
    // Later nights compare with it, and whoever was erased is simply not known.
    let next = scan(&out, &["--to", "2022-06-02", "--previous", text(&run)]);
    let delta = read_parquet(&next.join("delta.parquet")).expect("a delta");
    assert!(column(&delta, "cause").iter().all(|c| c != "unknown"));
    fs::write(run.join("metrics.json"), "{}").expect("tampered");
    fs::remove_file(run.join("reasons.ndjson")).expect("removed");
    let found = run_in(&root(), &["verify", text(&run)]);
    assert_eq!(found.code, 1, "{}", found.err);
    assert!(
        found.out.contains("changed: metrics.json") && found.out.contains("missing: reasons.ndjson"),
        "{}",
        found.out
    );
    assert_eq!(run_in(&root(), &["verify", text(dir.path())]).code, 3);
}

#[test]
fn the_history_is_listed_and_kept_as_long_as_said() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let days = ["2022-05-29", "2022-05-30", "2022-05-31"];
    let runs: Vec<PathBuf> = days.iter().map(|day| scan(&out, &["--to", day])).collect();
    fs::create_dir(out.join("no run")).expect("made");
    let listed = ok(&root(), &["runs", text(&out), "--json"]);
    let listed: Vec<Value> = listed.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let nights: Vec<&str> = listed.iter().filter_map(|l| l["as_of"].as_str()).collect();
    assert_eq!(nights, days.map(|day| format!("{day}T00:00:00Z")));
    assert_eq!(listed[0]["accounts"]["review"].as_f64(), Some(metrics(&runs[0])["accounts.review"]));
    let named = run_in(&root(), &["runs", text(&out), "--keep", "1"]);
    assert!(named.err.contains("2 of 3 runs would be deleted"), "{}", named.err);
    assert!(runs.iter().all(|run| run.exists()), "named only");
    assert_eq!(run_in(&root(), &["runs", text(&out), "--delete"]).code, 2);
    assert_eq!(run_in(&root(), &["runs", text(&out), "--keep", "few"]).code, 2);
    ok(&root(), &["runs", text(&out), "--keep", "2", "--delete"]);
    assert_eq!(runs.iter().map(|run| run.exists()).collect::<Vec<_>>(), [false, true, true]);
    ok(&root(), &["runs", text(&out), "--older-than", "30d", "--delete"]);
    assert!(folders(&out).is_empty() && out.join("no run").exists());
}

#[test]
fn a_second_start_on_one_state_is_refused_and_disturbs_nothing() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let run = scan(&out, &[]);
    let lock = fs::File::options().write(true).open(out.join(".lock")).expect("the lock");
    lock.try_lock().expect("free");
    let name = text(&run);
    let busy: [&[&str]; 3] = [
        &args(&out, &["--to", "2022-05-31"]),
        &["erase", "sim_burst", text(&out)],
        &["runs", text(&out), "--keep", "0", "--delete"],
    ];
    for args in busy {
        let done = run_in(&root(), args);
        assert!(done.code == 5 && done.err.contains("another run is writing"), "{args:?}: {}", done.err);
    }
    // Reading needs no lock.
    ok(&root(), &["verify", name]);
    drop(lock);
    ok(&root(), &["erase", "sim_burst", text(&out)]);
}

#[test]
fn the_log_is_for_machines_and_names_nobody() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    scan(&out, &EARLIER);
    let run = scan(&out, &["--previous", "newest"]);
    let text = fs::read_to_string(run.join("log.ndjson")).expect("log");
    let lines: Vec<Value> = text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let events: Vec<&str> = lines.iter().filter_map(|l| l["event"].as_str()).collect();
    for event in ["messages", "extracted", "searched", "judged", "queue", "delta", "sanctions"] {
        assert!(events.contains(&event), "{event}: {events:?}");
    }
    assert!(lines.iter().all(|l| l["ts"].is_string() && l["run_id"].is_string() && l["counts"].is_object()));
    assert!(!text.contains("sim_"), "no account in the log");
    let flat = metrics(&run);
    assert_eq!(flat["sanctioned.expired"], 1.0, "the lapsed service of the scenario");
    let page = fs::read_to_string(run.join("report.html")).expect("page");
    assert!(page.contains("Sanctions and decisions to look after") && page.contains("renew or end"));
}
