//! Everything a night needs from its inputs: routed messages, side tables, the window, and what the log offers.
//! In: inputs and what the user wishes of the window; out: a `MessageLog` whose partitions are ordered on demand.
//! Computes no feature, and decides the window from the rows only where the user left it open.

use super::read::{read_messages, read_side_tables};
use super::{
    Batch, InputSpec, LogError, MOST_TALKS, Offers, PARTITIONS, ReadReport, ReadSettings, Routed, Router,
    Seen, Shared, SideTables, Speakers, Step, Talk, TextFindings,
};
use crate::domain::{DAY_US, Timestamp, Token, Window, WindowError};
use std::sync::Arc;

/// The inputs of a night.
#[derive(Debug, Clone)]
pub struct Inputs {
    /// The message log.
    pub messages: InputSpec,
    /// Side tables, at most one input each.
    pub side: Vec<InputSpec>,
}

/// How long a window is when only one end is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// So many microseconds.
    Micros(i64),
    /// From the oldest row on.
    All,
}

/// What the user says of the window; the rest follows from the rows.
#[derive(Debug, Clone, Copy)]
pub struct WindowWish {
    /// Start, inclusive.
    pub from: Option<Timestamp>,
    /// End, exclusive.
    pub to: Option<Timestamp>,
    /// Length when no start is given.
    pub length: Length,
    /// Look-back for earlier contact, microseconds.
    pub lookback_us: i64,
    /// Since when the log is complete; where nobody says it, the oldest partition or row that can be believed.
    pub log_start: Option<Timestamp>,
}

impl Default for WindowWish {
    fn default() -> Self {
        Self {
            from: None,
            to: None,
            length: Length::Micros(Window::LENGTH_US),
            lookback_us: Window::LOOKBACK_US,
            log_start: None,
        }
    }
}

impl WindowWish {
    /// Whether the rows decide where the window ends; a start behind the bulk of them says that what follows is meant.
    fn leaves_the_end_open(&self, report: &ReadReport) -> bool {
        let end = report.days.late().map(|late| late.end());
        self.to.is_none() && self.from.is_none_or(|from| end.is_some_and(|end| from.0 <= end))
    }

    /// The window, given the oldest and the newest row of the log.
    pub fn window(&self, oldest: i64, newest: i64) -> Result<Window, WindowError> {
        let to = self.to.unwrap_or_else(|| Timestamp(newest).next_midnight());
        let from = self.from.unwrap_or(match self.length {
            Length::Micros(us) => Timestamp(to.0.saturating_sub(us)),
            Length::All => Timestamp(oldest.div_euclid(DAY_US) * DAY_US),
        });
        Window::new(from, to, self.lookback_us)
    }

    /// Between which times rows may count, as far as that is known before any is read; the end is exclusive.
    pub fn bounds(&self) -> (i64, i64) {
        let start = match (self.from, self.to, self.length) {
            (Some(from), ..) => from.0,
            (None, Some(to), Length::Micros(us)) => to.0.saturating_sub(us),
            _ => i64::MIN,
        };
        (start.saturating_sub(self.lookback_us), self.to.map_or(i64::MAX, |to| to.0))
    }
}

/// A night's log: messages routed to partitions, side tables sorted, window fixed.
#[derive(Debug)]
pub struct MessageLog {
    /// The window.
    pub window: Window,
    /// First moment the log covers.
    pub log_start: i64,
    /// Which optional columns and tables exist.
    pub offers: Offers,
    /// Side tables, each sorted by account and then by everything else.
    pub side: SideTables,
    /// Which contents are variants of one text, and how many were compared.
    pub texts: TextFindings,
    /// What the routers saw.
    pub seen: Seen,
    /// What reading found, messages first.
    pub reports: Vec<ReadReport>,
    routed: Routed,
    extra: Vec<Vec<Token>>,
}

impl MessageLog {
    /// Reads everything; what does not fit in the memory of `shared` waits on disk.
    ///
    /// The side tables stay in memory whatever the limit: their size follows the accounts, not the messages.
    pub fn read(
        inputs: &Inputs,
        wish: &WindowWish,
        settings: &ReadSettings,
        shared: &Arc<Shared>,
    ) -> Result<Self, LogError> {
        let mut named = Router::new();
        // Side tables first: which messages pass between people who gave feedback is noted while they are routed.
        let (mut side, mut side_reports) = read_side_tables(&inputs.side, settings, &mut |token, name| {
            super::EventSink::name(&mut named, token, name)
        })?;
        sort(&mut side);
        let feedback = side.feedback.as_deref().unwrap_or(&[]);
        let speakers = Arc::new(Speakers::of(feedback, wish.to.map(|t| t.0)));
        let (from, to) = wish.bounds();
        let router = || Router::sharing(shared).hearing(&speakers).wanting(from, to);
        let (mut routers, mut report) =
            read_messages(&inputs.messages, &listening(settings, shared), router)?;
        routers.push(named);
        let seen = Seen::of(&routers);
        let (oldest, newest) = (seen.oldest.unwrap_or(0), seen.newest.unwrap_or(0));
        let newest = if wish.leaves_the_end_open(&report) { report.log_end(newest) } else { newest };
        let window = wish.window(oldest, newest).map_err(|e| LogError::Window { problem: e.to_string() })?;
        report.check_window(&window)?;
        let talks = Talk::between(&mut routers, &speakers, window.log_from_us(), window.to_us());
        if 0 < talks.lost {
            report.warnings.push(format!(
                "people who spoke against the same account wrote to each other in more than {MOST_TALKS} pairs: those who \
                 spoke against the {} accounts with most accusers are not bound by it",
                talks.lost
            ));
        }
        side.talks = Some(talks.pairs);
        if let Some(start) = wish.log_start.filter(|start| window.to_us() <= start.0) {
            let (start, to) = (start.rfc3339(), Timestamp(window.to_us()).rfc3339());
            return Err(LogError::Window {
                problem: format!("the log is said to start at {start}, and the night ends at {to}"),
            });
        }
        let log_start = wish.log_start.map_or_else(|| report.log_start(oldest, window.to_us()), |t| t.0);
        let offers = offers(&report, &side, &seen);
        let extra = extra_accounts(&side);
        let mut reports = vec![report];
        reports.append(&mut side_reports);
        let routed = Routed::new(routers, shared)?;
        let found = shared.texts.find().map_err(|e| LogError::Texts { problem: e.to_string() })?;
        Ok(Self { window, log_start, offers, side, texts: found, seen, reports, routed, extra })
    }

