//! The ranking of labeled accounts as one curve of distinct scores, and all metrics that are read off it.
//! In: scores with labels and weights, in any order; out: AUROC, average precision, cuts at a share or at a number.
//! Tied scores enter together; a cut never splits them.

/// One account with its score, whether its label is positive, and how many accounts it stands for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighed {
    /// Any ordering score; larger is more suspicious.
    pub score: f64,
    /// Whether the label is positive.
    pub positive: bool,
    /// One, or one over the chance that the account was labeled at all.
    pub weight: f64,
}

/// The accounts of one score.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The score.
    pub score: f64,
    /// Weight of its positives.
    pub positives: f64,
    /// Weight of its negatives.
    pub negatives: f64,
}

/// Scores from the highest to the lowest, each with the weights of its accounts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve {
    steps: Vec<Step>,
    positives: f64,
    negatives: f64,
}

/// What a threshold comes to on labeled accounts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cut {
    /// The lowest score that is flagged; infinite where nobody is.
    pub threshold: f64,
    /// Weight of the positives flagged.
    pub hits: f64,
    /// Weight of the negatives flagged.
    pub false_hits: f64,
    /// Share of the positives flagged.
    pub recall: f64,
    /// Share of the negatives flagged.
    pub fpr: f64,
}

impl Cut {
    /// Share of positives among the flagged, as the labels have it; absent where nobody is flagged.
    pub fn precision(&self) -> Option<f64> {
        let flagged = self.hits + self.false_hits;
        (0.0 < flagged).then(|| self.hits / flagged)
    }

    /// Share of positives among the flagged where the share of positives is another; absent where nobody is flagged.
    pub fn precision_at(&self, base_rate: f64) -> Option<f64> {
        precision_at(self.recall, self.fpr, base_rate)
    }
}

/// Share of positives among the flagged at a base rate; absent where nobody is flagged.
pub fn precision_at(recall: f64, fpr: f64, base_rate: f64) -> Option<f64> {
    let flagged = base_rate * recall + (1.0 - base_rate) * fpr;
    (0.0 < flagged).then(|| base_rate * recall / flagged)
}

impl Curve {
    /// The curve of some accounts. O(n log n).
    pub fn of(accounts: &[Weighed]) -> Self {
        let mut sorted: Vec<Weighed> = accounts.to_vec();
        sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
        let weight = |tied: &[Weighed], positive: bool| -> f64 {
            tied.iter().filter(|a| a.positive == positive).map(|a| a.weight).sum()
        };
        let steps = sorted.chunk_by(|a, b| a.score == b.score).map(|tied| Step {
            score: tied[0].score,
            positives: weight(tied, true),
            negatives: weight(tied, false),
        });
        Self::of_steps(steps.collect())
    }

    /// The curve of steps that stand in falling order of their scores.
    pub fn of_steps(steps: Vec<Step>) -> Self {
        let positives = steps.iter().map(|s| s.positives).sum();
        let negatives = steps.iter().map(|s| s.negatives).sum();
        Self { steps, positives, negatives }
    }

