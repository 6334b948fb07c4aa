//! The command-line door: result to exit code, and the error chain printed once.
fn main() {}
