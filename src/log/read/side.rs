//! Reads the side tables whole: accounts, registrations, group events, feedback and all that explains a message log.
//! In: inputs, settings and somebody who wants to hear the names of accounts; out: sorted rows and a report each.
//! Interprets nothing: which row counts, and from when, is decided by `context` and `decision`.

use crate::domain::{AccountKind, Token, TokenKey, Word, digest64};
use crate::log::clean::{Cell, Column, Decimal, Identifier, TimeReader, count, flag, number};
use crate::log::read::plan::Plan;
use crate::log::read::refusal::Refusals;
use crate::log::read::{Outcome, finish};
use crate::log::schema::ColumnCard;
use crate::log::{
    AccountRow, ContactRow, EnforcementRow, FeedbackRow, GroupEventRow, GroupRow, InputSpec, Keys, LabelRow,
    LogError, OffPlatformRow, OperatorRow, ReadReport, ReadSettings, RegistrationRow, RejectReason,
    SanctionedRow, SideTables, TableKind, looks_like_number, pack_flag, source,
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
        accounts.dedup_by(|a, b| a.account == b.account);
        let double = before - accounts.len();
        if double > 0 {
            let text = format!(
                "{double} accounts are described in two ways; the first description in sorted order counts"
            );
            warnings.push((TableKind::Accounts, text));
        }
    }
    warnings
}

/// Turns the rows of one part into rows of the side tables.
struct RowReader<'a> {
    plan: &'a Plan,
    key: TokenKey,
    keys: Option<&'a Keys>,
    times: Vec<TimeReader>,
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
        self.refusals.end_batch();
        Ok(())
    }
}

/// A refusal: the position of the column and the reason.
type Refused = (usize, RejectReason);

/// One row of a side table while it is read.
struct Row<'a, 'b> {
    reader: &'b RowReader<'a>,
    columns: &'b [Column],
    index: usize,
    raw_number: Option<&'static str>,
    ts: Option<i64>,
    names: Vec<(Token, String)>,
}

impl Row<'_, '_> {
    fn at(&self, name: &'static str) -> (usize, Cell<'_>) {
        let at = self.reader.plan.table.position(name).unwrap_or_default();
        (at, self.columns[at].cell(self.index))
    }

    fn need<T>(&self, name: &'static str, value: Option<T>) -> Result<T, Refused> {
        value.ok_or((self.at(name).0, RejectReason::Empty))
    }

    /// An identifier as the outputs will spell it.
    fn spelling(&mut self, name: &'static str) -> Result<Option<String>, Refused> {
        let (at, cell) = self.at(name);
        let mut decimal = Decimal::default();
        let is_text = matches!(cell, Cell::Text(_));
        let text = Identifier::read(cell, &mut decimal).map_err(|reason| (at, reason))?;
        let Some(text) = text else { return Ok(None) };
        match self.reader.keys {
            Some(keys) => Ok(Some(keys.pseudonym(text))),
            None if is_text && looks_like_number(text) => {
                self.raw_number = Some(name);
                Err((at, RejectReason::Empty))
            }
            None => Ok(Some(text.to_owned())),
        }
    }

    fn token(&mut self, name: &'static str) -> Result<Option<Token>, Refused> {
        let key = self.reader.key;
        Ok(self.spelling(name)?.map(|text| Token::of(&key, text.as_bytes())))
    }

    /// A required account, which will be announced by name when the row is good.
    fn account(&mut self, name: &'static str) -> Result<Token, Refused> {
        let spelling = self.spelling(name)?;
        let spelling = self.need(name, spelling)?;
        let token = Token::of(&self.reader.key, spelling.as_bytes());
        self.names.push((token, spelling));
        Ok(token)
    }

    fn digest(&self, name: &'static str) -> Result<u64, Refused> {
        let (at, cell) = self.at(name);
        let mut decimal = Decimal::default();
        let text = Identifier::read(cell, &mut decimal).map_err(|reason| (at, reason))?;
        Ok(text.map_or(0, |text| digest64(&self.reader.key, text.as_bytes())))
    }

