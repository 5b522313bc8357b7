// The index of the search, read piece by piece: words as terms (as words.py has them), and what is found by them. It knows no page.

const MOST_WORDS = 12; // of what is asked
const MOST_PIECES = 8; // files of terms that are read for one beginning of a word
const SHORTEST = 2; // letters of a beginning
const NOWHERE = 255;
const [WHOLE_TITLE, WHOLE_WORD, PART, BEGINS, PART_BEGINS] = [0, 1, 2, 3, 4]; // ways in which a thing is found, the best one first

const GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon phi chi psi omega";
const NAMES = new Map(GREEK.split(" ").map((name, at) => [String.fromCodePoint(0x3b1 + at), name]));
NAMES.set("ß", "beta");

function folded(text, greek) {
  let made = "";
  for (const character of text) {
    const small = character.toLowerCase();
    const name = NAMES.get(small);
    if (name) made += greek(name);
    else if (/^[\p{L}\p{N}]/u.test(small)) made += small;
    else if (!/^\p{M}/u.test(small)) made += " ";
  }
  return made;
}

// What is asked, as words: the terms for all of each, of which one is enough, and those for what is between its signs.
export function asked(text, longest) {
  const cut = (term) => [...term].slice(0, longest).join("");
  const chunks = text.normalize("NFKD").split(/[\s\x1c-\x1f\x85\ufeff]+/).filter(Boolean);
  return chunks.slice(0, MOST_WORDS).map((chunk) => {
    const between = folded(chunk, (name) => name).split(" ").filter(Boolean);
    const short = folded(chunk, (name) => name[0]).replaceAll(" ", "");
    const terms = new Set([between.join(""), short].map((term) => cut(term || chunk)));
    return { terms: [...terms], parts: between.slice(0, MOST_WORDS).map(cut) };
  });
}

export class SearchIndex {
  // `load` takes a path below the folder of the index and a version, and promises the bytes that are there.
  static async open(load) {
    return new SearchIndex(load, fromJson(await load("index.json", "")));
  }

  constructor(load, { version, kinds, block, longest, terms }) {
    this.count = 0;
    this.kinds = kinds.map(([name, plural, count]) => ({ name, plural, first: this.count, end: (this.count += count) }));
    this.block = block;
    this.longest = longest;
    this.firsts = terms;
    this.kept = new Map();
    this.load = (path) => load(path, version);
  }

