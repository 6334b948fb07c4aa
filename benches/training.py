#!/usr/bin/env python3
"""How long training takes and how much memory, beside LightGBM on the same rows, in one run.

    python3 benches/training.py PROGRAM [--rows 100000,1000000] [--features 100] [--folds 2] [--by lightgbm,logistic,boosted]
                                [--tables FOLDER]

The table is made from a seed: numbers with heavy tails, a tenth of them absent, one row of twenty positive. Both read the
same CSV, score every row out of fold and fit once more on everything: two folds are three fits. With --tables the
tables are made once and stay, so that one can be tried at a time. Ours are 200 trees of
depth 3 over places, with ranking intervals and calibration; LightGBM is given as many trees of that depth and rate, and
all threads. Ours takes at most 100,000 rows a fit (README); LightGBM takes all. Needs numpy, pandas and lightgbm.
"""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import time

import numpy
import pandas

ABSENT, RARE = 0.1, 0.05


def table(rows, features, path):
    rng = numpy.random.default_rng(20221122)
    positive = rng.random(rows) < RARE
    columns = {"account": [f"a{i:08}" for i in range(rows)], "label": positive.astype(int)}
    for j in range(features):
        # Every third feature tells a little; all have the tails of counts and rates.
        values = numpy.exp(rng.normal(size=rows) * 1.5 + positive * (0.4 if j % 3 == 0 else 0.0))
        values[rng.random(rows) < ABSENT] = numpy.nan
        columns[f"f{j}"] = values
    pandas.DataFrame(columns).to_csv(path, index=False, float_format="%.5g")


def lightgbm_on(path, folds):
    import lightgbm

    data = pandas.read_csv(path)
    x, y = data.drop(columns=["account", "label"]), data["label"].to_numpy()
    fold, score = numpy.arange(len(y)) % folds, numpy.zeros(len(y))
    model = lambda: lightgbm.LGBMClassifier(
        n_estimators=200, max_depth=3, num_leaves=8, learning_rate=0.05, subsample=0.7, subsample_freq=1,
        colsample_bytree=0.5, n_jobs=os.cpu_count(), verbose=-1, random_state=1)
    for k in range(folds):
        score[fold == k] = model().fit(x[fold != k], y[fold != k]).predict_proba(x[fold == k])[:, 1]
    model().fit(x, y)
    print(auroc(y == 1, score))


def auroc(positive, score):
    ranks = pandas.Series(score).rank().to_numpy()
    n = positive.sum()
    return (ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(score) - n))


def measured(command):
    """Wall seconds, CPU seconds, peak MiB and what was printed."""
    begun = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    said = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"{command[0]} failed")
    return time.perf_counter() - begun, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, said


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("--rows", default="100000,1000000")
    parser.add_argument("--features", type=int, default=100)
    parser.add_argument("--folds", type=int, default=2)
    parser.add_argument("--by", default="lightgbm,logistic,boosted")
    parser.add_argument("--tables", type=pathlib.Path, help="folder in which tables are made and left")
    parser.add_argument("--lightgbm-on", type=pathlib.Path, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.lightgbm_on:
        return lightgbm_on(args.lightgbm_on, args.folds)
    print(f"{os.cpu_count()} cores; {args.features} features, {args.folds} folds and a last fit; CSV to model in every row\n")
    print("| rows | trained by | wall s | CPU s | peak MiB | AUROC out of fold | wall, ours over LightGBM's |\n|---|---|---|---|---|---|---|")
    for rows in map(int, args.rows.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(args.tables or folder, f"{rows}.csv")
            if not os.path.exists(path):
                table(rows, args.features, path)
            compare(args, rows, path, folder)


def compare(args, rows, path, folder):
    wall = None
    for by in args.by.split(","):
        out = os.path.join(folder, f"{by}.csv")
        own = [args.program, "train", "--table", path, "--kind", by, "--folds", str(args.folds), "--quiet",
               "--out", os.path.join(folder, "model.json"), "--folds-out", out]
        again = [sys.executable, __file__, str(args.program), "--folds", str(args.folds), "--lightgbm-on", path]
        took, cpu, peak, said = measured(again if by == "lightgbm" else own)
        if by == "lightgbm":
            wall, area = took, float(said)
        else:
            told = pandas.read_csv(out)
            area = auroc(told.positive.to_numpy() == 1, told.log_odds.to_numpy())
        ratio = f"{took / wall:.2f}" if wall and by != "lightgbm" else ""
        print(f"| {rows} | {by} | {took:.1f} | {cpu:.1f} | {peak:.0f} | {area:.4f} | {ratio} |", flush=True)


if __name__ == "__main__":
    main()
