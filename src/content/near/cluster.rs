//! Clusters with a radius: what hangs together by verified edges, cut so that no chain merges the unrelated.
//! In: verified edges over items in order of their fingerprints; out: clusters, each with a representative.
//! Knows no text; guarantee: each member reaches its representative by edges inside its cluster and is near it itself.

use super::join::{Joined, Likeness};

/// Nobody's cluster.
const NONE: u32 = u32::MAX;

/// One cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cluster<'a> {
    /// The member in the densest surroundings among those that were free: it met the most others in the index, the
    /// smallest fingerprint among equals.
    pub representative: u32,
    /// Ranks of the members, ascending, at least two. The first one's fingerprint names the cluster.
    pub members: &'a [u32],
}

/// Clusters in order of their smallest member, and the edges behind them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Clusters {
    representatives: Vec<u32>,
    starts: Vec<u32>,
    members: Vec<u32>,
    of: Vec<u32>,
    edges: Vec<(u32, u32)>,
}

impl Clusters {
    /// How many clusters.
    pub fn len(&self) -> usize {
        self.representatives.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.representatives.is_empty()
    }

    /// A cluster by its place.
    pub fn get(&self, at: usize) -> Option<Cluster<'_>> {
        let representative = *self.representatives.get(at)?;
        let members = &self.members[self.starts[at] as usize..self.starts[at + 1] as usize];
        Some(Cluster { representative, members })
    }

    /// All clusters, in order of their smallest member.
    pub fn iter(&self) -> impl Iterator<Item = Cluster<'_>> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// The place of an item's cluster, if it has one.
    pub fn of(&self, item: u32) -> Option<u32> {
        self.of.get(item as usize).copied().filter(|at| *at != NONE)
    }

    /// Verified edges, smaller item first, sorted. Not every pair that is alike has one: two members of a component
    /// are not compared again.
    pub fn edges(&self) -> &[(u32, u32)] {
        &self.edges
    }
}

/// Cuts components into clusters: the free item in the densest surroundings (smallest first among equals) takes all
/// that it reaches over free items near it, then the next one. The edges of each item are looked at once, when it is
/// taken, so the work is linear in them. 16 bytes an item and 8 an edge.
pub(super) fn cluster<L: Likeness>(joined: Joined, likeness: &L) -> Clusters {
    let Joined { edges, crowd } = joined;
    let (starts, neighbors) = adjacency(crowd.len(), &edges);
    let of_item = |item: u32| &neighbors[starts[item as usize] as usize..starts[item as usize + 1] as usize];
    let mut seeds: Vec<u32> = (0..crowd.len() as u32).filter(|i| !of_item(*i).is_empty()).collect();
    seeds.sort_by_key(|item| std::cmp::Reverse(crowd[*item as usize]));
    // Ranks of representatives until clusters are numbered.
    let mut of = vec![NONE; crowd.len()];
    let mut reached = Vec::new();
    for seed in seeds {
        if of[seed as usize] == NONE {
            gather(seed, &mut of, of_item, likeness, &mut reached);
        }
    }
    number(of, edges)
}

/// Gives a representative all free items that it reaches over free items near it.
fn gather<'a, L: Likeness>(
    representative: u32,
    of: &mut [u32],
    neighbors: impl Fn(u32) -> &'a [u32],
    likeness: &L,
    reached: &mut Vec<u32>,
) {
    reached.clear();
    reached.push(representative);
    of[representative as usize] = representative;
    let mut next = 0;
    while let Some(item) = reached.get(next).copied() {
        next += 1;
        for other in neighbors(item) {
            // A verified edge to the representative is as near as it gets.
            let is_edge = item == representative;
            if of[*other as usize] == NONE && (is_edge || likeness.is_near(representative, *other)) {
                of[*other as usize] = representative;
                reached.push(*other);
            }
        }
    }
}

/// Neighbors of all items in one list, and where each item's begin.
fn adjacency(items: usize, edges: &[(u32, u32)]) -> (Vec<u64>, Vec<u32>) {
    let mut starts = vec![0_u64; items + 1];
    for (a, b) in edges {
        starts[*a as usize + 1] += 1;
        starts[*b as usize + 1] += 1;
    }
    for i in 1..starts.len() {
        starts[i] += starts[i - 1];
    }
    let mut neighbors = vec![0; 2 * edges.len()];
    let mut next = starts.clone();
    for (a, b) in edges {
        for (from, to) in [(*a, *b), (*b, *a)] {
            let slot = &mut next[from as usize];
            neighbors[*slot as usize] = to;
            *slot += 1;
        }
    }
    (starts, neighbors)
}

