//! A name taken out of texts: what people wrote, notes beside decisions, samples of refused rows.
//! In: texts, the account as the log spells it; out: the same texts without it, or that it stands in none.
//! Reads and writes no file.

use crate::decision::note_parts;
use crate::domain::{CUT, shown_name, visible};
use crate::log::{SAMPLE_CHARS, is_placeholder};
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::Range;

/// Names shorter than this may be parts of other words.
const LEAST_NAME: usize = 3;
/// What stands in the place of a name that was erased from a text.
pub const GONE: &str = "(erased)";

/// A text that people wrote, without the name where it stands as a word of its own, spelled as the log does or as the
/// program shows it; none where it does not.
pub fn cleared(text: &str, account: &str) -> Option<String> {
    // The longest first: one may be a part of another.
    each_spelling(text, account, |_| Vec::new())
}

fn each_spelling(text: &str, account: &str, ours: fn(&str) -> Vec<Range<usize>>) -> Option<String> {
    let mut spelled: Vec<String> = spellings(account).into_iter().collect();
    spelled.sort_by_key(|name| Reverse(name.len()));
    let without = |text: &str, name: &String| without_word(text, name, &ours(text));
    spelled.iter().fold(None, |new, name| without(new.as_deref().unwrap_or(text), name).or(new))
}

/// A note beside a decision: the program's own words in it are about nobody, though an account may be called like one.
pub fn cleared_note(note: &str, account: &str) -> Option<String> {
    each_spelling(note, account, |text| {
        let mut at = 0;
        let placed = note_parts(text).into_iter().map(|(part, by_people)| {
            at += part.len();
            (at - part.len()..at, by_people)
        });
        placed.filter(|(_, by_people)| !by_people).map(|(place, _)| place).collect()
    })
}

/// A text without a word, but where it lies within one of these places.
fn without_word(text: &str, word: &str, ours: &[Range<usize>]) -> Option<String> {
    if !text.contains(word) {
        return None;
    }
    let (mut out, mut rest, mut found) = (String::new(), text, false);
    while let Some(at) = rest.find(word) {
        let (head, tail) = (&rest[..at], &rest[at + word.len()..]);
        out.push_str(head);
        let placeholder = word == "erased" && out.ends_with('(') && tail.starts_with(')');
        let place = text.len() - tail.len() - word.len()..text.len() - tail.len();
        let own = ours.iter().any(|own| own.start <= place.start && place.end <= own.end);
        let whole = !placeholder && !own && !joins(out.chars().rev(), word) && !joins(tail.chars(), word);
        out.push_str(if whole { GONE } else { word });
        found |= whole;
        rest = tail;
    }
    out.push_str(rest);
    found.then_some(out)
}

/// Whether a word goes on with these characters, seen from it. One as short as the parts of a date, an address or an
/// initial goes on behind a sign in the middle of a word too.
fn joins(mut next: impl Iterator<Item = char>, word: &str) -> bool {
    let wordy = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
    let first = next.next();
    let is_short = word.chars().count() < LEAST_NAME;
    wordy(first) || (is_short && first.is_some_and(|c| "-.:/@+'".contains(c)) && wordy(next.next()))
}

/// The same in every text of a value.
pub fn clear(value: &mut Value, account: &str) -> bool {
    match value {
        Value::String(text) => cleared(text, account).map(|new| *text = new).is_some(),
        Value::Array(all) => all.iter_mut().fold(false, |found, item| clear(item, account) | found),
        Value::Object(all) => all.values_mut().fold(false, |found, item| clear(item, account) | found),
        _ => false,
    }
}

/// Whether a sample shows a name: within any text, as a word of its own where it is short, or cut at the sample's end.
pub fn shows(sample: &str, account: &str) -> bool {
    let long = |text: &str| LEAST_NAME <= text.chars().count();
    let spelled = spellings(account);
    // A sample as long as they get may be cut at its end without a sign of it.
    let end = (SAMPLE_CHARS <= sample.chars().count()).then_some(sample.len());
    let cuts: Vec<usize> = sample.match_indices(CUT).map(|(at, _)| at).chain(end).collect();
    let ends_so = |head: &str, name: &str| {
        head.char_indices().any(|(at, _)| long(&head[at..]) && name.starts_with(&head[at..]))
    };
    let cut_in = |name: &String| cuts.iter().any(|cut| ends_so(&sample[..*cut], name));
    let within = |name: &String| long(name) && sample.contains(name.as_str());
    sample != GONE
        && !is_placeholder(sample)
        && (cleared(sample, account).is_some() || spelled.iter().any(|n| within(n) || cut_in(n)))
}

/// A name as the log spells it and as the program shows it.
fn spellings(account: &str) -> BTreeSet<String> {
    BTreeSet::from([account.into(), visible(account).into_owned(), shown_name(account).into_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_called_like_a_common_word_leaves_our_own_words_alone() {
        let note = "alert: decided innocent on 2022-01-01 in run r1: a model school, until summer; silent until 2022-07-01 or \
                    until another kind of evidence appears; a learned model lifted it from watch to review";
        for (account, gone) in [("model", 1), ("until", 1), ("evidence", 0), ("innocent", 0), ("review", 0)] {
            let new = cleared_note(note, account).unwrap_or_else(|| note.to_owned());
            assert_eq!(new.matches(GONE).count(), gone, "{account}: {new}");
        }
        let new = cleared_note(note, "model").expect("a person wrote it");
        for account in ["school, until", "until summer; silent", "r1: a model"] {
            let new = cleared_note(note, account).unwrap_or_default();
            assert!(new.contains(GONE), "a name that reaches into our words is a name: {account}");
        }
        let reason = "decided unsure on 2022-01-01 in run r1: see alert: it has not begun";
        assert!(cleared_note(reason, "alert").is_some_and(|new| new.contains("see (erased): it")));
        assert!(
            new.contains("a (erased) school")
                && new.ends_with("a learned model lifted it from watch to review")
        );
    }

    #[test]
    fn a_sample_goes_that_holds_a_name_whole_or_cut() {
        for sample in ["alice", "to alice,b", "xalicey", "2022-13-01 alice", "the letter to ali\u{2026}"] {
            assert!(shows(sample, "alice"), "{sample}");
        }
        for sample in ["bob", "al\u{2026}", "malice is near", "(6 bytes: letters)", GONE] {
            assert_eq!(shows(sample, "alice"), sample.contains("alice"), "{sample}");
        }
        let long = format!("{} and ali", "x".repeat(SAMPLE_CHARS - 8));
        assert!(shows(&long, "alice"), "cut at the end without a sign of it");
        assert!(shows("one\u{2026} two ali\u{2026}", "alice"), "cut more than once");
        for own in [
            "(a number, withheld)",
            "(an address, withheld)",
            "(9 bytes: letters, digits)",
            "(12 digits, withheld)",
        ] {
            let named = ["number", "address", "bytes", "digits"];
            assert!(named.iter().all(|account| !shows(own, account)), "{own}");
        }
        assert!(shows("(alice, withheld)", "alice"), "somebody's own words");
        // A short name is a part of many words.
        assert!(!shows("text", "t") && shows("to t", "t") && !shows(GONE, "erased"));
        assert!(shows("bob\\u{7} at noon", "bob\u{7}"), "as the program shows it");
    }
}
