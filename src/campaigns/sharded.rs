//! One list split over several numbers: the same rare contents at the same times to different people (policy C2).
//! In: shares whose object is a content cluster, and sampled audiences; out: groups with days, coincidences, overlap.
//! Knows no content; vendors of one template and helpers of one club look alike where their audiences are apart.

use rayon::prelude::*;

use super::audience::{Audiences, Overlap};
use super::components::{Cohesion, Edge, Group, Grouped, grouped};
use super::occasions::{Coincidence, DAY_US, coincidences, habitual, senders};
use super::pair_counts::{Meeting, PairCounts, meeting};
use super::share::{Buckets, CampaignError, OCCASION_US, Share, check, check_share, objects};

/// What a run looks for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShardedSettings {
    /// Closed window of a coincidence.
    pub window_us: i64,
    /// Senders of a cluster in the whole log up to which it counts as rare.
    pub most_senders: u32,
    /// Distinct UTC days with a coincidence.
    pub least_days: u32,
    /// Largest shared part of the smaller audience.
    pub most_overlap: f64,
    /// Recipients that the overlap must rest on.
    pub least_sampled: u32,
    /// Largest bound on the chance of as many coincidences.
    pub most_chance: f64,
    /// What makes a group.
    pub cohesion: Cohesion,
    /// Days of the log where they are more than those with a row: of rows that can match nothing no day must be lost.
    pub days: u32,
}

impl Default for ShardedSettings {
    /// 10 minutes, 3 days and 3 senders are the policy's. 50 senders: greetings and forwards have thousands, a list has
    /// a handful of numbers. A tenth of overlap: people subscribe twice. The bound of 0.01 asks for 3 days of 14 or 30,
    /// and for 5 days of 7, where each day has its own content.
    fn default() -> Self {
        Self {
            window_us: 600_000_000,
            most_senders: 50,
            least_days: 3,
            most_overlap: 0.1,
            least_sampled: 10,
            most_chance: 0.01,
            cohesion: Cohesion::default(),
            days: 0,
        }
    }
}

/// Two senders in step.
#[derive(Debug, Clone, PartialEq)]
pub struct ShardedEdge {
    /// The pair; `n` counts coincidences, one for each cluster and day.
    pub edge: Edge,
    /// UTC days since 1970 with a coincidence, sorted.
    pub days: Vec<i64>,
    /// Coincidences to expect if each kept its hours and clusters on other days.
    pub expected: f64,
    /// Audiences over the clusters they coincided on.
    pub overlap: Overlap,
}

/// Senders in step.
#[derive(Debug, Clone, PartialEq)]
pub struct ShardedGroup {
    /// Its members.
    pub group: Group,
    /// UTC days since 1970 on which two members coincided, sorted.
    pub days: Vec<i64>,
    /// Coincidences over all pairs of members.
    pub coincidences: u64,
    /// Audiences over all pairs of members.
    pub overlap: Overlap,
}

/// What was found and what was not looked at.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Sharded {
    /// Edges, sorted by pair.
    pub edges: Vec<ShardedEdge>,
    /// Groups, by label.
    pub groups: Vec<ShardedGroup>,
    /// Clusters of too many senders, which counted for nobody.
    pub common_clusters: u64,
    /// Pairs on enough days that chance or habit may explain.
    pub by_chance: u64,
    /// Pairs on enough days, beyond chance, whose audiences were not sampled well enough: not observable.
    pub unobservable: u64,
    /// Pairs on enough days, beyond chance, that write to the same people: C1 sees those.
    pub same_audience: u64,
}

