# %% [markdown]
# # 1. The scoring, reproduced by independent arithmetic
#
# The program writes for each account what it *measured* (`features.parquet`) and what it *concluded*
# (`scores.parquet`, `reasons.ndjson`). This notebook goes from the first to the second with arithmetic of its own and
# compares every account of these runs:
#
# - **real**: the shipped mail log (`data/spamassassin`), no profile of earlier nights;
# - **simulated night**: one night in which every verdict occurs (`data/scenarios/mixed_night`), with a profile of earlier
#   simulated nights;
# - **other scenarios**: all other simulated scenarios, so that as many rules as possible fire somewhere.
#
# From the cards (`bulkwatch catalog --json`) come all numbers: limits, sides, ramps, points, group caps, the weights of
# the graded background, and which minimum of evidence a feature asks for. From the policy file come thresholds and
# limits that differ. From `RULES.md` come the conditions, re-implemented below **for all rules**: no hit that the
# program recorded is used, except to compare with at the end. Not re-derived: the features themselves (another
# computation of them, in SQL, is `tests/oracle`).

# %%
import json
import math
import tomllib
from collections import Counter
from datetime import date

import polars as pl

from figures import BLUE, GREEN, INK, ORANGE, figure, show, table
from study import LADDER, ROOT, bulkwatch, demo, population, scenario

runs = demo()
cards = json.loads(bulkwatch("catalog", "--json"))
features = {c["name"]: c for c in cards if c["kind"] == "feature"}
rules = {c["code"]: c for c in cards if c["kind"] == "rule"}
limits = {limit["key"]: limit for rule in rules.values() for limit in rule["limits"]}
background = {c["sub_score"]: c for c in cards if c["kind"] == "background"}
policy = tomllib.loads((ROOT / "data/policy/whatsapp.toml").read_text())
SUB_SCORES = ["automation", "broadcast", "unsolicited"]
print(f"{len(features)} feature cards, {len(rules)} rule cards, {len(limits)} limits")

# %% [markdown]
# ## One account as the rules see it
#
# A value may be used by a rule if it is present and the feature named as its *evidence* reaches the minimum on the card.
# A limit with a population quantile is a floor: where a profile of earlier nights knows the quantile, the larger of the
# two is the threshold; where not, the hit is *unsound* and can lift nothing above `watch`.

# %%
LEVELS = runs["earlier-simulated"].json("population")["levels"]


class Account:
    """One row of features.parquet, with the limits in force and the profile of earlier nights."""

    def __init__(self, row, overrides, profile):
        self.row, self.overrides, self.profile = row, overrides, profile
        self.why_absent = dict(zip(features, row["absent"]))
        self.api = bool(row["lifecycle_api_flag"])

    def plain(self, name):
        """A value whatever its evidence."""
        return self.row[name]

    def absent(self, name):
        """Why a rule may not use a value: a letter, or nothing if it may."""
        evidence = features[name]["evidence"]
        if evidence:
            base, least = evidence.split(" >= ")
            if self.row[base] is None:
                return self.why_absent[base]
            if self.row[base] < float(least):
                return "n"
        return None if self.row[name] is not None else self.why_absent[name]

    def value(self, name):
        """A value with the evidence its card asks for."""
        return self.row[name] if self.absent(name) is None else None

    def at_least(self, name, least):
        value = self.value(name)
        return value is not None and least <= value

    def limit(self, key):
        return self.overrides.get(key, limits[key]["default"])

    def quantile(self, name, level):
        """A quantile of earlier nights; none where fewer than one account would lie above it."""
        known = self.profile and self.profile["features"].get(name)
        if not known or known["n"] * (1 - level) < 1 - 1e-9:
            return None
        high = next(i for i, l in enumerate(LEVELS) if level <= l)
        part = (level - LEVELS[high - 1]) / (LEVELS[high] - LEVELS[high - 1])
        return known["q"][high - 1] + part * (known["q"][high] - known["q"][high - 1])

    def check(self, key, on=None):
        """What a limit says of the account, if its feature is beyond it."""
        card = limits[key]
        name = on or card["feature"]
        observed, floor = self.value(name), self.limit(key)
        if observed is None or not beyond(card["sense"], observed, floor):
            return None
        threshold, sound = floor, True
        if card["population"] is not None:
            quantile = self.quantile(name, card["population"])
            sound = quantile is not None
            threshold = max(floor, quantile) if sound else floor
        if not beyond(card["sense"], observed, threshold):
            return None
        evidence = features[name]["evidence"]
        return {
            "key": key, "feature": name, "observed": observed, "threshold": threshold, "sound": sound,
            "ramp": ramp(card, observed, threshold),
            "n": self.plain(evidence.split(" >= ")[0]) if evidence else None,
        }


