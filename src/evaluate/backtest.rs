//! Replayed nights: how soon abuse was found, what it reached before, and who was ever flagged by mistake.
//! In: verdicts night by night, labels, what the positives sent and when; out: measures and one line an abuser.
//! Scans nothing; whoever replays must have shown each night only what was known then.

use super::exact;
use super::labels::{Labeled, Labels};
use super::measure::{Measure, Measures, Rate};
use crate::decision::Verdict;
use crate::domain::{DAY_US, HOUR_US, Timestamp, Token};
use crate::table_io::sanitise;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One replayed night.
#[derive(Debug, Clone)]
pub struct Night {
    /// Its end: nothing at or after it was known.
    pub as_of: i64,
    /// Verdicts of everybody in it; whoever is missing has none.
    pub verdicts: BTreeMap<String, Verdict>,
}

/// One message to one recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sent {
    /// When.
    pub ts: i64,
    /// To whom; nothing for a group.
    pub person: Option<Token>,
}

/// What is replayed.
pub struct Replay<'a> {
    /// The nights that were scanned, in order.
    pub nights: &'a [Night],
    /// Labels.
    pub labels: &'a Labels,
    /// What positive accounts sent, each in order of time.
    pub sent: &'a BTreeMap<String, Vec<Sent>>,
    /// From which verdict on an account counts as found.
    pub at: Verdict,
    /// Of each one-sided bound.
    pub confidence: f64,
    /// Whether the log is simulated.
    pub simulated: bool,
}

/// One abusive account of a replay.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Found {
    /// Whose.
    pub account: String,
    /// Its label.
    pub label: String,
    /// Its first abusive act, or its first message where the labels do not say.
    pub since: String,
    /// The same in microseconds.
    #[serde(skip)]
    pub began: i64,
    /// End of the first night that found it.
    pub found: Option<String>,
    /// Hours between the two; 0 where it was found before.
    pub hours: Option<f64>,
    /// Messages since then that went out before it was found, or before the replay ended.
    pub messages_before: usize,
    /// People they reached.
    pub people_before: usize,
    /// Messages since then that went out after it was found.
    pub messages_after: usize,
    /// People reached after it was found and not before.
    pub people_after: usize,
}

/// What came of a replay.
#[derive(Debug, Clone)]
pub struct Backtest {
    /// Measures by name.
    pub measures: Measures,
    /// One line an abusive account, by name.
    pub found: Vec<Found>,
    /// What a reader must know.
    pub notes: Vec<String>,
}

/// Nights that make a month of an account.
const MONTH: usize = 30;

/// Rounds of the bootstrap over accounts.
const ROUNDS: usize = 500;

/// Measures a replay.
pub fn backtest(replay: &Replay) -> Backtest {
    let mut notes = Vec::new();
    if replay.simulated {
        notes.push(
            "SIMULATED: the log was made by a simulator; these numbers say nothing about real accounts"
                .to_owned(),
        );
    }
    let found = found(replay, &mut notes);
    let mut measures = Measures::new();
    let nights = Measure::count(replay.nights.len(), &unit(replay, "nights"));
    measures.insert("nights".to_owned(), nights);
    detection(replay, &found, &mut measures);
    harm(replay, &found, &mut measures);
    innocents(replay, &mut measures);
    flapping(replay, &mut measures);
    notes.push(
        "a message is one row to one recipient that did not fail; it counts from the first abusive act on, or from the \
         account's first message where the labels do not say"
            .to_owned(),
    );
    notes.push("prevented is what went out after an account was found: all of it only if each finding had ended the account that night".to_owned());
    Backtest { measures, found, notes }
}

fn unit(replay: &Replay, what: &str) -> String {
    format!("{what}{}", if replay.simulated { ", SIMULATED" } else { "" })
}

fn flagged(replay: &Replay, night: &Night, account: &str) -> bool {
    night.verdicts.get(account).is_some_and(|v| replay.at <= *v)
}

/// First abusive act of an account: what its label says, else its first message.
fn since(label: &Labeled, sent: &[Sent]) -> Option<i64> {
    let said = label.columns.get("first_abusive_at").and_then(|t| Timestamp::parse(t)).map(|t| t.0);
    said.or(sent.first().map(|s| s.ts))
}

