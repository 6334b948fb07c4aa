//! The simulated scenarios: every expectation is an inequality with its reason, held against a real scan.
//! In: `data/scenarios/*`; out: a failure that names scenario, account, expectation and what was found.
//! Knows the published files only, as an analyst does.

use super::program::{ok, root, run_folder};
use bulkwatch::report::{AccountRow, PublishedRun, read_run};
use bulkwatch::simulate::{Expect, ScenarioCard};
use std::fs;
use std::path::{Path, PathBuf};

const LADDER: [&str; 5] = ["no_finding", "watch", "review", "abuse_high", "abuse_certain"];
const TABLES: [&str; 11] = [
    "messages",
    "accounts",
    "registrations",
    "group_events",
    "feedback",
    "enforcement",
    "off_platform",
    "sanctioned",
    "contacts",
    "groups",
    "operators",
];

fn rung(verdict: &str) -> usize {
    LADDER.iter().position(|v| *v == verdict).unwrap_or_else(|| panic!("unknown verdict {verdict}"))
}

fn scan(folder: &Path, card: &ScenarioCard, population: Option<&Path>, out: &Path) -> PathBuf {
    let mut args: Vec<String> = vec!["scan".into(), "--quiet".into()];
    for table in TABLES {
        let file =
            ["csv", "csv.gz"].map(|e| folder.join(format!("{table}.{e}"))).into_iter().find(|p| p.exists());
        if let Some(file) = file {
            args.extend([format!("--{}", table.replace('_', "-")), file.to_string_lossy().into_owned()]);
        }
    }
    for (flag, value) in [("--from", &card.from), ("--to", &card.to), ("--log-start", &card.log_start)] {
        args.extend([flag.to_owned(), value.clone()]);
    }
    if let Some(population) = population {
        args.extend(["--population".to_owned(), population.to_string_lossy().into_owned()]);
    }
    args.extend(["--out".to_owned(), out.to_string_lossy().into_owned()]);
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    ok(&root(), &args);
    run_folder(out)
}

/// What the results say of one account; an account without a row has said nothing.
struct Found<'a> {
    row: Option<&'a AccountRow>,
    reasons: Vec<String>,
    mitigations: Vec<String>,
}

impl<'a> Found<'a> {
    fn of(run: &'a PublishedRun, codes: &Codes, account: &str) -> Self {
        let row = run.accounts.iter().find(|a| a.name == account);
        let (reasons, mitigations) = codes.of(account);
        Self { row, reasons, mitigations }
    }

    fn verdict(&self) -> &str {
        self.row.map_or("no_finding", |r| r.verdict.as_str())
    }

    fn scores(&self) -> [f64; 3] {
        self.row.map_or([0.0; 3], |r| [r.automation, r.broadcast, r.unsolicited])
    }
}

/// All codes of `scores.parquet`, shown reasons or not.
struct Codes(Vec<(String, Vec<String>, Vec<String>)>);

impl Codes {
    fn read(folder: &Path) -> Self {
        let table = bulkwatch::table_io::read_parquet(&folder.join("scores.parquet")).expect("scores");
        let column = |name: &str| -> Vec<String> {
            table.texts(name).expect("column").iter().map(|v| v.clone().unwrap_or_default()).collect()
        };
        let list = |text: &String| text.split(',').filter(|c| !c.is_empty()).map(str::to_owned).collect();
        let (names, reasons, mitigations) =
            (column("account"), column("reason_codes"), column("mitigation_codes"));
        Self(
            names
                .into_iter()
                .zip(reasons.iter().map(list))
                .zip(mitigations.iter().map(list))
                .map(|((name, reasons), mitigations)| (name, reasons, mitigations))
                .collect(),
        )
    }

    fn of(&self, account: &str) -> (Vec<String>, Vec<String>) {
        self.0
            .iter()
            .find(|(name, _, _)| name == account)
            .map(|(_, reasons, mitigations)| (reasons.clone(), mitigations.clone()))
            .unwrap_or_default()
    }
}

fn subjects(expect: &Expect, run: &PublishedRun) -> Vec<String> {
    let lower = expect.verdict_at_least.is_some() || expect.reason.is_some();
    match (&expect.account, &expect.accounts_prefix) {
        (Some(account), _) => vec![account.clone()],
        (None, Some(prefix)) => {
            let named = |name: &str| {
                name.strip_prefix(prefix.as_str())
                    .is_some_and(|rest| !lower || rest.chars().all(|c| c.is_ascii_digit()))
            };
            let all: Vec<String> =
                run.accounts.iter().map(|a| a.name.clone()).filter(|name| named(name)).collect();
            assert!(!all.is_empty(), "no account begins with {prefix}");
            all
        }
        (None, None) => Vec::new(),
    }
}

