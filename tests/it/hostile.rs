//! Inputs and surroundings that mean no good, or that nobody looked after: files that change, stray quotes, odd paths.
//! In: small logs made on the spot; out: nothing but failed assertions.
//! What a broken file looks like to the reader is tested in `bad_input`.

use super::program::{ok, run_in};
use bulkwatch::domain::{ErrorClass, Token};
use bulkwatch::log::{
    EventSink, InputSpec, LogError, MessageEvent, ReadReport, ReadSettings, Step, TableKind, read_messages,
    read_side_tables,
};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

#[derive(Default)]
struct Nothing;

impl EventSink for Nothing {
    fn message(&mut self, _: &MessageEvent) {}
    fn name(&mut self, _: Token, _: &str) {}
}

fn read(path: &Path, settings: &ReadSettings) -> Result<ReadReport, LogError> {
    let spec = InputSpec::new(TableKind::Messages, [path.display().to_string()]);
    read_messages(&spec, settings, Nothing::default).map(|(_, report)| report)
}

/// Rows of `sender` to ever new recipients, one a minute from the first of May 2022 on.
fn rows(sender: &str, n: usize) -> String {
    let at = |i: usize| format!("2022-05-{:02}T{:02}:{:02}:00Z", 1 + i / 1440, i / 60 % 24, i % 60);
    (0..n).map(|i| format!("{},{sender},r{i},{sender}{i}\n", at(i))).collect()
}

const HEAD: &str = "ts,sender,recipient,msg_id\n";

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let whole = format!("{HEAD}{}", rows("a", 40_000));
    let cut = whole[..whole.len() / 2].to_owned();
    let longer = format!("{whole}{}", rows("b", 1));
    let same_size = whole.replace(",a,r1,", ",z,r1,");
    for (how, becomes) in [("cut", cut), ("appended to", longer), ("replaced", same_size)] {
        let dir = tempfile::tempdir().expect("temp");
        let path = dir.path().join("a.csv");
        fs::write(&path, &whole).expect("written");
        let changed = path.clone();
        let change = move |step| {
            if matches!(step, Step::Rows(_)) {
                fs::write(&changed, &becomes).expect("changed");
            }
        };
        let settings = ReadSettings { progress: Some(Arc::new(change)), ..ReadSettings::default() };
        let error = read(&path, &settings).expect_err(how);
        assert!(error.to_string().contains("a.csv changed while it was read"), "{how}: {error}");
        assert_eq!(error.class(), ErrorClass::Input, "{how}");
    }
}

#[test]
fn a_stray_quote_hides_no_rows() {
    let dir = tempfile::tempdir().expect("temp");
    let path = dir.path().join("a.csv");
    let innocent = rows("a", 400);
    let spam = rows("spam", 3000);
    let quotes = [
        ("in an identifier", "2022-05-01T00:00:00Z,\"x,y,q\n", "2022-05-01T00:00:00Z,x\",y,q\n"),
        ("in a column that nobody reads", "2022-05-01T00:00:00Z,x,y,q,\"z\n", "\"\n"),
        ("in a row of too few fields", "2022-05-01T00:00:00Z,\"x,y\n", "x\"\n"),
    ];
    for (how, opens, closes) in quotes {
        let (head, extra) = if how.contains("nobody") {
            ("ts,sender,recipient,msg_id,note\n".to_owned(), ",n\n")
        } else {
            (HEAD.to_owned(), "\n")
        };
        let [innocent, spam] = [&innocent, &spam].map(|rows| rows.replace('\n', extra));
        fs::write(&path, format!("{head}{innocent}{opens}{spam}{closes}{innocent}")).expect("written");
        let error = read(&path, &ReadSettings::default()).expect_err(how).to_string();
        assert!(error.contains("rows refused (7") || error.contains("rows refused (8"), "{how}: {error}");
        let lenient = ReadSettings { max_reject_share: 1.0, ..ReadSettings::default() };
        let report = read(&path, &lenient).expect(how);
        assert!(3000 <= report.rejects.total(), "{how}: {}", report.rejects.total());
        assert_eq!(report.rows_read, report.rows_ok + report.rejects.total(), "{how}");
    }
}

