//! How many of each persona a world has: a file with a number per million people.
//! In: TOML; out: a checked mix, or an error that names the nearest persona.
//! Knows no persona's conduct.

use super::WorldError;
use super::personas::PERSONAS;
use crate::domain::nearest;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The mix that is used when none is named.
const DEFAULT: &str = include_str!("../../../data/worlds/default.toml");

/// A checked mix.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mix {
    /// Whether everybody greets everybody on one evening.
    #[serde(default)]
    pub holiday: bool,
    /// Scenes of each persona per million ordinary people.
    per_million: BTreeMap<String, f64>,
}

impl Mix {
    /// The shipped mix.
    pub fn shipped() -> Result<Self, WorldError> {
        Self::parse("data/worlds/default.toml", DEFAULT)
    }

    /// Reads a mix.
    pub fn parse(file: &str, text: &str) -> Result<Self, WorldError> {
        let bad = |problem: String| WorldError::Mix { file: file.to_owned(), problem };
        let mix: Self = toml::from_str(text).map_err(|error| bad(error.to_string()))?;
        for (name, number) in &mix.per_million {
            if PERSONAS.iter().all(|persona| persona.name != *name) {
                let offer = nearest(name, PERSONAS.iter().map(|persona| persona.name));
                let offer = offer.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
                return Err(bad(format!("per_million.{name} is no persona{offer}")));
            }
            if !(0.0..=1e6).contains(number) {
                return Err(bad(format!("per_million.{name} is {number}; 0 to 1000000 is possible")));
            }
        }
        Ok(mix)
    }

    /// The same mix with another number of one persona.
    pub fn with(mut self, persona: &str, per_million: f64) -> Self {
        self.per_million.insert(persona.to_owned(), per_million);
        self
    }

    /// How many scenes of a persona so many people have: at least one of each that occurs at all.
    pub fn scenes(&self, persona: &str, people: u64) -> u64 {
        match self.per_million.get(persona) {
            Some(number) if 0.0 < *number => ((number * people as f64 / 1e6).round() as u64).max(1),
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_mix_has_everybody() {
        let mix = Mix::shipped().unwrap();
        for persona in PERSONAS {
            assert!(0 < mix.scenes(persona.name, 10), "{} is missing", persona.name);
        }
    }

    #[test]
    fn a_wrong_persona_is_named_with_the_nearest() {
        let error = Mix::parse("m.toml", "[per_million]\nsupport_dsk = 1").unwrap_err().to_string();
        assert!(error.contains("m.toml") && error.contains("did you mean support_desk?"), "{error}");
        let error = Mix::parse("m.toml", "[per_million]\nsupport_desk = -1").unwrap_err().to_string();
        assert!(error.contains("per_million.support_desk is -1"), "{error}");
        assert!(Mix::parse("m.toml", "hollyday = true").is_err());
    }
}