def beyond(sense, value, limit):
    return {"over": limit < value, "at_least": limit <= value, "below": value < limit, "at_most": value <= limit}[sense]


def ramp(card, value, limit):
    """0 at the limit, 1 where the card says full; counts are straight in ln(1 + n)."""
    default, full = card["default"], card["full"]
    across = default == 0 or limit == 0 or default * full < 0
    full = limit + full - default if across else full * limit / default
    if card["sense"] in ("over", "at_least") and 1 < full:
        top, bottom = math.log1p(max(value, 0)) - math.log1p(limit), math.log1p(full) - math.log1p(limit)
    else:
        top, bottom = value - limit, full - limit
    if bottom == 0:
        return 1.0 if top >= 0 else 0.0
    return min(max(top / bottom, 0.0), 1.0)


# %% [markdown]
# ## The conditions of all rules
#
# Most rules need each of their limits; the first leads, and a hit exactly on its limit has half strength. `lasts` is the
# card's *above watch*: what it takes to lift a verdict. The rest is spelled out.

# %%
def hit(evidence, lasts=True, at_limit=0.5, ramp=None):
    """A hit on what was found; none if any of it is missing."""
    if not evidence or None in evidence:
        return None
    ramp = evidence[0]["ramp"] if ramp is None else ramp
    return {"evidence": evidence, "lasts": lasts, "strength": at_limit + (1 - at_limit) * ramp}


def each(*keys, lasts=lambda a: True):
    return lambda a: hit([a.check(key) for key in keys], lasts(a))


def any_of(found, lasts=True, at_limit=0.5):
    found = [e for e in found if e]
    return hit(found, lasts, at_limit, max(e["ramp"] for e in found)) if found else None


def one_way_lasts(a):
    return a.at_least("volume_one_way_people_n", 10) and a.at_least("volume_one_way_days_n", 2)


def group_lasts(a):
    return a.at_least("groups_posted_n", 2) and a.at_least("volume_group_days_n", 2)


def m2(a):
    minute, day = a.check("M2.per_minute"), a.check("M2.per_day")
    return any_of([minute, day], bool(minute and a.at_least("rate_fast_minutes_n", 2)
                                      or day and a.at_least("rate_fast_days_n", 2)))


def newsletter_runs(a):
    """Four runs to the same people are a practice, whoever asked for them."""
    return all(a.check(key) for key in ["M10.events", "M10.audience", "M10.unexplained"])


def m3(a):
    strong, soft = a.check("M3.strong"), a.check("M3.soft")
    found = [e for e in (soft, strong) if e]
    if not found:
        return None
    # One limit for one value: the lower of the two is told, and beyond the other one it only weighs more.
    lasts = a.at_least("fanout_wide_days_n", 2) or newsletter_runs(a)
    fired = hit([min(found, key=lambda e: e["threshold"])], lasts)
    least = 0.75 if strong else 0.5
    return {**fired, "strength": least + (1 - least) * (soft["ramp"] if soft else 0)}


def m7(a):
    """At least two signs of regularity on one stream, one of them of time; the stronger stream speaks."""
    best = None
    for stream, lasts, actions in [("one_way", one_way_lasts, "volume_one_way_n"),
                                   ("group", group_lasts, "volume_group_posts_n")]:
        beat = [a.check("M7.entropy_bits", f"timing_{stream}_entropy_bits"),
                a.check("M7.mode_share", f"timing_{stream}_mode_share")]
        same = [a.check("M7.size_cv", f"content_{stream}_size_cv_ratio"),
                a.check("M7.repeat_share", f"content_{stream}_repeat_share")]
        found = [e for e in beat + same if e]
        if not any(beat) or len(found) < 2:
            continue
        strength = 0.25 + 0.75 * sum(1 + e["ramp"] for e in found) / 8
        holds = lasts(a) and a.at_least(actions, 201) and any(same)
        lasting = bool(holds or best and best["lasts"])
        if best is None or best["strength"] < strength:
            best = {"evidence": found, "strength": strength}
        best["lasts"] = lasting
    return best


