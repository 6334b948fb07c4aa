#!/usr/bin/env python3
"""How far simulated ordinary people are from people in real logs, in numbers.

    python3 benches/realism.py WORLD FOLDER

WORLD was written by `bulkwatch simulate world`; FOLDER holds the logs of people that data/panel.toml names (they are
not shipped; nothing of them is written anywhere). For senders with at least 10 messages, the table has the 50th, 90th
and 99th percentile of each measure in the world and in each log, and the Kolmogorov-Smirnov distance between the two.
A measure that a log cannot have (replies, where only one side was kept) is left out. Needs numpy and pyarrow.
"""

import argparse
import csv
import gzip
import pathlib
import random
from collections import Counter, defaultdict, deque
from datetime import datetime, timezone
from math import log2

import numpy
import pyarrow.dataset

LEAST = 10
MOST_SENDERS = 4000  # of a world; drawn from a fixed seed
WINDOWS = (("recipients in 60 s", 60), ("recipients in 1 h", 3600), ("recipients in 24 h", 86400))


def real_logs(folder):
    """Name, rows of (seconds, sender, recipient), whether replies are in the log, and whether hours are known."""
    def lines(path):
        with gzip.open(folder / path, "rt", newline="") as rows:
            yield from rows

    def plain(path):
        return [(float(t), a, b) for a, b, t in (line.split() for line in lines(path)) if a != b]

    def nus():
        rows = csv.DictReader(lines("nus_sms/nus_sms_en.csv.gz"))
        return [(float(r["ts_local"]), r["sender"], r["recipient"]) for r in rows if r["ts_local"] and r["recipient"]]

    def enron():
        rows = csv.DictReader(lines("email_networks/enron_igraphdata.csv.gz"))
        return [(float(r["ts"]), r["sender"], r["recipient"]) for r in rows if r["sender"] != r["recipient"]]

    def zulip():
        rows = csv.DictReader(lines("zulip_lean/messages.csv.gz"))
        return [(float(r["ts"]), r["sender_id"], r["topic_id"]) for r in rows]

    sets = (("CollegeMsg", lambda: plain("college_msg/CollegeMsg.txt.gz"), True, True),
            ("NUS SMS", nus, False, True),
            ("EU mail", lambda: plain("email_networks/email-Eu-core-temporal_first83083.txt.gz"), True, False),
            ("Enron", enron, True, True),
            ("Zulip groups", zulip, False, True))
    for name, read, replies, hours in sets:
        try:
            yield name, read(), replies, hours
        except FileNotFoundError:
            print(f"{name}: not in the folder")


def world_rows(world):
    """Direct sends among ordinary people's accounts, and their group posts."""
    with open(world / "labels.csv", newline="") as rows:
        ordinary = [row["account"] for row in csv.DictReader(rows) if row["persona"] == "ordinary"]
    data = pyarrow.dataset.dataset(world / "messages", partitioning="hive")
    table = data.to_table(columns=["ts", "sender", "recipient", "chat", "status"])
    ts = table["ts"].cast("int64").to_numpy() / 1e6
    sender, recipient, chat = (table[c].to_pylist() for c in ("sender", "recipient", "chat"))
    direct, groups = [], []
    for row in zip(ts, sender, recipient, chat):
        (direct if row[3] == "direct" else groups).append(row[:3])
    return set(ordinary), direct, groups


def most_distinct(sends, seconds):
    window, counts, most = deque(), Counter(), 0
    for ts, _, to in sends:
        window.append((ts, to))
        counts[to] += 1
        while seconds < ts - window[0][0]:
            _, old = window.popleft()
            counts[old] -= 1
            if counts[old] == 0:
                del counts[old]
        most = max(most, len(counts))
    return most


def entropy(counts):
    total = sum(counts)
    return -sum(n / total * log2(n / total) for n in counts if n)


def measures(rows, replies, hours, only=None):
    """One value a sender and measure."""
    by = defaultdict(list)
    wrote = set()
    for row in rows:
        by[row[1]].append(row)
        wrote.add((row[1], row[2]))
    senders = sorted(s for s, sends in by.items() if LEAST <= len(sends) and (only is None or s in only))
    if MOST_SENDERS < len(senders):
        senders = random.Random(1).sample(senders, MOST_SENDERS)
    out = defaultdict(list)
    for sender in senders:
        sends = sorted(by[sender])
        days = 1 + (sends[-1][0] - sends[0][0]) / 86400
        out["messages"].append(len(sends))
        out["messages a day"].append(len(sends) / days)
        people = {to for _, _, to in sends}
        out["recipients"].append(len(people))
        for name, seconds in WINDOWS:
            out[name].append(most_distinct(sends, seconds))
        gaps = numpy.diff([ts for ts, _, _ in sends])
        out["gap median, s"].append(float(numpy.median(gaps)))
        out["gap CV"].append(float(gaps.std() / gaps.mean()) if 0 < gaps.mean() else 0.0)
        out["gaps up to 60 s"].append(float((gaps <= 60).mean()))
        if replies:
            out["recipients who write back"].append(sum((to, sender) in wrote for to in people) / len(people))
        if hours:
            hour = Counter(datetime.fromtimestamp(ts, timezone.utc).hour for ts, _, _ in sends)
            out["hour entropy, bits"].append(entropy(hour.values()))
    return out, len(senders)


def distance(a, b):
    a, b = numpy.sort(a), numpy.sort(b)
    both = numpy.concatenate([a, b])
    at = [numpy.searchsorted(x, both, side="right") / len(x) for x in (a, b)]
    return float(numpy.abs(at[0] - at[1]).max())


def quantiles(values):
    return "/".join(f"{v:.3g}" for v in numpy.quantile(values, [0.5, 0.9, 0.99]))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("world", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    args = parser.parse_args()
    if not args.folder.is_dir():
        parser.error(f"{args.folder} is no folder; the logs of people are not shipped")
    ordinary, direct, groups = world_rows(args.world)
    posts = {"Zulip groups": measures(groups, False, True, ordinary)}
    people = measures(direct, True, True, ordinary)
    print(f"SIMULATED ordinary senders with {LEAST} and more direct messages: {people[1]}; "
          f"group posts: {posts['Zulip groups'][1]}\n")
    print("| log | senders | measure | log p50/p90/p99 | simulated p50/p90/p99 | KS |\n|---|---|---|---|---|---|")
    for name, rows, replies, hours in real_logs(args.folder):
        real, n = measures(rows, replies, hours)
        simulated = posts.get(name, people)[0]
        for measure, values in real.items():
            if measure in simulated:
                print(f"| {name} | {n} | {measure} | {quantiles(values)} | {quantiles(simulated[measure])} "
                      f"| {distance(values, simulated[measure]):.2f} |")
    statistics = args.folder / "whatsapp_br_users/users_2018.csv.gz"
    if statistics.exists():
        with gzip.open(statistics, "rt", newline="") as rows:
            real = [float(row["number_of_messages"]) for row in csv.DictReader(rows)]
        counts = Counter(sender for _, sender, _ in groups if sender in ordinary)
        print(f"| WhatsApp public groups | {len(real)} | group posts, senders with any | {quantiles(real)} "
              f"| {quantiles(list(counts.values()))} | {distance(real, list(counts.values())):.2f} |")


if __name__ == "__main__":
    main()
