// Which view the hash asks for, and the way between views by link, key and back button.
// In: the hash; out: the view on the page, its pictures drawn.
// Where a view fails the plain page stays, so that the night can be read all the same.

const VIEWS = [
  ["morning", "Morning", morningView],
  ["queue", "Queue", queueView],
  ["accounts", "Accounts", accountsView],
  ["campaigns", "Campaigns", campaignsView],
  ["changes", "Changes", changesView],
  ["rules", "Rules", rulesView],
  ["decisions", "Decisions", decisionsView],
  ["run", "Run", runView],
  ["glossary", "Glossary", null],
];

/** Which entry of the navigation a view of one thing belongs to. */
const BELONGS = { account: "accounts", campaign: "campaigns", rule: "rules" };

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The hash as view, argument and query. */
function asked() {
  const [path, ...query] = location.hash.slice(1).split("?");
  const [view, ...argument] = path.split("/");
  return {
    view: view || "morning",
    argument: decoded(argument.join("/")),
    query: new URLSearchParams(query.join("?")),
  };
}

function showNavigation() {
  const { view } = asked();
  const here = BELONGS[view] ?? view;
  const label = (id, name) => (id === "decisions" && 0 < decisions.size ? `${name} (${decisions.size})` : name);
  document
    .getElementById("views")
    .replaceChildren(
      ...VIEWS.map(([id, name]) => el("a", { href: `#${id}`, "aria-current": id === here && "page" }, label(id, name))),
    );
}

function announce(text) {
  document.getElementById("said").textContent = text;
}

function content({ view, argument, query }) {
  if (view === "account") return accountView(placeOf.get(argument));
  if (view === "campaign") return campaignView(argument);
  if (view === "rule") return ruleView(argument);
  if (view === "glossary") return glossaryView(argument);
  const found = VIEWS.find(([id]) => id === view);
  return found
    ? found[2](query)
    : [heading("Nothing stands here"), el("p", {}, el("a", { href: "#morning" }, "back to the morning"))];
}

function route() {
  forgetFigures();
  const view = document.getElementById("view");
  view.replaceChildren(...content(asked()).flat(Infinity).filter(Boolean));
  showNavigation();
  drawFigures();
}

/** After a link the view's heading has the focus, so that keys and screen readers go on from there. */
function follow() {
  route();
  announce("");
  window.scrollTo(0, 0);
  document.querySelector("#view h1")?.focus({ preventScroll: true });
}

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawFigures);
window.addEventListener("hashchange", follow);
// Keys for a queue that is worked through: n and p go to the case after and before, unless something is typed.
document.addEventListener("keydown", (e) => {
  if (e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
  const id = { n: "case-next", p: "case-before" }[e.key];
  if (id) document.getElementById(id)?.click();
});

route();
document.getElementById("plain").hidden = true;
for (const id of ["views", "view"]) document.getElementById(id).hidden = false;
