//! Quantiles of every feature over an earlier night: what an account is compared with.
//! In: the feature rows of one earlier night; out: a pinned artifact with quantiles, percentiles and a digest.
//! Never made from the night it judges; knows no threshold and no account.

use super::feature::{Family, Feature};
use super::table::{AccountFeatures, FeatureTable};
use super::volume;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use thiserror::Error;

/// The quantiles that are kept.
pub const LEVELS: [f64; 15] =
    [0.0, 0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.995, 0.999, 0.9995, 1.0];

/// Actions an account needs before its behavior enters the profile.
pub const LEAST_ACTIONS: f64 = 10.0;

/// The layout of the artifact; another number is refused.
const LAYOUT: u32 = 1;

/// Why a profile cannot be used.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum PopulationError {
    /// The text is not a profile.
    #[error("the population profile cannot be read: {0}")]
    Malformed(String),
    /// Made by other feature cards.
    #[error(
        "the population profile was made with feature cards {found}, this program has {expected}; make it again"
    )]
    OtherCards {
        /// Fingerprint in the file.
        found: String,
        /// Fingerprint of this program.
        expected: String,
    },
    /// Made by another layout of the artifact.
    #[error("the population profile has layout {found}, this program reads {LAYOUT}")]
    OtherLayout {
        /// Layout in the file.
        found: u32,
    },
    /// Not earlier than the night it is to judge.
    #[error(
        "the population profile is of {profile}, which is not before {night}: a night is never its own peer"
    )]
    NotEarlier {
        /// Date of the profile.
        profile: String,
        /// Date of the night.
        night: String,
    },
}

/// Where a profile comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// End of the window it was made from, `YYYY-MM-DD`.
    pub as_of: String,
    /// What log it was made from, in words.
    pub source: String,
    /// Whether that log was simulated.
    pub simulated: bool,
}

/// Quantiles of one feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Profile {
    n: u64,
    q: Vec<f64>,
}

/// Quantiles of each feature over one earlier night.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Population {
    layout: u32,
    cards: String,
    origin: Origin,
    accounts_n: u64,
    levels: Vec<f64>,
    features: BTreeMap<String, Profile>,
    #[serde(skip)]
    digest: String,
}

impl Population {
    /// The profile of an earlier night.
    pub fn of(rows: &[AccountFeatures], origin: Origin) -> Self {
        let mut made = Self {
            layout: LAYOUT,
            cards: FeatureTable::fingerprint(),
            origin,
            accounts_n: rows.len() as u64,
            levels: LEVELS.to_vec(),
            features: profiles(rows),
            digest: String::new(),
        };
        made.digest = digest(&made.to_json());
        made
    }

    /// Reads a profile and refuses one made with other cards.
    pub fn from_json(text: &str) -> Result<Self, PopulationError> {
        let mut read: Self =
            serde_json::from_str(text).map_err(|e| PopulationError::Malformed(e.to_string()))?;
        if read.layout != LAYOUT {
            return Err(PopulationError::OtherLayout { found: read.layout });
        }
        let expected = FeatureTable::fingerprint();
        if read.cards != expected {
            return Err(PopulationError::OtherCards { found: read.cards, expected });
        }
        let ordered = |p: &Profile| p.q.len() == LEVELS.len() && p.q.is_sorted() && p.n > 0;
        if read.levels != LEVELS || !read.features.values().all(ordered) {
            return Err(PopulationError::Malformed("quantiles out of order or of other levels".to_owned()));
        }
        read.digest = digest(text);
        Ok(read)
    }

