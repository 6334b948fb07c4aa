//! What is recommended against an account: nothing, a notice, no new chats, or suspension.
//! In: verdict and finding; out: the measure, and which of two goes further.
//! Takes no measure; whoever reads a statement of reasons sees this and no rung below it.

use super::verdict::{Finding, Verdict};

/// A measure, the mildest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Measure {
    /// Nothing: rungs up to `review` differ for those who look only.
    None,
    /// A notice that broadcasting belongs on the business platform.
    Notice,
    /// No new chats.
    NoNewChats,
    /// Suspension.
    Suspension,
}

impl Measure {
    /// All measures, the mildest first.
    pub const ALL: [Measure; 4] = [Self::None, Self::Notice, Self::NoNewChats, Self::Suspension];

    /// What a verdict and what stands beside it come to.
    pub fn of(verdict: Verdict, finding: Finding) -> Self {
        match (verdict, finding) {
            (Verdict::AbuseCertain, _) => Self::Suspension,
            (Verdict::AbuseHigh, _) => Self::NoNewChats,
            (_, Finding::BroadcastPolicy) => Self::Notice,
            _ => Self::None,
        }
    }

    /// The word in result files.
    pub fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Notice => "notice",
            Self::NoNewChats => "no_new_chats",
            Self::Suspension => "suspension",
        }
    }
}

/// What an account's own conduct carries: the measure that would be recommended had nobody given feedback on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnConduct {
    /// The measure.
    pub measure: Measure,
    /// The grounds of that measure, in the words of the policy.
    pub grounds: Vec<String>,
}
