"""Lookups of some hundred rows: pyoxigraph evaluates them, as a query with limits on what it reads.

pyoxigraph chooses the order of joins by estimates, and for some it reads a whole index. ``LATERAL`` (SEP-0006) fixes the order: each
pattern is a range of an index for each row of the patterns before it, and a limit bounds these rows. With ``OPTIONAL``, no pattern has
fewer rows than those before it: if the last one has few rows, no limit was reached. If no row lacks a value, the rows are the result.
"""

from __future__ import annotations

import io
from typing import Any

from pyoxigraph import QueryResultsFormat, QuerySolutions

from pfocr2rdf.stores.embedded import EmbeddedStore, map_store_errors
from pfocr2rdf.stores.querying.lookup import MAX_RESULT_CHARS, Lookup, LookupExceededError

_MAX_READS = 2048  # rows of all patterns together
_COUNT = "?0"  # the variables of lookups do not begin with a digit
# In JSON. A quotation mark within a string is escaped; a string may end with the first, which then counts as one more.
_ROW_BOUNDARY, _VALUE, _TRIPLE = b'}},{"', b'":{"type":', b'"type":"triple"'


class _BoundedFile(io.BytesIO):
    """A file in memory that ends at a bound."""

    def write(self, data: Any) -> int:
        """Write data, unless the file has reached its bound."""
        if self.tell() + len(data) > MAX_RESULT_CHARS:
            raise LookupExceededError
        return super().write(data)


def evaluate_bounded(store: EmbeddedStore, lookup: Lookup) -> bytes:
    """The same as ``evaluate_lookup``, for more rows, of SELECT only.

    Raises:
        LookupExceededError: it has more rows than it may, or the query has an unsupported feature.
        StoreError: the store cannot be read.
    """
    patterns = [[f"?{slot}" if isinstance(slot, str) else str(slot) for slot in pattern] for pattern in lookup.patterns]
    if not lookup.variables or any(len({*pattern}) < len(pattern) for pattern in patterns):
        raise LookupExceededError  # where a pattern has a variable twice, not all of the range are rows
    first, *later = [" ".join(pattern) for pattern in patterns]
    names = [f"?{name}" for name in lookup.variables]
    max_rows = _MAX_READS // len(patterns)
    limit = max_rows + 1 if lookup.limit is None else min(lookup.limit, max_rows + 1)
    rows = f"SELECT*{{{first}}}LIMIT {limit}"
    for triple in later:
        rows = f"SELECT*{{{{{rows}}}LATERAL{{OPTIONAL{{{triple}}}}}}}LIMIT {limit}"
    projection = " ".join(names)
    is_complete = False
    with map_store_errors(store.path):
        if (values_per_row := _count_values(patterns, names)) and not lookup.is_distinct:
            body = _serialize(store, f"SELECT {projection}{{{rows}}}")
            row_count = body.count(_ROW_BOUNDARY) + (_VALUE in body)
            is_complete = body.count(_VALUE) == row_count * values_per_row and _TRIPLE not in body
        else:
            row_count = int(next(_select(store, f"SELECT(COUNT(*)AS {_COUNT}){{{rows}}}"))[0].value)
        if row_count > max_rows or (row_count >= limit and not is_complete):
            raise LookupExceededError
        if is_complete:
            return body
        joined = "".join((first, *(f" LATERAL{{{triple}}}" for triple in later)))
        return _serialize(store, f"SELECT {'DISTINCT ' * lookup.is_distinct}{projection}{{{joined}}}")


def _count_values(patterns: list[list[str]], names: list[str]) -> int:
    """How many values a row has, if each pattern is the only one to bind at least one of them; else 0: a missing match might not show."""
    first, *later = [{slot for slot in pattern if slot.startswith("?")} for pattern in patterns]
    bound = set(first)
    for variables in later:
        if (variables - first) & bound or bound.issuperset(variables.intersection(names)):
            return 0
        bound |= variables
    return len(bound.intersection(names)) if first.intersection(names) else 0


def _serialize(store: EmbeddedStore, text: str) -> bytes:
    file = _BoundedFile()
    _select(store, text).serialize(file, QueryResultsFormat.JSON)
    return file.getvalue()


def _select(store: EmbeddedStore, text: str) -> QuerySolutions:
    result = store.query(text, use_default_graph_as_union=True)
    assert isinstance(result, QuerySolutions)  # noqa: S101 - all queries here are SELECT
    return result
