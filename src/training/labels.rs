//! Labels beside feature rows: who is positive, who is unknown, who is contradicted.
//! In: labels and feature rows by the account's name, campaigns; out: examples with everything that was left out counted.
//! Settles no contradiction: an account with both kinds of label teaches nothing.

use crate::domain::UnionFind;
use crate::features::AccountFeatures;
use crate::model::{Dataset, Example, Trained, admitted};
use std::collections::{BTreeMap, BTreeSet};

/// Labels by account, and who labeled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Labels {
    by_account: BTreeMap<String, [bool; 2]>,
    sources: BTreeSet<String>,
    positive: Vec<String>,
    seen: BTreeSet<String>,
}

impl Labels {
    /// Labels of whom these words are the positive ones.
    pub fn new(positive: Vec<String>) -> Self {
        Self { positive, ..Self::default() }
    }

    /// Adds one label.
    pub fn add(&mut self, account: &str, label: &str, source: Option<&str>) {
        let positive = self.positive.iter().any(|word| word == label);
        self.by_account.entry(account.to_owned()).or_default()[usize::from(positive)] = true;
        self.seen.insert(label.to_owned());
        self.sources.extend(source.map(str::to_owned));
    }

    /// Positive words that no label has, with the words there are.
    pub fn unknown_words(&self) -> Option<(String, Vec<String>)> {
        let odd = self.positive.iter().find(|word| !self.seen.contains(*word))?;
        Some((odd.clone(), self.seen.iter().cloned().collect()))
    }
}

/// Examples, and what they come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Labeled {
    /// The examples.
    pub data: Dataset,
    /// Counts of what was left out; inputs are added by whoever read them.
    pub origin: Trained,
}

/// Feature rows with a label become examples; `campaigns` are sets of accounts that stay in one fold.
pub fn examples<'a>(
    rows: impl Iterator<Item = (&'a str, &'a AccountFeatures)>,
    labels: &Labels,
    campaigns: &[(String, String)],
) -> Labeled {
    let groups = groups(campaigns);
    let cards = admitted();
    let mut origin = Trained {
        label_sources: labels.sources.iter().cloned().collect(),
        positive_labels: labels.positive.clone(),
        ..Trained::default()
    };
    let mut left: BTreeMap<&str, &[bool; 2]> =
        labels.by_account.iter().map(|(account, kinds)| (account.as_str(), kinds)).collect();
    let mut examples = Vec::new();
    for (name, row) in rows {
        match left.remove(name) {
            None => origin.unlabeled_n += 1,
            Some([true, true]) => origin.conflicting_n += 1,
            Some([_, positive]) => examples.push(Example {
                name: name.to_owned(),
                values: Dataset::values(row, &cards),
                positive: *positive,
                group: groups.get(name).copied(),
            }),
        }
    }
    origin.unknown_n = left.len();
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
    use crate::features::cards;

    #[test]
    fn contradicted_and_unknown_accounts_are_counted_and_left_out() {
        let mut labels = Labels::new(vec!["spam".to_owned(), "abuse".to_owned()]);
        for (account, label) in
            [("a", "spam"), ("b", "fine"), ("c", "spam"), ("c", "fine"), ("a", "abuse"), ("z", "fine")]
        {
            labels.add(account, label, Some("hand"));
        }
        let row = AccountFeatures::new(Token(1), vec![Ok(1.0); cards().len()]);
        let campaigns = [("k", "b"), ("k", "c"), ("l", "c"), ("l", "a"), ("m", "q")]
            .map(|(campaign, account)| (campaign.to_owned(), account.to_owned()));
        let made = examples(["d", "c", "b", "a"].into_iter().map(|name| (name, &row)), &labels, &campaigns);
        let of: Vec<(&str, bool)> =
            made.data.examples.iter().map(|e| (e.name.as_str(), e.positive)).collect();
        assert_eq!(of, [("a", true), ("b", false)]);
        assert_eq!(
            made.data.examples[0].group, made.data.examples[1].group,
            "campaigns that share an account are one"
        );
        assert!(made.data.examples[0].group.is_some());
        let o = &made.origin;
        assert_eq!((o.unlabeled_n, o.conflicting_n, o.unknown_n), (1, 1, 1));
        assert_eq!(labels.unknown_words(), None);
        assert_eq!(
            Labels::new(vec!["spma".to_owned()]).unknown_words(),
            Some(("spma".to_owned(), Vec::new()))
        );
    }
}
