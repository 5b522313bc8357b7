"""The table of mentions of an export, a store, an RDF file or records."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pfocr2rdf.pipeline.inputs import resolve_input
from pfocr2rdf.storage.urls import redact_text
from pfocr2rdf.stores.connect import ConnectionOptions
from pfocr2rdf.stores.embedded import is_store
from pfocr2rdf.stores.mentions.join import MentionRow
from pfocr2rdf.stores.mentions.readers import read_graph, read_server, read_store
from pfocr2rdf.stores.querying.data_frames import DataColumns, to_pandas, to_polars

if TYPE_CHECKING:
    import pandas
    import polars


def mentions(
    source: str | os.PathLike[str],
    *,
    connection: ConnectionOptions = ConnectionOptions(),  # noqa: B008 - it is immutable
) -> MentionTable:
    """The mentions of a graph as a table: a loop over it streams a ``MentionRow`` for each, and ``to_pandas`` makes a DataFrame.

    The memory of a loop grows with the figures, entities and papers, not with the mentions; that of an embedded store does not grow.

    >>> table = mentions("examples")
    >>> row = next(row for row in table if row.word == "STAT1")
    >>> row.figid, row.kind, row.identifier, row.label, row.evidence, row.paper, row.year
    ('PMC5723907__fimmu-08-01707-g001', 'gene', 'ncbigene:6772', 'STAT1', 'viaSymbol', 'PMC5723907', 2017)

    Args:
        source: an export directory, a store (a folder, or the URL of a server), an RDF file, or records (a file, a folder, a checkout, an
            archive), which are exported first, to a temporary folder. A server sorts its answer, and it is downloaded.
        connection: how to connect to a server.

    Raises:
        SourceError: the source is missing, or is not one of these. A file that cannot be read, or is not valid RDF, raises it in the loop.
        StoreError: in the loop, the store cannot be used, or a server gives only a part.
    """
    name = os.fspath(source)
    if name.startswith(("http://", "https://")):
        return MentionTable(name, partial(read_server, name, connection))
    path = Path(source)
    return MentionTable(name, partial(read_store, path) if is_store(path) else partial(read_graph, path, resolve_input(path)))


class MentionTable:
    """The mentions of a graph, which each loop reads again. Where records were refused, the loop gives a ``UserWarning``."""

    columns = MentionRow._fields

    def __init__(self, source: str, read: Callable[[], Iterator[MentionRow]]) -> None:
        self._source = source
        self._read = read

    def __iter__(self) -> Iterator[MentionRow]:
        return self._read()

    def __repr__(self) -> str:
        return f"MentionTable({redact_text(self._source)!r}): {', '.join(self.columns)}"

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas DataFrame with a row for each mention. It needs the extra ``pandas``, and memory for all of them."""
        return to_pandas(DataColumns(self.columns, self))

    def to_polars(self) -> polars.DataFrame:
        """A Polars DataFrame with a row for each mention. It needs the extra ``polars``, and memory for all of them."""
        return to_polars(DataColumns(self.columns, self))
