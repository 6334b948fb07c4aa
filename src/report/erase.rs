//! Takes an account out of kept runs, and leaves a tombstone that says so and not who.
//! In: an account, run folders; out: the same runs without it, their digests made again, when and why in the manifest.
//! Counts stay as they were: they are of many, and nothing in them can be put back together.

use super::erase_names::{GONE, clear, cleared, cleared_note, shows};
use super::feature_file::{FeatureFile, FeatureFileError, read_features};
use super::folder::RunFolder;
use super::manifest::{MANIFEST, Manifest, digests, with_digests};
use super::queue::name_cell;
use super::run::{ReportError, pretty};
use super::upkeep::{UpkeepError, check_whole, own_files, parts};
use crate::domain::Timestamp;
use crate::table_io::{TableError, footer, read_columns, read_parquet, write_parquet};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Who asked for an erasure, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Request {
    /// Who erases.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What an erasure left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The run, if the account stood in it.
    pub place: Option<PathBuf>,
    /// Files beside the run's own, which were not looked into.
    pub beside: Vec<String>,
}

/// Takes an account out of a run.
pub fn erase(run: &Path, account: &str, request: &Request, at: Timestamp) -> Result<Erased, UpkeepError> {
    if account.is_empty() {
        return Err(UpkeepError::Unsaid { what: "the account" });
    }
    for (flag, text) in [("--by", &request.by), ("--reason", &request.reason)] {
        if cleared(text, account).is_some() {
            return Err(UpkeepError::Named { flag });
        }
    }
    let mut manifest = Manifest::read(run)?;
    let (out, name) = parts(run)?;
    let folder = RunFolder::stage(&out)?;
    let beside = check_whole(run)?;
    folder.take_over(run)?;
    let files: Vec<&str> = own_files().collect();
    let before = digests(&files, |file| run.join(file))?;
    let note = manifest.setting("run.note").unwrap_or_default().to_owned();
    let told = clear_words(&mut manifest, account);
    let found = without(&folder, run, account, &note)?;
    if !found && !told {
        return Ok(Erased { place: None, beside });
    }
    // The page of a released run says who let it go and why, so it goes with a name that stands only there as well.
    if run.join("report.html").is_file() {
        folder.write("report.html", PAGE.as_bytes())?;
    }
    let after = digests(&files, |file| folder.path(file))?;
    let changed: BTreeMap<&String, Value> = before
        .iter()
        .filter(|(file, digest)| after.get(*file) != Some(digest))
        .map(|(file, digest)| (file, json!({ "before": digest, "after": after.get(file) })))
        .collect();
    let mut tombstones = manifest.tombstones().to_vec();
    tombstones.push(json!({
        "at": at.rfc3339(), "by": request.by.trim(), "reason": request.reason.trim(), "files": changed,
    }));
    manifest.set("tombstones", json!(tombstones));
    let manifest = with_digests(manifest, &folder)?;
    folder.write(MANIFEST, &pretty(MANIFEST, manifest.value())?)?;
    Ok(Erased { place: Some(folder.publish(&name)?), beside })
}

/// Clears what people wrote of the night, of letting it go, of other erasures; what the program wrote names nobody.
fn clear_words(manifest: &mut Manifest, account: &str) -> bool {
    let mut told = false;
    let earlier = (0..manifest.tombstones().len()).map(|i| format!("/tombstones/{i}"));
    let places: Vec<String> = earlier.chain(["/released".to_owned()]).collect();
    let each = places.iter().flat_map(|place| ["by", "reason"].map(|word| format!("{place}/{word}")));
    for place in each.chain(["/settings/run.note/value".to_owned()]) {
        told |= manifest.at_mut(&place).is_some_and(|text| clear(text, account));
    }
    told
}

/// Writes the files again in which the account stands; whether it stood in any. `note` is what a person said of the night.
fn without(folder: &RunFolder, run: &Path, account: &str, note: &str) -> Result<bool, UpkeepError> {
    let mut found = false;
    for (file, column) in
        [("scores.parquet", "account"), ("campaigns.parquet", "account"), ("delta.parquet", "subject")]
    {
        found |= table_without(folder, run, file, column, account)?;
    }
    found |= features_without(folder, run, account)?;
    for file in ["reasons.ndjson", "activity.ndjson", "review_queue.ndjson", "off_platform.ndjson"] {
        found |= lines_without(folder, run, file, account)?;
    }
    found |= queue_without(folder, run, account)?;
    found |= labels_without(folder, run, account)?;
    found |= notes_without(folder, account)?;
    found |= journal_without(folder, account, note)?;
    found |= samples_without(folder, run, account)?;
    Ok(found)
}

/// Whether a run has rows of an account of this very name.
pub fn has_rows_of(run: &Path, account: &str) -> bool {
    let files = ["scores.parquet", "features.parquet", "campaigns.parquet"];
    files.iter().any(|file| {
        let names = read_columns(&run.join(file), &["account"]);
        let is = |name: &Option<String>| name.as_deref() == Some(account);
        names.is_ok_and(|table| table.texts("account").is_ok_and(|names| names.iter().any(is)))
    })
}

