//! Training from end to end on made-up examples: learning, leaks, order and threads, artifact, card.
//! In: examples that hold known signals; out: artifacts.
//! Says nothing about real accounts.

use super::*;
use crate::model::{CrossSettings, Example, Model};

/// Two features that tell something, one that tells nothing, one that most lack.
fn data(n: usize) -> Dataset {
    let noise = |i: usize, k: usize| ((i * 7_919 + k * 104_729) % 1_009) as f64 / 1_009.0;
    let examples = (0..n)
        .map(|i| {
            let positive = i % 3 == 0;
            let shift = f64::from(u8::from(positive));
            Example {
                name: format!("a{i:05}"),
                values: vec![
                    Some(noise(i, 1) + 0.6 * shift),
                    Some(10.0 * noise(i, 2) - 3.0 * shift),
                    Some(noise(i, 3)),
                    (i % 5 == 0).then_some(noise(i, 4) + 0.3 * shift),
                ],
                positive,
                group: None,
            }
        })
        .collect();
    Dataset::new(["up", "down", "noise", "rare"].map(str::to_owned).to_vec(), examples)
}

fn wishes(kind: Kind) -> Wishes {
    Wishes {
        kind,
        cross: CrossSettings { folds: 5, repeats: 1 },
        seed: 7,
        base_rate: None,
        without: Vec::new(),
        not_a_leak: Vec::new(),
        raises: Vec::new(),
        lowers: Vec::new(),
        of_cards: false,
    }
}

fn trained_on(data: Dataset, kind: Kind) -> Training {
    train(data, &wishes(kind), Trained::default()).expect("trains")
}

#[test]
fn both_kinds_learn_and_their_contributions_sum_to_the_log_odds() {
    for kind in [Kind::Logistic, Kind::Boosted] {
        let made = trained_on(data(600), kind);
        let auroc = made.artifact.outcome.metrics.iter().find(|m| m.name == "auroc").expect("measured");
        assert!(
            0.85 < auroc.value && auroc.low < auroc.value && auroc.value < auroc.high,
            "{kind:?}: {auroc:?}"
        );
        assert_eq!(auroc.n, 600);
        let tables: Vec<_> = made.artifact.features.iter().map(|f| f.table.clone()).collect();
        let scorer = made.artifact.scorer.scorer();
        for example in &made.data.examples {
            let places: Vec<Option<f64>> =
                example.values.iter().zip(&tables).map(|(v, t)| v.map(|v| t.place(v))).collect();
            let mut parts = vec![0.0; places.len()];
            scorer.contribute(&places, &mut parts);
            let sum = scorer.base() + parts.iter().sum::<f64>();
            assert!((sum - scorer.log_odds(&places)).abs() < 1e-9);
            assert!(places.iter().zip(&parts).all(|(place, part)| place.is_some() || *part == 0.0));
        }
        let direction =
            |name: &str| made.artifact.features.iter().find(|f| f.name == name).expect("there").direction;
        assert!(0.0 < direction("up") && direction("down") < 0.0, "{kind:?}");
    }
}

#[test]
fn neither_order_nor_threads_change_a_byte() {
    for kind in [Kind::Logistic, Kind::Boosted] {
        let json = |data: Dataset, threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            pool.install(|| trained_on(data, kind)).artifact.to_json()
        };
        let first = json(data(400), 1);
        let all = data(400);
        let backward = Dataset::new(all.features.clone(), all.examples.into_iter().rev().collect());
        assert_eq!(first, json(backward, 3), "{kind:?}");
    }
}

#[test]
fn a_planted_leak_is_refused_by_name_unless_answered_for() {
    let mut leaky = data(600);
    leaky.features.push("from_the_label".to_owned());
    for (i, example) in leaky.examples.iter_mut().enumerate() {
        // One in two hundred is wrong, as leaks are.
        let told = example.positive != (i % 200 == 0);
        example.values.push(Some(-f64::from(u8::from(told)) + i as f64 * 1e-6));
    }
    let refused = train(leaky.clone(), &wishes(Kind::Logistic), Trained::default()).expect_err("a leak");
    assert!(
        matches!(&refused, ModelError::GivesAwayLabel { feature, .. } if feature == "from_the_label"),
        "{refused}"
    );
    let answered = Wishes { not_a_leak: vec!["from_the_label".to_owned()], ..wishes(Kind::Logistic) };
    let made = train(leaky.clone(), &answered, Trained::default()).expect("answered for");
    assert_eq!(made.artifact.training.not_a_leak, ["from_the_label"]);
    let without = Wishes { without: vec!["from_the_label".to_owned()], ..wishes(Kind::Logistic) };
    let made = train(leaky.clone(), &without, Trained::default()).expect("left out");
    assert!(made.artifact.features.iter().all(|f| f.name != "from_the_label"));
    let odd = Wishes { without: vec!["from_teh_label".to_owned()], ..wishes(Kind::Logistic) };
    let error = train(leaky, &odd, Trained::default()).expect_err("no such feature").to_string();
    assert!(error.ends_with("did you mean from_the_label?"), "{error}");
}

