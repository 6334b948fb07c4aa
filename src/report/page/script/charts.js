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
  const names = ["ink", "faint", "line", "page", "accent", "second", "no_finding", "watch", "review", "abuse_high", "abuse_certain"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

function drawFigures() {
  const own = colors();
  figures = figures.filter((f) => f.box.isConnected);
  for (const f of figures) {
    f.chart?.dispose();
    f.chart = echarts.init(f.box, null, { renderer: "svg" });
    f.chart.setOption({ ...shared(own), ...f.option(own) });
  }
}

function forgetFigures() {
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
    tooltip: { trigger: "axis", renderMode: "richText", confine: true, backgroundColor: c.page, borderColor: c.line,
      textStyle: { color: c.ink, fontSize: 12 }, axisPointer: { type: "shadow", shadowStyle: { opacity: 0.15 } } },
    legend: { top: 0, left: 0, itemWidth: 12, itemHeight: 9, textStyle: { color: c.ink }, inactiveColor: c.faint },
  };
}

const axis = (c, more) => ({
  axisLine: { lineStyle: { color: c.line } }, axisTick: { show: false }, axisLabel: { color: c.faint, hideOverlap: true },
  splitLine: { lineStyle: { color: c.line, opacity: 0.5 } }, nameTextStyle: { color: c.faint }, ...more,
});
const kinds = (c, names, more) => axis(c, { type: "category", data: names, splitLine: { show: false }, ...more });
const numbers = (c, more) => axis(c, { type: "value", minInterval: 1, splitNumber: 4, ...more });

/** Verdicts of this night beside the earlier one; those without a finding would dwarf the rest and stand in words. */
function tallyFigure() {
  const flagged = data.tally.filter((t) => !t.part && t.name !== "no_finding");
  const before = flagged.some((t) => t.before !== null);
  const said = flagged.map((t) => `${words(t.name)} ${count(t.n)}${before ? ` (before ${count(t.before)})` : ""}`);
  return figure("Verdicts above no finding", `${said.join(", ")}; ${data.run.accounts} accounts in all.`, before ? 210 : 165, (c) => ({
    xAxis: numbers(c), yAxis: kinds(c, flagged.map((t) => words(t.name)), { axisLabel: { color: c.ink } }),
    legend: { ...shared(c).legend, show: before },
    grid: { ...shared(c).grid, right: 40, top: before ? 30 : 6 },
    series: [
      before && { name: "earlier run", type: "bar", barMaxWidth: 14, itemStyle: { color: c.line }, data: flagged.map((t) => t.before) },
      { name: "this night", type: "bar", barMaxWidth: 18, label: { show: true, position: "right", color: c.ink },
        itemStyle: { color: c.accent },
        data: flagged.map((t) => ({ value: t.n, itemStyle: { color: c[t.name] } })) },
    ].filter(Boolean),
  }));
}

/** How many accounts have which sub-score; the earlier run as a line. */
function scoresFigure(name, at) {
  const now = data.scores.now[at];
  const before = data.scores.before?.[at];
  const edge = (i) => (i / now.length).toFixed(2);
  const high = now.slice(Math.floor(now.length / 2)).reduce((a, b) => a + b, 0);
  const positive = (list) => list.map((n) => (0 < n ? n : null));
  return figure(name, `${plural(high, "account")} at 0.5 or above; the scale of accounts is logarithmic.`, 180, (c) => ({
    xAxis: kinds(c, now.map((_, i) => edge(i)), { axisLabel: { color: c.faint, interval: 4 } }),
    yAxis: axis(c, { type: "log", min: 0.5, axisLabel: { color: c.faint, formatter: (n) => (n < 1 ? "" : count(n)) } }),
    legend: { ...shared(c).legend, show: Boolean(before) },
    series: [
      { name: "this night", type: "bar", barCategoryGap: "15%", itemStyle: { color: c.accent }, data: positive(now) },
      before && { name: "earlier run", type: "line", step: "middle", symbol: "none", lineStyle: { color: c.second, width: 2 },
        itemStyle: { color: c.second }, data: positive(before) },
    ].filter(Boolean),
  }));
}

