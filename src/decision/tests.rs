//! Attacks on policy and decisions: the date moves basis and recommendation, never a score.
//! In: the shipped policy file and made-up feature rows; out: failures that name the version.
//! Uses no log.

use super::*;
use crate::domain::{Share, Timestamp};
use crate::features::{
    AccountFeatures, contact, content, fanout, groups, lifecycle, rate, registration, volume,
};
use crate::rules::tests::{evident, nights, place};
use crate::rules::{BACKGROUND_MOST, run};
use crate::scoring::{ScoreCard, score};

const SHIPPED: &str = include_str!("../../data/policy/whatsapp.toml");

fn policy(day: &str) -> Policy {
    Policy::parse(SHIPPED, Timestamp::parse(day).expect("a day")).expect("the shipped policy is valid")
}

fn card(row: &AccountFeatures, policy: &Policy) -> ScoreCard {
    let outcome = run(row, Some(&nights(2.0)), &policy.limits);
    score(row, outcome, policy.evidence.minimum_actions)
}

fn on(day: &str, row: &AccountFeatures) -> (ScoreCard, Decision) {
    let policy = policy(day);
    let card = card(row, &policy);
    let decision = decide(&card, &Circumstances::default(), &policy);
    (card, decision)
}

/// A newsletter run by software for an audience that wrote first.
fn newsletter() -> AccountFeatures {
    evident(&[
        (&volume::ACTIONS, 4_000.0),
        (&content::BROADCASTS, 8.0),
        (&content::AUDIENCE, 0.93),
        (&content::ORDER, 0.98),
        (&content::ASKED, 0.97),
        (&content::REACH_MAX_24H, 400.0),
        (&content::REACH_DAYS, 8.0),
        (&fanout::UNEXPLAINED_MAX_24H, 450.0),
        (&fanout::WIDE_DAYS, 8.0),
    ])
}

/// A spam run.
fn spam() -> AccountFeatures {
    evident(&[
        (&volume::ACTIONS, 3_000.0),
        (&rate::UNEXPLAINED_MAX_60S, 110.0),
        (&rate::FAST_MINUTES, 12.0),
        (&fanout::UNEXPLAINED_MAX_24H, 900.0),
        (&fanout::WIDE_DAYS, 3.0),
        (&fanout::NEW_SILENT_MAX_24H, 800.0),
        (&contact::NEW_UNANSWERED_SURE, 2_000.0),
        (&content::REACH_MAX_24H, 700.0),
        (&content::REACH_DAYS, 3.0),
    ])
}

#[test]
fn the_same_conduct_on_6_and_7_december_scores_the_same_on_another_basis() {
    for row in [newsletter(), spam()] {
        let (card_6, on_6) = on("2019-12-06", &row);
        let (card_7, on_7) = on("2019-12-07", &row);
        assert_eq!(card_6, card_7);
        assert_eq!((on_6.verdict, on_6.finding), (on_7.verdict, on_7.finding));
        assert_ne!(on_6.policy_basis, on_7.policy_basis);
        assert_eq!(on_6.policy_version, "whatsapp@2019-09-04");
        assert_eq!(on_7.policy_version, "whatsapp@2019-12-07");
    }
    let words = |day| on(day, &newsletter()).1.recommendation;
    assert_ne!(words("2019-12-06"), words("2019-12-07"));
}

#[test]
fn each_version_holds_from_its_day() {
    for (day, id) in [
        ("2019-02-06", "base"),
        ("2019-09-03", "base"),
        ("2019-09-04", "2019-09-04"),
        ("2019-12-06", "2019-09-04"),
        ("2019-12-07", "2019-12-07"),
        ("2021-09-14", "2019-12-07"),
        ("2021-09-15", "2021-09-15"),
        ("2026-01-01", "2023-template-categories"),
    ] {
        assert_eq!(policy(day).in_force.id, id, "{day}");
    }
}

