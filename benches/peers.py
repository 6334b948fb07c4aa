#!/usr/bin/env python3
"""What general engines need for three features only: volume, fan-out and gaps between messages, per account.

    python benches/peers.py duckdb log.parquet --threads 2 --memory-limit 4GB
    python benches/peers.py polars log.parquet

The result is consumed, not written. The caller times the process.
"""

import argparse
import os


def duckdb_three(path, threads, memory):
    import duckdb
    con = duckdb.connect(config={"threads": threads, "memory_limit": memory})
    quoted = "'" + path.replace("'", "''") + "'"
    print(con.execute(f"""
        WITH gaps AS (
            SELECT sender, recipient, ts - lag(ts) OVER (PARTITION BY sender ORDER BY ts) AS gap
            FROM read_parquet({quoted}))
        SELECT count(*), sum(n), sum(people), sum(median_gap) FROM (
            SELECT sender, count(*) AS n, count(DISTINCT recipient) AS people,
                   median(epoch_us(gap)) AS median_gap
            FROM gaps GROUP BY sender)""").fetchall())


def polars_three(path):
    import polars as pl
    log = pl.scan_parquet(path).select("ts", "sender", "recipient").sort("sender", "ts")
    rows = log.group_by("sender", maintain_order=False).agg(
        pl.len().alias("n"), pl.col("recipient").n_unique().alias("people"),
        pl.col("ts").diff().median().alias("median_gap"))
    print(rows.select(pl.len(), pl.col("n").sum(), pl.col("people").sum()).collect())


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("engine", choices=["duckdb", "polars"])
    p.add_argument("log")
    p.add_argument("--threads", type=int, default=os.cpu_count())
    p.add_argument("--memory-limit", default="4GB")
    args = p.parse_args()
    if args.engine == "duckdb":
        duckdb_three(args.log, args.threads, args.memory_limit)
    else:
        polars_three(args.log)


if __name__ == "__main__":
    main()
