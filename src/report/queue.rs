//! `review_queue.csv`: who should be looked at, most urgent first, as a spreadsheet reads it.
//! In: a finished night; out: one row per account at `review` and above, or with a finding.
//! Every text from the log or the policy is made harmless to a spreadsheet.

use super::record_v1::{Judged, spreadsheet_safe, url_part};
use super::run::{ReportError, Run};
use crate::scoring::reasons;

/// A column: its name, and its cell for an account of some rank.
type Column = (&'static str, fn(&Run, usize, &Judged) -> String);

const COLUMNS: &[Column] = &[
    ("rank", |_, rank, _| rank.to_string()),
    ("account", |_, _, j| spreadsheet_safe(&j.name)),
    ("verdict", |_, _, j| j.decision.verdict.word().to_owned()),
    ("finding", |_, _, j| j.decision.finding.word().to_owned()),
    ("automation", |_, _, j| format!("{:.3}", j.card.automation.get())),
    ("broadcast", |_, _, j| format!("{:.3}", j.card.broadcast.get())),
    ("unsolicited", |_, _, j| format!("{:.3}", j.card.unsolicited.get())),
    ("messages_n", |_, _, j| j.card.messages_n.unwrap_or(0.0).to_string()),
    ("first_reason", |_, _, j| spreadsheet_safe(&first_reason(j))),
    ("reason_codes", |_, _, j| j.card.reason_codes().join(" ")),
    ("mitigation_codes", |_, _, j| j.card.mitigation_codes().join(" ")),
    ("grounds", |_, _, j| spreadsheet_safe(&j.decision.grounds_in_words.join("; "))),
    ("recommendation", |_, _, j| spreadsheet_safe(&j.decision.recommendation)),
    ("notes", |_, _, j| spreadsheet_safe(&j.decision.notes.join("; "))),
    ("off_platform_n", |_, _, j| j.decision.off_platform.len().to_string()),
    ("requires_human_review", |_, _, j| j.decision.requires_human_review.to_string()),
    ("case_url", |run, _, j| spreadsheet_safe(&case_url(run, j))),
];

/// The file.
pub fn queue(run: &Run) -> Result<Vec<u8>, ReportError> {
    let failed = |problem: String| ReportError::Render { file: "review_queue.csv", problem };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS.iter().map(|(name, _)| name)).map_err(|e| failed(e.to_string()))?;
    for (rank, judged) in (1..).zip(&run.judged).filter(|(_, j)| j.is_queued()) {
        let cells = COLUMNS.iter().map(|(_, cell)| cell(run, rank, judged));
        writer.write_record(cells).map_err(|e| failed(e.to_string()))?;
    }
    writer.into_inner().map_err(|e| failed(e.to_string()))
}

fn first_reason(judged: &Judged) -> String {
    reasons(&judged.card).into_iter().next().map(|r| r.statement).unwrap_or_default()
}

fn case_url(run: &Run, judged: &Judged) -> String {
    let account = url_part(&judged.name);
    run.case_url.as_deref().map(|url| url.replace("{account}", &account)).unwrap_or_default()
}
