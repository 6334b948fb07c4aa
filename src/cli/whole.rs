//! One file that a command writes: there whole, or not at all.
//! In: a place and a way to write; out: the file, synced and renamed into its place.
//! Knows no format.

use super::Failure;
use std::fs::{self, File};
use std::path::Path;

/// Makes the folder where there is none; writes beside the place by `put`, which syncs what it writes; renames, syncs the
/// folder; on failure no part of a file is left.
pub fn write(path: &Path, put: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<(), Failure> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    let part = Path::new(&part);
    let written = put(part).and_then(|()| Ok(fs::rename(part, path)?));
    written.inspect_err(|_| drop(fs::remove_file(part)))?;
    Ok(File::open(folder)?.sync_all()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn put(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
        write(path, |part| Ok(fs::write(part, bytes)?))
    }

    #[test]
    fn a_file_is_there_whole_or_not_at_all() {
        let folder = tempfile::tempdir().expect("temp");
        let names = || std::fs::read_dir(folder.path()).expect("folder").flatten().map(|e| e.file_name());
        // Two files that differ in their ending only must not write into each other's parts.
        for name in ["a.json", "a.profile"] {
            put(&folder.path().join(name), name.as_bytes()).expect("written");
            put(&folder.path().join(name), b"again").expect("replaced");
            assert_eq!(std::fs::read(folder.path().join(name)).expect("read"), b"again");
        }
        std::fs::create_dir_all(folder.path().join("taken/inside")).expect("made");
        put(&folder.path().join("taken"), b"x").expect_err("a folder stands there");
        let mut left: Vec<_> = names().collect();
        left.sort();
        assert_eq!(left, ["a.json", "a.profile", "taken"]);
    }
}
