"""Safe extraction of archives of records: no member can reach anything outside.

``tarfile.data_filter`` is not used: it accepts links within the archive and strips a leading slash; both are refused here.
"""

from __future__ import annotations

import errno
import gzip
import lzma
import os
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, cast

import zstandard

from pfocr2rdf.errors import RecordError, SourceError
from pfocr2rdf.records.documents import MAX_RECORD_BYTES, too_large_error
from pfocr2rdf.records.values import printable_path
from pfocr2rdf.storage.regular_files import open_regular

MEMBER_SUFFIXES = (".md", ".yaml", ".yml", ".tsv")
_GZIP, _ZSTD, _ZIP = b"\x1f\x8b", b"\x28\xb5\x2f\xfd", (b"PK\x03\x04", b"PK\x05\x06")
_TAR_BLOCK_BYTES = 512
_TAR_MAGIC = slice(257, 262)
_ARCHIVE_ERRORS = (
    tarfile.TarError, zipfile.BadZipFile, zstandard.ZstdError, gzip.BadGzipFile, zlib.error, lzma.LZMAError, EOFError,
    NotImplementedError, UnicodeDecodeError, ValueError, OverflowError,
)  # fmt: skip
_LINK_REMEDY = "pack the files themselves, without links"


def is_archive(path: Path) -> bool:
    """Whether the file's first bytes are those of a tar, a zip, or something compressed with gzip or Zstandard."""
    try:
        with open_regular(path) as file:
            head = file.read(512)
    except OSError:  # reading it as a record says why
        return False
    return head.startswith((_GZIP, _ZSTD, *_ZIP)) or head[_TAR_MAGIC] == b"ustar"


def unpack_archive(archive: Path, label: str, directory: Path) -> Iterator[RecordError]:
    """Write the records and tables of an archive below ``directory``, a new and empty folder; yield what is refused.

    Links, device files, and names that lead elsewhere are refused one by one; a member that is too large is refused without being
    unpacked. Members that are no record and no table are skipped. A file that is no archive, or broken, raises ``SourceError``.
    """
    with archive.open("rb") as file:
        head = file.read(512)
    members = _zip_members(archive) if head.startswith(_ZIP) else _tar_members(archive, head)
    try:
        for member, problem, content in members:
            source = printable_path(f"{label}/{member}")
            if problem or (problem := _name_problem(member)):
                yield RecordError(problem, source=source, remedy=_LINK_REMEDY)
            elif PurePosixPath(member).suffix.lower() in MEMBER_SUFFIXES and (error := _write_member(directory / member, content)):
                yield error.with_source(source)
    except _ARCHIVE_ERRORS as error:
        raise SourceError(f"{label}: the archive cannot be read: {error}") from None


def _name_problem(member: str) -> str:
    path = PurePosixPath(member)
    if path.is_absolute() or ".." in path.parts or "\\" in member or "\x00" in member:
        return "the name leads out of the archive"
    return ""


def _write_member(path: Path, content: Callable[[], IO[bytes]]) -> RecordError | None:
    with content() as source:
        data = source.read(MAX_RECORD_BYTES + 1)
    if len(data) > MAX_RECORD_BYTES:
        return too_large_error()
    try:
        if path.exists():
            return RecordError("the archive holds this name twice", remedy="keep one of the two")
        os.makedirs(path.parent, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        return RecordError(f"cannot be unpacked: {error.strerror}", remedy="give the member another name")
    return None


ArchiveMember = tuple[str, str, Callable[[], IO[bytes]]]


def _zip_members(archive: Path) -> Iterator[ArchiveMember]:
    with zipfile.ZipFile(archive) as zip_file:
        for info in zip_file.infolist():
            if info.is_dir():
                continue
            mode = info.external_attr >> 16
            problem = "a link is not followed" if stat.S_ISLNK(mode) else "the member is encrypted" if info.flag_bits & 1 else ""
            yield info.filename, problem, lambda info=info: zip_file.open(info)  # type: ignore[misc]


def _tar_members(archive: Path, head: bytes) -> Iterator[ArchiveMember]:
    with ExitStack() as stack:
        raw: BinaryIO = stack.enter_context(archive.open("rb"))
        stream: IO[bytes] = raw
        if head.startswith(_ZSTD):
            stream = stack.enter_context(zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True))
        elif head.startswith(_GZIP):
            stream = cast("IO[bytes]", stack.enter_context(gzip.open(raw)))
        reader = _TarEndReader(stream)
        tar_file = stack.enter_context(tarfile.open(fileobj=cast("IO[bytes]", reader), mode="r|"))
        for info in tar_file:
            if info.isdir():
                continue
            problem = "" if info.isfile() else "a link or device is not followed"
            yield info.name, problem, lambda info=info: cast("IO[bytes]", tar_file.extractfile(info))  # type: ignore[misc]
        if not reader.ends_with_zero_block():
            raise tarfile.ReadError("it breaks off before its end")


class _TarEndReader:
    """Knows whether the end of a tar, blocks of zeros, was read: without it, tarfile takes a truncated archive for complete."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._last = b""

    def read(self, size: int) -> bytes:
        data = self._file.read(size)
        self._last = (self._last + data)[-_TAR_BLOCK_BYTES:]
        return data

    def ends_with_zero_block(self) -> bool:
        """Read the rest; whether it ends in a block of zeros."""
        while self.read(1 << 16):
            pass
        return len(self._last) == _TAR_BLOCK_BYTES and not any(self._last)
