//! Which files a table consists of: one file, a glob, a folder or a folder of partitions `date=YYYY-MM-DD/`.
//! In: paths as given and the window's dates; out: files sorted by name, pruned by date before any of them is opened.
//! Opens no file of a log and reads no schema: what is inside is the readers' business.

use super::input_file;
use crate::domain::{DAY_US, Timestamp, counted, nearest};
use crate::table_io::{InputFile, STDIN, Stop, TableError};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;

/// Other names of it, which lead to a file where one is redirected there.
const STDIN_PATHS: &[&str] = &["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
const ENDINGS: &[&str] = &["parquet", "csv", "tsv", "txt", "ndjson", "jsonl", "json"];
const ENDINGS_TEXT: &str = ".parquet .csv .tsv .txt .ndjson .jsonl .json (also .gz, .zst)";
/// Deeper folders are a loop of links or not a log.
const MAX_DEPTH: usize = 16;

/// What the given paths amount to.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The files, sorted by name, each path once.
    pub files: Vec<InputFile>,
    /// Partitions left out because of their date.
    pub pruned: usize,
    /// Midnight UTC of the oldest partition there is, pruned ones included: the log reaches back at least to here.
    pub earliest_partition: Option<i64>,
    /// What was noticed and passed over.
    pub warnings: Vec<String>,
}

/// What of the paths is wanted.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Partitions that end at or before this moment are left out.
    pub from: Option<Timestamp>,
    /// Partitions that begin at or after this moment are left out.
    pub to: Option<Timestamp>,
    /// Where results go: below a folder that was given, they are none of its files.
    pub results: Option<PathBuf>,
    /// Raised by whoever wants the listing to stop.
    pub stop: Option<Stop>,
}

/// Lists the files of `paths`.
///
/// A path may itself be a link, and so may a file. Folders that are reached through a link inside a given one are not
/// looked into: links can lead round in a circle, or out of what was given.
pub fn list(paths: &[String], wanted: &Wanted) -> Result<Listing, TableError> {
    let results = wanted.results.as_deref().and_then(|path| std::fs::canonicalize(path).ok());
    let mut walk = Walk { wanted: Wanted { results, ..wanted.clone() }, ..Walk::default() };
    for path in paths {
        walk.given(path)?;
    }
    walk.finish(paths)
}

#[derive(Default)]
struct Walk {
    wanted: Wanted,
    files: BTreeMap<PathBuf, InputFile>,
    listing: Listing,
    partitions: Vec<i64>,
    skipped: Vec<String>,
    /// Folders that are links.
    links: BTreeSet<String>,
    /// Folders that hold results of this program.
    results: BTreeSet<String>,
}

impl Walk {
    fn given(&mut self, given: &str) -> Result<(), TableError> {
        let is_file = std::fs::metadata(given).is_ok_and(|data| data.is_file());
        if given == STDIN || (STDIN_PATHS.contains(&given) && !is_file) {
            self.files.insert(STDIN.into(), InputFile::stdin());
            return Ok(());
        }
        let path = Path::new(given);
        if path.is_dir() {
            return self.root(path, given);
        }
        if path.exists() {
            return self.file(path, path.parent().unwrap_or(Path::new("")), None);
        }
        if given.contains(['*', '?', '[']) {
            return self.pattern(given);
        }
        Err(not_found(given))
    }

    fn root(&mut self, path: &Path, given: &str) -> Result<(), TableError> {
        let (files, pruned) = (self.files.len(), self.listing.pruned);
        self.folder(path, path, None, 0)?;
        if self.files.len() == files && self.listing.pruned == pruned {
            let mut skipped = std::mem::take(&mut self.skipped);
            skipped.sort();
            return Err(TableError::EmptyFolder { path: given.to_owned(), expected: ENDINGS_TEXT, skipped });
        }
        Ok(())
    }

    fn pattern(&mut self, given: &str) -> Result<(), TableError> {
        let bad = |e: glob::PatternError| TableError::BadGlob {
            pattern: given.to_owned(),
            problem: e.msg.to_owned(),
        };
        let is_literal = |part: &&std::ffi::OsStr| !part.to_string_lossy().contains(['*', '?', '[']);
        let literal: PathBuf = Path::new(given).iter().take_while(is_literal).collect();
        let paths: Vec<PathBuf> = if given.contains("**") {
            // The library would follow links, round and round.
            let rest: PathBuf = Path::new(given).iter().skip_while(is_literal).collect();
            let rest = glob::Pattern::new(&rest.to_string_lossy()).map_err(bad)?;
            let root = if literal.as_os_str().is_empty() { Path::new(".") } else { &literal };
            let mut found = Vec::new();
            self.matching(root, root, &rest, 0, &mut found)?;
            found
        } else {
            let paths = glob::glob(given).map_err(bad)?;
            paths.map(|path| path.map_err(|e| TableError::io(given, e.into()))).collect::<Result<_, _>>()?
        };
        let mut any = false;
        for path in paths {
            if path.is_dir() && self.holds_results(&path) {
                continue;
            }
            any = true;
            let day = partition_of(&path, &literal)?;
            if path.is_dir() {
                self.folder(&path, &literal, day, 0)?;
            } else {
                self.dated_file(&path, &literal, day)?;
            }
        }
        if any { Ok(()) } else { Err(TableError::NoMatch { pattern: given.to_owned() }) }
    }

