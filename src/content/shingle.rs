//! The set of keyed hashes of a text's character 4-grams: what near-duplicates are decided on.
//! In: a normalised text and a key; out: sorted distinct 32-bit hashes, how many, and how many hold a mask.
//! Keeps no text; the hashes are made for one run's temporary store and are no cryptographic commitment.

use super::normalise::MARKS;
use crate::domain::is_wordy;

/// Characters (Unicode scalar values) in a shingle. A shorter text is one shingle.
pub const LENGTH: usize = 4;

/// Most shingles kept of a text: the smallest hashes, which are a uniform sample under the key (bottom-k sketch).
/// A text of a megabyte thus costs 16 KiB, and its similarity is an estimate with a standard error of at most 0.8 %.
pub const CAP: usize = 4096;

/// Bits of a hash that say whether the shingle holds a mask.
const MASKED: u32 = 1;

/// The key of shingle hashes.
///
/// 31 bits tell shingles apart and the last one says whether a mask is inside. Two texts of n and m shingles that
/// share none agree by accident on n m / 2^31 of them: 3e-6 at 80 characters each, 0.008 at the cap, so a wrong
/// verdict needs a pair that is within one shingle of the limit anyway. 64 bits would double the memory to win that.
#[derive(Clone)]
pub struct ShingleKey {
    words: [u64; 4],
    id: u32,
}

impl ShingleKey {
    /// Derives the key from a secret of 32 bytes.
    pub fn new(secret: &[u8; 32]) -> Self {
        let derive = |context| blake3::Hasher::new_derive_key(context).update(secret).finalize();
        let bytes = derive("bulkwatch 2025 shingle key");
        let mut words = [0; 4];
        for (word, chunk) in words.iter_mut().zip(bytes.as_bytes().chunks_exact(8)) {
            *word = chunk.iter().rev().fold(0, |w, b| w << 8 | u64::from(*b));
        }
        let id = derive("bulkwatch 2025 shingle key id");
        Self { words, id: id.as_bytes()[..4].iter().fold(0, |w, b| w << 8 | u32::from(*b)) }
    }

    /// Names the key without telling it; part of the parameters of a signature.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Hashes four characters; two rounds of a keyed 64 x 64 -> 128 bit multiplication folded (wyhash's mixer).
    #[inline]
    fn hash(&self, gram: [u32; LENGTH]) -> u32 {
        let [a, b, c, d] = gram.map(u64::from);
        let low = a | b << 21 | c << 42;
        let once = fold(low ^ self.words[0], d ^ self.words[1]);
        (fold(once ^ self.words[2], self.words[3] | 1) >> 32) as u32
    }
}

/// Says nothing of the words.
impl std::fmt::Debug for ShingleKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "ShingleKey({:08x})", self.id)
    }
}

#[inline]
fn fold(a: u64, b: u64) -> u64 {
    let product = u128::from(a) * u128::from(b);
    product as u64 ^ (product >> 64) as u64
}

/// How much there is of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Shape {
    /// Distinct shingles kept, at most [`CAP`].
    pub shingles: u32,
    /// Of these, how many hold a mask.
    pub masked: u32,
}

impl Shape {
    /// The shape of a sorted set of hashes.
    pub fn of(set: &[u32]) -> Self {
        let masked = set.iter().map(|h| h & MASKED).sum();
        Self { shingles: set.len() as u32, masked }
    }

    /// Whether the text says too little to link anybody by itself: fewer than `least` shingles, or more than half of
    /// them masked.
    pub fn is_weak(&self, least: u32) -> bool {
        self.shingles < least || self.shingles < 2 * self.masked
    }
}

/// What a normalised text says without signs, symbols and emoji, which anybody can strew between its words; the text as
/// it is where it says nothing else.
pub fn wording(normalised: &str, out: &mut String) {
    out.clear();
    let mut gap = false;
    for c in normalised.chars() {
        if c == ' ' {
            gap = !out.is_empty();
        } else if MARKS.contains(&c) || is_wordy(c) {
            if std::mem::take(&mut gap) {
                out.push(' ');
            }
            out.push(c);
        }
    }
    if out.is_empty() {
        out.push_str(normalised);
    }
}

/// Shingles texts under one key and keeps its buffers between them.
#[derive(Debug)]
pub struct Shingler {
    key: ShingleKey,
    wording: String,
    set: Vec<u32>,
}

impl Shingler {
    /// A shingler under a key.
    pub fn new(key: ShingleKey) -> Self {
        Self { key, wording: String::new(), set: Vec::new() }
    }

    /// The key in use.
    pub fn key(&self) -> &ShingleKey {
        &self.key
    }

