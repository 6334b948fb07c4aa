//! What reading promises whatever the tables look like: pseudonyms everywhere, nothing lost and nothing made up.
//! In: small tables made on the spot; out: nothing but failed assertions.
//! Knows the library's front door only; what is refused, and with which words, is in `bad_input`.

use bulkwatch::domain::{Timestamp, Token};
use bulkwatch::log::{
    EventSink, InputSpec, Keys, MessageEvent, ReadReport, ReadSettings, SideTables, TableKind, parse_mapping,
    read_messages, read_side_tables,
};
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

fn messages(spec: &InputSpec, settings: &ReadSettings) -> (Collect, ReadReport) {
    let (sinks, report) = read_messages(spec, settings, Collect::default).expect("reads");
    let mut all = Collect::default();
    for sink in sinks {
        all.events.extend(sink.events);
        all.names.extend(sink.names);
    }
    all.events.sort();
    (all, report)
}

fn side(spec: InputSpec, settings: &ReadSettings) -> (SideTables, ReadReport, BTreeMap<Token, String>) {
    let mut names = BTreeMap::new();
    let (tables, mut reports) = read_side_tables(&[spec], settings, &mut |token, name| {
        names.insert(token, name.to_owned());
    })
    .expect("reads");
    (tables, reports.remove(0), names)
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::create_dir_all(path.parent().expect("below the folder")).expect("test set-up");
    std::fs::write(&path, text).expect("test set-up");
    path.display().to_string()
}

#[test]
fn pseudonyms_reach_tables_that_the_mapping_does_not_map() {
    let dir = tempfile::tempdir().expect("test set-up");
    let log = file(dir.path(), "log.csv", "when,who,whom\n2026-01-01,+491701234567,b\n");
    let mapping = "pseudonymise = true\n[messages]\nts = \"when\"\nsender = \"who\"\nrecipient = \"whom\"\n";
    let mapping = Arc::new(parse_mapping("m.toml", mapping).expect("parses"));
    let keyed =
        ReadSettings { keys: Keys::from_bytes(b"PUBLIC-DEMO key of tests"), ..ReadSettings::default() };
    let spec = |table, path: &str| InputSpec::new(table, [path]).with_mapping(mapping.clone());
    let (sent, _) = messages(&spec(TableKind::Messages, &log), &keyed);
    let pseudonym = sent.names.values().next().expect("a sender").clone();
    assert!(pseudonym.starts_with("p_"), "{pseudonym}");

    let accounts = file(dir.path(), "accounts.csv", "account,kind\n+49 170 1234567,consumer\n");
    let (_, report, names) = side(spec(TableKind::Accounts, &accounts), &keyed);
    assert_eq!(names, sent.names, "the account of the side table is the sender of the log");
    assert!(report.key_id.is_some());
    let text = "ts,account,kind,reference\n2026-01-01,+491701234567,public claim,file 7\n";
    let claims = file(dir.path(), "off_platform.csv", text);
    let (tables, ..) = side(spec(TableKind::OffPlatform, &claims), &keyed);
    assert_eq!(tables.off_platform.expect("given")[0].subject, pseudonym);
    let operators = file(dir.path(), "operators.csv", "operator,account\n+491701234567,+491701234567\n");
    let (tables, ..) = side(spec(TableKind::Operators, &operators), &keyed);
    let row = &tables.operators.expect("given")[0];
    assert_eq!((&row.operator, &row.account), (&pseudonym, &pseudonym));
}

#[test]
fn a_key_of_ndjson_counts_wherever_it_stands() {
    let dir = tempfile::tempdir().expect("test set-up");
    let mut lines: Vec<String> = (0..3000)
        .map(|i| format!("{{\"ts\":\"2026-01-01T00:00:00Z\",\"sender\":\"a{i}\",\"recipient\":\"b\"}}"))
        .collect();
    let late = ",\"typing_ms\":7,\"chat\":\"group\"}";
    lines.push(lines[0].replace('}', late).replace("a0", "last"));
    let forth = file(dir.path(), "forth.ndjson", &lines.join("\n"));
    lines.reverse();
    let back = file(dir.path(), "back.ndjson", &lines.join("\n"));
    let plain = ReadSettings::default();
    let spec = |path: &str| InputSpec::new(TableKind::Messages, [path]);
    let (first, second) = (messages(&spec(&forth), &plain), messages(&spec(&back), &plain));
    assert!(first.0.events == second.0.events, "the order of lines shows");
    assert_eq!(first.0.events.iter().filter(|e| e.typing_ms == 7).count(), 1);
    for report in [&first.1, &second.1] {
        assert!(report.columns_present.contains("typing_ms") && report.columns_missing.contains("size"));
    }

    let mapping = "[messages]\nts = \"ts\"\nsender = \"sender\"\nrecipient = \"recipient\"\nsize = \"bytes\"\n\
                   typing_ms = \"typing_ms\"\nvia = { constant = \"api\" }\n\
                   kind = { case = \"none\", words = { \"\" = \"text\" } }\n";
    let mapping = Arc::new(parse_mapping("m.toml", mapping).expect("parses"));
    let (mapped, report) = messages(&spec(&forth).with_mapping(mapping), &plain);
    assert_eq!(mapped.events.iter().filter(|e| e.typing_ms == 7).count(), 1);
    let offered = |column| report.columns_present.contains(column);
    assert!(offered("typing_ms") && offered("via") && offered("kind"));
    assert!(!offered("size"), "the mapping names a key that the file never has");
}

