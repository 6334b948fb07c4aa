#!/usr/bin/env python3
"""Times the feature table of one frozen log against pure decoding and against the independent SQL, in one run.

    python3 benches/compare.py --rows 10000000 --python target/ci-venv/bin/python
    python3 benches/compare.py --rows 1000000 --python target/ci-venv/bin/python --most 14

CPU seconds and peak memory are the operating system's own accounting of each finished process. `--most` fails the run
when the ratio to decoding is larger. Without `--python` (an interpreter with duckdb) the SQL is left out.
"""

import argparse
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BENCH = ["cargo", "bench", "--quiet", "--bench", "bulkwatch", "--"]


def measured(command, **kwargs):
    """Runs a command and returns (wall s, CPU s, peak MiB)."""
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, **kwargs)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    if status != 0:
        sys.exit(f"{' '.join(map(str, command))} failed with status {status}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def bench_binary():
    """The bench binary itself, so that cargo's own work is not timed."""
    import json
    done = subprocess.run(["cargo", "bench", "--no-run", "--bench", "bulkwatch", "--message-format=json"],
                          cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
    found = [json.loads(line).get("executable") for line in done.stdout.splitlines() if '"bulkwatch"' in line]
    return [path for path in found if path][-1]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--rows", type=int, default=10_000_000)
    p.add_argument("--python", help="an interpreter with duckdb, for the SQL")
    p.add_argument("--repeats", type=int, default=3)
    p.add_argument("--most", type=float, help="fail above this ratio to decoding (noisy on small logs)")
    p.add_argument("--most-of-sql", type=float, help="fail above this part of the SQL's CPU seconds")
    args = p.parse_args()
    helper = bench_binary()
    product = ROOT / "target/release/bulkwatch"
    with tempfile.TemporaryDirectory() as scratch:
        log = pathlib.Path(scratch) / "log.parquet"
        subprocess.run([helper, "generate", "--rows", str(args.rows), "--write", str(log)], check=True)
        print(f"{args.rows} messages, {log.stat().st_size / 1e6:.0f} MB, {os.cpu_count()} cores")
        rows = {"decode": [], "bulkwatch features": []}
        for n in range(args.repeats):
            rows["decode"].append(measured([helper, "decode", str(log)]))
            out = pathlib.Path(scratch) / f"runs{n}"
            rows["bulkwatch features"].append(
                measured([str(product), "scan", str(log), "--features-only", "--quiet", "--out", str(out)]))
            shutil.rmtree(out)
        if args.python:
            sql = [args.python, str(ROOT / "tests/oracle/speed.py"), "--messages", str(log)]
            rows["duckdb, contract in SQL"] = [measured(sql)]
        middle = {name: sorted(runs, key=lambda r: r[1])[len(runs) // 2] for name, runs in rows.items()}
        base = middle["decode"][1]
        for name, (wall, cpu, peak) in middle.items():
            print(f"{name:26} wall {wall:7.2f} s  CPU {cpu:7.2f} s  peak {peak:6.0f} MiB  ratio to decode {cpu / base:5.1f}")
        sql_cpu = middle.get("duckdb, contract in SQL", (0, 0, 0))[1]
        part = middle["bulkwatch features"][1] / sql_cpu if sql_cpu else None
        if args.most_of_sql and (part is None or args.most_of_sql < part):
            sys.exit(f"{part} of the SQL's CPU seconds is over {args.most_of_sql}, or the SQL was not run")
        ratio = middle["bulkwatch features"][1] / base
        if args.most and args.most < ratio:
            sys.exit(f"ratio {ratio:.1f} is over {args.most}")


if __name__ == "__main__":
    main()
