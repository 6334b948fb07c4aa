//! Reads tables: files in parallel, rows validated, events handed to sinks, everything counted.
//! In: an input, settings and a way to make sinks; out: the filled sinks and a report of what was found and refused.
//! Knows neither partitions nor memory limits: a sink does, and a sink may spill.

mod messages;
mod plan;
mod refusal;
mod seen;
mod side;
mod side_row;

pub(crate) use plan::Plan;
pub use side::{OnName, read_side_tables};

use crate::domain::Token;
use crate::log::source::{self, Source};
use crate::log::{
    Days, FileReport, InputSpec, LogError, MessageEvent, ReadReport, ReadSettings, Rejects, Step, TableKind,
};
use messages::MessageCleaner;
use rayon::prelude::*;
use seen::SeenSenders;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

/// Receives the events of one thread.
pub trait EventSink: Send {
    /// One validated event.
    fn message(&mut self, event: &MessageEvent);
    /// The sender's name as the log spells it: at least once for each distinct sender among this sink's events.
    fn name(&mut self, token: Token, name: &str);
    /// The words of an event, normalized, under their fingerprint, and digests of what they point to: at least once for
    /// each distinct fingerprint among this sink's events. They are gone when this returns.
    fn text(&mut self, _ts: i64, _fingerprint: u64, _normalized: &str, _objects: &[u64]) {}
    /// The content of an event and the similarity sketch that the platform gives for it.
    fn sketch(&mut self, _ts: i64, _content: u64, _sketch: u64) {}
    /// A batch has been handed on: the moment to make room.
    fn end_batch(&mut self) -> Result<(), LogError> {
        Ok(())
    }
}

/// What one part of a file contributed.
#[derive(Default)]
pub(crate) struct Outcome {
    pub rows: u64,
    pub filtered: u64,
    pub ok: u64,
    pub rejects: Rejects,
    pub span: Option<(i64, i64)>,
    /// Usable rows by day; of messages only.
    pub days: Days,
}

/// Reads the message log into sinks, one for each thread that worked on it.
///
/// Which sink gets which event is not determined; what all sinks together get is.
pub fn read_messages<S: EventSink>(
    spec: &InputSpec,
    settings: &ReadSettings,
    make_sink: impl Fn() -> S + Sync,
) -> Result<(Vec<S>, ReadReport), LogError> {
    let source = source::prepare(spec, settings)?;
    if let Some(rows) = source.plans.iter().map(Plan::rows).sum::<Option<u64>>() {
        settings.tell(Step::ExpectedRows(rows));
    }
    let units: Vec<(usize, usize)> = source
        .plans
        .iter()
        .enumerate()
        .flat_map(|(file, plan)| (0..plan.parts()).map(move |p| (file, p)))
        .collect();
    let idle: Mutex<Vec<(S, SeenSenders)>> = Mutex::new(Vec::new());
    let failed = AtomicBool::new(false);
    let outcomes: Vec<Option<Result<Outcome, LogError>>> = units
        .par_iter()
        .with_max_len(1)
        .map(|(file, part)| {
            if failed.load(Ordering::Relaxed) {
                return None;
            }
            let taken = idle.lock().ok().and_then(|mut idle| idle.pop());
            let (mut sink, mut seen) = taken.unwrap_or_else(|| (make_sink(), SeenSenders::default()));
            let outcome = read_part(&source.plans[*file], *part, settings, &mut sink, &mut seen);
            failed.fetch_or(outcome.is_err(), Ordering::Relaxed);
            if let Ok(mut idle) = idle.lock() {
                idle.push((sink, seen));
            }
            Some(outcome)
        })
        .collect();
    let report = finish(spec, settings, source, &units, outcomes)?;
    let sinks = idle.into_inner().unwrap_or_default().into_iter().map(|(sink, _)| sink).collect();
    Ok((sinks, report))
}

fn read_part<S: EventSink>(
    plan: &Plan,
    part: usize,
    settings: &ReadSettings,
    sink: &mut S,
    seen: &mut SeenSenders,
) -> Result<Outcome, LogError> {
    let mut cleaner = MessageCleaner::new(plan, settings);
    let mut outcome = Outcome::default();
    for batch in plan.batches(part)? {
        settings.check_stop(plan.table)?;
        let batch = batch?;
        outcome.rows += batch.source_rows;
        outcome.filtered += batch.filtered;
        settings.tell(Step::Rows(batch.source_rows));
        cleaner.batch(batch, sink, seen)?;
        sink.end_batch()?;
    }
    outcome.ok = cleaner.ok;
    outcome.span = cleaner.span;
    outcome.days = cleaner.days.days();
    outcome.rows += cleaner.refusals.more_lines;
    outcome.rejects = cleaner.refusals.rejects;
    Ok(outcome)
}

