"""The staging directory: files appear at their final place whole, by renames, or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

from pfocr2rdf.storage.compression import open_compressed
from pfocr2rdf.storage.files import BUFFER_BYTES, FileInfo, HashingWriter, map_os_errors
from pfocr2rdf.storage.layout import (
    CHECKPOINT_DIR,
    MANIFEST_FILE,
    PARTITION_MANIFESTS_DIR,
    PREVIOUS_MANIFEST,
    QUARANTINE_DIR,
    REASONS_FILE,
    SET_ASIDE_MANIFEST,
    STAGING_DIR,
    STATE_FILE,
    is_partition_file,
)
from pfocr2rdf.storage.locks import exclusive_lock
from pfocr2rdf.storage.prune import OwnedFiles

_SQLITE_SUFFIXES = ("", "-wal", "-shm", "-journal")  # of the files that SQLite has beside a database


class StagedDirectory:
    """A folder that an export writes to. Use it as a context manager, and ``publish`` at the end: without that, nothing stays.

    But where a run was killed or interrupted, what it has done so far is set aside for the next one.

    Args:
        path: the folder; it is made where it is missing. What is in it and not ours is not touched.

    Attributes:
        staging: where files are until they are published.
        checkpoint: where the files of an interrupted run are, if there is one.
        is_resumable: whether what is in the staging folder is worth being set aside.

    Raises:
        OutputError: it is no folder, or cannot be written to.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.staging = self.path / STAGING_DIR
        self.checkpoint = self.path / CHECKPOINT_DIR
        self.is_resumable = False
        self.written_files: list[FileInfo] = []
        self.quarantined: list[str] = []
        self._quarantine_files: list[FileInfo] = []
        self._owned = OwnedFiles()
        self._lock = -1
        self._is_new = self._inherited = False

    def __enter__(self) -> StagedDirectory:
        with map_os_errors(self.path):
            self._is_new = not self.path.exists()
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = exclusive_lock(self.path)
        try:
            with map_os_errors(self.path):
                # What a run left that was killed while it published: its own files, and those that it was to replace.
                for place in (self.path / MANIFEST_FILE, self.staging / MANIFEST_FILE):
                    self._owned.read(place)
                for folder in (self.staging, self.checkpoint, self.path / PARTITION_MANIFESTS_DIR):
                    self._owned.read(folder / PREVIOUS_MANIFEST)
                if (self.path / PARTITION_MANIFESTS_DIR).is_dir():  # then parts are ours, also those that no manifest lists
                    self._owned.files.update(filter(is_partition_file, os.listdir(self.path)))
                self._inherited = self.staging.is_dir() and bool(self._owned.files)
                self.save_checkpoint()
                self.reset()
        except BaseException:
            shutil.rmtree(self.staging, ignore_errors=True)
            os.close(self._lock)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.is_resumable and kind and issubclass(kind, KeyboardInterrupt):
            self.save_checkpoint()
        shutil.rmtree(self.staging, ignore_errors=True)
        if kind is None:
            self.drop_checkpoint()
        elif self._inherited:  # nothing was published since a run was killed: the next one must know as much as this one
            with contextlib.suppress(OSError):
                self.staging.mkdir()
                self._owned.write(self.staging / PREVIOUS_MANIFEST)
        if self._is_new:
            with contextlib.suppress(OSError):  # nothing was published: it is as empty as it was made
                self.path.rmdir()
        os.close(self._lock)

    def reset(self) -> None:
        """Forget all that was written since the beginning."""
        shutil.rmtree(self.staging, ignore_errors=True)
        self.staging.mkdir()
        self.written_files, self.quarantined, self._quarantine_files = [], [], []
        if self._owned.files or self._owned.quarantined:
            self._owned.write(self.staging / PREVIOUS_MANIFEST)

    def drop_checkpoint(self) -> None:
        """Remove what an interrupted run left."""
        shutil.rmtree(self.checkpoint, ignore_errors=True)

    def save_checkpoint(self, *, force: bool = False) -> None:
        """Keep what is in the staging folder for another run, unless more was kept before."""
        if not (self.staging / STATE_FILE).is_file():
            return
        if force or _graph_bytes(self.checkpoint) < _graph_bytes(self.staging):
            shutil.rmtree(self.checkpoint, ignore_errors=True)
            os.replace(self.staging, self.checkpoint)

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A new file to write bytes to; compressed where the name ends in ``.gz`` or ``.zst``, with the same bytes each time."""
        with map_os_errors(self.path / name), (self.staging / name).open("wb", buffering=BUFFER_BYTES) as file:
            counted = HashingWriter(file)
            with open_compressed(name, counted) as stream:
                yield stream
            self.written_files.append(FileInfo(name, counted.size, counted.digest.hexdigest()))

    def write_text(self, name: str, text: str) -> None:
        """A small file, all at once."""
        with self.open(name) as file:
            file.write(text.encode())

    def write_json(self, name: str, value: Any) -> None:
        """A JSON file that people can read."""
        self.write_text(name, json.dumps(value, ensure_ascii=False, indent=2) + "\n")

    def quarantine(self, figid: str, files: dict[str, bytes], reasons: list[dict[str, Any]]) -> None:
        """A record that was left out, as it came, and why."""
        place = f"{QUARANTINE_DIR}/{figid}"
        said = json.dumps(reasons, ensure_ascii=False, indent=2) + "\n"
        with map_os_errors(self.staging / place):
            (self.staging / place).mkdir(parents=True, exist_ok=True)
            for name, data in {**files, REASONS_FILE: said.encode()}.items():
                (self.staging / place / name).write_bytes(data)
                self._quarantine_files.append(FileInfo(f"{place}/{name}", len(data), hashlib.sha256(data).hexdigest()))
        self.quarantined.append(figid)

    def file_stamps(self) -> dict[str, tuple[int, str, int]]:
        """Size, SHA-256 and time (in nanoseconds) of each file that was written: publishing leaves them as they are."""
        files = self.written_files + self._quarantine_files
        return {file.name: (file.size, file.sha256, (self.staging / file.name).stat().st_mtime_ns) for file in files}

    def publish(self) -> None:
        """Put everything in its place, and remove what an earlier export of ours left and this one did not write.

        The manifest goes first and comes last: where it is, all that it lists is there. Meanwhile a list in the staging folder
        tells the next run what is ours if this one is killed.
        """
        names = [file.name for file in self.written_files]
        with map_os_errors(self.path):
            if (self.path / MANIFEST_FILE).exists():
                os.replace(self.path / MANIFEST_FILE, self.staging / SET_ASIDE_MANIFEST)
            for name in sorted(self._owned.files - set(names)):
                (self.path / name).unlink(missing_ok=True)
            self._publish_quarantine()
            for tail in _SQLITE_SUFFIXES:
                (self.path / f"{STATE_FILE}{tail}").unlink(missing_ok=True)
            shutil.rmtree(self.path / PARTITION_MANIFESTS_DIR, ignore_errors=True)
            names += [STATE_FILE] if (self.staging / STATE_FILE).exists() else []
            for name in sorted(names, key=lambda name: (name == MANIFEST_FILE, name == STATE_FILE)):
                os.replace(self.staging / name, self.path / name)
        self._inherited = False

    def _publish_quarantine(self) -> None:
        place = self.path / QUARANTINE_DIR
        for figid in sorted(self._owned.quarantined):
            shutil.rmtree(place / figid, ignore_errors=True)
        if self.quarantined:
            place.mkdir(exist_ok=True)
        for figid in self.quarantined:
            if (place / figid / REASONS_FILE).is_file():  # it is ours, though no manifest tells
                shutil.rmtree(place / figid)
            os.replace(self.staging / QUARANTINE_DIR / figid, place / figid)
        if not self.quarantined and self._owned.quarantined:
            with contextlib.suppress(OSError):  # it is kept where somebody else's files are in it
                place.rmdir()


def _graph_bytes(folder: Path) -> int:
    """The bytes of the graph's files in a folder."""
    return sum(path.stat().st_size for path in folder.glob("figures.*")) if folder.is_dir() else -1
