//! One log, many spellings: every format and column type must give the same events.
//! In: the same three rows as CSV, NDJSON and Parquet of many types; out: nothing but failed assertions.
//! Knows the library's front door only.

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, DictionaryArray, Float64Array, Int32Array, Int64Array, LargeStringArray,
    RecordBatch, StringArray, StringViewArray, TimestampMicrosecondArray, TimestampMillisecondArray,
    TimestampNanosecondArray, TimestampSecondArray, UInt64Array,
};
use bulkwatch::domain::Token;
use bulkwatch::log::{
    EventSink, InputSpec, MessageEvent, ReadSettings, TableKind, parse_mapping, read_messages,
};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

#[derive(Default)]
struct Collect {
    events: Vec<MessageEvent>,
    names: BTreeMap<Token, String>,
}

impl EventSink for Collect {
    fn message(&mut self, event: &MessageEvent) {
        self.events.push(*event);
    }

    fn name(&mut self, token: Token, name: &str) {
        self.names.insert(token, name.to_owned());
    }
}

fn read(spec: &InputSpec) -> (Vec<MessageEvent>, BTreeMap<Token, String>, u64) {
    let (sinks, report) =
        read_messages(spec, &ReadSettings::default(), Collect::default).expect("test set-up");
    let (mut events, mut names) = (Vec::new(), BTreeMap::new());
    for sink in sinks {
        events.extend(sink.events);
        names.extend(sink.names);
    }
    events.sort();
    (events, names, report.rows_read)
}

fn messages(path: &Path) -> InputSpec {
    InputSpec::new(TableKind::Messages, [path.display().to_string()])
}

const CSV: &str = "ts,sender,recipient,chat,size,typing_ms,recipient_knows_sender\n\
    2026-01-01T00:00:00Z,10,7,direct,12,,true\n\
    2026-01-01T00:00:01Z,10,8,group,,0,false\n\
    2026-01-01T00:00:02Z,11,7,,13,250,\n";
const SECONDS: [i64; 3] = [1_767_225_600, 1_767_225_601, 1_767_225_602];

fn write(path: &Path, columns: Vec<(&str, ArrayRef)>) {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true)))
        .expect("test set-up");
    // Two rows a group, so that three rows make two parts.
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(2)).build();
    let file = std::fs::File::create(path).expect("test set-up");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("test set-up");
    writer.write(&batch).expect("test set-up");
    writer.close().expect("test set-up");
}

fn times() -> Vec<ArrayRef> {
    let scaled = |factor: i64| SECONDS.iter().map(|s| s * factor).collect::<Vec<i64>>();
    vec![
        Arc::new(TimestampSecondArray::from(scaled(1)).with_timezone("UTC")),
        Arc::new(TimestampMillisecondArray::from(scaled(1000)).with_timezone("+02:00")),
        Arc::new(TimestampMicrosecondArray::from(scaled(1_000_000))),
        Arc::new(TimestampNanosecondArray::from(scaled(1_000_000_000)).with_timezone("Europe/Berlin")),
        Arc::new(StringArray::from(vec![
            "2026-01-01T00:00:00Z",
            "2026-01-01 00:00:01",
            "2026-01-01T02:00:02+02:00",
        ])),
    ]
}

fn tokens(values: [i64; 3]) -> Vec<ArrayRef> {
    let texts: Vec<String> = values.iter().map(i64::to_string).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    vec![
        Arc::new(Int32Array::from_iter_values(values.iter().map(|v| *v as i32))),
        Arc::new(Int64Array::from_iter_values(values)),
        Arc::new(UInt64Array::from_iter_values(values.iter().map(|v| *v as u64))),
        Arc::new(StringArray::from(texts.clone())),
        Arc::new(LargeStringArray::from(texts.clone())),
        Arc::new(StringViewArray::from(texts.clone())),
        Arc::new(texts.into_iter().collect::<DictionaryArray<Int32Type>>()),
    ]
}

#[test]
fn every_format_and_type_gives_the_same_events() {
    let dir = tempfile::tempdir().expect("test set-up");
    let csv = dir.path().join("log.csv");
    std::fs::write(&csv, CSV).expect("test set-up");
    let expected = read(&messages(&csv));
    assert_eq!((expected.0.len(), expected.1.len()), (3, 2));
    let (times, senders, recipients) = (times(), tokens([10, 10, 11]), tokens([7, 8, 7]));
    for i in 0..senders.len() {
        let path = dir.path().join(format!("{i}.parquet"));
        let size: ArrayRef = match i % 2 {
            0 => Arc::new(Int32Array::from(vec![Some(12), None, Some(13)])),
            _ => Arc::new(Float64Array::from(vec![Some(12.0), None, Some(13.0)])),
        };
        let chat: DictionaryArray<Int32Type> = [Some("direct"), Some("group"), None].into_iter().collect();
        write(
            &path,
            vec![
                ("unused", Arc::new(Int64Array::from(vec![1, 2, 3]))),
                ("recipient", Arc::clone(&recipients[(i + 3) % recipients.len()])),
                ("sender", Arc::clone(&senders[i])),
                ("ts", Arc::clone(&times[i % times.len()])),
                ("chat", Arc::new(chat)),
                ("size", size),
                ("typing_ms", Arc::new(UInt64Array::from(vec![None, Some(0), Some(250)]))),
                ("recipient_knows_sender", Arc::new(BooleanArray::from(vec![Some(true), Some(false), None]))),
            ],
        );
        assert_eq!(read(&messages(&path)), expected, "types {i}");
    }
}

#[test]
fn one_file_or_many_and_any_mapping_give_the_same_events() {
    let dir = tempfile::tempdir().expect("test set-up");
    let csv = dir.path().join("log.csv");
    std::fs::write(&csv, CSV).expect("test set-up");
    let expected = read(&messages(&csv));
    let lines: Vec<&str> = CSV.lines().collect();
    for (i, line) in lines[1..].iter().enumerate() {
        let folder = dir.path().join(format!("split/date=2026-01-0{}", 3 - i));
        std::fs::create_dir_all(&folder).expect("test set-up");
        std::fs::write(folder.join("part.csv"), format!("{}\n{line}\n", lines[0])).expect("test set-up");
    }
    assert_eq!(read(&messages(&dir.path().join("split"))), expected);
    let foreign = dir.path().join("foreign.parquet");
    write(
        &foreign,
        vec![
            ("when", Arc::new(Int64Array::from_iter_values(SECONDS.iter().map(|s| s * 1000)))),
            ("who", tokens([10, 10, 11]).remove(1)),
            ("whom", tokens([7, 8, 7]).remove(3)),
            ("room", Arc::new(StringArray::from(vec!["dm", "room", "dm"]))),
            ("n", Arc::new(Int64Array::from(vec![Some(12), None, Some(13)]))),
            ("typing", Arc::new(Int64Array::from(vec![None, Some(0), Some(250)]))),
            ("knows", Arc::new(StringArray::from(vec![Some("yes"), Some("no"), None]))),
        ],
    );
    let mapping = r#"[messages]
        ts = { column = "when", unit = "ms" }
        sender = "who"
        recipient = "whom"
        chat = { case = "room", words = { dm = "direct", room = "group" } }
        size = "n"
        typing_ms = "typing"
        recipient_knows_sender = "knows""#;
    let mapping = Arc::new(parse_mapping("foreign", mapping).expect("test set-up"));
    assert_eq!(read(&messages(&foreign).with_mapping(mapping)), expected);
}
