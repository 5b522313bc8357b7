"""Transparent compression by the suffix of a file; a truncated file is an error, never a short one.

Files are written with gzip or Zstandard, and read with these, bzip2 and xz.
"""

from __future__ import annotations

import bz2
import contextlib
import gzip
import io
import lzma
import re
import zlib
from abc import abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

import zstandard
from isal import igzip

from pfocr2rdf.storage.files import BUFFER_BYTES, HashingWriter
from pfocr2rdf.storage.regular_files import open_regular

DECOMPRESSION_ERRORS = (EOFError, zlib.error, lzma.LZMAError, zstandard.ZstdError)
"""What reading a truncated or damaged file raises, besides ``OSError``."""


def is_decompression_error(error: Exception) -> bool:
    """Whether the compressed data are damaged: ``gzip`` and ``bz2`` raise ``OSError``, but no error of the operating system."""
    return isinstance(error, (*DECOMPRESSION_ERRORS, gzip.BadGzipFile)) or (type(error) is OSError and error.errno is None)


_BUFFER_BYTES = 1 << 16
_ZSTD_READ_BYTES = 1 << 8  # four bytes can decompress to 128 kB
_XZ_MEMORY_BYTES = 128 << 20  # xz -9 needs 65 MiB; a header may ask for 4 GiB

_match_magic = re.compile(
    rb"(?P<gz>\x1f\x8b)|(?P<zst>\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18)|(?P<xz>\xfd7zXZ\x00)|(?P<bz2>BZh[1-9](?:1AY&SY|\x17rE8P\x90))"
).match


def detect_compression(head: bytes) -> str:
    """The suffix for the compression of a file that begins with these bytes, ``""`` for none."""
    magic = _match_magic(head)
    return f".{magic.lastgroup}" if magic else ""


@contextmanager
def open_decompressed(path: Path, on_read: Callable[[bytes], object] | None = None) -> Iterator[IO[bytes]]:
    """A file to read bytes from, decompressed if its name ends in ``.gz``, ``.zst``, ``.bz2`` or ``.xz``.

    ``on_read`` is called with the bytes of the file itself, chunk by chunk as they are read.

    Raises:
        OSError: it cannot be read, is not a regular file, or is no gzip file, or a damaged bzip2 file.
        EOFError: it is truncated.
        zlib.error: it is a damaged gzip file.
        lzma.LZMAError: it is a damaged xz file, or needs more memory than any compressor asks for by itself.
        zstandard.ZstdError: it is a damaged Zstandard file.
    """
    with open_regular(path, _BUFFER_BYTES) as file:
        raw = io.BufferedReader(ObservedReader(file, on_read), _BUFFER_BYTES) if on_read else file
        with decompress(path.suffix.lower(), raw) as stream:
            yield stream


def decompress(suffix: str, raw: BinaryIO) -> IO[bytes]:
    """A stream decompressed by the suffix ``.gz``, ``.zst``, ``.bz2`` or ``.xz``; reading raises what ``open_decompressed`` does."""
    if suffix == ".gz":
        return cast("IO[bytes]", gzip.open(raw))
    if suffix == ".bz2":
        return bz2.open(raw)
    if suffix == ".xz":
        return io.BufferedReader(_XzReader(raw), _BUFFER_BYTES)
    if suffix == ".zst":
        return io.BufferedReader(_ZstdFrameReader(raw), _BUFFER_BYTES)
    return raw


class _ChunkReader(io.RawIOBase):
    """A raw stream whose bytes come in chunks."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._read_chunk(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    @abstractmethod
    def _read_chunk(self, size: int) -> bytes | memoryview:
        """At least one byte and at most ``size``; none at the end."""


class ObservedReader(_ChunkReader):
    """Passes bytes on, and calls an observer with them."""

    def __init__(self, file: IO[bytes], on_read: Callable[[bytes], object]) -> None:
        super().__init__(file)
        self._on_read = on_read

    def _read_chunk(self, size: int) -> bytes:
        data = self._file.read(size)
        self._on_read(data)
        return data


class _ZstdFrameReader(_ChunkReader):
    """All frames of a Zstandard file: the reader of ``zstandard`` stops after the first one, and accepts a truncated frame."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._compressed = b""
        self._ready = memoryview(b"")

    def _read_chunk(self, size: int) -> bytes | memoryview:
        while not self._ready:
            self._compressed = self._compressed or self._file.read(_ZSTD_READ_BYTES)
            if self._frame.eof and self._compressed:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            elif not self._compressed:
                if not self._frame.eof:
                    raise EOFError("it is truncated")
                return b""
            self._ready = memoryview(self._frame.decompress(self._compressed))
            self._compressed = self._frame.unused_data
        data, self._ready = self._ready[:size], self._ready[size:]
        return data


class _XzReader(_ChunkReader):
    """All streams of an xz or LZMA file, with a bound on memory: ``lzma.open`` has none."""

    def __init__(self, file: BinaryIO) -> None:
        super().__init__(file)
        self._stream = lzma.LZMADecompressor(lzma.FORMAT_AUTO, _XZ_MEMORY_BYTES)

    def _read_chunk(self, size: int) -> bytes:
        while True:
            compressed = self._file.read(_BUFFER_BYTES) if self._stream.needs_input else b""
            if self._stream.eof:
                compressed = self._stream.unused_data or self._file.read(_BUFFER_BYTES)
                compressed = compressed.lstrip(b"\0")  # between streams
                if not compressed:
                    return b""
                self._stream = lzma.LZMADecompressor(lzma.FORMAT_AUTO, _XZ_MEMORY_BYTES)
            elif self._stream.needs_input and not compressed:
                raise EOFError("it is truncated")
            if data := self._stream.decompress(compressed, size):
                return data


COMPRESSION_SUFFIXES = {"gz": ".gz", "zst": ".zst"}


def suffix_for(compress: str | None) -> str:
    """The suffix of files with this compression, a key of ``COMPRESSION_SUFFIXES`` or ``None``."""
    return COMPRESSION_SUFFIXES[compress] if compress else ""


class _FixedBlockWriter(io.RawIOBase):
    """Passes bytes on in blocks of one size, however they come: the bytes of gzip depend on the blocks."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._pending = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._pending += data
        if len(self._pending) >= BUFFER_BYTES:
            full = len(self._pending) - len(self._pending) % BUFFER_BYTES
            self._file.write(bytes(self._pending[:full]))
            del self._pending[:full]
        return len(data)

    def close(self) -> None:
        try:
            if not self.closed:
                self._file.write(bytes(self._pending))
                self._file.close()
        finally:
            super().close()


def open_compressed(name: str, raw: HashingWriter) -> contextlib.AbstractContextManager[BinaryIO]:
    """A stream to write to, compressed by the suffix of the name; the same bytes each time."""
    if name.endswith(".gz"):
        file = igzip.IGzipFile(filename="", mode="wb", compresslevel=2, fileobj=cast("BinaryIO", raw), mtime=0)  # type: ignore[no-untyped-call]
        return cast("contextlib.AbstractContextManager[BinaryIO]", _FixedBlockWriter(cast("BinaryIO", file)))
    if name.endswith(".zst"):
        writer = zstandard.ZstdCompressor(level=3).stream_writer(cast("BinaryIO", raw), closefd=False)
        return cast("contextlib.AbstractContextManager[BinaryIO]", writer)
    return contextlib.nullcontext(cast("BinaryIO", raw))
