//! The pure words of the project: identities, time, units, chance and the closed word lists of the input contract.
//! In: nothing but values; out: types whose invalid states cannot be built.
//! Depends on no other module, reads no file and knows no threshold.

mod chance;
mod characters;
mod failure;
mod family;
mod ids;
mod shared_text;
mod time;
mod union_find;
mod words;

pub use chance::{LogOdds, Points, Probability, Share};
pub use characters::{
    CUT, escaped_json, is_hidden, is_mark, is_wordy, meant, shown_name, typed_name, visible,
};
pub use failure::ErrorClass;
pub use family::AgreementFamily;
pub use ids::{Token, TokenKey, digest64};
pub use shared_text::{SharedText, SharedTexts};
pub use time::{DAY_US, HOUR_US, MINUTE_US, SECOND_US, Timestamp, Window, WindowError, seconds};
pub use union_find::UnionFind;
pub use words::{
    AccountKind, Chat, FeedbackKind, GroupKind, MessageKind, Status, TemplateCategory, Via, Word, counted,
    nearest, needs_quote,
};
