//! `gate GATE.toml`: hold a run against declared metrics, and end with 1 when one is missed.
//! In: a gate file, a run, labels, perhaps a baseline; out: a sheet, `gate.junit.xml`, `gate.md` and `metrics.json`.
//! Chooses no requirement and never passes by measuring nothing.

use super::args::Flags;
use super::baseline::{self, rules_of};
use super::compare::{differences, same_keys};
use super::evaluate::{json_of, put, show};
use super::evaluation_args::Values;
use super::published::Published;
use super::{Failure, terminal};
use crate::domain::ErrorClass;
use crate::evaluate::{
    Cases, Flip, Gate, GateResult, Labels, Measure, Measures, Question, Score, compare, confidence_key,
    evaluate, hold, verdict_of,
};
use crate::report::{flat_numbers, gate_sheet, junit, read_measures};
use serde_json::json;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Runs the command.
pub fn run(flags: &Flags) -> Result<(), Failure> {
    let values = Values(flags);
    let path = Path::new(flags.subject.as_deref().unwrap_or_default());
    let text = std::fs::read_to_string(path)
        .map_err(|e| Failure::usage(format!("gate {}: {}", path.display(), e.to_string().to_lowercase())))?;
    let gate = Gate::parse(&text)?;
    let beside = |name: &String| path.parent().unwrap_or(Path::new(".")).join(name);
    let labels = values.labels(gate.labels.as_ref().map(beside).as_deref(), gate.words.as_ref())?;
    let run = flags
        .run
        .as_deref()
        .ok_or_else(|| Failure::usage("name the run to hold against the gate with --run"))?;
    let run = Published::read(run)?;
    let score = Score::parse(&gate.score)?;
    let cases = run.cases(&labels, &score, &gate.by)?;
    let baseline = values.get("baseline").map(PathBuf::from).or(gate.baseline.as_ref().map(beside));
    let held = Held { gate: &gate, run: &run, cases: &cases, labels: &labels, score: &score };
    let (measures, flips, notes) = held.measures(baseline.as_deref())?;
    let results = hold(&gate, &measures)?;
    let failed = results.iter().filter(|r| r.fails()).count();
    // Flips are told where something failed; a passing gate is short.
    let flips = if 0 < failed { flips } else { Vec::new() };
    write(&values, &held, &measures, &results, &flips, &notes)?;
    if failed == 0 {
        return Ok(());
    }
    let problem = format!("gate {}: {failed} of {} requirements failed", gate.name, results.len());
    Err(Failure::new(ErrorClass::GateFailed, problem))
}

/// A gate with what it is held against.
struct Held<'a> {
    gate: &'a Gate,
    run: &'a Published,
    cases: &'a Cases,
    labels: &'a Labels,
    score: &'a Score,
}

/// Measures by confidence, flips, notes.
type Measured = (BTreeMap<String, Measures>, Vec<Flip>, Vec<String>);

