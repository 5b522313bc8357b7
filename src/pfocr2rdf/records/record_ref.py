"""References to records: where a record is, before it is read."""

from __future__ import annotations

from typing import NamedTuple

from pfocr2rdf.records.documents import YamlDocument
from pfocr2rdf.records.side_files import TableFolder


class RecordRef(NamedTuple):
    """A reference to a record that is not yet read. Small, and the same in another process."""

    source: str  # what messages call it
    path: str = ""  # the file with its front matter, if it has one to itself
    document: YamlDocument | None = None  # the document itself, if it came in a stream
    table_folders: tuple[TableFolder, ...] = ()  # the folders that may have its side tables

    @property
    def line(self) -> int:
        """The line of a stream on which the document begins; 0 for a file with one record."""
        return self.document.line if self.document else 0
