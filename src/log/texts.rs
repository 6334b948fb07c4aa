//! The distinct texts and sketches of a night, gathered while it is read, until near-duplicates among them are found.
//! In: normalized texts and sketches from all workers, repetitions allowed; out: a table of templates.
//! Holds shingle hashes, never words; what it holds depends on the set of texts only, and past a given limit it says so.

use super::partition::MemoryPlan;
use crate::content::near::{
    NearSettings, SketchSettings, TextError, TextsBuilder, near_sketches, near_texts,
};
use crate::content::{MinHash, ShingleKey, Shingler, Templates};
use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

/// Shingles below which a text says too little to link anybody: about three words.
const LEAST_SHINGLES: u32 = 12;
/// MinHash blocks and rows a band: 24 bands of 5 rows, which propose a pair of similarity 0.8 with 0.9999.
const BLOCKS: u8 = 4;
const ROWS: u8 = 5;
/// Part of the memory for rows that texts may take where somebody gave a limit.
const PART: u64 = 4;
/// Things kept of what the messages of one text point to: the smallest digests, a sample that nobody chooses.
const MOST_OBJECTS: usize = 16;
/// Bytes a text takes beside its shingles, and a sketch takes in all.
const PER_TEXT: u64 = 96;
const PER_SKETCH: u64 = 24;

/// Texts and sketches of a night.
#[derive(Debug)]
pub struct Texts {
    key: Option<ShingleKey>,
    /// What may be held where somebody gave a limit.
    most_bytes: Option<u64>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    texts: HashMap<u64, Said, FixedState>,
    sketches: HashMap<u64, u64, FixedState>,
    bytes: u64,
}

/// What is kept of a text.
#[derive(Debug)]
struct Said {
    shingles: Box<[u32]>,
    /// Digests of what its messages point to, sorted: links and numbers are masked in the text, so they may differ.
    objects: Vec<u64>,
}

impl Said {
    /// Joins what another message of the text points to; returns how many things more are kept.
    fn join(&mut self, objects: &[u64]) -> usize {
        let before = self.objects.len();
        self.objects.extend_from_slice(objects);
        self.objects.sort_unstable();
        self.objects.dedup();
        self.objects.truncate(MOST_OBJECTS);
        self.objects.len() - before
    }
}

/// What the search for near-duplicates came to.
#[derive(Debug, Clone, Default)]
pub struct TextFindings {
    /// Which contents are variants of one text.
    pub templates: Templates,
    /// Distinct texts and sketches that were compared.
    pub compared: u64,
}

impl TextFindings {
    /// Contents compared, contents with near-duplicates, and templates made of those.
    pub fn counts(&self) -> [(&'static str, u64); 3] {
        let templates = &self.templates;
        [
            ("contents.compared", self.compared),
            ("contents.with_near_duplicates", templates.clustered() as u64),
            ("contents.templates_of_several", templates.clusters() as u64),
        ]
    }
}

impl Texts {
    /// An empty store; words are shingled under `secret`, and without one only sketches are taken.
    pub fn new(plan: &MemoryPlan, secret: Option<&[u8; 32]>) -> Self {
        Self {
            key: secret.map(ShingleKey::new),
            most_bytes: plan.strict.then(|| plan.for_rows() / PART),
            inner: Mutex::default(),
        }
    }

    /// A worker's door to the store.
    pub(super) fn gatherer(&self) -> Gatherer {
        Gatherer { shingler: self.key.clone().map(Shingler::new), seen: HashSet::default() }
    }

    /// Bytes held, and how many may be, once it is too many: a part of the texts would give other results than all.
    ///
    /// What is held only grows, so whether it becomes too many does not depend on the order of texts.
    pub(super) fn too_many(&self) -> Option<(u64, u64)> {
        let bytes = self.inner.lock().unwrap_or_else(PoisonError::into_inner).bytes;
        self.most_bytes.filter(|most| *most < bytes).map(|most| (bytes, most))
    }

