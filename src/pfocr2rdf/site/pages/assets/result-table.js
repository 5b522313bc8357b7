// A table of rows that are sorted by type and shown page by page, so that thousands of rows stay quick.

const XSD = "http://www.w3.org/2001/XMLSchema#";
const NUMBER_TYPES = new Set(
  ["integer", "decimal", "double", "float", "int", "long", "short", "byte", "nonNegativeInteger", "positiveInteger"].map((name) => XSD + name),
);
const DATE_TYPES = new Set(["date", "dateTime", "dateTimeStamp", "gYear", "gYearMonth"].map((name) => XSD + name));
const PAGE_SIZES = [50, 100, 500];
const RANKS = { number: 0, date: 1, text: 2, unbound: 3 };
const { compare: compareTexts } = new Intl.Collator("en", { numeric: true });

/** Whether a term is a number. */
export function isNumber(term) {
  return NUMBER_TYPES.has(term?.datatype);
}

/**
 * What a term is sorted by: its rank by type, and its value. Numbers come before dates, dates before texts, and unbound ones are last.
 * @param {object|undefined} term
 * @param {(term: object) => string} textOf the text that is shown of a term
 */
export function sortKey(term, textOf) {
  if (term === undefined) return [RANKS.unbound, ""];
  if (isNumber(term)) {
    const number = Number(term.value.trim().replace(/^([+-]?)INF$/, "$1Infinity"));
    if (!Number.isNaN(number)) return [RANKS.number, number];
  }
  if (DATE_TYPES.has(term.datatype)) {
    const time = timeOf(term.value.trim());
    if (!Number.isNaN(time)) return [RANKS.date, time];
  }
  return [RANKS.text, textOf(term)];
}

function timeOf(text) {
  const [, sign, year, rest, zone] = /^(-?)(\d{4,})((?:-\d\d){0,2}(?:T.*?)?)(Z|[+-]\d\d:\d\d)?$/.exec(text) ?? [];
  if (year === undefined) return Number.NaN;
  if (sign || year.length > 4) return Date.UTC(Number(sign + year), 0); // beyond what dates are parsed for
  const date = `${year}${rest}${"-01".repeat(2 - Math.min(2, (rest.split("T")[0].match(/-/g) ?? []).length))}`;
  return Date.parse(rest.includes("T") ? `${year}${rest}${zone ?? "Z"}` : `${date}T00:00:00${zone ?? "Z"}`);
}

/** The indexes of the rows in the order of a column. */
export function sortedIndexes(rows, name, isDescending, textOf) {
  const direction = isDescending ? -1 : 1;
  const keyed = rows.map((row, index) => [...sortKey(termOf(row, name), textOf), index]);
  keyed.sort(([rankA, valueA, indexA], [rankB, valueB, indexB]) => {
    if (rankA === RANKS.unbound || rankB === RANKS.unbound) return rankA - rankB || indexA - indexB; // last in both directions
    const order = rankA - rankB || (rankA === RANKS.text ? compareTexts(valueA, valueB) : compareNumbers(valueA, valueB));
    return order * direction || indexA - indexB;
  });
  return keyed.map(([, , index]) => index);
}

function compareNumbers(a, b) {
  return a < b ? -1 : Number(a > b);
}

