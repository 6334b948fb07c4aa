//! Opening a file as a stream of plain bytes: what it is by its first bytes, unpacked when packed.
//! In: a listed file; out: its format and a reader that drops a UTF-8 mark and refuses other encodings.
//! Knows nothing of rows or columns.

use crate::table_io::{InputFile, STDIN, TableError};
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// How a table is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Apache Parquet.
    Parquet,
    /// Values between delimiters, one record a line, quotes allowed.
    Csv,
    /// One JSON object a line.
    Ndjson,
}

impl Format {
    /// Its name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Parquet => "parquet",
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
        }
    }
}

/// A stream of plain bytes; standard input also keeps the digest of what went through.
pub(crate) type ByteSource = Box<dyn BufRead + Send>;

/// The digest of what was read from a stream that cannot be read twice.
pub(crate) type RunningDigest = Arc<Mutex<blake3::Hasher>>;

/// Raised by whoever wants the reading to stop.
pub type Stop = Arc<AtomicBool>;

const BUFFER: usize = 1 << 18;
/// How long somebody who waits for standard input goes without asking whether to stop.
const PATIENCE: Duration = Duration::from_millis(100);

/// The blake3 digest of a file's bytes, hexadecimal.
pub fn digest(file: &InputFile) -> Result<String, TableError> {
    let mut hasher = blake3::Hasher::new();
    let stream = File::open(&file.path).map_err(|e| TableError::io(&file.name, e))?;
    hasher.update_reader(stream).map_err(|e| TableError::io(&file.name, e))?;
    Ok(hasher.finalize().to_hex().to_string())
}

/// Whether the file is Parquet, and a clear error when its name says so but its bytes do not.
pub(crate) fn is_parquet(file: &InputFile) -> Result<bool, TableError> {
    if file.path == Path::new(STDIN) {
        return Ok(false);
    }
    if file.bytes == 0 {
        return Err(TableError::EmptyFile { file: file.name.clone() });
    }
    let mut stream = File::open(&file.path).map_err(|e| TableError::io(&file.name, e))?;
    let mut magic = [0u8; 4];
    let got = read_up_to(&mut stream, &mut magic).map_err(|e| TableError::io(&file.name, e))?;
    if got == 4 && &magic == b"PAR1" {
        return Ok(true);
    }
    if file.name.to_ascii_lowercase().ends_with(".parquet") {
        return Err(wrong(&file.name, "parquet", "it does not begin with PAR1"));
    }
    Ok(false)
}

fn wrong(file: &str, expected: &'static str, problem: &str) -> TableError {
    TableError::WrongFormat { file: file.to_owned(), expected, problem: problem.to_owned() }
}

fn read_up_to(stream: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut got = 0;
    while got < buffer.len() {
        match stream.read(&mut buffer[got..])? {
            0 => break,
            n => got += n,
        }
    }
    Ok(got)
}

/// Opens a text file: unpacked, without a UTF-8 mark, with the format that its name or its first bytes say.
pub(crate) fn open_text(
    file: &InputFile,
    said: Option<Format>,
    running: Option<&RunningDigest>,
    stop: Option<&Stop>,
) -> Result<(ByteSource, Format), TableError> {
    let raw: Box<dyn Read + Send> = if file.path == Path::new(STDIN) {
        let hasher = running.cloned().unwrap_or_default();
        let stdin: Box<dyn Read + Send> = match stop {
            Some(stop) => Box::new(Piped::start(std::io::stdin(), stop.clone())),
            None => Box::new(std::io::stdin()),
        };
        Box::new(Hashed { inner: stdin, hasher })
    } else {
        Box::new(File::open(&file.path).map_err(|e| TableError::io(&file.name, e))?)
    };
    let mut packed = BufReader::with_capacity(BUFFER, raw);
    let head = packed.fill_buf().map_err(|e| TableError::io(&file.name, e))?;
    if head.is_empty() {
        return Err(TableError::EmptyFile { file: file.name.clone() });
    }
    if head.starts_with(b"PAR1") {
        return Err(wrong(&file.name, "text", "parquet cannot be read from a stream, give it as a file"));
    }
    let mut plain: ByteSource = if head.starts_with(&[0x1f, 0x8b]) {
        Box::new(BufReader::with_capacity(BUFFER, flate2::bufread::MultiGzDecoder::new(packed)))
    } else if head.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
        let decoder =
            zstd::stream::read::Decoder::with_buffer(packed).map_err(|e| TableError::io(&file.name, e))?;
        Box::new(BufReader::with_capacity(BUFFER, decoder))
    } else {
        for (ending, expected) in [(".gz", "gzip"), (".zst", "zstd")] {
            if file.name.to_ascii_lowercase().ends_with(ending) {
                return Err(wrong(&file.name, expected, "its first bytes are not those of that format"));
            }
        }
        Box::new(packed)
    };
    let format = settle(&mut plain, file, said)?;
    Ok((plain, format))
}

