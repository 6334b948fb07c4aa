//! Bad files: every case with its clear message and the class that decides the exit code.
//! In: small broken files made on the spot; out: nothing but failed assertions.
//! Knows the library's front door only.

use bulkwatch::domain::{ErrorClass, Token};
use bulkwatch::log::{
    EventSink, InputSpec, LogError, MessageEvent, ReadReport, ReadSettings, TableKind, read_messages,
};
use bulkwatch::table_io::{Table, write_parquet};
use std::io::Write;

/// A sink that keeps nothing.
#[derive(Default)]
pub struct Nothing;

impl EventSink for Nothing {
    fn message(&mut self, _: &MessageEvent) {}
    fn name(&mut self, _: Token, _: &str) {}
}

/// Reads a message log and drops its events.
pub fn read(path: &str, settings: &ReadSettings) -> Result<ReadReport, LogError> {
    read_messages(&InputSpec::new(TableKind::Messages, [path]), settings, Nothing::default)
        .map(|(_, report)| report)
}

/// A small log without fault.
pub const GOOD: &str = "ts,sender,recipient\n2026-01-01T00:00:00Z,a,b\n2026-01-01T00:00:01Z,a,c\n";

/// The same bytes as one gzip member.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(bytes).expect("test set-up");
    encoder.finish().expect("test set-up")
}

/// A log of so many good rows.
pub fn long_log(rows: usize) -> String {
    let mut text = String::from("ts,sender,recipient\n");
    (0..rows).for_each(|i| {
        text.push_str(&format!("2026-01-01T00:00:00Z,account_{},b{}\n", i * 7919 % 1000, i * 31))
    });
    text
}

fn parquet_bytes(table: &Table) -> Vec<u8> {
    let dir = tempfile::tempdir().expect("test set-up");
    let path = dir.path().join("t.parquet");
    write_parquet(&path, table, &[]).expect("test set-up");
    std::fs::read(path).expect("test set-up")
}

fn messages_table() -> Table {
    let texts = |value: &str| (0..5000).map(|i| format!("{value}{i}")).collect::<Vec<_>>();
    Table::new()
        .with("ts", vec!["2026-01-01T00:00:00Z".to_owned(); 5000])
        .with("sender", texts("a"))
        .with("recipient", texts("b"))
}

/// A file's name, its bytes, what the message must say, and the class of the failure.
type Case = (&'static str, &'static str, Vec<u8>, &'static [&'static str], ErrorClass);

fn one_row(row: &str) -> Vec<u8> {
    format!("ts,sender,recipient,kind,size,status,recipient_knows_sender\n{row}\n").into_bytes()
}