/// Scans and returns the flat numbers, the warnings and the manifest.
fn scanned(dir: &Path, args: &[&str]) -> (serde_json::Value, String, serde_json::Value) {
    let out = if args.contains(&"--out") { &[][..] } else { &["--out", "runs"] };
    let args = [&["scan", "--json"], out, args].concat();
    let summary: serde_json::Value = serde_json::from_str(&ok(dir, &args)).expect("JSON");
    let folder = dir.join(summary["folder"].as_str().expect("a folder"));
    let manifest = fs::read_to_string(folder.join("manifest.json")).expect("manifest");
    let manifest = serde_json::from_str(&manifest).expect("JSON");
    (summary["metrics"].clone(), summary["warnings"].to_string(), manifest)
}

#[test]
fn one_row_of_a_wrong_clock_empties_no_night() {
    let dir = tempfile::tempdir().expect("temp");
    let log = format!("{HEAD}{}", rows("a", 2000));
    let late = |to: &str| format!("{log}{to},m,n,q\n");
    let scan = |log: &str, args: &[&str]| {
        fs::write(dir.path().join("log.csv"), log).expect("written");
        scanned(dir.path(), &[&["log.csv"], args].concat())
    };
    let (usual, _, manifest) = scan(&log, &[]);
    assert_eq!(usual["rows.long_after_all_others"], 0.0);
    let (metrics, warnings, after) = scan(&late("2022-07-20T00:00:00Z"), &[]);
    assert_eq!(after["window"], manifest["window"]);
    assert_eq!(
        (&metrics["rows.long_after_all_others"], &metrics["rows.outside_log"]),
        (&1.0.into(), &1.0.into())
    );
    assert_eq!(metrics["rows.events"], usual["rows.events"]);
    assert!(
        warnings.contains("1 of 2001 rows are dated long after all others, the newest at 2022-07-20"),
        "{warnings}"
    );
    let runs = fs::read_dir(dir.path().join("runs")).expect("runs").flatten();
    let logs: String =
        runs.filter_map(|run| fs::read_to_string(run.path().join("log.ndjson")).ok()).collect();
    assert!(logs.contains("\"level\":\"warn\"") && logs.contains("rows are dated long after"), "{logs}");
    for args in [["--to", "2022-07-21"], ["--from", "2022-07-01"]] {
        let (metrics, warnings, after) = scan(&late("2022-07-20T00:00:00Z"), &args);
        assert_eq!(
            (&metrics["rows.long_after_all_others"], warnings.contains("long after")),
            (&0.0.into(), false)
        );
        assert_eq!(after["window"]["to"], "2022-07-21T00:00:00Z", "{args:?}: who says so is believed");
    }
}

#[test]
fn one_row_of_long_ago_makes_nothing_new() {
    let dir = tempfile::tempdir().expect("temp");
    let log = format!("{HEAD}{}", rows("a", 2000));
    fs::write(dir.path().join("log.csv"), &log).expect("written");
    let (metrics, warnings, manifest) = scanned(dir.path(), &["log.csv"]);
    let start = manifest["window"]["log_start"].clone();
    assert_eq!(
        (&metrics["rows.long_before_all_others"], start.as_str()),
        (&0.0.into(), Some("2022-05-01T00:00:00Z"))
    );
    assert!(!warnings.contains("--log-start"), "{warnings}");
    fs::write(dir.path().join("log.csv"), format!("{log}1990-01-02T00:00:00Z,m,n,q\n")).expect("written");
    let (metrics, warnings, manifest) = scanned(dir.path(), &["log.csv"]);
    assert_eq!(metrics["rows.long_before_all_others"], 1.0);
    assert_eq!(manifest["window"]["log_start"], start);
    assert!(
        warnings.contains("1 of 2001 rows are dated long before all others, the oldest at 1990-01-02"),
        "{warnings}"
    );
    assert!(warnings.contains("the log covers 0 of the 90 days"), "{warnings}");
    let (_, warnings, manifest) = scanned(dir.path(), &["log.csv", "--log-start", "1990-01-01"]);
    assert_eq!(manifest["window"]["log_start"], "1990-01-01T00:00:00Z");
    assert!(!warnings.contains("long before"), "who says it is believed: {warnings}");
    let never = run_in(dir.path(), &["scan", "log.csv", "--quiet", "--log-start", "2030-01-01"]);
    assert!(
        never.code != 0 && never.err.contains("start at 2030-01-01"),
        "not after the night: {}",
        never.err
    );
}

