"""Search on the server: titles of resources and exact words on figures, without a search index."""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator

from pfocr2rdf.rdf.terms import expand_term, literal
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.listing import ListItem, ResourceList
from pfocr2rdf.site.pages.resource_reader import HAS_TARGET
from pfocr2rdf.site.search.index import TYPE_ORDER, SearchEntry

MAX_SEARCH_RESULTS = 100  # the limit of a result list
_MAX_SEARCH_CHARS = 200
_BATCH_ITEMS = 2000
_RankedEntry = tuple[tuple[int, int, int, str], SearchEntry]  # with its sort key, in which the URL is unique
_WORD_PREDICATE = expand_term("pfocr:word")


def search_resources(
    reader: DatasetReader, resource_lists: Iterable[ResourceList], search_text: str, type_name: str = ""
) -> tuple[list[SearchEntry], int]:
    """Search resources by words that a title must all contain, or figures by a word that was read on them.

    Figures are searched only if ``type_name`` is that of figures or ``""``. Returned are the first entries, exact titles first, and
    the number of all.
    """
    search_words = search_text[:_MAX_SEARCH_CHARS].casefold().split()
    if not search_words:
        return [], 0
    with_word: dict[str, SearchEntry] = {}
    if type_name in ("", "figure"):
        with_word = {entry.url: entry for entry in _figures_with_word(reader, search_text[:_MAX_SEARCH_CHARS].strip())}
    first: list[_RankedEntry] = []
    total = 0
    for resource_list in resource_lists:
        for items in _batches(resource_list):
            matches = list(_match_titles(items, resource_list.entity_type.name, search_words))
            for _, entry in matches:
                with_word.pop(entry.url, None)
            # Neither all matches are in memory nor sorted: the garbage collection, or the sort, would let no other thread run meanwhile.
            first = heapq.nsmallest(MAX_SEARCH_RESULTS, [*first, *matches])
            total += len(matches)
    first += [((1, TYPE_ORDER.index("figure"), 0, url), entry) for url, entry in with_word.items()]
    return [entry for _, entry in heapq.nsmallest(MAX_SEARCH_RESULTS, first)], total + len(with_word)


def _batches(resource_list: ResourceList) -> Iterator[list[ListItem]]:
    for items in resource_list.groups.values():
        yield from (items[start : start + _BATCH_ITEMS] for start in range(0, len(items), _BATCH_ITEMS))


def _match_titles(items: Iterable[ListItem], type_name: str, search_words: list[str]) -> Iterator[_RankedEntry]:
    """The resources whose titles contain all words, or whose detail is the text."""
    whole, type_order = " ".join(search_words), TYPE_ORDER.index(type_name)
    for item in items:
        title = item.title.casefold()
        if all(word in title for word in search_words) or item.detail.casefold() == whole:
            rank = 0 if whole in (title, item.detail.casefold()) else 1 if title.startswith(whole) else 2
            yield (rank, type_order, len(title), item.url), SearchEntry(item.url, type_name, item.title, item.detail)


def _figures_with_word(reader: DatasetReader, word: str) -> Iterable[SearchEntry]:
    """The figures on which exactly this word was read."""
    figures = {figure for mention in reader.subjects(_WORD_PREDICATE, literal(word)) for figure in reader.values(mention, HAS_TARGET)}
    for figure in sorted(figures):
        yield SearchEntry(reader.page_url(figure, "figure"), "figure", reader.display_name(figure), reader.publication_year(figure))
