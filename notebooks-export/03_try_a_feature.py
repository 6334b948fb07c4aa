# %% [markdown]
# # 3. Trying a threshold, and trying a feature
#
# Two questions a researcher asks, answered without touching the program:
#
# 1. *What if this limit were another one?* Put it into a policy file, scan again, compare who flips.
# 2. *Would this new feature rank better?* Compute it from the messages with polars, and lay its ranking beside what
#    there is, including what an attacker can do to it.

# %%
import csv
import gzip
import re
import tomllib

import numpy as np
import polars as pl

from figures import BLUE, GRAY, ORANGE, auroc, bootstrap, exact, figure, percent, show, table
from study import LADDER, ROOT, RUNS, bulkwatch, demo, population, scan, scenario

runs = demo()
profile = population(runs["earlier-simulated"], "earlier")
NIGHT = ROOT / "data/demo/night.toml"
POLICY = (ROOT / "data/policy/whatsapp.toml").read_text()
print(bulkwatch("catalog", "M5"))

# %% [markdown]
# ## A limit in a policy file
#
# A policy file is a copy of the shipped one with other numbers under `[limits]`. M5 counts new chats that stayed without
# an answer; its 100 is our suggestion [S]. Here it is lowered to 40 and raised to 200.

# %%
def with_limits(name, **wanted):
    """A policy file with other limits; keys are written with two underscores for the dot."""
    lines = "\n".join(f'"{key.replace("__", ".")}" = {value}' for key, value in wanted.items())
    path = RUNS / f"{name}.toml"
    path.write_text(POLICY.replace("[limits]", f"[limits]\n{lines}", 1))
    return path


def night(name, policy):
    return scan(name, "--config", NIGHT, "--population", profile, "--policy", policy)


def flips(before, after):
    """Who has another verdict, and by which rules."""
    both = before.table("scores").join(after.table("scores"), on="account", suffix="_after")
    rows = []
    for r in both.iter_rows(named=True):
        if r["verdict"] != r["verdict_after"]:
            old, new = set(r["reason_codes"].split(",")), set(r["reason_codes_after"].split(","))
            rows.append({"account": r["account"], "before": r["verdict"], "after": r["verdict_after"],
                         "rules gained": ", ".join(sorted(new - old)), "rules lost": ", ".join(sorted(old - new))})
    schema = {c: pl.String for c in ["account", "before", "after", "rules gained", "rules lost"]}
    return pl.DataFrame(rows, schema=schema).sort("account")


shipped = night("night-shipped", with_limits("shipped"))
changed = []
for limit in [40, 200]:
    other = flips(shipped, night(f"night-{limit}", with_limits(f"limit-{limit}", M5__unanswered=limit)))
    print(f"simulated night, limit {limit}: {len(other)} of {len(shipped.table('scores'))} accounts have another verdict")
    changed.append(other.insert_column(0, pl.lit(limit).alias("limit of M5")))
table(pl.concat(changed))

# %% [markdown]
# A key that does not exist, and a number outside what its card allows, are refused:

# %%
for wrong in [{"M5__unanswerd": 40}, {"M5__unanswered": 3}]:
    policy = with_limits("wrong", **wrong)
    said = bulkwatch("scan", "--quiet", "--config", NIGHT, "--policy", policy, "--out", RUNS / "wrong", fails=True)
    print(re.sub(r"\S*/(?=wrong\.toml)", "", said))

# %% [markdown]
# ## Sweeping it
#
# Who is at `watch` or worse, and at `review` or worse, as the limit moves: among the accounts of the **simulated** night
# that its card seeks, and among all others.

# %%
card = tomllib.loads((ROOT / "data/scenarios/mixed_night/scenario.toml").read_text())


def is_sought(account):
    for e in card["expect"]:
        at_least = e.get("verdict_at_least", "no_finding") != "no_finding" or e.get("verdict", "").startswith("abuse")
        prefix = e.get("accounts_prefix")
        named = account == e.get("account") or prefix and account.startswith(prefix) and account[len(prefix):].isdigit()
        if at_least and named:
            return True
    # Named for a finding, a comparison and a lapsed permission; broadcasters all the same.
    return account in ("sim_newsletter", "sim_padded", "sim_service_lapsed")


