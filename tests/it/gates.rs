//! Runs held against labels: the shipped gates, a planted regression, comparisons, a replay, bad labels.
//! In: the runs of the demo and copies of them; out: exit codes, the files of a gate, the accounts they name.
//! The arithmetic is tested beside it; here it is what a pipeline sees.

use super::program::{ok, root, run_in};
use bulkwatch::simulate::ScenarioCard;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The runs of the demo, and the profile of its earlier nights.
fn demo(out: &Path) -> (PathBuf, PathBuf, PathBuf) {
    ok(&root(), &["demo", "--quiet", "--out", &text(out)]);
    let at = |name: &str| out.join(name);
    (at("demo-night-simulated"), at("demo-real"), at("demo-earlier-simulated").join("population.json"))
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let read = |path: &Path| fs::read_to_string(path).expect("readable");
    let list = fs::read_dir(folder).expect("folder").flatten().map(|e| e.path());
    list.map(|p| (text(Path::new(p.file_name().expect("a name"))), read(&p))).collect()
}

#[test]
fn shipped_gates_pass_and_a_planted_regression_fails_and_names_who_was_lost() {
    let scratch = tempfile::tempdir().expect("temp");
    let at = |name: &str| scratch.path().join(name);
    let (night, real, population) = demo(&at("runs"));
    for (gate, run) in [("mixed_night", &night), ("spamassassin", &real)] {
        let gate = format!("data/gate/{gate}.toml");
        let shown = ok(&root(), &["gate", &gate, "--run", &text(run), "--out", &text(&at("gate"))]);
        assert_eq!(shown.contains("SIMULATED"), run == &night, "{shown}");
    }
    let policy = fs::read_to_string(root().join("data/policy/whatsapp.toml")).expect("policy");
    let worse_by = |name: &str, from: &str, to: &str| {
        let (changed, out) = (text(&at(&format!("{name}.toml"))), text(&at(name)));
        assert!(policy.contains(from));
        fs::write(&changed, policy.replace(from, to)).expect("written");
        let scan =
            ["scan", "--config", "data/demo/night.toml", "--quiet", "--out", &out, "--policy", &changed];
        ok(&root(), &[&scan[..], &["--population", &text(&population)]].concat());
        super::program::run_folder(&at(name))
    };
    // Somebody raises the limits of a rule.
    let limits =
        "[limits]\n\"M12.objected_n\" = 5000\n\"M12.objected_share\" = 0.9\n\"M11b.added_24h\" = 5000";
    let worse = worse_by("limits", "[limits]", limits);
    let done = run_in(&root(), &["gate", "data/gate/mixed_night.toml", "--run", &text(&worse)]);
    assert_eq!(done.code, 1, "{}", done.err);
    let lost = "lost M12 (groups_added_objected_n 447)";
    assert!(done.out.contains("sim_adder_day") && done.out.contains(lost), "{}", done.out);
    // Somebody raises a threshold.
    let worse = worse_by("raised", "review = 0.42", "review = 0.60");
    let args = ["gate", "data/gate/mixed_night.toml", "--run", &text(&worse), "--out", &text(&at("failed"))];
    let done = run_in(&root(), &args);
    assert_eq!(done.code, 1, "{}", done.err);
    assert!(done.err.contains("gate mixed_night: "), "{}", done.err);
    let all = files(&at("failed"));
    assert_eq!(all.keys().collect::<Vec<_>>(), ["gate.json", "gate.junit.xml", "gate.md", "metrics.json"]);
    for page in [&done.out, &all["gate.md"], &all["gate.junit.xml"], &all["gate.json"]] {
        assert!(
            page.contains("sim_vendor_0") && page.contains("review") && page.contains("SIMULATED"),
            "{page}"
        );
    }
    let lost = "detection lost: sim_vendor_0: review -&gt; watch";
    assert!(all["gate.junit.xml"].contains(lost), "{}", all["gate.junit.xml"]);
    let numbers: BTreeMap<String, f64> = serde_json::from_str(&all["metrics.json"]).expect("flat numbers");
    assert!(
        0.0 < numbers["flips.detections_lost"] && numbers["simulated"] == 1.0 && 0.0 < numbers["gate.failed"]
    );
    // The same, run beside run: both policies are named, and so is what is lost.
    let compared = ok(
        &root(),
        &["compare", &text(&night), &text(&worse), "--labels", "data/gate/mixed_night.labels.csv"],
    );
    assert!(compared.contains("threshold unsolicited.review differs: 0.42 -> 0.6"), "{compared}");
    assert!(compared.contains("detection lost") && compared.starts_with("SIMULATED"), "{compared}");
    // The same against a stored evaluation: no accounts, so no flips to require.
    let stored = text(&at("evaluation"));
    ok(
        &root(),
        &["evaluate", &text(&night), "--labels", "data/gate/mixed_night.labels.csv", "--out", &stored],
    );
    let baseline = text(&at("evaluation").join("evaluation.json"));
    let done = run_in(
        &root(),
        &["gate", "data/gate/mixed_night.toml", "--run", &text(&worse), "--baseline", &baseline],
    );
    assert_eq!(done.code, 2, "flips cannot be required of it: {}", done.err);
}

