//! Hands out partitions in order, from memory or from disk, so many at a time as memory allows.
//! In: the routers of a finished ingest; out: ordered partitions, or ordered pieces of one that is too large.
//! Promises account order across partitions and pieces, whatever the memory.

use super::PARTITIONS;
use super::distinct::LinearCounter;
use super::memory::MemoryPlan;
use super::order::{Partition, Rows};
use super::router::{Router, Shared, Weight};
use super::row::{Chunks, Received};
use super::spill::{SpillStore, Taker};
use crate::domain::{Token, Window};
use crate::log::{LogError, MessageEvent};
use std::ops::RangeInclusive;
use std::sync::Arc;

/// All rows of a night, routed.
#[derive(Debug)]
pub struct Routed {
    routers: Vec<Router>,
    weights: Vec<Weight>,
    plan: MemoryPlan,
    store: Option<Arc<SpillStore>>,
}

impl Routed {
    /// Takes over what the workers routed; past the memory, or once anything is on disk, everything goes there.
    pub fn new(mut routers: Vec<Router>, shared: &Shared) -> Result<Self, LogError> {
        let mut weights = vec![Weight::default(); PARTITIONS];
        for router in &routers {
            weights.iter_mut().zip(&router.weights).for_each(|(sum, weight)| *sum += *weight);
        }
        for (partition, weight) in weights.iter_mut().enumerate() {
            let mut accounts = LinearCounter::default();
            routers.iter().for_each(|router| accounts.absorb(&router.accounts[partition]));
            weight.accounts = accounts.estimate();
        }
        let held: u64 = routers.iter().map(|r| r.bytes() as u64).sum();
        let largest = weights.iter().map(MemoryPlan::need).max().unwrap_or(0);
        let mut store = shared.spilled();
        if store.is_none() && shared.plan.for_rows() < held + largest.min(shared.plan.for_rows() / 4) {
            store = Some(shared.store()?);
        }
        if let Some(store) = &store {
            for router in &mut routers {
                router.flush(store)?;
            }
            routers.clear();
        }
        Ok(Self { routers, weights, plan: shared.plan, store })
    }

    /// Whether rows wait on disk.
    pub fn is_spilled(&self) -> bool {
        self.store.is_some()
    }

    /// How many times buffers were written to disk.
    pub fn flushes(&self) -> usize {
        self.store.as_ref().map_or(0, |store| store.flushes())
    }

    /// The next partitions from `start` on that fit in memory together; at least one.
    pub fn next(&mut self, start: usize) -> Batch {
        // More at a time than workers evens out partitions of unequal weight.
        let most = 8 * self.plan.workers as usize;
        let mut end = start;
        let mut need = 0;
        while end < PARTITIONS && end - start < most {
            need += MemoryPlan::need(&self.weights[end]);
            if start < end && self.plan.for_rows() < need {
                break;
            }
            end += 1;
        }
        Batch { parts: (start..end).map(|index| self.take(index)).collect(), end }
    }

    /// Moves partition `index` out.
    pub fn take(&mut self, index: usize) -> Parts {
        let mut rows = Rows::default();
        for router in &mut self.routers {
            let buffer = std::mem::take(&mut router.buffers[index]);
            rows.sent.push(buffer.sent);
            rows.received.push(buffer.received);
            rows.names.extend(buffer.names);
        }
        Parts { index, rows, plan: self.plan, store: self.store.clone() }
    }
}

/// Partitions that may be worked on at the same time.
#[derive(Debug)]
pub struct Batch {
    /// The partitions, in order.
    pub parts: Vec<Parts>,
    /// The first partition after them.
    pub end: usize,
}

/// The unordered rows of one partition, in memory or on disk.
#[derive(Debug)]
pub struct Parts {
    /// Which partition.
    pub index: usize,
    rows: Rows,
    plan: MemoryPlan,
    store: Option<Arc<SpillStore>>,
}

/// Accounts from the first to the last token, both included.
pub type Tokens = RangeInclusive<Token>;

const ALL: Tokens = Token(0)..=Token(u128::MAX);

impl Parts {
    /// Orders the partition and hands it on: at once, or in pieces of the token range where it does not fit in memory.
    pub fn each<E: From<LogError>>(
        self,
        window: &Window,
        mut hand_on: impl FnMut(Partition, Tokens) -> Result<(), E>,
    ) -> Result<(), E> {
        let Some(store) = self.store else { return hand_on(Partition::of(self.rows, window), ALL) };
        let mut todo = vec![ALL];
        while let Some(tokens) = todo.pop() {
            let alone = tokens.start() == tokens.end();
            let limit = self.plan.for_rows();
            let mut piece = Piece::new(tokens, if alone && !self.plan.strict { u64::MAX } else { limit });
            store.read(self.index, &mut piece).map_err(LogError::from)?;
            if !piece.is_over() {
                hand_on(Partition::of(piece.rows, window), piece.tokens)?;
            } else if alone {
                return Err(piece.too_large(&self.plan).into());
            } else {
                todo.extend(piece.split());
            }
        }
        Ok(())
    }
}

