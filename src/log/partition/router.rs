//! Takes events from ingest, counts what all of them say together, and keeps or spills them by partition.
//! In: validated events of one worker in any order; out: that worker's buffers, within its share of the memory.
//! Knows neither order nor copies: that is decided once a partition is whole.

use super::PARTITIONS;
use super::distinct::LinearCounter;
use super::memory::MemoryPlan;
use super::order::{Partition, Rows};
use super::row::{Buffer, Received, name_bytes};
use super::spill::{SpillError, SpillStore};
use super::talk::{Speakers, Talk};
use crate::domain::{Status, Token, Window};
use crate::log::texts::{Gatherer, Texts};
use crate::log::{EventSink, LogError, MessageEvent};
use foldhash::fast::FixedState;
use std::hash::BuildHasher;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// Memory and disk that the routers of one run share.
#[derive(Debug)]
pub struct Shared {
    /// How much memory there is.
    pub plan: MemoryPlan,
    below: PathBuf,
    /// Rows the inputs promise, where they do.
    expected_rows: OnceLock<u64>,
    store: Mutex<Option<Arc<SpillStore>>>,
    /// Distinct texts and sketches, until near-duplicates are found.
    pub(in crate::log) texts: Texts,
}

impl Shared {
    /// Shared state of a run whose temporary rows go below `below`.
    pub fn new(plan: MemoryPlan, below: PathBuf) -> Self {
        Self {
            plan,
            below,
            expected_rows: OnceLock::new(),
            store: Mutex::default(),
            texts: Texts::new(&plan, None),
        }
    }

    /// The same, with words compared under a secret.
    pub fn comparing_words(self, secret: &[u8; 32]) -> Self {
        Self { texts: Texts::new(&self.plan, Some(secret)), ..self }
    }

    /// The store on disk, made when first needed.
    pub(super) fn store(&self) -> Result<Arc<SpillStore>, SpillError> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = &*store {
            return Ok(store.clone());
        }
        let made = Arc::new(SpillStore::create(&self.below)?);
        made.check_room(self.plan.disk_for(self.expected_rows.get().copied().unwrap_or(0)))?;
        *store = Some(made.clone());
        Ok(made)
    }

    /// The store, if rows were spilled.
    pub(super) fn spilled(&self) -> Option<Arc<SpillStore>> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Says how many rows the inputs promise.
    pub fn expect_rows(&self, rows: u64) {
        // Only the message log is routed, and it is opened once a run.
        let _ = self.expected_rows.set(rows);
    }
}

/// Takes events from one ingest worker and routes them.
#[derive(Debug)]
pub struct Router {
    pub(super) buffers: Vec<Buffer>,
    bytes: usize,
    shared: Option<Arc<Shared>>,
    pub(super) weights: Vec<Weight>,
    pub(super) accounts: Vec<LinearCounter>,
    seen: Seen,
    talk: Option<(Arc<Speakers>, Talk)>,
    hasher: FixedState,
    gatherer: Gatherer,
    /// From and to: what lies outside is known not to count before all is read.
    wanted: (i64, i64),
}

/// How much one partition holds, in memory and on disk together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Weight {
    /// Sent events.
    pub sent: u64,
    /// Received events.
    pub received: u64,
    /// Accounts with a name, estimated.
    pub accounts: u64,
}

impl std::ops::AddAssign for Weight {
    fn add_assign(&mut self, other: Self) {
        self.sent += other.sent;
        self.received += other.received;
        self.accounts += other.accounts;
    }
}

impl Default for Router {
    fn default() -> Self {
        Self::new()
    }
}

impl Router {
    /// An empty router that keeps everything in memory.
    pub fn new() -> Self {
        Self {
            buffers: (0..PARTITIONS).map(|_| Buffer::default()).collect(),
            bytes: 0,
            shared: None,
            weights: vec![Weight::default(); PARTITIONS],
            accounts: vec![LinearCounter::default(); PARTITIONS],
            seen: Seen::default(),
            talk: None,
            hasher: FixedState::default(),
            gatherer: Gatherer::default(),
            wanted: (i64::MIN, i64::MAX),
        }
    }

    /// An empty router that spills past its share.
    pub fn sharing(shared: &Arc<Shared>) -> Self {
        Self { shared: Some(shared.clone()), gatherer: shared.texts.gatherer(), ..Self::new() }
    }

    /// The same router, which also notes who of some people write with each other.
    pub fn hearing(self, among: &Arc<Speakers>) -> Self {
        let talk = (!among.is_empty()).then(|| (among.clone(), Talk::default()));
        Self { talk, ..self }
    }

    /// The same router, for which events outside these bounds have no words and leave no trace in the digest: whether
    /// their files are read at all depends on how the log is split.
    pub fn wanting(self, from_us: i64, to_us: i64) -> Self {
        Self { wanted: (from_us, to_us), ..self }
    }

    fn is_wanted(&self, ts: i64) -> bool {
        self.wanted.0 <= ts && ts < self.wanted.1
    }

    /// What it heard of them.
    pub(super) fn take_talk(&mut self) -> Option<Talk> {
        self.talk.take().map(|(_, talk)| talk)
    }