def m8b(a):
    one_way = a.check("M8b.repeat_share", "content_one_way_repeat_share")
    one_way = one_way if a.at_least("volume_one_way_people_n", 3) else None
    group = a.check("M8b.repeat_share", "content_group_repeat_share")
    return any_of([one_way, group], bool(
        one_way and a.at_least("volume_one_way_n", 100) and one_way_lasts(a)
        or group and a.at_least("volume_group_posts_n", 100) and group_lasts(a)))


def m12(a):
    ways = [e for e in [a.check("M12.objected_share"), a.check("M12.objected_n")] if e]
    ways.sort(key=lambda e: -e["ramp"])
    return hit([*ways, a.check("M12.added")]) if ways else None


def g1(a):
    joined, same = a.check("G1.groups"), a.check("G1.same_content")
    if not joined:
        return None
    many = 2 * a.limit("G1.groups") <= joined["observed"]
    return hit([e for e in [joined, same] if e], many) if same or many else None


def among_ten(key):
    return lambda a: hit([a.check(key)]) if a.at_least("fanout_recipients_n", 10) else None


def suspicious(a):
    return any(a.check(key) for key in ["R2.banned_lower", "R3.banned_lower", "R4.cohort", "R5.accounts"])


def new_chats_on_days(a):
    return a.at_least("contact_new_silent_days_n", 2)


UNANSWERED = "contact_new_unanswered_sure_n"
CONDITIONS = {
    "M1": each("M1.age_s"),
    "M11": lambda a: any_of([a.check("M11.created_1h"), a.check("M11.added_1h")]),
    "M2": m2,
    "M7": m7,
    "M7b": each("M7b.quiet_share", "M7b.active_days"),
    "M7c": each("M7c.top_hour_share", "M7c.active_days"),
    "M6": each("M6.share"),
    "M6b": lambda a: any_of([a.check("M6b.rho"), a.check("M6b.cv")]),
    "M13": each("M13.chats"),
    "M14": each("M14.list"),
    "M3": m3,
    "M3b": each("M3b.new_24h", lasts=lambda a: a.at_least(UNANSWERED, 100)),
    "M4": each("M4.strangers", "M4.age_s", lasts=suspicious),
    "M5": each("M5.unanswered", lasts=lambda a: a.at_least(UNANSWERED, 500) or new_chats_on_days(a)),
    "M15": each("M15.share", "M15.silent", lasts=new_chats_on_days),
    "M16": each("M16.share", "M16.silent"),
    "M17": each("M17.messages", "M17.active_days"),
    "M8": each("M8.reach", "M8.unexplained", lasts=lambda a: a.at_least("content_reach_days_n", 2) or newsletter_runs(a)),
    "M8b": m8b,
    "M9": each("M9.events", lasts=lambda a: False),
    "M10": each("M10.events", "M10.audience", "M10.unexplained"),
    "M10b": each("M10b.events", "M10b.order"),
    "M11b": lambda a: any_of([a.check("M11b.created_24h"), a.check("M11b.added_24h")], at_limit=0.8),
    "M12": m12,
    "M12b": each("M12b.unknown_share", "M12b.added",
                 lasts=lambda a: bool(a.check("M11b.created_24h") or a.check("M11b.added_24h"))),
    "G1": g1,
    "G2": each("G2.groups", lasts=lambda a: a.at_least("content_top_groups_n", 2 * a.limit("G2.groups"))),
    "R1": each("R1.differs"),
    "R2": each("R2.banned_lower"),
    "R3": each("R3.banned_lower"),
    "R4": each("R4.cohort"),
    "R5": each("R5.accounts"),
    "F1": each("F1.rate", "F1.reporters", lasts=lambda a: bool(a.check("F1.strong_rate"))),
    "F2": each("F2.lower_share", "F2.blockers"),
    "F4": lambda a: any_of([a.check("F4.people")], a.at_least("feedback_ignored_optouts_n", 10), at_limit=0.15),
    "C1": each("C1.members", "C1.things"),
    "C2": each("C2.members", "C2.days"),
    "C3": each("C3.members", lasts=lambda a: False),
    "L1": each("L1.share"),
    "L2": among_ten("L2.share"),
    "L3": each("L3.tier"),
    "L4": each("L4.share"),
    "L5": each("L5.share"),
    "L6": among_ten("L6.share"),
    "L7": each("L7.share"),
    "L8": each("L8.reports"),
    "L9": each("L9.people", "L9.share"),
}
assert list(CONDITIONS) == list(rules), "every rule, in the order of the cards"

