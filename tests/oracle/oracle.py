"""Runs contract.sql over a log and writes one row per account: `account` and a column per contract entry.

    python oracle.py --messages log.csv --from 2024-04-01 --to 2024-05-01 --out oracle.parquet

Inputs are CSV (plain, gzip, zstd) or Parquet with the canonical column names; a path may be a glob.
"""

import argparse
import datetime
import pathlib
import sys
import time

import duckdb

from entries import ENTRIES, NEEDS

HERE = pathlib.Path(__file__).resolve().parent
DAY = 86_400_000_000

# table -> ({name in the view: name in the file}, the columns without which a row is rejected)
TABLES = {
    "messages": (
        dict(ts="ts", sender="sender", recipient="recipient", msg_id="msg_id", chat="chat", kind="kind", size="size",
             content="content", typing_ms="typing_ms", knows="recipient_knows_sender", status="status"),
        {"ts", "sender", "recipient"},
    ),
    "accounts": (dict(account="account", registered_at="registered_at", kind="kind"), {"account"}),
    "registrations": (dict(ts="ts", account="account"), {"ts", "account"}),
    "group_events": (dict(ts="ts", actor="actor", grp="group", kind="kind"), {"ts", "actor", "grp", "kind"}),
    "feedback": (dict(ts="ts", reported="reported", kind="kind"), {"ts", "reported", "kind"}),
}
TYPES = {"ts": "TIMESTAMPTZ", "registered_at": "TIMESTAMPTZ", "size": "BIGINT", "typing_ms": "BIGINT", "knows": "BOOLEAN"}


def quoted(text):
    return "'" + str(text).replace("'", "''") + "'"


def reader(path):
    """The table function that reads a file. All CSV cells arrive as text, so no sniffed type can change a token."""
    if str(path).endswith(".parquet"):
        return f"read_parquet({quoted(path)})"
    return (f"read_csv({quoted(path)}, header = true, all_varchar = true, delim = ',', quote = '\"', escape = '\"', "
            f"nullstr = '')")


def load(con, table, path):
    """Makes the view in_<table>; a missing optional column is all null. Returns the columns the file has."""
    columns, keys = TABLES[table]
    present = set()
    if path:
        present = {row[0] for row in con.execute(f"DESCRIBE SELECT * FROM {reader(path)}").fetchall()}
    parts = []
    for name, source in columns.items():
        kind = TYPES.get(name, "VARCHAR")
        cell = f'TRY_CAST("{source}" AS {kind})' if source in present else f"CAST(NULL AS {kind})"
        # Casts to TIMESTAMPTZ respect an offset in the text; plain TIMESTAMP would silently drop it.
        parts.append(f"epoch_us({cell}) AS {name}" if kind == "TIMESTAMPTZ" else f"{cell} AS {name}")
    origin = reader(path) if path else "(SELECT 1 WHERE false)"
    usable = " AND ".join(f"{key} IS NOT NULL" for key in sorted(keys))
    con.execute(f"CREATE TEMP VIEW in_{table} AS SELECT * FROM (SELECT {', '.join(parts)} FROM {origin}) WHERE {usable}")
    return present


def microseconds(text):
    """A date or an RFC 3339 time, UTC where no offset is given."""
    when = datetime.datetime.fromisoformat(text)
    if when.tzinfo is None:
        when = when.replace(tzinfo=datetime.timezone.utc)
    return (when - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1)


def settle_window(con, args):
    """Sets the variables contract.sql reads, filling in the contract's defaults."""
    oldest, newest = con.execute("SELECT min(ts), max(ts) FROM in_messages").fetchone()
    if oldest is None:
        sys.exit("oracle: no usable message rows")
    # Strictly after the newest row: one at midnight itself would not exist if that midnight were as_of.
    as_of = microseconds(args.to) if args.to else (newest // DAY + 1) * DAY
    start = microseconds(args.start) if args.start else as_of - args.window_days * DAY
    log_start = microseconds(args.log_start) if args.log_start else oldest
    settings = dict(from_us=start, as_of_us=as_of, lookback_us=args.lookback_days * DAY, log_start_us=log_start)
    for name, value in settings.items():
        con.execute(f"SET VARIABLE {name} = CAST({value} AS BIGINT)")


def compute(args, sql=None):
    """Runs the contract and returns the connection, which holds the table `result`."""
    con = duckdb.connect(config={"threads": args.threads} if args.threads else {})
    con.execute("SET TimeZone = 'UTC'")
    con.execute("SET preserve_insertion_order = false")
    if args.memory_limit:
        con.execute(f"SET memory_limit = {quoted(args.memory_limit)}")
    if args.temp_dir:
        con.execute(f"SET temp_directory = {quoted(args.temp_dir)}")
    paths = {table: getattr(args, table) for table in TABLES}
    present = {table: load(con, table, path) for table, path in paths.items()}
    settle_window(con, args)
    con.execute(sql or (HERE / "contract.sql").read_text())

    have = present["messages"] | {table for table, path in paths.items() if path}
    cells = [
        f"CAST(NULL AS {'BIGINT' if name.endswith('_n') else 'DOUBLE'}) AS {name}"
        if args.missing_column == "absent" and name in NEEDS and NEEDS[name] not in have else name
        for name in ENTRIES
    ]
    con.execute(f"CREATE TEMP TABLE result AS SELECT account, {', '.join(cells)} FROM features ORDER BY account")
    return con


def parser():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--messages", required=True)
    for table in ("accounts", "registrations", "group-events", "feedback"):
        p.add_argument(f"--{table}")
    p.add_argument("--from", dest="start", help="start of the window; default: --window-days before --to")
    p.add_argument("--to", help="as_of; default: the first UTC midnight after the newest message row")
    p.add_argument("--window-days", type=int, default=30)
    p.add_argument("--lookback-days", type=int, default=90)
    p.add_argument("--log-start", help="stated start of coverage (for a date-partitioned folder, its earliest date); "
                        "default: the smallest message time in the files")
    p.add_argument("--missing-column", choices=["absent", "cells"], default="absent",
                   help="a column the file lacks: entries that read it are null (absent), or its cells are null (cells)")
    p.add_argument("--threads", type=int)
    p.add_argument("--memory-limit", help="for example 4GB")
    p.add_argument("--temp-dir", help="where to spill")
    p.add_argument("--out", help="parquet file to write")
    return p


def flags(files, settings):
    """The command line for {table: file} and {"from": ..., "to": ...}."""
    return [word for name, value in {**files, **settings}.items() for word in ("--" + name.replace("_", "-"), str(value))]


def main(argv=None):
    args = parser().parse_args(argv)
    began = time.perf_counter()
    con = compute(args)
    if args.out:
        con.execute(f"COPY (SELECT * FROM result ORDER BY account) TO {quoted(args.out)} (FORMAT parquet)")
    accounts = con.execute("SELECT count(*) FROM result").fetchone()[0]
    print(f"oracle: {accounts} accounts, {len(ENTRIES)} entries, {time.perf_counter() - began:.2f} s")


if __name__ == "__main__":
    main()
