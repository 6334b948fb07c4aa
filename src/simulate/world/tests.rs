//! What worlds promise: the same bytes for any number of threads, independent actors, known answers, valid rows.
//! In: small worlds; out: failures that name the account or the file.
//! Refuses to run a detector: that is the integration tests' part.

use super::personas::PERSONAS;
use super::*;
use crate::simulate::world::draw::Range;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn world(people: u64, difficulty: Difficulty) -> World {
    let mix = Mix::shipped().unwrap();
    World {
        people,
        end: 19_144 * crate::domain::DAY_US,
        days: 4,
        seed: 11,
        difficulty,
        region: Region::Fit,
        mix,
    }
}

/// All files below a folder, by their path in it.
fn files(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(&folder).unwrap().flatten() {
            match entry.path() {
                path if path.is_dir() => open.push(path),
                path => drop(
                    found.insert(path.strip_prefix(dir).unwrap().to_owned(), std::fs::read(&path).unwrap()),
                ),
            }
        }
    }
    found
}

fn write(world: &World, threads: usize) -> (tempfile::TempDir, PathBuf) {
    let temp = tempfile::tempdir().unwrap();
    let dir = temp.path().join("world");
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| world.write(&dir)).unwrap();
    (temp, dir)
}

fn csv_rows(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(bytes);
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Messages as (sender, recipient, everything else) of all days.
fn messages(dir: &Path) -> Vec<(String, String, String)> {
    let mut rows = Vec::new();
    for (path, _) in files(dir).iter().filter(|(path, _)| path.starts_with("messages")) {
        rows.extend(read(&dir.join(path)));
    }
    rows
}

fn read(path: &Path) -> Vec<(String, String, String)> {
    let file = std::fs::File::open(path).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file)
        .unwrap()
        .build()
        .unwrap();
    let mut rows = Vec::new();
    for batch in reader {
        let batch = batch.unwrap();
        let mut columns = batch.columns().to_vec();
        // Times as numbers, which need no time zone to be shown.
        for column in &mut columns {
            if matches!(column.data_type(), arrow_schema::DataType::Timestamp(..)) {
                *column = arrow_cast::cast(column, &arrow_schema::DataType::Int64).unwrap();
            }
        }
        for row in 0..batch.num_rows() {
            let cell = |n: usize| arrow_cast::display::array_value_to_string(&columns[n], row).unwrap();
            let rest: Vec<String> =
                (0..batch.num_columns()).filter(|n| ![1, 2].contains(n)).map(cell).collect();
            rows.push((cell(1), cell(2), rest.join(",")));
        }
    }
    rows
}

#[test]
fn threads_leave_no_trace() {
    for difficulty in [Difficulty::Plain, Difficulty::Adaptive] {
        let world = world(300, difficulty);
        let (_one, a) = write(&world, 1);
        let (_two, b) = write(&world, 2);
        let (a, b) = (files(&a), files(&b));
        assert_eq!(a.keys().collect::<Vec<_>>(), b.keys().collect::<Vec<_>>());
        for (path, bytes) in &a {
            assert!(b[path] == *bytes, "{} differs", path.display());
        }
    }
}

#[test]
fn one_more_adversary_moves_nobody_else() {
    let few = world(200, Difficulty::Plain);
    let more = World { mix: few.mix.clone().with("dripper", 10_000.0), ..few.clone() };
    assert_eq!((few.mix.scenes("dripper", 200), more.mix.scenes("dripper", 200)), (1, 2));
    let (_few, few) = write(&few, 2);
    let (_more, more) = write(&more, 2);
    let number = PERSONAS.iter().position(|persona| persona.name == "dripper").unwrap();
    let added = format!("sim_x{number}n1");
    let (few, mut more) = (messages(&few), messages(&more));
    let all = more.len();
    more.retain(|(from, to, _)| !from.starts_with(&added) && !to.starts_with(&added));
    assert!(few.len() < all, "the added adversary did nothing");
    let sorted = |mut rows: Vec<(String, String, String)>| {
        rows.sort();
        rows
    };
    assert!(sorted(few) == sorted(more));
}

