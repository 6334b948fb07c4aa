//! What is known about accounts besides their conduct: sanctions, operators, evidence from outside the platform.
//! In: the side tables; out: look-ups by the account's name, and the subjects that no score stands behind.
//! Touches no score: what is found here attaches to decisions.

use super::decide::{OffPlatform, OffPlatformDecision, ScoredNumber, off_platform_only};
use super::policy::Policy;
use super::sanctioned::{SanctionState, Sanctioned};
use super::verdict::{Finding, Verdict};
use crate::log::SideTables;
use std::collections::BTreeMap;

/// Sanctions, operators and off-platform evidence, by name.
#[derive(Debug, Default)]
pub struct Known {
    sanctions: BTreeMap<String, Vec<Sanctioned>>,
    evidence: BTreeMap<String, Vec<OffPlatform>>,
    operators_of: BTreeMap<String, Vec<String>>,
    accounts_of: BTreeMap<String, Vec<String>>,
}

impl Known {
    /// Indexes the side tables.
    pub fn of(side: &SideTables) -> Self {
        let mut known = Self::default();
        for row in side.sanctioned.iter().flatten() {
            known.sanctions.entry(row.account.clone()).or_default().push(Sanctioned {
                class: row.class.clone(),
                reason: row.reason.clone(),
                owner: row.owner.clone(),
                starts_at: Some(row.starts_at),
                expires_at: Some(row.expires_at),
                declared_per_day: row.declared_per_day,
            });
        }
        for row in side.off_platform.iter().flatten() {
            known.evidence.entry(row.subject.clone()).or_default().push(OffPlatform {
                ts: row.ts,
                kind: row.kind.clone(),
                reference: row.reference.clone(),
            });
        }
        for row in side.operators.iter().flatten() {
            let accounts = known.accounts_of.entry(row.operator.clone()).or_default();
            if !row.account.is_empty() {
                accounts.push(row.account.clone());
                known.operators_of.entry(row.account.clone()).or_default().push(row.operator.clone());
            }
        }
        known
    }

    /// The sanction that counts: one that is in time if there is one, else the one that expired last.
    pub fn sanction(&self, account: &str, as_of_us: i64) -> Option<&Sanctioned> {
        let all = self.sanctions.get(account)?;
        let in_time = |s: &&Sanctioned| {
            !matches!(s.state(as_of_us, Some(0.0)), SanctionState::NotYet | SanctionState::Expired)
        };
        all.iter().find(in_time).or_else(|| all.iter().max_by_key(|s| s.expires_at))
    }

    /// Evidence about an account itself or about whoever runs it.
    pub fn off_platform(&self, account: &str) -> Vec<OffPlatform> {
        let operators = self.operators_of.get(account).into_iter().flatten().map(String::as_str);
        std::iter::once(account)
            .chain(operators)
            .filter_map(|s| self.evidence.get(s))
            .flatten()
            .cloned()
            .collect()
    }

    /// Decisions on operators, businesses and anybody else who has no score of their own.
    pub fn off_platform_only(
        &self,
        policy: &Policy,
        judged: impl Fn(&str) -> Option<(Verdict, Finding)>,
    ) -> Vec<OffPlatformDecision> {
        let unscored = self.evidence.iter().filter(|(subject, _)| judged(subject).is_none());
        let number = |account: &String| {
            let (verdict, finding) = judged(account)?;
            Some(ScoredNumber { account: account.clone(), verdict, finding })
        };
        unscored
            .filter_map(|(subject, evidence)| {
                let accounts = self.accounts_of.get(subject).map_or(&[][..], Vec::as_slice);
                off_platform_only(
                    subject,
                    accounts,
                    evidence,
                    accounts.iter().filter_map(number).collect(),
                    policy,
                )
            })
            .collect()
    }
}
