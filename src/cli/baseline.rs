//! A stored baseline: the labeled accounts of a run with verdict, scores and the rules that fired, small enough to commit.
//! In: a run and its labels, or the file; out: `accounts.csv`, or cases and rules to compare with.
//! Holds nothing but results: no recipient, no reporter, no event.

use super::Failure;
use super::published::Published;
use crate::domain::ErrorClass;
use crate::evaluate::{Cases, Labels, RuleValue, RunTables, Score};
use crate::table_io::Table;
use std::collections::BTreeMap;
use std::path::Path;

const TEXTS: [&str; 4] = ["account", "verdict", "state", "rules"];
const NUMBERS: [&str; 5] = ["automation", "broadcast", "unsolicited", "log_odds", "p_abuse"];

/// Rules that fired, by account.
pub type Rules = BTreeMap<String, Vec<RuleValue>>;

/// The rules that fired on an account of a run.
pub fn rules_of(run: &Published, account: &str) -> Vec<RuleValue> {
    let of = |r: &crate::report::ReasonRow| RuleValue {
        code: r.code.clone(),
        feature: r.feature.clone(),
        observed: r.observed,
    };
    run.run.reasons_of(account).into_iter().map(of).collect()
}

/// `accounts.csv` of the labeled accounts, in account order; the first line says whether the log was simulated.
pub fn render(run: &Published, cases: &Cases) -> Result<String, Failure> {
    let failed = |e: csv::Error| Failure::new(ErrorClass::Internal, e.to_string());
    let column = |name: &str| -> Result<Vec<Option<f64>>, Failure> {
        Ok(match run.scores.get(name) {
            None | Some(crate::table_io::Values::Text(_)) => vec![None; run.scores.rows()],
            Some(_) => run.scores.floats(name)?,
        })
    };
    let numbers: Vec<Vec<Option<f64>>> = NUMBERS.iter().map(|n| column(n)).collect::<Result<_, _>>()?;
    let states = run.scores.texts("state")?;
    let mut order: Vec<usize> =
        (0..cases.accounts.len()).filter(|i| cases.accounts[*i].truth.is_some()).collect();
    order.sort_by(|a, b| cases.accounts[*a].account.cmp(&cases.accounts[*b].account));
    let mut writer = csv::Writer::from_writer(Vec::new());
    let head = TEXTS[..3].iter().chain(&NUMBERS).chain(&TEXTS[3..]).copied().chain(["simulated"]);
    writer.write_record(head).map_err(failed)?;
    for i in order {
        let case = &cases.accounts[i];
        let rules: Vec<String> = rules_of(run, &case.account).iter().map(shown).collect();
        let mut cells = vec![case.account.clone(), case.verdict.word().to_owned()];
        cells.push(states[i].clone().unwrap_or_default());
        cells.extend(numbers.iter().map(|n| n[i].map_or_else(String::new, |x| x.to_string())));
        cells.extend([rules.join(" "), cases.simulated.to_string()]);
        writer.write_record(cells).map_err(failed)?;
    }
    let bytes = writer.into_inner().map_err(|e| Failure::new(ErrorClass::Internal, e.to_string()))?;
    String::from_utf8(bytes).map_err(|e| Failure::new(ErrorClass::Internal, e.to_string()))
}

fn shown(rule: &RuleValue) -> String {
    let observed = rule.observed.map_or_else(String::new, |x| x.to_string());
    format!("{}:{}={observed}", rule.code, rule.feature)
}

fn read_rule(text: &str) -> Option<RuleValue> {
    let (code, rest) = text.split_once(':')?;
    let (feature, observed) = rest.split_once('=')?;
    let observed = if observed.is_empty() { None } else { Some(observed.parse().ok()?) };
    Some(RuleValue { code: code.to_owned(), feature: feature.to_owned(), observed })
}

/// Reads a stored baseline beside labels.
pub fn read(path: &Path, labels: &Labels, score: &Score) -> Result<(Cases, Rules), Failure> {
    let shown = path.display().to_string();
    let refuse = |problem: String| Failure::new(ErrorClass::Input, format!("baseline {shown}{problem}"));
    let text =
        std::fs::read_to_string(path).map_err(|e| refuse(format!(": {}", e.to_string().to_lowercase())))?;
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let head = reader.headers().map_err(|e| refuse(format!(": {e}")))?.clone();
    let place = |name: &str| {
        head.iter().position(|h| h == name).ok_or_else(|| refuse(format!(" has no column {name}")))
    };
    let texts: Vec<usize> = TEXTS.iter().map(|n| place(n)).collect::<Result<_, _>>()?;
    let numbers: Vec<usize> = NUMBERS.iter().map(|n| place(n)).collect::<Result<_, _>>()?;
    let simulated_at = place("simulated")?;
    let mut columns: Vec<Vec<Option<String>>> = vec![Vec::new(); 3];
    let mut values: Vec<Vec<Option<f64>>> = vec![Vec::new(); NUMBERS.len()];
    let (mut rules, mut simulated) = (Rules::new(), false);
    for (row, record) in reader.records().enumerate() {
        let record = record.map_err(|e| refuse(format!(": {e}")))?;
        let cell = |at: usize| record.get(at).unwrap_or_default();
        let bad = |column: &str, at: usize| {
            refuse(format!(
                ", row {}, column {column}: it is {}",
                row + 1,
                crate::table_io::sanitise(cell(at), 40)
            ))
        };
        for (column, at) in columns.iter_mut().zip(&texts) {
            column.push(Some(cell(*at).to_owned()));
        }
        for ((list, at), name) in values.iter_mut().zip(&numbers).zip(NUMBERS) {
            let text = cell(*at);
            let number = if text.is_empty() { None } else { Some(text.parse().map_err(|_| bad(name, *at))?) };
            list.push(number);
        }
        let fired = cell(texts[3]).split_whitespace().map(read_rule).collect::<Option<Vec<_>>>();
        rules.insert(cell(texts[0]).to_owned(), fired.ok_or_else(|| bad("rules", texts[3]))?);
        simulated |= cell(simulated_at) == "true";
    }
    let mut table = Table::new();
    for (name, column) in TEXTS.iter().zip(columns) {
        table.push(*name, column);
    }
    for (name, column) in NUMBERS.iter().zip(values) {
        table.push(*name, column);
    }
    let tables = RunTables { scores: &table, features: None, stages: &BTreeMap::new(), simulated };
    // A baseline is cut by nothing but the labels, which are at hand.
    let by = ["label".to_owned()];
    Ok((Cases::of(&tables, labels, score, &by)?, rules))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_come_back_as_they_were_written() {
        for observed in [None, Some(57.0), Some(0.1 + 0.2)] {
            let rule = RuleValue { code: "M3".to_owned(), feature: "fanout_n".to_owned(), observed };
            assert_eq!(read_rule(&shown(&rule)), Some(rule));
        }
        assert_eq!(read_rule("M3"), None);
        assert_eq!(read_rule("M3:f=x"), None);
    }
}
