//! Attacks by proptest: chatter never lowers a score, a rule reads only what it says, points stay in bounds.
//! In: random feature rows around the limits; out: failures that name the card.
//! What chatter can touch is listed here feature by feature, so that a new rule has to choose its side.

use super::tests::{nights, place};
use super::*;
use crate::domain::Token;
use crate::features::{
    Absent, AccountFeatures, Feature, Unit, Value, cards as feature_cards, contact, content, fanout,
    feedback as said, rate, timing as beat, volume,
};
use proptest::prelude::*;

/// What two-way chatter raises or may move in any direction.
static MOVED: &[&Feature] = &[
    &volume::ACTIONS,
    &volume::EVENTS,
    &volume::CONTACTS,
    &volume::RECEIVED,
    &volume::RECEIVED_SENDERS,
    &volume::IN_OUT,
    &volume::SPAN,
    &volume::PER_DAY,
    &volume::EXPLAINED_SHARE,
    &rate::MAX_15S,
    &rate::MAX_60S,
    &rate::MAX_1H,
    &rate::MAX_24H,
    &rate::MAX_7D,
    &beat::GAPS,
    &beat::GAP_MEDIAN,
    &beat::GAP_P10,
    &beat::GAP_P90,
    &beat::GAP_MEAN,
    &beat::GAP_SD,
    &beat::GAP_CV,
    &beat::GAP_ENTROPY,
    &beat::GAP_MODE,
    &beat::GAP_BURSTINESS,
    &beat::GAP_EVENNESS,
    &beat::SHORT_5S,
    &beat::SHORT_60S,
    &beat::QUIET_HOURS,
    &beat::HOUR_ENTROPY,
    &beat::TOP_HOUR,
    &fanout::RECIPIENTS,
    &fanout::MAX_60S,
    &fanout::MAX_1H,
    &fanout::MAX_24H,
    &fanout::MAX_7D,
    &fanout::NEW_RECIPIENTS,
    &fanout::NEW_CENSORED,
    &fanout::NEW_MAX_24H,
    &contact::KNOWN_N,
    &contact::STRANGERS,
    &contact::STRANGERS_SHARE,
    &contact::REPLY_ELIGIBLE,
    &contact::REPLIED,
    &contact::REPLIED_SHARE,
    &contact::REPLIED_SHARE_1H,
    &contact::REPLIED_SHARE_6H,
    &contact::REPLIED_SHARE_24H,
    &contact::NEW_ELIGIBLE,
    &contact::INBOUND_FIRST,
    &contact::RECIPROCAL,
    &contact::GREY,
    &content::CONTENT_N,
    &content::TOP_N,
    &content::TOP_SHARE,
    &content::TOP_RECIPIENTS,
    &content::DISTINCT_SHARE,
    &content::ENTROPY,
    &content::SIZE_N,
    &content::SIZE_CV,
    &content::LINKS,
    &content::OPENERS,
    &content::ASKED,
    &crate::features::client::TYPING_N,
    &crate::features::client::TYPING_ZERO,
    &said::REPORTS_RAW,
    &said::REPORTS_WEIGHTLESS,
];

/// What chatter can only raise, and rules read.
static RAISED: &[&Feature] = &[
    &volume::ACTIVE_DAYS,
    &volume::UNPROMPTED_ACTIVE_DAYS,
    &volume::UNEXPLAINED,
    &volume::UNPROMPTED,
    &rate::UNEXPLAINED_MAX_15S,
    &rate::UNEXPLAINED_MAX_60S,
    &rate::UNEXPLAINED_MAX_24H,
    &rate::FAST_MINUTES,
    &rate::FAST_DAYS,
    &fanout::UNEXPLAINED_MAX_24H,
    &fanout::WIDE_DAYS,
    &content::TOP_GROUPS,
];

#[test]
fn no_rule_that_counts_reads_what_chatter_moves() {
    let judged = cards().into_iter().filter(|r| r.role != Role::Benign);
    for rule in judged {
        for card in rule.uses {
            assert!(!MOVED.contains(card), "{} reads {}", rule.code, card.name);
        }
    }
    for card in background::uses() {
        assert!(!MOVED.contains(&card), "the background reads {}", card.name);
    }
}

