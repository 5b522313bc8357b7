"""The static search index: an inverted index in small files, of which a browser loads those that a query needs.

Entries are numbered in the order in which they are shown, so that ascending posting lists need no sorting. Below ``search/``:
``index.json`` has the sizes, ``terms/N.bin`` are shards of the sorted terms, each with its posting lists, and ``things/N.json`` are
blocks of entries. Between the terms are the keys of ``spelling.py``, which have no postings. A browser reads it with
``assets/search-index.js``, Python with ``reader.py``.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from array import array
from collections.abc import Iterator
from functools import lru_cache
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_NAME, HTML
from pfocr2rdf.site.search.encoding import RANK_COUNT, encode_term, utf16_key
from pfocr2rdf.site.search.spelling import is_spelling_word, spelling_keys
from pfocr2rdf.site.search.tokenizer import MAX_TERM_CHARS, tokenize
from pfocr2rdf.storage.external_sort import ExternalSorter
from pfocr2rdf.storage.files import map_os_errors

INDEX_DIR = "search"

TYPE_ORDER = ("gene", "family", "chemical", "disease", "organism", "figure", "paper")
"""The names of the entity types, in the order in which entries that match equally well are shown."""

ENTRIES_PER_BLOCK = 32  # the number of entries in a file
_SHARD_BYTES = 12 << 10  # of terms in a file; the last term may exceed it
_SORT_BUFFER_BYTES = 8 << 20  # of entries that are sorted in memory
_MAX_WEIGHT = 10**9
_CACHED_TEXTS = 20_000  # words and names, which many entries have
_SORT_KEY_DIGITS = 11  # of the type of an entry, and of its weight, the highest first
_TITLE_RANK, _WORD_RANK, _PART_RANK, _CAPTION_RANK = range(RANK_COUNT)
"""A term is the whole title, a whole word, a part of one of them, or in the caption alone."""


class SearchEntry(NamedTuple):
    """An entry of the index."""

    url: str  # the URL of the resource's page, relative to the root of the site: in the folder of its entity type
    type_name: str  # the name of its entity type
    title: str
    detail: str  # the line below the title
    search_terms: tuple[str, ...] = ()  # what it is found by besides its title
    weight: int = 0  # of entries that match equally well, the one with the highest weight is shown first
    caption: str = ""  # a text whose words it is found by after all others
    implied_terms: tuple[str, ...] = ()  # names that it implies and does not have: they count as parts


def encode_entry(entry: SearchEntry) -> bytes:
    """An entry with its terms as a line; lines sort as entries are shown."""
    name = entry.url.removeprefix(f"{ENTITY_TYPES_BY_NAME[entry.type_name].folder}/").removesuffix(HTML.suffix)
    ranks = _terms_with_rank(entry.title, sorted(set(entry.search_terms)), sorted(set(entry.implied_terms)), entry.caption)
    line = json.dumps([entry.title, name, entry.detail, ranks])  # escaped: it has no line breaks
    rank = _MAX_WEIGHT - min(entry.weight, _MAX_WEIGHT)
    return b"%d%010d%s\n" % (TYPE_ORDER.index(entry.type_name), rank, line.encode())


class IndexSize(NamedTuple):
    """The number of files of an index, and their size."""

    file_count: int
    total_bytes: int


class SearchIndexWriter:
    """Takes entries in any order, and writes their index into a site. As a context manager it removes its temporary files.

    Raises:
        OutputError: the directory cannot be written to.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / INDEX_DIR
        with map_os_errors(self._folder):
            self._scratch = tempfile.TemporaryDirectory(prefix=".search-", dir=root, ignore_cleanup_errors=True)
        self._sorter = ExternalSorter(Path(self._scratch.name), memory_bytes=_SORT_BUFFER_BYTES)

    def __enter__(self) -> SearchIndexWriter:
        return self

    def __exit__(self, *error: object) -> None:
        self._scratch.cleanup()

    def add(self, entry: SearchEntry) -> None:
        """Add an entry; the same one twice counts once.

        Raises:
            OutputError: there is no disk space for temporary files.
        """
        self.add_lines(encode_entry(entry))

    def add_lines(self, lines: bytes) -> None:
        """Add entries that ``encode_entry`` encoded, perhaps in other processes."""
        self._sorter.write(lines)

    def write(self) -> IndexSize:
        """Write the files; the same bytes for the same entries.

        Raises:
            OutputError: they cannot be written.
        """
        files = _IndexFiles(self._folder)
        counts = [0] * len(TYPE_ORDER)
        terms: _PostingsByTerm = {}
        block: list[list[str]] = []
        for number, line in enumerate(self._sorter.finish().merge()):
            title, name, detail, ranks = json.loads(line[_SORT_KEY_DIGITS:])
            counts[int(line[:1])] += 1
            for term, rank in ranks.items():
                if term not in terms:
                    terms[term] = array("I")
                terms[term].append(number * RANK_COUNT + rank)
            block.append([name, title, detail])
            if len(block) == ENTRIES_PER_BLOCK:
                files.write_json(f"things/{number // ENTRIES_PER_BLOCK}.json", block)
                block.clear()
        if block:
            files.write_json(f"things/{sum(counts) // ENTRIES_PER_BLOCK}.json", block)
        first_terms = list(_write_terms(terms, files))
        types = [[name, ENTITY_TYPES_BY_NAME[name].folder, count] for name, count in zip(TYPE_ORDER, counts, strict=True)]
        sizes = {"kinds": types, "block": ENTRIES_PER_BLOCK, "longest": MAX_TERM_CHARS, "terms": first_terms}
        files.write_json("index.json", {"version": files.digest.hexdigest()[:16], **sizes})
        return IndexSize(files.file_count, files.total_bytes)


