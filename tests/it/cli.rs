//! The command line as a user meets it: exit codes, messages, streams, hostile names.
//! In: small logs written on the spot; out: what was printed and where, and with which code the program ended.
//! Scores are not judged here.

use super::program::{ok, root, run_folder, run_in};
use std::fs;

const LOG: &str =
    "ts,sender,recipient,msg_id,content\n2026-01-01T00:00:00Z,a,b,m1,c\n2026-01-01T00:01:00Z,a,c,m2,c\n";

#[test]
fn exit_codes_are_the_documented_ones() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("good.csv"), LOG).expect("written");
    fs::write(dir.path().join("empty.csv"), "ts,sender,recipient\n").expect("written");
    fs::write(dir.path().join("bulkwatch.bad.toml"), "[window]\nlenght = \"7d\"\n").expect("written");
    let cases: &[(&[&str], i32, &str)] = &[
        (&["scan", "good.csv", "--quiet"], 0, ""),
        (&["scan"], 2, "no message log given"),
        (&["scan", "good.csv", "--to", "yesterday"], 2, "expected a date"),
        (&["scan", "good.csv", "--max-reject-share", "2"], 2, "a share from 0 to 1"),
        (&["scan", "good.csv", "--threads", "513"], 2, "expected 0 to 512 threads"),
        (&["scan", "good.csv", "--threads=-1"], 2, "expected 0 to 512 threads"),
        (&["scan", "good.csv", "--config", "bulkwatch.bad.toml"], 2, "did you mean window.length?"),
        (&["scan", "good.csv", "--policy", "nowhere.toml"], 2, "nowhere.toml"),
        (&["scan", "god.csv"], 3, "good.csv"),
        (&["scan", "empty.csv"], 3, "no usable row"),
        (&["scan", "good.csv", "--from", "2026-02-01", "--to", "2026-01-01"], 2, "window is empty"),
        (&["catalog", "rate_action_max_15s"], 2, "did you mean rate_actions_max_15s?"),
        (&["explain", "nobody", "--run", "nowhere"], 3, "nowhere"),
        (&["nonsense"], 2, "nonsense"),
    ];
    for (args, code, says) in cases {
        let done = run_in(dir.path(), args);
        assert_eq!(done.code, *code, "{args:?}: {}", done.err);
        assert!(done.err.contains(says), "{args:?}: {}", done.err);
        assert!(!done.err.contains("panicked"), "{args:?}: {}", done.err);
    }
}

#[test]
fn data_goes_to_stdout_and_nothing_else_does() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("good.csv"), LOG).expect("written");
    let out = ok(dir.path(), &["scan", "good.csv", "--json"]);
    let summary: serde_json::Value = serde_json::from_str(&out).expect("stdout is JSON alone");
    assert_eq!(summary["metrics"]["accounts.all"], 1.0);
    let quiet = run_in(dir.path(), &["scan", "good.csv", "--quiet"]);
    assert_eq!((quiet.out.as_str(), quiet.err.as_str()), ("", ""));
    let shown = ok(dir.path(), &["config", "show", "--origin", "--length", "7d"]);
    assert!(shown.contains("flag --length") && shown.contains("default"), "{shown}");
    let catalog = ok(dir.path(), &["catalog", "--json"]);
    let entries: Vec<serde_json::Value> = serde_json::from_str(&catalog).expect("JSON");
    assert!(entries.iter().any(|e| e["contract"] == "rate_max_15s"));
}

#[test]
fn shells_and_man_learn_every_command() {
    let dir = tempfile::tempdir().expect("temp");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = ok(dir.path(), &["completions", shell]);
        assert!(script.contains("coaction") && script.contains("max-reject-share"), "{shell}: {script}");
    }
    let page = ok(dir.path(), &["man"]);
    assert!(page.contains(".TH bulkwatch 1") && page.contains("bulkwatch\\-scan(1)"), "{page}");
    let page = ok(dir.path(), &["man", "scan"]);
    assert!(page.contains(".TH bulkwatch-scan 1") && page.contains("max\\-reject\\-share"), "{page}");
    let wrong = run_in(dir.path(), &["man", "scna"]);
    assert!(wrong.code == 2 && wrong.err.contains("did you mean scan?"), "{}", wrong.err);
    assert_eq!(run_in(dir.path(), &["completions", "dos"]).code, 2);
}

