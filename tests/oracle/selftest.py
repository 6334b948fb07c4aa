"""Shows that the oracle is right, that its logs are nasty enough, and that its comparison can fail.

    python selftest.py [--seeds 12] [--rows 700] [--skip-mutations]

1. contract.sql equals the brute-force reference on every random log, from CSV and from Parquet.
2. Every change of a boundary in contract.sql (`<=` for `<` and the like) is seen on some random log.
3. compare.py passes on equal tables and fails on a changed cell of every entry, a missing claim or account.
"""

import argparse
import contextlib
import io
import json
import math
import pathlib
import sys
import tempfile

import duckdb

import compare
import oracle
import random_logs
from entries import ENTRIES, REQUIRED
from mutations import MUTATIONS
from reference import Reference


def arguments(folder, messages="messages.csv"):
    """The oracle's arguments for a generated log."""
    files, window = random_logs.inputs(folder, messages)
    return oracle.parser().parse_args(oracle.flags(files, window) + ["--threads", "1"])


def result(con):
    rows = con.execute(f"SELECT account, {', '.join(ENTRIES)} FROM result").fetchall()
    return {row[0]: dict(zip(ENTRIES, row[1:])) for row in rows}


def differences(sql, loops):
    found = [f"account {a!r} only in {'SQL' if a in sql else 'the loops'}" for a in sorted(sql.keys() ^ loops.keys())]
    for account in sorted(sql.keys() & loops.keys()):
        for entry in ENTRIES:
            ours, theirs = sql[account][entry], loops[account][entry]
            if (type(ours), ours) != (type(theirs), theirs) and not (
                    isinstance(ours, float) and isinstance(theirs, float) and math.isclose(ours, theirs, rel_tol=1e-10, abs_tol=1e-10)):
                found.append(f"{entry} of {account!r}: SQL {ours!r}, loops {theirs!r}")
    return found


def check_reference(folders):
    """Part 1. Also asks that every entry takes several values over the logs: constants show nothing."""
    failures, values = 0, {entry: set() for entry in ENTRIES}
    for folder in folders:
        loops = Reference(folder).features()
        for messages in ("messages.csv", "messages.parquet"):
            found = differences(result(oracle.compute(arguments(folder, messages))), loops)
            for text in found[:10]:
                print(f"{folder.name} {messages}: {text}")
            failures += len(found)
        for features in loops.values():
            for entry in ENTRIES:
                values[entry].add(features[entry])
    for entry, seen in values.items():
        if len(seen - {None}) < 2:
            print(f"{entry} takes only {seen} over all logs")
            failures += 1
    print(f"reference: {len(folders)} logs, {sum(len(Reference(f).population()) for f in folders)} rows, {failures} failures")
    return failures


def check_mutations(folders):
    """Part 2."""
    sql = (oracle.HERE / "contract.sql").read_text()
    truth, failures = {}, 0
    for old, new in MUTATIONS:
        if sql.count(old) == 0:
            print(f"mutation does not apply: {old}")
            failures += 1
            continue
        for folder in folders:
            if folder not in truth:
                truth[folder] = result(oracle.compute(arguments(folder)))
            if result(oracle.compute(arguments(folder), sql.replace(old, new))) != truth[folder]:
                break
        else:
            print(f"no log notices: {old}  ->  {new}")
            failures += 1
    print(f"mutations: {len(MUTATIONS)} tried, {failures} not noticed")
    return failures


def check_compare(folders, scratch):
    """Part 3, with the oracle's own table in the product's place."""
    tables = []
    for folder in folders:
        run = scratch / f"run-{folder.name}"
        run.mkdir()
        con = oracle.compute(arguments(folder))
        for path in (folder / "oracle.parquet", run / "features.parquet"):
            con.execute(f"COPY result TO '{path}' (FORMAT parquet)")
        tables.append((run, folder / "oracle.parquet"))
    catalog = scratch / "catalog.json"

    def problems(cards, pairs):
        catalog.write_text(json.dumps(cards))
        with contextlib.redirect_stdout(io.StringIO()):
            return compare.compare(catalog, pairs)

    cards = [{"kind": "feature", "name": entry, "contract": entry} for entry in ENTRIES] + [{"kind": "rule", "name": "x"}]
    failures = []
    if problems(cards, tables):
        failures.append("equal tables do not pass")
    changed = scratch / "changed"
    changed.mkdir()
    con = duckdb.connect()
    first_run, first_oracle = tables[0]

    def rewritten(select):
        """The first pair again, with the product's table put through a query."""
        source = oracle.reader(first_run / "features.parquet")
        con.execute(f"COPY ({select.format(source=source)}) TO '{changed / 'features.parquet'}' (FORMAT parquet)")
        return [(changed, first_oracle), *tables[1:]]

    for entry in ENTRIES:
        for what, cell in (("a larger value", f"{entry} * (1 + 1e-8) + 1e-7"), ("null for a value", f"CASE WHEN {entry} IS NULL THEN 0 END"),
                           ("NaN", "'NaN'::DOUBLE")):
            if not problems(cards, rewritten(f"SELECT * REPLACE ({cell} AS {entry}) FROM {{source}}")):
                failures.append(f"{entry}: {what} passes")
        if not problems([c for c in cards if c.get("contract") != entry], tables) and entry in REQUIRED:
            failures.append(f"{entry}: passes unclaimed")
        if not problems(cards, rewritten(f"SELECT * EXCLUDE ({entry}) FROM {{source}}")):
            failures.append(f"{entry}: passes without its column")
    if not problems(cards, rewritten("SELECT * FROM {source} WHERE account <> 'solo-sent'")):
        failures.append("a missing account passes")
    if not problems(cards, rewritten("SELECT * FROM {source} UNION ALL SELECT * REPLACE ('extra' AS account) FROM {source} WHERE account = 'a0'")):
        failures.append("an extra account passes")
    if not problems(cards, rewritten("SELECT * FROM {source} UNION ALL SELECT * FROM {source} WHERE account = 'a0'")):
        failures.append("a repeated account passes")
    empty = [(changed, changed / "features.parquet")]
    rewritten("SELECT * REPLACE (CAST(NULL AS BIGINT) AS actions_n) FROM {source}")
    if not problems(cards, empty):
        failures.append("an entry without a non-null cell passes")
    for text in failures:
        print(f"compare: {text}")
    print(f"compare: {len(failures)} failures")
    return len(failures)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--seeds", type=int, default=12)
    p.add_argument("--rows", type=int, default=700)
    p.add_argument("--skip-mutations", action="store_true", help="leave out part 2, the slowest")
    args = p.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = pathlib.Path(name)
        folders = []
        for seed in range(1, args.seeds + 1):
            # Every second log also holds the cases the contract can be read two ways: oracle and loops agree on them.
            random_logs.generate(seed, args.rows, scratch / str(seed), random_logs.ALSO if seed % 2 else ())
            folders.append(scratch / str(seed))
        failures = check_reference(folders)
        if not args.skip_mutations:
            failures += check_mutations(folders)
        # From seed 2: its first log has a value in every entry, so there is a cell to change.
        failures += check_compare(folders[1:4], scratch)
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
