//! Who may be drawn for the audit slice, told while the messages of an account are still at hand.
//! In: accounts as they come, the team's capacity, the seed of the run; out: whom to keep more of, whom to let go again.
//! Draws nobody: whoever is drawn is among them, unless company that is found later moved somebody to another stratum.

use super::cases::{AUDIT, STRATA, audited, stratum};
use super::draw::lot;
use crate::report::record_v1::Judged;
use std::collections::BTreeMap;

/// Of each stratum the accounts with the smallest lots, as many as may be drawn.
#[derive(Debug, Clone, Default)]
pub struct Draft {
    most: usize,
    seed: u128,
    kept: [BTreeMap<[u8; 32], usize>; STRATA.len()],
}

impl Draft {
    /// Nobody yet; nobody ever without a capacity, as nothing is audited then.
    pub fn new(capacity: Option<usize>, seed: u128) -> Self {
        Self { most: audited(capacity), seed, ..Self::default() }
    }

    /// Takes an account under a place; returns the place of whoever is out, which may be the same.
    pub fn take(&mut self, judged: &Judged, place: usize) -> Option<usize> {
        if self.most == 0 {
            return Some(place);
        }
        let kept = &mut self.kept[stratum(judged.card.sub_scores().map(|s| s.get()))];
        kept.insert(lot(self.seed, AUDIT, &judged.name), place);
        if self.most < kept.len() { kept.pop_last().map(|(_, out)| out) } else { None }
    }
}
