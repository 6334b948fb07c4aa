//! The exact answer for near-duplicates: Jaccard similarity of character 4-grams over every pair with one in common.
//! In: texts, and what the engine made of them; out: recall by band of similarity and precision, or the pairs.
//! Works on characters and not on hashes, and in quadratic time: for tens of thousands of texts, not for millions.

use super::Outcome;
use super::near::fingerprinter;
use bulkwatch::content::near::{Clusters, Texts};
use bulkwatch::domain::UnionFind;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs::{File, read_to_string};
use std::io::{BufWriter, Write};

const GRAM: usize = 4;
/// Pairs within one cluster are counted among so many first members.
const FIRST_MEMBERS: usize = 300;
const BANDS: [&str; 3] = ["0.80-0.85", "0.85-0.90", "0.90-1.00"];

/// Numbers for the 4-grams met so far.
#[derive(Default)]
struct Grams(HashMap<[char; GRAM], u32>);

impl Grams {
    /// The sorted set of a text; one that is shorter than a gram is filled up in front.
    fn set(&mut self, text: &str) -> Vec<u32> {
        let mut chars = vec!['\0'; GRAM.saturating_sub(text.chars().count())];
        chars.extend(text.chars());
        let mut set = Vec::with_capacity(chars.len());
        for gram in chars.windows(GRAM) {
            let next = self.0.len() as u32;
            set.push(*self.0.entry([gram[0], gram[1], gram[2], gram[3]]).or_insert(next));
        }
        set.sort_unstable();
        set.dedup();
        set
    }
}

/// Calls `pair(a, b, both, union)` for every pair of sets, b before a, that are alike by 0.8 and more.
fn alike(sets: &[Vec<u32>], mut pair: impl FnMut(u32, u32, usize, usize) -> Outcome) -> Outcome {
    let mut postings: HashMap<u32, Vec<u32>> = HashMap::new();
    let (mut counts, mut touched) = (vec![0_u32; sets.len()], Vec::new());
    for (a, set) in (0..).zip(sets) {
        for gram in set {
            let list = postings.entry(*gram).or_default();
            for b in list.iter() {
                if counts[*b as usize] == 0 {
                    touched.push(*b);
                }
                counts[*b as usize] += 1;
            }
            list.push(a);
        }
        for b in touched.drain(..) {
            let both = std::mem::take(&mut counts[b as usize]) as usize;
            let union = set.len() + sets[b as usize].len() - both;
            if union * 8 <= both * 10 {
                pair(a, b, both, union)?;
            }
        }
    }
    Ok(())
}

/// Exact sets of the distinct normalised texts, by rank.
pub struct Reference {
    sets: Vec<Vec<u32>>,
}

impl Reference {
    /// Of the same texts that the engine was given.
    pub fn of(lines: &[String], texts: &Texts) -> Self {
        let mut sets = vec![Vec::new(); texts.len()];
        let (mut grams, mut fingerprinter) = (Grams::default(), fingerprinter());
        let mut said = String::new();
        for line in lines {
            fingerprinter.mark(line, |fingerprint, text, _| {
                if let Ok(rank) = texts.fingerprints().binary_search(&fingerprint)
                    && sets[rank].is_empty()
                {
                    bulkwatch::content::wording(text, &mut said);
                    sets[rank] = grams.set(&said);
                }
            });
        }
        Self { sets }
    }

    fn jaccard(&self, a: u32, b: u32) -> (usize, usize) {
        let (a, b) = (&self.sets[a as usize], &self.sets[b as usize]);
        let both = a.iter().filter(|gram| b.binary_search(gram).is_ok()).count();
        (both, a.len() + b.len() - both)
    }

    /// Recall by band, over edges and in clusters, and precision of edges.
    ///
    /// A pair that holds a text of too few shingles and shares no object is left out and counted: linking it is
    /// forbidden, not missed.
    pub fn against(&self, texts: &Texts, clusters: &Clusters) -> Outcome<Value> {
        let mut component = UnionFind::new(texts.len() as u32);
        let mut wrong = 0;
        for (a, b) in clusters.edges() {
            let (both, union) = self.jaccard(*a, *b);
            wrong += usize::from(both * 10 < union * 8);
            component.join(*a, *b);
        }
        // Pairs: all, in one component, in one cluster.
        let (mut bands, mut weak) = ([[0_u64; 3]; 3], 0_u64);
        alike(&self.sets, |a, b, both, union| {
            if (texts.is_weak(a) || texts.is_weak(b)) && !texts.share_object(a, b) {
                weak += 1;
                return Ok(());
            }
            let at = usize::from(union * 17 <= both * 20) + usize::from(union * 9 <= both * 10);
            bands[at][0] += 1;
            bands[at][1] += u64::from(component.root(a) == component.root(b));
            bands[at][2] += u64::from(clusters.of(a).is_some() && clusters.of(a) == clusters.of(b));
            Ok(())
        })?;
        let total = bands.iter().fold([0; 3], |t, b| [t[0] + b[0], t[1] + b[1], t[2] + b[2]]);
        let named = BANDS.iter().zip(bands).chain([(&"all", total)]);
        let shares = named.map(|(band, [pairs, linked, clustered])| {
            let share = |n: u64| n as f64 / pairs.max(1) as f64;
            json!({ "band": band, "pairs": pairs, "linked": share(linked), "clustered": share(clustered) })
        });
        Ok(json!({
            "bands": shares.collect::<Vec<_>>(),
            "edges": clusters.edges().len(),
            "precision": 1.0 - wrong as f64 / clusters.edges().len().max(1) as f64,
            "weak_pairs": weak,
            "alike_in_cluster": self.alike_in_cluster(clusters),
        }))
    }

    /// Part of the pairs within clusters that are alike themselves.
    fn alike_in_cluster(&self, clusters: &Clusters) -> f64 {
        let (mut pairs, mut alike) = (0_u64, 0_u64);
        for cluster in clusters.iter() {
            let few = &cluster.members[..cluster.members.len().min(FIRST_MEMBERS)];
            for (i, a) in few.iter().enumerate() {
                for b in &few[..i] {
                    let (both, union) = self.jaccard(*a, *b);
                    pairs += 1;
                    alike += u64::from(union * 8 <= both * 10);
                }
            }
        }
        alike as f64 / pairs.max(1) as f64
    }
}

/// Pairs of lines, by number, that are alike as they stand and have twelve shingles each.
pub fn pairs(input: &str, out: &str) -> Outcome {
    let mut grams = Grams::default();
    let sets: Vec<Vec<u32>> = read_to_string(input)?.lines().map(|line| grams.set(line)).collect();
    let mut file = BufWriter::new(File::create(out)?);
    alike(&sets, |a, b, _, _| {
        if 12 <= sets[a as usize].len().min(sets[b as usize].len()) {
            writeln!(file, "{a} {b}")?;
        }
        Ok(())
    })?;
    Ok(file.flush()?)
}