#[test]
fn folders_left_out_and_rows_in_the_wrong_folder_are_counted() {
    let dir = tempfile::tempdir().expect("temp");
    for (day, sender) in [("2021-05-01", "x"), ("2022-05-01", "a"), ("2022-05-20", "b")] {
        let folder = dir.path().join("log").join(format!("date={day}"));
        fs::create_dir_all(&folder).expect("made");
        fs::write(folder.join("a.csv"), format!("{HEAD}{}", rows(sender, 100))).expect("written");
    }
    let (_, warnings, _) = scanned(dir.path(), &["log", "--to", "2022-06-01", "--from", "2022-05-01"]);
    assert!(
        warnings.contains("messages: 1 date partitions outside the time asked for were not read"),
        "{warnings}"
    );
    assert!(warnings.contains("100 rows are dated more than a day away from the folder date="), "{warnings}");
}

#[test]
fn refused_rows_show_no_identifier() {
    let dir = tempfile::tempdir().expect("temp");
    let path = dir.path().join("t.csv");
    let long = "z".repeat(600);
    let cases = [
        (TableKind::Messages, format!("{HEAD}2022-05-01T00:00:00Z,a,recipient_{long},m\n")),
        (TableKind::Messages, format!("{HEAD}2022-05-01T00:00:00Z,a,b,message_{long}\n")),
        (
            TableKind::Feedback,
            format!("ts,reporter,reported,kind\n2022-05-01T00:00:00Z,reporter_{long},b,report\n"),
        ),
        (TableKind::Contacts, format!("account,contact\na,contact_{long}\n")),
    ];
    for (table, text) in cases {
        fs::write(&path, &text).expect("written");
        let spec = InputSpec::new(table, [path.display().to_string()]);
        let strict = ReadSettings::default();
        let lenient = ReadSettings { max_reject_share: 1.0, ..ReadSettings::default() };
        let (report, error) = if table == TableKind::Messages {
            let text = text + &rows("a", 1);
            let error = read(&path, &ReadSettings::default()).expect_err("too many");
            fs::write(&path, text).expect("written");
            (read(&path, &lenient).expect("read"), error)
        } else {
            let read = |settings| read_side_tables(std::slice::from_ref(&spec), settings, &mut |_, _| {});
            let error = read(&strict).expect_err("too many");
            (read(&lenient).expect("read").1.remove(0), error)
        };
        let sample = &report.rejects.rows[0].sample;
        assert!(sample.starts_with("(6") && sample.ends_with("bytes: letters, signs)"), "{sample}");
        assert!(!error.to_string().contains("zzz") && error.to_string().contains(sample.as_str()), "{error}");
    }
}

#[test]
fn the_command_to_copy_runs_nothing_else() {
    for (name, says) in [
        ("x;touch PWNED;#", "bulkwatch explain --run runs/"),
        ("-x$(touch PWNED)'", " -- '-x$(touch PWNED)"),
        ("x\u{1b}[31m", "'x\\u{1b}[31m'"),
        ("a\\nb", "'a\\u{5c}nb'"),
    ] {
        let dir = tempfile::tempdir().expect("temp");
        let row = |i: usize| format!("2022-05-01T00:00:{:02}.{:03}Z,\"{name}\",r{i},m{i}\n", i / 40, i % 40);
        let log: String = std::iter::once(HEAD.to_owned()).chain((0..400).map(row)).collect();
        fs::write(dir.path().join("log.csv"), log).expect("written");
        let shown = ok(dir.path(), &["scan", "log.csv"]);
        let line = shown.lines().find_map(|l| l.strip_prefix("why, in full: ")).expect("a hint");
        assert!(line.contains(says), "{line}");
        let program = env!("CARGO_BIN_EXE_bulkwatch");
        let done = Command::new("sh")
            .args(["-c", &line.replacen("bulkwatch", &format!("'{program}'"), 1)])
            .current_dir(dir.path())
            .output()
            .expect("a shell");
        assert!(done.status.success(), "{line}: {}", String::from_utf8_lossy(&done.stderr));
        assert!(!dir.path().join("PWNED").exists(), "{line}");
    }
}

