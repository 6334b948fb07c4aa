//! Bytes become a `MessageLog`: schema, inspect, read, clean, route, partition, order, timeline.
//! In: files and a mapping; out: validated events by account in time order, and every refused row with its reason.
//! Nothing after this stage checks an event again; nothing in it computes a feature.

mod event;

pub use event::*;
