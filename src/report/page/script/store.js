// What the page knows: accounts, campaigns, rules and cases by their names, and what the analyst decided.
// In: the data, the browser's storage; out: lookups, decisions, the file of decisions.
// Sends nothing anywhere: decisions leave as a file that the analyst saves.

const ruleCards = new Map(data.rules.map((rule) => [rule.code, rule]));
const accounts = new Map(data.accounts.map((account) => [account.at, account]));
const placeOf = new Map(data.names.map((name, at) => [name, at]));
const campaigns = new Map(data.campaigns.map((campaign) => [campaign.id, campaign]));
const caseOf = new Map(data.queue.cases.map((item) => [item.at, item]));
const rungs = ["no_finding", "watch", "review", "abuse_high", "abuse_certain"];

/** Storage that outlives the page where the browser allows it, and else the page's own memory. */
const memory = (() => {
  const own = new Map();
  try {
    localStorage.setItem("bulkwatch", "here");
    return {
      keeps: true,
      get: (key) => localStorage.getItem(key),
      set: (key, text) => localStorage.setItem(key, text),
    };
  } catch {
    return { keeps: false, get: (key) => own.get(key) ?? null, set: (key, text) => own.set(key, text) };
  }
})();

function recall(key, otherwise) {
  try {
    return JSON.parse(memory.get(key)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

const decisionsKey = `bulkwatch decisions ${data.run.id}`;
const revealedKey = `bulkwatch revealed ${data.run.id}`;
/** By the account's name, which is the same in every night. */
const decisions = new Map(Object.entries(recall(decisionsKey, {})));
const revealed = new Set(recall(revealedKey, []));

function keep(key, value) {
  try {
    memory.set(key, JSON.stringify(value));
  } catch {
    announce("The browser's storage is full: save the file of decisions now.");
  }
}

const decisionOn = (at) => decisions.get(data.names[at]);

function decide(at, decision) {
  const name = data.names[at];
  if (decision) decisions.set(name, decision);
  else decisions.delete(name);
  keep(decisionsKey, Object.fromEntries(decisions));
  keep("bulkwatch who", decision?.who ?? recall("bulkwatch who", ""));
  showNavigation();
}

/** Who is looked at for a case that is hidden: its account and the members drawn from its campaign. */
const blind = new Set(data.queue.cases.filter((c) => c.blind).flatMap((c) => [c.at, ...c.sample]));

/** Whether what was found on an account is hidden: its case is the second reviewer's, who has not decided yet. */
const isHidden = (at) => blind.has(at) && !decisionOn(at) && !revealed.has(data.names[at]);

function reveal(at) {
  revealed.add(data.names[at]);
  keep(revealedKey, [...revealed]);
}

const COLUMNS = ["account", "decision", "why", "who", "when", "run", "families", "until"];

/** One quote before what a spreadsheet would take for a formula, or for a quote of ours; it is taken away on reading. */
const guarded = (text) => (/^[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]/u.test(text) ? `'${text}` : text);
const quoted = (text) => (/[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** A name as the program shows it and reads it again. */
const typed = (name) => (placeOf.has(name) ? shownName(placeOf.get(name)) : name);

/** The file that `bulkwatch decisions merge` and `scan --decisions` read. */
function decisionsFile() {
  const rows = [...decisions]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([account, d]) =>
      COLUMNS.map((column) => quoted(guarded({ account: typed(account), run: data.run.id, ...d }[column] ?? ""))).join(
        ",",
      ),
    );
  return `${[COLUMNS.join(","), ...rows].join("\n")}\n`;
}

function saveDecisions() {
  const who = [...new Set([...decisions.values()].map((d) => d.who))].join("-").replace(/[^\p{L}\p{N}-]+/gu, "_");
  const url = URL.createObjectURL(new Blob([decisionsFile()], { type: "text/csv;charset=utf-8" }));
  const link = el("a", { href: url, download: `decisions-${data.run.id}-${who || "nobody"}.csv` });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}