fn found(replay: &Replay, notes: &mut Vec<String>) -> Vec<Found> {
    let end = replay.nights.last().map_or(i64::MIN, |n| n.as_of);
    let (mut silent, mut later, mut out) = (0usize, 0usize, Vec::new());
    for (account, label) in replay.labels.accounts.iter().filter(|(_, l)| l.positive) {
        let sent = replay.sent.get(account).map_or(&[][..], Vec::as_slice);
        match since(label, sent) {
            None => silent += 1,
            Some(since) if end <= since => later += 1,
            Some(since) => out.push(one(replay, account, label, since, sent, end)),
        }
    }
    let first = replay.nights.first().map_or(i64::MIN, |n| n.as_of - DAY_US);
    let before = out.iter().filter(|f| f.began < first).count();
    if 0 < before {
        notes.push(format!(
            "{before} positive accounts began more than a day before the first night: how soon they were found tells of the replay; \
             median_of_begun leaves them out"
        ));
    }
    if 0 < silent {
        notes.push(format!("{silent} positive accounts sent nothing and have no first_abusive_at: left out"));
    }
    if 0 < later {
        notes.push(format!("{later} positive accounts begin at or after the last night: left out"));
    }
    out
}

fn one(replay: &Replay, account: &str, label: &Labeled, since: i64, sent: &[Sent], end: i64) -> Found {
    let night = replay.nights.iter().find(|n| flagged(replay, n, account)).map(|n| n.as_of);
    let until = night.unwrap_or(end);
    let abusive: Vec<&Sent> = sent.iter().filter(|s| since <= s.ts && s.ts < end).collect();
    let people = |is: &dyn Fn(&Sent) -> bool| -> BTreeSet<Token> {
        abusive.iter().filter(|s| is(s)).filter_map(|s| s.person).collect()
    };
    let (before, after) = (people(&|s| s.ts < until), people(&|s| until <= s.ts));
    let messages_before = abusive.iter().filter(|s| s.ts < until).count();
    Found {
        account: account.to_owned(),
        label: label.label.clone(),
        since: Timestamp(since).rfc3339(),
        began: since,
        found: night.map(|t| Timestamp(t).rfc3339()),
        hours: night.map(|t| (t - since).max(0) as f64 / HOUR_US as f64),
        messages_before,
        people_before: before.len(),
        messages_after: abusive.len() - messages_before,
        people_after: after.difference(&before).count(),
    }
}

/// Time, messages and people before an account was found; one that never was counts as more than any.
fn detection(replay: &Replay, found: &[Found], out: &mut Measures) {
    let never = Rate::of(found.iter().map(|f| (1.0, f.found.is_none())));
    let share = unit(replay, "share of positive accounts");
    out.insert("never_found".to_owned(), never.measure(replay.confidence, &share));
    let kinds =
        found.iter().filter_map(|f| Some((replay.labels.accounts.get(&f.account)?, f.found.is_none())));
    by_column("never_found", "adversary", kinds, &share, replay, out);
    let first = replay.nights.first().map_or(i64::MAX, |n| n.as_of - DAY_US);
    type Of = fn(&Found) -> f64;
    let of: [(&str, &str, Of); 3] = [
        (
            "time_to_detection",
            "hours from the first abusive act to the end of the night that found it",
            |f| f.hours.unwrap_or(f64::INFINITY),
        ),
        ("messages_before_detection", "messages to one recipient", |f| f.messages_before as f64),
        ("people_before_detection", "people", |f| f.people_before as f64),
    ];
    for (name, what, value) in of {
        let of_one = |f: &Found| if f.found.is_some() { value(f) } else { f64::INFINITY };
        let mut values: Vec<f64> = found.iter().map(of_one).collect();
        values.sort_by(f64::total_cmp);
        for (part, q) in [("median", 0.5), ("p90", 0.9)] {
            let (value, bounds) = quantile(&values, q, replay.confidence);
            let what =
                unit(replay, &format!("{what}, {part} of positive accounts; nothing where it is never"));
            out.insert(
                format!("{name}.{part}"),
                Measure::with_bounds(value, values.len(), Some(bounds), &what),
            );
        }
        // Who began before the first night could have been found before it: that time tells of the replay.
        let begun = found.iter().filter(|f| first <= f.began).map(of_one);
        let mut begun: Vec<f64> = begun.collect();
        begun.sort_by(f64::total_cmp);
        let (value, bounds) = quantile(&begun, 0.5, replay.confidence);
        let within =
            unit(replay, &format!("{what}, median of positive accounts that began within the replay"));
        let measure = Measure::with_bounds(value, begun.len(), Some(bounds), &within);
        out.insert(format!("{name}.median_of_begun"), measure);
        // Where most are never found, this is what can be said; it flatters, and so says of whom it speaks.
        values.retain(|v| v.is_finite());
        let (value, bounds) = quantile(&values, 0.5, replay.confidence);
        let what = unit(replay, &format!("{what}, median of those that were found"));
        let measure = Measure::with_bounds(value, values.len(), Some(bounds), &what);
        out.insert(format!("{name}.median_of_found"), measure);
    }
}

