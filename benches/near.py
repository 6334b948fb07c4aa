#!/usr/bin/env python3
"""Near-duplicate texts: cost, recall and precision, against rensa on the same texts, in one run.

    python3 benches/near.py --texts 1000000 --python PYTHON
    python3 benches/near.py --texts 1000000 --python PYTHON --data FOLDER
    python3 benches/near.py --texts 200000 --python PYTHON --least-recall 0.98 --least-speedup 3

The texts are made from a seed. CPU seconds and peak memory are the operating system's own accounting of each finished
process. PYTHON has the packages of benches/requirements.txt; without it rensa is left out. FOLDER has the labeled logs,
which are not shipped: nothing of them is written anywhere. `--least-recall` fails the run when fewer of the pairs with an
exact Jaccard similarity of 0.8 and more are linked, on any set of texts; `--least-speedup` when rensa's signatures and
insertion alone, which answer no question yet, cost less than so many times what all of ours costs on one thread.
"""

import argparse
import csv
import gzip
import json
import pathlib
import random
import subprocess
import sys
import tempfile
import time

from compare import bench_binary, measured

EXACT = 20_000  # texts whose pairs are all compared


def texts_of(data, name):
    """Texts of a labeled log, one line each; read in place."""
    file, column = {"political_sms": ("political_sms.csv.gz", "text"),
                    "fbs_sms_china": ("fbs_sms.csv.gz", "text_tokenised"),
                    "sms_spam_uci": ("SMSSpamCollection.tsv.gz", None)}[name]
    with gzip.open(data / name / file, "rt", newline="") as f:
        rows = [row[column] for row in csv.DictReader(f)] if column else [row.partition("\t")[2] for row in f]
    return [" ".join(row.split()) for row in rows if row.strip()]


def labeled(data):
    """Category and text. The words were set apart by the log's makers; Chinese has no blanks."""
    with gzip.open(data / "fbs_sms_china/fbs_sms.csv.gz", "rt", newline="") as f:
        rows = [(row["category"], "".join(row["text_tokenised"].split())) for row in csv.DictReader(f)]
    return [(category, text) for category, text in rows if text]


def asked(helper, words, lines):
    """Standard output of the helper, given lines."""
    text = "".join(f"{line}\n" for line in lines)
    command = [str(part) for part in (helper, "near", *words)]
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout


def process(command, threads):
    """Wall s, CPU s, peak MiB of a process, and the line of JSON it printed."""
    with tempfile.TemporaryFile("w+") as output:
        run = measured([str(part) for part in command], threads, None, output)
        output.seek(0)
        return run, json.loads(output.read())


def grams(text):
    return {text[i : i + 4] for i in range(max(1, len(text) - 3))}


def rensa(path, mode, bands, limit, pairs):
    """What a process of its own does: 128 permutations, rensa's LSH, and what `mode` says.

    `insert` makes and inserts signatures and asks nothing. `union` keeps every text, verifies candidates that do not hang
    together yet on the exact sets and unites them; `leader` keeps only texts that match none before. Both stop after
    `limit` CPU seconds.
    """
    from rensa import RMinHash, RMinHashLSH

    texts = pathlib.Path(path).read_text().split("\n")[:-1]
    lsh = RMinHashLSH(threshold=0.8, num_perm=128, num_bands=bands)
    parent, done, checked, shingling = list(range(len(texts))), 0, 0, 0.0

    def root(x):
        while parent[x] != x:
            parent[x] = parent[parent[x]]
            x = parent[x]
        return x

    def matches(own, at, signature):
        """Unites a text with what it is like; whether there was any."""
        nonlocal checked
        found = False
        for other in lsh.query(signature):
            if root(other) == root(at):
                continue
            checked += 1
            theirs = grams(texts[other])
            both = len(own & theirs)
            if 8 * (len(own) + len(theirs) - both) <= 10 * both:
                low, high = sorted((root(other), root(at)))
                parent[high], found = low, True
                if mode == "leader":
                    return True
        return found

    for first in range(0, len(texts), 10_000):
        if limit < time.process_time():
            break
        began = time.process_time()
        sets = [grams(text) for text in texts[first : first + 10_000]]
        shingling += time.process_time() - began
        done = first + len(sets)
        if mode == "insert":
            lsh.insert_matrix(RMinHash.digest_matrix_from_token_sets(sets, 128, 42), first)
            continue
        for at, (own, signature) in enumerate(zip(sets, RMinHash.from_token_sets(sets, 128, 42)), first):
            if not (matches(own, at, signature) and mode == "leader"):
                lsh.insert(at, signature)
    out = {"texts": len(texts), "done": done, "checked": checked, "shingle_cpu_s": shingling}
    if pairs != "-" and done == len(texts):
        both = [tuple(map(int, line.split())) for line in pathlib.Path(pairs).read_text().splitlines()]
        out["linked"] = sum(root(a) == root(b) for a, b in both) / max(1, len(both))
    print(json.dumps(out))


def recall_row(name, helper, lines):
    """Prints the bands of one set of texts; the part of all alike pairs that is linked."""
    found = json.loads(asked(helper, ["recall"], lines))
    for band in found["bands"]:
        print(f"| {name} | {band['band']} | {band['pairs']:,} | {band['linked']:.4f} | {band['clustered']:.4f} |")
    least = found["bands"][-1]["linked"]
    return least, (f"| {name} | {found['texts']:,} | {found['distinct']:,} | {found['edges']:,} | {found['precision']:.4f} "
                   f"| {found['alike_in_cluster']:.2f} | {found['weak_pairs']:,} |")


