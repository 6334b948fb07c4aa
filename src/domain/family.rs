//! The families of agreement: kinds of evidence that count as one witness each.
//! In: nothing; out: nine names, used by the schema, by feature cards and by rule cards alike.
//! Knows no feature, no rule and no weight.

use crate::domain::Word;
use serde::{Deserialize, Serialize};

/// A kind of evidence; "two families agree" counts these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AgreementFamily {
    /// How and where from the account was registered.
    Registration,
    /// How much it sends in how short a time.
    Rate,
    /// How many people or groups it reaches.
    Reach,
    /// When and how regularly it sends.
    Timing,
    /// What it sends, as fingerprints and sizes.
    Content,
    /// Whether its recipients know it and answer.
    Contact,
    /// What it does to groups.
    Groups,
    /// What people said about it.
    Feedback,
    /// Whether it acts together with others.
    Coordination,
}

impl Word for AgreementFamily {
    const ALL: &'static [(&'static str, Self)] = &[
        ("registration", Self::Registration),
        ("rate", Self::Rate),
        ("reach", Self::Reach),
        ("timing", Self::Timing),
        ("content", Self::Content),
        ("contact", Self::Contact),
        ("groups", Self::Groups),
        ("feedback", Self::Feedback),
        ("coordination", Self::Coordination),
    ];
}

impl AgreementFamily {
    /// All families.
    pub const EACH: [AgreementFamily; 9] = [
        Self::Registration,
        Self::Rate,
        Self::Reach,
        Self::Timing,
        Self::Content,
        Self::Contact,
        Self::Groups,
        Self::Feedback,
        Self::Coordination,
    ];

    /// Whether one burst raises it together with the other such families.
    pub fn rises_in_a_burst(self) -> bool {
        matches!(self, Self::Rate | Self::Reach | Self::Timing)
    }

    /// The family's name.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].0
    }
}
