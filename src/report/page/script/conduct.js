// The pictures of what an account did over time, and of who is bound to whom in a campaign.
// In: the numbers that were kept of an account, a campaign; out: figures.
// Knows no recipient and no text: there is none in the numbers.

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
    activity.bins.forEach((bin) => {
      all[bin[0]] = bin[k];
    });
    return all;
  };
  const [actions, unprompted, received, reached, fresh, groups] = [1, 2, 3, 4, 5, 6].map(column);
  const sum = (list) => list.reduce((a, b) => a + b, 0);
  let run = 0;
  const rising = (list) => ((run = 0), list.map((n) => (run += n)));
  const per = hourly ? "hour" : activity.bin_hours === 24 ? "day" : `${activity.bin_hours / 24} days`;
  const busiest = Math.max(...actions);
  const [sent, heard, grouped] = [actions, received, groups].map(sum);
  if (sent + heard + grouped === 0) return [note("Nothing in the window.")];
  const said = [
    `${plural(sent, "action")}, ${count(busiest)} in the busiest ${per}`,
    `${count(heard)} received`,
    0 < grouped && plural(grouped, "act") + " on groups",
  ];
  const times = (c) =>
    kinds(c, labels, { axisLabel: { color: c.faint, hideOverlap: true, formatter: (t) => t.slice(5) } });
  const bars = (c, name, color, list) => ({
    name,
    type: "bar",
    stack: "sent",
    barCategoryGap: "15%",
    itemStyle: { color },
    data: list,
  });
  const all = [
    figure("Activity", `${said.filter(Boolean).join("; ")}.`, 220, (c) => ({
      xAxis: times(c),
      yAxis: numbers(c),
      series: [
        0 < sum(unprompted) && bars(c, "unprompted", c.accent, unprompted),
        sum(unprompted) < sent &&
          bars(
            c,
            "answers and talk",
            c.faint,
            actions.map((n, i) => n - unprompted[i]),
          ),
        0 < grouped && { ...bars(c, "acts on groups", c.review, groups), stack: "groups" },
        0 < heard && {
          name: "received",
          type: "line",
          symbol: "none",
          lineStyle: { width: 1.5, color: c.second },
          itemStyle: { color: c.second },
          data: received,
        },
      ].filter(Boolean),
    })),
    0 < sum(reached) &&
      figure(
        "People written to",
        `${plural(sum(reached), "person", "people")} in the window, ${count(sum(fresh))} of them never talked to before.`,
        220,
        (c) => ({
          xAxis: times(c),
          yAxis: numbers(c),
          series: [
            ["all", c.accent, reached],
            ["never talked to before", c.second, fresh],
          ].map(([name, color, list]) => ({
            name,
            type: "line",
            step: "end",
            symbol: "none",
            lineStyle: { color, width: 2 },
            itemStyle: { color },
            data: rising(list),
          })),
        }),
      ),
    0 < sent && weekFigure(activity.week),
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
    xAxis: kinds(
      c,
      Array.from({ length: 24 }, (_, h) => String(h)),
    ),
    yAxis: kinds(c, WEEKDAYS, { inverse: true }),
    grid: { ...shared(c).grid, top: 6 },
    legend: { show: false },
    tooltip: {
      ...shared(c).tooltip,
      trigger: "item",
      formatter: (p) => `${WEEKDAYS[p.value[1]]} ${p.value[0]}:00  ${plural(p.value[2], "action")}`,
    },
    visualMap: { show: false, min: 0, max: most, inRange: { color: [c.page, c.accent] } },
    series: [{ type: "heatmap", data: cells, itemStyle: { borderColor: c.line, borderWidth: 0.5 } }],
  }));
}