/// Finds senders in step among `rows`, in any order, of accounts `0..accounts`.
///
/// Time: O(shares x most_senders), and for each pair with enough days the product of their days on each common cluster.
/// Memory: 32 bytes a share, 24 for each pair that coincided and 16 for each of its days, and 32 a thread for each pair
/// with enough days.
pub fn sharded(
    rows: &[Share],
    accounts: u32,
    audiences: &Audiences,
    settings: &ShardedSettings,
) -> Result<Sharded, CampaignError> {
    check(rows, accounts, settings.window_us)?;
    check_share("most_overlap", settings.most_overlap)?;
    check_share("most_chance", settings.most_chance)?;
    settings.cohesion.check()?;
    let buckets = Buckets::of(rows);
    let (candidates, common_clusters) = candidates(&buckets, settings);
    let days = active_days(rows).max(settings.days as usize);
    let evidence = evidence(&buckets, &candidates, audiences, settings);
    let mut found = Sharded { common_clusters, ..Sharded::default() };
    for (candidate, evidence) in candidates.into_iter().zip(&evidence) {
        found.judge(candidate, evidence, days, settings);
    }
    let edges: Vec<Edge> = found.edges.iter().map(|e| e.edge).collect();
    let Grouped { groups, .. } = grouped(&edges, &settings.cohesion);
    found.groups = found.described(groups);
    Ok(found)
}

/// A pair with coincidences on enough days.
struct Candidate {
    edge: Edge,
    pair: u64,
    days: Vec<i64>,
}

/// What one pair amounts to over its common clusters. Whole numbers: they add up the same in any order.
#[derive(Debug, Clone, Copy, Default)]
struct Evidence {
    /// See [`habitual`].
    habitual: u64,
    overlap: Overlap,
}

impl Evidence {
    fn plus(self, other: Self) -> Self {
        Self { habitual: self.habitual + other.habitual, overlap: self.overlap.plus(other.overlap) }
    }
}

/// Calls `visit` for every two senders of each rare cluster, the smaller account first; how many clusters were common.
fn each_pair(bucket: &[Share], most_senders: u32, mut visit: impl FnMut(&[Share], &[Share])) -> u64 {
    let mut common = 0;
    for object in objects(bucket) {
        let sorted = senders(object);
        let by: Vec<&[Share]> = sorted.chunk_by(|a, b| a.account == b.account).collect();
        if by.len() > most_senders as usize {
            common += 1;
            continue;
        }
        for (i, a) in by.iter().enumerate() {
            for b in &by[i + 1..] {
                visit(a, b);
            }
        }
    }
    common
}

/// Whether an account's shares of one cluster, sorted by time, are of more than one occasion.
fn is_habit(shares: &[Share]) -> bool {
    let ends = shares.first().zip(shares.last());
    ends.is_some_and(|(first, last)| OCCASION_US < last.ts.saturating_sub(first.ts))
}

/// Coincidences of pairs, summed as they come: how many, and on which days.
#[derive(Debug, Default)]
struct Met {
    counts: PairCounts,
    /// Sorted and distinct up to `settled`.
    days: Vec<(u64, i64)>,
    settled: usize,
}

/// Days that wait to be sorted in.
const FRESH_DAYS: usize = 1 << 20;

impl Met {
    fn push(&mut self, at: Meeting, day: i64) {
        self.counts.push(at);
        self.days.push((at.0, day));
        if self.settled + FRESH_DAYS.max(self.settled) <= self.days.len() {
            self.settle();
        }
    }

    fn settle(&mut self) {
        self.days.sort_unstable();
        self.days.dedup();
        self.settled = self.days.len();
    }

    fn absorb(mut self, mut other: Self) -> Self {
        self.days.append(&mut other.days);
        self.settle();
        Self { counts: self.counts.absorb(other.counts), ..self }
    }
}

/// Pairs with coincidences on enough days, sorted. Memory: 24 bytes a pair, and 16 for each of its days.
fn candidates(buckets: &Buckets, settings: &ShardedSettings) -> (Vec<Candidate>, u64) {
    let met = buckets.slices().into_par_iter().fold(<(Met, u64)>::default, |(mut met, n), bucket| {
        let common = each_pair(bucket, settings.most_senders, |a, b| {
            for Coincidence { day, a_first, b_first } in coincidences(a, b, settings.window_us) {
                let later = if a_first < b_first { b } else { a };
                // Nobody follows whom it is used to precede, or to be preceded by.
                let b_first = if is_habit(later) { a_first } else { b_first };
                met.push(meeting((a[0].account, a_first), (b[0].account, b_first)), day);
            }
        });
        (met, n + common)
    });
    let (mut met, common) = met.reduce(Default::default, |(a, n), (b, m)| (a.absorb(b), n + m));
    met.settle();
    let tallies = met.counts.finish();
    let of_pair = tallies.iter().zip(met.days.chunk_by(|x, y| x.0 == y.0)).filter_map(|(tally, days)| {
        let days: Vec<i64> = days.iter().map(|(_, day)| *day).collect();
        let enough = settings.least_days as usize <= days.len();
        enough.then(|| Candidate { edge: Edge::new(tally), pair: tally.pair, days })
    });
    (of_pair.collect(), common)
}

