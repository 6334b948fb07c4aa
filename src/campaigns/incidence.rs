//! Which accounts shared which objects and when, by account; and which few objects can prove a pair similar.
//! In: shares sorted by object; out: sharers of each object, prefixes of accounts, exact comparisons of two accounts.
//! Knows no block of time: what is compared with what is decided where objects are walked.

use super::pair_counts::FULL_WEIGHT;
use super::share::{Buckets, CampaignError, OCCASION_US, objects, within};
use std::cmp::Ordering;

/// What an edge asks of two accounts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Similar {
    /// Closed window of a match.
    pub window_us: i64,
    /// Least sum of weights of matched objects.
    pub least_matches: u32,
    /// Least matched objects / objects of either.
    pub least_jaccard: f64,
    /// Sharers up to which an object weighs fully.
    pub cap: u32,
}

impl Similar {
    /// Matched objects below which no account with so many objects has an edge: weights are at most 1, and the union is no
    /// smaller than either's objects. Rounding leans to fewer.
    fn least(&self, degree: u32) -> u32 {
        let part = self.least_jaccard * f64::from(degree) * (1.0 - 1e-12);
        self.least_matches.max(part.ceil() as u32).max(1)
    }

    /// What a match on an object of so many sharers is worth, in 1/1024: full up to the cap, then ln(all / sharers) over
    /// ln(all / cap), which is 1 at the cap and 0 for what every account shares. Greetings and forwards of thousands so
    /// need many more repetitions than a text of few.
    fn weight(&self, sharers: u32, among: u32) -> u32 {
        if sharers <= self.cap || among <= self.cap {
            return FULL_WEIGHT;
        }
        let rarity = |n: u32| (f64::from(among) / f64::from(n.max(1))).ln();
        (f64::from(FULL_WEIGHT) * rarity(sharers) / rarity(self.cap)).round() as u32
    }
}

/// What a kernel is not shown: rows that can match nothing, and accounts that have no others.
#[derive(Debug, Clone, Default)]
pub struct Beside {
    /// For each account, on how many objects of its own or without anybody near in time it is not among the rows. They
    /// count among its objects all the same.
    pub lonely: Vec<u32>,
    /// How many accounts there are in all, where they are more than those with a row: what everybody shares is worth
    /// nothing, what all that are left over share may be worth much.
    pub among: u32,
}

/// Two accounts compared over all objects.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Compared {
    /// Matched objects, their weights in 1/1024, and of how many the first share was the one's and the other's.
    pub n: u32,
    pub weight: u64,
    pub a_first: u32,
    pub b_first: u32,
    /// Objects of either.
    pub union: u32,
}

/// Accounts by objects. 4 bytes an object, 41 an account, 12 for each (account, object) and 8 for each share of an
/// account that is looked at, on objects that anybody else shared.
#[derive(Debug)]
pub(crate) struct Incidence {
    similar: Similar,
    /// Distinct accounts of each object, in the order of the buckets, and each bucket's first place there.
    sharers: Vec<u32>,
    starts: Vec<usize>,
    /// Distinct objects of each account.
    degree: Vec<u32>,
    /// Key of the last object of each account's prefix; `None`: it cannot have an edge.
    prefix: Vec<Option<u64>>,
    /// Ends of the accounts' objects in `ranks` and `times_at`.
    ends: Vec<usize>,
    ranks: Vec<u32>,
    /// Where the times of an account's object begin in `times`, and one end behind the last.
    times_at: Vec<usize>,
    times: Vec<i64>,
    /// Accounts among which a thing is rare or common.
    among: u32,
}

/// The order of prefixes: rare objects first.
fn rarity_key(sharers: u32, rank: u32) -> u64 {
    u64::from(sharers) << 32 | u64::from(rank)
}

impl Incidence {
    /// Reads buckets sorted by object and time, and what is not in them. Linear time.
    pub fn of(buckets: &Buckets, beside: &Beside, similar: Similar) -> Result<Self, CampaignError> {
        let n = beside.lonely.len();
        let mut all = Self {
            similar,
            sharers: Vec::new(),
            starts: Vec::new(),
            degree: beside.lonely.clone(),
            prefix: vec![None; n],
            ends: Vec::new(),
            ranks: Vec::new(),
            times_at: Vec::new(),
            times: Vec::new(),
            among: 0,
        };
        let company = all.count(buckets)?;
        all.among = beside.among.max(all.degree.iter().filter(|d| 0 < **d).count() as u32);
        let looked_at: Vec<bool> =
            company.iter().zip(&all.degree).map(|(c, d)| similar.least(*d) <= c.objects).collect();
        all.list(buckets, &company, &looked_at);
        all.cut_prefixes(&company, &looked_at);
        Ok(all)
    }

