//! Ranking metrics over scored, labeled accounts that all count alike.
//! In: scores with labels, in any order; out: AUROC and average precision, ties shared fairly.
//! Sees no account and no threshold.

use super::Scored;
use super::curve::{Curve, Weighed};

fn curve(scored: &[Scored]) -> Curve {
    let alike = |s: &Scored| Weighed { score: s.score, positive: s.positive, weight: 1.0 };
    Curve::of(&scored.iter().map(alike).collect::<Vec<_>>())
}

/// Area under the ROC curve: the chance that a positive outranks a negative, ties counting half.
///
/// `None` unless both kinds are present. O(n log n).
pub fn auroc(scored: &[Scored]) -> Option<f64> {
    curve(scored).auroc()
}

/// Average precision: precision averaged over the recall steps, tied scores entering together.
///
/// `None` without a positive. O(n log n).
pub fn average_precision(scored: &[Scored]) -> Option<f64> {
    curve(scored).average_precision()
}

/// The largest share of positives above a score that at most this share of negatives reaches; ties pass together.
///
/// `None` unless both kinds are present. O(n log n).
pub fn recall_at_fpr(scored: &[Scored], most: f64) -> Option<f64> {
    let positives = scored.iter().filter(|s| s.positive).count() as f64;
    let from = score_at_fpr(scored, most)?;
    let above =
        scored.iter().filter(|s| s.positive && from.is_some_and(|from| from <= s.score)).count() as f64;
    (0.0 < positives).then(|| above / positives)
}

/// The lowest score that at most this share of negatives reaches; inner `None` where even the highest is too many.
///
/// `None` without a negative. O(n log n).
pub fn score_at_fpr(scored: &[Scored], most: f64) -> Option<Option<f64>> {
    let mut sorted: Vec<Scored> = scored.to_vec();
    sorted.sort_by(|a, b| b.score.total_cmp(&a.score));
    let negatives = sorted.iter().filter(|s| !s.positive).count() as f64;
    if negatives == 0.0 {
        return None;
    }
    let (mut reached, mut lowest) = (0.0, None);
    for tied in sorted.chunk_by(|a, b| a.score == b.score) {
        reached += tied.iter().filter(|s| !s.positive).count() as f64;
        if most * negatives < reached {
            break;
        }
        lowest = Some(tied[0].score);
    }
    Some(lowest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scored(pairs: &[(f64, bool)]) -> Vec<Scored> {
        pairs.iter().map(|(score, positive)| Scored { score: *score, positive: *positive }).collect()
    }

    #[test]
    fn perfect_reversed_and_tied() {
        let perfect = scored(&[(0.1, false), (0.2, false), (0.8, true), (0.9, true)]);
        assert_eq!((auroc(&perfect), average_precision(&perfect)), (Some(1.0), Some(1.0)));
        let reversed: Vec<Scored> = perfect.iter().map(|s| Scored { score: -s.score, ..*s }).collect();
        assert_eq!(auroc(&reversed), Some(0.0));
        let tied = scored(&[(0.5, true), (0.5, false), (0.5, false), (0.5, true)]);
        assert_eq!((auroc(&tied), average_precision(&tied)), (Some(0.5), Some(0.5)));
    }

    #[test]
    fn one_kind_alone_has_no_ranking() {
        assert_eq!(auroc(&scored(&[(0.5, true)])), None);
        assert_eq!(average_precision(&scored(&[(0.5, false)])), None);
    }

    #[test]
    fn recall_stops_before_too_many_negatives() {
        let some = scored(&[(0.9, true), (0.8, false), (0.8, true), (0.7, true), (0.1, false), (0.0, true)]);
        assert_eq!(
            [0.0, 0.49, 0.5, 1.0].map(|most| recall_at_fpr(&some, most)),
            [0.25, 0.25, 0.75, 1.0].map(Some)
        );
        assert_eq!(score_at_fpr(&some, 0.5), Some(Some(0.7)));
        let worst = scored(&[(0.9, false), (0.8, true)]);
        assert_eq!((score_at_fpr(&worst, 0.0), recall_at_fpr(&worst, 0.0)), (Some(None), Some(0.0)));
        assert_eq!(recall_at_fpr(&scored(&[(0.9, true)]), 0.1), None);
    }

    #[test]
    fn known_values() {
        // Precisions at the hits: 1/1, 2/3; five of six pairs in order.
        let some = scored(&[(0.9, true), (0.8, false), (0.7, true), (0.1, false), (0.0, false)]);
        assert!((average_precision(&some).expect("positives") - (1.0 + 2.0 / 3.0) / 2.0).abs() < 1e-12);
        assert!((auroc(&some).expect("both") - 5.0 / 6.0).abs() < 1e-12);
    }
}
