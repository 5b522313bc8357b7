"""Where a command writes bytes: standard output, which may be a terminal, or a file that is complete or not there."""

from __future__ import annotations

import codecs
import contextlib
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from pfocr2rdf.cli.standard_output import map_output_errors
from pfocr2rdf.errors import OutputError
from pfocr2rdf.rdf.text import C_ESCAPES, escape_controls
from pfocr2rdf.storage.files import atomic_write, map_os_errors, partial_pattern
from pfocr2rdf.storage.locks import lock_file

_TERMINAL_ESCAPES = {**C_ESCAPES, "\n": "\n", "\t": "\t"}


class _EscapingWriter(io.RawIOBase):
    """Passes text on to a terminal, which must not take what is in it for a command; ends the last line."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._last = "\n"
        self._decoder = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder("utf-8")("replace"), translate=True)

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        text = self._decoder.decode(bytes(data))
        self._file.write(escape_controls(text, _TERMINAL_ESCAPES).encode())
        self._last = text[-1:] or self._last
        return len(data)

    def close(self) -> None:
        if not self.closed and self._last != "\n":
            self._file.write(b"\n")
        super().close()


@contextlib.contextmanager
def open_standard_output() -> Iterator[IO[bytes]]:
    """Standard output for bytes; what goes to a terminal is escaped.

    Raises:
        OutputError: it cannot be written.
        BrokenPipeError: the reader has closed it.
    """
    if sys.stdout is None:
        raise OutputError("standard output is closed; name a file with --output")
    file = sys.stdout.buffer
    with map_output_errors():
        if file.isatty():
            with _EscapingWriter(file) as writer:
                yield cast("IO[bytes]", writer)
        else:
            yield file
        file.flush()


@contextlib.contextmanager
def open_output_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that is there when it is complete, and not before; what is no file, such as a pipe, is written as it comes.

    Raises:
        OutputError: it cannot be written.
    """
    with map_os_errors(path):
        if path.exists() and not path.is_file():
            with path.open("wb") as file:
                yield file
            return
        target = Path(os.path.realpath(path))
        _remove_stale_partials(target)
        with atomic_write(target) as partial, partial.open("xb") as file:
            lock_file(file)
            yield file


def _remove_stale_partials(target: Path) -> None:
    """Remove what commands that were killed have left of this file; a running writer has a lock."""
    for partial in target.parent.glob(partial_pattern(target)):
        with contextlib.suppress(OSError), partial.open("rb") as file:
            if lock_file(file):
                partial.unlink()
