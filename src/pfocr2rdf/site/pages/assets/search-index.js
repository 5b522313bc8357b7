// The index of the search, read piece by piece: words as terms (as tokenizer.py has them), and what is found by them, as reader.py
// does on a server. It knows no page.

const MOST_WORDS = 12; // of what is asked
const MOST_PIECES = 8; // files of terms that are read for one beginning of a word
const SHORTEST = 2; // letters of a beginning
const FEW = 3; // with no more things, near words are offered
const MOST_CORRECTIONS = 8; // words of one typing error
const MOST_SUGGESTIONS = 5;
const FARTHEST = 3; // distance of a word that is offered
const [SHORTEST_SPELLING, LONGEST_SPELLING] = [4, 20]; // letters of words with near ones, as spelling.py has them
const NOWHERE = 0xffffffff;

// Kinds of matches, the best one first. A match is one number: the kind, the lookup and the term, the lower the better.
const [WHOLE_TITLE, WHOLE_WORD, PART, BEGINS, PART_BEGINS, CAPTION, CAPTION_BEGINS, CORRECTED] = [0, 1, 2, 3, 4, 5, 6, 7];
const WHOLE_WAYS = [WHOLE_TITLE, WHOLE_WORD, PART, CAPTION]; // by list of a term
const BEGINNING_WAYS = [BEGINS, BEGINS, PART_BEGINS, CAPTION_BEGINS];
const [TERM_BITS, WAY_BITS] = [15, 20];

const GREEK = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma sigma tau upsilon phi chi psi omega";
const NAMES = new Map(GREEK.split(" ").map((name, at) => [String.fromCodePoint(0x3b1 + at), name]));
NAMES.set("ß", "beta");
const GREEK_NAMES = new Set(NAMES.values());