    /// Bytes held in memory.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// The ordered partition that owns `account`, of an ingest that fits in memory.
    pub fn partition_of(mut self, account: Token, window: &Window) -> Partition {
        let buffer = std::mem::take(&mut self.buffers[account.partition(PARTITIONS)]);
        let rows = Rows { sent: vec![buffer.sent], received: vec![buffer.received], names: buffer.names };
        Partition::of(rows, window)
    }

    /// Writes everything to disk.
    pub(super) fn flush(&mut self, store: &SpillStore) -> Result<(), SpillError> {
        store.flush(&mut self.buffers)?;
        self.bytes = 0;
        Ok(())
    }

    fn row_digest(&self, event: &MessageEvent) -> u128 {
        let low = self.hasher.hash_one((
            event.sender,
            event.recipient,
            event.ts,
            event.msg,
            event.content,
            event.object,
            (event.size, event.typing_ms),
            (event.chat, event.kind, event.status, event.via),
            (event.known, event.forwarded, event.template, event.link),
        ));
        u128::from(low)
    }
}

impl EventSink for Router {
    fn message(&mut self, event: &MessageEvent) {
        let digest = if self.is_wanted(event.ts) { self.row_digest(event) } else { 0 };
        self.seen.add(event, digest);
        if event.is_left_out() {
            self.seen.left_out += 1;
            return;
        }
        if let Some((among, talk)) = &mut self.talk {
            talk.hear(among, event);
        }
        let home = event.sender.partition(PARTITIONS);
        self.bytes += self.buffers[home].sent.push(*event);
        self.weights[home].sent += 1;
        if event.is_personal() && event.sender != event.recipient {
            let home = event.recipient.partition(PARTITIONS);
            self.bytes += self.buffers[home].received.push(Received::of(event));
            self.weights[home].received += 1;
        }
    }

    fn name(&mut self, token: Token, name: &str) {
        let home = token.partition(PARTITIONS);
        self.accounts[home].add(token);
        let bytes = &mut self.bytes;
        self.buffers[home].names.entry(token).or_insert_with(|| {
            *bytes += name_bytes(name);
            name.into()
        });
    }

    fn text(&mut self, ts: i64, fingerprint: u64, normalized: &str, objects: &[u64]) {
        if let Some(shared) = self.shared.as_ref().filter(|_| self.is_wanted(ts)) {
            self.gatherer.text(&shared.texts, fingerprint, normalized, objects);
        }
    }

    fn sketch(&mut self, ts: i64, content: u64, sketch: u64) {
        if let Some(shared) = self.shared.as_ref().filter(|_| self.is_wanted(ts)) {
            self.gatherer.sketch(&shared.texts, content, sketch);
        }
    }

    fn end_batch(&mut self) -> Result<(), LogError> {
        let Some(shared) = &self.shared else { return Ok(()) };
        if let Some((held, most)) = shared.texts.too_many() {
            return Err(LogError::TooManyTexts { held: held >> 20, most: most >> 20 });
        }
        if shared.plan.worker_share() < self.bytes as u64 {
            let store = shared.store()?;
            self.flush(&store)?;
        }
        Ok(())
    }
}

/// What all routers saw together.
#[derive(Debug, Clone, Copy, Default)]
pub struct Seen {
    /// Newest event, before any cut.
    pub newest: Option<i64>,
    /// Oldest event, before any cut.
    pub oldest: Option<i64>,
    /// Rows of channels and reactions, which are no messages.
    pub left_out: u64,
    /// Whether any message is said to be delivered or read.
    pub delivery: bool,
    /// Sum of the digests of all rows within the time asked for, free of order: tells logs apart, proves nothing.
    pub digest: u128,
}

impl Seen {
    fn add(&mut self, event: &MessageEvent, digest: u128) {
        self.newest = self.newest.max(Some(event.ts));
        self.oldest = Some(self.oldest.map_or(event.ts, |t| t.min(event.ts)));
        // A wrapping sum does not depend on the order of rows, so the same log split differently has one digest.
        self.digest = self.digest.wrapping_add(digest);
        self.delivery |= !event.is_left_out() && event.status().is_some_and(|s| Status::Delivered <= s);
    }

    /// Adds up what several routers saw.
    pub fn of(routers: &[Router]) -> Self {
        routers.iter().map(|router| router.seen).fold(Self::default(), |sum, seen| Self {
            newest: sum.newest.max(seen.newest),
            oldest: match (sum.oldest, seen.oldest) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            },
            left_out: sum.left_out + seen.left_out,
            delivery: sum.delivery | seen.delivery,
            digest: sum.digest.wrapping_add(seen.digest),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::pack;

    #[test]
    fn the_digest_is_free_of_order() {
        let event = |ts, msg, status| MessageEvent {
            msg,
            status: pack(status),
            ..MessageEvent::bare(ts, Token(1), Token(2))
        };
        let events = [event(1_100, 1, None), event(1_200, 2, Some(Status::Sent)), event(1_300, 3, None)];
        let digest = |order: &[usize]| {
            let mut router = Router::new();
            order.iter().for_each(|i| router.message(&events[*i]));
            Seen::of(&[router]).digest
        };
        assert_eq!(digest(&[0, 1, 2]), digest(&[2, 0, 1]));
        assert_ne!(digest(&[0, 1, 2]), digest(&[0, 1, 1]));
    }
}
