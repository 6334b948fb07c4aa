//! Labels beside feature rows: who becomes an example, and who stays together in one fold.
//! In: labels and feature rows by the account's name, campaigns; out: examples with everything that was left out counted.
//! Reads no label and settles no contradiction: that is done where labels are read for evaluation, too.

use crate::domain::UnionFind;
use crate::evaluate::{LabelWords, Labels};
use crate::features::AccountFeatures;
use crate::model::{Dataset, Example, Trained, admitted};
use std::collections::{BTreeMap, BTreeSet};

/// Examples, and what they come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Labeled {
    /// The examples.
    pub data: Dataset,
    /// Counts of what was left out; inputs are added by whoever read them.
    pub origin: Trained,
}

/// Feature rows with a label become examples; `campaigns` are pairs of a campaign and an account of it.
pub fn examples<'a>(
    rows: impl Iterator<Item = (&'a str, &'a AccountFeatures)>,
    labels: &Labels,
    words: &LabelWords,
    campaigns: &[(String, String)],
) -> Labeled {
    let groups = groups(campaigns);
    let cards = admitted();
    let sources: BTreeSet<&String> =
        labels.accounts.values().filter_map(|label| label.columns.get("source")).collect();
    let mut origin = Trained {
        label_sources: sources.into_iter().cloned().collect(),
        positive_labels: words.positive.clone(),
        conflicting_n: labels.counts.conflicting,
        later_n: labels.counts.later,
        unsure_n: labels.counts.unsure,
        ..Trained::default()
    };
    let mut examples = Vec::new();
    for (name, row) in rows {
        match labels.accounts.get(name) {
            None => origin.unlabeled_n += 1,
            Some(label) => examples.push(Example {
                name: name.to_owned(),
                values: Dataset::values(row, &cards),
                positive: label.positive,
                group: groups.get(name).copied(),
            }),
        }
    }
    origin.unknown_n = labels.accounts.len() - examples.len();
    let names = cards.iter().map(|card| card.name.to_owned()).collect();
    Labeled { data: Dataset::new(names, examples), origin }
}

/// A number for each account of a campaign; accounts of overlapping campaigns have the same.
fn groups(campaigns: &[(String, String)]) -> BTreeMap<&str, u32> {
    let accounts: BTreeSet<&str> = campaigns.iter().map(|(_, account)| account.as_str()).collect();
    let places: BTreeMap<&str, u32> = accounts.into_iter().zip(0..).collect();
    let mut sets = UnionFind::new(places.len() as u32);
    let mut first: BTreeMap<&str, u32> = BTreeMap::new();
    for (campaign, account) in campaigns {
        let place = places[account.as_str()];
        sets.join(*first.entry(campaign).or_insert(place), place);
    }
    places.into_iter().map(|(account, place)| (account, sets.root(place))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Token;
    use crate::evaluate::read_labels;
    use crate::features::cards;

    #[test]
    fn who_has_no_label_of_either_kind_is_counted_and_left_out() {
        let temp = tempfile::tempdir().expect("temp");
        let file = temp.path().join("labels.csv");
        let rows = "account,label,source\na,spam,hand\nb,fine,hand\nc,spam,hand\nc,fine,hand\na,abuse,hand\n\
                    z,fine,hand\ne,unsure,hand\n";
        std::fs::write(&file, rows).expect("written");
        let word = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
        let words = LabelWords {
            positive: word(&["spam", "abuse"]),
            negative: word(&["fine"]),
            ..LabelWords::default()
        };
        let labels = read_labels(&file, &words).expect("labels");
        let row = AccountFeatures::new(Token(1), vec![Ok(1.0); cards().len()]);
        let campaigns = [("k", "b"), ("k", "c"), ("l", "c"), ("l", "a"), ("m", "q")]
            .map(|(campaign, account)| (campaign.to_owned(), account.to_owned()));
        let rows = ["e", "d", "c", "b", "a"].into_iter().map(|name| (name, &row));
        let made = examples(rows, &labels, &words, &campaigns);
        let of: Vec<(&str, bool)> =
            made.data.examples.iter().map(|e| (e.name.as_str(), e.positive)).collect();
        assert_eq!(of, [("a", true), ("b", false)], "who is unsure is no innocent");
        assert_eq!(
            made.data.examples[0].group, made.data.examples[1].group,
            "campaigns that share an account are one"
        );
        assert!(made.data.examples[0].group.is_some());
        let o = &made.origin;
        assert_eq!((o.unlabeled_n, o.conflicting_n, o.unknown_n), (3, 1, 1));
        assert_eq!(o.label_sources, ["hand"]);
    }
}
