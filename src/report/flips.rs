//! Two runs side by side, and a gate, as sheets for people.
//! In: flips, paired measures, outcomes of requirements; out: blocks in which every account is named with what did it.
//! Compares nothing.

use super::evaluation::told;
use super::sheet::{Block, Cell, Sheet};
use crate::evaluate::{Comparison, Flip, GateResult, Outcome};

/// Flips shown of each kind; the files hold them all.
const SHOWN: usize = 40;

/// Accounts whose verdict differs.
pub fn flips_block(flips: &[Flip]) -> Block {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut more = Vec::new();
    for flips in flips.chunk_by(|a, b| a.kind == b.kind) {
        rows.extend(flips.iter().take(SHOWN).map(|f| {
            vec![
                f.kind.words().0.into(),
                Cell::Name(f.account.clone()),
                f.from.word().into(),
                f.to.word().into(),
                Cell::Text(f.because.join("; ")),
            ]
        }));
        if SHOWN < flips.len() {
            more.push(format!("{} more: {}", flips[0].kind.words().0, flips.len() - SHOWN));
        }
    }
    let head = ["what", "account", "was", "is", "because"];
    Block { lines: more, ..Block::table("Accounts whose verdict differs", &head, rows) }
}

/// The sheet of a comparison; `notes` say what differs between the runs beside the results.
pub fn comparison_sheet(title: &str, comparison: &Comparison, notes: Vec<String>) -> Sheet {
    let of = |prefix: &str| -> Vec<Vec<Cell>> {
        let with = comparison.measures.iter().filter(|(name, _)| name.starts_with(prefix));
        with.map(|(name, m)| vec![Cell::Name(name.clone()), told(Some(m)).into()]).collect()
    };
    let mut flips = flips_block(&comparison.flips);
    if flips.is_empty() {
        flips.lines.push("no verdict differs".to_owned());
    }
    let counts = comparison.measures.iter().filter(|(name, _)| name.starts_with("flips."));
    let counts = counts.map(|(name, m)| {
        let value = m.value.unwrap_or_default();
        vec![Cell::Name(name.clone()), format!("{value} of {} {}", m.n, m.unit).into()]
    });
    let blocks = vec![
        flips,
        Block::table("Counts", &["what", "accounts"], counts.collect()),
        Block::table("Paired differences, second minus first", &["measure", "value"], of("paired.")),
        Block::lines("Notes", notes),
    ];
    Sheet { title: title.to_owned(), blocks }
}

/// The sheet of a gate.
pub fn gate_sheet(title: &str, results: &[GateResult], flips: &[Flip], notes: Vec<String>) -> Sheet {
    let row = |r: &GateResult| -> Vec<Cell> {
        let outcome = match (r.outcome, r.fails()) {
            (Outcome::Passed, _) => "passed",
            (Outcome::Failed, _) => "FAILED",
            (Outcome::Undecided, true) => "FAILED: undecided",
            (Outcome::Undecided, false) => "undecided",
        };
        let name = Cell::Name(r.requirement.name());
        vec![
            outcome.into(),
            name,
            r.requirement.words().into(),
            told(Some(&r.measure)).into(),
            r.why.clone().into(),
        ]
    };
    let head = ["outcome", "measure", "required", "measured", "why"];
    let blocks = vec![
        Block::table("Requirements", &head, results.iter().map(row).collect()),
        flips_block(flips),
        Block::lines("Notes", notes),
    ];
    Sheet { title: title.to_owned(), blocks }
}
