"""Incremental export: the previous export in the output, the records that can be reused, and change detection."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, Protocol

from pfocr2rdf.errors import RecordError
from pfocr2rdf.pipeline.executors.base import Pool
from pfocr2rdf.pipeline.results import EXPORTED, LOST, QUARANTINED, Numbered, Outcome, Quarantined
from pfocr2rdf.pipeline.state import Row, State
from pfocr2rdf.records.reader import digest_of
from pfocr2rdf.records.sources import Located, Sources
from pfocr2rdf.storage import compression as packed
from pfocr2rdf.storage.layout import QUARANTINE, REASONS, STATE
from pfocr2rdf.storage.sqlite import DAMAGED


class Reused(NamedTuple):
    """A record that is taken from before, with the number it has now."""

    outcome: Outcome
    row: Row
    earlier: Earlier


class Before(NamedTuple):
    """What of the records is known from before.

    Attributes:
        places: where records can be taken from.
        found: for each record, by number, the place (from 1) that has it as it is now, or 0.
    """

    places: list[Earlier]
    found: bytes = b""

    def reused(self, one: Numbered) -> Reused | None:
        """The record, where it can be taken from before."""
        number, located = one
        place = self.found[number] if number < len(self.found) else 0
        if not place:
            return None
        earlier = self.places[place - 1]
        row = earlier.find(located)
        return Reused(row.outcome._replace(number=number), row, earlier) if row else None


class Known(NamedTuple):
    """A record, and its digest and figure as they were known in each place where it may be taken from."""

    located: Located
    known: tuple[tuple[bytes, str] | None, ...]


class ScanBatch(NamedTuple):
    """Look where records are still what they were."""

    records: list[Known]

    def done_by(self, _worker: Any) -> bytes:
        """For each record the place (from 1) that knows it as it is now, or 0."""
        return bytes(_place(one) for one in self.records)

    def split(self) -> list[ScanBatch]:
        """A task for each record."""
        return [ScanBatch([one]) for one in self.records]

    def joined(self, results: list[bytes]) -> bytes:
        """The places of all records."""
        return b"".join(results)

    def died(self, _reason: str) -> bytes:
        """A record that cannot be looked at is mapped."""
        return bytes(len(self.records))


def _place(one: Known) -> int:
    digests: dict[str, bytes] = {}
    for place, known in enumerate(one.known, 1):
        if not known or not known[0]:
            continue
        digest, figid = known
        try:
            if figid not in digests:
                digests[figid] = digest_of(one.located, figid)
        except RecordError:
            return 0
        if digests[figid] == digest:
            return place
    return 0


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


_AT_ONCE = 256


def scan(sources: Sources, places: list[Earlier], pool: Pool, limit: int | None) -> bytes:
    """For each record, by number, the place (from 1) that has it as it is now; 0 where none has, or where there is no record."""
    found = bytearray()
    for numbers, same in pool.map(_tasks(sources, places, limit)):
        found.extend(bytes(numbers[-1] + 1 - len(found)))
        for number, place in zip(numbers, same, strict=True):
            found[number] = place
    return bytes(found)


def _tasks(sources: Sources, places: list[Earlier], limit: int | None) -> Iterator[tuple[list[int], ScanBatch]]:
    numbers: list[int] = []
    records: list[Known] = []
    for number, item in enumerate(islice(sources, limit)):
        if isinstance(item, RecordError):
            continue
        numbers.append(number)
        records.append(Known(item, tuple(place.known(item) for place in places)))
        if len(records) == _AT_ONCE:
            yield numbers, ScanBatch(records)
            numbers, records = [], []
    if records:
        yield numbers, ScanBatch(records)
