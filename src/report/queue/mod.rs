//! The review queue: as many cases as a team can look at, campaigns once, some drawn from below the cut, some blind.
//! In: a run as published, the team's capacity, a seed out of the run's input; out: `review_queue.csv` and `.ndjson`.
//! Draws by keyed digests of names, so that neither order nor machine leaves a trace and nobody can choose to be drawn.

mod cases;
mod draft;
mod draw;
mod expected;
mod observed;
mod osprey;
mod rows;

pub use cases::{Case, CaseKind, Queue, QueueTerms};
pub use draft::Draft;
pub use expected::{Decided, Expected, History, Stratum};
pub use observed::Observed;
pub use rows::{case_url, check_case_url, name_cell};

use super::read_back::PublishedRun;
use super::run::ReportError;

/// The files that leave the house: name and bytes. A held run has none of them.
pub fn exports(run: &PublishedRun, terms: &QueueTerms) -> Result<Vec<(&'static str, Vec<u8>)>, ReportError> {
    let queue = Queue::of(run, terms);
    let mut files = vec![
        ("review_queue.csv", rows::csv(run, &queue, terms)?),
        ("review_queue.ndjson", rows::ndjson(run, &queue, terms)?),
    ];
    files.extend(osprey::files(run)?);
    Ok(files)
}
