//! The flat numbers of a night, `metrics.json`.
//! In: a finished night; out: numbers by name, which any diff of metrics can read.
//! What is not known has no number.

use super::delta::Delta;
use super::drift::Drift;
use super::run::{Heard, Run};
use crate::campaigns::CampaignKind;
use crate::decision::{Ruled, SanctionState};
use crate::model::Lift;
use crate::rules;
use std::collections::BTreeMap;

impl Run<'_> {
    /// Flat numbers, so that any metrics diff can read them.
    pub fn metrics(&self) -> BTreeMap<String, f64> {
        let mut flat = BTreeMap::new();
        if !self.features_only {
            for (name, n) in self.tally() {
                flat.insert(format!("accounts.{name}"), n as f64);
            }
            for rule in rules::cards() {
                let n = self.count(|j| j.card.outcome.found(rule).is_some());
                flat.insert(format!("rules.{}.hits", rule.code), n as f64);
            }
        }
        flat.insert("accounts.all".to_owned(), self.accounts as f64);
        let messages = &self.reports[0];
        flat.insert("rows.read".to_owned(), messages.rows_read as f64);
        flat.insert("rows.in_repeated_files".to_owned(), messages.rows_repeated as f64);
        flat.insert("rows.rejected".to_owned(), messages.rejects.total() as f64);
        let strays = messages.strays.map_or(0, |s| s.rows);
        flat.insert("rows.long_before_all_others".to_owned(), strays as f64);
        let late = messages.late.map_or(0, |s| s.rows);
        flat.insert("rows.long_after_all_others".to_owned(), late as f64);
        for (name, n) in &self.counts {
            flat.insert(format!("rows.{name}"), *n as f64);
        }
        flat.extend(self.contents.map(|(name, n)| (name.to_owned(), n as f64)));
        flat.extend(self.campaign_metrics());
        if self.model.is_some() && !self.features_only {
            let says = |is: &dyn Fn(Lift) -> bool| {
                self.count(|j| j.card.model.as_ref().is_some_and(|s| is(s.lift))) as f64
            };
            flat.insert("model.accounts".to_owned(), says(&|_| true));
            flat.insert("model.abstains".to_owned(), self.count(|j| j.card.model.is_none()) as f64);
            flat.insert("model.speaks_against".to_owned(), says(&|lift| lift != Lift::None));
        }
        if !self.features_only {
            flat.extend(self.alert_metrics());
        }
        flat.extend(self.delta.iter().flat_map(Delta::metrics));
        flat.extend(self.drift.iter().flat_map(Drift::metrics));
        flat
    }

    /// Sanctions and decisions that somebody must be told of.
    fn alert_metrics(&self) -> BTreeMap<String, f64> {
        let mut flat = BTreeMap::new();
        for (word, is) in SanctionState::ALERTS {
            let n = self.count(|j| j.decision.sanction.is_some_and(is));
            flat.insert(format!("sanctioned.{word}"), n as f64);
        }
        if let Some(Heard { unheard, .. }) = &self.decisions {
            flat.insert("decisions.read".to_owned(), unheard.decisions as f64);
            flat.insert("decisions.after_this_night".to_owned(), unheard.later as f64);
            flat.insert("decisions.accounts_without_a_row".to_owned(), unheard.unknown as f64);
        }
        for ruled in Ruled::ALL {
            let n = self.count(|j| j.decision.ruling == Some(ruled));
            flat.insert(format!("decided_innocent.{}", ruled.word()), n as f64);
        }
        flat
    }

    fn campaign_metrics(&self) -> BTreeMap<String, f64> {
        let mut flat = BTreeMap::new();
        for kind in CampaignKind::ALL {
            let n = self.campaigns.iter().filter(|c| c.campaign.kind == kind).count();
            flat.insert(format!("campaigns.{}", kind.word()), n as f64);
        }
        flat.insert("campaigns.accounts".to_owned(), self.search.members.len() as f64);
        flat.insert("campaigns.shared_things".to_owned(), self.search.things as f64);
        flat.insert("campaigns.things_over_cap".to_owned(), self.search.left_out.objects as f64);
        flat
    }
}