/** The term of a row; `undefined` where it is not bound. */
export function termOf(row, name) {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

/**
 * The table of results, with its controls.
 * @param {{head: object, results: object}} results
 * @param {{cell: (term: object|undefined) => HTMLTableCellElement, textOf: (term: object) => string,
 *   show: (body: HTMLTableSectionElement) => Promise<void>}} options `show` completes the cells of a page before it is shown
 * @returns {Promise<HTMLElement[]>}
 */
export async function resultTable({ head, results }, { cell, textOf, show }) {
  const rows = results.bindings;
  const names = head.vars.map(String);
  const view = { indexes: rows.map((_, index) => index), first: 0, size: PAGE_SIZES[1], column: -1, isDescending: false, drawing: null };
  const table = element("table", { className: "rows" });
  const headers = table.createTHead().insertRow();
  let body = table.createTBody();
  const pager = element("nav", { className: "pager" });
  pager.setAttribute("aria-label", "Pages of the answer");
  const range = element("output");
  const filter = element("input", { type: "search", placeholder: "Filter", autocomplete: "off", spellcheck: false });
  filter.setAttribute("aria-label", "Filter the rows by a text");

  names.forEach((name, column) => {
    const header = element("th", { scope: "col" });
    const button = element("button", { type: "button", title: "Sort" });
    const isNumeric = rows.length > 0 && rows.slice(0, PAGE_SIZES[0]).every((row) => isNumber(termOf(row, name)));
    if (isNumeric) header.className = "number";
    button.append(Object.assign(element("bdi"), { textContent: name }));
    button.addEventListener("click", () => sortBy(column));
    header.append(button);
    headers.append(header);
  });

  const buttons = [
    ["First", () => 0],
    ["Previous", () => view.first - view.size],
    ["Next", () => view.first + view.size],
    ["Last", () => lastPage()],
  ].map(([text, target]) => {
    const button = element("button", { type: "button", textContent: text });
    button.addEventListener("click", () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      view.first = Math.min(Math.max(0, target()), lastPage());
      draw();
    });
    return button;
  });
  const size = element("select");
  size.setAttribute("aria-label", "Rows per page");
  size.append(...PAGE_SIZES.map((count) => new Option(`${count} rows`, count, false, count === view.size)));
  size.addEventListener("change", () => {
    view.size = Number(size.value);
    view.first = Math.floor(view.first / view.size) * view.size;
    draw();
  });
  filter.addEventListener("input", order);
  for (const control of [...buttons, size]) control.hidden = rows.length <= PAGE_SIZES[0]; // there is one page
  pager.append(...buttons.slice(0, 2), range, ...buttons.slice(2), size);

  const tools = element("div", { className: "table-tools" });
  tools.append(filter, pager);
  tools.hidden = rows.length < 2;
  const region = element("div", { className: "scroll", tabIndex: 0 });
  region.setAttribute("role", "region");
  region.setAttribute("aria-label", "Rows");
  region.append(table);
  await draw();
  return [tools, region];

  function lastPage() {
    return Math.max(0, Math.ceil(view.indexes.length / view.size) - 1) * view.size;
  }

  function sortBy(column) {
    const isSame = view.column === column;
    if (isSame && view.isDescending) view.column = -1; // a third time: as the endpoint gave them
    else view.column = column;
    view.isDescending = isSame && !view.isDescending;
    [...headers.cells].forEach((header, index) => {
      if (index !== view.column) header.removeAttribute("aria-sort");
      else header.setAttribute("aria-sort", view.isDescending ? "descending" : "ascending");
    });
    order();
  }

  function order() {
    const wanted = filter.value.trim().toLowerCase();
    const all = view.column < 0 ? rows.map((_, index) => index) : sortedIndexes(rows, names[view.column], view.isDescending, textOf);
    const matches = (row) => names.some((name) => termOf(row, name) && textOf(row[name]).toLowerCase().includes(wanted));
    view.indexes = wanted ? all.filter((index) => matches(rows[index])) : all;
    view.first = 0;
    draw();
  }

  async function draw() {
    const { indexes, first } = view;
    const page = indexes.slice(first, first + view.size);
    const drawn = element("tbody");
    for (const index of page) {
      const line = drawn.insertRow();
      for (const name of names) line.append(cell(termOf(rows[index], name)));
    }
    view.drawing = drawn;
    await show(drawn);
    if (view.drawing !== drawn) return; // another page was chosen meanwhile
    body.replaceWith(drawn);
    body = drawn;
    const count = `${indexes.length.toLocaleString("en")}${indexes.length < rows.length ? " that match" : ""}`;
    range.textContent = page.length ? `${(first + 1).toLocaleString("en")}–${(first + page.length).toLocaleString("en")} of ${count}` : "No row matches";
    buttons.forEach((button, index) => button.setAttribute("aria-disabled", String(index < 2 ? first === 0 : first >= lastPage())));
  }
}

function element(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}