/// What is broken of an expectation, in words.
fn broken(expect: &Expect, found: &Found, run: &PublishedRun, codes: &Codes) -> Vec<String> {
    let mut out = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            out.push(what);
        }
    };
    let verdict = rung(found.verdict());
    let exactly = |v: &String| verdict == rung(v);
    check(
        expect.verdict.as_ref().is_none_or(exactly),
        format!("verdict {}, expected {:?}", found.verdict(), expect.verdict),
    );
    check(
        expect.verdict_at_least.as_ref().is_none_or(|v| rung(v) <= verdict),
        format!("verdict {} below {:?}", found.verdict(), expect.verdict_at_least),
    );
    check(
        expect.verdict_at_most.as_ref().is_none_or(|v| verdict <= rung(v)),
        format!("verdict {} above {:?}", found.verdict(), expect.verdict_at_most),
    );
    let finding = found.row.map_or("none", |r| r.finding.as_str());
    check(
        expect.finding.as_ref().is_none_or(|f| f == finding),
        format!("finding {finding}, expected {:?}", expect.finding),
    );
    let state = found.row.map_or("absent", |r| r.state.as_str());
    check(
        expect.state.as_ref().is_none_or(|s| s == state),
        format!("state {state}, expected {:?}", expect.state),
    );
    let bounds = [
        ("automation", expect.automation_at_least, expect.automation_at_most),
        ("broadcast", expect.broadcast_at_least, expect.broadcast_at_most),
        ("unsolicited", expect.unsolicited_at_least, expect.unsolicited_at_most),
    ];
    for ((name, least, most), score) in bounds.into_iter().zip(found.scores()) {
        check(least.is_none_or(|l| l <= score), format!("{name} {score:.3} below {least:?}"));
        check(most.is_none_or(|m| score <= m), format!("{name} {score:.3} above {most:?}"));
    }
    check(
        expect.reason.as_ref().is_none_or(|c| found.reasons.contains(c)),
        format!("no reason {:?} among {:?}", expect.reason, found.reasons),
    );
    check(
        expect.no_reason.as_ref().is_none_or(|c| !found.reasons.contains(c)),
        format!("reason {:?} fired", expect.no_reason),
    );
    check(
        expect.mitigation.as_ref().is_none_or(|c| found.mitigations.contains(c)),
        format!("no mitigation {:?} among {:?}", expect.mitigation, found.mitigations),
    );
    if let Some(twin) = &expect.not_below {
        let twin = Found::of(run, codes, twin);
        check(
            rung(twin.verdict()) <= verdict,
            format!("verdict {} below its twin's {}", found.verdict(), twin.verdict()),
        );
        for (own, other) in found.scores().into_iter().zip(twin.scores()) {
            check(other <= own + 1e-12, format!("sub-score {own:.4} below its twin's {other:.4}"));
        }
    }
    let outside = found.row.is_some_and(|r| r.off_platform_n > 0.0);
    check(
        expect.off_platform.is_none_or(|o| o == outside),
        format!("off-platform evidence attached: {outside}"),
    );
    out
}

fn operator_broken(expect: &Expect, operator: &str, folder: &Path) -> Vec<String> {
    let text = fs::read_to_string(folder.join("off_platform.ndjson")).unwrap_or_default();
    let lines: Vec<serde_json::Value> =
        text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect();
    let Some(line) = lines.iter().find(|l| l["subject"] == operator) else {
        return vec![format!("no off-platform decision on {operator}")];
    };
    let n = line["accounts"].as_array().map_or(0, Vec::len);
    let wrong = expect.operator_accounts.is_some_and(|wanted| wanted as usize != n);
    if wrong { vec![format!("{n} accounts, expected {:?}", expect.operator_accounts)] } else { Vec::new() }
}

pub fn population(scratch: &Path) -> PathBuf {
    let folder = root().join("data/scenarios/_population");
    let card = card(&folder);
    let run = scan(&folder, &card, None, &scratch.join("earlier"));
    let path = scratch.join("population.json");
    ok(&root(), &["population", &run.to_string_lossy(), "--simulated", "--write", &path.to_string_lossy()]);
    path
}

fn card(folder: &Path) -> ScenarioCard {
    let text = fs::read_to_string(folder.join("scenario.toml")).expect("scenario.toml");
    ScenarioCard::parse(&text).expect("a scenario card")
}

