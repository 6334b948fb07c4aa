//! Accounts that share the same things at once: made-up shares, and what lockstep costs on them.
//! In: a number of shares, or shares in Parquet, a rule and a window; out: shares, or one line of JSON and the pairs.
//! Knows lockstep through its public door only, and no reference: laying pairs side by side is the script's work.

use super::{Outcome, cpu_seconds, start_threads};
use crate::{DAY_US, Draws, SEED};
use arrow_array::cast::AsArray;
use arrow_array::types::{Int64Type, UInt32Type, UInt64Type};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, UInt32Array, UInt64Array};
use bulkwatch::campaigns::{Cohesion, LockstepSettings, Rule, Share, lockstep};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::json;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::sync::Arc;

const MINUTE_US: i64 = 60_000_000;
const MONTH_US: i64 = 30 * DAY_US;
/// Exponent of the popularity of objects.
const ZIPF: f64 = 1.1;
const BATCH: u64 = 100_000;
/// The object that a tenth of all accounts share.
const VIRAL: u64 = 77;

/// `generate N OUT [--viral spread|burst] [--dense] | run IN RULE WINDOW_S THREADS PAIRS`.
pub fn coaction(words: &[&str]) -> Outcome {
    match words {
        ["generate", n, out, flags @ ..] => {
            let (viral, is_dense) = (flags.iter().position(|f| *f == "--viral"), flags.contains(&"--dense"));
            let viral = viral.and_then(|at| flags.get(at + 1)).copied();
            Shares::new(n.parse()?, is_dense).write(viral, out)
        }
        ["run", input, rule, window_s, threads, pairs] => {
            start_threads(threads)?;
            run(input, settings_of(rule, window_s.parse()?)?, pairs)
        }
        _ => Err("coaction takes generate or run".into()),
    }
}

/// Shares over 30 days: for each million, 200,000 objects of Zipf-like popularity and 100,000 accounts of heavy-tailed
/// activity; what is popular lives for days, the rest for minutes. More millions are more communities, so that work should
/// grow in proportion; dense ones are the same objects in one community, whose popular ones then crowd every window.
struct Shares {
    n: u64,
    accounts: u64,
    communities: u64,
    /// Objects of one community.
    objects: u64,
}

impl Shares {
    fn new(n: u64, is_dense: bool) -> Self {
        let communities = if is_dense { 1 } else { (n / 1_000_000).max(1) };
        Self { n, accounts: (n / 10).max(10), communities, objects: (n / 5 / communities).max(1) }
    }

    /// Object, account and time of one share, each a function of its number.
    fn share(&self, i: u64) -> (u64, u32, i64) {
        let mut draws = Draws(SEED ^ i.wrapping_mul(0x2545_f491_4f6c_dd1d));
        // Zipf by inverse transform on a continuous envelope.
        let top = (self.objects as f64).powf(1.0 - ZIPF) - 1.0;
        let rank = (draws.unit() * top + 1.0).powf(1.0 / (1.0 - ZIPF)) as u64;
        let rank = rank.clamp(1, self.objects);
        let community = i % self.communities;
        let thing = rank + community * self.objects;
        let born = (thing.wrapping_mul(2_654_435_761) % MONTH_US as u64) as i64;
        let longest = (MINUTE_US * MINUTE_US / (rank * rank + 2_000) as i64).min(MONTH_US);
        let lives = (10 * MINUTE_US) as f64 - (1.0 - draws.unit()).ln() * longest as f64;
        let ts = (born + (lives * draws.unit()) as i64) % MONTH_US;
        let local = (self.accounts / self.communities) as f64 * draws.unit().powi(2);
        let account = community + self.communities * local as u64;
        (thing.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 1, account as u32, ts)
    }

