#!/usr/bin/env python3
"""What learning adds on labeled public logs: half of the accounts teach, the other half is scored; then every set is left out once.

    python3 benches/panel.py PROGRAM FOLDER [--repeats 5] [--seed 1] [--runs FOLDER] [--only SET,SET]

FOLDER holds the logs that data/panel.toml names (they are not shipped; without them this says so and ends with 0). Each log is scanned once,
over all of its time and without labels. Then the labeled accounts that send enough are dealt into two halves, as many positives in each,
campaigns whole; each half teaches and the other is scored (`train --folds 2 --folds-out`), so that a repeat scores everybody once. Out of fold no
model abstains; on how many one would is told below. In the second part it may (`train --score`), and whoever it abstains on is lowest.

Beside the two kinds of model stand, on the same accounts and halves: the sub-score of the shipped policy, which learned nothing; a random
forest over twelve plain numbers of the log (volume, recipients, recipients per message, median, CV and shares of gaps up to 5 s and 60 s,
entropy of the hour, share of distinct texts with digits masked, mean token Jaccard of neighboring texts, mean and deviation of length); and the
same forest over the features that our models take. AUROC and recall at 1 % false positives are means over halves; intervals are the middle
95 % over resampled accounts of each kind (models stay as they are), differences are paired on the same draws.
No model is given an account's name: inputs are feature cards only, which is checked. Needs numpy, pandas, pyarrow, scikit-learn and duckdb.
"""

import argparse
import csv
import functools
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

import numpy
import pandas
import pyarrow
import pyarrow.parquet
from sklearn.ensemble import RandomForestClassifier

from measures import auroc, recall

ROOT = pathlib.Path(__file__).resolve().parent.parent
DRAWS, FPR = 1000, 0.01
KINDS = ("logistic", "boosted")

# Logs in which nobody is known to be a machine: they teach what people do when another set is left out.
PEOPLE = [
    ("college", "college_msg/CollegeMsg.txt.gz", "college_msg"),
    ("nus sms", "nus_sms/nus_sms_en.csv.gz", "nus_sms"),
    ("mail dnc", "email_networks/dnc-temporalGraph.txt.gz", "email_dnc"),
    ("mail enron", "email_networks/enron_igraphdata.csv.gz", "email_enron"),
    ("mail eu", "email_networks/email-Eu-core-temporal_first83083.txt.gz", "email_eu"),
]


def spam_majority(folder):
    rows = pandas.read_csv(folder / "exais_sms/exais_sms.csv.gz", dtype=str)
    share = rows[rows.direction == "receive"].groupby("party").label.apply(lambda x: (x == "SPAM").mean())
    return {name: 0.5 <= value for name, value in share.items()}


def known_by_name(folder):
    rows = pandas.read_csv(folder / "gitlog_bots/accounts.csv.gz", dtype=str)
    return set(rows[rows.label_source == "name_says_so"].account_id)


def sets(folder):
    """Name, log, mapping, sub-score, least messages, labels; the labels are those of paired.py."""
    from paired import SETS, labels

    out = []
    for name, log, mapping, score, least, file, account, positive in SETS:
        if not (folder / log).exists() or not (folder / file).exists():
            print(f"skipped: no {log} in the folder", file=sys.stderr)
            continue
        known = labels(folder / file, account, positive)
        out.append((name, log, mapping, score, least, known))
        if name == "gitlog":
            named = known_by_name(folder)
            out.append(("gitlog without name_says_so", log, mapping, score, least, {a: y for a, y in known.items() if a not in named}))
        if name == "exais bulk id":
            out.append(("exais spam", log, mapping, "unsolicited", least, spam_majority(folder)))
    return out


@functools.cache
def numbers_of(folder, mapping):
    """The baseline's inputs of a log."""
    return plain_numbers(raw(folder, mapping))


