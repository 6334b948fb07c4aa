//! Runs, decisions and links as somebody careless or hostile leaves them: what is lost, what is believed, what is said.
//! In: published nights of the simulated log, edited by hand; out: what the program did and said.
//! What is right is counted here from the folders themselves.

use super::nights::{args, column, metrics, scan, text};
use super::program::{ok, root, run_in};
use bulkwatch::table_io::read_parquet;
use std::fs;
use std::path::Path;

#[cfg(unix)]
#[test]
fn a_link_to_a_run_is_no_run_of_its_own() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let old = scan(&out, &["--to", "2022-05-30"]);
    let run = scan(&out, &["--to", "2022-05-31"]);
    let latest = out.join("latest");
    std::os::unix::fs::symlink(run.file_name().expect("a name"), &latest).expect("linked");
    assert_eq!(ok(&root(), &["runs", text(&out), "--json"]).lines().count(), 2, "a link is counted");
    // What is erased through the link is erased from the run, and the link stays what it is.
    let done = ok(&root(), &["erase", "sim_flood", text(&latest)]);
    assert!(done.contains("erased from 1 of 1 runs"), "{done}");
    assert!(latest.is_symlink() && !column(&scores(&run), "account").contains(&"sim_flood".to_owned()));
    ok(&root(), &["verify", text(&latest)]);
    // Were the link a run, it would be kept in place of the run that it leads to.
    ok(&root(), &["runs", text(&out), "--keep", "1", "--delete"]);
    assert!(run.join("scores.parquet").is_file() && !old.exists());
}

fn scores(run: &Path) -> bulkwatch::table_io::Table {
    read_parquet(&run.join("scores.parquet")).expect("scores")
}

#[test]
fn what_somebody_put_into_a_run_is_not_lost_with_it() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let run = scan(&out, &[]);
    fs::create_dir(run.join("notes")).expect("made");
    fs::write(run.join("notes/mine.txt"), "three weeks of work").expect("written");
    let refused = run_in(&root(), &["erase", "sim_flood", text(&out)]);
    assert!(refused.code == 5 && refused.err.contains("notes is no file of the run"), "{}", refused.err);
    assert!(run.join("notes/mine.txt").is_file());
    fs::rename(run.join("notes"), dir.path().join("notes")).expect("moved");
    // A file beside is kept, and that it was not looked into is said.
    fs::write(run.join("export.csv"), "sim_flood").expect("written");
    let done = run_in(&root(), &["erase", "sim_flood", text(&out)]);
    assert!(done.code == 0 && done.err.contains("export.csv"), "{}", done.err);
    // From inside the run folder it is the same run.
    let done = ok(&run, &["erase", "sim_burst", "."]);
    assert!(done.contains("erased from 1 of 1 runs"), "{done}");
    assert!(!run.join(".lock").exists());
}

#[test]
fn a_manifest_edited_by_hand_is_named() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let run = scan(&out, &[]);
    let path = run.join("manifest.json");
    let manifest = fs::read_to_string(&path).expect("manifest");
    for (from, to) in [
        ("\"state\": \"published\"", "\"state\": \"released\""),
        ("\"simulated\": true", "\"simulated\": false"),
        ("\"review\": 0.42", "\"review\": 0.43"),
    ] {
        assert!(manifest.contains(from), "{from}");
        fs::write(&path, manifest.replacen(from, to, 1)).expect("written");
        let found = run_in(&root(), &["verify", text(&run)]);
        assert!(found.code == 1 && found.out.contains("changed: manifest.json"), "{from}: {}", found.out);
    }
    // Nor is tonight compared with it.
    let next = dir.path().join("next");
    let again =
        ["scan", "-q", "--config", "data/demo/night.toml", "--out", text(&next), "--previous", text(&run)];
    let refused = run_in(&root(), &again);
    assert!(refused.code != 0 && refused.err.contains("manifest.json"), "{} {}", refused.code, refused.err);
    fs::write(&path, manifest).expect("written");
    ok(&root(), &["verify", text(&run)]);
    ok(&root(), &["erase", "sim_flood", text(&out), "--reason", "request 3"]);
    ok(&root(), &["verify", text(&run)]);
}