swept = []
for limit in [20, 40, 60, 100, 200, 400, 800]:
    scores = night("sweep", with_limits("sweep", M5__unanswered=limit)).table("scores")
    sought = np.array([is_sought(a) for a in scores["account"]])
    rung = np.array([LADDER.index(v) for v in scores["verdict"]])
    m5 = scores["reason_codes"].str.split(",").list.contains("M5").to_numpy()
    swept.append({"limit": limit, "sought with M5": int(m5[sought].sum()), "others with M5": int(m5[~sought].sum()),
                  "sought at review": int((2 <= rung[sought]).sum()),
                  "others at watch": int((1 <= rung[~sought]).sum()),
                  "others at review": int((2 <= rung[~sought]).sum())})
n_sought, n_others = int(sought.sum()), int((~sought).sum())
print(f"simulated: {n_sought} sought, {n_others} others; 'at' means that rung or a worse one")
table(swept)

# %%
made, (left, right) = figure(2, height=3.6)
at = [r["limit"] for r in swept]
for axis, whose, n, color in [(left, "sought", n_sought, ORANGE), (right, "others", n_others, BLUE)]:
    hits = [r[f"{whose} at review"] for r in swept]
    ends = np.array([exact(k, n) for k in hits])
    axis.fill_between(at, 100 * ends[:, 0], 100 * ends[:, 1], color=color, alpha=0.2, linewidth=0)
    axis.plot(at, [100 * k / n for k in hits], "o-", color=color)
    axis.set(title=f"simulated, {whose} (n = {n})", xlabel="limit M5.unanswered (new chats)", xscale="log",
             ylabel="at review or worse, %")
    axis.set_xticks(at, [str(x) for x in at])
    axis.minorticks_off()
    axis.axvline(100, color=GRAY, lw=1, ls="--")
    axis.set_ylim(bottom=0)
show(made, "Share at review or worse against the limit of M5, with exact intervals; dashed: the shipped limit")

# %% [markdown]
# Where a curve is flat, other rules say the same of those accounts, or the rule alone lifts nobody: kinds of evidence
# must agree. What happens between two nights of the same service may differ. A limit is changed for good in the rule's card, with its reason, its mark and a test on either side; `CHANGELOG`
# and `bulkwatch panel` say what it did to people on real logs.

# %% [markdown]
# ## A candidate feature
#
# *One-touch share*: of the people an account wrote to, the share it wrote to exactly once and who never wrote back.
# Broadcasters touch many people once. It needs nothing but who wrote to whom.

# %%
def messages(folder):
    """Direct and list messages of a log in the form of the input contract."""
    path = next(folder.glob("messages.csv*"))
    opened = gzip.open(path, "rt") if path.suffix == ".gz" else path.open()
    with opened as lines:
        rows = [(r["ts"], r["sender"], r["recipient"]) for r in csv.DictReader(lines)
                if r["chat"] in ("direct", "list")]
    return pl.DataFrame(rows, schema=["ts", "sender", "recipient"], orient="row")


def one_touch(log, start):
    """One-touch people, and their share among all people written to, by account."""
    pairs = log.filter(pl.col("ts") >= start).group_by("sender", "recipient").len()
    back = pairs.select(pl.col("recipient").alias("sender"), pl.col("sender").alias("recipient"), pl.lit(True).alias("answers"))
    pairs = pairs.join(back, on=["sender", "recipient"], how="left")
    once = (pl.col("len") == 1) & pl.col("answers").is_null()
    return pairs.group_by("sender").agg(once.sum().alias("one_touch_n"), once.mean().alias("one_touch_share")) \
        .rename({"sender": "account"}).sort("account")


candidate = one_touch(messages(ROOT / "data/scenarios/mixed_night"), card["from"])
night_features = shipped.table("features")
accounts = night_features.join(shipped.table("scores").select("account", "evidence_level", "broadcast", "unsolicited"), on="account") \
    .join(candidate, on="account", how="left").with_columns(pl.col("^one_touch.*$").fill_null(0)) \
    .filter(pl.col("evidence_level") == "ok").sort("account")
sought = np.array([is_sought(a) for a in accounts["account"]])
print(f"simulated night, accounts with 10 messages or group acts: {sought.sum()} sought, {(~sought).sum()} others")

# %% [markdown]
# ### How it ranks beside what there is

# %%
PEERS = ["one_touch_share", "one_touch_n", "contact_new_unanswered_sure_n", "contact_strangers_silent_n",
         "fanout_unexplained_max_24h", "volume_one_way_n", "broadcast", "unsolicited"]