#[test]
fn held_out_parts_of_all_ranges_are_disjoint() {
    let all: Vec<&Range> = ranges::INNOCENT.iter().chain(ranges::ALL).collect();
    let names: BTreeSet<&str> = all.iter().map(|range| range.name).collect();
    assert_eq!(names.len(), all.len(), "two ranges of one name");
    for range in all {
        for difficulty in [Difficulty::Plain, Difficulty::Adaptive] {
            let (fit, out) = (range.part(difficulty, Region::Fit), range.part(difficulty, Region::HeldOut));
            assert!(0.0 < fit.0 && fit.0 < fit.1 && out.0 < out.1, "{}", range.name);
            assert!(fit.1 < out.0 || out.1 < fit.0, "{}: {fit:?} meets {out:?}", range.name);
            for seed in 0..20 {
                for (region, part) in [(Region::Fit, fit), (Region::HeldOut, out)] {
                    let center = range.center(seed, difficulty, region);
                    assert!((part.0..=part.1).contains(&center), "{}", range.name);
                }
            }
        }
    }
}

#[test]
fn everybody_has_one_known_answer_and_every_persona_occurs() {
    for difficulty in [Difficulty::Plain, Difficulty::Adaptive] {
        let world = world(400, difficulty);
        let (_temp, dir) = write(&world, 2);
        let files = files(&dir);
        let labels = csv_rows(&files[Path::new("labels.csv")]);
        let mut known: BTreeMap<&str, &[String]> = BTreeMap::new();
        for row in &labels {
            assert!(known.insert(&row[0], row).is_none(), "{} is labeled twice", row[0]);
            assert_eq!(row[1] == "abuse", !row[3].is_empty(), "{row:?}");
            assert_eq!(row[1] == "abuse", !row[4].is_empty(), "{row:?}");
            assert_eq!(row[6], "simulated");
        }
        let accounts = zstd::decode_all(files[Path::new("accounts.csv.zst")].as_slice()).unwrap();
        let accounts: Vec<String> = csv_rows(&accounts).into_iter().map(|row| row[0].clone()).collect();
        assert_eq!(accounts.iter().collect::<BTreeSet<_>>().len(), accounts.len(), "an account has two rows");
        let senders: BTreeSet<String> = messages(&dir).into_iter().map(|(from, ..)| from).collect();
        for account in senders.iter().chain(&accounts) {
            assert!(known.contains_key(account.as_str()), "{account} has no label");
        }
        let personas: BTreeSet<&str> = labels.iter().map(|row| row[2].as_str()).collect();
        for persona in PERSONAS {
            assert!(personas.contains(persona.name), "{} does not occur", persona.name);
        }
        for persona in ["ordinary", "mass_report_target", "padding_accomplice"] {
            assert!(personas.contains(persona), "{persona} does not occur");
        }
    }
}

#[test]
fn message_keys_are_unique_and_nobody_writes_to_oneself() {
    let (_temp, dir) = write(&world(300, Difficulty::Adaptive), 2);
    let rows = messages(&dir);
    let mut keys = BTreeSet::new();
    for (from, to, rest) in &rows {
        assert_ne!(from, to);
        let id = rest.split(',').nth(1).unwrap();
        assert!(keys.insert((from, id, to)), "{from} {id} {to} twice");
    }
}

#[test]
fn what_is_sent_by_a_list_says_which_and_nothing_else_does() {
    let (_temp, dir) = write(&world(300, Difficulty::Plain), 2);
    let mut lists: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (from, _, rest) in messages(&dir) {
        let cells: Vec<&str> = rest.split(',').collect();
        let (chat, list) = (cells[2], cells[cells.len() - 2]);
        assert_eq!(chat == "list", !list.is_empty(), "{rest}");
        if !list.is_empty() {
            lists.entry(list.to_owned()).or_default().insert(from);
        }
    }
    assert!(!lists.is_empty() && lists.values().all(|senders| senders.len() == 1));
}

#[test]
fn a_folder_that_is_there_is_left_alone() {
    let temp = tempfile::tempdir().unwrap();
    let error = world(10, Difficulty::Plain).write(temp.path()).unwrap_err();
    assert!(matches!(error, WorldError::Exists(_)) && error.class() == ErrorClass::Usage);
}
