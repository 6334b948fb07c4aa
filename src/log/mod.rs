//! Bytes become a `MessageLog`: schema, inspect, read, clean, route, partition, order, timeline.
//! In: files and a mapping; out: validated events by account in time order, and every refused row with its reason.
//! Nothing after this stage checks an event again; nothing in it computes a feature.

mod event;
mod offers;
mod partition;
pub mod read;
mod timeline;

pub use event::*;
pub use offers::Offers;
pub use partition::{PARTITIONS, Partition, PartitionParts, Received, Router, Seen, take};
pub use timeline::{AccountTimeline, in_population, rows_of};