#[test]
fn evaluations_repeat_byte_by_byte_and_bad_questions_are_answered() {
    let scratch = tempfile::tempdir().expect("temp");
    let (night, _, _) = demo(&scratch.path().join("runs"));
    let labels = "data/gate/mixed_night.labels.csv";
    let run = text(&night);
    let out = |name: &str| text(&scratch.path().join(name));
    for name in ["one", "two"] {
        ok(&root(), &["evaluate", &run, "--labels", labels, "--capacity", "30", "--out", &out(name)]);
    }
    assert_eq!(files(Path::new(&out("one"))), files(Path::new(&out("two"))));
    let json: serde_json::Value =
        serde_json::from_str(&files(Path::new(&out("one")))["evaluation.json"]).expect("json");
    assert_eq!(json["_about"]["simulated"], true);
    assert!(json["threshold.alerts"]["value"].as_f64().expect("a number") <= 30.0);
    assert!(json["recall_at_review[persona=vendor]"]["unit"].as_str().expect("a unit").contains("SIMULATED"));
    fs::write(scratch.path().join("others.csv"), "account,label\nx,abuse\ny,innocent\n").expect("written");
    fs::write(
        scratch.path().join("typo.toml"),
        "name = \"g\"\nlabels = \"x\"\n[[require]]\nmetric = \"recal_at_review\"\nat_least = 1\n",
    )
    .expect("written");
    let others = out("others.csv");
    let cases: &[(&[&str], i32, &str)] = &[
        (&["evaluate", &run], 2, "--labels"),
        (
            &["evaluate", &run, "--labels", labels, "--positive", "abuze", "--negative", "innocent"],
            2,
            "did you mean abuse?",
        ),
        (&["evaluate", &run, "--labels", labels, "--by", "persno"], 2, "did you mean persona?"),
        (&["evaluate", &run, "--labels", labels, "--score", "automaton"], 2, "did you mean automation?"),
        (&["evaluate", &run, "--labels", labels, "--score", "log_odds"], 3, "no model has scored it"),
        (&["evaluate", &run, "--labels", labels, "--at", "revue"], 2, "did you mean review?"),
        (&["evaluate", &run, "--labels", labels, "--capacity", "3", "--max-fpr", "0.1"], 2, "one of"),
        (&["evaluate", &run, "--labels", labels, "--min-precision", "0.9"], 2, "--base-rate"),
        (
            &["evaluate", &run, "--labels", &others, "--positive", "abuse", "--negative", "innocent"],
            3,
            "none of the 2 labeled",
        ),
        (&["evaluate", "nowhere", "--labels", labels], 3, "nowhere is no run folder"),
        (
            &["gate", &out("typo.toml"), "--run", &run, "--labels", labels],
            2,
            "did you mean recall_at_review?",
        ),
        (
            &["backtest", "nowhere", "--from", "2022-05-28", "--to", "2022-05-29", "--labels", labels],
            2,
            "nowhere is no project file",
        ),
        (
            &[
                "backtest",
                "data/scenarios/mixed_night",
                "--from",
                "2022-05-30",
                "--to",
                "2022-05-29",
                "--labels",
                labels,
            ],
            2,
            "--to lies before",
        ),
    ];
    for (args, code, says) in cases {
        let done = run_in(&root(), args);
        assert_eq!(done.code, *code, "{args:?}: {}", done.err);
        assert!(done.err.contains(says), "{args:?}: {}", done.err);
    }
}