    /// Files below a folder that match a pattern, or stand in a folder that does.
    fn matching(
        &mut self,
        path: &Path,
        root: &Path,
        pattern: &glob::Pattern,
        depth: usize,
        found: &mut Vec<PathBuf>,
    ) -> Result<(), TableError> {
        let options = glob::MatchOptions { require_literal_separator: true, ..Default::default() };
        let matches = |path: &Path| {
            let below = path.strip_prefix(root).unwrap_or(path);
            !below.as_os_str().is_empty() && pattern.matches_path_with(below, options)
        };
        if depth > MAX_DEPTH {
            self.too_deep(path);
            return Ok(());
        }
        for (entry, name, is_folder) in self.entries(path)? {
            if is_folder {
                self.matching(&entry, root, pattern, depth + 1, found)?;
            } else if matches(&entry) || (has_known_ending(&name) && path.ancestors().any(matches)) {
                found.push(entry);
            }
        }
        Ok(())
    }

    fn folder(&mut self, path: &Path, root: &Path, day: Option<i64>, depth: usize) -> Result<(), TableError> {
        if depth > MAX_DEPTH {
            self.too_deep(path);
            return Ok(());
        }
        let day = match partition_day(path)? {
            Some(own) => {
                // An empty folder says nothing about the days that the log covers.
                let counts = self.holds_files(path, depth)?;
                if counts {
                    self.partitions.push(own);
                }
                if !self.wanted(own) {
                    self.listing.pruned += usize::from(counts);
                    return Ok(());
                }
                Some(own)
            }
            None => day,
        };
        for (entry, name, is_folder) in self.entries(path)? {
            if is_folder {
                self.folder(&entry, root, day, depth + 1)?;
            } else if has_known_ending(&name) {
                self.file(&entry, root, day)?;
            } else {
                self.skipped.push(name);
            }
        }
        Ok(())
    }

    fn dated_file(&mut self, path: &Path, root: &Path, day: Option<i64>) -> Result<(), TableError> {
        if let Some(day) = day {
            self.partitions.push(day);
            if !self.wanted(day) {
                self.listing.pruned += 1;
                return Ok(());
            }
        }
        self.file(path, root, day)
    }

    fn file(&mut self, path: &Path, root: &Path, partition: Option<i64>) -> Result<(), TableError> {
        let shown = path.display().to_string();
        let name = path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned();
        // The bytes of a pipe are there once, and a device may never end.
        if !std::fs::metadata(path).map_err(|e| TableError::io(&shown, e))?.is_file() {
            return Err(TableError::NotRegular { path: shown });
        }
        let real = std::fs::canonicalize(path).map_err(|e| TableError::io(&shown, e))?;
        let data = std::fs::metadata(&real).map_err(|e| TableError::io(&shown, e))?;
        if self.files.contains_key(&real) {
            self.listing.warnings.push(format!("{name} is given twice, read once"));
            return Ok(());
        }
        let (bytes, written) = (data.len(), input_file::written(&data));
        self.files.insert(real, InputFile { path: path.to_owned(), name, bytes, written, partition });
        Ok(())
    }

    fn wanted(&self, day: i64) -> bool {
        let Wanted { from, to, .. } = &self.wanted;
        from.is_none_or(|from| day + DAY_US > from.0) && to.is_none_or(|to| day < to.0)
    }

    fn too_deep(&mut self, path: &Path) {
        let shown = path.display();
        self.listing.warnings.push(format!("{shown}: more than {MAX_DEPTH} folders deep, passed over"));
    }

