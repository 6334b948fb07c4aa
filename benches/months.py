#!/usr/bin/env python3
"""What becomes of an account in a month of nights: innocents ever flagged, and the first night that found an abuser.

    python3 benches/months.py PROGRAM FOLDER [--worlds 8] [--accounts 20000] [--days 37] [--every 7] [--seed 201] [--mix FILE]
                              [--threads N] [--skip N] [--again [--drawn]]

Each world is drawn once (a week of history, then a month in which its scenes act) and scanned as of several nights of that month: its
last night and every N-th before it, within 30 nights. Each scan has the window that a nightly one has, 30 days or what the log holds of
them, and knows nothing of later days. Nights between are not looked at; with --every 1 there are none, and what weekly nights alone
would have found is told beside it. The unit is the account-month: an account counts once, by the worst verdict of those nights.

Worlds take turns: plain and adaptive adversaries, parameters of the fit region and of the held-out one, each from another seed. The
first seed makes an earlier world of the built-in mix whose population profile all scans compare with. Bounds are exact, each one-sided at 95 %; accounts of
one world share its centers, so the spread between worlds stands beside them. Why an innocent was at review or worse, and an
asked-for newsletter above it, is written to FOLDER/explained, page by page. Everything is simulated and says nothing about a service. Needs what worlds.py needs; messages and runs of a
world are removed when its nights were read.
"""

import csv
import datetime
import json
import pathlib
import shutil
import time

import numpy

from lab import HIGH, KINDS, NIGHT, REVIEW, VERDICTS, Lab, days_before, options, verdicts
from measures import share, upper
from worlds import Accounts, detection, innocents

MONTH = WINDOW = 30
UNSEEN = "-"


class Month:
    """A world's accounts with their verdicts on the nights that were looked at, one digit a night, the first night first."""

    def __init__(self, lab, seed, difficulty, region, compared):
        self.name, self.difficulty, self.region = f"w{seed}", difficulty, region
        self.dates = [days_before(NIGHT, ago) for ago in range(0, MONTH, lab.args.every)][::-1]
        told, note = lab.folder / f"{self.name}.csv", lab.folder / f"{self.name}.json"
        if not note.exists():
            note.write_text(json.dumps(self.played(lab, seed, told, compared)))
        self.messages, self.drawn, self.scanned = json.loads(note.read_text())
        with open(told, newline="") as rows:
            self.rows = list(csv.DictReader(rows))
        self.verdict = {row["account"]: self.worst(row["nights"]) for row in self.rows}

    @staticmethod
    def worst(nights):
        seen = nights.replace(UNSEEN, "")
        return int(max(seen)) if seen else -1

    def played(self, lab, seed, told, compared):
        """Draws the world and scans it night by night."""
        place, begun, by_night = lab.folder / self.name, time.perf_counter(), []
        for left in (place, lab.folder / f"{self.name}-night"):
            shutil.rmtree(left, ignore_errors=True)
        messages = lab.draw(place, seed, self.difficulty, self.region, NIGHT)
        drawn = time.perf_counter()
        with open(place / "labels.csv", newline="") as rows:
            labels = {row["account"]: row for row in csv.DictReader(rows)}
        for date in self.dates:
            out = lab.folder / f"{self.name}-night"
            lab.scan(place, out, "--from", days_before(date, WINDOW), "--to", date, *compared)
            run, = out.glob("20*")
            by_night.append(verdicts(run))
            self.explain(lab, run, date, by_night, labels)
            shutil.rmtree(out)
        shutil.rmtree(place)
        columns = ["account", "label", "persona", "adversary", "first_abusive_at"]
        with open(told, "w", newline="") as out:
            writer = csv.writer(out)
            writer.writerow([*columns, "nights"])
            for account, row in labels.items():
                writer.writerow([*(row[c] for c in columns), "".join(str(night.get(account, UNSEEN)) for night in by_night)])
        return messages, drawn - begun, time.perf_counter() - drawn

    def explain(self, lab, run, date, by_night, labels):
        """Why an innocent is at review or worse, or who was asked for above it, once for each verdict it gets."""
        harmed = {"innocent": REVIEW, "broadcast": HIGH}
        for account, verdict in by_night[-1].items():
            known = labels.get(account, {})
            if harmed.get(known.get("label"), len(VERDICTS)) <= verdict and verdict not in [n.get(account) for n in by_night[:-1]]:
                pages = lab.folder / "explained"
                pages.mkdir(exist_ok=True)
                text = lab.run("explain", account, "--run", run)
                (pages / f"{known['persona']}-{self.name}-{account}-{date}-{VERDICTS[verdict]}.txt").write_text(text)


class Nights:
    """All measured worlds: who is innocent, who an abuser, and the verdict of each on each night; -1 where no run saw it."""

    def __init__(self, months):
        self.all, self.dates = Accounts(months), months[0].dates
        self.world = numpy.array([m.name for m in months for _ in m.rows])
        self.began = numpy.array([r["first_abusive_at"] for m in months for r in m.rows])
        digits = [[-1 if c == UNSEEN else int(c) for c in r["nights"]] for m in months for r in m.rows]
        self.verdict = numpy.array(digits, numpy.int8)


