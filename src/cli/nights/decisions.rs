//! `decisions merge A.csv B.csv --out labels.csv`: what people decided becomes labels that evaluation and training take.
//! In: files of decisions; out: a labels file (account, label, as_of, source, confidence), conflicts on the terminal.
//! Settles no conflict: an account on which people disagree gets no label, and neither does one nobody was sure of.

use super::{NightFlags, now};
use crate::cli::{Failure, terminal, whole};
use crate::decision::{Ruling, Rulings, Said, last_words};
use crate::domain::{ErrorClass, Timestamp, shown_name};
use serde_json::json;
use std::fs::File;
use std::io::Write;
use std::path::Path;

/// How sure a label is that one person gave, and one that several agree on [S].
const CONFIDENCE: [&str; 2] = ["0.8", "0.95"];

/// Runs the command.
pub fn run(flags: &NightFlags) -> Result<(), Failure> {
    let mut all = Rulings::default();
    for file in &flags.subjects {
        let text = std::fs::read_to_string(file).map_err(|e| {
            Failure::new(ErrorClass::Input, format!("decisions {file}: {}", e.to_string().to_lowercase()))
        })?;
        all.merge(Rulings::parse(file, &text)?);
    }
    let path = Path::new(flags.get("merged").unwrap_or("labels.csv"));
    let same = |file: &String| {
        let place = |path: &Path| path.canonicalize().ok();
        place(Path::new(file)).is_some_and(|input| place(path) == Some(input))
    };
    if let Some(file) = flags.subjects.iter().find(|file| same(file)) {
        return Err(Failure::usage(format!(
            "--out {} would overwrite the decisions in it",
            terminal::plain(file)
        )));
    }
    let later = all.unheard(now().0, |_| true).later;
    if 0 < later {
        terminal::note(&format!("note: {later} decisions are dated in the future"));
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    let failed = |problem: String| Failure::new(ErrorClass::Internal, problem);
    writer
        .write_record(["account", "label", "as_of", "source", "confidence"])
        .map_err(|e| failed(e.to_string()))?;
    let (mut labels, mut unsure, mut conflicts) = (0, 0, Vec::new());
    for (account, said) in all.each() {
        let last = last_words(said, i64::MAX);
        let sure: Vec<&&Ruling> = last.iter().filter(|r| r.said != Said::Unsure).collect();
        let Some(first) = sure.first() else {
            unsure += 1;
            continue;
        };
        if sure.iter().any(|r| r.said != first.said) {
            conflicts.push((account, last));
            continue;
        }
        let mut people: Vec<&str> = sure.iter().map(|r| r.who.as_str()).collect();
        people.sort_unstable();
        let when = sure.iter().map(|r| r.when).max().unwrap_or_default();
        let confidence = CONFIDENCE[usize::from(1 < sure.len())];
        let (when, source) = (Timestamp(when).rfc3339(), format!("decision:{}", people.join("+")));
        let row = [account, first.said.name(), &when, &source, confidence];
        writer.write_record(row).map_err(|e| failed(e.to_string()))?;
        labels += 1;
    }
    let bytes = writer.into_inner().map_err(|e| failed(e.to_string()))?;
    whole::write(path, |part| {
        let mut file = File::create(part)?;
        file.write_all(&bytes)?;
        Ok(file.sync_all()?)
    })?;
    show(flags, &conflicts)?;
    let told = format!(
        "wrote {}: {labels} labels; {unsure} accounts of which nobody was sure and {} conflicts got none",
        path.display(),
        conflicts.len()
    );
    terminal::note(&told);
    Ok(())
}

/// Conflicts, a decision a line.
fn show(flags: &NightFlags, conflicts: &[(&str, Vec<&Ruling>)]) -> Result<(), Failure> {
    let each = || conflicts.iter().flat_map(|(account, said)| said.iter().map(move |r| (account, r)));
    if flags.json {
        for (account, r) in each() {
            let line = json!({ "account": account, "decision": r.said.name(), "who": r.who, "why": r.why,
                               "when": Timestamp(r.when).rfc3339(), "run": r.run, "place": r.place });
            terminal::json(&line.to_string())?;
        }
        return Ok(());
    }
    if conflicts.is_empty() {
        return Ok(());
    }
    let rows = each().map(|(account, r)| {
        let when = Timestamp(r.when).date();
        vec![
            shown_name(account).into_owned(),
            r.said.name().to_owned(),
            r.who.clone(),
            when,
            r.why.clone(),
            r.place.clone(),
        ]
    });
    let head = ["conflict", "decision", "who", "when", "why", "file:line"];
    Ok(terminal::data(&terminal::table(&head, rows.collect()))?)
}
