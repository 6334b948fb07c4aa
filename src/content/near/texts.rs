//! Distinct texts, as what is kept of them: a fingerprint, a set of shingle hashes and the objects they carry.
//! In: one push a text, in any order, repetitions allowed; out: texts by rank of fingerprint in flat buffers.
//! Knows no similarity and no text.

use super::verify::{Parities, Ratio, is_alike};
use crate::content::Shape;

/// Objects kept of one text: the smallest keys, a uniform sample as they are keyed. A viral text with a number of its
/// own in each copy costs no more than that.
const MOST_OBJECTS: usize = 16;

/// Why texts could not be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Ranks are 32 bits wide.
    #[error("more than {} distinct texts", u32::MAX - 1)]
    TooMany,
    /// Sets are compared by merging.
    #[error("the shingle hashes of text {fingerprint:016x} are not sorted and distinct")]
    Unsorted {
        /// The text.
        fingerprint: u64,
    },
}

/// Collects texts.
#[derive(Debug, Default)]
pub struct TextsBuilder {
    fingerprints: Vec<u64>,
    /// Where the set of a text begins; the next one's beginning ends it.
    starts: Vec<u64>,
    hashes: Vec<u32>,
    marks: Vec<(Parities, Shape)>,
    /// (place of the text, object).
    objects: Vec<(u32, u64)>,
}

impl TextsBuilder {
    /// Takes a text: its fingerprint, its sorted distinct shingle hashes, the keys of its objects.
    ///
    /// Texts of one fingerprint are one text; the set that came first counts, and equal fingerprints are taken to mean
    /// equal sets. Their objects are joined.
    pub fn push(&mut self, fingerprint: u64, set: &[u32], objects: &[u64]) -> Result<(), TextError> {
        let place = u32::try_from(self.fingerprints.len())
            .ok()
            .filter(|p| *p < u32::MAX - 1)
            .ok_or(TextError::TooMany)?;
        if !set.is_sorted_by(|a, b| a < b) {
            return Err(TextError::Unsorted { fingerprint });
        }
        self.fingerprints.push(fingerprint);
        self.starts.push(self.hashes.len() as u64);
        self.hashes.extend_from_slice(set);
        self.marks.push((Parities::of(set), Shape::of(set)));
        self.objects.extend(objects.iter().map(|o| (place, *o)));
        Ok(())
    }

    /// The texts in order of their fingerprints. 4 bytes a shingle and 72 bytes a push while
    /// it runs, 12 an object.
    pub fn finish(mut self, least_shingles: u32) -> Texts {
        self.hashes.shrink_to_fit();
        self.starts.push(self.hashes.len() as u64);
        let mut order: Vec<u32> = (0..self.fingerprints.len() as u32).collect();
        // The set of a text with several places is that of its smallest place: they are equal.
        order.sort_unstable_by_key(|p| (self.fingerprints[*p as usize], *p));
        let mut texts = Texts { hashes: self.hashes, ..Texts::default() };
        let mut rank_of = vec![0_u32; order.len()];
        for place in order {
            let p = place as usize;
            if texts.fingerprints.last() != Some(&self.fingerprints[p]) {
                texts.fingerprints.push(self.fingerprints[p]);
                let (parities, shape) = self.marks[p];
                let len = (self.starts[p + 1] - self.starts[p]) as u32;
                texts.texts.push(Text {
                    start: self.starts[p],
                    parities,
                    len,
                    is_weak: shape.is_weak(least_shingles),
                });
            }
            rank_of[p] = texts.fingerprints.len() as u32 - 1;
        }
        self.objects.iter_mut().for_each(|(place, _)| *place = rank_of[*place as usize]);
        self.objects.sort_unstable();
        self.objects.dedup();
        texts.take_objects(&self.objects);
        // What repeats a text keeps its bytes and is not read again.
        rank_of.retain({
            let mut place = 0;
            let (starts, texts) = (&self.starts, &texts.texts);
            move |rank| {
                place += 1;
                texts[*rank as usize].start == starts[place - 1]
            }
        });
        texts.stored = rank_of;
        texts
    }
}

/// All that refuses most comparisons, in half a cache line.
#[derive(Debug, Clone, Copy)]
struct Text {
    /// Where its set begins.
    start: u64,
    parities: Parities,
    len: u32,
    is_weak: bool,
}

