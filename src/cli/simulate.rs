//! `simulate`: writes the simulated scenarios that tests and the demo run on.
//! In: a folder; out: the same bytes every time, each log marked as simulated.
//! Knows nothing of the detector.

use super::args::Flags;
use super::{Failure, terminal};

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let folder = flags.write.clone().unwrap_or_else(|| "data/scenarios".into());
    crate::simulate::write_all(&folder)?;
    terminal::note(&format!("wrote the simulated scenarios to {}", folder.display()));
    Ok(())
}
