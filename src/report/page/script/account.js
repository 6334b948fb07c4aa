// The page of one account: what was found, why, against what, and the form on which a person decides.
// In: an account of the data; out: elements.
// What a second reviewer must not see yet is left out until there is a decision, or they ask for it.

function verdictChip(at, verdict) {
  if (isHidden(at)) return el("span", { class: "chip hidden" }, "hidden");
  return el("span", { class: `chip ${verdict}` }, words(verdict));
}

function standing(account) {
  if (isHidden(account.at)) return [verdictChip(account.at, null)];
  const beside = [account.finding !== "none" && words(account.finding), account.state !== "scored" && account.state];
  return [
    verdictChip(account.at, account.verdict),
    beside.filter(Boolean).map((word) => el("span", { class: "chip" }, word)),
  ];
}

/** The quantiles of earlier nights that a value is laid beside. */
const PEER_LEVELS = [0.5, 0.9, 0.99, 0.999];

function peersTable(account) {
  const seen = new Map();
  for (const r of account.reasons) {
    if (data.features[r.feature]?.quantiles && !seen.has(r.feature)) seen.set(r.feature, r);
  }
  if (seen.size === 0) return null;
  const heads = [
    "feature",
    ["this account"],
    ...PEER_LEVELS.map((level) => [level === 0.5 ? "median" : percent(level, level === 0.999 ? 1 : 0)]),
    ["peers"],
    "at or below",
  ];
  const rows = [...seen.values()].map((r) => {
    const card = data.features[r.feature];
    const quantile = (level) => card.quantiles.find(([l]) => l === level)?.[1] ?? null;
    const place = r.peer_percentile;
    return [
      el("a", { href: `#glossary/${r.feature}`, title: card.definition }, words(r.feature)),
      el("b", {}, measured(r.observed, card.unit)),
      ...PEER_LEVELS.map((level) => measured(quantile(level), card.unit)),
      count(card.n),
      place === null ? "–" : bar(place),
    ];
  });
  const of = data.run.population;
  return section(
    "Against earlier nights",
    note(
      `The night until ${of.as_of}, ${count(of.accounts)} accounts${of.simulated ? ", simulated" : ""}; a feature counts accounts that are busy enough for it.`,
    ),
    plainTable(heads, rows, true),
  );
}

function reasonsTable(account) {
  if (account.reasons.length === 0) return note("No rule fired.");
  const rows = account.reasons.map((r) => [
    [el("b", {}, ruleLink(r.code)), " ", statement(r.statement)],
    r.counterfactual || "–",
    [
      el(
        "span",
        { class: "mark-letter", title: MARKS[r.mark] ?? "published number, population of ours" },
        `[${r.mark}]`,
      ),
    ],
    [r.contribution === 0 ? "–" : r.contribution.toFixed(1)],
  ]);
  return plainTable(["why", "what would change it", "mark", ["points"]], rows, true);
}

function changeLine(change) {
  if (!change) return null;
  const rungs =
    change.before === change.now
      ? `: ${words(change.now)} as before`
      : `: ${words(change.before || "not there")} → ${words(change.now || "not there")}`;
  const terms = change.terms ? ` (${change.terms})` : "";
  return el(
    "p",
    {},
    el("b", {}, `Since the last run ${words(change.change)}`),
    `${rungs}, by ${words(change.cause)}${terms}. ${change.why}`,
  );
}

function found(account) {
  const scores = ["automation", "broadcast", "unsolicited"];
  return [
    el(
      "p",
      { class: "scores" },
      scores.map((name, i) => el("span", {}, name, " ", bar(account.scores[i]))),
    ),
    note(
      `${plural(account.messages ?? 0, "action")} in the window, evidence ${account.evidence}`,
      account.chance &&
        `; chance of abuse ${percent(account.chance.p)} (${percent(account.chance.low)} to ${percent(account.chance.high)}${account.chance.simulated ? ", simulated labels" : ""})`,
      account.missing.length > 0 && `; not observable: ${account.missing.join(", ")}`,
      ".",
    ),
    changeLine(account.change),
    section("Why", reasonsTable(account)),
    section(
      "For the account",
      account.mitigations.map((m) => el("p", {}, el("b", { class: "good" }, ruleLink(m.code)), " ", m.statement)),
    ),
    section(
      "Recommended",
      el("p", {}, account.recommendation, "."),
      account.grounds.length > 0 && el("p", {}, `Grounds: ${account.grounds.join("; ")}.`),
      account.notes.map((text) => el("p", {}, text)),
      account.off_platform > 0 &&
        el("p", {}, `Evidence from outside the platform on file: ${account.off_platform}. It never enters a score.`),
      note(`Basis: ${account.basis}.`),
    ),
  ];
}

/** Where the account stands in the queue, and the ways to the cases beside it. */
function caseLine(at) {
  const cases = data.queue.cases;
  const place = cases.findIndex((item) => item.at === at);
  if (place < 0) return null;
  const step = (to, text, id) => cases[to] && el("a", { href: accountHash(cases[to].at), id }, text);
  const item = cases[place];
  const url = /^https?:/.test(item.url ?? "")
    ? el("a", { href: item.url, rel: "noreferrer" }, "open in the case tool")
    : null;
  return el(
    "p",
    { class: "case" },
    step(place - 1, "‹ case before", "case-before"),
    ` case ${place + 1} of ${cases.length} `,
    step(place + 1, "next case ›", "case-next"),
    " ",
    url,
  );
}

function accountView(at) {
  const account = accounts.get(at);
  if (!account) return notHere(at);
  const item = caseOf.get(at);
  const hidden = isHidden(at);
  const company = account.campaigns.map((id) =>
    el(
      "p",
      {},
      campaignLink(id),
      campaigns.has(id) ? ` ${campaigns.get(id).kind}, ${plural(campaigns.get(id).size, "member")}` : "",
    ),
  );
  const pictures = account.activity
    ? section("What it did", el("div", { class: "figures" }, activityFigures(account.activity)))
    : section(
        "What it did",
        note(
          "No picture was kept: the account is here for its company, a sanction or a draw, and its own conduct hit no rule that counts.",
        ),
      );
  return [
    el("h1", { tabindex: "-1" }, nameNode(at), " ", standing(account)),
    caseLine(at),
    item?.blind &&
      el(
        "p",
        { class: "mark" },
        "This case is for a second reviewer. ",
        hidden
          ? [
              "Decide from what it did; score, verdict and reasons appear once you have. ",
              el(
                "button",
                {
                  type: "button",
                  onclick: () => {
                    reveal(at);
                    route();
                  },
                },
                "show what was found",
              ),
            ]
          : "What was found is shown.",
      ),
    decisionForm([at], account.families),
    hidden ? null : found(account),
    pictures,
    hidden ? null : peersTable(account),
    section("Company", company),
  ];
}

function notHere(at) {
  return [
    el("h1", { tabindex: "-1" }, at === undefined ? "An account that is not on this page" : nameNode(at)),
    el(
      "p",
      {},
      "Its details are not inlined here. They stand in ",
      el("code", {}, "scores.parquet"),
      " and ",
      el("code", {}, "reasons.ndjson"),
      "; ",
      el("code", {}, "bulkwatch explain ACCOUNT"),
      " prints them.",
    ),
    at !== undefined && decisionForm([at], null),
  ];
}