#[test]
fn every_basis_names_the_prohibition_and_later_ones_the_notice() {
    for day in ["2019-02-06", "2019-09-04", "2019-12-07", "2021-09-15", "2026-01-01"] {
        let (_, decision) = on(day, &spam());
        let basis = decision.policy_basis;
        assert!(basis.contains("not intended for bulk or automated messaging"), "{day}: {basis}");
        assert_eq!(basis.contains("7 December 2019"), "2019-12-07" <= day, "{day}: {basis}");
        assert!(decision.grounds_in_words.iter().any(|g| g.contains("bulk messaging")), "{day}");
    }
}

#[test]
fn an_opted_in_newsletter_is_a_matter_of_policy_and_spam_is_abuse() {
    let (card, decision) = on("2019-12-10", &newsletter());
    assert!(card.outcome.opted_in);
    assert_eq!((decision.verdict, decision.finding), (Verdict::Review, Finding::BroadcastPolicy));
    assert!(decision.grounds.contains(&Ground::Bulk) && decision.grounds.contains(&Ground::NonPersonalUse));
    let (card, decision) = on("2019-12-10", &spam());
    assert_eq!((decision.verdict, decision.finding), (Verdict::AbuseHigh, Finding::None), "{card:?}");
    assert!(decision.requires_human_review);
}

#[test]
fn how_often_others_broadcast_takes_nobody_s_permission() {
    let policy = policy("2019-12-10");
    // Earlier nights had more runs than this newsletter, so that its rule does not fire.
    let outcome = run(&newsletter(), Some(&nights(19.0)), &policy.limits);
    assert!(outcome.hits.iter().all(|hit| hit.rule.code != "M10"), "{:?}", outcome.hits);
    let card = score(&newsletter(), outcome, policy.evidence.minimum_actions);
    let decision = decide(&card, &Circumstances::default(), &policy);
    assert!(card.outcome.opted_in && decision.verdict <= Verdict::Review, "{decision:?}");
}

#[test]
fn serving_the_same_people_again_and_again_is_no_sign_of_abuse() {
    // Somebody who calls the same people together five times; not half of them are known to have asked for it.
    let caller = evident(&[
        (&volume::ACTIONS, 1_500.0),
        (&content::BROADCASTS, 5.0),
        (&content::AUDIENCE, 1.0),
        (&content::ORDER, 1.0),
        (&content::ASKED, 0.45),
        (&content::REACH_MAX_24H, 105.0),
        (&content::REACH_DAYS, 5.0),
        (&fanout::UNEXPLAINED_MAX_24H, 301.0),
        (&fanout::WIDE_DAYS, 5.0),
    ]);
    let (card, decision) = on("2019-12-10", &caller);
    let high = policy("2019-12-10").thresholds.broadcast.abuse_high;
    assert!(
        high <= Share::of_points(card.outcome.carrying[1]).get(),
        "the practice would reach it: {card:?}"
    );
    assert!(2 <= card.outcome.agreeing && !card.outcome.opted_in);
    assert_eq!(decision.verdict, Verdict::Review, "{decision:?}");
}

