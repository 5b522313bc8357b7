"""Sequential reading of a zip, whose central directory is read in slices.

``zipfile`` takes 700 bytes of memory for each member. So it is given slices of the directory one by one, each as that of a small archive.
"""

from __future__ import annotations

import copy
import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from functools import partial
from typing import IO, Any, BinaryIO, cast

from pfocr2rdf.records.archive_limits import ArchiveLimitError, ArchiveLimits
from pfocr2rdf.records.archive_member import ArchiveMember, DamagedMemberError
from pfocr2rdf.storage.compression import DECOMPRESSION_ERRORS, decompress

_SLICE_BYTES = 1 << 18
_ENTRY = struct.Struct("<4s24x3H12x")  # signature; the lengths of name, extra field and comment
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR64 = struct.Struct("<4sLQL")
_MAX_COMMENT_BYTES = (1 << 16) - 1
_COUNT_MODULUS = 1 << 16  # old programs write no more of the count
_ZIPFILE_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_METHOD_SUFFIXES = {zipfile.ZIP_BZIP2: ".bz2", zipfile.ZIP_LZMA: ".xz", 93: ".zst", 95: ".xz"}
_ENCRYPTED_FLAG, _LZMA_END_MARKER_FLAG = 1, 2


def iter_zip_members(file: BinaryIO, limits: ArchiveLimits) -> Iterator[ArchiveMember]:
    """The files of a zip, in the order of its directory; a member can be read until the next one is asked for.

    Raises:
        zipfile.BadZipFile: it is no zip, or it is truncated or damaged.
        ArchiveLimitError: it has too many members.
    """
    count = 0
    start, size, expected, shift = _find_directory(file)
    for entries, entry_count in _iter_slices(file, start, size):
        count += entry_count
        if count > limits.members:
            raise ArchiveLimitError(f"it has more than {limits.members} members", "members")
        end = _end_records(len(entries), entry_count, start - shift, start + len(entries) - shift)
        with zipfile.ZipFile(cast("IO[bytes]", _SliceFile(file, start, entries + end))) as zip_file:
            for info in zip_file.infolist():
                yield ArchiveMember(info.orig_filename, _find_problem(info), partial(_read, zip_file, info))
    if (count - expected) % _COUNT_MODULUS:
        raise zipfile.BadZipFile(f"the directory has {count} members, not {expected}")


def _find_problem(info: zipfile.ZipInfo) -> str:
    if stat.S_ISLNK(info.external_attr >> 16):
        return "a link is not followed"
    if info.flag_bits & _ENCRYPTED_FLAG:
        return "the member is encrypted"
    if info.compress_type not in (*_ZIPFILE_METHODS, *_METHOD_SUFFIXES):
        return f"the compression method {info.compress_type} is not known"
    return ""


