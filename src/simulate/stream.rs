//! Independent streams of chance, one an actor, so that adding an actor never moves what the others do.
//! In: a seed and the actor's name; out: the few draws the personas need, from ChaCha with 8 rounds.
//! Refuses to know a clock or the machine: the same seed and name give the same draws everywhere.

use crate::domain::{MINUTE_US, SECOND_US, TokenKey, digest64};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Exp1, StandardNormal};

/// A stream of draws that belongs to one actor.
#[derive(Debug, Clone)]
pub struct Stream(ChaCha8Rng);

impl Stream {
    /// The stream of `name` under `seed`.
    pub fn new(seed: u64, name: &str) -> Self {
        let mut bytes = [0u8; 32];
        for (word, chunk) in bytes.chunks_exact_mut(8).enumerate() {
            let key = TokenKey::new(seed, word as u64);
            chunk.copy_from_slice(&digest64(&key, name.as_bytes()).to_le_bytes());
        }
        Self(ChaCha8Rng::from_seed(bytes))
    }

    /// A draw in [0, 1).
    pub fn unit(&mut self) -> f64 {
        self.0.random()
    }

    /// Whether something of chance `p` happens.
    pub fn chance(&mut self, p: f64) -> bool {
        self.unit() < p
    }

    /// A whole number below `n`; 0 when `n` is 0.
    pub fn below(&mut self, n: u64) -> u64 {
        if n == 0 { 0 } else { self.0.random_range(0..n) }
    }

    /// A whole number in `low..high`; `low` when the range is empty.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        if low < high { self.0.random_range(low..high) } else { low }
    }

    /// A positive heavy-tailed draw with the given median.
    pub fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        let z: f64 = self.0.sample(StandardNormal);
        median * (sigma * z).exp()
    }

    /// A count with the given mean.
    pub fn poisson(&mut self, mean: f64) -> u32 {
        let mut left = mean;
        let mut count = 0;
        loop {
            let step: f64 = self.0.sample(Exp1);
            left -= step;
            if left < 0.0 || count >= 100_000 {
                return count;
            }
            count += 1;
        }
    }

    /// The index of one of the weights, in proportion to them.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let total: f64 = weights.iter().sum();
        let mut left = self.unit() * total;
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }

    /// A heavy-tailed gap in whole milliseconds, as microseconds; at least one millisecond.
    pub fn gap(&mut self, median_s: f64, sigma: f64) -> i64 {
        whole_ms((self.lognormal(median_s, sigma) * SECOND_US as f64) as i64).max(1_000)
    }

    /// A moment within `minutes` after `ts`, in whole milliseconds.
    pub fn within_minutes(&mut self, ts: i64, minutes: i64) -> i64 {
        ts + whole_ms(self.between(0, minutes * MINUTE_US))
    }

    /// A fresh opaque token: an x, so that no reader takes it for a number, and ten hexadecimal digits.
    pub fn hex(&mut self) -> String {
        format!("x{:010x}", self.0.random::<u64>() >> 24)
    }
}

/// Microseconds cut to whole milliseconds.
pub fn whole_ms(us: i64) -> i64 {
    us - us.rem_euclid(1_000)
}

/// The opaque token that stands for one content or place everywhere in a scenario: equal labels, equal tokens.
pub fn token(label: &str) -> String {
    format!("x{:010x}", digest64(&TokenKey::new(1, 2), label.as_bytes()) >> 24)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_independent_and_repeatable() {
        let draws = |seed, name: &str| {
            let mut stream = Stream::new(seed, name);
            (0..8).map(|_| stream.below(1 << 40)).collect::<Vec<_>>()
        };
        assert_eq!(draws(1, "a"), draws(1, "a"));
        assert_ne!(draws(1, "a"), draws(1, "b"));
        assert_ne!(draws(1, "a"), draws(2, "a"));
    }

    #[test]
    fn draws_keep_their_shape() {
        let mut stream = Stream::new(7, "shape");
        let mut values: Vec<f64> = (0..4001).map(|_| stream.lognormal(10.0, 1.0)).collect();
        values.sort_by(f64::total_cmp);
        assert!((9.0..11.0).contains(&values[2000]), "median {}", values[2000]);
        let mean = (0..4000).map(|_| f64::from(stream.poisson(3.0))).sum::<f64>() / 4000.0;
        assert!((2.8..3.2).contains(&mean), "mean {mean}");
        assert_eq!(stream.below(0), 0);
        assert_eq!(stream.between(5, 5), 5);
        assert_eq!(stream.weighted(&[0.0, 1.0, 0.0]), 1);
    }
}
