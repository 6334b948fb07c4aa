//! When an account sends, and how evenly.
//! In: gaps between actions and hours of the day; out: quantiles, entropies, modal shares, regularity.
//! Burstiness alone says nothing (bots are found on both sides of people); rules combine at least two of these.

use super::facts::{Action, Facts, View, refill};
use super::feature::{Absent, Family, Feature, Mark, Reads, Unit, Value, count, share};
use super::kernels::{
    burstiness, entropy_bits, gap_entropy_bits, mean_sd, median, median_of_any, mode_share, quantile,
    quietest_six_hours,
};
use super::view::{Seen, Telling, telling};
use super::volume::{ACTIONS, UNEXPLAINED_READS};
use crate::domain::{MINUTE_US, SECOND_US, seconds};

const READS: &[Reads] = &[Reads::Ts, Reads::MsgId, Reads::Chat];
const BASE: Feature = Feature {
    family: Family::Timing,
    reads: READS,
    reading: "people pause unevenly; programs keep a beat or fire without pause",
    look_alikes: "alarm and reminder accounts, dictated series",
    source: (
        Mark::Measured,
        "entropy, modal gap: own measurement on labeled forum time stamps; idea: RSC, KDD 2015",
    ),
    absent_when: "fewer actions than gaps need",
    ..Feature::COUNT
};
const GAP: Feature = Feature { unit: Unit::Seconds, evidence: Some((&GAPS, 20.0)), ..BASE };
const STREAM: Feature = Feature {
    reads: UNEXPLAINED_READS,
    reading: "as the value over all actions, on one stream that others' chatter cannot dilute",
    absent_when: "fewer than two gaps in the stream",
    ..BASE
};

