//! A run that is killed at any moment leaves nothing that looks finished, and the next run succeeds.
//! In: one scenario log, scanned and killed twenty times; out: what stands in the output folder.
//! Kills the process itself: no handler can help it.

use super::memory::write_log;
use super::program::{ok, root, run_folder};
use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn a_killed_run_publishes_nothing_and_the_next_one_succeeds() {
    let out = tempfile::tempdir().expect("temp");
    let folder = out.path().to_string_lossy().into_owned();
    let args = ["scan", "--config", "data/demo/night.toml", "--quiet", "--out", &folder];
    let mut killed = 0;
    for round in 0..20u64 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bulkwatch"))
            .args(args)
            .current_dir(root())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(5 + round * round));
        // An error means that it had already ended, which is a moment like any other.
        let _ = child.kill();
        killed += usize::from(!child.wait().expect("waited for").success());
        for entry in fs::read_dir(out.path()).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let whole = entry.path().join("manifest.json").is_file();
            assert!(name.starts_with('.') || whole, "{name} is visible and not whole");
        }
    }
    assert!(5 <= killed, "only {killed} of 20 runs were still running when killed");
    ok(&root(), &args);
    assert!(run_folder(out.path()).join("scores.parquet").is_file());
    let left: Vec<_> = fs::read_dir(out.path())
        .expect("folder")
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|n| n.starts_with(".bulkwatch-staging"))
        .collect();
    assert!(left.is_empty(), "what killed runs left is cleaned up: {left:?}");
}

#[cfg(unix)]
#[test]
fn a_published_run_is_no_more_open_than_the_umask_allows() {
    use std::os::unix::fs::PermissionsExt;
    let out = tempfile::tempdir().expect("temp");
    let done = Command::new("sh")
        .args(["-c", "umask 077 && exec \"$0\" scan --config data/demo/night.toml --quiet --out \"$1\""])
        .args([env!("CARGO_BIN_EXE_bulkwatch"), &out.path().to_string_lossy()])
        .current_dir(root())
        .status()
        .expect("the program starts");
    assert!(done.success());
    let mode = |path: &std::path::Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
    let folder = run_folder(out.path());
    assert_eq!((mode(&folder), mode(&folder.join("scores.parquet"))), (0o700, 0o600));
}

#[test]
fn a_run_killed_with_rows_on_disk_leaves_nothing_that_the_next_does_not_remove() {
    let scratch = tempfile::tempdir().expect("temp");
    let (log, out) = (scratch.path().join("log.parquet"), scratch.path().join("runs"));
    write_log(&log, 100_000, false);
    let (log, folder) = (log.to_string_lossy().into_owned(), out.to_string_lossy().into_owned());
    let args = [
        "scan",
        &log,
        "--features-only",
        "--quiet",
        "--out",
        &folder,
        "--memory-limit",
        "192MiB",
        "--threads",
        "2",
    ];
    let rows_left = || {
        let entries = fs::read_dir(&out).into_iter().flatten().flatten();
        entries.filter(|e| e.file_name().to_string_lossy().starts_with(".bulkwatch-rows-")).count()
    };
    let (mut killed, mut with_rows) = (0, 0);
    for round in 1..=10u64 {
        let mut child = Command::new(env!("CARGO_BIN_EXE_bulkwatch"))
            .args(args)
            .current_dir(root())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_millis(150 * round));
        let _ = child.kill();
        killed += usize::from(!child.wait().expect("waited for").success());
        with_rows += usize::from(0 < rows_left());
    }
    assert!(0 < with_rows, "none of {killed} killed runs had rows on disk");
    ok(&root(), &args);
    assert_eq!(rows_left(), 0);
    assert!(run_folder(&out).join("features.parquet").is_file());
}