#[test]
fn what_is_nested_or_long_makes_up_no_account() {
    let dir = tempfile::tempdir().expect("test set-up");
    let line = |sender: &str| {
        format!("{{\"ts\":\"2026-01-01T00:00:00Z\",\"sender\":{sender},\"recipient\":\"b\"}}\n")
    };
    let senders = ["{\"id\":1}", "{\"id\":2}", "[\"x\"]", "[\"x\",\"y\"]", "18446744073709551616"];
    let text: String = senders.into_iter().chain(["18446744073709551617"]).map(line).collect();
    let log = file(dir.path(), "log.ndjson", &text);
    let lenient = ReadSettings { max_reject_share: 1.0, ..ReadSettings::default() };
    let (all, report) = messages(&InputSpec::new(TableKind::Messages, [log]), &lenient);
    let names: Vec<&str> = all.names.values().map(String::as_str).collect();
    assert_eq!(names.len(), 2, "two long numbers are two accounts: {names:?}");
    assert!(names.contains(&"18446744073709551616") && names.contains(&"18446744073709551617"));
    let refused: Vec<(u64, &str, &str)> =
        report.rejects.rows.iter().map(|r| (r.row, r.column.as_str(), r.reason.code())).collect();
    assert_eq!(refused, (1..=4).map(|row| (row, "sender", "nested")).collect::<Vec<_>>());

    let split =
        "[messages]\nts = \"ts\"\nsender = \"sender\"\nrecipient = \"to\"\nsplit = { column = \"to\" }\n";
    let split = Arc::new(parse_mapping("m.toml", split).expect("parses"));
    let text = "{\"ts\":\"2026-01-01T00:00:00Z\",\"sender\":1,\"to\":[\"b\",\"c\"]}\n\
                {\"ts\":\"2026-01-01T00:00:00Z\",\"sender\":[1,2],\"to\":[\"b\"]}\n";
    let log = file(dir.path(), "lists.ndjson", text);
    let (all, report) = messages(&InputSpec::new(TableKind::Messages, [log]).with_mapping(split), &lenient);
    assert_eq!((all.events.len(), report.rejects.total()), (2, 1));
}

#[test]
fn only_the_message_log_has_a_look_back() {
    let dir = tempfile::tempdir().expect("test set-up");
    let day = |name: &str| format!("registrations/date={name}/a.csv");
    for (name, account) in [("2020-01-01", "old"), ("2026-01-01", "new"), ("2026-03-01", "late")] {
        file(dir.path(), &day(name), &format!("ts,account\n{name},{account}\n"));
    }
    let path = dir.path().join("registrations").display().to_string();
    let read = |to: &str| {
        let settings = ReadSettings {
            partition_from: Timestamp::parse("2025-12-01"),
            partition_to: Timestamp::parse(to),
            ..ReadSettings::default()
        };
        side(InputSpec::new(TableKind::Registrations, [path.as_str()]), &settings)
    };
    let (tables, _, names) = read("2026-02-01");
    assert_eq!(tables.registrations.map(|t| t.len()), Some(2));
    assert!(names.values().any(|n| n == "old") && names.values().all(|n| n != "late"), "{names:?}");
    let (tables, report, _) = read("2019-01-01");
    assert_eq!(tables.registrations.map(|t| t.len()), Some(0), "given, and nothing of it has happened yet");
    assert!(report.warnings[0].contains("registrations: all 3 partitions"), "{:?}", report.warnings);
}

#[test]
fn one_time_without_a_unit_is_one_refused_row() {
    let dir = tempfile::tempdir().expect("test set-up");
    let good = "2026-01-01T00:00:00Z,a,b\n";
    let odd = "1767225600,a,b\n";
    let plain = ReadSettings::default();
    // At the very beginning, and as the first value of a later batch.
    for before in [0, 16 * 1024] {
        let text = ["ts,sender,recipient\n", &good.repeat(before), odd, &good.repeat(100)].concat();
        let log = file(dir.path(), "log.csv", &text);
        let (all, report) = messages(&InputSpec::new(TableKind::Messages, [log]), &plain);
        assert_eq!((all.events.len(), report.rejects.total()), (before + 100, 1));
        assert_eq!(report.rejects.rows[0].row, before as u64 + 1);
    }
}
