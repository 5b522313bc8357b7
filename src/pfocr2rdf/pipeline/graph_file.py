"""The writer of one graph file of a single-file export."""

from __future__ import annotations

from contextlib import ExitStack
from typing import BinaryIO

from pfocr2rdf.rdf.serializers.base import Serializer
from pfocr2rdf.rdf.serializers.formats import SERIALIZERS
from pfocr2rdf.storage.compression import suffix_for
from pfocr2rdf.storage.export_directory import ExportDirectory


class GraphFileWriter:
    """Writes a graph file, record by record.

    Args:
        directory: the output.
        format_name: a name of ``SERIALIZERS``.
        compress: a name of ``COMPRESSION_SUFFIXES``, or ``None``.
        stack: closes the file.
    """

    def __init__(self, directory: ExportDirectory, format_name: str, compress: str | None, stack: ExitStack) -> None:
        self.format_name = format_name
        self.serializer: Serializer = SERIALIZERS[format_name]()
        self.separator = self.serializer.separator.encode()
        self.name = f"figures{self.serializer.suffix}{suffix_for(compress)}"
        self._file: BinaryIO = stack.enter_context(directory.open(self.name))
        self._compressed = compress is not None
        self._position, self._is_empty = 0, True
        self._write(self.serializer.header().encode())

    def append(self, fragment: bytes | memoryview) -> int:
        """Write the fragment of a record, or of several, and return its offset before compression."""
        if not self._is_empty:
            self._write(self.separator)
        self._is_empty = False
        offset = self._position
        self._write(fragment)
        return offset

    def _write(self, data: bytes | memoryview) -> None:
        self._file.write(data)
        self._position += len(data)

    def flush(self) -> None:
        """Hand over to the operating system what was written; not of a compressed file, whose bytes would differ then."""
        if not self._compressed:
            self._file.flush()

    def close(self) -> None:
        """Write the footer."""
        self._file.write(self.serializer.footer().encode())
