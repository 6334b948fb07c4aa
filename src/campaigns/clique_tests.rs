//! Closed circles against a reference, and what lures, families and hubs do to them.
//! In: random and built graphs; out: nothing but passed assertions.
//! Knows the measures' definitions, not how members are found.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

fn totals(edges: &[DirectEdge], accounts: u32) -> Vec<Totals> {
    let mut with: BTreeMap<u32, std::collections::BTreeSet<u32>> = BTreeMap::new();
    let mut all = vec![Totals::default(); accounts as usize];
    for e in edges.iter().filter(|e| e.from != e.to && 0 < e.n) {
        for (a, b) in [(e.from, e.to), (e.to, e.from)] {
            with.entry(a).or_default().insert(b);
            all[a as usize].messages += u64::from(e.n);
            all[a as usize].partners = with[&a].len() as u32;
        }
    }
    all
}

fn run(edges: &[DirectEdge], accounts: u32) -> Vec<Clique> {
    cliques(edges, &totals(edges, accounts), &CliqueSettings::default()).expect("valid")
}

/// Everybody of a range writes `n` to everybody else of it.
fn circle(of: std::ops::Range<u32>, n: u32) -> Vec<DirectEdge> {
    let pairs = of.clone().flat_map(|a| of.clone().map(move |b| (a, b))).filter(|(a, b)| a != b);
    pairs.map(|(from, to)| DirectEdge { from, to, n }).collect()
}

proptest! {
    #[test]
    fn measures_are_their_definitions(
        rows in prop::collection::vec((0u32..14, 0u32..14, 0u32..5), 0..90), extra in prop::collection::vec(0u64..40, 14),
    ) {
        let edges: Vec<DirectEdge> = rows.iter().map(|(from, to, n)| DirectEdge { from: *from, to: *to, n: *n }).collect();
        let mut totals = totals(&edges, 14);
        totals.iter_mut().zip(&extra).for_each(|(t, more)| t.messages += more);
        let lax = CliqueSettings {
            least_members: 2, least_density: 0.0, least_reciprocity: 0.0, most_conductance: 1.0, core_share: 1.0,
            ..CliqueSettings::default()
        };
        let found = cliques(&edges, &totals, &lax).expect("valid");
        let n = |a: u32, b: u32| -> u64 {
            edges.iter().filter(|e| (e.from, e.to) == (a, b)).map(|e| u64::from(e.n)).sum()
        };
        // With the whole core, circles are the components of accounts that answer one another.
        let mut label: Vec<u32> = (0..14).collect();
        for _ in 0..14 {
            for a in 0..14u32 {
                for b in 0..14u32 {
                    if a != b && 0 < n(a, b) && 0 < n(b, a) {
                        let least = label[a as usize].min(label[b as usize]);
                        (label[a as usize], label[b as usize]) = (least, least);
                    }
                }
            }
        }
        let members = |l: u32| (0..14u32).filter(|a| label[*a as usize] == l).collect::<Vec<_>>();
        let wanted: Vec<Vec<u32>> = (0..14).map(members).filter(|m| 2 <= m.len()).collect();
        prop_assert_eq!(found.iter().map(|c| c.members.clone()).collect::<Vec<_>>(), wanted);
        for c in &found {
            let pairs: Vec<(u32, u32)> =
                c.members.iter().flat_map(|a| c.members.iter().map(|b| (*a, *b))).filter(|(a, b)| a < b).collect();
            let inside: u64 = pairs.iter().map(|(a, b)| n(*a, *b) + n(*b, *a)).sum();
            let ends: u64 = c.members.iter().map(|a| totals[*a as usize].messages).sum();
            let connected = pairs.iter().filter(|(a, b)| 0 < n(*a, *b) + n(*b, *a)).count();
            let mutual = pairs.iter().filter(|(a, b)| 0 < n(*a, *b) && 0 < n(*b, *a)).count();
            prop_assert_eq!((c.inside, c.outside), (inside, ends - 2 * inside));
            prop_assert_eq!(c.density, 2.0 * connected as f64 / (c.members.len() * (c.members.len() - 1)) as f64);
            prop_assert_eq!(c.reciprocity, mutual as f64 / connected as f64);
            prop_assert_eq!(c.conductance, (ends - 2 * inside) as f64 / ends as f64);
        }
        let mut mixed = edges.clone();
        mixed.reverse();
        prop_assert_eq!(cliques(&mixed, &totals, &lax).expect("valid"), found);
    }
}

#[test]
fn a_circle_that_lures_stays_until_it_works_in_earnest() {
    // Twelve numbers warm up with ten messages a pair; each lures victims who have twenty friends of their own.
    let lured = |lures: u32, answered: bool| {
        let mut edges = circle(0..12, 5);
        for member in 0..12 {
            for i in 0..lures {
                let victim = 100 + member * 30 + i;
                edges.push(DirectEdge { from: member, to: victim, n: 1 });
                if answered {
                    edges.push(DirectEdge { from: victim, to: member, n: 1 });
                }
                let friends = 1_000 + victim * 20..1_000 + victim * 20 + 20;
                edges.extend(friends.clone().map(|to| DirectEdge { from: victim, to, n: 3 }));
                edges.extend(friends.map(|from| DirectEdge { from, to: victim, n: 3 }));
            }
        }
        run(&edges, 20_000)
    };
    for (lures, answered) in [(0, false), (5, false), (2, true)] {
        let found = lured(lures, answered);
        assert_eq!(found.len(), 1, "{lures} {answered}");
        assert_eq!(found[0].members, (0..12).collect::<Vec<_>>());
        assert_eq!((found[0].density, found[0].reciprocity), (1.0, 1.0));
    }
    // 110 messages inside and six outside an account are 5.2 %.
    assert!(lured(7, false).is_empty());
}

#[test]
fn a_family_measures_the_same() {
    let mut edges = circle(0..5, 40);
    edges.extend((0..5).map(|a| DirectEdge { from: a, to: 50 + a, n: 4 }));
    assert_eq!(run(&edges, 60).len(), 1);
}

#[test]
fn a_hub_is_cut_before_it_costs_anything() {
    // One account writes with 100,000 others, who also form a circle of ten.
    let mut edges: Vec<DirectEdge> = (1..100_000).map(|to| DirectEdge { from: 0, to, n: 1 }).collect();
    edges.extend((1..100_000).map(|from| DirectEdge { from, to: 0, n: 1 }));
    edges.extend(circle(1..11, 30));
    let found = run(&edges, 100_000);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].label, found[0].members.len(), found[0].outside), (1, 10, 20));
}

#[test]
fn sizes_are_closed_and_bad_totals_refused() {
    assert!(run(&circle(0..3, 9), 3).is_empty());
    assert_eq!(run(&circle(0..4, 9), 4).len(), 1);
    assert_eq!(run(&circle(0..50, 1), 50).len(), 1);
    assert!(run(&circle(0..51, 1), 51).is_empty());
    assert!(run(&[], 0).is_empty());
    let settings = CliqueSettings::default();
    let edges = circle(0..4, 9);
    assert_eq!(
        cliques(&edges, &[Totals::default(); 4], &settings),
        Err(CampaignError::Totals { account: 0 })
    );
    assert!(cliques(&edges, &[], &settings).is_err());
}

#[test]
fn messages_to_oneself_and_nothing_are_no_ties() {
    let mut edges = circle(0..4, 9);
    edges.push(DirectEdge { from: 0, to: 0, n: 1_000 });
    edges.push(DirectEdge { from: 0, to: 5, n: 0 });
    let found = run(&edges, 6);
    assert_eq!((found.len(), found[0].outside), (1, 0));
}
