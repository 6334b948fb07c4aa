//! What a log offers before a scan: rows, time span, columns, words, families, history, spelling of identifiers.
//! In: an input; out: plain findings that a terminal or a page can show, also for a log that cannot be scanned yet.
//! Computes no feature and keeps no event.

use crate::domain::{
    AgreementFamily, Chat, DAY_US, MessageKind, Status, TemplateCategory, Token, Via, Window, Word, nearest,
};
use crate::log::schema::{ColumnCard, TableKind};
use crate::log::{
    EventSink, InputSpec, LogError, MessageEvent, ReadReport, ReadSettings, looks_like_number, read_messages,
};
use crate::table_io::{self, TableFile};
use std::collections::{BTreeMap, BTreeSet};

/// What was found about one column of the contract.
#[derive(Debug, Clone)]
pub struct ColumnFinding {
    /// The column.
    pub card: &'static ColumnCard,
    /// Whether the log (with its mapping) offers it.
    pub found: bool,
    /// For a missing one: the column of the log with the most similar name.
    pub guess: Option<String>,
}

/// How far the history carries the features that compare with earlier contact.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct History {
    /// Days between the oldest and the newest event.
    pub days: f64,
    /// Share of the last 30 days (or of the whole log, if shorter) that has the full look-back of 90 days before it.
    pub full_lookback_share: f64,
}

/// How identifiers are spelled, by distinct senders; of each spelling exact up to 65,536, estimated beyond.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spelling {
    /// Digits only.
    pub digits: u64,
    /// Something like a mail address.
    pub mail: u64,
    /// Anything else.
    pub other: u64,
}

/// What a log offers.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// Columns of the contract, in its order.
    pub columns: Vec<ColumnFinding>,
    /// Columns of the files with their type, as the first file has them.
    pub file_columns: Vec<(String, String)>,
    /// What reading found; absent when the log cannot be read as it is.
    pub report: Option<ReadReport>,
    /// Why it cannot.
    pub problem: Option<String>,
    /// How often each word stands in the columns of words.
    pub words: BTreeMap<&'static str, BTreeMap<&'static str, u64>>,
    /// For each family: the missing columns that its features would use; empty when nothing is missing.
    pub families: BTreeMap<AgreementFamily, Vec<&'static str>>,
    /// How far the history carries.
    pub history: Option<History>,
    /// Distinct senders' spelling.
    pub senders: Spelling,
    /// Estimated rows that repeat an earlier one's sender, recipient and message id; absent without message ids.
    pub duplicates: Option<u64>,
}

/// Inspects a message log; only files that cannot be opened at all are an error.
pub fn inspect(spec: &InputSpec, settings: &ReadSettings) -> Result<Inspection, LogError> {
    let listing = table_io::list(&spec.paths, &settings.wanted())?;
    let section = spec.mapping.as_ref().and_then(|m| m.section(spec.table.name()));
    let layout = section.map(|s| s.layout.clone()).unwrap_or_default();
    let mut file_columns = Vec::new();
    if let Some(file) = listing.files.first() {
        let opened = TableFile::open(file, &layout)?;
        file_columns = opened.columns().iter().cloned().zip(opened.types()).collect();
    }
    let settings = ReadSettings { max_reject_share: 1.0, ..settings.clone() };
    let (stats, report, problem) = match read_messages(spec, &settings, Stats::default) {
        Ok((sinks, report)) => {
            let merged = sinks.into_iter().reduce(Stats::merge).unwrap_or_default();
            (merged, Some(report), None)
        }
        Err(error @ LogError::Stopped { .. }) => return Err(error),
        Err(error) => (Stats::default(), None, Some(error.to_string())),
    };
    let present: BTreeSet<&str> = match (&report, section) {
        (Some(report), _) => report.columns_present.iter().copied().collect(),
        (None, Some(section)) => section.fields.keys().map(String::as_str).collect(),
        (None, None) => file_columns.iter().map(|(name, _)| name.as_str()).collect(),
    };
    let columns = findings(spec.table, &present, &file_columns);
    let families = families(spec.table, &present);
    let history = report.as_ref().and_then(history);
    let duplicates = (stats.with_id > 0).then(|| stats.repeats.estimate());
    let (words, senders) = (stats.named_words(), stats.spelling());
    Ok(Inspection { columns, file_columns, report, problem, words, families, history, senders, duplicates })
}

