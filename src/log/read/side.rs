//! Reads the side tables whole: accounts, registrations, group events, feedback and all that explains a message log.
//! In: inputs, settings and somebody who wants to hear the names of accounts; out: sorted rows and a report each.
//! Interprets nothing: which row counts, and from when, is decided by `context` and `decision`.

use crate::domain::{Token, TokenKey};
use crate::log::clean::TimeReader;
use crate::log::read::plan::Plan;
use crate::log::read::refusal::Refusals;
use crate::log::read::side_row::Row;
use crate::log::read::{Outcome, finish};
use crate::log::schema::ColumnCard;
use crate::log::{
    AccountRow, InputSpec, Keys, LogError, ReadReport, ReadSettings, SideTables, TableKind, source,
};
use crate::table_io::Batch;

/// Told the token and the spelling of every account that a side table names as an actor or a subject.
pub type OnName<'a> = &'a mut dyn FnMut(Token, &str);

/// Reads the side tables; several inputs of one table are read as one.
///
/// Rows come sorted, each distinct row once, so that neither the order nor the repetition of files shows.
pub fn read_side_tables(
    specs: &[InputSpec],
    settings: &ReadSettings,
    on_name: OnName,
) -> Result<(SideTables, Vec<ReadReport>), LogError> {
    let mut tables = SideTables::default();
    let mut reports = Vec::new();
    for spec in specs.iter().filter(|s| s.table != TableKind::Messages) {
        reports.push(read_table(spec, settings, &mut tables, on_name)?);
    }
    let warnings = settle(&mut tables);
    for (table, warning) in warnings {
        if let Some(report) = reports.iter_mut().rev().find(|r| r.table == table) {
            report.warnings.push(warning);
        }
    }
    Ok((tables, reports))
}

fn read_table(
    spec: &InputSpec,
    settings: &ReadSettings,
    tables: &mut SideTables,
    on_name: OnName,
) -> Result<ReadReport, LogError> {
    let source = source::prepare(spec, settings)?;
    let (mut units, mut outcomes) = (Vec::new(), Vec::new());
    open(spec.table, tables);
    for (file, plan) in source.plans.iter().enumerate() {
        for part in 0..plan.parts() {
            let mut outcome = Outcome::default();
            let mut reader = RowReader::new(plan, settings);
            for batch in plan.batches(part)? {
                settings.check_stop(spec.table)?;
                reader.batch(batch?, tables, &mut outcome, on_name)?;
            }
            outcome.rows += reader.refusals.more_lines;
            outcome.rejects = reader.refusals.rejects;
            units.push((file, part));
            outcomes.push(Some(Ok(outcome)));
        }
    }
    finish(spec, settings, source, &units, outcomes)
}

/// A table that was given is present, even when it holds no row.
fn open(table: TableKind, tables: &mut SideTables) {
    match table {
        TableKind::Messages => {}
        TableKind::Accounts => drop(tables.accounts.get_or_insert_default()),
        TableKind::Registrations => drop(tables.registrations.get_or_insert_default()),
        TableKind::GroupEvents => drop(tables.group_events.get_or_insert_default()),
        TableKind::Feedback => drop(tables.feedback.get_or_insert_default()),
        TableKind::Enforcement => drop(tables.enforcement.get_or_insert_default()),
        TableKind::OffPlatform => drop(tables.off_platform.get_or_insert_default()),
        TableKind::Sanctioned => drop(tables.sanctioned.get_or_insert_default()),
        TableKind::Labels => drop(tables.labels.get_or_insert_default()),
        TableKind::Contacts => drop(tables.contacts.get_or_insert_default()),
        TableKind::Groups => drop(tables.groups.get_or_insert_default()),
        TableKind::Operators => drop(tables.operators.get_or_insert_default()),
    }
}

/// Sorts the tables and drops repeated rows; says where one account is described in two ways.
fn settle(tables: &mut SideTables) -> Vec<(TableKind, String)> {
    fn exact<T: Ord>(rows: &mut Option<Vec<T>>) {
        if let Some(rows) = rows {
            rows.sort_unstable();
            rows.dedup();
        }
    }
    fn partial<T: PartialOrd>(rows: &mut Option<Vec<T>>) {
        if let Some(rows) = rows {
            // Floats in these rows are finite, so that they are totally ordered.
            rows.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
            rows.dedup_by(|a, b| a == b);
        }
    }
    exact(&mut tables.accounts);
    exact(&mut tables.registrations);
    exact(&mut tables.group_events);
    exact(&mut tables.feedback);
    exact(&mut tables.enforcement);
    exact(&mut tables.off_platform);
    partial(&mut tables.sanctioned);
    partial(&mut tables.labels);
    exact(&mut tables.contacts);
    exact(&mut tables.groups);
    exact(&mut tables.operators);
    let mut warnings = Vec::new();
    if let Some(accounts) = &mut tables.accounts {
        let before = accounts.len();
        accounts.dedup_by(|later, first| {
            let same = later.account == first.account;
            if same {
                merge(first, later);
            }
            same
        });
        let double = before - accounts.len();
        if double > 0 {
            let text = format!(
                "{double} accounts are described in two ways; what one row leaves open the other says, and of two \
                 values the smaller counts"
            );
            warnings.push((TableKind::Accounts, text));
        }
    }
    warnings
}

