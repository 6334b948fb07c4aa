"""Times contract.sql over a large parquet file, which it makes first unless one is given.

    python speed.py --rows 10000000 --threads 2 --memory-limit 4GB
    python speed.py --messages log.parquet --threads 1

Prints wall seconds, CPU seconds and the peak of the process's resident memory.
"""

import argparse
import pathlib
import resource
import tempfile
import time

import duckdb

import oracle

# Senders follow a power law; half of the rows go to an earlier partner, one in ten to a group, and one in
# twenty belongs to a list send. Every row is a function of its number, so the file is the same each time.
SYNTHETIC = """
COPY (
    WITH drawn AS (
        SELECT i, hash(i, 1) / 18446744073709551616.0 AS u, hash(i, 2) AS h, hash(i, 3) AS g, hash(i, 4) AS k
        FROM range({rows}) AS t(i)),
    placed AS (
        SELECT *, CAST(floor({senders} * pow(u, 3)) AS BIGINT) AS s,
               CASE WHEN k % 20 = 0 THEN 'list' WHEN k % 10 = 1 THEN 'group' ELSE 'direct' END AS chat
        FROM drawn)
    SELECT make_timestamp(1704067200000000 + CAST(i * (120 * 86400000000.0 / {rows}) AS BIGINT)) AS ts,
           'u' || s AS sender,
           CASE WHEN chat = 'group' THEN 'g' || (s + h % 5) % 20000
                WHEN h % 2 = 0 THEN 'u' || (s + g % 12 + 1) % {senders}
                ELSE 'u' || g % {senders} END AS recipient,
           'm' || (CASE WHEN chat = 'list' THEN i // 20 ELSE i END) AS msg_id,
           chat, h % 4000 AS size, 'c' || (CASE WHEN k % 3 = 0 THEN k % 50 ELSE k % 1000000 END) AS content,
           CASE WHEN h % 3 = 0 THEN 0 ELSE h % 9000 END AS typing_ms, g % 3 = 0 AS recipient_knows_sender,
           ['attempted', 'sent', 'delivered', 'read', 'read', 'read'][CAST(k % 6 AS INTEGER) + 1] AS status
    FROM placed
) TO {path} (FORMAT parquet, COMPRESSION zstd)
"""


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--messages", help="a log to time on, instead of a synthetic one")
    p.add_argument("--rows", type=int, default=10_000_000)
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--memory-limit", default="4GB")
    args = p.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        path = args.messages or str(pathlib.Path(scratch) / "messages.parquet")
        if not args.messages:
            con = duckdb.connect(config={"threads": args.threads, "memory_limit": args.memory_limit})
            con.execute(SYNTHETIC.format(rows=args.rows, senders=max(100, args.rows // 20), path=oracle.quoted(path)))
            con.close()
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
        oracle.main(["--messages", path, "--threads", str(args.threads), "--memory-limit", args.memory_limit,
                     "--temp-dir", scratch, "--out", str(pathlib.Path(scratch) / "oracle.parquet")])
        after = resource.getrusage(resource.RUSAGE_SELF)
        cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        print(f"wall {time.perf_counter() - began:.1f} s, CPU {cpu:.1f} s, peak {after.ru_maxrss / 1024:.0f} MiB")


if __name__ == "__main__":
    main()
