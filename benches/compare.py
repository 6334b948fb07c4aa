#!/usr/bin/env python3
"""Times the feature table of the frozen log against pure decoding and against its peers, in one run.

    python3 benches/compare.py --rows 10000000 --python PYTHON
    python3 benches/compare.py --rows 10000000 --python PYTHON --shuffled --integers
    python3 benches/compare.py --rows 200000000 --memory-limit 1GiB --repeats 1
    python3 benches/compare.py --rows 1000000 --python PYTHON --most 14 --most-of-sql 0.5

CPU seconds and peak memory are the operating system's own accounting of each finished process; where a measurement is
repeated, the one with the middle CPU time is shown. PYTHON has the packages of benches/requirements.txt; without it the
peers are left out. `--most` and `--most-of-sql` fail the run when the feature table costs more.
"""

import argparse
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent


def measured(command, threads, limit, output=subprocess.DEVNULL):
    """Runs a command and returns (wall s, CPU s, peak MiB), or None when it takes longer than `limit` seconds."""
    began = time.perf_counter()
    environment = dict(os.environ, POLARS_MAX_THREADS=str(threads), RAYON_NUM_THREADS=str(threads))
    process = subprocess.Popen(command, stdout=output, env=environment)
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        wall = time.perf_counter() - began
        if pid:
            break
        if limit and limit < wall:
            process.kill()
            os.wait4(process.pid, 0)
            return None
        time.sleep(0.005)
    if status != 0:
        sys.exit(f"{' '.join(map(str, command))} failed with status {status}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def bench_binary():
    """The bench binary itself, so that cargo's own work is not timed."""
    done = subprocess.run(["cargo", "bench", "--no-run", "--bench", "bulkwatch", "--message-format=json"],
                          cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    built = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    found = [one["executable"] for one in built if one.get("executable") and one["target"]["kind"] == ["bench"]]
    return found[-1]


def middle(runs):
    runs = [run for run in runs if run]
    return sorted(runs, key=lambda r: r[1])[len(runs) // 2] if runs else None


def commands(args, helper, log, scratch):
    """Name, command and repeats of everything that is measured."""
    out = scratch / "runs"
    scan = [ROOT / "target/release/bulkwatch", "scan", log, "--features-only", "--quiet", "--out", out,
            "--threads", str(args.threads)]
    if args.memory_limit:
        scan += ["--memory-limit", args.memory_limit]
    yield "decode the nine columns, one thread", [helper, "decode", log], args.repeats
    yield "bulkwatch, all features", scan, args.repeats
    if args.python:
        peers = [args.python, ROOT / "benches/peers.py"]
        threads = ["--threads", str(args.threads)]
        yield "duckdb, three features", [*peers, "duckdb", log, *threads], 1
        yield "polars, three features", [*peers, "polars", log], 1
        if not args.no_sql:
            sql = [args.python, ROOT / "tests/oracle/speed.py", "--messages", log, *threads]
            yield "duckdb, contract in SQL", sql, 1


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rows", type=int, default=10_000_000)
    p.add_argument("--days", type=int, default=120)
    for flag in ("--shuffled", "--skewed", "--integers"):
        p.add_argument(flag, action="store_true")
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--memory-limit", help="given to bulkwatch")
    p.add_argument("--python", help="an interpreter with the peers")
    p.add_argument("--no-sql", action="store_true", help="leave the whole contract in SQL out")
    p.add_argument("--repeats", type=int, default=3)
    p.add_argument("--stop-after", type=float, help="give a peer up after so many seconds")
    p.add_argument("--scratch", help="where the log is made; default: the temporary folder")
    p.add_argument("--log", type=pathlib.Path, help="take this log, which an earlier run's `generate` made with the same rows, days and flags")
    p.add_argument("--most", type=float, help="fail above this ratio to decoding (noisy on small logs)")
    p.add_argument("--most-of-sql", type=float, help="fail above this part of the SQL's CPU seconds")
    args = p.parse_args()
    helper = bench_binary()
    with tempfile.TemporaryDirectory(dir=args.scratch) as scratch:
        scratch = pathlib.Path(scratch)
        log = args.log.resolve() if args.log else scratch / "log.parquet"
        flags = [f for f in ("--shuffled", "--skewed", "--integers") if getattr(args, f[2:])]
        if not args.log:
            subprocess.run([helper, "generate", "--rows", str(args.rows), "--days", str(args.days), *flags,
                            "--write", log], check=True)
        print(f"{args.rows:,} messages, {args.days} days, {' '.join(flags) or 'time order, text ids'}, "
              f"{log.stat().st_size / 1e6:.0f} MB, {args.threads} threads, limit {args.memory_limit or 'default'}\n")
        results = {}
        for name, command, repeats in commands(args, helper, log, scratch):
            runs = []
            for _ in range(repeats):
                runs.append(measured([str(part) for part in command], args.threads, args.stop_after))
                shutil.rmtree(scratch / "runs", ignore_errors=True)
            results[name] = middle(runs)
    base = results["decode the nine columns, one thread"][1]
    print("| what | wall s | CPU s | peak MiB | CPU, decoding = 1 |\n|---|---|---|---|---|")
    for name, run in results.items():
        if run is None:
            print(f"| {name} | over {args.stop_after:.0f} | | | |")
            continue
        wall, cpu, peak = run
        print(f"| {name} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {cpu / base:.1f} |")
    features, sql = results["bulkwatch, all features"][1], results.get("duckdb, contract in SQL")
    if args.most_of_sql and (sql is None or args.most_of_sql < features / sql[1]):
        sys.exit(f"{features:.2f} CPU s is over {args.most_of_sql} of the SQL's {sql and sql[1]}, or the SQL was not run")
    if args.most and args.most < features / base:
        sys.exit(f"ratio {features / base:.1f} is over {args.most}")


if __name__ == "__main__":
    main()
