//! Rows that do not fit in memory wait on local disk, as Arrow files, compressed where that finds anything.
//! In: buffers of all partitions; out: the rows of one partition, read back when its turn comes.
//! The files die with the store; what a killed run left is removed by the next one.

use super::batch_file::{BatchFile, BatchWriter};
use super::row::{Buffer, Chunks, Names, Received};
use super::words::{Words, put_token, token};
use crate::domain::{ErrorClass, Token};
use crate::log::MessageEvent;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use std::fs::{self, File};
use std::io;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;
use thiserror::Error;

/// Why rows could not be kept on disk.
#[derive(Debug, Error)]
pub enum SpillError {
    /// The file system said no.
    #[error("cannot {what} temporary rows in {folder}: {source}{}", advice(.source))]
    Io {
        /// What was tried.
        what: &'static str,
        /// Where.
        folder: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// A file came back other than it was written.
    #[error(
        "temporary rows in {folder} are damaged: {problem}; check the disk, or name another folder with --tmp-dir"
    )]
    Damaged {
        /// Where.
        folder: String,
        /// What is wrong.
        problem: String,
    },
    /// There is too little room to begin with.
    #[error(
        "{folder} has {free} MiB free, but up to {need} MiB of temporary rows may be needed; name another folder with --tmp-dir or raise --memory-limit"
    )]
    NoRoom {
        /// Where.
        folder: String,
        /// What is free.
        free: u64,
        /// What may be needed.
        need: u64,
    },
}

fn advice(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; name another folder with --tmp-dir or raise --memory-limit"
        }
        _ => "",
    }
}

impl SpillError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        ErrorClass::Environment
    }
}

fn schema_of(names: &[&str], text: bool) -> Schema {
    let mut fields: Vec<Field> = names.iter().map(|n| Field::new(*n, DataType::UInt64, false)).collect();
    if text {
        fields.push(Field::new("name", DataType::Utf8, false));
    }
    Schema::new(fields)
}

const NAME_WORDS: &[&str] = &["token_high", "token_low"];

/// The keyed columns of some rows, and the others.
fn batches_of<T: Words>(rows: &Chunks<T>) -> Result<[RecordBatch; 2], ArrowError> {
    let n = rows.len();
    let mut keyed: Vec<Vec<u64>> = T::NAMES.iter().map(|_| Vec::with_capacity(n)).collect();
    rows.iter().for_each(|row| row.put(&mut keyed));
    let rest = keyed.split_off(T::KEYED);
    let batch = |columns: Vec<Vec<u64>>, names| {
        let arrays = columns.into_iter().map(|c| Arc::new(UInt64Array::from(c)) as ArrayRef).collect();
        RecordBatch::try_new(Arc::new(schema_of(names, false)), arrays)
    };
    Ok([batch(keyed, &T::NAMES[..T::KEYED])?, batch(rest, &T::NAMES[T::KEYED..])?])
}

fn names_batch(names: &Names) -> Result<RecordBatch, ArrowError> {
    let mut columns = [Vec::with_capacity(names.len()), Vec::with_capacity(names.len())];
    names.keys().for_each(|token| put_token(*token, &mut columns));
    let mut arrays: Vec<ArrayRef> =
        columns.into_iter().map(|c| Arc::new(UInt64Array::from(c)) as ArrayRef).collect();
    arrays.push(Arc::new(StringArray::from_iter_values(names.values())));
    RecordBatch::try_new(Arc::new(schema_of(NAME_WORDS, true)), arrays)
}

/// Rows of one kind on disk, a batch a partition. The keyed columns have a file of their own: compressing those too took a
/// tenth of a run and made its files no smaller.
#[derive(Debug)]
pub(super) struct RowFiles {
    keyed: BatchFile,
    rest: BatchFile,
}

/// Rows on disk: one flush of one worker.
#[derive(Debug)]
struct Flush {
    sent: RowFiles,
    received: RowFiles,
    names: BatchFile,
}

impl Drop for SpillStore {
    fn drop(&mut self) {
        // The folder itself goes with the field that owns it.
        empty_but_lock(self.folder.path());
    }
}

/// The temporary folder of a run and what is in it.
#[derive(Debug)]
pub struct SpillStore {
    folder: TempDir,
    _lock: File,
    flushes: Mutex<Vec<Arc<Flush>>>,
    /// Tells the files apart.
    files: AtomicU64,
}

const PREFIX: &str = ".bulkwatch-rows-";
const LOCK: &str = "lock";