/// Values around the limits, present or absent.
fn any_value(card: &'static Feature) -> impl Strategy<Value = Value> {
    let (low, high) = card.range;
    let high = if high.is_finite() { high } else { 3_000.0 };
    let whole = matches!(card.unit, Unit::Count | Unit::Days | Unit::Flag);
    prop_oneof![
        1 => Just(Err(Absent::NoEvidence)),
        4 => (0.0f64..1.0).prop_map(move |u| {
            let v = low + (high - low) * u * u;
            Ok(if whole { v.round() } else { v })
        }),
        2 => Just(Ok(high)),
    ]
}

fn any_row() -> impl Strategy<Value = Vec<Value>> {
    feature_cards().into_iter().map(any_value).collect::<Vec<_>>()
}

fn account(values: &[Value]) -> AccountFeatures {
    AccountFeatures::new(Token(1), values.to_vec())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]

    #[test]
    fn chatter_never_lowers_a_sub_score(
        base in any_row(),
        other in any_row(),
        lifts in proptest::collection::vec(0.0f64..500.0, 16),
        with_nights in any::<bool>(),
    ) {
        let mut after = base.clone();
        for card in MOVED {
            after[place(card)] = other[place(card)];
        }
        for (card, lift) in RAISED.iter().zip(lifts) {
            let value = &mut after[place(card)];
            *value = value.map(|v| v + lift.round());
        }
        // Chatter moves nothing else, and an evidence base of a stream it cannot touch stays.
        let nights = with_nights.then(|| nights(40.0));
        let limits = Limits::default();
        let before = run(&account(&base), nights.as_ref(), &limits);
        let after = run(&account(&after), nights.as_ref(), &limits);
        for i in 0..3 {
            prop_assert!(before.points[i] <= after.points[i] + 1e-9, "{:?} {:?}", before.hits, after.hits);
            prop_assert!(before.carrying[i] <= after.carrying[i] + 1e-9, "{:?} {:?}", before.hits, after.hits);
        }
        prop_assert!(before.hard <= after.hard);
        prop_assert!(before.agreeing <= after.agreeing);
        prop_assert!(before.lifts <= after.lifts);
    }

    #[test]
    fn a_rule_reads_only_what_it_says(base in any_row(), other in any_row()) {
        let limits = Limits::default();
        for rule in cards() {
            let mut mixed = other.clone();
            for card in rule.uses {
                mixed[place(card)] = base[place(card)];
                if let Some((under, _)) = card.evidence {
                    mixed[place(under)] = base[place(under)];
                }
            }
            let (a, b) = (account(&base), account(&mixed));
            let fired = |f| (rule.test)(&Row::new(f, None, &limits));
            prop_assert_eq!(fired(&a), fired(&b), "{} reads beyond its list", rule.code);
        }
    }

    #[test]
    fn strengths_and_points_stay_in_their_bounds(base in any_row()) {
        let outcome = run(&account(&base), None, &Limits::default());
        for hit in &outcome.hits {
            prop_assert!(0.0 < hit.strength && hit.strength <= 1.0, "{}", hit.rule.code);
        }
        for i in 0..3 {
            prop_assert!(outcome.carrying[i] <= outcome.points[i] + 1e-6);
            let sum: f64 = outcome.hits.iter().map(|h| h.points[i]).sum();
            prop_assert!((sum + outcome.background[i] - outcome.points[i]).abs() < 1e-6);
            prop_assert!((0.0..=BACKGROUND_MOST).contains(&outcome.background[i]));
        }
        for group in RuleGroup::ALL {
            let in_group = outcome.hits.iter().filter(|h| h.rule.group == group);
            let sums = in_group.fold([0.0; 3], |s: [f64; 3], h| std::array::from_fn(|i| s[i] + h.points[i]));
            prop_assert!(sums.iter().all(|s| *s <= group.cap() + 1e-6), "{:?}", group);
        }
    }
}