def _read(zip_file: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> bytes:
    """The first bytes of a member; ``DamagedMemberError`` where it cannot be read."""
    try:
        return _decompress(zip_file, info, size)
    except (zipfile.BadZipFile, *DECOMPRESSION_ERRORS, ValueError, OverflowError, RuntimeError) as error:
        raise DamagedMemberError(str(error)) from None
    except OSError as error:
        if error.errno is not None:
            raise
        raise DamagedMemberError(str(error)) from None  # of bz2


def _decompress(zip_file: zipfile.ZipFile, info: zipfile.ZipInfo, size: int) -> bytes:
    """The first bytes of a member. What zipfile decompresses without a bound on memory is read as it is, and decompressed here."""
    if info.compress_type in _ZIPFILE_METHODS:
        with zip_file.open(info) as member:
            return member.read(size)
    stored = copy.copy(info)
    stored.compress_type, stored.file_size = zipfile.ZIP_STORED, info.compress_size
    del stored.CRC  # of what is decompressed
    with zip_file.open(stored) as member:
        compressed = member.read(size)
    if len(compressed) == size:
        return compressed  # more than the limit, even so
    if info.compress_type == zipfile.ZIP_LZMA:
        properties_end = 4 + int.from_bytes(compressed[2:4], "little")
        end_marker = info.flag_bits & _LZMA_END_MARKER_FLAG
        expanded_size = b"\xff" * 8 if end_marker else info.file_size.to_bytes(8, "little")
        compressed = compressed[4:properties_end] + expanded_size + compressed[properties_end:]
    with decompress(_METHOD_SUFFIXES[info.compress_type], io.BytesIO(compressed)) as stream:
        data = stream.read(size)
    if len(data) < size and zlib.crc32(data) != info.CRC:
        raise zipfile.BadZipFile(f"the checksum of {info.orig_filename!r} is wrong")
    return data


def _find_directory(file: BinaryIO) -> tuple[int, int, int, int]:
    """Where the central directory begins, its size, its number of entries, and how many bytes are before the archive itself."""
    file_size = file.seek(0, os.SEEK_END)
    tail_start = max(0, file_size - _END.size - _MAX_COMMENT_BYTES)
    file.seek(tail_start)
    tail = file.read()
    position = tail.rfind(b"PK\x05\x06")
    if position < 0 or position + _END.size > len(tail):
        raise zipfile.BadZipFile("it has no central directory, so it is truncated or not a zip file")
    _, disk, _, _, count, size, offset, comment_size = _END.unpack_from(tail, position)
    end = tail_start + position
    if end + _END.size + comment_size != file_size:
        raise zipfile.BadZipFile("it does not end with its directory")
    if position >= _LOCATOR64.size and tail.startswith(b"PK\x06\x07", position - _LOCATOR64.size):
        end -= _LOCATOR64.size + _END64.size
        file.seek(max(0, end))
        signature, _, _, _, disk, _, _, count, size, offset = _END64.unpack(file.read(_END64.size))
        if signature != b"PK\x06\x06":
            raise zipfile.BadZipFile("its zip64 directory has no end")
    start = end - size
    if disk or start < offset:
        raise zipfile.BadZipFile("it is one of several parts, or its directory is not at the stated position")
    return start, size, count, start - offset


def _iter_slices(file: BinaryIO, start: int, size: int) -> Iterator[tuple[bytes, int]]:
    """The entries of the central directory, many at a time, and how many they are."""
    position, end = start, start + size
    while position < end:
        file.seek(position)
        slice_start, count = position, 0
        while position < end and position - slice_start < _SLICE_BYTES:
            header = file.read(_ENTRY.size)
            if len(header) < _ENTRY.size or not header.startswith(b"PK\x01\x02"):
                raise zipfile.BadZipFile("its directory is damaged")
            position += _ENTRY.size + sum(_ENTRY.unpack(header)[1:])
            file.seek(position)
            count += 1
        if position > end:
            raise zipfile.BadZipFile("its directory is damaged")
        file.seek(slice_start)
        yield file.read(position - slice_start), count


def _end_records(size: int, count: int, offset: int, position: int) -> bytes:
    """The end records of a directory of this size at ``offset``, in the format for archives of any size; they are at ``position``."""
    end64 = _END64.pack(b"PK\x06\x06", _END64.size - 12, 45, 45, 0, 0, count, count, size, offset)
    locator = _LOCATOR64.pack(b"PK\x06\x07", 0, position, 1)
    return end64 + locator + _END.pack(b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)


class _SliceFile(io.RawIOBase):
    """The bytes of a file up to a position, and other ones from there on."""

    def __init__(self, file: BinaryIO, end: int, tail: bytes) -> None:
        self._file, self._end, self._tail = file, end, tail
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        base = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._end + len(self._tail)}[whence]
        if base + offset < 0:
            raise zipfile.BadZipFile("it points before its beginning")
        self._position = base + offset
        return self._position

    def readinto(self, buffer: Any) -> int:
        if self._position < self._end:
            self._file.seek(self._position)
            data = self._file.read(min(len(buffer), self._end - self._position))
        else:
            start = self._position - self._end
            data = self._tail[start : start + len(buffer)]
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
