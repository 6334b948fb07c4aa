#![doc = include_str!("ARCHITECTURE.md")]

pub mod catalog;
pub mod cli;
pub mod content;
pub mod context;
pub mod decision;
pub mod domain;
pub mod evaluate;
pub mod features;
pub mod log;
pub mod pipeline;
pub mod report;
pub mod rules;
pub mod scoring;
pub mod simulate;
pub mod table_io;
