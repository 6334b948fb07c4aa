//! Accounts that share the same objects at the same times, over and over (policy C1).
//! In: shares, a window and one of two rules; out: edges between accounts, groups, and how much a cap left out.
//! Knows no message and no verdict: membership is a measure, and chance, habit and fandom produce it too.

use rayon::prelude::*;

use super::blocks::{Matching, Room, STRIPES};
use super::components::{Cohesion, Edge, Grouped, grouped};
use super::incidence::{Beside, Incidence, Similar};
use super::pair_counts::{PairCounts, PairTally};
use super::published;
use super::share::{Buckets, CampaignError, Share, check, check_share, objects};

/// Distinct pairs that are counted at once: at most 48 bytes each while runs merge.
const PAIRS_AT_ONCE: usize = 8_000_000;
/// Shares below which all pairs are counted at once.
const FEW_SHARES: usize = 200_000;

/// What a run of lockstep looks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LockstepSettings {
    /// Closed window: |dt| <= window, microseconds.
    pub window_us: i64,
    /// Bound on what one object may cost. Published rule: an object with more rows in a window is left out whole; `None`
    /// (its default) is exact. Repeated rule: up to this many accounts in a window all are compared with all, beyond it
    /// with `hubs` of them; `None` is exact, too.
    pub cap: Option<u32>,
    /// What makes an edge.
    pub rule: Rule,
}

/// What makes an edge between two accounts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Rule {
    /// CooRTweet's co-sharing network: every pair of shares counts, and there are no groups.
    Published {
        /// Least rows, and least paired contents on one side of a pair; 2 in the published example, 1 for all pairs.
        participation: u32,
    },
    /// SynchroTrap's repeated matches (Cao et al., CCS 2014): an object counts once a pair, and only repetition counts.
    Repeated {
        /// Least sum of the weights of matched objects. An object of at most `cap` accounts weighs 1; beyond that its
        /// weight falls with the logarithm of its rarity, to 0 for what every account shares.
        least_matches: u32,
        /// Least matched objects / objects of either account.
        least_jaccard: f64,
        /// Accounts of an overfull window with which the others are compared; the same ones object after object.
        hubs: u32,
        /// Key of the choice of hubs, from the run's key, so that nobody can tell which accounts are never compared.
        key: u64,
        /// What makes a group of the edges.
        cohesion: Cohesion,
    },
}

impl LockstepSettings {
    /// The published example of CooRTweet: 60 s, participation 2, exact.
    pub fn published() -> Self {
        Self { window_us: 60_000_000, cap: None, rule: Rule::Published { participation: 2 } }
    }

    /// Repeated matches within an hour: 5 objects, half of all, groups from 3 accounts. The values are our own defaults;
    /// the method is SynchroTrap's.
    ///
    /// A cap of 64: within it a block costs at most 64 comparisons a presence, and a bot farm of 64 is seen in full;
    /// 16 hubs keep a larger farm together, as its members meet the same 16 on every object.
    pub fn repeated(key: u64) -> Self {
        let cohesion = Cohesion::default();
        let rule = Rule::Repeated { least_matches: 5, least_jaccard: 0.5, hubs: 16, key, cohesion };
        Self { window_us: 3_600_000_000, cap: Some(64), rule }
    }
}

/// What caps left out; never silent.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LeftOut {
    /// Objects of which a window held more than the cap.
    pub objects: u64,
    /// Pairs of shares (published rule, exact) or of accounts (repeated rule, an upper bound: whether they match was not
    /// looked at, and one pair may stand in several blocks) that were not compared.
    pub pairs_at_most: u64,
}

impl LeftOut {
    pub(crate) fn plus(mut self, other: &Self) -> Self {
        self.objects += other.objects;
        self.add_pairs(other.pairs_at_most);
        self
    }

    pub(crate) fn add_pairs(&mut self, pairs: u64) {
        self.pairs_at_most = self.pairs_at_most.saturating_add(pairs);
    }
}

/// What lockstep found.
#[derive(Debug, Clone, PartialEq)]
pub struct Lockstep {
    /// Edges, sorted by account pair. `n` counts pairs of shares (published) or matched objects (repeated).
    pub edges: Vec<Edge>,
    /// Groups and originals; empty under the published rule.
    pub groups: Grouped,
    /// What the cap left out.
    pub left_out: LeftOut,
}

impl Lockstep {
    /// Accounts with an edge. Linear time and a sort.
    pub fn accounts(&self) -> usize {
        let mut seen: Vec<u32> = self.edges.iter().flat_map(|e| [e.low(), e.high()]).collect();
        seen.sort_unstable();
        seen.dedup();
        seen.len()
    }
}