// A CURIE or an IRI, with its local name.
const IRI = /^(?:https?:\/\/(?:(?:dx\.)?doi\.org\/|.*\/(?:[A-Za-z]+_(?=[0-9]))?)|[A-Za-z.:]+:)(.+?)(?:\.html|\/)?$/s;

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
export function asked(text, longest, most = MOST_WORDS) {
  const cut = (term) => [...term].slice(0, longest).join("");
  const chunks = text.normalize("NFKD").split(/[\s\x1c-\x1f\x85\ufeff]+/).filter(Boolean);
  return chunks.slice(0, most).map((chunk) => {
    const [between, betweenShort] = [(name) => name, (name) => name[0]].map((greek) => folded(chunk, greek).split(" ").filter(Boolean));
    const wholes = new Set([between, betweenShort].map((parts) => cut(parts.join("") || chunk)));
    const terms = new Set(wholes);
    if (between.length > 1) terms.add(cut(between.map((part) => (GREEK_NAMES.has(part) ? part[0] : part)).join(""))); // TNF-alpha is TNFa, too
    const shown = cut(chunk.normalize("NFC").replace(/[^\p{L}\p{M}\p{N}\p{P}\p{S}]/gu, "")); // without controls, which change the order of letters
    const local = IRI.exec(chunk)?.[1] ?? "";
    const all = [...wholes, ...[...between, ...betweenShort].map(cut)];
    return { terms: [...terms], parts: between.slice(0, MOST_WORDS).map(cut), all, shown: shown || [...terms][0], local };
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

  // All things that are found: their numbers as they are to be shown, how many there are of each kind, and whether there may be more;
  // words that are nowhere with near ones that were looked for in their place, and near words where little is found.
  async find(text, wanted = "") {
    const words = asked(text, this.longest);
    if (!words.length) return { ...this.#listed(new Uint32Array(this.count).fill(NOWHERE), wanted), isCut: false, corrections: [], suggestions: [], found: { words: [], joined: null, typed: new Map() } };
    const last = /[\s\x1c-\x1f\x85\ufeff]$/.test(text) ? undefined : words.at(-1); // it may be no more than a beginning
    const found = await Promise.all(words.map((word) => this.#waysOf(word, word === last)));
    const ways = together(found.map(({ ways }) => ways.map((match) => (match === NOWHERE ? match : match >>> WAY_BITS))), Math.max);
    const isFound = sizeOf(ways) > 0;
    const corrections = words.map(({ shown }, at) => [shown, found[at].corrections]).filter(([, near]) => isFound && near.length);
    const isShort = words.reduce((sum, { terms }) => sum + [...terms[0]].length, 0) <= this.longest;
    const whole = words.length > 1 && isShort ? asked(words.map(({ shown }) => shown).join("-"), this.longest)[0].terms : []; // TNF alpha is TNF-alpha, too
    const joined = whole.length ? await this.#any(whole, false) : null;
    joined?.ways.forEach((match, id) => {
      if (match !== NOWHERE) ways[id] = Math.min(match >>> WAY_BITS, ways[id]);
    });
    const isEnough = corrections.length || sizeOf(ways) > FEW;
    const suggestions = isEnough ? [] : await this.#suggested(words, found);
    const typed = new Map(words.flatMap((word) => [word, ...asked(word.local, this.longest)]).flatMap(({ terms, shown }) => terms.map((term) => [term, shown])));
    for (const term of whole) typed.set(term, words.map(({ shown }) => shown).join(" "));
    const isCut = found.some(({ isCut }) => isCut);
    return { ...this.#listed(ways, wanted), isCut, corrections, suggestions, found: { words: found, joined, typed } };
  }

  // The displayed text of results, which are identified by their numbers.
  async things(ids, found) {
    return Promise.all(
      ids.map(async (id) => {
        const block = await this.#piece(`things/${Math.floor(id / this.block)}.json`, fromJson);
        const [name, title, detail] = block[id % this.block];
        const kind = this.kinds.find(({ end }) => id < end);
        return { url: `${kind.plural}/${name}.html`, title, detail, kind: kind.name, snippet: this.#snippet(title, id, found) };
      }),
    );
  }

  // The terms by which a thing was found and that its title does not have: its words first, then those of its caption. Terms are
  // folded, so those that are asked are shown as they were typed.
  #snippet(title, id, { words: each, joined, typed }) {
    const shown = new Set(asked(title, this.longest, Infinity).flatMap(({ all }) => all));
    const [words, caption] = [[], []];
    for (const { ways, terms } of joined && joined.ways[id] !== NOWHERE ? [joined] : each) {
      const way = (ways[id] >>> WAY_BITS) % CORRECTED;
      const term = terms[(ways[id] >>> TERM_BITS) & 31][ways[id] & ((1 << TERM_BITS) - 1)];
      if (way === WHOLE_TITLE || shown.has(term)) continue;
      shown.add(term);
      (way >= CAPTION ? caption : words).push(typed.get(term) ?? term);
    }
    const labelled = [["found by", words], ["in the caption", caption]].filter(([, terms]) => terms.length);
    return labelled.map(([label, terms]) => `${label}: ${terms.join(", ")}`).join("; ");
  }

  // A word without matches is split into its parts, or loses the prefix of a CURIE, or else is treated as a typing error.
  async #waysOf({ terms, parts, local }, isBeginning) {
    const whole = await this.#any(terms, isBeginning);
    if (sizeOf(whole.ways)) return whole;
    if (parts.length > 1) {
      const looks = await Promise.all(parts.map((part, at) => this.#look(part, at, isBeginning && at === parts.length - 1)));
      const ways = together(looks.map(({ ways }) => ways), Math.max);
      if (sizeOf(ways)) return { ways, terms: looks.map(({ terms }) => terms), isCut: looks.some(({ isCut }) => isCut), corrections: [] };
    }
    if (local) {
      const short = await this.#waysOf(asked(local, this.longest)[0], isBeginning);
      if (sizeOf(short.ways)) return short;
    }
    const near = (await this.#near(terms[0])).filter(([size]) => size === 1).slice(0, MOST_CORRECTIONS).map(([, term]) => term);
    if (!near.length) return whole;
    const corrected = await this.#any(near, false);
    return { ...corrected, ways: corrected.ways.map((match) => (match === NOWHERE ? match : match + (CORRECTED << WAY_BITS))), corrections: near };
  }

  // What any of the terms finds, each thing in its best way.
  async #any(terms, isBeginning) {
    const looks = await Promise.all(terms.map((term, at) => this.#look(term, at, isBeginning)));
    const ways = together(looks.map(({ ways }) => ways), Math.min);
    return { ways, terms: looks.map(({ terms }) => terms), isCut: looks.some(({ isCut }) => isCut), corrections: [] };
  }

  #listed(ways, wanted) {
    const ids = [];
    const counts = this.kinds.map(({ name, plural, first, end }) => ({ name, plural, count: sizeOf(ways.subarray(first, end)) }));
    const { first, end } = this.kinds.find(({ name }) => name === wanted) ?? { first: 0, end: this.count };
    for (let way = WHOLE_TITLE; way < 2 * CORRECTED; way += 1) {
      for (let id = first; id < end; id += 1) if (ways[id] === way) ids.push(id);
    }
    return { ids, counts };
  }

  async #look(term, number, isBeginning) {
    const ways = new Uint32Array(this.count).fill(NOWHERE);
    const begins = isBeginning && [...term].length >= SHORTEST;
    const [pieces, isCut] = await this.#pieces(term, begins);
    const terms = [];
    for (const data of pieces) {
      for (const [text, lists] of termsOf(data)) {
        const isWhole = text === term;
        if (!isWhole && !(begins && text.startsWith(term))) continue;
        (isWhole ? WHOLE_WAYS : BEGINNING_WAYS).forEach((way, at) => {
          const match = (way << WAY_BITS) | (number << TERM_BITS) | terms.length;
          for (const id of lists[at]()) if (match < ways[id]) ways[id] = match;
        });
        terms.push(text);
      }
    }
    return { ways, terms, isCut };
  }

  // The files that may have a term, or terms that begin with it, and whether there are more.
  async #pieces(term, begins) {
    const first = Math.max(0, before(this.firsts, (other) => other <= term) - 1);
    const end = begins ? before(this.firsts, (other) => other <= term || other.startsWith(term)) : first + 1;
    const numbers = [];
    for (let number = first; number < Math.min(end, first + MOST_PIECES, this.firsts.length); number += 1) numbers.push(number);
    const pieces = await Promise.all(numbers.map((number) => this.#piece(`terms/${number}.bin`, (bytes) => bytes)));
    return [pieces, end > first + MOST_PIECES];
  }

  // Words of the index that are near a word, the nearest first, with their distances.
  async #near(word) {
    const near = new Map();
    await Promise.all(
      keysNear([...word]).map(async (key) => {
        for (const data of (await this.#pieces(key, true))[0]) {
          for (const [text] of termsOf(data)) {
            if (!text.startsWith(key)) continue;
            const other = text.includes(">") ? text.slice(text.indexOf(">") + 1) : reversed(text.slice(text.indexOf("<") + 1));
            near.set(other, distance([...word], [...other]));
          }
        }
      }),
    );
    return [...near].map(([other, size]) => [size, other]).filter(([size]) => size > 0 && size <= FARTHEST).sort(byOrder);
  }

  // Near queries: one word is another one in each. Words of most things are the first of those that are equally near.
  async #suggested(words, found) {
    const isNowhere = found.some(({ ways }) => !sizeOf(ways));
    const candidates = words.map(async ({ terms }, position) => {
      if (isNowhere && sizeOf(found[position].ways)) return [];
      const isFound = sizeOf(found[position].ways) > 0; // then it is only taken for a word with a typing error
      const near = (await this.#near(terms[0])).filter(([size]) => size === 1 || !isFound).slice(0, MOST_CORRECTIONS);
      const rest = found.filter((_, at) => at !== position).map(({ ways }) => ways);
      const others = rest.length ? together(rest, Math.max) : null; // things that all other words find
      const offers = near.map(async ([size, other]) => {
        const { ways } = await this.#look(other, 0, false);
        if (others && sizeOf(others) && !sizeOf(together([others, ways], Math.max))) return [];
        const text = words.map((word, at) => (at === position ? other : word.shown)).join(" ");
        return [[size, -sizeOf(ways), text]];
      });
      return (await Promise.all(offers)).flat();
    });
    return (await Promise.all(candidates)).flat().sort(byOrder).slice(0, MOST_SUGGESTIONS).map(([, , text]) => text);
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
function together(all, choose) {
  const ways = all[0].slice();
  for (const other of all.slice(1)) other.forEach((way, id) => (ways[id] = choose(way, ways[id])));
  return ways;
}

function sizeOf(ways) {
  return ways.reduce((sum, way) => sum + (way !== NOWHERE), 0);
}

// The order of lists by their values, one after the other.
function byOrder(one, other) {
  const at = one.findIndex((value, index) => value !== other[index]);
  return at < 0 ? 0 : one[at] < other[at] ? -1 : 1;
}

function reversed(text) {
  return [...text].reverse().join("");
}

// What the keys of all words begin with that may be near a word: it has one half in common with each.
function keysNear(word) {
  const size = word.length;
  if (size < SHORTEST_SPELLING) return [];
  const keys = [];
  for (let length = Math.max(size - 1, SHORTEST_SPELLING); length <= Math.min(size + 1, LONGEST_SPELLING); length += 1) {
    const half = length >> 1;
    keys.push(` ${length}>${word.slice(0, half).join("")}`);
    keys.push(` ${length}<${[...word].reverse().slice(0, length - half).join("")}`);
  }
  const half = size >> 1; // two letters may be swapped across the halves
  return [...keys, ` ${size}>${word.slice(0, half - 1).join("")}${word[half]}${word[half - 1]}`];
}

// The length of the stretch in which two words differ; 1 for two neighbours that are swapped. At least 2 if they differ in digits.
function distance(word, other) {
  const [digits, otherDigits] = [word, other].map((letters) => letters.filter((letter) => letter >= "0" && letter <= "9").join(""));
  const smallest = digits === otherDigits ? 1 : 2;
  let [start, end] = [0, 0];
  const shorter = Math.min(word.length, other.length);
  while (start < shorter && word[start] === other[start]) start += 1;
  while (end < shorter - start && word.at(-1 - end) === other.at(-1 - end)) end += 1;
  const [rest, otherRest] = [word.slice(start, word.length - end), other.slice(start, other.length - end)];
  const isSwapped = rest.length === 2 && otherRest.length === 2 && rest[0] === otherRest[1] && rest[1] === otherRest[0];
  const size = isSwapped ? 1 : Math.max(rest.length, otherRest.length);
  return size ? Math.max(size, smallest) : 0;
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

// The terms of a file, each with functions that give the numbers of the things that have it as title, word, part and in the caption.
// A term shares a prefix with the one before it, and flags mark its lists.
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
  let letters = new Uint8Array(0);
  while (at < data.length) {
    const shared = varint();
    const head = varint();
    const rest = bytes(head >> 4);
    const term = new Uint8Array(shared + rest.length);
    term.set(letters.subarray(0, shared));
    term.set(rest, shared);
    letters = term;
    const lists = [1, 2, 4, 8].map((bit) => {
      if (!(head & bit)) return () => [];
      const size = varint();
      const packed = bytes(size >> 1);
      return () => (size & 1 ? ofBits(packed) : ofSteps(packed));
    });
    yield [decoder.decode(term), lists];
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
