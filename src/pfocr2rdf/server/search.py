"""Search on the server: titles of resources and exact words on figures, without a search index."""

from __future__ import annotations

from collections.abc import Iterable

from pfocr2rdf.rdf.terms import expand_term, literal
from pfocr2rdf.site.pages.graph_reader import DatasetReader
from pfocr2rdf.site.pages.listing import ResourceList
from pfocr2rdf.site.pages.mentions import HAS_TARGET
from pfocr2rdf.site.search.index import TYPE_ORDER, SearchEntry

MAX_SEARCH_RESULTS = 100  # the limit of a result list
_MAX_SEARCH_CHARS = 200
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
    whole = " ".join(search_words)
    ranked_entries: dict[str, tuple[tuple[int, int, int, str], SearchEntry]] = {}
    for resource_list in resource_lists:
        for items in resource_list.groups.values():
            for item in items:
                title = item.title.casefold()
                if all(word in title for word in search_words) or item.detail.casefold() == whole:
                    rank = 0 if whole in (title, item.detail.casefold()) else 1 if title.startswith(whole) else 2
                    order = rank, TYPE_ORDER.index(resource_list.entity_type.name), len(title), item.url
                    ranked_entries[item.url] = order, SearchEntry(item.url, resource_list.entity_type.name, item.title, item.detail)
    if type_name in ("", "figure"):
        for entry in _figures_with_word(reader, search_text[:_MAX_SEARCH_CHARS].strip()):
            ranked_entries.setdefault(entry.url, ((1, TYPE_ORDER.index("figure"), 0, entry.url), entry))
    ranked = [entry for _, entry in sorted(ranked_entries.values())]
    return ranked[:MAX_SEARCH_RESULTS], len(ranked)


def _figures_with_word(reader: DatasetReader, word: str) -> Iterable[SearchEntry]:
    """The figures on which exactly this word was read."""
    figures = {figure for mention in reader.subjects(_WORD_PREDICATE, literal(word)) for figure in reader.values(mention, HAS_TARGET)}
    for figure in sorted(figures):
        yield SearchEntry(reader.page_url(figure, "figure"), "figure", reader.display_name(figure), reader.publication_year(figure))