# %% [markdown]
# ## From hits to points, sub-scores and a verdict
#
# Points of a group are scaled down to its cap. Background is added. A sub-score is `1 - exp(-points / 40)`. What
# *carries* (a lasting main rule on a sound comparison) is summed apart, since only it may lift a verdict above `watch`.
# Families that agree, the kind of evidence and the policy's thresholds then go through the decision table.

# %%
BESIDE = ["registration", "feedback", "coordination"]
BURST = ["rate", "reach", "timing"]
FAMILIES = ["registration", "rate", "reach", "timing", "content", "contact", "groups", "feedback", "coordination"]
SCALE = background["automation"]["scale_points"]


def applies(rule, api):
    return {"everyone": True, "not_api": not api, "api_only": api}[rule["applies"]]


def is_sound_main(rule, fired):
    sounds = [e["sound"] for e in fired["evidence"]]
    sound = {"any": any(sounds), "any_beside_last": sounds[-1] and any(sounds[:-1])}.get(rule["need"], all(sounds))
    return rule["role"] in ("hard", "main") and sound


def capped(hits):
    """Points of each hit after its group's cap, and their sums."""
    sums = dict.fromkeys(SUB_SCORES, 0.0)
    points = {code: dict.fromkeys(SUB_SCORES, 0.0) for code in hits}
    for group in dict.fromkeys(rule["group"] for rule in rules.values()):
        own = [code for code in hits if rules[code]["group"] == group]
        for score in SUB_SCORES:
            raw = {code: rules[code]["points"][score] * hits[code]["strength"] for code in own}
            total, cap = sum(raw.values()), rules[own[0]]["group_cap"] if own else 0.0
            factor = cap / total if cap < total else 1.0
            for code in own:
                points[code][score] = raw[code] * factor
            sums[score] += min(total, cap)
    return points, sums


def graded(a, score):
    """Points below all limits."""
    def grade(g):
        value, low, high = a.plain(g["feature"]), g["from"], g["to"]
        if value is None:
            return 0.0
        if 1 < max(low, high) and low < high:
            part = (math.log1p(max(value, 0)) - math.log1p(low)) / (math.log1p(high) - math.log1p(low))
        else:
            part = (value - low) / (high - low)
        trust = 1.0
        if g["shrink"]:
            n = a.plain(g["shrink"]["by"])
            if n is None:
                return 0.0
            trust = n / (n + g["shrink"]["k"])
        return min(max(part, 0.0), 1.0) * trust

    card = background[score]
    total = sum(part["weight"] * max(map(grade, part["best_of"])) for part in card["parts"])
    return card["most"] * min(max(total, 0.0), 1.0)


def agreeing(hits, carries, young):
    """Kinds of evidence that agree; a burst that does not last is one, what stands beside conduct is one without it.

    Reach, silence and reports are what the same recipients decide, and so one kind, until one of the account's own making
    lasts beside them.
    """
    lasting = {rules[c]["family"] for c in carries}
    n = len(lasting - set(BESIDE))
    main = {rules[c]["family"] for c in hits if is_sound_main(rules[c], hits[c])}
    if not lasting & set(BURST) and main & set(BURST):
        n += 1
    registration, company = young and "registration" in lasting, "coordination" in lasting
    beside = sum([registration, "feedback" in lasting, company])
    own = registration or company or lasting & {"content", "groups", "rate", "timing"}
    return n + beside if n and own else min(n + beside, 1)


def available(a):
    """Families with a rule for such accounts whose leading value, or any alternative, has its evidence."""
    known = lambda name: a.absent(name) in (None, "s", "d")
    found = set()
    for rule in rules.values():
        if applies(rule, a.api) and rule["role"] not in ("benign", "descriptive"):
            leading = rule["need"] in ("each", "any_beside_last")
            names = [rule["limits"][0]["feature"]] if leading else rule["uses"]
            if any(map(known, names)):
                found.add(rule["family"])
    return [f for f in FAMILIES if f in found]