    /// The sorted distinct hashes of the wording of a normalised text; empty for an empty one. Time n log n in its length.
    pub fn shingle(&mut self, normalised: &str) -> &[u32] {
        self.set.clear();
        wording(normalised, &mut self.wording);
        let mut gram = [0; LENGTH];
        // Characters since the last mask; a gram is masked while it is below the length.
        let mut since = LENGTH;
        for (seen, c) in self.wording.chars().enumerate() {
            gram = [gram[1], gram[2], gram[3], u32::from(c) + 1];
            since = if MARKS.contains(&c) { 0 } else { since + 1 };
            if LENGTH <= seen + 1 {
                self.set.push(self.key.hash(gram) & !MASKED | u32::from(since < LENGTH));
            }
        }
        if self.set.is_empty() && !normalised.is_empty() {
            self.set.push(self.key.hash(gram) & !MASKED | u32::from(since < LENGTH));
        }
        self.set.sort_unstable();
        self.set.dedup();
        self.set.truncate(CAP);
        &self.set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::content::normalise;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    fn shingler() -> Shingler {
        Shingler::new(ShingleKey::new(&[7; 32]))
    }

    #[test]
    fn masks_are_counted() {
        let mut s = shingler();
        let shape = |s: &mut Shingler, t: &str| Shape::of(s.shingle(&normalise(t).text));
        assert_eq!(shape(&mut s, "your code is 123456"), Shape { shingles: 11, masked: 1 });
        assert_eq!(shape(&mut s, "12 a 34"), Shape { shingles: 2, masked: 2 });
        assert_eq!(shape(&mut s, "ab"), Shape { shingles: 1, masked: 0 });
        assert_eq!(shape(&mut s, "7"), Shape { shingles: 1, masked: 1 });
        assert_eq!(shape(&mut s, ""), Shape::default());
        assert!(Shape { shingles: 20, masked: 11 }.is_weak(12));
        assert!(!Shape { shingles: 20, masked: 10 }.is_weak(12));
        assert!(Shape { shingles: 11, masked: 0 }.is_weak(12));
    }

    #[test]
    fn short_texts_of_every_script_have_a_set() {
        let mut s = shingler();
        for text in ["😀", "你好", "नमस्ते", "مرحبا بك", "ok"] {
            let a = s.shingle(&normalise(text).text).to_vec();
            assert!(!a.is_empty(), "{text}");
            assert_ne!(a, s.shingle(&normalise("no!").text));
        }
    }

    #[test]
    fn signs_between_words_say_nothing_unless_there_is_nothing_else() {
        let mut s = shingler();
        let mut of = |t: &str| s.shingle(&normalise(t).text).to_vec();
        let plain = of("join our club today and win");
        for strewn in [
            "join\u{1f600} our, club! today~ and* win|",
            "\u{1f525}join our \u{2705} club. today _and_ win \u{1f4b0}",
        ] {
            assert_eq!(of(strewn), plain, "{strewn}");
        }
        assert_ne!(of("\u{1f600}\u{1f600}\u{1f389}"), of("\u{1f525}\u{1f525}"));
        assert_ne!(of("?!"), of("..."));
    }

    #[test]
    fn keys_part_and_ids_name_them() {
        let (a, b) = (ShingleKey::new(&[1; 32]), ShingleKey::new(&[2; 32]));
        assert_ne!(a.id(), b.id());
        assert_ne!(Shingler::new(a).shingle("hello"), Shingler::new(b).shingle("hello"));
    }

    #[test]
    fn a_huge_text_is_capped_to_its_smallest_hashes() {
        let text: String =
            (0..40_000_u32).filter_map(|i| char::from_u32(0x4e00 + i * 7919 % 20_000)).collect();
        let mut s = shingler();
        let set = s.shingle(&text).to_vec();
        assert_eq!(set.len(), CAP);
        assert!(set.windows(2).all(|w| w[0] < w[1]));
    }

    proptest! {
        #[test]
        fn as_many_as_distinct_grams(text in "[a-d\u{fdd0} ]{0,80}") {
            let mut said = String::new();
            wording(&text, &mut said);
            let chars: Vec<char> = said.chars().collect();
            let grams: BTreeSet<&[char]> =
                if chars.len() < LENGTH { BTreeSet::from([&chars[..]]) } else { chars.windows(LENGTH).collect() };
            let masked = grams.iter().filter(|g| g.iter().any(|c| MARKS.contains(c))).count();
            let mut s = shingler();
            let set = s.shingle(&text);
            let expected = if text.is_empty() { (0, 0) } else { (grams.len() as u32, masked as u32) };
            prop_assert_eq!((Shape::of(set).shingles, Shape::of(set).masked), expected);
            prop_assert!(set.windows(2).all(|w| w[0] < w[1]));
        }
    }
}
