//! Disjoint sets of dense indexes whose name never depends on the order of joining.
//! In: joins of two indexes; out: the smallest index of the set each one belongs to.
//! Knows no edge rule: what may join is decided by the caller.

/// Union-find whose roots are the smallest members. 4 bytes an index.
#[derive(Debug, Clone)]
pub struct UnionFind {
    parent: Vec<u32>,
}

impl UnionFind {
    /// Every index of `0..n` alone.
    pub fn new(n: u32) -> Self {
        Self { parent: (0..n).collect() }
    }

    /// The smallest index of the set; halves the path on the way. Logarithmic, amortized.
    pub fn root(&mut self, index: u32) -> u32 {
        let mut at = index;
        while self.parent[at as usize] != at {
            let above = self.parent[self.parent[at as usize] as usize];
            self.parent[at as usize] = above;
            at = above;
        }
        at
    }

    /// Joins the sets of two indexes; whether they were apart.
    pub fn join(&mut self, a: u32, b: u32) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b) as usize] = a.min(b);
        a != b
    }

    /// Sets of at least `least` of the given indexes, by their smallest one; members sorted.
    pub fn sets(&mut self, of: impl Iterator<Item = u32>, least: usize) -> Vec<Vec<u32>> {
        let mut rooted: Vec<(u32, u32)> = of.map(|index| (self.root(index), index)).collect();
        rooted.sort_unstable();
        rooted.dedup();
        let same = rooted.chunk_by(|a, b| a.0 == b.0).filter(|set| least <= set.len());
        same.map(|set| set.iter().map(|(_, index)| *index).collect()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sets_are_what_flooding_finds(joins in prop::collection::vec((0u32..40, 0u32..40), 0..60)) {
            let mut forward = UnionFind::new(40);
            let mut backward = UnionFind::new(40);
            for (a, b) in &joins {
                forward.join(*a, *b);
            }
            for (a, b) in joins.iter().rev() {
                backward.join(*b, *a);
            }
            let mut label: Vec<u32> = (0..40).collect();
            for _ in 0..40 {
                for (a, b) in &joins {
                    let least = label[*a as usize].min(label[*b as usize]);
                    label[*a as usize] = least;
                    label[*b as usize] = least;
                }
            }
            for i in 0..40 {
                prop_assert_eq!(forward.root(i), label[i as usize]);
                prop_assert_eq!(backward.root(i), label[i as usize]);
            }
            prop_assert_eq!(forward.sets(0..40, 1).iter().map(Vec::len).sum::<usize>(), 40);
        }
    }
}
