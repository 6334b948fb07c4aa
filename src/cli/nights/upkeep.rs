//! `verify`, `runs`, `release`, `erase`: runs that are there, checked, listed, let go and cleaned.
//! In: run folders; out: what became of them, a line each.
//! The clock is read here: when something was done is told to the library.

use super::NightFlags;
use crate::cli::{Failure, terminal};
use crate::domain::{ErrorClass, Timestamp, shown_name, typed_name};
use crate::report::{
    Mismatch, Request, Retention, RunEntry, erase, has_rows_of, read_run, release, remove, runs, verify,
};
use serde_json::json;
use std::path::{Path, PathBuf};

/// The moment at which a command is given.
pub fn now() -> Timestamp {
    Timestamp(jiff::Timestamp::now().as_microsecond())
}

/// `verify RUN`
pub fn verify_run(flags: &NightFlags) -> Result<(), Failure> {
    let found = verify(Path::new(flags.subject(0)))?;
    let line = |m: &Mismatch| match m {
        Mismatch::Changed(file) => ("changed", file.clone()),
        Mismatch::Missing(file) => ("missing", file.clone()),
        Mismatch::Unknown(file) => ("unknown", file.clone()),
    };
    let lines: Vec<(&str, String)> = found.mismatches.iter().map(line).collect();
    if flags.json {
        let rows: Vec<_> = lines.iter().map(|(what, file)| json!({ "file": file, "is": what })).collect();
        let page = json!({ "run_id": found.run_id, "files": found.files, "mismatches": rows,
                           "beside": found.beside, "tombstones": found.tombstones });
        terminal::json(&page.to_string())?;
    } else {
        let erased = match found.tombstones {
            0 => String::new(),
            n => format!("; accounts were erased from it {n} times"),
        };
        terminal::data(&format!("run {}: {} files fit their digests{erased}", found.run_id, found.files))?;
        for (what, file) in &lines {
            terminal::data(&format!("{what}: {}", terminal::plain(file)))?;
        }
    }
    if lines.is_empty() {
        return Ok(());
    }
    let files: Vec<&str> = lines.iter().map(|(_, file)| file.as_str()).collect();
    Err(Failure::new(
        ErrorClass::GateFailed,
        format!("the run is not what its manifest says: {}", files.join(", ")),
    ))
}

/// `runs [FOLDER]`
pub fn history(flags: &NightFlags) -> Result<(), Failure> {
    let out = Path::new(flags.subjects.first().map_or("runs", String::as_str));
    let all = runs(out)?;
    let retention = Retention { keep: number(flags, "keep")?, older_than_days: number(flags, "older-than")? };
    let asked = retention != Retention::default();
    if flags.delete && !asked {
        return Err(Failure::usage("--delete needs --keep or --older-than to say what is kept no longer"));
    }
    let gone = retention.expired(&all, now());
    if asked {
        if flags.delete {
            remove(out, &gone)?;
        }
        let done = if flags.delete { "deleted" } else { "would be deleted (say --delete)" };
        let names: Vec<String> = gone.iter().map(|run| name(run)).collect();
        let names = if names.is_empty() { String::new() } else { format!(": {}", names.join(", ")) };
        // A timer runs this every night: what was not done is no news.
        if !(flags.delete && gone.is_empty()) {
            terminal::note(&format!("{} of {} runs {done}{names}", gone.len(), all.len()));
        }
    }
    let left = all.iter().filter(|run| !flags.delete || !gone.iter().any(|g| g.folder == run.folder));
    show(flags, left)
}

fn name(run: &RunEntry) -> String {
    run.folder.file_name().map(|n| terminal::plain(&n.to_string_lossy())).unwrap_or_default()
}

