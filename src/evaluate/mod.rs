//! How well scores agree with known outcomes: ranking metrics and shares, each with sample size and interval.
//! In: scores beside labels; out: numbers that carry how many accounts stand behind them.
//! Trains nothing, and draws no verdict about what is good enough.

mod intervals;
mod metrics;
mod panel;

pub use intervals::{Interval, bootstrap, wilson};
pub use metrics::{auroc, average_precision, recall_at_fpr, score_at_fpr};
pub use panel::{Estimate, Label, Measured, Panel, PanelSet, Part, Several, SubScore, measure, settle};

/// One account with its score and whether its label is positive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Any ordering score; larger is more suspicious.
    pub score: f64,
    /// Whether the label is positive.
    pub positive: bool,
}