/// Number of gaps.
pub static GAPS: Feature = Feature {
    name: "timing_gaps_n",
    definition: "gaps of consecutive actions in the window: actions - 1, at least 0",
    contract: Some("iat_n"),
    absent_when: "never: 0 when there is nothing to count",
    value: |f| count(f.sorted_gaps.len()),
    ..BASE
};
/// Median gap.
pub static GAP_MEDIAN: Feature = Feature {
    name: "timing_gap_median_s",
    contract: Some("iat_median_s"),
    definition: "median of the gaps between consecutive actions, mean of the two middle ones when even",
    value: |f| as_seconds(median(&f.sorted_gaps)),
    ..GAP
};
/// 10 % quantile of gaps.
pub static GAP_P10: Feature = Feature {
    name: "timing_gap_p10_s",
    definition: "10 % quantile of the gaps, linear interpolation",
    value: |f| as_seconds(quantile(&f.sorted_gaps, 0.10)),
    ..GAP
};
/// 90 % quantile of gaps.
pub static GAP_P90: Feature = Feature {
    name: "timing_gap_p90_s",
    definition: "90 % quantile of the gaps, linear interpolation",
    value: |f| as_seconds(quantile(&f.sorted_gaps, 0.90)),
    ..GAP
};
/// Mean gap.
pub static GAP_MEAN: Feature = Feature {
    name: "timing_gap_mean_s",
    contract: Some("iat_mean_s"),
    definition: "mean of the gaps",
    value: |f| moments(f).map(|(mean, _)| mean),
    ..GAP
};
/// Standard deviation of gaps.
pub static GAP_SD: Feature = Feature {
    name: "timing_gap_sd_s",
    contract: Some("iat_sd_s"),
    definition: "population standard deviation of the gaps",
    absent_when: "fewer than two gaps",
    value: |f| at_least_two(f, |(_, sd)| Ok(sd)),
    ..GAP
};
/// Coefficient of variation of gaps.
pub static GAP_CV: Feature = Feature {
    name: "timing_gap_cv_ratio",
    contract: Some("iat_cv"),
    unit: Unit::Ratio,
    definition: "population standard deviation of the gaps / their mean",
    absent_when: "fewer than two gaps, or all are 0",
    value: |f| {
        at_least_two(f, |(mean, sd)| if mean == 0.0 { Err(Absent::NoEvidence) } else { Ok(sd / mean) })
    },
    ..GAP
};
/// Entropy of binned gaps.
pub static GAP_ENTROPY: Feature = Feature {
    name: "timing_gap_entropy_bits",
    contract: Some("iat_entropy_bits"),
    unit: Unit::Bits,
    range: (0.0, 6.1),
    evidence: Some((&GAPS, 100.0)),
    definition: "entropy of the gaps in log2 bins of whole seconds: bin 0 below 1 s, else the bit length of floor(gap)",
    value: |f| gap_entropy_bits(&f.sorted_gaps).ok_or(Absent::NoEvidence),
    ..BASE
};
/// Most frequent whole-second gap.
pub static GAP_MODE: Feature = Feature {
    name: "timing_gap_mode_share",
    contract: Some("iat_mode_share"),
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&GAPS, 100.0)),
    definition: "share of the most frequent floor(gap in s)",
    value: |f| mode_share(&f.sorted_gaps).ok_or(Absent::NoEvidence),
    ..BASE
};
/// Kim-Jo burstiness.
pub static GAP_BURSTINESS: Feature = Feature {
    name: "timing_gap_burstiness_ratio",
    unit: Unit::Ratio,
    range: (-1.0, 1.0),
    evidence: Some((&GAPS, 100.0)),
    definition: "A_n = (sqrt(n+1) r - sqrt(n-1)) / ((sqrt(n+1) - 2) r + sqrt(n-1)), r = sd / mean of the n gaps",
    reading: "-1 regular, 0 random, 1 bursty; near chance alone and not used by any rule",
    absent_when: "fewer than two gaps, or all are 0",
    source: (Mark::Published, "Kim and Jo 2016"),
    value: |f| {
        at_least_two(f, |(mean, sd)| burstiness(mean, sd, f.sorted_gaps.len()).ok_or(Absent::NoEvidence))
    },
    ..BASE
};
/// Evenness of gaps in the manner of network-beacon scores.
pub static GAP_EVENNESS: Feature = Feature {
    name: "timing_gap_evenness_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&GAPS, 20.0)),
    definition: "mean of 1 - |Bowley skew of the gaps| and max(0, 1 - median absolute deviation / median)",
    reading: "1 for a beacon with a fixed beat",
    absent_when: "no gaps",
    source: (Mark::Published, "beacon timing score of network threat hunting"),
    value: evenness,
    ..BASE
};
/// Share of gaps of at most five seconds.
pub static SHORT_5S: Feature = Feature {
    name: "timing_gap_short_5s_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&GAPS, 20.0)),
    definition: "share of gaps of at most 5 s",
    reading: "sending without pause for thought; pasted series look the same",
    value: |f| short(f, 5 * SECOND_US),
    ..BASE
};
/// Share of gaps of at most a minute.
pub static SHORT_60S: Feature = Feature {
    name: "timing_gap_short_60s_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&GAPS, 20.0)),
    definition: "share of gaps of at most 60 s",
    reading: "chat or program: both are quick",
    value: |f| short(f, MINUTE_US),
    ..BASE
};
/// Quietest six hours.
pub static QUIET_HOURS: Feature = Feature {
    name: "timing_quiet_6h_share",
    contract: Some("hours6_min_share"),
    unit: Unit::Share,
    range: (0.0, 0.25),
    evidence: Some((&ACTIONS, 200.0)),
    definition: "smallest share of the actions in any 6 consecutive UTC hours of the day, taken around the clock",
    reading: "people sleep: near 0; programs do not: up to 0.25",
    look_alikes: "support desks around the clock, shared accounts",
    source: (Mark::Measured, "95 % of measured people lie below 0.167"),
    absent_when: "there is no action",
    value: |f| quietest_six_hours(&f.action_counts.hours).ok_or(Absent::NoEvidence),
    ..BASE
};
/// Entropy over hours.
pub static HOUR_ENTROPY: Feature = Feature {
    name: "timing_hour_entropy_bits",
    unit: Unit::Bits,
    range: (0.0, 4.6),
    evidence: Some((&ACTIONS, 50.0)),
    definition: "entropy of the actions over the 24 UTC hours of the day",
    reading: "0: always the same hour; log2 24 = 4.58: around the clock",
    look_alikes: "shift workers, people with a fixed habit",
    absent_when: "there is no action",
    value: |f| entropy_bits(f.action_counts.hours.into_iter()).ok_or(Absent::NoEvidence),
    ..BASE
};
/// Share of the busiest hour of the day.
pub static TOP_HOUR: Feature = Feature {
    name: "timing_top_hour_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&ACTIONS, 20.0)),
    definition: "share of the actions in their most frequent UTC hour of the day",
    reading: "a timetable puts most of a sender's messages into one hour",
    look_alikes: "people with a fixed habit; one short burst",
    absent_when: "there is no action",
    value: |f| top_hour(&f.action_counts.hours, f.actions.len()),
    ..BASE
};
/// Gaps of the one-way stream.
pub static ONE_WAY_GAPS: Feature = Feature {
    name: "timing_one_way_gaps_n",
    definition: "gaps of consecutive one-way actions (to people who never wrote), as many as are behind both the entropy and the modal share",
    reading: "evidence behind the one-way timing values",
    absent_when: "never: 0 when there is nothing to count",
    value: |f| count(one_way_gaps(f).n),
    ..STREAM
};
/// Entropy of the one-way stream.
pub static ONE_WAY_ENTROPY: Feature = Feature {
    name: "timing_one_way_entropy_bits",
    unit: Unit::Bits,
    range: (0.0, 6.1),
    evidence: Some((&ONE_WAY_GAPS, 100.0)),
    definition: "timing_gap_entropy_bits over one-way actions; the smaller one of the whole stream and, where 100 gaps remain or the whole has fewer, of the stream without its busiest quarter of people, as for content_one_way_repeat_share",
    value: |f| one_way_gaps(f).entropy_bits.ok_or(Absent::NoEvidence),
    ..STREAM
};
/// Modal gap of the one-way stream.
pub static ONE_WAY_MODE: Feature = Feature {
    name: "timing_one_way_mode_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&ONE_WAY_GAPS, 100.0)),
    definition: "timing_gap_mode_share over one-way actions; the larger one of the whole stream and, where 100 gaps remain or the whole has fewer, of the stream without its busiest quarter of people, as for content_one_way_repeat_share",
    value: |f| one_way_gaps(f).mode_share.ok_or(Absent::NoEvidence),
    ..STREAM
};
/// Gaps of the group stream.
pub static GROUP_GAPS: Feature = Feature {
    name: "timing_group_gaps_n",
    definition: "gaps of consecutive group posts, as many as are behind both the entropy and the modal share",
    reading: "evidence behind the group timing values",
    absent_when: "never: 0 when there is nothing to count",
    value: |f| count(group_gaps(f).n),
    ..STREAM
};
/// Entropy of the group stream.
pub static GROUP_ENTROPY: Feature = Feature {
    name: "timing_group_entropy_bits",
    unit: Unit::Bits,
    range: (0.0, 6.1),
    evidence: Some((&GROUP_GAPS, 100.0)),
    definition: "timing_gap_entropy_bits over group posts; the smaller one of the whole stream and, where 100 gaps remain or the whole has fewer, of the stream without its busiest quarter of groups, as for content_group_repeat_share",
    value: |f| group_gaps(f).entropy_bits.ok_or(Absent::NoEvidence),
    ..STREAM
};
/// Modal gap of the group stream.
pub static GROUP_MODE: Feature = Feature {
    name: "timing_group_mode_share",
    unit: Unit::Share,
    range: (0.0, 1.0),
    evidence: Some((&GROUP_GAPS, 100.0)),
    definition: "timing_gap_mode_share over group posts; the larger one of the whole stream and, where 100 gaps remain or the whole has fewer, of the stream without its busiest quarter of groups, as for content_group_repeat_share",
    value: |f| group_gaps(f).mode_share.ok_or(Absent::NoEvidence),
    ..STREAM
};
/// All cards of this file.
pub static CARDS: &[&Feature] = &[
    &GAPS,
    &GAP_MEDIAN,
    &GAP_P10,
    &GAP_P90,
    &GAP_MEAN,
    &GAP_SD,
    &GAP_CV,
    &GAP_ENTROPY,
    &GAP_MODE,
    &GAP_BURSTINESS,
    &GAP_EVENNESS,
    &SHORT_5S,
    &SHORT_60S,
    &QUIET_HOURS,
    &HOUR_ENTROPY,
    &TOP_HOUR,
    &ONE_WAY_GAPS,
    &ONE_WAY_ENTROPY,
    &ONE_WAY_MODE,
    &GROUP_GAPS,
    &GROUP_ENTROPY,
    &GROUP_MODE,
];