    /// The next partitions from `start` on that fit in memory together; at least one.
    pub fn next(&mut self, start: usize) -> Batch {
        self.routed.next(start)
    }

    /// Accounts of a partition that only side tables name, sorted.
    pub fn extra(&self, partition: usize) -> &[Token] {
        &self.extra[partition]
    }

    /// How many partitions there are.
    pub fn partitions(&self) -> usize {
        PARTITIONS
    }

    /// How many times buffers went to disk; 0 when everything fitted in memory.
    pub fn flushes(&self) -> usize {
        self.routed.flushes()
    }
}

/// The same settings, with the number of rows the files promise passed on to whoever plans disk space.
fn listening(settings: &ReadSettings, shared: &Arc<Shared>) -> ReadSettings {
    let (shared, watcher) = (shared.clone(), settings.progress.clone());
    let progress = move |step| {
        if let Step::ExpectedRows(rows) = step {
            shared.expect_rows(rows);
        }
        if let Some(watcher) = &watcher {
            watcher(step);
        }
    };
    ReadSettings { progress: Some(Arc::new(progress)), ..settings.clone() }
}

fn sort(side: &mut SideTables) {
    fn by<T: Ord>(table: &mut Option<Vec<T>>) {
        if let Some(rows) = table {
            rows.sort_unstable();
            rows.dedup();
        }
    }
    by(&mut side.accounts);
    by(&mut side.registrations);
    by(&mut side.group_events);
    by(&mut side.feedback);
    by(&mut side.enforcement);
    by(&mut side.off_platform);
    by(&mut side.contacts);
    by(&mut side.groups);
    by(&mut side.operators);
}

fn offers(report: &ReadReport, side: &SideTables, seen: &Seen) -> Offers {
    let has = |column| report.columns_present.contains(column);
    Offers {
        msg_id: has("msg_id"),
        chat: has("chat"),
        kind: has("kind"),
        size: has("size") || report.text_read,
        content: has("content") || report.text_read,
        link: has("link") || report.text_read,
        forwarded: has("forwarded"),
        typing_ms: has("typing_ms"),
        via: has("via"),
        template_category: has("template_category"),
        known: has("recipient_knows_sender"),
        status: has("status"),
        delivery: seen.delivery,
        accounts: side.accounts.is_some(),
        registrations: side.registrations.is_some(),
        group_events: side.group_events.is_some(),
        feedback: side.feedback.is_some(),
        enforcement: side.enforcement.is_some(),
        contacts: side.contacts.is_some(),
    }
}

/// Accounts that side tables name and that may belong to the population without having sent anything.
fn extra_accounts(side: &SideTables) -> Vec<Vec<Token>> {
    let mut extra = vec![Vec::new(); PARTITIONS];
    let mut add = |account: Token| extra[account.partition(PARTITIONS)].push(account);
    side.accounts.iter().flatten().filter(|r| r.registered_at.is_some()).for_each(|r| add(r.account));
    side.registrations.iter().flatten().for_each(|r| add(r.account));
    side.group_events.iter().flatten().for_each(|r| add(r.actor));
    side.feedback.iter().flatten().for_each(|r| add(r.reported));
    for accounts in &mut extra {
        accounts.sort_unstable();
        accounts.dedup();
    }
    extra
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_ends_at_the_midnight_after_the_newest_row() {
        let wish = WindowWish::default();
        let window = wish.window(0, 40 * DAY_US + 1).expect("valid");
        assert_eq!((window.from_us(), window.to_us()), (11 * DAY_US, 41 * DAY_US));
        let all = WindowWish { length: Length::All, ..wish }.window(DAY_US + 5, 3 * DAY_US).expect("valid");
        assert_eq!((all.from_us(), all.to_us()), (DAY_US, 4 * DAY_US));
    }

    #[test]
    fn a_window_without_a_moment_is_refused() {
        let wish = WindowWish { from: Some(Timestamp(9)), to: Some(Timestamp(9)), ..WindowWish::default() };
        assert!(wish.window(0, 1).is_err());
    }
}
