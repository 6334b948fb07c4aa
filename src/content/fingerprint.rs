//! The exact fingerprint of a message under a key: equal texts meet, nothing can be read back.
//! In: a text and the key for contents; out: 64 bits, never 0, and two harmless facts about the text.
//! Knows no similarity: near-duplicates are another matter.

use crate::content::normalise;

/// What is kept of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ContentMark {
    /// Keyed fingerprint of the normalised text, never 0; 0 when nothing was left of it.
    pub fingerprint: u64,
    /// Length of the raw text in bytes.
    pub bytes: u32,
    /// Whether it held a link.
    pub has_link: bool,
}

/// Makes fingerprints under one key.
#[derive(Clone)]
pub struct Fingerprinter {
    key: [u8; 32],
}

impl Fingerprinter {
    /// A fingerprinter under a key.
    pub fn new(key: &[u8; 32]) -> Self {
        Self { key: *key }
    }

    /// Marks a text.
    pub fn mark(&self, text: &str) -> ContentMark {
        let normalised = normalise(text);
        let fingerprint = if normalised.text.is_empty() { 0 } else { self.digest(&normalised.text) };
        ContentMark {
            fingerprint,
            bytes: u32::try_from(text.len()).unwrap_or(u32::MAX - 1),
            has_link: normalised.has_link,
        }
    }

    fn digest(&self, text: &str) -> u64 {
        let hash = blake3::keyed_hash(&self.key, text.as_bytes());
        let mut first = [0u8; 8];
        first.copy_from_slice(&hash.as_bytes()[..8]);
        u64::from_le_bytes(first).max(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_depend_on_key_and_meaning() {
        let (a, b) = (Fingerprinter::new(&[1; 32]), Fingerprinter::new(&[2; 32]));
        assert_eq!(a.mark("Hello 12").fingerprint, a.mark("hello  7").fingerprint);
        assert_ne!(a.mark("hello").fingerprint, b.mark("hello").fingerprint);
        assert_eq!(a.mark(" \u{200b} ").fingerprint, 0);
        assert_eq!(a.mark("é").bytes, 2);
    }
}