def level(a):
    most = max(a.value(n) or 0 for n in ["volume_actions_n", "volume_contacts_n", "groups_created_max_24h",
                                         "groups_added_n"])
    return "ok" if policy["evidence"]["minimum_actions"] <= most else "low" if 0 < most else "none"


def band(score, of):
    t = policy["thresholds"][of]
    return sum(t[rung] <= score for rung in ["watch", "review", "abuse_high"])


def peak(a):
    beside = ["fanout_recipients_max_24h", "groups_added_max_24h", "groups_created_max_24h"]
    return max(a.plain("rate_actions_max_24h"), *[a.plain(n) or 0 for n in beside])


def in_force(day):
    return [v for v in policy["dated"] if v.get("effective_from", "") <= day][-1]


def decide(f):
    """The decision table: verdict, finding, state."""
    if f["hard"]:
        return "abuse_certain", "none", "scored"
    if f["sanctioned"]:
        return ("watch" if 2 <= f["unsolicited"] else "no_finding"), "none", "sanctioned"
    wanted = f["unsolicited"] < 2
    highest = max(f[s] for s in SUB_SCORES)
    if wanted and f["permission"] == "api":
        highest = f["unsolicited"]
    if f["evidence"] != "ok" or not f["lifts"]:
        ceiling = 1
    elif f["families"] < 2 or max(f["broadcast"], f["unsolicited"]) < 2:
        ceiling = 2
    else:
        ceiling = 3
    rung = min(highest, ceiling)
    if f["permission"] == "unseen" and wanted:
        rung = min(rung, 2)
    if f["permission"] == "opted_in" and 2 <= f["broadcast"] and wanted:
        return LADDER[min(rung, 2)], "broadcast_policy", "scored"
    silent = rung == 0 and f["evidence"] != "ok"
    return LADDER[rung], "none", "insufficient" if silent else "scored"


def judge(a, sanctioned, day):
    """Everything the program concludes on one account, concluded here."""
    fired = {code: CONDITIONS[code](a) for code, rule in rules.items() if applies(rule, a.api)}
    hits = {c: h for c, h in fired.items() if h and rules[c]["role"] != "benign"}
    points, sums = capped(hits)
    carries = {c: h for c, h in hits.items() if h["lasts"] and is_sound_main(rules[c], h)}
    _, carrying = capped(carries)
    # A practice is a matter of policy: what is to be above review must be so without it.
    _, beside = capped({c: h for c, h in carries.items() if rules[c]["group"] != "newsletter"})
    of_points = lambda p: 1 - math.exp(-p / SCALE)
    scores = {s: of_points(sums[s] + graded(a, s)) for s in SUB_SCORES}
    age = a.value("lifecycle_account_age_s")
    # What other accounts did may raise the limit of the rule, not that of the permission.
    runs = a.at_least("content_broadcasts_n", a.limit("M10.events"))
    newsletter = runs and all(a.check(key) for key in ["M10.audience", "M10.unexplained", "M10.asked"])
    standing = fired.get("L9") and not any(rules[c]["family"] == "groups" for c in carries)
    permission = "opted_in" if newsletter else "unseen" if standing else "none"
    if a.api and in_force(day)["allows_api_promotional"]:
        permission = "api"
    found = {
        # Above watch a sub-score counts only as far as what carries reaches.
        **{s: min(band(scores[s], s), max(band(of_points(carrying[s]), s), 1), max(band(of_points(beside[s]), s), 2))
           for s in SUB_SCORES},
        "hard": any(rules[c]["role"] == "hard" for c in hits),
        "sanctioned": sanctioned is not None and peak(a) <= sanctioned,
        "evidence": level(a),
        "families": agreeing(hits, carries, age is not None and age <= 7 * 86_400),
        "lifts": any(rules[c]["family"] not in ("registration", "coordination") for c in carries),
        "permission": permission,
    }
    verdict, finding, state = decide(found)
    return {
        **scores, "verdict": verdict, "finding": finding, "state": state, "evidence_level": found["evidence"],
        "reason_codes": ",".join(hits),
        "mitigation_codes": ",".join(c for c, h in fired.items() if h and rules[c]["role"] == "benign"),
        "families_available": ",".join(available(a)),
        "_hits": hits, "_points": points,
    }


# %% [markdown]
# ## Every account of all runs