def raw(folder, mapping):
    """The log as plain rows: account, time, recipient, content, text where there is one, length."""
    read = lambda path, **more: pandas.read_csv(folder / path, dtype=str, keep_default_na=False, **more)
    if mapping == "wikiticker":
        rows = pandas.read_json(folder / "wikiticker/wikiticker.json.gz", lines=True)
        ts = pandas.to_datetime(rows.time, utc=True, format="ISO8601").astype("int64")
        ts = ts / (1e9 if 1e17 < ts.iloc[0] else 1e6 if 1e14 < ts.iloc[0] else 1e3)
        rows = pandas.DataFrame({"account": rows.user, "ts": ts, "to": rows.channel + "|" + rows.page, "text": rows.comment.fillna("")})
    elif mapping == "gitlog_bots":
        rows = read("gitlog_bots/commits.csv.gz")
        rows = pandas.DataFrame({"account": rows.account_id, "ts": rows.author_ts.astype(float), "to": rows.repo_id, "text": rows.subject})
    elif mapping == "zulip_lean":
        rows = read("zulip_lean/messages.csv.gz")
        return pandas.DataFrame({"account": rows.sender_id, "ts": rows.ts.astype(float), "to": rows.topic_id, "text": None,
                                 "content": rows.fp48, "length": pandas.to_numeric(rows.n_chars, errors="coerce")})
    else:
        rows = read("exais_sms/exais_sms.csv.gz")
        got = rows.direction == "receive"
        rows = pandas.DataFrame({"account": rows.party.where(got, rows.user), "ts": pandas.to_numeric(rows.ts_local, errors="coerce"),
                                 "to": rows.user.where(got, rows.party), "text": rows.text})
    rows["content"] = rows.text.str.replace(r"\d+", "0", regex=True)
    rows["length"] = rows.text.str.len().astype(float)
    return rows