fn findings(
    table: TableKind,
    present: &BTreeSet<&str>,
    file_columns: &[(String, String)],
) -> Vec<ColumnFinding> {
    let finding = |card: &'static ColumnCard| {
        let found = present.contains(card.name);
        let names = file_columns.iter().map(|(name, _)| name.as_str());
        let guess = if found { None } else { nearest(card.name, names).map(str::to_owned) };
        ColumnFinding { card, found, guess }
    };
    table.columns().iter().map(finding).collect()
}

fn families(table: TableKind, present: &BTreeSet<&str>) -> BTreeMap<AgreementFamily, Vec<&'static str>> {
    let mut families = BTreeMap::new();
    for card in table.columns() {
        for family in card.families {
            let missing: &mut Vec<&'static str> = families.entry(*family).or_default();
            if !present.contains(card.name) {
                missing.push(card.name);
            }
        }
    }
    families
}

fn history(report: &ReadReport) -> Option<History> {
    let (oldest, newest) = (report.oldest?, report.newest?);
    let newest = report.days.late().map_or(newest, |late| late.end());
    let oldest = report.days.until(newest).strays().map_or(oldest, |strays| strays.bulk);
    let start = report.earliest_partition.map_or(oldest, |p| p.min(oldest));
    let span = newest - start;
    let window = Window::LENGTH_US.min(span).max(1);
    let covered = (span - Window::LOOKBACK_US).clamp(0, window);
    Some(History { days: span as f64 / DAY_US as f64, full_lookback_share: covered as f64 / window as f64 })
}

#[derive(Default)]
struct Stats {
    counts: [[u64; 16]; 5],
    /// Senders by spelling: digits, mail, other. Several workers may be told of one sender.
    senders: [Repeats; 3],
    with_id: u64,
    repeats: Repeats,
}

impl EventSink for Stats {
    fn message(&mut self, event: &MessageEvent) {
        let codes = [event.chat + 1, event.kind, event.via, event.status, event.template];
        for (counts, code) in self.counts.iter_mut().zip(codes) {
            counts[usize::from(code & 15)] += 1;
        }
        if event.msg != 0 {
            self.with_id += 1;
            let key = event.msg
                ^ (event.sender.0 as u64).rotate_left(17)
                ^ (event.recipient.0 as u64).rotate_left(41);
            self.repeats.add(key, 1);
        }
    }

    fn name(&mut self, sender: Token, name: &str) {
        let spelling = if name.bytes().all(|b| b.is_ascii_digit()) {
            0
        } else if name.contains('@') && !looks_like_number(name) {
            1
        } else {
            2
        };
        self.senders[spelling].add(sender.0 as u64, 1);
    }
}

impl Stats {
    fn merge(mut self, other: Self) -> Self {
        for (mine, theirs) in self.counts.iter_mut().flatten().zip(other.counts.iter().flatten()) {
            *mine += theirs;
        }
        for (mine, theirs) in self.senders.iter_mut().zip(&other.senders) {
            mine.absorb(theirs);
        }
        self.with_id += other.with_id;
        self.repeats.absorb(&other.repeats);
        self
    }

    fn spelling(&self) -> Spelling {
        let [digits, mail, other] = [0, 1, 2].map(|i: usize| self.senders[i].distinct());
        Spelling { digits, mail, other }
    }

    fn named_words(&self) -> BTreeMap<&'static str, BTreeMap<&'static str, u64>> {
        let lists =
            [Chat::names(), MessageKind::names(), Via::names(), Status::names(), TemplateCategory::names()];
        let columns = ["chat", "kind", "via", "status", "template_category"];
        let mut words = BTreeMap::new();
        for ((column, names), counts) in columns.into_iter().zip(lists).zip(&self.counts) {
            let found: BTreeMap<&str, u64> = std::iter::once("(not said)")
                .chain(names)
                .zip(counts)
                .filter(|(_, n)| **n > 0)
                .map(|(word, n)| (word, *n))
                .collect();
            words.insert(column, found);
        }
        words
    }
}

/// Counts of a sample of keys, chosen by the keys' own bits, so that all copies of a key are in or out together.
#[derive(Default)]
struct Repeats {
    counts: BTreeMap<u64, u64>,
    mask: u64,
}

const SAMPLED: usize = 1 << 16;

