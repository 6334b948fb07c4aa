//! Folds for cross-validation: as many positives and others in each as can be, groups never torn apart.
//! In: names, labels, groups, a seed; out: a fold for each account.
//! Depends on the set of accounts only, not on their order.

use super::sample::draw;
use std::collections::BTreeMap;

/// What folds need to know of an account.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Member<'a> {
    /// Its name.
    pub name: &'a str,
    /// Whether its label is positive.
    pub positive: bool,
    /// Accounts with the same number stay together.
    pub group: Option<u32>,
}

/// A fold of `0..k` for each account: larger groups first, then by chance, each to the fold that has least of its kind.
pub fn folds(members: &[Member], k: usize, seed: u64, repeat: usize) -> Vec<usize> {
    let purpose = format!("fold {repeat}");
    let mut together: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    let mut units: Vec<Vec<usize>> = Vec::new();
    for (i, member) in members.iter().enumerate() {
        match member.group {
            Some(group) => together.entry(group).or_default().push(i),
            None => units.push(vec![i]),
        }
    }
    units.extend(together.into_values());
    let first = |unit: &[usize]| unit.iter().map(|i| members[*i].name).min().unwrap_or_default();
    let mut order: Vec<(usize, f64, &str, Vec<usize>)> = units
        .into_iter()
        .map(|unit| (unit.len(), draw(seed, &purpose, first(&unit)), first(&unit), unit))
        .collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.total_cmp(&b.1)).then(a.2.cmp(b.2)));
    let mut held = vec![[0usize; 2]; k];
    let mut out = vec![0; members.len()];
    for (_, _, _, unit) in order {
        let positives = unit.iter().filter(|i| members[**i].positive).count();
        let counts = [unit.len() - positives, positives];
        let kind = usize::from(counts[0] < counts[1]);
        // Ties go round: of folds with as many of the kind, the one with fewest accounts, then the first.
        let to = (0..k).min_by_key(|f| (held[*f][kind], held[*f][0] + held[*f][1], *f)).unwrap_or(0);
        (0..2).for_each(|kind| held[to][kind] += counts[kind]);
        unit.into_iter().for_each(|i| out[i] = to);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_are_even_whole_and_free_of_order() {
        let names: Vec<String> = (0..200).map(|i| format!("a{i}")).collect();
        let members: Vec<Member> = (0..200)
            .map(|i| Member {
                name: &names[i],
                positive: i % 4 == 0,
                group: (i < 24).then_some(i as u32 / 6),
            })
            .collect();
        let of = folds(&members, 5, 1, 0);
        for fold in 0..5 {
            let there: Vec<&Member> =
                members.iter().zip(&of).filter(|(_, f)| **f == fold).map(|(m, _)| m).collect();
            let positives = there.iter().filter(|m| m.positive).count();
            assert!(
                (9..=11).contains(&positives) && (37..=43).contains(&there.len()),
                "{positives} {}",
                there.len()
            );
        }
        assert!((0..24).all(|i| of[i] == of[i / 6 * 6]), "a group stays together");
        let backward: Vec<Member> = members.iter().rev().copied().collect();
        let mut again = folds(&backward, 5, 1, 0);
        again.reverse();
        assert_eq!(of, again);
        assert_ne!(of, folds(&members, 5, 1, 1), "another repeat, other folds");
    }
}
