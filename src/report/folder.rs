//! A run folder that appears whole or not at all: staged beside its place, synced, renamed.
//! In: files written into the staging folder; out: one published folder below the output folder.
//! Knows no content, and never leaves a half-written file where somebody could read it.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use thiserror::Error;

/// Why a run folder could not be staged or published.
#[derive(Debug, Error)]
pub enum FolderError {
    /// The file system said no.
    #[error("cannot {what} {folder}: {source}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// Where.
        folder: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Another run holds the output folder.
    #[error("another run is writing to {folder}; wait for it or choose another folder with --out")]
    Locked {
        /// Where.
        folder: String,
    },
}

/// A staged run folder; dropped without publishing, it vanishes.
#[derive(Debug)]
pub struct RunFolder {
    out: PathBuf,
    staging: TempDir,
    _lock: File,
}

const STAGING_PREFIX: &str = ".bulkwatch-staging-";

impl RunFolder {
    /// Stages a folder below `out`, which is made if missing and held until the run ends.
    pub fn stage(out: &Path) -> Result<Self, FolderError> {
        let fail = |what, source| FolderError::Io { what, folder: out.display().to_string(), source };
        fs::create_dir_all(out).map_err(|e| fail("create", e))?;
        let lock = File::create(out.join(".lock")).map_err(|e| fail("lock", e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(FolderError::Locked { folder: out.display().to_string() });
            }
            Err(TryLockError::Error(e)) => return Err(fail("lock", e)),
        }
        // What a killed run left behind: nobody else can be writing while we hold the lock.
        for entry in fs::read_dir(out).map_err(|e| fail("read", e))?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(STAGING_PREFIX) {
                fs::remove_dir_all(entry.path()).map_err(|e| fail("clean", e))?;
            }
        }
        let staging = tempfile::Builder::new()
            .prefix(STAGING_PREFIX)
            .tempdir_in(out)
            .map_err(|e| fail("stage a run in", e))?;
        Ok(Self { out: out.to_owned(), staging, _lock: lock })
    }

    /// Where a file of the run is written until it is published.
    pub fn path(&self, file: &str) -> PathBuf {
        self.staging.path().join(file)
    }

    /// Writes a whole file and makes it durable.
    pub fn write(&self, file: &str, bytes: &[u8]) -> Result<(), FolderError> {
        use io::Write;
        let path = self.path(file);
        let mut done = File::create(&path);
        if let Ok(file) = &mut done
            && let Err(error) = file.write_all(bytes).and_then(|()| file.sync_all())
        {
            done = Err(error);
        }
        done.map(|_| ()).map_err(|source| FolderError::Io { what: "write", folder: file.to_owned(), source })
    }

    /// Where a run of this name is published, or was.
    pub fn place(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }

    /// Publishes under `name`; an earlier run of the same name gives way only once the new one stands beside it.
    pub fn publish(self, name: &str) -> Result<PathBuf, FolderError> {
        let place = self.place(name);
        let fail = |what, source| FolderError::Io { what, folder: place.display().to_string(), source };
        File::open(self.staging.path()).and_then(|d| d.sync_all()).map_err(|e| fail("sync", e))?;
        let staged = self.staging.keep();
        if place.exists() {
            let old = self.out.join(format!("{STAGING_PREFIX}old-{name}"));
            fs::rename(&place, &old).map_err(|e| fail("replace", e))?;
            fs::rename(&staged, &place).map_err(|e| fail("publish", e))?;
            fs::remove_dir_all(&old).map_err(|e| fail("remove the earlier", e))?;
        } else {
            fs::rename(&staged, &place).map_err(|e| fail("publish", e))?;
        }
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            // The staging folder is private; a published run is as readable as any other folder.
            fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).map_err(|e| fail("open", e))?;
        }
        File::open(&self.out).and_then(|d| d.sync_all()).map_err(|e| fail("sync", e))?;
        Ok(place)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visible(out: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(out)
            .expect("folder")
            .flatten()
            .map(|e| e.file_name().to_string_lossy().into_owned())
            .filter(|n| n != ".lock")
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_dropped_run_leaves_nothing_and_a_published_one_is_whole() {
        let out = tempfile::tempdir().expect("temp");
        let run = RunFolder::stage(out.path()).expect("staged");
        run.write("a.txt", b"half").expect("written");
        drop(run);
        assert!(visible(out.path()).is_empty());
        for text in ["first", "second"] {
            let run = RunFolder::stage(out.path()).expect("staged");
            run.write("a.txt", text.as_bytes()).expect("written");
            let place = run.publish("run").expect("published");
            assert_eq!(fs::read_to_string(place.join("a.txt")).expect("readable"), text);
        }
        assert_eq!(visible(out.path()), ["run"]);
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_two_runs_cannot_share_a_folder() {
        let out = tempfile::tempdir().expect("temp");
        fs::create_dir(out.path().join(".bulkwatch-staging-dead")).expect("made");
        let first = RunFolder::stage(out.path()).expect("staged");
        assert!(!out.path().join(".bulkwatch-staging-dead").exists());
        assert!(matches!(RunFolder::stage(out.path()), Err(FolderError::Locked { .. })));
        drop(first);
        assert!(RunFolder::stage(out.path()).is_ok());
    }
}
