"""The index that the search of a site reads piece by piece: what things are found by, and what is shown of them.

Things are numbered in the order in which they are shown, so that a list of numbers that goes up needs no sorting. Below ``search/``:
``index.json`` says how much there is, ``terms/N.bin`` have the terms in their order, each with the numbers of the things that are
found by it, and ``things/N.json`` have what is shown of so many things each.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from array import array
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_NAME
from pfocr2rdf.site.search.tokenizer import MAX_TERM_CHARS, tokenize
from pfocr2rdf.storage.external_sort import ExternalSorter
from pfocr2rdf.storage.files import map_os_errors

INDEX_DIR = "search"

TYPE_ORDER = ("gene", "family", "chemical", "disease", "organism", "figure", "paper")
"""The names of the kinds, in the order in which things are shown that are found equally well."""

ENTRIES_PER_BLOCK = 32
"""So many things are in a file."""

_SHARD_BYTES = 12 << 10  # bytes of a file of terms, and what the last of them has more
_SORT_BUFFER_BYTES = 8 << 20  # bytes of entries that are sorted in memory
_MAX_WEIGHT = 10**9
_SORT_KEY_DIGITS = 11  # digits that sort an entry: its kind, and how far its weight is from the most
_TITLE_RANK, _WORD_RANK, _PART_RANK = range(3)  # a term is the whole title; a whole word; a part of one of them


class SearchEntry(NamedTuple):
    """A thing that can be found.

    Attributes:
        url: its page, relative to the root of the site.
        type_name: the name of its kind.
        title: what it is called.
        detail: what else is shown of it.
        search_terms: what it is found by besides its title.
        weight: of those found equally well, things with more are shown first.
    """

    url: str
    type_name: str
    title: str
    detail: str
    search_terms: tuple[str, ...] = ()
    weight: int = 0


class IndexSize(NamedTuple):
    """How many files an index has, and how many bytes."""

    file_count: int
    total_bytes: int


class SearchIndexWriter:
    """Takes entries in any order, and writes the index of them all. Use it as a context manager, which removes what it puts aside.

    Args:
        folder: the root of the site; it must be there.

    Raises:
        OutputError: the folder cannot be written to.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder / INDEX_DIR
        with map_os_errors(self._folder):
            self._scratch = tempfile.TemporaryDirectory(prefix=".search-", dir=folder, ignore_cleanup_errors=True)
        self._sorter = ExternalSorter(Path(self._scratch.name), memory_bytes=_SORT_BUFFER_BYTES)

    def __enter__(self) -> SearchIndexWriter:
        return self

    def __exit__(self, *error: object) -> None:
        self._scratch.cleanup()

    def add(self, entry: SearchEntry) -> None:
        """Take an entry; the same one twice counts once.

        Raises:
            OutputError: there is no room to put entries aside.
        """
        line = json.dumps([entry.title, entry.url, entry.detail, sorted(set(entry.search_terms))])  # escaped: it has no line breaks
        self._sorter.write(
            b"%d%010d%s\n" % (TYPE_ORDER.index(entry.type_name), _MAX_WEIGHT - min(entry.weight, _MAX_WEIGHT), line.encode())
        )

    def write(self) -> IndexSize:
        """Write the files; the same bytes for the same entries.

        Returns:
            How many files, and how many bytes they have.

        Raises:
            OutputError: they cannot be written.
        """
        files = _IndexFiles(self._folder)
        counts = [0] * len(TYPE_ORDER)
        terms: _PostingsByTerm = {}
        shown = []
        for number, line in enumerate(self._sorter.finish().merge()):
            title, url, detail, words = json.loads(line[_SORT_KEY_DIGITS:])
            counts[int(line[:1])] += 1
            for term, way in _terms_with_rank(title, words).items():
                terms.setdefault(term, _empty_postings())[way].append(number)
            shown.append([url, title, detail])
            if len(shown) == ENTRIES_PER_BLOCK:
                files.write_json(f"things/{number // ENTRIES_PER_BLOCK}.json", shown)
                shown.clear()
        if shown:
            files.write_json(f"things/{sum(counts) // ENTRIES_PER_BLOCK}.json", shown)
        firsts = list(_write_terms(terms, files))
        kinds = [[kind, ENTITY_TYPES_BY_NAME[kind].folder, count] for kind, count in zip(TYPE_ORDER, counts, strict=True)]
        version = files.digest.hexdigest()[:16]
        files.write_json(
            "index.json", {"version": version, "kinds": kinds, "block": ENTRIES_PER_BLOCK, "longest": MAX_TERM_CHARS, "terms": firsts}
        )
        return IndexSize(files.file_count, files.total_bytes)