/// Puts the outcomes of the parts together in the order of the files, and applies the limits.
pub(crate) fn finish(
    spec: &InputSpec,
    settings: &ReadSettings,
    source: Source,
    units: &[(usize, usize)],
    outcomes: Vec<Option<Result<Outcome, LogError>>>,
) -> Result<ReadReport, LogError> {
    let Source { mut report, plans, mut files } = source;
    let mut rejects: Vec<Rejects> = files.iter().map(|_| Rejects::default()).collect();
    let mut misplaced = 0;
    let mut skipped = false;
    for ((file, _), outcome) in units.iter().zip(outcomes) {
        match outcome {
            None => skipped = true,
            Some(Ok(outcome)) => {
                let day = plans[*file].file().file().partition;
                misplaced += day.map_or(0, |day| outcome.days.far_from(day));
                report.days.absorb(&outcome.days);
                add(&mut files[*file], &mut rejects[*file], outcome, settings.reject_limit);
            }
            // A file that changed under the reader may look damaged, too; the change is what a person can act on.
            Some(Err(LogError::Table(error))) => {
                plans[*file].file().file().check_unchanged()?;
                return Err(error.into());
            }
            Some(Err(error)) => return Err(error),
        }
    }
    debug_assert!(!skipped, "parts are skipped only after a failure");
    for ((plan, mut file), rejects) in plans.iter().zip(files).zip(rejects) {
        plan.file().file().check_unchanged()?;
        if file.digest.is_empty() {
            file.digest = plan.file().digest()?;
        }
        report.add(file, rejects);
    }
    if 0 < misplaced {
        report.warnings.push(format!(
            "{misplaced} rows are dated more than a day away from the folder date= that they stand in: folders are left \
             out by their name, so that such rows may be missing, or here by mistake"
        ));
    }
    source::describe(spec, settings, &plans, &mut report)?;
    report.files.sort_by(|a, b| a.name.cmp(&b.name));
    report.count_repeated();
    judge(spec.table, settings, &report)?;
    Ok(report)
}

fn add(file: &mut FileReport, rejects: &mut Rejects, outcome: Outcome, limit: usize) {
    file.rows += outcome.rows;
    file.filtered += outcome.filtered;
    file.ok += outcome.ok;
    file.rejected += outcome.rejects.total();
    if let Some((oldest, newest)) = outcome.span {
        file.oldest = Some(file.oldest.map_or(oldest, |o| o.min(oldest)));
        file.newest = Some(file.newest.map_or(newest, |n| n.max(newest)));
    }
    rejects.append(outcome.rejects, limit);
}

