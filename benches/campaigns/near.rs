//! The near-duplicate engine on texts, one a line: what it costs, what it finds, how pure its clusters are.
//! In: texts in a file or on standard input; out: one line of JSON a measurement, or texts for another engine.
//! Knows the engine through its public door only, with the parameters that a scan uses.

use super::exact::{self, Reference};
use super::{Outcome, cpu_seconds, start_threads, texts};
use bulkwatch::content::near::{Clusters, NearSettings, Texts, TextsBuilder, near_texts};
use bulkwatch::content::{Fingerprinter, MinHash, Normaliser, ShingleKey, Shingler, wording};
use serde_json::json;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write, stdin, stdout};

/// Shingles below which a text links nobody, MinHash blocks and rows a band: those of a scan.
const LEAST_SHINGLES: u32 = 12;
const BLOCKS: u8 = 4;
const ROWS: u8 = 5;

/// `generate N SEED OUT | mutate N SEED <TEXTS | normalised IN OUT | pairs IN OUT | run IN THREADS | recall <TEXTS |
/// purity <CATEGORY-TAB-TEXT`.
pub fn near(words: &[&str]) -> Outcome {
    match words {
        ["generate", n, seed, out] => {
            texts::generate(n.parse()?, seed.parse()?, &mut BufWriter::new(File::create(out)?))
        }
        ["mutate", n, seed] => {
            texts::mutate(&lines()?, n.parse()?, seed.parse()?, &mut BufWriter::new(stdout().lock()))
        }
        ["normalised", input, out] => normalised(input, out),
        ["pairs", input, out] => exact::pairs(input, out),
        ["run", input, threads] => run(input, threads),
        ["recall"] => recall(&lines()?),
        ["purity"] => purity(&lines()?),
        _ => Err("near takes generate, mutate, normalised, pairs, run, recall or purity".into()),
    }
}

fn lines() -> Outcome<Vec<String>> {
    Ok(stdin().lock().lines().collect::<Result<_, _>>()?)
}

/// From raw texts to shingle sets, as ingest does it.
struct Reader {
    fingerprinter: Fingerprinter,
    shingler: Shingler,
    builder: TextsBuilder,
}

impl Reader {
    fn new() -> Self {
        let shingler = Shingler::new(ShingleKey::new(&[1; 32]));
        Self { fingerprinter: fingerprinter(), shingler, builder: TextsBuilder::default() }
    }

    /// Takes a text in; its fingerprint, 0 when nothing was left of it.
    fn push(&mut self, raw: &str) -> Outcome<u64> {
        let (shingler, builder) = (&mut self.shingler, &mut self.builder);
        let mut pushed = Ok(());
        let mark = self.fingerprinter.mark(raw, |fingerprint, text, objects| {
            pushed = builder.push(fingerprint, shingler.shingle(text), objects);
        });
        pushed?;
        Ok(mark.fingerprint)
    }

    fn finish(self) -> (Texts, MinHash) {
        let hasher = MinHash::new(self.shingler.key(), BLOCKS, ROWS);
        (self.builder.finish(LEAST_SHINGLES), hasher)
    }
}

/// All fingerprints of the benchmark are under one key.
pub fn fingerprinter() -> Fingerprinter {
    Fingerprinter::new(&[9; 32])
}

fn run(input: &str, threads: &str) -> Outcome {
    start_threads(threads)?;
    let start = cpu_seconds()?;
    let mut reader = Reader::new();
    let mut file = BufReader::new(File::open(input)?);
    let (mut line, mut read) = (String::new(), 0);
    while 0 < file.read_line(&mut line)? {
        reader.push(line.trim_end_matches('\n'))?;
        line.clear();
        read += 1;
    }
    let (texts, hasher) = reader.finish();
    let ingested = cpu_seconds()?;
    let clusters = near_texts(&texts, &hasher, NearSettings::default());
    let joined = cpu_seconds()?;
    let shingles: usize = (0..texts.len() as u32).map(|rank| texts.set(rank).len()).sum();
    let measured = json!({
        "texts": read,
        "distinct": texts.len(),
        "shingles_mean": shingles as f64 / texts.len().max(1) as f64,
        "ingest_cpu_s": ingested - start,
        "near_cpu_s": joined - ingested,
        "edges": clusters.edges().len(),
        "clusters": clusters.len(),
        "clustered": clusters.iter().map(|c| c.members.len()).sum::<usize>(),
        "largest": clusters.iter().map(|c| c.members.len()).max(),
        "digest": format!("{:016x}", digest(&clusters)),
    });
    println!("{measured}");
    Ok(())
}

/// One number for all clusters, so that runs with different threads can be laid beside each other.
fn digest(clusters: &Clusters) -> u64 {
    clusters.iter().fold(0, |digest, c| {
        let named = digest.wrapping_mul(31).wrapping_add(u64::from(c.representative));
        c.members.iter().fold(named, |d, m| d.wrapping_mul(0x100_0000_01b3) ^ u64::from(*m))
    })
}

fn recall(lines: &[String]) -> Outcome {
    let mut reader = Reader::new();
    for line in lines {
        reader.push(line)?;
    }
    let (texts, hasher) = reader.finish();
    let clusters = near_texts(&texts, &hasher, NearSettings::default());
    let mut measured = Reference::of(lines, &texts).against(&texts, &clusters)?;
    measured["texts"] = json!(lines.len());
    measured["distinct"] = json!(texts.len());
    println!("{measured}");
    Ok(())
}

/// Distinct wordings of normalised texts of at least four characters, classes as one character each.
fn normalised(input: &str, out: &str) -> Outcome {
    let mut file = BufWriter::new(File::create(out)?);
    let (mut normaliser, mut seen, mut text) = (Normaliser::default(), HashSet::new(), String::new());
    for line in BufReader::new(File::open(input)?).lines() {
        wording(&normaliser.normalise(&line?).text, &mut text);
        if 4 <= text.chars().count() && !seen.contains(&text) {
            writeln!(file, "{text}")?;
            seen.insert(text.clone());
        }
    }
    Ok(file.flush()?)
}

/// How often the members of a cluster are of its most frequent category.
fn purity(lines: &[String]) -> Outcome {
    let mut reader = Reader::new();
    let mut category_of: HashMap<u64, &str> = HashMap::new();
    let mut all: BTreeMap<&str, usize> = BTreeMap::new();
    for line in lines {
        let (category, text) = line.split_once('\t').ok_or("expected a category, a tab and a text")?;
        let fingerprint = reader.push(text)?;
        if fingerprint != 0 {
            category_of.entry(fingerprint).or_insert_with(|| {
                *all.entry(category).or_default() += 1;
                category
            });
        }
    }
    let (texts, hasher) = reader.finish();
    let clusters = near_texts(&texts, &hasher, NearSettings::default());
    let (mut pure, mut members, mut wholly) = (0, 0, 0);
    for cluster in clusters.iter() {
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for rank in cluster.members {
            *counts.entry(category_of[&texts.fingerprints()[*rank as usize]]).or_default() += 1;
        }
        pure += counts.values().max().copied().unwrap_or(0);
        members += cluster.members.len();
        wholly += usize::from(counts.len() == 1);
    }
    let largest = all.values().max().copied().unwrap_or(0);
    let measured = json!({
        "distinct": texts.len(),
        "categories": all.len(),
        "clusters": clusters.len(),
        "clustered": members,
        "purity": pure as f64 / members.max(1) as f64,
        "wholly_pure": wholly as f64 / clusters.len().max(1) as f64,
        "largest_category": largest as f64 / category_of.len().max(1) as f64,
    });
    println!("{measured}");
    Ok(())
}