    /// Canonical JSON: same rows, same bytes.
    pub fn to_json(&self) -> String {
        // Maps with string keys and finite numbers always serialize.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Refuses a profile that is not earlier than the night it is to judge (`YYYY-MM-DD`).
    pub fn check_earlier(&self, night: &str) -> Result<(), PopulationError> {
        if self.origin.as_of.as_str() < night {
            return Ok(());
        }
        Err(PopulationError::NotEarlier { profile: self.origin.as_of.clone(), night: night.to_owned() })
    }

    /// The digest by which a run pins the profile.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Where it comes from.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Accounts of the night it was made from, busy or not.
    pub fn accounts_n(&self) -> u64 {
        self.accounts_n
    }

    /// Accounts behind one feature.
    pub fn n(&self, card: &Feature) -> u64 {
        self.features.get(card.name).map_or(0, |p| p.n)
    }

    /// A quantile of a feature, between the kept levels by straight lines.
    ///
    /// There is none when fewer than one account would lie above it: 200 accounts carry 0.995, 100 carry 0.99.
    pub fn quantile(&self, card: &Feature, level: f64) -> Option<f64> {
        let profile = self.features.get(card.name)?;
        if !(0.0..=1.0).contains(&level) || (profile.n as f64) * (1.0 - level) < 1.0 - 1e-9 {
            return None;
        }
        let high = LEVELS.partition_point(|l| *l < level);
        if high == 0 {
            return profile.q.first().copied();
        }
        let part = (level - LEVELS[high - 1]) / (LEVELS[high] - LEVELS[high - 1]);
        Some(profile.q[high - 1] + part * (profile.q[high] - profile.q[high - 1]))
    }

    /// The share of peers at or below a value, 0 to 1, between the kept quantiles by straight lines.
    pub fn percentile(&self, card: &Feature, value: f64) -> Option<f64> {
        self.features.get(card.name).map(|p| percentile(&p.q, value))
    }
}

/// The fewest accounts among which a place is told.
const LEAST_PEERS: usize = 100;

/// An account's place among tonight's own, exact; for display only, never for a rule.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Share of the accounts at or below the value.
    pub at_or_below: f64,
    /// Share of the accounts at or above the value.
    pub at_or_above: f64,
    /// How many accounts have such a value.
    pub n: usize,
}

/// Places among tonight's own rows; none among fewer than a hundred accounts.
pub fn descriptive(rows: &[AccountFeatures]) -> impl Fn(&Feature, f64) -> Option<Place> {
    move |card, value| {
        let values = peers(rows, card);
        let n = values.len();
        let share = |is: &dyn Fn(f64) -> bool| values.iter().filter(|v| is(**v)).count() as f64 / n as f64;
        (LEAST_PEERS <= n).then(|| Place {
            at_or_below: share(&|v| v <= value),
            at_or_above: share(&|v| value <= v),
            n,
        })
    }
}

fn digest(text: &str) -> String {
    blake3::hash(text.trim_end().as_bytes()).to_hex().to_string()
}

fn profiles(rows: &[AccountFeatures]) -> BTreeMap<String, Profile> {
    let mut out = BTreeMap::new();
    for card in super::cards() {
        let mut values = peers(rows, card);
        if values.is_empty() {
            continue;
        }
        values.sort_by(f64::total_cmp);
        let q = LEVELS.iter().map(|level| rounded(at(&values, *level))).collect();
        out.insert(card.name.to_owned(), Profile { n: values.len() as u64, q });
    }
    out
}

/// The values of a card that rules may use, of accounts busy enough to be peers.
fn peers(rows: &[AccountFeatures], card: &Feature) -> Vec<f64> {
    let busy = rows.iter().filter(|row| enters(row, card));
    busy.filter_map(|row| row.evident(card).ok()).collect()
}

/// Whether an account's value enters the profile: behavior needs some actions, the rest only a value.
fn enters(row: &AccountFeatures, card: &Feature) -> bool {
    match card.family {
        Family::Lifecycle | Family::Registration | Family::Groups | Family::Feedback => true,
        _ => row.get(&volume::ACTIONS).is_ok_and(|n| LEAST_ACTIONS <= n),
    }
}

/// Linear interpolation between order statistics.
fn at(sorted: &[f64], level: f64) -> f64 {
    let place = level * (sorted.len() - 1) as f64;
    let low = place.floor() as usize;
    let high = (low + 1).min(sorted.len() - 1);
    sorted[low] + (place - low as f64) * (sorted[high] - sorted[low])
}

