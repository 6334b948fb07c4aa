//! `scan --dry-run`: what a scan would open, and what memory and disk it would ask for.
//! In: the settings of a scan; out: its files by table, in text or JSON, or the error that the scan would give on them.
//! Reads no row, and nothing of standard input.

use super::args::Flags;
use super::{Failure, Settings, scan, terminal};
use crate::domain::{ErrorClass, counted};
use crate::log::{MemoryPlan, PARTITIONS, TableKind, WouldRead, would_read};
use bytesize::ByteSize;
use serde_json::json;

/// Runs the command.
pub fn run(settings: &Settings, flags: &Flags) -> Result<(), Failure> {
    let inputs = scan::inputs(settings)?;
    let mut read = scan::read_settings(settings)?;
    (read.partition_from, read.partition_to) = scan::partitions(&scan::wish(settings)?);
    let plan = scan::memory(settings)?;
    let specs = std::iter::once(&inputs.messages).chain(&inputs.side);
    let tables: Vec<WouldRead> = specs.map(|spec| would_read(spec, &read)).collect::<Result<_, _>>()?;
    let rows = |t: &&WouldRead| t.table == TableKind::Messages;
    let messages = tables.iter().find(rows).and_then(|t| t.files.iter().map(|f| f.rows).sum::<Option<u64>>());
    if flags.json {
        return Ok(terminal::json(&json_page(&tables, &plan, messages)?)?);
    }
    Ok(terminal::data(&text_page(&tables, &plan, messages))?)
}

fn json_page(tables: &[WouldRead], plan: &MemoryPlan, messages: Option<u64>) -> Result<String, Failure> {
    let page = json!({
        "tables": tables,
        "messages": messages,
        "memory": { "limit_bytes": plan.limit, "given": plan.strict, "rows_bytes": plan.for_rows(),
                    "holds": "messages; side tables, score cards and the report come beside it",
                    "partitions": PARTITIONS, "workers": plan.workers },
        "disk_bytes_at_most": messages.map(|n| disk(plan, n)),
    });
    serde_json::to_string(&page).map_err(|e| Failure::new(ErrorClass::Internal, e.to_string()))
}

/// Temporary rows on disk, before compression; none where all fit in memory.
fn disk(plan: &MemoryPlan, messages: u64) -> u64 {
    Some(plan.disk_for(messages)).filter(|bytes| plan.for_rows() < *bytes).unwrap_or(0)
}

fn text_page(tables: &[WouldRead], plan: &MemoryPlan, messages: Option<u64>) -> String {
    let shown = tables.iter().flat_map(|t| t.files.iter().map(move |f| (t, f))).map(|(t, f)| {
        let rows = f.rows.map_or_else(|| "not known before reading".to_owned(), |n| n.to_string());
        vec![t.table.name().to_owned(), f.name.clone(), ByteSize(f.bytes).to_string(), rows]
    });
    let mut text = terminal::table(&["table", "would read", "size", "rows"], shown.collect());
    let files = tables.iter().map(|t| t.files.len()).sum::<usize>();
    let pruned = tables.iter().map(|t| t.pruned).sum::<usize>();
    text.push_str(&format!(
        "\n\n{}; {} left out\n",
        counted(files as u64, "file"),
        counted(pruned as u64, "date partition")
    ));
    for note in tables.iter().flat_map(|t| &t.notes) {
        text.push_str(&format!("note: {}\n", terminal::plain(note)));
    }
    text.push_str(&planned(plan, messages));
    if 1 < tables.len() {
        text.push_str("\nside tables are held in memory whole; the limit above does not hold them");
    }
    text
}

fn planned(plan: &MemoryPlan, messages: Option<u64>) -> String {
    let limit = if plan.strict { "given" } else { "by default" };
    let mut text = format!(
        "memory: {} {limit}, {} of it for rows in {PARTITIONS} account partitions, {}\n",
        ByteSize(plan.limit),
        ByteSize(plan.for_rows()),
        counted(plan.workers, "worker")
    );
    text.push_str(&match messages.map(|n| disk(plan, n)) {
        None => "disk: depends on the number of rows, which these files do not promise".to_owned(),
        Some(0) => "disk: none, all rows fit in memory".to_owned(),
        Some(bytes) => format!("disk: up to {} of temporary rows, before compression", ByteSize(bytes)),
    });
    text
}
