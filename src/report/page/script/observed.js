// What people decided on earlier cases, beside what had been told of them.
// In: bins of decided accounts with n and exact bounds; out: words and pictures, words alone where nobody decided.
// Says nothing of accounts that nobody decided on.

/** The confirmed share of those decided on by what had been told of them, each with its exact interval. */
function observedFigure(title, sentence, bins, told) {
  const name = (b) => `${b.from} to ${b.to}\n${count(b.confirmed)} of ${count(b.n)}`;
  const share = (b) => b.confirmed / b.n;
  return figure(title, sentence, 220, (c) => ({
    xAxis: kinds(c, bins.map(name), { axisLabel: { color: c.faint, interval: 0, lineHeight: 15, fontSize: 11 } }),
    yAxis: axis(c, { type: "value", min: 0, max: 1, axisLabel: { color: c.faint, formatter: (x) => percent(x, 0) } }),
    tooltip: {
      ...shared(c).tooltip,
      formatter: ([at]) => {
        const b = bins[at.dataIndex];
        return `${count(b.confirmed)} of ${count(b.n)} confirmed: ${percent(share(b))} [${percent(b.low)}, ${percent(b.high)}]; told on average ${b.mean.toFixed(2)}`;
      },
    },
    legend: { ...shared(c).legend, data: ["confirmed", told && "told on average"].filter(Boolean) },
    series: [
      // The interval is a bar that stands on one nobody sees.
      {
        type: "bar",
        stack: "interval",
        barMaxWidth: 12,
        itemStyle: { color: "transparent" },
        data: bins.map((b) => b.low),
      },
      {
        type: "bar",
        stack: "interval",
        barMaxWidth: 12,
        itemStyle: { color: c.line },
        data: bins.map((b) => b.high - b.low),
      },
      mark("confirmed", c.accent, "circle", bins.map(share)),
      told &&
        mark(
          "told on average",
          c.second,
          "diamond",
          bins.map((b) => b.mean),
        ),
    ].filter(Boolean),
  }));
}

/** Points without a line between them. */
const mark = (name, color, symbol, points) => ({
  name,
  type: "line",
  symbol,
  symbolSize: 10,
  lineStyle: { width: 0 },
  itemStyle: { color },
  data: points,
});

/** What people decided on earlier cases beside what had been told of them; where nobody did, the words for that. */
function observedParts() {
  const o = data.observed;
  if (!o) return note("No decisions were given: ", el("code", {}, "--decisions"), " shows what earlier ones came to.");
  if (o.n === 0)
    return note(
      "Nobody decided yet on an account of a kept run, so there is nothing to hold scores or chances against.",
    );
  const line = o.line;
  const between = (m) => `${m.value.toFixed(2)} [${m.low.toFixed(2)}, ${m.high.toFixed(2)}]`;
  const chances =
    o.chances_n === 0
      ? "No run they were decided on had a model trained on labels of your own, so no chance was told of any."
      : `Of ${count(o.chances_n)} a chance had been told.${line ? ` Calibrated are a slope of 1 and an intercept of 0; here slope ${between(line.slope)}, intercept ${between(line.intercept)} (95 %).` : " Too few for a line through them (20)."}`;
  return [
    note(
      `${plural(o.n, "account")} of kept runs that people agree on; the share that was confirmed, with exact 95 % intervals (grey) for each bin. Who was neither confirmed nor innocent counts as not confirmed. They were chosen for their scores, so these are no shares of all accounts. `,
      chances,
    ),
    el(
      "div",
      { class: "figures" },
      observedFigure(
        "By highest sub-score",
        "an order, no chance; the bins are those that the audit draws from.",
        o.by_score,
        false,
      ),
      o.chances_n > 0 &&
        observedFigure(
          "By told chance of abuse",
          "where confirmed and told lie apart beyond the interval, the model is off.",
          o.by_chance,
          true,
        ),
    ),
  ];
}
