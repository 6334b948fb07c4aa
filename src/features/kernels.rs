//! The arithmetic over sorted slices: sliding windows, gaps, entropies, quantiles, rank agreement.
//! In: plain slices in time order; out: numbers; closed windows everywhere, microseconds throughout.
//! Knows no account and no card; each kernel is checked against a naive reference.

/// Most events in any closed window of `width_us` that starts at an event: `max over i of #{j: 0 <= t[j] - t[i] <= width}`.
///
/// `ts` is sorted. Linear time.
pub fn max_in_window(ts: &[i64], width_us: i64) -> usize {
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
    if least == 0 {
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
        self.reset(n_keys);
        let (mut best, mut end, mut distinct) = (0, 0, 0);
        for start in 0..ts.len() {
            while end < ts.len() && ts[end] - ts[start] <= width_us {
                let slot = &mut self.in_window[keys[end] as usize];
                distinct += usize::from(*slot == 0);
                *slot += 1;
                end += 1;
            }
            best = best.max(distinct);
            let slot = &mut self.in_window[keys[start] as usize];
            *slot -= 1;
            distinct -= usize::from(*slot == 0);
        }
        best
    }

    /// How many non-overlapping closed windows hold at least `least` distinct keys, taken greedily. Linear time.
    pub fn disjoint_windows(
        &mut self,
        ts: &[i64],
        keys: &[u32],
        n_keys: usize,
        width_us: i64,
        least: usize,
    ) -> usize {
        self.reset(n_keys);
        let (mut n, mut start, mut end, mut distinct) = (0, 0, 0, 0);
        while start < ts.len() {
            while end < ts.len() && ts[end] - ts[start] <= width_us {
                let slot = &mut self.in_window[keys[end] as usize];
                distinct += usize::from(*slot == 0);
                *slot += 1;
                end += 1;
            }
            let full = 0 < least && least <= distinct;
            n += usize::from(full);
            let leave = if full { end } else { start + 1 };
            while start < leave {
                let slot = &mut self.in_window[keys[start] as usize];
                *slot -= 1;
                distinct -= usize::from(*slot == 0);
                start += 1;
            }
        }
        n
    }

    fn reset(&mut self, n_keys: usize) {
        self.in_window.clear();
        self.in_window.resize(n_keys, 0);
    }
}

/// Gaps of consecutive sorted times, microseconds.
pub fn gaps(ts: &[i64], out: &mut Vec<i64>) {
    out.clear();
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
    Some(bits.sum::<f64>().max(0.0))
}

/// Entropy of log2-binned gaps in bits; `None` without gaps.
pub fn gap_entropy_bits(gaps_us: &[i64]) -> Option<f64> {
    let mut bins = [0usize; 65];
    for gap in gaps_us {
        bins[gap_bin(*gap)] += 1;
    }
    entropy_bits(bins.iter().copied())
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

/// Actions per hour of the day (UTC).
pub fn hour_counts(ts: impl Iterator<Item = i64>) -> [usize; 24] {
    let mut hours = [0; 24];
    for t in ts {
        hours[(t.div_euclid(3_600_000_000)).rem_euclid(24) as usize] += 1;
    }
    hours
}

/// Smallest share of events in any 6 consecutive hours of the day; `None` without events.
pub fn quietest_six_hours(hours: &[usize; 24]) -> Option<f64> {
    let total: usize = hours.iter().sum();
    let quietest = (0..24).map(|h| (0..6).map(|k| hours[(h + k) % 24]).sum::<usize>()).min()?;
    (total > 0).then(|| quietest as f64 / total as f64)
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

/// Kendall's tau-a of a sequence of distinct ranks against its own order, in O(n log n); `None` below two.
pub fn kendall_tau(ranks: &[u32]) -> Option<f64> {
    let n = ranks.len();
    if n < 2 {
        return None;
    }
    let mut values = ranks.to_vec();
    let mut spare = vec![0; n];
    let discordant = count_inversions(&mut values, &mut spare) as f64;
    let pairs = n as f64 * (n as f64 - 1.0) / 2.0;
    Some(1.0 - 2.0 * discordant / pairs)
}

fn count_inversions(values: &mut [u32], spare: &mut [u32]) -> u64 {
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
pub fn spearman(pairs: &[(f64, f64)]) -> Option<f64> {
    let x = ranks(pairs.iter().map(|p| p.0));
    let y = ranks(pairs.iter().map(|p| p.1));
    let (mean_x, sd_x) = mean_sd(x.iter().copied())?;
    let (mean_y, sd_y) = mean_sd(y.iter().copied())?;
    if sd_x == 0.0 || sd_y == 0.0 {
        return None;
    }
    let n = x.len() as f64;
    let covariance = x.iter().zip(&y).map(|(a, b)| (a - mean_x) * (b - mean_y)).sum::<f64>() / n;
    Some((covariance / (sd_x * sd_y)).clamp(-1.0, 1.0))
}

fn ranks(values: impl Iterator<Item = f64>) -> Vec<f64> {
    let values: Vec<f64> = values.collect();
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut out = vec![0.0; values.len()];
    for tied in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let first = order.iter().position(|i| *i == tied[0]).unwrap_or(0);
        let rank = first as f64 + (tied.len() as f64 - 1.0) / 2.0;
        tied.iter().for_each(|i| out[*i] = rank);
    }
    out
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
