"""How far the features of a night lie from those of an earlier one where nothing but chance differs, and where something does.

In: the program, a folder to work in; out: a table of SIMULATED pairs of weeks, each with the largest shift of any feature
that a rule reads. Weeks of one row differ by their seed, and by what the row names.
"""

import argparse
import json
import pathlib
import re
import shutil
import subprocess

MIXES = pathlib.Path(__file__).parent.parent / "data" / "worlds"
ADVERSARY = re.compile(
    r"^(new_account_blaster|group_factory|group_hopper|dripper|template_mutator|split_list|human_like|warmed_up_ring|taken_over"
    r"|enumerated_numbers|sim_farm|report_brigade|padding) = (\d+)",
    re.MULTILINE,
)


def times(n, folder):
    """The default mix with n times as many of each adversary."""
    text = (MIXES / "default.toml").read_text()
    path = folder / f"{n}-times.toml"
    path.write_text(ADVERSARY.sub(lambda m: f"{m[1]} = {n * int(m[2])}", text))
    return path


def world(program, folder, seed, accounts, *more):
    out = folder / f"world-{seed}"
    if not out.exists():
        command = [program, "simulate", "world", "--accounts", accounts, "--days", 7, "--seed", seed, "--out", out, *more]
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)
    return out


def without(log, out, table=None, days=()):
    """The same log as it would be had a feed broken: a side table that never came, or days that did not."""
    if not out.exists():
        shutil.copytree(log, out)
        if table:
            config = out / "bulkwatch.toml"
            lines = config.read_text().splitlines(keepends=True)
            config.write_text("".join(line for line in lines if not line.startswith(f"{table} =")))
            next(out.glob(f"{table}.csv*")).unlink()
        parts = sorted((out / "messages").iterdir())
        for day in days:
            shutil.rmtree(parts[day])
    return out


def scan(program, log, out, *more):
    """The only run below `out`; a held one ends with 4."""
    if not out.exists():
        command = [program, "scan", log, "--quiet", "--out", out, *more]
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if done.returncode not in (0, 4):
            raise SystemExit(done.stderr)
    return next(path for path in out.iterdir() if (path / "manifest.json").is_file())


def shift(run):
    """State, accounts then and now, the features that moved furthest by distance and for sure."""
    flat = json.loads((run / "metrics.json").read_text())
    state = json.loads((run / "manifest.json").read_text())["state"]
    furthest = {}
    for what in ["distance", "at_least"]:
        named = {k.removeprefix("drift.").removesuffix(f".{what}"): n for k, n in flat.items() if k.startswith("drift.")
                 and k.endswith(f".{what}") and k.count(".") == 2}
        furthest[what] = max((n, name) for name, n in named.items())
    n = [int(flat["drift.accounts_before"]), int(flat["drift.accounts_now"])]
    return state, n, furthest["distance"], furthest["at_least"]


def main():
    parse = argparse.ArgumentParser(description=__doc__)
    parse.add_argument("program", type=pathlib.Path)
    parse.add_argument("folder", type=pathlib.Path)
    parse.add_argument("--pairs", type=int, default=10)
    parse.add_argument("--accounts", type=int, default=10_000)
    args = parse.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    program, folder = args.program.resolve(), args.folder.resolve()
    cases = [("another seed", 101 + i, 201 + i, []) for i in range(args.pairs)]
    holiday = ["--mix", MIXES / "holiday.toml"]
    twice, tenfold = (["--mix", times(n, folder)] for n in (2, 10))
    cases += [("a holiday", 101, 301, holiday), ("a holiday", 102, 302, holiday)]
    cases += [("twice the adversaries", 101, 303, twice), ("twice the adversaries", 102, 304, twice)]
    cases += [("ten times the adversaries", 101, 305, tenfold)]
    cases += [("other parameters of everybody", 101, 306, ["--region", "held-out"])]
    broken = [("no table of contacts", {"table": "contacts"}), ("no table of group events", {"table": "group_events"})]
    broken += [("two of seven days lost", {"days": [2, 3]}), ("four of seven days lost", {"days": [1, 2, 3, 4]})]
    print("| what differs | seeds | accounts | largest distance | largest for sure | state |\n|---|---|---|---|---|---|")
    logs = []
    for what, before, now, more in cases:
        logs.append((what, before, now, world(program, folder, now, args.accounts, *more), f"run-{now}-{before}"))
    for what, how in broken:
        name = what.replace(" ", "-")
        log = without(folder / "world-201", folder / name, **how)
        logs.append((f"another seed, and {what}", 101, 201, log, f"run-{name}"))
    for what, before, now, log, place in logs:
        earlier = scan(program, world(program, folder, before, args.accounts), folder / f"run-{before}")
        run = scan(program, log, folder / place, "--previous", earlier)
        state, n, distance, sure = shift(run)
        told = [f"{value:.3f} {name}" for value, name in (distance, sure)]
        print(f"| {what} | {before}, {now} | {n[0]:,} and {n[1]:,} | {told[0]} | {told[1]} | {state} |", flush=True)


if __name__ == "__main__":
    main()