def plain_numbers(rows):
    """The twelve numbers of the baseline, one row an account."""
    out = {}
    for account, own in rows.sort_values("ts", kind="stable").groupby("account"):
        ts, n = own.ts.to_numpy(), len(own)
        gap = numpy.diff(ts)
        gap = gap[numpy.isfinite(gap)]
        hour = numpy.bincount((ts[numpy.isfinite(ts)] // 3600 % 24).astype(int), minlength=24) / max(n, 1)
        hour = hour[0 < hour]
        words = [set(t.split()) for t in own.text[:200]] if own.text.iloc[0] is not None else []
        alike = [len(a & b) / len(a | b) for a, b in zip(words, words[1:]) if a | b]
        told = lambda list, of: of(list) if len(list) else numpy.nan
        people = own.to.nunique()
        out[account] = [n, people, people / n, told(gap, numpy.median), told(gap, lambda g: g.std() / (g.mean() + 1e-9)),
                        told(gap, lambda g: (g <= 5).mean()), told(gap, lambda g: (g <= 60).mean()), -(hour * numpy.log(hour)).sum(),
                        own.content.nunique() / n, told(alike, numpy.mean), own.length.mean(), own.length.std(ddof=0)]
    return pandas.DataFrame.from_dict(out, orient="index").astype(float)


METRICS = (auroc, functools.partial(recall, fpr=FPR))


class Lab:
    def __init__(self, program, folder, scratch, kept):
        self.program, self.folder, self.scratch, self.runs = program.resolve(), folder, pathlib.Path(scratch), {}
        self.kept = kept or self.scratch
        self.key = self.scratch / "key"
        self.key.write_bytes(b"PUBLIC-DEMO key of the panel, no secret")

    def run(self, log, mapping):
        if mapping not in self.runs:
            out = self.kept / mapping
            if not any(out.glob("*/scores.parquet")):
                subprocess.run([self.program, "scan", self.folder / log, "--mapping", ROOT / f"data/mappings/{mapping}.toml", "--length", "all",
                                "--quiet", "--key-file", self.key, "--lawful-basis", "research", "--out", out],
                               check=True, stdout=subprocess.DEVNULL)
            [self.runs[mapping]] = (p.parent for p in out.glob("*/scores.parquet"))
        return self.runs[mapping]

    def train(self, features, labels, kind, *more):
        """Trains; a feature that alone tells labels apart is left out. Returns what was left out and the inputs, heaviest first."""
        file, model = self.scratch / "labels.csv", self.scratch / "model.json"
        with open(file, "w", newline="") as rows:
            csv.writer(rows).writerows([("account", "label"), *((a, "yes" if y else "no") for a, y in labels.items())])
        words = [self.program, "train", "--features", features, "--labels", file, "--positive", "yes", "--negative", "no", "--kind", kind,
                 "--folds", "2", "--quiet", "--out", model, *map(str, more)]
        without = []
        while True:
            done = subprocess.run([*words, *(["--without", ",".join(without)] if without else [])], capture_output=True, text=True)
            if not done.returncode:
                break
            told = re.search(r"feature (\w+) alone separates the labels", done.stderr)
            if not told or told[1] in without:
                sys.exit(done.stderr)
            without.append(told[1])
        made = json.loads(model.read_text())
        inputs = {f["name"] for f in made["features"]}
        cards = set(pyarrow.parquet.read_schema(features).names) - {"account", "absent"}
        assert inputs <= cards, f"not a feature card: {inputs - cards}"
        return without, [f["name"] for f in sorted(made["features"], key=lambda f: -f["weight"])]

    def folds(self, features, labels, kind, repeats, seed):
        """Halves as `train` deals them, with the log-odds of each account by the model of the other half."""
        out = self.scratch / "folds.csv"
        without, inputs = self.train(features, labels, kind, "--repeats", repeats, "--seed", seed, "--folds-out", out)
        return pandas.read_csv(out, dtype={"account": str}, keep_default_na=False), without, inputs

    def score(self, features, labels, ask, kind):
        """Log-odds of everybody in the run that is asked about; nothing where the model abstains."""
        out = self.scratch / "scores.csv"
        without, _ = self.train(features, labels, kind, "--score", ask, "--scores-out", out)
        told = pandas.read_csv(out, dtype={"account": str}, keep_default_na=False, na_values={"log_odds": [""]})
        return told.set_index("account").log_odds, without


def campaigns(run):
    """Accounts that hang together by campaigns, each by one name of the group."""
    if not (run / "campaigns.parquet").exists():
        return {}
    table = pyarrow.parquet.read_table(run / "campaigns.parquet", columns=["campaign", "account"])
    up = {}

    def root(x):
        while up.setdefault(x, x) != x:
            x = up[x]
        return x

    for campaign, account in zip(table["campaign"].to_pylist(), table["account"].to_pylist()):
        up[root("campaign " + campaign)] = root(account)
    return {x: root(x) for x in list(up)}


def forest(x, y, train, test, seed):
    fill = x[train].median().fillna(0.0)
    model = RandomForestClassifier(500, random_state=seed, n_jobs=-1).fit(x[train].fillna(fill), y[train])
    return model.predict_proba(x[test].fillna(fill))[:, 1]


def ends(values):
    return numpy.quantile(values[numpy.isfinite(values)], [0.025, 0.975])


class Compared:
    """Scores of several scorers for the same accounts, in parts within which scores compare, and draws of the accounts."""

    def __init__(self, positive, parts, seed):
        self.positive, self.parts = positive, parts
        rng = numpy.random.default_rng(seed)
        ones, zeros = numpy.flatnonzero(positive), numpy.flatnonzero(~positive)
        self.draws = [numpy.concatenate([rng.choice(ones, len(ones)), rng.choice(zeros, len(zeros))]) for _ in range(DRAWS)]

    def mean(self, metric, scores, rows):
        values = []
        for at, score in zip(self.parts, scores):
            of = rows[at[rows]]
            if 0 < self.positive[of].sum() < len(of):
                values.append(metric(self.positive[of], score[of]))
        return numpy.mean(values) if values else numpy.nan

    def measure(self, scores):
        """For each metric the value and its draws; `scores` holds one array a part."""
        everyone = numpy.arange(len(self.positive))
        return [(self.mean(m, scores, everyone), numpy.array([self.mean(m, scores, d) for d in self.draws])) for m in METRICS]


def table(title, compared, scorers):
    measured = {name: compared.measure(scores) for name, scores in scorers.items()}
    cell = lambda value, draws, sign="": "{:{s}.3f} [{:{s}.3f}, {:{s}.3f}]".format(value, *ends(draws), s=sign)
    for name, found in measured.items():
        print(f"| {title} | {name} | " + " | ".join(cell(*m) for m in found) + " |", flush=True)
    apart = []
    for kind in KINDS:
        for other in list(scorers)[:3]:
            both = list(zip(measured[kind], measured[other]))
            apart.append(f"| {title} | {kind} - {other} | " + " | ".join(cell(a[0] - b[0], a[1] - b[1], "+") for a, b in both) + " |")
    return apart


def of_set(lab, args, name, log, mapping, score, least, known):
    """Labeled accounts of a set that send enough, with what is known of them."""
    run = lab.run(log, mapping)
    rows = pyarrow.parquet.read_table(run / "scores.parquet", columns=["account", "messages_n", *([score] if score else [])]).to_pandas()
    rows = rows[rows.messages_n >= least].set_index("account")
    names = sorted(rows.index if known is None else rows.index.intersection(list(known)))
    positive = numpy.array([bool(known and known[n]) for n in names])
    plain = rows[score].reindex(names).fillna(0.0).to_numpy() if score else None
    return run, names, positive, plain


def within(lab, args, given):
    """Halves of one set."""
    name, log, mapping, score, least, known = given
    run, names, positive, plain = of_set(lab, args, *given)
    together, features = campaigns(run), run / "features.parquet"
    numbers = numbers_of(args.folder, mapping).reindex(names).reset_index(drop=True)
    cards = pyarrow.parquet.read_table(features).to_pandas().set_index("account").reindex(names).reset_index(drop=True)
    labels = {n: bool(y) for n, y in zip(names, positive)}
    told = {kind: lab.folds(features, labels, kind, args.repeats, args.seed) for kind in KINDS}
    gone, heavy = set(told["boosted"][1] + told["logistic"][1]), told["boosted"][2]
    parts, scores = [], {n: [] for n in ("untrained sub-score", "forest, 12 plain numbers", "forest, our features", *KINDS)}
    for repeat in range(args.repeats):
        of = {kind: t[0][t[0].repeat == repeat].set_index("account").loc[names] for kind, t in told.items()}
        side = of["boosted"].fold.to_numpy()
        assert (side == of["logistic"].fold.to_numpy()).all(), "both kinds are dealt the same halves"
        for half in (0, 1):
            train, test = side != half, side == half
            parts.append(test)
            scores["untrained sub-score"].append(plain)
            for kind in KINDS:
                scores[kind].append(of[kind].log_odds.to_numpy())
            for title, x in (("forest, 12 plain numbers", numbers), ("forest, our features", cards[heavy].astype(float))):
                whole = numpy.zeros(len(names))
                whole[test] = forest(x, positive, train, test, repeat)
                scores[title].append(whole)
    # What such a model would not say a word about, once for each half of the last repeat.
    silent = numpy.zeros(len(names), bool)
    for half in (0, 1):
        odds, _ = lab.score(features, {n: y for (n, y), s in zip(labels.items(), side) if s != half}, features, "boosted")
        silent |= (side == half) & odds.reindex(names).isna().to_numpy()
    note = (f"- {name}: {len(names)} accounts, {positive.sum()} positive, {sum(n in together for n in names)} in campaigns, which stay whole; as a "
            f"scan asks it, boosted would abstain on {silent.sum()}, {silent[positive].sum()} of them positive; left out as leaks: "
            f"{', '.join(sorted(gone)) or 'nothing'}; heaviest of boosted: {', '.join(heavy[:4])}")
    return table(name, Compared(positive, parts, args.seed), scores), note


def joined(lab, taught, place):
    """Feature rows of several runs in one file, names made unique by their set."""
    tables = []
    for name, run, _, _ in taught:
        t = pyarrow.parquet.read_table(run / "features.parquet")
        at = t.schema.get_field_index("account")
        names = pyarrow.array([f"{name}|{n}" for n in t["account"].to_pylist()], pyarrow.string())
        tables.append(t.set_column(at, "account", names).replace_schema_metadata(None))
    told = pyarrow.parquet.read_metadata(taught[0][1] / "features.parquet").metadata or {}
    told = {k: v for k, v in told.items() if k.startswith(b"bulkwatch")}
    pyarrow.parquet.write_table(pyarrow.concat_tables(tables, promote_options="permissive").replace_schema_metadata(told), place)
    return {f"{name}|{n}": bool(y) for name, _, names, positive in taught for n, y in zip(names, positive)}


def transfer(lab, args, labeled, people, given):
    """Taught on all other logs, asked about this one."""
    name, log, mapping, score, least, known = given
    run, names, positive, plain = of_set(lab, args, *given)
    teachers = [g for g in labeled if g[2] != mapping and g[0] != "gitlog without name_says_so"] + people
    # Both labels of one log are about the same accounts; one of them teaches.
    teachers = [g for g in teachers if g[0] != "exais spam"]
    taught = [(g[0], *of_set(lab, args, *g)[:3]) for g in teachers]
    place = lab.scratch / "joined.parquet"
    labels = joined(lab, taught, place)
    scores, gone = {"untrained sub-score": [plain]}, set()
    with_text = [g for g in teachers if g[5] is not None]
    numbers = [numbers_of(args.folder, g[2]).reindex(of_set(lab, args, *g)[1]) for g in with_text]
    truth = numpy.concatenate([of_set(lab, args, *g)[2] for g in with_text])
    x = pandas.concat([*numbers, numbers_of(args.folder, mapping).reindex(names)], ignore_index=True)
    train = numpy.arange(len(x)) < len(truth)
    scores["forest, 12 plain numbers"] = [forest(x, numpy.concatenate([truth, positive]), train, ~train, args.seed)]
    quiet = {}
    for kind in KINDS:
        odds, without = lab.score(place, labels, run / "features.parquet", kind)
        told = odds.reindex(names).fillna(-numpy.inf).to_numpy()
        quiet[kind] = f"{int(numpy.isneginf(told).sum())} ({int(numpy.isneginf(told[positive]).sum())} positive)"
        scores[kind], gone = [told], gone | set(without)
    note = (f"- {name}: taught on {len(labels)} accounts of {len(taught)} logs, {sum(labels.values())} positive; asked about {len(names)}, "
            f"{positive.sum()} positive; abstained on {quiet['logistic']} and {quiet['boosted']}; left out as leaks: {', '.join(sorted(gone)) or 'nothing'}")
    return table_of_two(name, Compared(positive, [numpy.ones(len(names), bool)], args.seed), scores), note


def table_of_two(title, compared, scorers):
    order = ("untrained sub-score", "forest, 12 plain numbers", *KINDS)
    measured = {n: scorers[n] for n in order}
    return [line for line in table(title, compared, measured) if "boosted - logistic" not in line and "logistic - logistic" not in line]


HEAD = "| set | {} | AUROC | recall at 1 % FPR |\n|---|---|---|---|"


def told(title, made):
    """Prints a table while it is made, then the differences and the notes that came of it."""
    print(f"\n## {title}\n\n" + HEAD.format("scorer"))
    apart, notes = [], []
    for lines, note in made:
        apart, notes = apart + lines, notes + [note]
    print("\n" + HEAD.format("difference, paired") + "\n" + "\n".join(apart) + "\n\n" + "\n".join(notes))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", type=pathlib.Path)
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--runs", type=pathlib.Path, help="folder whose scans are taken, or made and left there")
    parser.add_argument("--only", default="", help="sets to measure, separated by commas")
    args = parser.parse_args()
    if not args.folder.is_dir():
        print(f"skipped: {args.folder} is not there; it must hold the labeled public logs that data/panel.toml names")
        return
    begun = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        lab, labeled = Lab(args.program, args.folder, scratch, args.runs), sets(args.folder)
        people = [(n, log, mapping, None, 10, None) for n, log, mapping in PEOPLE if (args.folder / log).exists()]
        asked = [g for g in labeled if not args.only or g[0] in args.only.split(",")]
        version = subprocess.run([args.program, "--version"], capture_output=True, text=True).stdout.strip()
        print(f"# Panel\n\n{version}; {os.cpu_count()} cores; {args.repeats} repeats of two halves, seed {args.seed}, {DRAWS} draws")
        told("Halves", (within(lab, args, g) for g in asked))
        told("Every set left out once", (transfer(lab, args, labeled, people, g) for g in asked))
    print(f"\n{time.perf_counter() - begun:.0f} s in all")


if __name__ == "__main__":
    main()
