//! Batches of the message log become packed events, column by column, without an allocation per row.
//! In: a batch and the plan of its file; out: events and senders' names into a sink, refused rows into the rejects.
//! Knows neither threads nor partitions: a sink does what it likes with an event.

use crate::content::Fingerprinter;
use crate::domain::{Chat, MessageKind, Status, TemplateCategory, Token, TokenKey, Via, Word, digest64};
use crate::log::clean::{
    Cell, Column, Decimal, Identifier, TimeReader, WordReader, count_u32, flag, forwarded, link, sketch,
};
use crate::log::days::DayCounter;
use crate::log::read::EventSink;
use crate::log::read::plan::Plan;
use crate::log::read::refusal::Refusals;
use crate::log::read::seen::SeenSenders;
use crate::log::{
    ABSENT_U32, Keys, LogError, MessageEvent, ReadSettings, RejectReason, UNKNOWN, YES, head_of,
    looks_like_number, pack_flag,
};
use crate::table_io::Batch;
use std::ops::Range;

/// Cleans the batches of one part of one file.
pub(crate) struct MessageCleaner<'a> {
    plan: &'a Plan,
    key: TokenKey,
    keys: Option<&'a Keys>,
    fingerprinter: Option<Fingerprinter>,
    time: TimeReader,
    at: Positions,
    words: Words,
    /// The rows of the batch that are being cleaned.
    rows: Range<usize>,
    /// The events of these rows.
    events: Vec<MessageEvent>,
    /// Which of these rows are refused.
    bad: Vec<bool>,
    /// Which of these events have a sender that is to be named.
    unnamed: Vec<usize>,
    /// Places of these events with their sketches.
    sketches: Vec<(usize, u64)>,
    /// The refused rows.
    pub refusals: Refusals,
    /// Rows passed on.
    pub ok: u64,
    /// Oldest and newest usable time.
    pub span: Option<(i64, i64)>,
    /// Usable rows by day.
    pub days: DayCounter,
}

/// Rows cleaned at a time: their events stay in the first-level cache while column after column is filled in.
const CHUNK: usize = 256;

/// The words met so far.
#[derive(Default)]
struct Words {
    chat: WordReader<Chat>,
    kind: WordReader<MessageKind>,
    via: WordReader<Via>,
    status: WordReader<Status>,
    template: WordReader<TemplateCategory>,
}

/// Where the columns stand among the cards.
struct Positions {
    ts: usize,
    sender: usize,
    recipient: usize,
    text: usize,
}

impl<'a> MessageCleaner<'a> {
    /// A cleaner for a file.
    pub fn new(plan: &'a Plan, settings: &'a ReadSettings) -> Self {
        let position = |name| plan.table.position(name).unwrap_or_default();
        Self {
            plan,
            key: settings.token_key,
            keys: settings.keys.as_ref().filter(|_| plan.pseudonymise()),
            fingerprinter: settings.keys.as_ref().map(|k| Fingerprinter::new(k.contents())),
            time: plan.time_reader("ts"),
            at: Positions {
                ts: position("ts"),
                sender: position("sender"),
                recipient: position("recipient"),
                text: position("text"),
            },
            words: Words::default(),
            rows: 0..0,
            events: Vec::with_capacity(CHUNK),
            bad: Vec::with_capacity(CHUNK),
            unnamed: Vec::with_capacity(CHUNK),
            sketches: Vec::new(),
            refusals: Refusals::new(plan.name.clone(), settings.reject_limit),
            ok: 0,
            span: None,
            days: DayCounter::default(),
        }
    }

    /// Cleans a batch and hands its events on.
    pub fn batch<S: EventSink>(
        &mut self,
        mut batch: Batch,
        sink: &mut S,
        seen: &mut SeenSenders,
    ) -> Result<(), LogError> {
        let columns = self.plan.columns(&batch)?;
        let blank = MessageEvent::bare(0, Token::default(), Token::default());
        for broken in std::mem::take(&mut batch.broken) {
            self.refusals.broken(broken);
        }
        let mut words = std::mem::take(&mut self.words);
        for start in (0..batch.len).step_by(CHUNK) {
            self.rows = start..batch.len.min(start + CHUNK);
            self.events.clear();
            self.events.resize(self.rows.len(), blank);
            self.bad.clear();
            self.bad.resize(self.rows.len(), false);
            self.required(&batch, &columns)?;
            self.optional(&batch, &columns, &mut words);
            self.texts(&columns, sink);
            self.emit(&columns[self.at.sender], sink, seen);
        }
        self.words = words;
        self.refusals.end_batch(&batch.lines);
        Ok(())
    }

