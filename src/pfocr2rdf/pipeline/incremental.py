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
from pfocr2rdf.pipeline.executors.base import Executor
from pfocr2rdf.pipeline.results import DUPLICATE, EXPORTED, QUARANTINED, IndexedRecord, QuarantinedRecord, RecordResult
from pfocr2rdf.pipeline.state import State, StoredRecord
from pfocr2rdf.records.reader import record_digest
from pfocr2rdf.records.sources import RecordRef, RecordSource
from pfocr2rdf.storage import compression as packed
from pfocr2rdf.storage.layout import QUARANTINE_DIR, REASONS_FILE, STATE_FILE
from pfocr2rdf.storage.sqlite import DATABASE_ERRORS


class ReusedRecord(NamedTuple):
    """A record that is taken from before, with the number it has now."""

    result: RecordResult
    stored: StoredRecord
    previous: PreviousExport


class ReusableRecords(NamedTuple):
    """What of the records is known from before.

    Attributes:
        exports: where records can be taken from.
        export_numbers: for each record, by number, the place (from 1) that has it as it is now, or 0.
    """

    exports: list[PreviousExport]
    export_numbers: bytes = b""

    def find(self, record: IndexedRecord) -> ReusedRecord | None:
        """The record, where it can be taken from before."""
        number, located = record
        place = self.export_numbers[number] if number < len(self.export_numbers) else 0
        if not place:
            return None
        earlier = self.exports[place - 1]
        row = earlier.find_stored(located)
        return ReusedRecord(row.result._replace(number=number), row, earlier) if row else None


class RecordFingerprint(NamedTuple):
    """A record, and its digest and figure as they were known in each place where it may be taken from."""

    ref: RecordRef
    fingerprints: tuple[tuple[bytes, str] | None, ...]


class DetectChangesTask(NamedTuple):
    """Look where records are still what they were."""

    records: list[RecordFingerprint]

    def run(self, _worker: Any) -> bytes:
        """For each record the place (from 1) that knows it as it is now, or 0."""
        return bytes(_matching_export(one) for one in self.records)

    def split(self) -> list[DetectChangesTask]:
        """A task for each record."""
        return [DetectChangesTask([one]) for one in self.records]

    def combine(self, results: list[bytes]) -> bytes:
        """The places of all records."""
        return b"".join(results)

    def on_worker_lost(self, _reason: str) -> bytes:
        """A record that cannot be looked at is mapped."""
        return bytes(len(self.records))


def _matching_export(record: RecordFingerprint) -> int:
    digests: dict[str, bytes] = {}
    for place, known in enumerate(record.fingerprints, 1):
        if not known or not known[0]:
            continue
        digest, figid = known
        try:
            if figid not in digests:
                digests[figid] = record_digest(record.ref, figid)
        except RecordError:
            return 0
        if digests[figid] == digest:
            return place
    return 0


_CHUNK_BYTES = 1 << 20


class _FragmentReader(Protocol):
    """The bytes of one format's file, before compression."""

    @property
    def length(self) -> int:
        """How many there are."""

    def read(self, offset: int, size: int) -> bytes:
        """A piece of it."""

    def close(self) -> None:
        """Close the file."""


class _PlainFragments:
    def __init__(self, path: Path) -> None:
        self._handle = os.open(path, os.O_RDONLY)
        self._length = os.fstat(self._handle).st_size

    @property
    def length(self) -> int:
        return self._length

    def read(self, offset: int, size: int) -> bytes:
        return _check_length(os.pread(self._handle, size, offset), size)

    def close(self) -> None:
        os.close(self._handle)


