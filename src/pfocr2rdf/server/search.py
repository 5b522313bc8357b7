"""The search of the server, with the index that ``publish`` makes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

from pfocr2rdf.site.pages.view_models import count_pages, slice_page
from pfocr2rdf.site.search.index import TYPE_ORDER
from pfocr2rdf.site.search.reader import SearchIndexReader, SearchResults

MAX_SEARCH_RESULTS = 100  # on a page of results
_MAX_SEARCH_CHARS = 1000  # as the field of the page has it
_is_index_file = re.compile(r"index\.json|(?:terms/[0-9]{1,9}\.bin)|(?:things/[0-9]{1,9}\.json)").fullmatch


class SearchIndexFolder(NamedTuple):
    """An index that is ready."""

    path: Path
    is_complete: bool  # whether it has the figures and papers, too
    reader: SearchIndexReader

    def read_file(self, name: str) -> bytes | None:
        """A file of the index; ``None`` if there is none of that name."""
        try:
            return (self.path / name).read_bytes() if _is_index_file(name) else None
        except OSError:  # there is none, or a load has just replaced the store
            return None


def search_page_values(index: SearchIndexFolder | None, search_text: str, type_name: str, page_number: int = 1) -> dict[str, Any]:
    """The values of the search page. Its script shows results as a continuous list; without it, there are pages of them."""
    type_name = type_name if type_name in TYPE_ORDER else ""
    values: dict[str, Any] = {"search_text": search_text, "type_name": type_name, "scripted": bool(index and index.is_complete)}
    if not search_text.strip():
        return values
    try:
        results = index.reader.find(search_text[:_MAX_SEARCH_CHARS], type_name) if index else None
        page_count = count_pages(len(results.entry_numbers), MAX_SEARCH_RESULTS) if results else 1
        page_number = min(page_number, page_count)
        shown = slice_page(results.entry_numbers, page_number, MAX_SEARCH_RESULTS) if results else []
        described = index.reader.describe(results, shown) if index and results else []
    except OSError:  # a load has just replaced the store
        results = None
    if index is None or results is None:
        return {**values, "scripted": False, "summary": "The search index of this store is being built. Try again in a moment."}
    summary = _summarize(results, page_number)
    if not index.is_complete:
        summary += " Figures and papers are not indexed yet: try again in a moment."
    values |= {"kinds": list(_kinds(results, search_text, type_name)), "is_empty": not results.entry_numbers}
    fields = {"q": search_text, **({"kind": type_name} if type_name else {})}
    values["page_url"] = lambda number: f"search.html?{urlencode({**fields, 'page': number})}"
    values |= {"page_number": page_number, "page_count": page_count}
    return {**values, "summary": summary, "results": described, "corrections": results.corrections, "suggestions": results.suggestions}


class ResultKind(NamedTuple):
    """An entity type by which results can be filtered; ``""`` for all."""

    name: str
    label: str
    size: int
    query: str  # of the URL that shows these


def _kinds(results: SearchResults, search_text: str, type_name: str) -> Iterator[ResultKind]:
    """The entity types of the results, and all of them, as ``assets/search.js`` shows them; none if there is only one."""
    kinds = [(name, folder.capitalize(), count) for name, folder, count in results.counts if count or name == type_name]
    if len(kinds) > 1:
        for name, label, count in (("", "All", sum(count for _, _, count in kinds)), *kinds):
            yield ResultKind(name, label, count, urlencode({"q": search_text, **({"kind": name} if name else {})}))


def _summarize(results: SearchResults, page_number: int) -> str:
    """What was found, as ``assets/search.js`` says it."""
    total, shown = sum(count for _, _, count in results.counts), len(results.entry_numbers)
    if not total:
        text = "Nothing found."
    else:
        text = f"{shown:,} of {total:,} results." if shown < total else f"{total:,} {'result' if total == 1 else 'results'}."
    if shown > MAX_SEARCH_RESULTS:
        text += f" Showing {(page_number - 1) * MAX_SEARCH_RESULTS + 1:,} to {min(page_number * MAX_SEARCH_RESULTS, shown):,}."
    return f"{text} There are more matches for the last word: type more letters to find them." if results.is_cut else text
