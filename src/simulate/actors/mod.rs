//! The personas: one small builder a kind of conduct, ordinary people first.
//! In: a stage, a name and the few numbers that matter; out: the rows that conduct leaves in the tables.
//! Refuses to know thresholds of a detector: a number here is what somebody does, not what somebody measures.

pub mod bulk;
pub mod business;
pub mod crews;
pub mod crowd;
pub mod feedback;
pub mod groups;
pub mod human;
pub mod machines;
pub mod newsletter;
pub mod people;
pub mod signup;