fn format_cases() -> Vec<Case> {
    use ErrorClass::Input;
    let whole = parquet_bytes(&messages_table());
    let mut scrambled = whole.clone();
    for byte in &mut scrambled[200..1200] {
        *byte ^= 0x5a;
    }
    let zipped = gzip(long_log(50_000).as_bytes());
    let zstd = zstd::encode_all(long_log(50_000).as_bytes(), 1).expect("test set-up");
    let utf16: Vec<u8> = GOOD.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let marked: Vec<u8> = [&[0xff, 0xfe][..], &utf16].concat();
    let endless = [b"ts,sender,recipient\n2026-01-01,\"a,b\n".to_vec(), vec![b'x'; 66 << 20]].concat();
    let line = [b"{\"ts\":1}\n{\"ts\":\"".to_vec(), vec![b'x'; 66 << 20]].concat();
    vec![
        ("empty file", "a.csv", vec![], &["a.csv is empty"], Input),
        ("empty parquet", "a.parquet", vec![], &["a.parquet is empty"], Input),
        (
            "header only",
            "a.csv",
            b"ts,sender,recipient\n".to_vec(),
            &["no usable row in 1 file(s): 0 read"],
            Input,
        ),
        ("blank lines only", "a.csv", b"\n\n\n".to_vec(), &["a.csv"], Input),
        (
            "parquet cut in the middle",
            "a.parquet",
            whole[..whole.len() / 2].to_vec(),
            &["a.parquet is damaged"],
            Input,
        ),
        ("parquet of four bytes", "a.parquet", b"PAR1".to_vec(), &["a.parquet is damaged"], Input),
        ("parquet with scrambled pages", "a.parquet", scrambled, &["a.parquet is damaged after row"], Input),
        (
            "csv named parquet",
            "a.parquet",
            GOOD.into(),
            &["is not parquet", "does not begin with PAR1"],
            Input,
        ),
        ("csv named gz", "a.csv.gz", GOOD.into(), &["is not gzip"], Input),
        ("csv named zst", "a.csv.zst", GOOD.into(), &["is not zstd"], Input),
        (
            "gzip cut off",
            "a.csv.gz",
            zipped[..zipped.len() / 2].to_vec(),
            &["a.csv.gz is damaged after row"],
            Input,
        ),
        (
            "zstd cut off",
            "a.csv.zst",
            zstd[..zstd.len() / 2].to_vec(),
            &["a.csv.zst is damaged after row"],
            Input,
        ),
        (
            "zstd garbage",
            "a.csv.zst",
            [&[0x28, 0xb5, 0x2f, 0xfd][..], &[0xee; 99]].concat(),
            &["is damaged after row 0"],
            Input,
        ),
        ("utf-16 with mark", "a.csv", marked, &["a.csv is UTF-16 little-endian text, expected UTF-8"], Input),
        ("utf-16 without mark", "a.csv", utf16, &["UTF-16 little-endian"], Input),
        ("binary rubbish", "a.csv", (0..=255).cycle().take(4000).collect(), &["a.csv"], Input),
        (
            "duplicate columns",
            "a.csv",
            b"ts,sender,sender,recipient\n".to_vec(),
            &["two columns named sender (positions 2 and 3)"],
            Input,
        ),
        ("json array", "a.json", b"[{\"ts\":1}]".to_vec(), &["is not ndjson", "one JSON array"], Input),
        ("csv named ndjson", "a.ndjson", GOOD.into(), &["first line is not a JSON object"], Input),
        (
            "a line without end",
            "a.ndjson",
            line,
            &["row 2: a line does not end within 64 MB; each must"],
            Input,
        ),
        (
            "blank without end",
            "a.csv.gz",
            gzip(&vec![b'\n'; 66 << 20]),
            &["nothing but blank lines within 64 MB"],
            Input,
        ),
        (
            "quote never closed",
            "a.csv",
            endless,
            &["row 1: a row does not end within 64 MB; is a quote missing?"],
            Input,
        ),
    ]
}