_PostingsByTerm = dict[str, "array[int]"]
"""The numbers of the entries that have a term, ascending, each with the rank of the term there."""


def _terms_with_rank(title: str, words: list[str], implied: list[str], caption: str) -> dict[str, int]:
    """The terms of an entry, each with its best rank."""
    texts = [(_terms_of_text(text), rank) for text, rank in ((title, _TITLE_RANK), *zip(words, repeat(_WORD_RANK)))]
    texts += [(_terms_of_text(name), _PART_RANK) for name in implied]
    # The worst rank first, so that a better one replaces it.
    ranks = dict.fromkeys([term for token in tokenize(caption) for term in token.whole_terms + token.part_terms], _CAPTION_RANK)
    ranks.update(dict.fromkeys([term for (terms, _), _ in texts for term in terms], _PART_RANK))
    for (_, wholes), rank in reversed(texts):
        ranks.update(dict.fromkeys(wholes, rank))
    return ranks


@lru_cache(_CACHED_TEXTS)
def _terms_of_text(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The terms of the tokens of a text, and those of the whole text."""
    tokens = list(tokenize(text))
    terms = dict.fromkeys([term for token in tokens for term in (*token.whole_terms, *token.part_terms)])
    variants = range(max((len(token.whole_terms) for token in tokens), default=0))
    wholes = ["".join([token.whole_terms[min(variant, len(token.whole_terms) - 1)] for token in tokens]) for variant in variants]
    # users do not search for whole sentences, and each would add a term
    return tuple(terms), tuple([whole for whole in wholes if len(whole) <= MAX_TERM_CHARS])


def _write_terms(terms: _PostingsByTerm, files: _IndexFiles) -> Iterator[str]:
    """Write the shards; the first term of each."""
    spellings = (key for term, postings in terms.items() if is_spelling_word(term, len(postings)) for key in spelling_keys(term))
    data, first, previous, number = bytearray(), "", b"", 0
    for term in sorted([*terms, *spellings], key=utf16_key):  # the order of JavaScript
        if len(data) >= _SHARD_BYTES:
            yield first
            files.write(f"terms/{number}.bin", data)
            data, previous, number = bytearray(), b"", number + 1
        first = first if data else term
        text = term.encode()
        data += encode_term(text, previous, terms.get(term, ()))
        previous = text
    if data:
        yield first
        files.write(f"terms/{number}.bin", data)


class _IndexFiles:
    """Writes the files of an index, with their number, size and digest."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file_count = self.total_bytes = 0
        self.digest = hashlib.sha256()
        with map_os_errors(folder):
            for path in (folder, folder / "terms", folder / "things"):
                path.mkdir(exist_ok=True)

    def write(self, name: str, data: bytes | bytearray) -> None:
        with map_os_errors(self._folder / name):
            (self._folder / name).write_bytes(data)
        self.file_count += 1
        self.total_bytes += len(data)
        self.digest.update(data)

    def write_json(self, name: str, value: object) -> None:
        self.write(name, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
