//! Which contents are variants of one text, looked up by content.
//! In: clusters of near-duplicates and what says too little; out: one id for all variants of a text.
//! Knows no text: contents are keyed fingerprints.

use foldhash::fast::FixedState;
use hashbrown::{HashMap, HashSet};

/// The templates of a night: contents in a cluster of near-duplicates, and contents too short to link anybody.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    of: HashMap<u64, u64, FixedState>,
    weak: HashSet<u64, FixedState>,
    clusters: usize,
}

impl Templates {
    /// Templates from clusters of contents, each under the id of its smallest member, and contents that say too little.
    pub fn new(clusters: impl IntoIterator<Item = Vec<u64>>, weak: impl IntoIterator<Item = u64>) -> Self {
        let mut made = Self { weak: weak.into_iter().collect(), ..Self::default() };
        for members in clusters {
            let Some(id) = members.iter().copied().min() else { continue };
            made.clusters += 1;
            made.of.extend(members.into_iter().map(|content| (content, id)));
        }
        made
    }

    /// The id that all variants of a content share: its own where it has none.
    #[inline]
    pub fn of(&self, content: u64) -> u64 {
        // Most logs have fingerprints only, and then every content is its own template.
        if self.of.is_empty() { content } else { self.of.get(&content).copied().unwrap_or(content) }
    }

    /// Whether a content says too little to link two accounts.
    #[inline]
    pub fn is_weak(&self, content: u64) -> bool {
        !self.weak.is_empty() && self.weak.contains(&content)
    }

    /// How many clusters of two contents and more there are.
    pub fn clusters(&self) -> usize {
        self.clusters
    }

    /// How many contents are in one.
    pub fn clustered(&self) -> usize {
        self.of.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variants_share_the_smallest_id_in_whatever_order_they_come() {
        let one = Templates::new([vec![9, 4, 7], vec![2, 3]], [11]);
        let other = Templates::new([vec![3, 2], vec![7, 9, 4]], [11]);
        for content in 0..12 {
            assert_eq!(one.of(content), other.of(content));
        }
        assert_eq!((one.of(9), one.of(3), one.of(5)), (4, 2, 5));
        assert!(one.is_weak(11) && !one.is_weak(9) && !Templates::default().is_weak(11));
        assert_eq!((one.clusters(), one.clustered()), (2, 5));
    }
}