impl Repeats {
    fn add(&mut self, key: u64, n: u64) {
        if key & self.mask == 0 {
            *self.counts.entry(key).or_default() += n;
            while self.counts.len() > SAMPLED {
                self.thin_to(self.mask << 1 | 1);
            }
        }
    }

    /// The sample of both; it does not depend on which of them saw which key.
    fn absorb(&mut self, other: &Self) {
        self.thin_to(other.mask);
        other.counts.iter().for_each(|(key, n)| self.add(*key, *n));
    }

    /// Distinct keys: exact as long as all fit into the sample.
    fn distinct(&self) -> u64 {
        self.counts.len() as u64 * (self.mask + 1)
    }

    fn thin_to(&mut self, mask: u64) {
        self.mask |= mask;
        let mask = self.mask;
        self.counts.retain(|key, _| key & mask == 0);
    }

    fn estimate(&self) -> u64 {
        self.counts.values().map(|n| n - 1).sum::<u64>() * (self.mask + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inspect_csv(text: &str) -> Inspection {
        let dir = tempfile::tempdir().expect("temp");
        let path = dir.path().join("log.csv");
        std::fs::write(&path, text).expect("write");
        inspect(&InputSpec::new(TableKind::Messages, [path.display().to_string()]), &ReadSettings::default())
            .expect("opens")
    }

    #[test]
    fn a_readable_log_tells_what_it_offers() {
        let found = inspect_csv(
            "ts,sender,recipient,msg_id,chat\n2026-01-01,1,b,m1,group\n2026-04-11,2,b,m2,\n2026-04-11,2,b,m2,\n",
        );
        assert_eq!(found.problem, None);
        assert_eq!(found.words["chat"], BTreeMap::from([("direct", 2), ("group", 1)]));
        assert_eq!(found.senders, Spelling { digits: 2, ..Spelling::default() });
        assert_eq!(found.duplicates, Some(1));
        let history = found.history.expect("a span");
        assert!(
            (history.days - 100.0).abs() < 1e-9 && (history.full_lookback_share - 1.0 / 3.0).abs() < 1e-9
        );
        assert!(found.families[&AgreementFamily::Content].contains(&"content"));
        assert!(found.families[&AgreementFamily::Reach].is_empty());
    }

    #[test]
    fn a_sender_that_several_workers_meet_is_one() {
        let dir = tempfile::tempdir().expect("temp");
        for part in 0..8 {
            let rows = (0..200).map(|i| format!("2026-01-01,{i},b{part}\n2026-01-01,u{i},b\n"));
            let text = format!("ts,sender,recipient\n{}", rows.collect::<String>());
            std::fs::write(dir.path().join(format!("{part}.csv")), text).expect("write");
        }
        let spec = InputSpec::new(TableKind::Messages, [dir.path().display().to_string()]);
        for threads in [1, 2] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
            let found = pool.install(|| inspect(&spec, &ReadSettings::default())).expect("opens");
            assert_eq!(found.senders, Spelling { digits: 200, other: 200, mail: 0 }, "{threads} threads");
        }
        // Two workers for certain, and more senders than the sample holds.
        let (mut one, mut two, mut all) = (Stats::default(), Stats::default(), Stats::default());
        for i in 0..3 * SAMPLED as u128 {
            let token = Token::of(&crate::domain::TokenKey::default(), &i.to_le_bytes());
            [&mut one, &mut two][usize::from(i % 3 == 0)].name(token, "7");
            two.name(token, "7");
            all.name(token, "7");
        }
        let senders = all.spelling();
        assert_eq!(one.merge(two).spelling(), senders);
        assert!(senders.digits.abs_diff(3 * SAMPLED as u64) < SAMPLED as u64 / 10, "{senders:?}");
    }

    #[test]
    fn an_unreadable_log_is_told_what_is_missing() {
        let found = inspect_csv("ts,sendr,recipient\n2026-01-01,1,b\n");
        assert!(found.problem.as_deref().is_some_and(|p| {
            p.contains("needs the column sender; sendr looks like it: rename that, or map it")
        }));
        let sender = found.columns.iter().find(|c| c.card.name == "sender").expect("card");
        assert_eq!((sender.found, sender.guess.as_deref()), (false, Some("sendr")));
        assert_eq!(found.file_columns[1], ("sendr".to_owned(), "text".to_owned()));
    }
}
