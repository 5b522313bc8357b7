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

REPLACED_SENTENCE = "control characters that CSV cannot contain (RFC 4180) were replaced by U+FFFD in values of tables"
EMPTY_SENTENCE = "empty strings look like missing values in CSV"
_FORBIDDEN_BYTES = bytes([*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), 0x7F])
_replace_forbidden = re.compile(f"[{_FORBIDDEN_BYTES.decode()}\ud800-\udfff]").sub
_encode_json = json.JSONEncoder(ensure_ascii=False).encode


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
        if _has_forbidden(document):
            document = _format([list(map(self._replace, cells)) for cells in texts])
        self._file.write(document.encode())

    def _replace(self, cell: Cell) -> Cell:
        text = _replace_forbidden("\ufffd", cell) if type(cell) is str else cell
        self._warn(REPLACED_SENTENCE, int(text != cell))
        return text


def _expand(cells: Cells) -> list[Cell]:
    return list(map(cells.values.__getitem__, cells.indexes)) if isinstance(cells, IndexedCells) else list(cells)


def _encode_list(cell: Cell) -> str:
    return _encode_json(cell) if cell else "[]"


def _has_forbidden(text: str) -> bool:
    """Whether a text has control characters or surrogates. For bytes, this takes a tenth of the time of a regular expression."""
    try:
        data = text.encode()
    except UnicodeEncodeError:
        return True
    return len(data.translate(None, _FORBIDDEN_BYTES)) < len(data)


def _format(columns: Sequence[Sequence[Cell]]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerows(zip(*columns, strict=True))
    return buffer.getvalue()
