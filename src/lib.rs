#![doc = include_str!("ARCHITECTURE.md")]

pub mod context;
pub mod decision;
pub mod domain;
pub mod features;
pub mod log;
pub mod rules;
pub mod scoring;
