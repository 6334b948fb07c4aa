//! Bytes become a `MessageLog`: schema, inspect, read, clean, route, partition, order, timeline.
//! In: files and a mapping; out: validated events by account in time order, and every refused row with its reason.
//! Nothing after this stage checks an event again; nothing in it computes a feature.

mod beside;
pub(crate) mod clean;
mod days;
mod event;
mod failure;
mod guess;
mod inspect;
mod keys;
mod load;
mod offers;
mod partition;
mod phone;
pub mod read;
mod reject;
mod report;
pub mod schema;
mod source;
mod texts;
mod timeline;

pub use beside::{Beside, tables_beside};
pub use days::{Days, Strays};
pub use event::*;
pub use failure::LogError;
pub use guess::guess_mapping;
pub use inspect::{ColumnFinding, History, Inspection, Spelling, inspect};
pub use keys::Keys;
pub use load::{Inputs, Length, MessageLog, WindowWish};
pub use offers::Offers;
pub use partition::{
    BANDS, Batch, DEFAULT_LIMIT, LEAST_LIMIT, MOST_TALKS, MemoryPlan, PARTITIONS, Partition, Parts, Received,
    Routed, Router, Seen, Shared, Speakers, SpillError, Spool, Talk, Tokens, Weight, Words, remove_leftovers,
};
pub use phone::looks_like_number;
pub use read::{EventSink, read_messages, read_side_tables};
pub use reject::{RejectReason, RejectRow, Rejects, SAMPLE_CHARS, is_placeholder};
pub use report::{FileReport, ReadReport, rejects_table};
pub use schema::{TableKind, load_mapping, parse_mapping};
pub use source::{InputSpec, Progress, ReadSettings, Step, WouldRead, WouldReadFile, would_read};
pub use texts::{TextFindings, Texts};
pub use timeline::{AccountTimeline, in_population, rows_of};
