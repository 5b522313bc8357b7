"""The search of the server, with the index that ``publish`` makes."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.site.search.reader import SearchIndexReader, SearchResults

MAX_SEARCH_RESULTS = 100  # the limit of a result list
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


def search_page_values(index: SearchIndexFolder | None, search_text: str, type_name: str) -> dict[str, Any]:
    """The values of the search page."""
    values: dict[str, Any] = {"search_text": search_text, "type_name": type_name, "scripted": bool(index and index.is_complete)}
    if not search_text.strip():
        return values
    try:
        results = index.reader.find(search_text[:_MAX_SEARCH_CHARS], type_name) if index else None
        described = index.reader.describe(results, results.entry_numbers[:MAX_SEARCH_RESULTS]) if index and results else []
    except OSError:  # a load has just replaced the store
        results = None
    if index is None or results is None:
        return {**values, "scripted": False, "summary": "The search index of this store is being made. Search again in a moment."}
    summary = _summarize(results, type_name)
    if not index.is_complete:
        summary += " Figures and papers are not in the index yet: search again in a moment."
    return {**values, "summary": summary, "results": described, "corrections": results.corrections, "suggestions": results.suggestions}


def _summarize(results: SearchResults, type_name: str) -> str:
    """What was found, as ``assets/search.js`` says it."""
    counts = [f"{count:,} {name if count == 1 else folder}" for name, folder, count in results.counts if count]
    total = len(results.entry_numbers)
    is_filtered = any(name == type_name for name, _, _ in results.counts)
    text = f"{total:,} found{'; of all kinds' if is_filtered else ''}: {', '.join(counts)}." if counts else "Nothing is found."
    if total > MAX_SEARCH_RESULTS:
        text += f" Shown are the first {MAX_SEARCH_RESULTS}."
    return f"{text} More words begin like the last one: type on to find them." if results.is_cut else text
