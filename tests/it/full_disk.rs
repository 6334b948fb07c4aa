//! A disk that takes no more while a run is cleaned or let go: the old run stays whole, and the same command succeeds later.
//! In: the simulated mixed night, published and held; a limit on the size of files, which fails writes as a full disk does;
//! out: exit codes, and the bytes of every file of the run.
//! Mounts nothing: `tests/faults/full_disk` fills a real one.

use super::nights::{args, folders, policy, scan, text};
use super::program::{ok, root, run_in};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

/// Runs the program where no file may grow beyond so many blocks of 512 bytes.
fn cramped(blocks: u32, args: &[&str]) -> Output {
    // Ignored, the signal that would end it becomes an error that the program is told.
    let script = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
    let program = env!("CARGO_BIN_EXE_bulkwatch");
    Command::new("sh")
        .args(["-c", &script, program])
        .args(args)
        .current_dir(root())
        .output()
        .expect("a shell")
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let each = fs::read_dir(folder).expect("a run").flatten();
    each.map(|e| (e.file_name().to_string_lossy().into_owned(), fs::read(e.path()).expect("bytes"))).collect()
}

/// Tries a command with too little room, more each time, until there is enough; the run must stay as it was till then.
fn fails_whole_until_it_succeeds(out: &Path, run: &Path, command: &[&str]) {
    let before = files(run);
    let mut failed = 0;
    for blocks in [0, 1, 4, 16, 64, 256, 1024, 4096] {
        let done = cramped(blocks, command);
        if done.status.success() {
            break;
        }
        failed += 1;
        let said = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(5), "{blocks} blocks: {said}");
        assert!(said.to_lowercase().contains("file too large"), "{blocks} blocks: {said}");
        assert!(files(run) == before, "{blocks} blocks: the run changed");
        ok(&root(), &["verify", text(run)]);
        assert_eq!(folders(out).len(), 1, "{blocks} blocks: no other run came to be");
    }
    assert!(3 <= failed, "only {failed} attempts had too little room");
}

fn leftovers(out: &Path) -> Vec<String> {
    let all =
        fs::read_dir(out).expect("folder").flatten().map(|e| e.file_name().to_string_lossy().into_owned());
    all.filter(|name| name.starts_with(".bulkwatch-staging")).collect()
}

#[test]
fn an_erasure_without_room_leaves_the_run_whole_and_can_be_done_again() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let run = scan(&out, &["--capacity", "10"]);
    fails_whole_until_it_succeeds(&out, &run, &["erase", "sim_flood", text(&out), "--reason", "request 1"]);
    let told = ok(&root(), &["verify", text(&run)]);
    assert!(told.contains("accounts were erased from it 1 times"), "{told}");
    assert!(run_in(&root(), &["explain", "sim_flood", "--run", text(&run)]).code == 2);
    assert_eq!(leftovers(&out), Vec::<String>::new());
}

#[test]
fn a_release_without_room_leaves_the_held_run_whole_and_can_be_done_again() {
    let dir = tempfile::tempdir().expect("temp");
    let out = dir.path().join("runs");
    let strict = policy(dir.path(), "strict.toml", "max_abuse_n = 100000", "max_abuse_n = 1");
    let held = run_in(&root(), &args(&out, &["--policy", text(&strict)]));
    assert_eq!(held.code, 4, "{}", held.err);
    let run = folders(&out).into_iter().next().expect("a held run");
    fails_whole_until_it_succeeds(
        &out,
        &run,
        &["release", text(&run), "--by", "A. Night", "--reason", "real"],
    );
    assert!(!run.exists(), "let go");
    let let_go = folders(&out).into_iter().next().expect("the released run");
    ok(&root(), &["verify", text(&let_go)]);
    assert!(let_go.join("review_queue.csv").is_file());
    assert_eq!(leftovers(&out), Vec::<String>::new());
}
