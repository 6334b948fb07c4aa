//! Who said what about the account: reporters, blockers and people who asked to stop, beside the pairs.
//! In: feedback about one account, its pairs and contacts; out: counts of people and of independent voices among them.
//! Tells nothing: what may be shown of these numbers is decided by the cards.

use super::facts::{Facts, Pair, Room, refill};
use crate::domain::{DAY_US, FeedbackKind, HOUR_US, Token};
use crate::log::{FeedbackRow, NO};

/// A cohort of the last seven days: those who said something, as people and as independent voices, and all.
#[derive(Debug, Clone, Copy)]
pub struct Cohort {
    /// People who said something.
    pub people: usize,
    /// Independent voices among them.
    pub voices: usize,
    /// All of the cohort.
    pub all: usize,
}

/// What the reports about an account come to.
#[derive(Debug, Clone, Copy)]
pub struct Reports {
    /// People who reported.
    pub raw: usize,
    /// People who did so before the account had written to them first.
    pub weightless: usize,
    /// People who did so on first contact.
    pub first_contact: usize,
    /// People newly contacted within the last 7 d in vain, or who reported first.
    pub lately: Cohort,
}

/// What the blocks come to.
#[derive(Debug, Clone, Copy)]
pub struct Blocks {
    /// People who blocked and had been written to first.
    pub all: usize,
    /// People written to within the last 7 d who stayed silent and had not saved the number, or blocked.
    pub lately: Cohort,
}

/// The reports, counted once.
pub fn reports<'f>(f: &'f Facts) -> &'f Reports {
    f.later.reports.get_or_init(|| {
        let first_contact = reporting_pairs(f);
        Reports {
            raw: people(f, FeedbackKind::Report, |_| true),
            weightless: reports_weightless(f),
            first_contact: first_contact.len(),
            lately: newly_contacted(f, &first_contact),
        }
    })
}

/// The blocks, counted once.
pub fn blocks<'f>(f: &'f Facts) -> &'f Blocks {
    f.later.blocks.get_or_init(|| Blocks {
        all: people(f, FeedbackKind::Block, |r| was_written_to(f, r)),
        lately: lately_written_to(f),
    })
}

fn reports_weightless(f: &Facts) -> usize {
    let reports = f.timeline.feedback.iter().filter(|r| r.kind == FeedbackKind::Report);
    let written = Written::to(f, sorted(reports.map(|r| r.reporter)));
    // A contact before the window opened the chat just as well, though no pair of the window knows of it.
    let earlier = |r: &FeedbackRow| pair_of(f, r.reporter).is_none() && written.before(r.reporter, r.ts);
    people(f, FeedbackKind::Report, |r| !was_written_to(f, r) && !earlier(r))
}

/// When the account first wrote to some people, in the whole log.
struct Written {
    people: Vec<Token>,
    first: Vec<i64>,
}

impl Written {
    /// One pass over the sent rows; `people` are sorted.
    fn to(f: &Facts, people: Vec<Token>) -> Self {
        let mut first = vec![i64::MAX; people.len()];
        if !people.is_empty() {
            for event in f.timeline.sent.iter().filter(|e| e.is_contact()) {
                if let Ok(i) = people.binary_search(&event.recipient) {
                    first[i] = first[i].min(event.ts);
                }
            }
        }
        Self { people, first }
    }

    fn before(&self, person: Token, ts: i64) -> bool {
        self.people.binary_search(&person).is_ok_and(|i| self.first[i] <= ts)
    }
}

fn people(f: &Facts, kind: FeedbackKind, keep: impl Fn(&FeedbackRow) -> bool) -> usize {
    let rows = f.timeline.feedback.iter().filter(|r| r.kind == kind && f.window.contains(r.ts));
    distinct(rows.filter(|r| keep(r)).map(|r| r.reporter))
}

fn distinct(people: impl Iterator<Item = Token>) -> usize {
    sorted(people).len()
}

