//! Small rows sorted into bands, kept in memory until they take more than their share, then on local disk.
//! In: rows in any order, each with its band; out: the rows of one band after the other.
//! Promises nothing about the order inside a band; what it holds in memory is bounded, what a band holds is not.

use super::router::Shared;
use super::row::Chunks;
use super::spill::{SpillError, SpillStore};
use super::words::Words;
use std::path::PathBuf;
use std::sync::Arc;

/// How many bands a spool has.
pub const BANDS: usize = 64;

/// Part of the memory for rows that one spool may take.
const PART: u64 = 8;

/// Rows by band.
#[derive(Debug)]
pub struct Spool<T> {
    bands: Vec<Chunks<T>>,
    bytes: usize,
    rows: u64,
    shared: Arc<Shared>,
    files: Vec<PathBuf>,
    store: Option<Arc<SpillStore>>,
}

impl<T: Words> Spool<T> {
    /// An empty spool that shares memory and disk with the run.
    pub fn new(shared: &Arc<Shared>) -> Self {
        Self {
            bands: (0..BANDS).map(|_| Chunks::default()).collect(),
            bytes: 0,
            rows: 0,
            shared: shared.clone(),
            files: Vec::new(),
            store: None,
        }
    }

    /// Adds a row to a band, taken modulo [`BANDS`].
    pub fn push(&mut self, band: u64, row: T) -> Result<(), SpillError> {
        self.rows += 1;
        self.bytes += self.bands[(band % BANDS as u64) as usize].push(row);
        if self.shared.plan.for_rows() / PART < self.bytes as u64 {
            self.flush()?;
        }
        Ok(())
    }

    /// How many rows there are.
    pub fn len(&self) -> u64 {
        self.rows
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    fn flush(&mut self) -> Result<(), SpillError> {
        let store = self.shared.store()?;
        self.files.push(store.write_bands(&mut self.bands)?);
        self.store = Some(store);
        self.bytes = 0;
        Ok(())
    }

    /// The rows of one band, which the spool gives away.
    pub fn take(&mut self, band: usize) -> Result<Vec<T>, SpillError> {
        let mut rows: Vec<T> = std::mem::take(&mut self.bands[band]).into_parts().flatten().collect();
        if let Some(store) = &self.store {
            self.files.iter().try_for_each(|file| store.read_band(file, band, &mut rows))?;
        }
        Ok(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{MemoryPlan, Received};

    #[test]
    fn memory_and_disk_give_the_same_rows() {
        let temp = tempfile::tempdir().expect("temp");
        let row = |i: u64| Received {
            account: crate::domain::Token(u128::from(i)),
            ts: i as i64,
            peer: crate::domain::Token(7),
            msg: i,
            chat: 0,
            status: 1,
        };
        let all = |limit, n: u64| {
            let shared = Arc::new(Shared::new(MemoryPlan::new(Some(limit), 1), temp.path().to_owned()));
            let mut spool = Spool::new(&shared);
            (0..n).for_each(|i| spool.push(i * 31, row(i)).expect("pushed"));
            assert_eq!((spool.len(), spool.is_empty()), (n, n == 0));
            let files = spool.files.len();
            let bands: Vec<Vec<Received>> = (0..BANDS)
                .map(|band| {
                    let mut rows = spool.take(band).expect("taken");
                    rows.sort_unstable();
                    rows
                })
                .collect();
            (bands, files)
        };
        let ((in_memory, none), (on_disk, some)) = (all(1 << 30, 200_000), all(1, 200_000));
        assert!(none == 0 && some > 1 && in_memory == on_disk);
        assert_eq!(in_memory.iter().map(Vec::len).sum::<usize>(), 200_000);
    }
}
