"""Builds random logs, runs the product and the oracle on each, and compares them all.

    python run.py --bulkwatch ../../target/release/bulkwatch --seeds 10
    python run.py --bulkwatch ../../target/release/bulkwatch --seeds 10 --sample ../../data/spamassassin/messages.csv.gz

The product's command line is in the few names below and nowhere else.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

import compare
import oracle
import random_logs

CATALOG = ["catalog", "--json"]
SCAN = ["scan", "--quiet"]
SCAN_FLAGS = {
    "messages": "--messages",
    "accounts": "--accounts",
    "registrations": "--registrations",
    "group_events": "--group-events",
    "feedback": "--feedback",
    "from": "--from",
    "to": "--to",
    "log_start": "--log-start",
    "out": "--out",
}


def product(binary, words, **kwargs):
    done = subprocess.run([str(binary), *words], stderr=subprocess.PIPE, text=True, **kwargs)
    if done.returncode != 0:
        sys.exit(f"`{' '.join([pathlib.Path(binary).name, *words])}` ended with {done.returncode}:\n{done.stderr}")


def scan(binary, files, settings, out):
    """Runs the product and returns the run folder, which may be `out` itself or one level below it."""
    given = {**files, **settings, "out": out}
    product(binary, SCAN + [word for name, value in given.items() for word in (SCAN_FLAGS[name], str(value))],
            stdout=subprocess.DEVNULL)
    tables = sorted(out.rglob("features.parquet"))
    if len(tables) != 1:
        sys.exit(f"{len(tables)} files features.parquet below {out}, expected one")
    return tables[0].parent


def pair(binary, files, settings, folder, extra):
    run_dir = scan(binary, files, settings, folder / "run")
    oracle.main(oracle.flags(files, settings) + ["--out", str(folder / "oracle.parquet")] + extra)
    return run_dir, folder / "oracle.parquet"


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bulkwatch", required=True, help="the product's binary")
    p.add_argument("--seeds", type=int, default=10)
    p.add_argument("--first-seed", type=int, default=1)
    p.add_argument("--rows", type=int, default=700)
    p.add_argument("--also", action="append", choices=random_logs.ALSO, default=[],
                   help="cases the contract can be read two ways, left out otherwise")
    p.add_argument("--sample", nargs="+", action="append", default=[], metavar="MESSAGES [FROM TO]",
                   help="a messages file to compare on too, with the default window unless one is given")
    p.add_argument("--missing-column", choices=["absent", "cells"], default="absent")
    p.add_argument("--keep", help="a folder for logs and results; default: a temporary one")
    args = p.parse_args()
    if any(len(sample) not in (1, 3) for sample in args.sample):
        p.error("--sample takes MESSAGES or MESSAGES FROM TO")
    extra = ["--missing-column", args.missing_column]

    with tempfile.TemporaryDirectory() as scratch:
        base = pathlib.Path(args.keep or scratch)
        base.mkdir(parents=True, exist_ok=True)
        pairs = []
        for seed in range(args.first_seed, args.first_seed + args.seeds):
            folder = base / f"seed-{seed}"
            random_logs.generate(seed, args.rows, folder, args.also)
            # Both formats in turn; selftest.py shows that the oracle reads them alike.
            files, settings = random_logs.inputs(folder, "messages.parquet" if seed % 2 else "messages.csv")
            pairs.append(pair(args.bulkwatch, files, settings, folder, extra))
        for i, (messages, *window) in enumerate(args.sample):
            folder = base / f"sample-{i}"
            folder.mkdir(exist_ok=True)
            pairs.append(pair(args.bulkwatch, {"messages": messages}, dict(zip(("from", "to"), window)), folder, extra))
        with open(base / "catalog.json", "w", encoding="utf-8") as out:
            product(args.bulkwatch, CATALOG, stdout=out)
        problems = compare.compare(base / "catalog.json", pairs)
    print(f"{len(pairs)} logs, {problems} problems")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
