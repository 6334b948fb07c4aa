//! The context row of one account: plain values, each absent when its table is.
//! In: what the exchange aggregated; out: fields that cards read.
//! Knows no threshold; counts of others are aggregates, never lists of who.

use super::voices::Voices;
use crate::domain::{AccountKind, Token};
use hashbrown::HashMap;

/// How many accounts share something, and how many of them were banned; the account itself left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reputation {
    /// Accounts sharing it.
    pub accounts: u32,
    /// Of these, banned before as_of and not cleared again.
    pub banned: u32,
}

/// What became of one person added to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AddOutcome {
    /// When the person was added.
    pub ts: i64,
    /// Who was added: only to count people once.
    pub target: Token,
    /// Whether the person had the actor in contacts when it was added; unknown without a contacts table.
    pub knows_actor: Option<bool>,
    /// Whether the person left that group or reported the actor within 24 h.
    pub objected: bool,
}

/// Everything a card may read from beyond its account's own slices.
#[derive(Debug, Clone, Default)]
pub struct Context<'a> {
    /// Which product the account uses.
    pub kind: Option<AccountKind>,
    /// Registration times up to as_of, sorted, without repeats.
    pub registered: Vec<i64>,
    /// Whether the number's country differs from the country of the address at sign-up.
    pub country_differs: Option<bool>,
    /// The 1,000-number block over the last 30 days.
    pub block: Option<Reputation>,
    /// The sign-up network over the last 7 days.
    pub network: Option<Reputation>,
    /// The sign-up autonomous system over the last 7 days.
    pub asn: Option<Reputation>,
    /// Most accounts registered in a closed hour around its own with its network and client build; absent without
    /// either of them.
    pub cohort_max_1h: Option<u32>,
    /// Distinct accounts registered on its device within 30 days before as_of.
    pub device_accounts: Option<u32>,
    /// Outcomes of the people it added, in time order.
    pub adds: Vec<AddOutcome>,
    /// Whether the log has group events at all.
    pub has_group_events: bool,
    /// Whether the log has feedback at all.
    pub has_feedback: bool,
    /// Whether a contacts table covers the account, so that newness does not depend on the look-back alone.
    pub contacts_cover: bool,
    /// Number block of accounts that have one.
    pub blocks: Option<&'a HashMap<Token, u64, foldhash::fast::FixedState>>,
    /// People it may message outside a service window in 24 h.
    pub tier_limit: Option<u64>,
    /// Who reported or blocked it before as_of, and who of them belong together: only to count independent ones.
    pub voices: Voices,
}
