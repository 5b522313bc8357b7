"""Files of records and tables, wherever they are: in a folder, by URL or in an archive, and compressed or not."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from typing import BinaryIO, cast

from pfocr2rdf.errors import RecordError
from pfocr2rdf.records.archive_limits import ArchiveLimits, ExpansionMeter
from pfocr2rdf.records.member_store import is_member, read_member
from pfocr2rdf.storage import filesystem
from pfocr2rdf.storage.compression import ObservedReader, decompress, detect_compression, is_decompression_error
from pfocr2rdf.storage.regular_files import read_regular
from pfocr2rdf.storage.urls import is_url


def read_record_file(path: str, limit: int) -> bytes:
    """The first bytes of a file, decompressed; it raises what ``open_record_file`` does."""
    data = _read_file(path, limit)
    suffix = detect_compression(data)
    if not suffix:
        return data
    with decompress(suffix, io.BytesIO(data)) as stream:
        return stream.read(limit)


def _read_file(path: str, limit: int) -> bytes:
    if is_member(path):
        return read_member(path)
    return filesystem.read_file(path, limit) if is_url(path) else read_regular(path, limit)


@contextlib.contextmanager
def open_record_file(path: str) -> Iterator[BinaryIO]:
    """A file to read, decompressed.

    Raises:
        OSError: it cannot be read, is not a regular file, is changed while it is read, or is damaged.
        ArchiveLimitError: it expands too much.
        Exception: another of ``DECOMPRESSION_ERRORS``; it is damaged.
    """
    with contextlib.ExitStack() as stack:
        file = cast("BinaryIO", io.BytesIO(read_member(path))) if is_member(path) else stack.enter_context(filesystem.open_file(path))
        suffix = detect_compression(file.read(512))
        size = file.seek(0, os.SEEK_END) if suffix else 0
        file.seek(0)
        if suffix:
            stream = stack.enter_context(decompress(suffix, file))
            file = io.BufferedReader(ObservedReader(stream, ExpansionMeter(size, ArchiveLimits.from_environment()).count))
        yield file


def file_error(error: Exception, source: str, action: str = "opened") -> RecordError:
    """The refusal of a file that cannot be read."""
    if is_decompression_error(error):
        return RecordError(f"is a damaged compressed file: {error}", source=source, remedy="fetch it again")
    reason = f"cannot be {action}: {getattr(error, 'strerror', None) or error}"
    return RecordError(reason, source=source, remedy="check the file and its permissions")
