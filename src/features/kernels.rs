//! The arithmetic over sorted slices: sliding windows, gaps, entropies, quantiles, rank agreement.
//! In: plain slices in time order; out: numbers; closed windows everywhere, microseconds throughout.
//! Knows no account and no card; each kernel is checked against a naive reference.

/// Most events in any closed window of `width_us` that starts at an event: `max over i of #{j: 0 <= t[j] - t[i] <= width}`.
///
/// `ts` is sorted. Linear time.
pub fn max_in_window(ts: &[i64], width_us: i64) -> usize {
    match (ts.first(), ts.last()) {
        (Some(first), Some(last)) if width_us < last - first => {}
        // Most accounts are quiet: all they did lies in one window.
        _ => return ts.len(),
    }
    let (mut best, mut end) = (0, 0);
    for start in 0..ts.len() {
        while end < ts.len() && ts[end] - ts[start] <= width_us {
            end += 1;
        }
        best = best.max(end - start);
    }
    best
}

/// How many non-overlapping closed windows of `width_us` hold at least `least` events, taken greedily from the start.
///
/// The next window starts after the last event of the one counted. Linear time.
pub fn disjoint_windows(ts: &[i64], width_us: i64, least: usize) -> usize {
    if least == 0 || ts.len() < least {
        return 0;
    }
    let (mut n, mut start, mut end) = (0, 0, 0);
    while start < ts.len() {
        end = end.max(start);
        while end < ts.len() && ts[end] - ts[start] <= width_us {
            end += 1;
        }
        if least <= end - start {
            n += 1;
            start = end;
        } else {
            start += 1;
        }
    }
    n
}

/// Counts distinct keys in moving closed windows; the table is reused between accounts.
#[derive(Debug, Default)]
pub struct DistinctCounter {
    in_window: Vec<u32>,
}

impl DistinctCounter {
    /// Most distinct keys in any closed window; `keys` are dense in `0..n_keys` and parallel to `ts`. Linear time.
    pub fn max_distinct(&mut self, ts: &[i64], keys: &[u32], n_keys: usize, width_us: i64) -> usize {
        self.max_distinct_where(ts, keys, n_keys, width_us, |_| true)
    }

    /// The same over the events that `keep` keeps, by their place. Linear time.
    pub fn max_distinct_where(
        &mut self,
        ts: &[i64],
        keys: &[u32],
        n_keys: usize,
        width_us: i64,
        keep: impl Fn(usize) -> bool,
    ) -> usize {
        self.make_room(n_keys);
        let (mut best, mut end, mut distinct) = (0, 0, 0);
        for start in 0..ts.len() {
            // A window that starts at a dropped event holds no more than the one at the next kept event.
            while end < ts.len() && ts[end] - ts[start] <= width_us {
                distinct += usize::from(keep(end) && self.enters(keys[end]));
                end += 1;
            }
            best = best.max(distinct);
            distinct -= usize::from(keep(start) && self.leaves(keys[start]));
        }
        best
    }

    /// How many non-overlapping closed windows of kept events hold at least `least` distinct keys, taken greedily.
    ///
    /// Linear time.
    pub fn disjoint_windows(
        &mut self,
        ts: &[i64],
        keys: &[u32],
        n_keys: usize,
        (width_us, least): (i64, usize),
        keep: impl Fn(usize) -> bool,
    ) -> usize {
        if least == 0 || n_keys < least {
            return 0;
        }
        self.make_room(n_keys);
        let (mut n, mut start, mut end, mut distinct) = (0, 0, 0, 0);
        while start < ts.len() {
            if !keep(start) {
                // Greed starts at kept events only; what is skipped was never counted.
                start += 1;
                end = end.max(start);
                continue;
            }
            while end < ts.len() && ts[end] - ts[start] <= width_us {
                distinct += usize::from(keep(end) && self.enters(keys[end]));
                end += 1;
            }
            let full = least <= distinct;
            n += usize::from(full);
            let leave = if full { end } else { start + 1 };
            while start < leave {
                distinct -= usize::from(keep(start) && self.leaves(keys[start]));
                start += 1;
            }
        }
        n
    }

    /// Makes room for keys below `n_keys`.
    pub fn make_room(&mut self, n_keys: usize) {
        // Whatever was counted in was counted out again, so the table is all 0 and only has to be long enough.
        if let Some(more) = n_keys.checked_sub(self.in_window.len()) {
            self.in_window.reserve_exact(more);
            self.in_window.resize(n_keys, 0);
        }
    }

    /// Counts a key in; whether it is the first of its kind. What is counted in must be counted out again.
    pub fn enters(&mut self, key: u32) -> bool {
        let slot = &mut self.in_window[key as usize];
        *slot += 1;
        *slot == 1
    }

    /// Counts a key out; whether it was the last of its kind.
    pub fn leaves(&mut self, key: u32) -> bool {
        let slot = &mut self.in_window[key as usize];
        *slot -= 1;
        *slot == 0
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.in_window.capacity() * size_of::<u32>()
    }
}

