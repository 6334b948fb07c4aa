//! One row of a side table: its cells read as the table's schema means them.
//! In: columns and a position; out: a row of the right table, or the column and the reason why not.
//! Knows neither files nor other rows.

use crate::domain::{AccountKind, Token, Word, digest64};
use crate::log::clean::{Cell, Column, Decimal, Identifier, count, flag, number};
use crate::log::read::side::RowReader;
use crate::log::{
    AccountRow, ContactRow, EnforcementRow, FeedbackRow, GroupEventRow, GroupRow, LabelRow, OffPlatformRow,
    OperatorRow, RegistrationRow, RejectReason, SanctionedRow, SideTables, TableKind, looks_like_number,
    pack_flag,
};

/// A refusal: the position of the column and the reason.
pub(super) type Refused = (usize, RejectReason);

/// One row of a side table while it is read.
pub(super) struct Row<'a, 'b> {
    pub reader: &'b RowReader<'a>,
    pub columns: &'b [Column],
    pub index: usize,
    pub raw_number: Option<&'static str>,
    pub ts: Option<i64>,
    pub names: Vec<(Token, String)>,
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
    fn note(&self, name: &'static str) -> Option<String> {
        let shown = self.at(name).1.show();
        let text: String = shown.chars().filter(|c| !c.is_control()).collect();
        Some(text.trim().to_owned()).filter(|t| !t.is_empty())
    }

    fn needed_note(&self, name: &'static str) -> Result<String, Refused> {
        self.need(name, self.note(name))
    }

    /// Reads the row and adds it to its table.
    pub fn push(&mut self, tables: &mut SideTables) -> Result<(), Refused> {
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
                    ip_country: self.note("ip_country"),
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
                let operator = self.spelling("operator")?;
                let row = OperatorRow {
                    operator: self.need("operator", operator)?,
                    account: self.spelling("account")?.unwrap_or_default(),
                    since: self.time("since")?,
                    source: self.note("source"),
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
            number_country: self.note("number_country"),
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
            source: self.note("source"),
            confidence: self.with("confidence", number)?,
        })
    }
}
