//! What a night says on the terminal, and nothing else: what changed, that it is held, what people decided before.
//! In: the simulated mixed night, cut at several days and under several policies; out: what the program printed.
//! What is right is read from the published tables.

use super::nights::{EARLIER, args, folders, metrics, policy, scan, text};
use super::program::{Done, ok, root, run_in};
use bulkwatch::report::{AccountRow, read_run};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// What a scan says on the terminal.
fn said(out: &Path, more: &[&str]) -> Done {
    run_in(&root(), &args(out, more).into_iter().filter(|a| *a != "--quiet").collect::<Vec<_>>())
}

#[test]
fn the_terminal_says_what_changed_and_nothing_where_nobody_asked() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    assert!(!said(&out, &EARLIER).out.contains("changes"), "nobody asked");
    let done = said(&out, &["--previous", "newest"]);
    let run = folders(&out).into_iter().max().expect("a run");
    let flat = metrics(&run);
    let line =
        done.out.lines().find(|l| l.starts_with("changes since 2022-05-25T00:00:00Z (run ")).expect("a line");
    for word in ["new", "risen", "disappeared"] {
        let n = flat[&format!("delta.accounts.{word}")];
        assert_eq!(line.contains(&format!(" {n} {word}")), 0.0 < n, "{word}: {line}");
    }
    assert!(
        done.out.contains("by what they or those around them did") && done.out.contains("delta.parquet"),
        "{}",
        done.out
    );
    let milder = policy(dir.path(), "milder.toml", "review = 0.42", "review = 0.60");
    let done = said(&out, &["--previous", text(&run), "--policy", text(&milder)]);
    assert!(done.out.contains("by changed terms alone (policy)"), "{}", done.out);
    // The first night has nothing to compare with, and says so.
    let done = said(&dir.path().join("first"), &["--previous", "newest"]);
    assert!(done.out.contains("changes: there is no run of an earlier night"), "{}", done.out);
    let quiet = run_in(&root(), &args(&out, &["--previous", text(&run), "--note", "again"]));
    assert_eq!((quiet.out.as_str(), quiet.code), ("", 0));
}

#[test]
fn a_held_night_speaks_of_no_queue_and_says_how_it_is_let_go() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let strict = policy(dir.path(), "strict.toml", "max_abuse_n = 100000", "max_abuse_n = 1");
    let done = said(&out, &["--capacity", "10", "--policy", text(&strict)]);
    let run = folders(&out).into_iter().next().expect("a held run");
    let release = format!(
        "nothing was exported: no queue, no labels; look at it, then: bulkwatch release {}",
        text(&run)
    );
    assert_eq!(done.code, 4, "{}", done.err);
    assert!(
        done.out.contains("\nheld: 2 accounts are at abuse_high") && done.out.contains(&release),
        "{}",
        done.out
    );
    assert!(!done.out.contains("queue:") && !done.out.contains("capacity"), "{}", done.out);
}

#[test]
fn what_people_decided_before_is_told_of_an_account_and_of_no_blind_case() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let first = scan(&out, &["--to", "2022-05-31"]);
    let id = first.file_name().and_then(|n| n.to_str()).expect("a name");
    let queued = read_run(&first).expect("a run").accounts.into_iter().filter(AccountRow::is_queued);
    let names: Vec<String> = queued.map(|a| a.name).collect();
    let row = |name: &String| format!("{name},confirmed,it was bulk,ann,2022-05-31,{id}\n");
    let rows: String = names.iter().map(row).collect();
    let file = dir.path().join("decisions.csv");
    fs::write(&file, format!("account,decision,why,who,when,run\n{rows}")).expect("written");
    let run = scan(&out, &["--decisions", text(&file), "--capacity", "40"]);
    let note = format!("decided confirmed on 2022-05-31 in run {id}: it was bulk");
    let page = ok(&root(), &["explain", "sim_flood", "--run", text(&run)]);
    assert!(page.contains(&note), "{page}");
    let accounts = read_run(&run).expect("a run").accounts;
    assert!(accounts.iter().filter(|a| names.contains(&a.name)).all(|a| a.notes.contains(&note)));
    assert!(!accounts.iter().any(|a| a.notes.contains(" ann")), "who decided is told nowhere");
    let rows = fs::read_to_string(run.join("review_queue.ndjson")).expect("a queue");
    let rows: Vec<Value> = rows.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let decided =
        || rows.iter().filter(|r| r["account"].as_str().is_some_and(|a| names.iter().any(|n| n == a)));
    let is_blind = |r: &&Value| r["second_reviewer"] == true;
    assert!(
        0 < decided().filter(is_blind).count() && decided().filter(is_blind).all(|r| r["notes"].is_null())
    );
    let open = || decided().filter(|r| !is_blind(r));
    assert!(0 < open().count() && open().all(|r| r["notes"].as_str().is_some_and(|n| n.contains(&note))));
    let sheet = fs::read_to_string(run.join("review_queue.csv")).expect("a queue");
    assert_eq!(sheet.matches(&note).count(), open().count());
}
