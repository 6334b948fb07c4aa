//! The front page of the documentation is `ARCHITECTURE.md`, included below; the modules follow.
//! In: message metadata; out: feature rows, score cards and recommendations, with reasons a person can check.
//! The library prints nothing and never exits; the program is [`cli::run`].
#![doc = include_str!("ARCHITECTURE.md")]

pub mod campaigns;
pub mod catalog;
pub mod cli;
pub mod content;
pub mod context;
pub mod decision;
pub mod domain;
pub mod evaluate;
pub mod features;
pub mod log;
pub mod model;
pub mod pipeline;
pub mod report;
pub mod rules;
pub mod scoring;
pub mod simulate;
pub mod table_io;
pub mod training;
