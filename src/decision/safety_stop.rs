//! Holds a night whose result is out of proportion, so that nothing leaves the house before a person has looked.
//! In: how many accounts got which verdict tonight and in an earlier run, and the policy's quota; out: passed, or held.
//! Judges no account; a held night says which bound it broke.

use super::drift::Shift;
use super::verdict::Verdict;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// How many accounts got which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VerdictCounts {
    /// Accounts with a row.
    pub accounts: u64,
    /// `review` and above.
    pub review: u64,
    /// `abuse_high` and above.
    pub abuse_high: u64,
    /// `abuse_certain`.
    pub abuse_certain: u64,
}

impl VerdictCounts {
    /// Counts one verdict.
    pub fn add(&mut self, verdict: Verdict) {
        self.accounts += 1;
        self.review += u64::from(Verdict::Review <= verdict);
        self.abuse_high += u64::from(Verdict::AbuseHigh <= verdict);
        self.abuse_certain += u64::from(Verdict::AbuseCertain <= verdict);
    }
}

/// The bounds of a night.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Quota {
    /// Largest share of accounts at `abuse_high` and above.
    pub max_abuse_share: f64,
    /// Largest number of accounts at `abuse_high` and above, whatever the share.
    pub max_abuse_n: u64,
    /// Below this number at a bound nothing is held: small nights vary.
    pub free_n: u64,
    /// How many times the earlier run's share may be at `abuse_high` and above, where there is an earlier run.
    #[serde(default)]
    pub max_jump: Option<f64>,
    /// How far the distribution of any feature that a rule reads may lie from the earlier run's for sure, 0 to 1, where
    /// there is an earlier run.
    #[serde(default)]
    pub max_drift: Option<f64>,
}

impl Quota {
    /// Whether the numbers make sense.
    pub fn is_valid(&self) -> bool {
        (0.0..=1.0).contains(&self.max_abuse_share)
            && self.max_jump.is_none_or(|jump| 1.0 <= jump)
            && self.max_drift.is_none_or(|drift| 0.0 < drift && drift <= 1.0)
    }
}

/// Why a night is held.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum Held {
    /// Too many at `abuse_high` and above.
    #[error("held: {n} of {accounts} accounts are at abuse_high or above, the quota is {share} of accounts")]
    Share {
        /// How many.
        n: u64,
        /// Of how many.
        accounts: u64,
        /// The quota.
        share: f64,
    },
    /// Too many at `abuse_high` and above in number.
    #[error("held: {n} accounts are at abuse_high or above, the quota is {quota}")]
    Number {
        /// How many.
        n: u64,
        /// The quota.
        quota: u64,
    },
    /// Too many more than in the earlier run.
    #[error(
        "held: {n} of {accounts} accounts are at abuse_high or above, in the earlier run it was {before} of \
         {before_accounts}; the quota is {max_jump} times that share"
    )]
    Jump {
        /// How many.
        n: u64,
        /// Of how many.
        accounts: u64,
        /// How many in the earlier run.
        before: u64,
        /// Of how many there.
        before_accounts: u64,
        /// The quota.
        max_jump: f64,
    },
    /// The log is not like that of the earlier run.
    #[error(
        "held: the feature {feature} lies elsewhere than in the earlier run: distance {:.3}, at least {:.3} for sure, bound \
         {max_drift} ({} accounts before, {} tonight; median {} before, {} tonight; without a value {:.1} % before, {:.1} % \
         tonight). Something that feeds the log, or what people do, changed",
        shift.distance, shift.at_least, shift.n[0], shift.n[1], told(shift.median[0]), told(shift.median[1]),
        shift.absent[0] * 100.0, shift.absent[1] * 100.0
    )]
    Drift {
        /// The feature that moved furthest.
        feature: &'static str,
        /// How far.
        shift: Shift,
        /// The bound.
        max_drift: f64,
    },
}

fn told(median: Option<f64>) -> String {
    median.map_or_else(|| "none".to_owned(), |m| format!("{}", (m * 1e4).round() / 1e4))
}