_Postings = tuple["array[int]", "array[int]", "array[int]"]  # the things that have a term as their title, as a word, and as a part
_PostingsByTerm = dict[str, _Postings]


def _empty_postings() -> _Postings:
    return array("I"), array("I"), array("I")


def _terms_with_rank(title: str, words: list[str]) -> dict[str, int]:
    """The terms of a thing, each with the best way in which it is one."""
    ways: dict[str, int] = {}
    for text, best in ((title, _TITLE_RANK), *((word, _WORD_RANK) for word in words)):
        found = list(tokenize(text))
        for chunk in found:
            for term in (*chunk.whole_terms, *chunk.part_terms):
                ways.setdefault(term, _PART_RANK)
        for at in range(max((len(chunk.whole_terms) for chunk in found), default=0)):
            whole = "".join(chunk.whole_terms[min(at, len(chunk.whole_terms) - 1)] for chunk in found)
            if len(whole) <= MAX_TERM_CHARS:  # nobody looks for a whole sentence, of which each would be a term more
                ways[whole] = min(best, ways.get(whole, best))
    return ways


def _write_terms(terms: _PostingsByTerm, files: _IndexFiles) -> Iterator[str]:
    """Write the terms, and tell the first one of each file."""
    data, first, number = bytearray(), "", 0
    for term in sorted(terms, key=_utf16_order):
        if len(data) >= _SHARD_BYTES:
            yield first
            files.write(f"terms/{number}.bin", data)
            data, number = bytearray(), number + 1
        first = first if data else term
        text = term.encode()
        data += bytes(_encode_varint(len(text))) + text
        for numbers in terms[term]:
            data += _encode_postings(numbers)
    if data:
        yield first
        files.write(f"terms/{number}.bin", data)


def _utf16_order(term: str) -> bytes:
    """Texts in the order of these bytes are in the order in which JavaScript has them."""
    return term.encode("utf-16-be")


def _encode_postings(numbers: array[int]) -> bytes:
    """Numbers that go up: the steps between them, or a bit for each number there is, whichever is shorter; before it, its size."""
    steps, last = bytearray(), -1
    for number in numbers:
        steps += bytes(_encode_varint(number - last - 1))
        last = number
    if len(steps) <= last // 8 + 1:
        return bytes(_encode_varint(len(steps) * 2)) + steps
    bits = bytearray(last // 8 + 1)
    for number in numbers:
        bits[number >> 3] |= 1 << (number & 7)
    return bytes(_encode_varint(len(bits) * 2 + 1)) + bits


def _encode_varint(number: int) -> Iterator[int]:
    """Seven bits in each byte, the lowest first; all bytes but the last have the eighth."""
    while number > 127:
        yield number & 127 | 128
        number >>= 7
    yield number


class _IndexFiles:
    """Writes files, and keeps account of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.file_count = self.total_bytes = 0
        self.digest = hashlib.sha256()
        with map_os_errors(folder):
            for name in ("terms", "things"):
                with suppress(FileExistsError):
                    (folder / name).mkdir(parents=True)

    def write(self, name: str, data: bytes | bytearray) -> None:
        """Write a file."""
        with map_os_errors(self._folder / name):
            (self._folder / name).write_bytes(data)
        self.file_count += 1
        self.total_bytes += len(data)
        self.digest.update(data)

    def write_json(self, name: str, value: object) -> None:
        """Write a value as JSON that is short."""
        self.write(name, json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())
