//! What surrounds a bad file: paths that lead nowhere, odd but good files, limits, keys, mappings, side tables, a stop.
//! In: small files made on the spot; out: nothing but failed assertions.
//! Shares its reader with the bad files themselves.

use super::bad_input::{GOOD, Nothing, gzip, long_log, read};
use bulkwatch::domain::{ErrorClass, Timestamp};
use bulkwatch::log::{
    InputSpec, Keys, ReadSettings, RejectReason, TableKind, guess_mapping, load_mapping, parse_mapping,
    read_messages, read_side_tables,
};
use std::path::Path;
use std::sync::Arc;

#[test]
fn paths_that_lead_nowhere() {
    let dir = tempfile::tempdir().expect("test set-up");
    let at = |name: &str| dir.path().join(name).display().to_string();
    std::fs::write(at("messages.csv"), GOOD).expect("test set-up");
    std::fs::create_dir(at("empty")).expect("test set-up");
    std::fs::create_dir_all(at("hive/date=2026-13-45")).expect("test set-up");
    std::fs::write(at("hive/date=2026-13-45/a.csv"), GOOD).expect("test set-up");
    std::fs::create_dir_all(at("days/date=2026-01-01")).expect("test set-up");
    std::fs::write(at("days/date=2026-01-01/a.csv"), GOOD).expect("test set-up");
    #[cfg(unix)]
    for (to, at) in [("round", at("about")), ("about", at("round")), ("gone.csv", at("dead.csv"))] {
        std::os::unix::fs::symlink(to, &at).expect("test set-up");
    }
    let later = ReadSettings { partition_from: Timestamp::parse("2027-01-01"), ..ReadSettings::default() };
    let cases = [
        (at("mesages.csv"), &ReadSettings::default(), "no such file or folder", ErrorClass::Input),
        (at("mesages.csv"), &ReadSettings::default(), "did you mean messages.csv?", ErrorClass::Input),
        (at("empty"), &ReadSettings::default(), "no log files in", ErrorClass::Input),
        (at("*.parquet"), &ReadSettings::default(), "no file matches", ErrorClass::Input),
        (at("a[.csv"), &ReadSettings::default(), "not a valid glob", ErrorClass::Usage),
        (
            at("hive"),
            &ReadSettings::default(),
            "2026-13-45 is not a date, expected date=YYYY-MM-DD",
            ErrorClass::Input,
        ),
        (at("days"), &later, "all 1 partitions of", ErrorClass::Input),
        #[cfg(unix)]
        (at("round"), &ReadSettings::default(), "round is a link that leads to no file", ErrorClass::Input),
        #[cfg(unix)]
        (at("dead.csv"), &ReadSettings::default(), "leads to no file: no such file", ErrorClass::Input),
    ];
    for (path, settings, fragment, class) in cases {
        let error = read(&path, settings).expect_err(&path);
        assert!(error.to_string().contains(fragment), "{path}: {error} lacks {fragment}");
        assert_eq!(error.class(), class, "{path}: {error}");
    }
}

#[test]
fn odd_but_good_files_are_read() {
    let crlf = GOOD.replace('\n', "\r\n");
    let marked = format!("\u{feff}{GOOD}");
    let cases: [(&str, Vec<u8>); 7] = [
        ("crlf.csv", crlf.into_bytes()),
        ("mark.csv", marked.into_bytes()),
        ("two.csv.gz", [gzip(&GOOD.as_bytes()[..20]), gzip(&GOOD.as_bytes()[20..])].concat()),
        ("z.csv.zst", zstd::encode_all(GOOD.as_bytes(), 1).expect("test set-up")),
        ("t.tsv", GOOD.replace(',', "\t").into_bytes()),
        ("quoted.csv", b"ts,sender,recipient\n\"2026-01-01\",\"a,\"\"x\"\"\nb\",c\n2026-01-02,a,b".to_vec()),
        ("lines.ndjson", b"{\"ts\":\"2026-01-01\",\"sender\":1,\"recipient\":\"b\"}\r\n\r\n{\"recipient\":2,\"sender\":\"x\",\"ts\":\"2026-01-01T00:00:00+02:00\"}".to_vec()),
    ];
    for (name, bytes) in cases {
        let dir = tempfile::tempdir().expect("test set-up");
        let path = dir.path().join(name);
        std::fs::write(&path, bytes).expect("test set-up");
        let report = read(&path.display().to_string(), &ReadSettings::default()).expect(name);
        assert_eq!((report.rows_ok, report.rejects.total()), (2, 0), "{name}");
    }
}

