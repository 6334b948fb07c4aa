//! Why a model cannot be trained or used.
//! In: nothing; out: one error type with its class.
//! Holds no account's name.

use crate::domain::ErrorClass;
use thiserror::Error;

/// Why a model cannot be trained or used.
#[derive(Debug, Error, PartialEq)]
pub enum ModelError {
    /// One kind of example is missing, or there are too few of it for the folds.
    #[error("{positive} positive and {negative} other accounts: {folds} folds need at least {folds} of each")]
    TooFew {
        /// Positive accounts.
        positive: usize,
        /// Other accounts.
        negative: usize,
        /// Folds asked for.
        folds: usize,
    },
    /// No feature may be used, or all are constant.
    #[error("no feature is left to learn from")]
    NoFeature,
    /// A feature that nearly equals the label: most likely it was made from it.
    #[error(
        "feature {feature} alone separates the labels (AUROC {auroc:.4} of {n} accounts): it was probably made from them; \
         leave it out with --without {feature}, or answer for it with --not-a-leak {feature}"
    )]
    GivesAwayLabel {
        /// The feature.
        feature: String,
        /// Its ranking alone, in its better direction.
        auroc: f64,
        /// Accounts that have the feature.
        n: usize,
    },
    /// A feature named that does not exist.
    #[error("{name} is no feature of this table{offer}")]
    UnknownFeature {
        /// What was named.
        name: String,
        /// The nearest valid name, as half a sentence.
        offer: String,
    },
    /// A direction that was asked for against the policy's, or both at once.
    #[error("feature {feature} has a direction already: more of it never {never} the log-odds")]
    OtherDirection {
        /// The feature.
        feature: String,
        /// What more of it never does, as a verb.
        never: &'static str,
    },
    /// The fit itself failed.
    #[error("training failed: {0}")]
    Fit(String),
    /// The artifact is damaged or of another make.
    #[error("the model cannot be read: {key}: {problem}")]
    Malformed {
        /// The key at fault.
        key: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Another layout of the artifact.
    #[error("the model has layout {found}, this program reads {expected}; train again")]
    OtherLayout {
        /// In the file.
        found: u64,
        /// Of this program.
        expected: u64,
    },
    /// Trained on rows of other feature cards.
    #[error("the model was trained with feature cards {found}, this program has {expected}; train again")]
    OtherCards {
        /// Fingerprint in the file.
        found: String,
        /// Fingerprint of this program.
        expected: String,
    },
    /// Trained on a plain table, which knows no cards.
    #[error("the model was trained on a plain table and cannot judge accounts of a log")]
    NoCards,
}

impl ModelError {
    /// The class of the failure.
    pub fn class(&self) -> ErrorClass {
        match self {
            Self::TooFew { .. } | Self::NoFeature | Self::GivesAwayLabel { .. } => ErrorClass::Input,
            Self::Fit(_) => ErrorClass::Internal,
            _ => ErrorClass::Usage,
        }
    }
}