# %%
def sanctions_of(folder, as_of):
    """What sanctioned accounts declared a day, where the sanction is in time."""
    path = folder / "sanctioned.csv"
    rows = pl.read_csv(path).iter_rows(named=True) if path.is_file() else []
    return {r["account"]: r["declared_per_day"] for r in rows if r["starts_at"] <= as_of < r["expires_at"]}


def judged(run, profile=None, folder=None):
    """All accounts of a run, judged here."""
    manifest = run.json("manifest")
    as_of = manifest["window"]["to"]
    overrides = manifest["policy"]["limits"]
    sanctions = sanctions_of(folder, as_of) if folder else {}
    rows = run.table("features").iter_rows(named=True)
    return {r["account"]: judge(Account(r, overrides, profile), sanctions.get(r["account"]), as_of[:10]) for r in rows}


SCENARIOS = ROOT / "data/scenarios"
profile = runs["earlier-simulated"].json("population")
profile_file = population(runs["earlier-simulated"], "earlier")
there = {("real", ""): (runs["real"], None, None),
         ("simulated night", ""): (runs["night-simulated"], profile, SCENARIOS / "mixed_night")}
for folder in sorted(SCENARIOS.iterdir()):
    if (folder / "scenario.toml").is_file() and folder.name not in ("mixed_night", "_population"):
        card, run = scenario(folder, profile_file)
        there["other scenarios", folder.name] = (run, profile if card.get("population") else None, folder)
here = {name: judged(*there[name]) for name in there}
scored = {name: run.table("scores").to_dicts() for name, (run, _, _) in there.items()}

WORDS = ["evidence_level", "reason_codes", "mitigation_codes", "families_available", "verdict", "finding", "state"]
LABELS = list(dict.fromkeys(label for label, _ in there))


def compare(mine, labels):
    """For each column: how many accounts were compared, how many differ, by how much at most."""
    rows = []
    for label in labels:
        names = [name for name in there if name[0] == label]
        assert all(len(scored[name]) == len(mine[name]) for name in names), "an account is in one file only"
        for column in [*SUB_SCORES, *WORDS]:
            pairs = [(mine[name][row["account"]][column], row[column]) for name in names for row in scored[name]]
            number = column in SUB_SCORES
            apart = [abs(a - b) if number else a != b for a, b in pairs]
            rows.append({"run": label, "runs": len(names), "what": column, "accounts": len(pairs),
                         "differ": sum(d > 1e-12 for d in apart),
                         "largest difference": ("at most 1e-12" if max(apart) <= 1e-12 else f"{max(apart):.3g}") if number else ""})
    return rows


result = compare(here, LABELS)
table([{"what": column,
        **{f"{label}: differ": f"{r['differ']} of {r['accounts']}" for label in LABELS for r in result
           if (r["run"], r["what"]) == (label, column)},
        "largest difference": max(r["largest difference"] for r in result if r["what"] == column)}
       for column in [*SUB_SCORES, *WORDS]])

# %%
assert not any(r["differ"] for r in result), "the tool and this notebook disagree"
for label in LABELS:
    rungs = Counter(j["verdict"] for name in here if name[0] == label for j in here[name].values())
    print(f"equal on all {rungs.total()} accounts of {label}:", ", ".join(f"{rungs[v]} {v}" for v in LADDER if rungs[v]))

# %% [markdown]
# ## Every shown reason
#
# `reasons.ndjson` holds at most five reasons an account, each with the value it fired on, the threshold in force, what
# the value is over, and the points it contributed after its group's cap to the sub-score it moves most.

# %%
def compare_reasons(label):
    n, differ = Counter(), []
    for name in [name for name in there if name[0] == label]:
        for line in there[name][0].lines("reasons"):
            if line["kind"] != "reason":
                continue
            n[line["code"]] += 1
            mine = here[name][line["account"]]
            first = mine["_hits"][line["code"]]["evidence"][0]
            pairs = [(first["observed"], line["observed"]), (first["threshold"], line["threshold"]),
                     (first["n"], line["n"]), (max(mine["_points"][line["code"]].values()), line["contribution"])]
            close = all(a == b or (a is not None and b is not None and abs(a - b) <= 1e-12 * max(1, abs(b)))
                        for a, b in pairs)
            if not close or first["feature"] != line["feature"]:
                differ.append((name, line["account"], line["code"], pairs))
    return n, differ


for label in LABELS:
    n, differ = compare_reasons(label)
    assert not differ, differ[:3]
    print(f"{label}: {n.total()} reasons of {len(n)} rules compared, none differs")