    /// A viral object adds one share by every tenth account, over the month or within an hour.
    fn write(&self, viral: Option<&str>, path: &str) -> Outcome {
        let span = match viral {
            None => None,
            Some("spread") => Some(MONTH_US),
            Some("burst") => Some(DAY_US / 24),
            Some(other) => return Err(format!("--viral is {other}, expected spread or burst").into()),
        };
        let viral = span.map_or(0, |_| self.accounts.div_ceil(10));
        let row = |i: u64| match i.checked_sub(self.n) {
            None => self.share(i),
            Some(at) => {
                let ts = Draws(SEED ^ i).unit() * span.unwrap_or(0) as f64;
                (VIRAL, at as u32 * 10, ts as i64)
            }
        };
        let mut writer = None;
        for start in (0..self.n + viral).step_by(BATCH as usize) {
            let rows: Vec<_> = (start..(self.n + viral).min(start + BATCH)).map(row).collect();
            let object: ArrayRef = Arc::new(rows.iter().map(|r| r.0).collect::<UInt64Array>());
            let account: ArrayRef = Arc::new(rows.iter().map(|r| r.1).collect::<UInt32Array>());
            let ts: ArrayRef = Arc::new(rows.iter().map(|r| r.2).collect::<Int64Array>());
            let batch = RecordBatch::try_from_iter([("object", object), ("account", account), ("ts", ts)])?;
            let writer = match &mut writer {
                Some(open) => open,
                none => none.insert(ArrowWriter::try_new(File::create(path)?, batch.schema(), None)?),
            };
            writer.write(&batch)?;
        }
        writer.ok_or("no shares to write")?.close()?;
        Ok(())
    }
}

/// `published` and `exact` find every pair within the window, `capped` the same with the usual bound on crowds, `usual`
/// what a scan looks for: repetition.
fn settings_of(rule: &str, window_s: i64) -> Outcome<LockstepSettings> {
    let window_us = window_s * 1_000_000;
    let every = Rule::Repeated {
        least_matches: 1,
        least_jaccard: 0.0,
        hubs: 16,
        key: 1,
        cohesion: Cohesion::default(),
    };
    Ok(match rule {
        "published" => LockstepSettings { window_us, cap: None, rule: Rule::Published { participation: 1 } },
        "exact" => LockstepSettings { window_us, cap: None, rule: every },
        "capped" => LockstepSettings { window_us, cap: Some(64), rule: every },
        "usual" => LockstepSettings { window_us, ..LockstepSettings::repeated(1) },
        _ => return Err(format!("{rule} is none of published, exact, capped and usual").into()),
    })
}

fn run(input: &str, settings: LockstepSettings, pairs: &str) -> Outcome {
    let start = cpu_seconds()?;
    let shares = read(input)?;
    let accounts = shares.iter().map(|s| s.account + 1).max().unwrap_or(0);
    let before = cpu_seconds()?;
    let found = lockstep(&shares, accounts, &settings)?;
    let after = cpu_seconds()?;
    if pairs != "-" {
        let mut file = BufWriter::new(File::create(pairs)?);
        writeln!(file, "low,high")?;
        for edge in &found.edges {
            writeln!(file, "{},{}", edge.low(), edge.high())?;
        }
        file.flush()?;
    }
    let measured = json!({
        "shares": shares.len(),
        "pairs": found.edges.len(),
        "groups": found.groups.groups.len(),
        "left_out_objects": found.left_out.objects,
        "read_cpu_s": before - start,
        "join_cpu_s": after - before,
    });
    println!("{measured}");
    Ok(())
}

fn read(path: &str) -> Outcome<Vec<Share>> {
    let mut shares = Vec::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(File::open(path)?)?.build()? {
        let batch = batch?;
        let column = |name| batch.column_by_name(name).ok_or(format!("no column {name}"));
        let object = column("object")?.as_primitive_opt::<UInt64Type>().ok_or("object is not 64 bits")?;
        let account = column("account")?.as_primitive_opt::<UInt32Type>().ok_or("account is not 32 bits")?;
        let ts = column("ts")?.as_primitive_opt::<Int64Type>().ok_or("ts is not 64 bits")?;
        for ((object, account), ts) in object.values().iter().zip(account.values()).zip(ts.values()) {
            // Every share is a message of its own.
            let content = (1 << 40) + shares.len() as u64;
            shares.push(Share { object: *object, account: *account, ts: *ts, content });
        }
    }
    Ok(shares)
}
