//! The one bench binary: kernels under Criterion, and the helper of the whole-process comparison.
//!
//! - `cargo bench` times the window kernels per family.
//! - `cargo bench -- generate --rows N --write FILE` writes the frozen benchmark log.
//! - `cargo bench -- decode FILE` decodes the same columns with the `parquet` crate and does nothing else.

use arrow_array::{
    ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use bulkwatch::features::kernels::{DistinctCounter, disjoint_windows, gap_entropy_bits, kendall_tau, max_in_window};
use criterion::{BenchmarkId, Criterion, Throughput};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::sync::Arc;

const DAY_US: i64 = 86_400_000_000;
const SEED: u64 = 1_549_411_200;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let after = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    match args.first().map(String::as_str) {
        Some("generate") => {
            let rows: usize = after("--rows").unwrap_or_else(|| "10000000".to_owned()).parse()?;
            let path = after("--write").ok_or("generate needs --write FILE")?;
            generate(rows, &path)
        }
        Some("decode") => decode(args.get(1).ok_or("decode needs a file")?),
        _ => {
            kernels();
            Ok(())
        }
    }
}

/// Draws one message; senders follow a power law, half of the rows go to an earlier partner.
struct Draw {
    rng: ChaCha8Rng,
    senders: f64,
    rows: usize,
    at: usize,
}

impl Draw {
    fn batch(&mut self, n: usize) -> Result<RecordBatch, Box<dyn Error>> {
        let (mut ts, mut sender, mut recipient, mut msg) = (vec![], vec![], vec![], vec![]);
        let (mut chat, mut size, mut content, mut typing, mut known) = (vec![], vec![], vec![], vec![], vec![]);
        for _ in 0..n {
            let i = self.at;
            self.at += 1;
            let u: f64 = self.rng.random();
            let s = (self.senders * u.powi(3)) as u64;
            let kind = match self.rng.random_range(0..20) {
                0 => "list",
                1 | 2 => "group",
                _ => "direct",
            };
            let near = (s + self.rng.random_range(1..13)) % self.senders as u64;
            let far = self.rng.random_range(0..self.senders as u64);
            ts.push(19_700 * DAY_US + (i as f64 * (120.0 * DAY_US as f64 / self.rows as f64)) as i64);
            sender.push(format!("u{s}"));
            recipient.push(match kind {
                "group" => format!("g{}", near % 20_000),
                _ if self.rng.random_bool(0.5) => format!("u{near}"),
                _ => format!("u{far}"),
            });
            msg.push(format!("m{}", if kind == "list" { i / 20 } else { i }));
            chat.push(kind);
            size.push(self.rng.random_range(1..4_000i64));
            let common = self.rng.random_bool(0.3);
            content.push(format!("c{}", self.rng.random_range(0..if common { 50 } else { 1_000_000 })));
            typing.push(if self.rng.random_bool(0.3) { 0 } else { self.rng.random_range(1..9_000i64) });
            known.push(self.rng.random_bool(0.3));
        }
        let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from(ts).with_timezone("UTC"));
        Ok(RecordBatch::try_from_iter([
            ("ts", times),
            ("sender", Arc::new(StringArray::from(sender)) as ArrayRef),
            ("recipient", Arc::new(StringArray::from(recipient))),
            ("msg_id", Arc::new(StringArray::from(msg))),
            ("chat", Arc::new(StringArray::from(chat))),
            ("size", Arc::new(Int64Array::from(size))),
            ("content", Arc::new(StringArray::from(content))),
            ("typing_ms", Arc::new(Int64Array::from(typing))),
            ("recipient_knows_sender", Arc::new(BooleanArray::from(known))),
        ])?)
    }
}

fn generate(rows: usize, path: &str) -> Result<(), Box<dyn Error>> {
    let mut draw =
        Draw { rng: ChaCha8Rng::seed_from_u64(SEED), senders: (rows as f64 / 20.0).max(100.0), rows, at: 0 };
    let mut writer: Option<ArrowWriter<File>> = None;
    let mut left = rows;
    while 0 < left {
        let n = left.min(100_000);
        left -= n;
        let batch = draw.batch(n)?;
        if writer.is_none() {
            let properties = WriterProperties::builder()
                .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
                .set_max_row_group_row_count(Some(1_000_000))
                .build();
            writer = Some(ArrowWriter::try_new(File::create(path)?, batch.schema(), Some(properties))?);
        }
        if let Some(writer) = &mut writer {
            writer.write(&batch)?;
        }
    }
    writer.ok_or("no rows")?.close()?;
    Ok(())
}

fn decode(path: &str) -> Result<(), Box<dyn Error>> {
    let builder = ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.with_batch_size(65_536);
    let mut rows = 0;
    for batch in builder.build()? {
        rows += black_box(batch?).num_rows();
    }
    println!("{rows} rows decoded");
    Ok(())
}

fn kernels() {
    let mut criterion = Criterion::default().configure_from_args();
    for n in [20usize, 1_000, 20_000] {
        let mut rng = ChaCha8Rng::seed_from_u64(SEED);
        let mut ts: Vec<i64> = (0..n).map(|_| rng.random_range(0..30 * DAY_US)).collect();
        ts.sort_unstable();
        let keys: Vec<u32> = (0..n).map(|_| rng.random_range(0..(n as u32 / 2).max(1))).collect();
        let gaps: Vec<i64> = ts.windows(2).map(|w| w[1] - w[0]).collect();
        let ranks: Vec<u32> = (0..n as u32).map(|i| i ^ 5).collect();
        let mut counter = DistinctCounter::default();
        let mut group = criterion.benchmark_group("windows");
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new("max_in_window_24h", n), |b| {
            b.iter(|| max_in_window(black_box(&ts), DAY_US));
        });
        group.bench_function(BenchmarkId::new("disjoint_windows_24h", n), |b| {
            b.iter(|| disjoint_windows(black_box(&ts), DAY_US, 10));
        });
        group.bench_function(BenchmarkId::new("max_distinct_24h", n), |b| {
            b.iter(|| counter.max_distinct(black_box(&ts), &keys, n, DAY_US));
        });
        group.finish();
        let mut group = criterion.benchmark_group("timing");
        group.throughput(Throughput::Elements(n as u64));
        group.bench_function(BenchmarkId::new("gap_entropy_bits", n), |b| {
            b.iter(|| gap_entropy_bits(black_box(&gaps)));
        });
        group.bench_function(BenchmarkId::new("kendall_tau", n), |b| {
            b.iter(|| kendall_tau(black_box(&ranks)));
        });
        group.finish();
    }
    criterion.final_summary();
}
