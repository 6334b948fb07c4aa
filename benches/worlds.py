#!/usr/bin/env python3
"""What rules and a learned model do in simulated worlds, each drawn from another seed: one run, one set of tables.

    python3 benches/worlds.py PROGRAM FOLDER [--worlds 8] [--accounts 50000] [--days 7] [--seed 11] [--mix FILE]
                              [--teach N] [--ask 4] [--no-leave-out] [--threads N] [--again]

Worlds take turns: plain and adaptive adversaries, parameters of the fit region and of the held-out one. Three more worlds
come first, each from a seed of its own: an earlier night whose population profile all scans compare with, and two (plain
and adaptive, fit region) that teach the model. Nothing of a world that is measured was learned from.

Printed as Markdown: verdicts (of rules alone) of innocents by persona, detection by adversary, difficulty and region,
the model with every adversary and every persona left out of its teaching, calibration, and what held directions cost.
Bounds are exact (Clopper-Pearson), each one-sided at 95 %, over accounts; accounts of one world share its centers, so
the spread between worlds is larger than bounds tell.
Everything here is simulated and says nothing about a service. Needs numpy, pyarrow and scipy. FOLDER must be new (or --again); the
messages of a world are removed once it is scanned.
"""

import csv
import functools
import json
import os
import time
from concurrent.futures import ThreadPoolExecutor

import numpy
import pyarrow
import pyarrow.csv
import pyarrow.parquet

from lab import HIGH, KINDS, REVIEW, VERDICTS, Lab, join, options
from measures import auroc, lower, recall, share, upper

FPR = 1e-3


class Accounts:
    """Labeled accounts of all measured worlds, as columns. Who is in no run is seen by nobody."""

    def __init__(self, worlds):
        rows = [(w, r) for w in worlds for r in w.rows]
        of = lambda f: numpy.array([f(w, r) for w, r in rows])
        self.name = of(lambda w, r: f"{w.name}_{r['account']}")
        self.label, self.persona = of(lambda w, r: r["label"]), of(lambda w, r: r["persona"])
        self.adversary = of(lambda w, r: r["adversary"] or "-")
        self.difficulty, self.region = of(lambda w, r: w.difficulty), of(lambda w, r: w.region)
        self.verdict = of(lambda w, r: w.verdict.get(r["account"], -1))
        self.innocent = (self.label == "innocent") & (0 <= self.verdict)
        self.abuse = self.label == "abuse"


def innocents(a):
    print("\n## Innocent accounts by persona\n\nThose of whom the run says anything. The bound is the upper one; ratios are to "
          "all other innocents, their lower bounds holding for all personas and both verdicts at once.\n")
    print("| persona | accounts | watch or worse | review or worse | bound | ratio at review, lower bound | abuse_high or worse | bound | "
          "ratio at abuse_high, lower bound |")
    print("|---|---|---|---|---|---|---|---|---|")
    personas = sorted(set(a.persona[a.innocent]))
    rows = [("all", a.innocent)] + [(p, a.innocent & (a.persona == p)) for p in personas]
    for name, who in rows:
        n, at = int(who.sum()), lambda v: int((who & (v <= a.verdict)).sum())
        cells = []
        for least in (REVIEW, HIGH):
            x, others = at(least), a.innocent & ~who
            low = lower(x, x + int((others & (least <= a.verdict)).sum()), 1 - 0.05 / (2 * len(personas))) if x else 0
            ratio = f"{low / max(1 - low, 1e-12) * others.sum() / n:.2f}" if x and others.any() else "0"
            cells += [str(x), f"{upper(x, n):.2g}", "" if name == "all" else ratio]
        print(f"| {name} | {n} | {at(1)} | " + " | ".join(cells) + " |")
    asked = a.label == "broadcast"
    for name in sorted(set(a.persona[asked])):
        who = asked & (a.persona == name)
        at = lambda v: int((who & (v <= a.verdict)).sum())
        print(f"| {name} (asked for) | {who.sum()} | {at(1)} | {at(REVIEW)} | {upper(at(REVIEW), who.sum()):.2g} | | {at(HIGH)} | "
              f"{upper(at(HIGH), who.sum()):.2g} | |")


