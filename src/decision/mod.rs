//! Score cards under a dated policy become recommendations.
//! In: score cards, sanctions, off-platform evidence, a policy file; out: decisions, and a stop when a night is out of proportion.
//! Recommends and never acts; no number in here reaches back into a score.

mod decide;
mod drift;
mod innocent;
mod known;
mod measure;
mod own_words;
mod phrase;
mod policy;
mod remembered;
mod rulings;
mod safety_stop;
mod sanctioned;
#[cfg(test)]
mod tests;
mod unheard;
mod verdict;

pub use decide::{
    API_UNKNOWN, Circumstances, Concern, Decision, Ground, OffPlatform, OffPlatformDecision, ScoredNumber,
    decide, off_platform_only,
};
pub use drift::Shift;
pub use innocent::{Innocent, Ruled};
pub use known::Known;
pub use measure::{Measure, OwnConduct};
pub use own_words::parts as note_parts;
pub use phrase::Phrase;
pub use policy::{
    AllThresholds, EvidenceMinimum, Grounds, HumanReview, Policy, PolicyError, Recommend, Thresholds, Version,
};
pub use rulings::{NEAR_EXPIRY_DAYS, Ruling, RulingError, Rulings, Said, USUAL_DAYS, last_words};
pub use safety_stop::{Held, Quota, VerdictCounts, check as safety_stop, check_drift};
pub use sanctioned::{SanctionAlert, SanctionState, Sanctioned};
pub use unheard::Unheard;
pub use verdict::{Band, Finding, Findings, Outcome, Permission, State, Verdict, decide as decision_table};
