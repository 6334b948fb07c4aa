//! Opaque identities: accounts, people, groups, messages, contents.
//! In: the bytes of an identifier as the log gives it; out: 128-bit keyed tokens and 64-bit keyed digests.
//! Knows no names: what an account is called stays with the reader of the log.

use siphasher::sip::SipHasher13;
use siphasher::sip128::{Hasher128, SipHasher13 as SipHasher13x128};
use std::hash::Hasher;

/// The key under which identifiers become tokens inside one run.
///
/// The tokens never leave the run (outputs carry the account as the log names it), so a fixed key keeps runs
/// reproducible; a keyed function still denies an attacker who picks identifiers an easy collision.
#[derive(Debug, Clone, Copy)]
pub struct TokenKey {
    k0: u64,
    k1: u64,
}

impl TokenKey {
    /// A key from two words.
    pub const fn new(k0: u64, k1: u64) -> Self {
        Self { k0, k1 }
    }
}

impl Default for TokenKey {
    fn default() -> Self {
        Self::new(0x6275_6c6b_7761_7463, 0x6820_746f_6b65_6e73)
    }
}

/// A 128-bit keyed token of an account, a person or a group.
///
/// Packed to an alignment of 8: at 16, every packed row of the log would carry 8 unused bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(Rust, packed(8))]
pub struct Token(pub u128);

impl Token {
    /// The token of an identifier's bytes.
    pub fn of(key: &TokenKey, bytes: &[u8]) -> Self {
        let mut hasher = SipHasher13x128::new_with_keys(key.k0, key.k1);
        hasher.write(bytes);
        Self(hasher.finish128().as_u128())
    }

    /// The partition in `0..count` that owns this token, by its top bits.
    pub fn partition(self, count: usize) -> usize {
        (((self.0 >> 64) * count as u128) >> 64) as usize
    }
}

/// A 64-bit keyed digest, never 0: 0 stands for an absent value in packed rows.
pub fn digest64(key: &TokenKey, bytes: &[u8]) -> u64 {
    let mut hasher = SipHasher13::new_with_keys(key.k1, key.k0);
    hasher.write(bytes);
    hasher.finish().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_depend_on_key_and_bytes() {
        let key = TokenKey::default();
        assert_eq!(Token::of(&key, b"7"), Token::of(&key, b"7"));
        assert_ne!(Token::of(&key, b"7"), Token::of(&key, b"8"));
        assert_ne!(Token::of(&key, b"7"), Token::of(&TokenKey::new(1, 2), b"7"));
    }

    #[test]
    fn partitions_cover_the_range() {
        let key = TokenKey::default();
        let mut seen = [0usize; 7];
        for i in 0..7000u32 {
            seen[Token::of(&key, &i.to_le_bytes()).partition(7)] += 1;
        }
        assert!(seen.iter().all(|n| (800..1200).contains(n)), "{seen:?}");
        assert_eq!(Token(u128::MAX).partition(7), 6);
        assert_eq!(Token(0).partition(7), 0);
    }
}
