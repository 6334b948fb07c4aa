//! A seeded sample of the examples, positives and others apart, for fits that cannot take all of them.
//! In: names with labels, a seed, the most rows; out: which rows to use and what that does to the log-odds.
//! Draws by the name's digest, so that neither order nor other accounts move anybody in or out.

/// The most rows a fit takes; the linear solver slows down beyond (measured: 1.7 s at 100,000 rows, 30 s at 200,000).
pub const MOST_ROWS: usize = 100_000;

/// Which rows to fit on.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Their places.
    pub rows: Vec<usize>,
    /// Share of the positives kept.
    pub positive_rate: f64,
    /// Share of the others kept.
    pub other_rate: f64,
}

impl Sample {
    /// What must be added to log-odds learned on the sample so that they hold for all.
    pub fn shift(&self) -> f64 {
        (self.other_rate / self.positive_rate).ln()
    }
}

/// A number in [0, 1) that follows from seed, purpose and name only.
pub fn draw(seed: u64, purpose: &str, name: &str) -> f64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes()).update(purpose.as_bytes()).update(b"\0").update(name.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&hasher.finalize().as_bytes()[..8]);
    // 53 bits are what a float holds exactly.
    (u64::from_le_bytes(first) >> 11) as f64 / (1_u64 << 53) as f64
}

/// At most about `most` of these rows: as many positives as fit in half, others for the rest.
pub fn sample<'a>(rows: &[usize], of: impl Fn(usize) -> (&'a str, bool), seed: u64, most: usize) -> Sample {
    let positives = rows.iter().filter(|i| of(**i).1).count();
    let others = rows.len() - positives;
    if rows.len() <= most {
        return Sample { rows: rows.to_vec(), positive_rate: 1.0, other_rate: 1.0 };
    }
    let kept = positives.min((most / 2).max(most.saturating_sub(others)));
    let rate = |kept: usize, all: usize| if all == 0 { 1.0 } else { (kept as f64 / all as f64).min(1.0) };
    let (positive_rate, other_rate) = (rate(kept, positives), rate(most - kept, others));
    let keeps = |i: &usize| {
        let (name, positive) = of(*i);
        draw(seed, "sample", name) < if positive { positive_rate } else { other_rate }
    };
    Sample { rows: rows.iter().copied().filter(keeps).collect(), positive_rate, other_rate }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rare_positives_are_all_kept_and_the_odds_corrected() {
        let names: Vec<String> = (0..10_000).map(|i| format!("a{i}")).collect();
        let rows: Vec<usize> = (0..10_000).collect();
        let of = |i: usize| (names[i].as_str(), i.is_multiple_of(100));
        let drawn = sample(&rows, of, 7, 1_100);
        let positives = drawn.rows.iter().filter(|i| of(**i).1).count();
        assert_eq!((positives, drawn.positive_rate), (100, 1.0));
        assert!((900..1_100).contains(&(drawn.rows.len() - positives)), "{}", drawn.rows.len());
        let there = (positives as f64 / (drawn.rows.len() - positives) as f64).ln() + drawn.shift();
        assert!((there - (100.0_f64 / 9_900.0).ln()).abs() < 0.1);
        assert_eq!(drawn, sample(&rows, of, 7, 1_100));
        assert_ne!(drawn.rows, sample(&rows, of, 8, 1_100).rows);
        assert_eq!(sample(&rows, of, 7, 10_000).shift(), 0.0);
    }

    #[test]
    fn many_positives_leave_half_to_the_others() {
        let names: Vec<String> = (0..10_000).map(|i| format!("a{i}")).collect();
        let rows: Vec<usize> = (0..10_000).collect();
        let drawn = sample(&rows, |i| (names[i].as_str(), i % 10 != 0), 7, 4_000);
        let rates = (drawn.positive_rate, drawn.other_rate);
        assert!((0.33..0.34).contains(&rates.0) && rates.1 == 1.0, "{rates:?}");
    }
}
