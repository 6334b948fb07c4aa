#!/usr/bin/env python3
"""Where chances miss: the same measured worlds, asked of models that were taught on other mixtures.

    python3 benches/calibration.py PROGRAM FOLDER [--accounts 10000] [--days 7] [--seed 81] [--worlds 4] [--threads N] [--again]

A chance is right for the mixture it was calibrated on. Here that is tried: teaching worlds are plain and adaptive, so are the
measured ones (other seeds, same region), and models are taught on both with some ordinary people left out (as worlds.py does),
on both with everybody, on twice as many worlds, and on one kind alone; each is measured on both kinds together and on each.
Beside the steps that `train` makes stands Platt's line, fitted to the same out-of-fold scores and moved to the same base rate.
Everything is simulated and says nothing about a service. Needs what worlds.py needs.
"""

import csv
import time

import numpy

from lab import Lab, join, options
from worlds import Accounts, Scored, Teaching, bent, calibrated

HEAD = "| taught on | labeled accounts | measured on | chance | accounts | positive | slope | intercept | observed/expected from 0.1 | from 0.5 | from 0.9 |"


def platt(lab, name, scored, base_rate):
    """Chances by a line through the logit of the model's out-of-fold scores, moved from the labels' rate to the stated one."""
    with open(lab.folder / f"{name}.folds.csv", newline="") as rows:
        told = list(csv.DictReader(rows))
    x = numpy.array([float(r["log_odds"]) for r in told])
    y = numpy.array([r["positive"] == "1" for r in told], float)
    (intercept, slope), _ = bent(x, y)
    logit = lambda p: numpy.log(p / (1 - p))
    return intercept + slope * scored.log_odds + logit(base_rate) - logit(y.mean())


def rows_of(lab, title, teaching, of, keeps, kind):
    """Teaches once and measures on both kinds of worlds and on each."""
    name = title.replace(" ", "-").replace(",", "")
    labels, scores = lab.folder / f"{name}.labels.csv", lab.folder / f"{name}.scores.csv"
    kept = [r for r in teaching.rows if keeps(r)]
    known = [r["label"] for r in teaching.everybody if keeps(r)]
    base_rate = known.count("abuse") / (known.count("abuse") + known.count("innocent"))
    with open(labels, "w", newline="") as out:
        writer = csv.DictWriter(out, kept[0].keys(), extrasaction="ignore")
        writer.writeheader()
        writer.writerows(kept)
    lab.train(labels, f"{name}.json", "--base-rate", base_rate, "--score", "measured/features.parquet", "--scores-out", scores,
              "--kind", kind, "--threads", lab.args.threads, "--folds-out", f"{name}.folds.csv")
    scored = Scored(of, scores)
    line = platt(lab, name, scored, base_rate)
    for part, where in [("both", True), ("plain", of.difficulty == "plain"), ("adaptive", of.difficulty == "adaptive")]:
        who = (of.innocent | of.abuse) & numpy.isfinite(scored.p) & where
        y, p = of.abuse[who].astype(float), scored.p[who]
        own = numpy.log(y.mean() / (1 - y.mean())) - numpy.log(base_rate / (1 - base_rate))
        for how, logit in (("steps", numpy.log(p / (1 - p))), ("Platt", line[who])):
            cells = calibrated(logit + own, y)
            print(f"| {title} | {len(kept)} | {part} | {how} | {len(y)} | {int(y.sum())} | " + " | ".join(cells) + " |", flush=True)


def main():
    parser = options(__doc__, worlds=4, accounts=10_000, seed=81)
    parser.add_argument("--kind", default="boosted")
    args = parser.parse_args()
    begun, lab = time.perf_counter(), Lab(args)
    compared = lab.profile()
    kinds = ("plain", "adaptive")
    teachers = [lab.world(args.seed + 1 + i, kinds[i % 2], "fit", more=compared) for i in range(args.worlds)]
    measured = [lab.world(args.seed + 1 + args.worlds + i, kinds[i % 2], "fit", more=compared) for i in range(args.worlds)]
    join(teachers, lab.folder / "teach")
    join(measured, lab.folder / "measured")
    of = Accounts(measured)
    few, half = {w.name for w in teachers[:2]}, [w for w in teachers[:2]]
    kind_of = {w.name: w.difficulty for w in teachers}
    at = lambda row: row["account"].split("_")[0]

    def teaching(worlds, ordinary):
        args.teach = ordinary
        made = Teaching(lab, worlds)
        made.everybody = [{**r, "account": f"{w.name}_{r['account']}"} for w in worlds for r in w.rows]
        return made

    print(f"SIMULATED. {args.kind}; {len(of.name)} labeled accounts in {args.worlds} measured worlds; chances moved to the measured share of abusers.\n")
    print(HEAD + "\n" + "|---" * 11 + "|")
    everybody = 10**9
    rows_of(lab, "2 worlds, ordinary sampled", teaching(half, 8 * args.accounts // 50), of, lambda r: at(r) in few, args.kind)
    rows_of(lab, "2 worlds, everybody", teaching(half, everybody), of, lambda r: at(r) in few, args.kind)
    rows_of(lab, f"{args.worlds} worlds, everybody", teaching(teachers, everybody), of, lambda r: True, args.kind)
    for kind in kinds:
        rows_of(lab, f"{kind} worlds only", teaching(teachers, everybody), of, lambda r: kind_of[at(r)] == kind, args.kind)
    print(f"\n{time.perf_counter() - begun:.0f} s in all; left out as leaks: {', '.join(lab.without) or 'nothing'}")


if __name__ == "__main__":
    main()
