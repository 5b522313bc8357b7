// Tables of a page: sort by a click, filters, CSV of the rows that are shown. Pages are complete without this script.

const FEWEST_ROWS = 2; // tables with fewer rows have nothing to sort
const FORMULA = /^(?:[\t\r\n]|\s*[=+\-@\uff1d\uff0b\uff0d\uff20])/; // what a spreadsheet would execute, also behind blanks and in full width

for (const table of document.querySelectorAll("table.data")) if (table.tBodies[0].rows.length >= FEWEST_ROWS) enhance(table);
for (const image of document.querySelectorAll(".frame img")) watch(image);
for (const chip of document.querySelectorAll(".chips a")) chip.addEventListener("click", () => choose(chip));

function enhance(table) {
  const [body] = table.tBodies;
  const headers = [...table.tHead.rows[0].cells];
  const rows = [...body.rows];
  const tools = made("div", { className: "tools" });
  const text = made("input", { type: "search", placeholder: "Filter", autocomplete: "off" });
  text.setAttribute("aria-label", "Filter the rows of this table by a text");
  const selects = headers.flatMap((header, column) => ("filter" in header.dataset ? filterOf(header, column, rows) : []));
  const count = made("output");
  const download = made("button", { type: "button", textContent: "CSV" });
  download.title = "Download the rows that are shown";
  const isShown = (row) => !row.hidden && getComputedStyle(row).display !== "none"; // a switch of the page hides rows, too
  const update = () => {
    const wanted = text.value.trim().toLowerCase();
    for (const row of rows) {
      const isChosen = selects.every(({ column, select }) => !select.value || values(row.cells[column]).includes(select.value));
      row.hidden = !(isChosen && (!wanted || row.textContent.toLowerCase().includes(wanted)));
    }
    const shown = rows.filter(isShown).length;
    count.textContent = shown < rows.length ? `${shown} of ${rows.length} rows` : "";
  };
  // Of the switch of the page and the filters, the last one counts: together they would often leave no row.
  const switches = [...(table.closest(".switched")?.querySelectorAll(".switch input") ?? [])];
  for (const each of switches) each.addEventListener("change", () => {
    for (const { select } of selects) select.value = "";
    update();
  });
  text.addEventListener("input", update);
  for (const { select } of selects) select.addEventListener("change", () => {
    for (const each of switches) each.checked = select.value ? each.value === "any" : each.checked;
    update();
  });
  download.addEventListener("click", () => save([...body.rows].filter(isShown), headers));
  tools.append(text, ...selects.map(({ select }) => select), download, count);
  table.parentElement.before(tools);
  headers.forEach((header, column) => {
    const button = made("button", { type: "button", textContent: header.textContent });
    header.replaceChildren(button);
    button.addEventListener("click", () => sort(body, headers, header, column));
  });
}

function filterOf(header, column, rows) {
  const choices = [...new Set(rows.flatMap((row) => values(row.cells[column])))].sort(compare);
  if (choices.length < 2) return [];
  const name = header.textContent;
  const select = made("select");
  select.setAttribute("aria-label", name);
  select.append(new Option(`${name}: all`, ""), ...choices.map((choice) => new Option(choice, choice)));
  return [{ column, select }];
}

function sort(body, headers, header, column) {
  const isDescending = header.getAttribute("aria-sort") === "ascending";
  for (const other of headers) other.removeAttribute("aria-sort");
  header.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
  const keyed = [...body.rows].map((row) => [row.cells[column].textContent.trim(), row]);
  keyed.sort(([a], [b]) => compare(a, b) * (isDescending ? -1 : 1));
  body.append(...keyed.map(([, row]) => row));
}

function compare(a, b) {
  const [first, second] = [a, b].map((text) => (text ? Number(text.replaceAll(",", "")) : Number.NaN)); // counts have thousands separators
  if (!Number.isNaN(first) && !Number.isNaN(second)) return first - second;
  return a.localeCompare(b, "en", { numeric: true });
}

function values(cell) {
  const texts = [...cell.querySelectorAll("bdi:not(small bdi)")].map((element) => element.textContent);
  return texts.length ? texts : cell.textContent.split("; ").filter(Boolean);
}

function plain(cell) {
  return cell.classList.contains("number") ? cell.textContent.replaceAll(",", "") : values(cell).join("; ");
}

function save(rows, headers) {
  const lines = [headers.map((header) => header.textContent), ...rows.map((row) => [...row.cells].map(plain))];
  const csv = lines.map((cells) => cells.map(quoted).join(",")).join("\r\n");
  const link = made("a", { href: URL.createObjectURL(new Blob([csv, "\r\n"], { type: "text/csv" })), download: "table.csv" });
  link.click();
  URL.revokeObjectURL(link.href);
}

export function quoted(value) {
  return `"${(FORMULA.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`;
}

// A picture that cannot be loaded, or that is a pixel, is replaced by a note.
function watch(image) {
  const check = () => {
    if (image.naturalWidth < 2) replace(image);
    else image.classList.add("loaded");
  };
  image.addEventListener("load", check);
  image.addEventListener("error", () => replace(image));
  if (image.currentSrc && image.complete) check();
}

function replace(image) {
  const note = made("p", { textContent: image.alt ? "The picture cannot be loaded here." : "No picture" });
  image.parentElement.classList.add("missing");
  image.replaceWith(note);
}

// The rows of a word are marked, and the first of them is scrolled to, as the link says.
function choose(chip) {
  const isChosen = chip.getAttribute("aria-pressed") === "true";
  for (const other of document.querySelectorAll(".chips a[aria-pressed]")) other.removeAttribute("aria-pressed");
  for (const row of document.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
  if (isChosen) return;
  chip.setAttribute("aria-pressed", "true");
  for (const word of document.querySelectorAll("table.data bdi.word")) {
    if (word.textContent === chip.textContent) word.closest("tr").classList.add("chosen");
  }
}

function made(name, properties = {}) {
  return Object.assign(document.createElement(name), properties);
}
