//! A run folder that appears whole or not at all: staged beside its place, synced, renamed.
//! In: files written into the staging folder; out: one published folder below the output folder.
//! Knows no content, and never leaves a half-written file where somebody could read it.

use std::fs::{self, File, TryLockError};
use std::io::{self, BufWriter, Write};
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
    /// Something stands where the lock of the output folder belongs.
    #[error("{file} is a link or no file, and would be written through; remove it or choose another --out")]
    StrangeLock {
        /// The lock.
        file: String,
    },
    /// Something that is no run stands in the place of one.
    #[error("{place} is there and is no folder; remove it or choose another --out")]
    StrangePlace {
        /// Where the run would be.
        place: String,
    },
    /// A run folder holds what is none of its own, and would be lost with it.
    #[error("{entry} is no file of the run and would be lost; move it out of {folder} first")]
    StrangeInside {
        /// A folder or a link.
        entry: String,
        /// The run.
        folder: String,
    },
    /// Another run holds the output folder.
    #[error("another run is writing to {folder}; wait for it or choose another folder with --out")]
    Locked {
        /// Where.
        folder: String,
    },
}

/// A file of a staged run that is being written.
#[derive(Debug)]
pub struct StagedFile {
    file: BufWriter<File>,
    name: String,
}

impl StagedFile {
    /// Adds to it.
    pub fn write(&mut self, bytes: &[u8]) -> Result<(), FolderError> {
        self.file.write_all(bytes).map_err(|e| failed(&self.name, e))
    }

    /// Makes it durable.
    pub fn finish(mut self) -> Result<(), FolderError> {
        let done = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        done.map_err(|e| failed(&self.name, e))
    }
}

fn failed(file: &str, source: io::Error) -> FolderError {
    FolderError::Io { what: "write", folder: file.to_owned(), source }
}

/// A staged run folder; dropped without publishing, it vanishes.
#[derive(Debug)]
pub struct RunFolder {
    out: PathBuf,
    /// Private to the run; what is published is a folder inside it, with the permissions that any folder would get.
    staging: TempDir,
    _lock: File,
}

const LOCK: &str = ".lock";
const STAGING_PREFIX: &str = ".bulkwatch-staging-";
/// Before the name of a run that is giving way to another of its name.
const OLD_PREFIX: &str = ".bulkwatch-staging-old-";
/// Before the name of a run that has given way.
const GONE_PREFIX: &str = ".bulkwatch-staging-gone-";
const INSIDE: &str = "run";

