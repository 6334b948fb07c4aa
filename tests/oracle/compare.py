"""Lays the product's feature table beside the oracle's: counts equal, reals to 1e-9 (relative above 1).

    python compare.py --catalog catalog.json --pair RUN_DIR ORACLE.parquet [--pair ...]

Exit 1 on any mismatch, on a required entry that no feature claims, and on an entry of which no non-null
cell was compared over all pairs: a check that cannot fail is a defect.
"""

import argparse
import json
import math
import pathlib
import sys
from collections import Counter, defaultdict

import duckdb

from entries import ENTRIES, REQUIRED

SHOWN = 20
TOLERANCE = 1e-9


def claims(catalog):
    """contract entry -> the columns of features.parquet that claim to compute it."""
    claimed = defaultdict(list)
    for card in json.loads(pathlib.Path(catalog).read_text()):
        if card.get("kind") == "feature" and card.get("contract"):
            claimed[card["contract"]].append(card["name"])
    return claimed


def table(path, columns=None):
    """account -> {column: value}, and the set of columns in the file."""
    con = duckdb.connect()
    con.execute("CREATE VIEW t AS SELECT * FROM read_parquet('" + str(path).replace("'", "''") + "')")
    present = [row[0] for row in con.execute("DESCRIBE t").fetchall()]
    wanted = [c for c in present if c != "account" and (columns is None or c in columns)]
    listed = ", ".join(['CAST(account AS VARCHAR)'] + ['"' + c.replace('"', '""') + '"' for c in wanted])
    rows = con.execute(f"SELECT {listed} FROM t").fetchall()
    return {row[0]: dict(zip(wanted, row[1:])) for row in rows}, len(rows), set(present)


def same(ours, theirs):
    """Whether two cells agree. The oracle's type decides: its integers are counts."""
    if ours is None or theirs is None:
        return ours is None and theirs is None
    if isinstance(ours, int):
        return ours == theirs
    if not math.isfinite(theirs):
        return False
    return abs(ours - theirs) <= TOLERANCE * max(1.0, abs(ours))


class Comparison:
    def __init__(self, claimed):
        self.claimed = claimed
        self.problems = []
        self.cells, self.non_null, self.non_zero, self.wrong = Counter(), Counter(), Counter(), Counter()

    def problem(self, text):
        self.problems.append(text)

    def pair(self, run_dir, oracle_path):
        columns = {name for names in self.claimed.values() for name in names}
        theirs, rows, present = table(pathlib.Path(run_dir) / "features.parquet", columns)
        ours, _, _ = table(oracle_path)
        where = pathlib.Path(oracle_path).parent.name
        if rows != len(theirs):
            self.problem(f"{where}: {rows - len(theirs)} rows repeat an account")
        for account in sorted(ours.keys() - theirs.keys()):
            self.problem(f"{where}: account {account!r} has no row in the product's table")
        for account in sorted(theirs.keys() - ours.keys()):
            self.problem(f"{where}: account {account!r} is not in the contract's population")
        for entry in ENTRIES:
            for name in self.claimed.get(entry, []):
                if name not in present:
                    self.problem(f"{where}: {entry}: no column {name} in the product's table")
                    continue
                for account in sorted(ours.keys() & theirs.keys()):
                    self.cell(where, entry, name, account, ours[account][entry], theirs[account][name])

    def cell(self, where, entry, name, account, ours, theirs):
        self.cells[entry] += 1
        self.non_null[entry] += ours is not None
        self.non_zero[entry] += bool(ours)
        if not same(ours, theirs):
            self.wrong[entry] += 1
            self.problem(f"{where}: {entry} ({name}) of {account!r}: contract {ours}, product {theirs}")

    def finish(self):
        for entry in ENTRIES:
            if entry not in self.claimed:
                if entry in REQUIRED:
                    self.problem(f"{entry}: no feature claims it")
            elif not self.non_null[entry]:
                self.problem(f"{entry}: not one non-null cell was compared")

    def print(self):
        print(f"{'entry':26} {'product column':36} {'cells':>7} {'non-null':>8} {'non-zero':>8} {'wrong':>6}")
        for entry in ENTRIES:
            names = ", ".join(self.claimed.get(entry, [])) or "-"
            print(f"{entry:26} {names:36} {self.cells[entry]:7} {self.non_null[entry]:8} "
                  f"{self.non_zero[entry]:8} {self.wrong[entry]:6}")
        for entry in sorted(self.claimed.keys() - set(ENTRIES)):
            print(f"note: {', '.join(self.claimed[entry])} claims {entry}, which the oracle does not compute")
        for text in self.problems[:SHOWN]:
            print(f"MISMATCH {text}")
        if len(self.problems) > SHOWN:
            print(f"... and {len(self.problems) - SHOWN} more")


def compare(catalog, pairs):
    """Returns the number of problems, having printed the table and the first of them."""
    comparison = Comparison(claims(catalog))
    for run_dir, oracle_path in pairs:
        comparison.pair(run_dir, oracle_path)
    comparison.finish()
    comparison.print()
    return len(comparison.problems)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--catalog", required=True, help="the output of `bulkwatch catalog --json`")
    p.add_argument("--pair", nargs=2, action="append", required=True, metavar=("RUN_DIR", "ORACLE_PARQUET"))
    args = p.parse_args()
    sys.exit(1 if compare(args.catalog, args.pair) else 0)


if __name__ == "__main__":
    main()
