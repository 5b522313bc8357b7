"""Archives of records: read member by member, from the first to the last, and nothing of them is written under a name that they choose."""

from __future__ import annotations

import re
import sqlite3
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO

from pfocr2rdf.errors import RecordError, SourceError
from pfocr2rdf.records.archive_limits import ArchiveLimitError, ArchiveLimits, ExpansionMeter
from pfocr2rdf.records.archive_member import ArchiveMember, DamagedMemberError
from pfocr2rdf.records.documents import MAX_RECORD_BYTES, too_large_error
from pfocr2rdf.records.side_files import RECORD_SUFFIXES, is_table, may_be_data
from pfocr2rdf.records.tar_members import iter_tar_members
from pfocr2rdf.records.zip_members import iter_zip_members
from pfocr2rdf.storage.compression import DECOMPRESSION_ERRORS, decompress, detect_compression
from pfocr2rdf.storage.regular_files import open_regular
from pfocr2rdf.storage.urls import printable_path

_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_TAR_MAGIC = slice(257, 262)
_TAR_SUFFIXES = re.compile(r"\.(?:tar|tar\.(?:gz|zst|bz2|xz)|tgz|tzst|tbz2?|txz)", re.IGNORECASE)
_MEMBER_SUFFIXES = (*RECORD_SUFFIXES, ".tsv")
_COMPRESSED_MEMBER = re.compile(r".+\.(?:md|yaml|yml|tsv)\.(?:gz|zst|bz2|xz)", re.IGNORECASE).fullmatch
_IGNORED_FOLDER = "__MACOSX"  # copies of the metadata of macOS
_MAX_NAME_BYTES, _MAX_PATH_PARTS = 255, 64
_DRIVE = re.compile(r"[A-Za-z]:").match
_ARCHIVE_ERRORS = (
    *DECOMPRESSION_ERRORS, tarfile.TarError, zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, RuntimeError,
)  # fmt: skip


def is_archive(path: Path) -> bool:
    """Whether the file is a tar, also a compressed one, or a zip, by its first bytes."""
    try:
        with open_regular(path) as file:
            head = file.read(512)
            suffix = detect_compression(head)
            if suffix and not _TAR_SUFFIXES.search(path.name):
                file.seek(0)
                return _is_tar(decompress(suffix, file).read(tarfile.BLOCKSIZE))
    except (OSError, *DECOMPRESSION_ERRORS):  # reading it as a record reports the reason
        return False
    return bool(suffix) or head.startswith(_ZIP) or _is_tar(head)


def _is_tar(head: bytes) -> bool:
    """Whether a file is a tar by its first block: old ones have no magic, but a checksum."""
    try:
        tarfile.TarInfo.frombuf(head, "utf-8", "surrogateescape")
    except tarfile.HeaderError:
        return head[_TAR_MAGIC] == b"ustar"
    return True


AddMember = Callable[[tuple[str, ...], bytes], bool]
"""Stores the bytes of a member by the parts of its path; false where there is one of this path."""


def store_members(archive: Path, label: str, add: AddMember, limits: ArchiveLimits) -> Iterator[RecordError]:
    """Store the records and tables of an archive; yield what is refused.

    Links, device files, and names that lead elsewhere are refused one by one, and members that are too large. Of those that are no
    record and no table, only the names are stored. An archive that is broken, or beyond a limit, raises ``SourceError``, which names the
    member it was read to.
    """
    number, name = 0, ""
    try:
        with archive.open("rb") as file:
            for member in _iter_members(file, archive.stat().st_size, limits):
                number += 1
                name = member.name.replace("\\", "/")  # as programs of Windows write it
                if error := _store_member(member, name, add):
                    yield error.with_source(printable_path(f"{label}/{name}"))
    except sqlite3.OperationalError as error:
        raise SourceError(
            f"{label}: cannot be unpacked to {tempfile.gettempdir()}: {error}; set TMPDIR to a folder with more space"
        ) from None
    except (ArchiveLimitError, OSError, *_ARCHIVE_ERRORS) as error:
        progress = f", at or after member {number} ({printable_path(name)[:200]!r})" if number else ""
        raise SourceError(f"{label}: the archive cannot be read{progress}: {error}; download or create it again") from None


def _iter_members(file: BinaryIO, size: int, limits: ArchiveLimits) -> Iterator[ArchiveMember]:
    head = file.read(512)
    file.seek(0)
    meter = ExpansionMeter(size, limits)
    if head.startswith(_ZIP):
        for member in iter_zip_members(file, limits):
            yield member._replace(read=lambda size, read=member.read: meter.count(read(size)))  # type: ignore[misc]
        return
    with ExitStack() as stack:
        stream: IO[bytes] = file
        if suffix := detect_compression(head):
            stream = stack.enter_context(decompress(suffix, file))
        for member in iter_tar_members(lambda size: meter.count(stream.read(size)), limits):
            if not member.is_folder:
                yield member


def _store_member(member: ArchiveMember, name: str, add: AddMember) -> RecordError | None:
    path = PurePosixPath(name)
    if name.endswith("/") or _IGNORED_FOLDER in path.parts or path.name.startswith("._"):
        return None
    if problem := member.problem or _name_problem(name, path):
        return RecordError(problem, remedy="add the files themselves to the archive, without links and passwords")
    if _COMPRESSED_MEMBER(name) and not is_table(path.name):
        return RecordError("is compressed within an archive", remedy="add the uncompressed file to the archive")
    if len(path.parts) > _MAX_PATH_PARTS or max(len(part.encode("utf-8", "surrogatepass")) for part in path.parts) > _MAX_NAME_BYTES:
        return RecordError(
            f"the name has more than {_MAX_NAME_BYTES} bytes, or more than {_MAX_PATH_PARTS} folders", remedy="give the member another name"
        )
    wanted = path.suffix.lower() in _MEMBER_SUFFIXES or is_table(path.name)
    try:
        data = member.read(MAX_RECORD_BYTES + 1 if wanted else 0)  # of a zip, that compares the two copies of the name
    except DamagedMemberError as error:
        return RecordError(printable_path(f"is damaged: {error}"), remedy="download the archive again, or create it again")
    if len(data) > MAX_RECORD_BYTES:
        return too_large_error()
    if (wanted or may_be_data(path.name)) and not add(path.parts, data):  # of what is not read, the name, for the report
        return RecordError("the archive contains this name twice", remedy="keep one of the two")
    return None


def _name_problem(name: str, path: PurePosixPath) -> str:
    if path.is_absolute() or ".." in path.parts or _DRIVE(name) or "\0" in name or not path.parts:
        return "the name refers to a location outside the archive"
    return ""
