//! Replays small enough to count by hand.
//! In: verdicts of a few nights and what was sent; out: a failure that shows the measure.
//! Scans nothing.

use super::backtest::*;
use super::labels::{Labeled, Labels};
use crate::decision::Verdict;
use crate::domain::{DAY_US, HOUR_US, Timestamp, Token};
use std::collections::BTreeMap;

fn labels(list: &[(&str, bool, Option<i64>)]) -> Labels {
    let of = |(name, positive, since): &(&str, bool, Option<i64>)| {
        let columns = since.map(|t| ("first_abusive_at".to_owned(), Timestamp(t).rfc3339()));
        let label = if *positive { "abuse" } else { "person" }.to_owned();
        (
            (*name).to_owned(),
            Labeled { label, positive: *positive, weight: 1.0, columns: columns.into_iter().collect() },
        )
    };
    Labels { accounts: list.iter().map(of).collect(), ..Labels::default() }
}

fn night(day: i64, verdicts: &[(&str, Verdict)]) -> Night {
    Night { as_of: day * DAY_US, verdicts: verdicts.iter().map(|(n, v)| ((*n).to_owned(), *v)).collect() }
}

fn hourly(from_hour: i64, people: &[u128]) -> Vec<Sent> {
    let one = |(i, p): (usize, &u128)| Sent { ts: (from_hour + i as i64) * HOUR_US, person: Some(Token(*p)) };
    people.iter().enumerate().map(one).collect()
}

/// Account, column and word of labels that say more.
fn name_kinds(labels: &mut Labels, kinds: &[(&str, &str, &str)]) {
    for (account, column, word) in kinds {
        let label = labels.accounts.get_mut(*account).expect("labeled");
        label.columns.insert((*column).to_owned(), (*word).to_owned());
    }
}

#[test]
fn a_replay_counted_by_hand() {
    use Verdict::{AbuseHigh, NoFinding, Review, Watch};
    let mut labels = labels(&[
        ("fast", true, Some(12 * HOUR_US)),
        ("slow", true, None),
        ("never", true, Some(0)),
        ("later", true, Some(9 * DAY_US)),
        ("silent", true, None),
        ("good", false, None),
        ("bad_luck", false, None),
        ("absent", false, None),
    ]);
    name_kinds(
        &mut labels,
        &[("bad_luck", "persona", "club"), ("good", "persona", ""), ("never", "adversary", "dripper")],
    );
    let nights = [
        night(1, &[("fast", Review), ("slow", Watch), ("good", NoFinding), ("bad_luck", Watch)]),
        night(2, &[("fast", Watch), ("slow", AbuseHigh), ("good", Watch), ("bad_luck", Review)]),
        night(3, &[("fast", Review), ("slow", AbuseHigh), ("good", Watch), ("bad_luck", Watch)]),
    ];
    let sent = BTreeMap::from([
        // Two before noon count for nobody; two until midnight, three after it, one of them to somebody new.
        ("fast".to_owned(), [hourly(10, &[1, 2]), hourly(12, &[1, 2]), hourly(24, &[1, 2, 3])].concat()),
        ("slow".to_owned(), [hourly(6, &[1, 1, 2]), hourly(60, &[9])].concat()),
        ("never".to_owned(), hourly(1, &[5])),
    ]);
    let replay = Replay {
        nights: &nights,
        labels: &labels,
        sent: &sent,
        at: Review,
        confidence: 0.95,
        simulated: true,
    };
    let out = backtest(&replay);
    let line = |name: &str| out.found.iter().find(|f| f.account == name).expect("counted");
    let told = |name: &str| {
        let f = line(name);
        (f.hours, f.messages_before, f.people_before, f.messages_after, f.people_after)
    };
    assert_eq!(told("fast"), (Some(12.0), 2, 2, 3, 1));
    assert_eq!(told("slow"), (Some(42.0), 3, 2, 1, 1));
    assert_eq!(told("never"), (None, 1, 1, 0, 0));
    assert_eq!(out.found.len(), 3);
    let value = |name: &str| out.measures[name].value;
    assert_eq!(value("never_found"), Some(1.0 / 3.0));
    assert_eq!((value("time_to_detection.median"), value("time_to_detection.p90")), (Some(42.0), None));
    assert_eq!(value("messages_before_detection.median"), Some(3.0));
    assert_eq!(
        (value("time_to_detection.median_of_found"), out.measures["time_to_detection.median_of_found"].n),
        (Some(12.0), 2)
    );
    assert_eq!(value("time_to_detection.median_of_begun"), Some(42.0), "all three began within the replay");
    assert_eq!((value("messages_prevented"), value("people_prevented")), (Some(0.4), Some(2.0 / 7.0)));
    let ever = &out.measures["innocents_ever_flagged"];
    assert_eq!((ever.value, ever.n), (Some(0.5), 2));
    assert_eq!(value("innocents_ever_flagged_until.1970-01-02"), Some(0.0));
    let kind = |name: &str| (value(name), out.measures[name].n);
    assert_eq!(kind("innocents_ever_flagged[persona=club]"), (Some(1.0), 1));
    assert_eq!(kind("never_found[adversary=dripper]"), (Some(1.0), 1));
    assert_eq!(out.measures.keys().filter(|name| name.ends_with(']')).count(), 2, "no word, no kind");
    assert_eq!(value("fpr_of_nights"), Some(1.0 / 6.0));
    // Of those ever flagged, only one lost its flag and got it back.
    assert_eq!((value("flapping"), out.measures["flapping"].n), (Some(1.0 / 3.0), 3));
    assert!(out.measures.values().all(|m| m.unit.contains("SIMULATED")));
    assert!(out.notes.iter().any(|n| n.starts_with("1 positive accounts sent nothing")));
    assert!(out.notes.iter().any(|n| n.starts_with("1 positive accounts begin at or after")));
    assert!(!out.measures.contains_key("innocents_ever_flagged_in_30_nights"), "three nights are no month");
}

#[test]
fn bounds_of_a_median_are_order_statistics() {
    let list: Vec<(String, bool, Option<i64>)> =
        (0..20).map(|i| (format!("a{i:02}"), true, Some(0))).collect();
    let labels = labels(&list.iter().map(|(n, p, s)| (n.as_str(), *p, *s)).collect::<Vec<_>>());
    // The i-th account is found on day i + 1.
    let nights: Vec<Night> = (1..=20)
        .map(|day| {
            let flagged: Vec<(&str, Verdict)> =
                list.iter().take(day).map(|(n, _, _)| (n.as_str(), Verdict::Review)).collect();
            night(day as i64, &flagged)
        })
        .collect();
    let replay = Replay {
        nights: &nights,
        labels: &labels,
        sent: &BTreeMap::new(),
        at: Verdict::Review,
        confidence: 0.95,
        simulated: false,
    };
    let median = &backtest(&replay).measures["time_to_detection.median"];
    let late = Replay { nights: &nights[3..], ..replay };
    let out = backtest(&late);
    assert_eq!(out.measures["time_to_detection.median_of_begun"].n, 0);
    assert!(out.notes.iter().any(|n| n.starts_with("20 positive accounts began more than a day before")));
    // Known for n = 20: the sixth and the fifteenth smallest, one-sided 97.9 % each.
    assert_eq!((median.value, median.low, median.high), (Some(240.0), Some(6.0 * 24.0), Some(15.0 * 24.0)));
}
