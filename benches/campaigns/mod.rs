//! The campaign kernels at benchmark size: near-duplicate texts, and accounts that share the same things at once.
//! In: the words after the subcommand; out: made-up texts and shares, or one line of JSON a measurement.
//! Knows no other engine: laying one beside the other is the scripts' work.

mod coaction;
mod exact;
mod near;
mod texts;

pub use coaction::coaction;
pub use near::near;

use std::error::Error;
use std::fs;

/// Nothing, or why not.
pub type Outcome<T = ()> = Result<T, Box<dyn Error>>;

/// CPU seconds of all threads of this process so far; Linux only. Threads that have ended do not count, so the pool
/// must be the one that lives as long as the process.
fn cpu_seconds() -> Outcome<f64> {
    let mut ns = 0.0;
    for task in fs::read_dir("/proc/self/task")? {
        let spent = fs::read_to_string(task?.path().join("schedstat"))?;
        ns += spent.split(' ').next().ok_or("an empty schedstat")?.parse::<f64>()?;
    }
    Ok(ns / 1e9)
}

/// Starts the pool before any clock does.
fn start_threads(threads: &str) -> Outcome {
    rayon::ThreadPoolBuilder::new().num_threads(threads.parse()?).build_global()?;
    rayon::broadcast(|_| ());
    Ok(())
}
