"""A file of the graph, which grows record by record."""

from __future__ import annotations

from contextlib import ExitStack
from typing import BinaryIO

from pfocr2rdf.rdf.serializers.base import Writer
from pfocr2rdf.rdf.serializers.formats import FORMATS
from pfocr2rdf.storage.compression import ending
from pfocr2rdf.storage.staging import OutputDirectory


class GraphFile:
    """A file of the graph.

    Args:
        directory: where it goes.
        form: a name of ``FORMATS``.
        compress: a name of ``COMPRESSIONS``, or ``None``.
        stack: closes the file.
    """

    def __init__(self, directory: OutputDirectory, form: str, compress: str | None, stack: ExitStack) -> None:
        self.form = form
        self.writer: Writer = FORMATS[form]()
        self.separator = self.writer.separator.encode()
        self.name = f"figures{self.writer.suffix}{ending(compress)}"
        self._file: BinaryIO = stack.enter_context(directory.open(self.name))
        self._packed = compress is not None
        self._at, self._empty = 0, True
        self._write(self.writer.head().encode())

    def add(self, text: bytes | memoryview) -> int:
        """Write the text of a record, or of several. Returns where it begins, before compression."""
        if not self._empty:
            self._write(self.separator)
        self._empty = False
        begin = self._at
        self._write(text)
        return begin

    def _write(self, text: bytes | memoryview) -> None:
        self._file.write(text)
        self._at += len(text)

    def flush(self) -> None:
        """Hand over to the operating system what was written. A compressed file is left alone: its bytes would become others."""
        if not self._packed:
            self._file.flush()

    def close(self) -> None:
        """Write the tail."""
        self._file.write(self.writer.tail().encode())
