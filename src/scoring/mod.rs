//! Rules' findings and a model's output become a score card with ranked reasons.
//! In: a feature row, what the rules found, and optionally what a model said; out: a score card, reasons, mitigations.
//! Knows no date, no policy text and no verdict.

mod fuse;
mod reason;
mod score_card;
#[cfg(test)]
mod tests;
mod words;

pub use fuse::{MODEL_CODE, POINTS_PER_NAT, fuse};
pub use reason::{MOST_SHOWN, Reason, mitigations, reasons};
pub use score_card::{EvidenceLevel, FamilySet, MINIMUM_ACTIONS, ScoreCard, score};