def detection(a):
    print("\n## Detection by adversary\n\nShare of accounts with at least one abusive act in the log; dormant ones and accomplices "
          "are not counted.")
    for at in ("watch", "review", "abuse_high"):
        print(f"\n### {at} or worse\n\n| adversary | " + " | ".join(f"{d}, {r}" for d, r in KINDS) + " |\n|---|---|---|---|---|")
        for name in ["all", *sorted(set(a.adversary[a.abuse]))]:
            of = a.abuse & ((a.adversary == name) | (name == "all"))
            cells = [share(VERDICTS.index(at) <= a.verdict[of & (a.difficulty == d) & (a.region == r)]) for d, r in KINDS]
            print(f"| {name} | " + " | ".join(cells) + " |")


class Scored:
    """Log-odds and chances of a model for the accounts that are measured; who it abstains on is lowest."""

    def __init__(self, accounts, file):
        with open(file, newline="") as rows:
            told = {r["account"]: r for r in csv.DictReader(rows)}
        of = lambda key, none: numpy.array([float(told[n][key] or none) if n in told else none for n in accounts.name])
        self.log_odds, self.p = of("log_odds", -numpy.inf), of("p_abuse_simulated", numpy.nan)

    def above(self, negatives):
        """Who lies above what at most one of a thousand of these reaches; ties pass together."""
        ranked = numpy.sort(self.log_odds[negatives])[::-1]
        return ranked[int(FPR * len(ranked))] < self.log_odds


