//! Which optional columns and tables a log has: the difference between "none" and "not said".
//! In: what ingest saw; out: flags that cards ask before they call an empty count zero.
//! Says nothing about how often a column is filled.

use serde::{Deserialize, Serialize};

/// The optional columns and tables that are present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[expect(missing_docs, reason = "each field is named after the column or table of the input contract")]
#[expect(clippy::struct_excessive_bools, reason = "a set of independent presences")]
pub struct Offers {
    pub msg_id: bool,
    pub chat: bool,
    pub kind: bool,
    pub size: bool,
    pub content: bool,
    pub link: bool,
    pub forwarded: bool,
    pub typing_ms: bool,
    pub via: bool,
    pub template_category: bool,
    pub known: bool,
    pub status: bool,
    /// Whether any message of the log is said to be delivered or read.
    pub delivery: bool,
    pub accounts: bool,
    pub registrations: bool,
    pub group_events: bool,
    pub feedback: bool,
    pub enforcement: bool,
    pub contacts: bool,
}
