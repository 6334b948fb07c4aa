//! Out-of-fold scores become chances: isotonic steps, each with the accounts behind it, moved to a stated base rate.
//! In: out-of-fold log-odds with labels; out: steps, and for any log-odds a chance with its interval.
//! Claims nothing between two steps, and nothing at all from fewer than twenty accounts of either kind.

use crate::features::kernels::wilson_lower;
use serde::{Deserialize, Serialize};

/// Accounts of either kind without which no chance is told (ours, S).
pub const LEAST_EACH: usize = 20;

/// Accounts of a step at least, before neighbors join [S]. Many more a step would hide the few accounts at the top, who
/// are what matters where positives are rare (benches/record, calibration).
const LEAST_STEP: usize = 25;

/// Accounts whose scores lie next to each other.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// Log-odds from which it holds; the first holds below too.
    pub from: f64,
    /// Accounts.
    pub n: usize,
    /// Positive ones among them.
    pub positive: usize,
}

/// Isotonic steps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calibration {
    /// Share of positives among the labels.
    pub labels_rate: f64,
    /// Share of positives where the model is used, if somebody states it.
    pub base_rate: Option<f64>,
    /// Steps, rising.
    pub blocks: Vec<Block>,
}

impl Calibration {
    /// Steps over out-of-fold scores; none where too few accounts of a kind stand behind them.
    pub fn of(scored: &[(f64, bool)], base_rate: Option<f64>) -> Option<Self> {
        let positives = scored.iter().filter(|s| s.1).count();
        if positives.min(scored.len() - positives) < LEAST_EACH {
            return None;
        }
        let mut sorted = scored.to_vec();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        let least = LEAST_STEP;
        let mut blocks: Vec<Block> = Vec::new();
        for tied in sorted.chunk_by(|a, b| a.0 == b.0) {
            if blocks.last().is_none_or(|b| least <= b.n) {
                blocks.push(Block { from: tied[0].0, n: 0, positive: 0 });
            }
            if let Some(last) = blocks.last_mut() {
                last.n += tied.len();
                last.positive += tied.iter().filter(|s| s.1).count();
            }
        }
        // A rest too small to stand alone belongs to its neighbor.
        if 1 < blocks.len() && blocks.last().is_some_and(|b| b.n < least) {
            join_last(&mut blocks);
        }
        let labels_rate = positives as f64 / scored.len() as f64;
        Some(Self { labels_rate, base_rate, blocks: rising(blocks) })
    }

    /// The chance of log-odds with its 95 % interval, at the stated base rate or else at that of the labels.
    pub fn chance(&self, log_odds: f64) -> (f64, f64, f64) {
        let at = self.blocks.partition_point(|b| b.from <= log_odds).saturating_sub(1);
        let Some(block) = self.blocks.get(at) else { return (0.0, 0.0, 1.0) };
        let to = self.base_rate.unwrap_or(self.labels_rate);
        let here = |p: f64| corrected(p, self.labels_rate, to);
        let low = wilson_lower(block.positive, block.n);
        let high = 1.0 - wilson_lower(block.n - block.positive, block.n);
        (here(smoothed(block)), here(low), here(high))
    }
}

/// Never quite 0 or 1: some accounts say nothing about all.
fn smoothed(block: &Block) -> f64 {
    (block.positive as f64 + 0.5) / (block.n as f64 + 1.0)
}

fn join_last(blocks: &mut Vec<Block>) {
    if let (Some(last), Some(before)) = (blocks.pop(), blocks.last_mut()) {
        before.n += last.n;
        before.positive += last.positive;
    }
}

/// Pools neighbors until chances rise: what no rising step function fits better.
fn rising(blocks: Vec<Block>) -> Vec<Block> {
    let mut out: Vec<Block> = Vec::new();
    for block in blocks {
        out.push(block);
        while let [.., before, last] = &out[..]
            && !rises(before, last)
        {
            join_last(&mut out);
        }
    }
    out
}

/// Whether the share of positives rises, and what is told of it too: of two steps without any the smaller one would be told
/// the higher chance, for its size alone.
fn rises(before: &Block, last: &Block) -> bool {
    before.positive * last.n < last.positive * before.n && smoothed(before) < smoothed(last)
}