fn sorted<T: Ord>(values: impl Iterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = values.collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn pair_of(f: &Facts, person: Token) -> Option<usize> {
    let i = f.pairs.binary_search_by_key(&person, |p| f.peer(p)).ok()?;
    Some(i)
}

/// Whether the account had opened the chat before the feedback; what the log says itself goes first.
fn was_written_to(f: &Facts, row: &FeedbackRow) -> bool {
    pair_of(f, row.reporter).is_some_and(|i| was_opened(f, &f.pairs[i], row))
}

fn was_opened(f: &Facts, pair: &Pair, row: &FeedbackRow) -> bool {
    f.first_contact(pair) <= row.ts && !pair.wrote_before() && row.reported_initiated != NO
}

/// Contacts after which a report is no longer one on first contact.
const FIRST_FEW: u32 = 3;

/// Pairs whose person reported on first contact in the window, each once, sorted.
fn reporting_pairs(f: &Facts) -> Vec<usize> {
    let is_report = |r: &&FeedbackRow| r.kind == FeedbackKind::Report && f.window.contains(r.ts);
    let reports = || f.timeline.feedback.iter().filter(is_report);
    if reports().next().is_none() {
        return Vec::new();
    }
    // When each pair had one contact too many: one pass, however many reports there are.
    let Room { times: too_many, keys: seen, .. } = &mut *f.room.borrow_mut();
    refill(too_many, f.pairs.len(), f.pairs.iter().map(|_| i64::MAX));
    refill(seen, f.pairs.len(), f.pairs.iter().map(|_| 0));
    for (pair, ts) in f.contacts.pair.iter().zip(&f.contacts.ts) {
        seen[*pair as usize] += 1;
        if seen[*pair as usize] == FIRST_FEW + 1 {
            too_many[*pair as usize] = *ts;
        }
    }
    let on_first_contact = |r: &FeedbackRow| {
        let i = pair_of(f, r.reporter)?;
        let pair = &f.pairs[i];
        let unanswered = pair.reply_at().is_none_or(|t| r.ts < t);
        (was_opened(f, pair, r) && unanswered && r.ts < too_many[i]).then_some(i)
    };
    sorted(reports().filter_map(on_first_contact))
}

/// People newly contacted within the last 7 d in vain, or who reported first, and which of them reported.
fn newly_contacted(f: &Facts, reporting: &[usize]) -> Cohort {
    let since = f.as_of() - 7 * DAY_US;
    let met_lately = |pair: &&Pair| pair.is_new() && since <= f.first_contact(pair);
    let said = || reporting.iter().map(|i| &f.pairs[*i]).filter(met_lately);
    // Reporters who wrote later, or had saved the number, are not among the chats opened in vain.
    let beside = said().filter(|pair| !pair.is_in_vain()).count();
    Cohort {
        people: said().count(),
        voices: f.context.voices.independent(said().map(|pair| f.peer(pair))),
        all: f.pair_counts.week_in_vain + beside,
    }
}

/// People written to within the last 7 d who stayed silent and had not saved the number, or blocked; and the blockers.
fn lately_written_to(f: &Facts) -> Cohort {
    let since = f.as_of() - 7 * DAY_US;
    let rows = f.timeline.feedback.iter().filter(|r| r.kind == FeedbackKind::Block && since <= r.ts);
    let counted = rows.filter(|r| f.window.contains(r.ts) && was_written_to(f, r));
    let mut blockers = sorted(counted.filter_map(|r| pair_of(f, r.reporter)));
    let written = &mut f.room.borrow_mut().keys;
    written.clear();
    written.resize(f.pairs.len(), 0);
    let from = f.contacts.ts.partition_point(|ts| *ts < since);
    for contact in (from..f.contacts.ts.len()).filter(|i| !f.is_explained(*i)) {
        written[f.contacts.pair[contact] as usize] = 1;
    }
    let mut all = 0;
    for (i, pair) in f.pairs.iter().enumerate().filter(|(i, p)| written[*i] == 1 && !p.wrote_before()) {
        let blocked = blockers.binary_search(&i).is_ok();
        all += usize::from(blocked || pair.is_silent() && !pair.is_saved());
    }
    blockers.retain(|i| written[*i] == 1 && !f.pairs[*i].wrote_before());
    let voices = f.context.voices.independent(blockers.iter().map(|i| f.peer(&f.pairs[*i])));
    Cohort { people: blockers.len(), voices, all }
}

/// People who got something after they had blocked or asked to stop.
pub fn ignored_optouts(f: &Facts) -> usize {
    let rows = f.timeline.feedback.iter().filter(|r| r.kind != FeedbackKind::Report);
    let wishes = sorted(rows.map(|r| (r.reporter, r.ts)));
    if wishes.is_empty() {
        return 0;
    }
    let inbound = sorted(f.timeline.received.iter().map(|r| (r.peer, r.ts)));
    let written = Written::to(f, sorted(wishes.iter().map(|w| w.0)));
    let mut confirmed = vec![false; wishes.len()];
    let contacts = f.contacts.pair.iter().zip(&f.contacts.ts);
    let ignored = contacts.filter_map(|(pair, ts)| {
        let pair = &f.pairs[*pair as usize];
        let peer = f.peer(pair);
        let wish = wishes.partition_point(|w| *w < (peer, *ts)).checked_sub(1)?;
        let (who, asked_at) = wishes[wish];
        // A wish of somebody the account had never written to is not about its messages.
        if who != peer || !written.before(peer, asked_at) {
            return None;
        }
        let heard = inbound.partition_point(|m| *m <= (peer, *ts)).checked_sub(1).map(|i| inbound[i]);
        let answers = heard.filter(|(p, t)| *p == peer && ts - t <= DAY_US);
        // Nor is one of somebody who opened the chat and is being answered.
        let reopened = answers.is_some_and(|(_, t)| asked_at < t || pair.wrote_before());
        let confirms = !reopened && !confirmed[wish] && ts - asked_at <= HOUR_US;
        confirmed[wish] |= confirms;
        (!reopened && !confirms).then_some(peer)
    });
    distinct(ignored)
}