    fn add(&self, add: impl FnOnce(&mut Inner) -> u64) {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        inner.bytes += add(&mut inner);
    }

    /// Finds near-duplicates and gives the memory back.
    pub fn find(&self) -> Result<TextFindings, TextError> {
        let mut inner = self.inner.lock().unwrap_or_else(PoisonError::into_inner);
        let (texts, sketches) = (std::mem::take(&mut inner.texts), std::mem::take(&mut inner.sketches));
        inner.bytes = 0;
        let compared = (texts.len() + sketches.len()) as u64;
        let mut clusters: Vec<Vec<u64>> = Vec::new();
        let mut weak = Vec::new();
        if let Some(key) = self.key.as_ref().filter(|_| !texts.is_empty()) {
            let mut builder = TextsBuilder::default();
            // The builder orders by fingerprint, so the order of the table leaves no trace.
            for (fingerprint, said) in texts {
                builder.push(fingerprint, &said.shingles, &said.objects)?;
            }
            let texts = builder.finish(LEAST_SHINGLES);
            let found = near_texts(&texts, &MinHash::new(key, BLOCKS, ROWS), NearSettings::default());
            let content = |rank: &u32| texts.fingerprints()[*rank as usize];
            clusters.extend(found.iter().map(|c| c.members.iter().map(content).collect()));
            weak.extend(
                (0..texts.len() as u32).filter(|rank| texts.is_weak(*rank)).map(|rank| content(&rank)),
            );
        }
        if !sketches.is_empty() {
            let (contents, found) = near_sketches(sketches.into_iter().collect(), SketchSettings::default());
            let content = |rank: &u32| contents[*rank as usize];
            clusters.extend(found.iter().map(|c| c.members.iter().map(content).collect()));
        }
        Ok(TextFindings { templates: Templates::new(clusters, weak), compared })
    }
}

/// What one worker keeps to hand each text on once.
#[derive(Debug, Default)]
pub(super) struct Gatherer {
    shingler: Option<Shingler>,
    seen: HashSet<u64, FixedState>,
}

/// Contents a worker remembers; past it, it forgets them all and hands repetitions on.
const MOST_SEEN: usize = 1 << 16;

impl Gatherer {
    fn is_new(&mut self, content: u64) -> bool {
        if self.seen.len() == MOST_SEEN {
            self.seen.clear();
        }
        self.seen.insert(content)
    }

    /// Takes a normalized text.
    pub fn text(&mut self, texts: &Texts, fingerprint: u64, normalized: &str, objects: &[u64]) {
        // The same words may lead elsewhere in every message.
        if !self.is_new(objects.iter().fold(fingerprint, |sum, o| sum.rotate_left(17) ^ o)) {
            return;
        }
        let Some(shingler) = &mut self.shingler else { return };
        let shingles = shingler.shingle(normalized);
        texts.add(|inner| {
            let mut bytes = 0;
            let said = inner.texts.entry(fingerprint).or_insert_with(|| {
                bytes = PER_TEXT + 4 * shingles.len() as u64;
                Said { shingles: shingles.into(), objects: Vec::new() }
            });
            bytes + 8 * said.join(objects) as u64
        });
    }