/// A chance under one share of positives, as it is under another.
pub fn corrected(p: f64, from: f64, to: f64) -> f64 {
    let (yes, no) = (p * to / from, (1.0 - p) * (1.0 - to) / (1.0 - from));
    if yes + no == 0.0 { p } else { yes / (yes + no) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores whose chance is known: uniform log-odds, labels drawn by an even sequence.
    fn known(n: usize) -> Vec<(f64, bool, f64)> {
        (0..n)
            .map(|i| {
                let score = -6.0 + 12.0 * ((i * 7919) % n) as f64 / n as f64;
                let p = 1.0 / (1.0 + (-score).exp());
                (score, super::super::sample::draw(3, "label", &i.to_string()) < p, p)
            })
            .collect()
    }

    #[test]
    fn known_chances_come_back_and_move_to_another_base_rate() {
        let all = known(20_000);
        let (fit, held): (Vec<_>, Vec<_>) = all.iter().enumerate().partition(|(i, _)| i % 2 == 0);
        let scored: Vec<(f64, bool)> = fit.iter().map(|(_, (s, l, _))| (*s, *l)).collect();
        let made = Calibration::of(&scored, None).expect("enough");
        assert!(made.blocks.windows(2).all(|w| smoothed(&w[0]) < smoothed(&w[1])));
        for (low, high) in [(0.1, 0.5), (0.5, 0.9), (0.9, 1.0)] {
            let says = |score: f64| made.chance(score).0;
            let bin: Vec<_> =
                held.iter().filter(|(_, (s, _, _))| low <= says(*s) && says(*s) < high).collect();
            let expected: f64 = bin.iter().map(|(_, (s, _, _))| says(*s)).sum();
            let observed = bin.iter().filter(|(_, (_, l, _))| *l).count() as f64;
            assert!((0.93..1.07).contains(&(observed / expected)), "{low}: {observed} of {expected}");
        }
        let rare = Calibration { base_rate: Some(0.01), ..made.clone() };
        let (p, low, high) = rare.chance(0.0);
        assert!(low < p && p < high && (0.005..0.02).contains(&p), "even odds at 50 % are 1 % at 1 %: {p}");
        assert!((corrected(corrected(0.3, 0.5, 0.01), 0.01, 0.5) - 0.3).abs() < 1e-12);
    }

    #[test]
    fn a_high_chance_of_few_is_told_among_many() {
        // One of a thousand, and all of those above everybody else.
        let rare: Vec<(f64, bool)> = (0..100_000).map(|i| (f64::from(i), 99_900 <= i)).collect();
        let made = Calibration::of(&rare, None).expect("enough");
        assert!(0.9 < made.chance(99_950.0).0, "{:?}", made.blocks);
        assert!(made.chance(99_000.0).0 < 0.001);
        // Whatever the number of those without any positive among them, they are told one chance, and it is a low one.
        for none in [99_975, 1_000 * 25 + 7, 40 * 25] {
            let scored: Vec<(f64, bool)> = (0..none + 100).map(|i| (f64::from(i), none <= i)).collect();
            let made = Calibration::of(&scored, None).expect("enough");
            assert!(made.blocks.len() <= 3 && made.blocks[0].positive == 0, "{:?}", made.blocks);
            assert!(made.blocks.windows(2).all(|w| rises(&w[0], &w[1])), "{:?}", made.blocks);
            assert!(made.chance(f64::from(none) - 30.0).0 < 0.01, "{:?}", made.blocks);
        }
    }

    #[test]
    fn few_accounts_tell_no_chance() {
        let few: Vec<(f64, bool)> = (0..1_000).map(|i| (f64::from(i), i < 19)).collect();
        assert_eq!(Calibration::of(&few, None), None);
    }

    #[test]
    fn equal_scores_are_one_step() {
        let same: Vec<(f64, bool)> = (0..100).map(|i| (1.0, i % 2 == 0)).collect();
        let made = Calibration::of(&same, None).expect("enough");
        assert_eq!(made.blocks, [Block { from: 1.0, n: 100, positive: 50 }]);
        assert_eq!(made.chance(-5.0), made.chance(9.0));
    }
}
