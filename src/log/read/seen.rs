//! Remembers which senders a sink has been told the name of, in bounded memory.
//! In: tokens; out: whether a token is new; sometimes an old one is called new, never the other way round.
//! Keeps no names.

use crate::domain::Token;

/// Pairs at first, few enough for a core's first caches.
const FIRST: usize = 1 << 10;
/// Pairs at most: 16 MB.
const MOST: usize = 1 << 19;

/// The senders a sink knows by name.
///
/// A token has one place, a pair that it shares with the tokens of the same low bits; the newer one stays in front and
/// the older one is forgotten when a third comes. One lookup touches one cache line and depends on no other lookup, so
/// that a processor has many of them under way at once.
#[derive(Default)]
pub(crate) struct SeenSenders {
    pairs: Vec<[u128; 2]>,
    /// Tokens called new since the table has its size.
    new: usize,
}

impl SeenSenders {
    /// Whether the token has to be named to the sink.
    #[inline]
    pub fn is_new(&mut self, Token(token): Token) -> bool {
        let place = token as usize & self.pairs.len().wrapping_sub(1);
        let Some(pair) = self.pairs.get_mut(place) else {
            self.grow();
            return self.is_new(Token(token));
        };
        // An empty place holds 0, so that this one token is always new.
        if pair[0] == token && token != 0 {
            return false;
        }
        let [front, back] = *pair;
        *pair = [token, front];
        if back == token && token != 0 {
            return false;
        }
        self.new += 1;
        if self.pairs.len() < self.new && self.pairs.len() < MOST {
            self.grow();
        }
        true
    }

    #[cold]
    fn grow(&mut self) {
        let size = (4 * self.pairs.len()).clamp(FIRST, MOST);
        let old = std::mem::replace(&mut self.pairs, vec![[0; 2]; size]);
        for token in old.into_iter().flatten().filter(|t| *t != 0) {
            let pair = &mut self.pairs[token as usize & (size - 1)];
            *pair = [token, pair[0]];
        }
        self.new = 0;
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
        assert!(seen.is_new(Token(0)), "not taken for an empty place");
    }

    #[test]
    fn no_token_is_called_old_before_it_came() {
        // Many tokens to a place, and enough of them that the table grows.
        let mut seen = SeenSenders::default();
        let mut came = std::collections::HashSet::new();
        for i in 0..200_000_u128 {
            let token = (i * i % 30_011) << 7 | (i % 3) << 100;
            let first = came.insert(token);
            assert!(seen.is_new(Token(token)) || !first, "{token}");
        }
        assert!(FIRST < seen.pairs.len() && seen.pairs.len() <= MOST);
    }
}
