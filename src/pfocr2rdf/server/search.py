"""The search of a service: in the titles of things, and by the very words on figures, without an index of its own."""

from __future__ import annotations

from collections.abc import Iterable

from pfocr2rdf.rdf.terms import literal, term
from pfocr2rdf.site.pages.entity import year_of
from pfocr2rdf.site.pages.graph_reader import Reader
from pfocr2rdf.site.pages.listing import Listing
from pfocr2rdf.site.pages.mentions import HAS_TARGET
from pfocr2rdf.site.search.index import ORDER, Entry

SHOWN = 100
"""How many things are shown."""

_LONGEST = 200
_WORD = term("pfocr:word")


def search(reader: Reader, lists: Iterable[Listing], words: str, kind: str = "") -> tuple[list[Entry], int]:
    """Things that are called so.

    Args:
        reader: the store.
        lists: the lists of things to search.
        words: what is searched for: a title has all of these words; a figure may have the whole as a word on it.
        kind: the kind that is searched for, or ``""`` for all.

    Returns:
        The first things, those first whose title is just this, and how many there are.
    """
    wanted = words[:_LONGEST].casefold().split()
    if not wanted:
        return [], 0
    whole = " ".join(wanted)
    found: dict[str, tuple[tuple[int, int, int, str], Entry]] = {}
    for one in lists:
        for items in one.groups.values():
            for item in items:
                title = item.title.casefold()
                if all(word in title for word in wanted) or item.detail.casefold() == whole:
                    rank = 0 if whole in (title, item.detail.casefold()) else 1 if title.startswith(whole) else 2
                    order = rank, ORDER.index(one.kind.name), len(title), item.url
                    found[item.url] = order, Entry(item.url, one.kind.name, item.title, item.detail)
    if kind in ("", "figure"):
        for entry in _by_word(reader, words[:_LONGEST].strip()):
            found.setdefault(entry.url, ((1, ORDER.index("figure"), 0, entry.url), entry))
    ranked = [entry for _, entry in sorted(found.values())]
    return ranked[:SHOWN], len(ranked)


def _by_word(reader: Reader, word: str) -> Iterable[Entry]:
    """The figures on which this very word was read."""
    figures = {figure for mention in reader.subjects(_WORD, literal(word)) for figure in reader.values(mention, HAS_TARGET)}
    for figure in sorted(figures):
        yield Entry(reader.url(figure, "figure"), "figure", reader.name(figure), year_of(reader, figure))