def front(lab, months, nights, seconds):
    print("# Months of simulated worlds\n\n**SIMULATED:** nobody ever sent any of it; none of these numbers says anything about a service.\n")
    print(f"{lab.about('months.py')}; {seconds:.0f} s.\n")
    a, args = nights.all, lab.args
    print(f"{len(months)} worlds of {args.accounts} ordinary people and {args.days} days: {int(a.innocent.sum())} innocents "
          f"({int((a.innocent & (a.persona == 'ordinary')).sum())} ordinary) and {int(a.abuse.sum())} abusers in a run. The unit is the "
          f"account-month: the worst of {len(nights.dates)} nights, those that end on {', '.join(nights.dates)}"
          f"{'' if args.every == 1 else '; nights between were not looked at'}. Each compares with the profile of a world of seed {args.seed} "
          f"that ended before.\n")
    print("| seed | difficulty | region | messages | drawn in s | scanned in s | innocents | watch or worse | review or worse | of them no "
          "protest organizer | abuse_high or worse |\n|---|---|---|---|---|---|---|---|---|---|---|")
    for m in months:
        own = a.innocent & (nights.world == m.name)
        at = lambda v, who=True: int((own & (v <= a.verdict) & who).sum())
        print(f"| {m.name[1:]} | {m.difficulty} | {m.region} | {m.messages} | {m.drawn:.0f} | {m.scanned:.0f} | {int(own.sum())} | {at(1)} | "
              f"{at(REVIEW)} | {at(REVIEW, a.persona != 'protest_organizer')} | {at(HIGH)} |")


def by_night(nights, args):
    """How many are flagged on each night, and how many more in the month than on its last night."""
    innocent, abuse = nights.all.innocent, nights.all.abuse
    print("\n## Night by night\n\nAccounts at that verdict or worse; an account counts on each night that it is there.\n")
    print("| night that ends on | days of log | innocents seen | review | abuse_high | bound | abusers seen | review | abuse_high |")
    print("|---|---|---|---|---|---|---|---|---|")
    end = datetime.date.fromisoformat(NIGHT)
    for column, date in enumerate(nights.dates):
        v, cells = nights.verdict[:, column], []
        for who in (innocent, abuse):
            at = lambda least: int((who & (least <= v)).sum())
            cells += [at(0), at(REVIEW), at(HIGH)] + ([f"{upper(at(HIGH), at(0)):.2g}"] if who is innocent else [])
        days = args.days - (end - datetime.date.fromisoformat(date)).days
        print(f"| {date} | {days} | " + " | ".join(map(str, cells)) + " |")
    if args.every < 7:
        weekly = nights.verdict[:, ::-1][:, range(0, len(nights.dates), max(1, 7 // args.every))].max(axis=1)
        print(f"\nOf what all {len(nights.dates)} nights found, so much had been found by every {max(1, 7 // args.every) * args.every}th night alone:\n")
        print("| who | review or worse | abuse_high or worse |\n|---|---|---|")
        for title, who in (("innocents", innocent), ("abusers", abuse)):
            cells = [f"{int((who & (least <= weekly)).sum())} of {int((who & (least <= nights.all.verdict)).sum())}" for least in (REVIEW, HIGH)]
            print(f"| {title} | " + " | ".join(cells) + " |")


def first_night(nights, args):
    """How soon abusers are at review, from their first abusive act."""
    a = nights.all
    ends = [datetime.datetime.fromisoformat(date + "T00:00:00+00:00") for date in nights.dates]
    counted = f"the {'nights' if args.every == 1 else f'nights {args.every} days apart'} that were looked at"
    print(f"\n## First night at review\n\nNights are counted among {counted}, the first being the one that ends next after the first abusive act in the "
          "log, which may lie in the week of history. Days run from the first act to the end of the night, over all accounts "
          "(never: half or more were not found).\n")
    print("| adversary | " + " | ".join(f"{d}: on the first | in the month | days, median" for d in ("plain", "adaptive")) + " |\n|---|---|---|---|---|---|---|")
    days, first = numpy.full(len(a.abuse), numpy.inf), numpy.zeros(len(a.abuse), bool)
    for i in numpy.flatnonzero(a.abuse):
        began = datetime.datetime.fromisoformat(nights.began[i].replace("Z", "+00:00"))
        after = [n for n, end in enumerate(ends) if began < end]
        found = [n for n in after if REVIEW <= nights.verdict[i, n]]
        if found:
            days[i], first[i] = (ends[found[0]] - began).total_seconds() / 86_400, found[0] == after[0]
    for name in ["all", *sorted(set(a.adversary[a.abuse]))]:
        cells = []
        for difficulty in ("plain", "adaptive"):
            of = a.abuse & (a.difficulty == difficulty) & ((a.adversary == name) | (name == "all"))
            # Of an even number the later of the two in the middle.
            middle = numpy.sort(days[of])[of.sum() // 2] if of.any() else numpy.inf
            cells += [share(first[of]), share(numpy.isfinite(days[of])), f"{middle:.1f}" if numpy.isfinite(middle) else "never"]
        print(f"| {name} | " + " | ".join(cells) + " |")


def main():
    parser = options(__doc__, worlds=8, accounts=20_000, days=37, seed=201)
    parser.add_argument("--every", type=int, default=7, help="days between the nights that are looked at")
    parser.add_argument("--skip", type=int, default=0, help="worlds at the beginning that are left to another process with the same "
                        "FOLDER, which has begun before and whose --worlds is no larger")
    parser.add_argument("--drawn", action="store_true", help="with --again: tell of those worlds only that are in FOLDER already")
    args = parser.parse_args()
    if args.worlds <= args.skip:
        parser.error("--skip leaves no world")
    begun, lab = time.perf_counter(), Lab(args)
    compared = lab.profile()
    months = []
    for i in range(args.skip, args.worlds):
        if args.drawn and not (lab.folder / f"w{args.seed + 1 + i}.json").exists():
            continue
        months.append(Month(lab, args.seed + 1 + i, *KINDS[i % len(KINDS)], compared))
    nights = Nights(months)
    front(lab, months, nights, time.perf_counter() - begun)
    by_night(nights, args)
    innocents(nights.all)
    detection(nights.all)
    first_night(nights, args)


if __name__ == "__main__":
    main()
