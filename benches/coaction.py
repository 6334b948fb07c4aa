#!/usr/bin/env python3
"""Co-action: lockstep against DuckDB's time-bucket join on the same shares, in one run; the pair sets must be equal.

    python3 benches/coaction.py --shares 1000000 --python PYTHON
    python3 benches/coaction.py --shares 10000000 --viral burst --window 3600 --python PYTHON
    python3 benches/coaction.py --shares 1000000 --python PYTHON --most-cpu 1 --most-of-duckdb 1

Shares are made from a seed. CPU seconds and peak memory of a process are the operating system's own accounting of it:
reading Parquet, the join, and writing the pairs. The join's own CPU seconds are told by each process itself, and where a
measurement is repeated, the one with the middle CPU time of the process is shown. PYTHON has the packages of
benches/requirements.txt; without it DuckDB is left out and no pairs are compared. `--most-cpu` fails the run when a join
of ours that finds every pair takes more CPU seconds, `--most-of-duckdb` when it takes more than this part of DuckDB's.
"""

import argparse
import filecmp
import json
import pathlib
import subprocess
import sys
import tempfile
import time

from compare import bench_binary, measured

EVERY_PAIR = ("published", "exact")


def duckdb_join(path, window, threads, pairs):
    """What a process of its own does: pairs of accounts with one object within the window, by buckets of its length."""
    import duckdb
    con = duckdb.connect(config={"threads": threads})
    con.execute("CREATE TABLE s AS SELECT * FROM read_parquet(?)", [path])
    w = window * 1_000_000
    began = time.process_time()
    con.execute(f"""
        CREATE TABLE p AS SELECT DISTINCT least(x.account, y.account) AS low, greatest(x.account, y.account) AS high
        FROM (SELECT object, account, ts, ts // {w} AS b FROM s) x
        JOIN (SELECT object, account, ts, ts // {w} AS b FROM s
              UNION ALL SELECT object, account, ts, ts // {w} + 1 FROM s) y USING (object, b)
        WHERE abs(x.ts - y.ts) <= {w} AND x.account <> y.account""")
    join = time.process_time() - began
    found = con.execute("SELECT count(*) FROM p").fetchone()[0]
    quoted = "'" + pairs.replace("'", "''") + "'"
    con.execute(f"COPY (SELECT low, high FROM p ORDER BY low, high) TO {quoted} (HEADER)")
    print(json.dumps({"pairs": found, "join_cpu_s": join}))


def middle_of(command, threads, repeats, limit):
    """The run with the middle CPU time and what it printed, or None when it takes longer than the limit."""
    runs = []
    for _ in range(repeats):
        with tempfile.TemporaryFile("w+") as output:
            run = measured([str(part) for part in command], threads, limit, output)
            if run is None:
                return None
            output.seek(0)
            runs.append((run, json.loads(output.read())))
    return sorted(runs, key=lambda r: r[0][1])[len(runs) // 2]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--shares", type=int, default=1_000_000)
    p.add_argument("--viral", choices=["spread", "burst"], help="one object by a tenth of all accounts")
    p.add_argument("--dense", action="store_true", help="one community however many shares")
    p.add_argument("--window", type=int, default=60, help="seconds")
    p.add_argument("--rules", default="published,usual", help="of published, exact, capped, usual")
    p.add_argument("--threads", type=int, default=1)
    p.add_argument("--repeats", type=int, default=3)
    p.add_argument("--python", help="an interpreter with DuckDB")
    p.add_argument("--stop-after", type=float, help="give DuckDB up after so many seconds")
    p.add_argument("--scratch", help="where shares are made; default: the temporary folder")
    p.add_argument("--most-cpu", type=float, help="fail above these CPU seconds of a join")
    p.add_argument("--most-of-duckdb", type=float, help="fail above this part of DuckDB's CPU seconds")
    p.add_argument("--duckdb", nargs=4, help=argparse.SUPPRESS)
    args = p.parse_args()
    if args.duckdb:
        path, window, threads, pairs = args.duckdb
        return duckdb_join(path, int(window), int(threads), pairs)
    helper, failures = bench_binary(), []
    with tempfile.TemporaryDirectory(dir=args.scratch) as scratch:
        shares, theirs, ours = (pathlib.Path(scratch) / name for name in ("shares.parquet", "theirs", "ours"))
        flags = [*(["--viral", args.viral] if args.viral else []), *(["--dense"] if args.dense else [])]
        subprocess.run([helper, "coaction", "generate", str(args.shares), shares, *flags], check=True)
        print(f"{args.shares:,} shares over 30 days, {' '.join(flags) or 'nothing viral'}, window {args.window} s, "
              f"{args.threads} threads, middle of {args.repeats}\n")
        print("| what | pairs | wall s | CPU s | peak MiB | join alone, CPU s | pairs equal |\n"
              "|---|---|---|---|---|---|---|")

        def row(name, measurement, equal=""):
            (wall, cpu, peak), found = measurement
            print(f"| {name} | {found['pairs']:,} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {found['join_cpu_s']:.2f} "
                  f"| {equal} |", flush=True)

        reference = None
        if args.python:
            peer = [args.python, __file__, "--duckdb", shares, args.window, args.threads, theirs]
            reference = middle_of(peer, args.threads, args.repeats, args.stop_after)
            if reference:
                row("duckdb, time buckets", reference)
            else:
                print(f"| duckdb, time buckets | | over {args.stop_after:.0f} | | | | |")
        for rule in args.rules.split(","):
            command = [helper, "coaction", "run", shares, rule, args.window, args.threads, ours]
            found = middle_of(command, args.threads, args.repeats, None)
            if rule not in EVERY_PAIR:
                row(f"bulkwatch, {rule}", found)
                continue
            equal = reference and filecmp.cmp(theirs, ours, shallow=False)
            row(f"bulkwatch, {rule}", found, {True: "yes", False: "NO", None: "not compared"}[equal])
            cpu = found[1]["join_cpu_s"]
            if equal is False:
                failures.append(f"{rule}: pairs differ from DuckDB's")
            if args.most_cpu and args.most_cpu < cpu:
                failures.append(f"{rule}: {cpu:.2f} CPU s is over {args.most_cpu}")
            if args.most_of_duckdb and (not reference or args.most_of_duckdb * reference[1]["join_cpu_s"] < cpu):
                failures.append(f"{rule}: {cpu:.2f} CPU s is over {args.most_of_duckdb} of DuckDB's, or that was not run")
    if failures:
        sys.exit("\n".join(failures))


if __name__ == "__main__":
    main()