/// The smallest value that at least this share reaches not above, with exact bounds by order statistics.
fn quantile(rising: &[f64], q: f64, confidence: f64) -> (Option<f64>, (f64, f64)) {
    let n = rising.len();
    if n == 0 {
        return (None, (f64::NEG_INFINITY, f64::INFINITY));
    }
    let value = rising[((n as f64 * q).ceil() as usize).clamp(1, n) - 1];
    // The r-th smallest is below the quantile unless fewer than r of n lie below it.
    let low = (0..n).rfind(|r| exact::at_most(*r, n, q) <= 1.0 - confidence);
    let high = (0..n).find(|r| confidence <= exact::at_most(*r, n, q));
    (Some(value), (low.map_or(f64::NEG_INFINITY, |r| rising[r]), high.map_or(f64::INFINITY, |r| rising[r])))
}

/// Which part of what was sent to whom came after the account was found.
fn harm(replay: &Replay, found: &[Found], out: &mut Measures) {
    type Parts = fn(&Found) -> (usize, usize);
    let of: [(&str, &str, Parts); 2] = [
        ("messages_prevented", "messages of positive accounts", |f| (f.messages_after, f.messages_before)),
        ("people_prevented", "people reached by positive accounts, counted once an account", |f| {
            (f.people_after, f.people_before)
        }),
    ];
    for (name, what, parts) in of {
        let list: Vec<(usize, usize)> = found.iter().map(parts).collect();
        let all: usize = list.iter().map(|(after, before)| after + before).sum();
        let what = unit(
            replay,
            &format!("share of {all} {what}; accounts drawn again for the bounds, n is accounts"),
        );
        let bounds = share_bounds(&list, replay.confidence);
        out.insert(name.to_owned(), Measure::with_bounds(share(&list), list.len(), bounds, &what));
    }
}

fn share(list: &[(usize, usize)]) -> Option<f64> {
    let after: usize = list.iter().map(|(a, _)| a).sum();
    let all: usize = list.iter().map(|(a, b)| a + b).sum();
    (0 < all).then(|| after as f64 / all as f64)
}

/// Messages of one account stand and fall together, so accounts are drawn and not messages.
fn share_bounds(list: &[(usize, usize)], confidence: f64) -> Option<(f64, f64)> {
    let mut rng = ChaCha8Rng::seed_from_u64(20_190_206);
    let mut draw =
        || -> Vec<(usize, usize)> { list.iter().map(|_| list[rng.random_range(0..list.len())]).collect() };
    let mut values: Vec<f64> = (0..ROUNDS).filter_map(|_| share(&draw())).collect();
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)? as f64;
    let at = |q: f64| values[(last * q).round() as usize];
    Some((at(1.0 - confidence), at(confidence)))
}