impl SpillStore {
    /// Makes a folder of its own below `below`, removing what killed runs left there.
    pub fn create(below: &Path) -> Result<Self, SpillError> {
        let fail = |what| move |source| failure(what, below, source);
        fs::create_dir_all(below).map_err(fail("make a folder for"))?;
        remove_leftovers(below);
        loop {
            let folder = tempfile::Builder::new()
                .prefix(PREFIX)
                .tempdir_in(below)
                .map_err(fail("make a folder for"))?;
            let lock = File::create(folder.path().join(LOCK)).map_err(fail("lock"))?;
            lock.lock().map_err(fail("lock"))?;
            // Another run that tidies up may have taken the folder for a dead one before the lock was held.
            if folder.path().join(LOCK).exists() {
                return Ok(Self {
                    folder,
                    _lock: lock,
                    flushes: Mutex::default(),
                    files: AtomicU64::default(),
                });
            }
        }
    }

    /// Refuses to start when less than `bytes` are free.
    pub fn check_room(&self, bytes: u64) -> Result<(), SpillError> {
        // A file system that cannot say how much is free is left to say no when it is full.
        let Ok(free) = fs4::available_space(self.folder.path()) else { return Ok(()) };
        if free < bytes {
            let folder = self.below().display().to_string();
            return Err(SpillError::NoRoom { folder, free: free >> 20, need: bytes >> 20 });
        }
        Ok(())
    }

    fn below(&self) -> &Path {
        self.folder.path().parent().unwrap_or(self.folder.path())
    }

    /// How many times rows were written.
    pub fn flushes(&self) -> usize {
        self.flushes.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Writes the rows of all partitions and empties their buffers.
    pub(super) fn flush(&self, buffers: &mut [Buffer]) -> Result<(), SpillError> {
        let flush = Flush {
            sent: self.write("sent", buffers.iter_mut().map(|buffer| &mut buffer.sent))?,
            received: self.write("received", buffers.iter_mut().map(|buffer| &mut buffer.received))?,
            names: self.write_names(buffers).map_err(|error| self.failure("write", error))?,
        };
        self.flushes.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::new(flush));
        Ok(())
    }

    fn write_names(&self, buffers: &mut [Buffer]) -> Result<BatchFile, ArrowError> {
        let mut writer = self.new_file("names", schema_of(NAME_WORDS, true), true)?;
        for buffer in buffers {
            writer.write(&names_batch(&std::mem::take(&mut buffer.names))?)?;
        }
        writer.finish()
    }

    /// A new file of the folder.
    fn new_file(&self, kind: &str, schema: Schema, packed: bool) -> Result<BatchWriter, ArrowError> {
        let n = self.files.fetch_add(1, Ordering::Relaxed);
        BatchWriter::create(&self.folder.path().join(format!("{n}.{kind}")), schema, packed)
    }

    /// One batch a partition, empty ones too, so that a partition's place in a file is its number; empties the buffers.
    fn write<'b, T: Words + 'b>(
        &self,
        kind: &str,
        buffers: impl Iterator<Item = &'b mut Chunks<T>>,
    ) -> Result<RowFiles, SpillError> {
        let written = || {
            let (keyed, rest) = T::NAMES.split_at(T::KEYED);
            let mut keyed = self.new_file(&format!("{kind}.keyed"), schema_of(keyed, false), false)?;
            let mut rest = self.new_file(kind, schema_of(rest, false), true)?;
            for rows in buffers {
                let [first, second] = batches_of(&std::mem::take(rows))?;
                keyed.write(&first)?;
                rest.write(&second)?;
            }
            Ok(RowFiles { keyed: keyed.finish()?, rest: rest.finish()? })
        };
        written().map_err(|error| self.failure("write", error))
    }

    /// Writes bands of rows as files of their own and empties them.
    pub(super) fn write_bands<T: Words>(&self, bands: &mut [Chunks<T>]) -> Result<RowFiles, SpillError> {
        self.write("bands", bands.iter_mut())
    }

    /// Hands on the rows of one band of such a file, in their order.
    pub(super) fn read_band<T: Words>(
        &self,
        files: &RowFiles,
        band: usize,
        hand_on: impl FnMut(T),
    ) -> Result<(), SpillError> {
        self.rows(&self.batches(files, band)?)?.for_each(hand_on);
        Ok(())
    }

