//! The command-line door: the result of the command becomes the exit code.
//! In: the process's arguments; out: an exit code.
//! Knows nothing else.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// The memory limit counts bytes in use; this allocator hands the others back to the system.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    bulkwatch::cli::run()
}
