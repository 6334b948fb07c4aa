//! The command-line door: the result of the command becomes the exit code.
//! In: the process's arguments; out: an exit code.
//! Knows nothing else.

use std::process::ExitCode;

fn main() -> ExitCode {
    bulkwatch::cli::run()
}
