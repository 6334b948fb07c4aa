//! How often two accounts met, summed over objects without keeping the meetings.
//! In: meetings of account pairs, one by one, in any order; out: one tally a pair, sorted by pair.
//! Knows no time and no object; which of two was first arrives as a mark.

/// Fixed point of a weight: a meeting that counts fully weighs this much. Whole numbers add up the same in any order.
pub(crate) const FULL_WEIGHT: u32 = 1_024;
/// Meetings kept before they are folded into tallies: 16 bytes each, and as many again while they are sorted.
const FRESH: usize = 1 << 21;
/// Meetings that a bucket of the sort aims at.
const BUCKET: usize = 512;

/// Who was first at a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum First {
    /// Neither: the same microsecond.
    Tied,
    /// The account with the smaller index.
    Low,
    /// The account with the larger index.
    High,
}

/// What two accounts have in common. 24 bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PairTally {
    /// Smaller index in the upper, larger in the lower 32 bits.
    pub pair: u64,
    /// Meetings.
    pub n: u32,
    /// Meetings at which the account with the smaller index was first.
    pub low_first: u32,
    /// Meetings at which the account with the larger index was first.
    pub high_first: u32,
}

impl PairTally {
    /// Adds what another tally of the same pair holds; stops at the largest number instead of wrapping.
    fn absorb(&mut self, other: &Self) {
        self.n = self.n.saturating_add(other.n);
        self.low_first = self.low_first.saturating_add(other.low_first);
        self.high_first = self.high_first.saturating_add(other.high_first);
    }
}

/// A meeting: the pair, then who was first.
pub(crate) type Meeting = (u64, First);

/// A meeting of two different accounts, each with its time.
pub(crate) fn meeting(a: (u32, i64), b: (u32, i64)) -> Meeting {
    let (low, high) = if a.0 < b.0 { (a, b) } else { (b, a) };
    let first = match low.1.cmp(&high.1) {
        std::cmp::Ordering::Less => First::Low,
        std::cmp::Ordering::Equal => First::Tied,
        std::cmp::Ordering::Greater => First::High,
    };
    (u64::from(low.0) << 32 | u64::from(high.0), first)
}

/// Sums meetings to tallies in sorted runs whose lengths double.
///
/// Memory: at most 64 MiB of fresh meetings a thread, and 24 bytes for each distinct pair in each run, at most twice the distinct pairs
/// in all, and once more while the largest two runs merge; never the meetings themselves.
#[derive(Debug, Default)]
pub(crate) struct PairCounts {
    fresh: Vec<Meeting>,
    spare: Vec<Meeting>,
    runs: Vec<Vec<PairTally>>,
}

impl PairCounts {
    /// Counts a meeting.
    pub fn push(&mut self, meeting: Meeting) {
        self.fresh.push(meeting);
        if FRESH <= self.fresh.len() {
            self.fold();
        }
    }

    /// Takes over what another one counted.
    pub fn absorb(mut self, mut other: Self) -> Self {
        self.fold();
        other.fold();
        (other.fresh, other.spare) = Default::default();
        for run in other.runs {
            self.runs.push(run);
            // Longest first, so that the rule on lengths holds again.
            self.runs.sort_by_key(|r| std::cmp::Reverse(r.len()));
            self.settle();
        }
        self
    }

    /// All tallies, sorted by pair.
    pub fn finish(mut self) -> Vec<PairTally> {
        self.fold();
        (self.fresh, self.spare) = Default::default();
        while let Some(last) = self.runs.pop() {
            match self.runs.pop() {
                Some(before) => self.runs.push(merged(&before, &last)),
                None => return last,
            }
        }
        Vec::new()
    }

    fn fold(&mut self) {
        if self.fresh.is_empty() {
            return;
        }
        self.sort_fresh();
        let mut run: Vec<PairTally> = Vec::with_capacity(self.fresh.len());
        for met in &self.fresh {
            let one = tally(met);
            match run.last_mut() {
                Some(last) if last.pair == one.pair => last.absorb(&one),
                _ => run.push(one),
            }
        }
        run.shrink_to_fit();
        self.runs.push(run);
        self.fresh.clear();
        self.settle();
    }

