"""The previous export in the output: its state, the fragments of its records, and whether its files are still what it wrote."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from pfocr2rdf.errors import OutputError
from pfocr2rdf.pipeline.fragment_reader import FragmentReader, open_fragments
from pfocr2rdf.pipeline.results import DUPLICATE, EXPORTED, QUARANTINED, QuarantinedRecord, RecordResult
from pfocr2rdf.pipeline.state import State, StoredFingerprint, StoredRecord
from pfocr2rdf.records.record_ref import RecordRef
from pfocr2rdf.storage.layout import MANIFEST_FILE, QUARANTINE_DIR, REASONS_FILE, REPORT_FILE, STATE_FILE, is_own_manifest
from pfocr2rdf.storage.sqlite import DATABASE_ERRORS


class PreviousExport:
    """An export, finished or interrupted, whose records can be reused in the formats that are wanted now.

    A damaged state, or a file that is no longer as it was written, raises ``ValueError``; a file that is not there, ``OSError``.
    """

    def __init__(self, root: Path, state: State, format_names: Sequence[str]) -> None:
        self.root, self.state = root, state
        stored_formats, files = state.get_meta("formats"), state.get_meta("files")
        self._stamps: dict[str, Any] = state.get_meta("written") or {}  # an interrupted run has none: no other process used its folder
        self._verified_keys: set[bytes] = set()
        self.readers: list[FragmentReader] = []  # one a format that is wanted now
        self._indices = [stored_formats.index(name) for name in format_names]
        with ExitStack() as stack:
            for name in format_names:
                reader = open_fragments(self._unmodified_path(files[name]))
                stack.callback(reader.close)
                self.readers.append(reader)
            self._stack = stack.pop_all()

    def _unmodified_path(self, name: str) -> Path:
        if self._stamps and not _matches_stamp(self.root / name, self._stamps[name]):
            raise ValueError(f"{name} is no longer as it was written")
        return self.root / name

    def find_fingerprint(self, ref: RecordRef) -> StoredFingerprint | None:
        """The data for detecting a change of the record."""
        with suppress(*DATABASE_ERRORS, TypeError):
            return self.state.find_fingerprint(ref.source, ref.line)
        return None

    def find_result(self, number: int) -> RecordResult | None:
        """The result of a record, by its number; ``None`` where it cannot be read."""
        with suppress(*DATABASE_ERRORS, ValueError, TypeError):
            record = self.state.get_record(number)
            return record.result if record else None
        return None

    def find_reusable(self, ref: RecordRef) -> StoredRecord | None:
        """The record as it was then, where everything that came of it is still there."""
        with suppress(*DATABASE_ERRORS, OSError, ValueError, KeyError, TypeError):
            record = self.state.find_stored(ref.source, ref.line)
            return record if record and self._is_reusable(record) else None
        return None

    def _is_reusable(self, record: StoredRecord) -> bool:
        result = record.result
        if result.status == EXPORTED:
            if any(record.offsets[index] + result.sizes[index] > reader.length for index, reader in self._iter_readers()):
                return False
            for key in set(result.description_keys) - self._verified_keys:
                self.state.get_description(key)  # raises where there is none
                self._verified_keys.add(key)
            return True
        if result.status == QUARANTINED:
            return bool(self._read_quarantine_folder(result.figid))
        return result.status != DUPLICATE

    def read_fragments(self, record: StoredRecord) -> list[bytes]:
        """The fragment of an exported record in each of the formats that are wanted now."""
        return [reader.read(record.offsets[index], record.result.sizes[index]) for index, reader in self._iter_readers()]

    def _iter_readers(self) -> Iterator[tuple[int, FragmentReader]]:
        """The readers, each with the index of its format among those of the export."""
        return zip(self._indices, self.readers, strict=True)

    def read_quarantined(self, figid: str) -> QuarantinedRecord:
        """A quarantined record, with its files and the reasons."""
        files = self._read_quarantine_folder(figid)
        return QuarantinedRecord(figid, files, json.loads(files.pop(REASONS_FILE)))

    def _read_quarantine_folder(self, figid: str) -> dict[str, bytes]:
        """The files of a quarantined record, in their order; ``ValueError`` or ``OSError`` where they are not as they were written."""
        folder = f"{QUARANTINE_DIR}/{figid}/"
        names = [name for name in self._stamps if name.startswith(folder)]
        if not names:
            names = [f"{folder}{path.name}" for path in sorted((self.root / folder).iterdir())]
        files = {name.removeprefix(folder): self._unmodified_path(name).read_bytes() for name in names}
        json.loads(files[REASONS_FILE])
        return files

    def is_intact(self) -> bool:
        """Whether all files that it published are still as it wrote them."""
        try:
            return all(_matches_stamp(self.root / name, stamp) for name, stamp in self.state.get_meta("written").items())
        except (*DATABASE_ERRORS, OSError, ValueError, TypeError, AttributeError):
            return False

    def close(self) -> None:
        """Close its files."""
        self._stack.close()
        self.state.discard()


def open_previous_export(root: Path, fingerprint: str, formats: Sequence[str]) -> PreviousExport | None:
    """The export in a folder, where the same code made it with the same shapes, in these formats at least."""
    state = State.open_existing(root / STATE_FILE)
    if state is None:
        return None
    with suppress(*DATABASE_ERRORS, OSError, ValueError, KeyError, TypeError, AttributeError):
        if state.get_meta("version") == fingerprint and set(formats) <= set(state.get_meta("formats") or ()):
            return PreviousExport(root, state, formats)
    state.discard()  # another version's, or damaged, or no state of ours: the records are mapped again
    return None


def holds_figures(read_json: Callable[[str], Any]) -> bool:
    """Whether a finished export with figures is in a folder, whose JSON files (``None`` for a missing one) a function returns."""
    try:
        return is_own_manifest(read_json(MANIFEST_FILE)) and read_json(REPORT_FILE)["summary"]["exported"] > 0
    except (OutputError, KeyError, TypeError):  # one that cannot be read cannot be written, which is reported later
        return False


def _matches_stamp(path: Path, stamp: tuple[int, str, int]) -> bool:
    """Whether a file is as it was written: by its size and time; if the time differs, as for a copy, by its digest."""
    size, sha256, modified = stamp
    stat = path.stat()
    if stat.st_size != size or stat.st_mtime_ns == modified:
        return stat.st_size == size
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest() == sha256
