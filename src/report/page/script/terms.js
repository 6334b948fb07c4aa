// The views of what a night was judged by: rules and what they caught, the run itself, a glossary of the cards in use.
// In: the data, the hash; out: elements.
// Explains and counts; recommends nothing.

function rulesView() {
  const columns = [
    { head: "code", cell: (r) => ruleLink(r.code), by: (r) => r.code },
    { head: "rule", cell: (r) => r.name, by: (r) => r.name },
    { head: "kind of evidence", cell: (r) => r.family, by: (r) => r.family },
    {
      head: "accounts",
      numeric: true,
      falling: true,
      cell: (r) => el("a", { href: `#accounts?rule=${encodeURIComponent(r.code)}` }, count(r.hits)),
      by: (r) => r.hits,
    },
    {
      head: "carries",
      numeric: true,
      falling: true,
      cell: (r) => (r.role === "benign" ? "–" : count(r.carries)),
      by: (r) => r.carries,
    },
    {
      head: "alone",
      numeric: true,
      falling: true,
      cell: (r) => (r.role === "benign" ? "–" : count(r.alone)),
      by: (r) => r.alone,
    },
    { head: "confirmed of decided", numeric: true, cell: (r) => decidedOf(r.code) },
    {
      head: "most often with",
      cell: (r) => r.beside.map(([code, n]) => [ruleLink(code), ` ${percent(n / r.hits, 0)} `]),
    },
  ];
  const fired = data.rules.filter((r) => 0 < r.hits);
  const table = pagedTable("rules", columns, "No rule fired.");
  table.show(fired);
  return [
    heading("Rules"),
    note(
      "Carries: the hit lasts and compares with a published or measured number or with earlier nights; only such hits count above watch, company and registration only beside conduct of the account's own. Alone: accounts that would fall below review without this rule. Precision needs labels: ",
      el("code", {}, "bulkwatch evaluate"),
      ".",
    ),
    el("div", { class: "figures one" }, marginalFigure()),
    table.node,
    note(
      `${count(data.rules.length - fired.length)} rules fired on nobody. Marks of thresholds: V published, Q quoted second-hand, X our measurement, S our suggestion.`,
    ),
  ];
}

/** What the decisions in this browser say of a rule: of those it fired on and somebody was sure of. */
function decidedOf(code) {
  const sure = data.accounts.filter(
    (a) => ["confirmed", "innocent"].includes(decisionOn(a.at)?.decision) && codesOf(a).includes(code),
  );
  const confirmed = sure.filter((a) => decisionOn(a.at).decision === "confirmed").length;
  return sure.length === 0 ? "" : `${confirmed} of ${sure.length}`;
}

function ruleView(code) {
  const rule = ruleCards.get(code);
  if (!rule) return [heading("A rule that is not on this page")];
  const rows = [
    ["kind of evidence", rule.family],
    ["role", rule.role],
    ["counts above watch", rule.persistence || "–"],
    ["innocent look-alikes", rule.look_alikes || "–"],
    ["where the idea comes from", `${rule.source} [${rule.mark}]`],
    [
      "features",
      rule.features.map((f) => [data.features[f] ? el("a", { href: `#glossary/${f}` }, words(f)) : words(f), " "]),
    ],
    ["fired on", el("a", { href: `#accounts?rule=${encodeURIComponent(code)}` }, plural(rule.hits, "account"))],
    ["carries on", count(rule.carries)],
    ["alone brings to review", count(rule.alone)],
  ];
  return [heading(`${rule.code}: ${rule.name}`), plainTable(["", ""], rows)];
}

