//! MinHash signatures of shingle sets: how alike two texts are, from a few hundred bytes each.
//! In: a set of shingle hashes; out: one 16-bit minimum a permutation, with the parameters it was made under.
//! Estimates only: whoever has the sets verifies on them.

use super::shingle::{LENGTH, ShingleKey};

/// Permutations computed together; signatures hold a whole number of blocks.
pub const BLOCK: usize = 32;

/// Two signatures that say nothing about each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("signatures made under {left:?} and {right:?} cannot be compared")]
pub struct Incomparable {
    /// Parameters of the first.
    pub left: Parameters,
    /// Parameters of the second.
    pub right: Parameters,
}

/// What a signature was made under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parameters {
    /// Characters in a shingle.
    pub shingle: u8,
    /// Permutations, a multiple of [`BLOCK`].
    pub permutations: u16,
    /// Permutations in a band of the index.
    pub rows: u8,
    /// The key of the shingle hashes.
    pub key_id: u32,
}

impl Parameters {
    /// Bands that a block of permutations holds; the rows left over serve estimates only.
    pub fn bands_per_block(&self) -> usize {
        BLOCK / usize::from(self.rows.clamp(1, BLOCK as u8))
    }

    /// Bands of the index.
    pub fn bands(&self) -> usize {
        self.bands_per_block() * usize::from(self.permutations) / BLOCK
    }
}

/// A family of permutations.
///
/// `p(x) = a x + b` over 16-bit words with odd `a`, minimum in signed order: multiplication, sum and minimum of eight
/// lanes are one instruction each on every 64-bit machine, which is what makes a signature cost less than sorting the
/// set. Sixteen bits are enough, as the minimum of n values lies among the lowest 65536 / n: two sets that share no
/// minimum agree by accident with probability about n / 131072 (0.0006 at 80 characters, 0.03 at the cap).
#[derive(Debug, Clone)]
pub struct MinHash {
    parameters: Parameters,
    blocks: Vec<([i16; BLOCK], [i16; BLOCK])>,
}

/// One minimum a permutation and what it was made under.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    parameters: Parameters,
    minima: Vec<i16>,
}

impl MinHash {
    /// The family of `blocks` times [`BLOCK`] permutations under a key of shingles. 4 blocks of 5 rows are usual.
    pub fn new(key: &ShingleKey, blocks: u8, rows: u8) -> Self {
        let blocks = blocks.max(1);
        let parameters = Parameters {
            shingle: LENGTH as u8,
            permutations: u16::from(blocks) * BLOCK as u16,
            rows: rows.clamp(1, BLOCK as u8),
            key_id: key.id(),
        };
        let seed = blake3::derive_key("bulkwatch 2025 minhash", &key.id().to_le_bytes());
        let mut stream = blake3::Hasher::new_keyed(&seed).finalize_xof();
        let mut word = || {
            let mut bytes = [0; 2];
            stream.fill(&mut bytes);
            i16::from_le_bytes(bytes)
        };
        let blocks = (0..blocks)
            .map(|_| (std::array::from_fn(|_| word() | 1), std::array::from_fn(|_| word())))
            .collect();
        Self { parameters, blocks }
    }

    /// What signatures of this family are made under.
    pub fn parameters(&self) -> Parameters {
        self.parameters
    }

    /// Blocks of permutations.
    pub fn blocks(&self) -> usize {
        self.blocks.len()
    }

    /// The minima of one block of permutations over a set; all are the largest value for an empty set.
    #[inline]
    pub fn minima(&self, block: usize, set: &[u32]) -> [i16; BLOCK] {
        let (a, b) = &self.blocks[block];
        let mut minima = [i16::MAX; BLOCK];
        for hash in set {
            // The lowest bit is the mask's, and the highest ones are spent where a set was cut to its smallest hashes.
            let x = (hash >> 1) as i16;
            for ((m, a), b) in minima.iter_mut().zip(a).zip(b) {
                *m = (*m).min(a.wrapping_mul(x).wrapping_add(*b));
            }
        }
        minima
    }

