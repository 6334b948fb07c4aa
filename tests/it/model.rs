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

/// What somebody changes in an artifact.
type Edit = fn(&mut Value);

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

    let (features, asked) = (plain.join("features.parquet"), scratch.path().join("asked.csv"));
    let asks = ["--score", &features.to_string_lossy(), "--scores-out", &asked.to_string_lossy()];
    let simulated = [["--simulated", "--kind", "logistic"].as_slice(), &asks].concat();
    let (model, said) = trained(scratch.path(), &plain, &simulated);
    let asked = fs::read_to_string(asked).expect("what it says of each account");
    assert!(asked.starts_with("account,log_odds,p_abuse_simulated\n"), "{asked:.60}");
    assert_eq!(asked.lines().count(), 1 + before.rows());
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
    assert!(odd.contains("scorer: 1 weights and"), "{odd}");
    let huge = refused(&edited(&model, |json| json["scorer"]["logistic"]["intercept"] = 1e300.into()));
    assert!(huge.contains("intercept is no log-odds"), "{huge}");
    let by_hand: [(&str, Edit); 8] = [
        ("is not that of its table", |json| json["scorer"]["logistic"]["centers"][0] = 0.999.into()),
        ("training: simulated labels teach nothing of real accounts", |json| {
            json["training"]["simulated"] = false.into();
            json["training"]["label_sources"] = serde_json::json!(["hand", "Simulated"]);
        }),
        ("outcome: watch_from is no log-odds", |json| json["outcome"]["watch_from"] = (-1e30).into()),
        ("training: a sampled share lies", |json| json["training"]["other_sampled"] = 7.5.into()),
        ("training: a sampled share lies", |json| json["training"]["positive_sampled"] = 0.0.into()),
        ("the center is not the place of the median", |json| {
            json["features"][0]["table"]["center"] = 0.987.into()
        }),
        ("the median lies outside the values", |json| json["features"][0]["table"]["median"] = 1e9.into()),
        ("no training gives it that weight", |json| {
            let feature = &mut json["features"][0];
            let table =
                serde_json::json!({ "n": 0, "median": 0.0, "center": 0.5, "values": [], "places": [] });
            (feature["weight"], feature["table"]) = (1.0.into(), table);
        }),
    ];
    for (said, change) in by_hand {
        let error = refused(&edited(&model, change));
        assert!(error.contains(said), "{said}: {error}");
    }
}

#[test]
fn what_labels_or_their_run_call_simulated_is_learned_as_simulated_whatever_is_asked() {
    let scratch = tempfile::tempdir().expect("temp");
    let plain = scan(&scratch.path().join("plain"), &[]);
    let learned = |run: &Path, source: &str| {
        let file = scratch.path().join("labels.csv");
        labels(run, &file);
        let text = fs::read_to_string(&file).expect("labels").replace(",rules", source);
        fs::write(&file, text).expect("written");
        let (features, model) = (run.join("features.parquet"), scratch.path().join("made/model.json"));
        let text = |path: &Path| path.to_string_lossy().into_owned();
        let (features, file, out) = (text(&features), text(&file), text(&model));
        let mut args = vec!["train", "--features", &features, "--labels", &file, "--positive", "abuse"];
        args.extend(["--negative", "fine", "--folds", "2", "--kind", "logistic", "--out", &out]);
        ok(scratch.path(), &args);
        let json: Value = serde_json::from_str(&fs::read_to_string(&model).expect("a model")).expect("JSON");
        json["training"]["simulated"].as_bool().expect("a flag")
    };
    assert!(learned(&plain, ",hand"), "the run says so");
    let manifest = plain.join("manifest.json");
    let told = fs::read_to_string(&manifest).expect("a manifest");
    let silent = told.replace("\"simulated\": true", "\"simulated\": false");
    assert_ne!(told, silent);
    fs::write(&manifest, silent).expect("written");
    assert!(!learned(&plain, ",hand"), "neither says so");
    assert!(learned(&plain, ",Simulated"), "the labels say so");
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

#[test]
fn labels_known_only_later_or_hardly_sure_teach_nothing_unless_asked() {
    let scratch = tempfile::tempdir().expect("temp");
    let plain = scan(&scratch.path().join("plain"), &[]);
    let file = scratch.path().join("labels.csv");
    labels(&plain, &file);
    // Every label twice: once known at the night, and once, later or in doubt, the other way round.
    let mut text = "account,label,as_of,confidence\n".to_owned();
    for (i, line) in fs::read_to_string(&file).expect("labels").lines().skip(1).enumerate() {
        let mut cells = line.split(',');
        let (account, label) = (cells.next().expect("account"), cells.next().expect("label"));
        let other = if label == "abuse" { "fine" } else { "abuse" };
        let doubt = if i % 2 == 0 { "2022-06-02,1" } else { "2022-06-01,0.2" };
        text.push_str(&format!("{account},{label},2022-06-01T00:00:00Z,0.9\n{account},{other},{doubt}\n"));
    }
    fs::write(&file, text).expect("written");
    let features = plain.join("features.parquet").to_string_lossy().into_owned();
    let train = |features: &str, more: &[&str]| {
        let words = ["--positive", "abuse", "--negative", "fine", "--folds", "2", "--kind", "logistic"];
        let args = [&["train", "--features", features, "--labels", "labels.csv"], &words[..], more].concat();
        run_in(scratch.path(), &args)
    };
    let done = train(&features, &["--score", &features]);
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.err.contains("labels known only after as_of of the features"), "{}", done.err);
    let model: Value =
        serde_json::from_str(&fs::read_to_string(scratch.path().join("model.json")).expect("model"))
            .expect("JSON");
    let made = &model["training"];
    assert_eq!((&made["conflicting_n"], &made["labels_until"]), (&0.into(), &"2022-06-01T00:00:00Z".into()));
    assert!(made["later_n"].as_u64() > Some(100) && made["unsure_n"].as_u64() > Some(100), "{made}");
    assert!(made["never_raise"].as_array().is_some_and(|n| n.iter().any(|n| n == "contact_replied_share")));
    let scores = fs::read_to_string(scratch.path().join("scores.csv")).expect("scores");
    assert_eq!(scores.lines().count(), 1 + read_run(&plain).expect("a run").accounts.len());

    // Whoever asks for them gets two answers for each account, which is none.
    let asked = train(&features, &["--labels-until", "2022-07-01", "--min-confidence", "0"]);
    assert!(asked.code == 3 && asked.err.contains("0 positive and 0 other accounts"), "{}", asked.err);

    // Without the run beside them nobody knows of when the features are.
    let alone = scratch.path().join("alone.parquet");
    fs::copy(&features, &alone).expect("copied");
    let alone = alone.to_string_lossy().into_owned();
    let unknown = train(&alone, &[]);
    assert!(unknown.code == 2 && unknown.err.contains("say it with --labels-until DATE"), "{}", unknown.err);
    assert_eq!(train(&alone, &["--labels-until", "2022-06-01"]).code, 0);
}
