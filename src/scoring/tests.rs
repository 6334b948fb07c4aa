//! Attacks on score cards and reasons: order, number, what is kept back, what is said.
//! In: made-up feature rows; out: failures that show the sentence.
//! Uses no log and no policy.

use super::*;
use crate::domain::Share;
use crate::features::{
    AccountFeatures, Population, contact, content, fanout, feedback, groups, lifecycle, rate, registration,
    timing, volume,
};
use crate::rules::tests::{evident, features, nights};
use crate::rules::{BACKGROUND_MOST, Limits, run};

fn card(row: &AccountFeatures, nights: Option<&Population>) -> ScoreCard {
    score(row, run(row, nights, &Limits::default()), MINIMUM_ACTIONS)
}

#[test]
fn a_reason_states_fact_number_window_and_comparison() {
    let burst = card(&features(&[(&lifecycle::BURST_AGE, 212.0)]), None);
    let first = &reasons(&burst)[0];
    assert_eq!(
        first.statement,
        "attempted 100 messages within 15 s, the first of them 212 s after registration; limit 600 s \
         [limit: published words, our number]"
    );
    assert_eq!((first.rank, first.code, first.source_mark.as_str()), (1, "M1", "V+S"));
    assert_eq!((first.observed, first.threshold, first.window), (Some(212.0), 600.0, "15 s"));
    let fast = card(&features(&[(&rate::UNEXPLAINED_MAX_60S, 75.0)]), None);
    let first = &reasons(&fast)[0];
    assert_eq!(
        first.counterfactual,
        "would not fire if messages in the busiest minute that answer nobody were at most 60"
    );
    assert!(first.statement.contains("stays at watch by itself"), "{}", first.statement);
}

#[test]
fn reasons_say_what_they_compare_with() {
    let row = features(&[(&contact::NEW_UNANSWERED_SURE, 150.0)]);
    let alone = reasons(&card(&row, None)).remove(0);
    assert!(alone.statement.contains("a floor of 100 only"), "{}", alone.statement);
    assert_eq!((alone.peer_percentile, alone.source_mark.as_str()), (None, "S"));
    let nights = nights(120.0);
    let compared = reasons(&card(&row, Some(&nights))).remove(0);
    assert!(
        compared.statement.contains("the larger of 120 (99.5 % quantile of 1000 accounts"),
        "{}",
        compared.statement
    );
    assert!(compared.statement.contains("simulated"), "{}", compared.statement);
    assert_eq!((compared.peer_percentile, compared.threshold), (Some(1.0), 120.0));
    assert!(compared.counterfactual.ends_with("at most 119"), "{}", compared.counterfactual);
}