    /// A network or device, pseudonymised like those of the message log.
    fn network(&self, name: &'static str) -> Result<u64, Refused> {
        let Some(keys) = self.reader.keys else { return self.digest(name) };
        let (at, cell) = self.at(name);
        let mut decimal = Decimal::default();
        let text = Identifier::read(cell, &mut decimal).map_err(|reason| (at, reason))?;
        Ok(text.map_or(0, |text| digest64(&self.reader.key, keys.network(text).as_bytes())))
    }

    /// The block as given, or derived from a raw number while it is pseudonymised.
    fn block(&self) -> Result<u64, Refused> {
        let given = self.digest("number_block")?;
        let Some(keys) = self.reader.keys.filter(|_| given == 0) else { return Ok(given) };
        let Cell::Text(number) = self.at("account").1 else { return Ok(0) };
        Ok(keys.number_block(number).map_or(0, |block| digest64(&self.reader.key, block.as_bytes())))
    }

    fn time(&self, name: &'static str) -> Result<Option<i64>, Refused> {
        let (at, cell) = self.at(name);
        self.reader.times[at].read(cell).map_err(|reason| (at, reason))
    }

    fn ts(&mut self) -> Result<i64, Refused> {
        let ts = self.time("ts")?;
        self.ts = ts;
        self.need("ts", ts)
    }

    fn word<W: Word>(&self, name: &'static str) -> Result<Option<W>, Refused> {
        let (at, cell) = self.at(name);
        match cell {
            Cell::Null => Ok(None),
            Cell::Text(text) if text.trim().is_empty() => Ok(None),
            Cell::Text(text) => W::parse(text).map(Some).ok_or((at, RejectReason::UnknownWord)),
            _ => Err((at, RejectReason::UnknownWord)),
        }
    }

    fn with<T>(
        &self,
        name: &'static str,
        read: impl Fn(Cell) -> Result<Option<T>, RejectReason>,
    ) -> Result<Option<T>, Refused> {
        let (at, cell) = self.at(name);
        read(cell).map_err(|reason| (at, reason))
    }

    /// Words for people: control characters are dropped, so that no output has to fear them.
    fn note(&self, name: &'static str) -> Result<Option<String>, Refused> {
        let shown = self.at(name).1.show();
        let text: String = shown.chars().filter(|c| !c.is_control()).collect();
        Ok(Some(text.trim().to_owned()).filter(|t| !t.is_empty()))
    }

    fn needed_note(&self, name: &'static str) -> Result<String, Refused> {
        self.need(name, self.note(name)?)
    }

    fn push(&mut self, tables: &mut SideTables) -> Result<(), Refused> {
        match self.reader.plan.table {
            TableKind::Messages => {}
            TableKind::Accounts => {
                let row = self.account_row()?;
                tables.accounts.get_or_insert_default().push(row);
            }
            TableKind::Registrations => {
                let row = RegistrationRow {
                    account: self.account("account")?,
                    ts: self.ts()?,
                    ip_country: self.note("ip_country")?,
                    network: self.network("network")?,
                    asn: self.digest("asn")?,
                    device: self.network("device")?,
                    client_build: self.digest("client_build")?,
                };
                tables.registrations.get_or_insert_default().push(row);
            }
            TableKind::GroupEvents => {
                let row = self.group_event()?;
                tables.group_events.get_or_insert_default().push(row);
            }
            TableKind::Feedback => {
                let row = FeedbackRow {
                    reported: self.account("reported")?,
                    ts: self.ts()?,
                    reporter: self.account("reporter")?,
                    kind: self.need("kind", self.word("kind")?)?,
                    reported_initiated: pack_flag(self.with("reported_initiated", flag)?),
                };
                tables.feedback.get_or_insert_default().push(row);
            }
            TableKind::Enforcement => {
                let row = EnforcementRow {
                    account: self.account("account")?,
                    ts: self.ts()?,
                    kind: self.need("kind", self.word("kind")?)?,
                };
                tables.enforcement.get_or_insert_default().push(row);
            }
            TableKind::OffPlatform => {
                let subject = self.spelling("account")?;
                let row = OffPlatformRow {
                    subject: self.need("account", subject)?,
                    ts: self.ts()?,
                    kind: self.needed_note("kind")?,
                    reference: self.needed_note("reference")?,
                };
                tables.off_platform.get_or_insert_default().push(row);
            }
            TableKind::Sanctioned => {
                let row = self.sanctioned()?;
                tables.sanctioned.get_or_insert_default().push(row);
            }
            TableKind::Labels => {
                let row = self.label()?;
                tables.labels.get_or_insert_default().push(row);
            }
            TableKind::Contacts | TableKind::Groups | TableKind::Operators => self.push_relation(tables)?,
        }
        Ok(())
    }