/** What an account did, bin by bin. */
function activityFigures(activity) {
  const hourly = activity.bin_hours < 24;
  const start = Date.parse(activity.from);
  const step = activity.bin_hours * 3_600_000;
  const last = Math.max(activity.bins_n, 1);
  const labels = Array.from({ length: last }, (_, i) => {
    const time = new Date(start + i * step).toISOString();
    return hourly ? time.slice(5, 16).replace("T", " ") : time.slice(0, 10);
  });
  const column = (k) => {
    const all = Array(last).fill(0);
    activity.bins.forEach((bin) => { all[bin[0]] = bin[k]; });
    return all;
  };
  const [actions, unprompted, received, reached, fresh] = [1, 2, 3, 4, 5].map(column);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  let run = 0;
  const rising = (list) => ((run = 0), list.map((n) => (run += n)));
  const per = hourly ? "hour" : activity.bin_hours === 24 ? "day" : `${activity.bin_hours / 24} days`;
  const busiest = Math.max(...actions);
  const times = (c) => kinds(c, labels, { axisLabel: { color: c.faint, hideOverlap: true, formatter: (t) => t.slice(5) } });
  const bars = (c, name, color, list) =>
    ({ name, type: "bar", stack: "sent", barCategoryGap: "15%", itemStyle: { color }, data: list });
  const all = [
    figure("Activity", `${plural(sum(actions), "action")}, ${count(busiest)} in the busiest ${per}; ${count(sum(received))} received.`, 220, (c) => ({
      xAxis: times(c), yAxis: numbers(c),
      series: [
        bars(c, "unprompted", c.accent, unprompted),
        bars(c, "answers and talk", c.line, actions.map((n, i) => n - unprompted[i])),
        { name: "received", type: "line", symbol: "none", lineStyle: { width: 1.5, color: c.second }, itemStyle: { color: c.second }, data: received },
      ],
    })),
    figure("People written to", `${plural(sum(reached), "person", "people")} in the window, ${count(sum(fresh))} of them never talked to before.`, 220, (c) => ({
      xAxis: times(c), yAxis: numbers(c),
      series: [["all", c.accent, reached], ["never talked to before", c.second, fresh]].map(([name, color, list]) =>
        ({ name, type: "line", step: "end", symbol: "none", lineStyle: { color, width: 2 }, itemStyle: { color }, data: rising(list) })),
    })),
    weekFigure(activity.week),
    gapFigure(activity.gaps),
    activity.templates && templateFigure(activity.templates),
  ];
  return all.filter(Boolean);
}

const WEEKDAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

function weekFigure(week) {
  const cells = week.map((n, i) => [i % 24, Math.floor(i / 24), n]);
  const used = week.filter((n) => 0 < n).length;
  const most = Math.max(...week, 1);
  return figure("Hours of the week (UTC)", `actions in ${used} of 168 hours.`, 210, (c) => ({
    xAxis: kinds(c, Array.from({ length: 24 }, (_, h) => String(h))),
    yAxis: kinds(c, WEEKDAYS, { inverse: true }),
    grid: { ...shared(c).grid, top: 6 },
    legend: { show: false },
    tooltip: { ...shared(c).tooltip, trigger: "item",
      formatter: (p) => `${WEEKDAYS[p.value[1]]} ${p.value[0]}:00  ${plural(p.value[2], "action")}` },
    visualMap: { show: false, min: 0, max: most, inRange: { color: [c.page, c.accent] } },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: c.line, borderWidth: 0.5 } }],
  }));
}

function gapFigure(gaps) {
  const total = gaps.reduce((a, b) => a + b, 0);
  if (total === 0) return null;
  const from = (k) => (k === 0 ? "< 1 s" : duration(2 ** (k - 1)));
  const top = gaps.indexOf(Math.max(...gaps));
  return figure("Gaps between actions", `most often ${top === 0 ? "below a second" : `${from(top)} to ${duration(2 ** top)}`}; each bar is twice as long as the one before.`, 210, (c) => ({
    xAxis: kinds(c, gaps.map((_, k) => from(k))), yAxis: numbers(c),
    legend: { show: false }, grid: { ...shared(c).grid, top: 10 },
    series: [{ name: "gaps", type: "bar", barCategoryGap: "10%", itemStyle: { color: c.accent }, data: gaps }],
  }));
}

function templateFigure(templates) {
  const rest = templates.n - templates.largest.reduce((a, b) => a + b, 0);
  if (templates.n === 0) return null;
  const names = templates.largest.map((_, i) => `text ${i + 1}`);
  const values = [...templates.largest];
  if (0 < rest) {
    names.push(`${count(templates.distinct - templates.largest.length)} others`);
    values.push(rest);
  }
  const share = percent(templates.largest[0] / templates.n, 0);
  return figure("Share of texts", `${plural(templates.distinct, "text")} (near-duplicates count as one) in ${plural(templates.n, "action")}; the largest is ${share}.`, 210, (c) => ({
    xAxis: kinds(c, names), yAxis: numbers(c, { minInterval: 0, max: 1, axisLabel: { color: c.faint, formatter: (x) => percent(x, 0) } }),
    legend: { show: false }, grid: { ...shared(c).grid, top: 10 },
    tooltip: { ...shared(c).tooltip, valueFormatter: (x) => percent(x) },
    series: [{ name: "share of actions", type: "bar", barMaxWidth: 40, itemStyle: { color: c.accent }, data: values.map((n) => n / templates.n) }],
  }));
}

