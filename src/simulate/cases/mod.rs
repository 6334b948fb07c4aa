//! The scenarios: each puts a few actors on a stage and says what must hold of them, and why.
//! In: nothing; out: finished scenarios in a fixed order.
//! Refuses to know scores: an expectation comes from the published rules and the policy, not from a run.

mod abuse;
mod brigade;
mod broadcasters;
mod coordinated;
mod mixed;
mod paper;
mod people;
mod platform;
mod population;

use super::scenario::Scenario;
use super::stage::Stage;
use crate::domain::DAY_US;

/// The end of every scenario: midnight of 1 June 2022, a Wednesday.
pub const END: i64 = 19_144 * DAY_US;
/// Days of log before the end.
pub const DAYS: i64 = 37;
/// Folder of the earlier nights.
pub const POPULATION: &str = "_population";

/// All scenarios, the papers' own first, the mixed night and the earlier population last.
pub fn all() -> Vec<Scenario> {
    let mut scenarios = paper::all();
    scenarios.extend(people::all());
    scenarios.extend(platform::all());
    scenarios.extend(broadcasters::all());
    scenarios.extend(abuse::all());
    scenarios.extend(coordinated::all());
    scenarios.extend(brigade::all());
    scenarios.push(mixed::mixed_night());
    scenarios.push(population::population());
    scenarios
}

fn stage(seed: u64) -> Stage {
    Stage::new(seed, END, DAYS)
}