/// Gaps of consecutive sorted times, microseconds.
pub fn gaps(ts: &[i64], out: &mut Vec<i64>) {
    out.clear();
    out.reserve_exact(ts.len().saturating_sub(1));
    out.extend(ts.windows(2).map(|w| w[1] - w[0]));
}

/// Mean and population standard deviation by two passes; `None` when empty.
pub fn mean_sd(values: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    let n = values.clone().count();
    if n == 0 {
        return None;
    }
    let mean = values.clone().sum::<f64>() / n as f64;
    let variance = values.map(|v| (v - mean) * (v - mean)).sum::<f64>() / n as f64;
    Some((mean, variance.sqrt()))
}

/// Quantile `q` of sorted values by linear interpolation (`(n-1) q`, type 7); `None` when empty.
pub fn quantile(sorted: &[i64], q: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let at = last as f64 * q;
    let low = at.floor() as usize;
    let high = (low + 1).min(last);
    let part = at - low as f64;
    Some(sorted[low] as f64 * (1.0 - part) + sorted[high] as f64 * part)
}

/// Median: the mean of the two middle values when their number is even; `None` when empty.
pub fn median(sorted: &[i64]) -> Option<f64> {
    let n = sorted.len();
    let high = *sorted.get(n / 2)?;
    if n % 2 == 1 {
        return Some(high as f64);
    }
    Some((sorted[n / 2 - 1] as f64 + high as f64) / 2.0)
}

/// The same of values in any order, which it leaves in another one. Linear time.
pub fn median_of_any(values: &mut [i64]) -> Option<f64> {
    let n = values.len();
    if n == 0 {
        return None;
    }
    let (below, high, _) = values.select_nth_unstable(n / 2);
    let high = *high as f64;
    if n % 2 == 1 {
        return Some(high);
    }
    below.iter().max().map(|low| (*low as f64 + high) / 2.0)
}

/// The log2 bin of a gap: 0 for less than a second, else the bit length of its whole seconds.
pub fn gap_bin(gap_us: i64) -> usize {
    let whole = gap_us.div_euclid(1_000_000).max(0) as u64;
    (u64::BITS - whole.leading_zeros()) as usize
}

/// Entropy in bits of counts; 0 for one bin; `None` when all are 0.
pub fn entropy_bits(counts: impl Iterator<Item = usize> + Clone) -> Option<f64> {
    let total: usize = counts.clone().sum();
    if total == 0 {
        return None;
    }
    let total = total as f64;
    let bits = counts.filter(|n| *n > 0).map(|n| {
        let p = n as f64 / total;
        -p * p.log2()
    });
    // A sum of nothing may be -0, and whether it is depends on how the compiler adds.
    Some(bits.sum::<f64>().max(0.0) + 0.0)
}

/// Entropy of log2-binned gaps in bits; `None` without gaps.
pub fn gap_entropy_bits(gaps_us: &[i64]) -> Option<f64> {
    let mut bins = [0usize; 65];
    let mut top = 0;
    for gap in gaps_us {
        let bin = gap_bin(*gap);
        bins[bin] += 1;
        top = top.max(bin);
    }
    entropy_bits(bins[..=top].iter().copied())
}

/// Share of the most frequent whole-second gap; the gaps must be sorted; `None` without gaps.
pub fn mode_share(sorted_gaps_us: &[i64]) -> Option<f64> {
    let n = longest_run(sorted_gaps_us.iter().map(|g| g.div_euclid(1_000_000)));
    (n > 0).then(|| n as f64 / sorted_gaps_us.len() as f64)
}

/// Length of the longest run of equal neighbors.
pub fn longest_run<T: PartialEq>(sorted: impl Iterator<Item = T>) -> usize {
    let (mut best, mut run, mut last) = (0, 0, None);
    for value in sorted {
        run = if last.as_ref() == Some(&value) { run + 1 } else { 1 };
        last = Some(value);
        best = best.max(run);
    }
    best
}

/// Kim and Jo's burstiness for short series, `r` = sd / mean of `n` gaps; `None` for fewer than two gaps or no mean.
///
/// `A_n = (sqrt(n+1) r - sqrt(n-1)) / ((sqrt(n+1) - 2) r + sqrt(n-1))`, -1 regular, 0 Poisson, 1 bursty.
pub fn burstiness(mean: f64, sd: f64, n: usize) -> Option<f64> {
    if n < 2 || mean <= 0.0 {
        return None;
    }
    let r = sd / mean;
    let (up, down) = ((n as f64 + 1.0).sqrt(), (n as f64 - 1.0).sqrt());
    let denominator = (up - 2.0) * r + down;
    (denominator.abs() > f64::EPSILON).then(|| ((up * r - down) / denominator).clamp(-1.0, 1.0))
}

/// The hour of the day (UTC) of a time.
pub fn hour_of(ts_us: i64) -> usize {
    ts_us.div_euclid(3_600_000_000).rem_euclid(24) as usize
}