fn column_cases() -> Vec<Case> {
    use ErrorClass::{Input, Usage};
    let floats = Table::new()
        .with("ts", vec!["2026-01-01".to_owned()])
        .with("sender", vec![1.5])
        .with("recipient", vec![1_i64]);
    let counts = Table::new()
        .with("ts", vec![1_767_225_600_000_i64])
        .with("sender", vec![1_i64])
        .with("recipient", vec![2_i64]);
    let flags =
        Table::new().with("ts", vec![true]).with("sender", vec![1_i64]).with("recipient", vec![2_i64]);
    vec![
        (
            "missing column",
            "a.csv",
            b"ts,sendr,recipient\n".to_vec(),
            &[
                "table messages needs the column sender; sendr looks like it: rename that, or map it",
                "bulkwatch init",
            ],
            Input,
        ),
        (
            "no column at all like it",
            "a.csv",
            b"x,y\n1,2\n".to_vec(),
            &["needs the column ts; the file has: x, y"],
            Input,
        ),
        ("hostile column names", "a.csv", b"ts,s\x1b[2J,recipient\n".to_vec(), &["s\\u{1b}[2J"], Input),
        (
            "float identifiers",
            "a.parquet",
            parquet_bytes(&floats),
            &["column sender: its type is Float64, expected text or integers"],
            Input,
        ),
        (
            "flag as time",
            "a.parquet",
            parquet_bytes(&flags),
            &["column ts: its type is Boolean", "a timestamp"],
            Input,
        ),
        (
            "milliseconds without a unit",
            "a.parquet",
            parquet_bytes(&counts),
            &["say their unit", "unit = \"ms\""],
            Usage,
        ),
        (
            "seconds as text without a unit",
            "a.csv",
            b"ts,sender,recipient\n1409819340,a,b\n".to_vec(),
            &["column ts: times are numbers such as 1409819340", "unit = \"s\""],
            Usage,
        ),
        (
            "phone number with plus",
            "a.csv",
            one_row("2026-01-01,+491701234567,b,,,,"),
            &["row 1, column sender", "raw phone number", "pseudonymise = true"],
            Usage,
        ),
        (
            "phone number with blanks",
            "a.csv",
            one_row("2026-01-01,a,+49 170 123-4567,,,,"),
            &["column recipient", "raw phone number"],
            Usage,
        ),
        (
            "phone number with 00",
            "a.csv",
            one_row("2026-01-01,00491701234567,b,,,,"),
            &["raw phone number"],
            Usage,
        ),
    ]
}

