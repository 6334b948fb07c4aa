//! Same events and settings, same bytes: for any number of threads, any order of rows, one file or thirty, any format.
//! In: one scenario log, rearranged; out: equality of every result file.
//! The manifest and the log are exempt, as they tell how a run came to be; the page tells how many files there were.

use super::program::{ok, root, run_folder};
use bulkwatch::report::RESULT_FILES;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::Path;

type Bytes = BTreeMap<&'static str, Vec<u8>>;

fn scan(messages: &str, threads: &str, out: &Path) -> Bytes {
    let side = root().join("data/scenarios/mixed_night");
    let table = |name: &str| side.join(name).to_string_lossy().into_owned();
    ok(
        &root(),
        &[
            "scan",
            "--quiet",
            "--messages",
            messages,
            "--accounts",
            &table("accounts.csv"),
            "--registrations",
            &table("registrations.csv"),
            "--group-events",
            &table("group_events.csv.gz"),
            "--feedback",
            &table("feedback.csv"),
            "--contacts",
            &table("contacts.csv.gz"),
            "--from",
            "2022-05-02",
            "--to",
            "2022-06-01",
            "--threads",
            threads,
            "--out",
            &out.to_string_lossy(),
        ],
    );
    let folder = run_folder(out);
    let files = RESULT_FILES.iter().chain(&[PAGE]);
    files.filter_map(|name| Some((*name, fs::read(folder.join(name)).ok()?))).collect()
}

const PAGE: &str = "report.html";

#[test]
fn result_files_have_the_same_bytes_for_any_threads_order_and_split() {
    let scratch = tempfile::tempdir().expect("temp");
    let log = root().join("data/scenarios/mixed_night/messages.csv.gz");
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(fs::File::open(&log).expect("log"))
        .read_to_string(&mut text)
        .expect("text");
    let mut base = scan(&log.to_string_lossy(), "1", &scratch.path().join("one"));
    assert!(base.len() >= 5 && base.values().all(|bytes| !bytes.is_empty()));
    let two = scan(&log.to_string_lossy(), "2", &scratch.path().join("two"));
    assert_same(&base, &two, "two threads");

    let (head, body) = text.split_once('\n').expect("a header");
    let mut rows: Vec<&str> = body.lines().collect();
    rows.shuffle(&mut ChaCha8Rng::seed_from_u64(7));
    // It is said beside the log that it was simulated, and on the page.
    let said = root().join("data/scenarios/mixed_night/scenario.toml");
    fs::copy(said, scratch.path().join("scenario.toml")).expect("copied");
    let shuffled = scratch.path().join("shuffled.csv");
    fs::write(&shuffled, format!("{head}\n{}\n", rows.join("\n"))).expect("written");
    assert_same(
        &base,
        &scan(&shuffled.to_string_lossy(), "2", &scratch.path().join("three")),
        "shuffled rows",
    );

    let parts = scratch.path().join("parts");
    fs::create_dir(&parts).expect("folder");
    for (i, part) in rows.chunks(rows.len().div_ceil(30)).enumerate() {
        fs::write(parts.join(format!("part-{i:02}.csv")), format!("{head}\n{}\n", part.join("\n")))
            .expect("written");
    }
    let mut split = scan(&parts.to_string_lossy(), "2", &scratch.path().join("four"));
    // How many files there were is told on the page.
    assert!(base.remove(PAGE).is_some() && split.remove(PAGE).is_some());
    assert_same(&base, &split, "thirty files");
}

#[test]
fn texts_outside_the_window_leave_no_trace_whether_their_files_are_read_or_not() {
    let scratch = tempfile::tempdir().expect("temp");
    let words =
        |from: usize, n: usize| (from..from + n).map(|i| format!("word{i}")).collect::<Vec<_>>().join(" ");
    // The first and the last are alike only by way of the middle one, which is said after as_of.
    let row = |day: u32, who: &str, i: usize, from: usize| {
        format!("2026-01-{day:02}T10:00:{i:02}Z,{who},p{i},{}\n", words(from, 30))
    };
    let early: String = (0..20).map(|i| row(5, "a", i, 3 * (i % 2))).collect();
    let late: String = (0..20).map(|i| row(20, "b", i, 1 + i % 2)).collect();
    let header = "ts,sender,recipient,text\n";
    let at = |name: &str| scratch.path().join(name);
    fs::write(at("one.csv"), format!("{header}{early}{late}")).expect("written");
    for (day, rows) in [("2026-01-05", &early), ("2026-01-20", &late)] {
        fs::create_dir_all(at("days").join(format!("date={day}"))).expect("folder");
        fs::write(at("days").join(format!("date={day}/log.csv")), format!("{header}{rows}"))
            .expect("written");
    }
    fs::write(at("key"), b"a key of at least sixteen bytes").expect("written");
    let files = |log: &str| {
        let out = at(&format!("out-{log}"));
        let paths = [at(log), out.clone(), at("key")].map(|path| path.to_string_lossy().into_owned());
        let args = ["scan", &paths[0], "--quiet", "--out", &paths[1], "--key-file", &paths[2]];
        let more = ["--lawful-basis", "research", "--from", "2026-01-01", "--to", "2026-01-10"];
        ok(&root(), &[&args[..], &more].concat());
        let folder = run_folder(&out);
        let bytes = |name: &&'static str| Some((*name, fs::read(folder.join(name)).ok()?));
        RESULT_FILES.iter().filter_map(bytes).collect::<Bytes>()
    };
    let (one, days) = (files("one.csv"), files("days"));
    // What was read differs, and the metrics say so.
    for file in one.keys().filter(|file| **file != "metrics.json") {
        assert!(one[file] == days[file], "{file} differs");
    }
}

fn assert_same(a: &Bytes, b: &Bytes, what: &str) {
    assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>(), "{what}: files");
    for (name, bytes) in a {
        assert!(bytes == &b[name], "{what}: {name} differs");
    }
}
