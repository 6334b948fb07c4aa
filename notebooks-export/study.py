"""Where the repository and the program are, and how a run is made and read back.

The program is `target/release/bulkwatch`, or what BULKWATCH names. Runs go below `target/notebooks`.
"""

import json
import os
import subprocess
import tomllib
from pathlib import Path

import polars as pl

ROOT = next(p for p in [Path.cwd(), *Path.cwd().parents] if (p / "Cargo.toml").is_file())
RUNS = ROOT / "target" / "notebooks" / "runs"
PROGRAM = os.environ.get("BULKWATCH", str(ROOT / "target" / "release" / "bulkwatch"))
LADDER = ["no_finding", "watch", "review", "abuse_high", "abuse_certain"]


def bulkwatch(*args, fails=False):
    """Runs the program in the repository; what it prints, or its error where it is to fail."""
    done = subprocess.run([PROGRAM, *map(str, args)], cwd=ROOT, capture_output=True, text=True)
    if (done.returncode != 0) != fails:
        raise RuntimeError(f"bulkwatch {args[0]} ended with {done.returncode}: {done.stderr}")
    return done.stderr.strip() if fails else done.stdout


class Run:
    """A published run folder."""

    def __init__(self, folder):
        self.folder = Path(folder)

    def table(self, name):
        """One of its Parquet files."""
        return pl.read_parquet(self.folder / f"{name}.parquet")

    def lines(self, name):
        """One of its NDJSON files."""
        return [json.loads(line) for line in (self.folder / f"{name}.ndjson").read_text().splitlines()]

    def json(self, name):
        """One of its JSON files."""
        return json.loads((self.folder / f"{name}.json").read_text())


def fresh(name):
    """An empty folder for runs."""
    out = RUNS / name
    if out.exists():
        subprocess.run(["rm", "-r", str(out)], check=True)
    out.mkdir(parents=True)
    return out


def kept(name, make):
    """A folder of runs that several notebooks use: made again when the program or anything in `data/` is newer."""
    out, stamp = RUNS / name, RUNS / f"{name}.stamp".replace("/", "-")
    newest = max(p.stat().st_mtime_ns for p in [Path(PROGRAM), *(ROOT / "data").rglob("*")])
    of = f"{PROGRAM} {newest}"
    if not (stamp.is_file() and stamp.read_text() == of):
        make(fresh(name))
        stamp.write_text(of)
    return out


def demo():
    """The two shipped logs as the program's own demo scans them: real, earlier simulated nights, simulated night."""
    out = kept("demo", lambda out: bulkwatch("demo", "--quiet", "--out", out))
    return {name: Run(out / f"demo-{name}") for name in ["real", "earlier-simulated", "night-simulated"]}


def published(out):
    """The run in a folder of one."""
    return Run(next(p for p in sorted(out.iterdir()) if (p / "manifest.json").is_file()))


def scan(name, *args):
    """One scan; the run it published."""
    out = fresh(name)
    bulkwatch("scan", "--quiet", *args, "--out", out)
    return published(out)


def population(run, name):
    """The profile of an earlier night, for scans of later ones."""
    path = RUNS / f"{name}.json"
    bulkwatch("population", run.folder, "--simulated", "--write", path)
    return path


def scenario(folder, profile):
    """Scans a simulated scenario; its card and the run."""
    card = tomllib.loads((folder / "scenario.toml").read_text())
    args = []
    for path in sorted(folder.iterdir()):
        if path.name != "scenario.toml" and ".csv" in path.name:
            args += ["--" + path.name.split(".")[0].replace("_", "-"), path]
    args += ["--from", card["from"], "--to", card["to"], "--log-start", card["log_start"]]
    args += ["--population", profile] if card.get("population") else []
    made = kept(f"scenarios/{folder.name}", lambda out: bulkwatch("scan", "--quiet", *args, "--out", out))
    return card, published(made)
