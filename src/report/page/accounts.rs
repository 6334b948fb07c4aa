//! The accounts of the page: who is on it with everything that was found, as far as the page may grow.
//! In: a night's judged accounts and its queue; out: a JSON object an account, and the cards of what they name.
//! Says how many more there are; never a recipient, never a reporter.

use super::embed::Names;
use crate::features::{Feature, Population, cards};
use crate::report::delta::AccountChange;
use crate::report::lines::activity_json;
use crate::report::record_v1::Judged;
use crate::report::run::Run;
use crate::scoring::{Reason, mitigations, reasons};
use hashbrown::HashMap;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Accounts with everything that was found; who is in the queue comes first.
const MOST_ACCOUNTS: usize = 2_000;
/// What they may take together, so that the page stays below ten megabytes.
const MOST_BYTES: usize = 6_500_000;
/// The quantiles of earlier nights that the page tells.
const LEVELS: [f64; 4] = [0.5, 0.9, 0.99, 0.999];

/// The accounts of a page, while they are gathered.
pub struct Gathered<'r> {
    run: &'r Run<'r>,
    campaigns: HashMap<&'r str, Vec<&'r str>>,
    changes: HashMap<&'r str, &'r AccountChange>,
    /// Objects by the account's rank.
    rows: Vec<(usize, Value)>,
    taken: BTreeSet<usize>,
    features: BTreeSet<&'static str>,
    bytes: usize,
    full: bool,
}

impl<'r> Gathered<'r> {
    /// Nobody yet.
    pub fn new(run: &'r Run) -> Self {
        let mut campaigns: HashMap<&str, Vec<&str>> = HashMap::new();
        for campaign in &run.campaigns {
            campaign.names.iter().for_each(|name| campaigns.entry(name).or_default().push(&campaign.id));
        }
        let changes = run.delta.iter().flat_map(|d| &d.accounts).map(|c| (c.name.as_str(), c)).collect();
        let (rows, taken, features) = (Vec::new(), BTreeSet::new(), BTreeSet::new());
        Self { run, campaigns, changes, rows, taken, features, bytes: 0, full: false }
    }

    /// Takes an account, by its place; whether it is on the page.
    pub fn take(&mut self, place: usize, names: &mut Names) -> bool {
        if self.taken.contains(&place) {
            return true;
        }
        let Some(j) = self.run.judged.get(place).filter(|_| !self.full && self.taken.len() < MOST_ACCOUNTS)
        else {
            return false;
        };
        let (reasons, mitigations) = (reasons(&j.card), mitigations(&j.card));
        let mut row = self.row(place, j, &reasons, &mitigations);
        let bytes = row.to_string().len();
        // Nobody less urgent comes in past somebody for whom there was no room.
        self.full = MOST_BYTES < self.bytes + bytes;
        if self.full {
            return false;
        }
        row["at"] = json!(names.at(&j.name));
        self.bytes += bytes;
        self.features.extend(reasons.iter().chain(&mitigations).map(|r| r.feature));
        self.taken.insert(place);
        self.rows.push((place, row));
        true
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.taken.len()
    }

    /// The accounts by rank, and the cards that their reasons name.
    pub fn finish(mut self) -> (Vec<Value>, Value) {
        self.rows.sort_by_key(|(place, _)| *place);
        let used = cards().into_iter().filter(|card| self.features.contains(card.name));
        let told: Map<String, Value> =
            used.map(|card| (card.name.to_owned(), feature(card, self.run.population))).collect();
        (self.rows.into_iter().map(|(_, row)| row).collect(), Value::Object(told))
    }

    fn row(&self, place: usize, j: &Judged, reasons: &[Reason], mitigations: &[Reason]) -> Value {
        let of = |all: &[Reason]| -> Vec<Value> { all.iter().map(reason).collect() };
        let chance = j.card.chance().map(|c| (c, false)).or(j.card.simulated_chance().map(|c| (c, true)));
        let activity = j.activity.as_deref().map(activity_json);
        json!({
            "rank": place + 1, "verdict": j.decision.verdict.word(),
            "finding": j.decision.finding.word(), "state": j.decision.state.word(),
            "scores": j.card.sub_scores().map(|s| rounded(s.get(), 1e6)), "messages": j.card.messages_n,
            "evidence": j.card.evidence.word(), "recommendation": j.decision.recommendation,
            "grounds": j.decision.grounds_in_words, "basis": j.decision.policy_basis, "notes": j.decision.notes,
            "off_platform": j.decision.off_platform.len(), "missing": j.card.families.missing_words(),
            "families": j.card.agreeing_families().words(),
            "chance": chance.map(|(c, simulated)| json!({
                "p": c.p.get(), "low": c.low.get(), "high": c.high.get(), "simulated": simulated })),
            "campaigns": self.campaigns.get(j.name.as_str()).map_or(&[][..], Vec::as_slice),
            "change": self.changes.get(j.name.as_str()).map(|c| change(c)),
            "reasons": of(reasons), "mitigations": of(mitigations), "activity": activity,
        })
    }
}

/// What became of an account since the earlier run.
pub fn change(c: &AccountChange) -> Value {
    let [before, now] = c.rungs();
    json!({ "change": c.change.word(), "cause": c.cause.word(), "why": c.why, "terms": c.terms.join(", "),
            "before": before, "now": now })
}

fn reason(r: &Reason) -> Value {
    json!({
        "code": r.code, "statement": r.statement, "counterfactual": r.counterfactual, "mark": r.source_mark,
        "feature": r.feature, "observed": r.observed.map(|value| rounded(value, 1e6)),
        "peer_percentile": r.peer_percentile.map(|share| rounded(share, 1e4)),
        "contribution": rounded(r.contribution, 10.0),
    })
}

/// Digits that nobody reads make the page larger, and promise what a number does not hold.
fn rounded(value: f64, steps: f64) -> f64 {
    (value * steps).round() / steps
}

/// A feature card, with its quantiles over earlier nights where they are known.
fn feature(card: &Feature, population: Option<&Population>) -> Value {
    let quantiles = population.filter(|p| 0 < p.n(card)).map(|p| {
        let at = |level: &f64| Some((*level, rounded(p.quantile(card, *level)?, 1e6)));
        LEVELS.iter().filter_map(at).collect::<Vec<_>>()
    });
    json!({
        "unit": card.unit, "family": card.family, "definition": card.definition, "reading": card.reading,
        "look_alikes": card.look_alikes, "mark": card.source.0, "quantiles": quantiles,
        "n": population.map(|p| p.n(card)),
    })
}