    fn required(&mut self, batch: &Batch, columns: &[Column]) -> Result<(), LogError> {
        let time = std::mem::take(&mut self.time);
        self.each(batch, columns, self.at.ts, |cell, event| {
            event.ts = time.read(cell)?.ok_or(RejectReason::Empty)?;
            Ok(())
        });
        self.time = time;
        self.tokens(batch, columns, self.at.sender, |event, token| event.sender = token)?;
        self.tokens(batch, columns, self.at.recipient, |event, token| event.recipient = token)
    }

    /// Calls `set` for every row that is still good; a failure refuses the row.
    #[inline(always)]
    fn each(
        &mut self,
        batch: &Batch,
        columns: &[Column],
        at: usize,
        mut set: impl FnMut(Cell, &mut MessageEvent) -> Result<(), RejectReason>,
    ) {
        self.each_row(batch, columns, at, |_, cell, event| set(cell, event));
    }

    /// Calls `set` as [`Self::each`] does, with the number of the row in the batch.
    #[inline(always)]
    fn each_row(
        &mut self,
        batch: &Batch,
        columns: &[Column],
        at: usize,
        mut set: impl FnMut(usize, Cell, &mut MessageEvent) -> Result<(), RejectReason>,
    ) {
        let (events, bad) = (&mut self.events[..], &mut self.bad[..]);
        let start = self.rows.start;
        columns[at].each(self.rows.clone(), |row, cell| {
            let i = row - start;
            if bad[i] {
                return;
            }
            if let Err(reason) = set(row, cell, &mut events[i]) {
                bad[i] = true;
                self.refusals.cell(batch.row_number(row), &self.plan.table.columns()[at], reason, cell);
            }
        });
    }

    fn tokens(
        &mut self,
        batch: &Batch,
        columns: &[Column],
        at: usize,
        mut set: impl FnMut(&mut MessageEvent, Token),
    ) -> Result<(), LogError> {
        let (key, keys) = (self.key, self.keys);
        let mut raw_number = false;
        let mut decimal = Decimal::default();
        self.each(batch, columns, at, |cell, event| {
            let bytes = Identifier::bytes(cell, &mut decimal)?.ok_or(RejectReason::Empty)?;
            let token = match keys {
                Some(keys) => {
                    let text = std::str::from_utf8(bytes).unwrap_or_default();
                    Token::of(&key, keys.pseudonym(text).as_bytes())
                }
                None => {
                    raw_number |= matches!(cell, Cell::Text(text) if looks_like_number(text));
                    Token::of(&key, bytes)
                }
            };
            set(event, token);
            Ok(())
        });
        if raw_number {
            return Err(self.raw_number(batch, columns, at));
        }
        Ok(())
    }

    #[cold]
    fn raw_number(&self, batch: &Batch, columns: &[Column], at: usize) -> LogError {
        let is_raw =
            |row: &usize| matches!(columns[at].cell(*row), Cell::Text(text) if looks_like_number(text));
        let row = (0..batch.len).find(is_raw).unwrap_or_default();
        LogError::RawNumber {
            file: self.plan.name.to_string(),
            row: batch.row_number(row),
            column: self.plan.table.columns()[at].name.to_owned(),
        }
    }

    fn optional(&mut self, batch: &Batch, columns: &[Column], words: &mut Words) {
        for (at, card) in self.plan.table.columns().iter().enumerate() {
            if !columns[at].is_present() || card.required {
                continue;
            }
            match card.name {
                "msg_id" => self.digests(batch, columns, at, |event, digest, _| event.msg = digest),
                "content" => self.digests(batch, columns, at, |event, digest, bytes| {
                    event.content = digest;
                    event.content_head = head_of(bytes);
                }),
                "sketch" => self.sketches(batch, columns, at),
                "chat" => self.words(batch, columns, at, &mut words.chat, |event, code| {
                    // Every event has a chat, so that its code is not shifted to make room for "absent".
                    event.chat = code.checked_sub(1).unwrap_or(Chat::Direct as u8);
                }),
                "kind" => {
                    self.words(batch, columns, at, &mut words.kind, |event, code| event.kind = code);
                }
                "via" => self.words(batch, columns, at, &mut words.via, |event, code| event.via = code),
                "status" => {
                    self.words(batch, columns, at, &mut words.status, |event, code| event.status = code);
                }
                "template_category" => {
                    self.words(batch, columns, at, &mut words.template, |event, code| event.template = code);
                }
                "size" => self.each(batch, columns, at, |cell, event| {
                    event.size = count_u32(cell)?.unwrap_or(ABSENT_U32);
                    Ok(())
                }),
                "typing_ms" => self.each(batch, columns, at, |cell, event| {
                    event.typing_ms = count_u32(cell)?.unwrap_or(ABSENT_U32);
                    Ok(())
                }),
                "link" => self.links(batch, columns, at),
                "forwarded" => self.each(batch, columns, at, |cell, event| {
                    event.forwarded = forwarded(cell)?;
                    Ok(())
                }),
                "recipient_knows_sender" => self.each(batch, columns, at, |cell, event| {
                    event.known = pack_flag(flag(cell)?);
                    Ok(())
                }),
                _ => {}
            }
        }
    }

