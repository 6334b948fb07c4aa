// Draws the pictures of a view with the bundled charting library.
// In: numbers of the data; out: a figure each, with words for who does not see it.
// Colors are those of the page, so that light and dark look alike; names are drawn as text and never read as markup.

/** Figures of the view on the page: where, and what to draw. */
let figures = [];

/** A figure: `option(colors)` is what the library draws, `words` says the same in a sentence. */
function figure(title, sentence, height, option) {
  const box = el("div", { class: "chart", role: "img", "aria-label": `${title}: ${sentence}` });
  box.style.height = `${height}px`;
  figures.push({ box, option, chart: null });
  return el("figure", {}, el("figcaption", {}, el("b", {}, title), " ", el("span", { class: "note" }, sentence)), box);
}

function colors() {
  const style = getComputedStyle(document.documentElement);
  const names = [
    "ink",
    "faint",
    "line",
    "page",
    "accent",
    "second",
    "no_finding",
    "watch",
    "review",
    "abuse_high",
    "abuse_certain",
  ];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** A box has no width yet where a page opens unseen, and another one with its window. */
const sizes = new ResizeObserver((changed) => {
  for (const { target } of changed) figures.find((f) => f.box === target)?.chart?.resize();
});

function drawFigures() {
  const own = colors();
  figures = figures.filter((f) => f.box.isConnected);
  for (const f of figures) {
    f.chart?.dispose();
    f.chart = echarts.init(f.box, null, { renderer: "svg" });
    f.chart.setOption({ ...shared(own), ...f.option(own) });
    sizes.observe(f.box);
  }
}

function forgetFigures() {
  sizes.disconnect();
  figures.forEach((f) => f.chart?.dispose());
  figures = [];
}

/** What all pictures share. */
function shared(c) {
  return {
    animation: false,
    textStyle: { fontFamily: "system-ui, sans-serif", fontSize: 12, color: c.ink },
    color: [c.accent, c.second, c.review, c.abuse_high],
    grid: { left: 4, right: 14, top: 30, bottom: 4, outerBoundsMode: "same", outerBoundsContain: "axisLabel" },
    tooltip: {
      trigger: "axis",
      renderMode: "richText",
      confine: true,
      backgroundColor: c.page,
      borderColor: c.line,
      textStyle: { color: c.ink, fontSize: 12 },
      axisPointer: { type: "shadow", shadowStyle: { opacity: 0.15 } },
    },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 9, textStyle: { color: c.ink }, inactiveColor: c.faint },
  };
}

const axis = (c, more) => ({
  axisLine: { lineStyle: { color: c.line } },
  axisTick: { show: false },
  axisLabel: { color: c.faint, hideOverlap: true },
  splitLine: { lineStyle: { color: c.line, opacity: 0.5 } },
  nameTextStyle: { color: c.faint },
  ...more,
});
const kinds = (c, names, more) => axis(c, { type: "category", data: names, splitLine: { show: false }, ...more });
const numbers = (c, more) => axis(c, { type: "value", minInterval: 1, splitNumber: 4, ...more });

/** Verdicts of this night beside the earlier one; those without a finding would dwarf the rest and stand in words. */
function tallyFigure() {
  const flagged = data.tally.filter((t) => !t.part && t.name !== "no_finding");
  const before = flagged.some((t) => t.before !== null);
  const said = flagged.map((t) => `${words(t.name)} ${count(t.n)}${before ? ` (before ${count(t.before)})` : ""}`);
  return figure(
    "Verdicts above no finding",
    `${said.join(", ")}; ${count(data.run.accounts)} accounts in all.`,
    before ? 210 : 165,
    (c) => ({
      xAxis: numbers(c),
      yAxis: kinds(
        c,
        flagged.map((t) => words(t.name)),
        { axisLabel: { color: c.ink } },
      ),
      legend: { ...shared(c).legend, show: before },
      grid: { ...shared(c).grid, right: 40, top: before ? 30 : 6 },
      series: [
        before && {
          name: "earlier run",
          type: "bar",
          barMaxWidth: 14,
          itemStyle: { color: c.line },
          data: flagged.map((t) => t.before),
        },
        {
          name: "this night",
          type: "bar",
          barMaxWidth: 18,
          label: { show: true, position: "right", color: c.ink },
          itemStyle: { color: c.accent },
          data: flagged.map((t) => ({ value: t.n, itemStyle: { color: c[t.name] } })),
        },
      ].filter(Boolean),
    }),
  );
}

/** How many accounts have which sub-score; the earlier run as a line. */
function scoresFigure(name, at) {
  const now = data.scores.now[at];
  const before = data.scores.before?.[at];
  const edge = (i) => (i / now.length).toFixed(2);
  const high = now.slice(Math.floor(now.length / 2)).reduce((a, b) => a + b, 0);
  const positive = (list) => list.map((n) => (0 < n ? n : null));
  return figure(
    name,
    `${plural(high, "account")} at 0.5 or above; the scale of accounts is logarithmic.`,
    180,
    (c) => ({
      xAxis: kinds(
        c,
        now.map((_, i) => edge(i)),
        { axisLabel: { color: c.faint, interval: 4 } },
      ),
      yAxis: axis(c, {
        type: "log",
        min: 0.3,
        axisLabel: { color: c.faint, formatter: (n) => (n < 1 ? "" : count(n)) },
      }),
      legend: { ...shared(c).legend, show: Boolean(before) },
      series: [
        { name: "this night", type: "bar", barCategoryGap: "15%", itemStyle: { color: c.accent }, data: positive(now) },
        before && {
          name: "earlier run",
          type: "line",
          step: "middle",
          symbol: "none",
          lineStyle: { color: c.second, width: 2 },
          itemStyle: { color: c.second },
          data: positive(before),
        },
      ].filter(Boolean),
    }),
  );
}

/** Which rules bring accounts to review that no other rule would have brought. */
function marginalFigure() {
  const rules = data.rules
    .filter((r) => 0 < r.carries)
    .sort((a, b) => b.alone - a.alone || b.carries - a.carries)
    .slice(0, 15)
    .reverse();
  if (rules.length === 0) return null;
  return figure(
    "What carries, and what only one rule catches",
    `the ${rules.length} rules that carry most; "alone" are accounts that would fall below review without that rule.`,
    60 + 24 * rules.length,
    (c) => ({
      xAxis: numbers(c),
      yAxis: kinds(
        c,
        rules.map((r) => r.code),
        { axisLabel: { color: c.ink, interval: 0 } },
      ),
      series: [
        {
          name: "carries",
          type: "bar",
          barGap: "-100%",
          barMaxWidth: 14,
          itemStyle: { color: c.line },
          data: rules.map((r) => r.carries),
        },
        {
          name: "alone",
          type: "bar",
          barMaxWidth: 14,
          itemStyle: { color: c.review },
          data: rules.map((r) => r.alone),
        },
      ],
    }),
  );
}