/// Negatives that were ever flagged, and account-nights on which one was.
fn innocents(replay: &Replay, out: &mut Measures) {
    let negatives: Vec<(&String, &Labeled)> =
        replay.labels.accounts.iter().filter(|(_, l)| !l.positive).collect();
    // The first night that held an account, and the first that flagged it; who was in none was never at stake.
    let first = |is: &dyn Fn(&Night) -> bool| replay.nights.iter().position(is);
    let seen: Vec<(&Labeled, usize, Option<usize>)> = negatives
        .iter()
        .filter_map(|(a, l)| {
            let held = first(&|n| n.verdicts.contains_key(*a))?;
            Some((*l, held, first(&|n| flagged(replay, n, a))))
        })
        .collect();
    let ever = |nights: usize| {
        let held = seen.iter().filter(|(_, held, _)| *held < nights);
        Rate::of(held.map(|(_, _, flag)| (1.0, flag.is_some_and(|f| f < nights))))
    };
    let n = replay.nights.len();
    let what = unit(replay, &format!("share of negative accounts ever flagged within {n} nights"));
    out.insert("innocents_ever_flagged".to_owned(), ever(n).measure(replay.confidence, &what));
    let personas = seen.iter().map(|(label, _, flag)| (*label, flag.is_some()));
    by_column("innocents_ever_flagged", "persona", personas, &what, replay, out);
    if MONTH <= n {
        let what = unit(
            replay,
            "share of negative accounts ever flagged within the first 30 nights (account-month)",
        );
        let month = ever(MONTH).measure(replay.confidence, &what);
        out.insert("innocents_ever_flagged_in_30_nights".to_owned(), month);
    }
    for (i, night) in replay.nights.iter().enumerate() {
        let what = unit(replay, &format!("share of negative accounts ever flagged until night {}", i + 1));
        let name = format!("innocents_ever_flagged_until.{}", Timestamp(night.as_of).date());
        out.insert(name, ever(i + 1).measure(replay.confidence, &what));
    }
    let each = replay.nights.iter().flat_map(|night| {
        negatives
            .iter()
            .filter(|(a, _)| night.verdicts.contains_key(*a))
            .map(move |(a, _)| (1.0, flagged(replay, night, a)))
    });
    let mut nightly = Rate::of(each).measure(replay.confidence, "");
    // Nights of one account are no independent draws; only the value is told.
    (nightly.low, nightly.high) = (None, None);
    nightly.unit = unit(
        replay,
        "share of negative account-nights; without bounds, as nights of one account go together",
    );
    out.insert("fpr_of_nights".to_owned(), nightly);
}

/// The share of each value of a column of the labels, where they have it.
fn by_column<'a>(
    name: &str,
    column: &str,
    accounts: impl Iterator<Item = (&'a Labeled, bool)>,
    what: &str,
    replay: &Replay,
    out: &mut Measures,
) {
    let mut rates: BTreeMap<&str, Rate> = BTreeMap::new();
    for (label, hit) in accounts {
        if let Some(value) = label.columns.get(column).filter(|v| !v.is_empty()) {
            rates.entry(value).or_default().add(1.0, hit);
        }
    }
    for (value, rate) in rates {
        let value = sanitise(value, 60);
        out.insert(format!("{name}[{column}={value}]"), rate.measure(replay.confidence, what));
    }
}

/// Accounts whose flag went away and came back, and how often verdicts move at all.
fn flapping(replay: &Replay, out: &mut Measures) {
    let names: BTreeSet<&String> = replay.nights.iter().flat_map(|n| n.verdicts.keys()).collect();
    let (mut came_back, mut changes) = (Rate::default(), Rate::default());
    for name in names {
        let line: Vec<Verdict> = replay
            .nights
            .iter()
            .map(|n| n.verdicts.get(name).copied().unwrap_or(Verdict::NoFinding))
            .collect();
        changes = line.windows(2).fold(changes, |mut rate, pair| {
            rate.add(1.0, pair[0] != pair[1]);
            rate
        });
        let raised = line.windows(2).filter(|p| p[0] < replay.at && replay.at <= p[1]).count();
        let times = raised + usize::from(line.first().is_some_and(|v| replay.at <= *v));
        if 0 < times {
            came_back.add(1.0, 1 < times);
        }
    }
    let what = unit(replay, "share of accounts ever flagged whose flag went away and came back");
    out.insert("flapping".to_owned(), came_back.measure(replay.confidence, &what));
    let mut changes = changes.measure(replay.confidence, "");
    (changes.low, changes.high) = (None, None);
    changes.unit =
        unit(replay, "share of account-nights with another verdict than the night before; without bounds");
    out.insert("verdict_changes".to_owned(), changes);
}
