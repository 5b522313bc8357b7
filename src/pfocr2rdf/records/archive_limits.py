"""Resource limits of archives: what a hostile archive may cost in time and disk space. Memory is bounded without them."""

from __future__ import annotations

import os
from typing import NamedTuple

from pfocr2rdf.errors import SourceError

UNCHECKED_RATIO_BYTES = 256 << 20  # a small archive of few records may well be packed a thousand times smaller
_PREFIX = "PFOCR2RDF_ARCHIVE_MAX_"


class ArchiveLimitError(Exception):
    """An archive exceeds a limit; the message names the limit and the variable that sets it."""

    def __init__(self, reason: str, field: str) -> None:
        super().__init__(f"{reason}; if you trust it, set {_PREFIX}{field.upper()} to a larger number")


class ArchiveLimits(NamedTuple):
    """What an archive may have; each limit is set by an environment variable: ``PFOCR2RDF_ARCHIVE_MAX_`` with its name in capitals."""

    members: int = 2_000_000  # files, folders and extended headers
    expanded_bytes: int = 32 << 30  # what is decompressed; of a zip, records and tables only
    ratio: int = 200  # decompressed to compressed, from 256 MiB on
    header_bytes: int = 64 << 10  # of an extended header of a tar, which holds a long name

    @classmethod
    def from_environment(cls) -> ArchiveLimits:
        """The limits that the user set, and the default ones; ``SourceError`` for what is not a number."""
        values = {}
        for field in cls._fields:
            text = os.environ.get(_PREFIX + field.upper(), "")
            if text and not (text.isdecimal() and text.isascii()):
                raise SourceError(f"{_PREFIX}{field.upper()} is {text!r}, not a whole number")
            if text:
                values[field] = int(text)
        return cls(**values)


class ExpansionMeter:
    """Counts what is decompressed, and raises ``ArchiveLimitError`` as soon as it is too much."""

    def __init__(self, compressed_bytes: int, limits: ArchiveLimits) -> None:
        self._limit_bytes = limits.expanded_bytes
        self._ratio = limits.ratio
        self._ratio_bytes = max(UNCHECKED_RATIO_BYTES, compressed_bytes * limits.ratio)
        self._bytes = 0

    def count(self, data: bytes) -> bytes:
        """The data, counted."""
        self._bytes += len(data)
        if self._bytes > self._limit_bytes:
            raise ArchiveLimitError(f"it expands to more than {self._limit_bytes} bytes", "expanded_bytes")
        if self._bytes > self._ratio_bytes:
            raise ArchiveLimitError(f"it expands to more than {self._ratio} times its size", "ratio")
        return data