class _CompressedFragments:
    """A compressed file, read from its begin to its end; going back costs another reading from the begin."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stack = ExitStack()
        self._open()

    def _open(self) -> None:
        self._stack.close()
        self._file: BinaryIO = self._stack.enter_context(packed.open_decompressed(self._path))  # type: ignore[assignment]
        self._position = 0

    @cached_property
    def length(self) -> int:
        """How much can be read of it, found out when it is asked for; the end of one that was being written is missing."""
        self._open()
        with suppress(*packed.DECOMPRESSION_ERRORS):
            while data := self._file.read(_CHUNK_BYTES):
                self._position += len(data)
        length = self._position
        self._open()
        return length

    def read(self, offset: int, size: int) -> bytes:
        if offset < self._position:
            self._open()
        while self._position < offset:
            self._position += len(self._file.read(min(_CHUNK_BYTES, offset - self._position)))
        data = self._file.read(size)
        self._position += len(data)
        return _check_length(data, size)

    def close(self) -> None:
        self._stack.close()


def _check_length(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise OSError("a file of the earlier export changed while it was read")
    return data


class PreviousExport:
    """Records of before.

    Args:
        root: the folder they are in.
        state: what is known of them.
        format_names: the formats that are wanted now.

    Raises:
        ValueError: the state is damaged, or a file is no longer as it was written.
        OSError: a file is not there.
    """

    def __init__(self, root: Path, state: State, format_names: Sequence[str]) -> None:
        self.root, self.state = root, state
        kept, files = state.get_meta("formats"), state.get_meta("files")
        self._stamps: dict[str, Any] = state.get_meta("written") or {}  # an interrupted run has none: nobody else was in its folder
        self._format_positions = [kept.index(form) for form in format_names]
        self._verified_keys: set[bytes] = set()
        with ExitStack() as stack:
            self._fragment_readers = [_open_fragments(self._unmodified_path(files[form]), stack) for form in format_names]
            self._stack = stack.pop_all()

    def _unmodified_path(self, name: str) -> Path:
        if self._stamps and not _is_unmodified(self.root / name, self._stamps[name]):
            raise ValueError(f"{name} is no longer as it was written")
        return self.root / name

    def get_fingerprint(self, ref: RecordRef) -> tuple[bytes, str] | None:
        """Digest and figure of the record that was there."""
        with suppress(*DATABASE_ERRORS):
            return self.state.get_fingerprint(ref.source, ref.line)
        return None

    def find_stored(self, ref: RecordRef) -> StoredRecord | None:
        """The record that was there, where all that came of it still is."""
        with suppress(*DATABASE_ERRORS, OSError, ValueError, KeyError, TypeError):
            row = self.state.find_stored(ref.source, ref.line)
            return row if row and self._is_reusable(row) else None
        return None

    def _is_reusable(self, row: StoredRecord) -> bool:
        status = row.result.status
        if status == EXPORTED:
            places = zip(self._format_positions, self._fragment_readers, strict=True)
            is_there = all(row.offsets[at] + row.result.sizes[at] <= text.length for at, text in places)
            return is_there and all(map(self._has_description, row.result.description_keys))
        if status == QUARANTINED:
            return bool(self._quarantined_files(row.result.figid))
        return status != DUPLICATE

    def _has_description(self, key: bytes) -> bool:
        """Whether the description of this key is there, and whole."""
        if key not in self._verified_keys:
            self.state.get_description(key)
            self._verified_keys.add(key)
        return True

    def read_fragments(self, row: StoredRecord) -> list[bytes]:
        """An exported record's text in each of the formats that are wanted now."""
        places = zip(self._format_positions, self._fragment_readers, strict=True)
        return [text.read(row.offsets[at], row.result.sizes[at]) for at, text in places]

    def read_quarantined(self, figid: str) -> QuarantinedRecord:
        """A record that was left out, with its files and the reasons."""
        files = self._quarantined_files(figid)
        return QuarantinedRecord(figid, files, json.loads(files.pop(REASONS_FILE)))

    def _quarantined_files(self, figid: str) -> dict[str, bytes]:
        """The files of a record that was left out, in their order.

        Raises:
            ValueError: they are no longer as they were written.
            OSError: a file is not there.
        """
        place = f"{QUARANTINE_DIR}/{figid}/"
        names = [name for name in self._stamps if name.startswith(place)]
        if not names:
            names = [f"{place}{path.name}" for path in sorted((self.root / place).iterdir())]
        files = {name.removeprefix(place): self._unmodified_path(name).read_bytes() for name in names}
        json.loads(files[REASONS_FILE])
        return files

    def close(self) -> None:
        """Close its files."""
        self._stack.close()
        self.state.discard()


def _open_fragments(path: Path, stack: ExitStack) -> _FragmentReader:
    texts = _CompressedFragments(path) if path.suffix in (".gz", ".zst") else _PlainFragments(path)
    stack.callback(texts.close)
    return texts


def open_previous_export(root: Path, fingerprint: str, formats: Sequence[str]) -> PreviousExport | None:
    """The records in a folder, where they were made by this very version, with the same shapes, in these formats at least."""
    state = State.open_existing(root / STATE_FILE)
    if state is None:
        return None
    with suppress(*DATABASE_ERRORS, OSError, ValueError, KeyError, TypeError, AttributeError):
        if state.get_meta("version") == fingerprint and set(formats) <= set(state.get_meta("formats") or ()):
            return PreviousExport(root, state, formats)
    state.discard()  # it is another one, or damaged, or no state of ours: the records are mapped again
    return None


def is_intact(root: Path, state: State) -> bool:
    """Whether all files that an export published are still as it wrote them."""
    try:
        return all(_is_unmodified(root / name, stamp) for name, stamp in state.get_meta("written").items())
    except (*DATABASE_ERRORS, OSError, ValueError, TypeError, AttributeError):
        return False


def _is_unmodified(path: Path, stamp: tuple[int, str, int]) -> bool:
    """By its size and time; where the time is another one (a copy), by its digest."""
    size, sha256, modified = stamp
    stat = path.stat()
    if stat.st_size != size or stat.st_mtime_ns == modified:
        return stat.st_size == size
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256


_BATCH_RECORDS = 256


def detect_changes(sources: RecordSource, exports: list[PreviousExport], executor: Executor, limit: int | None) -> bytes:
    """For each record, by number, the place (from 1) that has it as it is now; 0 where none has, or where there is no record."""
    found = bytearray()
    for numbers, same in executor.map(_detection_tasks(sources, exports, limit)):
        found.extend(bytes(numbers[-1] + 1 - len(found)))
        for number, place in zip(numbers, same, strict=True):
            found[number] = place
    return bytes(found)


def _detection_tasks(
    sources: RecordSource, exports: list[PreviousExport], limit: int | None
) -> Iterator[tuple[list[int], DetectChangesTask]]:
    numbers: list[int] = []
    records: list[RecordFingerprint] = []
    for number, item in enumerate(islice(sources, limit)):
        if isinstance(item, RecordError):
            continue
        numbers.append(number)
        records.append(RecordFingerprint(item, tuple(place.get_fingerprint(item) for place in exports)))
        if len(records) == _BATCH_RECORDS:
            yield numbers, DetectChangesTask(records)
            numbers, records = [], []
    if records:
        yield numbers, DetectChangesTask(records)
