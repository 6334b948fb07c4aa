#!/usr/bin/env python3
"""Whether a change moves the untrained ranking of labeled logs: the difference of AUROC on the same accounts.

    python3 benches/paired.py BEFORE AFTER FOLDER

BEFORE and AFTER are two builds of the program, FOLDER holds the labeled logs that data/panel.toml names (they are not
shipped). Both scan each log over all of its time; accounts that both rank, with as many messages as the panel asks for,
are drawn 500 times with replacement from a fixed seed, and the middle 95 % of the differences are the interval.
Needs the package duckdb.
"""

import argparse
import csv
import gzip
import pathlib
import random
import subprocess
import tempfile

import duckdb

ROOT = pathlib.Path(__file__).resolve().parent.parent

# Name, log, mapping, sub-score, least messages, labels: file, account, and whether a row is positive (None: left out).
SETS = [
    ("wikiticker", "wikiticker/wikiticker.json.gz", "wikiticker", "automation", 5,
     "wikiticker/account_labels.csv.gz", "user",
     lambda r: None if r["label"] == "mixed" or (r["label"], r["name_says_bot"]) == ("not_flagged", "True")
     else r["label"] == "bot"),
    ("gitlog", "gitlog_bots/commits.csv.gz", "gitlog_bots", "automation", 10,
     "gitlog_bots/accounts.csv.gz", "account_id", lambda r: r["label"] == "bot"),
    ("zulip", "zulip_lean/messages.csv.gz", "zulip_lean", "automation", 10,
     "zulip_lean/accounts.csv.gz", "sender_id", lambda r: r["label"] == "bot"),
    ("exais bulk id", "exais_sms/exais_sms.csv.gz", "exais_sms", "broadcast", 3,
     "exais_sms/exais_sms.csv.gz", "party",
     lambda r: r["party_kind"] in ("shortcode", "alpha") if r["direction"] == "receive" else None),
]


def labels(path, account, positive):
    with gzip.open(path, "rt", newline="") as rows:
        said = ((row[account], positive(row)) for row in csv.DictReader(rows))
        return {name: label for name, label in said if label is not None}


def scores(program, log, mapping, sub_score, least, scratch):
    out = pathlib.Path(tempfile.mkdtemp(dir=scratch))
    key = out / "key"
    key.write_bytes(b"PUBLIC-DEMO key of the paired comparison")
    subprocess.run([program, "scan", log, "--mapping", ROOT / f"data/mappings/{mapping}.toml", "--length", "all", "--quiet",
                    "--key-file", key, "--lawful-basis", "research", "--out", out / "runs"],
                   check=True, stdout=subprocess.DEVNULL)
    [table] = (out / "runs").glob("*/scores.parquet")
    rows = duckdb.execute(f"SELECT account, {sub_score}, messages_n FROM read_parquet(?)", [str(table)]).fetchall()
    return {account: score or 0.0 for account, score, n in rows if least <= (n or 0)}


def auroc(ranked, positive):
    """Mann-Whitney, ties counted half; none without both kinds."""
    order = sorted(range(len(ranked)), key=lambda i: ranked[i])
    ranks, i = [0.0] * len(ranked), 0
    while i < len(order):
        j = i
        while j < len(order) and ranked[order[j]] == ranked[order[i]]:
            j += 1
        for k in range(i, j):
            ranks[order[k]] = (i + j + 1) / 2
        i = j
    n = sum(positive)
    if n in (0, len(positive)):
        return None
    above = sum(rank for rank, is_one in zip(ranks, positive) if is_one)
    return (above - n * (n + 1) / 2) / (n * (len(positive) - n))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("before")
    p.add_argument("after")
    p.add_argument("folder", type=pathlib.Path)
    args = p.parse_args()
    print("| set | accounts | positive | AUROC before | after | difference, 95 % |\n|---|---|---|---|---|---|")
    for name, log, mapping, sub_score, least, file, account, positive in SETS:
        known = labels(args.folder / file, account, positive)
        with tempfile.TemporaryDirectory() as scratch:
            old, new = (scores(program, args.folder / log, mapping, sub_score, least, scratch)
                        for program in (args.before, args.after))
        both = sorted(known.keys() & old.keys() & new.keys())
        x, z, y = [old[a] for a in both], [new[a] for a in both], [known[a] for a in both]
        draw, differences = random.Random(1), []
        for _ in range(500):
            at = [draw.randrange(len(both)) for _ in both]
            u, v = (auroc([side[i] for i in at], [y[i] for i in at]) for side in (x, z))
            if u is not None:
                differences.append(v - u)
        differences.sort()
        cut = len(differences) // 40
        u, v = auroc(x, y), auroc(z, y)
        print(f"| {name} | {len(both)} | {sum(y)} | {u:.4f} | {v:.4f} | "
              f"{v - u:+.4f} [{differences[cut]:+.4f}, {differences[-1 - cut]:+.4f}] |", flush=True)


if __name__ == "__main__":
    main()