const LINK_WORDS = { lockstep: "things put out in step", sharded: "days and texts in common", clique: "messages between them" };

/** Members on a circle, so that the picture is the same every time; a line is as thick as what binds. */
function networkFigure(campaign) {
  if (campaign.pairs.length === 0) return null;
  const most = Math.max(...campaign.pairs.map(([, , n]) => n));
  const few = campaign.members.length <= 24;
  const short = (text) => (text.length <= 16 ? text : `${text.slice(0, 15)}…`);
  const height = few ? 360 : 440;
  const left = campaign.links - campaign.pairs.length;
  const sentence = `${plural(campaign.members.length, "account")} on a circle, a line for ${LINK_WORDS[campaign.kind]}${0 < left ? `; the strongest ${campaign.pairs.length} of ${count(campaign.links)} links` : ""}.`;
  const parts = [["member", "accent"], ["unclear", "faint"], ["original", "second"]];
  return figure("Who is bound to whom", sentence, height, (c) => ({
    legend: { ...shared(c).legend, data: parts.map(([name]) => name) },
    tooltip: { ...shared(c).tooltip, trigger: "item",
      formatter: (p) => (p.dataType === "edge" ? `${p.data.said}: ${count(p.data.n)} ${LINK_WORDS[campaign.kind]}` : p.data.said) },
    series: [{
      type: "graph", layout: "circular", roam: false, top: 60, bottom: 40, left: 90, right: 90,
      categories: parts.map(([name, color]) => ({ name, itemStyle: { color: c[color] } })),
      label: { show: few, position: "right", color: c.ink, fontSize: 11, formatter: (p) => short(p.data.said) },
      circular: { rotateLabel: true }, symbolSize: few ? 14 : 8,
      data: campaign.members.map((m, i) => ({ id: String(i), name: String(i), said: shownName(m.at), category: Math.max(0, parts.findIndex(([name]) => name === m.part)) })),
      links: campaign.pairs.map(([a, b, n]) => ({ source: String(a), target: String(b), n, said: `${shownName(campaign.members[a].at)} – ${shownName(campaign.members[b].at)}`,
        lineStyle: { width: 0.5 + (4 * n) / most, color: c.faint, opacity: 0.55, curveness: 0.1 } })),
    }],
  }));
}

function campaignTimeFigure(campaign) {
  if (campaign.daily.length === 0) return null;
  const first = campaign.daily[0][0];
  const last = campaign.daily[campaign.daily.length - 1][0];
  const all = Array(last - first + 1).fill(0);
  campaign.daily.forEach(([on, n]) => { all[on - first] = n; });
  const label = (i) => new Date((first + i) * 86_400_000).toISOString().slice(0, 10);
  return figure("When", `things that two members or more put out, on ${plural(campaign.daily.length, "day")} from ${label(0)} to ${label(last - first)}.`, 200, (c) => ({
    xAxis: kinds(c, all.map((_, i) => label(i)), { axisLabel: { color: c.faint, hideOverlap: true, formatter: (t) => t.slice(5) } }), yAxis: numbers(c),
    legend: { show: false }, grid: { ...shared(c).grid, top: 10 },
    series: [{ name: "things put out", type: "bar", barMaxWidth: 30, itemStyle: { color: c.accent }, data: all }],
  }));
}

/** Which rules bring accounts to review that no other rule would have brought. */
function marginalFigure() {
  const rules = data.rules.filter((r) => 0 < r.carries).sort((a, b) => b.alone - a.alone || b.carries - a.carries).slice(0, 15).reverse();
  if (rules.length === 0) return null;
  return figure("What carries, and what only one rule catches", `the ${rules.length} rules that carry most; "alone" are accounts that would fall below review without that rule.`, 60 + 24 * rules.length, (c) => ({
    xAxis: numbers(c), yAxis: kinds(c, rules.map((r) => r.code), { axisLabel: { color: c.ink, interval: 0 } }),
    series: [
      { name: "carries", type: "bar", barGap: "-100%", barMaxWidth: 14, itemStyle: { color: c.line }, data: rules.map((r) => r.carries) },
      { name: "alone", type: "bar", barMaxWidth: 14, itemStyle: { color: c.review }, data: rules.map((r) => r.alone) },
    ],
  }));
}