/// UTC days with any share: a stray time far away adds one day and no more.
fn active_days(rows: &[Share]) -> usize {
    let mut days: Vec<i64> = rows.iter().map(|s| s.ts.div_euclid(DAY_US)).collect();
    days.sort_unstable();
    days.dedup();
    days.len()
}

/// Habit and overlap of each candidate, in their order.
fn evidence(
    buckets: &Buckets,
    candidates: &[Candidate],
    audiences: &Audiences,
    settings: &ShardedSettings,
) -> Vec<Evidence> {
    let none = || vec![Evidence::default(); candidates.len()];
    let summed = buckets.slices().into_par_iter().fold(none, |mut sums, bucket| {
        each_pair(bucket, settings.most_senders, |a, b| {
            let (low, high) = (a[0].account, b[0].account);
            let pair = u64::from(low) << 32 | u64::from(high);
            let Ok(at) = candidates.binary_search_by_key(&pair, |c| c.pair) else { return };
            let together = !coincidences(a, b, settings.window_us).is_empty();
            let overlap =
                if together { audiences.overlap(a[0].object, low, high) } else { Overlap::default() };
            sums[at] = sums[at].plus(Evidence { habitual: habitual(a, b, settings.window_us), overlap });
        });
        sums
    });
    summed.reduce(none, |a, b| a.into_iter().zip(b).map(|(x, y)| x.plus(y)).collect())
}

impl Sharded {
    fn judge(
        &mut self,
        candidate: Candidate,
        evidence: &Evidence,
        of_log: usize,
        settings: &ShardedSettings,
    ) {
        let Candidate { edge, days, .. } = candidate;
        let Evidence { habitual, overlap } = *evidence;
        let expected = habitual as f64 / of_log.max(1) as f64;
        if settings.most_chance < chance(f64::from(edge.n), expected) {
            self.by_chance += 1;
            return;
        }
        match overlap.share() {
            Some(share) if u64::from(settings.least_sampled) <= overlap.sampled => {
                if share <= settings.most_overlap {
                    self.edges.push(ShardedEdge { edge, days, expected, overlap });
                } else {
                    self.same_audience += 1;
                }
            }
            _ => self.unobservable += 1,
        }
    }

    /// Adds to each group what the edges between its members say. One look at each edge.
    fn described(&self, groups: Vec<Group>) -> Vec<ShardedGroup> {
        let members =
            groups.iter().enumerate().flat_map(|(at, g)| g.members.iter().map(move |m| (m.account, at)));
        let mut group_of: Vec<(u32, usize)> = members.collect();
        group_of.sort_unstable();
        let place = |account| group_of.binary_search_by_key(&account, |m| m.0).ok().map(|at| group_of[at].1);
        let fresh =
            |group| ShardedGroup { group, days: Vec::new(), coincidences: 0, overlap: Overlap::default() };
        let mut described: Vec<ShardedGroup> = groups.into_iter().map(fresh).collect();
        for edge in &self.edges {
            match (place(edge.edge.low()), place(edge.edge.high())) {
                (Some(low), Some(high)) if low == high => {
                    let group = &mut described[low];
                    group.days.extend(&edge.days);
                    group.coincidences += u64::from(edge.edge.n);
                    group.overlap = group.overlap.plus(edge.overlap);
                }
                _ => {}
            }
        }
        for group in &mut described {
            group.days.sort_unstable();
            group.days.dedup();
        }
        described
    }
}

/// Chernoff's bound on seeing at least `n` independent coincidences where `expected` are to be expected:
/// exp(-m) (e m / n)^n for n > m, and 1 otherwise.
fn chance(n: f64, expected: f64) -> f64 {
    if n <= expected {
        return 1.0;
    }
    if expected <= 0.0 {
        return 0.0;
    }
    (n - expected + n * (expected / n).ln()).exp()
}
