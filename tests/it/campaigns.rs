//! Accounts that act together and texts in variants, as a user meets them: the published co-sharing rule, words under a key.
//! In: small logs written here; out: files and numbers that follow by hand.
//! The scenarios `lockstep_farm` and `split_list` show the same on a simulated night.

use super::program::{ok, run_folder, run_in};
use bulkwatch::features::{Feature, content, templates};
use bulkwatch::report::{NamedRow, read_features};
use bulkwatch::table_io::read_parquet;
use std::fs;
use std::path::Path;

fn features(folder: &Path, out: &str) -> Vec<NamedRow> {
    read_features(&run_folder(&folder.join(out)).join("features.parquet")).expect("features")
}

fn value(rows: &[NamedRow], account: &str, card: &Feature) -> f64 {
    let row = rows.iter().find(|r| r.name == account).expect("a row");
    row.features.get(card).expect("a value")
}

#[test]
fn the_published_rule_counts_pairs_of_shares_within_the_closed_window() {
    let temp = tempfile::tempdir().expect("temp");
    let mut csv = String::from("ts,sender,recipient,chat,content,msg_id\n");
    let mut share = |ts: u32, who: &str, what: &str, post: &str| {
        csv.push_str(&format!("2026-01-01T00:{:02}:{:02}Z,{who},g,group,{what},{post}\n", ts / 60, ts % 60));
    };
    // a and b meet on x (60 s apart: inside) and on y; c is a second too late on x and shares once only.
    share(0, "a", "x", "p1");
    share(60, "b", "x", "p2");
    share(121, "c", "x", "p3");
    share(300, "b", "y", "p4");
    share(310, "a", "y", "p5");
    // One post of one account counts with itself never.
    share(315, "a", "y", "p6");
    fs::write(temp.path().join("log.csv"), csv).expect("written");
    let said = ok(temp.path(), &["coaction", "log.csv", "--json", "--write", "edges.parquet"]);
    let said: serde_json::Value = serde_json::from_str(&said).expect("json");
    assert_eq!((&said["accounts"], &said["edges"]), (&2.into(), &1.into()), "{said}");
    assert_eq!(said["pairs_of_shares"], 3, "{said}");
    let edges = read_parquet(&temp.path().join("edges.parquet")).expect("edges");
    assert_eq!(edges.texts("account_a").expect("a")[0].as_deref().map(str::len), Some(1));
    assert_eq!(edges.floats("pairs_n").expect("n"), [Some(3.0)]);
    let wide = ok(temp.path(), &["coaction", "log.csv", "--within", "61", "--participation", "1"]);
    assert!(wide.starts_with("3 accounts, 2 edges, 4 pairs"), "{wide}");
    let done = run_in(temp.path(), &["coaction", "log.csv", "--within", "soon"]);
    assert!(done.code == 2 && done.err.contains("--within is soon"), "{}", done.err);
}

#[test]
fn variants_of_one_text_are_one_template_and_words_leave_no_trace() {
    let temp = tempfile::tempdir().expect("temp");
    let mut csv = String::from("ts,sender,recipient,text\n");
    let greetings = ["Dear", "Hello", "Hi there"];
    let offers = ["win", "w\u{200b}in", "w\u{456}n"];
    for i in 0..60usize {
        let text = format!(
            "{} {}, the great spring market in the old harbor opens on friday and you can {} a voucher of {} euro",
            greetings[i % 3],
            ["Ann", "Bo", "Cleo", "Dan"][i % 4],
            offers[i / 3 % 3],
            10 + i
        );
        csv.push_str(&format!("2026-01-{:02}T09:{:02}:00Z,bulk,p{i},\"{text}\"\n", 5 + i / 20, i % 20));
    }
    let mut state = 7_u64;
    for i in 0..30usize {
        // Every text of the friend is of other words.
        let mut word = |_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (0..5).map(|p| char::from(b'a' + (state >> (12 + 9 * p)) as u8 % 26)).collect::<String>()
        };
        let text = (0..9).map(&mut word).collect::<Vec<_>>().join(" ");
        csv.push_str(&format!("2026-01-{:02}T12:{:02}:00Z,friend,p{},{text}\n", 5 + i % 3, i, i % 4));
    }
    fs::write(temp.path().join("log.csv"), csv).expect("written");
    fs::write(temp.path().join("key"), b"a key of at least sixteen bytes").expect("written");
    let scan = |out: &str, limit: &str| {
        let args =
            ["scan", "log.csv", "--quiet", "--key-file", "key", "--lawful-basis", "research", "--out", out];
        ok(temp.path(), &[&args[..], &["--memory-limit", limit, "--threads", "2"]].concat());
        features(temp.path(), out)
    };
    let rows = scan("runs", "1GiB");
    assert_eq!(value(&rows, "bulk", &templates::TOP_SHARE), 1.0);
    assert_eq!(value(&rows, "bulk", &templates::TEMPLATES), 1.0);
    assert!(value(&rows, "bulk", &content::TOP_SHARE) < 0.5, "no exact text is most of them");
    assert_eq!(value(&rows, "bulk", &templates::TOP_RECIPIENTS), 60.0);
    assert_eq!(value(&rows, "bulk", &templates::TOP_DAYS), 3.0);
    assert!(value(&rows, "bulk", &content::REACH_MAX_24H) >= 20.0);
    assert!(value(&rows, "friend", &templates::TOP_SHARE) < 0.3);
    let run = run_folder(&temp.path().join("runs"));
    for entry in fs::read_dir(run).expect("run").flatten() {
        let bytes = fs::read(entry.path()).expect("file");
        let told = bytes.windows(6).any(|w| w == b"harbor");
        assert!(!told, "{} holds words of a message", entry.path().display());
    }
}

#[test]
fn sketches_of_the_platform_make_templates_without_any_text() {
    let temp = tempfile::tempdir().expect("temp");
    let mut csv = String::from("ts,sender,recipient,content,sketch\n");
    for i in 0..40u64 {
        // One bit of 64 differs from message to message, and the fingerprint each time.
        let sketch = 0x9e37_79b9_7f4a_7c15_u64 ^ 1 << (i % 8);
        csv.push_str(&format!("2026-01-05T09:{i:02}:00Z,bulk,p{i},c{i},{sketch}\n"));
    }
    fs::write(temp.path().join("log.csv"), csv).expect("written");
    ok(temp.path(), &["scan", "log.csv", "--quiet", "--out", "runs"]);
    let rows = features(temp.path(), "runs");
    assert_eq!(value(&rows, "bulk", &templates::TEMPLATES), 1.0);
    assert_eq!(value(&rows, "bulk", &templates::TOP_RECIPIENTS), 40.0);
}