  // All things that are found: their numbers as they are to be shown, how many there are of each kind, and whether there may be more.
  async find(text, wanted = "") {
    const words = asked(text, this.longest);
    if (!words.length) return { ...this.#listed(new Uint8Array(this.count).fill(NOWHERE), wanted), isCut: false };
    const last = /\s$/.test(text) ? undefined : words.at(-1); // it may be no more than a beginning
    const found = await Promise.all(words.map((word) => this.#waysOf(word, word === last)));
    const { ways, isCut } = together(found, Math.max);
    if (words.length > 1) await this.#promote(ways, words);
    return { ...this.#listed(ways, wanted), isCut };
  }

  // What is shown of things, which are told by their numbers.
  async things(ids) {
    return Promise.all(
      ids.map(async (id) => {
        const block = await this.#piece(`things/${Math.floor(id / this.block)}.json`, fromJson);
        const [url, title, detail] = block[id % this.block];
        return { url, title, detail, kind: this.kinds.find(({ end }) => id < end).name };
      }),
    );
  }

  // A word that is nowhere as it was written is what its parts are.
  async #waysOf({ terms, parts }, isBeginning) {
    const whole = together(await Promise.all(terms.map((term) => this.#look(term, isBeginning))), Math.min);
    if (parts.length < 2 || whole.ways.some((way) => way !== NOWHERE)) return whole;
    return together(await Promise.all(parts.map((part, at) => this.#look(part, isBeginning && at === parts.length - 1))), Math.max);
  }

  // Things whose title or word is all of what is asked come before those that only have its words.
  async #promote(ways, words) {
    const whole = words.map(({ terms }) => terms[0]).join("");
    if ([...whole].length > this.longest) return;
    const found = await this.#look(whole, false);
    found.ways.forEach((way, id) => {
      if (way <= WHOLE_WORD && ways[id] !== NOWHERE) ways[id] = way;
    });
  }

  #listed(ways, wanted) {
    const ids = [];
    const counts = this.kinds.map(({ name, plural, first, end }) => ({
      name,
      plural,
      count: ways.subarray(first, end).reduce((sum, way) => sum + (way !== NOWHERE), 0),
    }));
    const { first, end } = this.kinds.find(({ name }) => name === wanted) ?? { first: 0, end: this.count };
    for (let way = WHOLE_TITLE; way <= PART_BEGINS; way += 1) {
      for (let id = first; id < end; id += 1) if (ways[id] === way) ids.push(id);
    }
    return { ids, counts };
  }

  async #look(term, isBeginning) {
    const ways = new Uint8Array(this.count).fill(NOWHERE);
    const begins = isBeginning && [...term].length >= SHORTEST;
    const first = Math.max(0, before(this.firsts, (other) => other <= term) - 1);
    const end = begins ? before(this.firsts, (other) => other <= term || other.startsWith(term)) : first + 1;
    const numbers = [];
    for (let number = first; number < Math.min(end, first + MOST_PIECES, this.firsts.length); number += 1) numbers.push(number);
    for (const data of await Promise.all(numbers.map((number) => this.#piece(`terms/${number}.bin`, (bytes) => bytes)))) {
      for (const [text, lists] of termsOf(data)) {
        const isWhole = text === term;
        if (!isWhole && !(begins && text.startsWith(term))) continue;
        const levels = isWhole ? [WHOLE_TITLE, WHOLE_WORD, PART] : [BEGINS, BEGINS, PART_BEGINS];
        lists.forEach((list, at) => {
          for (const id of list()) ways[id] = Math.min(ways[id], levels[at]);
        });
      }
    }
    return { ways, isCut: end > first + MOST_PIECES };
  }

  #piece(path, read) {
    if (!this.kept.has(path)) {
      const got = this.load(path).then(read);
      this.kept.set(path, got);
      got.catch(() => this.kept.delete(path)); // so that it can be tried again
    }
    return this.kept.get(path);
  }
}

// Several findings as one: with Math.max what is in all of them, each in the worst way; with Math.min what is in any, in the best.
function together(found, choose) {
  const ways = found[0].ways.slice();
  for (const other of found.slice(1)) other.ways.forEach((way, id) => (ways[id] = choose(way, ways[id])));
  return { ways, isCut: found.some(({ isCut }) => isCut) };
}

function fromJson(bytes) {
  return JSON.parse(new TextDecoder().decode(bytes));
}

// How many values at the beginning of a list are as asked, where all of those come before all others.
function before(list, isSo) {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isSo(list[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

// The terms of a file, each with functions that give the numbers of the things that have it as title, word and part.
function* termsOf(data) {
  const decoder = new TextDecoder();
  let at = 0;
  const varint = () => {
    let number = 0;
    for (let weight = 1; ; weight *= 128) {
      const byte = data[at++];
      number += (byte & 127) * weight;
      if (byte < 128) return number;
    }
  };
  const bytes = (length) => data.subarray(at, (at += length));
  while (at < data.length) {
    const text = decoder.decode(bytes(varint()));
    const lists = [0, 1, 2].map(() => {
      const size = varint();
      const packed = bytes(size >> 1);
      return () => (size & 1 ? ofBits(packed) : ofSteps(packed));
    });
    yield [text, lists];
  }
}

function* ofSteps(packed) {
  let [number, step, weight] = [-1, 0, 1];
  for (const byte of packed) {
    step += (byte & 127) * weight;
    weight *= 128;
    if (byte < 128) {
      yield (number += step + 1);
      [step, weight] = [0, 1];
    }
  }
}

function* ofBits(packed) {
  for (const [at, byte] of packed.entries()) {
    for (let bit = 0; bit < 8; bit += 1) if (byte & (1 << bit)) yield at * 8 + bit;
  }
}
