// The page of the search: what is typed is looked up in the site's index, and the address follows.

import { SearchIndex } from "./search-index.js";

const AT_ONCE = 20; // things that are shown, and that "more" adds
const PAUSE = 150; // milliseconds without a key before a search

const site = new URL("..", import.meta.url);
document.getElementById("unready")?.remove(); // a page of a server has none
const form = document.getElementById("search");
const field = document.getElementById("q");
const kind = document.getElementById("kind");
const kinds = document.getElementById("kinds");
const nothing = document.getElementById("nothing");
const list = document.getElementById("results");
const status = document.getElementById("status");
const near = document.getElementById("near");
const more = document.getElementById("more");

let index = null;
let newest = 0; // number of the newest search: what an older one finds is not shown
let found = { ids: [] };
let waiting = 0;

beginWithAddress();
form.addEventListener("submit", (event) => {
  event.preventDefault();
  search();
});
field.addEventListener("input", () => {
  clearTimeout(waiting);
  waiting = setTimeout(search, PAUSE);
});
more.addEventListener("click", async () => {
  const [mine, shown] = [newest, list.children.length];
  if (await trying(mine, () => show(mine))) list.children[shown]?.querySelector("a").focus();
});

function beginWithAddress() {
  const wanted = new URLSearchParams(location.search);
  field.value = (wanted.get("q") ?? "").slice(0, field.maxLength);
  chooseKind(wanted.get("kind") ?? "");
  if (field.value.trim()) search();
}

async function search() {
  clearTimeout(waiting);
  const mine = ++newest;
  remember();
  if (!field.value.trim()) {
    clear();
    say("");
    return;
  }
  await trying(mine, async () => {
    index ??= await SearchIndex.open(load);
    const got = await index.find(field.value, kind.value);
    const first = await index.things(got.ids.slice(0, AT_ONCE), got.found);
    if (mine !== newest) return;
    clear(); // and all of the new results in one go, so that nothing moves
    if (!got.counts.some(({ name }) => name === kind.value)) chooseKind("");
    found = got;
    append(first);
    say(summary(got));
    offerKinds(got);
    offer(got);
  });
}

// Whether it was done; if not, the page shows a message.
async function trying(mine, act) {
  try {
    await act();
  } catch {
    if (mine !== newest) return false;
    clear();
    const reason = location.protocol === "file:" ? "browsers load it only from a web server" : "the connection may be lost";
    say(`The search index cannot be loaded: ${reason}. Try again later, or browse.`, true);
    return false;
  }
  return mine === newest;
}

async function load(path, version) {
  const url = new URL(`search/${path}`, site);
  if (version) url.searchParams.set("v", version);
  const answer = await fetch(url, version ? {} : { cache: "no-cache" });
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

async function show(mine) {
  const from = list.children.length;
  const things = await index.things(found.ids.slice(from, from + AT_ONCE), found.found);
  if (mine === newest && from === list.children.length) append(things);
}

function append(things) {
  list.append(...things.map(item));
  more.hidden = list.children.length >= found.ids.length;
}

function item({ url, kind: name, title, detail, snippet }) {
  const [made, link, line, badge] = ["li", "a", "p", "span"].map((tag) => document.createElement(tag));
  link.href = new URL(url, site).href;
  link.append(isolated(title));
  line.className = "what";
  badge.className = `kind ${name}`;
  badge.textContent = name;
  line.append(badge);
  if (detail) line.append(" ", isolated(detail));
  if (snippet) line.append(" · ", isolated(snippet));
  made.append(link, line);
  return made;
}

// The kinds of results, as links that a server answers, too.
function offerKinds({ counts }) {
  const found = counts.filter(({ name, count }) => count || name === kind.value);
  if (found.length < 2) return;
  const all = { name: "", plural: "all", count: found.reduce((sum, { count }) => sum + count, 0) };
  for (const { name, plural, count } of [all, ...found]) {
    const [link, number] = ["a", "small"].map((tag) => document.createElement(tag));
    link.className = name;
    link.href = `?${new URLSearchParams(name ? { q: field.value, kind: name } : { q: field.value })}`;
    if (name === kind.value) link.setAttribute("aria-current", "true");
    number.textContent = count.toLocaleString("en");
    link.append(plural[0].toUpperCase() + plural.slice(1), " ", number);
    link.addEventListener("click", async (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
      event.preventDefault();
      chooseKind(name);
      await search();
      kinds.querySelector("[aria-current]")?.focus();
    });
    kinds.append(link);
  }
  kinds.hidden = false;
}

function chooseKind(name) {
  kind.value = name;
  kind.disabled = !name; // so that addresses have no empty parameter
}

// Similar words, if a word was not found or has few results.
function offer({ corrections, suggestions }) {
  for (const [word, others] of corrections) near.append(isolated(word), " was not found; showing results for ", isolated(others.join(", ")), ". ");
  if (suggestions.length) near.append("Search for:");
  for (const text of suggestions) {
    const link = document.createElement("a");
    link.href = `?q=${encodeURIComponent(text)}`;
    link.append(isolated(text));
    near.append(" ", link);
  }
  near.hidden = !near.hasChildNodes();
}

function isolated(text) {
  const made = document.createElement("bdi");
  made.textContent = text;
  return made;
}

function summary({ ids, counts, isCut }) {
  const number = (count) => count.toLocaleString("en");
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  nothing.hidden = ids.length > 0;
  const part = ids.length < total ? `${number(ids.length)} of ` : "";
  const text = total ? `${part}${number(total)} ${part || total > 1 ? "results" : "result"}.` : "Nothing found.";
  return isCut ? `${text} There are more matches for the last word: type more letters to find them.` : text;
}

function clear() {
  found = { ids: [] };
  near.replaceChildren();
  kinds.replaceChildren();
  near.hidden = kinds.hidden = nothing.hidden = true;
  list.replaceChildren();
  more.hidden = true;
}

function say(text, isWrong = false) {
  status.className = isWrong ? "wrong" : "quiet";
  status.textContent = text;
}

function remember() {
  const address = new URL(location.href);
  for (const [name, value] of [["q", field.value], ["kind", kind.value]]) {
    if (value) address.searchParams.set(name, value);
    else address.searchParams.delete(name);
  }
  try {
    history.replaceState(null, "", address);
  } catch {
    // Some browsers limit the rate of these changes: the next one includes it.
  }
}