    /// Counts sharers of objects and objects of accounts.
    fn count(&mut self, buckets: &Buckets) -> Result<Vec<Company>, CampaignError> {
        let mut company = vec![Company::default(); self.degree.len()];
        for bucket in buckets.slices() {
            self.starts.push(self.sharers.len());
            for object in objects(bucket) {
                let most = u32::MAX - 1;
                // Stamps start at 1, so that 0 means never.
                let stamp = u32::try_from(self.sharers.len()).ok().filter(|rank| *rank < most);
                let stamp = stamp.ok_or(CampaignError::Objects { most })? + 1;
                let mut sharers = 0;
                for share in object {
                    let seen = &mut company[share.account as usize].seen;
                    if std::mem::replace(seen, stamp) != stamp {
                        sharers += 1;
                        self.degree[share.account as usize] += 1;
                    }
                }
                self.sharers.push(sharers);
                if sharers < 2 {
                    continue;
                }
                for share in object {
                    let of = &mut company[share.account as usize];
                    of.shares += 1;
                    of.objects += u32::from(std::mem::replace(&mut of.together, stamp) != stamp);
                }
            }
        }
        Ok(company)
    }

    /// Lists objects with company and their times by account. Objects come in order, and so do each account's.
    fn list(&mut self, buckets: &Buckets, company: &[Company], looked_at: &[bool]) {
        let mut next = Vec::with_capacity(company.len());
        let (mut objects_n, mut shares_n) = (0, 0);
        for (of, looked_at) in company.iter().zip(looked_at) {
            next.push((objects_n, shares_n, None));
            if *looked_at {
                objects_n += of.objects as usize;
                shares_n += of.shares;
            }
        }
        (self.ranks, self.times_at, self.times) =
            (vec![0; objects_n], vec![shares_n; objects_n + 1], vec![0; shares_n]);
        let all = buckets.slices().into_iter().flat_map(objects);
        for ((object, sharers), rank) in all.zip(&self.sharers).zip(0u32..) {
            if *sharers < 2 {
                continue;
            }
            for share in object.iter().filter(|s| looked_at[s.account as usize]) {
                let (at, time, last) = &mut next[share.account as usize];
                if last.replace(rank) != Some(rank) {
                    self.ranks[*at] = rank;
                    self.times_at[*at] = *time;
                    *at += 1;
                }
                self.times[*time] = share.ts;
                *time += 1;
            }
        }
        self.ends = next.into_iter().map(|(at, ..)| at).collect();
    }

    /// Finds the prefix of each account: so many of its rarest objects that whoever is similar must be met there.
    ///
    /// Of d objects, t must match (`Similar::least`). Of the matched ones, in an order that is the same for all, the i-th
    /// has t - i more behind it, and so stands among the first d - t + i: the first k matched ones lie in the first
    /// d - t + k, of both accounts (prefix filtering: Chaudhuri et al. 2006, Bayardo et al. 2007; k > 1 as in AdaptJoin,
    /// Wang et al. 2012). Objects without company come first, so whoever mostly says what nobody else does has no prefix.
    fn cut_prefixes(&mut self, company: &[Company], looked_at: &[bool]) {
        let mut keys: Vec<u64> = Vec::new();
        for account in (0..looked_at.len()).filter(|a| looked_at[*a]) {
            let degree = self.degree[account];
            let lonely = degree - company[account].objects;
            let first = degree - self.similar.least(degree) + self.meetings(degree);
            let Some(last) = first.checked_sub(lonely + 1) else { continue };
            let start = self.ends[account] - company[account].objects as usize;
            keys.clear();
            keys.extend(
                self.ranks[start..self.ends[account]]
                    .iter()
                    .map(|r| rarity_key(self.sharers[*r as usize], *r)),
            );
            let last = (last as usize).min(keys.len() - 1);
            self.prefix[account] = Some(*keys.select_nth_unstable(last).1);
        }
    }

    /// Meetings in prefixes that an account with so many objects asks for: a quarter of what must match. It makes the
    /// later comparison cost no more than a constant times the meetings that led to it.
    fn meetings(&self, degree: u32) -> u32 {
        self.similar.least(degree).div_ceil(4)
    }

    /// Ranks and distinct accounts of the objects of a bucket.
    pub fn sharers(&self, bucket: usize) -> impl Iterator<Item = (u32, u32)> {
        let start = self.starts[bucket];
        let end = self.starts.get(bucket + 1).copied().unwrap_or(self.sharers.len());
        // Ranks were checked to fit when they were given.
        (start as u32..).zip(self.sharers[start..end].iter().copied())
    }

