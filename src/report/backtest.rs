//! A replay as files: a flat JSON of measures, a sheet, and one line an abusive account.
//! In: a backtest and what it is of; out: texts.
//! Replays nothing.

use super::evaluation::told;
use super::sheet::{Block, Cell, Sheet};
use crate::evaluate::{Backtest, Found};

/// Abusive accounts shown; the file holds them all.
const SHOWN: usize = 40;

/// The sheet.
pub fn backtest_sheet(title: &str, backtest: &Backtest) -> Sheet {
    let measures = backtest
        .measures
        .iter()
        .filter(|(name, _)| !name.starts_with("innocents_ever_flagged_until.") && !name.ends_with(']'));
    let measures =
        measures.map(|(name, m)| vec![Cell::Name(name.clone()), told(Some(m)).into(), m.unit.clone().into()]);
    let kinds = backtest.measures.iter().filter_map(|(name, m)| {
        let (measure, kind) = name.strip_suffix(']')?.split_once('[')?;
        let kind = Cell::Name(kind.replacen('=', " ", 1));
        Some(vec![measure.into(), kind, told(Some(m)).into()])
    });
    let until = backtest.measures.iter().filter_map(|(name, m)| {
        let night = name.strip_prefix("innocents_ever_flagged_until.")?;
        Some(vec![night.into(), told(Some(m)).into()])
    });
    let mut largest: Vec<&Found> = backtest.found.iter().collect();
    // Those who sent most come first; of those alike, the order of names stays.
    largest.sort_by_key(|f| std::cmp::Reverse(f.messages_before + f.messages_after));
    let found = largest.into_iter().take(SHOWN).map(|f| {
        vec![
            Cell::Name(f.account.clone()),
            Cell::Name(f.label.clone()),
            f.since.clone().into(),
            f.found.clone().unwrap_or_else(|| "never".to_owned()).into(),
            f.hours.map_or_else(|| "-".to_owned(), |h| format!("{h:.1}")).into(),
            f.messages_before.to_string().into(),
            f.people_before.to_string().into(),
            f.messages_after.to_string().into(),
        ]
    });
    let head =
        ["account", "label", "since", "found", "hours", "messages before", "people before", "messages after"];
    let mut abusers = Block::table("Abusive accounts", &head, found.collect());
    if SHOWN < backtest.found.len() {
        abusers.lines.push(format!("{} more in found.csv", backtest.found.len() - SHOWN));
    }
    let blocks = vec![
        Block::table("Measures", &["measure", "value", "unit"], measures.collect()),
        Block::table("By kind", &["measure", "kind", "share of accounts"], kinds.collect()),
        Block::table("Negative accounts ever flagged", &["until night", "share"], until.collect()),
        abusers,
        Block::lines("Notes", backtest.notes.clone()),
    ];
    Sheet { title: title.to_owned(), blocks }
}

/// `found.csv`: one line an abusive account.
pub fn found_csv(found: &[Found], simulated: bool) -> Result<String, csv::Error> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record([
        "account",
        "label",
        "since",
        "found",
        "hours",
        "messages_before",
        "people_before",
        "messages_after",
        "people_after",
        "simulated",
    ])?;
    for f in found {
        writer.write_record([
            super::record_v1::spreadsheet_safe(&f.account),
            super::record_v1::spreadsheet_safe(&f.label),
            f.since.clone(),
            f.found.clone().unwrap_or_default(),
            f.hours.map_or_else(String::new, |h| h.to_string()),
            f.messages_before.to_string(),
            f.people_before.to_string(),
            f.messages_after.to_string(),
            f.people_after.to_string(),
            simulated.to_string(),
        ])?;
    }
    let bytes = writer.into_inner().map_err(|e| csv::Error::from(std::io::Error::other(e.to_string())))?;
    String::from_utf8(bytes).map_err(|e| csv::Error::from(std::io::Error::other(e)))
}
