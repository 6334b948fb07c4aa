//! Puts rows into the order of a wide key by sorting 64-bit words: 32 bits of the key before the row's number.
//! In: row numbers with a short prefix and the whole key; out: words in (key, row) order, eight bytes a row.
//! Trusts no prefix: rows that share one are compared by the whole key, so a forged collision costs a logarithm.

use crate::domain::Token;

/// The row number in a word.
pub fn row(word: u64) -> usize {
    (word & u64::from(u32::MAX)) as usize
}

/// The leading bits of a token, ordered as tokens are.
pub fn token_prefix(token: Token) -> u32 {
    token.partition(u32::MAX as usize) as u32
}

/// The leading bits of a digest, ordered as digests are.
pub fn digest_prefix(digest: u64) -> u32 {
    (digest >> 32) as u32
}

/// Fills `words` with the rows in the order of (key, row); equal keys must have equal prefixes.
///
/// The order is that of the keys if prefixes are ordered as they are.
pub fn order_by<K: Ord>(
    words: &mut Vec<u64>,
    rows: impl Iterator<Item = usize>,
    prefix: impl Fn(usize) -> u32,
    key: impl Fn(usize) -> K,
) {
    words.clear();
    // Exactly, because a giant account has more rows than memory likes to hold twice.
    words.reserve_exact(rows.size_hint().1.unwrap_or(0));
    words.extend(rows.map(|i| (u64::from(prefix(i)) << 32) | i as u64));
    words.sort_unstable();
    for run in words.chunk_by_mut(|a, b| a >> 32 == b >> 32) {
        // One recipient or content is the rule; then rows are in order already.
        if run.windows(2).any(|w| key(row(w[0])) != key(row(w[1]))) {
            run.sort_unstable_by(|a, b| key(row(*a)).cmp(&key(row(*b))).then(a.cmp(b)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn rows_come_in_the_order_of_key_and_row(keys in proptest::collection::vec(0u64..9, 0..60)) {
            // Prefixes of one bit collide all the time.
            let mut words = vec![7];
            order_by(&mut words, 0..keys.len(), |i| (keys[i] >> 3) as u32, |i| keys[i]);
            let mut naive: Vec<usize> = (0..keys.len()).collect();
            naive.sort_by_key(|i| keys[*i]);
            prop_assert_eq!(words.into_iter().map(row).collect::<Vec<_>>(), naive);
        }

        #[test]
        fn prefixes_are_ordered_as_tokens_are(a in any::<u128>(), b in any::<u128>()) {
            let (a, b) = (Token(a.min(b)), Token(a.max(b)));
            prop_assert!(token_prefix(a) <= token_prefix(b));
        }
    }
}