    /// Takes a sketch from the platform; where a content has several, the smallest one.
    pub fn sketch(&mut self, texts: &Texts, content: u64, sketch: u64) {
        if !self.is_new(content ^ sketch.rotate_left(32)) {
            return;
        }
        texts.add(|inner| {
            let mut bytes = 0;
            let kept = inner.sketches.entry(content).or_insert_with(|| {
                bytes = PER_SKETCH;
                sketch
            });
            *kept = sketch.min(*kept);
            bytes
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::Fingerprinter;

    fn found(texts: &[String], limit: u64) -> (TextFindings, Vec<u64>) {
        let plan = MemoryPlan::new(Some(limit), 1);
        let store = Texts::new(&plan, Some(&[3; 32]));
        let (mut gatherer, mut fingerprinter) = (store.gatherer(), Fingerprinter::new(&[9; 32]));
        let mark = |text: &String| {
            fingerprinter.mark(text, |print, words, to| gatherer.text(&store, print, words, to)).fingerprint
        };
        let contents = texts.iter().map(mark).collect();
        (store.find().expect("found"), contents)
    }

    fn variants(n: usize) -> Vec<String> {
        let word = |i: usize| ["amber", "basil", "cedar", "delta", "ember"][i % 5];
        (0..n)
            .map(|i| {
                format!("dear {} the market in the old harbor opens on friday with {}", word(i), word(i / 5))
            })
            .collect()
    }

    #[test]
    fn variants_of_one_text_are_one_template() {
        let mut texts = variants(20);
        texts.push("nobody else has ever written anything that resembles this".into());
        texts.push("ok".into());
        let (found, contents) = found(&texts, 1 << 30);
        let of: Vec<u64> = contents.iter().map(|c| found.templates.of(*c)).collect();
        assert!(of[..20].iter().all(|template| *template == of[0]));
        assert!(of[20] == contents[20] && of[21] == contents[21]);
        assert!(found.templates.is_weak(contents[21]) && !found.templates.is_weak(contents[20]));
        assert_eq!(found.compared, 22);
    }

    #[test]
    fn what_a_text_leads_to_is_joined_whatever_the_order() {
        // Too short to link by themselves: only a number in common binds them, whichever message came first.
        let mut texts: Vec<String> =
            ["your code is 0800111222", "your code is 0800333444", "your code is 0800333444!"]
                .map(str::to_owned)
                .into();
        let of = |texts: &[String]| {
            let (found, contents) = found(texts, 1 << 30);
            contents.iter().map(|c| found.templates.of(*c)).collect::<Vec<_>>()
        };
        let one = of(&texts);
        assert_eq!(one[0], one[2], "the first text leads to the number of the third, too");
        texts.reverse();
        let other = of(&texts);
        assert!(one.iter().eq(other.iter().rev()));
    }

    #[test]
    fn past_a_given_limit_it_says_so_and_never_compares_a_part() {
        // Digits are masked, so numbers are spelled in letters.
        let letters =
            |i: usize| (0..4).map(|p| char::from(b'a' + (i / 26usize.pow(p) % 26) as u8)).collect::<String>();
        let texts: Vec<String> =
            (0..60_000).map(|i| format!("message {} of a log with many texts {}", letters(i), i)).collect();
        let held = |plan: MemoryPlan, order: &mut dyn Iterator<Item = &String>| {
            let store = Texts::new(&plan, Some(&[3; 32]));
            let (mut gatherer, mut fingerprinter) = (store.gatherer(), Fingerprinter::new(&[9; 32]));
            order.for_each(|text| {
                fingerprinter.mark(text, |print, words, to| gatherer.text(&store, print, words, to));
            });
            store.too_many()
        };
        let strict = MemoryPlan::new(Some(1), 1);
        let there = held(strict, &mut texts.iter());
        assert!(
            there.is_some_and(|(bytes, most)| most < bytes) && there == held(strict, &mut texts.iter().rev())
        );
        assert_eq!(held(MemoryPlan { strict: false, ..strict }, &mut texts.iter()), None);
        assert_eq!(held(MemoryPlan::new(Some(1 << 30), 1), &mut texts.iter()), None);
    }

    #[test]
    fn sketches_work_without_words() {
        let store = Texts::new(&MemoryPlan::new(None, 1), None);
        let mut gatherer = store.gatherer();
        let sketch = 0x0123_4567_89ab_cdef_u64;
        for (content, sketch) in [(5, sketch), (9, sketch ^ 0b101), (7, !sketch), (9, u64::MAX)] {
            gatherer.sketch(&store, content, sketch);
        }
        let found = store.find().expect("found");
        assert_eq!((found.templates.of(9), found.templates.of(7), found.compared), (5, 7, 3));
        assert_eq!(store.find().expect("given back").compared, 0);
    }
}