impl RunFolder {
    /// Stages a folder below `out`, which is made if missing and held until the run ends.
    pub fn stage(out: &Path) -> Result<Self, FolderError> {
        let fail = |what, source| FolderError::Io { what, folder: out.display().to_string(), source };
        fs::create_dir_all(out).map_err(|e| fail("create", e))?;
        let place = out.join(LOCK);
        if fs::symlink_metadata(&place).is_ok_and(|data| !data.is_file()) {
            return Err(FolderError::StrangeLock { file: place.display().to_string() });
        }
        // Whatever stands in the file, it is not ours to empty.
        let lock = File::options().write(true).create(true).truncate(false).open(&place);
        let lock = lock.map_err(|e| fail("lock", e))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(FolderError::Locked { folder: out.display().to_string() });
            }
            Err(TryLockError::Error(e)) => return Err(fail("lock", e)),
        }
        clean(out)?;
        let staging = tempfile::Builder::new()
            .prefix(STAGING_PREFIX)
            .tempdir_in(out)
            .map_err(|e| fail("stage a run in", e))?;
        fs::create_dir(staging.path().join(INSIDE)).map_err(|e| fail("stage a run in", e))?;
        Ok(Self { out: out.to_owned(), staging, _lock: lock })
    }

    /// Where a file of the run is written until it is published.
    pub fn path(&self, file: &str) -> PathBuf {
        self.staging.path().join(INSIDE).join(file)
    }

    /// Writes a whole file and makes it durable.
    pub fn write(&self, file: &str, bytes: &[u8]) -> Result<(), FolderError> {
        let mut parts = self.begin(file)?;
        parts.write(bytes)?;
        parts.finish()
    }

    /// A file that is written part by part; it counts once it is finished.
    pub fn begin(&self, file: &str) -> Result<StagedFile, FolderError> {
        let path = self.path(file);
        // What was taken over shares its bytes with a published run: a new file takes its place.
        let _ = fs::remove_file(&path);
        let created = File::create(&path).map_err(|e| failed(file, e))?;
        Ok(StagedFile { file: BufWriter::new(created), name: file.to_owned() })
    }

    /// Where a run of this name is published, or was.
    pub fn place(&self, name: &str) -> PathBuf {
        self.out.join(name)
    }

    /// Refuses a name under which nothing can be published, before anything is done for it.
    pub fn check_place(&self, name: &str) -> Result<(), FolderError> {
        let place = self.place(name);
        if fs::symlink_metadata(&place).is_ok_and(|data| !data.is_dir()) {
            return Err(FolderError::StrangePlace { place: place.display().to_string() });
        }
        Ok(())
    }

    /// Publishes under `name`; an earlier run of the same name gives way only once the new one stands beside it.
    pub fn publish(self, name: &str) -> Result<PathBuf, FolderError> {
        self.put(name)
    }

    /// Publishes under `name` what comes in the place of `old`, which goes once the new one stands.
    pub fn publish_in_place_of(self, name: &str, old: &str) -> Result<PathBuf, FolderError> {
        let place = self.put(name)?;
        if old != name {
            self.remove(old)?;
        }
        Ok(place)
    }

    /// Takes the files of a published run into the staged one, as they stand; they share their bytes where they can.
    pub fn take_over(&self, run: &Path) -> Result<(), FolderError> {
        let fail = |source| FolderError::Io { what: "take over", folder: run.display().to_string(), source };
        for entry in fs::read_dir(run).map_err(fail)? {
            let entry = entry.map_err(fail)?;
            // A link is not followed and nothing of ours lies in folders, but somebody put it there.
            if !entry.file_type().map_err(fail)?.is_file() {
                let entry = entry.file_name().to_string_lossy().into_owned();
                return Err(FolderError::StrangeInside { entry, folder: run.display().to_string() });
            }
            let to = self.staging.path().join(INSIDE).join(entry.file_name());
            fs::hard_link(entry.path(), &to)
                .or_else(|_| fs::copy(entry.path(), &to).map(drop))
                .map_err(fail)?;
        }
        Ok(())
    }

    /// Removes a published run; half removed it is no run any more.
    pub fn remove(&self, name: &str) -> Result<(), FolderError> {
        let (place, gone) = (self.place(name), self.out.join(format!("{GONE_PREFIX}{name}")));
        let fail = |source| FolderError::Io { what: "remove", folder: place.display().to_string(), source };
        fs::rename(&place, &gone).and_then(|()| fs::remove_dir_all(&gone)).map_err(fail)
    }

    fn put(&self, name: &str) -> Result<PathBuf, FolderError> {
        self.check_place(name)?;
        let place = self.place(name);
        let fail = |what, source| FolderError::Io { what, folder: place.display().to_string(), source };
        let staged = self.staging.path().join(INSIDE);
        File::open(&staged).and_then(|d| d.sync_all()).map_err(|e| fail("sync", e))?;
        if place.exists() {
            let old = self.out.join(format!("{OLD_PREFIX}{name}"));
            replace(&staged, &place, &old).map_err(|e| fail("replace", e))?;
            // Under another name first: half removed, it must never be taken for a run that can come back. What is
            // left of it goes with the next run, so that a failure here is no failure of this one.
            let gone = self.out.join(format!("{GONE_PREFIX}{name}"));
            let _ = fs::rename(&old, &gone).and_then(|()| fs::remove_dir_all(&gone));
        } else {
            fs::rename(&staged, &place).map_err(|e| fail("publish", e))?;
        }
        File::open(&self.out).and_then(|d| d.sync_all()).map_err(|e| fail("sync", e))?;
        Ok(place)
    }
}

/// Puts the staged folder in the place of another, which comes back when that fails.
fn replace(staged: &Path, place: &Path, old: &Path) -> io::Result<()> {
    fs::rename(place, old)?;
    fs::rename(staged, place).inspect_err(|_| {
        // Nothing better can be done than this; the next run tries it again.
        let _ = fs::rename(old, place);
    })
}