const PAGE: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>bulkwatch</title></head>\n\
                    <body><p>An account was erased from this run, and with it the page that showed it. The tables are \
                    complete but for that account.</p></body></html>\n";

fn table_without(
    folder: &RunFolder,
    run: &Path,
    file: &str,
    column: &str,
    account: &str,
) -> Result<bool, UpkeepError> {
    let path = run.join(file);
    if !path.is_file() {
        return Ok(false);
    }
    let table = read_parquet(&path)?;
    let Ok(names) = table.texts(column) else { return Ok(false) };
    let is_it = |row: usize| names[row].as_deref() == Some(account);
    if !(0..table.rows()).any(is_it) {
        return Ok(false);
    }
    write_again(folder, file, &path, &table.keep(|row| !is_it(row)))?;
    Ok(true)
}

/// What refused rows showed of themselves: a sample that holds the name, or the start of it where it was cut, goes; that
/// the row was refused stays.
fn samples_without(folder: &RunFolder, run: &Path, account: &str) -> Result<bool, UpkeepError> {
    const FILE: &str = "rejects.parquet";
    let path = run.join(FILE);
    if !path.is_file() {
        return Ok(false);
    }
    let mut table = read_parquet(&path)?;
    let Ok(samples) = table.texts("sample").map(<[_]>::to_vec) else { return Ok(false) };
    let holds = |sample: &Option<String>| sample.as_deref().is_some_and(|text| shows(text, account));
    if !samples.iter().any(holds) {
        return Ok(false);
    }
    let new: Vec<Option<String>> =
        samples.into_iter().map(|s| if holds(&s) { Some(GONE.to_owned()) } else { s }).collect();
    table.push("sample", new);
    write_again(folder, FILE, &path, &table)?;
    Ok(true)
}

/// Writes a table with the words that the old file carried.
fn write_again(
    folder: &RunFolder,
    file: &str,
    old: &Path,
    table: &crate::table_io::Table,
) -> Result<(), TableError> {
    let words = footer(old)?.metadata;
    let words: Vec<(&str, &str)> = words
        .iter()
        .filter(|(key, _)| key.starts_with("bulkwatch."))
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    // A new file: what was taken over shares its bytes with the run as it is published.
    let place = folder.path(file);
    std::fs::remove_file(&place).map_err(|e| TableError::io(file, e))?;
    write_parquet(&place, table, &words)
}

/// The feature table is written as a scan writes it; one of other cards as a plain table, which nothing reads by its cards.
fn features_without(folder: &RunFolder, run: &Path, account: &str) -> Result<bool, UpkeepError> {
    const FILE: &str = "features.parquet";
    let path = run.join(FILE);
    let rows = match read_features(&path) {
        Ok(rows) => rows,
        Err(FeatureFileError::OtherCards { .. }) => {
            return table_without(folder, run, FILE, "account", account);
        }
        Err(FeatureFileError::Table(error)) => return Err(error.into()),
    };
    let before = rows.len();
    let kept: Vec<_> = rows.into_iter().filter(|row| row.name != account).collect();
    if kept.len() == before {
        return Ok(false);
    }
    let place = folder.path(FILE);
    std::fs::remove_file(&place).map_err(|e| TableError::io(FILE, e))?;
    let mut file = FeatureFile::create(&place)?;
    file.append(&kept)?;
    file.finish()?;
    Ok(true)
}

/// What people wrote of others may name the account: reasons of decisions and of sanctions.
fn notes_without(folder: &RunFolder, account: &str) -> Result<bool, UpkeepError> {
    const FILE: &str = "scores.parquet";
    let path = folder.path(FILE);
    if !path.is_file() {
        return Ok(false);
    }
    let table = read_parquet(&path)?;
    let Ok(notes) = table.texts("notes") else { return Ok(false) };
    let new: Vec<Option<String>> = notes
        .iter()
        .map(|note| {
            note.as_deref().map(|text| cleared_note(text, account).unwrap_or_else(|| text.to_owned()))
        })
        .collect();
    if new == notes {
        return Ok(false);
    }
    let mut table = table;
    table.push("notes", new);
    write_again(folder, FILE, &path, &table)?;
    Ok(true)
}

/// The log says what a person noted of the night.
fn journal_without(folder: &RunFolder, account: &str, note: &str) -> Result<bool, UpkeepError> {
    const FILE: &str = "log.ndjson";
    let Ok(text) = std::fs::read_to_string(folder.path(FILE)) else { return Ok(false) };
    let (mut out, mut found) = (String::new(), false);
    for line in text.lines() {
        let bad = |e: serde_json::Error| ReportError::Render { file: FILE, problem: e.to_string() };
        let mut value: Value = serde_json::from_str(line).map_err(bad)?;
        let changed = value["event"] == note && clear(&mut value["event"], account);
        found |= changed;
        out.push_str(&if changed { value.to_string() } else { line.to_owned() });
        out.push('\n');
    }
    if found {
        folder.write(FILE, out.as_bytes())?;
    }
    Ok(found)
}

