"""Figures and tables that are the same bytes each time and readable on a light and on a dark page, and intervals.

A figure is an SVG whose ink, paper and lines are variables that follow the reader's setting.
"""

import html
import io
import math
import re

import matplotlib
import numpy as np
import polars as pl
from IPython.display import HTML, SVG
from matplotlib.figure import Figure

INK, PAPER, LINE = "#1f2328", "#fefefe", "#d0d7de"
BLUE, ORANGE, GREEN, PURPLE, GRAY = "#3b82c4", "#d9772b", "#2e9e73", "#b8579a", "#848d97"
DARK = {INK: "#e6edf3", PAPER: "#0d1117", LINE: "#3d444d"}
NAMES = {INK: "ink", PAPER: "paper", LINE: "line"}

matplotlib.rcParams.update({
    "svg.hashsalt": "bulkwatch",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "grid.linewidth": 0.7,
    "legend.frameon": False,
    **{key: INK for key in ["text.color", "axes.labelcolor", "axes.edgecolor", "xtick.color", "ytick.color"]},
    **{key: PAPER for key in ["figure.facecolor", "axes.facecolor", "savefig.facecolor"]},
})


def figure(columns=1, width=8.6, height=3.6, **subplots):
    """A figure and its axes."""
    made = Figure(figsize=(width, height), layout="constrained")
    return made, made.subplots(1, columns, **subplots)


def show(made, describes):
    """The figure as an SVG with a description for who cannot see it."""
    out = io.StringIO()
    made.savefig(out, format="svg", metadata={"Date": None, "Creator": None})
    text = out.getvalue()
    text = text[text.index("<svg"):]
    for color, name in NAMES.items():
        text = text.replace(color, f"var(--{name}, {color})")
    # Matplotlib leaves black out.
    text = re.sub(r'<text style="(?![^"]*fill:)', f'<text style="fill: var(--ink, {INK}); ', text)
    light = "; ".join(f"--{name}: {color}" for color, name in NAMES.items())
    dark = "; ".join(f"--{name}: {DARK[color]}" for color, name in NAMES.items())
    style = f"<style>svg.figure {{ {light} }} @media (prefers-color-scheme: dark) {{ svg.figure {{ {dark} }} }}</style>"
    head, body = text.split(">", 1)
    return SVG(f'{head} class="figure" role="img"><title>{describes}</title>{style}{body}')


def table(rows):
    """Rows as a table: texts to the left, numbers to the right."""
    frame = rows if isinstance(rows, pl.DataFrame) else pl.DataFrame(rows)
    right = [' style="text-align: right"' if kind.is_numeric() else "" for kind in frame.dtypes]
    cell = lambda tag, side, value: f"<{tag}{side}>{html.escape('' if value is None else str(value))}</{tag}>"
    line = lambda tag, values: "<tr>" + "".join(cell(tag, s, v) for s, v in zip(right, values)) + "</tr>"
    body = "\n".join(line("td", row) for row in frame.iter_rows())
    return HTML(f"<table>\n<thead>{line('th', frame.columns)}</thead>\n<tbody>\n{body}\n</tbody>\n</table>")


def exact(hits, n, level=0.95):
    """The exact (Clopper and Pearson) two-sided interval of a share."""
    if n == 0:
        return 0.0, 1.0
    tail = (1 - level) / 2

    def at_most(k, p):
        terms = np.arange(k + 1)
        logs = [math.lgamma(n + 1) - math.lgamma(i + 1) - math.lgamma(n - i + 1) for i in terms]
        return float(np.exp(np.array(logs) + terms * math.log(p) + (n - terms) * math.log1p(-p)).sum())

    def solve(rises):
        low, high = 1e-12, 1 - 1e-12
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if rises(middle) else (middle, high)
        return (low + high) / 2

    lower = 0.0 if hits == 0 else solve(lambda p: tail < 1 - at_most(hits - 1, p))
    upper = 1.0 if hits == n else solve(lambda p: at_most(hits, p) < tail)
    return lower, upper


def auroc(scores, positive):
    """The chance that a positive scores above a negative, ties half."""
    scores, positive = np.asarray(scores, float), np.asarray(positive, bool)
    pos, neg = scores[positive], np.sort(scores[~positive])
    if len(pos) == 0 or len(neg) == 0:
        return math.nan
    below = np.searchsorted(neg, pos, "left")
    return float((below + np.searchsorted(neg, pos, "right")).sum() / (2 * len(pos) * len(neg)))


def average_precision(scores, positive):
    """Precision averaged over the positives, tied scores taken together."""
    scores, positive = np.asarray(scores, float), np.asarray(positive, bool)
    total = positive.sum()
    if total == 0:
        return math.nan
    values, place = np.unique(-scores, return_inverse=True)
    hits = np.bincount(place, positive, len(values))
    taken = np.bincount(place, minlength=len(values))
    return float((hits.cumsum() / taken.cumsum() * hits).sum() / total)


def bootstrap(metric, scores, positive, by=None, rounds=1000, seed=20190206):
    """The 95 % percentile interval of a metric; resamples accounts within each label, or whole clusters `by`."""
    scores, positive = np.asarray(scores, float), np.asarray(positive, bool)
    chance = np.random.default_rng(seed)
    if by is None:
        parts = [np.flatnonzero(positive), np.flatnonzero(~positive)]
        draws = lambda: np.concatenate([chance.choice(part, len(part)) for part in parts])
    else:
        clusters = [np.flatnonzero(np.asarray(by) == name) for name in sorted(set(by))]
        draws = lambda: np.concatenate([clusters[i] for i in chance.integers(0, len(clusters), len(clusters))])
    values = [metric(scores[draw], positive[draw]) for draw in (draws() for _ in range(rounds))]
    return tuple(float(q) for q in np.nanquantile(values, [0.025, 0.975]))


def percent(share):
    """A share in words."""
    return f"{100 * share:.1f} %"


def interval(low, high):
    """An interval of shares in words."""
    return f"[{100 * low:.1f}, {100 * high:.1f}] %"
