"""The search of a service: in the titles of things, and by the very words on figures, without an index of its own."""

from __future__ import annotations

from collections.abc import Iterable

from pfocr2rdf.rdf.terms import expand_term, literal
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.listing import ResourceList
from pfocr2rdf.site.pages.mentions import HAS_TARGET
from pfocr2rdf.site.pages.publication import publication_year
from pfocr2rdf.site.search.index import TYPE_ORDER, SearchEntry

MAX_SEARCH_RESULTS = 100
"""How many things are shown."""

_MAX_SEARCH_CHARS = 200
_WORD_PREDICATE = expand_term("pfocr:word")


def search_resources(
    reader: DatasetReader, resource_lists: Iterable[ResourceList], search_text: str, type_name: str = ""
) -> tuple[list[SearchEntry], int]:
    """Things that are called so.

    Args:
        reader: the store.
        resource_lists: the lists of things to search.
        search_text: what is searched for: a title has all of these words; a figure may have the whole as a word on it.
        type_name: the kind that is searched for, or ``""`` for all.

    Returns:
        The first things, those first whose title is just this, and how many there are.
    """
    wanted = search_text[:_MAX_SEARCH_CHARS].casefold().split()
    if not wanted:
        return [], 0
    whole = " ".join(wanted)
    found: dict[str, tuple[tuple[int, int, int, str], SearchEntry]] = {}
    for one in resource_lists:
        for items in one.groups.values():
            for item in items:
                title = item.title.casefold()
                if all(word in title for word in wanted) or item.detail.casefold() == whole:
                    rank = 0 if whole in (title, item.detail.casefold()) else 1 if title.startswith(whole) else 2
                    order = rank, TYPE_ORDER.index(one.entity_type.name), len(title), item.url
                    found[item.url] = order, SearchEntry(item.url, one.entity_type.name, item.title, item.detail)
    if type_name in ("", "figure"):
        for entry in _figures_with_word(reader, search_text[:_MAX_SEARCH_CHARS].strip()):
            found.setdefault(entry.url, ((1, TYPE_ORDER.index("figure"), 0, entry.url), entry))
    ranked = [entry for _, entry in sorted(found.values())]
    return ranked[:MAX_SEARCH_RESULTS], len(ranked)


def _figures_with_word(reader: DatasetReader, word: str) -> Iterable[SearchEntry]:
    """The figures on which this very word was read."""
    figures = {figure for mention in reader.subjects(_WORD_PREDICATE, literal(word)) for figure in reader.values(mention, HAS_TARGET)}
    for figure in sorted(figures):
        yield SearchEntry(reader.page_url(figure, "figure"), "figure", reader.display_name(figure), publication_year(reader, figure))
