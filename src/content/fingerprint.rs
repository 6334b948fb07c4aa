//! The exact fingerprint of a message under a key: equal texts meet, nothing can be read back.
//! In: a text and the key for contents; out: 64 bits, never 0, and two harmless facts about the text.
//! Knows no similarity: near-duplicates are another matter.

use crate::content::{Normaliser, Object};

/// What is kept of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentMark {
    /// Keyed fingerprint of the normalised text, never 0; 0 when nothing was left of it.
    pub fingerprint: u64,
    /// Length of the raw text in bytes.
    pub bytes: u32,
    /// Whether it held a link.
    pub has_link: bool,
    /// Keyed digest of the first thing it points to: the host of a link, else a number to call; 0 without one.
    pub object: u64,
}

/// Makes fingerprints under one key.
pub struct Fingerprinter {
    key: [u8; 32],
    normaliser: Normaliser,
}

impl Fingerprinter {
    /// A fingerprinter under a key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { key: *key, normaliser: Normaliser::default() }
    }

    /// Marks a text; what it was normalised to is shown to `see` before it is gone.
    pub fn mark(&mut self, text: &str, see: impl FnOnce(u64, &str, &[u64])) -> ContentMark {
        let key = &self.key;
        let normalised = self.normaliser.normalise(text);
        let fingerprint = if normalised.text.is_empty() { 0 } else { digest(key, &normalised.text) };
        let objects: Vec<u64> = normalised.objects.iter().map(|object| object_digest(key, object)).collect();
        if fingerprint != 0 {
            see(fingerprint, &normalised.text, &objects);
        }
        ContentMark {
            fingerprint,
            bytes: u32::try_from(text.len()).unwrap_or(u32::MAX - 1),
            has_link: normalised.has_link,
            object: objects.first().copied().unwrap_or(0),
        }
    }
}

fn digest(key: &[u8; 32], text: &str) -> u64 {
    let hash = blake3::keyed_hash(key, text.as_bytes());
    let mut first = [0u8; 8];
    first.copy_from_slice(&hash.as_bytes()[..8]);
    u64::from_le_bytes(first).max(1)
}

fn object_digest(key: &[u8; 32], object: &Object) -> u64 {
    // No normalised text begins with a line feed, so that no message is ever taken for an object.
    match object {
        Object::Host(host) => digest(key, &format!("\nhost {host}")),
        Object::Number(number) => digest(key, &format!("\nnumber {number}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_depend_on_key_and_meaning() {
        let (mut a, mut b) = (Fingerprinter::new(&[1; 32]), Fingerprinter::new(&[2; 32]));
        let mark = |by: &mut Fingerprinter, text| by.mark(text, |_, _, _| ());
        assert_eq!(mark(&mut a, "Hello 12").fingerprint, mark(&mut a, "hello  7").fingerprint);
        assert_ne!(mark(&mut a, "hello").fingerprint, mark(&mut b, "hello").fingerprint);
        assert_eq!(mark(&mut a, " \u{200b} ").fingerprint, 0);
        assert_eq!(mark(&mut a, "é").bytes, 2);
    }

    #[test]
    fn what_a_text_points_to_is_told_apart_where_its_words_are_not() {
        let mut by = Fingerprinter::new(&[1; 32]);
        let mut objects = Vec::new();
        let mut mark = |text| by.mark(text, |_, _, seen| objects.push(seen.len()));
        let one = mark("win at http://a.example.com/x or call 0800 123 456");
        let other = mark("win at http://b.example.org/y or call 0800 123 456");
        assert_eq!(one.fingerprint, other.fingerprint);
        assert_ne!(one.object, other.object);
        assert_eq!(mark("hello").object, 0);
        assert_eq!(objects, [2, 2, 0]);
    }
}
