//! Runs the built program in a folder of its own, with nothing of the caller's environment that could change it.
//! In: arguments; out: exit code, stdout, stderr.
//! Knows no command.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a run of the program left.
#[derive(Debug)]
pub struct Done {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

/// The repository.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the program in `folder`.
pub fn run_in(folder: &Path, args: &[&str]) -> Done {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bulkwatch"));
    command.args(args).current_dir(folder);
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("BULKWATCH_")) {
        command.env_remove(name);
    }
    let done = command.output().expect("the program starts");
    Done {
        code: done.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&done.stdout).into_owned(),
        err: String::from_utf8_lossy(&done.stderr).into_owned(),
    }
}

/// Runs the program and demands success.
pub fn ok(folder: &Path, args: &[&str]) -> String {
    let done = run_in(folder, args);
    assert_eq!(done.code, 0, "{args:?}: {}", done.err);
    done.out
}

/// The only run folder below `out`.
pub fn run_folder(out: &Path) -> PathBuf {
    let mut runs: Vec<PathBuf> = std::fs::read_dir(out)
        .expect("output folder")
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.join("manifest.json").is_file())
        .collect();
    assert_eq!(runs.len(), 1, "one run below {}", out.display());
    runs.remove(0)
}