#[test]
fn an_audience_older_than_the_log_is_no_abuse_and_no_permission() {
    let standing = [(&contact::STANDING_SILENT, 400.0), (&contact::STANDING_SHARE, 0.9)];
    let with = |row: &AccountFeatures, more: &[(&'static crate::features::Feature, f64)]| {
        let mut values = row.values().collect::<Vec<_>>();
        more.iter().for_each(|(card, value)| values[place(card)] = Ok(*value));
        on("2019-12-10", &AccountFeatures::new(row.account, values))
    };
    let asked_unseen: [(&'static crate::features::Feature, f64); 1] = [(&content::ASKED, 0.02)];
    let (_, before) = with(&newsletter(), &asked_unseen);
    assert_eq!((before.verdict, before.finding), (Verdict::AbuseHigh, Finding::None));
    let (card, decision) = with(&newsletter(), &[asked_unseen.as_slice(), &standing].concat());
    assert_eq!((decision.verdict, decision.finding), (Verdict::Review, Finding::None), "{card:?}");
    assert!(decision.notes.iter().any(|note| note.contains("before the log could tell")), "{decision:?}");
    // Whoever bothers new people is judged by them, however many old ones there are.
    let (_, spammer) = with(&spam(), &standing);
    assert_eq!(spammer.verdict, Verdict::AbuseHigh);
}

#[test]
fn a_ground_says_where_it_is_unknown_whether_the_account_is_on_the_business_api() {
    let mut values = spam().values().collect::<Vec<_>>();
    let first = |values: &[crate::features::Value]| {
        let row = AccountFeatures::new(spam().account, values.to_vec());
        on("2022-06-01", &row).1.grounds_in_words.remove(0)
    };
    assert!(first(&values).ends_with("(whether it is on the business API is unknown)"), "{}", first(&values));
    values[place(&lifecycle::API)] = Ok(0.0);
    assert!(!first(&values).contains("unknown"), "{}", first(&values));
}

#[test]
fn promotion_on_the_api_is_permitted_since_15_september_2021() {
    let mut values = newsletter().values().collect::<Vec<_>>();
    values[place(&lifecycle::API)] = Ok(1.0);
    let api = AccountFeatures::new(newsletter().account, values);
    let (card_before, before) = on("2021-09-14", &api);
    let (card_after, after) = on("2021-09-15", &api);
    assert_eq!(card_before, card_after);
    assert_eq!(before.finding, Finding::BroadcastPolicy);
    assert_eq!((after.verdict, after.finding), (Verdict::NoFinding, Finding::None));
    assert!(after.recommendation.contains("allowed on the business platform"));
}

#[test]
fn silent_bulk_sign_ups_and_group_factories_get_their_verdicts() {
    let sign_up =
        evident(&[(&volume::ACTIONS, 0.0), (&registration::COHORT, 40.0), (&lifecycle::AGE, 600.0)]);
    let (_, decision) = on("2019-12-10", &sign_up);
    assert_eq!((decision.verdict, decision.state), (Verdict::Watch, State::Scored));
    let slow = evident(&[(&volume::ACTIONS, 0.0), (&groups::CREATED_24H, 40.0), (&groups::CREATED_1H, 8.0)]);
    assert_eq!(on("2019-12-10", &slow).1.verdict, Verdict::Review, "{:?}", on("2019-12-10", &slow).0);
    let at_limit = evident(&[(&volume::ACTIONS, 0.0), (&groups::CREATED_24H, 24.0)]);
    assert_eq!(on("2019-12-10", &at_limit).1.verdict, Verdict::Review);
    let fast = evident(&[(&volume::ACTIONS, 0.0), (&groups::CREATED_1H, 24.0), (&groups::CREATED_24H, 24.0)]);
    assert_eq!(on("2019-12-10", &fast).1.verdict, Verdict::AbuseCertain);
    let quiet = evident(&[(&volume::ACTIONS, 3.0)]);
    assert_eq!(on("2019-12-10", &quiet).1.state, State::Insufficient);
}

#[test]
fn what_compares_with_nothing_stays_at_watch_beside_a_sound_hit() {
    let policy = policy("2019-12-10");
    let sound = [(&volume::ACTIONS, 500.0), (&rate::UNEXPLAINED_MAX_60S, 75.0), (&rate::FAST_MINUTES, 3.0)];
    let mut floors = sound.to_vec();
    floors.extend([
        (&contact::NEW_UNANSWERED_SURE, 600.0),
        (&fanout::NEW_SILENT_MAX_24H, 400.0),
        (&content::REACH_MAX_24H, 400.0),
        (&content::REACH_DAYS, 3.0),
        (&fanout::UNEXPLAINED_MAX_24H, 190.0),
    ]);
    let judge = |values: &[(&'static crate::features::Feature, f64)],
                 nights: Option<&crate::features::Population>| {
        let row = evident(values);
        let card = score(&row, run(&row, nights, &policy.limits), policy.evidence.minimum_actions);
        (card.unsolicited.get(), decide(&card, &Circumstances::default(), &policy).verdict)
    };
    let (_, alone) = judge(&sound, None);
    let (unsolicited, beside) = judge(&floors, None);
    assert!(0.68 < unsolicited, "the sub-score shows it all the same: {unsolicited}");
    assert!(alone <= Verdict::Watch && beside == Verdict::Watch, "{alone:?} {beside:?}");
    assert_eq!(judge(&floors, Some(&nights(2.0))).1, Verdict::AbuseHigh, "compared, it counts");
}

#[test]
fn a_schools_first_day_is_review_and_unwanted_adds_are_more() {
    let school = [(&volume::ACTIONS, 50.0), (&groups::CREATED_24H, 40.0), (&groups::ADDED_24H, 1_200.0)];
    assert_eq!(on("2019-12-10", &evident(&school)).1.verdict, Verdict::Review);
    let mut unwanted = school.to_vec();
    unwanted.extend([(&groups::OBJECTED, 0.7), (&groups::ADDED, 1_200.0)]);
    assert_eq!(on("2019-12-10", &evident(&unwanted)).1.verdict, Verdict::AbuseHigh);
}

#[test]
fn sanctions_hold_inside_their_envelope_only() {
    let policy = policy("2019-12-10");
    let mut values = spam().values().collect::<Vec<_>>();
    values[place(&contact::NEW_UNANSWERED_SURE)] = Ok(0.0);
    values[place(&fanout::NEW_SILENT_MAX_24H)] = Ok(0.0);
    values[place(&rate::MAX_24H)] = Ok(1_500.0);
    let soft = card(&AccountFeatures::new(spam().account, values.clone()), &policy);
    values[place(&lifecycle::BURST_AGE)] = Ok(30.0);
    let hard = card(&AccountFeatures::new(spam().account, values), &policy);
    let sanction = |per_day| Sanctioned {
        class: "alarm".to_owned(),
        reason: "flood warnings".to_owned(),
        owner: "county".to_owned(),
        starts_at: None,
        expires_at: Some(1_000),
        declared_per_day: Some(per_day),
    };
    let at = |as_of_us, s: &Sanctioned, card: &ScoreCard| {
        let known = Circumstances { as_of_us, sanction: Some(s), ..Circumstances::default() };
        decide(card, &known, &policy)
    };
    let inside = at(10, &sanction(1_500.0), &soft);
    assert_eq!((inside.verdict, inside.state), (Verdict::NoFinding, State::Sanctioned));
    let certain = at(10, &sanction(1_500.0), &hard);
    assert_eq!(
        (certain.verdict, certain.state),
        (Verdict::AbuseCertain, State::Scored),
        "covers no hard rule"
    );
    for (as_of, per_day) in [(10, 1_499.0), (1_000, 1_500.0)] {
        let outside = at(as_of, &sanction(per_day), &soft);
        assert!(Verdict::Review <= outside.verdict && outside.state == State::Scored, "{outside:?}");
        assert!(outside.notes[0].starts_with("alert"), "{:?}", outside.notes);
    }
}

#[test]
fn off_platform_evidence_attaches_and_never_scores() {
    let policy = policy("2019-12-10");
    let card = card(&newsletter(), &policy);
    let evidence = [
        OffPlatform { ts: 5, kind: "service offer".to_owned(), reference: "archive/2".to_owned() },
        OffPlatform { ts: 1, kind: "public claim".to_owned(), reference: "archive/1".to_owned() },
    ];
    let known = |evidence: &OffPlatform| Concern { evidence: evidence.clone(), since: evidence.ts };
    let mut concerns: Vec<Concern> = evidence.iter().map(known).collect();
    concerns.push(Concern { since: 10, ..concerns[1].clone() });
    let known = Circumstances { as_of_us: 10, off_platform: &concerns, ..Circumstances::default() };
    let with = decide(&card, &known, &policy);
    let without = decide(&card, &Circumstances::default(), &policy);
    assert_eq!((with.verdict, with.finding), (without.verdict, without.finding));
    assert_eq!(with.off_platform.iter().map(|e| e.ts).collect::<Vec<_>>(), [1, 5], "before as_of, by time");
    let numbers = ["b".to_owned(), "a".to_owned()];
    assert_eq!(off_platform_only("vendor", &numbers, &[], Vec::new(), &policy), None);
    let alone = off_platform_only("vendor", &numbers, &evidence, Vec::new(), &policy).expect("evidence");
    assert!(alone.requires_human_review && alone.policy_acts && alone.ground == Ground::Assisting);
    assert!(!alone.recommendation.contains("its numbers"), "{}", alone.recommendation);
    let number = ScoredNumber { account: "a".to_owned(), verdict: with.verdict, finding: with.finding };
    let linked = off_platform_only("vendor", &numbers, &evidence, vec![number], &policy).expect("evidence");
    assert!(
        linked
            .recommendation
            .ends_with("; its numbers that this run scores by their own conduct: 1 at review"),
        "{}",
        linked.recommendation
    );
    let early = self::policy("2019-12-06");
    let before = off_platform_only("vendor", &numbers, &evidence, Vec::new(), &early);
    assert!(before.is_some_and(|d| !d.policy_acts), "announced, not yet in force");
}

#[test]
fn human_review_is_waived_for_hard_rules_only_and_by_name() {
    let day = Timestamp::parse("2019-12-10").expect("a day");
    let bare = SHIPPED.replace("required = true", "required = false");
    assert!(matches!(Policy::parse(&bare, day), Err(PolicyError::Refused(_))));
    let named = SHIPPED.replace("required = true", "required = false\nowner = \"ops\"\nreason = \"volume\"");
    let freed = Policy::parse(&named, day).expect("valid");
    let hard = evident(&[(&lifecycle::BURST_AGE, 10.0), (&volume::ACTIONS, 100.0)]);
    let of = |row| decide(&card(row, &freed), &Circumstances::default(), &freed);
    assert!(!of(&hard).requires_human_review);
    assert!(of(&spam()).requires_human_review);
}

#[test]
fn broken_policies_are_refused_with_a_reason() {
    let day = Timestamp::parse("2019-12-10").expect("a day");
    let refused = |from: &str, to: &str| {
        assert!(SHIPPED.contains(from), "{from}");
        Policy::parse(&SHIPPED.replacen(from, to, 1), day).expect_err(from).to_string()
    };
    assert!(
        refused("[limits]", "[limits]\n\"M2.per_minut\" = 60").contains("did you mean \"M2.per_minute\"")
    );
    assert!(refused("[limits]", "[limits]\n\"M2.per_minute\" = 0").contains("allowed is"));
    assert!(refused("watch = 0.22", "watch = 0.10").contains("must rise"));
    assert!(refused("review = 0.42", "review = 0.9").contains("must rise"));
    assert!(refused("max_abuse_share = 0.02", "max_abuse_share = 2.0").contains("quota"));
    assert!(refused("max_jump = 5.0", "max_jump = 0.5").contains("quota"), "no jump at all");
    assert!(refused("max_jump = 5.0", "max_jmp = 5.0").contains("max_jmp"));
    assert!(refused("mark = \"M\"", "mark = \"X\"").contains("none of"));
    assert!(refused("effective_from = \"2019-12-07\"", "effective_from = \"2019-01-01\"").contains("after"));
    assert!(refused("id = \"whatsapp\"", "idd = \"whatsapp\"").contains("idd"));
    let watch = "watch.en = \"look again in later nights; no measure\"\nwatch.de = \"in späteren Nächten erneut ansehen; keine Maßnahme\"";
    assert!(refused(watch, "").contains("recommend.watch"));
}

#[test]
fn every_text_of_every_version_is_there_in_english_and_in_german() {
    for day in ["2019-02-06", "2019-09-04", "2019-12-07", "2021-09-15", "2026-01-01"] {
        let policy = policy(day);
        let phrases = policy.phrases();
        assert_eq!(phrases.len(), 1 + Ground::ALL.len() + 10, "basis, grounds, recommendations");
        for (place, phrase) in phrases {
            let german = phrase.de.as_deref().unwrap_or_else(|| panic!("{day}, {place}: no German"));
            assert!(!phrase.is_empty() && german != phrase.en, "{day}, {place}");
            let numbers = |text: &str| {
                let mut all: Vec<String> = text
                    .split(|c: char| !c.is_ascii_digit())
                    .filter(|n| !n.is_empty())
                    .map(str::to_owned)
                    .collect();
                all.sort();
                all
            };
            assert_eq!(numbers(&phrase.en), numbers(german), "{day}, {place}: other days or numbers");
        }
    }
}

#[test]
fn a_policy_of_ones_own_may_say_a_text_once_and_never_half_of_it() {
    let day = Timestamp::parse("2022-06-01").expect("a day");
    let both = "watch.en = \"look again in later nights; no measure\"\nwatch.de = \"in späteren Nächten erneut ansehen; keine Maßnahme\"";
    assert!(SHIPPED.contains(both));
    let with = |to: &str| Policy::parse(&SHIPPED.replacen(both, to, 1), day);
    let once = with("watch = \"wait\"").expect("valid");
    assert_eq!(once.phrases()["recommend.watch"], &Phrase { en: "wait".to_owned(), de: None });
    assert!(
        with("watch.en = \"wait\"")
            .expect_err("half")
            .to_string()
            .contains("one in English and one in German")
    );
    assert!(
        with("watch.en = \"wait\"\nwatch.de = \" \"")
            .expect_err("empty")
            .to_string()
            .contains("recommend.watch")
    );
    let review = "review.en = \"a person should look at this account before anything is done\"";
    let same = with(both)
        .map(|_| SHIPPED.replacen(review, "review.en = \"look again in later nights; no measure\"", 1));
    let refused =
        Policy::parse(&same.expect("valid"), day).expect_err("two in German for one in English").to_string();
    assert!(refused.contains("and not in German"), "{refused}");
    let joined = SHIPPED.replacen("bulk.de = \"massenhaftes ", "bulk.de = \"viel; massenhaftes ", 1);
    assert!(Policy::parse(&joined, day).expect_err("two in one").to_string().contains("holds a ;"));
}

#[test]
fn whoever_only_made_groups_or_added_people_is_told_of_no_messages() {
    let made = [(&volume::ACTIONS, 0.0), (&groups::CREATED_1H, 40.0), (&groups::CREATED_24H, 40.0)];
    let (_, decision) = on("2022-06-01", &evident(&made));
    assert_eq!(
        (decision.verdict, decision.grounds.as_slice()),
        (Verdict::AbuseCertain, &[Ground::Groups][..])
    );
    assert_eq!(decision.grounds_in_words, ["creating groups or adding people to groups in bulk"]);
    let added = evident(&[(&volume::ACTIONS, 0.0), (&groups::ADDED_24H, 2_000.0), (&groups::ADDED, 2_000.0)]);
    assert_eq!(on("2022-06-01", &added).1.grounds, [Ground::Groups]);
    // Who did both is told both, and who sent only is told of messages only.
    let mut both: Vec<_> = spam().values().collect();
    made[1..].iter().for_each(|(card, value)| both[place(card)] = Ok(*value));
    let (_, decision) = on("2022-06-01", &AccountFeatures::new(spam().account, both));
    assert_eq!(decision.grounds, [Ground::Automated, Ground::Bulk, Ground::Unsolicited, Ground::Groups]);
    assert!(!on("2022-06-01", &spam()).1.grounds.contains(&Ground::Groups));
}

#[test]
fn a_ground_fits_the_product() {
    let (mut card, decision) = on("2021-10-01", &spam());
    assert!(decision.grounds.contains(&Ground::Bulk) && !decision.grounds.contains(&Ground::OnApi));
    card.business_api = Some(true);
    let on_api = decide(&card, &Circumstances::default(), &policy("2021-10-01"));
    let words = on_api.grounds_in_words.join("; ");
    assert!(
        on_api.grounds.contains(&Ground::OnApi) && !words.contains("outside the business API"),
        "{words}"
    );
}

#[test]
fn thresholds_belong_to_the_band_above() {
    let t = Thresholds { watch: 0.25, review: 0.5, abuse_high: 0.75 };
    let points = |share: f64| Share::of_points(-Share::SCALE_POINTS * (1.0 - share).ln());
    assert_eq!(t.band(points(0.5 + 1e-9)), Band::Review);
    assert_eq!(t.band(points(0.5 - 1e-9)), Band::Watch);
    assert_eq!(t.band(points(0.0)), Band::Low);
    assert_eq!(t.band(points(0.9)), Band::High);
    assert_eq!(policy("2020-01-01").thresholds.automation.band(Share::of_points(BACKGROUND_MOST)), Band::Low);
}