/// Numbers clusters of two and more by their smallest member.
fn number(mut of: Vec<u32>, edges: Vec<(u32, u32)>) -> Clusters {
    let mut sizes = vec![0_u32; of.len()];
    of.iter().filter(|r| **r != NONE).for_each(|r| sizes[*r as usize] += 1);
    let mut out = Clusters { edges, ..Clusters::default() };
    let mut place_of = vec![NONE; of.len()];
    let mut start = 0;
    for representative in &mut of {
        let r = *representative as usize;
        if *representative == NONE || sizes[r] < 2 {
            *representative = NONE;
            continue;
        }
        if place_of[r] == NONE {
            place_of[r] = out.representatives.len() as u32;
            out.representatives.push(r as u32);
            out.starts.push(start);
            start += sizes[r];
        }
        *representative = place_of[r];
    }
    out.starts.push(start);
    let mut next = out.starts.clone();
    out.members = vec![0; start as usize];
    for (item, at) in of.iter().enumerate().filter(|(_, at)| **at != NONE) {
        let slot = &mut next[*at as usize];
        out.members[*slot as usize] = item as u32;
        *slot += 1;
    }
    out.of = of;
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    struct Line(u32);

    impl Likeness for Line {
        fn is_edge(&self, a: u32, b: u32) -> bool {
            a.abs_diff(b) <= 1
        }
        fn is_near(&self, a: u32, b: u32) -> bool {
            a.abs_diff(b) <= self.0
        }
    }

    fn joined(items: usize, edges: Vec<(u32, u32)>) -> Joined {
        Joined { edges, crowd: vec![0; items] }
    }

    #[test]
    fn a_chain_is_cut() {
        let edges = (0..99).map(|i| (i, i + 1)).collect();
        let clusters = cluster(joined(100, edges), &Line(3));
        // Radius 3 allows 7 in a row, and nobody has fewer than an end of the chain has.
        assert!(14 <= clusters.len() && clusters.len() <= 50, "{}", clusters.len());
        for c in clusters.iter() {
            assert!(c.members.iter().all(|m| m.abs_diff(c.representative) <= 3));
        }
    }

    #[test]
    fn nothing_of_nothing() {
        assert!(cluster(joined(0, Vec::new()), &Line(1)).is_empty());
        assert_eq!(cluster(joined(1, Vec::new()), &Line(1)).of(0), None);
        let pair = cluster(joined(3, vec![(0, 2)]), &Line(9));
        assert_eq!(pair.get(0), Some(Cluster { representative: 0, members: &[0, 2] }));
        assert_eq!((pair.of(0), pair.of(1), pair.of(2), pair.of(7)), (Some(0), None, Some(0), None));
    }

    proptest! {
        #[test]
        fn members_are_near_reach_their_representative_and_have_one_cluster(
            pairs in prop::collection::btree_set((0_u32..40, 0_u32..40), 0..60), radius in 0_u32..8,
            crowd in prop::collection::vec(0_u32..9, 40),
        ) {
            let edges: Vec<(u32, u32)> = pairs.into_iter().filter(|(a, b)| a < b && b - a <= radius).collect();
            let clusters = cluster(Joined { edges: edges.clone(), crowd }, &Line(radius));
            let mut seen = std::collections::BTreeSet::new();
            for (at, c) in clusters.iter().enumerate() {
                prop_assert!(c.members.len() > 1 && c.members.is_sorted());
                let mut reached = std::collections::BTreeSet::from([c.representative]);
                for _ in 0..c.members.len() {
                    for (a, b) in &edges {
                        for (x, y) in [(a, b), (b, a)] {
                            if reached.contains(x) && c.members.contains(y) {
                                reached.insert(*y);
                            }
                        }
                    }
                }
                prop_assert_eq!(&reached.iter().copied().collect::<Vec<_>>(), c.members);
                for m in c.members {
                    prop_assert!(m.abs_diff(c.representative) <= radius);
                    prop_assert!(seen.insert(*m));
                    prop_assert_eq!(clusters.of(*m), Some(at as u32));
                }
            }
        }
    }
}