# %% [markdown]
# ## Which rules were put to the test
#
# Accounts on which each rule fired. A rule that fires nowhere was compared on its silence only.

# %%
counts = {label: Counter() for label in LABELS}
for (label, _), rows in ((name, scored[name]) for name in there):
    for row in rows:
        counts[label].update(c for c in f"{row['reason_codes']},{row['mitigation_codes']}".split(",") if c)
silent = [code for code in rules if not any(counts[label][code] for label in LABELS)]
print("fires nowhere, compared on its silence only:", ", ".join(f"{c} {rules[c]['name']}" for c in silent) or "none")
table([{"rule": code, "name": rules[code]["name"], **{label: counts[label][code] for label in LABELS}}
       for code in rules if code not in silent])

# %% [markdown]
# ## Could it have failed?
#
# Change one number of the arithmetic here, and accounts differ.

# %%
def wrong(what, change, undo):
    """How many accounts of the real log and the simulated night show it."""
    labels = LABELS[:2]
    change()
    mine = {name: judged(*there[name]) for name in there if name[0] in labels}
    undo()
    rows = compare(mine, labels)
    return {"wrong on purpose": what, "accounts with another sub-score": sum(
        max(r["differ"] for r in rows if r["run"] == label and r["what"] in SUB_SCORES) for label in labels),
        "with another verdict": sum(r["differ"] for r in rows if r["what"] == "verdict")}


m5, cap = rules["M5"]["points"], rules["M5"]["group_cap"]
outreach = [rule for rule in rules.values() if rule["group"] == rules["M5"]["group"]]
part = background["broadcast"]["parts"][0]
weight = part["weight"]
watch = policy["thresholds"]["automation"]["watch"]
m5_limit = limits["M5.unanswered"]["default"]
mistakes = [
    wrong("limit of M5: 200 for 100", lambda: limits["M5.unanswered"].update(default=2 * m5_limit),
          lambda: limits["M5.unanswered"].update(default=m5_limit)),
    wrong("cap of the outreach group: one point more", lambda: [r.update(group_cap=cap + 1) for r in outreach],
          lambda: [r.update(group_cap=cap) for r in outreach]),
    wrong("first weight of the broadcast background: 0.01 more", lambda: part.update(weight=weight + 0.01),
          lambda: part.update(weight=weight)),
    wrong("threshold of watch for automation: 0.10 more",
          lambda: policy["thresholds"]["automation"].update(watch=watch + 0.1),
          lambda: policy["thresholds"]["automation"].update(watch=watch)),
]
assert all(any(n for n in row.values() if n and not isinstance(n, str)) for row in mistakes), "a mistake passed unseen"
table(mistakes)

# %% [markdown]
# ## What the points of the simulated night are made of
#
# The accounts at `review` or worse. Bars are points after caps, with a step in shade from rule to rule; the dashed line
# is where `watch` begins for a sub-score.

# %%
noted = [(a, j) for a, j in here["simulated night", ""].items() if 2 <= LADDER.index(j["verdict"])]
noted.sort(key=lambda p: sum(sum(v.values()) for v in p[1]["_points"].values()))
made, axes = figure(3, height=0.6 + 0.25 * len(noted), sharey=True)
for axis, score, color in zip(axes, SUB_SCORES, [BLUE, ORANGE, GREEN]):
    left = [0.0] * len(noted)
    codes = sorted({c for _, j in noted for c in j["_points"]}, key=list(rules).index)
    for shade, code in enumerate(codes):
        width = [j["_points"].get(code, {}).get(score, 0.0) for _, j in noted]
        there_is = [i for i, w in enumerate(width) if w]
        axis.barh(there_is, [width[i] for i in there_is], left=[left[i] for i in there_is], color=color,
                  alpha=1 - 0.5 * (shade % 2), linewidth=0)
        left = [l + w for l, w in zip(left, width)]
    axis.axvline(-SCALE * math.log(1 - policy["thresholds"][score]["watch"]), color=INK, lw=1, ls="--")
    axis.set(title=score, xlabel="points after group caps")
    axis.grid(axis="y", visible=False)
axes[0].set_yticks(range(len(noted)), [a for a, _ in noted])
show(made, "Points of the accounts at review or worse in the simulated night, by sub-score; shades part the rules")