impl Held<'_> {
    fn measures(&self, baseline: Option<&Path>) -> Result<Measured, Failure> {
        let at = verdict_of(&self.gate.at)?;
        let (mut all, mut flips, mut notes) = (BTreeMap::new(), Vec::new(), Vec::new());
        let beside = baseline.map(|path| self.baseline(path, &mut notes)).transpose()?;
        for confidence in self.gate.confidences() {
            let question = Question { at, confidence, ..Question::default() };
            let mut measures = evaluate(self.cases, &question)?.measures;
            match &beside {
                Some(Baseline::Accounts(cases, rules)) => {
                    let before = |name: &str| rules.get(name).cloned().unwrap_or_default();
                    // A baseline holds labeled accounts only, so only those are compared.
                    let now = Cases { accounts: labeled(self.cases), ..self.cases.clone() };
                    let after = |name: &str| rules_of(self.run, name);
                    let compared = compare((cases, &before), (&now, &after), at, confidence);
                    measures.extend(compared.measures);
                    flips = compared.flips;
                }
                Some(Baseline::Measures(stored)) => measures.extend(unpaired(&measures, stored)),
                None => {}
            }
            all.insert(confidence_key(confidence), measures);
        }
        Ok((all, flips, notes))
    }

    fn baseline(&self, path: &Path, notes: &mut Vec<String>) -> Result<Baseline, Failure> {
        if path.is_dir() {
            let first = Published::read(path)?;
            same_keys(&first, self.run)?;
            notes.extend(differences(&first, self.run));
            let cases = first.cases(self.labels, self.score, &["label".to_owned()])?;
            let rules =
                cases.accounts.iter().map(|c| (c.account.clone(), rules_of(&first, &c.account))).collect();
            let cases = Cases { accounts: labeled(&cases), ..cases };
            return Ok(Baseline::Accounts(cases, rules));
        }
        if path.extension().is_some_and(|e| e == "json") {
            let text = std::fs::read_to_string(path).map_err(|e| {
                Failure::usage(format!("baseline {}: {}", path.display(), e.to_string().to_lowercase()))
            })?;
            let stored = read_measures(&text)
                .map_err(|e| Failure::new(ErrorClass::Input, format!("baseline {}: {e}", path.display())))?;
            notes.push("the baseline holds no accounts: differences are unpaired and have no bounds, and no flip is told".to_owned());
            return Ok(Baseline::Measures(stored));
        }
        let (cases, rules) = baseline::read(path, self.labels, self.score)?;
        Ok(Baseline::Accounts(cases, rules))
    }
}

/// What a run is compared with.
enum Baseline {
    Accounts(Cases, baseline::Rules),
    Measures(Measures),
}

fn labeled(cases: &Cases) -> Vec<crate::evaluate::Case> {
    cases.accounts.iter().filter(|c| c.truth.is_some()).cloned().collect()
}

/// Values minus stored values, without bounds: which accounts stand behind both is not known.
fn unpaired(now: &Measures, stored: &Measures) -> Measures {
    let of = |(name, m): (&String, &Measure)| {
        let value = m.value.zip(stored.get(name)?.value).map(|(now, then)| now - then);
        let unit = format!("unpaired difference from the baseline; {}", m.unit);
        Some((format!("unpaired.{name}"), Measure::with_bounds(value, m.n, None, &unit)))
    };
    now.iter().filter_map(of).collect()
}

fn write(
    values: &Values,
    held: &Held,
    measures: &BTreeMap<String, Measures>,
    results: &[GateResult],
    flips: &[Flip],
    notes: &[String],
) -> Result<(), Failure> {
    let simulated = held.cases.simulated;
    let failed = results.iter().any(GateResult::fails);
    let mark = if simulated { "SIMULATED: " } else { "" };
    let word = if failed { "FAILED" } else { "passed" };
    let title = format!("{mark}gate {} {word}: run {}", held.gate.name, held.run.id());
    let sheet = gate_sheet(&title, results, flips, notes.to_vec());
    let json = json!({
        "schema": "gate 1", "gate": held.gate.name, "simulated": simulated, "run": held.run.id(), "passed": !failed,
        "results": results, "flips": flips, "notes": notes,
    });
    let json = json_of(serde_json::to_string_pretty(&json))? + "\n";
    if let Some(folder) = values.get("into").map(Path::new) {
        std::fs::create_dir_all(folder)?;
        let suite = format!("{mark}{}", held.gate.name);
        put(&folder.join("gate.junit.xml"), &junit(&suite, results, flips)?)?;
        put(&folder.join("gate.md"), &sheet.markdown())?;
        put(&folder.join("gate.json"), &json)?;
        let mut flat = measures.values().next().map(flat_numbers).unwrap_or_default();
        flat.insert("gate.failed".to_owned(), results.iter().filter(|r| r.fails()).count() as f64);
        flat.insert("gate.requirements".to_owned(), results.len() as f64);
        flat.insert("simulated".to_owned(), f64::from(u8::from(simulated)));
        put(&folder.join("metrics.json"), &(json_of(serde_json::to_string_pretty(&flat))? + "\n"))?;
    }
    if values.0.json { Ok(terminal::json(&json)?) } else { show(&sheet) }
}
