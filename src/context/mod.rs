//! What a card needs from beyond its account: neighbors at sign-up, attributes of recipients, what became of group adds.
//! In: the side tables; out: one `Context` per account, aggregated before as_of and without the account itself.
//! Makes no judgment, and hands nobody another account's timeline.

mod exchange;
mod row;
mod shared;

pub use exchange::Exchange;
pub use row::{AddOutcome, Context, Reputation};