/// Finds lockstep among `rows`, in any order, of accounts `0..accounts`.
///
/// Repeated rule: O(shares x cap) meetings plus sorting, and comparisons in proportion to meetings. Only an account's
/// rarest objects are looked at, as many as anybody similar must be met on; who cannot have an edge is not looked at.
/// Memory: 32 bytes a share for the sorted copy, 8 a share and 12 for each (account, object) once more by account, 48 for
/// each distinct pair that met, of which about eight million are counted at once, and 40 for each share of the largest
/// object.
/// The result depends on the set of rows only.
pub fn lockstep(
    rows: &[Share],
    accounts: u32,
    settings: &LockstepSettings,
) -> Result<Lockstep, CampaignError> {
    lockstep_beside(rows, &Beside { lonely: vec![0; accounts as usize], among: 0 }, settings)
}

/// The same where rows were left out that can match nothing.
pub fn lockstep_beside(
    rows: &[Share],
    beside: &Beside,
    settings: &LockstepSettings,
) -> Result<Lockstep, CampaignError> {
    let accounts = u32::try_from(beside.lonely.len()).unwrap_or(u32::MAX);
    check(rows, accounts, settings.window_us)?;
    let LockstepSettings { window_us, cap, rule } = *settings;
    match rule {
        Rule::Published { participation } => {
            let (tallies, left_out) = published::tallies(rows, accounts, window_us, participation, cap);
            let edges = tallies.into_iter().map(|t| Edge::new(&t)).collect();
            Ok(Lockstep { edges, groups: Grouped::default(), left_out })
        }
        Rule::Repeated { least_matches, least_jaccard, hubs, key, cohesion } => {
            check_share("least_jaccard", least_jaccard)?;
            cohesion.check()?;
            let cap = cap.unwrap_or(u32::MAX);
            let similar = Similar { window_us, least_matches, least_jaccard, cap };
            let (edges, left_out) =
                repeated(rows, beside, similar, Matching { window_us, cap, hubs, key, stripes: 0..STRIPES })?;
            let groups = grouped(&edges, &cohesion);
            Ok(Lockstep { edges, groups, left_out })
        }
    }
}

/// Edges of the repeated rule: who meets in prefixes, then compared over everything.
fn repeated(
    rows: &[Share],
    beside: &Beside,
    similar: Similar,
    how: Matching,
) -> Result<(Vec<Edge>, LeftOut), CampaignError> {
    let buckets = Buckets::of(rows);
    let incidence = Incidence::of(&buckets, beside, similar)?;
    let edge = |met: &PairTally| {
        let (low, high) = ((met.pair >> 32) as u32, met.pair as u32);
        if !incidence.may_be_similar(low, high, met.n) {
            return None;
        }
        incidence.compare(low, high).map(|compared| Edge::compared(met.pair, &compared))
    };
    let (mut edges, mut left_out) = (Vec::new(), LeftOut::default());
    // The first stripe tells how many others fit at once. Few shares need no asking.
    let (mut start, mut at_once) = (0, if rows.len() < FEW_SHARES { STRIPES } else { 1 });
    while start < STRIPES {
        let stripes = start..STRIPES.min(start + at_once);
        let width = stripes.len();
        start = stripes.end;
        let (met, left) = meetings(&buckets, &incidence, &Matching { stripes, ..how.clone() });
        // The same pairs are left out whatever the stripe.
        left_out = left;
        at_once =
            u32::try_from(PAIRS_AT_ONCE * width / met.len().max(1)).unwrap_or(STRIPES).clamp(1, STRIPES);
        edges.par_extend(met.par_iter().filter_map(edge));
    }
    edges.sort_unstable_by_key(Edge::pair);
    Ok((edges, left_out))
}

/// Who met how often on objects of both prefixes.
fn meetings(buckets: &Buckets, incidence: &Incidence, how: &Matching) -> (Vec<PairTally>, LeftOut) {
    let slices = buckets.slices();
    let counted = slices.par_iter().enumerate().fold(
        <(Room, PairCounts, LeftOut)>::default,
        |(mut room, mut counts, mut left_out), (at, bucket)| {
            for (object, (rank, sharers)) in objects(bucket).zip(incidence.sharers(at)) {
                if 2 <= sharers {
                    let keep = |account| incidence.in_prefix(account, rank, sharers);
                    let (met, left) = room.meetings(object, how, keep);
                    met.iter().for_each(|m| counts.push(*m));
                    left_out = left_out.plus(&left);
                }
            }
            (room, counts, left_out)
        },
    );
    let counted = counted.map(|(_, counts, left_out)| (counts, left_out));
    let (counts, left_out) =
        counted.reduce(Default::default, |(a, left), (b, more)| (a.absorb(b), left.plus(&more)));
    (counts.finish(), left_out)
}