fn as_seconds(us: Option<f64>) -> Value {
    us.map(|v| v / SECOND_US as f64).ok_or(Absent::NoEvidence)
}

fn moments(f: &Facts) -> Result<(f64, f64), Absent> {
    // Over sorted gaps, so that the sum has one order.
    let of_gaps = || mean_sd(f.sorted_gaps.iter().map(|g| seconds(*g)));
    f.later.gap_moments.get_or_init(of_gaps).ok_or(Absent::NoEvidence)
}

fn at_least_two(f: &Facts, then: impl Fn((f64, f64)) -> Value) -> Value {
    if f.sorted_gaps.len() < 2 { Err(Absent::NoEvidence) } else { then(moments(f)?) }
}

fn short(f: &Facts, limit_us: i64) -> Value {
    let n = f.sorted_gaps.partition_point(|g| *g <= limit_us);
    share(n, f.sorted_gaps.len())
}

fn evenness(f: &Facts) -> Value {
    let of = |q| quantile(&f.sorted_gaps, q).ok_or(Absent::NoEvidence);
    let (low, mid, high) = (of(0.25)?, of(0.5)?, of(0.75)?);
    let skew = if high > low { (low + high - 2.0 * mid) / (high - low) } else { 0.0 };
    let deviations = &mut f.room.borrow_mut().times;
    let from_mid = f.sorted_gaps.iter().map(|g| (*g as f64 - mid).abs() as i64);
    refill(deviations, f.sorted_gaps.len(), from_mid);
    let spread = median_of_any(deviations).unwrap_or(0.0);
    let tight = if mid > 0.0 { (1.0 - spread / mid).max(0.0) } else { 1.0 };
    Ok(((1.0 - skew.abs()) + tight) / 2.0)
}

