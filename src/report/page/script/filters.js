// Filters over accounts: by verdict, finding, campaign, rule, text, what changed, what is decided.
// In: rows that stand for accounts, the query of the hash; out: a form, and the rows that pass.
// What is hidden from a second reviewer passes no filter that would tell it.

const CHOICES = {
  verdict: () => [...rungs].reverse(),
  finding: () => ["broadcast_policy", "sanctioned", "insufficient"],
  campaign: () => data.campaigns.map((c) => c.id),
  rule: () => data.rules.filter((r) => 0 < r.hits).map((r) => r.code),
  changed: () => (data.delta ? data.delta.accounts.map((c) => c.name).filter((name) => name !== "disappeared") : []),
  decided: () => ["decided", "open"],
};

const codesOf = (account) => [...account.reasons, ...account.mitigations].map((r) => r.code);

const TESTS = {
  verdict: (account, word) => account.verdict === word,
  finding: (account, word) => account.finding === word || account.state === word,
  campaign: (account, id) => account.campaigns.includes(id),
  rule: (account, code) => codesOf(account).includes(code),
  changed: (account, word) => account.change?.change === word,
  decided: (account, word) => Boolean(decisionOn(account.at)) === (word === "decided"),
};

const TELLING = ["verdict", "finding", "rule", "changed"];

/** Whether an account passes; `wanted` are the filters in force. */
function passes(account, wanted) {
  const hidden = isHidden(account.at);
  for (const [name, value] of Object.entries(wanted)) {
    if (name === "text") {
      const said = hidden ? [] : [...account.reasons, ...account.mitigations].map((r) => `${r.code} ${r.statement}`);
      const all = [
        data.names[account.at],
        shownName(account.at),
        ...account.campaigns,
        ...(hidden ? [] : account.notes),
        ...said,
      ];
      if (!all.some((text) => text.toLowerCase().includes(value.toLowerCase()))) return false;
    } else if (TESTS[name] && ((hidden && TELLING.includes(name)) || !TESTS[name](account, value))) {
      return false;
    }
  }
  return true;
}

/** The form of filters; `changed(wanted)` is told at once and after every change, and the hash follows. */
function filterForm(view, query, changed) {
  const wanted = Object.fromEntries([...query].filter(([name, value]) => value && (name === "text" || TESTS[name])));
  const tell = () => {
    const text = new URLSearchParams(wanted).toString();
    history.replaceState(null, "", `#${view}${text ? `?${text}` : ""}`);
    changed(wanted);
  };
  const set = (name, value) => {
    if (value) wanted[name] = value;
    else delete wanted[name];
    tell();
  };
  const choice = (name) => {
    const all = CHOICES[name]();
    if (all.length === 0) return null;
    const options = all.map((word) => el("option", { value: word, selected: wanted[name] === word }, words(word)));
    const pick = el(
      "select",
      { name, onchange: (e) => set(name, e.target.value) },
      el("option", { value: "" }, "any"),
      options,
    );
    return el("label", {}, name, pick);
  };
  const text = el("input", {
    type: "search",
    name: "text",
    placeholder: "name, campaign, reason",
    value: wanted.text ?? "",
    oninput: (e) => set("text", e.target.value.trim()),
  });
  const clear = el("button", { type: "reset" }, "clear");
  const form = el(
    "form",
    { class: "filters", role: "search", "aria-label": `filter the ${view}` },
    el("label", {}, "text", text),
    Object.keys(CHOICES).map(choice),
    clear,
  );
  form.addEventListener("submit", (e) => e.preventDefault());
  form.addEventListener("reset", (e) => {
    e.preventDefault();
    Object.keys(wanted).forEach((name) => delete wanted[name]);
    form.querySelectorAll("select, input").forEach((field) => {
      field.value = "";
    });
    tell();
  });
  changed(wanted);
  return form;
}
