// The views of a working morning: what waits, the queue, accounts, campaigns, what changed.
// In: the data and the query of the hash; out: elements.
// Shows what is there and says where the rest stands.

const MARKS = {
  V: "published",
  Q: "quoted second-hand",
  X: "measured by us",
  S: "our suggestion",
  "V+S": "published kind, number of ours",
};

const heading = (text) => el("h1", { tabindex: "-1" }, text);

/** Verdicts in words, with the parts that are told apart. */
function tallyTable() {
  const rows = data.tally.map((t) =>
    [
      t.part
        ? el("span", { class: "part" }, `of these ${words(t.name)}`)
        : el("a", { href: `#accounts?verdict=${t.name}` }, el("span", { class: `chip ${t.name}` }, words(t.name))),
      [count(t.n)],
      data.delta && [t.before === null ? "" : count(t.before)],
    ].filter(Boolean),
  );
  return plainTable(["verdict", ["accounts"], ...(data.delta ? [["earlier run"]] : [])], rows);
}

function changesLine() {
  if (!data.delta)
    return note("There is no earlier run to compare with: scan with ", el("code", {}, "--previous"), ".");
  const some = data.delta.accounts.filter((c) => 0 < c.n);
  const link = (c) => [
    el("a", { href: c.name === "disappeared" ? "#changes" : `#accounts?changed=${c.name}` }, `${count(c.n)} ${words(c.name)}`),
    " ",
  ];
  return el(
    "p",
    {},
    `Since ${data.delta.previous.as_of}: `,
    some.length === 0 ? "no account stands otherwise than before." : some.map(link),
    " ",
    el("a", { href: "#changes" }, "all changes"),
  );
}

function morningView() {
  const q = data.queue;
  const open = q.cases.filter((item) => !decisionOn(item.at));
  const next = open.find((item) => !item.blind) ?? open[0];
  const chance = q.precision
    ? `Of the ${q.precision.n} cases with a chance of abuse, ${percent(q.precision.mean)} on average${q.precision.simulated ? " (simulated labels)" : ""}.`
    : "";
  const expected = `Expected: ${q.expected ?? "how many will be confirmed is not known, as no decisions were given"}. ${chance}`;
  const drawn = q.cases.filter((item) => item.kind === "audit").length;
  const names = ["automation", "broadcast", "unsolicited"];
  // What is due tells that something was found.
  const due = data.alerts.filter((a) => !isHidden(a.at));
  return [
    heading("This morning"),
    el(
      "p",
      { class: "lead" },
      data.run.held ? "This night is held: there is no queue until a person lets it go. " : "",
      `${plural(q.cases.length - drawn, "case")} with ${plural(q.behind[1], "account")} behind them${drawn ? ` and ${count(drawn)} drawn from below the cut` : ""}${q.capacity ? `, for a capacity of ${count(q.capacity)}` : ""}; ${count(decisions.size)} decided so far. `,
      next && el("a", { class: "go", href: accountHash(next.at), id: "next-case" }, "open the next case"),
    ),
    note(expected),
    changesLine(),
    section(
      "Sanctions and decisions to look after",
      due.length > 0 &&
        plainTable(
          ["account", "what is due"],
          due.map((a) => [accountLink(a.at), a.note]),
        ),
    ),
    section("Verdicts", el("div", { class: "figures" }, tallyFigure(), el("div", {}, tallyTable()))),
    section(
      "Sub-scores",
      note("They order accounts from 0 to 1 and are no probabilities.", shiftWords()),
      el("div", { class: "figures three" }, names.map(scoresFigure)),
    ),
    section("Decided, by what was told", observedParts()),
    section("The white paper's measures", measuresTable()),
    section(
      "Notes",
      data.run.warnings.map((w) => note(`${w}.`)),
    ),
  ];
}

function shiftWords() {
  const shift = data.scores.shift;
  if (!shift) return "";
  const said = shift.map((s) => `${s.name} ${s.distance.toFixed(3)}`).join(", ");
  const sure = shift.map((s) => s.at_least.toFixed(3)).join(", ");
  return ` Against the earlier run the cumulative shares differ by at most: ${said} (${count(data.scores.n)} and ${count(data.scores.n_before)} accounts); for sure, past what chance leaves (99.9 %, for accounts that do not depend on each other), by ${sure}.`;
}