    /// What stands in a folder, with its name and whether it is a folder itself; noted instead is what is not looked into.
    fn entries(&mut self, path: &Path) -> Result<Vec<(PathBuf, String, bool)>, TableError> {
        if self.wanted.stop.as_ref().is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return Err(TableError::Stopped);
        }
        let shown = path.display().to_string();
        let failed = |e| TableError::io(&shown, e);
        let mut out = Vec::new();
        for entry in std::fs::read_dir(path).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let is_link = entry.file_type().map_err(failed)?.is_symlink();
            let entry = entry.path();
            let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let is_folder = entry.is_dir();
            // Markers and half-written files of other engines begin like this.
            if name.starts_with(['.', '_']) || (is_folder && self.holds_results(&entry)) {
                continue;
            }
            if is_folder && is_link {
                self.links.insert(entry.display().to_string());
                continue;
            }
            out.push((entry, name, is_folder));
        }
        Ok(out)
    }

    /// Whether a folder or one below it holds a file that would be read.
    fn holds_files(&mut self, path: &Path, depth: usize) -> Result<bool, TableError> {
        if depth > MAX_DEPTH {
            return Ok(false);
        }
        for (entry, name, is_folder) in self.entries(path)? {
            if if is_folder { self.holds_files(&entry, depth + 1)? } else { has_known_ending(&name) } {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Notes a folder that results of this program go to or lie in.
    fn holds_results(&mut self, path: &Path) -> bool {
        let real = || std::fs::canonicalize(path).ok();
        let holds = is_run(path) || (self.wanted.results.is_some() && self.wanted.results == real());
        if holds {
            self.results.insert(path.display().to_string());
        }
        holds
    }

    /// Says what was not looked into.
    fn tell_passed_over(&mut self) {
        let shown = |names: &BTreeSet<String>| names.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        if !self.links.is_empty() {
            let (n, names) = (self.links.len(), shown(&self.links));
            let text =
                format!("{n} folders that are links were not looked into: {names}; name them to read them");
            self.listing.warnings.push(text);
        }
        if !self.results.is_empty() {
            let (n, names) = (self.results.len(), shown(&self.results));
            self.listing
                .warnings
                .push(format!("{n} folders hold results of this program, passed over: {names}"));
        }
    }

    fn finish(mut self, paths: &[String]) -> Result<Listing, TableError> {
        self.partitions.sort_unstable();
        self.partitions.dedup();
        self.listing.earliest_partition = self.partitions.first().copied();
        if self.files.is_empty() {
            let date = |t: Option<Timestamp>| t.map_or_else(|| "any".to_owned(), Timestamp::date);
            let day = |d: Option<&i64>| d.map_or_else(String::new, |d| Timestamp(*d).date());
            return Err(TableError::AllPruned {
                path: paths.join(", "),
                partitions: self.partitions.len(),
                wanted: format!("{} to {}", date(self.wanted.from), date(self.wanted.to)),
                reach: format!("from {} to {}", day(self.partitions.first()), day(self.partitions.last())),
            });
        }
        if !self.skipped.is_empty() {
            self.skipped.sort();
            let shown = self.skipped.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
            let text = format!(
                "{} with other endings passed over: {shown}",
                counted(self.skipped.len() as u64, "file")
            );
            self.listing.warnings.push(text);
        }
        self.tell_passed_over();
        let mut files: Vec<InputFile> = self.files.into_values().collect();
        files.sort_by(|a, b| (&a.name, &a.path).cmp(&(&b.name, &b.path)));
        // Two files of one name (from two folders) are told apart by their whole path.
        for i in 1..files.len() {
            if files[i].name == files[i - 1].name {
                files[i].name = files[i].path.display().to_string();
            }
        }
        self.listing.files = files;
        Ok(self.listing)
    }
}

/// Whether a folder is a published run; its manifest begins with what made it.
fn is_run(path: &Path) -> bool {
    let manifest = path.join("manifest.json");
    if !std::fs::metadata(&manifest).is_ok_and(|data| data.is_file()) {
        return false;
    }
    let mut head = String::new();
    let read = std::fs::File::open(&manifest).map(|file| file.take(512).read_to_string(&mut head));
    read.is_ok() && head.contains("\"schema\": \"manifest ") && head.contains("\"name\": \"bulkwatch\"")
}

fn has_known_ending(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let name = name.strip_suffix(".gz").or_else(|| name.strip_suffix(".zst")).unwrap_or(&name);
    name.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending))
}

/// The day of a folder named `date=YYYY-MM-DD`.
fn partition_day(path: &Path) -> Result<Option<i64>, TableError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some(value) = name.strip_prefix("date=") else { return Ok(None) };
    // Hive writes rows without a date here; they have no day to prune by.
    if value == "__HIVE_DEFAULT_PARTITION__" {
        return Ok(None);
    }
    let whole = value.len() == 10 && value.as_bytes()[4] == b'-' && value.as_bytes()[7] == b'-';
    match whole.then(|| Timestamp::parse(value)).flatten() {
        Some(day) => Ok(Some(day.0)),
        None => Err(TableError::BadPartition { folder: path.display().to_string(), value: value.to_owned() }),
    }
}

fn partition_of(path: &Path, root: &Path) -> Result<Option<i64>, TableError> {
    let mut found = None;
    for folder in path.ancestors().skip(1).take_while(|p| p.starts_with(root)) {
        found = found.or(partition_day(folder)?);
    }
    Ok(found)
}

fn not_found(given: &str) -> TableError {
    let path = Path::new(given);
    if let Some(error) = std::fs::metadata(path).err().filter(|_| path.is_symlink()) {
        return TableError::DeadLink { path: given.to_owned(), problem: error.to_string().to_lowercase() };
    }
    let wanted = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let parent = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut names: Vec<String> = std::fs::read_dir(parent)
        .map(|entries| entries.flatten().map(|e| e.file_name().to_string_lossy().into_owned()).collect())
        .unwrap_or_default();
    names.sort();
    let nearest = nearest(&wanted, names.iter().map(String::as_str)).map(str::to_owned);
    TableError::NotFound { path: given.to_owned(), nearest }
}
