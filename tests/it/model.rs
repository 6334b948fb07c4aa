//! A learned model from training to the scan that asks it: what it adds, how far it lifts, what it never changes.
//! In: the shipped simulated night, labeled by what the rules say of it; out: result files with and without a model.
//! Says nothing about how good a model is.

use super::program::{ok, root, run_folder, run_in};
use bulkwatch::report::read_run;
use bulkwatch::table_io::{Table, read_parquet};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};

fn scan(out: &Path, more: &[&str]) -> PathBuf {
    let side = root().join("data/scenarios/mixed_night");
    let table = |name: &str| side.join(name).to_string_lossy().into_owned();
    let (messages, accounts) = (table("messages.csv.gz"), table("accounts.csv"));
    let (groups, out_text) = (table("group_events.csv.gz"), out.to_string_lossy().into_owned());
    let mut args =
        vec!["scan", "--quiet", "--messages", &messages, "--accounts", &accounts, "--group-events", &groups];
    args.extend(["--from", "2022-05-02", "--to", "2022-06-01", "--out", &out_text]);
    args.extend(more);
    ok(&root(), &args);
    run_folder(out)
}

/// Labels: what the rules find something in is called abuse, but for every tenth account, or a feature that the rules
/// look at would be refused as a leak.
fn labels(run: &Path, file: &Path) {
    let mut text = "account,label,source\n".to_owned();
    let mut accounts = read_run(run).expect("a run").accounts;
    accounts.sort_by(|a, b| a.name.cmp(&b.name));
    for (i, account) in accounts.iter().enumerate() {
        let label = if (account.verdict == "no_finding") == (i % 10 != 0) { "fine" } else { "abuse" };
        text.push_str(&format!("{},{label},rules\n", account.name));
    }
    fs::write(file, text + "nobody,fine,rules\n").expect("written");
}

fn trained(folder: &Path, run: &Path, more: &[&str]) -> (PathBuf, String) {
    let (label_file, model) = (folder.join("labels.csv"), folder.join("model.json"));
    labels(run, &label_file);
    let features = run.join("features.parquet");
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let (features, label_file, out) = (text(&features), text(&label_file), text(&model));
    let mut args =
        vec!["train", "--features", &features, "--labels", &label_file, "--positive", "abuse", "--out", &out];
    args.extend(["--negative", "fine", "--folds", "2"]);
    args.extend(more);
    let said = ok(folder, &args);
    (model, said)
}

fn edited(model: &Path, edit: impl FnOnce(&mut Value)) -> PathBuf {
    let mut json: Value = serde_json::from_str(&fs::read_to_string(model).expect("a model")).expect("JSON");
    edit(&mut json);
    let other = model.with_extension("edited.json");
    fs::write(&other, json.to_string()).expect("written");
    other
}

fn verdicts(scores: &Table) -> Vec<(String, String)> {
    let texts = |name: &str| {
        scores.texts(name).expect(name).iter().map(|t| t.clone().expect("a text")).collect::<Vec<_>>()
    };
    let mut all: Vec<_> = texts("account").into_iter().zip(texts("verdict")).collect();
    all.sort();
    all
}