/// Clears away what a killed run left: nobody else can be writing while we hold the lock. A run that was giving way to
/// one that never arrived comes back.
fn clean(out: &Path) -> Result<(), FolderError> {
    let fail = |what, source| FolderError::Io { what, folder: out.display().to_string(), source };
    for entry in fs::read_dir(out).map_err(|e| fail("read", e))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        // A link is removed, never what it leads to.
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            if name.starts_with(STAGING_PREFIX) {
                fs::remove_file(entry.path()).map_err(|e| fail("clean", e))?;
            }
            continue;
        }
        let place = name.strip_prefix(OLD_PREFIX).map(|name| out.join(name));
        match place.filter(|place| !place.exists()) {
            Some(place) => fs::rename(entry.path(), place).map_err(|e| fail("recover a run in", e))?,
            None if name.starts_with(STAGING_PREFIX) => {
                fs::remove_dir_all(entry.path()).map_err(|e| fail("clean", e))?;
            }
            None => {}
        }
    }
    Ok(())
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
    fn a_file_written_in_parts_is_whole_and_touches_no_run_it_was_taken_over_from() {
        let out = tempfile::tempdir().expect("temp");
        put(out.path(), "old", "earlier");
        let run = RunFolder::stage(out.path()).expect("staged");
        run.take_over(&out.path().join("old")).expect("taken over");
        let mut file = run.begin("a.txt").expect("begun");
        ["one, ", "two"].into_iter().for_each(|part| file.write(part.as_bytes()).expect("written"));
        file.finish().expect("finished");
        run.publish("new").expect("published");
        assert_eq!([text(out.path(), "old"), text(out.path(), "new")], ["earlier", "one, two"]);
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

    #[cfg(unix)]
    #[test]
    fn strangers_in_the_output_folder_lose_nothing_and_block_nothing() {
        let out = tempfile::tempdir().expect("temp");
        let at = |name: &str| out.path().join(name);
        put(out.path(), "kept", "precious");
        fs::write(at("precious"), "precious").expect("written");
        fs::write(at(".bulkwatch-staging-zz"), "x").expect("written");
        fs::write(at(".bulkwatch-staging-old-run"), "x").expect("written");
        std::os::unix::fs::symlink(at("kept"), at(".bulkwatch-staging-link")).expect("linked");
        fs::write(at(".lock"), "told by somebody").expect("written");
        drop(RunFolder::stage(out.path()).expect("staged"));
        assert_eq!(visible(out.path()), ["kept", "precious"]);
        assert_eq!(text(out.path(), "kept"), "precious");
        assert_eq!(fs::read_to_string(at(".lock")).expect("readable"), "told by somebody");
        fs::remove_file(at(".lock")).expect("removed");
        std::os::unix::fs::symlink(at("precious"), at(".lock")).expect("linked");
        let error = RunFolder::stage(out.path()).expect_err("a link");
        assert!(matches!(error, FolderError::StrangeLock { .. }), "{error}");
        assert_eq!(fs::read_to_string(at("precious")).expect("readable"), "precious");
        fs::remove_file(at(".lock")).expect("removed");
        let run = RunFolder::stage(out.path()).expect("staged");
        assert!(run.check_place("kept").is_ok() && run.check_place("new").is_ok());
        assert!(matches!(run.publish("precious"), Err(FolderError::StrangePlace { .. })));
        assert_eq!(visible(out.path()), ["kept", "precious"]);
    }

    fn put(folder: &Path, name: &str, text: &str) {
        fs::create_dir_all(folder.join(name)).expect("made");
        fs::write(folder.join(name).join("a.txt"), text).expect("written");
    }

    fn text(folder: &Path, name: &str) -> String {
        fs::read_to_string(folder.join(name).join("a.txt")).expect("readable")
    }

    #[test]
    fn a_run_that_gave_way_to_nothing_comes_back() {
        let out = tempfile::tempdir().expect("temp");
        // Killed between the two renames, after both, and while the earlier run was removed.
        put(out.path(), ".bulkwatch-staging-old-between", "earlier");
        put(out.path(), ".bulkwatch-staging-old-after", "earlier");
        put(out.path(), "after", "later");
        put(out.path(), ".bulkwatch-staging-gone-removed", "half");
        drop(RunFolder::stage(out.path()).expect("staged"));
        assert_eq!(visible(out.path()), ["after", "between"]);
        assert_eq!([text(out.path(), "between"), text(out.path(), "after")], ["earlier", "later"]);
    }

    #[test]
    fn a_run_stays_when_its_successor_cannot_take_its_place() {
        let out = tempfile::tempdir().expect("temp");
        put(out.path(), "run", "earlier");
        let at = |name: &str| out.path().join(name);
        replace(&at("never staged"), &at("run"), &at("old")).expect_err("nothing to put there");
        assert_eq!(
            (visible(out.path()), text(out.path(), "run")),
            (vec!["run".to_owned()], "earlier".into())
        );
    }
}