ranking = []
for name in PEERS:
    values = accounts[name].cast(pl.Float64).fill_null(0).to_numpy()
    low, high = bootstrap(auroc, values, sought, rounds=500)
    ranking.append({"name": name, "auroc": auroc(values, sought), "low": low, "high": high,
                    "absent": accounts[name].null_count()})
ranking.sort(key=lambda r: r["auroc"])
made, axis = figure(1, width=7.6, height=3.4)
for place, r in enumerate(ranking):
    color = ORANGE if r["name"].startswith("one_touch") else GRAY if r["name"] in ("broadcast", "unsolicited") else BLUE
    axis.plot([r["low"], r["high"]], [place, place], color=color, lw=2, solid_capstyle="butt")
    axis.plot(r["auroc"], place, "o", color=color)
axis.set_yticks(range(len(ranking)), [r["name"] for r in ranking])
axis.axvline(0.5, color=GRAY, lw=1, ls=":")
axis.set(title=f"simulated night: {sought.sum()} sought, {(~sought).sum()} others",
         xlabel="AUROC, 95 % bootstrap over accounts (absent counts as 0)")
axis.grid(axis="y", visible=False)
show(made, "AUROC of the candidate beside existing features and sub-scores on the simulated night")

# %% [markdown]
# Orange: the candidate as a share and as a count. Blue: features there are. Gray: whole sub-scores. Intervals overlap
# widely: with so few sought accounts only large differences would show.

# %% [markdown]
# ### Is it new?
#
# The rank correlation with what there is, over the same accounts.

# %%
def ranks(name):
    return accounts[name].cast(pl.Float64).fill_null(0).rank().to_numpy()


table([{"beside": name, "share": round(float(np.corrcoef(ranks("one_touch_share"), ranks(name))[0, 1]), 2),
               "count": round(float(np.corrcoef(ranks("one_touch_n"), ranks(name))[0, 1]), 2)}
              for name in PEERS[2:]])

# %% [markdown]
# ### What an attacker can do to it
#
# The scenario `padding` holds the same spam run twice: `sim_plain`, and `sim_padded`, who also chats with accomplices.

# %%
padding_card, padding = scenario(ROOT / "data/scenarios/padding", profile)
padded = one_touch(messages(ROOT / "data/scenarios/padding"), padding_card["from"])
padded = padded.join(padding.table("features").select("account", "contact_new_unanswered_sure_n"), on="account") \
    .filter(pl.col("account").is_in(["sim_plain", "sim_padded"])).sort("account", descending=True)
plain, padding_of = padded.to_dicts()
assert padding_of["one_touch_share"] < plain["one_touch_share"] and padding_of["one_touch_n"] == plain["one_touch_n"]
table(padded.with_columns(pl.col("one_touch_share").round(3)))

# %% [markdown]
# The share falls with every chatty accomplice; the count does not. That is why no rule here looks at a share over
# everybody: a share can be bought, a count of people who stayed silent cannot. As a count the candidate is close to
# `contact_new_unanswered_sure_n`, which also waits 72 hours for an answer and leaves out people known before, and it
# ranks no better here. The verdict on this candidate: not worth a card.
#
# ### On the real log
#
# The mail log sees one mailbox: answers and mail to others are not in it, so a feature that lives on silence cannot be
# judged there. Its value would be near 1 for everybody who wrote once:

# %%
labels = pl.read_csv(ROOT / "data/spamassassin/labels.csv").select("account", "label")
mails = one_touch(messages(ROOT / "data/spamassassin"), "2002-07-01").join(labels, on="account")
mails = mails.join(runs["real"].table("scores").select("account", "evidence_level"), on="account") \
    .filter(pl.col("evidence_level") == "ok")
table(mails.group_by("label").agg(pl.len().alias("senders with 10 mails"), pl.col("one_touch_share").median().round(3).alias("median share"),
                            pl.col("one_touch_n").median().alias("median count")).sort("label"))

# %% [markdown]
# ## If it had been worth it
#
# A feature is a card in one file of `src/features/`: name, definition, how to read it, innocent look-alikes, what it
# reads, what evidence it needs, and its value over the shared intermediates. Its column, its page in `FEATURES.md`, the
# tests that nothing else moves it and that row order leaves no trace come with the card. A rule on it is a card in
# `src/rules/`, with a limit whose mark says how well its number is founded.
