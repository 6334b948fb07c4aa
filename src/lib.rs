#![doc = include_str!("ARCHITECTURE.md")]

pub mod domain;
pub mod table_io;
pub mod content;
pub mod log;
pub mod context;
pub mod features;
pub mod rules;
pub mod scoring;
pub mod decision;
pub mod evaluate;
pub mod report;
pub mod simulate;
pub mod catalog;
pub mod pipeline;
pub mod cli;
