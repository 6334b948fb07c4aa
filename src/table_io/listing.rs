//! Which files a table consists of: one file, a glob, a folder or a folder of partitions `date=YYYY-MM-DD/`.
//! In: paths as given and the window's dates; out: files sorted by name, pruned by date before any of them is opened.
//! Opens no file and reads no schema: what is inside is the readers' business.

use crate::domain::{DAY_US, Timestamp, counted, nearest};
use crate::table_io::TableError;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

/// The name of standard input.
pub const STDIN: &str = "-";
/// Other names of it, which lead to a file where one is redirected there.
const STDIN_PATHS: &[&str] = &["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
const ENDINGS: &[&str] = &["parquet", "csv", "tsv", "txt", "ndjson", "jsonl", "json"];
const ENDINGS_TEXT: &str = ".parquet .csv .tsv .txt .ndjson .jsonl .json (also .gz, .zst)";
/// Deeper folders are a loop of links or not a log.
const MAX_DEPTH: usize = 16;

/// One file of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputFile {
    /// Where it is; [`STDIN`] for standard input.
    pub path: PathBuf,
    /// Its name in reports: relative to what was given.
    pub name: String,
    /// Its size in bytes, 0 for standard input.
    pub bytes: u64,
    /// When it was last written to, since 1970; `None` for standard input and where the file system does not say.
    pub written: Option<Duration>,
    /// Midnight UTC of its partition date, microseconds.
    pub partition: Option<i64>,
}

impl InputFile {
    /// Standard input.
    fn stdin() -> Self {
        Self { path: STDIN.into(), name: STDIN.into(), bytes: 0, written: None, partition: None }
    }

    /// Refuses a file that is no longer the one that was listed: what was read of it may be neither the old rows nor
    /// the new ones, and its digest is of neither.
    pub(crate) fn check_unchanged(&self) -> Result<(), TableError> {
        if self.path == Path::new(STDIN) {
            return Ok(());
        }
        let now = std::fs::metadata(&self.path).ok().map(|data| (data.len(), written(&data)));
        if now == Some((self.bytes, self.written)) {
            return Ok(());
        }
        Err(TableError::Changed { file: self.name.clone() })
    }
}

/// When a file was last written to.
fn written(data: &std::fs::Metadata) -> Option<Duration> {
    data.modified().ok()?.duration_since(UNIX_EPOCH).ok()
}

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

/// Lists the files of `paths`; partitions whose day does not meet `[from, to)` are left out.
pub fn list(paths: &[String], from: Option<Timestamp>, to: Option<Timestamp>) -> Result<Listing, TableError> {
    let mut walk = Walk { from, to, ..Walk::default() };
    for path in paths {
        walk.given(path)?;
    }
    walk.finish(paths)
}