    /// The two batches that belong together.
    fn batches(&self, files: &RowFiles, index: usize) -> Result<[RecordBatch; 2], SpillError> {
        Ok([self.batch(&files.keyed, index)?, self.batch(&files.rest, index)?])
    }

    /// The rows of two batches that belong together.
    fn rows<'b, T: Words + 'b>(
        &self,
        [keyed, rest]: &'b [RecordBatch; 2],
    ) -> Result<impl Iterator<Item = T> + use<'b, T>, SpillError> {
        let mut columns = self.words(keyed, T::KEYED)?;
        columns.extend(self.words(rest, T::NAMES.len() - T::KEYED)?);
        if keyed.num_rows() != rest.num_rows() {
            return Err(self.damaged("columns are of different length"));
        }
        Ok((0..rest.num_rows()).map(move |row| T::get(&columns, row)))
    }

    fn failure(&self, what: &'static str, error: ArrowError) -> SpillError {
        match error {
            ArrowError::IoError(_, source) => failure(what, self.below(), source),
            ArrowError::IpcError(problem) => self.damaged(&problem),
            other => self.damaged(&other.to_string()),
        }
    }

    /// Hands on what partition `index` has on disk, piece by piece; the taker says whether it wants more.
    pub(super) fn read(&self, index: usize, taker: &mut impl Taker) -> Result<(), SpillError> {
        let flushes: Vec<Arc<Flush>> = self.flushes.lock().unwrap_or_else(PoisonError::into_inner).clone();
        for flush in flushes {
            let mut go_on = taker.sent(self.rows(&self.batches(&flush.sent, index)?)?);
            if go_on {
                go_on = taker.received(self.rows(&self.batches(&flush.received, index)?)?);
            }
            let names = self.batch(&flush.names, index)?;
            let columns = self.words(&names, NAME_WORDS.len())?;
            let texts = names.column(NAME_WORDS.len()).as_any().downcast_ref::<StringArray>();
            let texts = texts.ok_or_else(|| self.damaged("names are missing"))?;
            (0..names.num_rows()).for_each(|row| taker.name(token(&columns, row), texts.value(row)));
            if !go_on {
                break;
            }
        }
        Ok(())
    }

    fn words<'b>(&self, batch: &'b RecordBatch, n: usize) -> Result<Vec<&'b [u64]>, SpillError> {
        let column =
            |i: usize| batch.column(i).as_any().downcast_ref::<UInt64Array>().map(|a| &a.values()[..]);
        (0..n).map(column).collect::<Option<_>>().ok_or_else(|| self.damaged("columns are missing"))
    }

    fn damaged(&self, problem: &str) -> SpillError {
        SpillError::Damaged { folder: self.below().display().to_string(), problem: problem.to_owned() }
    }

    fn batch(&self, file: &BatchFile, index: usize) -> Result<RecordBatch, SpillError> {
        file.batch(index).map_err(|error| self.failure("read", error))
    }
}

/// Receives the rows of a partition; `false` stops the reading.
pub(super) trait Taker {
    fn sent(&mut self, rows: impl Iterator<Item = MessageEvent>) -> bool;
    fn received(&mut self, rows: impl Iterator<Item = Received>) -> bool;
    fn name(&mut self, token: Token, name: &str);
}

fn failure(what: &'static str, folder: &Path, source: io::Error) -> SpillError {
    SpillError::Io { what, folder: folder.display().to_string(), source }
}

/// Removes the folders of runs that are gone: nobody holds their lock. Best effort, it only tidies up.
pub fn remove_leftovers(below: &Path) {
    for entry in fs::read_dir(below).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(PREFIX) {
            continue;
        }
        // Anybody may put something of this name into a shared folder: opening a pipe would wait for ever, and a link leads
        // elsewhere.
        let place = entry.path().join(LOCK);
        let is_ours = entry.file_type().is_ok_and(|kind| kind.is_dir())
            && fs::symlink_metadata(&place).is_ok_and(|lock| lock.is_file());
        // The lock is held until all is gone, so that whoever has just made the folder waits, and sees that it is.
        let dead = is_ours.then(|| File::open(&place).ok()).flatten().filter(|lock| lock.try_lock().is_ok());
        if let Some(_lock) = dead {
            empty_but_lock(&entry.path());
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Removes the rows first and leaves the lock: whoever is killed half way leaves a folder that the next run still knows.
fn empty_but_lock(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_name() != LOCK {
            let _ = fs::remove_file(entry.path());
        }
    }
}
