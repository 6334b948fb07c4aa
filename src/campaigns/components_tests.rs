//! Groups against a reference, and their promises: no chain, no account in two, bounded diameter.
//! In: random and built edges; out: nothing but passed assertions.
//! Knows the rules, not how triangles are found.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::pair_counts::{PairCounts, meeting};
use super::*;

/// Edges of four matches each: `low` led by the smaller index, `high` by the larger, the rest ties.
fn edges(of: &[(u32, u32, u32, u32)]) -> Vec<Edge> {
    let mut counts = PairCounts::default();
    for (a, b, low, high) in of {
        let (a, b) = (*a.min(b), *a.max(b));
        (0..4).for_each(|i| {
            let (at, bt) = if i < *low {
                (0, 1)
            } else if i < low + high {
                (1, 0)
            } else {
                (0, 0)
            };
            counts.push(meeting((a, at), (b, bt)));
        });
    }
    counts.finish().into_iter().map(|tally| Edge::new(&tally)).collect()
}

fn mutual(of: impl IntoIterator<Item = (u32, u32)>) -> Vec<Edge> {
    edges(&of.into_iter().map(|(a, b)| (a, b, 2, 2)).collect::<Vec<_>>())
}

fn members(grouped: &Grouped) -> Vec<Vec<u32>> {
    grouped.groups.iter().map(|g| g.members.iter().map(|m| m.account).collect()).collect()
}

proptest! {
    #[test]
    fn groups_keep_their_promises(
        of in prop::collection::btree_map((0u32..14, 0u32..14), (0u32..5, 0u32..5), 0..60), radius in 0u32..4,
    ) {
        let of: Vec<_> = of.into_iter().filter(|((a, b), _)| a < b)
            .map(|((a, b), (low, high))| (a * 3, b * 3, low, high.min(4 - low.min(4)))).collect();
        let edges = edges(&of);
        let cohesion = Cohesion { radius, ..Cohesion::default() };
        let found = grouped(&edges, &cohesion);
        // Who follows: second in a fifth of the decided matches with some partner; a tie-ridden edge is no proof of priority.
        let is_member = |account: u32| of.iter().any(|(a, b, low, high)| {
            let followed = if *a == account { *high } else if *b == account { *low } else { return false };
            let decided = low + high;
            decided < 4 - decided || (0 < followed && decided <= 5 * followed)
        });
        let inside: BTreeSet<(u32, u32)> =
            of.iter().map(|e| (e.0, e.1)).filter(|(a, b)| is_member(*a) && is_member(*b)).collect();
        let has = |a: u32, b: u32| inside.contains(&(a.min(b), a.max(b)));
        let supported: Vec<(u32, u32)> =
            inside.iter().copied().filter(|(a, b)| (0..42).any(|c| has(*a, c) && has(*b, c))).collect();
        prop_assert_eq!(found.unsupported_edges as usize, inside.len() - supported.len());
        let mut seen = BTreeSet::new();
        for group in &found.groups {
            prop_assert!(3 <= group.members.len());
            prop_assert_eq!(group.label, group.members[0].account);
            let ball: Vec<u32> = group.members.iter().map(|m| m.account).collect();
            for member in &ball {
                prop_assert!(seen.insert(*member) && is_member(*member));
            }
            // Some member reaches all others over supported edges within the group.
            let reaches = |from: u32| {
                let mut reached = BTreeSet::from([from]);
                for _ in 0..radius {
                    for (a, b) in &supported {
                        if ball.contains(a) && ball.contains(b) && (reached.contains(a) != reached.contains(b)) {
                            // One step a round: collect apart.
                        }
                    }
                    let next: Vec<u32> = supported.iter().flat_map(|(a, b)| [(*a, *b), (*b, *a)])
                        .filter(|(a, b)| reached.contains(a) && ball.contains(b)).map(|(_, b)| b).collect();
                    reached.extend(next);
                }
                reached.len() == ball.len()
            };
            prop_assert!(ball.iter().any(|from| reaches(*from)));
        }
        // With a wide radius nothing of a supported component is left over.
        let wide = grouped(&edges, &Cohesion { radius: 42, ..cohesion });
        let in_groups: BTreeSet<u32> = members(&wide).into_iter().flatten().collect();
        prop_assert!(supported.iter().all(|(a, b)| in_groups.contains(a) && in_groups.contains(b)));
    }
}

#[test]
fn chains_join_nobody_and_strips_are_cut() {
    let chain = mutual((0..50).map(|i| (i, i + 1)));
    let found = grouped(&chain, &Cohesion::default());
    assert!(found.groups.is_empty());
    assert_eq!(found.unsupported_edges, 50);
    // A strip of triangles stretches without end; balls of radius 2 hold at most 9 of its nodes.
    let strip = mutual((0..60).flat_map(|i| [(i, i + 1), (i, i + 2)]));
    let found = grouped(&strip, &Cohesion::default());
    assert!(members(&found).iter().all(|m| m.len() <= 9) && 6 < found.groups.len());
    assert_eq!(grouped(&[], &Cohesion::default()), Grouped::default());
}

#[test]
fn who_always_leads_is_no_member_and_a_second_in_line_is() {
    // A fixed order 0, 1, 2, 3: only the head never follows.
    let ordered: Vec<_> = (0..4).flat_map(|a| (a + 1..4).map(move |b| (a, b, 4, 0))).collect();
    let found = grouped(&edges(&ordered), &Cohesion::default());
    assert_eq!(members(&found), [vec![1, 2, 3]]);
    assert_eq!(found.groups[0].originals, [0]);
    assert_eq!(found.groups[0].edges, 3);
    assert_eq!((found.originals[0].led, found.originals[0].partners), (12, 3));
    // Two originals copied by the same puppets are not joined through them.
    let copied: Vec<_> = [0, 1].into_iter().flat_map(|v| (5..9).map(move |p| (v, p, 4, 0))).collect();
    let puppets = (5..9).flat_map(|a| (a + 1..9).map(move |b| (a, b, 2, 2)));
    let found = grouped(&edges(&copied.into_iter().chain(puppets).collect::<Vec<_>>()), &Cohesion::default());
    assert_eq!(members(&found), [vec![5, 6, 7, 8]]);
    assert_eq!(found.groups[0].originals, [0, 1]);
}