/// Holds a night whose log is not like that of the earlier run; `furthest` is the feature that moved furthest for sure.
pub fn check_drift(furthest: Option<(&'static str, Shift)>, quota: &Quota) -> Result<(), Held> {
    match furthest.zip(quota.max_drift) {
        Some(((feature, shift), max_drift)) if max_drift < shift.at_least => {
            Err(Held::Drift { feature, shift, max_drift })
        }
        _ => Ok(()),
    }
}

/// Passes a night, or holds it.
pub fn check(tonight: &VerdictCounts, earlier: Option<&VerdictCounts>, quota: &Quota) -> Result<(), Held> {
    let n = tonight.abuse_high;
    if quota.max_abuse_n < n {
        return Err(Held::Number { n, quota: quota.max_abuse_n });
    }
    let accounts = tonight.accounts;
    if quota.free_n < n && quota.max_abuse_share * (accounts as f64) < n as f64 {
        return Err(Held::Share { n, accounts, share: quota.max_abuse_share });
    }
    if let (Some(before), Some(max_jump)) = (earlier.filter(|e| 0 < e.accounts), quota.max_jump) {
        // A share of nobody allows for one, or any first account would be a jump without measure.
        let usual = before.abuse_high.max(1) as f64 / before.accounts as f64;
        if quota.free_n < n && max_jump * usual * (accounts as f64) < n as f64 {
            let (before, before_accounts) = (before.abuse_high, before.accounts);
            return Err(Held::Jump { n, accounts, before, before_accounts, max_jump });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUOTA: Quota = Quota {
        max_abuse_share: 0.01,
        max_abuse_n: 1_000,
        free_n: 20,
        max_jump: Some(5.0),
        max_drift: Some(0.3),
    };

    fn counts(accounts: u64, review: u64, abuse_high: u64) -> VerdictCounts {
        VerdictCounts { accounts, review, abuse_high, abuse_certain: 0 }
    }

    #[test]
    fn a_night_out_of_proportion_is_held() {
        assert!(check(&counts(10_000, 100, 100), None, &QUOTA).is_ok());
        assert!(matches!(check(&counts(10_000, 101, 101), None, &QUOTA), Err(Held::Share { .. })));
        assert!(matches!(check(&counts(1_000_000, 1_001, 1_001), None, &QUOTA), Err(Held::Number { .. })));
        assert!(check(&counts(50, 20, 20), None, &QUOTA).is_ok(), "small nights vary");
    }

    #[test]
    fn a_jump_over_the_earlier_run_is_held() {
        let before = counts(20_000, 20, 20);
        let after = |n| check(&counts(10_000, n, n), Some(&before), &QUOTA);
        assert!(after(50).is_ok(), "five times the share");
        assert!(matches!(after(51), Err(Held::Jump { before: 20, n: 51, .. })));
        let calm = counts(20_000, 0, 0);
        assert!(check(&counts(10_000, 20, 20), Some(&calm), &QUOTA).is_ok(), "small nights vary");
        assert!(check(&counts(10_000, 21, 21), Some(&calm), &QUOTA).is_err());
        assert!(check(&counts(10_000, 51, 51), Some(&before), &Quota { max_jump: None, ..QUOTA }).is_ok());
    }

    #[test]
    fn a_log_unlike_the_earlier_one_is_held_and_the_feature_named() {
        let values = |n: i32, from: i32| (0..n).map(|i| Some(f64::from(from + i))).collect::<Vec<_>>();
        let shift = |n, by| Some(("rate_busiest_minute_n", Shift::of(&values(n, 0), &values(n, by), 1)));
        assert!(check_drift(shift(10_000, 1_000), &QUOTA).is_ok());
        let held =
            check_drift(shift(10_000, 5_000), &QUOTA).expect_err("half of it lies elsewhere").to_string();
        assert!(held.contains("rate_busiest_minute_n") && held.contains("distance 0.500"), "{held}");
        assert!(check_drift(shift(50, 25), &QUOTA).is_ok(), "small nights vary");
        assert!(check_drift(shift(10_000, 5_000), &Quota { max_drift: None, ..QUOTA }).is_ok());
        assert!(check_drift(None, &QUOTA).is_ok());
    }

    #[test]
    fn counts_are_cumulative() {
        let mut c = VerdictCounts::default();
        Verdict::ALL.into_iter().for_each(|v| c.add(v));
        assert_eq!(c, VerdictCounts { accounts: 5, review: 3, abuse_high: 2, abuse_certain: 1 });
    }
}
