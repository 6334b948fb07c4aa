//! Near-duplicate texts: an index over bands of MinHash proposes, the exact sets decide, clusters have a radius.
//! In: distinct texts as shingle sets; out: verified edges and clusters, the same for any order and number of threads.
//! Knows no account; a text that says too little links nobody without a shared object.

use super::cluster::{Clusters, cluster};
use super::join::{Join, Likeness};
use super::texts::Texts;
use super::verify::Ratio;
use crate::content::MinHash;
use rayon::prelude::*;

/// Texts whose keys one task computes.
const CHUNK: usize = 4096;

/// In place of a weak text's rank; no rank is that large.
const WEAK: u32 = u32::MAX;

/// What counts as near.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NearSettings {
    /// Jaccard similarity of an edge, closed. 0.8 is the usual cut of near-duplicates.
    pub edge: Ratio,
    /// Least similarity of a member with the representative of its cluster, closed. As 1 - J is a metric, two members
    /// of a cluster are at least 2 r - 1 alike: 0.2 for the usual 0.6.
    pub radius: Ratio,
    /// Members of a bucket that each member is compared with.
    pub tries: u8,
}

impl Default for NearSettings {
    fn default() -> Self {
        Self { edge: Ratio::thousandths(800), radius: Ratio::thousandths(600), tries: 8 }
    }
}

/// Likeness of texts.
struct Sets<'a> {
    texts: &'a Texts,
    settings: NearSettings,
}

impl Likeness for Sets<'_> {
    fn is_edge(&self, a: u32, b: u32) -> bool {
        let may = !self.texts.is_weak(a) && !self.texts.is_weak(b) || self.texts.share_object(a, b);
        may && self.texts.are_alike(a, b, self.settings.edge)
    }

    fn is_near(&self, representative: u32, item: u32) -> bool {
        self.texts.are_alike(representative, item, self.settings.radius)
    }
}

/// Joins and clusters texts.
///
/// A pair of similarity J is proposed with probability 1 - (1 - J^r)^b by b bands of r rows; with the usual 24 bands
/// of 5 rows that is 0.9999 at J = 0.8. A proposed pair is an edge iff its exact similarity says so, and pairs that
/// hang together already are not compared. Beside the texts it takes 4 bytes a text and band of a block (24 in the usual
/// case), 28 bytes a text, and 28 bytes an edge; the work is linear in texts times bands.
pub fn near_texts(texts: &Texts, hasher: &MinHash, settings: NearSettings) -> Clusters {
    let sets = Sets { texts, settings };
    let mut join = Join::new(texts.len(), &sets, usize::from(settings.tries));
    let bands = hasher.parameters().bands_per_block();
    let stored = texts.stored();
    let mut slot_of = vec![0_u32; stored.len()];
    (0..).zip(stored).for_each(|(slot, rank)| slot_of[*rank as usize] = slot);
    // Weak texts meet only where they share an object, and others meet them there too.
    let strong: Vec<u32> = stored.iter().map(|r| if texts.is_weak(*r) { WEAK } else { *r }).collect();
    let carried = carried(texts);
    let mut keys = vec![0_u32; stored.len() * bands];
    let mut entries = Vec::new();
    for block in 0..hasher.blocks() {
        keys.par_chunks_mut(CHUNK * bands).zip(stored.par_chunks(CHUNK)).for_each(|(keys, ranks)| {
            for (rank, keys) in ranks.iter().zip(keys.chunks_exact_mut(bands)) {
                hasher.band_keys(block, texts.set(*rank), keys);
            }
        });
        for band in 0..bands {
            let key = |rank: u32, band: usize| keys[slot_of[rank as usize] as usize * bands + band];
            let by_slot = strong.iter().zip(keys.chunks_exact(bands));
            entries.clear();
            entries.extend(by_slot.filter(|(r, _)| **r != WEAK).map(|(r, keys)| entry(keys[band], *r)));
            entries.extend(carried.iter().map(|(r, object)| entry(with_object(key(*r, band), *object), *r)));
            join.band(&entries, |rank| u64::from(key(rank, (band + 1) % bands)));
        }
    }
    drop((keys, entries, slot_of, strong));
    cluster(join.finish(), &sets)
}

