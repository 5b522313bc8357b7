"""The directory of an export: a staged directory with quarantined records, a state, and checkpoints of interrupted runs."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from pfocr2rdf.errors import OutputError
from pfocr2rdf.storage.files import FileInfo, map_os_errors
from pfocr2rdf.storage.layout import (
    CHECKPOINT_DIR,
    MANIFEST_FILE,
    PARTITION_MANIFESTS_DIR,
    PREVIOUS_MANIFEST,
    QUARANTINE_DIR,
    REASONS_FILE,
    STATE_FILE,
    is_own_manifest,
    read_manifest,
)
from pfocr2rdf.storage.output_storage import Storage
from pfocr2rdf.storage.path_kinds import folder_kind
from pfocr2rdf.storage.prune import OwnedFiles
from pfocr2rdf.storage.staging import StagedDirectory, require_name
from pfocr2rdf.storage.urls import is_url

_SQLITE_SUFFIXES = ("-wal", "-shm", "-journal")  # of the files that SQLite creates next to a database


def require_own_directory(output: str, *, force: bool, wanted_kind: str = "an export", verb: str = "export") -> None:
    """Refuse to write where a file is, or, unless ``force``, into a folder of another kind with files; hidden files do not count.

    Raises:
        OutputError: it has no name, is a file, or holds other files than those of this kind.
    """
    require_name(output)
    if is_url(output):
        storage = Storage(output)
        label, names, kind = storage.display_url, [] if force else storage.names(), ""
        is_ours = bool(names) and _is_own(storage.read_json(MANIFEST_FILE))
    else:
        label, kind = output, folder_kind(output)
        is_ours = kind == wanted_kind
        try:
            names = os.listdir(output)
        except NotADirectoryError:
            raise OutputError(f"{output}: is a file, not a folder; name a folder with --output") from None
        except OSError:  # it is not there, or cannot be written, which is reported later
            names = []
    is_interrupted = any(name.startswith(".pfocr2rdf-") for name in names)
    if not force and not is_ours and (kind or not is_interrupted) and any(not name.startswith(".") for name in names):
        raise OutputError(
            f"{label}: contains {kind or 'other files'}, not {wanted_kind}; name another folder, or {verb} into it with --force"
        )


def _is_own(manifest: Any) -> bool:
    try:
        return is_own_manifest(manifest)
    except (KeyError, TypeError):
        return False


class ExportDirectory(StagedDirectory):
    """The staged directory of an export. What a killed or interrupted run has done so far is kept as a checkpoint for the next one.

    Raises:
        OutputError: it is no directory, cannot be written to, or another process writes to it.
    """

    _holder = "another export"

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(path, MANIFEST_FILE)
        self.checkpoint = self.path / CHECKPOINT_DIR
        self.is_resumable = False  # whether what is in the staging directory is worth a checkpoint
        self.quarantined: list[str] = []  # the figures whose records were quarantined
        self._quarantine_files: list[FileInfo] = []
        self._owned = OwnedFiles(set(), set())
        self._inherited = False

    def _recover(self) -> None:
        self._owned = OwnedFiles.find(lambda name: read_manifest(self.path / name, lambda value: value), lambda: os.listdir(self.path))
        self._inherited = self.staging.is_dir() and bool(self._owned.files)
        self._stale_names = self._owned.files
        self.save_checkpoint()

    def _clean_up(self, error_type: type[BaseException] | None) -> None:
        if self.is_resumable and error_type and issubclass(error_type, KeyboardInterrupt):
            self.save_checkpoint()
        super()._clean_up(error_type)
        if error_type is None:
            self.drop_checkpoint()
        elif self._inherited:  # nothing was published since a run was killed: the next one must know as much as this one
            with contextlib.suppress(OSError):
                self.staging.mkdir()
                self._write_previous_manifest()

    def reset(self) -> None:
        """Forget all that was written since the beginning."""
        super().reset()
        self.quarantined, self._quarantine_files = [], []
        if self._owned:
            self._write_previous_manifest()

    def _write_previous_manifest(self) -> None:
        (self.staging / PREVIOUS_MANIFEST).write_text(json.dumps(self._owned.to_manifest()), encoding="utf-8")

    def drop_checkpoint(self) -> None:
        """Remove what an interrupted run left."""
        shutil.rmtree(self.checkpoint, ignore_errors=True)

    def save_checkpoint(self, *, force: bool = False) -> None:
        """Keep what is in the staging directory for the next run, unless the checkpoint that is there has more."""
        if not (self.staging / STATE_FILE).is_file():
            return
        if force or _graph_bytes(self.checkpoint) < _graph_bytes(self.staging):
            self.drop_checkpoint()
            os.replace(self.staging, self.checkpoint)

    def quarantine(self, figid: str, files: dict[str, bytes], reasons: list[dict[str, Any]]) -> None:
        """Write the files of a record that was left out, as they came, and the reasons."""
        folder = f"{QUARANTINE_DIR}/{figid}"
        text = json.dumps(reasons, ensure_ascii=False, indent=2) + "\n"
        with map_os_errors(self.staging / folder):
            (self.staging / folder).mkdir(parents=True, exist_ok=True)
            for name, data in {**files, REASONS_FILE: text.encode()}.items():
                (self.staging / folder / name).write_bytes(data)
                self._quarantine_files.append(FileInfo(f"{folder}/{name}", len(data), hashlib.sha256(data).hexdigest()))
        self.quarantined.append(figid)

    def file_stamps(self) -> dict[str, tuple[int, str, int]]:
        """Size, SHA-256 and time (in nanoseconds) of each file that was written: publishing leaves them as they are."""
        files = self.written_files + self._quarantine_files
        return {file.name: (file.size, file.sha256, (self.staging / file.name).stat().st_mtime_ns) for file in files}

    def publish(self) -> None:
        """Rename all files into their place, and remove those of earlier exports that this one did not write."""
        super().publish()
        self._inherited = False

    def _remove_stale(self) -> None:
        super()._remove_stale()
        self._publish_quarantine()
        for suffix in _SQLITE_SUFFIXES if (self.staging / STATE_FILE).exists() else ("", *_SQLITE_SUFFIXES):
            (self.path / f"{STATE_FILE}{suffix}").unlink(missing_ok=True)
        shutil.rmtree(self.path / PARTITION_MANIFESTS_DIR, ignore_errors=True)

    def _published_names(self) -> list[str]:
        # The state comes first: by it, the next run knows that files without a manifest are ours.
        return ([STATE_FILE] if (self.staging / STATE_FILE).exists() else []) + super()._published_names()

    def _check_names(self) -> None:
        super()._check_names()
        if self.quarantined and (folder := self.path / QUARANTINE_DIR).exists() and not folder.is_dir():
            raise OutputError(f"{folder}: is a file, and a folder of this name must be written; move or rename the file")
        for figid in self.quarantined:
            target = self.path / QUARANTINE_DIR / figid
            is_ours = figid in self._owned.quarantined or (target / REASONS_FILE).is_file()
            if target.is_file() or (target.is_dir() and not is_ours and any(target.iterdir())):
                raise OutputError(f"{target}: exists, and the files of a quarantined record must be written there; move or rename it")

    def _publish_quarantine(self) -> None:
        folder = self.path / QUARANTINE_DIR
        for figid in sorted(self._owned.quarantined):
            shutil.rmtree(folder / figid, ignore_errors=True)
        if self.quarantined:
            folder.mkdir(exist_ok=True)
        for figid in self.quarantined:
            if (folder / figid / REASONS_FILE).is_file():  # it is ours, though no manifest lists it
                shutil.rmtree(folder / figid)
            os.replace(self.staging / QUARANTINE_DIR / figid, folder / figid)
        if not self.quarantined and self._owned.quarantined:
            with contextlib.suppress(OSError):  # it is not empty if it has foreign files
                folder.rmdir()


def _graph_bytes(folder: Path) -> int:
    """The size of the graph's files in a directory."""
    return sum(path.stat().st_size for path in folder.glob("figures.*")) if folder.is_dir() else -1
