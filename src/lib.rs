#![doc = include_str!("ARCHITECTURE.md")]

pub mod content;
pub mod context;
pub mod domain;
pub mod features;
pub mod log;
pub mod pipeline;
pub mod report;
pub mod simulate;
pub mod table_io;