#[test]
fn hostile_names_stay_text() {
    let dir = tempfile::tempdir().expect("temp");
    let name = "=cmd|'/c calc'!A1<script>alert(1)</script>\u{1b}[31m";
    let mut log = String::from("ts,sender,recipient,msg_id,content\n");
    for i in 0..400 {
        log.push_str(&format!("2026-01-01T00:00:{:02}.{:03}Z,\"{name}\",r{i},m{i},c\n", i / 40, i % 40));
    }
    fs::write(dir.path().join("log.csv"), log).expect("written");
    let shown = run_in(dir.path(), &["scan", "log.csv"]);
    assert_eq!(shown.code, 0, "{}", shown.err);
    assert!(!shown.out.contains('\u{1b}'), "no escape sequence reaches the terminal");
    let folder = run_folder(&dir.path().join("runs"));
    let page = fs::read_to_string(folder.join("report.html")).expect("page");
    assert!(!page.contains("<script>alert"), "the page escapes names");
    let queue = fs::read_to_string(folder.join("review_queue.csv")).expect("queue");
    assert!(!queue.contains("\n=cmd") && !queue.contains(",=cmd") && !queue.contains(",\"=cmd"), "{queue}");
    let page = run_in(dir.path(), &["explain", name]);
    assert!(page.code == 0 && !page.out.contains('\u{1b}'), "{}", page.err);
}

#[test]
fn init_writes_a_configuration_that_scans() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("log.csv"), "time,from,to,id\n1767225600,a,b,1\n1767225660,a,c,2\n")
        .expect("written");
    ok(dir.path(), &["init", "log.csv"]);
    let again = run_in(dir.path(), &["init", "log.csv"]);
    assert_eq!(again.code, 2, "nothing is overwritten: {}", again.err);
    let seen = ok(dir.path(), &["inspect"]);
    assert!(seen.contains("rows 2, usable 2"), "{seen}");
    let family = |seen: &str, name: &str| {
        seen.lines().find(|l| l.trim_start().starts_with(name)).map(str::to_owned).unwrap_or_default()
    };
    assert!(family(&seen, "feedback").contains("table feedback not given"), "{seen}");
    assert!(family(&seen, "groups").contains("table group_events not given"), "{seen}");
    assert!(family(&seen, "coordination").contains("without the columns content"), "{seen}");
    fs::write(dir.path().join("said.csv"), "ts,reporter,reported,kind\n1767225600,c,a,report\n")
        .expect("written");
    let seen = ok(dir.path(), &["inspect", "--feedback", "said.csv"]);
    assert!(family(&seen, "feedback").contains("table feedback given"), "{seen}");
    ok(dir.path(), &["scan", "--quiet"]);
    run_folder(&dir.path().join("runs"));
}