#[test]
fn names_of_files_and_runs_reach_no_terminal_raw() {
    let dir = tempfile::tempdir().expect("temp");
    let name = "a\nerror: all is well\u{1b}[31m.csv";
    fs::write(dir.path().join(name), "x,y\n1,2\n").expect("written");
    let out = "o\u{1b}]0;t\u{7}";
    let night = format!("{HEAD}{}", rows("a", 3));
    fs::write(dir.path().join("good.csv"), night).expect("written");
    fs::write(dir.path().join("other\u{1b}[2J.md"), "x").expect("written");
    let cases: [&[&str]; 8] = [
        &["scan", name],
        &["scan", "nowhere\nerror: \u{1b}[31m"],
        &["scan", ".", "--quiet"],
        &["scan", "good.csv", "--out", out],
        &["scan", "good.csv", "--dry-run", "--config", "none\u{1b}[31m"],
        &["scan", name, "--dry-run"],
        &["explain", "a", "--run", "none\u{1b}[31m\nerror: x"],
        &["no\u{1b}[31msuch"],
    ];
    for args in cases {
        let done = run_in(dir.path(), args);
        let all = format!("{}{}", done.out, done.err);
        assert!(!all.contains(['\u{1b}', '\u{7}']), "{args:?}: {all:?}");
        let errors = done.err.lines().filter(|l| l.starts_with("error:")).count();
        assert_eq!(errors, usize::from(done.code != 0), "{args:?}: {}", done.err);
    }
    fs::write(dir.path().join("policy.toml"), "a = \n").expect("written");
    let policy = run_in(dir.path(), &["scan", "good.csv", "--policy", "policy.toml"]);
    assert!(policy.code == 2 && 1 < policy.err.lines().count(), "the file's own lines stay: {}", policy.err);
}