function measuresTable() {
  const rows = data.measures.map((m) => {
    if (m.n === null) return [m.name, "not told: it would point at one or two accounts", [""], m.paper];
    if (m.n === 0) return [m.name, "nobody to measure", [""], m.paper];
    return [
      m.name,
      `${percent(m.hits / m.n)} (${percent(m.low)} to ${percent(m.high)})`,
      [`${count(m.hits)} of ${count(m.n)}`],
      m.paper,
    ];
  });
  return [
    plainTable(["share of those at review and above", "here, 95 % interval", ["accounts"], "paper [V]"], rows, true),
    note(
      'Here: the first reason\'s stage is registration; no report in the run\'s window, where the log has feedback. The paper defines neither "at registration" nor "recent"; these definitions are ours [S].',
      data.run.simulated ? " This night is simulated." : "",
    ),
  ];
}

const accountColumns = [
  { head: "account", cell: (a) => accountLink(a.at), by: (a) => data.names[a.at] },
  { head: "verdict", cell: standing, by: (a) => (isHidden(a.at) ? null : rungs.indexOf(a.verdict)), falling: true },
  ...["automation", "broadcast", "unsolicited"].map((name, i) => ({
    head: name,
    numeric: true,
    falling: true,
    cell: (a) => (isHidden(a.at) ? "" : a.scores[i].toFixed(2)),
    by: (a) => (isHidden(a.at) ? null : a.scores[i]),
  })),
  { head: "actions", numeric: true, falling: true, cell: (a) => count(a.messages), by: (a) => a.messages },
  {
    head: "reasons",
    cell: (a) =>
      isHidden(a.at)
        ? ""
        : el(
            "span",
            { class: "codes" },
            a.reasons.map((r) => [ruleLink(r.code), " "]),
          ),
  },
  {
    head: "change",
    cell: (a) => (isHidden(a.at) ? "" : words(a.change?.change ?? "")),
    by: (a) => (isHidden(a.at) ? null : (a.change?.change ?? null)),
  },
  { head: "decided", cell: (a) => decisionOn(a.at)?.decision ?? "", by: (a) => decisionOn(a.at)?.decision ?? null },
];

/** What is hidden stands last, whatever its rank would be, so that its place tells nothing. */
function listed(all) {
  const open = all.filter((a) => !isHidden(a.at));
  const hidden = all.filter((a) => isHidden(a.at)).sort((a, b) => (data.names[a.at] < data.names[b.at] ? -1 : 1));
  return [...open, ...hidden];
}

function accountsView(query) {
  const table = pagedTable("accounts", accountColumns, "No account passes these filters.");
  const all = listed(data.accounts);
  const form = filterForm("accounts", query, (wanted) => table.show(all.filter((a) => passes(a, wanted))));
  return [
    heading("Accounts"),
    note(
      `${plural(data.accounts.length, "account")} with something to note or in the queue.`,
      data.more.accounts > 0 &&
        ` ${count(data.more.accounts)} more stand in scores.parquet and reasons.ndjson: this page stays within its size.`,
    ),
    form,
    table.node,
  ];
}

const caseColumns = [
  { head: "case", cell: (r) => el("span", { title: r.item.id }, r.place), by: (r) => r.place, numeric: true },
  {
    head: "kind",
    cell: (r) => (isHidden(r.item.at) ? "" : r.item.kind),
    by: (r) => (isHidden(r.item.at) ? null : r.item.kind),
  },
  {
    head: "account",
    cell: (r) => [
      accountLink(r.item.at),
      r.item.members > 1 &&
        el("span", { class: "note" }, ` and ${count(r.item.members - 1)} more of `, campaignLink(r.item.campaign)),
    ],
    by: (r) => data.names[r.item.at],
  },
  {
    head: "verdict",
    cell: (r) => standing(r.account),
    by: (r) => (isHidden(r.item.at) ? null : rungs.indexOf(r.account.verdict)),
    falling: true,
  },
  { head: "first reason", cell: (r) => firstReason(r) },
  { head: "sample", cell: (r) => sampleWords(r.item) },
  {
    head: "decided",
    cell: (r) => decisionOn(r.item.at)?.decision ?? "",
    by: (r) => decisionOn(r.item.at)?.decision ?? null,
  },
];

function firstReason(r) {
  if (isHidden(r.item.at)) return el("span", { class: "note" }, "for a second reviewer");
  const reason = r.account.reasons[0];
  return reason
    ? [el("b", {}, ruleLink(reason.code)), " ", statement(reason.statement, true)]
    : el("span", { class: "note" }, "drawn from below the cut");
}

