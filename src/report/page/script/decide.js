// The form on which a person decides, and the list of what was decided.
// In: accounts; out: decisions in the store, each with why, who and when.
// Decides nothing by itself and fills in no reason.

const SAID = [
  ["confirmed", "it abuses"],
  ["innocent", "it does not"],
  ["unsure", "cannot tell"],
];

const nowInSeconds = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");

/** A form for one account, or for several members of a campaign of which each can be left out. */
function decisionForm(all, families) {
  const first = decisionOn(all[0]);
  const said = el(
    "span",
    { role: "status", class: "note" },
    first ? `decided ${first.decision} by ${first.who}, ${day(first.when)}` : "",
  );
  const choice = ([word, meaning]) =>
    el(
      "label",
      { class: "choice" },
      el("input", { type: "radio", name: "decision", value: word, required: true, checked: first?.decision === word }),
      el("b", {}, word),
      ` ${meaning}`,
    );
  const whom =
    all.length < 2
      ? null
      : el(
          "fieldset",
          {},
          el("legend", {}, "for the members that you looked at"),
          all.map((at) =>
            el("label", { class: "choice" }, el("input", { type: "checkbox", name: "whom", value: at }), nameNode(at)),
          ),
        );
  const form = el(
    "form",
    { class: "decision", "aria-label": "your decision" },
    el("fieldset", {}, el("legend", {}, "Your decision"), SAID.map(choice)),
    whom,
    el(
      "label",
      { class: "long" },
      "why",
      el("input", { name: "why", required: true, maxlength: 500, value: first?.why ?? "" }),
    ),
    el(
      "label",
      {},
      "who",
      el("input", {
        name: "who",
        required: true,
        maxlength: 80,
        value: first?.who ?? recall("bulkwatch who", ""),
        autocomplete: "name",
      }),
    ),
    el(
      "label",
      {},
      "innocent until (optional)",
      el("input", { name: "until", type: "date", min: tomorrow(), value: first?.until ?? "" }),
    ),
    el("button", { type: "submit" }, "keep"),
    el(
      "button",
      {
        type: "button",
        disabled: !first,
        onclick: () => {
          all.forEach((at) => decide(at, null));
          route();
        },
      },
      "take back",
    ),
    said,
  );
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    const field = new FormData(form);
    const chosen = all.length < 2 ? all : field.getAll("whom").map(Number);
    if (chosen.length === 0) {
      said.textContent = "choose at least one member";
      return;
    }
    const text = (name) => String(field.get(name) ?? "").trim();
    if (!text("why") || !text("who")) {
      said.textContent = "why and who must be said";
      return;
    }
    if (text("until") && text("until") < tomorrow()) {
      said.textContent = "until must be later than today";
      return;
    }
    for (const at of chosen) {
      const seen = families ?? accounts.get(at)?.families ?? null;
      const decision = {
        decision: text("decision"),
        why: text("why"),
        who: text("who"),
        when: nowInSeconds(),
        until: text("until"),
      };
      decide(at, seen === null ? decision : { ...decision, families: seen.join(" ") || "none" });
    }
    route();
    announce(`${plural(chosen.length, "decision")} kept`);
  });
  return form;
}

/** The day after today, UTC: a decision that ends before it was taken makes a file that nobody can read. */
const tomorrow = () => new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);

function decisionsView() {
  const all = [...decisions].sort(([, a], [, b]) => (a.when < b.when ? 1 : -1));
  const rows = all.map(([name, d]) => {
    const at = placeOf.get(name);
    return [at === undefined ? el("bdi", {}, name) : accountLink(at), d.decision, d.why, d.who, d.when];
  });
  return [
    el("h1", { tabindex: "-1" }, "Decisions"),
    el(
      "p",
      {},
      memory.keeps
        ? "They are kept in this browser, for this run."
        : "This browser keeps nothing: save the file before you close the page.",
      " Save the file, then ",
      el("code", {}, "bulkwatch decisions merge ann.csv bob.csv --out labels.csv"),
      " makes labels of it, and ",
      el("code", {}, "bulkwatch scan --decisions FILE"),
      " keeps the innocent silent.",
    ),
    el(
      "p",
      {},
      el(
        "button",
        { type: "button", id: "save", disabled: all.length === 0, onclick: saveDecisions },
        `save ${plural(all.length, "decision")} as CSV`,
      ),
    ),
    all.length === 0
      ? note("Nothing decided yet: each account's page has the form.")
      : plainTable(["account", "decision", "why", "who", "when"], rows, true),
    all.length === 0
      ? null
      : el("details", {}, el("summary", {}, "the file as text"), el("pre", { id: "csv" }, decisionsFile())),
  ];
}
