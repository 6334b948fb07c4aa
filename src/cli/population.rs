//! `population RUN`: a profile of an earlier night, for soft rules of later nights to compare with.
//! In: a published run; out: one JSON file, pinned by its digest.
//! Judges nobody: it holds quantiles, no accounts.

use super::args::Flags;
use super::{Failure, terminal, whole};
use crate::domain::ErrorClass;
use crate::features::{Population, PopulationOrigin};
use crate::report::{read_features, read_run};
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let folder = Path::new(flags.subject.as_deref().unwrap_or_default());
    let path = flags.write.clone().unwrap_or_else(|| "population.json".into());
    let population = write(folder, flags.simulated, &path)?;
    terminal::note(&format!(
        "wrote {}: {} accounts until {}, digest {}",
        path.display(),
        population.accounts_n(),
        population.origin().as_of,
        &population.digest()[..16]
    ));
    Ok(())
}

/// Makes the profile of a run and writes it whole or not at all.
pub fn write(folder: &Path, simulated: bool, path: &Path) -> Result<Population, Failure> {
    let published = read_run(folder)?;
    let as_of = published.accounts.first().map(|a| a.as_of.chars().take(10).collect::<String>());
    let as_of = as_of.ok_or_else(|| Failure::new(ErrorClass::Input, "the run holds no account"))?;
    let rows: Vec<_> =
        read_features(&folder.join("features.parquet"))?.into_iter().map(|r| r.features).collect();
    let source = folder.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let population = Population::of(&rows, PopulationOrigin { as_of, source, simulated });
    whole::write(path, |part| {
        let mut file = File::create(part)?;
        file.write_all(population.to_json().as_bytes())?;
        Ok(file.sync_all()?)
    })?;
    Ok(population)
}
