//! An evaluation as files: a flat JSON of measures, and a sheet for people.
//! In: measures, notes and what they are of; out: `evaluation.json` with sorted keys, tables with n and bounds.
//! Computes no measure.

use super::sheet::{Block, Cell, Sheet};
use crate::decision::Verdict;
use crate::evaluate::{Evaluation, Measure, Measures};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// What an evaluation is of.
#[derive(Debug, Clone, Serialize)]
pub struct About {
    /// Schema of the file.
    pub schema: &'static str,
    /// Id of the run.
    pub run: String,
    /// Whether its log was simulated.
    pub simulated: bool,
    /// End of its window.
    pub as_of: String,
    /// Name of the labels file.
    pub labels: String,
    /// What orders the accounts.
    pub score: String,
    /// From which verdict on an account counts as flagged.
    pub at: String,
    /// Of each one-sided bound.
    pub confidence: f64,
}

/// Key of what is no measure; it sorts before all that are.
pub const ABOUT: &str = "_about";

/// `evaluation.json`: name to value, n, bounds and unit, keys sorted; what it is of stands under `_about`.
pub fn evaluation_json(measures: &Measures, about: &impl Serialize) -> Result<String, serde_json::Error> {
    let mut all = Map::new();
    all.insert(ABOUT.to_owned(), serde_json::to_value(about)?);
    for (name, measure) in measures {
        all.insert(name.clone(), serde_json::to_value(measure)?);
    }
    Ok(serde_json::to_string_pretty(&Value::Object(all))? + "\n")
}

/// Reads the measures of an `evaluation.json` back.
pub fn read_measures(text: &str) -> Result<Measures, serde_json::Error> {
    let mut all: Map<String, Value> = serde_json::from_str(text)?;
    all.remove(ABOUT);
    all.into_iter().map(|(name, value)| Ok((name, serde_json::from_value(value)?))).collect()
}

/// Flat numbers, as any metrics diff reads them: the value under the name, bounds and n below it.
pub fn flat_numbers(measures: &Measures) -> std::collections::BTreeMap<String, f64> {
    let mut flat = std::collections::BTreeMap::new();
    for (name, m) in measures {
        flat.insert(format!("{name}.n"), m.n as f64);
        let parts = [(String::new(), m.value), (".low".to_owned(), m.low), (".high".to_owned(), m.high)];
        flat.extend(parts.into_iter().filter_map(|(end, value)| Some((format!("{name}{end}"), value?))));
    }
    flat
}

/// A number as people read it.
pub fn shown(x: f64) -> String {
    match x.abs() {
        0.0 => "0".to_owned(),
        a if a < 0.001 => format!("{x:.1e}"),
        a if a < 1000.0 && x.fract() != 0.0 => format!("{x:.3}"),
        _ => format!("{x:.0}"),
    }
}

/// A measure with its bounds and its number.
pub fn told(m: Option<&Measure>) -> String {
    let Some(m) = m else { return "-".to_owned() };
    let end = |x: Option<f64>| x.map_or_else(|| "?".to_owned(), shown);
    let Some(value) = m.value.map(shown) else { return format!("not defined (n {})", m.n) };
    match (m.low, m.high) {
        (None, None) => format!("{value} (n {})", m.n),
        (low, high) => format!("{value} ({} to {}, n {})", end(low), end(high), m.n),
    }
}

/// The sheet.
pub fn evaluation_sheet(evaluation: &Evaluation, about: &About) -> Sheet {
    let m = &evaluation.measures;
    let mark = if about.simulated { "SIMULATED: " } else { "" };
    let title = format!("{mark}evaluation of run {} against {}", about.run, about.labels);
    let of = |name: &str| told(m.get(name));
    let n = |name: &str| m.get(name).map_or(0, |m| m.n);
    let accounts = format!(
        "{} account-nights until {}, {} labeled: {} positive, {} negative; score: {}; in brackets one-sided {} % bounds and n",
        n("accounts.in_run"),
        about.as_of,
        n("accounts.positive") + n("accounts.negative"),
        n("accounts.positive"),
        n("accounts.negative"),
        about.score,
        about.confidence * 100.0
    );
    let ranking = vec![
        vec!["AUROC".into(), of("auroc").into()],
        vec!["average precision".into(), of("average_precision").into()],
    ];
    let mut blocks = vec![
        Block::lines("Accounts", vec![accounts]),
        Block::table("Ranking", &["measure", "value"], ranking),
        by_verdict(m),
        by_fpr(m),
        threshold(evaluation),
        slices(m, &about.at),
        worst(m),
        paper(m),
        calibration(m),
    ];
    blocks.push(Block::lines("Notes", evaluation.notes.clone()));
    Sheet { title, blocks }
}

fn by_verdict(m: &Measures) -> Block {
    let row = |v: Verdict| -> Vec<Cell> {
        let of = |what: &str| Cell::from(told(m.get(&what.replace("{v}", v.word()))));
        let base =
            |base: &str| {
                let name = format!("precision_at_{}.base_{base}", v.word());
                // Without a false hit the value is one whatever the base rate; what is shown is the lower bound.
                let both = m.get(&name).and_then(|m| Some((m.value?, m.low?)));
                Cell::from(both.map_or_else(
                    || "-".to_owned(),
                    |(x, low)| format!("{}, at least {}", shown(x), shown(low)),
                ))
            };
        vec![
            v.word().into(),
            of("recall_at_{v}"),
            of("fpr_at_{v}"),
            of("precision_at_{v}"),
            base("0.03pct"),
            base("0.13pct"),
            base("1pct"),
        ]
    };
    let head = [
        "verdict or worse",
        "share of positives",
        "share of negatives",
        "precision in labels",
        "at 0.03 %",
        "at 0.13 %",
        "at 1 %",
    ];
    let rows = Verdict::ALL.into_iter().skip(1).map(row).collect();
    Block::table("Verdicts", &head, rows).with_line(
        "precision at a base rate is projected from both shares; its bounds are in evaluation.json",
    )
}

