#!/usr/bin/env python3
"""Whether a single feature tells a simulated adversary from ordinary people, and what the verdicts are by persona.

    python3 benches/separation.py WORLD RUN [--most 0.9]

WORLD was written by `bulkwatch simulate world`, RUN by `bulkwatch scan WORLD`. For each adversary and feature: the
AUROC (the larger of it and its complement, as a feature may be low) of the adversary's accounts against ordinary people
that have the feature too, with how many have it; and the same for having a value at all. Standard error by Hanley and
McNeil. Offenders are printed; `--most` fails the run when one lies above by more than 1.64 standard errors.
Everything here is simulated: it says what the simulator gives away, and nothing about a service. Needs numpy, pyarrow.
"""

import argparse
import csv
import pathlib
import sys
from collections import Counter, defaultdict

import numpy
import pyarrow.parquet

VERDICTS = ("no_finding", "watch", "review", "abuse_high", "abuse_certain")


def auroc(positive, negative):
    """The share of pairs in which the positive is higher, halves for ties."""
    both = numpy.concatenate([positive, negative])
    values, inverse, counts = numpy.unique(both, return_inverse=True, return_counts=True)
    ranks = (numpy.cumsum(counts) - (counts - 1) / 2)[inverse]
    n, m = len(positive), len(negative)
    return (ranks[:n].sum() - n * (n + 1) / 2) / (n * m)


def standard_error(a, n, m):
    one, two = a / (2 - a), 2 * a * a / (1 + a)
    return ((a * (1 - a) + (n - 1) * (one - a * a) + (m - 1) * (two - a * a)) / (n * m)) ** 0.5


def labels_of(world):
    with open(world / "labels.csv", newline="") as rows:
        return {row["account"]: row for row in csv.DictReader(rows)}


def separation(world, run, most):
    labels = labels_of(world)
    table = pyarrow.parquet.read_table(run / "features.parquet")
    names = table["account"].to_pylist()
    label = [labels.get(name) for name in names]
    is_ordinary = numpy.array([row is not None and row["persona"] == "ordinary" for row in label])
    adversaries = sorted({row["adversary"] for row in label if row and row["adversary"]})
    members = {a: numpy.array([row is not None and row["adversary"] == a for row in label]) for a in adversaries}
    print(f"SIMULATED: {is_ordinary.sum()} ordinary people")
    offenders, worst = 0, {}
    for field in table.schema:
        if field.name == "account" or str(field.type) in ("string", "large_string"):
            continue
        values = table[field.name].cast("float64").to_numpy(zero_copy_only=False)
        has = ~numpy.isnan(values)
        ordinary = values[is_ordinary & has]
        for adversary, member in members.items():
            own = values[member & has]
            # Whether there is a value at all, as a feature of its own.
            share, usual = has[member].mean(), has[is_ordinary].mean()
            presence = 0.5 + abs(share - usual) / 2
            rows = [("has a value", presence, member.sum(), is_ordinary.sum())]
            if 8 <= len(own) and 8 <= len(ordinary):
                a = auroc(own, ordinary)
                rows.append(("value", max(a, 1 - a), len(own), len(ordinary)))
            for what, a, n, m in rows:
                if worst.get(adversary, (0,))[0] < a:
                    worst[adversary] = (a, field.name, what, n, m)
                if most < a:
                    surely = most < a - 1.64 * standard_error(min(a, 0.9999), n, m)
                    offenders += surely
                    mark = "" if surely else " (within chance)"
                    print(f"  {adversary}: {field.name}, {what}: {a:.3f}, n {n} / {m}{mark}")
    print("\n| adversary | accounts | highest AUROC of one feature | feature |\n|---|---|---|---|")
    for adversary in adversaries:
        a, feature, what, n, m = worst.get(adversary, (float("nan"), "", "", 0, 0))
        shown = f"{a:.3f} +- {1.96 * standard_error(min(a, 0.9999), n, m):.3f}" if n else "none"
        print(f"| {adversary} | {members[adversary].sum()} | {shown} | {feature} ({what}) |")
    return offenders


def verdicts(world, run):
    labels = labels_of(world)
    scores = pyarrow.parquet.read_table(run / "scores.parquet").to_pydict()
    tally, found = defaultdict(Counter), defaultdict(Counter)
    seen = set()
    for account, verdict, finding, state in zip(*(scores[c] for c in ("account", "verdict", "finding", "state"))):
        row = labels.get(account)
        key = (row["label"], row["persona"]) if row else ("none", "none")
        tally[key][verdict] += 1
        found[key][finding if finding != "none" else state] += 1
        seen.add(account)
    for account, row in labels.items():
        if account not in seen:
            tally[(row["label"], row["persona"])]["absent"] += 1
    head = VERDICTS + ("absent",)
    print("\n| label | persona | accounts | " + " | ".join(head) + " | insufficient | broadcast_policy |")
    print("|---" * (5 + len(head)) + "|")
    for key in sorted(tally):
        counts, n = tally[key], sum(tally[key].values())
        cells = [f"{counts[v]} ({100 * counts[v] / n:.2g} %)" if counts[v] else "" for v in head]
        cells += [str(found[key][w] or "") for w in ("insufficient", "broadcast_policy")]
        print(f"| {key[0]} | {key[1]} | {n} | " + " | ".join(cells) + " |")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", type=pathlib.Path)
    parser.add_argument("run", type=pathlib.Path)
    parser.add_argument("--most", type=float)
    args = parser.parse_args()
    offenders = separation(args.world, args.run, 0.9 if args.most is None else args.most)
    if (args.run / "scores.parquet").exists():
        verdicts(args.world, args.run)
    if args.most is not None and offenders:
        sys.exit(f"{offenders} features separate a simulated adversary above {args.most}")


if __name__ == "__main__":
    main()