/// Smallest share of events in any 6 consecutive hours of the day; `None` without events.
pub fn quietest_six_hours(hours: &[usize; 24]) -> Option<f64> {
    let total: usize = hours.iter().sum();
    if total == 0 {
        return None;
    }
    let mut run: usize = hours[..6].iter().sum();
    let mut quietest = run;
    for h in 0..23 {
        run = run + hours[(h + 6) % 24] - hours[h];
        quietest = quietest.min(run);
    }
    Some(quietest as f64 / total as f64)
}

/// Wilson's lower 95 % bound of `hits` of `n`; 0 without observations.
pub fn wilson_lower(hits: usize, n: usize) -> f64 {
    if n == 0 || hits == 0 {
        return 0.0;
    }
    const Z: f64 = 1.959_963_984_540_054;
    let (n, p) = (n as f64, hits as f64 / n as f64);
    let center = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    ((center - spread) / (1.0 + Z * Z / n)).clamp(0.0, 1.0)
}

/// Kendall's tau over the pairs that neither side ties (Goodman and Kruskal's gamma), in O(n log n); `None` where fewer
/// than `least` pairs are left. Takes the order of `both`.
pub fn kendall_gamma(both: &mut [(i64, i64)], least: usize) -> Option<f64> {
    let pairs = |n: usize| (n * n.saturating_sub(1) / 2) as u64;
    both.sort_unstable();
    let tied_first: u64 = both.chunk_by(|a, b| a.0 == b.0).map(|run| pairs(run.len())).sum();
    let tied_both: u64 = both.chunk_by(|a, b| a == b).map(|run| pairs(run.len())).sum();
    // Ties of the first side are in the order of the second, so that none of them is an inversion.
    let mut values: Vec<i64> = both.iter().map(|(_, second)| *second).collect();
    let discordant = count_inversions(&mut values, &mut vec![0; both.len()]);
    let tied_second: u64 = values.chunk_by(|a, b| a == b).map(|run| pairs(run.len())).sum();
    let told = pairs(both.len()) + tied_both - tied_first - tied_second;
    (0 < told && least as u64 <= told).then(|| 1.0 - 2.0 * discordant as f64 / told as f64)
}

/// Pairs out of order; leaves the values sorted.
fn count_inversions(values: &mut [i64], spare: &mut [i64]) -> u64 {
    let n = values.len();
    if n < 2 {
        return 0;
    }
    let half = n / 2;
    let (left, right) = values.split_at_mut(half);
    let mut inversions =
        count_inversions(left, &mut spare[..half]) + count_inversions(right, &mut spare[half..n]);
    let (mut i, mut j) = (0, half);
    for slot in spare.iter_mut().take(n) {
        if i < half && (j == n || values[i] <= values[j]) {
            *slot = values[i];
            i += 1;
        } else {
            inversions += (half - i) as u64;
            *slot = values[j];
            j += 1;
        }
    }
    values.copy_from_slice(&spare[..n]);
    inversions
}

/// Spearman's rank correlation with mean ranks for ties; `None` below two or when one side is constant.
///
/// Takes the place of both sides: each is left as its doubled ranks. `words` is room to sort in.
pub fn spearman(x: &mut [u32], y: &mut [u32], words: &mut Vec<u64>) -> Option<f64> {
    rank_twice(x, words);
    rank_twice(y, words);
    let halved = |doubled: &u32| f64::from(*doubled) / 2.0;
    let (mean_x, sd_x) = mean_sd(x.iter().map(halved))?;
    let (mean_y, sd_y) = mean_sd(y.iter().map(halved))?;
    if sd_x == 0.0 || sd_y == 0.0 {
        return None;
    }
    let n = x.len() as f64;
    let products = x.iter().zip(y.iter()).map(|(a, b)| (halved(a) - mean_x) * (halved(b) - mean_y));
    Some((products.sum::<f64>() / n / (sd_x * sd_y)).clamp(-1.0, 1.0))
}

/// Replaces each value by twice its rank, counted from 0: whole numbers also where ties share a mean rank.
fn rank_twice(values: &mut [u32], words: &mut Vec<u64>) {
    words.clear();
    words.extend(values.iter().enumerate().map(|(i, v)| (u64::from(*v) << 32) | i as u64));
    words.sort_unstable();
    let mut first = 0;
    for tied in words.chunk_by(|a, b| a >> 32 == b >> 32) {
        let rank = 2 * first + tied.len() - 1;
        tied.iter().for_each(|w| values[*w as u32 as usize] = rank as u32);
        first += tied.len();
    }
}

/// Length of the mean resultant vector of times on a circle of `period_us`: 1 for one time of day, 0 for spread.
pub fn circular_concentration(ts: &[i64], period_us: i64) -> Option<f64> {
    if ts.is_empty() {
        return None;
    }
    let (mut x, mut y) = (0.0, 0.0);
    for t in ts {
        let angle = t.rem_euclid(period_us) as f64 / period_us as f64 * std::f64::consts::TAU;
        x += angle.cos();
        y += angle.sin();
    }
    Some(((x * x + y * y).sqrt() / ts.len() as f64).clamp(0.0, 1.0))
}

/// Microseconds as seconds, for whole results.
pub fn to_seconds(us: Option<f64>) -> Option<f64> {
    us.map(|v| v / 1e6)
}
