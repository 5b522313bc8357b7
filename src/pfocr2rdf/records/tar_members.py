"""Sequential reading of a tar: one header and one member in memory, regardless of the archive's size.

``tarfile`` parses the blocks, and does not walk: it reads headers of any size, keeps all members in memory, and before Python 3.11.10
takes quadratic time for a pax header (CVE-2024-6232).
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable, Iterator

from pfocr2rdf.records.archive_limits import ArchiveLimitError, ArchiveLimits
from pfocr2rdf.records.archive_member import ArchiveMember

_SKIP_BYTES = 1 << 16
_PAX_TYPES = (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE)
_GNU_TYPES = (tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK)
_EXTENDED_TYPES = (*_PAX_TYPES, *_GNU_TYPES)
_TYPES_WITHOUT_DATA = (tarfile.LNKTYPE, tarfile.SYMTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.DIRTYPE, tarfile.FIFOTYPE)
_PAX_FIELDS = (b"path", b"size", b"GNU.sparse.name", b"GNU.sparse.map", b"GNU.sparse.major")
_MAX_LENGTH_DIGITS = 10
_MAX_SIZE_DIGITS = 20
_SPARSE_FLAG, _NEXT_SPARSE_FLAG = 482, 504  # the offsets of the flag that a block of a sparse map follows


def iter_tar_members(read: Callable[[int], bytes], limits: ArchiveLimits) -> Iterator[ArchiveMember]:
    """The files and folders of a tar, of which ``read`` gives the next bytes; a member can be read until the next one is asked for.

    Raises:
        tarfile.TarError: it is no tar, or it is truncated or damaged.
        ArchiveLimitError: an extended header is too large, or there are too many.
    """
    stream = _BlockReader(read)
    fields: dict[bytes, bytes] = {}  # of the extended headers before a member
    defaults: dict[bytes, bytes] = {}
    count = 0
    while any(block := stream.read(tarfile.BLOCKSIZE)):
        if (count := count + 1) > limits.members:
            raise ArchiveLimitError(f"it has more than {limits.members} members", "members")
        info = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
        if info.size < 0:
            raise tarfile.ReadError("a size is negative")
        if info.type == tarfile.XGLTYPE:
            defaults |= _read_fields(stream, info, limits)
        elif info.type in _EXTENDED_TYPES:
            read_fields = _read_fields(stream, info, limits)
            fields = read_fields | fields if info.type in _GNU_TYPES else fields | read_fields  # pax has precedence
        else:
            yield from _read_member(stream, info, block, defaults | fields)
            fields = {}
    stream.check_end()


def _read_fields(stream: _BlockReader, info: tarfile.TarInfo, limits: ArchiveLimits) -> dict[bytes, bytes]:
    """What an extended header sets."""
    if info.size > limits.header_bytes:
        raise ArchiveLimitError(f"a header of {info.size} bytes is too large", "header_bytes")
    body = stream.read_padded(info.size)
    if info.type == tarfile.GNUTYPE_LONGLINK:
        return {}
    return {b"path": body.partition(b"\0")[0]} if info.type == tarfile.GNUTYPE_LONGNAME else _parse_pax(body)


def _read_member(stream: _BlockReader, info: tarfile.TarInfo, block: bytes, fields: dict[bytes, bytes]) -> Iterator[ArchiveMember]:
    """The file or folder that a header describes."""
    sparse = any(name.startswith(b"GNU.sparse.") for name in fields)
    if info.type == tarfile.GNUTYPE_SPARSE:
        sparse, flag = True, _SPARSE_FLAG
        while block[flag]:
            block, flag = stream.read(tarfile.BLOCKSIZE), _NEXT_SPARSE_FLAG
    path = fields.get(b"GNU.sparse.name") or fields.get(b"path")
    name = path.decode("utf-8", "surrogateescape") if path else info.name
    if info.isdir():
        yield ArchiveMember(name.rstrip("/"), "", lambda _: b"", is_folder=True)
        return
    size = _parse_number(fields[b"size"], _MAX_SIZE_DIGITS) if b"size" in fields else info.size
    stream.enter(0 if info.type in _TYPES_WITHOUT_DATA else size)
    problem = "" if info.isfile() else "a link or device is not followed"
    yield ArchiveMember(name, "a sparse file is not read" if sparse else problem, stream.read_member)
    stream.skip_member()


def _parse_pax(body: bytes) -> dict[bytes, bytes]:
    """The fields of a pax header that matter here, in linear time; ``tarfile.ReadError`` where it is malformed."""
    fields: dict[bytes, bytes] = {}
    position = 0
    while position < len(body) and body[position]:
        digits, space, _ = body[position : position + _MAX_LENGTH_DIGITS + 1].partition(b" ")
        end = position + _parse_number(digits, _MAX_LENGTH_DIGITS)
        start = position + len(digits) + 1
        if not space or not start < end <= len(body) or body[end - 1 : end] != b"\n":
            raise tarfile.ReadError("a pax header is malformed")
        name, _, value = body[start : end - 1].partition(b"=")
        if name in _PAX_FIELDS:
            fields[name] = value
        position = end
    return fields


def _parse_number(digits: bytes, max_digits: int) -> int:
    if not digits.isdigit() or len(digits) > max_digits:
        raise tarfile.ReadError("a pax header is malformed")
    return int(digits)


class _BlockReader:
    """The blocks of a tar, in order, with one member at a time."""

    def __init__(self, read: Callable[[int], bytes]) -> None:
        self._read = read
        self._left = self._padding = 0  # of the current member

    def read(self, size: int) -> bytes:
        """Exactly this number of bytes."""
        parts = []
        while size:
            data = self._read(size)
            if not data:
                raise tarfile.ReadError("it is truncated")
            parts.append(data)
            size -= len(data)
        return b"".join(parts)

    def read_padded(self, size: int) -> bytes:
        """This number of bytes, with those read as well that fill the last block."""
        return self.read(size + -size % tarfile.BLOCKSIZE)[:size]

    def enter(self, size: int) -> None:
        """Begin a member."""
        self._left, self._padding = size, -size % tarfile.BLOCKSIZE

    def read_member(self, size: int) -> bytes:
        """The next bytes of the member."""
        size = min(size, self._left)
        self._left -= size
        return self.read(size)

    def skip_member(self) -> None:
        """Read to the end of the member."""
        left = self._left + self._padding
        while left:
            left -= len(self.read(min(left, _SKIP_BYTES)))
        self._left = self._padding = 0

    def check_end(self) -> None:
        """Read all that follows, so that checksums are compared; it must be zeros."""
        while data := self._read(_SKIP_BYTES):
            if data.strip(b"\0"):
                raise tarfile.ReadError("there is data after its end, perhaps another archive")