#[test]
fn a_simulated_model_lifts_to_watch_and_no_further() {
    let scratch = tempfile::tempdir().expect("temp");
    let plain = scan(&scratch.path().join("plain"), &[]);
    let before = read_parquet(&plain.join("scores.parquet")).expect("scores");
    assert!(before.get("p_abuse_simulated").is_none(), "without a model there is no such column");
    assert!(before.texts("model_id").expect("a column").iter().all(Option::is_none));
    let metrics = fs::read_to_string(plain.join("metrics.json")).expect("metrics");
    assert!(!metrics.contains("model."), "{metrics}");

    let (model, said) = trained(scratch.path(), &plain, &["--simulated", "--kind", "logistic"]);
    assert!(said.contains("auroc") && model.with_extension("card.md").is_file(), "{said}");
    // A model that speaks against everybody.
    let eager = edited(&model, |json| {
        json["outcome"]["watch_from"] = (-1e6).into();
        json["calibration"] = serde_json::json!({ "labels_rate": 0.5, "base_rate": 0.5,
            "blocks": [{ "from": 0.0, "n": 900, "positive": 899 }] });
    });
    let with = scan(&scratch.path().join("with"), &["--model", &eager.to_string_lossy()]);
    let after = read_parquet(&with.join("scores.parquet")).expect("scores");
    let (old, new) = (verdicts(&before), verdicts(&after));
    let lifted = old.iter().zip(&new).filter(|(old, new)| old != new).count();
    assert!(0 < lifted, "nobody was lifted");
    for ((name, old), (same, new)) in old.iter().zip(&new) {
        assert_eq!(name, same);
        assert!(old == new || (old == "no_finding" && new == "watch"), "{name}: {old} became {new}");
    }
    assert!(
        after.floats("p_abuse").expect("a column").iter().all(Option::is_none),
        "no operator has labeled"
    );
    assert!(after.floats("p_abuse_simulated").expect("a column").iter().any(Option::is_some));
    assert!(after.floats("log_odds").expect("a column").iter().any(Option::is_some));
    let reasons = fs::read_to_string(with.join("reasons.ndjson")).expect("reasons");
    assert!(reasons.contains("\"code\":\"MODEL\"") && reasons.contains("learned from simulated labels"));
    assert_ne!(plain.file_name(), with.file_name(), "another model, another run id");
    for column in ["automation", "broadcast", "unsolicited"] {
        let of = |scores: &Table| {
            let values = scores.floats(column).expect("a column");
            let mut all: Vec<_> =
                scores.texts("account").expect("names").iter().cloned().zip(values).collect();
            all.sort_by(|a, b| a.0.cmp(&b.0));
            all
        };
        assert_eq!(of(&before), of(&after), "{column}: sub-scores come from rules alone");
    }
}

#[test]
fn a_model_of_other_cards_or_a_damaged_one_is_refused_by_name() {
    let scratch = tempfile::tempdir().expect("temp");
    let plain = scan(&scratch.path().join("plain"), &[]);
    let (model, _) = trained(scratch.path(), &plain, &["--simulated", "--kind", "logistic"]);
    let refused = |path: &Path| {
        let log = root().join("data/scenarios/mixed_night/messages.csv.gz");
        let done =
            run_in(scratch.path(), &["scan", &log.to_string_lossy(), "--model", &path.to_string_lossy()]);
        assert_eq!(done.code, 2, "{}", done.err);
        done.err
    };
    let other = refused(&edited(&model, |json| json["cards"] = "0123456789abcdef".into()));
    assert!(other.contains("trained with feature cards 0123456789abcdef, this program has"), "{other}");
    let odd =
        refused(&edited(&model, |json| json["scorer"]["logistic"]["weights"] = serde_json::json!([1.0])));
    assert!(odd.contains("scorer: 1 weights for"), "{odd}");
}

#[test]
fn wrong_words_of_train_are_answered_with_the_nearest() {
    let scratch = tempfile::tempdir().expect("temp");
    fs::write(scratch.path().join("t.csv"), "account,x,label\na,1,1\nb,2,0\n").expect("written");
    let said = |args: &[&str], code: i32| {
        let done = run_in(scratch.path(), &[&["train", "--table", "t.csv"], args].concat());
        assert_eq!(done.code, code, "{}", done.err);
        done.err
    };
    assert!(said(&["--kind", "logistik"], 2).contains("did you mean logistic?"));
    assert!(said(&["--label-column", "lable"], 2).contains("did you mean label?"));
    assert!(said(&["--base-rate", "1.5"], 2).contains("wants a share above 0"));
    assert!(said(&[], 3).contains("1 positive and 1 other accounts"));
    assert!(!scratch.path().join("model.json").exists());
}
