"""Writes decisions on the cases of a night, as a team would have left them: confirmed, innocent and unsure in turn.

In: a run folder, a path; out: a file of decisions that `scan --decisions` reads.
"""

import csv
import pathlib
import sys


def main():
    night, out = map(pathlib.Path, sys.argv[1:])
    said = ["confirmed", "innocent", "confirmed", "unsure"]
    with open(night / "review_queue.csv", newline="", encoding="utf-8") as cases, open(out, "w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["account", "decision", "why", "who", "when", "run"])
        for i, case in enumerate(csv.DictReader(cases)):
            rows.writerow([case["account"], said[i % 4], "looked at", "Ann", "2022-05-31", night.name])


if __name__ == "__main__":
    main()
