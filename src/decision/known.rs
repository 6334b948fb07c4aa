//! What is known about accounts besides their conduct: sanctions, operators, evidence from outside the platform.
//! In: the side tables; out: look-ups by the account's name, and the subjects that no score stands behind.
//! Touches no score: what is found here attaches to decisions.

use super::decide::{Concern, OffPlatform, OffPlatformDecision, ScoredNumber, off_platform_only};
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
    operators_of: BTreeMap<String, Vec<Runs>>,
    accounts_of: BTreeMap<String, Vec<Runs>>,
}

/// The other side of "this operator runs this account".
#[derive(Debug)]
struct Runs {
    name: String,
    /// Since when; always, where the table does not say.
    since: i64,
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
                let runs = |name: &String| Runs { name: name.clone(), since: row.since.unwrap_or(i64::MIN) };
                accounts.push(runs(&row.account));
                known.operators_of.entry(row.account.clone()).or_default().push(runs(&row.operator));
            }
        }
        known
    }

    /// The sanction that counts: the widest of those that are founded, bounded and in time, so that one holds whatever
    /// the account's peak is if any does; else one that is in time, else the one that expired last.
    pub fn sanction(&self, account: &str, as_of_us: i64) -> Option<&Sanctioned> {
        let all = self.sanctions.get(account)?;
        // With nothing sent, only time and missing statements can keep a sanction from holding.
        let state = |s: &&Sanctioned| s.state(as_of_us, Some(0.0));
        let envelope = |s: &&Sanctioned| s.declared_per_day.unwrap_or(0.0);
        let holding = all.iter().filter(|s| state(s).holds());
        let widest = holding.max_by(|a, b| envelope(a).total_cmp(&envelope(b)));
        let in_time = |s: &&Sanctioned| !matches!(state(s), SanctionState::NotYet | SanctionState::Expired);
        widest.or_else(|| all.iter().find(in_time)).or_else(|| all.iter().max_by_key(|s| s.expires_at))
    }

    /// Evidence about an account itself or about whoever runs it, each from when it concerns the account.
    pub fn off_platform(&self, account: &str) -> Vec<Concern> {
        let operators = self.operators_of.get(account).into_iter().flatten();
        std::iter::once((account, i64::MIN))
            .chain(operators.map(|runs| (runs.name.as_str(), runs.since)))
            .filter_map(|(subject, since)| Some((self.evidence.get(subject)?, since)))
            .flat_map(|(all, since)| all.iter().map(move |e| (e, e.ts.max(since))))
            .map(|(evidence, since)| Concern { evidence: evidence.clone(), since })
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
                let runs = self.accounts_of.get(subject).into_iter().flatten();
                let runs = runs.filter(|runs| runs.since < policy.as_of.0);
                let accounts: Vec<String> = runs.map(|runs| runs.name.clone()).collect();
                let scored = accounts.iter().filter_map(number).collect();
                off_platform_only(subject, &accounts, evidence, scored, policy)
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::log::{OffPlatformRow, OperatorRow, SanctionedRow};

    fn policy(as_of: i64) -> Policy {
        Policy::parse(include_str!("../../data/policy/whatsapp.toml"), Timestamp(as_of)).expect("shipped")
    }

    fn evidence(subject: &str, ts: i64) -> OffPlatformRow {
        OffPlatformRow { subject: subject.into(), ts, kind: "claim".into(), reference: "file".into() }
    }

    fn runs(operator: &str, account: &str, since: Option<i64>) -> OperatorRow {
        OperatorRow { operator: operator.into(), account: account.into(), since, source: None }
    }

    #[test]
    fn evidence_concerns_an_account_from_when_its_operator_runs_it() {
        let side = SideTables {
            off_platform: Some(vec![evidence("a", 5), evidence("acme", 10), evidence("acme", 20)]),
            operators: Some(vec![runs("acme", "a", Some(15)), runs("acme", "b", None)]),
            ..SideTables::default()
        };
        let known = Known::of(&side);
        let since = |account| known.off_platform(account).iter().map(|c| c.since).collect::<Vec<_>>();
        assert_eq!(since("a"), [5, 15, 20]);
        assert_eq!(since("b"), [10, 20]);
    }

    #[test]
    fn what_lies_at_or_after_as_of_does_not_exist() {
        let side = SideTables {
            off_platform: Some(vec![evidence("acme", 10), evidence("acme", 20), evidence("other", 20)]),
            operators: Some(vec![runs("acme", "a", Some(5)), runs("acme", "b", Some(20))]),
            ..SideTables::default()
        };
        let alone = Known::of(&side).off_platform_only(&policy(20), |_| None);
        assert_eq!(alone.len(), 1, "all there is about the other comes later");
        assert_eq!((alone[0].evidence.len(), alone[0].accounts.as_slice()), (1, &["a".to_owned()][..]));
        assert_eq!(Known::of(&side).off_platform_only(&policy(21), |_| None).len(), 2);
    }

    #[test]
    fn of_overlapping_sanctions_the_one_that_can_hold_counts() {
        let row = |owner: &str, starts_at, expires_at, declared_per_day| SanctionedRow {
            account: "a".into(),
            class: "alerts".into(),
            reason: "fire".into(),
            owner: owner.into(),
            starts_at,
            expires_at,
            declared_per_day,
        };
        let sanctioned = Some(vec![
            row("open", 0, 100, None),
            row("narrow", 0, 100, Some(10.0)),
            row("wide", 1, 100, Some(500.0)),
            row("late", 60, 100, Some(9000.0)),
            row(" ", 0, 100, Some(9000.0)),
        ]);
        let known = Known::of(&SideTables { sanctioned, ..SideTables::default() });
        let owner = |as_of| known.sanction("a", as_of).map(|s| s.owner.as_str());
        assert_eq!([owner(0), owner(50), owner(60)], [Some("narrow"), Some("wide"), Some("late")]);
        assert_eq!(known.sanction("b", 50), None);
    }
}
