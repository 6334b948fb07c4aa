"""Simulated worlds for measuring: how one is drawn, scanned and read, and the options that all such scripts share."""

import argparse
import csv
import datetime
import json
import os
import pathlib
import platform
import re
import shutil
import subprocess
import sys
import time

import pyarrow
import pyarrow.parquet

VERDICTS = ["no_finding", "watch", "review", "abuse_high", "abuse_certain"]
REVIEW, HIGH = VERDICTS.index("review"), VERDICTS.index("abuse_high")
KINDS = [(d, r) for r in ("fit", "held-out") for d in ("plain", "adaptive")]
NIGHT = "2022-06-01"


def days_before(date, days):
    return str(datetime.date.fromisoformat(date) - datetime.timedelta(days=days))


def options(description, **defaults):
    """What every script asks: the program, a folder, and of which worlds."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--worlds", type=int, help="measured worlds")
    parser.add_argument("--accounts", type=int, help="ordinary people of a world")
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--seed", type=int, help="of the first world; the others follow")
    parser.add_argument("--mix", type=pathlib.Path)
    parser.add_argument("--threads", type=int, default=0, help="of the program; 0 for one a core")
    parser.add_argument("--again", action="store_true", help="take the worlds that an interrupted run left in FOLDER")
    parser.set_defaults(**defaults)
    return parser


class Lab:
    """The program, the folder, and how a world is made and scanned."""

    def __init__(self, args):
        self.args, self.program, self.folder = args, args.program.resolve(), args.folder.resolve()
        self.folder.mkdir(parents=True, exist_ok=args.again)
        self.spent, self.without = [], []
        # What draws worlds has no option of its own for this.
        self.environment = {**os.environ, **({"RAYON_NUM_THREADS": str(args.threads)} if args.threads else {})}

    def call(self, *words):
        return subprocess.run([self.program, *map(str, words)], cwd=self.folder, capture_output=True, text=True, env=self.environment)

    def run(self, *words):
        done = self.call(*words)
        if done.returncode:
            sys.exit(f"{' '.join(map(str, words))}\n{done.stderr}")
        return done.stdout

    def profile(self):
        """The population profile of a world that ended before the measured ones began, as options of a scan.

        It is of the built-in mix: where a mix has many of those who write to many, they would raise what is usual.
        """
        mix, self.args.mix = self.args.mix, None
        earlier = self.world(self.args.seed, "plain", "fit", days_before(NIGHT, self.args.days))
        self.args.mix = mix
        self.run("population", earlier.run, "--simulated", "--write", "population.json")
        return ["--population", "population.json"]

    def world(self, seed, difficulty, region, night=NIGHT, more=()):
        """Draws and scans a world; its run folder and labels stay."""
        name, begun = f"w{seed}", time.perf_counter()
        place, note = self.folder / name, self.folder / f"{name}.json"
        if not note.exists():
            messages = self.draw(place, seed, difficulty, region, night)
            drawn = time.perf_counter()
            self.scan(place, f"{name}-runs", *more)
            (place / "labels.csv").rename(self.folder / f"{name}.csv")
            shutil.rmtree(place)
            note.write_text(json.dumps((seed, difficulty, region, messages, drawn - begun, time.perf_counter() - drawn)))
        self.spent.append(json.loads(note.read_text()))
        run, = (self.folder / f"{name}-runs").glob("20*")
        return World(name, difficulty, region, run, self.folder / f"{name}.csv")

    def draw(self, place, seed, difficulty, region, night):
        """Draws a world and tells how many messages it has."""
        mix = ["--mix", self.args.mix.resolve()] if self.args.mix else []
        said = self.run("simulate", "world", "--accounts", self.args.accounts, "--days", self.args.days, "--seed", seed,
                        "--difficulty", difficulty, "--region", region, "--to", night, "--out", place, *mix)
        return said.split(":")[1].split()[0]

    def scan(self, place, out, *more):
        self.run("scan", place, "--out", out, "--quiet", "--threads", self.args.threads, *more)

    def train(self, labels, out, *more):
        """Trains; a feature that alone tells the labels apart is what the simulator gives away, and is left out."""
        words = ["train", "--simulated", "--quiet", "--features", "teach/features.parquet", "--labels", labels, "--positive", "abuse",
                 "--negative", "innocent", "--folds", 2, "--out", out, *more]
        while True:
            without = ["--without", ",".join(self.without)] if self.without else []
            done = self.call(*words, *without)
            told = re.search(r"feature (\w+) alone separates the labels", done.stderr)
            if not done.returncode:
                return
            if not told or told[1] in self.without:
                sys.exit(done.stderr)
            self.without.append(told[1])

    def about(self, script):
        """What was run, with which program, where."""
        here = pathlib.Path(__file__).resolve().parent
        git = lambda *words: subprocess.run(["git", *words], cwd=here, capture_output=True, text=True).stdout.strip()
        changed = " with changes" if git("status", "--porcelain", "--untracked-files=no") else ""
        return (f"`python3 benches/{script} {' '.join(sys.argv[1:])}`; {self.run('--version').strip()}, scripts at commit "
                f"{git('rev-parse', '--short', 'HEAD')}{changed}; {os.cpu_count()} cores, {platform.machine()}")


def verdicts(run):
    """The verdict of every account of a run, by number."""
    scores = pyarrow.parquet.read_table(run / "scores.parquet", columns=["account", "verdict"])
    return dict(zip(scores["account"].to_pylist(), map(VERDICTS.index, scores["verdict"].to_pylist())))


class World:
    """A world that was scanned once: its labels and its run."""

    def __init__(self, name, difficulty, region, run, labels):
        self.name, self.difficulty, self.region, self.run = name, difficulty, region, run
        with open(labels, newline="") as rows:
            self.rows = list(csv.DictReader(rows))
        self.verdict = verdicts(run)

    def table(self, file):
        """A result table with account names that are unique over worlds."""
        table = pyarrow.parquet.read_table(self.run / file)
        names = pyarrow.array([f"{self.name}_{name}" for name in table["account"].to_pylist()], pyarrow.string())
        place = table.schema.get_field_index("account")
        return table.set_column(place, table.schema.field(place).name, names.cast(table.schema.field(place).type))


def join(worlds, folder):
    """Feature rows and campaigns of several worlds in one place, as `train` reads them."""
    folder.mkdir(exist_ok=True)
    for file in ("features.parquet", "campaigns.parquet"):
        tables = [world.table(file) for world in worlds]
        if file == "campaigns.parquet":
            # Campaigns of two worlds have nothing in common, whatever their names are.
            for i, world in enumerate(worlds):
                at = tables[i].schema.get_field_index("campaign")
                names = pyarrow.array([f"{world.name}_{c}" for c in tables[i]["campaign"].to_pylist()], pyarrow.string())
                tables[i] = tables[i].set_column(at, "campaign", names)
        joined = pyarrow.concat_tables([t.replace_schema_metadata(None) for t in tables], promote_options="permissive")
        # The fingerprint of the feature cards; the same for all runs of one program.
        told = pyarrow.parquet.read_metadata(worlds[0].run / file).metadata or {}
        told = {key: value for key, value in told.items() if key.startswith(b"bulkwatch")}
        pyarrow.parquet.write_table(joined.replace_schema_metadata(told), folder / file)
    # Says of when the rows are; the same of all worlds.
    shutil.copy(worlds[0].run / "manifest.json", folder / "manifest.json")
