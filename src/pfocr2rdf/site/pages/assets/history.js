// The queries that were run in this browser, newest first. Where storage is forbidden or full, they last as long as the page.

const KEY = "pfocr-queries";
const MAX_ENTRIES = 50;
const MAX_QUERY_CHARS = 20_000; // of a query that is kept

/** The history of queries. */
export class QueryHistory {
  #entries = [];

  constructor() {
    this.isStored = true; // whether it outlives the page
    this.#read();
  }

  /** The entries, newest first: each with its query, its time in ms, and its outcome in words. */
  get entries() {
    return this.#entries;
  }

  /** Add a query; one that is there already moves to the top. */
  add(query, outcome) {
    if (query.length > MAX_QUERY_CHARS) return;
    this.#read(); // another tab may have added some
    this.#entries = [{ query, time: Date.now(), outcome }, ...this.#entries.filter((entry) => entry.query !== query)].slice(0, MAX_ENTRIES);
    this.#store((storage) => storage.setItem(KEY, JSON.stringify(this.#entries)));
  }

  /** Forget all queries. */
  clear() {
    this.#entries = [];
    this.#store((storage) => storage.removeItem(KEY));
  }

  #read() {
    if (!this.isStored) return;
    this.#store((storage) => {
      this.#entries = parseEntries(storage.getItem(KEY));
    });
  }

  #store(action) {
    try {
      action(localStorage);
    } catch {
      this.isStored = false; // forbidden, or full
    }
  }
}

function parseEntries(text) {
  try {
    const entries = JSON.parse(text ?? "[]");
    return entries.filter((entry) => typeof entry?.query === "string" && Number.isFinite(entry.time)).slice(0, MAX_ENTRIES);
  } catch {
    return []; // another program wrote it
  }
}