fn show<'a>(flags: &NightFlags, runs: impl Iterator<Item = &'a RunEntry>) -> Result<(), Failure> {
    const COUNTS: [&str; 6] = ["all", "watch", "review", "abuse_high", "abuse_certain", "no_finding"];
    if flags.json {
        for run in runs {
            let line = json!({ "folder": name(run), "run_id": run.run_id, "state": run.state,
                               "as_of": run.as_of.map(Timestamp::rfc3339), "simulated": run.simulated,
                               "accounts": run.accounts, "tombstones": run.tombstones });
            terminal::json(&line.to_string())?;
        }
        return Ok(());
    }
    let rows = runs.map(|run| {
        let mut row = vec![name(run), run.as_of.map(Timestamp::date).unwrap_or_default(), run.state.clone()];
        row.extend(COUNTS.map(|word| run.accounts.get(word).map_or("-".to_owned(), u64::to_string)));
        row.push(if run.simulated { "simulated".to_owned() } else { String::new() });
        row
    });
    let mut head = vec!["run", "as of", "state"];
    head.extend(["accounts", "watch", "review", "abuse_high", "abuse_certain", "no_finding", ""]);
    Ok(terminal::data(&terminal::table(&head, rows.collect()))?)
}

fn number<T: std::str::FromStr>(flags: &NightFlags, name: &'static str) -> Result<Option<T>, Failure> {
    let Some(text) = flags.get(name) else { return Ok(None) };
    let bad = || Failure::usage(format!("--{name} {}: expected a whole number", terminal::plain(text)));
    let digits = text.trim_end_matches('d');
    if digits.is_empty() || 6 < digits.len() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    digits.parse().map(Some).map_err(|_| bad())
}

/// `release RUN --by NAME --reason TEXT`
pub fn release_run(flags: &NightFlags) -> Result<(), Failure> {
    let said = |name: &str| flags.get(name).unwrap_or_default();
    let place = release(Path::new(flags.subject(0)), said("by"), said("reason"), now())?;
    Ok(terminal::data(&format!("released: {}", terminal::plain(&place.to_string_lossy())))?)
}

/// `erase ACCOUNT RUNS`
pub fn erase_account(flags: &NightFlags) -> Result<(), Failure> {
    let (account, folder) = (flags.subject(0), Path::new(flags.subject(1)));
    let said = |name: &str| flags.get(name).unwrap_or_default().to_owned();
    let request = Request { by: said("by"), reason: said("reason") };
    let all = if folder.join("manifest.json").is_file() {
        vec![folder.to_owned()]
    } else {
        runs(folder)?.into_iter().map(|run| run.folder).collect()
    };
    // As the program shows it, and where nobody is shown so, as the log spells it. Rows tell which: a note that says the same
    // words may be about either.
    let shown = typed_name(account);
    let has_rows = |name: &str| all.iter().any(|run| has_rows_of(run, name));
    let as_spelled = shown != account && !has_rows(&shown) && has_rows(account);
    let erased = take_out(&all, if as_spelled { account } else { &shown }, &request)?;
    let newest = all.iter().rev().find_map(|folder| Some((folder, read_run(folder).ok()?)));
    if let (0, Some((newest, run))) = (erased, newest) {
        let meant = match run.find(account) {
            Ok(row) => format!("did you mean {}?", shown_name(&row.name)),
            Err(nobody) => nobody.to_string(),
        };
        // No failure: an erasure that was killed when it was done is given again, and nobody is told who was erased.
        terminal::note(&format!("nothing was erased; {}: {meant}", newest.display()));
    }
    Ok(terminal::data(&format!("erased from {erased} of {} runs", all.len()))?)
}

/// Erases an account from each of these runs; says from how many.
fn take_out(all: &[PathBuf], account: &str, request: &Request) -> Result<usize, Failure> {
    let mut erased = 0;
    for run in all {
        let done = erase(run, account, request, now())?;
        if let Some(place) = done.place {
            erased += 1;
            terminal::data(&format!("erased from {}", terminal::plain(&place.to_string_lossy())))?;
        }
        for file in done.beside {
            let place = terminal::plain(&run.join(file).to_string_lossy());
            terminal::note(&format!("not looked into, for it is no file of the run: {place}"));
        }
    }
    Ok(erased)
}