#[test]
fn what_people_wrote_of_an_erased_account_goes_too() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let first = scan(&out, &["--note", "sim_flood, sim_flood2 and xsim_flood were seen before"]);
    let id = first.file_name().expect("a name").to_str().expect("text");
    let decisions = dir.path().join("decisions.csv");
    let row =
        format!("sim_plain,innocent,\"the same shop as sim_flood, not sim_flood2\",ann,2022-05-31,{id}");
    fs::write(&decisions, format!("account,decision,why,who,when,run\n{row}\n")).expect("written");
    let run = scan(&out, &["--decisions", text(&decisions), "--note", "look at sim_flood"]);
    assert!(column(&scores(&run), "notes").iter().any(|note| note.contains("as sim_flood,")));
    let named = run_in(&root(), &["erase", "sim_flood", text(&out), "--reason", "sim_flood asked"]);
    assert!(named.code == 2 && named.err.contains("--reason names the account"), "{}", named.err);
    ok(&root(), &["erase", "sim_flood", text(&out), "--by", "ops", "--reason", "request 9"]);
    for run in [&first, &run] {
        for entry in fs::read_dir(run).expect("a run").flatten() {
            let all = match entry.path().extension().is_some_and(|e| e == "parquet") {
                true => {
                    let table = read_parquet(&entry.path()).expect("a table");
                    let texts = |name: String| table.texts(&name).ok().map(<[_]>::to_vec);
                    table
                        .names()
                        .into_iter()
                        .filter_map(texts)
                        .flatten()
                        .flatten()
                        .collect::<Vec<_>>()
                        .join("\n")
                }
                false => fs::read_to_string(entry.path()).expect("text"),
            };
            let left = ["sim_flood2", "xsim_flood", "_of_sim_flood"]
                .iter()
                .fold(all, |all, other| all.replace(other, ""));
            assert!(!left.contains("sim_flood"), "{}", entry.path().display());
        }
        ok(&root(), &["verify", text(run)]);
    }
    assert!(column(&scores(&run), "notes").iter().any(|n| n.contains("as (erased), not sim_flood2")));
}

#[test]
fn decisions_that_count_for_nothing_are_told() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let file = dir.path().join("decisions.csv");
    let rows = "nobody_there,innocent,x,ann,2022-05-31,r\nsim_flood,innocent,x,ann,2032-05-31,r\n";
    fs::write(&file, format!("account,decision,why,who,when,run\n{rows}")).expect("written");
    let all = args(&out, &["--decisions", text(&file)]);
    let loud: Vec<&str> = all.into_iter().filter(|a| *a != "--quiet").collect();
    let done = run_in(&root(), &loud);
    assert!(done.err.contains("1 of 2 decisions were taken after this night"), "{}", done.err);
    assert!(done.err.contains("1 of 2 accounts that were decided on have no row tonight"), "{}", done.err);
    let run = super::nights::folders(&out).into_iter().next().expect("a run");
    let flat = metrics(&run);
    assert_eq!([flat["decisions.read"], flat["decisions.after_this_night"]], [2.0, 1.0]);
    assert_eq!(flat["decisions.accounts_without_a_row"], 1.0);
}

#[test]
fn a_person_who_says_both_at_once_decides_nothing() {
    let dir = tempfile::tempdir().expect("temp");
    let put = |name: &str, all: &str| fs::write(dir.path().join(name), all).expect("written");
    let head = "account,decision,why,who,when,run\n";
    put("a.csv", &format!("{head}a,confirmed,x,ann,2022-06-01,r\na,innocent,y,ann,2022-06-01,r\n"));
    let done = run_in(dir.path(), &["decisions", "merge", "a.csv"]);
    assert!(
        done.out.contains("a.csv:2") && done.out.contains("a.csv:3"),
        "shown as a conflict: {}",
        done.out
    );
    assert_eq!(fs::read_to_string(dir.path().join("labels.csv")).expect("labels").lines().count(), 1);
    let over = run_in(dir.path(), &["decisions", "merge", "a.csv", "--out", "./a.csv"]);
    assert!(over.code == 2 && over.err.contains("would overwrite"), "{}", over.err);
    assert!(fs::read_to_string(dir.path().join("a.csv")).expect("decisions").contains("confirmed,x"));
    put("late.csv", &format!("{head}a,confirmed,x,ann,2999-06-01,r\n"));
    let late = run_in(dir.path(), &["decisions", "merge", "late.csv"]);
    assert!(late.code == 0 && late.err.contains("1 decisions are dated in the future"), "{}", late.err);
    put("semi.csv", "account;decision;why;who;when;run\na;confirmed;x;ann;2022-06-01;r\n");
    put("twice.csv", "account,account,decision,why,who,when,run\na,b,confirmed,x,ann,2022-06-01,r\n");
    for (file, why) in
        [("semi.csv", "separated by semicolons"), ("twice.csv", "column account is there more than once")]
    {
        let done = run_in(dir.path(), &["decisions", "merge", file]);
        assert!(done.code == 3 && done.err.contains(why), "{file}: {}", done.err);
    }
}

