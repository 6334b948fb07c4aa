// A table that is sorted by its heads and shown page by page.
// In: columns and rows; out: an element that is drawn again when the rows change.
// Keeps where the reader was, so that going back finds the same page.

const tableStates = new Map();
const PAGE_ROWS = 50;

/**
 * A column is { head, cell(row), by(row)?, numeric?, falling? }: `by` makes it sortable, null values come last.
 * Returns { node, show(rows) }.
 */
function pagedTable(id, columns, empty) {
  const state = tableStates.get(id) ?? { column: null, falling: false, page: 0 };
  tableStates.set(id, state);
  const node = el("div", { class: "paged" });
  let rows = [];

  const ordered = () => {
    const by = columns[state.column]?.by;
    if (!by) return rows;
    const sign = state.falling ? -1 : 1;
    const compare = (a, b) => {
      const [x, y] = [by(a), by(b)];
      if (x === null || y === null) return (x === null) - (y === null);
      return x < y ? -sign : y < x ? sign : 0;
    };
    return [...rows].sort(compare);
  };

  const sortBy = (column) => {
    if (state.column !== column) Object.assign(state, { column, falling: Boolean(columns[column].falling) });
    else if (state.falling === Boolean(columns[column].falling)) state.falling = !state.falling;
    else Object.assign(state, { column: null, falling: false });
    state.page = 0;
    draw();
    node.querySelectorAll("thead th")[column].querySelector("button").focus();
  };

  const head = (column, i) => {
    const on = state.column === i;
    const sort = on ? (state.falling ? "descending" : "ascending") : "none";
    const arrow = on ? (state.falling ? " ▾" : " ▴") : "";
    const inner = column.by
      ? el("button", { type: "button", onclick: () => sortBy(i), title: `sort by ${column.head}` }, column.head, arrow)
      : column.head;
    return el("th", { scope: "col", class: column.numeric && "n", "aria-sort": column.by && sort }, inner);
  };

  const turn = (page) => {
    state.page = page;
    draw();
  };

  const pager = (pages, total, from, to) => {
    if (pages <= 1) return el("p", { class: "pager" }, plural(total, "row"));
    const button = (text, page, label) =>
      el(
        "button",
        { type: "button", disabled: page < 0 || pages <= page, "aria-label": label, onclick: () => turn(page) },
        text,
      );
    return el(
      "p",
      { class: "pager" },
      button("« first", state.page === 0 ? -1 : 0, "first page"),
      button("‹ back", state.page - 1, "page before"),
      ` ${count(from + 1)} to ${count(to)} of ${count(total)} `,
      button("next ›", state.page + 1, "next page"),
      button("last »", state.page === pages - 1 ? pages : pages - 1, "last page"),
    );
  };

  function draw() {
    const all = ordered();
    const pages = Math.max(1, Math.ceil(all.length / PAGE_ROWS));
    state.page = Math.min(state.page, pages - 1);
    const from = state.page * PAGE_ROWS;
    const to = Math.min(all.length, from + PAGE_ROWS);
    const body = all.slice(from, to).map((row) =>
      el(
        "tr",
        {},
        columns.map((c) => el("td", { class: c.numeric && "n", "data-head": c.head }, c.cell(row))),
      ),
    );
    const table = el(
      "table",
      { class: "cards rows" },
      el("thead", {}, el("tr", {}, columns.map(head))),
      el("tbody", {}, body),
    );
    node.replaceChildren(
      ...(all.length === 0
        ? [el("p", { class: "note" }, empty)]
        : [el("div", { class: "wide" }, table), pager(pages, all.length, from, to)]),
    );
  }

  return {
    node,
    show: (next) => {
      rows = next;
      draw();
    },
  };
}
