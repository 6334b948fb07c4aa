//! How an actor's parameters are drawn: from a stated range, around a center that the run draws once.
//! In: a range, the difficulty and the region; out: values that are noted beside the world.
//! Knows no persona: what a number is for is said by the range's name.

use crate::simulate::stream::Stream;

/// How hard adversaries are to tell from people.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Difficulty {
    /// They do what they want to do, much of it at once.
    Plain,
    /// They lead lives and stay near ordinary values in each single respect.
    Adaptive,
}

impl Difficulty {
    /// The spelling of the command line.
    pub const ALL: &'static [(&'static str, Self)] = &[("plain", Self::Plain), ("adaptive", Self::Adaptive)];
}

/// Which part of the ranges is drawn from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Region {
    /// The part to fit on.
    Fit,
    /// The part to test on, which nothing of the other touches.
    HeldOut,
}

impl Region {
    /// The spelling of the command line.
    pub const ALL: &'static [(&'static str, Self)] = &[("fit", Self::Fit), ("held-out", Self::HeldOut)];
}

/// Which end of a range is held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The low values.
    Low,
    /// The high values.
    High,
}

/// A parameter with its range.
#[derive(Debug, Clone, Copy)]
pub struct Range {
    /// Persona and parameter.
    pub name: &'static str,
    /// Least and most where adversaries do not adapt.
    pub plain: (f64, f64),
    /// Least and most where they do.
    pub adaptive: (f64, f64),
    /// The end that is held out.
    pub held_out: End,
}

/// Shares of a range, on the scale of logarithms: fitted on, left between, held out.
const FIT: f64 = 0.7;
const BETWEEN: f64 = 0.05;
/// Spread of an actor around the run's center.
const SPREAD: f64 = 0.25;

impl Range {
    /// The part of the range that is drawn from.
    pub fn part(&self, difficulty: Difficulty, region: Region) -> (f64, f64) {
        let (low, high) = match difficulty {
            Difficulty::Plain => self.plain,
            Difficulty::Adaptive => self.adaptive,
        };
        let at = |share: f64| low * (high / low).powf(share);
        match (region, self.held_out) {
            (Region::Fit, End::High) => (low, at(FIT)),
            (Region::HeldOut, End::High) => (at(FIT + BETWEEN), high),
            (Region::Fit, End::Low) => (at(1.0 - FIT), high),
            (Region::HeldOut, End::Low) => (low, at(1.0 - FIT - BETWEEN)),
        }
    }

    /// What this run's actors are drawn around.
    pub fn center(&self, seed: u64, difficulty: Difficulty, region: Region) -> f64 {
        let (low, high) = self.part(difficulty, region);
        low * (high / low).powf(Stream::new(seed, &format!("center of {}", self.name)).unit())
    }
}

/// An actor's draws.
#[derive(Debug)]
pub struct Draw {
    stream: Stream,
    seed: u64,
    /// How hard adversaries are to tell from people.
    pub difficulty: Difficulty,
    region: Region,
    /// What was drawn.
    pub drawn: Vec<(&'static str, f64)>,
}

impl Draw {
    /// The draws of the actor `name`.
    pub fn new(seed: u64, name: &str, difficulty: Difficulty, region: Region) -> Self {
        let stream = Stream::new(seed, &format!("draws of {name}"));
        Self { stream, seed, difficulty, region, drawn: Vec::new() }
    }

    /// Whether adversaries adapt.
    pub fn adapts(&self) -> bool {
        self.difficulty == Difficulty::Adaptive
    }

    /// A value of a range.
    pub fn get(&mut self, range: &Range) -> f64 {
        let (low, high) = range.part(self.difficulty, self.region);
        let center = range.center(self.seed, self.difficulty, self.region);
        let value = self.stream.lognormal(center, SPREAD).clamp(low, high);
        self.drawn.push((range.name, value));
        value
    }

    /// A whole value of a range, at least 1.
    pub fn count(&mut self, range: &Range) -> u32 {
        self.get(range).round().max(1.0) as u32
    }

    /// Whether something of chance `p` is so.
    pub fn chance(&mut self, p: f64) -> bool {
        self.stream.chance(p)
    }

    /// One of `n`.
    pub fn below(&mut self, n: u64) -> u64 {
        self.stream.below(n)
    }
}