#[cfg(unix)]
#[test]
fn pipes_and_devices_are_refused_and_standard_input_has_several_names() {
    let dir = tempfile::tempdir().expect("temp");
    let folder = dir.path().join("log");
    fs::create_dir(&folder).expect("made");
    fs::write(folder.join("a.csv"), format!("{HEAD}{}", rows("a", 3))).expect("written");
    let fifo = folder.join("b.csv");
    assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());
    for path in [Path::new("/dev/zero"), &fifo, &folder] {
        let error = read(path, &ReadSettings::default()).expect_err("no file");
        assert!(error.to_string().contains("is no regular file; what comes from a pipe"), "{error}");
        assert_eq!(error.class(), ErrorClass::Input);
    }
    let program = env!("CARGO_BIN_EXE_bulkwatch");
    let shell = |line: &str| {
        let done = Command::new("sh").args(["-c", line, program]).current_dir(dir.path()).output();
        let done = done.expect("a shell");
        (done.status.code(), String::from_utf8_lossy(&done.stderr).into_owned())
    };
    for line in [
        "cat log/a.csv | \"$0\" scan /dev/stdin -q",
        "cat log/a.csv | \"$0\" scan - -q",
        "\"$0\" scan /dev/stdin -q < log/a.csv",
    ] {
        assert_eq!(shell(line), (Some(0), String::new()), "{line}");
    }
    let (code, said) = shell("cat log/a.csv | \"$0\" scan /dev/fd/3 -q 3<&0 </dev/null");
    assert!(code == Some(3) && said.contains("which is named -"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_run_that_waits_for_standard_input_can_be_interrupted() {
    for wait in ["header", "rows"] {
        let dir = tempfile::tempdir().expect("temp");
        let mut child = Command::new(env!("CARGO_BIN_EXE_bulkwatch"))
            .args(["scan", "-", "--out", "runs", "-q"])
            .current_dir(dir.path())
            .stdin(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let mut pipe = child.stdin.take().expect("a pipe");
        if wait == "rows" {
            pipe.write_all(format!("{HEAD}{}", rows("a", 10)).as_bytes()).expect("written");
        }
        let lock = dir.path().join("runs/.lock");
        for _ in 0..200 {
            std::thread::sleep(Duration::from_millis(50));
            if lock.exists() {
                break;
            }
        }
        std::thread::sleep(Duration::from_millis(300));
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
        assert_eq!(child.wait().expect("ends").code(), Some(130), "{wait}");
        drop(pipe);
        let left: Vec<_> = fs::read_dir(dir.path().join("runs")).expect("there").flatten().collect();
        assert!(left.iter().all(|e| e.file_name() == ".lock"), "{left:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_run_that_cannot_be_shown_is_said_to_be_published() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("log.csv"), format!("{HEAD}{}", rows("a", 3))).expect("written");
    for more in [&[][..], &["--json"], &["--features-only"]] {
        let full = fs::File::options().write(true).open("/dev/full").expect("a full device");
        let done = Command::new(env!("CARGO_BIN_EXE_bulkwatch"))
            .args([&["scan", "log.csv"], more].concat())
            .current_dir(dir.path())
            .stdout(full)
            .output()
            .expect("the program starts");
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(5), "{more:?}: {said}");
        assert!(said.contains("error: the run was published in runs/2022-05-02-"), "{more:?}: {said}");
    }
}

#[test]
fn a_second_night_reads_nothing_of_the_first() {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("log.csv"), format!("{HEAD}{}", rows("a", 300))).expect("written");
    let (first, _, _) = scanned(dir.path(), &["."]);
    let (second, warnings, _) = scanned(dir.path(), &["."]);
    assert_eq!((&first["rows.read"], &second["rows.read"]), (&300.0.into(), &300.0.into()));
    assert!(warnings.contains("1 folders hold results of this program, passed over: ./runs"), "{warnings}");
    let (third, _, _) = scanned(dir.path(), &[".", "--out", "other"]);
    assert_eq!(third["rows.read"], 300.0, "those of another output folder are known by their manifest");
}

#[test]
fn nothing_hidden_in_a_name_reaches_the_queue_or_the_page() {
    let dir = tempfile::tempdir().expect("temp");
    let names =
        ["bob", "bob\u{7}", "bob\u{200b}", "\u{202e}bob", "\u{feff}bob", "bob\u{1b}[31m", "bob\u{9b}31m"];
    let row = |name: &str, i: usize| {
        format!("2022-05-01T00:00:{:02}.{:03}Z,\"{name}\",r{i},{name}{i}\n", i / 40, i % 40)
    };
    let rows = names.iter().flat_map(|name| (0..400).map(|i| row(name, i)));
    let log: String = std::iter::once(HEAD.to_owned()).chain(rows).collect();
    fs::write(dir.path().join("log.csv"), log).expect("written");
    let account = |name: &&str| format!("\"{name}\",2022-04-30T23:59:00Z\n");
    let accounts: String =
        std::iter::once("account,registered_at\n".to_owned()).chain(names.iter().map(account)).collect();
    fs::write(dir.path().join("accounts.csv"), accounts).expect("written");
    ok(dir.path(), &["scan", "log.csv", "--accounts", "accounts.csv", "-q"]);
    let run = super::program::run_folder(&dir.path().join("runs"));
    let read = |file: &str| fs::read_to_string(run.join(file)).expect("written");
    let (queue, page) = (read("review_queue.csv"), read("report.html"));
    for shown in [
        "bob",
        "bob\\u{7}",
        "bob\\u{200b}",
        "\\u{202e}bob",
        "\\u{feff}bob",
        "bob\\u{1b}[31m",
        "bob\\u{9b}31m",
    ] {
        assert!(queue.contains(&format!(",{shown},")), "{shown}: {queue}");
        assert!(page.contains(&format!("<bdi>{shown}</bdi>")), "{shown}");
    }
    for (file, text) in [("queue", queue), ("page", page)] {
        let hidden = |c: char| (c.is_control() && c != '\n') || "\u{200b}\u{202e}\u{feff}".contains(c);
        assert!(!text.contains(hidden), "{file}");
    }
}