function sampleWords(item) {
  if (item.sample.length === 0) return "";
  const open =
    item.otherwise_at_most > 0 ? `, up to ${percent(item.otherwise_at_most, 0)} of the others may be otherwise` : "";
  return `${item.sample.length} drawn${open}`;
}

function queueView(query) {
  const q = data.queue;
  const rows = q.cases
    .map((item, i) => ({ place: i + 1, item, account: accounts.get(item.at) }))
    .filter((r) => r.account);
  const table = pagedTable("queue", caseColumns, "No case passes these filters.");
  const form = filterForm("queue", query, (wanted) => table.show(rows.filter((r) => passes(r.account, wanted))));
  const blind = q.cases.filter((item) => item.blind).length;
  return [
    heading("Review queue"),
    el(
      "p",
      {},
      `${plural(q.cases.length, "case")}${q.capacity ? ` for a capacity of ${count(q.capacity)}` : ""}; ${count(q.possible)} would be there without a cut. ${count(q.behind[1])} of ${count(q.behind[0])} accounts that should be looked at stand behind them: a campaign is one case with a drawn sample.`,
    ),
    note(
      `${plural(q.cases.filter((item) => item.kind === "audit").length, "case")} drawn from below the cut; ${count(blind)} hide score, verdict and reasons until a second reviewer has decided.`,
      q.more > 0 && ` ${count(q.more)} more cases stand in review_queue.csv.`,
    ),
    form,
    table.node,
  ];
}

function campaignsView() {
  const columns = [
    { head: "campaign", cell: (c) => campaignLink(c.id), by: (c) => c.id },
    { head: "what binds it", cell: (c) => c.kind, by: (c) => c.kind },
    { head: "members", numeric: true, falling: true, cell: (c) => count(c.size), by: (c) => c.size },
    { head: "unclear", numeric: true, falling: true, cell: (c) => count(c.unclear), by: (c) => c.unclear },
    { head: "links", numeric: true, falling: true, cell: (c) => count(c.links), by: (c) => c.links },
    { head: "things in common", numeric: true, falling: true, cell: (c) => count(c.things), by: (c) => c.things },
    { head: "days", numeric: true, falling: true, cell: (c) => count(c.days), by: (c) => c.days },
    { head: "first and last", cell: (c) => (c.from ? `${c.from} to ${c.to}` : ""), by: (c) => c.from },
    { head: "since last run", cell: (c) => c.change ?? "", by: (c) => c.change },
  ];
  const table = pagedTable("campaigns", columns, "No accounts were found to act together.");
  table.show(data.campaigns);
  return [
    heading("Campaigns"),
    note(
      "Company alone is at most a reason to watch. Beside conduct of the member's own it counts as a second kind of evidence.",
      data.campaigns.some((c) => 0 < c.unclear) &&
        " Unclear: accounts that did the same at the same time, which is too coarse to tell who was first; who may be imitated is no member.",
      data.more.campaigns > 0 && ` ${count(data.more.campaigns)} more stand in campaigns.parquet.`,
    ),
    table.node,
  ];
}

