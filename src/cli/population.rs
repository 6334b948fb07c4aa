//! `population RUN`: a profile of an earlier night, for soft rules of later nights to compare with.
//! In: a published run; out: one JSON file, pinned by its digest.
//! Judges nobody: it holds quantiles, no accounts.

use super::args::Flags;
use super::{Failure, terminal};
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
    write_whole(path, population.to_json().as_bytes())?;
    Ok(population)
}

/// Writes beside the place, syncs, renames, syncs the folder; on failure nothing is left.
fn write_whole(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let written = File::create(part).and_then(|mut file| {
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(part, path)
    });
    written.inspect_err(|_| drop(std::fs::remove_file(part)))?;
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("temp");
        let names = || std::fs::read_dir(folder.path()).expect("folder").flatten().map(|e| e.file_name());
        // Two profiles that differ in their ending only must not write into each other's parts.
        for name in ["a.json", "a.profile"] {
            write_whole(&folder.path().join(name), name.as_bytes()).expect("written");
            write_whole(&folder.path().join(name), b"again").expect("replaced");
            assert_eq!(std::fs::read(folder.path().join(name)).expect("read"), b"again");
        }
        std::fs::create_dir_all(folder.path().join("taken/inside")).expect("made");
        write_whole(&folder.path().join("taken"), b"x").expect_err("a folder stands there");
        let mut left: Vec<_> = names().collect();
        left.sort();
        assert_eq!(left, ["a.json", "a.profile", "taken"]);
    }
}