fn read_text(run: &Path, file: &str) -> Result<Option<String>, TableError> {
    match std::fs::read_to_string(run.join(file)) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(TableError::io(file, error)),
    }
}

/// Lines of JSON: those about the account go, and it goes from the lists of others.
fn lines_without(
    folder: &RunFolder,
    run: &Path,
    file: &'static str,
    account: &str,
) -> Result<bool, UpkeepError> {
    let Some(text) = read_text(run, file)? else { return Ok(false) };
    let (mut kept, mut found) = (Vec::new(), false);
    for line in text.lines() {
        let bad = |e: serde_json::Error| ReportError::Render { file, problem: e.to_string() };
        let mut value: Value = serde_json::from_str(line).map_err(bad)?;
        if value["account"] == account || value["subject"] == account {
            found = true;
            continue;
        }
        let mut changed = false;
        for list in ["sample", "accounts", "scored"] {
            if let Some(list) = value.get_mut(list).and_then(Value::as_array_mut) {
                let before = list.len();
                list.retain(|item| item != account && item["account"] != account);
                changed |= list.len() < before;
            }
        }
        changed |= value.get_mut("evidence").is_some_and(|evidence| clear(evidence, account));
        if let Some(notes) = value["notes"].as_str().and_then(|notes| cleared_note(notes, account)) {
            (value["notes"], changed) = (json!(notes), true);
        }
        found |= changed;
        kept.push(if changed { value.to_string() } else { line.to_owned() });
    }
    if found {
        let text: String = kept.iter().map(|line| format!("{line}\n")).collect();
        folder.write(file, text.as_bytes())?;
    }
    Ok(found)
}

/// The queue as a spreadsheet; whom its samples hold is told by the other file, in which names are apart.
fn queue_without(folder: &RunFolder, run: &Path, account: &str) -> Result<bool, UpkeepError> {
    const FILE: &str = "review_queue.csv";
    let Some(text) = read_text(run, FILE)? else { return Ok(false) };
    let samples = std::fs::read_to_string(folder.path("review_queue.ndjson")).unwrap_or_default();
    let samples: BTreeMap<String, String> = samples
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter_map(|row| {
            let names: Vec<&str> = row["sample"].as_array()?.iter().filter_map(Value::as_str).collect();
            Some((row["case"].as_str()?.to_owned(), name_cell(names.into_iter())))
        })
        .collect();
    let bad = |problem: String| ReportError::Render { file: FILE, problem };
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().map_err(|e| bad(e.to_string()))?.clone();
    let place = |name: &str| head.iter().position(|h| h == name);
    let (Some(case), Some(name), Some(sample)) = (place("case"), place("account"), place("sample")) else {
        return Ok(false);
    };
    let notes = place("notes");
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&head).map_err(|e| bad(e.to_string()))?;
    let (mut found, own) = (false, name_cell(std::iter::once(account)));
    for record in reader.records() {
        let record = record.map_err(|e| bad(e.to_string()))?;
        if record.get(name) == Some(own.as_str()) {
            found = true;
            continue;
        }
        let told = record.get(case).and_then(|case| samples.get(case));
        let cells = record.iter().enumerate().map(|(i, cell)| match told {
            Some(told) if i == sample => told.clone(),
            _ if Some(i) == notes => cleared_note(cell, account).unwrap_or_else(|| cell.to_owned()),
            _ => cell.to_owned(),
        });
        let cells: Vec<String> = cells.collect();
        found |= cells.iter().ne(record.iter());
        writer.write_record(cells).map_err(|e| bad(e.to_string()))?;
    }
    if found {
        folder.write(FILE, &writer.into_inner().map_err(|e| bad(e.to_string()))?)?;
    }
    Ok(found)
}

/// Label files: one name a line, and how many there are.
fn labels_without(folder: &RunFolder, run: &Path, account: &str) -> Result<bool, UpkeepError> {
    const JOBS: &str = "osprey_jobs.json";
    let mut left: BTreeMap<&str, usize> = BTreeMap::new();
    for file in own_files().filter(|file| file.ends_with(".txt")) {
        let Some(text) = read_text(run, file)? else { continue };
        let lines: Vec<&str> = text.lines().filter(|line| *line != account).collect();
        if lines.len() < text.lines().count() {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            folder.write(file, text.as_bytes())?;
            left.insert(file, lines.len());
        }
    }
    if left.is_empty() {
        return Ok(false);
    }
    if let Some(text) = read_text(run, JOBS)? {
        let bad = |e: serde_json::Error| ReportError::Render { file: JOBS, problem: e.to_string() };
        let mut jobs: Vec<Value> = serde_json::from_str(&text).map_err(bad)?;
        for job in &mut jobs {
            if let Some(n) = job["file"].as_str().and_then(|file| left.get(file)) {
                job["entities"] = json!(n);
            }
        }
        folder.write(JOBS, &pretty(JOBS, &jobs)?)?;
    }
    Ok(true)
}