pub(super) fn top_hour(hours: &[usize; 24], n: usize) -> Value {
    share(hours.iter().copied().max().unwrap_or(0), n)
}

/// Gaps that entropy and modal share must rest on.
const LEAST_GAPS: usize = 100;

/// What cards say of the gaps of one stream, each of the more telling one of the whole and of what is left without
/// its busiest.
#[derive(Debug, Clone, Copy, Default)]
pub struct StreamGaps {
    /// Gaps behind both values.
    n: usize,
    entropy_bits: Option<f64>,
    mode_share: Option<f64>,
}

impl StreamGaps {
    /// Of a stream with so many actions, whole and without its busiest.
    fn of<'f, S: Iterator<Item = &'f Action>>(f: &Facts, stream: impl Fn(View) -> S, n: [usize; 2]) -> Self {
        let whole = Self::of_one(f, stream(View::Whole), n[0]);
        if n[1] == n[0] {
            return whole;
        }
        let part = Self::of_one(f, stream(View::Even), n[1]);
        let of = |view| if view == View::Whole { whole } else { part };
        let entropy = telling(Telling::Low, LEAST_GAPS, true, |v| Seen::over(of(v).n, of(v).entropy_bits));
        let mode = telling(Telling::High, LEAST_GAPS, true, |v| Seen::over(of(v).n, of(v).mode_share));
        let fewest = entropy.iter().chain(&mode).map(|seen| seen.n).min();
        Self {
            n: fewest.unwrap_or(0),
            entropy_bits: entropy.map(|seen| seen.value),
            mode_share: mode.map(|seen| seen.value),
        }
    }

    fn of_one<'f>(f: &Facts, stream: impl Iterator<Item = &'f Action>, n: usize) -> Self {
        if n == f.actions.len() {
            return Self::of_sorted(&f.sorted_gaps);
        }
        if n < 2 {
            return Self::default();
        }
        let times = &mut f.room.borrow_mut().times;
        refill(times, n, stream.map(|a| f.event(a).ts));
        for i in 1..times.len() {
            times[i - 1] = times[i] - times[i - 1];
        }
        times.truncate(times.len().saturating_sub(1));
        times.sort_unstable();
        Self::of_sorted(times)
    }

    fn of_sorted(gaps: &[i64]) -> Self {
        Self { n: gaps.len(), entropy_bits: gap_entropy_bits(gaps), mode_share: mode_share(gaps) }
    }
}

fn one_way_gaps(f: &Facts) -> StreamGaps {
    let n = [f.action_counts.one_way, f.action_counts.one_way_even];
    *f.later.one_way_gaps.get_or_init(|| StreamGaps::of(f, |view| f.one_way(view), n))
}

fn group_gaps(f: &Facts) -> StreamGaps {
    let n = [f.action_counts.posts, f.action_counts.posts_even];
    *f.later.group_gaps.get_or_init(|| StreamGaps::of(f, |view| f.group_posts(view), n))
}