    /// Whether an object is in an account's prefix.
    pub fn in_prefix(&self, account: u32, rank: u32, sharers: u32) -> bool {
        self.prefix[account as usize].is_some_and(|last| rarity_key(sharers, rank) <= last)
    }

    /// Whether two accounts that met so often in their prefixes may be similar.
    pub fn may_be_similar(&self, a: u32, b: u32, met: u32) -> bool {
        let (a, b) = (self.degree[a as usize], self.degree[b as usize]);
        self.meetings(a.min(b)) <= met && self.similar.least(a.max(b)) <= a.min(b)
    }

    /// Compares two accounts over all objects they have in common; `None` if they are not similar.
    ///
    /// Time of the shorter list of objects, and on each common one of the shorter list of times, times a logarithm.
    pub fn compare(&self, a: u32, b: u32) -> Option<Compared> {
        let (of_a, of_b) = (self.objects(a), self.objects(b));
        if of_b.len() < of_a.len() {
            let turned = self.compare(b, a)?;
            return Some(Compared { a_first: turned.b_first, b_first: turned.a_first, ..turned });
        }
        let (degree_a, degree_b) = (self.degree[a as usize], self.degree[b as usize]);
        let least = self.similar.least(degree_a.max(degree_b));
        let mut seen = Compared::default();
        let (mut common, mut at) = (0u32, of_b.start);
        for mine in of_a.clone() {
            // What is left cannot make up for what is missing.
            if (seen.n as usize) + of_a.end.saturating_sub(mine) < least as usize {
                return None;
            }
            let rank = self.ranks[mine];
            at += gallop(&self.ranks[at..of_b.end], rank);
            if at == of_b.end {
                break;
            }
            if self.ranks[at] == rank {
                common += 1;
                self.count_match(&mut seen, self.times(mine), self.times(at), rank);
            }
        }
        // Objects are numbered by 32 bits, and the union is a set of them.
        seen.union = degree_a - common + degree_b;
        let similar = u64::from(self.similar.least_matches) * u64::from(FULL_WEIGHT) <= seen.weight
            && 0 < seen.n
            && self.similar.least_jaccard <= f64::from(seen.n) / f64::from(seen.union);
        similar.then_some(seen)
    }

    fn count_match(&self, seen: &mut Compared, a: &[i64], b: &[i64], rank: u32) {
        if !match_times(a, b, self.similar.window_us) {
            return;
        }
        seen.n += 1;
        seen.weight += u64::from(self.similar.weight(self.sharers[rank as usize], self.among));
        let first = first_of(a, b, self.similar.window_us);
        seen.a_first += u32::from(first.is_lt());
        seen.b_first += u32::from(first.is_gt());
    }

    fn objects(&self, account: u32) -> std::ops::Range<usize> {
        let start = account.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        start..self.ends[account as usize]
    }

    fn times(&self, place: usize) -> &[i64] {
        &self.times[self.times_at[place]..self.times_at[place + 1]]
    }
}

/// What an account shares with anybody else, and when it was last counted.
#[derive(Debug, Clone, Copy, Default)]
struct Company {
    seen: u32,
    together: u32,
    objects: u32,
    shares: usize,
}

/// Whether some time of one lies in the closed window around some time of the other; both sorted.
fn match_times(a: &[i64], b: &[i64], window_us: i64) -> bool {
    let (short, long) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    short.iter().any(|t| {
        let after = long.partition_point(|u| u < t);
        let near = |u: &i64| within(*t.min(u), *t.max(u), window_us);
        long.get(after).is_some_and(near) || after.checked_sub(1).is_some_and(|at| near(&long[at]))
    })
}

/// Which of two had a thing first, by the first time of each: equal, and so a tie, where these lie further apart than the
/// window, or where the later one has a habit of it.
fn first_of(a: &[i64], b: &[i64], window_us: i64) -> Ordering {
    let (Some(first_a), Some(first_b)) = (a.first(), b.first()) else { return Ordering::Equal };
    let later = if first_a < first_b { b } else { a };
    let is_habit = later
        .last()
        .zip(later.first())
        .is_some_and(|(last, first)| OCCASION_US < last.saturating_sub(*first));
    if is_habit || !within(*first_a.min(first_b), *first_a.max(first_b), window_us) {
        return Ordering::Equal;
    }
    first_a.cmp(first_b)
}

/// Elements below `least` of a sorted list, found by doubling steps: near the front in constant time.
fn gallop(sorted: &[u32], least: u32) -> usize {
    let mut step = 1;
    while step < sorted.len() && sorted[step] < least {
        step *= 2;
    }
    let start = (step / 2).min(sorted.len());
    let end = (step + 1).min(sorted.len());
    start + sorted[start..end].partition_point(|x| *x < least)
}