fn by_fpr(m: &Measures) -> Block {
    let row = |at: &str| -> Vec<Cell> {
        let of = |what: &str| Cell::from(told(m.get(&format!("{what}_at_fpr_{at}"))));
        vec![at.into(), of("recall"), of("precision"), of("fpr")]
    };
    let head = ["FPR at most", "recall", "precision in labels", "FPR there"];
    Block::table("Score at a false-positive rate", &head, ["1e-2", "1e-3", "1e-4"].map(row).to_vec())
}

fn threshold(evaluation: &Evaluation) -> Block {
    let Some(chosen) = &evaluation.threshold else { return Block::default() };
    let of = |name: &str| Cell::from(told(evaluation.measures.get(&format!("threshold.{name}"))));
    let rows = vec![
        vec!["enters from score".into(), shown(chosen.enter).into()],
        vec!["leaves below score".into(), shown(chosen.leave).into()],
        vec!["accounts flagged a night".into(), of("alerts")],
        vec!["recall".into(), of("recall")],
        vec!["false-positive rate".into(), of("fpr")],
        vec!["precision".into(), of("precision")],
    ];
    Block { lines: chosen.notes.clone(), ..Block::table("Threshold", &["what", "value"], rows) }
}

fn slices(m: &Measures, at: &str) -> Block {
    let inside = |name: &str, kind: &str| -> Option<String> {
        Some(name.strip_prefix(&format!("{kind}_at_{at}["))?.strip_suffix(']')?.to_owned())
    };
    let names: BTreeSet<String> =
        m.keys().filter_map(|name| inside(name, "recall").or_else(|| inside(name, "fpr"))).collect();
    let row = |slice: String| -> Vec<Cell> {
        let of = |kind: &str| Cell::from(told(m.get(&format!("{kind}_at_{at}[{slice}]"))));
        vec![Cell::Name(slice.clone()), of("recall"), of("fpr")]
    };
    let head = ["slice", "share of positives", "share of negatives"];
    Block::table(&format!("At {at} or worse, by slice"), &head, names.into_iter().map(row).collect())
        .with_line("by stage: flagged with a first reason of that stage")
}

fn worst(m: &Measures) -> Block {
    let worst = m.iter().filter(|(name, _)| name.starts_with("worst_fpr_ratio_at_"));
    let rows = worst
        .map(|(name, measure)| {
            let unit = measure.unit.clone();
            vec![Cell::Name(name.clone()), told(Some(measure)).into(), Cell::Name(unit)]
        })
        .collect();
    Block::table("Worst slice", &["dimension", "ratio", "unit"], rows)
}

fn paper(m: &Measures) -> Block {
    let rows = vec![
        vec![
            "found at registration".into(),
            told(m.get("flagged_at_registration")).into(),
            "about 0.2".into(),
        ],
        vec![
            "without a recent user report".into(),
            told(m.get("flagged_without_recent_report")).into(),
            "above 0.75".into(),
        ],
    ];
    Block::table("The white paper's measures, of all flagged", &["share", "here", "paper [V]"], rows).with_line(
        "here: the first reason's stage is registration; no report in the run's window, where the log has feedback. \
         The paper counts bans over three months and defines neither word; these definitions are ours [S]",
    )
}

fn calibration(m: &Measures) -> Block {
    let is = |name: &str| {
        ["brier", "log_loss", "calibration_", "observed_over"].iter().any(|s| name.starts_with(s))
    };
    let rows = m.iter().filter(|(name, _)| is(name));
    let rows = rows.map(|(name, m)| vec![Cell::Name(name.clone()), told(Some(m)).into()]).collect();
    Block::table("Calibration", &["measure", "value"], rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_come_back_and_keys_are_sorted() {
        let measures = Measures::from([
            ("b".to_owned(), Measure::with_bounds(Some(0.5), 4, Some((0.1, f64::INFINITY)), "share")),
            ("a".to_owned(), Measure::with_bounds(None, 0, None, "share")),
        ]);
        let text = evaluation_json(&measures, &serde_json::json!({"simulated": true})).expect("renders");
        let places: Vec<usize> =
            ["\"_about\"", "\"a\"", "\"b\""].map(|k| text.find(k).expect("there")).to_vec();
        assert!(places.is_sorted());
        assert_eq!(read_measures(&text).expect("reads"), measures);
        let flat = flat_numbers(&measures);
        assert_eq!(flat.keys().collect::<Vec<_>>(), ["a.n", "b", "b.low", "b.n"]);
    }

    #[test]
    fn numbers_as_people_read_them() {
        assert_eq!([0.0, 0.00012, 0.5, 12.0, 0.92655].map(shown), ["0", "1.2e-4", "0.500", "12", "0.927"]);
        let m = Measure::with_bounds(Some(0.5), 4, Some((0.1, f64::INFINITY)), "share");
        assert_eq!(told(Some(&m)), "0.500 (0.100 to ?, n 4)");
        assert_eq!(
            (told(None).as_str(), told(Some(&Measure::with_bounds(None, 0, None, "")))),
            ("-", "not defined (n 0)".to_owned())
        );
    }
}