#[test]
fn the_same_file_twice_is_noticed() {
    let dir = tempfile::tempdir().expect("test set-up");
    for name in ["a.csv", "b.csv"] {
        std::fs::write(dir.path().join(name), GOOD).expect("test set-up");
    }
    let report = read(&dir.path().display().to_string(), &ReadSettings::default()).expect("test set-up");
    assert_eq!((report.rows_read, report.rows_ok, report.files.len()), (2, 2, 2));
    assert_eq!(report.files[1].same_as.as_deref(), Some("a.csv"));
    let said = "b.csv has the same content as a.csv, read once: 2 rows left out";
    assert!(report.warnings.iter().any(|w| w == said), "{:?}", report.warnings);
    assert_eq!(report.rows_repeated, 2);
}

#[test]
fn rejects_are_counted_in_full_and_kept_up_to_a_limit() {
    let dir = tempfile::tempdir().expect("test set-up");
    let path = dir.path().join("a.csv");
    let mut text = long_log(100_000);
    (0..3000).for_each(|_| text.push_str("never,a,b\n"));
    std::fs::write(&path, text).expect("test set-up");
    let settings = ReadSettings { reject_limit: 10, ..ReadSettings::default() };
    let report = read(&path.display().to_string(), &settings).expect("test set-up");
    assert_eq!(report.rejects.counts[&RejectReason::BadTime], 3000);
    assert_eq!((report.rejects.rows.len(), report.rejects.rows[0].row), (10, 100_001));
}

#[test]
fn keys_mappings_and_texts_are_guarded() {
    let dir = tempfile::tempdir().expect("test set-up");
    let at = |name: &str| dir.path().join(name);
    std::fs::write(at("a.csv"), "ts,sender,recipient,body\n2026-01-01,+491701234567,b,hi\n")
        .expect("test set-up");
    std::fs::write(at("key"), "short\n").expect("test set-up");
    let spec = |toml: &str| {
        let mapping = parse_mapping("m.toml", toml).expect("test set-up");
        InputSpec::new(TableKind::Messages, [at("a.csv").display().to_string()])
            .with_mapping(Arc::new(mapping))
    };
    let columns = "[messages]\nts = \"ts\"\nsender = \"sender\"\nrecipient = \"recipient\"\n";
    let with_text = spec(&format!("{columns}text = \"body\"\n"));
    let hidden = spec(&format!("pseudonymise = true\n{columns}"));
    let fails = |spec: &InputSpec, settings: &ReadSettings, fragment: &str| {
        let error = read_messages(spec, settings, Nothing::default).err().expect(fragment);
        assert!(error.to_string().contains(fragment), "{error} lacks {fragment}");
        assert_eq!(error.class(), ErrorClass::Usage, "{error}");
    };
    let bare = ReadSettings::default();
    let keyed =
        ReadSettings { keys: Keys::from_bytes(b"PUBLIC-DEMO key of tests"), ..ReadSettings::default() };
    fails(&with_text, &bare, "reading message texts needs a key file and a named lawful basis");
    fails(&with_text, &keyed, "named lawful basis");
    fails(&hidden, &bare, "pseudonymise = true in mapping m.toml needs a key file");
    fails(&spec(columns), &keyed, "raw phone number");
    let (_, report) = read_messages(&hidden, &keyed, Nothing::default).expect("test set-up");
    assert_eq!((report.rows_ok, report.key_id.is_some()), (1, true));
    let typo = spec(&columns.replace("\"sender\"", "\"sendr\""));
    let error = read_messages(&typo, &bare, Nothing::default).err().expect("test set-up");
    assert!(error.to_string().contains("has no column sendr; did you mean sender?"), "{error}");
    let error = Keys::read(&at("key")).unwrap_err();
    assert!(
        error.to_string().contains("fewer than 16 bytes") && error.class() == ErrorClass::Usage,
        "{error}"
    );
    assert!(Keys::read(&at("none")).unwrap_err().to_string().contains("key file"));
    std::fs::write(at("m.toml"), "[messages]\nsendr = \"x\"\n").expect("test set-up");
    let error = load_mapping(&at("m.toml")).unwrap_err();
    assert!(error.to_string().contains("unknown key sendr; did you mean sender?"), "{error}");
    assert_eq!(error.class(), ErrorClass::Usage);
}

