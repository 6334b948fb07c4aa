"""The contract a third time, as plain loops over a handful of rows: slow, and meant to be read beside contract.md.

It shares no code with contract.sql or its driver, not even the reading of files, so that an error in the
oracle shows as a disagreement between the two (see selftest.py).
"""

import csv
import datetime
import json
import math
from collections import Counter, defaultdict

S = 1_000_000
H = 3600 * S
DAY = 24 * H
STATUSES = ["attempted", "failed", "sent", "delivered", "read"]


def us(text):
    when = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    since = when - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86400 + since.seconds) * S + since.microseconds


def rows_of(path):
    if not path.exists():
        return []
    with open(path, newline="", encoding="utf-8") as f:
        return [{k: (v if v != "" else None) for k, v in row.items()} for row in csv.DictReader(f)]


def smallest(values):
    return min((v for v in values if v is not None), default=None)


def share(part, whole):
    return part / whole if whole else None


def largest_window(times, width, measure=len):
    """max over i of measure({j : 0 <= t_j - t_i <= width})"""
    return max((measure([j for j in range(len(times)) if 0 <= times[j] - t <= width]) for t in times), default=0)


def deviation(values):
    mean = sum(values) / len(values)
    return math.sqrt(sum((v - mean) ** 2 for v in values) / len(values)), mean


