//! Labels read from files: what is counted, what is refused, and in which words.
//! In: small CSV texts; out: a failure that shows the labels or the error.
//! Scans nothing.

use super::labels::*;
use crate::domain::{ErrorClass, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

fn read(text: &str, positive: &[&str], negative: &[&str]) -> Result<Labels, LabelError> {
    let folder = tempfile::tempdir().expect("temp");
    let path = folder.path().join("labels.csv");
    std::fs::write(&path, text).expect("written");
    let list = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect();
    read_labels(
        &path,
        &LabelWords { positive: list(positive), negative: list(negative), left_out: Vec::new() },
    )
}

fn refused(text: &str, positive: &[&str], negative: &[&str]) -> String {
    let error = read(text, positive, negative).expect_err("refused").to_string();
    // The folder has another name each time.
    error.split("labels.csv").skip(1).last().map_or(error.clone(), str::to_owned)
}

#[test]
fn every_row_is_counted_once() {
    let text = "account,label,persona\na,spam,blaster\nb,person,\nc,spam,\nc,person,\nd,unknown,\nd,unknown,\ne,spam,\ne,spam,\nf,unknown,\nf,person,\n";
    let labels = read(text, &["spam"], &["person"]).expect("read");
    assert_eq!(labels.accounts.keys().collect::<Vec<_>>(), ["a", "b", "e", "f"]);
    assert_eq!(labels.accounts["a"].columns["persona"], "blaster");
    assert!(labels.accounts["a"].positive && !labels.accounts["f"].positive && !labels.weighted);
    let counts = &labels.counts;
    assert_eq!((counts.rows, counts.repeated, counts.conflicting), (10, 2, 1));
    assert_eq!(counts.left_out, BTreeMap::from([("unknown".to_owned(), 1)]));
    assert_eq!(labels.columns, BTreeSet::from(["persona".to_owned()]));
}

#[test]
fn bad_labels_are_named_with_row_column_and_the_nearest_word() {
    let text = "account,label\na,spam\nb,person\n";
    assert_eq!(refused(text, &["spam"], &["preson"]), " has the label preson; did you mean person?");
    assert!(refused(text, &["spam"], &[]).contains(" has person, spam"));
    assert!(refused(text, &["spam"], &["spam"]).contains("label spam is named twice"));
    assert!(refused("acount,label\na,b\n", &["b"], &["c"]).contains("did you mean acount?"));
    assert_eq!(
        refused("account,label\na,spam\n,person\n", &["spam"], &["person"]),
        ", row 2, column account: it is empty"
    );
    assert!(refused("account,label\na\n", &["b"], &["c"]).contains("found record with 1 fields"));
    let weighed = "account,label,weight\na,spam,2\nb,person,-1\n";
    assert!(
        refused(weighed, &["spam"], &["person"])
            .contains("row 2, column weight: it is -1, expected a number above 0")
    );
    let odd = "account,label,inclusion_probability\na,spam,1.5\nb,person,1\n";
    assert!(refused(odd, &["spam"], &["person"]).contains("expected a chance above 0 and up to 1"));
    assert_eq!(read("x", &[], &[]).expect_err("no column").class(), ErrorClass::Input);
}

#[test]
fn a_chance_of_being_labeled_is_a_weight() {
    let text = "account,label,inclusion_probability\na,spam,0.25\nb,person,1\n";
    let labels = read(text, &["spam"], &["person"]).expect("read");
    assert_eq!((labels.accounts["a"].weight, labels.accounts["b"].weight, labels.weighted), (4.0, 1.0, true));
}

#[test]
fn what_was_known_only_later_or_is_unsure_neither_counts_nor_contradicts() {
    let text = "account,label,as_of,confidence\na,spam,2022-06-01,0.9\na,person,2022-06-02,0.9\nb,person,2022-06-01T00:00:00.000001Z,\nc,spam,,0.4\nc,person,,\nd,person,2022-05-01,0.5\n";
    let folder = tempfile::tempdir().expect("temp");
    let path = folder.path().join("labels.csv");
    std::fs::write(&path, text).expect("written");
    let words =
        LabelWords { positive: vec!["spam".into()], negative: vec!["person".into()], left_out: Vec::new() };
    let until = Timestamp::parse("2022-06-01");
    let labels = read_known_labels(&path, &words, Known { until, least_confidence: 0.5 }).expect("read");
    let told: Vec<(&str, bool)> = labels.accounts.iter().map(|(n, l)| (n.as_str(), l.positive)).collect();
    assert_eq!(told, [("a", true), ("c", false), ("d", false)]);
    let counts = &labels.counts;
    assert_eq!((counts.rows, counts.later, counts.unsure, counts.conflicting), (6, 2, 1, 0));
    let all = read_labels(&path, &words).expect("read");
    assert_eq!((all.counts.later, all.counts.unsure, all.counts.conflicting), (0, 0, 2));

    let cells = [
        ("2022-06-31,1", "row 1, column as_of: it is 2022-06-31, expected a date"),
        (",sure", "row 1, column confidence: it is sure, expected a share from 0 to 1"),
        (",1.1", "row 1, column confidence: it is 1.1"),
    ];
    for (cell, said) in cells {
        std::fs::write(&path, format!("account,label,as_of,confidence\na,spam,{cell}\nb,person,,\n"))
            .expect("written");
        let error =
            read_known_labels(&path, &words, Known { until, least_confidence: 0.5 }).expect_err("refused");
        assert!(error.to_string().contains(said), "{error}");
        let plain = read_labels(&path, &words).expect("evaluation asks for neither");
        assert_eq!(plain.unread, ["as_of", "confidence"], "and says so");
    }
}

#[test]
fn other_tables_lend_their_columns_and_two_rows_of_one_account_do_not_contradict() {
    let mut labels =
        read("account,label,kind\na,spam,robot\nb,person,\n", &["spam"], &["person"]).expect("read");
    let folder = tempfile::tempdir().expect("temp");
    let path = folder.path().join("registrations.csv.zst");
    let put = |text: &str| {
        std::fs::write(&path, zstd::encode_all(text.as_bytes(), 1).expect("packed")).expect("written");
    };
    put("account,ip_country,kind\na,DE,x\na,IT,x\n");
    let error = labels.clone().attach(&path).expect_err("which one?").to_string();
    assert!(
        error.contains(
            "registrations.csv.zst, row 2, column ip_country: account a has IT here and DE in row 1"
        ),
        "{error}"
    );
    put("ts,account,ip_country,kind\n1,a,,x\n,a,IT,x\n1,a,IT,x\n3,b,,x\n4,zz,FR,x\n5,zz,DE,x\n");
    labels.attach(&path).expect("joined");
    assert_eq!(labels.accounts["a"].columns["ip_country"], "IT");
    assert_eq!(labels.accounts["a"].columns["kind"], "robot", "what labels say themselves stays");
    assert!(!labels.accounts["b"].columns.contains_key("ip_country"));
    assert_eq!((labels.accounts.len(), labels.columns.contains("ip_country")), (2, true));
    std::fs::write(&path, zstd::encode_all("acount,x\na,1\n".as_bytes(), 1).expect("packed"))
        .expect("written");
    assert!(labels.attach(&path).expect_err("no account").to_string().contains("did you mean acount?"));
}
