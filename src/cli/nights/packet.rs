//! `packet ACCOUNT --for analyst|holder --lang en|de`: what a decision is defended with, and what its subject is told.
//! In: a published run; out: Markdown on the terminal or in a file.
//! Recomputes nothing.

use super::NightFlags;
use crate::cli::{Failure, terminal, whole};
use crate::domain::{Word, nearest};
use crate::report::{Language, Packet, Reader, newest_run, packet_page};
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

/// Runs the command.
pub fn run(flags: &NightFlags) -> Result<(), Failure> {
    let reader: Reader = word(flags, "for")?;
    let language: Language = word(flags, "lang")?;
    let folder = match flags.get("run") {
        Some(folder) => PathBuf::from(folder),
        None => newest_run(Path::new("runs"))
            .ok_or_else(|| Failure::usage("no run folder below runs/; name one with --run, or scan first"))?,
    };
    let packet = Packet::read(&folder, flags.subject(0), reader)?;
    // A word that a shell would read otherwise than it is shown is not shown.
    let quote = |text: &str| terminal::shell_word(text).unwrap_or_else(|| "'?'".to_owned());
    let page = packet_page(&packet, reader, language, &quote);
    match flags.get("packet-out") {
        None => Ok(terminal::data(&terminal::lines(&page))?),
        Some(path) => whole::write(Path::new(path), |part| {
            let mut file = File::create(part)?;
            file.write_all(page.as_bytes())?;
            Ok(file.sync_all()?)
        }),
    }
}

fn word<T: Word>(flags: &NightFlags, name: &str) -> Result<T, Failure> {
    let text = flags.get(name).unwrap_or_default();
    T::parse(text).ok_or_else(|| {
        let offer =
            nearest(text, T::names()).map(|near| format!("; did you mean {near}?")).unwrap_or_default();
        Failure::usage(format!(
            "--{name} {}: expected {}{offer}",
            terminal::plain(text),
            T::names().join(" or ")
        ))
    })
}