/// Distinct texts by rank of their fingerprint.
#[derive(Debug, Default)]
pub struct Texts {
    fingerprints: Vec<u64>,
    texts: Vec<Text>,
    hashes: Vec<u32>,
    /// Ranks in the order in which their sets lie in memory.
    stored: Vec<u32>,
    /// Ranks of texts that carry objects, and where these begin.
    carriers: Vec<(u32, u32)>,
    objects: Vec<u64>,
}

impl Texts {
    /// How many.
    pub fn len(&self) -> usize {
        self.fingerprints.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.fingerprints.is_empty()
    }

    /// Fingerprints, ascending; a text's rank is its place here.
    pub fn fingerprints(&self) -> &[u64] {
        &self.fingerprints
    }

    /// The shingle hashes of a text.
    pub fn set(&self, rank: u32) -> &[u32] {
        let text = &self.texts[rank as usize];
        &self.hashes[text.start as usize..text.start as usize + text.len as usize]
    }

    /// Ranks in the order in which their sets lie in memory: what reads every set reads it in this order.
    pub fn stored(&self) -> &[u32] {
        &self.stored
    }

    /// Whether two texts are at least as alike as the limit, on their exact sets.
    pub fn are_alike(&self, a: u32, b: u32, limit: Ratio) -> bool {
        let (x, y) = (&self.texts[a as usize], &self.texts[b as usize]);
        x.parities.may_be_alike(x.len as usize, y.parities, y.len as usize, limit)
            && is_alike(self.set(a), self.set(b), limit)
    }

    /// Whether a text says too little to link anybody by itself.
    pub fn is_weak(&self, rank: u32) -> bool {
        self.texts[rank as usize].is_weak
    }

    /// The keys of a text's objects, ascending, at most 16.
    pub fn objects(&self, rank: u32) -> &[u64] {
        let Ok(at) = self.carriers.binary_search_by_key(&rank, |(r, _)| *r) else { return &[] };
        let end = self.carriers.get(at + 1).map_or(self.objects.len(), |(_, start)| *start as usize);
        &self.objects[self.carriers[at].1 as usize..end]
    }

    /// Ranks of the texts that carry objects, ascending.
    pub fn carriers(&self) -> impl Iterator<Item = u32> + '_ {
        self.carriers.iter().map(|(rank, _)| *rank)
    }

    /// Whether two texts share an object.
    pub fn share_object(&self, a: u32, b: u32) -> bool {
        let (a, b) = (self.objects(a), self.objects(b));
        a.iter().any(|o| b.binary_search(o).is_ok())
    }

    fn take_objects(&mut self, sorted: &[(u32, u64)]) {
        for of_one in sorted.chunk_by(|a, b| a.0 == b.0) {
            self.carriers.push((of_one[0].0, self.objects.len() as u32));
            self.objects.extend(of_one.iter().take(MOST_OBJECTS).map(|(_, o)| *o));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repetitions_are_one_text_and_objects_are_joined() {
        let mut b = TextsBuilder::default();
        b.push(9, &[2, 4, 6], &[5]).unwrap();
        b.push(3, &[8], &[]).unwrap();
        b.push(9, &[2, 4, 6], &[1, 5]).unwrap();
        let texts = b.finish(2);
        assert_eq!(texts.fingerprints(), [3, 9]);
        assert_eq!((texts.set(0), texts.set(1)), (&[8][..], &[2, 4, 6][..]));
        assert_eq!((texts.objects(0), texts.objects(1)), (&[][..], &[1, 5][..]));
        assert_eq!((texts.is_weak(0), texts.is_weak(1)), (true, false));
        assert!(texts.share_object(1, 1) && !texts.share_object(0, 1));
    }

    #[test]
    fn many_objects_are_sampled_and_disorder_is_refused() {
        let mut b = TextsBuilder::default();
        b.push(1, &[], &(0..100).collect::<Vec<_>>()).unwrap();
        assert_eq!(b.push(2, &[4, 4], &[]), Err(TextError::Unsorted { fingerprint: 2 }));
        assert_eq!(b.finish(12).objects(0).len(), MOST_OBJECTS);
        assert!(TextsBuilder::default().finish(12).is_empty());
    }
}
