//! How well scores agree with known outcomes: ranking metrics and shares, each with sample size and interval.
//! In: scores beside labels; out: numbers that carry how many accounts stand behind them.
//! Trains nothing, and draws no verdict about what is good enough.

mod backtest;
#[cfg(test)]
mod backtest_tests;
mod calibration;
mod cases;
mod compare;
mod curve;
mod evaluation;
pub mod exact;
mod gate;
mod intervals;
mod labels;
#[cfg(test)]
mod labels_tests;
mod measure;
mod metrics;
mod panel;
mod ranking;
mod resample;
mod slices;
mod threshold;

pub use backtest::{Backtest, Found, Night, Replay, Sent, backtest};
pub use calibration::{Bent, Told, bend, measures as calibration_measures};
pub use cases::{Case, Cases, EvaluationError, RunTables, Score, Truth, verdict_of};
pub use compare::{Comparison, Flip, FlipKind, RuleValue, compare};
pub use curve::{Curve, Cut, Weighed, precision_at};
pub use evaluation::{Evaluation, Question, evaluate};
pub use gate::{
    Failing, Gate, GateError, Outcome, Requirement, Result as GateResult, hold, key as confidence_key,
};
pub use intervals::{Interval, bootstrap, wilson};
pub use labels::{
    Known, LabelCounts, LabelError, LabelWords, Labeled, Labels, read_known_labels, read_labels,
};
pub use measure::{Measure, Measures, Rate};
pub use metrics::{auroc, average_precision, recall_at_fpr, score_at_fpr};
pub use panel::{Estimate, Label, Measured, Panel, PanelSet, Part, Several, SubScore, measure, settle};
pub use slices::{Dimension, feature_columns};
pub use threshold::{Threshold, Wish};

/// One account with its score and whether its label is positive.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// Any ordering score; larger is more suspicious.
    pub score: f64,
    /// Whether the label is positive.
    pub positive: bool,
}