/// Puts two descriptions of one account together; which of them came first leaves no trace.
fn merge(first: &mut AccountRow, later: &mut AccountRow) {
    fn smaller<T: Ord>(mine: &mut Option<T>, theirs: &mut Option<T>) {
        *mine = mine.take().into_iter().chain(theirs.take()).min();
    }
    smaller(&mut first.registered_at, &mut later.registered_at);
    smaller(&mut first.kind, &mut later.kind);
    smaller(&mut first.number_country, &mut later.number_country);
    smaller(&mut first.verified, &mut later.verified);
    smaller(&mut first.tier_limit, &mut later.tier_limit);
    smaller(&mut first.utc_offset_min, &mut later.utc_offset_min);
    if first.number_block == 0 || (later.number_block != 0 && later.number_block < first.number_block) {
        first.number_block = later.number_block;
    }
}

/// Turns the rows of one part into rows of the side tables.
pub(super) struct RowReader<'a> {
    pub plan: &'a Plan,
    pub key: TokenKey,
    pub keys: Option<&'a Keys>,
    pub times: Vec<TimeReader>,
    refusals: Refusals,
}

impl<'a> RowReader<'a> {
    fn new(plan: &'a Plan, settings: &'a ReadSettings) -> Self {
        Self {
            plan,
            key: settings.token_key,
            keys: settings.keys.as_ref().filter(|_| plan.pseudonymise()),
            times: plan.table.columns().iter().map(|card| plan.time_reader(card.name)).collect(),
            refusals: Refusals::new(plan.name.clone(), settings.reject_limit),
        }
    }

