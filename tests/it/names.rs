//! What the program shows of a name is what can be typed again: for explain, packet, decisions and erasure.
//! In: a night whose accounts have blanks, control signs and escapes in their names; out: whom each command takes it for.
//! Knows the written form only by what the program printed.

use super::program::{ok, run_folder, run_in};
use std::fs;
use std::path::{Path, PathBuf};

/// Two are spelled as the other is shown; one is longer than any table shows.
const NAMES: [&str; 8] = [
    "bob",
    "bob\u{7}",
    "a\nb",
    "a\\nb",
    " lead",
    "two  blanks",
    "\u{202e}evil",
    "long-long-long-long-long-long-long-long-long-long-long-one",
];

fn night(dir: &Path) -> PathBuf {
    let mut log = String::from("ts,sender,recipient,msg_id\n");
    let mut accounts = String::from("account,registered_at\n");
    for (who, name) in NAMES.iter().enumerate() {
        accounts.push_str(&format!("\"{name}\",2022-04-30T23:59:00Z\n"));
        for i in 0..400 {
            let (second, part) = (i / 40, i % 40);
            log.push_str(&format!("2022-05-01T00:00:{second:02}.{part:03}Z,\"{name}\",r{i},m{who}-{i}\n"));
        }
    }
    fs::write(dir.join("log.csv"), log).expect("written");
    fs::write(dir.join("accounts.csv"), accounts).expect("written");
    ok(dir, &["scan", "log.csv", "--accounts", "accounts.csv", "-q"]);
    run_folder(&dir.join("runs"))
}

/// The accounts as the queue spells them.
fn queued(run: &Path) -> Vec<String> {
    let mut reader = csv::Reader::from_path(run.join("review_queue.csv")).expect("a queue");
    let place = reader.headers().expect("a head").iter().position(|h| h == "account").expect("accounts");
    reader.records().map(|r| r.expect("a row")[place].to_owned()).collect()
}

fn account_of(json: &str) -> String {
    let page: serde_json::Value = serde_json::from_str(json).expect("JSON");
    page["account"].as_str().expect("a name").to_owned()
}

#[test]
fn what_is_shown_is_what_can_be_typed() {
    let dir = tempfile::tempdir().expect("temp");
    let run = night(dir.path());
    let shown = queued(&run);
    assert_eq!(shown.len(), NAMES.len(), "everybody is queued: {shown:?}");
    let mut found: Vec<String> =
        shown.iter().map(|name| account_of(&ok(dir.path(), &["explain", name, "--json"]))).collect();
    found.sort();
    let mut names = NAMES.map(str::to_owned).to_vec();
    names.sort();
    assert_eq!(found, names, "each leads to the account of its own row");
    for name in NAMES {
        // As it stands on the page that it leads to, cut or not, it leads there again; so it does as the log spells it,
        // unless another account is shown so.
        let page = ok(dir.path(), &["explain", name]);
        let line =
            page.lines().find_map(|l| l.strip_prefix("account      ")).expect("the account").to_owned();
        let json = ok(dir.path(), &["explain", name, "--json"]);
        assert!(!json.trim_end().chars().any(bulkwatch::domain::is_hidden), "{json:?}");
        let wanted = if name == "a\\nb" { "a\nb" } else { name };
        for typed in [name, &line] {
            assert_eq!(account_of(&ok(dir.path(), &["explain", typed, "--json"])), wanted, "{typed}");
        }
        assert!(ok(dir.path(), &["packet", &line]).starts_with("# Statement of reasons"), "{line}");
    }
    assert_eq!(account_of(&ok(dir.path(), &["explain", "a\\u{5c}nb", "--json"])), "a\\nb");
    for command in ["explain", "packet"] {
        let wrong = run_in(dir.path(), &[command, "bob\\u{8}"]);
        assert!(wrong.code == 2 && wrong.err.contains("did you mean bob"), "{}", wrong.err);
    }
}

#[test]
fn decisions_on_names_as_the_queue_spells_them_reach_the_accounts() {
    let dir = tempfile::tempdir().expect("temp");
    let run = night(dir.path());
    let id = run.file_name().expect("a name").to_string_lossy().into_owned();
    let mut writer = csv::Writer::from_path(dir.path().join("decisions.csv")).expect("a file");
    writer.write_record(["account", "decision", "why", "who", "when", "run"]).expect("written");
    for name in queued(&run) {
        writer.write_record([&name, "innocent", "a test", "ann", "2022-05-01", &id]).expect("written");
    }
    writer.flush().expect("written");
    ok(dir.path(), &["decisions", "merge", "decisions.csv"]);
    let mut labels = csv::Reader::from_path(dir.path().join("labels.csv")).expect("labels");
    let mut labeled: Vec<String> = labels.records().map(|r| r.expect("a row")[0].to_owned()).collect();
    labeled.sort();
    let mut names = NAMES.map(str::to_owned).to_vec();
    names.sort();
    assert_eq!(labeled, names, "labels spell them as the log does");
    let again = run_in(
        dir.path(),
        &["scan", "log.csv", "--accounts", "accounts.csv", "--decisions", "decisions.csv", "--out", "again"],
    );
    assert!(again.code == 0 && !again.err.contains("have no row tonight"), "{}", again.err);
}