#[test]
fn a_held_run_is_no_measure_of_tonight_and_a_link_leads_to_a_case() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let strict = super::nights::policy(dir.path(), "strict.toml", "max_abuse_n = 100000", "max_abuse_n = 1");
    let held = run_in(&root(), &args(&out, &["--policy", text(&strict)]));
    assert_eq!(held.code, 4, "{}", held.err);
    let run = super::nights::folders(&out)
        .into_iter()
        .find(|p| p.to_string_lossy().contains("HELD-"))
        .expect("held");
    let done = run_in(&root(), &args(&out, &["--to", "2022-06-02", "--previous", text(&run)]));
    assert!(done.code == 2 && done.err.contains("is held"), "{}", done.err);
    let done = run_in(&root(), &args(&out, &["--case-url", "javascript:alert('{case}')"]));
    assert!(done.code == 2 && done.err.contains("it must begin with https://"), "{}", done.err);
    let done = run_in(&root(), &args(&out, &["--case-url", "https://x/{acount}"]));
    assert!(done.code == 2 && done.err.contains("did you mean {account}?"), "{}", done.err);
}

#[test]
fn a_refused_row_keeps_no_sample_that_shows_an_erased_name() {
    let dir = tempfile::tempdir().expect("temp");
    let row = |i: u32| format!("2022-05-01T00:{:02}:{:02}Z,alice,r{i},text\n", i / 60, i % 60);
    let rows: String = (0..200).map(row).collect();
    let refused = "2022-05-01T01:00:00Z,bob,r1,by alice ok\n2022-05-01T01:00:01Z,bob,r1,by malik ok\n";
    fs::write(dir.path().join("log.csv"), format!("ts,sender,recipient,kind\n{rows}{refused}"))
        .expect("written");
    ok(dir.path(), &["scan", "log.csv", "-q"]);
    let run = super::program::run_folder(&dir.path().join("runs"));
    let samples = || column(&read_parquet(&run.join("rejects.parquet")).expect("rejects"), "sample");
    assert!(samples().iter().any(|s| s.contains("by alice ok")), "{:?}", samples());
    ok(dir.path(), &["erase", "alice", "runs"]);
    let left = samples();
    assert!(
        left.contains(&"(erased)".to_owned()) && left.iter().any(|s| s.contains("by malik ok")),
        "{left:?}"
    );
    assert_eq!(left.len(), 2, "that rows were refused stays: {left:?}");
    ok(&root(), &["verify", text(&run)]);
}

#[test]
fn a_release_replaces_nothing_but_the_same_run() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let strict = super::nights::policy(dir.path(), "strict.toml", "max_abuse_n = 100000", "max_abuse_n = 1");
    let held = run_in(&root(), &args(&out, &["--policy", text(&strict)]));
    assert_eq!(held.code, 4, "{}", held.err);
    let run = super::nights::folders(&out).into_iter().next().expect("a held run");
    let free = out.join(text(&run).rsplit("HELD-").next().expect("a name"));
    let release = || run_in(&root(), &["release", text(&run), "--by", "A. Night", "--reason", "a real wave"]);
    fs::create_dir(&free).expect("made");
    fs::write(free.join("mine.txt"), "three weeks of work").expect("written");
    let refused = release();
    let told = refused.err.contains("is there and is no run") && refused.err.contains("nothing was changed");
    assert!(refused.code == 5 && told, "{}", refused.err);
    assert!(run.join("scores.parquet").is_file() && free.join("mine.txt").is_file());
    let other = fs::read_to_string(run.join("manifest.json")).expect("manifest");
    let id = free.file_name().and_then(|n| n.to_str()).expect("a name");
    fs::write(free.join("manifest.json"), other.replace(id, "2022-06-01-other")).expect("written");
    let refused = release();
    assert!(refused.code == 5 && refused.err.contains("another run, 2022-06-01-other"), "{}", refused.err);
    fs::remove_dir_all(&free).expect("removed");
    assert_eq!(release().code, 0);
    assert!(free.join("review_queue.csv").is_file() && !run.exists());
}

#[test]
fn a_team_of_any_size_gets_its_queue_in_the_same_time() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    // Room for more cases than there are accounts: all of them, and no walk over empty places.
    let run = scan(&out, &["--capacity", "99999999999"]);
    let numbers = metrics(&run);
    let accounts = numbers["accounts.all"];
    assert!(0.0 < numbers["queue.audit"] && numbers["queue.audit"] <= accounts, "{numbers:?}");
}

#[test]
fn a_number_that_a_spreadsheet_takes_for_a_formula_is_erased_where_people_wrote_it() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let first = scan(&out, &[]);
    let id = first.file_name().expect("a name").to_str().expect("text");
    let decisions = dir.path().join("decisions.csv");
    let row = format!("sim_plain,innocent,the same shop as +49robot,ann,2022-05-31,{id},rate");
    fs::write(&decisions, format!("account,decision,why,who,when,run,families\n{row}\n")).expect("written");
    let run = scan(&out, &["--decisions", text(&decisions)]);
    let queue = || fs::read_to_string(run.join("review_queue.csv")).expect("a queue");
    assert!(queue().contains("as +49robot"), "{}", queue());
    ok(&root(), &["erase", "+49robot", text(&out)]);
    assert!(!queue().contains("49robot") && queue().contains("as (erased)"), "{}", queue());
    ok(&root(), &["verify", text(&run)]);
}
