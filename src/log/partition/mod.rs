//! Routes events to account partitions: each account's sent and received events end up side by side.
//! In: validated events in any order from any number of workers; out: partitions sorted by (account, time, all columns),
//! de-duplicated and cut to what the window may know, from memory or from disk.
//! Knows no feature; the order of workers, files and rows, and what was spilled, leave no trace in what it returns.

mod batch_file;
mod copies;
mod distinct;
mod memory;
mod order;
mod parts;
mod router;
mod row;
mod spill;
mod spool;
mod talk;
mod words;

pub use memory::{DEFAULT_LIMIT, LEAST_LIMIT, MemoryPlan};
pub use order::Partition;
pub use parts::{Batch, Parts, Routed, Tokens};
pub use router::{Router, Seen, Shared, Weight};
pub use row::Received;
pub use spill::{SpillError, remove_leftovers};
pub use spool::{BANDS, Spool};
pub use talk::{MOST_TALKS, Speakers, Talk};
pub use words::Words;

/// How many partitions a run has.
///
/// Enough that one partition's rows stay in the cache of a core at ten million messages, few enough that a small
/// log does not pay for empty ones.
pub const PARTITIONS: usize = 256;
