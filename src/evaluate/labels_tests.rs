//! Labels read from files: what is counted, what is refused, and in which words.
//! In: small CSV texts; out: a failure that shows the labels or the error.
//! Scans nothing.

use super::labels::*;
use crate::domain::ErrorClass;
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