/// The rows of a token range, as far as they fit.
struct Piece {
    tokens: Tokens,
    rows: Rows,
    weight: Weight,
    limit: u64,
}

impl Piece {
    fn new(tokens: Tokens, limit: u64) -> Self {
        let rows = Rows {
            sent: vec![Chunks::default()],
            received: vec![Chunks::default()],
            names: super::row::Names::default(),
        };
        Self { tokens, rows, weight: Weight::default(), limit }
    }

    fn is_over(&self) -> bool {
        self.limit < MemoryPlan::need(&self.weight)
    }

    /// Cuts the range at the middle row or name, which has a piece to itself: its account may be what is too large.
    fn split(self) -> impl Iterator<Item = Tokens> {
        let sent = self.rows.sent.iter().flat_map(Chunks::iter).map(|e| e.sender);
        let received = self.rows.received.iter().flat_map(Chunks::iter).map(|r| r.account);
        // Names weigh too: of accounts that only react there is nothing else.
        let mut accounts: Vec<Token> = sent.chain(received).chain(self.rows.names.keys().copied()).collect();
        let middle = accounts.len() / 2;
        let pivot = match accounts.get(middle) {
            Some(_) => *accounts.select_nth_unstable(middle).1,
            None => *self.tokens.start(),
        };
        let (first, last) = self.tokens.into_inner();
        let below = Token(pivot.0.saturating_sub(1));
        let above = Token(pivot.0.saturating_add(1));
        // Taken from the end, so the smallest tokens come last.
        let pieces = [
            (pivot < last).then_some(above..=last),
            Some(pivot..=pivot),
            (first < pivot).then_some(first..=below),
        ];
        pieces.into_iter().flatten()
    }

    fn too_large(self, plan: &MemoryPlan) -> LogError {
        let name = self.rows.names.get(self.tokens.start()).map_or("", |n| n);
        LogError::AccountTooLarge { account: crate::table_io::sanitise(name, 40), limit: plan.limit >> 20 }
    }
}

impl Taker for Piece {
    fn sent(&mut self, rows: impl Iterator<Item = MessageEvent>) -> bool {
        for row in rows.filter(|row| self.tokens.contains(&row.sender)) {
            self.rows.sent[0].push(row);
            self.weight.sent += 1;
        }
        !self.is_over()
    }

    fn received(&mut self, rows: impl Iterator<Item = Received>) -> bool {
        for row in rows.filter(|row| self.tokens.contains(&row.account)) {
            self.rows.received[0].push(row);
            self.weight.received += 1;
        }
        !self.is_over()
    }

