//! Simulated logs: personas act on a stage, scenarios say what must hold of them.
//! In: fixed seeds; out: small logs in the form of the input contract, with expectations and their reasons.
//! Knows the input contract and the domain's words, never the detector.

mod actors;
mod card;
mod cases;
mod cast;
mod message;
mod readme;
mod scenario;
mod stage;
mod stream;
mod tables;
mod world;
mod write;

#[cfg(test)]
mod tests;

pub use card::{Expect, ScenarioCard, SubScore};
pub use message::Message;
pub use readme::readme;
pub use scenario::Scenario;
pub use tables::{
    Account, Contact, Enforcement, Feedback, Group, GroupEvent, Label, OffPlatform, Operator, Registration,
    Row, Sanctioned, Tables,
};
pub use world::{Difficulty, Mix, Region, World, WorldError, Written};
pub use write::{File, PLAIN_LIMIT};

use std::io;
use std::path::Path;

/// All scenarios; the last is the earlier population other scenarios name.
pub fn scenarios() -> Vec<Scenario> {
    cases::all()
}

/// Writes every scenario into its own folder under `dir`, and the `README.md` beside them.
pub fn write_all(dir: &Path) -> io::Result<()> {
    let scenarios = scenarios();
    for scenario in &scenarios {
        scenario.write(&dir.join(&scenario.card.name))?;
    }
    std::fs::write(dir.join("README.md"), readme(&scenarios))
}