/// Refuses a table with too many refused rows, and a message log without any usable one.
fn judge(table: TableKind, settings: &ReadSettings, report: &ReadReport) -> Result<(), LogError> {
    let rejected = report.rejects.total();
    let rows = report.rows_ok + rejected;
    if let Some((reason, count, first)) = report.rejects.commonest()
        && rejected as f64 > settings.max_reject_share * rows as f64
    {
        let mut example = format!("{}, row {}", first.file, first.row);
        if !first.column.is_empty() {
            example.push_str(&format!(", column {}", first.column));
        }
        if !first.sample.is_empty() {
            example.push_str(&format!(": {}", first.sample));
        }
        return Err(LogError::TooManyRejects {
            table: table.name(),
            rejected,
            rows,
            share: 100.0 * rejected as f64 / rows.max(1) as f64,
            allowed: 100.0 * settings.max_reject_share,
            reason: reason.description(),
            count,
            example,
        });
    }
    if table == TableKind::Messages && report.rows_ok == 0 {
        return Err(LogError::NoRows {
            table: table.name(),
            files: report.files.len(),
            rows: report.rows_read,
            rejected,
            filtered: report.rows_filtered,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Keys;
    use std::collections::BTreeMap;

    #[derive(Default)]
    struct Collect {
        events: Vec<MessageEvent>,
        names: BTreeMap<Token, String>,
    }

    impl EventSink for Collect {
        fn message(&mut self, event: &MessageEvent) {
            self.events.push(*event);
        }

        fn name(&mut self, token: Token, name: &str) {
            self.names.insert(token, name.to_owned());
        }
    }

    fn read(name: &str, text: &str, settings: &ReadSettings) -> Result<(Collect, ReadReport), LogError> {
        let dir = tempfile::tempdir().expect("temp");
        let path = dir.path().join(name);
        std::fs::write(&path, text).expect("write");
        let spec = InputSpec::new(TableKind::Messages, [path.display().to_string()]);
        let (sinks, report) = read_messages(&spec, settings, Collect::default)?;
        let mut all = Collect::default();
        for sink in sinks {
            all.events.extend(sink.events);
            all.names.extend(sink.names);
        }
        all.events.sort();
        Ok((all, report))
    }

    #[test]
    fn csv_and_ndjson_say_the_same() {
        let csv = "ts,sender,recipient,chat,size,recipient_knows_sender,extra\n\
                   2026-01-01T00:00:00Z,7,b,group,12,true,x\n2026-01-01 00:00:01,a,7,,,,\n";
        let ndjson = "{\"ts\":\"2026-01-01T00:00:00Z\",\"sender\":7,\"recipient\":\"b\",\"chat\":\"group\",\"size\":12,\
                      \"recipient_knows_sender\":true}\n{\"ts\":\"2026-01-01T00:00:01+00:00\",\"sender\":\"a\",\"recipient\":7}\n";
        let (a, report) = read("a.csv", csv, &ReadSettings::default()).expect("reads");
        let (b, _) = read("a.ndjson", ndjson, &ReadSettings::default()).expect("reads");
        assert_eq!(a.events, b.events);
        assert_eq!(a.names, b.names);
        assert_eq!(
            a.names.values().map(String::as_str).collect::<std::collections::BTreeSet<_>>(),
            ["7", "a"].into()
        );
        assert_eq!((report.rows_read, report.rows_ok, report.rejects.total()), (2, 2, 0));
        assert!(report.columns_ignored.contains("extra") && report.columns_missing.contains("kind"));
        assert_eq!(report.files[0].digest.len(), 64);
    }

    #[test]
    fn bad_rows_are_refused_with_row_and_reason() {
        let mut csv = String::from("ts,sender,recipient,kind\n");
        (0..97).for_each(|i| csv.push_str(&format!("2026-01-01T00:00:{:02}Z,a,b,text\n", i % 60)));
        csv.push_str("yesterday,a,b,text\n2026-01-01,,b,text\n2026-01-01,a,b,txt\n");
        let (_, report) = read("a.csv", &csv, &ReadSettings::default()).expect("under the limit");
        let shown: Vec<(u64, &str, &str)> =
            report.rejects.rows.iter().map(|r| (r.row, r.column.as_str(), r.reason.code())).collect();
        assert_eq!(shown, [(98, "ts", "bad_time"), (99, "sender", "empty"), (100, "kind", "unknown_word")]);
        assert_eq!(report.rejects.rows[2].sample, "txt (nearest: text)");
        let strict = ReadSettings { max_reject_share: 0.01, ..ReadSettings::default() };
        let error = read("a.csv", &csv, &strict).err().expect("over the limit");
        assert!(error.to_string().contains("3 of 100 rows refused (3.0 %, allowed 1.0 %)"), "{error}");
    }

    #[test]
    fn texts_are_read_only_with_key_and_basis() {
        let csv = "ts,sender,recipient,text\n2026-01-01,a,b,Hello 1 www.example.org\n2026-01-02,a,c,hello 2 http://x\n";
        let (without, report) = read("a.csv", csv, &ReadSettings::default()).expect("reads");
        assert!(without.events.iter().all(|e| e.content == 0));
        assert!(report.warnings.iter().any(|w| w.contains("text was not read")), "{:?}", report.warnings);
        let keys = Keys::from_bytes(b"PUBLIC-DEMO key of tests");
        let settings =
            ReadSettings { keys, lawful_basis: Some("research".into()), ..ReadSettings::default() };
        let (with, report) = read("a.csv", csv, &settings).expect("reads");
        assert!(report.text_read && with.events[0].content != 0);
        assert_eq!(with.events[0].content, with.events[1].content);
        assert_eq!((with.events[0].link, with.events[0].size), (crate::log::YES, 23));
    }
}