#[test]
fn at_most_five_reasons_are_shown_hard_ones_first_and_all_mitigations() {
    let row = evident(&[
        (&lifecycle::BURST_AGE, 10.0),
        (&rate::UNEXPLAINED_MAX_60S, 500.0),
        (&fanout::UNEXPLAINED_MAX_24H, 900.0),
        (&contact::NEW_UNANSWERED_SURE, 600.0),
        (&content::REACH_MAX_24H, 800.0),
        (&groups::CREATED_24H, 60.0),
        (&feedback::IGNORED_OPTOUTS, 20.0),
        (&volume::EXPLAINED_SHARE, 0.95),
        (&contact::REPLIED_SHARE, 0.9),
    ]);
    let card = card(&row, None);
    let shown = reasons(&card);
    assert_eq!(shown.len(), MOST_SHOWN);
    assert_eq!(shown[0].code, "M1");
    assert!(shown.windows(2).skip(1).all(|w| w[0].contribution >= w[1].contribution));
    assert_eq!(shown.iter().map(|r| r.rank).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    assert!(card.reason_codes().len() > MOST_SHOWN);
    let benign = mitigations(&card);
    assert_eq!(benign.iter().map(|r| r.code).collect::<Vec<_>>(), ["L1", "L4"]);
    assert!(benign.iter().all(|r| r.contribution == 0.0 && r.rank == 0));
}

#[test]
fn small_feedback_counts_are_kept_back() {
    let said = |n: f64| reasons(&card(&features(&[(&feedback::IGNORED_OPTOUTS, n)]), None)).remove(0);
    let two = said(2.0);
    assert!(two.statement.starts_with("wrote to fewer than 3 people"), "{}", two.statement);
    assert_eq!((two.observed, two.peer_percentile), (None, None));
    let three = said(3.0);
    assert!(three.statement.starts_with("wrote to 3 people"), "{}", three.statement);
    let rate = evident(&[(&feedback::FIRST_CONTACT_RATE, 0.02), (&feedback::FIRST_CONTACT_REPORTS, 4.0)]);
    assert_eq!(reasons(&card(&rate, None)).remove(0).n, None, "share times base is a count");
}

#[test]
fn graded_background_ranks_but_never_reaches_a_rung() {
    let some = features(&[(&volume::ONE_WAY, 8.0), (&rate::UNEXPLAINED_MAX_60S, 9.0)]);
    let more = features(&[(&volume::ONE_WAY, 15.0), (&rate::UNEXPLAINED_MAX_60S, 19.0)]);
    let (some, more) = (card(&some, None), card(&more, None));
    assert!(0.0 < some.broadcast.get() && some.broadcast < more.broadcast);
    assert!(some.automation < more.automation);
    assert!(more.outcome.hits.is_empty());
    assert!(Share::of_points(BACKGROUND_MOST).get() < 0.19);
}

#[test]
fn regularity_reads_as_a_sentence() {
    let row = evident(&[(&timing::ONE_WAY_ENTROPY, 0.0), (&timing::ONE_WAY_MODE, 1.0)]);
    let first = reasons(&card(&row, None)).remove(0);
    assert!(
        first.statement.starts_with(
            "keeps the beat of software: entropy of the pauses between messages 0 bits (limit 2.7 bits), \
             share of the most frequent pause 100 % (limit 4 %) [limit: measured by us on labeled real data]"
        ),
        "{}",
        first.statement
    );
    assert_eq!(
        first.counterfactual,
        "would not fire if all but one of these held: entropy of the pauses between messages at least 2.7 bits; \
         share of the most frequent pause at most 4 %"
    );
    assert_eq!(first.source_mark, "X");
}

#[test]
fn every_statement_fills_its_places() {
    for rule in crate::rules::cards() {
        let mut values = vec![(&fanout::RECIPIENTS, 50.0), (&volume::ONE_WAY_PEOPLE, 50.0)];
        values.extend(rule.limits.iter().map(|l| (l.feature, l.full)));
        let row = evident(&values);
        let limits = Limits::default();
        let fired = (rule.test)(&crate::rules::Row::new(&row, None, &limits));
        assert!(fired.is_some(), "{} does not fire at full values", rule.code);
        let mut values = row.values().collect::<Vec<_>>();
        if rule.applies == crate::rules::Applies::ApiOnly {
            let at = crate::rules::tests::place(&lifecycle::BURST_AGE);
            values[at] = Err(crate::features::Absent::NotApplicable);
        }
        let row = AccountFeatures::new(row.account, values);
        let card = card(&row, None);
        let all = reasons(&card).into_iter().chain(mitigations(&card));
        let own: Vec<_> = all.filter(|r| r.code == rule.code).collect();
        assert_eq!(own.len(), 1, "{}", rule.code);
        assert!(!own[0].statement.contains(['{', '}']), "{}: {}", rule.code, own[0].statement);
        assert!(!own[0].statement.contains("an unknown number"), "{}: {}", rule.code, own[0].statement);
    }
}

#[test]
fn evidence_and_families_are_said() {
    let none = card(&features(&[(&volume::ACTIONS, 0.0), (&registration::COHORT, 40.0)]), None);
    assert_eq!(none.evidence, EvidenceLevel::None);
    assert_eq!(none.families.words(), ["registration"]);
    assert!(none.families.missing_words().contains(&"content"));
    assert_eq!(none.reason_codes(), ["R4"]);
    assert_eq!(card(&features(&[(&volume::ACTIONS, 9.0)]), None).evidence, EvidenceLevel::Low);
    assert_eq!(card(&features(&[(&volume::ACTIONS, 10.0)]), None).evidence, EvidenceLevel::Ok);
    let factory = features(&[(&volume::ACTIONS, 0.0), (&groups::CREATED_24H, 30.0)]);
    assert_eq!(card(&factory, None).evidence, EvidenceLevel::Ok, "a silent group factory is judged");
}

#[test]
fn a_model_stands_beside_the_sub_scores() {
    use crate::domain::{LogOdds, Probability};
    let plain = card(&features(&[(&rate::UNEXPLAINED_MAX_60S, 75.0)]), None);
    let p = |v| Probability::new(v).expect("a chance");
    let says =
        ModelSays { log_odds: LogOdds::new(3.0).expect("finite"), chance: Some((p(0.9), p(0.8), p(0.95))) };
    let fused = fuse(plain.clone(), Some(says));
    assert_eq!(fused.sub_scores(), plain.sub_scores());
    assert_eq!(fused.p_abuse.map(Probability::get), Some(0.9));
    assert_eq!(fuse(plain.clone(), None), plain);
}
