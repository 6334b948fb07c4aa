//! The line files of a run: reasons, what accounts did over time, evidence from outside the platform.
//! In: judged accounts and decisions; out: NDJSON in the order of urgency.
//! Shows no recipient and no reporter, and nothing of who is neither noted nor drawn but their reasons.

use super::folder::RunFolder;
use super::queue::Queue;
use super::record_v1::{Judged, OffPlatformLine, ReasonLine};
use super::run::ReportError;
use crate::decision::OffPlatformDecision;
use crate::domain::{Timestamp, Window};
use crate::features::Activity;
use crate::scoring::{mitigations, reasons};
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// `reasons.ndjson`.
pub fn reason_lines(judged: &[Judged], window: &Window) -> Result<Vec<u8>, ReportError> {
    let mut out = Vec::new();
    for j in judged {
        for (kind, list) in [("reason", reasons(&j.card)), ("mitigation", mitigations(&j.card))] {
            for reason in list {
                let reason = &reason.within(window);
                line("reasons.ndjson", &ReasonLine { account: &j.name, kind, reason }, &mut out)?;
            }
        }
    }
    Ok(out)
}

/// Name of the file that tells what noted accounts did over time.
pub const ACTIVITY: &str = "activity.ndjson";

/// Writes `activity.ndjson`: a line for each account that is noted for its own conduct, or drawn. They are long, so
/// that no two of them are held at once.
pub fn write_activity(folder: &RunFolder, judged: &[Judged], queue: &Queue) -> Result<(), ReportError> {
    let (mut file, mut bytes) = (folder.begin(ACTIVITY)?, Vec::new());
    let drawn: BTreeSet<usize> = queue.cases.iter().map(|case| case.account).collect();
    for (_, j) in judged.iter().enumerate().filter(|(place, j)| j.is_noted() || drawn.contains(place)) {
        if let Some(activity) = &j.activity {
            let mut row = json!({ "account": j.name });
            if let (Some(row), Value::Object(told)) = (row.as_object_mut(), activity_json(activity)) {
                row.extend(told);
            }
            bytes.clear();
            line(ACTIVITY, &row, &mut bytes)?;
            file.write(&bytes)?;
        }
    }
    Ok(file.finish()?)
}

/// What an account did over time, as file and page tell it.
pub fn activity_json(a: &Activity) -> Value {
    json!({
        "from": Timestamp(a.from_us).rfc3339(), "bin_hours": a.bin_hours, "bins_n": a.bins_n, "bins": a.bins,
        "week": a.week, "gaps": a.gaps, "templates": a.templates,
    })
}

/// `off_platform.ndjson`.
pub fn off_platform_lines(decisions: &[OffPlatformDecision]) -> Result<Vec<u8>, ReportError> {
    let mut out = Vec::new();
    for decision in decisions {
        line("off_platform.ndjson", &OffPlatformLine { kind: "off_platform_only", decision }, &mut out)?;
    }
    Ok(out)
}

fn line(file: &'static str, value: &impl Serialize, out: &mut Vec<u8>) -> Result<(), ReportError> {
    serde_json::to_writer(&mut *out, value)
        .map_err(|e| ReportError::Render { file, problem: e.to_string() })?;
    out.push(b'\n');
    Ok(())
}