def quality(args, helper, small):
    """Recall, precision and, with labeled logs, purity; the least recall of all sets."""
    sets = [("made from a seed", small.read_text().splitlines())]
    for name in ("political_sms", "fbs_sms_china", "sms_spam_uci") if args.data else ():
        lines = asked(helper, ["mutate", EXACT, 7], texts_of(args.data, name)).splitlines()
        sets.append((f"variants of {name}", [line.replace(" ", "") for line in lines] if "china" in name else lines))
    print("\n| texts | Jaccard | pairs | linked by verified edges | in one cluster |\n|---|---|---|---|---|")
    rows = [recall_row(name, helper, lines) for name, lines in sets]
    print("\n| texts | n | distinct | edges | precision of edges | pairs in a cluster alike by 0.8 | weak pairs left out |")
    print("|---|---|---|---|---|---|---|", *(row for _, row in rows), sep="\n")
    if args.data:
        rows = labeled(args.data)
        dealt = random.Random(1).sample([category for category, _ in rows], len(rows))
        print("\n| fbs_sms_china as it is | distinct | clusters | clustered | purity | clusters of one category |\n"
              "|---|---|---|---|---|---|")
        for name, labels in (("its categories", [category for category, _ in rows]), ("dealt out at random", dealt)):
            q = json.loads(asked(helper, ["purity"], [f"{label}\t{text}" for label, (_, text) in zip(labels, rows)]))
            print(f"| {name} | {q['distinct']:,} | {q['clusters']:,} | {q['clustered']:,} | {q['purity']:.4f} "
                  f"| {q['wholly_pure']:.4f} |")
    return min(least for least, _ in rows)


def cost(args, helper, small, large):
    """Prints what each engine costs; rensa's CPU s for signatures and insertion over ours, if it was run."""
    print("| what | texts | wall s | CPU s | peak MiB | of CPU, shingling or ingest | linked |\n"
          "|---|---|---|---|---|---|---|")

    def row(name, run, found, part, note=""):
        wall, cpu, peak = run
        print(f"| {name} | {note or format(found['texts'], ',')} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {part:.2f} "
              f"| {format(found['linked'], '.4f') if 'linked' in found else ''} |", flush=True)

    ours, digests = {}, set()
    for path, threads in ((small, 1), (large, 1), (large, 2)):
        run, found = process([helper, "near", "run", path, threads], threads)
        ours[path, threads] = run[1]
        if path == large:
            digests.add(found["digest"])
        row(f"bulkwatch, {threads} thread{'s' * (1 < threads)}", run, found, found["ingest_cpu_s"])
    if 1 < len(digests):
        sys.exit("one and two threads found different clusters")
    if not args.python:
        return None
    for path in (small, large):
        subprocess.run([helper, "near", "normalised", path, f"{path}.n"], check=True)
    subprocess.run([helper, "near", "pairs", f"{small}.n", f"{small}.pairs"], check=True)
    insert = None
    for path, mode, bands in ((large, "insert", 16), (small, "insert", 16), (small, "union", 16), (small, "union", 32),
                              (small, "leader", 16), (large, "union", 16)):
        pairs = f"{small}.pairs" if path == small and mode != "insert" else "-"
        peer = [args.python, __file__, "--rensa", f"{path}.n", mode, bands, args.stop_after, pairs]
        run, found = process(peer, 1)
        note = "" if found["done"] == found["texts"] else f"{found['done']:,} of {found['texts']:,}, stopped"
        row(f"rensa, {mode}, {bands} bands", run, found, found["shingle_cpu_s"], note)
        if path == large and mode == "insert" and found["done"] == found["texts"]:
            insert = run[1], run[1] - found["shingle_cpu_s"]
    if insert is None:
        return None
    own = ours[large, 1]
    print(f"\nCPU s, rensa's signatures and insertion over all of ours on one thread: {insert[0] / own:.1f}; "
          f"without its shingling, which is Python: {insert[1] / own:.1f}")
    return insert[0] / own


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--texts", type=int, default=1_000_000)
    p.add_argument("--python", help="an interpreter with rensa")
    p.add_argument("--data", type=pathlib.Path, help="the folder of labeled logs")
    p.add_argument("--stop-after", type=float, default=120, help="CPU seconds after which rensa stops")
    p.add_argument("--scratch", help="where texts are made; default: the temporary folder")
    p.add_argument("--least-recall", type=float, help="fail below this part of the alike pairs")
    p.add_argument("--least-speedup", type=float, help="fail below this ratio of CPU seconds")
    p.add_argument("--rensa", nargs=5, help=argparse.SUPPRESS)
    args = p.parse_args()
    if args.rensa:
        path, mode, bands, limit, pairs = args.rensa
        return rensa(path, mode, int(bands), float(limit), pairs)
    helper = bench_binary()
    with tempfile.TemporaryDirectory(dir=args.scratch) as scratch:
        small, large = pathlib.Path(scratch) / "small", pathlib.Path(scratch) / "large"
        for path, n, seed in ((small, EXACT, 1), (large, args.texts, 2)):
            subprocess.run([helper, "near", "generate", str(n), str(seed), path], check=True)
        # First, while this script is small: a process starts with its parent's peak.
        speedup = cost(args, helper, small, large)
        recall = quality(args, helper, small)
    if args.least_recall and recall < args.least_recall:
        sys.exit(f"recall {recall:.4f} is under {args.least_recall}")
    if args.least_speedup and (speedup is None or speedup < args.least_speedup):
        sys.exit(f"speedup {speedup} is under {args.least_speedup}, or rensa was not run to its end")


if __name__ == "__main__":
    main()
