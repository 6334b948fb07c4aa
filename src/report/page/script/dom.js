// Builds elements and words from data.
// In: the JSON of the page, values; out: elements, texts, links.
// Names come from outside: they only ever become text or an attribute, never markup.

const data = JSON.parse(document.getElementById("data").textContent);

/** An element: attributes are set as text, `on...` as listeners, children are elements or texts. */
function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  const said = children.flat(Infinity).filter((c) => c !== null && c !== undefined && c !== false && c !== "");
  node.append(...said.map((c) => (c instanceof Node ? c : String(c))));
  return node;
}

const count = (n) => (n === null || n === undefined ? "–" : Number(n).toLocaleString("en-US"));
const percent = (x, digits = 1) => `${(100 * x).toFixed(digits)} %`;
const words = (word) => String(word).replaceAll("_", " ");
const plural = (n, one, many = `${one}s`) => `${count(n)} ${n === 1 ? one : many}`;
const day = (time) => String(time).slice(0, 10);

/** A value of a feature in its unit, with as many digits as a person reads. */
function measured(value, unit) {
  if (value === null || value === undefined) return "–";
  if (unit === "share") return percent(value);
  if (unit === "flag") return value ? "yes" : "no";
  if (unit === "seconds") return duration(value);
  const digits = Number.isInteger(value) ? 0 : Math.abs(value) < 10 ? 2 : 1;
  const text = value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === "days" ? `${text} d` : unit === "bits" ? `${text} bits` : text;
}

function duration(seconds) {
  const steps = [
    [86400, "d"],
    [3600, "h"],
    [60, "min"],
    [1, "s"],
  ];
  const [size, unit] = steps.find(([size]) => size <= seconds) ?? [0.001, "ms"];
  return `${Number((seconds / size).toPrecision(3))} ${unit}`;
}

/** A name as it is shown: what would hide or turn letters stands there as an escape. */
const shownName = (at) => data.shown[at] ?? data.names[at];

const nameNode = (at) => el("bdi", { class: "name" }, shownName(at));
const accountHash = (at) => `#account/${encodeURIComponent(data.names[at])}`;
const accountLink = (at) => el("a", { href: accountHash(at) }, nameNode(at));
const campaignHash = (id) => `#campaign/${encodeURIComponent(id)}`;
const campaignLink = (id) => el("a", { href: campaignHash(id) }, id);
const ruleLink = (code) =>
  ruleCards.has(code)
    ? el("a", { href: `#rule/${encodeURIComponent(code)}`, title: ruleCards.get(code).name }, code)
    : code;

/** A heading, and below it what belongs to it; nothing where there is nothing to say. */
function section(title, ...children) {
  const said = children.flat(Infinity).filter(Boolean);
  return said.length === 0 ? null : el("section", {}, el("h2", {}, title), said);
}

const note = (...children) => el("p", { class: "note" }, children);

/** A plain table: heads as text, or as [text] for numbers; rows of cells, which become cards on a narrow screen where asked. */
function plainTable(heads, rows, cards = false) {
  const numeric = heads.map((head) => Array.isArray(head));
  const head = heads.map((h, i) => el("th", { scope: "col", class: numeric[i] && "n" }, numeric[i] ? h[0] : h));
  const named = (i) => (numeric[i] ? heads[i][0] : heads[i]) || null;
  const body = rows.map((cells) =>
    el(
      "tr",
      {},
      cells.map((c, i) => el("td", { class: numeric[i] && "n", "data-head": named(i) }, c)),
    ),
  );
  return el(
    "div",
    { class: "wide" },
    el("table", { class: cards && "cards" }, el("thead", {}, el("tr", {}, head)), el("tbody", {}, body)),
  );
}

/** What a rule found; what its limit compares with stands back. */
function statement(text, briefly) {
  const from = text.indexOf(" [limit");
  const to = text.lastIndexOf("]") + 1;
  if (from < 0 || to <= from) return text;
  return [
    text.slice(0, from),
    briefly ? "" : el("span", { class: "note" }, text.slice(from, to)),
    briefly ? "" : text.slice(to),
  ];
}

/** A value from 0 to 1 as a bar with its number. */
function bar(value) {
  const fill = el("i");
  fill.style.width = `${Math.round(100 * value)}%`;
  return el("span", { class: "score" }, el("span", { class: "bar", "aria-hidden": "true" }, fill), value.toFixed(2));
}