function runView() {
  const r = data.run;
  const terms = [
    ["run", r.id],
    ["window", `${r.from} to ${r.to}`],
    ["program", `bulkwatch ${r.version}`],
    ["policy", `${r.policy} (${r.policy_digest.slice(0, 16)})`],
    [
      "population of earlier nights",
      r.population
        ? `night until ${r.population.as_of}, ${plural(r.population.accounts, "account")}${r.population.simulated ? ", simulated" : ""}`
        : "none",
    ],
    ["model", r.model ?? "none"],
    ["earlier run", data.delta ? data.delta.previous.run_id : "none"],
    ["decisions read", r.decisions ? r.decisions.slice(0, 16) : "none"],
    ["digest of the messages", r.input_digest],
    ["feature cards", r.features_fingerprint],
    ["log starts", r.log_start],
  ];
  return [
    heading("This run"),
    section(
      "Health",
      plainTable(
        ["table", ["files"], ["rows"], ["usable"], ["refused"]],
        data.health.map((h) => [h.table, count(h.files), count(h.rows), count(h.ok), count(h.rejected)]),
      ),
      plainTable(
        ["what became of the messages", ["rows"]],
        data.counts.map(([name, n]) => [words(name), count(n)]),
      ),
    ),
    driftSection(),
    section(
      "Terms",
      plainTable(
        ["", ""],
        terms.map(([name, value]) => [name, el("code", {}, value)]),
      ),
      note(
        "manifest.json holds the settings and the digest of every file; ",
        el("code", {}, "bulkwatch verify"),
        " checks them.",
      ),
    ),
    section(
      "Notes",
      r.warnings.map((w) => note(`${w}.`)),
    ),
    section(
      "Off-platform evidence only",
      data.off_platform.map((o) =>
        el(
          "p",
          {},
          el("code", {}, el("bdi", {}, o.subject)),
          `: ${plural(o.evidence, "piece")} of evidence on file, ${plural(o.accounts, "account")} known. ${o.recommendation}.`,
        ),
      ),
    ),
  ];
}

/** How far the features lie from those of the earlier run; nothing where there is none. */
function driftSection() {
  const drift = data.drift;
  if (!drift) return null;
  if (drift.not_compared) return section("Drift", note(`Not compared: ${drift.not_compared}.`));
  const value = (x) => (x === null ? "–" : Number(x.toPrecision(3)).toLocaleString("en-US"));
  const rows = drift.furthest
    .slice(0, 10)
    .map((f) => [
      words(f.feature),
      f.distance.toFixed(3),
      f.at_least.toFixed(3),
      `${value(f.median[0])} → ${value(f.median[1])}`,
      `${percent(f.absent[0])} → ${percent(f.absent[1])}`,
    ]);
  const [before, now] = drift.furthest[0]?.n ?? [0, 0];
  return section(
    "Drift",
    plainTable(["feature", ["distance"], ["for sure"], ["median"], ["without a value"]], rows),
    note(
      `The ten of ${drift.features} features that rules read which moved furthest, over ${count(before)} accounts then and ${count(now)} now. `,
      "Distance: largest difference of the cumulative shares (Kolmogorov-Smirnov); for sure: less what chance leaves, 99.9 % for all together. ",
      drift.bound === null ? "No bound is set." : `Past ${drift.bound} for sure [S] the night is held.`,
    ),
  );
}

function glossaryView(name) {
  const terms = Object.entries(data.features).map(([feature, card]) =>
    el(
      "div",
      { class: "term", id: `term-${feature}` },
      el("dt", {}, words(feature), el("span", { class: "note" }, ` ${card.family}, ${card.unit} [${card.mark}]`)),
      el(
        "dd",
        {},
        `${card.definition}. `,
        card.reading && `Reading: ${card.reading}. `,
        card.look_alikes && el("span", { class: "note" }, `Innocent look-alikes: ${card.look_alikes}.`),
      ),
    ),
  );
  const rules = data.rules
    .filter((r) => 0 < r.hits)
    .map((r) =>
      el(
        "div",
        { class: "term" },
        el("dt", {}, ruleLink(r.code), ` ${r.name}`),
        el("dd", {}, el("span", { class: "note" }, `Innocent look-alikes: ${r.look_alikes || "none known"}.`)),
      ),
    );
  queueMicrotask(() => document.getElementById(`term-${name}`)?.scrollIntoView());
  return [
    heading("Glossary"),
    note("Only what occurs on this page; ", el("code", {}, "bulkwatch catalog NAME"), " prints any card."),
    section("Features", el("dl", {}, terms)),
    section("Rules", el("dl", {}, rules)),
  ];
}
