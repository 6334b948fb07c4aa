//! Scenarios become files: canonical CSV, gzip where it is large, always the same bytes.
//! In: the tables of a scenario; out: file names with their bytes, or a written folder.
//! Refuses to write a clock, a path or an empty table.

use super::tables::{Row, Tables};
use flate2::{Compression, GzBuilder};
use std::io::{self, Write};
use std::path::Path;

/// Tables larger than this are written as gzip.
pub const PLAIN_LIMIT: usize = 100_000;

/// One file of a scenario folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its name inside the folder.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The files of all tables that have rows.
pub fn table_files(tables: &Tables) -> io::Result<Vec<File>> {
    let mut files = Vec::new();
    push(&mut files, &tables.messages)?;
    push(&mut files, &tables.accounts)?;
    push(&mut files, &tables.registrations)?;
    push(&mut files, &tables.group_events)?;
    push(&mut files, &tables.feedback)?;
    push(&mut files, &tables.enforcement)?;
    push(&mut files, &tables.contacts)?;
    push(&mut files, &tables.sanctioned)?;
    push(&mut files, &tables.operators)?;
    push(&mut files, &tables.off_platform)?;
    Ok(files)
}

/// Writes files into a folder, which is made if needed; a table's older plain or gzip twin is removed.
pub fn write_files(dir: &Path, files: &[File]) -> io::Result<()> {
    std::fs::create_dir_all(dir)?;
    for file in files {
        let twin = match file.name.strip_suffix(".gz") {
            Some(plain) => plain.to_owned(),
            None => format!("{}.gz", file.name),
        };
        match std::fs::remove_file(dir.join(twin)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        std::fs::write(dir.join(&file.name), &file.bytes)?;
    }
    Ok(())
}

fn push<R: Row>(files: &mut Vec<File>, rows: &[R]) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let plain = csv_bytes(rows)?;
    if plain.len() <= PLAIN_LIMIT {
        files.push(File { name: format!("{}.csv", R::TABLE), bytes: plain });
    } else {
        files.push(File { name: format!("{}.csv.gz", R::TABLE), bytes: gzip(&plain)? });
    }
    Ok(())
}

/// Rows in the order of time and then of all cells, doubles dropped, optional columns without a value left out.
fn csv_bytes<R: Row>(rows: &[R]) -> io::Result<Vec<u8>> {
    let mut lines: Vec<(i64, Vec<String>)> = rows.iter().map(|row| (row.at(), row.cells())).collect();
    lines.sort();
    lines.dedup();
    let kept: Vec<usize> = (0..R::COLUMNS.len())
        .filter(|&column| column < R::REQUIRED || lines.iter().any(|(_, cells)| !cells[column].is_empty()))
        .collect();
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(kept.iter().map(|&column| R::COLUMNS[column]))?;
    for (_, cells) in &lines {
        writer.write_record(kept.iter().map(|&column| &cells[column]))?;
    }
    writer.into_inner().map_err(|error| io::Error::other(error.to_string()))
}

fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::best());
    encoder.write_all(bytes)?;
    encoder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::message::Message;

    #[test]
    fn order_and_doubles_of_the_input_do_not_matter() {
        let a = Message::direct(2_000_000, "a", "b");
        let b = Message::direct(1_500_000, "b", "a");
        let first = csv_bytes(&[a.clone(), b.clone(), a.clone()]).unwrap();
        let second = csv_bytes(&[b, a]).unwrap();
        assert_eq!(first, second);
        let text = String::from_utf8(first).unwrap();
        assert_eq!(text.lines().count(), 3);
        assert!(text.lines().nth(1).unwrap().starts_with("1970-01-01T00:00:01.5Z,b,a,"), "{text}");
    }

    #[test]
    fn columns_without_a_value_are_left_out() {
        let text = String::from_utf8(csv_bytes(&[Message::direct(0, "a", "b")]).unwrap()).unwrap();
        let header = text.lines().next().unwrap();
        assert_eq!(header, "ts,sender,recipient,chat,kind,link,forwarded,via,status");
    }

    #[test]
    fn gzip_carries_no_time() {
        assert_eq!(gzip(b"abc").unwrap()[4..8], [0, 0, 0, 0]);
        assert_eq!(gzip(b"abc").unwrap(), gzip(b"abc").unwrap());
    }
}