/// The objects of weak texts, with every text that carries them; a text without shingles has nothing to compare.
fn carried(texts: &Texts) -> Vec<(u32, u64)> {
    let of_weak =
        texts.carriers().filter(|r| texts.is_weak(*r)).flat_map(|r| texts.objects(r).iter().copied());
    let mut matter: Vec<u64> = of_weak.collect();
    matter.sort_unstable();
    matter.dedup();
    let pairs = texts.carriers().filter(|r| !texts.set(*r).is_empty());
    let pairs = pairs.flat_map(|rank| texts.objects(rank).iter().map(move |o| (rank, *o)));
    pairs.filter(|(_, object)| matter.binary_search(object).is_ok()).collect()
}

fn entry(key: u32, rank: u32) -> u64 {
    u64::from(key) << 32 | u64::from(rank)
}

/// A key of its own for each object.
fn with_object(key: u32, object: u64) -> u32 {
    let product = u128::from(u64::from(key) ^ object.rotate_left(17)) * 0xa076_1d64_78bd_642f_u128;
    (product as u64 ^ (product >> 64) as u64) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::near::TextsBuilder;
    use crate::content::{ShingleKey, Shingler, normalise};
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    const WORDS: [&str; 24] = [
        "offer", "prize", "today", "claim", "account", "winner", "travel", "garden", "market", "yellow",
        "thunder", "bicycle", "harvest", "pencil", "machine", "october", "village", "dolphin", "window",
        "kitchen", "planet", "silver", "jungle", "butter",
    ];

    struct Case {
        shingler: Shingler,
        builder: TextsBuilder,
        /// Texts by fingerprint.
        known: BTreeMap<u64, String>,
    }

    impl Case {
        fn of<S: AsRef<str>>(texts: &[S]) -> Self {
            let shingler = Shingler::new(ShingleKey::new(&[5; 32]));
            let mut case = Self { shingler, builder: TextsBuilder::default(), known: BTreeMap::new() };
            texts.iter().for_each(|t| case.push(t.as_ref(), &[]));
            case
        }

        fn push(&mut self, text: &str, objects: &[u64]) {
            let text = normalise(text).text;
            let digest =
                blake3::hash(text.as_bytes()).as_bytes()[..8].iter().fold(0, |w, b| w << 8 | u64::from(*b));
            self.builder.push(digest, self.shingler.shingle(&text), objects).unwrap();
            self.known.insert(digest, text);
        }

        fn run(self, settings: NearSettings) -> (Texts, Clusters, Vec<String>) {
            let hasher = MinHash::new(self.shingler.key(), 4, 5);
            let texts = self.builder.finish(12);
            let clusters = near_texts(&texts, &hasher, settings);
            (texts, clusters, self.known.into_values().collect())
        }
    }

    fn grams(text: &str) -> std::collections::BTreeSet<Vec<char>> {
        text.chars().collect::<Vec<_>>().windows(4).map(<[char]>::to_vec).collect()
    }

    /// Similarity from the characters, in thousandths rounded down.
    fn similarity(a: &str, b: &str) -> usize {
        let (a, b) = (grams(a), grams(b));
        1000 * a.intersection(&b).count() / a.union(&b).count().max(1)
    }

    /// Seeded templates with up to three words exchanged.
    fn corpus(n: usize, templates: usize) -> Vec<String> {
        let mut state = 11_u64;
        let mut dice = move |n: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as usize % n
        };
        let base: Vec<Vec<usize>> =
            (0..templates).map(|_| (0..8 + dice(10)).map(|_| dice(WORDS.len())).collect()).collect();
        (0..n)
            .map(|_| {
                let mut words = base[dice(templates)].clone();
                for _ in 0..dice(4) {
                    let at = dice(words.len());
                    words[at] = dice(WORDS.len());
                }
                words.iter().map(|w| WORDS[*w]).collect::<Vec<_>>().join(" ")
            })
            .collect()
    }

    #[test]
    fn all_that_is_alike_hangs_together_and_every_edge_is_true() {
        let (texts, clusters, known) = Case::of(&corpus(600, 16)).run(NearSettings::default());
        assert_eq!(texts.len(), known.len());
        assert!(
            clusters.edges().iter().all(|(a, b)| similarity(&known[*a as usize], &known[*b as usize]) >= 800)
        );
        let mut linked: Vec<usize> = (0..known.len()).collect();
        for (a, b) in clusters.edges() {
            let (x, y) = (linked[*a as usize], linked[*b as usize]);
            linked.iter_mut().filter(|c| **c == x.max(y)).for_each(|c| *c = x.min(y));
        }
        let (mut pairs, mut found) = (0, 0);
        for a in 0..known.len() {
            for b in 0..a {
                if similarity(&known[a], &known[b]) >= 800 {
                    pairs += 1;
                    found += usize::from(linked[a] == linked[b]);
                }
            }
        }
        assert!(pairs > 300, "{pairs}");
        assert!(found as f64 >= 0.999 * f64::from(pairs), "{found} of {pairs}");
    }

    #[test]
    fn members_are_near_their_representative_and_not_too_far_from_each_other() {
        let (_, clusters, known) = Case::of(&corpus(400, 4)).run(NearSettings::default());
        assert!(!clusters.is_empty());
        for c in clusters.iter() {
            let text = |rank: u32| &known[rank as usize];
            assert!(c.members.iter().all(|m| similarity(text(*m), text(c.representative)) >= 600));
            let first = c.members[0];
            assert!(c.members.iter().all(|m| similarity(text(*m), text(first)) >= 200));
        }
    }

    #[test]
    fn a_chain_of_slow_changes_is_not_one_cluster() {
        let mut words: Vec<String> = (0..16).map(|i| WORDS[i].to_owned()).collect();
        let mut chain = vec![words.join(" ")];
        for step in 0..160 {
            words[step % 16] =
                format!("{}{}", WORDS[(step * 7 + 3) % 24], ["a", "e", "i", "o", "u"][step % 5]);
            chain.push(words.join(" "));
        }
        let (_, clusters, known) = Case::of(&chain).run(NearSettings::default());
        let whole = NearSettings { radius: Ratio::thousandths(1), ..NearSettings::default() };
        let (_, merged, _) = Case::of(&chain).run(whole);
        // The chain does hang together, so it is the radius that cuts it.
        assert_eq!(merged.iter().map(|c| c.members.len()).max(), Some(161));
        assert!(clusters.len() > 15, "{}", clusters.len());
        for c in clusters.iter() {
            assert!(c.members.len() < 20);
            let least = c
                .members
                .iter()
                .map(|m| similarity(&known[*m as usize], &known[c.members[0] as usize]))
                .min();
            assert!(least >= Some(200), "{least:?}");
        }
    }

    #[test]
    fn what_says_too_little_links_only_over_a_shared_object() {
        let together = |texts: [(&str, &[u64]); 2]| {
            let mut case = Case::of::<&str>(&[]);
            texts.iter().for_each(|(t, o)| case.push(t, o));
            let (_, clusters, _) = case.run(NearSettings::default());
            clusters.len() == 1
        };
        // Ten or so shingles, alike but for one sign.
        assert!(!together([("your code is 1", &[]), ("your code is 22!", &[])]));
        assert!(!together([("your code is 1", &[7]), ("your code is 22!", &[8])]));
        assert!(together([("your code is 1", &[7, 9]), ("your code is 22!", &[3, 7])]));
        // Long enough, but mostly masked.
        let masked = ["12 345 a 77 b 98 c 12 d 9 e 8 f 7 g 66", "12 345 a 77 b 98 c 12 d 9 e 8 f 7 g 66 h"];
        assert!(!together([(masked[0], &[]), (masked[1], &[])]));
        assert!(together([(masked[0], &[4]), (masked[1], &[4])]));
        // A shared object alone links nothing.
        assert!(!together([("your code is 1", &[7]), ("meet me there", &[7])]));
    }

    #[test]
    fn none_one_and_empty() {
        for texts in [&[][..], &["only one text here to see"], &["", "\u{200b}", "😀"]] {
            let (_, clusters, _) = Case::of(texts).run(NearSettings::default());
            assert!(clusters.is_empty() && clusters.edges().is_empty());
        }
    }

    #[test]
    fn one_object_carried_by_everybody_links_nobody() {
        let mut case = Case::of::<&str>(&[]);
        corpus(300, 300).iter().for_each(|t| case.push(&t[..9], &[1]));
        let (texts, clusters, known) = case.run(NearSettings::default());
        assert!((0..texts.len() as u32).all(|r| texts.is_weak(r)));
        assert!(
            clusters.edges().iter().all(|(a, b)| similarity(&known[*a as usize], &known[*b as usize]) >= 800)
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn order_and_threads_leave_no_trace(
            texts in Just(corpus(300, 4)).prop_shuffle(), tries in 1_u8..9, threads in 1_usize..4,
        ) {
            let settings = NearSettings { tries, ..NearSettings::default() };
            let (_, expected, _) = Case::of(&corpus(300, 4)).run(settings);
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            let (_, clusters, _) = pool.install(|| Case::of(&texts).run(settings));
            prop_assert_eq!(clusters, expected);
        }
    }
}