#[derive(Default)]
struct Walk {
    from: Option<Timestamp>,
    to: Option<Timestamp>,
    files: BTreeMap<PathBuf, InputFile>,
    listing: Listing,
    partitions: Vec<i64>,
    skipped: Vec<String>,
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
        let paths = glob::glob(given)
            .map_err(|e| TableError::BadGlob { pattern: given.to_owned(), problem: e.msg.to_owned() })?;
        let literal: PathBuf =
            Path::new(given).iter().take_while(|p| !p.to_string_lossy().contains(['*', '?', '['])).collect();
        let mut any = false;
        for path in paths {
            let path = path.map_err(|e| TableError::io(given, e.into()))?;
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

    fn folder(&mut self, path: &Path, root: &Path, day: Option<i64>, depth: usize) -> Result<(), TableError> {
        let shown = path.display().to_string();
        if depth > MAX_DEPTH {
            self.listing.warnings.push(format!("{shown}: more than {MAX_DEPTH} folders deep, passed over"));
            return Ok(());
        }
        let day = match partition_day(path)? {
            Some(own) => {
                // An empty folder says nothing about the days that the log covers.
                let counts = holds_files(path, depth)?;
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
        for (entry, name) in entries(path)? {
            if entry.is_dir() {
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
        let (bytes, written) = (data.len(), written(&data));
        self.files.insert(real, InputFile { path: path.to_owned(), name, bytes, written, partition });
        Ok(())
    }

    fn wanted(&self, day: i64) -> bool {
        self.from.is_none_or(|from| day + DAY_US > from.0) && self.to.is_none_or(|to| day < to.0)
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
                wanted: format!("{} to {}", date(self.from), date(self.to)),
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

/// What stands in a folder, with its name.
fn entries(path: &Path) -> Result<Vec<(PathBuf, String)>, TableError> {
    let shown = path.display().to_string();
    let mut out = Vec::new();
    for entry in std::fs::read_dir(path).map_err(|e| TableError::io(&shown, e))? {
        let entry = entry.map_err(|e| TableError::io(&shown, e))?.path();
        let name = entry.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // Markers and half-written files of other engines begin like this.
        if !name.starts_with(['.', '_']) {
            out.push((entry, name));
        }
    }
    Ok(out)
}

/// Whether a folder or one below it holds a file that would be read.
fn holds_files(path: &Path, depth: usize) -> Result<bool, TableError> {
    if depth > MAX_DEPTH {
        return Ok(false);
    }
    for (entry, name) in entries(path)? {
        if if entry.is_dir() { holds_files(&entry, depth + 1)? } else { has_known_ending(&name) } {
            return Ok(true);
        }
    }
    Ok(false)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[&str]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("temp");
        for file in files {
            let path = dir.path().join(file);
            std::fs::create_dir_all(path.parent().expect("parent")).expect("folder");
            std::fs::write(path, b"x").expect("write");
        }
        dir
    }

    fn names(listing: &Listing) -> Vec<&str> {
        listing.files.iter().map(|f| f.name.as_str()).collect()
    }

    #[test]
    fn partitions_are_pruned_by_day_and_the_oldest_is_remembered() {
        let dir = folder(&[
            "date=2026-01-01/a.parquet",
            "date=2026-01-02/a.parquet",
            "date=2026-01-03/a.parquet",
            "_SUCCESS",
        ]);
        let path = vec![dir.path().display().to_string()];
        let from = Timestamp::parse("2026-01-02T12:00:00Z");
        let listing = list(&path, from, Timestamp::parse("2026-01-03")).expect("lists");
        assert_eq!(names(&listing), ["date=2026-01-02/a.parquet"]);
        assert_eq!(listing.pruned, 2);
        assert_eq!(listing.earliest_partition, Timestamp::parse("2026-01-01").map(|t| t.0));
        let none = list(&path, Timestamp::parse("2030-01-01"), None);
        assert!(matches!(none, Err(TableError::AllPruned { partitions: 3, .. })));
    }

    #[test]
    fn empty_partitions_cover_no_day() {
        let dir = folder(&["date=2026-01-03/a.csv", "date=2026-01-01/_SUCCESS", "date=2026-01-02/notes.md"]);
        let path = vec![dir.path().display().to_string()];
        let day = |text: &str| Timestamp::parse(text).map(|t| t.0);
        for from in [None, Timestamp::parse("2026-01-03")] {
            let listing = list(&path, from, None).expect("lists");
            assert_eq!((listing.earliest_partition, listing.pruned), (day("2026-01-03"), 0));
        }
    }

    #[test]
    fn globs_and_repeats_are_understood() {
        let dir = folder(&["b.csv", "a.csv.gz", "notes.md"]);
        let at = |name: &str| dir.path().join(name).display().to_string();
        let listing = list(&[at("*.csv*"), at("b.csv")], None, None).expect("lists");
        assert_eq!(names(&listing), ["a.csv.gz", "b.csv"]);
        assert_eq!(listing.warnings.len(), 1);
        assert!(matches!(list(&[at("*.nothing")], None, None), Err(TableError::NoMatch { .. })));
        let error = list(&[at("b.cvs")], None, None).expect_err("missing").to_string();
        assert!(error.contains("did you mean b.csv?"), "{error}");
    }

    #[test]
    fn nonsense_dates_and_empty_folders_are_named() {
        let dir = folder(&["date=2026-13-45/a.csv"]);
        let error = list(&[dir.path().display().to_string()], None, None).expect_err("bad date");
        assert!(error.to_string().contains("2026-13-45 is not a date"));
        let dir = folder(&["notes.md"]);
        let error = list(&[dir.path().display().to_string()], None, None).expect_err("nothing");
        assert!(error.to_string().contains("passed over: notes.md"), "{error}");
    }
}