#[test]
fn init_finds_the_tables_that_lie_beside_the_log() {
    let dir = tempfile::tempdir().expect("temp");
    let put = |name: &str, text: &str| fs::write(dir.path().join(name), text).expect("written");
    put("log.csv", "ts,sender,recipient,msg_id\n2026-01-01T00:00:00Z,a,b,1\n2026-01-01T00:01:00Z,a,c,2\n");
    put("accounts.csv", "account,registered_at\na,2025-01-01\n");
    put("feedback.csv", "ts,reporter,reported,kind\n2026-01-01T00:02:00Z,c,a,report\n");
    put("groups.csv", "name,members\ng,3\n");
    put("labels.csv", "account,label\na,bot\n");
    let done = run_in(dir.path(), &["init", "log.csv"]);
    assert!(done.code == 0 && done.err.contains("found beside the log"), "{}", done.err);
    let file = fs::read_to_string(dir.path().join("bulkwatch.toml")).expect("written");
    for line in [
        "\naccounts = \"accounts.csv\"\n",
        "\nfeedback = \"feedback.csv\"\n",
        "# it has no group: say in section [groups] of the mapping",
        "\n# groups = \"groups.csv\"\n",
        "--labels \"labels.csv\"",
        "\n# operators = \"\"\n",
    ] {
        assert!(file.contains(line), "{line}: {file}");
    }
    let seen = ok(dir.path(), &["inspect"]);
    assert!(seen.contains("table feedback given"), "{seen}");
    ok(dir.path(), &["scan", "--quiet"]);
    let manifest =
        fs::read_to_string(run_folder(&dir.path().join("runs")).join("manifest.json")).expect("manifest");
    assert!(manifest.contains("\"table\": \"accounts\""), "{manifest}");
}

#[test]
fn the_demo_names_what_is_real_and_what_is_simulated() {
    let dir = tempfile::tempdir().expect("temp");
    let done = run_in(&root(), &["demo", "--out", &dir.path().to_string_lossy()]);
    assert_eq!(done.code, 0, "{}", done.err);
    let out = &done.out;
    assert!(out.contains("REAL:") && out.contains("SIMULATED:"), "{out}");
    let page = fs::read_to_string(dir.path().join("demo-night-simulated/report.html")).expect("page");
    assert!(page.contains("SIMULATED"));
    assert!(
        page.contains("<h2>Campaigns</h2>") && out.contains("sharded-"),
        "a first reader sees a campaign: {out}"
    );
    assert!(out.contains("too coarse to tell who was first"), "and why one has no members: {out}");
    let real = fs::read_to_string(dir.path().join("demo-real/report.html")).expect("page");
    assert!(
        real.contains("view: answers and mail to others are not in it"),
        "the page says what the log cannot show"
    );
    assert!(done.err.contains("note: one mailbox's view"), "{}", done.err);
    assert!(!real.contains("SIMULATED"));
}

#[test]
fn explain_asks_for_a_decision_only_where_something_is_recommended() {
    let dir = tempfile::tempdir().expect("temp");
    let mut log = String::from(LOG);
    for i in 0..400 {
        log.push_str(&format!("2026-01-01T00:00:{:02}.{:03}Z,bulk,r{i},m{i},c\n", i / 40, i % 40));
    }
    fs::write(dir.path().join("log.csv"), log).expect("written");
    ok(dir.path(), &["scan", "log.csv", "--quiet"]);
    let bulk = ok(dir.path(), &["explain", "bulk"]);
    assert!(bulk.contains("verdict      watch") && !bulk.contains("must decide"), "{bulk}");
    assert!(bulk.contains("any measure would be for a person to decide"), "{bulk}");
    assert!(!ok(dir.path(), &["explain", "a"]).contains("decide"));
}

