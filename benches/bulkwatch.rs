//! The one bench binary: kernels under Criterion, and the helper of the whole-process comparison.
//!
//! - `cargo bench` times the window kernels per family.
//! - `cargo bench -- generate --rows N --write FILE [--days D] [--shuffled] [--skewed] [--integers]` writes the frozen
//!   benchmark log.
//! - `cargo bench -- allocations FILE [--most N]` counts allocations per account from routed rows to feature rows, on one
//!   thread: the same number on every machine, so that a change that allocates shows.
//! - `cargo bench -- decode FILE` decodes the same columns with the `parquet` crate and does nothing else.
//! - `cargo bench -- near ...` makes texts and measures the near-duplicate engine on them: `generate N SEED OUT`,
//!   `mutate N SEED <TEXTS`, `normalised IN OUT`, `pairs IN OUT`, `run IN THREADS`, `recall <TEXTS`, `purity <LABELED`.
//!   `benches/near.py` calls them.
//! - `cargo bench -- coaction ...` makes shares and measures lockstep on them: `generate N OUT [--viral spread|burst]
//!   [--dense]`, `run IN RULE WINDOW_S THREADS PAIRS`. `benches/coaction.py` calls them.

use arrow_array::{
    ArrayRef, BooleanArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt64Array,
};
use bulkwatch::features::kernels::{
    DistinctCounter, disjoint_windows, gap_entropy_bits, kendall_gamma, max_in_window,
};
use bulkwatch::log::{
    InputSpec, Inputs, MemoryPlan, MessageLog, ReadSettings, Shared, TableKind, WindowWish,
};
use bulkwatch::pipeline::each_account;
use criterion::{BenchmarkId, Criterion, Throughput};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};
use std::alloc::System;
use std::error::Error;
use std::fs::File;
use std::hint::black_box;
use std::sync::Arc;

mod campaigns;

const DAY_US: i64 = 86_400_000_000;
const SEED: u64 = 1_549_411_200;
/// Groups have numbers of their own, so that integer identifiers cannot meet those of people.
const GROUPS: u64 = 1 << 40;

fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let after = |name: &str| args.iter().position(|a| a == name).and_then(|i| args.get(i + 1)).cloned();
    match args.first().map(String::as_str) {
        Some("generate") => {
            let number = |name: &str, default: u64| after(name).map_or(Ok(default), |text| text.parse());
            let given = |name: &str| args.iter().any(|a| a == name);
            let rows = number("--rows", 10_000_000)?;
            let log = Log {
                rows,
                senders: (rows / 20).max(100),
                days: number("--days", 120)?,
                shuffled: given("--shuffled"),
                skewed: given("--skewed"),
                integers: given("--integers"),
            };
            log.write(&after("--write").ok_or("generate needs --write FILE")?)
        }
        Some("allocations") => {
            let most = after("--most").map(|text| text.parse()).transpose()?;
            allocations(args.get(1).ok_or("allocations needs a file")?, most)
        }
        Some(stage @ ("near" | "coaction")) => {
            let words: Vec<&str> = args[1..].iter().map(String::as_str).collect();
            if stage == "near" { campaigns::near(&words) } else { campaigns::coaction(&words) }
        }
        Some("decode") => decode(args.get(1).ok_or("decode needs a file")?),
        _ => {
            kernels();
            Ok(())
        }
    }
}

/// The frozen benchmark log: every row is a function of its number, so that any order and any part of it is the same log.
struct Log {
    rows: u64,
    senders: u64,
    days: u64,
    /// Rows in an order that has nothing to do with time.
    shuffled: bool,
    /// Half of all messages by one account, a tenth of the rest to one recipient.
    skewed: bool,
    /// Integers instead of texts as identifiers.
    integers: bool,
}

/// The numbers of one row (splitmix64).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }
}

