"""Small, nasty, seeded message logs: ties, duplicates and gaps that sit exactly on the contract's boundaries.

    python random_logs.py --seed 7 --rows 700 --out logs/7

Writes messages.csv and messages.parquet, the side tables as CSV, and params.json with the window to use.
A few cases that the contract can be read two ways are only made when named with --also.
"""

import argparse
import csv
import datetime
import json
import pathlib
import random

import duckdb

SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
EDGES = [15 * SECOND, MINUTE, 10 * MINUTE, HOUR, 6 * HOUR, DAY, 3 * DAY, 90 * DAY]
EPOCH = datetime.datetime(1970, 1, 1)
AS_OF = (datetime.datetime(2024, 5, 15) - EPOCH) // datetime.timedelta(microseconds=1)

COLUMNS = ["ts", "sender", "recipient", "msg_id", "chat", "kind", "size", "content", "typing_ms",
           "recipient_knows_sender", "status"]
PARQUET_TYPES = {"ts": "TIMESTAMP", "size": "BIGINT", "typing_ms": "BIGINT", "recipient_knows_sender": "BOOLEAN"}
GROUP_CHATS = {"group", "community", "channel"}
# One token needs quoting in CSV: tokens are opaque strings.
PEOPLE = [f"a{i}" for i in range(9)] + ['odd "x", y']
GROUPS = ["g0", "g1", "g2", "g3"]

# chat: copies of one event that disagree on chat (which is the smallest?)
# list-content: rows of one list action that disagree on content (one per action, or each its own?)
# straddle: an account whose only events in the window belong to an action before it (has it acted?)
# early-join: a group joined before the window and posted to in it
ALSO = ["chat", "list-content", "straddle", "early-join"]


def stamp(us):
    return (EPOCH + datetime.timedelta(microseconds=us)).isoformat(timespec="microseconds") + "Z"


