//! One file of a table, as it was listed: where it is, what reports call it, and how to tell that it changed since.
//! In: what the file system says of it; out: plain facts, and an error once they hold no longer.
//! Opens no file.

use crate::table_io::TableError;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// The name of standard input.
pub const STDIN: &str = "-";

/// One file of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Where it is; [`STDIN`] for standard input.
    pub path: PathBuf,
    /// Its name in reports: relative to what was given.
    pub name: String,
    /// Its size in bytes, 0 for standard input.
    pub bytes: u64,
    /// When it was last written to, since 1970; `None` for standard input and where the file system does not say.
    pub written: Option<Duration>,
    /// Midnight UTC of its partition date, microseconds.
    pub partition: Option<i64>,
}

impl InputFile {
    /// Standard input.
    pub(super) fn stdin() -> Self {
        Self { path: STDIN.into(), name: STDIN.into(), bytes: 0, written: None, partition: None }
    }

    /// Refuses a file that is no longer the one that was listed: what was read of it may be neither the old rows nor
    /// the new ones, and its digest is of neither.
    pub(crate) fn check_unchanged(&self) -> Result<(), TableError> {
        if self.path == Path::new(STDIN) {
            return Ok(());
        }
        let now = std::fs::metadata(&self.path).ok().map(|data| (data.len(), written(&data)));
        if now == Some((self.bytes, self.written)) {
            return Ok(());
        }
        Err(TableError::Changed { file: self.name.clone() })
    }
}

/// When a file was last written to.
pub(super) fn written(data: &std::fs::Metadata) -> Option<Duration> {
    data.modified().ok()?.duration_since(UNIX_EPOCH).ok()
}
