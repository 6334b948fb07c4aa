//! The rule table: whom each rule hit, what it carries, with whom it fires, and what only it catches.
//! In: judged accounts and the policy in force; out: a row for each rule card, with what the card says.
//! Knows no labels: how often a rule is right is measured elsewhere.

use crate::decision::{Circumstances, Policy, Verdict, decide};
use crate::report::record_v1::Judged;
use crate::rules::{self, Role, Rule};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Rules named beside one that fire on the same accounts.
const BESIDE: usize = 3;

/// What became of one rule.
#[derive(Debug, Default)]
struct Told<'a> {
    hits: u64,
    carries: u64,
    alone: u64,
    beside: BTreeMap<&'a str, u64>,
}

/// A row for each rule, in card order.
pub fn rows(judged: &[Judged], policy: &Policy) -> Vec<Value> {
    let mut told: BTreeMap<&str, Told> = BTreeMap::new();
    for j in judged {
        let outcome = &j.card.outcome;
        let all: Vec<_> = outcome.hits.iter().chain(&outcome.mitigations).collect();
        for hit in &all {
            let row = told.entry(hit.rule.code).or_default();
            row.hits += 1;
            row.carries += u64::from(hit.carries());
            row.alone += u64::from(falls_without(j, hit.rule, policy));
            for other in all.iter().filter(|other| other.rule != hit.rule) {
                *row.beside.entry(other.rule.code).or_default() += 1;
            }
        }
    }
    let nothing = Told::default();
    rules::cards().into_iter().map(|rule| row(rule, told.get(rule.code).unwrap_or(&nothing))).collect()
}

/// Whether the account would fall below review if the rule had not fired.
///
/// Who is at review or above has no sanction or decision that holds, so that none needs to be looked at.
fn falls_without(j: &Judged, rule: &Rule, policy: &Policy) -> bool {
    let judging = !matches!(rule.role, Role::Benign | Role::Descriptive);
    let circumstances = Circumstances { as_of_us: policy.as_of.0, ..Circumstances::default() };
    judging
        && Verdict::Review <= j.decision.verdict
        && decide(&j.card.without(rule), &circumstances, policy).verdict < Verdict::Review
}

fn row(rule: &Rule, told: &Told) -> Value {
    let mut beside: Vec<(&str, u64)> = told.beside.iter().map(|(code, n)| (*code, *n)).collect();
    beside.sort_by_key(|(code, n)| (std::cmp::Reverse(*n), *code));
    beside.truncate(BESIDE);
    let features: Vec<&str> = rule.uses.iter().map(|card| card.name).collect();
    json!({
        "code": rule.code, "name": rule.name, "family": rule.family.name(), "role": rule.role,
        "persistence": rule.persistence, "look_alikes": rule.look_alikes, "source": rule.source.1,
        "mark": rule.source.0, "features": features,
        "hits": told.hits, "carries": told.carries, "alone": told.alone, "beside": beside,
    })
}
