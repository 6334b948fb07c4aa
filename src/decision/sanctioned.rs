//! Automation that is allowed, for a stated reason, by somebody, within an envelope, until a day.
//! In: a row of the `sanctioned` table, the observed peak, as_of; out: whether it holds, or why it does not.
//! Not an allowlist: outside its envelope or after its expiry it protects from nothing, and says so.

use super::rulings::NEAR_EXPIRY_DAYS;
use crate::domain::{DAY_US, Timestamp};
use serde::{Deserialize, Serialize};

/// A row of the `sanctioned` table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sanctioned {
    /// What kind of automation.
    pub class: String,
    /// Why it is allowed.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// From when, microseconds UTC; none is always.
    pub starts_at: Option<i64>,
    /// Until when, microseconds UTC, exclusive; a sanction without expiry never holds.
    pub expires_at: Option<i64>,
    /// The most actions, people written to or group acts a day that were declared; a sanction without an envelope never
    /// holds.
    pub declared_per_day: Option<f64>,
}

/// Whether a sanction holds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SanctionState {
    /// Inside its time and envelope.
    Holds,
    /// Inside both, and near the end of its time.
    NearExpiry,
    /// Reason or owner is not stated.
    Unfounded,
    /// No expiry or no envelope is stated.
    Unbounded,
    /// Not begun.
    NotYet,
    /// Over.
    Expired,
    /// More was sent than declared.
    OutsideEnvelope {
        /// Most actions, people written to or group acts in any 24 h.
        observed: f64,
        /// As declared.
        declared: f64,
    },
    /// How much was sent is not known.
    Unknown,
}

/// A word in metrics, and the states that it means.
pub type SanctionAlert = (&'static str, fn(SanctionState) -> bool);

impl SanctionState {
    /// All states that somebody must be told of, with their words in metrics.
    pub const ALERTS: [SanctionAlert; 4] = [
        ("near_expiry", |s| s == SanctionState::NearExpiry),
        ("expired", |s| s == SanctionState::Expired),
        ("outside_envelope", |s| matches!(s, SanctionState::OutsideEnvelope { .. })),
        ("unfounded_or_unbounded", |s| matches!(s, SanctionState::Unfounded | SanctionState::Unbounded)),
    ];

    /// Whether it covers what the account does.
    pub fn holds(self) -> bool {
        matches!(self, SanctionState::Holds | SanctionState::NearExpiry)
    }
}

impl Sanctioned {
    /// Whether it holds at `as_of` for an account whose busiest 24 h had `peak_24h` actions, people or group acts.
    pub fn state(&self, as_of_us: i64, peak_24h: Option<f64>) -> SanctionState {
        if self.reason.trim().is_empty() || self.owner.trim().is_empty() {
            return SanctionState::Unfounded;
        }
        let (Some(expires), Some(declared)) = (self.expires_at, self.declared_per_day) else {
            return SanctionState::Unbounded;
        };
        if self.starts_at.is_some_and(|t| as_of_us < t) {
            return SanctionState::NotYet;
        }
        if expires <= as_of_us {
            return SanctionState::Expired;
        }
        match peak_24h {
            None => SanctionState::Unknown,
            Some(observed) if declared < observed => SanctionState::OutsideEnvelope { observed, declared },
            Some(_) if expires <= as_of_us + NEAR_EXPIRY_DAYS * DAY_US => SanctionState::NearExpiry,
            Some(_) => SanctionState::Holds,
        }
    }

    /// What to tell beside the decision.
    pub fn note(&self, state: SanctionState) -> String {
        let Self { class, owner, reason, .. } = self;
        match state {
            SanctionState::Holds => format!("sanctioned as {class} by {owner}: {reason}"),
            SanctionState::NearExpiry => {
                let day = self.expires_at.map_or_else(String::new, |t| Timestamp(t).date());
                format!("alert: sanctioned as {class} by {owner}: {reason}; expires on {day}: renew or end")
            }
            SanctionState::Unfounded => {
                format!("alert: sanction as {class} ignored, owner or reason is missing")
            }
            SanctionState::Unbounded => {
                format!("alert: sanction as {class} by {owner} ignored, expiry or declared volume is missing")
            }
            SanctionState::NotYet => format!("sanction as {class} by {owner} has not begun"),
            SanctionState::Expired => {
                let day =
                    self.expires_at.map_or_else(String::new, |t| format!(" on {}", Timestamp(t).date()));
                format!("alert: agreed service ({class}, {owner}) expired{day}: renew or end")
            }
            SanctionState::OutsideEnvelope { observed, declared } => format!(
                "alert: sanctioned as {class} by {owner} for {declared} a day, but its messages, the people they reached or its group acts came to {observed} within 24 h"
            ),
            SanctionState::Unknown => {
                format!("sanction as {class} by {owner} ignored, the volume is not known")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Well after the days in which an end is near.
    const END: i64 = 200 * DAY_US;

    fn sanction() -> Sanctioned {
        Sanctioned {
            class: "alarm".to_owned(),
            reason: "fire alarms of the building".to_owned(),
            owner: "facility desk".to_owned(),
            starts_at: Some(100),
            expires_at: Some(END),
            declared_per_day: Some(50.0),
        }
    }

    #[test]
    fn it_holds_only_inside_time_and_envelope() {
        let s = sanction();
        assert_eq!(s.state(100, Some(50.0)), SanctionState::Holds);
        assert_eq!(s.state(99, Some(1.0)), SanctionState::NotYet);
        assert_eq!(s.state(END, Some(1.0)), SanctionState::Expired);
        let near = END - NEAR_EXPIRY_DAYS * DAY_US;
        assert_eq!(s.state(near - 1, Some(50.0)), SanctionState::Holds);
        assert_eq!(s.state(near, Some(50.0)), SanctionState::NearExpiry);
        assert!(s.note(SanctionState::NearExpiry).ends_with("expires on 1970-07-20: renew or end"));
        assert!(matches!(s.state(near, Some(51.0)), SanctionState::OutsideEnvelope { .. }));
        assert!(matches!(s.state(150, Some(51.0)), SanctionState::OutsideEnvelope { .. }));
        assert_eq!(s.state(150, None), SanctionState::Unknown);
        let unfounded = Sanctioned { owner: " ".to_owned(), ..sanction() };
        assert_eq!(unfounded.state(150, Some(1.0)), SanctionState::Unfounded);
        let unbounded = Sanctioned { expires_at: None, ..sanction() };
        assert_eq!(unbounded.state(150, Some(1.0)), SanctionState::Unbounded);
        let over = s.note(s.state(END, None));
        assert_eq!(over, "alert: agreed service (alarm, facility desk) expired on 1970-07-20: renew or end");
    }
}
