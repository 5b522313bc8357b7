r"""A reader of the subset of YAML that PFOCR's records are written in: block style, with scalars that are plain or in single quotes.

It is fast, because regular expressions cut the text at its keys, and rows of lists are looked up by their text. Text that is not certainly
in the subset makes it return ``None``, so that another reader decides: double quotes, block scalars, flow style but for ``[]`` and
``{}``, anchors, tags, comments, document markers, tabs and control characters, empty lines, other indentation than two blanks,
repeated keys.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from pfocr2rdf.rdf.cache import LruCache, create_row_cache

MAX_BLOCK_LEVELS = 6  # each of them is read again for the ones within it
_MAX_CACHED_CHARS, _MAX_CACHED_KEYS = 300, 12  # of a row: those of PFOCR have at most 132 and 5, and larger ones would fill the memory
_PLAIN = r"[^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n]*+(?:\n[ ][ ][^\s#][^\n]*+)*+"
_QUOTED = r"'([^']*+(?:''[^']*+)*+)'"
# The last group matches the rest if no entry begins there.
_find_entries = re.compile(
    rf"""
    ([A-Za-z_][A-Za-z0-9_-]{{0,63}}+|'@[a-z]{{1,20}}+'):         # key
    (?: [ ](?: ({_PLAIN}) | {_QUOTED} | (\[\]|\{{\}}) )
      | ((?:\n-[ ][^\n]++(?:\n[ ][ ][^\n]++)*+)++)               # items
      | ((?:\n[ ][ ][^\n]++)++)                                  # mapping
    )?+ \n
    | ((?s:.)+)
    """,
    re.VERBOSE | re.ASCII,
).findall
_match_plain_items = re.compile(r"(?:\n- [^\s\-?:,\[\]{}#&*!|>'\"%@`][^\n:#]*+)++", re.ASCII).fullmatch
_match_plain, _match_quoted = re.compile(_PLAIN, re.ASCII).fullmatch, re.compile(_QUOTED).fullmatch
# What is no text in YAML, ends a line in some versions of it, or is a blank in some places only.
_find_odd_character = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]").search


class TextRow(dict[str, Any]):
    """A row that was read by its text: it is the same object wherever the text comes in the same list, until caches drop it.

    So derived values can be attached: its ``mention``, where that depends on nothing else.
    """

    __slots__ = ("mention",)

    def __init__(self, values: dict[str, Any]) -> None:
        super().__init__(values)
        self.mention: Any = None


_row_caches: defaultdict[str, LruCache[str, TextRow]] = defaultdict(create_row_cache)


def read_blocks(text: str, row_lists: Collection[str] = ()) -> dict[str, Any] | None:
    r"""A document as dicts, lists and text, or ``None`` where it is not surely in the subset; each row of ``row_lists`` is a ``TextRow``.

    >>> read_blocks("figid: PMC1__F1\ngenes:\n- word: JAK\n  entrez: '3716'\n", ["genes"])
    {'figid': 'PMC1__F1', 'genes': [{'word': 'JAK', 'entrez': '3716'}]}
    >>> read_blocks("figid: &a PMC1__F1\n")
    """
    try:
        return _read_mapping(text, row_lists, 1)
    except _UnusualError:
        return None


class _UnusualError(Exception):
    """The text is not surely in the subset."""


def _read_mapping(text: str, row_lists: Collection[str], level: int) -> dict[str, Any]:
    if level > MAX_BLOCK_LEVELS:
        raise _UnusualError
    entries = _find_entries(text)
    mapping: dict[str, Any] = {}
    for key, plain, quoted, empty, items, block, rest in entries:
        if rest:
            raise _UnusualError
        if key[0] == "'":
            key = key[1:-1]
        if plain:
            is_usual = plain.isprintable() and ":" not in plain and "#" not in plain and plain[-1] != " "
            mapping[key] = plain if is_usual else _read_plain(plain)
        elif quoted:
            mapping[key] = _read_quoted(quoted)
        elif items:
            texts = items[3:].split("\n- ")
            mapping[key] = _read_rows(texts, key) if key in row_lists else _read_items(items, texts, level)
        elif block:
            mapping[key] = _read_mapping(block[3:].replace("\n  ", "\n") + "\n", (), level + 1)
        else:
            mapping[key] = ([] if empty == "[]" else {}) if empty else ""
    if not entries or len(mapping) < len(entries):
        raise _UnusualError
    return mapping


def _read_plain(text: str) -> str:
    """The value of a plain scalar."""
    if text[-1] in ": " or (":" in text and (": " in text or ":\n" in text)) or ("#" in text and " #" in text):
        raise _UnusualError
    return _join_lines(text)


def _read_quoted(text: str) -> str:
    """The value of a scalar in single quotes, which are cut off."""
    return _join_lines(text).replace("''", "'")


def _join_lines(text: str) -> str:
    if "\n" in text:
        joined = text.replace("\n  ", " ")
        if "\n" in joined or " \n" in text or "\n   " in text:
            raise _UnusualError
        text = joined
    if not text.isprintable() and _find_odd_character(text):
        raise _UnusualError
    return text


def _read_items(text: str, items: list[str], level: int) -> list[Any]:
    """The items of a list, whose text is given too: mostly plain scalars of one line each."""
    if _match_plain_items(text) and " \n" not in text and text[-1] != " " and "".join(items).isprintable():
        return items
    return [_read_item(item, level) for item in items]


def _read_item(text: str, level: int) -> Any:
    """An item of a list: a scalar or a mapping."""
    if ":" not in text and _match_plain(text):
        return _read_plain(text)
    if quoted := _match_quoted(text):
        return _read_quoted(quoted[1]) if quoted[1] else ""
    if ": " not in text and ":\n" not in text and text[-1] != ":":
        return _read_plain(text) if _match_plain(text) else _raise_unusual()
    return _read_mapping(text.replace("\n  ", "\n") + "\n", (), level + 1)


def _raise_unusual() -> Any:
    raise _UnusualError


def _read_rows(texts: list[str], name: str) -> list[TextRow]:
    """The rows of a list, most of which are known by their text."""
    cache = _row_caches[name]
    rows = []
    for text, cached in zip(texts, map(cache.get, texts), strict=True):
        row = cached or cache.lookup(text)
        if row is None:
            row = TextRow(_read_mapping(text.replace("\n  ", "\n") + "\n", (), MAX_BLOCK_LEVELS - 1))
            if len(text) <= _MAX_CACHED_CHARS and len(row) <= _MAX_CACHED_KEYS:
                cache.put(text, row)
        rows.append(row)
    return rows