    /// The steps, highest score first.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    fn has_both(&self) -> bool {
        0.0 < self.positives && 0.0 < self.negatives
    }

    /// Area under the ROC curve: the chance that a positive outranks a negative, ties counting half.
    pub fn auroc(&self) -> Option<f64> {
        let (mut below, mut wins) = (0.0, 0.0);
        for step in self.steps.iter().rev() {
            wins += step.positives * (below + step.negatives / 2.0);
            below += step.negatives;
        }
        self.has_both().then(|| wins / (self.positives * self.negatives))
    }

    /// Average precision: precision averaged over the recall steps, tied scores entering together.
    pub fn average_precision(&self) -> Option<f64> {
        let (mut seen, mut hits, mut sum) = (0.0, 0.0, 0.0);
        for step in self.steps.iter().filter(|s| 0.0 < s.positives + s.negatives) {
            seen += step.positives + step.negatives;
            hits += step.positives;
            sum += step.positives / self.positives * (hits / seen);
        }
        (0.0 < self.positives).then_some(sum)
    }

    /// Every cut, the one that flags nobody first.
    pub fn cuts(&self) -> impl Iterator<Item = Cut> {
        let none = Cut { threshold: f64::INFINITY, hits: 0.0, false_hits: 0.0, recall: 0.0, fpr: 0.0 };
        let share = |part: f64, of: f64| if 0.0 < of { part / of } else { 0.0 };
        let (mut hits, mut false_hits) = (0.0, 0.0);
        std::iter::once(none).chain(self.steps.iter().map(move |step| {
            hits += step.positives;
            false_hits += step.negatives;
            Cut {
                threshold: step.score,
                hits,
                false_hits,
                recall: share(hits, self.positives),
                fpr: share(false_hits, self.negatives),
            }
        }))
    }

    /// The cut that flags everything from a score on.
    pub fn cut(&self, threshold: f64) -> Option<Cut> {
        self.has_both().then(|| self.cuts().take_while(|c| threshold <= c.threshold).last()).flatten()
    }

    /// The lowest cut that flags at most this share of the negatives.
    pub fn at_fpr(&self, most: f64) -> Option<Cut> {
        // A share taken as a sum of weights may pass its own limit by a rounding.
        self.has_both().then(|| self.cuts().take_while(|c| c.fpr <= most + 1e-12).last()).flatten()
    }

    /// The cut with the highest recall whose precision at a base rate is at least this; nothing where none is.
    pub fn at_precision(&self, least: f64, base_rate: f64) -> Option<Cut> {
        let good = |c: &Cut| c.precision_at(base_rate).is_some_and(|p| least <= p + 1e-12);
        self.has_both().then(|| self.cuts().filter(good).last()).flatten()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn curve(pairs: &[(f64, bool)]) -> Curve {
        let of =
            |(score, positive): &(f64, bool)| Weighed { score: *score, positive: *positive, weight: 1.0 };
        Curve::of(&pairs.iter().map(of).collect::<Vec<_>>())
    }

    #[test]
    fn cuts_by_hand() {
        // Negatives at 0.8 and four low; positives at 0.9, 0.7, 0.7.
        let c = curve(&[
            (0.9, true),
            (0.8, false),
            (0.7, true),
            (0.7, true),
            (0.7, false),
            (0.1, false),
            (0.1, false),
        ]);
        let cut = c.at_fpr(0.25).expect("both kinds");
        assert_eq!((cut.threshold, cut.recall, cut.fpr), (0.8, 1.0 / 3.0, 0.25));
        let cut = c.at_fpr(0.5).expect("both kinds");
        assert_eq!((cut.threshold, cut.recall, cut.precision()), (0.7, 1.0, Some(0.6)));
        let none = curve(&[(0.9, false), (0.1, true)]).at_fpr(0.001).expect("both kinds");
        assert_eq!((none.threshold, none.recall, none.precision()), (f64::INFINITY, 0.0, None));
        assert_eq!(curve(&[(0.9, true)]).at_fpr(0.5), None);
        assert_eq!(c.cut(0.75).map(|c| c.hits), Some(1.0));
    }

    #[test]
    fn precision_moves_with_the_base_rate() {
        // The paper's base rate at 90 % recall: 11 %, 55 % and 92 % at FPR 1e-2, 1e-3, 1e-4.
        let at = |fpr: f64| (100.0 * precision_at(0.9, fpr, 2.0 / 1500.0).expect("flags")).round();
        assert_eq!([at(1e-2), at(1e-3), at(1e-4)], [11.0, 55.0, 92.0]);
        let c = curve(&[(0.9, true), (0.8, false), (0.7, true), (0.1, false)]);
        let cut = c.at_precision(0.6, 0.5).expect("reached");
        assert_eq!((cut.threshold, cut.recall), (0.7, 1.0));
        assert_eq!(c.at_precision(0.9, 0.01).map(|c| c.threshold), Some(0.9));
    }

    fn accounts() -> impl Strategy<Value = Vec<(u8, bool, u8)>> {
        proptest::collection::vec((0u8..12, any::<bool>(), 1u8..4), 2..60)
    }

    proptest! {
        #[test]
        fn a_weight_is_as_many_copies_and_pairs_agree(list in accounts()) {
            let of = |weight: fn(u8) -> f64, (s, positive, w): &(u8, bool, u8)| Weighed {
                score: f64::from(*s), positive: *positive, weight: weight(*w),
            };
            let weighed = Curve::of(&list.iter().map(|a| of(f64::from, a)).collect::<Vec<_>>());
            let copies: Vec<Weighed> =
                list.iter().flat_map(|a| vec![of(|_| 1.0, a); usize::from(a.2)]).collect();
            let copied = Curve::of(&copies);
            prop_assert_eq!(weighed.auroc(), copied.auroc());
            prop_assert_eq!(weighed.average_precision(), copied.average_precision());
            prop_assert_eq!(weighed.at_fpr(0.1), copied.at_fpr(0.1));
            let (p, n): (Vec<Weighed>, Vec<Weighed>) = copies.iter().partition(|a| a.positive);
            if let Some(auroc) = copied.auroc() {
                let win = |a: &Weighed, b: &Weighed| if a.score > b.score { 1.0 } else if a.score == b.score { 0.5 } else { 0.0 };
                let pairs: f64 = p.iter().flat_map(|a| n.iter().map(move |b| win(a, b))).sum();
                prop_assert!((auroc - pairs / (p.len() * n.len()) as f64).abs() < 1e-9);
                let best = copied.at_fpr(0.1).expect("both kinds");
                // Every threshold tried one by one.
                for t in 0..13u8 {
                    let flagged = |of: &[Weighed]| of.iter().filter(|a| f64::from(t) <= a.score).count() as f64 / of.len() as f64;
                    if flagged(&n) <= 0.1 {
                        prop_assert!(flagged(&p) <= best.recall + 1e-12);
                    }
                }
            }
        }
    }
}
