//! Rows that do not fit in memory wait on local disk, as Arrow files, compressed where that finds anything.
//! In: buffers of all partitions; out: the rows of one partition, read back when its turn comes.
//! The files die with the store; what a killed run left is removed by the next one.

use super::row::{Buffer, Chunks, Names, Received};
use super::words::{Words, put_token, token};
use crate::domain::{ErrorClass, Token};
use crate::log::MessageEvent;
use arrow_array::{Array, ArrayRef, RecordBatch, StringArray, UInt64Array};
use arrow_ipc::CompressionType;
use arrow_ipc::reader::FileReader;
use arrow_ipc::writer::{FileWriter, IpcWriteOptions};
use arrow_schema::{ArrowError, DataType, Field, Schema};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};
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
    #[error("temporary rows in {folder} are damaged: {problem}")]
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

/// The file of the keyed columns beside the one of all others: compressing those too took a tenth of a run and made its
/// files no smaller.
fn keyed_beside(rest: &Path) -> PathBuf {
    rest.with_added_extension("keyed")
}

fn names_batch(names: &Names) -> Result<RecordBatch, ArrowError> {
    let mut columns = [Vec::with_capacity(names.len()), Vec::with_capacity(names.len())];
    names.keys().for_each(|token| put_token(*token, &mut columns));
    let mut arrays: Vec<ArrayRef> =
        columns.into_iter().map(|c| Arc::new(UInt64Array::from(c)) as ArrayRef).collect();
    arrays.push(Arc::new(StringArray::from_iter_values(names.values())));
    RecordBatch::try_new(Arc::new(schema_of(NAME_WORDS, true)), arrays)
}

type Writer = FileWriter<BufWriter<File>>;

/// Rows on disk: one flush of one worker.
#[derive(Debug)]
struct Flush {
    sent: PathBuf,
    received: PathBuf,
    names: PathBuf,
}

/// The temporary folder of a run and what is in it.
#[derive(Debug)]
pub struct SpillStore {
    folder: TempDir,
    _lock: File,
    flushes: Mutex<Vec<Arc<Flush>>>,
    /// Tells the files of bands apart.
    band_files: AtomicU64,
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
                    band_files: AtomicU64::default(),
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
        let at = {
            let mut flushes = self.flushes.lock().unwrap_or_else(PoisonError::into_inner);
            let n = flushes.len();
            let path = |kind: &str| self.folder.path().join(format!("{n}.{kind}"));
            flushes.push(Arc::new(Flush {
                sent: path("sent"),
                received: path("received"),
                names: path("names"),
            }));
            flushes[n].clone()
        };
        self.write(&at.sent, buffers.iter_mut().map(|buffer| &mut buffer.sent))?;
        self.write(&at.received, buffers.iter_mut().map(|buffer| &mut buffer.received))?;
        let fail = |error| self.failure("write", error);
        let mut writer = self.writer(&at.names, &schema_of(NAME_WORDS, true), true)?;
        for buffer in buffers {
            let batch = names_batch(&std::mem::take(&mut buffer.names));
            batch.and_then(|batch| writer.write(&batch)).map_err(fail)?;
        }
        writer.finish().map_err(fail)
    }

    fn writer(&self, path: &Path, schema: &Schema, packed: bool) -> Result<Writer, SpillError> {
        let file = File::create(path).map_err(|e| failure("write", self.below(), e))?;
        let options =
            IpcWriteOptions::default().try_with_compression(packed.then_some(CompressionType::LZ4_FRAME));
        options
            .and_then(|o| Writer::try_new_with_options(BufWriter::with_capacity(1 << 18, file), schema, o))
            .map_err(|error| self.failure("write", error))
    }

    /// One batch a partition, empty ones too, so that a partition's place in a file is its number; empties the buffers.
    fn write<'b, T: Words + 'b>(
        &self,
        path: &Path,
        buffers: impl Iterator<Item = &'b mut Chunks<T>>,
    ) -> Result<(), SpillError> {
        let (keyed, rest) = T::NAMES.split_at(T::KEYED);
        let mut writers = [
            self.writer(&keyed_beside(path), &schema_of(keyed, false), false)?,
            self.writer(path, &schema_of(rest, false), true)?,
        ];
        let fail = |error| self.failure("write", error);
        for rows in buffers {
            let batches = batches_of(&std::mem::take(rows)).map_err(fail)?;
            for (writer, batch) in writers.iter_mut().zip(&batches) {
                writer.write(batch).map_err(fail)?;
            }
        }
        writers.iter_mut().try_for_each(Writer::finish).map_err(fail)
    }

    /// Writes bands of rows as a file of their own and empties them; returns the file.
    pub(super) fn write_bands<T: Words>(&self, bands: &mut [Chunks<T>]) -> Result<PathBuf, SpillError> {
        let n = self.band_files.fetch_add(1, Ordering::Relaxed);
        let path = self.folder.path().join(format!("{n}.bands"));
        self.write(&path, bands.iter_mut())?;
        Ok(path)
    }

    /// Hands on the rows of one band of such a file, in their order.
    pub(super) fn read_band<T: Words>(
        &self,
        path: &Path,
        band: usize,
        hand_on: impl FnMut(T),
    ) -> Result<(), SpillError> {
        self.rows(&self.batches(path, band)?)?.for_each(hand_on);
        Ok(())
    }

    /// A batch of such a file and of the one beside it.
    fn batches(&self, path: &Path, index: usize) -> Result<[RecordBatch; 2], SpillError> {
        Ok([self.batch(&keyed_beside(path), index)?, self.batch(path, index)?])
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
            other => {
                SpillError::Damaged { folder: self.below().display().to_string(), problem: other.to_string() }
            }
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

    fn batch(&self, path: &Path, index: usize) -> Result<RecordBatch, SpillError> {
        let fail = |error| self.failure("read", error);
        let file = File::open(path).map_err(|e| failure("read", self.below(), e))?;
        let mut reader = FileReader::try_new(BufReader::new(file), None).map_err(fail)?;
        reader.set_index(index).map_err(fail)?;
        let missing = || ArrowError::IpcError(format!("no batch {index}"));
        reader.next().ok_or_else(missing).and_then(|batch| batch).map_err(fail)
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
        // The lock is held until all is gone, so that whoever has just made the folder waits, and sees that it is.
        let dead = File::open(entry.path().join(LOCK)).ok().filter(|lock| lock.try_lock().is_ok());
        if let Some(_lock) = dead {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
