//! Files of a table: pruning, patterns, and what in a folder is none of its files.
//! In: folders made on the spot; out: nothing but failed assertions.
//! Reads no row.

use super::{Listing, TableError, Wanted, list};
use crate::domain::Timestamp;

fn folder(files: &[&str]) -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("temp");
    for file in files {
        let path = dir.path().join(file);
        std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
        std::fs::write(path, b"x").expect("write");
    }
    dir
}

fn names(listing: &Listing) -> Vec<&str> {
    listing.files.iter().map(|f| f.name.as_str()).collect()
}

#[test]
fn partitions_are_pruned_by_day_and_the_oldest_is_remembered() {
    let dir = folder(&[
        "date=2026-01-01/a.parquet",
        "date=2026-01-02/a.parquet",
        "date=2026-01-03/a.parquet",
        "_SUCCESS",
    ]);
    let path = vec![dir.path().display().to_string()];
    let between = |from: &str, to: &str| Wanted {
        from: Timestamp::parse(from),
        to: Timestamp::parse(to),
        ..Wanted::default()
    };
    let listing = list(&path, &between("2026-01-02T12:00:00Z", "2026-01-03")).expect("lists");
    assert_eq!(names(&listing), ["date=2026-01-02/a.parquet"]);
    assert_eq!(listing.pruned, 2);
    assert_eq!(listing.earliest_partition, Timestamp::parse("2026-01-01").map(|t| t.0));
    let none = list(&path, &between("2030-01-01", ""));
    assert!(matches!(none, Err(TableError::AllPruned { partitions: 3, .. })));
}

#[test]
fn empty_partitions_cover_no_day() {
    let dir = folder(&["date=2026-01-03/a.csv", "date=2026-01-01/_SUCCESS", "date=2026-01-02/notes.md"]);
    let path = vec![dir.path().display().to_string()];
    let day = |text: &str| Timestamp::parse(text).map(|t| t.0);
    for from in [None, Timestamp::parse("2026-01-03")] {
        let listing = list(&path, &Wanted { from, ..Wanted::default() }).expect("lists");
        assert_eq!((listing.earliest_partition, listing.pruned), (day("2026-01-03"), 0));
    }
}

#[test]
fn globs_and_repeats_are_understood() {
    let dir = folder(&["b.csv", "a.csv.gz", "notes.md"]);
    let at = |name: &str| dir.path().join(name).display().to_string();
    let listing = list(&[at("*.csv*"), at("b.csv")], &Wanted::default()).expect("lists");
    assert_eq!(names(&listing), ["a.csv.gz", "b.csv"]);
    assert_eq!(listing.warnings.len(), 1);
    assert!(matches!(list(&[at("*.nothing")], &Wanted::default()), Err(TableError::NoMatch { .. })));
    let error = list(&[at("b.cvs")], &Wanted::default()).expect_err("missing").to_string();
    assert!(error.contains("did you mean b.csv?"), "{error}");
}

#[test]
fn nonsense_dates_and_empty_folders_are_named() {
    let dir = folder(&["date=2026-13-45/a.csv"]);
    let error = list(&[dir.path().display().to_string()], &Wanted::default()).expect_err("bad date");
    assert!(error.to_string().contains("2026-13-45 is not a date"));
    let dir = folder(&["notes.md"]);
    let error = list(&[dir.path().display().to_string()], &Wanted::default()).expect_err("nothing");
    assert!(error.to_string().contains("passed over: notes.md"), "{error}");
}

#[cfg(unix)]
#[test]
fn folders_behind_links_are_not_looked_into() {
    use std::os::unix::fs::symlink;
    let dir = folder(&["log/a.csv", "log/date=2026-01-01/b.csv", "other/c.csv"]);
    let at = |name: &str| dir.path().join(name).display().to_string();
    for (to, link) in
        [(".", "l1"), (".", "l2"), (".", "l3"), ("..", "up"), ("../../other", "date=2026-01-01/away")]
    {
        symlink(to, dir.path().join("log").join(link)).expect("link");
    }
    symlink("../other/c.csv", dir.path().join("log/c.csv")).expect("link");
    symlink("log", dir.path().join("given")).expect("link");
    for given in [at("log"), at("given"), at("log/**"), at("log/**/*.csv"), at("g*")] {
        let listing = list(std::slice::from_ref(&given), &Wanted::default()).expect("lists");
        assert_eq!(
            names(&listing),
            ["a.csv", "c.csv", "date=2026-01-01/b.csv"].map(|n| match given.ends_with("g*") {
                true => format!("given/{n}"),
                false => n.to_owned(),
            })
        );
        let told = listing.warnings.iter().filter(|w| w.starts_with("5 folders that are links")).count();
        assert_eq!((told, listing.warnings.len()), (1, 1), "{given}: {:?}", listing.warnings);
    }
}

#[test]
fn results_inside_a_log_are_no_part_of_it() {
    let dir =
        folder(&["log/a.csv", "log/runs/x.csv", "log/old/night/scores.parquet", "log/other/manifest.json"]);
    let manifest =
        "{\n  \"schema\": \"manifest 1\",\n  \"run_id\": \"x\",\n  \"tool\": {\n    \"name\": \"bulkwatch\",";
    std::fs::write(dir.path().join("log/old/night/manifest.json"), manifest).expect("write");
    let at = |name: &str| dir.path().join(name).display().to_string();
    let wanted = Wanted { results: Some(dir.path().join("log/../log/runs")), ..Wanted::default() };
    let listing = list(&[at("log")], &wanted).expect("lists");
    assert_eq!(names(&listing), ["a.csv", "other/manifest.json"]);
    let warnings = listing.warnings.join("; ");
    assert!(warnings.contains("2 folders hold results of this program, passed over"), "{warnings}");
    let named = list(&[at("log/old/night")], &wanted).expect("lists what is named itself");
    assert_eq!(names(&named), ["manifest.json", "scores.parquet"]);
}

#[test]
fn a_stop_is_heard_while_listing() {
    let dir = folder(&["a.csv"]);
    let stop = Some(std::sync::Arc::new(std::sync::atomic::AtomicBool::new(true)));
    let error = list(&[dir.path().display().to_string()], &Wanted { stop, ..Wanted::default() });
    assert!(matches!(error, Err(TableError::Stopped)));
}
