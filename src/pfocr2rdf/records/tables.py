"""Side tables: tab-separated text in which a quote is a letter like any other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from pfocr2rdf.errors import RecordError


class Table(NamedTuple):
    """A table as it came: the file's name for messages, and its bytes."""

    name: str
    data: bytes


def decode(data: bytes, where: str) -> str:
    """The text of a file in UTF-8, without a byte order mark and with one kind of line end.

    Raises:
        RecordError: it is in another encoding.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        guess = "UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "an 8-bit encoding"
        reason = f"is not UTF-8: byte 0x{data[error.start]:02X} at offset {error.start} (perhaps {guess})"
        raise RecordError(reason, where=where, line=data.count(b"\n", 0, error.start) + 1, remedy="save the file as UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def rows(table: Table, required: tuple[str, ...]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Line number and values of each row, in the order of ``required``; further columns are passed over.

    Raises:
        RecordError: a column is missing, or a row has more or fewer values than there are columns.
    """
    text = decode(table.data, table.name)
    lines = text.split("\n")
    header = lines[0].split("\t")
    missing = [name for name in required if name not in header]
    if missing:
        reason = f"the column {missing[0]!r} is missing"
        raise RecordError(reason, where=table.name, line=1, field=missing[0], remedy="export the table with its header again")
    order = tuple(header.index(name) for name in required)
    width, straight = len(header), order == tuple(range(len(header)))
    for number, line in enumerate(lines[1:], 2):
        if not line:
            continue
        values = line.split("\t")
        if len(values) != width:
            raise RecordError(
                f"the row has {len(values)} values for {width} columns", where=table.name, line=number,
                remedy="look for a tab inside a value, or a missing one",
            )  # fmt: skip
        yield number, tuple(values) if straight else tuple([values[index] for index in order])


def extra_columns(table: Table, known: tuple[str, ...]) -> tuple[str, ...]:
    """Columns that no reader looks at."""
    header = decode(table.data, table.name).partition("\n")[0].split("\t")
    return tuple(name for name in header if name not in known)
