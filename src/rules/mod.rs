//! Named conditions over feature values: one file per group, one card per rule.
//! In: one account's feature row, the profile of earlier nights, the limits in force; out: hits, mitigations, points.
//! Sees values and percentiles, never events; knows no verdict, no date and no policy text.

pub mod background;
pub mod benign;
pub mod certain;
#[cfg(test)]
mod chatter_tests;
pub mod client;
pub mod coordination;
pub mod feedback;
pub mod groups;
mod hit;
mod limit;
pub mod newsletter;
pub mod outreach;
pub mod pacing;
pub mod registration;
mod row;
mod rule;
mod run;
pub mod template;
#[cfg(test)]
pub(crate) mod tests;
pub mod timing;

pub use hit::{Against, Evidence, Fired, RuleHit};
pub use limit::{Limit, LimitError, Limits, RUN_WINDOW, Sense};
pub use row::{Row, on_api};
pub use rule::{AgreementFamily, Applies, Need, Role, Rule, RuleGroup, RuleStatus, Split, Stage};
pub use run::{RuleOutcome, in_force, run};

/// The most points that graded background adds to one sub-score.
pub const BACKGROUND_MOST: f64 = background::MOST;

/// All rule cards, in the order of their groups.
pub fn cards() -> Vec<&'static Rule> {
    [
        certain::CARDS,
        pacing::CARDS,
        timing::CARDS,
        client::CARDS,
        outreach::CARDS,
        template::CARDS,
        newsletter::CARDS,
        groups::CARDS,
        registration::CARDS,
        feedback::CARDS,
        coordination::CARDS,
        benign::CARDS,
    ]
    .concat()
}
