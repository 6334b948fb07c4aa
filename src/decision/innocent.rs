//! What it means tonight that a person decided an account innocent: silence, for how long, and why no more.
//! In: the decision, the families of evidence that agree tonight, as_of; out: silent or not, and a note that says so.
//! Reads no file and changes no score.

use super::own_words::NEW_KINDS;
use super::rulings::NEAR_EXPIRY_DAYS;
use crate::domain::{DAY_US, Timestamp};
use crate::scoring::FamilySet;

/// That an account was decided innocent.
#[derive(Debug, Clone, PartialEq)]
pub struct Innocent {
    /// The agreeing families that were known then; none where nobody can tell.
    pub families: Option<FamilySet>,
    /// Until when it counts, microseconds UTC.
    pub until: i64,
    /// When, in which run and why, in words; not who.
    pub told: String,
}

/// What an earlier decision means tonight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ruled {
    /// It keeps the account silent.
    Silent,
    /// It does, and not for long.
    NearExpiry,
    /// Evidence of a kind appeared that was not known then.
    NewEvidence,
    /// Its time is over.
    Expired,
    /// What was known then is not known any more.
    Unfounded,
}

impl Ruled {
    /// All of them.
    pub const ALL: [Ruled; 5] =
        [Self::Silent, Self::NearExpiry, Self::NewEvidence, Self::Expired, Self::Unfounded];

    /// Whether the account is silent.
    pub fn is_silent(self) -> bool {
        matches!(self, Self::Silent | Self::NearExpiry)
    }

    /// The word in metrics.
    pub fn word(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::NearExpiry => "near_expiry",
            Self::NewEvidence => "new_evidence",
            Self::Expired => "expired",
            Self::Unfounded => "unfounded",
        }
    }
}

impl Innocent {
    /// What it means at `as_of` for an account of whose evidence these families agree.
    pub fn ruled(&self, agreeing: FamilySet, as_of: i64) -> Ruled {
        let Some(known) = self.families else { return Ruled::Unfounded };
        match () {
            () if self.until <= as_of => Ruled::Expired,
            () if !agreeing.is_within(known) => Ruled::NewEvidence,
            () if self.until <= as_of + NEAR_EXPIRY_DAYS * DAY_US => Ruled::NearExpiry,
            () => Ruled::Silent,
        }
    }

    /// What to tell beside the decision.
    pub fn note(&self, ruled: Ruled, agreeing: FamilySet) -> String {
        let (told, day) = (&self.told, Timestamp(self.until).date());
        match ruled {
            Ruled::Silent => {
                format!(
                    "decided innocent on {told}; silent until {day} or until another kind of evidence appears"
                )
            }
            Ruled::NearExpiry => format!("alert: decided innocent on {told}; this counts until {day} only"),
            Ruled::NewEvidence => {
                let known = self.families.unwrap_or_default();
                let new: Vec<&str> =
                    agreeing.words().into_iter().filter(|w| !known.words().contains(w)).collect();
                format!("alert: decided innocent on {told}{NEW_KINDS}{}", new.join(", "))
            }
            Ruled::Expired => format!("alert: decided innocent on {told}; this counted until {day}"),
            Ruled::Unfounded => {
                format!(
                    "alert: decided innocent on {told}; ignored, the evidence of that run is not known any more"
                )
            }
        }
    }
}