    /// Sorts by pair: scattered by the smaller account first, as far as those spread evenly, then within cached pieces.
    fn sort_fresh(&mut self) {
        let buckets = self.fresh.len() / BUCKET;
        let low = |m: &Meeting| m.0 >> 32;
        let (Some(least), Some(most)) = (self.fresh.iter().map(low).min(), self.fresh.iter().map(low).max())
        else {
            return;
        };
        let span = most - least + 1;
        // Both factors are below 2^33, and the quotient below the number of buckets.
        let place = |m: &Meeting| ((low(m) - least) * buckets as u64 / span) as usize;
        if buckets < 2 {
            return self.fresh.sort_unstable_by_key(|m| m.0);
        }
        let mut next = vec![0usize; buckets + 1];
        for m in &self.fresh {
            next[place(m) + 1] += 1;
        }
        for i in 0..buckets {
            next[i + 1] += next[i];
        }
        self.spare.resize(self.fresh.len(), (0, First::Tied));
        for m in &self.fresh {
            let at = &mut next[place(m)];
            self.spare[*at] = *m;
            *at += 1;
        }
        let mut start = 0;
        for end in &next[..buckets] {
            self.spare[start..*end].sort_unstable_by_key(|m| m.0);
            start = *end;
        }
        std::mem::swap(&mut self.fresh, &mut self.spare);
    }

    /// Merges until each run is more than twice as long as the next.
    fn settle(&mut self) {
        while let [.., before, last] = self.runs.as_slice() {
            if 2 * last.len() < before.len() {
                break;
            }
            let run = merged(before, last);
            self.runs.truncate(self.runs.len() - 2);
            self.runs.push(run);
        }
    }
}

fn tally(&(pair, first): &Meeting) -> PairTally {
    let is = |who: First| u32::from(first == who);
    PairTally { pair, n: 1, low_first: is(First::Low), high_first: is(First::High) }
}

fn merged(a: &[PairTally], b: &[PairTally]) -> Vec<PairTally> {
    let mut out = Vec::with_capacity(a.len() + b.len());
    let (mut i, mut j) = (0, 0);
    while let (Some(x), Some(y)) = (a.get(i), b.get(j)) {
        let mut next = if y.pair < x.pair { *y } else { *x };
        if x.pair == y.pair {
            next.absorb(y);
        }
        i += usize::from(x.pair <= y.pair);
        j += usize::from(y.pair <= x.pair);
        out.push(next);
    }
    out.extend_from_slice(&a[i..]);
    out.extend_from_slice(&b[j..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn sums_are_those_of_a_map_whatever_the_order_and_split() {
        let all: Vec<Meeting> = (0..700_000u64)
            .map(|i| {
                let x = i.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
                let (a, b) = ((x % 331) as u32, (x % 337 + 400) as u32);
                meeting((a, (x % 3) as i64), (b, 1))
            })
            .collect();
        let mut map: BTreeMap<u64, (u32, u32, u32)> = BTreeMap::new();
        for (pair, first) in &all {
            let slot = map.entry(*pair).or_default();
            slot.0 += 1;
            slot.1 += u32::from(*first == First::Low);
            slot.2 += u32::from(*first == First::High);
        }
        let count = |rows: &mut dyn Iterator<Item = &Meeting>| {
            rows.fold(PairCounts::default(), |mut counts, m| {
                counts.push(*m);
                counts
            })
        };
        let whole = count(&mut all.iter()).finish();
        let (head, tail) = all.split_at(300_001);
        let halves = count(&mut tail.iter().rev()).absorb(count(&mut head.iter())).finish();
        assert_eq!(whole, halves);
        let expected: Vec<_> = map.into_iter().map(|(pair, (n, l, h))| (pair, n, l, h)).collect();
        let got: Vec<_> = whole.iter().map(|t| (t.pair, t.n, t.low_first, t.high_first)).collect();
        assert_eq!(got, expected);
        assert!(PairCounts::default().finish().is_empty());
    }
}
