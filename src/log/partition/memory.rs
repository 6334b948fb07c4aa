//! How the memory of a run is shared out: what may wait in buffers, what one partition may need while it is worked on.
//! In: a limit and the number of workers; out: shares in bytes.
//! Estimates from counts of rows only, so that a plan can be printed before anything is read.

use super::router::Weight;
use super::row::Received;
use crate::log::MessageEvent;

/// Aimed at when nobody gives a limit: a nightly job beside others, and ten million messages with room to spare.
pub const DEFAULT_LIMIT: u64 = 1 << 30;
/// The least a run can be held to.
pub const LEAST_LIMIT: u64 = 192 << 20;

/// Program, side tables of ordinary size, and the writer of the feature table.
const BASE: u64 = 64 << 20;
/// Decoding one row group and cleaning one batch, for each worker.
const PER_WORKER: u64 = 32 << 20;
/// Bytes of intermediates that one event of the account at hand needs beside its row.
const WORK_PER_SENT: u64 = 120;
const WORK_PER_RECEIVED: u64 = 32;
/// A feature row and its name, waiting to be written.
const PER_ACCOUNT: u64 = 1_500;

/// The memory of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemoryPlan {
    /// The limit in bytes.
    pub limit: u64,
    /// Whether somebody gave it: then an account that alone needs more is an error, else it gets more.
    pub strict: bool,
    /// Workers that read and extract.
    pub workers: u64,
}

impl MemoryPlan {
    /// A plan for a limit and a number of workers; no limit means [`DEFAULT_LIMIT`], not strictly.
    pub fn new(limit: Option<u64>, workers: usize) -> Self {
        Self {
            limit: limit.unwrap_or(DEFAULT_LIMIT),
            strict: limit.is_some(),
            workers: workers.max(1) as u64,
        }
    }

    /// What rows may take, in buffers or while they are worked on.
    pub fn for_rows(&self) -> u64 {
        // A quarter is left to what allocators keep and counts do not see: with a tenth, a run of 200 million messages
        // stood a tenth above its limit.
        (self.limit - self.limit / 4).saturating_sub(BASE + PER_WORKER * self.workers).max(16 << 20)
    }

    /// What the buffers of one worker may take before it spills.
    pub fn worker_share(&self) -> u64 {
        self.for_rows() / self.workers
    }

    /// What a partition needs while it is ordered and its features are computed, its rows included.
    pub fn need(weight: &Weight) -> u64 {
        weight.sent * (size_of::<MessageEvent>() as u64 + WORK_PER_SENT)
            + weight.received * (size_of::<Received>() as u64 + WORK_PER_RECEIVED)
            + weight.accounts * PER_ACCOUNT
    }

    /// What temporary files may take for so many messages, if none of them fits in memory.
    pub fn disk_for(&self, messages: u64) -> u64 {
        messages * (size_of::<MessageEvent>() + size_of::<Received>()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_stay_below_the_limit() {
        for limit in [LEAST_LIMIT, DEFAULT_LIMIT, 64 << 30] {
            for workers in [1, 2, 64] {
                let plan = MemoryPlan::new(Some(limit), workers);
                assert!(plan.for_rows() < limit);
                assert!(plan.worker_share() * plan.workers <= plan.for_rows());
            }
        }
    }

    #[test]
    fn only_a_given_limit_is_strict() {
        assert!(!MemoryPlan::new(None, 2).strict && MemoryPlan::new(Some(LEAST_LIMIT), 0).strict);
    }
}
