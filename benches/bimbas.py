"""BIMBAS: the two kinds of model beside scikit-learn's forest and boosting, and LightGBM where it is installed, in the same folds.

In: the program, the folder with bimbas_train_feat.csv.gz and bimbas_train_label.csv.gz; out: a Markdown table with AUROC,
recall at 1 % false positives and paired differences, each with a 95 % interval over resampled accounts.
Needs numpy, pandas and scikit-learn; tunes nothing.

    python benches/bimbas.py target/release/bulkwatch FOLDER [--seed N] [--repeats N]
"""

import argparse
import os
import subprocess
import tempfile
import time

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402
import pandas as pd  # noqa: E402
from sklearn.ensemble import HistGradientBoostingClassifier, RandomForestClassifier  # noqa: E402

try:
    import lightgbm
except ImportError:
    lightgbm = None

ROUNDS = 2000


def auroc(positive, score):
    ranks = pd.Series(score).rank().to_numpy()
    n = positive.sum()
    return (ranks[positive].sum() - n * (n + 1) / 2) / (n * (len(score) - n))


def recall(positive, score, most=0.01):
    """Share of positives above the lowest score that at most this share of negatives reaches; ties pass together."""
    negatives = np.sort(score[~positive])[::-1]
    allowed = int(np.floor(most * len(negatives)))
    return (score[positive] > negatives[allowed]).mean()


def ours(program, table, kind, folder, seed, repeats):
    out = os.path.join(folder, f"{kind}.csv")
    command = [program, "train", "--table", table, "--id-column", "contributor", "--label-column", "bot", "--kind", kind,
               "--folds", "10", "--repeats", str(repeats), "--seed", str(seed), "--quiet",
               "--out", os.path.join(folder, f"{kind}.json"), "--folds-out", out]
    subprocess.run(command, check=True)
    return pd.read_csv(out)


def theirs(make, data, scored, repeats):
    """Out-of-fold scores of a scikit-learn model in the folds of `scored`, one row a repeat, accounts sorted."""
    out = []
    x, y = data.drop(columns=["contributor", "bot"]), data["bot"].to_numpy()
    for repeat in range(repeats):
        fold = scored[scored.repeat == repeat].set_index("account").loc[data.contributor, "fold"].to_numpy()
        score = np.zeros(len(y))
        for k in range(fold.max() + 1):
            train = fold != k
            fill = x[train].median()
            score[~train] = make(repeat).fit(x[train].fillna(fill), y[train]).predict_proba(x[~train].fillna(fill))[:, 1]
        out.append(score)
    return np.array(out)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("folder")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--repeats", type=int, default=5)
    given = parser.parse_args()
    read = lambda name: pd.read_csv(os.path.join(given.folder, name))
    data = read("bimbas_train_feat.csv.gz").merge(read("bimbas_train_label.csv.gz"), on="contributor", validate="1:1")
    data = data.sort_values("contributor").reset_index(drop=True)
    positive = data.bot.to_numpy() == 1
    scores, seconds = {}, {}
    with tempfile.TemporaryDirectory() as folder:
        table = os.path.join(folder, "bimbas.csv")
        data.to_csv(table, index=False)
        for kind in ["logistic", "boosted"]:
            begun = time.perf_counter()
            scored = ours(given.program, table, kind, folder, given.seed, given.repeats)
            seconds[kind] = time.perf_counter() - begun
            wide = scored.pivot(index="account", columns="repeat", values="log_odds").loc[data.contributor]
            scores[kind] = wide.to_numpy().T
    forests = {
        "sklearn forest (500 trees)": lambda r: RandomForestClassifier(500, random_state=r),
        "sklearn boosting (defaults)": lambda r: HistGradientBoostingClassifier(random_state=r),
        # The same depth, rate and number of trees as ours.
        "sklearn boosting (200 x depth 3, 0.05)": lambda r: HistGradientBoostingClassifier(
            max_iter=200, max_depth=3, learning_rate=0.05, random_state=r),
    }
    if lightgbm:
        forests["LightGBM (200 x depth 3, 0.05)"] = lambda r: lightgbm.LGBMClassifier(
            n_estimators=200, max_depth=3, num_leaves=8, learning_rate=0.05, subsample=0.7, subsample_freq=1,
            colsample_bytree=0.5, verbose=-1, n_jobs=1, random_state=r)
    for name, make in forests.items():
        begun = time.perf_counter()
        scores[name] = theirs(make, data, scored, given.repeats)
        seconds[name] = time.perf_counter() - begun

    rng = np.random.default_rng(20190206)
    ones, zeros = np.flatnonzero(positive), np.flatnonzero(~positive)
    draws = [np.concatenate([rng.choice(ones, len(ones)), rng.choice(zeros, len(zeros))]) for _ in range(ROUNDS)]
    mean = lambda metric, name, rows: np.mean([metric(positive[rows], s[rows]) for s in scores[name]])
    everyone = np.arange(len(positive))
    values = {m: {name: mean(f, name, everyone) for name in scores} for m, f in [("auroc", auroc), ("recall", recall)]}
    drawn = {m: {name: np.array([mean(f, name, rows) for rows in draws]) for name in scores}
             for m, f in [("auroc", auroc), ("recall", recall)]}
    ends = lambda v: np.quantile(v, [0.025, 0.975])

    print(f"n = {len(positive)} accounts, {positive.sum()} bots; stratified 10-fold, {given.repeats} repeats, seed {given.seed}; "
          f"means of the repeats, 95 % intervals over {ROUNDS} resamplings of the accounts\n")
    print("| model | AUROC | 95 % | recall at 1 % FPR | 95 % | wall s |\n|---|---|---|---|---|---|")
    for name in scores:
        a, r = ends(drawn["auroc"][name]), ends(drawn["recall"][name])
        print(f"| {name} | {values['auroc'][name]:.4f} | {a[0]:.4f} to {a[1]:.4f} | {values['recall'][name]:.3f} | "
              f"{r[0]:.3f} to {r[1]:.3f} | {seconds[name]:.0f} |")
    print("\n| difference | AUROC | 95 % paired | recall at 1 % FPR | 95 % paired |\n|---|---|---|---|---|")
    for kind in ["logistic", "boosted"]:
        for name in forests:
            line = f"| {kind} - {name} "
            for metric in ["auroc", "recall"]:
                low, high = ends(drawn[metric][kind] - drawn[metric][name])
                line += f"| {values[metric][kind] - values[metric][name]:+.4f} | {low:+.4f} to {high:+.4f} "
            print(line + "|")


if __name__ == "__main__":
    main()