class Log:
    def __init__(self, seed, also=()):
        self.rng = random.Random(seed)
        self.seed, self.also = seed, set(also)
        self.as_of = AS_OF
        self.defaults = seed % 4 == 0
        days = 30 if self.defaults else self.rng.choice([7, 30, 40])
        self.start = self.as_of - days * DAY
        if seed % 4 == 3:
            self.start += 6 * HOUR + 30 * MINUTE + 1
        # How far the files reach back decides what is censored, and whether rows precede the log.
        self.oldest = self.start - self.rng.choice([20, 80, 88, 90, 100, 130]) * DAY
        self.log_start = self.start - 84 * DAY if seed % 3 == 1 and not self.defaults else None
        self.messages, self.registrations, self.group_events, self.feedback, self.accounts = [], [], [], [], []
        self.next_id = 0

    # ------------------------------------------------------------------------------------------ cells

    def some_ts(self):
        r = self.rng
        edge = r.random()
        if edge < 0.12:
            about = [self.start, self.as_of, self.start - 90 * DAY, self.as_of - 3 * DAY, self.as_of - HOUR,
                     self.as_of - 6 * HOUR, self.as_of - DAY, (self.log_start or self.oldest) + 90 * DAY]
            return r.choice(about) + r.choice([-1, 0, 1])
        if edge < 0.75:
            return r.randrange(self.start, self.as_of)
        return r.randrange(self.oldest, self.as_of + 2 * HOUR)

    def new_id(self, sender):
        r = self.rng
        if r.random() < 0.15:
            return None
        if r.random() < 0.15:
            used = [m["msg_id"] for m in self.messages if m["sender"] == sender and m["msg_id"]]
            if used:
                return r.choice(used)
        self.next_id += 1
        return f"m{self.next_id}"

    def cells(self):
        r = self.rng
        return dict(
            kind=r.choice([None, "text", "text", "image", "reaction"] if r.random() < 0.2 else [None, "text"]),
            size=r.choice([None, 0, 5, 5, 17, 1024, 70_001]),
            content=r.choice([None, "c0", "c1", "c1", "c2"]),
            typing_ms=r.choice([None, 0, 0, 1, 2500]),
            recipient_knows_sender=r.choice([None, False, False, True]),
            status=r.choice([None, "sent", "delivered", "read", "read", "attempted", "failed"]),
        )

    def emit(self, ts, sender, recipient=None, chat="any", **given):
        r = self.rng
        if chat == "any":
            chat = r.choices([None, "direct", "list", "group", "community", "channel"], [20, 45, 7, 15, 8, 5])[0]
            if recipient is not None and (recipient in GROUPS) != (chat in GROUP_CHATS):
                chat = "group" if recipient in GROUPS else "direct"
        if recipient is None:
            recipient = r.choice(GROUPS if chat in GROUP_CHATS else PEOPLE)
        row = dict(ts=ts, sender=sender, recipient=recipient, chat=chat, **{"msg_id": self.new_id(sender), **self.cells(), **given})
        self.messages.append(row)
        return row

    # ------------------------------------------------------------------------------------------ scenes

    def by_people(self):
        """The rows of the crowd: the staged accounts keep the exact times they were given."""
        return [m for m in self.messages if m["sender"] in PEOPLE]

    def echo(self):
        """A row at an exact distance from an earlier one, in the same, the opposite or another pair."""
        r = self.rng
        old = r.choice(self.by_people())
        ts = old["ts"] + r.choice([0, 0, 1, 1, 1, -1]) * r.choice(EDGES) + r.choice([-1, 0, 0, 0, 1])
        way = r.random()
        if way < 0.35:
            self.emit(ts, old["sender"], old["recipient"])
        elif way < 0.75 and old["recipient"] in PEOPLE:
            self.emit(ts, old["recipient"], old["sender"], chat=r.choice([None, "direct", "direct", "list"]))
        else:
            self.emit(ts, old["sender"])

    def copy(self):
        """A second copy of a row, which may differ in every column that is not its key."""
        r = self.rng
        row = dict(r.choice(self.by_people()))
        if r.random() < 0.5:
            row["ts"] += r.choice([-1, 1, 1]) * r.choice([1, SECOND, *EDGES])
        for name, value in self.cells().items():
            if r.random() < 0.35:
                row[name] = value
        if "list-content" not in self.also and row["chat"] == "list":
            row["content"] = self.list_content(row)
        if r.random() < 0.1:
            row["chat"] = "channel"
        elif "chat" in self.also and r.random() < 0.3:
            row["chat"] = r.choice([None, "direct", "list"] if row["recipient"] in PEOPLE else ["group", "community"])
        self.messages.append(row)

    def list_content(self, row):
        """One content for all rows of a list send, unless the rows are asked to disagree."""
        return [None, "c0", "c1", "c2"][sum(map(ord, row["msg_id"] or row["sender"])) % 4]

    def list_send(self):
        """One send to a list: rows of one id, spread in time (also over the start of the window), or of one time."""
        r = self.rng
        sender = r.choice(PEOPLE)
        ts = self.start + r.choice([-1, 0, 1]) if r.random() < 0.3 else self.some_ts()
        msg_id = self.new_id(sender)
        for recipient in r.sample(PEOPLE, r.randint(1, 5)):
            row = self.emit(ts, sender, recipient, chat="list", msg_id=msg_id)
            if msg_id is not None:
                ts += r.choice([0, 1, SECOND, HOUR])
            elif r.random() < 0.2:
                ts += 1
            if r.random() < 0.1 and msg_id is not None:
                self.emit(row["ts"] + r.choice([-1, 0, 1]), sender, chat="direct", msg_id=msg_id)

    def burst(self, account, n, span):
        """n actions within exactly `span`, and registrations at telling distances before (or just after) the first."""
        r = self.rng
        first = r.randrange(self.start + DAY, self.as_of - DAY)
        chat = r.choice(["direct", "group", "list"])
        for i in range(n):
            self.next_id += 1
            target = PEOPLE[i % len(PEOPLE)] if chat != "group" else GROUPS[i % len(GROUPS)]
            row = self.emit(first + i * span // (n - 1), account, target, chat=chat, msg_id=f"m{self.next_id}", kind="text")
            if i % 10 == 0:
                self.messages.append(dict(row))
        registered = [first - r.choice([0, 1, 299 * SECOND, 300 * SECOND, 300 * SECOND + 1, 2 * DAY])]
        if r.random() < 0.4:
            registered.append(first + r.choice([1, SECOND, DAY]))
        if account == "burst0" or r.random() < 0.3:
            registered.append(registered[0] - DAY)
        r.shuffle(registered)
        kinds = [None, "consumer", "business_app"] if account == "burst0" else ["business_api"]
        self.account(account, registered[0], r.choice(kinds))
        self.registrations += [dict(ts=ts, account=account) for ts in registered[1:]]

    def account(self, account, registered_at, kind=None):
        self.accounts.append(dict(account=account, registered_at=registered_at, kind=kind))

    def quiet_ones(self):
        """Accounts of a single event, or without messages at all."""
        r, mid = self.rng, (self.start + self.as_of) // 2
        self.emit(mid, "solo-sent", "a0", chat="direct", kind="text", status="sent")
        self.emit(mid, "solo-self", "solo-self", chat=None, kind=None)
        self.emit(mid, "solo-try", "a1", chat="direct", kind=None, status="attempted")
        self.emit(self.start, "solo-list", "a1", chat="list", kind=None)
        self.emit(mid, "only-channel", "g0", chat="channel")
        self.emit(mid, "only-reaction", "a2", chat="direct", kind="reaction")
        self.emit(self.as_of - DAY, "solo-last-day", "a3", chat="direct", kind="text")
        for _ in range(4):
            self.emit(mid, "tied", r.choice(PEOPLE), chat="direct", kind="text", msg_id=None, size=0)
        for i in range(40):
            day = r.randrange(3, 7) * DAY
            self.emit(self.as_of - day + i % 24 * HOUR + r.randrange(HOUR), "steady", r.choice(PEOPLE), chat="direct", kind="text")
        if "straddle" in self.also:
            for ts, recipient in ((self.start - 1, "a0"), (self.start, "a1")):
                self.emit(ts, "straddler", recipient, chat="list", msg_id="s1", kind=None)
        for i, ts in enumerate([self.start - 1, self.start, self.as_of - 1, self.as_of]):
            self.account(f"signed-up{i}", ts)
            self.registrations.append(dict(ts=ts, account=f"signed-again{i}"))
            self.group_events.append(dict(ts=ts, actor=f"grouper{i}", group="g0", kind=r.choice(["create", "add", "remove", "leave"]), target="a0"))
            for kind in ("report", "block", "optout"):
                self.feedback.append(dict(ts=ts, reporter="a0", reported=f"{kind}ed{i}", kind=kind, reported_initiated=r.choice([None, True, False])))

    def staged(self):
        """For every boundary, pairs of sends at the distance itself and a microsecond to either side of it."""
        r, fresh = self.rng, 0
        plain = dict(chat="direct", kind="text", msg_id=None, status="sent")

        def stranger():
            nonlocal fresh
            fresh += 1
            return f"p{fresh}"

        for off in (-1, 0, 1):
            for width in (15 * SECOND, MINUTE, HOUR, DAY):
                account, ts = f"gap{width // SECOND}s{off:+d}", r.randrange(self.start, self.as_of - 2 * DAY)
                self.emit(ts, account, stranger(), **plain)
                self.emit(ts + width + off, account, stranger(), **plain)
                if width == DAY:
                    self.emit(ts, account, "g0", **{**plain, "chat": "group"})
                    self.emit(ts + width + off, account, "g1", **{**plain, "chat": "community"})
            for horizon in (HOUR, 6 * HOUR, DAY, 3 * DAY):
                if not (self.defaults and self.seed % 8 == 0):
                    self.emit(self.as_of - horizon + off, "late", stranger(), **plain)
                ts, friend = r.randrange(self.start, self.as_of - 6 * DAY), stranger()
                self.emit(ts, "answered", friend, **plain)
                self.emit(ts + horizon + off, friend, "answered", **plain)
            for way in ("out", "in"):
                ts, friend = r.randrange(self.start + 1, self.as_of - DAY), stranger()
                ends = ("known", friend) if way == "out" else (friend, "known")
                self.emit(ts - 90 * DAY + off, *ends, **plain)
                self.emit(ts, "known", friend, **plain)
            ts, friend = r.randrange(self.start + 1, self.as_of - DAY), stranger()
            self.emit(ts, "met", friend, **{**plain, "recipient_knows_sender": False})
            self.emit(ts + off, friend, "met", **plain)
            friend = stranger()
            self.emit(self.start - 90 * DAY + off, "log-edge", friend, **plain)
            self.emit(self.start, "log-edge", friend, **plain)
            ts = (self.log_start or self.oldest) + 90 * DAY + off
            self.emit(ts, "censored", stranger(), **plain)

        for answers in ((True, False), (False, None), (None, None), (True, None)):
            ts, friend = r.randrange(self.start, self.as_of - DAY), stranger()
            for knows in answers:
                self.emit(ts, "half-known", friend, **{**plain, "recipient_knows_sender": knows})

    def joins(self):
        """Joins by link at telling distances from a post to the same group."""
        r = self.rng
        posts = [m for m in self.messages if m["chat"] in ("group", "community") and m["kind"] != "reaction"]
        for post in r.sample(posts, min(25, len(posts))):
            ts = post["ts"] - r.choice([0, 5 * MINUTE, 10 * MINUTE, 10 * MINUTE, 10 * MINUTE + 1, -1])
            early = ts < self.start <= ts + 11 * MINUTE
            if not early or "early-join" in self.also:
                kind = r.choice(["join_link", "join_link", "join_link", "add"])
                self.group_events.append(dict(ts=ts, actor=post["sender"], group=post["recipient"], kind=kind, target=None))

    def build(self, rows):
        r = self.rng
        self.quiet_ones()
        self.burst("burst0", 100, 15 * SECOND + self.seed % 2)
        self.burst("burst1", r.choice([99, 100, 101]), 15 * SECOND + r.randrange(2))
        self.staged()
        for _ in range(3):
            self.emit(self.some_ts(), r.choice(PEOPLE))
        while len(self.messages) < rows:
            scene = r.random()
            if scene < 0.30:
                self.emit(self.some_ts(), r.choice(PEOPLE))
            elif scene < 0.72:
                self.echo()
            elif scene < 0.86:
                self.list_send()
            else:
                self.copy()
        for account in PEOPLE[:6]:
            self.account(account, r.choice([None, self.start - 400 * DAY, self.some_ts()]), r.choice([None, "consumer", "business_api"]))
        self.joins()
        self.settle()
        r.shuffle(self.messages)

    def settle(self):
        """Keeps the log free of the cases that --also did not ask for."""
        chats, list_senders = {}, set()
        for m in self.messages:
            key = (m["sender"], m["msg_id"], m["recipient"])
            if m["msg_id"] is not None and m["chat"] != "channel" and "chat" not in self.also:
                known = chats.setdefault(key, m["chat"] or "direct")
                m["chat"] = self.rng.choice([None, "direct"]) if known == "direct" else known
            if m["chat"] == "list":
                list_senders.add(m["sender"])
                if "list-content" not in self.also:
                    m["content"] = self.list_content(m)
        # Echoes and copies may not reach further back than the files do; one row marks where that is.
        self.messages = [m for m in self.messages if m["ts"] >= self.oldest]
        self.emit(self.oldest, "a0", "a1", chat="direct", kind="text")
        # A list sender has acted in the window beyond doubt.
        for sender in sorted(list_senders - {"straddler"}):
            self.emit(self.rng.randrange(self.start, self.as_of - DAY), sender, self.rng.choice(PEOPLE), chat="direct", msg_id=None, kind="text")
        if self.defaults:
            # The window then follows from the newest row, which lies in the last day before as_of.
            self.messages = [m for m in self.messages if m["ts"] < self.as_of]
            if self.seed % 8 == 0:
                self.messages = [m for m in self.messages if m["ts"] <= self.as_of - DAY]

    # ------------------------------------------------------------------------------------------ files

    def write(self, out, drop=()):
        out.mkdir(parents=True, exist_ok=True)
        columns = [c for c in COLUMNS if c not in drop]
        write_csv(out / "messages.csv", columns, self.messages)
        cells = ", ".join(f'CAST("{c}" AS {PARQUET_TYPES.get(c, "VARCHAR")}) AS "{c}"' for c in columns)
        duckdb.connect().execute(
            f"COPY (SELECT {cells} FROM read_csv($source, header = true, all_varchar = true, delim = ',', quote = '\"', "
            f"escape = '\"', nullstr = '')) TO '{out / 'messages.parquet'}' (FORMAT parquet)",
            {"source": str(out / "messages.csv")})
        # Some logs come without their side tables: without group events the joins are absent, not 0.
        if self.seed % 9 != 0:
            write_csv(out / "accounts.csv", ["account", "registered_at", "kind"], self.accounts)
            write_csv(out / "registrations.csv", ["ts", "account"], self.registrations)
        if self.seed % 5 != 0:
            write_csv(out / "group_events.csv", ["ts", "actor", "group", "kind", "target"], self.group_events)
            write_csv(out / "feedback.csv", ["ts", "reporter", "reported", "kind", "reported_initiated"], self.feedback)
        window = {} if self.defaults else {"from": stamp(self.start), "to": stamp(self.as_of)}
        if self.log_start is not None:
            window["log_start"] = stamp(self.log_start)
        (out / "params.json").write_text(json.dumps(window, indent=1) + "\n")


def write_csv(path, columns, rows):
    with open(path, "w", newline="", encoding="utf-8") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([cell_text(name, row[name]) for name in columns])


def cell_text(name, value):
    if value is None:
        return ""
    if name in ("ts", "registered_at"):
        return stamp(value)
    return str(value).lower() if isinstance(value, bool) else value


def inputs(folder, messages):
    """What a generated folder hands in: table -> file, and the window's settings."""
    files = {"messages": folder / messages}
    for table in ("accounts", "registrations", "group_events", "feedback"):
        if (folder / f"{table}.csv").exists():
            files[table] = folder / f"{table}.csv"
    return files, json.loads((folder / "params.json").read_text())


def generate(seed, rows, out, also=()):
    log = Log(seed, also)
    log.build(rows)
    # Some logs lack optional columns; the entries that read them are then absent.
    drop = log.rng.sample(["size", "content", "typing_ms", "recipient_knows_sender"], 2) if seed % 7 == 5 else []
    log.write(pathlib.Path(out), drop)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--seed", type=int, required=True)
    p.add_argument("--rows", type=int, default=700)
    p.add_argument("--out", required=True)
    p.add_argument("--also", action="append", choices=ALSO, default=[])
    args = p.parse_args()
    generate(args.seed, args.rows, args.out, args.also)


if __name__ == "__main__":
    main()