#[test]
fn too_few_of_a_kind_are_an_error() {
    let mut few = data(60);
    few.examples.iter_mut().skip(10).for_each(|e| e.positive = false);
    let error =
        train(few, &wishes(Kind::Boosted), Trained::default()).expect_err("four positives, five folds");
    assert!(matches!(error, ModelError::TooFew { positive: 4, .. }), "{error}");
}

#[test]
fn an_artifact_comes_back_and_a_damaged_one_names_its_key() {
    for kind in [Kind::Logistic, Kind::Boosted] {
        let artifact = trained_on(data(300), kind).artifact;
        let text = artifact.to_json();
        let back = Artifact::from_json(&text).expect("reads");
        assert_eq!(back, artifact);
        assert_eq!((back.to_json(), back.id()), (text.clone(), artifact.id()));
        for (from, to, key) in [
            ("\"labels_rate\":", "\"label_rate\":", "calibration"),
            ("\"layout\":2", "\"layout\":\"2\"", "layout"),
            ("\"outcome\":", "\"outcom\":", "outcom"),
            ("\"center\":0.", "\"center\":7.", "features"),
        ] {
            let damaged = text.replacen(from, to, 1);
            assert_ne!(damaged, text);
            let error = Artifact::from_json(&damaged).expect_err(to);
            assert!(matches!(&error, ModelError::Malformed { key: k, .. } if k == key), "{to}: {error}");
        }
        assert!(matches!(
            Artifact::from_json(&text.replacen("\"layout\":2", "\"layout\":1", 1)),
            Err(ModelError::OtherLayout { found: 1, .. })
        ));
        assert!(matches!(Artifact::from_json(&text[..text.len() / 2]), Err(ModelError::Malformed { .. })));
        assert_eq!(Model::new(back).err(), Some(ModelError::NoCards));
        let other = Artifact { cards: Some("0ther".to_owned()), ..artifact };
        assert!(matches!(Model::new(other).err(), Some(ModelError::OtherCards { .. })));
    }
}

#[test]
fn the_card_says_what_the_model_may_not_do() {
    let origin = Trained { simulated: true, ..Trained::default() };
    let made = train(data(300), &wishes(Kind::Boosted), origin).expect("trains").artifact;
    let text = card(&made);
    for said in [
        "simulated labels",
        "moves nobody past `watch`",
        "| auroc | 0.",
        "## Must not be used",
        "| up |",
        "## Limits",
    ] {
        assert!(text.contains(said), "no {said:?} in\n{text}");
    }
    let stated = Wishes { base_rate: Some(0.01), ..wishes(Kind::Boosted) };
    let real = train(data(300), &stated, Trained::default()).expect("trains").artifact;
    assert!(real.is_calibrated() && card(&real).contains("moves nobody past `review`"));
    assert!(!made.is_calibrated());
}

#[test]
fn a_direction_asked_for_is_held_and_written_down() {
    for kind in [Kind::Logistic, Kind::Boosted] {
        let free = trained_on(data(600), kind).artifact;
        assert!(free.training.never_lower.is_empty());
        // Against what the examples say: nothing may be learned from it but what agrees.
        let asked = Wishes { raises: vec!["down".to_owned()], ..wishes(kind) };
        let bound = train(data(600), &asked, Trained::default()).expect("trains").artifact;
        assert_eq!((bound.training.never_lower.len(), bound.training.never_raise.len()), (1, 0));
        let of = |a: &Artifact| a.features.iter().find(|f| f.name == "down").expect("there").direction;
        assert!(of(&free) < 0.0 && 0.0 <= of(&bound), "{kind:?}: {} {}", of(&free), of(&bound));
        assert!(card(&bound).contains("more of 1 features never lowers the log-odds"));
    }
    let both = Wishes { raises: vec!["up".into()], lowers: vec!["up".into()], ..wishes(Kind::Logistic) };
    let error = train(data(300), &both, Trained::default()).expect_err("both ways").to_string();
    assert!(error.contains("feature up has a direction already"), "{error}");
    let odd = Wishes { lowers: vec!["dwon".into()], ..wishes(Kind::Logistic) };
    let error = train(data(300), &odd, Trained::default()).expect_err("no such feature").to_string();
    assert!(error.ends_with("did you mean down?"), "{error}");
}

#[test]
fn chances_are_judged_by_slope_intercept_and_top_bins() {
    let made = trained_on(data(900), Kind::Logistic).artifact;
    let of =
        |name: &str| made.outcome.metrics.iter().find(|m| m.name == name).unwrap_or_else(|| panic!("{name}"));
    for name in [
        "calibration_slope",
        "calibration_intercept",
        "observed_over_expected_from_0.1",
        "observed_over_expected_from_0.5",
    ] {
        let m = of(name);
        assert!(m.low < m.value && m.value < m.high && 0 < m.n, "{m:?}");
    }
    assert!((0.5..1.5).contains(&of("calibration_slope").value), "{:?}", of("calibration_slope"));
    assert!(of("calibration_slope").n == 900 && of("observed_over_expected_from_0.5").n < 900);
}