function gapFigure(kept) {
  // Never fewer than up to a quarter of an hour, so that one bar alone still says where it stands.
  const gaps = Array.from({ length: Math.max(11, kept.length) }, (_, k) => kept[k] ?? 0);
  const total = gaps.reduce((a, b) => a + b, 0);
  if (total === 0) return null;
  const from = (k) => (k === 0 ? "< 1 s" : duration(2 ** (k - 1)));
  const top = gaps.indexOf(Math.max(...gaps));
  return figure(
    "Gaps between actions",
    `most often ${top === 0 ? "below a second" : `${from(top)} to ${duration(2 ** top)}`}; each bar is twice as long as the one before.`,
    210,
    (c) => ({
      xAxis: kinds(
        c,
        gaps.map((_, k) => from(k)),
      ),
      yAxis: numbers(c),
      legend: { show: false },
      grid: { ...shared(c).grid, top: 10 },
      series: [{ name: "gaps", type: "bar", barCategoryGap: "10%", itemStyle: { color: c.accent }, data: gaps }],
    }),
  );
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
  return figure(
    "Share of texts",
    `${plural(templates.distinct, "text")} (near-duplicates count as one) in ${plural(templates.n, "action")}; the largest is ${share}.`,
    210,
    (c) => ({
      xAxis: kinds(c, names),
      yAxis: numbers(c, {
        minInterval: 0,
        max: 1,
        interval: 0.25,
        axisLabel: { color: c.faint, formatter: (x) => percent(x, 0) },
      }),
      legend: { show: false },
      grid: { ...shared(c).grid, top: 10 },
      tooltip: { ...shared(c).tooltip, valueFormatter: (x) => percent(x) },
      series: [
        {
          name: "share of actions",
          type: "bar",
          barMaxWidth: 40,
          itemStyle: { color: c.accent },
          data: values.map((n) => n / templates.n),
        },
      ],
    }),
  );
}

const LINK_WORDS = {
  lockstep: "things put out in step",
  sharded: "days and texts in common",
  clique: "messages between them",
};

/** Members on a circle, so that the picture is the same every time; a line is as thick as what binds. */
function networkFigure(campaign) {
  if (campaign.pairs.length === 0) return null;
  const most = Math.max(...campaign.pairs.map(([, , n]) => n));
  const few = campaign.members.length <= 24;
  const short = (text) => (text.length <= 14 ? text : `${text.slice(0, 13)}…`);
  const height = 440;
  const left = campaign.links - campaign.pairs.length;
  const sentence = `${plural(campaign.members.length, "account")} on a circle, a line for ${LINK_WORDS[campaign.kind]}${0 < left ? `; the strongest ${campaign.pairs.length} of ${count(campaign.links)} links` : ""}.`;
  const parts = [
    ["member", "accent"],
    ["unclear", "faint"],
    ["original", "second"],
  ].filter(([part]) => campaign.members.some((m) => m.part === part));
  return figure("Who is bound to whom", sentence, height, (c) => ({
    legend: { ...shared(c).legend, data: parts.map(([name]) => name) },
    tooltip: {
      ...shared(c).tooltip,
      trigger: "item",
      formatter: (p) =>
        p.dataType === "edge" ? `${p.data.said}: ${count(p.data.n)} ${LINK_WORDS[campaign.kind]}` : p.data.said,
    },
    series: [
      {
        type: "graph",
        layout: "circular",
        roam: false,
        top: 120,
        bottom: 105,
        left: 105,
        right: 105,
        categories: parts.map(([name, color]) => ({ name, itemStyle: { color: c[color] } })),
        label: { show: few, position: "right", color: c.ink, fontSize: 11, formatter: (p) => short(p.data.said) },
        circular: { rotateLabel: true },
        symbolSize: few ? 14 : 8,
        data: campaign.members.map((m, i) => ({
          id: String(i),
          name: String(i),
          said: shownName(m.at),
          category: Math.max(
            0,
            parts.findIndex(([name]) => name === m.part),
          ),
        })),
        links: campaign.pairs.map(([a, b, n]) => ({
          source: String(a),
          target: String(b),
          n,
          said: `${shownName(campaign.members[a].at)} – ${shownName(campaign.members[b].at)}`,
          lineStyle: { width: 0.5 + (4 * n) / most, color: c.faint, opacity: 0.55, curveness: 0.1 },
        })),
      },
    ],
  }));
}

function campaignTimeFigure(campaign) {
  if (campaign.daily.length === 0) return null;
  const first = campaign.daily[0][0];
  const last = campaign.daily[campaign.daily.length - 1][0];
  const all = Array(last - first + 1).fill(0);
  campaign.daily.forEach(([on, n]) => {
    all[on - first] = n;
  });
  const label = (i) => new Date((first + i) * 86_400_000).toISOString().slice(0, 10);
  return figure(
    "When",
    `times that members put out a thing of two or more of them, on ${plural(campaign.daily.length, "day")} from ${label(0)} to ${label(last - first)}.`,
    200,
    (c) => ({
      xAxis: kinds(
        c,
        all.map((_, i) => label(i)),
        { axisLabel: { color: c.faint, hideOverlap: true, formatter: (t) => t.slice(5) } },
      ),
      yAxis: numbers(c),
      legend: { show: false },
      grid: { ...shared(c).grid, top: 10 },
      series: [{ name: "things put out", type: "bar", barMaxWidth: 30, itemStyle: { color: c.accent }, data: all }],
    }),
  );
}