/// Thirteen digits: as many as any JSON reader gives back to the bit.
fn rounded(value: f64) -> f64 {
    format!("{value:.12e}").parse().unwrap_or(value)
}

fn percentile(quantiles: &[f64], value: f64) -> f64 {
    let above = quantiles.partition_point(|q| *q <= value);
    if above == 0 {
        return 0.0;
    }
    if above == quantiles.len() {
        return 1.0;
    }
    let (low, high) = (quantiles[above - 1], quantiles[above]);
    LEVELS[above - 1] + (value - low) / (high - low) * (LEVELS[above] - LEVELS[above - 1])
}

#[cfg(test)]
mod tests {
    use super::super::feature::Absent;
    use super::super::{cards, rate};
    use super::*;
    use crate::domain::Token;

    fn rows(n: usize) -> Vec<AccountFeatures> {
        let place = cards().iter().position(|c| c.name == rate::MAX_60S.name).expect("there");
        let busy = cards().iter().position(|c| c.name == volume::ACTIONS.name).expect("there");
        (0..n)
            .map(|i| {
                let mut values = vec![Err(Absent::NoEvidence); cards().len()];
                values[place] = Ok(i as f64);
                values[busy] = Ok(if i % 10 == 9 { 9.0 } else { 10.0 });
                AccountFeatures::new(Token(i as u128), values)
            })
            .collect()
    }

    fn origin() -> Origin {
        Origin { as_of: "2019-12-01".to_owned(), source: "test".to_owned(), simulated: true }
    }

    #[test]
    fn quiet_accounts_are_no_peers_and_quantiles_lie_between() {
        let profile = Population::of(&rows(1000), origin());
        assert_eq!(profile.n(&rate::MAX_60S), 900);
        let median = profile.quantile(&rate::MAX_60S, 0.5).expect("enough");
        assert!((490.0..510.0).contains(&median), "{median}");
        assert_eq!(profile.quantile(&rate::MAX_1H, 0.5), None);
        assert_eq!(profile.percentile(&rate::MAX_60S, -1.0), Some(0.0));
        assert_eq!(profile.percentile(&rate::MAX_60S, 5000.0), Some(1.0));
        let near = profile.percentile(&rate::MAX_60S, median).expect("there");
        assert!((near - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_quantile_needs_an_account_above_it() {
        let small = Population::of(&rows(150), origin());
        assert_eq!(small.n(&rate::MAX_60S), 135);
        assert!(small.quantile(&rate::MAX_60S, 0.99).is_some());
        assert_eq!(small.quantile(&rate::MAX_60S, 0.995), None);
        assert_eq!(small.quantile(&rate::MAX_60S, 1.0), None);
    }

    #[test]
    fn it_round_trips_and_other_cards_are_refused() {
        let profile = Population::of(&rows(300), origin());
        let text = profile.to_json();
        assert_eq!(Population::from_json(&text), Ok(profile.clone()));
        assert_eq!(Population::of(&rows(300), origin()).digest(), profile.digest());
        let other = text.replace(&FeatureTable::fingerprint(), "0123456789abcdef");
        assert!(matches!(Population::from_json(&other), Err(PopulationError::OtherCards { .. })));
        assert!(matches!(Population::from_json("{}"), Err(PopulationError::Malformed(_))));
        assert!(profile.check_earlier("2019-12-01").is_err() && profile.check_earlier("2019-12-02").is_ok());
    }

    #[test]
    fn tonights_places_are_exact_and_need_a_hundred_accounts() {
        let some = rows(200);
        let place = descriptive(&some)(&rate::MAX_60S, 170.0).expect("180 accounts");
        assert_eq!((place.n, place.at_or_below, place.at_or_above), (180, 154.0 / 180.0, 27.0 / 180.0));
        assert_eq!(descriptive(&some)(&rate::MAX_1H, 1.0), None);
        assert_eq!(descriptive(&rows(110))(&rate::MAX_60S, 1.0), None, "99 busy accounts");
    }
}
