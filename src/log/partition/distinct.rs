//! About how many accounts a partition has, in 8 KiB however many there are.
//! In: tokens, as often as they come and from any number of workers; out: an estimate within a few percent.
//! Plans memory only: no result depends on it.

use crate::domain::Token;

const WORDS: usize = 1 << 10;
const BITS: f64 = (WORDS * 64) as f64;

/// Linear counting: a bit a token, and from the bits left empty the number of tokens.
///
/// Whang, Vander-Zanden, Taylor, "A linear-time probabilistic counting algorithm", 1990.
#[derive(Debug, Clone, Default)]
pub struct LinearCounter {
    bits: Vec<u64>,
}

impl LinearCounter {
    /// Counts a token; its low bits are as good as a hash.
    #[inline]
    pub fn add(&mut self, token: Token) {
        if self.bits.is_empty() {
            self.bits.resize(WORDS, 0);
        }
        let low = token.0 as usize;
        self.bits[(low >> 6) % WORDS] |= 1 << (low & 63);
    }

    /// Takes over what another worker counted.
    pub fn absorb(&mut self, other: &Self) {
        if self.bits.is_empty() {
            self.bits.clone_from(&other.bits);
        } else {
            self.bits.iter_mut().zip(&other.bits).for_each(|(own, theirs)| *own |= theirs);
        }
    }

    /// About how many distinct tokens there were; a full table says its most, ten times its bits.
    pub fn estimate(&self) -> u64 {
        if self.bits.is_empty() {
            return 0;
        }
        let empty = self.bits.iter().map(|word| word.count_zeros()).sum::<u32>();
        (-BITS * (f64::from(empty.max(3)) / BITS).ln()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::TokenKey;

    #[test]
    fn tokens_are_counted_once_however_often_and_wherever_they_come() {
        let token = |i: u32| Token::of(&TokenKey::default(), &i.to_le_bytes());
        assert_eq!(LinearCounter::default().estimate(), 0);
        for n in [100u32, 40_000, 200_000] {
            let (mut one, mut two) = (LinearCounter::default(), LinearCounter::default());
            (0..n).for_each(|i| one.add(token(i)));
            (n / 2..n).for_each(|i| two.add(token(i)));
            one.absorb(&two);
            let error = one.estimate() as f64 / f64::from(n) - 1.0;
            assert!(error.abs() < 0.03, "{n}: off by {error}");
        }
    }
}