#[test]
fn every_scenario_keeps_its_expectations() {
    let scratch = tempfile::tempdir().expect("temp");
    let population = population(scratch.path());
    let mut folders: Vec<PathBuf> = fs::read_dir(root().join("data/scenarios"))
        .expect("scenarios")
        .flatten()
        .map(|e| e.path())
        .filter(|p| p.join("scenario.toml").is_file())
        .collect();
    folders.sort();
    assert!(30 <= folders.len());
    let (mut failures, mut checked) = (Vec::new(), 0);
    for folder in folders {
        let card = card(&folder);
        if card.expect.is_empty() {
            continue;
        }
        assert!(card.simulated, "{} must be marked as simulated", card.name);
        let profile = card.population.as_ref().map(|_| population.as_path());
        let run_folder = scan(&folder, &card, profile, &scratch.path().join(&card.name));
        let run = read_run(&run_folder).expect("a published run");
        let codes = Codes::read(&run_folder);
        for expect in &card.expect {
            checked += 1;
            if let Some(operator) = &expect.operator {
                failures.extend(
                    operator_broken(expect, operator, &run_folder)
                        .into_iter()
                        .map(|b| format!("{}: {operator}: {b}", card.name)),
                );
                continue;
            }
            for account in subjects(expect, &run) {
                let found = Found::of(&run, &codes, &account);
                for what in broken(expect, &found, &run, &codes) {
                    failures.push(format!(
                        "{}: {account}: {what} [{}] reasons {:?}",
                        card.name, expect.because, found.reasons
                    ));
                }
            }
        }
    }
    assert!(120 <= checked, "only {checked} expectations were checked");
    assert!(
        failures.is_empty(),
        "{} of {checked} expectations broken:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn every_verdict_finding_and_state_occurs_in_the_mixed_night() {
    let scratch = tempfile::tempdir().expect("temp");
    let population = population(scratch.path());
    let folder = root().join("data/scenarios/mixed_night");
    let place = scan(&folder, &card(&folder), Some(&population), &scratch.path().join("night"));
    let run = read_run(&place).expect("run");
    for verdict in LADDER {
        assert!(run.accounts.iter().any(|a| a.verdict == verdict), "nobody is at {verdict}");
    }
    for state in ["scored", "insufficient", "sanctioned"] {
        assert!(run.accounts.iter().any(|a| a.state == state), "nobody is {state}");
    }
    assert!(run.accounts.iter().any(|a| a.finding == "broadcast_policy"));
    let lapsed = run.accounts.iter().find(|a| a.name == "sim_service_lapsed").expect("judged");
    assert!(lapsed.notes.contains("expired on 2022-05-23: renew or end"), "{}", lapsed.notes);
    let queue = fs::read_to_string(place.join("review_queue.csv")).expect("queue");
    assert!(queue.lines().next().is_some_and(|head| head.contains(",notes,off_platform_n,")), "{queue}");
    let metrics = fs::read_to_string(place.join("metrics.json")).expect("metrics");
    let metrics: std::collections::BTreeMap<String, f64> = serde_json::from_str(&metrics).expect("numbers");
    let rungs: f64 = LADDER.iter().map(|v| metrics[&format!("accounts.{v}")]).sum();
    assert_eq!(rungs, metrics["accounts.all"], "nobody stands on two rungs");
    let of = |part: &str| metrics[&format!("accounts.no_finding.{part}")];
    let parts = of("judged") + of("insufficient") + of("sanctioned");
    assert_eq!(parts, metrics["accounts.no_finding"], "and the parts of a rung are the rung");
    assert!(!metrics.contains_key("accounts.insufficient"), "a part is no rung");
}

#[test]
fn without_earlier_nights_soft_rules_stay_at_watch() {
    let scratch = tempfile::tempdir().expect("temp");
    let folder = root().join("data/scenarios/template_spam");
    let run = read_run(&scan(&folder, &card(&folder), None, &scratch.path().join("night"))).expect("run");
    let says = |r: &bulkwatch::report::ReasonRow| {
        r.statement.contains("earlier nights to compare with it stays at watch")
    };
    let mut said = 0;
    for account in &run.accounts {
        let reasons = run.reasons_of(&account.name);
        said += reasons.iter().copied().filter(|r| says(r)).count();
        if !reasons.is_empty() && reasons.iter().all(|r| says(r)) {
            assert!(rung(&account.verdict) <= rung("watch"), "{}: {}", account.name, account.verdict);
        }
    }
    assert!(0 < said, "a soft rule says that it has nothing to compare with");
}
