"""Files that may be compressed with gzip or Zstandard, read to their very end or not at all."""

from __future__ import annotations

import contextlib
import gzip
import io
import zlib
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import zstandard
from isal import igzip

from pfocr2rdf.storage.files import BUFFER_BYTES, HashingWriter

DECOMPRESSION_ERRORS = (EOFError, zlib.error, zstandard.ZstdError)
"""What reading such a file raises where it is cut off or damaged, besides ``OSError``."""

_BUFFER_BYTES = 1 << 16
_ZSTD_READ_BYTES = 1 << 12  # a little at a time: what a few bytes unpack to can be a thousand times as long


@contextmanager
def open_decompressed(path: Path, on_read: Callable[[bytes], object] | None = None) -> Iterator[IO[bytes]]:
    """A file to read bytes from, unpacked where its name ends in ``.gz`` or ``.zst``.

    Args:
        path: the file.
        on_read: called with the bytes of the file itself, piece by piece as they are read.

    Raises:
        OSError: it cannot be read, or is no gzip file.
        EOFError: it breaks off before its end.
        zlib.error: it is a damaged gzip file.
        zstandard.ZstdError: it is a damaged Zstandard file.
    """
    with path.open("rb", buffering=_BUFFER_BYTES) as file:
        raw = io.BufferedReader(_ObservedReader(file, on_read), _BUFFER_BYTES) if on_read else file
        with decompress(path.suffix.lower(), raw) as stream:
            yield stream


def decompress(suffix: str, raw: BinaryIO) -> IO[bytes]:
    """The bytes that a file holds, decompressed by the suffix ``.gz`` or ``.zst``; see ``open_decompressed`` for what it raises."""
    if suffix == ".gz":
        return cast("IO[bytes]", gzip.open(raw))
    if suffix == ".zst":
        return io.BufferedReader(_ZstdFrameReader(raw), _BUFFER_BYTES)
    return raw


class _ChunkReader(io.RawIOBase):
    """Bytes that are made piece by piece."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read_some(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    @abstractmethod
    def _read_some(self, size: int) -> bytes:
        """At least one byte and at most ``size``; none at the end."""


class _ObservedReader(_ChunkReader):
    """Passes bytes on, and shows them to somebody."""

    def __init__(self, file: BinaryIO, watch: Callable[[bytes], object]) -> None:
        super().__init__(file)
        self._watch = watch

    def _read_some(self, size: int) -> bytes:
        data = self._file.read(size)
        self._watch(data)
        return data


class _ZstdFrameReader(_ChunkReader):
    """All frames of a Zstandard file, one after the other.

    The reader of ``zstandard`` stops after the first one, and takes a frame that breaks off for a whole one.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._packed = self._ready = b""

    def _read_some(self, size: int) -> bytes:
        while not self._ready:
            self._packed = self._packed or self._file.read(_ZSTD_READ_BYTES)
            if self._frame.eof and self._packed:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            elif not self._packed:
                if not self._frame.eof:
                    raise EOFError("it breaks off before its end")
                return b""
            self._ready = self._frame.decompress(self._packed)
            self._packed = self._frame.unused_data
        data, self._ready = self._ready[:size], self._ready[size:]
        return data


COMPRESSION_SUFFIXES = {"gz": ".gz", "zst": ".zst"}


def suffix_for(compress: str | None) -> str:
    """What the names of files end in that are compressed in this way, which is a name of ``COMPRESSION_SUFFIXES``; nothing for ``None``."""
    return COMPRESSION_SUFFIXES[compress] if compress else ""


class _FixedBlockWriter(io.RawIOBase):
    """Hands bytes on in pieces of one size, however they come: gzip's bytes depend on the pieces."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._pending = bytearray()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes."""
        self._pending += data
        if len(self._pending) >= BUFFER_BYTES:
            even = len(self._pending) - len(self._pending) % BUFFER_BYTES
            self._file.write(bytes(self._pending[:even]))
            del self._pending[:even]
        return len(data)

    def close(self) -> None:
        """Hand on what is left."""
        try:
            if not self.closed:
                self._file.write(bytes(self._pending))
                self._file.close()
        finally:
            super().close()


def open_compressed(name: str, raw: HashingWriter) -> contextlib.AbstractContextManager[BinaryIO]:
    """What to write to, for the file to be compressed as its name says; the same bytes each time."""
    if name.endswith(".gz"):
        file = igzip.IGzipFile(filename="", mode="wb", compresslevel=2, fileobj=cast("BinaryIO", raw), mtime=0)  # type: ignore[no-untyped-call]
        return cast("contextlib.AbstractContextManager[BinaryIO]", _FixedBlockWriter(cast("BinaryIO", file)))
    if name.endswith(".zst"):
        writer = zstandard.ZstdCompressor(level=3).stream_writer(cast("BinaryIO", raw), closefd=False)
        return cast("contextlib.AbstractContextManager[BinaryIO]", writer)
    return contextlib.nullcontext(cast("BinaryIO", raw))
