//! Attacks on score cards and reasons: order, number, what is kept back, what is said.
//! In: made-up feature rows; out: failures that show the sentence.
//! Uses no log and no policy.

use super::*;
use crate::domain::Share;
use crate::features::{
    AccountFeatures, Population, client, contact, content, fanout, feedback, groups, lifecycle, rate,
    registration, timing, volume,
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
         [limit: white paper: five minutes; the number is ours]"
    );
    assert_eq!((first.rank, first.code, first.source_mark.as_str()), (1, "M1", "V+S"));
    assert_eq!((first.observed, first.threshold, first.window.as_str()), (Some(212.0), 600.0, "15 s"));
    let fast = card(&features(&[(&rate::UNEXPLAINED_MAX_60S, 75.0)]), None);
    let first = &reasons(&fast)[0];
    assert_eq!(
        first.counterfactual,
        "would not fire if messages in the busiest minute that answer nobody were at most 60"
    );
    assert!(first.statement.contains("; above watch only if: two non-overlapping"), "{}", first.statement);
}

#[test]
fn a_published_number_names_its_source_and_a_set_one_is_none() {
    let said = |values: &[(&'static crate::features::Feature, f64)], limits: &Limits| {
        let row = evident(values);
        reasons(&score(&row, run(&row, None, limits), MINIMUM_ACTIONS)).remove(0)
    };
    let usual = Limits::default();
    let carriers = said(&[(&fanout::UNEXPLAINED_MAX_24H, 230.0)], &usual);
    assert!(
        carriers.statement.contains("[limit: a published number, carrier guidance"),
        "{}",
        carriers.statement
    );
    let list = said(&[(&fanout::UNEXPLAINED_MAX_24H, 300.0)], &usual);
    assert!(list.statement.contains("; limit 200 [limit: a published number, carrier"), "{}", list.statement);
    let rate = [(&feedback::FIRST_CONTACT_RATE, 0.02), (&feedback::REPORTER_COMPONENTS, 4.0)];
    assert!(said(&rate, &usual).statement.contains("borrowed from a limit for bulk mail"));
    let wish = std::collections::BTreeMap::from([("M2.per_minute".to_owned(), 50.0)]);
    let strict = Limits::checked(&wish).expect("allowed");
    let set = said(&[(&rate::UNEXPLAINED_MAX_60S, 70.0)], &strict);
    assert!(set.statement.contains("[limit: set in the policy; usual is 60, carrier"), "{}", set.statement);
    assert_eq!(set.source_mark, "S");
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
fn every_fired_rule_is_stated_what_carries_first_and_all_mitigations() {
    let row = evident(&[
        (&lifecycle::BURST_AGE, 10.0),
        (&rate::UNEXPLAINED_MAX_60S, 500.0),
        (&fanout::UNEXPLAINED_MAX_24H, 900.0),
        (&fanout::WIDE_DAYS, 2.0),
        (&contact::NEW_UNANSWERED_SURE, 600.0),
        (&content::REACH_MAX_24H, 800.0),
        (&groups::CREATED_24H, 60.0),
        (&feedback::IGNORED_OPTOUTS, 20.0),
        (&client::FORWARD_CHATS, 60.0),
        (&client::LIST_MAX, 900.0),
        (&volume::EXPLAINED_SHARE, 0.95),
        (&contact::REPLIED_SHARE, 0.9),
    ]);
    let card = card(&row, None);
    let all = reasons(&card);
    let mut told: Vec<_> = all.iter().map(|r| r.code).collect();
    let mut fired = card.reason_codes();
    assert!(MOST_SHOWN < fired.len() && told.contains(&"M13") && told.contains(&"M14"));
    assert_eq!(told[0], "M1");
    let lifts = |code: &str| card.outcome.hits.iter().any(|h| h.rule.code == code && h.lifts());
    let lifting = told.iter().filter(|code| lifts(code)).count();
    assert!(told[..lifting].iter().all(|code| lifts(code)), "{told:?}");
    let by_points = |part: &[Reason]| part.windows(2).all(|w| w[0].contribution >= w[1].contribution);
    assert!(by_points(&all[1..lifting]) && lifting < all.len(), "{told:?}");
    assert!(all.iter().map(|r| r.rank).eq(1..=all.len() as u32));
    told.sort_unstable();
    fired.sort_unstable();
    assert_eq!(told, fired);
    let benign = mitigations(&card);
    assert_eq!(benign.iter().map(|r| r.code).collect::<Vec<_>>(), ["L1", "L4"]);
    assert!(benign.iter().all(|r| r.contribution == 0.0 && r.rank == 0));
}

#[test]
fn what_carries_comes_before_what_has_more_points() {
    let row = evident(&[
        (&fanout::UNEXPLAINED_MAX_24H, 210.0),
        (&fanout::WIDE_DAYS, 2.0),
        (&contact::NEW_UNANSWERED_SURE, 600.0),
    ]);
    let all = reasons(&card(&row, None));
    let codes: Vec<_> = all.iter().map(|r| r.code).collect();
    assert_eq!(codes, ["M3", "M5"], "without earlier nights M5 stays at watch");
    assert!(all[0].contribution < all[1].contribution);
}

#[test]
fn one_value_has_one_limit_in_threshold_statement_and_counterfactual() {
    for rule in crate::rules::cards() {
        let mut values = vec![(&fanout::RECIPIENTS, 50.0), (&volume::ONE_WAY_PEOPLE, 50.0)];
        values.extend(rule.limits.iter().map(|l| (l.feature, l.full)));
        let row = evident(&values);
        let Some(fired) = (rule.test)(&crate::rules::Row::new(&row, None, &Limits::default())) else {
            panic!("{} does not fire at full values", rule.code)
        };
        let mut names: Vec<_> = fired.evidence.iter().map(|e| e.feature.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), fired.evidence.len(), "{} has two limits on one value", rule.code);
        if rule.role == crate::rules::Role::Benign || rule.applies == crate::rules::Applies::ApiOnly {
            continue;
        }
        let all = reasons(&card(&row, None));
        let own = all.into_iter().find(|r| r.code == rule.code).expect("stated");
        assert_eq!(own.threshold, fired.evidence[0].threshold, "{}", rule.code);
        let limit = super::words::value(own.threshold, own.unit);
        assert!(!rule.statement.contains("limit") || own.statement.contains(&limit), "{}", own.statement);
        let below = super::words::value(own.threshold - 1.0, own.unit);
        let flag = own.counterfactual.ends_with("not so");
        let told = [limit, below].iter().any(|bound| own.counterfactual.contains(bound.as_str()));
        assert!(flag || told, "{}: {} but {}", rule.code, own.threshold, own.counterfactual);
        assert!(!own.statement.contains(" limits "), "{}: which limit is whose?", rule.code);
    }
}

#[test]
fn a_counterfactual_clears_every_alternative_still_met() {
    let reason = |values: &[(&'static crate::features::Feature, f64)]| {
        reasons(&card(&evident(values), None)).remove(0)
    };
    let wide = reason(&[(&fanout::UNEXPLAINED_MAX_24H, 300.0)]);
    assert_eq!((wide.code, wide.threshold), ("M3", 200.0));
    assert!(wide.statement.contains("; limit 200 ["), "{}", wide.statement);
    assert!(wide.counterfactual.ends_with("were at most 200"), "{}", wide.counterfactual);
    let adds = [(&groups::ADDED, 400.0), (&groups::OBJECTED, 0.5), (&groups::OBJECTED_N, 200.0)];
    assert_eq!(
        reason(&adds).counterfactual,
        "would not fire if share of the added who left, blocked or reported within 24 h were below 30 % and \
         added people who left, blocked or reported within 24 h were at most 99"
    );
    assert!(reason(&adds[..2]).counterfactual.ends_with("were below 30 %"));
}

#[test]
fn flags_and_single_things_read_as_sentences() {
    let reason = |feature, value| reasons(&card(&features(&[(feature, value)]), None)).remove(0);
    assert_eq!(
        reason(&registration::COUNTRY, 1.0).counterfactual,
        "would not fire if number and address from different countries were not so"
    );
    let once = reason(&content::BROADCASTS, 1.0);
    assert!(once.code == "M9" && !once.statement.contains("1 runs"), "{}", once.statement);
}

#[test]
fn a_reason_names_its_rules_window_or_the_runs() {
    use crate::domain::{DAY_US, Timestamp, Window};
    let run = |days: i64| {
        Window::new(Timestamp(0), Timestamp(days * DAY_US), Window::LOOKBACK_US).expect("a window")
    };
    let window = |feature, value, days: i64| {
        reasons(&card(&evident(&[(feature, value)]), None)).remove(0).within(&run(days)).window
    };
    assert_eq!(window(&contact::NEW_UNANSWERED_SURE, 150.0, 102), "102 d");
    assert_eq!(window(&contact::NEW_UNANSWERED_SURE, 150.0, 30), "30 d");
    assert_eq!(window(&rate::UNEXPLAINED_MAX_60S, 75.0, 102), "60 s");
    assert_eq!(window(&registration::DEVICE, 30.0, 7), "30 d");
}

#[test]
fn small_feedback_counts_are_no_reason() {
    let said = |n: f64| reasons(&card(&features(&[(&feedback::IGNORED_OPTOUTS, n)]), None));
    assert!(said(2.0).is_empty(), "fewer than three people are not told");
    assert!(said(3.0)[0].statement.starts_with("wrote to 3 people"), "{}", said(3.0)[0].statement);
    let mut values = features(&[]).values().collect::<Vec<_>>();
    for feature in feedback::CARDS {
        values[crate::rules::tests::place(feature)] = Err(crate::features::Absent::Suppressed);
    }
    let kept_back = card(&AccountFeatures::new(crate::domain::Token(7), values), None);
    assert!(kept_back.outcome.hits.is_empty() && kept_back.outcome.mitigations.is_empty());
    assert!(kept_back.families.words().contains(&"feedback"), "not told is not unobserved");
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
            "pauses as regular as measured programs': entropy of the pauses between messages 0 bits (limit 2.7 bits), \
             share of the most frequent pause 100 % (limit 4 %) \
             [limit: measured by us on labeled real data: direction, not accuracy]"
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
            values[crate::rules::tests::place(&lifecycle::API)] = Ok(1.0);
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
    let lists = features(&[(&volume::ACTIONS, 9.0), (&volume::CONTACTS, 4_500.0)]);
    assert_eq!(
        card(&lists, None).evidence,
        EvidenceLevel::Ok,
        "nine lists of 500 people are enough to judge"
    );
    let factory = features(&[(&volume::ACTIONS, 0.0), (&groups::CREATED_24H, 30.0)]);
    assert_eq!(card(&factory, None).evidence, EvidenceLevel::Ok, "a silent group factory is judged");
}

#[test]
fn families_of_rules_that_do_not_apply_are_not_available() {
    let mut values = features(&[(&rate::UNEXPLAINED_MAX_60S, 5.0)]).values().collect::<Vec<_>>();
    let of = |values: &[crate::features::Value]| {
        card(&AccountFeatures::new(crate::domain::Token(7), values.to_vec()), None).families.words()
    };
    assert_eq!(of(&values), ["rate"]);
    values[crate::rules::tests::place(&lifecycle::API)] = Ok(1.0);
    assert!(of(&values).is_empty(), "no rule of pace looks at the business API");
}

#[test]
fn an_envelope_holds_people_and_group_acts_too() {
    let peak = |more: &[(&'static crate::features::Feature, f64)]| {
        let mut all = vec![(&rate::MAX_24H, 3.0)];
        all.extend_from_slice(more);
        card(&features(&all), None).peak_24h
    };
    assert_eq!(peak(&[]), Some(3.0));
    assert_eq!(peak(&[(&fanout::MAX_24H, 500.0)]), Some(500.0));
    assert_eq!(peak(&[(&groups::ADDED_24H, 900.0), (&groups::CREATED_24H, 2.0)]), Some(900.0));
}

#[test]
fn a_model_stands_beside_the_sub_scores_and_among_the_reasons() {
    use crate::domain::{LogOdds, Probability};
    use crate::model::{Chance, Contribution, Lift, Says};
    let plain = card(&features(&[(&rate::UNEXPLAINED_MAX_60S, 75.0)]), None);
    let p = |v| Probability::new(v).expect("a chance");
    let part = |feature, log_odds| Contribution {
        feature,
        observed: 9.0,
        log_odds,
        median: 2.0,
        place: 0.95,
        n: 500,
    };
    let says = Says {
        log_odds: LogOdds::new(3.0).expect("finite"),
        chance: Some(Chance { p: p(0.9), low: p(0.8), high: p(0.95) }),
        simulated: false,
        lift: Lift::Watch,
        raising: vec![part(&rate::MAX_60S, 9.0), part(&fanout::RECIPIENTS, 0.01)],
    };
    let fused = fuse(plain.clone(), Some(says.clone()));
    assert_eq!(fused.sub_scores(), plain.sub_scores());
    assert_eq!((fused.chance().map(|c| c.p.get()), fused.simulated_chance()), (Some(0.9), None));
    let shown = reasons(&fused);
    assert_eq!([shown[0].code, shown[1].code, shown[2].code], [MODEL_CODE, "M2", MODEL_CODE]);
    assert_eq!((shown[0].contribution, shown[0].source_mark.as_str()), (90.0, "S"));
    assert!(
        shown[0]
            .statement
            .starts_with("learned from labels: rate_actions_max_60s of 9 adds 9 to the log-odds"),
        "{}",
        shown[0].statement
    );
    let simulated = fuse(plain.clone(), Some(Says { simulated: true, ..says.clone() }));
    assert_eq!((simulated.chance(), simulated.simulated_chance().map(|c| c.p.get())), (None, Some(0.9)));
    assert!(reasons(&simulated)[0].statement.starts_with("learned from simulated labels"));
    let silent = fuse(plain.clone(), Some(Says { lift: Lift::None, ..says }));
    assert_eq!(reasons(&silent), reasons(&plain), "what speaks against nobody gives no reason");
    assert_eq!(fuse(plain.clone(), None), plain);
}
