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

from pfocr2rdf.storage.files import BUFFER_BYTES, Digesting

BROKEN = (EOFError, zlib.error, zstandard.ZstdError)
"""What reading such a file raises where it is cut off or damaged, besides ``OSError``."""

_BUFFER = 1 << 16
_STEP = 1 << 12  # a little at a time: what a few bytes unpack to can be a thousand times as long


@contextmanager
def opened(path: Path, watch: Callable[[bytes], object] | None = None) -> Iterator[IO[bytes]]:
    """A file to read bytes from, unpacked where its name ends in ``.gz`` or ``.zst``.

    Args:
        path: the file.
        watch: called with the bytes of the file itself, piece by piece as they are read.

    Raises:
        OSError: it cannot be read, or is no gzip file.
        EOFError: it breaks off before its end.
        zlib.error: it is a damaged gzip file.
        zstandard.ZstdError: it is a damaged Zstandard file.
    """
    with path.open("rb", buffering=_BUFFER) as file:
        raw = io.BufferedReader(_Watched(file, watch), _BUFFER) if watch else file
        with unpacked(path.suffix.lower(), raw) as stream:
            yield stream


def unpacked(suffix: str, raw: BinaryIO) -> IO[bytes]:
    """The bytes that a file holds, unpacked where the ending of its name is ``.gz`` or ``.zst``; see ``opened`` for what it raises."""
    if suffix == ".gz":
        return cast("IO[bytes]", gzip.open(raw))
    if suffix == ".zst":
        return io.BufferedReader(_Frames(raw), _BUFFER)
    return raw


class _Reading(io.RawIOBase):
    """Bytes that are made piece by piece."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._some(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    @abstractmethod
    def _some(self, size: int) -> bytes:
        """At least one byte and at most ``size``; none at the end."""


class _Watched(_Reading):
    """Passes bytes on, and shows them to somebody."""

    def __init__(self, file: BinaryIO, watch: Callable[[bytes], object]) -> None:
        super().__init__(file)
        self._watch = watch

    def _some(self, size: int) -> bytes:
        data = self._file.read(size)
        self._watch(data)
        return data


class _Frames(_Reading):
    """All frames of a Zstandard file, one after the other.

    The reader of ``zstandard`` stops after the first one, and takes a frame that breaks off for a whole one.
    """

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._packed = self._ready = b""

    def _some(self, size: int) -> bytes:
        while not self._ready:
            self._packed = self._packed or self._file.read(_STEP)
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


COMPRESSIONS = {"gz": ".gz", "zst": ".zst"}


def ending(compress: str | None) -> str:
    """What the names of files end in that are compressed in this way, which is a name of ``COMPRESSIONS``; nothing for ``None``."""
    return COMPRESSIONS[compress] if compress else ""


class _Even(io.RawIOBase):
    """Hands bytes on in pieces of one size, however they come: gzip's bytes depend on the pieces."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._held = bytearray()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes."""
        self._held += data
        if len(self._held) >= BUFFER_BYTES:
            even = len(self._held) - len(self._held) % BUFFER_BYTES
            self._file.write(bytes(self._held[:even]))
            del self._held[:even]
        return len(data)

    def close(self) -> None:
        """Hand on what is left."""
        try:
            if not self.closed:
                self._file.write(bytes(self._held))
                self._file.close()
        finally:
            super().close()


def compressed(name: str, raw: Digesting) -> contextlib.AbstractContextManager[BinaryIO]:
    """What to write to, for the file to be compressed as its name says; the same bytes each time."""
    if name.endswith(".gz"):
        file = igzip.IGzipFile(filename="", mode="wb", compresslevel=2, fileobj=cast("BinaryIO", raw), mtime=0)  # type: ignore[no-untyped-call]
        return cast("contextlib.AbstractContextManager[BinaryIO]", _Even(cast("BinaryIO", file)))
    if name.endswith(".zst"):
        writer = zstandard.ZstdCompressor(level=3).stream_writer(cast("BinaryIO", raw), closefd=False)
        return cast("contextlib.AbstractContextManager[BinaryIO]", writer)
    return contextlib.nullcontext(cast("BinaryIO", raw))