#[test]
fn a_run_id_covers_the_whole_policy_and_other_results_under_one_id_are_said() {
    let dir = tempfile::tempdir().expect("temp");
    let mut log = String::from("ts,sender,recipient,msg_id,content\n");
    for i in 0..800 {
        let (hour, i) = (i / 400, i % 400);
        log.push_str(&format!("2026-01-01T{hour:02}:00:{:02}.{:03}Z,a,r{i},m{hour}{i},c\n", i / 40, i % 40));
    }
    fs::write(dir.path().join("log.csv"), log).expect("written");
    let shipped = fs::read_to_string(root().join("data/policy/whatsapp.toml")).expect("policy");
    let mut ids = Vec::new();
    for (from, to) in [
        ("", ""),
        ("minimum_actions = 10", "minimum_actions = 11"),
        ("watch = 0.22", "watch = 0.23"),
        ("max_abuse_n = 100000", "max_abuse_n = 100001"),
    ] {
        fs::write(dir.path().join("policy.toml"), shipped.replacen(from, to, 1)).expect("written");
        let text = ok(dir.path(), &["scan", "log.csv", "--policy", "policy.toml", "--json"]);
        let summary: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        ids.push(summary["run_id"].as_str().expect("an id").to_owned());
    }
    let manifest = fs::read_to_string(dir.path().join("runs").join(&ids[0]).join("manifest.json"));
    let manifest: serde_json::Value = serde_json::from_str(&manifest.expect("manifest")).expect("JSON");
    assert_eq!(manifest["policy"]["file_version"], "2026-01");
    assert_eq!(manifest["policy"]["digest"], blake3::hash(shipped.as_bytes()).to_hex().as_str());
    let n = ids.len();
    ids.sort();
    ids.dedup();
    assert_eq!(n, ids.len(), "another policy, another run");
    fs::write(dir.path().join("policy.toml"), &shipped).expect("written");
    let again = |url: &str| {
        run_in(dir.path(), &["scan", "log.csv", "--policy", "policy.toml", "--case-url", url]).err
    };
    assert!(
        again("https://cases/{account}")
            .contains("with other results (review_queue.csv, review_queue.ndjson)")
    );
    assert!(!again("https://cases/{account}").contains("other results"), "the same night once more");
}

#[test]
fn a_window_that_holds_nothing_is_named() {
    let scratch = tempfile::tempdir().expect("temp");
    let log = scratch.path().join("log.csv");
    let row = |day: usize, i: usize| format!("2026-01-{day:02}T00:00:{:02}Z,a{},b{}\n", i % 60, i % 7, i);
    let mut text = String::from("ts,sender,recipient\n");
    (0..1000).for_each(|i| text.push_str(&row(1 + i % 28, i)));
    std::fs::write(&log, &text).expect("written");
    let (log, out) = (log.to_string_lossy().into_owned(), scratch.path().join("runs"));
    let args = ["scan", "--out", &out.to_string_lossy(), "--messages", &log];
    let scan = |more: &[&str]| run_in(scratch.path(), &[&args[..], more].concat());
    let far = scan(&["--from", "2030-01-01", "--to", "2031-01-01"]);
    assert_eq!(far.code, 3, "{}", far.err);
    for named in ["2030-01-01T00:00:00Z", "2026-01-01T00:00:00Z", "2026-01-28T00:00", "--from"] {
        assert!(far.err.contains(named), "{named}: {}", far.err);
    }
    assert!(!scan(&[]).err.contains("say the end with --to"));
    text.push_str("2099-01-01T00:00:00Z,a1,b1\n2099-01-01T00:00:01Z,a1,b2\n");
    std::fs::write(&log, &text).expect("written");
    let ahead = scan(&[]);
    assert_eq!(ahead.code, 0, "{}", ahead.err);
    assert!(
        ahead.err.contains("holds 2 messages of 1002 rows; if that row's time is wrong"),
        "{}",
        ahead.err
    );
    assert!(!scan(&["--to", "2026-02-01"]).err.contains("say the end with --to"));
}

#[test]
fn a_feature_table_alone_takes_no_judged_night_away() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("log.csv"), LOG).expect("written");
    ok(dir.path(), &["scan", "log.csv", "--quiet"]);
    ok(dir.path(), &["scan", "log.csv", "--quiet", "--features-only"]);
    let runs: Vec<_> =
        fs::read_dir(dir.path().join("runs")).expect("runs").flatten().map(|e| e.path()).collect();
    let with = |file: &str| runs.iter().filter(|run| run.join(file).is_file()).count();
    assert_eq!((with("features.parquet"), with("manifest.json")), (2, 2));
    for judged in ["scores.parquet", "reasons.ndjson", "review_queue.csv", "report.html"] {
        assert_eq!(with(judged), 1, "{judged}");
    }
    assert!(ok(dir.path(), &["explain", "a"]).contains('a'), "the judged night is the one to explain");
}