    fn digests(
        &mut self,
        batch: &Batch,
        columns: &[Column],
        at: usize,
        mut set: impl FnMut(&mut MessageEvent, u64, &[u8]),
    ) {
        let key = self.key;
        let mut decimal = Decimal::default();
        self.each(batch, columns, at, |cell, event| {
            if let Some(bytes) = Identifier::bytes(cell, &mut decimal)? {
                set(event, digest64(&key, bytes), bytes);
            }
            Ok(())
        });
    }

    /// Sketches are kept beside the content they belong to; without one there is nothing to compare it with.
    fn sketches(&mut self, batch: &Batch, columns: &[Column], at: usize) {
        let mut found = std::mem::take(&mut self.sketches);
        let first = self.rows.start;
        self.each_row(batch, columns, at, |row, cell, _| {
            found.extend(sketch(cell)?.map(|sketch| (row - first, sketch)));
            Ok(())
        });
        self.sketches = found;
    }

    /// A flag, or the token of where it leads, which is then a thing of its own.
    fn links(&mut self, batch: &Batch, columns: &[Column], at: usize) {
        let key = self.key;
        self.each(batch, columns, at, |cell, event| {
            event.link = link(cell)?;
            if event.link == YES
                && let Cell::Text(token) = cell
                && flag(cell).is_err()
            {
                event.object = digest64(&key, token.as_bytes());
            }
            Ok(())
        });
    }

    fn words<W: Word + PartialEq>(
        &mut self,
        batch: &Batch,
        columns: &[Column],
        at: usize,
        reader: &mut WordReader<W>,
        mut set: impl FnMut(&mut MessageEvent, u8),
    ) {
        let views = columns[at].views();
        self.each_row(batch, columns, at, |row, cell, event| {
            let code = match (views, cell) {
                (Some(views), Cell::Text(_)) => reader.read_view(views[row], cell)?,
                _ => reader.read(cell)?,
            };
            set(event, code);
            Ok(())
        });
    }

    /// Fingerprints texts where the platform gives no fingerprint; size and link follow where nothing else says them.
    fn texts<S: EventSink>(&mut self, columns: &[Column], sink: &mut S) {
        let (Some(fingerprinter), true) = (&mut self.fingerprinter, columns[self.at.text].is_present())
        else {
            return;
        };
        for (i, row) in self.rows.clone().enumerate() {
            let event = &mut self.events[i];
            let Cell::Text(text) = columns[self.at.text].cell(row) else { continue };
            if self.bad[i] {
                continue;
            }
            // A platform's own fingerprint knows more than the words do, and is compared by itself.
            let (own, ts) = (event.content == 0, event.ts);
            let mark = fingerprinter.mark(text, |fingerprint, text, objects| {
                if own {
                    sink.text(ts, fingerprint, text, objects);
                }
            });
            if own {
                event.content = mark.fingerprint;
                event.content_head = mark.fingerprint;
            }
            if event.object == 0 {
                event.object = mark.object;
            }
            if event.size == ABSENT_U32 {
                event.size = mark.bytes;
            }
            if event.link == UNKNOWN {
                event.link = pack_flag(Some(mark.has_link));
            }
        }
    }

    fn emit<S: EventSink>(&mut self, sender: &Column, sink: &mut S, seen: &mut SeenSenders) {
        // First all lookups, one right after the other: each may have to wait for memory, and waiting in turn with the
        // sink, which does too, would take several times as long.
        self.unnamed.clear();
        for (i, event) in self.events.iter().enumerate() {
            if !self.bad[i] && seen.is_new(event.sender) {
                self.unnamed.push(i);
            }
        }
        let mut decimal = Decimal::default();
        for i in &self.unnamed {
            let cell = sender.cell(self.rows.start + i);
            if let Ok(Some(name)) = Identifier::read(cell, &mut decimal) {
                match self.keys {
                    Some(keys) => sink.name(self.events[*i].sender, &keys.pseudonym(name)),
                    None => sink.name(self.events[*i].sender, name),
                }
            }
        }
        for (i, sketch) in self.sketches.drain(..).filter(|(i, _)| !self.bad[*i]) {
            let event = &self.events[i];
            if event.content != 0 {
                sink.sketch(event.ts, event.content, sketch);
            }
        }
        let (mut oldest, mut newest) = self.span.unwrap_or((i64::MAX, i64::MIN));
        for (event, bad) in self.events.iter().zip(&self.bad) {
            if *bad {
                continue;
            }
            (oldest, newest) = (oldest.min(event.ts), newest.max(event.ts));
            self.days.add(event.ts);
            self.ok += 1;
            sink.message(event);
        }
        if oldest <= newest {
            self.span = Some((oldest, newest));
        }
    }
}