    /// The keys of one block's bands over a set, in the order of its bands; `out` holds as many as a block has.
    #[inline]
    pub fn band_keys(&self, block: usize, set: &[u32], out: &mut [u32]) {
        let minima = self.minima(block, set);
        let rows = usize::from(self.parameters.rows);
        for (key, band) in out.iter_mut().zip(minima.chunks_exact(rows)) {
            *key = band_key(band);
        }
    }

    /// The signature of a set. 2 bytes a permutation.
    pub fn sign(&self, set: &[u32]) -> Signature {
        let minima = (0..self.blocks.len()).flat_map(|block| self.minima(block, set)).collect();
        Signature { parameters: self.parameters, minima }
    }
}

/// A band's rows in 32 bits.
fn band_key(rows: &[i16]) -> u32 {
    let mixed = rows.iter().fold(0x9e37_79b9_7f4a_7c15_u64, |key, row| {
        let product = u128::from(key ^ u64::from(row.cast_unsigned())) * 0xd6e8_feb8_6659_fd93_u128;
        product as u64 ^ (product >> 64) as u64
    });
    (mixed >> 32) as u32
}

impl Signature {
    /// What it was made under.
    pub fn parameters(&self) -> Parameters {
        self.parameters
    }

    /// The minima, one a permutation.
    pub fn minima(&self) -> &[i16] {
        &self.minima
    }

    /// The estimated Jaccard similarity in [0, 1]; its standard error is sqrt(J (1 - J) / permutations).
    pub fn similarity(&self, other: &Self) -> Result<f64, Incomparable> {
        if self.parameters != other.parameters {
            return Err(Incomparable { left: self.parameters, right: other.parameters });
        }
        let equal = self.minima.iter().zip(&other.minima).filter(|(a, b)| a == b).count();
        Ok(equal as f64 / self.minima.len() as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A set of n spread-out hashes, by a fixed mixer.
    fn set(range: std::ops::Range<u32>) -> Vec<u32> {
        let mut set: Vec<u32> = range
            .map(|i| {
                blake3::hash(&i.to_le_bytes()).as_bytes()[..4].iter().fold(0, |w, b| w << 8 | u32::from(*b))
            })
            .collect();
        set.sort_unstable();
        set
    }

    #[test]
    fn estimates_are_unbiased_and_as_sharp_as_said() {
        let key = ShingleKey::new(&[3; 32]);
        let hasher = MinHash::new(&key, 4, 5);
        for (overlap, exact) in [(0_u32, 0.0), (40, 40.0 / 120.0), (72, 72.0 / 88.0), (80, 1.0)] {
            let mut estimates = Vec::new();
            for trial in 0..200 {
                let base = trial * 1000;
                let a = hasher.sign(&set(base..base + 80));
                let b = hasher.sign(&set(base + 80 - overlap..base + 160 - overlap));
                estimates.push(a.similarity(&b).unwrap());
            }
            let mean = estimates.iter().sum::<f64>() / 200.0;
            let sd = (estimates.iter().map(|e| (e - mean).powi(2)).sum::<f64>() / 200.0).sqrt();
            assert!((mean - exact).abs() < 0.01, "J {exact}: mean {mean}");
            let said = (exact * (1.0 - exact) / 128.0_f64).sqrt();
            assert!(sd < said * 1.25 + 0.005, "J {exact}: {sd} against {said}");
        }
    }

    #[test]
    fn other_parameters_are_a_typed_error() {
        let key = ShingleKey::new(&[3; 32]);
        let set = set(0..50);
        let a = MinHash::new(&key, 4, 5).sign(&set);
        for other in [
            MinHash::new(&key, 2, 5).sign(&set),
            MinHash::new(&key, 4, 4).sign(&set),
            MinHash::new(&ShingleKey::new(&[4; 32]), 4, 5).sign(&set),
        ] {
            let error = a.similarity(&other).unwrap_err();
            assert_eq!(error, Incomparable { left: a.parameters(), right: other.parameters() });
        }
        assert_eq!(a.similarity(&a).unwrap(), 1.0);
    }

    #[test]
    fn bands_fill_blocks() {
        let key = ShingleKey::new(&[3; 32]);
        let bands = |rows| MinHash::new(&key, 4, rows).parameters().bands();
        assert_eq!((bands(4), bands(5), bands(6), bands(8), bands(0), bands(255)), (32, 24, 20, 16, 128, 4));
    }
}
