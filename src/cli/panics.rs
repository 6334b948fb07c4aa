//! A defect ends a command like any other failure: one line, one exit code, nothing left half-written.
//! In: a command; out: its result, or what it panicked with as an internal failure.
//! Cannot help where the process is aborted, as when memory cannot be had.

use super::Failure;
use crate::domain::ErrorClass;
use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook};
use std::path::Path;
use std::sync::Mutex;

/// Where the last panic arose.
static PLACE: Mutex<Option<String>> = Mutex::new(None);

/// Keeps panics from writing to the terminal: some are caught where a damaged file provokes them, and the rest is told
/// once, at the end.
pub fn keep_quiet() {
    set_hook(Box::new(|panic| {
        let place = panic.location().map(|at| {
            let file = Path::new(at.file()).file_name().unwrap_or_default().to_string_lossy();
            format!(" at {file}:{}", at.line())
        });
        if let Ok(mut last) = PLACE.lock() {
            *last = place;
        }
    }));
}

/// Runs a command; unwinding drops what it had staged.
pub fn caught(command: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    catch_unwind(AssertUnwindSafe(command)).unwrap_or_else(|panic| {
        let place = PLACE.lock().ok().and_then(|last| last.clone()).unwrap_or_default();
        let message = format!("internal error{place}: {}; this is a defect of the program", told(&*panic));
        Err(Failure::new(ErrorClass::Internal, message))
    })
}

fn told(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_one_line_with_its_exit_code() {
        let fails = |command: fn() -> Result<(), Failure>| {
            let failure = caught(command).expect_err("fails");
            (failure.code(), failure.to_string())
        };
        let (code, said) = fails(|| panic!("no context\nfor {}", "zstd"));
        assert!(code == 70 && said.contains("no context\\nfor zstd") && said.lines().count() == 1, "{said}");
        assert!(fails(|| std::panic::panic_any(7)).1.contains("without words"));
        assert_eq!(fails(|| Err(Failure::usage("as ever"))), (2, "as ever".to_owned()));
        assert!(caught(|| Ok(())).is_ok());
    }
}
