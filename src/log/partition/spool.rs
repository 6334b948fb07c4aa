//! Small rows sorted into bands, kept in memory until they take more than their share, then on local disk.
//! In: rows in any order, each with its band; out: the rows of one band after the other.
//! Rows of a band come as they were pushed; what it holds in memory is bounded, what a band holds is not.

use super::router::Shared;
use super::row::Chunks;
use super::spill::{RowFiles, SpillError, SpillStore};
use super::words::Words;
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
    /// Rows of each band, wherever they are.
    rows: [u64; BANDS],
    shared: Arc<Shared>,
    files: Vec<RowFiles>,
    store: Option<Arc<SpillStore>>,
}

impl<T: Words> Spool<T> {
    /// An empty spool that shares memory and disk with the run.
    pub fn new(shared: &Arc<Shared>) -> Self {
        Self {
            bands: (0..BANDS).map(|_| Chunks::default()).collect(),
            bytes: 0,
            rows: [0; BANDS],
            shared: shared.clone(),
            files: Vec::new(),
            store: None,
        }
    }

    /// Adds a row to a band, taken modulo [`BANDS`].
    pub fn push(&mut self, band: u64, row: T) -> Result<(), SpillError> {
        let band = (band % BANDS as u64) as usize;
        self.rows[band] += 1;
        self.bytes += self.bands[band].push(row);
        if self.shared.plan.for_rows() / PART < self.bytes as u64 {
            self.flush()?;
        }
        Ok(())
    }

    /// How many rows there are.
    pub fn len(&self) -> u64 {
        self.rows.iter().sum()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn flush(&mut self) -> Result<(), SpillError> {
        let store = self.shared.store()?;
        self.files.push(store.write_bands(&mut self.bands)?);
        self.store = Some(store);
        self.bytes = 0;
        Ok(())
    }

    /// Whether a band takes no more memory than the whole spool may.
    pub fn is_light(&self, band: usize) -> bool {
        self.rows[band] * size_of::<T>() as u64 <= self.shared.plan.for_rows() / PART
    }

    /// Shows each row of a band, as they were pushed.
    pub fn look(&self, band: usize, mut see: impl FnMut(&T)) -> Result<(), SpillError> {
        for file in &self.files {
            let Some(store) = &self.store else { break };
            store.read_band(file, band, |row| see(&row))?;
        }
        self.bands[band].iter().for_each(see);
        Ok(())
    }

    /// The rows of one band, which the spool gives away.
    pub fn take(&mut self, band: usize) -> Result<Vec<T>, SpillError> {
        self.take_some(band, |_| true)
    }

    /// The same, but only rows to keep; the others are gone.
    pub fn take_some(&mut self, band: usize, mut keep: impl FnMut(&T) -> bool) -> Result<Vec<T>, SpillError> {
        let mut rows: Vec<T> = Vec::new();
        for file in &self.files {
            let Some(store) = &self.store else { break };
            store.read_band(file, band, |row| {
                if keep(&row) {
                    rows.push(row);
                }
            })?;
        }
        rows.extend(std::mem::take(&mut self.bands[band]).into_parts().flatten().filter(keep));
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
