"""An earlier export, or what a run left that was killed: records that have not changed are taken from there as they are."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, Protocol

from pfocr2rdf import packed
from pfocr2rdf.batch import Quarantined
from pfocr2rdf.database import DAMAGED
from pfocr2rdf.outcome import EXPORTED, LOST, QUARANTINED
from pfocr2rdf.records import Located
from pfocr2rdf.sinks.output import QUARANTINE, REASONS, STATE
from pfocr2rdf.state import Row, State

_STEP = 1 << 20


class _Texts(Protocol):
    """The bytes of one format's file, before compression."""

    @property
    def length(self) -> int:
        """How many there are."""

    def read(self, offset: int, size: int) -> bytes:
        """A piece of it."""

    def close(self) -> None:
        """Close the file."""


class _Plain:
    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY)
        self._length = os.fstat(self._handle).st_size

    @property
    def length(self) -> int:
        return self._length

    def read(self, offset: int, size: int) -> bytes:
        return _whole(os.pread(self._handle, size, offset), size)

    def close(self) -> None:
        os.close(self._handle)


class _Packed:
    """A compressed file, read from its begin to its end; going back costs another reading from the begin."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._open()

    def _open(self) -> None:
        self._stack.close()
        self._file: BinaryIO = self._stack.enter_context(packed.opened(self._path))  # type: ignore[assignment]
        self._at = 0

    @cached_property
    def length(self) -> int:
        """How much can be read of it, found out when it is asked for; the end of one that was being written is missing."""
        self._open()
        with suppress(*packed.BROKEN):
            while data := self._file.read(_STEP):
                self._at += len(data)
        length = self._at
        self._open()
        return length

    def read(self, offset: int, size: int) -> bytes:
        if offset < self._at:
            self._open()
        while self._at < offset:
            self._at += len(self._file.read(min(_STEP, offset - self._at)))
        data = self._file.read(size)
        self._at += len(data)
        return _whole(data, size)

    def close(self) -> None:
        self._stack.close()


def _whole(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise OSError("a file of the earlier export changed while it was read")
    return data


class Earlier:
    """Records of before.

    Args:
        root: the folder they are in.
        state: what is known of them.
        forms: the formats that are wanted now.

    Raises:
        ValueError: the state is damaged, or a file is no longer as it was written.
        OSError: a file is not there.
    """

    def __init__(self, root: Path, state: State, forms: Sequence[str]) -> None:
        self.root, self.state = root, state
        kept, files = state.noted("formats"), state.noted("files")
        self._stamps: dict[str, Any] = state.noted("written") or {}  # an interrupted run has none: nobody else was in its folder
        self._order = [kept.index(form) for form in forms]
        self._good: set[bytes] = set()
        with ExitStack() as stack:
            self._texts = [_texts(self._same(files[form]), stack) for form in forms]
            self._stack = stack.pop_all()

    def _same(self, name: str) -> Path:
        if self._stamps and not _is_same(self.root / name, self._stamps[name]):
            raise ValueError(f"{name} is no longer as it was written")
        return self.root / name

    def known(self, located: Located) -> tuple[bytes, str] | None:
        """Digest and figure of the record that was there."""
        with suppress(*DAMAGED):
            return self.state.known(located.where, located.line)
        return None

    def find(self, located: Located) -> Row | None:
        """The record that was there, where all that came of it still is."""
        with suppress(*DAMAGED, OSError, ValueError, KeyError, TypeError):
            row = self.state.find(located.where, located.line)
            return row if row and self._is_usable(row) else None
        return None

    def _is_usable(self, row: Row) -> bool:
        status = row.outcome.status
        if status == EXPORTED:
            places = zip(self._order, self._texts, strict=True)
            is_there = all(row.offsets[at] + row.outcome.sizes[at] <= text.length for at, text in places)
            return is_there and all(map(self._describes, row.outcome.keys))
        if status == QUARANTINED:
            return bool(self._files(row.outcome.figid))
        return status != LOST

    def _describes(self, key: bytes) -> bool:
        """Whether the description of this key is there, and whole."""
        if key not in self._good:
            self.state.description(key)
            self._good.add(key)
        return True

    def texts(self, row: Row) -> list[bytes]:
        """An exported record's text in each of the formats that are wanted now."""
        places = zip(self._order, self._texts, strict=True)
        return [text.read(row.offsets[at], row.outcome.sizes[at]) for at, text in places]

    def quarantined(self, figid: str) -> Quarantined:
        """A record that was left out, with its files and the reasons."""
        files = self._files(figid)
        return Quarantined(figid, files, json.loads(files.pop(REASONS)))

    def _files(self, figid: str) -> dict[str, bytes]:
        """The files of a record that was left out, in their order.

        Raises:
            ValueError: they are no longer as they were written.
            OSError: a file is not there.
        """
        place = f"{QUARANTINE}/{figid}/"
        names = [name for name in self._stamps if name.startswith(place)]
        if not names:
            names = [f"{place}{path.name}" for path in sorted((self.root / place).iterdir())]
        files = {name.removeprefix(place): self._same(name).read_bytes() for name in names}
        json.loads(files[REASONS])
        return files

    def close(self) -> None:
        """Close its files."""
        self._stack.close()
        self.state.abandon()


def _texts(path: Path, stack: ExitStack) -> _Texts:
    texts = _Packed(path) if path.suffix in (".gz", ".zst") else _Plain(path)
    stack.callback(texts.close)
    return texts


def find_earlier(root: Path, version: str, formats: Sequence[str]) -> Earlier | None:
    """The records in a folder, where they were made by this very version, with the same shapes, in these formats at least."""
    state = State.read(root / STATE)
    if state is None:
        return None
    with suppress(*DAMAGED, OSError, ValueError, KeyError, TypeError, AttributeError):
        if state.noted("version") == version and set(formats) <= set(state.noted("formats") or ()):
            return Earlier(root, state, formats)
    state.abandon()  # it is another one, or damaged, or no state of ours: the records are mapped again
    return None


def is_whole(root: Path, state: State) -> bool:
    """Whether all files that an export published are still as it wrote them."""
    try:
        return all(_is_same(root / name, stamp) for name, stamp in state.noted("written").items())
    except (*DAMAGED, OSError, ValueError, TypeError, AttributeError):
        return False


def _is_same(path: Path, stamp: tuple[int, str, int]) -> bool:
    """By its size and time; where the time is another one (a copy), by its digest."""
    size, sha256, modified = stamp
    stat = path.stat()
    if stat.st_size != size or stat.st_mtime_ns == modified:
        return stat.st_size == size
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
