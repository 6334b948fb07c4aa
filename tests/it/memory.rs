//! A log larger than the memory given: same bytes as with plenty, nothing left behind, clear words when the disk is full.
//! In: one generated log, written with row groups of several sizes; out: equality of every result file.
//! That rows really went to disk is shown by a run whose disk says no.

use super::program::{ok, root, run_folder, run_in};
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use bulkwatch::report::RESULT_FILES;
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Arc;

const ROWS: u64 = 600_000;

/// A tenth of the messages comes from one account, one recipient gets a tenth of all, one group a twentieth.
pub fn write_log(path: &Path, group_rows: usize, backwards: bool) {
    let (mut ts, mut sender, mut recipient, mut chat, mut size, mut msg, mut content) =
        (vec![], vec![], vec![], vec![], vec![], vec![], vec![]);
    for i in 0..ROWS {
        let i = if backwards { ROWS - 1 - i } else { i };
        let mixed = i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        ts.push(1_650_000_000_000_000 + i as i64 * 3_000_000);
        sender.push(if i % 10 == 7 { "busy".to_owned() } else { format!("u{}", mixed % 3_000) });
        let group = i % 20 == 3;
        chat.push(if group { "group" } else { "direct" });
        recipient.push(match (group, i % 10) {
            (true, _) => "g1".to_owned(),
            (_, 0) => "popular".to_owned(),
            _ => format!("u{}", mixed / 3 % 5_000),
        });
        size.push((mixed % 900) as i64);
        msg.push(format!("m{i}"));
        // One content that nearly everybody sends again and again, one for every few, and one for each message.
        content.push(match i % 3 {
            0 => "everybody".to_owned(),
            1 => format!("some{}", mixed % 40_000),
            _ => format!("own{i}"),
        });
    }
    let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from(ts).with_timezone("UTC"));
    let batch = RecordBatch::try_from_iter([
        ("ts", times),
        ("sender", Arc::new(StringArray::from(sender)) as ArrayRef),
        ("recipient", Arc::new(StringArray::from(recipient))),
        ("chat", Arc::new(StringArray::from(chat))),
        ("size", Arc::new(Int64Array::from(size))),
        ("msg_id", Arc::new(StringArray::from(msg))),
        ("content", Arc::new(StringArray::from(content))),
    ])
    .expect("columns of one length");
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group_rows)).build();
    let file = fs::File::create(path).expect("created");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("writer");
    writer.write(&batch).expect("written");
    writer.close().expect("closed");
}

fn scan(log: &Path, out: &Path, more: &[&str]) -> BTreeMap<&'static str, Vec<u8>> {
    let (log, folder) = (log.to_string_lossy(), out.to_string_lossy());
    let mut args = vec!["scan", &log, "--quiet", "--out", &folder];
    args.extend(more);
    ok(&root(), &args);
    let run = run_folder(out);
    let left: Vec<_> = fs::read_dir(out)
        .expect("folder")
        .flatten()
        .map(|e| e.file_name().to_string_lossy().into_owned())
        .filter(|name| name.starts_with(".bulkwatch"))
        .collect();
    assert!(left.is_empty(), "temporary rows are left: {left:?}");
    RESULT_FILES.iter().filter_map(|name| Some((*name, fs::read(run.join(name)).ok()?))).collect()
}

#[test]
fn rows_on_disk_give_the_same_bytes_as_rows_in_memory() {
    let scratch = tempfile::tempdir().expect("temp");
    let at = |name: &str| scratch.path().join(name);
    write_log(&at("a.parquet"), 1_000_000, false);
    write_log(&at("b.parquet"), 70_000, true);
    let base = scan(&at("a.parquet"), &at("roomy"), &["--memory-limit", "8GiB"]);
    assert!(base.len() >= 5 && base.values().all(|bytes| !bytes.is_empty()));
    for (n, (log, threads)) in [("a.parquet", "1"), ("b.parquet", "2"), ("b.parquet", "3")].iter().enumerate()
    {
        let more = ["--memory-limit", "192MiB", "--threads", threads];
        let tight = scan(&at(log), &at(&format!("tight{n}")), &more);
        for (name, bytes) in &base {
            assert!(tight.get(name) == Some(bytes), "{name} differs for {log} with {threads} threads");
        }
    }
}

#[test]
fn a_disk_that_says_no_is_named_and_nothing_is_published() {
    let scratch = tempfile::tempdir().expect("temp");
    let log = scratch.path().join("a.parquet");
    write_log(&log, 100_000, false);
    let no_folder = scratch.path().join("file");
    fs::write(&no_folder, b"not a folder").expect("written");
    let out = scratch.path().join("out");
    let (log, folder, tmp) = (log.to_string_lossy(), out.to_string_lossy(), no_folder.to_string_lossy());
    let done = run_in(
        &root(),
        &["scan", &log, "--quiet", "--out", &folder, "--memory-limit", "192MiB", "--tmp-dir", &tmp],
    );
    assert_eq!(done.code, 5, "{}", done.err);
    assert!(done.err.contains("temporary rows") && done.err.contains(&*tmp), "{}", done.err);
    let visible = fs::read_dir(&out).expect("folder").flatten();
    assert_eq!(visible.filter(|e| !e.file_name().to_string_lossy().starts_with('.')).count(), 0);
}

#[test]
fn a_memory_limit_must_be_a_size_that_a_run_can_keep() {
    for text in ["1MiB", "much", "1"] {
        let done = run_in(&root(), &["scan", "--config", "data/demo/night.toml", "--memory-limit", text]);
        assert_eq!(done.code, 2, "{text}: {}", done.err);
        assert!(done.err.contains("run.memory_limit") && done.err.contains("192"), "{}", done.err);
    }
}