#[test]
fn runs_under_different_keys_are_not_compared() {
    let scratch = tempfile::tempdir().expect("temp");
    let (night, _, _) = demo(&scratch.path().join("runs"));
    let other = scratch.path().join("other");
    fs::create_dir(&other).expect("made");
    for file in fs::read_dir(&night).expect("run").flatten() {
        fs::copy(file.path(), other.join(file.file_name())).expect("copied");
    }
    let manifest = fs::read_to_string(other.join("manifest.json")).expect("manifest");
    let keyed = manifest.replacen("\"key_id\": null", "\"key_id\": \"0a1b2c3d\"", 1);
    fs::write(other.join("manifest.json"), keyed).expect("written");
    let done = run_in(&root(), &["compare", &text(&night), &text(&other)]);
    assert_eq!(done.code, 3, "{}", done.err);
    assert!(
        done.err.contains("read under different keys") && done.err.contains("key 0a1b2c3d"),
        "{}",
        done.err
    );
}

#[test]
fn a_replay_of_nights_finds_abuse_when_it_was_there_to_be_found() {
    let scratch = tempfile::tempdir().expect("temp");
    let out = scratch.path().join("replay");
    let labels = "data/gate/mixed_night.labels.csv";
    let scenario = "data/scenarios/mixed_night";
    let span = ["--from", "2022-05-25", "--to", "2022-05-28", "--labels", labels, "--out", &text(&out)];
    let shown = ok(&root(), &[&["backtest", scenario][..], &span[..]].concat());
    assert!(
        shown.starts_with("SIMULATED: backtest of mixed_night, nights 2022-05-25 to 2022-05-28"),
        "{shown}"
    );
    let all = files(&out);
    let line = |account: &str| {
        let row = all["found.csv"]
            .lines()
            .find(|l| l.starts_with(&format!("{account},")))
            .unwrap_or_default()
            .to_owned();
        row.split(',').map(str::to_owned).collect::<Vec<_>>()
    };
    // The burst was on 26 May at nine: the night that ends at the next midnight finds it, and none before.
    let burst = line("sim_burst");
    assert_eq!(burst[3], "2022-05-27T00:00:00Z", "{burst:?}");
    let json: serde_json::Value = serde_json::from_str(&all["backtest.json"]).expect("json");
    assert_eq!(
        (json["nights"]["value"].as_f64(), json["_about"]["simulated"].as_bool()),
        (Some(4.0), Some(true))
    );
    assert_eq!(json["innocents_ever_flagged"]["value"], 0.0);
    assert!(json["never_found"]["n"].as_u64().expect("a number") < 62, "who begins later is left out");
}

#[test]
fn gate_labels_agree_with_what_the_scenario_expects() {
    let at = |name: &str| fs::read_to_string(root().join(name)).expect("readable");
    let card = ScenarioCard::parse(&at("data/scenarios/mixed_night/scenario.toml")).expect("a card");
    let labels = at("data/gate/mixed_night.labels.csv");
    let rows: Vec<Vec<&str>> = labels.lines().skip(1).map(|l| l.split(',').collect()).collect();
    let mut checked = 0;
    for expect in &card.expect {
        let is = |name: &str| {
            expect.account.as_deref() == Some(name)
                || expect.accounts_prefix.as_deref().is_some_and(|p| name.starts_with(p))
        };
        let innocent = expect.verdict_at_most.as_deref() == Some("watch");
        let found = expect.verdict.is_some() || expect.verdict_at_least.is_some();
        for row in rows.iter().filter(|r| is(r[0])) {
            checked += 1;
            assert!(!innocent || row[1] == "innocent", "{row:?}");
            assert!(!found || row[1] == "abuse", "{row:?}");
        }
        let operator = expect.operator.is_some();
        assert!(operator || rows.iter().any(|r| is(r[0])), "{:?} has a label", expect.because);
    }
    assert!(400 < checked, "{checked}");
}
