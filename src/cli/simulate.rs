//! `simulate`: writes the simulated scenarios that tests and the demo run on, or a simulated world.
//! In: a folder, and for a world its size, seed, difficulty, region and mix; out: the same bytes every time.
//! Knows nothing of the detector.

use super::args::Flags;
use super::{Failure, terminal};
use crate::domain::{DAY_US, Timestamp, nearest};
use crate::simulate::{Difficulty, Mix, Region, World};
use std::path::Path;

/// Writes the scenarios.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let folder = flags.write.clone().unwrap_or_else(|| "data/scenarios".into());
    crate::simulate::write_all(&folder)?;
    terminal::note(&format!("wrote the simulated scenarios to {}", folder.display()));
    Ok(())
}

/// Writes a world.
pub fn world(flags: &Flags) -> Result<(), Failure> {
    let mix = match flags.own.get("mix") {
        None => Mix::shipped()?,
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|error| {
                Failure::usage(format!("--mix {file}: {}", error.to_string().to_lowercase()))
            })?;
            Mix::parse(file, &text)?
        }
    };
    let to = flags.own.get("to").map_or("2022-06-01", String::as_str);
    let end = Timestamp::parse(to).filter(|end| 0 < end.0 && end.0 % DAY_US == 0);
    let end = end.ok_or_else(|| Failure::usage(format!("--to {to}: a date such as 2022-06-01 is needed")))?;
    let world = World {
        end: end.0,
        people: number(flags, "accounts", 50_000, 1, 100_000_000)?,
        days: number(flags, "days", 7, 2, 90)? as i64,
        seed: number(flags, "seed", 1, 0, u64::MAX)?,
        difficulty: word(flags, "difficulty", Difficulty::ALL)?.unwrap_or(Difficulty::Plain),
        region: word(flags, "region", Region::ALL)?.unwrap_or(Region::Fit),
        mix,
    };
    let folder = Path::new(flags.own.get("out").map_or("world", String::as_str));
    let written = world.write(folder)?;
    let line = |(label, n): &(&str, u64)| vec![(*label).to_owned(), n.to_string()];
    let tally = written.labels.iter().map(line).collect();
    let shown = terminal::plain(&folder.to_string_lossy());
    terminal::data(&format!("SIMULATED world in {shown}: {} messages\n", written.messages))?;
    Ok(terminal::data(&terminal::table(&["label", "accounts"], tally))?)
}

fn number(flags: &Flags, name: &str, usual: u64, least: u64, most: u64) -> Result<u64, Failure> {
    let Some(text) = flags.own.get(name) else { return Ok(usual) };
    let given = text.parse::<u64>().ok().filter(|n| (least..=most).contains(n));
    given.ok_or_else(|| {
        Failure::usage(format!("--{name} {text}: a whole number from {least} to {most} is needed"))
    })
}

fn word<T: Copy>(flags: &Flags, name: &str, words: &[(&'static str, T)]) -> Result<Option<T>, Failure> {
    let Some(text) = flags.own.get(name) else { return Ok(None) };
    let found = words.iter().find(|(word, _)| word == text).map(|(_, value)| *value);
    found.map(Some).ok_or_else(|| {
        let valid = words.iter().map(|(word, _)| *word);
        let offer =
            nearest(text, valid.clone()).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        let valid: Vec<&str> = valid.collect();
        Failure::usage(format!("--{name} {text} is none of {}{offer}", valid.join(", ")))
    })
}