    fn push_relation(&mut self, tables: &mut SideTables) -> Result<(), Refused> {
        match self.reader.plan.table {
            TableKind::Contacts => {
                let account = self.account("account")?;
                let contact = self.token("contact")?;
                let contact = self.need("contact", contact)?;
                let row = ContactRow { account, contact, since: self.time("since")? };
                tables.contacts.get_or_insert_default().push(row);
            }
            TableKind::Groups => {
                let group = self.token("group")?;
                let row = GroupRow {
                    group: self.need("group", group)?,
                    members: self.with("members", count)?,
                    announcement_only: pack_flag(self.with("announcement_only", flag)?),
                };
                tables.groups.get_or_insert_default().push(row);
            }
            _ => {
                let row = OperatorRow {
                    operator: self.needed_note("operator")?,
                    account: self.spelling("account")?.unwrap_or_default(),
                    since: self.time("since")?,
                    source: self.note("source")?,
                };
                tables.operators.get_or_insert_default().push(row);
            }
        }
        Ok(())
    }

    fn account_row(&mut self) -> Result<AccountRow, Refused> {
        let offset = self.with("utc_offset_min", number)?;
        let at = self.at("utc_offset_min").0;
        // No place on earth is further than this from Greenwich.
        if offset.is_some_and(|x| x.abs() > 14.0 * 60.0) {
            return Err((at, RejectReason::TooLarge));
        }
        Ok(AccountRow {
            account: self.account("account")?,
            registered_at: self.time("registered_at")?,
            kind: self.word::<AccountKind>("kind")?,
            number_country: self.note("number_country")?,
            number_block: self.block()?,
            verified: self.with("verified", flag)?,
            tier_limit: self.with("tier_limit", count)?,
            utc_offset_min: offset.map(|x| x.round() as i32),
        })
    }

    fn group_event(&mut self) -> Result<GroupEventRow, Refused> {
        let actor = self.account("actor")?;
        let ts = self.ts()?;
        let group = self.token("group")?;
        let target =
            self.spelling("target")?.map(|name| (Token::of(&self.reader.key, name.as_bytes()), name));
        let target_token = target.as_ref().map(|(token, _)| *token);
        self.names.extend(target);
        Ok(GroupEventRow {
            actor,
            ts,
            group: self.need("group", group)?,
            kind: self.need("kind", self.word("kind")?)?,
            target: target_token,
        })
    }

    fn sanctioned(&mut self) -> Result<SanctionedRow, Refused> {
        let account = self.spelling("account")?;
        let row = SanctionedRow {
            account: self.need("account", account)?,
            class: self.needed_note("class")?,
            reason: self.needed_note("reason")?,
            owner: self.needed_note("owner")?,
            starts_at: self.need("starts_at", self.time("starts_at")?)?,
            expires_at: self.need("expires_at", self.time("expires_at")?)?,
            declared_per_day: self.with("declared_per_day", number)?,
        };
        if row.starts_at >= row.expires_at {
            return Err((self.at("expires_at").0, RejectReason::EndsBeforeStart));
        }
        if row.declared_per_day.is_some_and(|x| x < 0.0) {
            return Err((self.at("declared_per_day").0, RejectReason::Negative));
        }
        Ok(row)
    }

    fn label(&mut self) -> Result<LabelRow, Refused> {
        let account = self.spelling("account")?;
        Ok(LabelRow {
            account: self.need("account", account)?,
            label: self.needed_note("label")?,
            as_of: self.time("as_of")?,
            source: self.note("source")?,
            confidence: self.with("confidence", number)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{EnforcementKind, YES};
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
            let (tables, report, _) = read(table, text, &ReadSettings::default()).expect(table.name());
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
        let error = read(TableKind::Labels, "account,label\n+49 170 1234567,bot\n", &lenient())
            .err()
            .expect("refused");
        assert!(
            error.to_string().contains("row 1, column account: the value looks like a raw phone number"),
            "{error}"
        );
    }
}
