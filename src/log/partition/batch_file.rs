//! Record batches one after another in a temporary file, each remembered by its place and a digest of its bytes.
//! In: batches of one schema, in order; out: any of them by its number, or that the disk gave back other bytes than it got.
//! Knows neither rows nor partitions.

use arrow_array::RecordBatch;
use arrow_ipc::reader::FileDecoder;
use arrow_ipc::writer::{IpcWriteOptions, StreamWriter};
use arrow_ipc::{Block, CompressionType, MetadataVersion};
use arrow_schema::{ArrowError, Schema, SchemaRef};
use std::fs::File;
use std::io::{self, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use xxhash_rust::xxh3::{Xxh3, xxh3_64};

/// Where a batch lies in its file, and what its bytes came to.
#[derive(Clone, Copy, Debug)]
struct Place {
    at: u64,
    bytes: u64,
    digest: u64,
}

/// Counts and digests what passes.
struct Digested {
    file: BufWriter<File>,
    at: u64,
    bytes: u64,
    digest: Xxh3,
}

impl Digested {
    /// What passed since the last cut.
    fn cut(&mut self) -> Place {
        let place = Place { at: self.at, bytes: self.bytes, digest: self.digest.digest() };
        self.at += self.bytes;
        self.bytes = 0;
        self.digest.reset();
        place
    }
}

impl Write for Digested {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let n = self.file.write(bytes)?;
        self.digest.update(&bytes[..n]);
        self.bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// A file that is being written.
pub(super) struct BatchWriter {
    stream: StreamWriter<Digested>,
    file: BatchFile,
}

impl BatchWriter {
    /// A new file; `packed` compresses what is in it.
    pub(super) fn create(path: &Path, schema: Schema, packed: bool) -> Result<Self, ArrowError> {
        let file = BufWriter::with_capacity(1 << 18, File::create(path)?);
        let sink = Digested { file, at: 0, bytes: 0, digest: Xxh3::new() };
        let options =
            IpcWriteOptions::default().try_with_compression(packed.then_some(CompressionType::LZ4_FRAME))?;
        let mut stream = StreamWriter::try_new_with_options(sink, &schema, options)?;
        // The schema is known to whoever reads.
        stream.get_mut().cut();
        let file = BatchFile { path: path.to_owned(), schema: Arc::new(schema), places: Vec::new() };
        Ok(Self { stream, file })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<(), ArrowError> {
        self.stream.write(batch)?;
        self.file.places.push(self.stream.get_mut().cut());
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<BatchFile, ArrowError> {
        self.stream.finish()?;
        Ok(self.file)
    }
}

/// A file with all its batches.
#[derive(Debug)]
pub(super) struct BatchFile {
    path: PathBuf,
    schema: SchemaRef,
    places: Vec<Place>,
}

impl BatchFile {
    /// The batch with this number. Its bytes are checked before they are decoded: decompression trusts the lengths in them.
    pub(super) fn batch(&self, number: usize) -> Result<RecordBatch, ArrowError> {
        let bad = |problem: &str| ArrowError::IpcError(format!("batch {number} {problem}"));
        let place = self.places.get(number).ok_or_else(|| bad("was never written"))?;
        // Opening a pipe that somebody put in its place would wait for ever.
        if !std::fs::metadata(&self.path)?.is_file() {
            return Err(bad("is no file any more"));
        }
        let mut file = File::open(&self.path)?;
        file.seek(SeekFrom::Start(place.at))?;
        let mut bytes = Vec::with_capacity(place.bytes as usize);
        file.take(place.bytes).read_to_end(&mut bytes)?;
        if bytes.len() as u64 != place.bytes || xxh3_64(&bytes) != place.digest {
            return Err(bad("is not what was written"));
        }
        let head = head_bytes(&bytes).ok_or_else(|| bad("has no head"))?;
        let block = Block::new(0, head, bytes.len() as i64 - i64::from(head));
        let batch = FileDecoder::new(self.schema.clone(), MetadataVersion::V5)
            .read_record_batch(&block, &bytes.into())?;
        batch.ok_or_else(|| bad("is empty"))
    }
}

/// Length of what precedes the columns: a marker, the length of the description, and the description.
fn head_bytes(bytes: &[u8]) -> Option<i32> {
    let length = bytes.get(4..8)?.try_into().ok().map(i32::from_le_bytes)?;
    length.checked_add(8).filter(|head| 8 <= *head && *head as usize <= bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use arrow_array::{StringArray, UInt64Array};
    use arrow_schema::{DataType, Field};

    fn batch(from: u64, n: u64) -> RecordBatch {
        let fields = [Field::new("word", DataType::UInt64, false), Field::new("name", DataType::Utf8, false)];
        let words = UInt64Array::from_iter_values(from..from + n);
        let names = StringArray::from_iter_values((from..from + n).map(|i| format!("name{i}")));
        RecordBatch::try_new(Arc::new(Schema::new(fields.to_vec())), vec![Arc::new(words), Arc::new(names)])
            .expect("one schema")
    }

    fn written(path: &Path, packed: bool) -> BatchFile {
        let mut writer =
            BatchWriter::create(path, batch(0, 0).schema().as_ref().clone(), packed).expect("created");
        for (from, n) in [(0, 1000), (7, 0), (50, 3)] {
            writer.write(&batch(from, n)).expect("written");
        }
        writer.finish().expect("finished")
    }

    #[test]
    fn batches_come_back_in_any_order() {
        let temp = tempfile::tempdir().expect("temp");
        for packed in [false, true] {
            let file = written(&temp.path().join("rows"), packed);
            for (number, (from, n)) in [(2, (50, 3)), (0, (0, 1000)), (1, (7, 0))] {
                assert_eq!(file.batch(number).expect("read"), batch(from, n));
            }
            assert!(file.batch(3).is_err());
        }
    }

    #[test]
    fn whatever_the_disk_changed_is_noticed_before_it_is_decoded() {
        let temp = tempfile::tempdir().expect("temp");
        for packed in [false, true] {
            let path = temp.path().join("rows");
            let file = written(&path, packed);
            let whole = std::fs::read(&path).expect("read");
            let (first, last) = (file.places[0].at as usize, file.places[2]);
            for at in (first..(last.at + last.bytes) as usize).step_by(13) {
                let mut damaged = whole.clone();
                damaged[at] ^= 1;
                std::fs::write(&path, &damaged).expect("written");
                let seen = (0..3).filter(|number| file.batch(*number).is_err()).count();
                assert_eq!(seen, 1, "byte {at}");
            }
            std::fs::write(&path, &whole[..last.at as usize + 1]).expect("cut");
            let error = file.batch(2).expect_err("too short").to_string();
            assert!(error.contains("is not what was written"), "{error}");
            assert_eq!(file.batch(0).expect("whole"), batch(0, 1000));
            std::fs::remove_file(&path).expect("removed");
            assert!(matches!(file.batch(0), Err(ArrowError::IoError(..))));
            std::fs::create_dir(&path).expect("put in its place");
            let error = file.batch(0).expect_err("no file").to_string();
            assert!(error.contains("is no file any more"), "{error}");
            std::fs::remove_dir(&path).expect("removed");
        }
    }
}
