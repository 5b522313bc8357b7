"""Errors of standard output, for every command: a full disk or a closed pipe is not a fault of the program."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator
from typing import IO, Any, ParamSpec, TypeVar, cast

from pfocr2rdf.errors import OutputError, describe_os_error

P = ParamSpec("P")
T = TypeVar("T")


class _CheckedStream:
    """A text stream that raises ``OutputError`` where it cannot be written; a ``BrokenPipeError`` passes."""

    def __init__(self, stream: IO[str]) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def write(self, text: str) -> int:
        return _check(self._stream.write, text)

    def writelines(self, lines: Any) -> None:
        _check(self._stream.writelines, lines)

    def flush(self) -> None:
        _check(self._stream.flush)


def _check(action: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    with map_output_errors():
        return action(*args, **kwargs)


@contextlib.contextmanager
def map_output_errors() -> Iterator[None]:
    """Map errors of writing to standard output to ``OutputError``.

    Raises:
        OutputError: it cannot be written.
        BrokenPipeError: the reader has closed it.
    """
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"standard output cannot be written: {describe_os_error(error)}") from None


@contextlib.contextmanager
def check_standard_output() -> Iterator[None]:
    """Have all that is printed raise ``OutputError`` or ``BrokenPipeError`` where standard output cannot be written."""
    stream = sys.stdout
    if stream is None:  # the shell has closed it
        yield
        return
    sys.stdout = cast("Any", _CheckedStream(stream))
    try:
        yield
        sys.stdout.flush()
    finally:
        sys.stdout = stream
        try:
            stream.flush()
        except (OSError, ValueError):
            _discard(stream)


def _discard(stream: IO[str]) -> None:
    """What could not be written is not tried again when Python ends: that would change the exit status."""
    with contextlib.suppress(OSError, ValueError):
        null_device = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null_device, stream.fileno())
        os.close(null_device)
