"""The YAML documents of a file: front matter, one bare document, or a stream of them; never more than one in memory."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.tables import decode_text

MAX_RECORD_BYTES = 8 * 1024 * 1024  # of the largest record that is read; real ones have 2 to 200 kB
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_MARKER = re.compile(rb"(?:---|\.\.\.)(?:[ \t].*)?\r?\n?\Z").match
_OPENING = re.compile(rb"---[ \t]*\r?(?:\n|\Z)").match
_CLOSING = re.compile(rb"\n(?:---|\.\.\.)[ \t]*\r?(?:\n|\Z)").search


class YamlDocument(NamedTuple):
    """One document: its bytes without the ``---`` lines, the line of the file on which it begins, from 1, and the page's body."""

    data: bytes
    line: int
    body: bytes = b""


def too_large_error(line: int = 0) -> RecordError:
    """The refusal of a record beyond the limit."""
    return RecordError(f"is larger than {MAX_RECORD_BYTES // 2**20} MiB", line=line, remedy="split the file, or check its contents")


def extract_front_matter(data: bytes) -> YamlDocument:
    """The front matter of a Jekyll page; what follows it is the page's body, which is no part of the record.

    A page that is empty, has no front matter, or never ends it raises ``RecordError``.
    """
    if not data.strip():
        raise RecordError("the file is empty", remedy="fetch it again")
    if data.startswith(_UTF16):
        decode_text(data, "")
    data = data.removeprefix(_BOM)
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")  # as Mac OS 9 ended lines
    opening = _OPENING(data)
    if not opening:
        raise RecordError("there is no front matter", line=1, remedy="begin the file with a line '---'")
    closing = _CLOSING(data, opening.end() - 1)
    if not closing:
        raise RecordError("the front matter has no end", line=1, remedy="end it with a line '---'")
    return YamlDocument(data[opening.end() : closing.start() + 1], 2, data[closing.end() :].strip())


def iter_documents(file: BinaryIO) -> Iterator[YamlDocument | RecordError]:
    """The documents of a stream, one by one; empty ones are skipped, and those too large are errors."""
    parts: list[bytes] = []
    size, line, begin, fresh = 0, 0, 1, True
    while chunk := file.readline(MAX_RECORD_BYTES):
        if line == 0:
            chunk = chunk.removeprefix(_BOM)
        if fresh and _MARKER(chunk):
            yield from _end_document(parts, size, begin)
            head = chunk[3:].lstrip()
            parts, size = ([head] if head.strip() and chunk.startswith(b"-") else []), 0
            begin = line + (1 if parts else 2)
        else:
            size += len(chunk)
            if size <= MAX_RECORD_BYTES:
                parts.append(chunk)
            else:
                parts.clear()
        fresh = chunk.endswith(b"\n")
        line += fresh
    yield from _end_document(parts, size, begin)


def _has_content(data: bytes) -> bool:
    """Whether there is more than comments, directives and blanks."""
    return any(line and line[:1] not in b"#%" for line in map(bytes.strip, data.split(b"\n")))


def _end_document(parts: list[bytes], size: int, begin: int) -> Iterator[YamlDocument | RecordError]:
    if size > MAX_RECORD_BYTES:
        yield too_large_error(begin)
    elif _has_content(data := b"".join(parts)):
        yield YamlDocument(data, begin)
