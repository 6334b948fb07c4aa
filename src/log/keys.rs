//! Keys for pseudonyms and fingerprints, derived from one key file for separate purposes.
//! In: a file of at least sixteen bytes; out: one key for accounts, networks, contents and number blocks each.
//! The key itself appears nowhere: manifests carry its short id.

use crate::log::{LogError, phone};
use std::path::Path;

/// The keys of a run.
#[derive(Clone)]
pub struct Keys {
    accounts: [u8; 32],
    networks: [u8; 32],
    contents: [u8; 32],
    blocks: [u8; 32],
    id: String,
}

impl std::fmt::Debug for Keys {
    /// Shows the id only, so that no key reaches a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Keys({})", self.id)
    }
}

const LEAST_BYTES: usize = 16;

impl Keys {
    /// Reads a key file; a trailing line end does not count.
    pub fn read(path: &Path) -> Result<Self, LogError> {
        let shown = path.display().to_string();
        let bytes = std::fs::read(path)
            .map_err(|e| LogError::BadKey { path: shown.clone(), problem: e.to_string().to_lowercase() })?;
        Self::from_bytes(&bytes).ok_or(LogError::BadKey {
            path: shown,
            problem: format!("fewer than {LEAST_BYTES} bytes; write one with: head -c 32 /dev/urandom"),
        })
    }

    /// Derives the keys; `None` when the material is shorter than sixteen bytes.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().rposition(|b| !matches!(b, b'\n' | b'\r')).map_or(0, |i| i + 1);
        let material = &bytes[..end];
        if material.len() < LEAST_BYTES {
            return None;
        }
        let derive = |purpose: &str| blake3::derive_key(&format!("bulkwatch 2026 {purpose}"), material);
        let id = blake3::hash(&derive("key id")).to_hex().chars().take(8).collect();
        Some(Self {
            accounts: derive("accounts"),
            networks: derive("networks"),
            contents: derive("contents"),
            blocks: derive("number blocks"),
            id,
        })
    }

    /// The key's short id: eight hexadecimal digits.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The key for content fingerprints.
    pub fn contents(&self) -> &[u8; 32] {
        &self.contents
    }

    /// The pseudonym of an account, a person or a group: `p_` and 32 hexadecimal digits.
    pub fn pseudonym(&self, identifier: &str) -> String {
        pseudonym("p_", &self.accounts, &phone::canonical(identifier))
    }

    /// The pseudonym of a network, a device or an address.
    pub fn network(&self, identifier: &str) -> String {
        pseudonym("n_", &self.networks, identifier)
    }

    /// The pseudonym of the 1,000-number block of a raw number; `None` when it is no number.
    pub fn number_block(&self, identifier: &str) -> Option<String> {
        let number = phone::canonical(identifier);
        let block = number.strip_prefix('+').and_then(|digits| digits.get(..digits.len().checked_sub(3)?))?;
        Some(pseudonym("b_", &self.blocks, block))
    }
}

fn pseudonym(prefix: &str, key: &[u8; 32], identifier: &str) -> String {
    let hash = blake3::keyed_hash(key, identifier.as_bytes()).to_hex();
    format!("{prefix}{}", &hash.as_str()[..32])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_number_share_a_pseudonym_and_neighbours_a_block() {
        let keys = Keys::from_bytes(b"sixteen bytes or more").expect("long enough");
        assert_eq!(keys.pseudonym("+49 170 1234567"), keys.pseudonym("00491701234567"));
        assert_ne!(keys.pseudonym("+491701234567"), keys.pseudonym("+491701234568"));
        assert_eq!(keys.number_block("+491701234567"), keys.number_block("+491701234999"));
        assert_eq!(keys.number_block("alice"), None);
        assert_eq!(keys.pseudonym("alice").len(), 34);
    }

    #[test]
    fn short_keys_are_refused_and_nothing_shows_the_key() {
        assert!(Keys::from_bytes(b"short\n\n\n\n\n\n\n\n\n\n\n\n").is_none());
        let keys = Keys::from_bytes(b"sixteen bytes or more").expect("long enough");
        assert_eq!(format!("{keys:?}"), format!("Keys({})", keys.id()));
        assert_eq!(keys.id().len(), 8);
    }
}