function campaignView(id) {
  const campaign = campaigns.get(id);
  if (!campaign) return [heading("A campaign that is not on this page"), note("It may stand in campaigns.parquet.")];
  const parts = {
    member: "member",
    unclear: "times too coarse to tell",
    original: "imitated, or always first: no member",
  };
  const item = data.queue.cases.find((one) => one.kind === "campaign" && one.campaign === id);
  const columns = [
    { head: "account", cell: (m) => accountLink(m.at), by: (m) => data.names[m.at] },
    {
      head: "verdict",
      cell: (m) => (accounts.has(m.at) ? standing(accounts.get(m.at)) : ""),
      by: (m) => (isHidden(m.at) ? null : rungs.indexOf(accounts.get(m.at)?.verdict)),
      falling: true,
    },
    { head: "part", cell: (m) => parts[m.part], by: (m) => m.part },
    ...["partners", "led", "followed", "tied"].map((key) => ({
      head: key,
      numeric: true,
      falling: true,
      cell: (m) => count(m[key]),
      by: (m) => m[key],
    })),
    { head: "decided", cell: (m) => decisionOn(m.at)?.decision ?? "", by: (m) => decisionOn(m.at)?.decision ?? null },
  ];
  const table = pagedTable(`campaign ${id}`, columns, "No members.");
  table.show(campaign.members);
  return [
    heading(campaign.id),
    el(
      "p",
      {},
      `${plural(campaign.size, "member")}, bound by ${campaign.kind}: ${plural(campaign.links, "link")}, ${plural(campaign.things, "thing")} in common on ${plural(campaign.days, "day")}${campaign.from ? `, from ${campaign.from} to ${campaign.to}` : ""}.`,
      0 < campaign.unclear &&
        ` Of ${plural(campaign.unclear, "account")} times are too coarse to tell who was first and who is imitated: they are no members.`,
      campaign.representative &&
        ` Most put out ${campaign.representative.name} (a pseudonym of this run), ${plural(campaign.representative.accounts, "account")}.`,
    ),
    campaign.why && el("p", {}, el("b", {}, `Since the last run ${campaign.change}`), `: ${campaign.why}`),
    el("div", { class: "figures" }, networkFigure(campaign), campaignTimeFigure(campaign)),
    item &&
      section(
        "The case",
        el(
          "p",
          {},
          "Drawn to be looked at: ",
          [item.at, ...item.sample].map((at) => [accountLink(at), " "]),
        ),
        note(
          item.otherwise_at_most > 0
            ? `Where all drawn members agree, up to ${percent(item.otherwise_at_most, 0)} of the others may still be otherwise (95 %); a share estimated from them is within ${percent(item.sample_error, 0)}.`
            : "All queued members are in the sample.",
        ),
        decisionForm([item.at, ...item.sample], null),
      ),
    section(
      "Accounts",
      campaign.more > 0 && note(`${count(campaign.more)} more stand in campaigns.parquet.`),
      table.node,
    ),
  ];
}

function changesView() {
  const delta = data.delta;
  if (!delta) return [heading("Changes"), changesLine()];
  const told = (tell) => (r) => (isHidden(r.at) ? "" : tell(r));
  const columns = [
    { head: "account", cell: (r) => accountLink(r.at), by: (r) => data.names[r.at] },
    { head: "change", cell: told((r) => words(r.change)), by: told((r) => r.change) },
    { head: "before", cell: told((r) => words(r.before)), by: told((r) => rungs.indexOf(r.before)) },
    {
      head: "now",
      cell: (r) => (r.now ? verdictChip(r.at, r.now) : ""),
      by: (r) => (isHidden(r.at) ? null : rungs.indexOf(r.now)),
      falling: true,
    },
    {
      head: "cause",
      cell: told((r) => `${words(r.cause)}${r.terms ? ` (${r.terms})` : ""}`),
      by: told((r) => r.cause),
    },
    { head: "why", cell: told((r) => r.why) },
  ];
  const table = pagedTable("changes", columns, "No account stands otherwise than before.");
  // Rows come by urgency, which tells something too.
  table.show([...delta.rows.filter((r) => !isHidden(r.at)), ...delta.rows.filter((r) => isHidden(r.at))]);
  const strip = [...delta.accounts, ...delta.causes.map((c) => ({ name: `by ${words(c.name)}`, n: c.n }))];
  return [
    heading(`What changed since ${delta.previous.as_of}`),
    note(
      `Compared with run ${delta.previous.run_id}. `,
      delta.terms.length > 0
        ? `Between the two runs also changed: ${delta.terms.join(", ")}. The earlier conduct was judged again under tonight's terms, so that conduct and terms are told apart.`
        : "Policy, model, tool, population and decisions are the same.",
      delta.input.length > 0 && ` What was read differs: ${delta.input.join(", ")}; a change may come from that.`,
    ),
    el(
      "dl",
      { class: "strip" },
      strip.map((c) => el("div", {}, el("dt", {}, words(c.name)), el("dd", {}, count(c.n)))),
    ),
    table.node,
    delta.more > 0 && note(`${count(delta.more)} more stand in delta.parquet.`),
    section(
      "Campaigns",
      delta.campaigns.length > 0 &&
        plainTable(
          ["campaign", "change", "why"],
          delta.campaigns.map((c) => [campaigns.has(c.id) ? campaignLink(c.id) : c.id, c.change, c.why]),
        ),
    ),
    note(
      "New: flagged, and without a row before. New finding, finding gone: the verdict is the same, and what stands beside it is not. Cleared: judged, and nothing found. Expired: what is left in the window is too little to judge. Disappeared: no row any more.",
    ),
  ];
}
