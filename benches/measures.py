"""Exact bounds of a share, and how well a score ranks: what several measuring scripts tell their results by."""

import numpy
from scipy.stats import beta, rankdata


def upper(hits, n, confidence=0.95):
    """Exact (Clopper-Pearson) upper bound of a share, one-sided."""
    return 1.0 if n <= hits else float(beta.ppf(confidence, hits + 1, n - hits))


def lower(hits, n, confidence=0.95):
    """Exact lower bound of a share, one-sided."""
    return 0.0 if hits <= 0 else float(beta.ppf(1 - confidence, hits, n - hits + 1))


def share(is_hit):
    """A share with its bounds and number, for people."""
    n, hits = len(is_hit), int(numpy.sum(is_hit))
    return f"{hits / n:.3f} [{lower(hits, n):.3f}, {upper(hits, n):.3f}] n {n}" if n else "-"


def auroc(positive, score):
    ranks, n = rankdata(score), positive.sum()
    return (ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(score) - n))


def recall(positive, score, fpr):
    """Share of positives above the lowest score that at most this share of negatives reaches; ties pass together."""
    ranked = numpy.sort(score[~positive])[::-1]
    return (ranked[int(fpr * len(ranked))] < score[positive]).mean()