#[test]
fn a_stop_is_an_interruption() {
    let dir = tempfile::tempdir().expect("test set-up");
    std::fs::write(dir.path().join("a.csv"), GOOD).expect("test set-up");
    let stop = Some(Arc::new(std::sync::atomic::AtomicBool::new(true)));
    let settings = ReadSettings { stop, ..ReadSettings::default() };
    let error = read(&dir.path().display().to_string(), &settings).unwrap_err();
    assert_eq!(error.class(), ErrorClass::Interrupted);
}

#[test]
fn bad_side_tables_are_refused() {
    let dir = tempfile::tempdir().expect("test set-up");
    let path = dir.path().join("t.csv");
    let cases: [(TableKind, &str, &str); 6] = [
        (TableKind::Accounts, "name\na\n", "table accounts needs the column account"),
        (
            TableKind::Feedback,
            "ts,reporter,reported,kind\n2026-01-01,a,b,raport\n",
            "raport (nearest: report)",
        ),
        (TableKind::GroupEvents, "ts,actor,group,kind\n2026-01-01,a,,add\n", "column group"),
        (TableKind::Enforcement, "ts,account,kind\n2026-01-01,a,\n", "a required value is absent"),
        (
            TableKind::Sanctioned,
            "account,class,reason,owner,starts_at,expires_at\na,x,y,z,2027-01-01,2026-01-01\n",
            "it ends before it starts",
        ),
        (TableKind::Labels, "account,label,confidence\na,bot,inf\n", "NaN or infinite"),
    ];
    for (table, text, fragment) in cases {
        std::fs::write(&path, text).expect("test set-up");
        let spec = InputSpec::new(table, [path.display().to_string()]);
        let error = read_side_tables(&[spec], &ReadSettings::default(), &mut |_, _| {}).expect_err(fragment);
        assert!(error.to_string().contains(fragment), "{error} lacks {fragment}");
        assert_eq!(error.class(), ErrorClass::Input, "{error}");
    }
}

#[test]
fn committed_mappings_parse_and_guesses_survive_rubbish() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/mappings");
    let mut n = 0;
    for entry in std::fs::read_dir(folder).expect("test set-up") {
        let path = entry.expect("test set-up").path();
        load_mapping(&path).unwrap_or_else(|e| panic!("{e}"));
        n += 1;
    }
    assert!(n >= 13, "{n} mappings");
    let dir = tempfile::tempdir().expect("test set-up");
    let path = dir.path().join("a.csv");
    std::fs::write(&path, "\u{1b}[2J,\"x\ny\"\n,\n").expect("test set-up");
    let guess = guess_mapping(&path.display().to_string()).expect("test set-up");
    assert!(!guess.contains('\u{1b}'), "{guess:?}");
    parse_mapping("guess", &guess).expect("test set-up");
}
