//! Whom new numbers write to, as far as the search for closed circles needs it.
//! In: one young account's facts; out: its totals and its counted edges, by token; resolved to places afterwards.
//! Looks at young accounts only: a circle of old ones is a family, and warming is what new numbers need.

use super::{DirectEdge, Totals};
use crate::domain::{DAY_US, Token};
use crate::features::Facts;
use foldhash::fast::FixedState;
use hashbrown::HashMap;

/// Age at as_of up to which a number counts as new.
const YOUNG_US: i64 = 90 * DAY_US;
/// People, counted once for each direction, beyond which nobody is in a closed circle of 50.
pub(super) const MOST_PARTNERS: u32 = 120;
/// People it must write to for a circle of four.
const LEAST_PARTNERS: usize = 3;

/// Young accounts with few partners, and whom they wrote to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Newcomers {
    /// Token, place in account order, totals; in account order.
    accounts: Vec<(Token, u32, Totals)>,
    /// From which place, to whom, how many messages.
    edges: Vec<(u32, Token, u32)>,
}

/// Adds the account if it is young and has few partners.
pub fn newcomers(facts: &Facts, account: u32, all: &mut Newcomers) {
    let young = facts.context.registered.last().is_some_and(|t| facts.as_of() - YOUNG_US <= *t);
    let partners = facts.pairs.len() + facts.received_senders_n;
    if !young || facts.pairs.len() < LEAST_PARTNERS || MOST_PARTNERS < partners as u32 {
        return;
    }
    let totals =
        Totals { partners: partners as u32, messages: (facts.contacts.ts.len() + facts.received_n) as u64 };
    all.accounts.push((facts.timeline.account, account, totals));
    let mut sent = vec![0u32; facts.pairs.len()];
    facts.contacts.pair.iter().for_each(|pair| sent[*pair as usize] += 1);
    let edge = |(pair, n): (_, u32)| (account, facts.peer(pair), n);
    all.edges.extend(facts.pairs.iter().zip(sent).map(edge));
}

impl Newcomers {
    /// Takes over what others yielded, whose places count from `offset`.
    pub fn absorb(&mut self, offset: u32, other: Self) {
        self.accounts.extend(other.accounts.into_iter().map(|(token, place, t)| (token, place + offset, t)));
        self.edges.extend(other.edges.into_iter().map(|(from, to, n)| (from + offset, to, n)));
    }

    /// Edges between newcomers and their totals, with dense indexes, and the place behind each index.
    pub(super) fn resolved(self) -> (Vec<DirectEdge>, Vec<Totals>, Vec<u32>) {
        let index = |i: usize| u32::try_from(i).unwrap_or(u32::MAX);
        let places: Vec<u32> = self.accounts.iter().map(|(_, place, _)| *place).collect();
        let of_place: HashMap<u32, u32, FixedState> =
            places.iter().enumerate().map(|(i, place)| (*place, index(i))).collect();
        let of_token: HashMap<Token, u32, FixedState> =
            self.accounts.iter().enumerate().map(|(i, (token, _, _))| (*token, index(i))).collect();
        let edges: Vec<DirectEdge> = self
            .edges
            .iter()
            .filter_map(|(from, to, n)| {
                Some(DirectEdge { from: *of_place.get(from)?, to: *of_token.get(to)?, n: *n })
            })
            .collect();
        let mut totals: Vec<Totals> = self.accounts.into_iter().map(|(_, _, totals)| totals).collect();
        // Both sides of an exchange come from logs that may be cut differently; totals hold what edges say at least.
        let mut seen = vec![Totals::default(); totals.len()];
        for edge in &edges {
            for end in [edge.from, edge.to] {
                seen[end as usize].partners += 1;
                seen[end as usize].messages += u64::from(edge.n);
            }
        }
        for (totals, seen) in totals.iter_mut().zip(seen) {
            totals.partners = totals.partners.max(seen.partners);
            totals.messages = totals.messages.max(seen.messages);
        }
        (edges, totals, places)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_outside_are_no_edges_and_places_come_back() {
        let totals = Totals { partners: 3, messages: 9 };
        let mut all = Newcomers::default();
        let one = Newcomers {
            accounts: vec![(Token(5), 0, totals)],
            edges: vec![(0, Token(9), 4), (0, Token(77), 1)],
        };
        let other = Newcomers { accounts: vec![(Token(9), 2, totals)], edges: vec![(2, Token(5), 20)] };
        all.absorb(0, one);
        all.absorb(10, other);
        let (edges, totals, places) = all.resolved();
        assert_eq!(places, [0, 12]);
        assert_eq!(edges, [DirectEdge { from: 0, to: 1, n: 4 }, DirectEdge { from: 1, to: 0, n: 20 }]);
        assert_eq!(totals.iter().map(|t| t.messages).collect::<Vec<_>>(), [24, 24]);
    }
}