    fn name(&mut self, token: Token, name: &str) {
        if self.tokens.contains(&token) {
            self.rows.names.entry(token).or_insert_with(|| name.into());
            self.weight.accounts = self.rows.names.len() as u64;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::spill::SpillError;
    use super::*;
    use crate::domain::Timestamp;
    use crate::log::EventSink;

    fn window() -> Window {
        Window::new(Timestamp(0), Timestamp(1_000_000), 0).expect("valid window")
    }

    /// A log of many small accounts and one with half of all messages.
    fn route(router: &mut Router, rows: u64) {
        for i in 0..rows {
            let sender = if i % 2 == 0 { 1 } else { 3 + i % 97 };
            let spread = |n: u64| Token((u128::from(n) << 120) | 7);
            let event =
                MessageEvent { msg: i + 1, ..MessageEvent::bare(i as i64, spread(sender), spread(i % 89)) };
            router.message(&event);
            router.name(event.sender, &format!("a{sender}"));
        }
    }

    type Seen = (Vec<MessageEvent>, Vec<Received>, Vec<(Token, Box<str>)>);

    fn collect(mut routed: Routed) -> Result<(Seen, usize), LogError> {
        let mut all = Seen::default();
        let (mut at, mut pieces) = (0, 0);
        while at < PARTITIONS {
            let batch = routed.next(at);
            for parts in batch.parts {
                parts.each(&window(), |partition, _| {
                    pieces += usize::from(!partition.sent.is_empty());
                    all.0.extend(partition.sent);
                    all.1.extend(partition.received);
                    all.2.extend(partition.names);
                    Ok::<(), LogError>(())
                })?;
            }
            at = batch.end;
        }
        Ok((all, pieces))
    }

    #[test]
    fn memory_disk_and_pieces_give_the_same_rows_in_the_same_order() {
        let temp = tempfile::tempdir().expect("temp");
        let mut kept = Router::new();
        route(&mut kept, 4_000);
        let roomy = Shared::new(MemoryPlan::new(None, 2), temp.path().to_owned());
        let (expected, _) = collect(Routed::new(vec![kept], &roomy).expect("in memory")).expect("read");
        assert!(expected.0.is_sorted() && expected.0.len() == 4_000);
        let shared = Shared::new(MemoryPlan::new(None, 2), temp.path().to_owned());
        let store = shared.store().expect("made");
        let mut router = Router::new();
        route(&mut router, 2_000);
        router.flush(&store).expect("written");
        let mut again = Router::new();
        route(&mut again, 4_000);
        // The first half twice: copies across flushes fold like any other.
        let routed = Routed::new(vec![router, again], &shared).expect("on disk");
        assert!(routed.is_spilled() && routed.flushes() == 3);
        let (spilled, whole) = collect(routed).expect("read back");
        assert_eq!(spilled, expected);
        assert!(whole > 1);
    }

    #[test]
    fn a_partition_that_does_not_fit_comes_in_pieces_and_an_account_that_does_not_fit_is_named() {
        let temp = tempfile::tempdir().expect("temp");
        // 16 MiB for rows: one account with 90,000 messages needs more.
        let pieces = |plan: MemoryPlan, each: u64| {
            let shared = Shared::new(plan, temp.path().to_owned());
            let store = shared.store().expect("made");
            let mut router = Router::new();
            for i in 0..90_000u64 {
                let sender = Token(5 + u128::from(i / each));
                router.message(&MessageEvent::bare(i as i64, sender, Token(1 << 127)));
                router.name(sender, &format!("a{}", i / each));
            }
            router.flush(&store).expect("written");
            collect(Routed::new(vec![router], &shared).expect("routed"))
        };
        let strict = MemoryPlan::new(Some(1), 1);
        let (all, n) = pieces(strict, 30_000).expect("three accounts fit one by one");
        assert!(all.0.is_sorted() && all.0.len() == 90_000 && n == 3);
        let error = pieces(strict, 90_000).expect_err("one account does not fit").to_string();
        assert!(error.contains("account a0 alone"), "{error}");
        let soft = MemoryPlan { strict: false, ..strict };
        assert_eq!(pieces(soft, 90_000).expect("gets more").0.0.len(), 90_000);
    }

    #[test]
    fn accounts_without_rows_are_divided_too() {
        let temp = tempfile::tempdir().expect("temp");
        // 16 MiB for rows are some eleven thousand names.
        let shared = Shared::new(MemoryPlan::new(Some(1), 1), temp.path().to_owned());
        let store = shared.store().expect("made");
        let mut router = Router::new();
        for i in 0..60_000u64 {
            router.name(Token(u128::from(i) << 20), &format!("a{i}"));
        }
        router.flush(&store).expect("written");
        let (all, _) = collect(Routed::new(vec![router], &shared).expect("routed")).expect("fits in pieces");
        assert_eq!(all.2.len(), 60_000);
    }

    #[test]
    fn rows_that_the_disk_changed_end_the_run() {
        let temp = tempfile::tempdir().expect("temp");
        for kind in ["sent", "sent.keyed", "received", "received.keyed", "names"] {
            let shared = Shared::new(MemoryPlan::new(Some(1), 1), temp.path().to_owned());
            let store = shared.store().expect("made");
            let mut router = Router::new();
            for i in 0..1000u64 {
                router.message(&MessageEvent::bare(i as i64, Token(5), Token(1 << 127)));
            }
            router.name(Token(5), "a");
            router.flush(&store).expect("written");
            let folders = std::fs::read_dir(temp.path()).expect("folder").flatten();
            let files =
                folders.flat_map(|folder| std::fs::read_dir(folder.path()).expect("folder").flatten());
            let file = files.map(|file| file.path()).find(|file| {
                file.file_name().is_some_and(|name| {
                    name.to_string_lossy().split_once('.').is_some_and(|(_, k)| k == kind)
                })
            });
            let file = file.expect("a file of each kind");
            let mut bytes = std::fs::read(&file).expect("read");
            let middle = bytes.len() / 2;
            bytes[middle] ^= 0x40;
            std::fs::write(&file, bytes).expect("written");
            let error =
                collect(Routed::new(vec![router], &shared).expect("routed")).expect_err(kind).to_string();
            assert!(error.contains("are damaged") && error.contains("--tmp-dir"), "{kind}: {error}");
        }
    }

    #[test]
    fn temporary_rows_vanish_with_the_run_and_leftovers_with_the_next() {
        let temp = tempfile::tempdir().expect("temp");
        let count = || std::fs::read_dir(temp.path()).expect("folder").count();
        let dead = temp.path().join(".bulkwatch-rows-dead");
        std::fs::create_dir(&dead).expect("made");
        std::fs::write(dead.join("lock"), b"").expect("written");
        let link = temp.path().join(".bulkwatch-rows-link");
        std::os::unix::fs::symlink(&dead, &link).expect("made");
        let odd = temp.path().join(".bulkwatch-rows-odd");
        std::fs::create_dir_all(odd.join("lock")).expect("made");
        let first = SpillStore::create(temp.path()).expect("made");
        assert!(
            !dead.exists() && odd.exists() && link.is_symlink(),
            "only what a run of ours left is removed"
        );
        std::fs::remove_dir_all(&odd).expect("removed");
        std::fs::remove_file(&link).expect("removed");
        assert_eq!(count(), 1);
        let second = SpillStore::create(temp.path()).expect("made beside a living one");
        assert_eq!(count(), 2);
        drop((first, second));
        assert_eq!(count(), 0);
        let error =
            SpillStore::create(temp.path()).expect("made").check_room(u64::MAX).expect_err("too much");
        assert!(error.to_string().contains("--tmp-dir"), "{error}");
        let _: SpillError = error;
    }
}
