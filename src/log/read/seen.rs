//! Remembers which senders a sink has been told the name of, in bounded memory.
//! In: tokens; out: whether a token is new; sometimes an old one is called new, never the other way round.
//! Keeps no names.

use crate::domain::Token;
use hashbrown::HashSet;
use std::hash::{BuildHasherDefault, Hasher};

/// Tokens remembered before the memory starts afresh: at most about 36 MB.
const MOST: usize = 1 << 20;

/// The senders a sink knows by name.
#[derive(Default)]
pub(crate) struct SeenSenders {
    last: Option<Token>,
    tokens: HashSet<Token, BuildHasherDefault<TokenHasher>>,
}

impl SeenSenders {
    /// Whether the token has to be named to the sink.
    #[inline]
    pub fn is_new(&mut self, token: Token) -> bool {
        if self.last == Some(token) {
            return false;
        }
        self.last = Some(token);
        if self.tokens.len() >= MOST {
            self.tokens.clear();
        }
        self.tokens.insert(token)
    }
}

/// A token is a hash already; its low half is as good as any.
#[derive(Default)]
struct TokenHasher(u64);

impl Hasher for TokenHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u128(&mut self, token: u128) {
        self.0 = token as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_token_is_new_once() {
        let mut seen = SeenSenders::default();
        assert!(seen.is_new(Token(1)) && seen.is_new(Token(2)));
        assert!(!seen.is_new(Token(1)) && !seen.is_new(Token(1)));
    }
}
