"""Tables as CSV (RFC 4180) in UTF-8 with a header: CRLF ends lines, and texts with commas, quotes or line breaks are quoted.

Lists are JSON arrays, as Frictionless' type ``array`` wants them. Texts that spreadsheets take for formulas (``=A1``) stay as they are:
they are data.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence

from pfocr2rdf.derived.tables.schema import LIST, Cell, Cells, IndexedCells, Table
from pfocr2rdf.derived.tables.writer import TableWriter
from pfocr2rdf.storage.files import HashingWriter

REPLACED_SENTENCE = "control characters that CSV cannot hold (RFC 4180) were replaced by U+FFFD in values of tables"
EMPTY_SENTENCE = "empty texts look like missing values in CSV"
_FORBIDDEN = "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]"
_find_forbidden, _replace_forbidden = re.compile(_FORBIDDEN).search, re.compile(_FORBIDDEN).sub


class CsvWriter(TableWriter):
    """Writes a table as CSV."""

    suffix = ".csv"
    media_type = "text/csv"

    def __init__(self, table: Table, file: HashingWriter, warn: Callable[[str, int], None]) -> None:
        super().__init__(table, file, warn)
        self._file.write(_format([[column.name] for column in table.columns]).encode())

    def write(self, columns: Sequence[Cells]) -> None:
        """Write rows."""
        texts: list[list[Cell]] = [
            list(map(_encode_list, _expand(cells))) if column.type is LIST else _expand(cells)
            for column, cells in zip(self.table.columns, columns, strict=True)
        ]
        self._warn(EMPTY_SENTENCE, sum(cells.count("") for cells in texts))
        document = _format(texts)
        if _find_forbidden(document):
            document = _format([list(map(self._replace, cells)) for cells in texts])
        self._file.write(document.encode())

    def _replace(self, cell: Cell) -> Cell:
        if type(cell) is not str or not _find_forbidden(cell):
            return cell
        self._warn(REPLACED_SENTENCE, 1)
        return _replace_forbidden("\ufffd", cell)


def _expand(cells: Cells) -> list[Cell]:
    return list(map(cells.values.__getitem__, cells.indexes)) if isinstance(cells, IndexedCells) else list(cells)


def _encode_list(cell: Cell) -> str:
    return json.dumps(cell, ensure_ascii=False) if cell else "[]"


def _format(columns: Sequence[Sequence[Cell]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(zip(*columns, strict=True))
    return buffer.getvalue()