class Reference:
    def __init__(self, folder):
        raw = rows_of(folder / "messages.csv")
        params = json.loads((folder / "params.json").read_text())
        self.columns = set(raw[0])
        for m in raw:
            m["ts"] = us(m["ts"])
            m["size"] = int(m["size"]) if m.get("size") else None
            m["typing_ms"] = int(m["typing_ms"]) if m.get("typing_ms") else None
            m["content"] = m.get("content")
            m["rks"] = {"true": True, "false": False}.get(m.get("recipient_knows_sender"))
        self.as_of = us(params["to"]) if "to" in params else (max(m["ts"] for m in raw) // DAY + 1) * DAY
        self.start = us(params["from"]) if "from" in params else self.as_of - 30 * DAY
        self.lookback = 90 * DAY
        self.log_start = us(params["log_start"]) if "log_start" in params else min(m["ts"] for m in raw)
        self.make_events(raw)
        self.make_actions()
        self.contacts = [e for e in self.events if e["chat"] in ("direct", "list") and e["sender"] != e["recipient"]
                         and e["status"] in (None, "sent", "delivered", "read")]
        self.between = defaultdict(list)
        for c in self.contacts:
            self.between[c["sender"], c["recipient"]].append(c)
        self.accounts = rows_of(folder / "accounts.csv")
        self.registrations = rows_of(folder / "registrations.csv")
        self.has_group_events = (folder / "group_events.csv").exists()
        self.group_events = rows_of(folder / "group_events.csv")
        self.feedback = rows_of(folder / "feedback.csv")

    def within(self, ts):
        return self.start <= ts < self.as_of

    def make_events(self, raw):
        copies, self.events = defaultdict(list), []
        for m in raw:
            if not self.start - self.lookback <= m["ts"] < self.as_of:
                continue
            if m["chat"] == "channel" or m["kind"] == "reaction":
                continue
            key = (m["sender"], m["msg_id"], m["recipient"]) if m["msg_id"] else (object(),)
            copies[key].append(m)
        for group in copies.values():
            known = [m["status"] for m in group if m["status"]]
            knows = [m["rks"] for m in group if m["rks"] is not None]
            self.events.append(dict(
                sender=group[0]["sender"], recipient=group[0]["recipient"], msg_id=group[0]["msg_id"],
                ts=min(m["ts"] for m in group),
                chat=smallest(m["chat"] for m in group) or "direct",
                size=smallest(m["size"] for m in group),
                content=smallest(m["content"] for m in group),
                typing_ms=smallest(m["typing_ms"] for m in group),
                status=max(known, key=STATUSES.index) if known else None,
                rks=any(knows) if knows else None))

    def make_actions(self):
        folded, self.actions = defaultdict(list), []
        for e in self.events:
            if e["chat"] != "list":
                folded[object()].append(e)
            elif e["msg_id"]:
                folded["id", e["sender"], e["msg_id"]].append(e)
            else:
                folded["ts", e["sender"], e["ts"]].append(e)
        for group in folded.values():
            action = dict(sender=group[0]["sender"], chat=group[0]["chat"], ts=min(e["ts"] for e in group),
                          size=smallest(e["size"] for e in group), content=smallest(e["content"] for e in group),
                          typing_ms=smallest(e["typing_ms"] for e in group))
            for e in group:
                e["action_content"] = action["content"]
            self.actions.append(action)

    def population(self):
        return ({a["sender"] for a in self.actions if self.within(a["ts"])}
                | {a["account"] for a in self.accounts if a["registered_at"] and self.within(us(a["registered_at"]))}
                | {r["account"] for r in self.registrations if self.within(us(r["ts"]))}
                | {g["actor"] for g in self.group_events if self.within(us(g["ts"]))}
                | {f["reported"] for f in self.feedback if f["kind"] in ("report", "block") and self.within(us(f["ts"]))})

    def features(self):
        return {account: self.account_features(account) for account in self.population()}

    def account_features(self, s):
        actions = sorted((a for a in self.actions if a["sender"] == s and self.within(a["ts"])), key=lambda a: a["ts"])
        sent = [c for c in self.contacts if c["sender"] == s and self.within(c["ts"])]
        out = {}
        out["actions_n"] = len(actions)
        out["events_n"] = sum(e["sender"] == s and self.within(e["ts"]) for e in self.events)
        out["direct_events_n"] = len(sent)
        out["direct_recipients_n"] = len({c["recipient"] for c in sent})
        times = [a["ts"] for a in actions]
        for name, width in (("15s", 15 * S), ("60s", 60 * S), ("1h", H), ("24h", DAY)):
            out[f"rate_max_{name}"] = largest_window(times, width)
        out["recipients_max_24h"] = largest_window(
            [c["ts"] for c in sent], DAY, lambda js: len({sent[j]["recipient"] for j in js}))
        self.outreach(s, sent, out)
        self.gaps(times, out)
        self.contents(s, actions, sent, out)
        received = [c for c in self.contacts if c["recipient"] == s and self.within(c["ts"])]
        out["received_n"] = len(received)
        out["received_senders_n"] = len({c["sender"] for c in received})
        out["in_out_ratio"] = share(len(received), len(sent))
        typed = [a["typing_ms"] for a in actions if a["chat"] == "direct" and a["typing_ms"] is not None]
        out["typing_n"] = len(typed)
        out["typing_zero_share"] = share(typed.count(0), len(typed))
        self.groups(s, out)
        out["burst100_15s_min_age_s"] = self.burst_age(s, times)
        for column, names in (("size", ["size_n", "size_cv"]), ("typing_ms", ["typing_n", "typing_zero_share"]),
                              ("content", ["content_n", "content_top_n", "content_top_share",
                                           "content_top_recipients_n", "content_top_groups_n"]),
                              ("recipient_knows_sender", ["rks_known_n", "strangers_n", "strangers_share"])):
            if column not in self.columns:
                out.update(dict.fromkeys(names))
        return out

    def outreach(self, s, sent, out):
        first = {}
        for c in sent:
            first[c["recipient"]] = min(first.get(c["recipient"], c["ts"]), c["ts"])
        new, censored, strangers, known = [], 0, 0, 0
        eligible = replied = new_eligible = unanswered = grey = 0
        by_horizon = {"1h": [0, 0], "6h": [0, 0], "24h": [0, 0]}
        for r, t0 in first.items():
            forth, back = self.between[s, r], self.between[r, s]
            is_new = not any(t0 - self.lookback <= c["ts"] < t0 for c in forth + back)
            at_t0 = [c["rks"] for c in forth if c["ts"] == t0]
            rks = True if True in at_t0 else False if False in at_t0 else None
            known += rks is not None
            if t0 + 72 * H < self.as_of:
                eligible += 1
                replied += any(t0 < c["ts"] <= t0 + 72 * H for c in back)
            for name, tally in by_horizon.items():
                horizon = int(name[:-1]) * H
                if t0 + horizon < self.as_of:
                    tally[0] += 1
                    tally[1] += any(t0 < c["ts"] <= t0 + horizon for c in back)
            if not is_new:
                continue
            new.append(t0)
            censored += t0 - self.lookback < self.log_start
            strangers += rks is False and not any(c["ts"] < t0 for c in back)
            if t0 + 72 * H < self.as_of:
                new_eligible += 1
                unanswered += not any(t0 < c["ts"] < self.as_of for c in back)
                grey += not any(c["status"] in ("delivered", "read") for c in forth)
        out.update(new_recipients_n=len(new), new_censored_n=censored, new_recipients_max_24h=largest_window(new, DAY),
                   rks_known_n=known, strangers_n=strangers if known else None, strangers_share=share(strangers, known),
                   reply_eligible_n=eligible, replied_n=replied, replied_share=share(replied, eligible),
                   new_eligible_n=new_eligible, new_unanswered_n=unanswered)
        for name, (elapsed, answered) in by_horizon.items():
            out[f"reply_eligible_n_{name}"] = elapsed
            out[f"replied_share_{name}"] = share(answered, elapsed)
        says_delivered = any(e["status"] in ("delivered", "read") for e in self.events)
        out["M15"] = share(grey, new_eligible) if says_delivered else None

    def gaps(self, times, out):
        gaps = [b - a for a, b in zip(times, times[1:])]
        n = len(gaps)
        out.update(iat_n=n, iat_median_s=None, iat_mean_s=None, iat_sd_s=None, iat_cv=None, iat_entropy_bits=None,
                   iat_mode_share=None)
        if n >= 1:
            ordered = sorted(gaps)
            out["iat_median_s"] = (ordered[n // 2] if n % 2 else (ordered[n // 2 - 1] + ordered[n // 2]) / 2) / S
            out["iat_mean_s"] = sum(gaps) / n / S
            bins = Counter((gap // S).bit_length() for gap in gaps)
            out["iat_entropy_bits"] = -sum(k / n * math.log2(k / n) for k in bins.values())
            out["iat_mode_share"] = max(Counter(gap // S for gap in gaps).values()) / n
        if n >= 2:
            sd, mean = deviation(gaps)
            out["iat_sd_s"] = sd / S
            out["iat_cv"] = sd / mean if mean else None
        by_hour = Counter(t // H % 24 for t in times)
        out["hours6_min_share"] = (
            min(sum(by_hour[(start + k) % 24] for k in range(6)) for start in range(24)) / len(times) if times else None)

    def contents(self, s, actions, sent, out):
        sizes = [a["size"] for a in actions if a["size"] is not None]
        out["size_n"], out["size_cv"] = len(sizes), None
        if len(sizes) >= 2:
            sd, mean = deviation(sizes)
            out["size_cv"] = sd / mean if mean else None
        clusters = Counter(a["content"] for a in actions if a["content"] is not None)
        top = max(clusters.values(), default=0)
        out["content_n"] = sum(clusters.values())
        out["content_top_n"] = top
        out["content_top_share"] = share(top, out["content_n"])
        out["content_top_recipients_n"] = max(
            (len({c["recipient"] for c in sent if c["action_content"] == content})
             for content, n in clusters.items() if n == top), default=0)

    def groups(self, s, out):
        posts = [e for e in self.events if e["sender"] == s and e["chat"] in ("group", "community") and self.within(e["ts"])]
        out["groups_n"] = len({p["recipient"] for p in posts})
        out["groups_max_24h"] = largest_window(
            [p["ts"] for p in posts], DAY, lambda js: len({posts[j]["recipient"] for j in js}))
        out["content_top_groups_n"] = max(
            (len({p["recipient"] for p in posts if p["content"] == content})
             for content in {p["content"] for p in posts} - {None}), default=0)
        joined = set()
        for g in self.group_events:
            if g["kind"] == "join_link" and g["actor"] == s:
                if any(p["recipient"] == g["group"] and 0 <= p["ts"] - us(g["ts"]) <= 600 * S for p in posts):
                    joined.add(g["group"])
        out["join_post_10min_n"] = len(joined) if self.has_group_events else None

    def burst_age(self, s, times):
        if any(a["account"] == s and a["kind"] == "business_api" for a in self.accounts):
            return None
        registered = [us(a["registered_at"]) for a in self.accounts if a["account"] == s and a["registered_at"]]
        registered += [us(r["ts"]) for r in self.registrations if r["account"] == s]
        ages = []
        for i in range(len(times) - 99):
            if times[i + 99] - times[i] <= 15 * S:
                before = [ts for ts in registered if ts <= times[i]]
                if before:
                    ages.append((times[i] - max(before)) / S)
        return min(ages, default=None)