/// Drops the UTF-8 mark, refuses other encodings and decides between CSV and NDJSON.
fn settle(plain: &mut ByteSource, file: &InputFile, said: Option<Format>) -> Result<Format, TableError> {
    let name = &file.name;
    let damaged =
        |e: std::io::Error| TableError::Damaged { file: name.clone(), row: 0, problem: e.to_string() };
    let head = plain.fill_buf().map_err(damaged)?;
    if head.is_empty() {
        return Err(TableError::EmptyFile { file: name.clone() });
    }
    if let Some(encoding) = foreign_encoding(head) {
        return Err(TableError::Encoding { file: name.clone(), encoding });
    }
    let mark = if head.starts_with(&[0xef, 0xbb, 0xbf]) { 3 } else { 0 };
    let first = head[mark..].iter().copied().find(|b| !b.is_ascii_whitespace());
    plain.consume(mark);
    let lower = name.to_ascii_lowercase();
    let stem = lower.strip_suffix(".gz").or_else(|| lower.strip_suffix(".zst")).unwrap_or(&lower);
    let json_name = [".json", ".ndjson", ".jsonl"].iter().any(|e| stem.ends_with(e));
    let csv_name = [".csv", ".tsv", ".txt"].iter().any(|e| stem.ends_with(e));
    match said {
        Some(Format::Parquet) => Err(wrong(name, "parquet", "it does not begin with PAR1")),
        Some(format) => Ok(format),
        None if json_name && first == Some(b'[') => Err(wrong(
            name,
            "ndjson",
            "it is one JSON array, expected one object a line (jq -c '.[]' makes it so)",
        )),
        None if json_name && first != Some(b'{') => {
            Err(wrong(name, "ndjson", "its first line is not a JSON object"))
        }
        None if json_name || (!csv_name && first == Some(b'{')) => Ok(Format::Ndjson),
        None => Ok(Format::Csv),
    }
}

fn foreign_encoding(head: &[u8]) -> Option<&'static str> {
    let sample = &head[..head.len().min(1024)];
    if sample.starts_with(&[0xff, 0xfe]) {
        return Some("UTF-16 little-endian");
    }
    if sample.starts_with(&[0xfe, 0xff]) {
        return Some("UTF-16 big-endian");
    }
    let zeros = |odd: usize| sample.iter().skip(odd).step_by(2).filter(|b| **b == 0).count();
    // Latin text in UTF-16 has a zero in every second byte; UTF-8 text has none.
    match sample.len() {
        n if n < 8 => None,
        n if zeros(1) > n / 4 => Some("UTF-16 little-endian"),
        n if zeros(0) > n / 4 => Some("UTF-16 big-endian"),
        _ if sample.contains(&0) => Some("binary, not"),
        _ => None,
    }
}

/// A stream that another thread reads, so that whoever waits for it can stop waiting.
struct Piped {
    chunks: Receiver<std::io::Result<Vec<u8>>>,
    chunk: std::io::Cursor<Vec<u8>>,
    stop: Stop,
}

impl Piped {
    fn start(mut inner: impl Read + Send + 'static, stop: Stop) -> Self {
        let (sender, chunks) = sync_channel(4);
        // It ends with the stream, with its reader, or with the program.
        std::thread::spawn(move || {
            loop {
                let mut chunk = vec![0; BUFFER];
                let got = match inner.read(&mut chunk) {
                    Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                    got => got,
                };
                let ends = !matches!(got, Ok(n) if 0 < n);
                let sent = sender.send(got.map(|n| {
                    chunk.truncate(n);
                    chunk
                }));
                if ends || sent.is_err() {
                    break;
                }
            }
        });
        Self { chunks, chunk: std::io::Cursor::default(), stop }
    }
}

impl Read for Piped {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        loop {
            let got = self.chunk.read(buffer)?;
            if 0 < got || buffer.is_empty() {
                return Ok(got);
            }
            match self.chunks.recv_timeout(PATIENCE) {
                Ok(chunk) => self.chunk = std::io::Cursor::new(chunk?),
                Err(RecvTimeoutError::Disconnected) => return Ok(0),
                Err(RecvTimeoutError::Timeout) if self.stop.load(Ordering::Relaxed) => {
                    return Err(std::io::Error::other("stopped while waiting for standard input"));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

struct Hashed<R> {
    inner: R,
    hasher: RunningDigest,
}

impl<R: Read> Read for Hashed<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let got = self.inner.read(buffer)?;
        if let Ok(mut hasher) = self.hasher.lock() {
            hasher.update(&buffer[..got]);
        }
        Ok(got)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Never has anything to say.
    struct Silent;

    impl Read for Silent {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            std::thread::sleep(Duration::from_secs(600));
            Ok(0)
        }
    }

    #[test]
    fn whoever_waits_for_a_pipe_can_stop() {
        let stop = Stop::default();
        let text: Vec<u8> = (0..3 * BUFFER + 5).map(|i| i as u8).collect();
        let mut read = Vec::new();
        let mut piped = Piped::start(std::io::Cursor::new(text.clone()), stop.clone());
        piped.read_to_end(&mut read).expect("read");
        assert!(read == text);
        stop.store(true, Ordering::Relaxed);
        let error = Piped::start(Silent, stop).read(&mut [0; 9]).expect_err("stopped");
        assert!(error.to_string().contains("stopped"));
    }

    #[test]
    fn encodings_are_told_apart() {
        let utf16: Vec<u8> = "ts,sender,recipient".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(foreign_encoding(&utf16), Some("UTF-16 little-endian"));
        assert_eq!(foreign_encoding(b"ts,sender,recipient"), None);
        assert_eq!(foreign_encoding("ts,\u{17e}".as_bytes()), None);
    }
}
