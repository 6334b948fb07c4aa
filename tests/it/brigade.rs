//! Reporters who write to each other count once: noted while messages pass, whoever reads them and wherever they wait.
//! In: a small log of one account and its reporters, as files; out: the columns of `features.parquet`.
//! Runs the program, so that reading, routing, context and cards are all inside the test.

use super::program::{ok, run_folder};
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// Forty people met on the 20th, twelve of whom report the next day, an hour apart.
fn feedback() -> String {
    let mut text = "ts,reporter,reported,kind\n".to_owned();
    (0..12).for_each(|i| {
        let _ = writeln!(text, "2022-05-21T{i:02}:00:00Z,p{i},s,report");
    });
    text
}

/// The messages, and further rows of `ts,sender,recipient,chat`.
fn messages(more: &[&str]) -> String {
    let mut text = "ts,sender,recipient,chat\n2022-01-01,old,older,direct\n".to_owned();
    (0..40).for_each(|i| {
        let _ = writeln!(text, "2022-05-20T10:{i:02}:00Z,s,p{i},direct");
    });
    more.iter().for_each(|row| {
        let _ = writeln!(text, "{row}");
    });
    text
}

/// People and independent voices among those who reported on first contact.
fn counted(folder: &Path, more: &[&str], to: &str, threads: &str) -> (Option<f64>, Option<f64>) {
    fs::write(folder.join("m.csv"), messages(more)).expect("messages");
    fs::write(folder.join("f.csv"), feedback()).expect("feedback");
    let out = folder.join("runs");
    let _ = fs::remove_dir_all(&out);
    let files = ["scan", "--quiet", "--features-only", "--messages", "m.csv", "--feedback", "f.csv"];
    let rest = ["--to", to, "--threads", threads, "--out", "runs"];
    ok(folder, &[&files[..], &rest[..]].concat());
    let table = bulkwatch::table_io::read_parquet(&run_folder(&out).join("features.parquet")).expect("table");
    let names = table.texts("account").expect("names");
    let row = names.iter().position(|name| name.as_deref() == Some("s")).expect("the account");
    let column = |name: &str| table.floats(name).expect("column")[row];
    (column("feedback_first_contact_reports_7d_n"), column("feedback_reporter_components_n"))
}

#[test]
fn reporters_who_write_to_each_other_count_once() {
    let scratch = tempfile::tempdir().expect("temp");
    let with = |more: &[&str], threads| counted(scratch.path(), more, "2022-05-23", threads);
    assert_eq!(with(&[], "2"), (Some(12.0), Some(12.0)));
    let ring: Vec<String> = (0..7)
        .flat_map(|i| {
            let next = (i + 1) % 7;
            [format!("2022-05-1{i},p{i},p{next},direct"), format!("2022-05-1{i},p{next},p{i},direct")]
        })
        .collect();
    let ring: Vec<&str> = ring.iter().map(String::as_str).collect();
    assert_eq!(with(&ring, "1"), (Some(12.0), Some(6.0)));
    assert_eq!(with(&ring, "3"), (Some(12.0), Some(6.0)));
    let one_way: Vec<&str> = ring.iter().step_by(2).copied().collect();
    assert_eq!(with(&one_way, "2"), (Some(12.0), Some(12.0)), "whom to write to is the writer's choice");
    let posts: Vec<String> = ring.iter().map(|row| row.replace("direct", "group")).collect();
    let posts: Vec<&str> = posts.iter().map(String::as_str).collect();
    assert_eq!(with(&posts, "2"), (Some(12.0), Some(12.0)), "a group is nobody");
}

#[test]
fn what_is_written_outside_the_log_binds_nobody() {
    let scratch = tempfile::tempdir().expect("temp");
    let late = ["2022-05-23T00:00:00Z,p0,p1,direct", "2022-05-23T00:00:00Z,p1,p0,direct"];
    let early = ["2022-01-10,p2,p3,direct", "2022-01-10,p3,p2,direct"];
    let rows = [&late[..], &early[..]].concat();
    assert_eq!(counted(scratch.path(), &rows, "2022-05-23", "2"), (Some(12.0), Some(12.0)));
    let bound = (None, Some(11.0));
    assert_eq!(counted(scratch.path(), &late, "2022-05-24", "2"), bound, "12 and 11 would tell of one pair");
}