class Teaching:
    """The teaching worlds' labels: everybody with a part, and as many ordinary people as are asked for."""

    def __init__(self, lab, worlds):
        self.lab, self.rows = lab, []
        for world in worlds:
            ordinary = [r for r in world.rows if r["persona"] == "ordinary"]
            kept = {r["account"] for r in ordinary[:: max(1, len(ordinary) * len(worlds) // lab.args.teach)]}
            rows = [r for r in world.rows if r["persona"] != "ordinary" or r["account"] in kept]
            self.rows += [{**r, "account": f"{world.name}_{r['account']}"} for r in rows]
        everybody = [r["label"] for w in worlds for r in w.rows]
        abuse, innocent = everybody.count("abuse"), everybody.count("innocent")
        self.base_rate = abuse / (abuse + innocent)

    def model(self, name, keeps=lambda row: True, threads=0):
        """Trains on what is kept and scores everybody of the measured worlds."""
        labels, scores = self.lab.folder / f"{name}.labels.csv", self.lab.folder / f"{name}.scores.csv"
        with open(labels, "w", newline="") as out:
            writer = csv.DictWriter(out, self.rows[0].keys())
            writer.writeheader()
            writer.writerows(filter(keeps, self.rows))
        self.lab.train(labels, f"{name}.json", "--base-rate", self.base_rate, "--threads", threads or self.lab.args.threads,
                       "--score", "measured/features.parquet", "--scores-out", scores)
        return scores


def leave_out(a, full, teaching):
    """Every adversary and persona is scored by a model that saw none of its kind."""
    adversaries = sorted(set(a.adversary[a.abuse]))
    personas = sorted({r["persona"] for r in teaching.rows if r["label"] == "innocent"} - {"ordinary"})
    tasks = [("adversary", n) for n in adversaries] + [("persona", n) for n in personas]

    def one(task):
        column, name = task
        file = teaching.model(f"without-{name}", lambda row: row[column] != name, threads=1)
        scored = Scored(a, file)
        file.unlink()
        return scored

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        without = dict(zip(tasks, pool.map(one, tasks)))
    print(f"\n## The model with a kind left out\n\nTaught on {len(teaching.rows)} labeled accounts of two worlds of other seeds; the "
          f"threshold is what {FPR:g} of all measured innocents reach, each model's own.\nRecall of an adversary by the model that "
          "knows its kind and by one that never saw it; abstaining counts as missing. Left out, for they alone tell the labels apart (AUROC "
          f"above 0.99): {', '.join(teaching.lab.without) or 'nothing'}.\n")
    heads = [f"{d}, {h}" for d in ("plain", "adaptive") for h in ("known", "left out")]
    print("| adversary | " + " | ".join(heads) + " |\n|---|---|---|---|---|")
    known, hits = full.above(a.innocent), {n: without["adversary", n].above(a.innocent) for n in adversaries}
    for name in ["all", *adversaries]:
        cells = []
        for difficulty in ("plain", "adaptive"):
            of = a.abuse & (a.difficulty == difficulty) & ((a.adversary == name) | (name == "all"))
            out = numpy.select([a.adversary == n for n in adversaries], [hits[n] for n in adversaries], False)
            cells += [share(known[of]), share(out[of])]
        print(f"| {name} | " + " | ".join(cells) + " |")
    print(f"\nFalse positives of a persona where {FPR:g} of all other innocents are.\n\n| persona | known | left out |\n|---|---|---|")
    for name in personas:
        of = a.innocent & (a.persona == name)
        others = a.innocent & ~of
        print(f"| {name} | {share(full.above(others)[of])} | {share(without['persona', name].above(others)[of])} |")


def directions(lab, teachers, teaching):
    """What holding the policy's directions costs: the same rows and folds, once bound and once free."""
    made = json.loads((lab.folder / "full.json").read_text())
    held = {word: made["training"][f"never_{word}"] for word in ("lower", "raise")}
    features = [f["name"] for f in made["features"]]
    label = {r["account"]: r["label"] for r in teaching.rows}
    table = pyarrow.parquet.read_table(lab.folder / "teach/features.parquet", columns=["account", *features])
    known = [label.get(n) in ("abuse", "innocent") for n in table["account"].to_pylist()]
    table = table.filter(pyarrow.array(known))
    table = table.append_column("label", pyarrow.array([str(int(label[n] == "abuse")) for n in table["account"].to_pylist()]))
    pyarrow.csv.write_csv(table, lab.folder / "plain.csv")
    print(f"\n## What directions cost\n\nMore of {len(held['lower'])} features never lowers the log-odds, more of {len(held['raise'])} never "
          f"raises them. The same {sum(known)} accounts of the teaching worlds, as a plain table in the same five folds (campaigns not "
          "kept together), once bound and once free; 95 % intervals over 400 resamplings of the accounts.\n")
    print("| kind | metric | free | bound | bound - free, paired |\n|---|---|---|---|---|")
    for kind in ("logistic", "boosted"):
        scores = {}
        for name, more in (("free", []), ("bound", ["--raises", ",".join(held["lower"]), "--lowers", ",".join(held["raise"])])):
            lab.run("train", "--simulated", "--quiet", "--table", "plain.csv", "--kind", kind, "--folds", 5, "--out", "plain.json",
                    "--not-a-leak", ",".join(features), "--folds-out", "plain.folds.csv", *more)
            with open(lab.folder / "plain.folds.csv", newline="") as rows:
                told = list(csv.DictReader(rows))
            scores[name] = numpy.array([float(r["log_odds"]) for r in told])
        positive = numpy.array([r["positive"] == "1" for r in told])
        rng, ones, zeros = numpy.random.default_rng(20190206), numpy.flatnonzero(positive), numpy.flatnonzero(~positive)
        draws = [numpy.concatenate([rng.choice(ones, len(ones)), rng.choice(zeros, len(zeros))]) for _ in range(400)]
        for title, metric in (("AUROC", auroc), (f"recall at FPR {FPR:g}", functools.partial(recall, fpr=FPR))):
            free, bound = (metric(positive, scores[n]) for n in ("free", "bound"))
            apart = [metric(positive[d], scores["bound"][d]) - metric(positive[d], scores["free"][d]) for d in draws]
            low, high = numpy.quantile(apart, [0.025, 0.975])
            print(f"| {kind} | {title} | {free:.4f} | {bound:.4f} | {bound - free:+.4f} [{low:+.4f}, {high:+.4f}] |")


def bent(x, y):
    """Intercept and slope of the outcome on the logit, with standard errors."""
    at, design = numpy.zeros(2), numpy.stack([numpy.ones_like(x), x], axis=1)
    for _ in range(50):
        p = 1 / (1 + numpy.exp(-design @ at))
        hessian = design.T @ (design * (p * (1 - p))[:, None])
        step = numpy.linalg.solve(hessian, design.T @ (y - p))
        at += step
        if numpy.abs(step).sum() < 1e-9:
            break
    return at, numpy.sqrt(numpy.diag(numpy.linalg.inv(hessian)))


def calibration(a, scored, base_rate):
    print(f"\n## Calibration of p_abuse_simulated\n\nOf accounts on which the model does not abstain. Told at the base rate of the teaching worlds, "
          f"{base_rate:.4f}, and moved to the share of abusers among those who are measured. Bounds are one-sided at 95 %.\n")
    print("| worlds | base rate | accounts | positive | slope | intercept | observed/expected from 0.1 | from 0.5 | from 0.9 |")
    print("|---|---|---|---|---|---|---|---|---|")
    for title, of in [("all", True)] + [(f"{d}, {r}", (a.difficulty == d) & (a.region == r)) for d, r in KINDS]:
        who = (a.innocent | a.abuse) & numpy.isfinite(scored.p) & of
        y = a.abuse[who].astype(float)
        if not 0 < y.sum() < len(y):
            continue
        told = numpy.log(scored.p[who] / (1 - scored.p[who]))
        own = numpy.log(y.mean() / (1 - y.mean())) - numpy.log(base_rate / (1 - base_rate))
        for base, logit in (("told", told), (f"own, {y.mean():.4f}", told + own)):
            print(f"| {title} | {base} | {len(y)} | {int(y.sum())} | " + " | ".join(calibrated(logit, y)) + " |")


def calibrated(logit, y):
    (intercept, slope), (ie, se) = bent(logit, y)
    cells = [f"{v:.2f} [{v - 1.645 * e:.2f}, {v + 1.645 * e:.2f}]" for v, e in ((slope, se), (intercept, ie))]
    p = 1 / (1 + numpy.exp(-logit))
    for top in (0.1, 0.5, 0.9):
        hits, n, expected = int(y[top <= p].sum()), int((top <= p).sum()), p[top <= p].sum()
        low, high = lower(hits, n) * n, upper(hits, n) * n
        cells.append(f"{hits / expected:.2f} [{low / expected:.2f}, {high / expected:.2f}] n {n}" if n else "-")
    return cells


def front(lab, a, seconds):
    print("# Simulated worlds\n\n**SIMULATED:** nobody ever sent any of it; none of these numbers says anything about a service.\n")
    print(f"{lab.about('worlds.py')}; {seconds:.0f} s for the worlds.\n")
    print("| seed | difficulty | region | messages | drawn in s | scanned in s |\n|---|---|---|---|---|---|")
    for seed, difficulty, region, messages, drew, scanned in lab.spent:
        print(f"| {seed} | {difficulty} | {region} | {messages} | {drew:.0f} | {scanned:.0f} |")
    print(f"\nThe first is the earlier night, the next two teach; measured are the other {len(lab.spent) - 3}: {int(a.innocent.sum())} innocents "
          f"({int((a.innocent & (a.persona == 'ordinary')).sum())} ordinary) and {int(a.abuse.sum())} abusers in a run. The unit is the "
          f"account-night, with {lab.args.days} days of log.")


def main():
    parser = options(__doc__, worlds=8, accounts=50_000, seed=11)
    parser.add_argument("--teach", type=int, default=10**9, help="ordinary people whom the model learns from; fewer than all bend the chances")
    parser.add_argument("--ask", type=int, default=4, help="so many of the measured worlds are what models are asked about")
    parser.add_argument("--no-leave-out", action="store_true")
    args = parser.parse_args()
    begun = time.perf_counter()
    lab = Lab(args)
    compared = lab.profile()
    teachers = [lab.world(args.seed + 1 + i, d, "fit", more=compared) for i, d in enumerate(("plain", "adaptive"))]
    join(teachers, lab.folder / "teach")
    teaching = Teaching(lab, teachers)
    measured = [lab.world(args.seed + 3 + i, *KINDS[i % 4], more=compared) for i in range(args.worlds)]
    a = Accounts(measured)
    front(lab, a, time.perf_counter() - begun)
    innocents(a)
    detection(a)
    asked = measured[:args.ask]
    join(asked, lab.folder / "measured")
    of = Accounts(asked)
    scored = Scored(of, teaching.model("full"))
    if not args.no_leave_out:
        leave_out(of, scored, teaching)
    calibration(of, scored, teaching.base_rate)
    directions(lab, teachers, teaching)
    print(f"\n{time.perf_counter() - begun:.0f} s in all.")


if __name__ == "__main__":
    main()
