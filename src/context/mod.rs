//! What a card needs from beyond its account: neighbors at sign-up, attributes of recipients, what became of group adds,
//! and who of those that spoke against it belong together.
//! In: the side tables; out: one `Context` per account, aggregated before as_of and without the account itself.
//! Makes no judgment, and hands nobody another account's timeline.

mod exchange;
mod row;
mod shared;
mod ties;
#[cfg(test)]
mod ties_tests;
mod voices;

pub use exchange::Exchange;
pub use row::{AddOutcome, Context, Reputation};
pub use ties::VERY_MANY;
pub use voices::{MOMENT_US, Voice, Voices};
