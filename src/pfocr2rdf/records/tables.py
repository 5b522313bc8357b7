"""Side tables: tab-separated values (TSV) without quoting, so that a quote is a letter like any other, unless the header is in quotes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from operator import itemgetter
from typing import NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.file_types import explain_table
from pfocr2rdf.records.unknown_names import describe_unknown


class SideTable(NamedTuple):
    """A table before it is parsed: the file's name for messages, and its bytes."""

    name: str
    data: bytes  # decompressed


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
    """The line numbers of the rows, and their values in the order of ``required``; further columns and blank lines are ignored.

    A missing column, or a row with more or fewer values than there are columns, raises ``RecordError``.
    """
    try:
        return _split_rows(table, required)
    except RecordError as error:
        raise explain_table(table.data, error).with_source(table.name) from None


def _split_rows(table: SideTable, required: tuple[str, ...]) -> tuple[list[int], list[tuple[str, ...]]]:
    text = decode_text(table.data, table.name)
    lines = text.split("\n")
    header, is_quoted = _split_header(lines[0], required)
    missing = [name for name in required if name not in header]
    if missing:
        reason = f"the column {missing[0]!r} is missing"
        raise RecordError(reason, source=table.name, line=1, field=missing[0], remedy="export the table with its header again")
    numbers = [number for number, line in enumerate(lines, 1) if number > 1 and line and not line.isspace()]
    split = [lines[number - 1].split("\t") for number in numbers]
    for number, values in zip(numbers, split, strict=True):
        if len(values) != len(header) and (len(values) < len(header) or any(values[len(header) :])):
            raise RecordError(
                f"the row has {len(values)} values for {len(header)} columns", source=table.name, line=number,
                remedy="check for a tab in a value, or a missing value",
            )  # fmt: skip
    if is_quoted:
        split = [list(map(_unquote, values)) for values in split]
    return numbers, list(map(itemgetter(*map(header.index, required)), split))


def describe_columns(table: SideTable, required: tuple[str, ...], unexported: Collection[str]) -> list[str]:
    """A note of each column that is not read: one that is not known, or is there already."""
    header, _ = _split_header(decode_text(table.data.partition(b"\n")[0], table.name).partition("\n")[0], required)
    if len(header) == len(required) and set(header) == set(required):
        return []
    distinct = dict.fromkeys(header)
    unknown = (name for name in distinct if name not in required and name not in unexported)
    notes = describe_unknown("column", unknown, required, f"{table.name}: ")
    if len(distinct) < len(header):
        repeated = (name for name in distinct if name in required and header.count(name) > 1)
        notes += [f"{table.name}: the column {name!r} occurs more than once; the first one was used" for name in repeated]
    return notes


def _split_header(line: str, required: Iterable[str]) -> tuple[list[str], bool]:
    """The names of the columns, and whether values are in quotes: as in R's ``write.table``, a header is then in quotes throughout."""
    header = line.split("\t")
    is_quoted = all(len(name) > 2 and name[0] == name[-1] == '"' for name in header)
    if is_quoted:
        header = list(map(_unquote, header))
    if not set(required).issubset(header):
        header = ["_".join(name.lower().split()) for name in header]
    return header, is_quoted


def _unquote(value: str) -> str:
    if len(value) < 2 or not value[0] == value[-1] == '"':
        return value
    return value[1:-1].replace('\\"', '"').replace('""', '"')