#[test]
fn an_account_is_erased_by_what_is_shown_of_it_and_no_other_is() {
    let dir = tempfile::tempdir().expect("temp");
    let run = night(dir.path());
    let left = |run: &Path| -> Vec<String> {
        let rows = bulkwatch::report::read_run(run).expect("a run").accounts;
        rows.into_iter().map(|a| a.name).filter(|name| NAMES.contains(&name.as_str())).collect()
    };
    let near = run_in(dir.path(), &["erase", "bob\\u{8}", "runs"]);
    assert!(near.code == 0 && near.out.contains("erased from 0 of 1 runs"), "{}", near.out);
    assert!(near.err.contains("did you mean bob"), "{}", near.err);
    for (typed, name) in
        [("a\\u{5c}nb", "a\\nb"), ("a\\nb", "a\nb"), ("\\u{20}lead", " lead"), ("bob\\u{7}", "bob\u{7}")]
    {
        let before = left(&run);
        assert!(ok(dir.path(), &["erase", typed, "runs"]).contains("erased from 1 of 1 runs"), "{typed}");
        let gone: Vec<String> = before.into_iter().filter(|n| !left(&run).contains(n)).collect();
        assert_eq!(gone, [name], "{typed}");
    }
    let queue = queued(&run);
    assert!(queue.contains(&"bob".to_owned()) && queue.len() == NAMES.len() - 4, "{queue:?}");
    ok(dir.path(), &["verify", &run.to_string_lossy()]);
}

#[test]
fn short_names_are_erased_from_what_people_wrote_where_they_are_words() {
    let dir = tempfile::tempdir().expect("temp");
    let mut log = String::from("ts,sender,recipient,msg_id\n");
    for i in 0..400 {
        let (second, part) = (i / 40, i % 40);
        for name in ["X", "other"] {
            log.push_str(&format!("2022-05-01T00:00:{second:02}.{part:03}Z,{name},r{i},m{name}{i}\n"));
        }
    }
    fs::write(dir.path().join("log.csv"), log).expect("written");
    ok(dir.path(), &["scan", "log.csv", "-q", "--note", "X, X. and (X) but not X-ray, aX or 2022-X"]);
    let run = run_folder(&dir.path().join("runs"));
    let named = run_in(dir.path(), &["erase", "X", "runs", "--reason", "X asked"]);
    assert!(named.code == 2 && named.err.contains("--reason names the account"), "{}", named.err);
    ok(dir.path(), &["erase", "X", "runs"]);
    let told = "(erased), (erased). and ((erased)) but not X-ray, aX or 2022-X";
    for file in ["manifest.json", "log.ndjson"] {
        let text = fs::read_to_string(run.join(file)).expect("text");
        assert!(text.contains(told) && !text.contains("X, X."), "{file}: {text}");
    }
    ok(dir.path(), &["verify", &run.to_string_lossy()]);
}

#[test]
fn a_note_that_says_the_same_words_does_not_pass_for_the_account() {
    let dir = tempfile::tempdir().expect("temp");
    let mut log = String::from("ts,sender,recipient,msg_id\n");
    for i in 0..60 {
        for name in ["CORP\\nina", "other"] {
            log.push_str(&format!("2022-05-01T00:00:{i:02}Z,{name},r{i},m{name}{i}\n"));
        }
    }
    fs::write(dir.path().join("log.csv"), log).expect("written");
    ok(dir.path(), &["scan", "log.csv", "-q", "--note", "look at CORP\\nina"]);
    let run = run_folder(&dir.path().join("runs"));
    ok(dir.path(), &["erase", "CORP\\nina", "runs"]);
    let left = bulkwatch::report::read_run(&run).expect("a run").accounts;
    assert_eq!(left.iter().map(|a| a.name.as_str()).collect::<Vec<_>>(), ["other"]);
    let manifest = fs::read_to_string(run.join("manifest.json")).expect("text");
    assert!(!manifest.contains("nina"), "{manifest}");
}