fn row_cases() -> Vec<Case> {
    use ErrorClass::Input;
    let long = "x".repeat(1 << 20);
    vec![
        (
            "unparsable time",
            "a.csv",
            one_row("yesterday,a,b,,,,"),
            &["1 of 1 rows refused", "a time that cannot be understood", "column ts: yesterday"],
            Input,
        ),
        ("thirtieth of February", "a.csv", one_row("2026-02-30,a,b,,,,"), &["cannot be understood"], Input),
        ("empty time", "a.csv", one_row(",a,b,,,,"), &["a required value is absent", "column ts"], Input),
        (
            "before 1990",
            "a.csv",
            one_row("1969-12-31T23:59:59Z,a,b,,,,"),
            &["a time before 1990 or from 2100 on"],
            Input,
        ),
        (
            "far future",
            "a.csv",
            one_row("9999-01-01,a,b,,,,"),
            &["a time before 1990 or from 2100 on"],
            Input,
        ),
        (
            "empty sender",
            "a.csv",
            one_row("2026-01-01,,b,,,,"),
            &["a required value is absent", "column sender"],
            Input,
        ),
        (
            "blank recipient",
            "a.csv",
            one_row("2026-01-01,a,   ,,,,"),
            &["a required value is absent", "column recipient"],
            Input,
        ),
        (
            "identifier of 1 MB",
            "a.csv",
            one_row(&format!("2026-01-01,{long},b,,,,")),
            &["an identifier of more than 512 bytes"],
            Input,
        ),
        (
            "unknown word",
            "a.csv",
            one_row("2026-01-01,a,b,imag,,,"),
            &["a word outside the closed list", "imag (nearest: image)"],
            Input,
        ),
        (
            "unknown status",
            "a.csv",
            one_row("2026-01-01,a,b,,,sending,"),
            &["a word outside the closed list", "column status"],
            Input,
        ),
        (
            "negative size",
            "a.csv",
            one_row("2026-01-01,a,b,,-1,,"),
            &["below zero where that is impossible", "column size: -1"],
            Input,
        ),
        ("NaN size", "a.csv", one_row("2026-01-01,a,b,,NaN,,"), &["NaN or infinite"], Input),
        ("infinite size", "a.csv", one_row("2026-01-01,a,b,,inf,,"), &["NaN or infinite"], Input),
        (
            "fractional size",
            "a.csv",
            one_row("2026-01-01,a,b,,1.5,,"),
            &["not a number where one is expected"],
            Input,
        ),
        (
            "huge size",
            "a.csv",
            one_row("2026-01-01,a,b,,99999999999,,"),
            &["beyond what the column can hold"],
            Input,
        ),
        (
            "word as size",
            "a.csv",
            one_row("2026-01-01,a,b,,big,,"),
            &["not a number where one is expected", "big"],
            Input,
        ),
        (
            "flag that is none",
            "a.csv",
            one_row("2026-01-01,a,b,,,,maybe"),
            &["neither true nor false", "maybe"],
            Input,
        ),
        (
            "ragged row",
            "a.csv",
            one_row("2026-01-01,a,b"),
            &["number of fields differs", "3 fields instead of 7"],
            Input,
        ),
        (
            "unclosed quote",
            "a.csv",
            one_row("2026-01-01,\"a,b\n2026-01-01,a,b\n2026-01-01,a,b"),
            &["a.csv is damaged after row 0: a quote is opened that nothing closes"],
            Input,
        ),
        (
            "quote closed too late",
            "a.csv",
            one_row("2026-01-01,\"a,b\n2026-01-01,a,b\n2026-01-01,a\",b"),
            &["3 of 3 rows refused", "3 fields, not 7, over 3 lines"],
            Input,
        ),
        (
            "bytes that are no utf-8",
            "a.csv",
            b"ts,sender,recipient\n2026-01-01,\xff\xfe\x80,b\n".to_vec(),
            &["bytes that are not UTF-8", "column sender"],
            Input,
        ),
        (
            "broken json line",
            "a.ndjson",
            b"{\"ts\":\"2026-01-01\",\"sender\":\"a\",\"recipient\":\"b\"\n".to_vec(),
            &["a line that is no JSON object"],
            Input,
        ),
        (
            "json without a column",
            "a.ndjson",
            b"{\"ts\":\"2026-01-01\",\"sendr\":\"a\",\"recipient\":\"b\"}\n".to_vec(),
            &["needs the column sender; sendr looks like it: rename that, or map it"],
            Input,
        ),
        (
            "json with a key twice",
            "a.ndjson",
            b"{\"ts\":\"2026-01-01\",\"ts\":\"2026-01-02\",\"sender\":\"a\",\"recipient\":\"b\"}\n".to_vec(),
            &["a line that is no JSON object", "the same key stands twice"],
            Input,
        ),
        (
            "json object as identifier",
            "a.ndjson",
            b"{\"ts\":\"2026-01-01\",\"sender\":{\"id\":1},\"recipient\":\"b\"}\n".to_vec(),
            &["a list or an object where one value is expected", "column sender: an object"],
            Input,
        ),
        (
            "terminal escapes in a value",
            "a.csv",
            one_row("2026-01-01,a,b,\x1b[31mred,,,"),
            &["\\u{1b}[31mred"],
            Input,
        ),
    ]
}

#[test]
fn every_bad_file_has_its_message_and_class() {
    let cases: Vec<Case> = [format_cases(), column_cases(), row_cases()].into_iter().flatten().collect();
    assert!(cases.len() >= 50, "{} cases", cases.len());
    let mut problems = Vec::new();
    for (case, name, bytes, fragments, class) in cases {
        let dir = tempfile::tempdir().expect("test set-up");
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("test set-up");
        let Err(error) = read(&path.display().to_string(), &ReadSettings::default()) else {
            problems.push(format!("{case}: was read"));
            continue;
        };
        let text = error.to_string();
        for fragment in fragments.iter().filter(|f| !text.contains(**f)) {
            problems.push(format!("{case}: {text:?} lacks {fragment:?}"));
        }
        if error.class() != class {
            problems.push(format!("{case}: {text} is {:?}", error.class()));
        }
        let shows_number = text.contains("1701234567") || text.contains("123-4567");
        if text.ends_with('.') || text.contains('\x1b') || text.len() > 1000 || shows_number {
            problems.push(format!("{case}: {text}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
