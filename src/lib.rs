#![doc = include_str!("ARCHITECTURE.md")]

pub mod content;
pub mod domain;
pub mod log;
pub mod table_io;