impl Log {
    /// A batch of rows; senders follow a power law, half of the rows go to an earlier partner.
    fn batch(&self, rows: std::ops::Range<u64>) -> Result<RecordBatch, Box<dyn Error>> {
        let (mut ts, mut sender, mut recipient, mut msg) = (vec![], vec![], vec![], vec![]);
        let (mut chat, mut size, mut content, mut typing, mut known) =
            (vec![], vec![], vec![], vec![], vec![]);
        for at in rows {
            // Any odd step that shares no factor with the number of rows visits each of them once.
            let i = if self.shuffled { (at as u128 * 982_451_653 % self.rows as u128) as u64 } else { at };
            let mut draws = Draws(SEED ^ i.wrapping_mul(0x2545_f491_4f6c_dd1d));
            let s = if self.skewed && i % 2 == 0 {
                0
            } else {
                (self.senders as f64 * draws.unit().powi(3)) as u64
            };
            let kind = match draws.below(20) {
                0 => "list",
                1 | 2 => "group",
                _ => "direct",
            };
            let near = (s + 1 + draws.below(12)) % self.senders;
            let far = draws.below(self.senders);
            ts.push(
                19_700 * DAY_US + (i as f64 * (self.days as f64 * DAY_US as f64 / self.rows as f64)) as i64,
            );
            sender.push(s);
            recipient.push(match kind {
                "group" => GROUPS + near % 20_000,
                _ if self.skewed && i % 10 == 1 => 1,
                _ if draws.below(2) == 0 => near,
                _ => far,
            });
            msg.push(if kind == "list" { i / 20 } else { i });
            chat.push(kind);
            size.push(1 + draws.below(3_999) as i64);
            let common = draws.below(10) < 3;
            content.push(draws.below(if common { 50 } else { 1_000_000 }));
            typing.push(if draws.below(10) < 3 { 0 } else { 1 + draws.below(8_999) as i64 });
            known.push(draws.below(10) < 3);
        }
        let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from(ts).with_timezone("UTC"));
        Ok(RecordBatch::try_from_iter([
            ("ts", times),
            ("sender", self.ids("u", sender)),
            ("recipient", self.ids("u", recipient)),
            ("msg_id", self.ids("m", msg)),
            ("chat", Arc::new(StringArray::from(chat))),
            ("size", Arc::new(Int64Array::from(size))),
            ("content", self.ids("c", content)),
            ("typing_ms", Arc::new(Int64Array::from(typing))),
            ("recipient_knows_sender", Arc::new(BooleanArray::from(known))),
        ])?)
    }

    fn ids(&self, letter: &str, numbers: Vec<u64>) -> ArrayRef {
        if self.integers {
            return Arc::new(UInt64Array::from(numbers));
        }
        Arc::new(StringArray::from_iter_values(numbers.into_iter().map(|n| format!("{letter}{n}"))))
    }

    fn write(&self, path: &str) -> Result<(), Box<dyn Error>> {
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(3)?))
            .set_max_row_group_row_count(Some(1_000_000))
            .build();
        let schema = self.batch(0..1)?.schema();
        let mut writer = ArrowWriter::try_new(File::create(path)?, schema, Some(properties))?;
        for start in (0..self.rows).step_by(100_000) {
            writer.write(&self.batch(start..self.rows.min(start + 100_000))?)?;
        }
        writer.close()?;
        Ok(())
    }
}

#[global_allocator]
static COUNTED: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

fn allocations(path: &str, most: Option<f64>) -> Result<(), Box<dyn Error>> {
    rayon::ThreadPoolBuilder::new().num_threads(1).build_global()?;
    let inputs = Inputs { messages: InputSpec::new(TableKind::Messages, [path]), side: Vec::new() };
    let (settings, temp) = (ReadSettings::default(), std::env::temp_dir());
    let shared = Arc::new(Shared::new(MemoryPlan::new(Some(64 << 30), 1), temp));
    let mut log = MessageLog::read(&inputs, &WindowWish::default(), &settings, &shared)?;
    let region = Region::new(COUNTED);
    let counts = each_account(
        &mut log,
        &settings,
        &Default::default(),
        |bulkwatch::pipeline::Extracted { rows, .. }| {
            black_box(rows);
            Ok(())
        },
    )?;
    let change = region.change();
    let per_account = (change.allocations + change.reallocations) as f64 / counts.accounts as f64;
    println!(
        "{per_account:.2} allocations for each of {} accounts with {} messages",
        counts.accounts, counts.events
    );
    match most {
        Some(most) if most < per_account => Err(format!("more than {most}").into()),
        _ => Ok(()),
    }
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
        let orders: Vec<(i64, i64)> = (0..n as i64).map(|i| (i, i ^ 5)).collect();
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
        group.bench_function(BenchmarkId::new("kendall_gamma", n), |b| {
            b.iter(|| kendall_gamma(black_box(&mut orders.clone()), 1));
        });
        group.finish();
    }
    criterion.final_summary();
}