    fn batch(
        &mut self,
        mut batch: Batch,
        tables: &mut SideTables,
        outcome: &mut Outcome,
        on_name: OnName,
    ) -> Result<(), LogError> {
        outcome.rows += batch.source_rows;
        outcome.filtered += batch.filtered;
        let columns = self.plan.columns(&batch)?;
        for broken in std::mem::take(&mut batch.broken) {
            self.refusals.broken(broken);
        }
        for index in 0..batch.len {
            let number = batch.row_number(index);
            let mut row =
                Row { reader: self, columns: &columns, index, raw_number: None, ts: None, names: Vec::new() };
            let pushed = row.push(tables);
            if let Some(column) = row.raw_number {
                return Err(LogError::RawNumber {
                    file: self.plan.name.to_string(),
                    row: number,
                    column: column.to_owned(),
                });
            }
            let (ts, names) = (row.ts, std::mem::take(&mut row.names));
            match pushed {
                Ok(()) => {
                    outcome.ok += 1;
                    names.iter().for_each(|(token, name)| on_name(*token, name));
                    if let Some(ts) = ts {
                        let (oldest, newest) = outcome.span.unwrap_or((ts, ts));
                        outcome.span = Some((oldest.min(ts), newest.max(ts)));
                    }
                }
                Err((at, reason)) => {
                    let card: &ColumnCard = &self.plan.table.columns()[at];
                    self.refusals.cell(number, card, reason, columns[at].cell(index));
                }
            }
        }
        self.refusals.end_batch(&batch.lines);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{EnforcementKind, RejectReason, YES};
    use std::collections::BTreeMap;

    type Names = BTreeMap<Token, String>;

    fn read(
        table: TableKind,
        text: &str,
        settings: &ReadSettings,
    ) -> Result<(SideTables, ReadReport, Names), LogError> {
        let dir = tempfile::tempdir().expect("temp");
        let path = dir.path().join("t.csv");
        std::fs::write(&path, text).expect("write");
        let spec = InputSpec::new(table, [path.display().to_string()]);
        let mut names = Names::new();
        let (tables, mut reports) = read_side_tables(&[spec], settings, &mut |token, name| {
            names.insert(token, name.to_owned());
        })?;
        Ok((tables, reports.remove(0), names))
    }

    fn lenient() -> ReadSettings {
        ReadSettings { max_reject_share: 1.0, ..ReadSettings::default() }
    }

    #[test]
    fn accounts_are_sorted_unique_and_named() {
        let text = "account,kind,registered_at,utc_offset_min,verified\n7,business_api,2026-01-01,60,yes\n\
                    8,,,,\n7,business_api,2026-01-01,60,yes\n9,,,9999,\n8,consumer,,,\n";
        let (tables, report, names) = read(TableKind::Accounts, text, &lenient()).expect("reads");
        let rows = tables.accounts.expect("given");
        assert_eq!(rows.len(), 2);
        assert_eq!(report.rejects.rows[0].column, "utc_offset_min");
        assert!(report.warnings[0].contains("1 accounts are described in two ways"));
        assert_eq!(names.len(), 2);
        let seven = rows.iter().find(|r| names[&r.account] == "7").expect("there");
        assert_eq!((seven.verified, seven.utc_offset_min), (Some(true), Some(60)));
        assert!(tables.labels.is_none());
    }

    #[test]
    fn two_descriptions_of_an_account_are_put_together() {
        let rows = ["7,,business_app,,60,5\n", "7,2026-01-02,,yes,,\n", "7,2026-01-01,,,,9\n"];
        let head = "account,registered_at,kind,verified,utc_offset_min,tier_limit\n";
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2]] {
            let text: String = std::iter::once(head).chain(order.map(|i| rows[i])).collect();
            let (tables, report, _) = read(TableKind::Accounts, &text, &lenient()).expect("reads");
            let rows = tables.accounts.expect("given");
            let row = &rows[0];
            assert_eq!((rows.len(), row.kind), (1, Some(crate::domain::AccountKind::BusinessApp)));
            assert_eq!((row.verified, row.utc_offset_min, row.tier_limit), (Some(true), Some(60), Some(5)));
            let day = crate::domain::Timestamp::parse("2026-01-01").map(|t| t.0);
            assert_eq!(row.registered_at, day);
            assert!(report.warnings[0].starts_with("2 accounts are described"), "{:?}", report.warnings);
        }
    }

    #[test]
    fn every_table_reads_a_row() {
        let good: [(TableKind, &str); 10] = [
            (TableKind::Registrations, "ts,account,network,device,ip_country\n2026-01-01,a,n,d,NG\n"),
            (TableKind::GroupEvents, "ts,actor,group,kind,target\n2026-01-01,a,g,add,b\n"),
            (
                TableKind::Feedback,
                "ts,reporter,reported,kind,reported_initiated\n2026-01-01,a,b,report,true\n",
            ),
            (TableKind::Enforcement, "ts,account,kind\n2026-01-01,a,appeal_granted\n"),
            (TableKind::OffPlatform, "ts,account,kind,reference\n2026-01-01,a,public claim,file 7\n"),
            (
                TableKind::Sanctioned,
                "account,class,reason,owner,starts_at,expires_at\na,x,y,z,2026-01-01,2027-01-01\n",
            ),
            (TableKind::Labels, "account,label\na,bot\n"),
            (TableKind::Contacts, "account,contact,since\na,b,2026-01-01\n"),
            (TableKind::Groups, "group,members,announcement_only\ng,12,true\n"),
            (TableKind::Operators, "operator,account\nacme,\n"),
        ];
        for (table, text) in good {
            let (tables, report, _) = read(table, text, &ReadSettings::default())
                .unwrap_or_else(|e| panic!("{}: {e}", table.name()));
            assert_eq!(report.rows_ok, 1, "{}", table.name());
            match table {
                TableKind::Enforcement => {
                    assert_eq!(tables.enforcement.expect("given")[0].kind, EnforcementKind::AppealGranted);
                }
                TableKind::Feedback => assert_eq!(tables.feedback.expect("given")[0].reported_initiated, YES),
                _ => {}
            }
        }
    }

    #[test]
    fn contradictions_in_a_row_are_refused() {
        let text = "account,class,reason,owner,starts_at,expires_at\na,x,y,z,2027-01-01,2026-01-01\n";
        let (_, report, _) = read(TableKind::Sanctioned, text, &lenient()).expect("reads");
        assert_eq!(report.rejects.rows[0].reason, RejectReason::EndsBeforeStart);
        let Err(error) = read(TableKind::Labels, "account,label\n+49 170 1234567,bot\n", &lenient()) else {
            panic!("a raw number must be refused");
        };
        assert!(
            error.to_string().contains("row 1, column account: the value looks like a raw phone number"),
            "{error}"
        );
    }
}
