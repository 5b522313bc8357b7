"""Side tables: tab-separated values (TSV) without quoting, so that a quote is a letter like any other."""

from __future__ import annotations

from operator import itemgetter
from typing import NamedTuple

from pfocr2rdf.errors import RecordError


class SideTable(NamedTuple):
    """A table before it is parsed: the file's name for messages, and its bytes."""

    name: str
    data: bytes


def decode_text(data: bytes, source: str) -> str:
    """The text of a file in UTF-8, without a byte order mark and with one kind of line end; ``RecordError`` for another encoding."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        guess = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "an 8-bit encoding"
        reason = f"is not UTF-8: byte 0x{data[error.start]:02X} at offset {error.start} (perhaps {guess})"
        raise RecordError(reason, source=source, line=data.count(b"\n", 0, error.start) + 1, remedy="save the file as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def read_rows(table: SideTable, required: tuple[str, ...]) -> tuple[list[int], list[tuple[str, ...]]]:
    """The line numbers of the rows, and their values in the order of ``required``; further columns are passed over.

    A missing column, or a row with more or fewer values than there are columns, raises ``RecordError``.
    """
    text = decode_text(table.data, table.name)
    lines = text.split("\n")
    header = lines[0].split("\t")
    missing = [name for name in required if name not in header]
    if missing:
        reason = f"the column {missing[0]!r} is missing"
        raise RecordError(reason, source=table.name, line=1, field=missing[0], remedy="export the table with its header again")
    numbers = [number for number, line in enumerate(lines, 1) if line and number > 1]
    split = [lines[number - 1].split("\t") for number in numbers]
    for number, values in zip(numbers, split, strict=True):
        if len(values) != len(header):
            raise RecordError(
                f"the row has {len(values)} values for {len(header)} columns", source=table.name, line=number,
                remedy="look for a tab inside a value, or a missing one",
            )  # fmt: skip
    return numbers, list(map(itemgetter(*map(header.index, required)), split))


def unknown_columns(table: SideTable, columns: tuple[str, ...]) -> tuple[str, ...]:
    """The columns of a table besides the known ``columns``."""
    header = decode_text(table.data.partition(b"\n")[0], table.name).partition("\n")[0].split("\t")
    return tuple(name for name in header if name not in columns)
