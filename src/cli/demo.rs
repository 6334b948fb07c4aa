//! `demo`: the shipped real sample, then a simulated night beside simulated earlier days.
//! In: configurations of this repository; out: three run folders, and what was found on the terminal.
//! Scans as `scan` does and decides nothing of its own.

use super::args::Flags;
use super::scan::{Night, scan, show, stop_flag, threads};
use super::{Failure, Settings, terminal};
use crate::report::Summary;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// One scan of the demo.
struct Scene {
    title: &'static str,
    config: &'static str,
    name: &'static str,
    simulated: bool,
}

const REAL: Scene = Scene {
    title: "REAL: a public mail archive as a message log (data/spamassassin)",
    config: "data/spamassassin/bulkwatch.toml",
    name: "demo-real",
    simulated: false,
};
const EARLIER: Scene = Scene {
    title: "SIMULATED: thirty ordinary earlier days (data/scenarios/_population), for comparison",
    config: "data/demo/earlier.toml",
    name: "demo-earlier-simulated",
    simulated: true,
};
const NIGHT: Scene = Scene {
    title: "SIMULATED: one night in which every verdict occurs (data/scenarios/mixed_night, with the crews of split_list)",
    config: "data/demo/night.toml",
    name: "demo-night-simulated",
    simulated: true,
};

/// Runs `demo`: the shipped real sample, then a simulated night beside simulated earlier days.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let stop = stop_flag();
    play(&REAL, flags, &stop, None)?;
    let earlier = play(&EARLIER, flags, &stop, None)?;
    let profile = earlier.folder.join("population.json");
    super::population::write(&earlier.folder, true, &profile)?;
    play(&NIGHT, flags, &stop, Some(&profile))?;
    Ok(())
}

fn play(
    scene: &Scene,
    flags: &Flags,
    stop: &Arc<AtomicBool>,
    population: Option<&Path>,
) -> Result<Summary, Failure> {
    let path = Path::new(scene.config);
    if !path.exists() {
        let config = scene.config;
        return Err(Failure::usage(format!("{config} not found; run demo in the repository's folder")));
    }
    let mut given = flags.settings.clone();
    if let Some(profile) = population {
        given.insert("policy.population", profile.to_string_lossy().into_owned());
    }
    let settings = Settings::resolve(&given, &Default::default(), Some(path))?;
    threads(&settings)?;
    terminal::data(&format!("== {}\n", scene.title))?;
    let night = Night { simulated: scene.simulated, name: Some(scene.name) };
    let summary = scan(&settings, flags, stop, &night)?;
    if scene.name != EARLIER.name {
        show(&summary, false).map_err(|failure| failure.after_publishing(&summary.folder))?;
    }
    terminal::data("")?;
    Ok(summary)
}
