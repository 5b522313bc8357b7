"""Pruning: no file of an earlier export outlives the next one, also where exports were killed."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable
from typing import Any

from pfocr2rdf.storage.layout import (
    CHECKPOINT_DIR,
    DERIVED_FOLDERS,
    MANIFEST_FILE,
    PARTITION_MANIFESTS_DIR,
    PREVIOUS_MANIFEST,
    QUARANTINE_DIR,
    STAGING_DIR,
    STATE_FILE,
    is_own_manifest,
    is_partition_file,
)
from pfocr2rdf.storage.output_storage import PARTIAL_DIR, Storage
from pfocr2rdf.storage.staging import is_behind_link, require_replaceable

_PREVIOUS_MANIFEST_PATH = f"{PARTITION_MANIFESTS_DIR}/{PREVIOUS_MANIFEST}"
# A run that was killed while it published leaves its own files, and those that it was to replace.
_MANIFEST_PATHS = (
    MANIFEST_FILE,
    f"{STAGING_DIR}/{MANIFEST_FILE}",
    f"{STAGING_DIR}/{PREVIOUS_MANIFEST}",
    f"{CHECKPOINT_DIR}/{PREVIOUS_MANIFEST}",
    _PREVIOUS_MANIFEST_PATH,
)


class OwnedFiles:
    """The files of earlier exports in an export directory, also of exports that were killed; only plain names.

    ``quarantined`` has the names of the folders of quarantined records.
    """

    def __init__(self, files: set[str], quarantined: set[str]) -> None:
        self.files = files
        self.quarantined = quarantined

    @classmethod
    def find(cls, read_json: Callable[[str], Any], list_names: Callable[[], list[str]]) -> OwnedFiles:
        """The files that are ours in a directory, whose JSON files (``None`` for a missing one) and names two functions return."""
        owned = cls(set(), set())
        for path in _MANIFEST_PATHS:
            owned._add(read_json(path))
        names = list_names()
        if PARTITION_MANIFESTS_DIR in names:  # then all partition files are ours, also those that no manifest lists
            owned.files.update(filter(is_partition_file, names))
        return owned

    def _add(self, manifest: Any) -> None:
        with contextlib.suppress(KeyError, TypeError):  # it is none of ours
            if is_own_manifest(manifest):
                files, quarantined = [file["name"] for file in manifest["files"]], manifest.get("quarantined", [])
                self.files.update(filter(is_output_path, files))
                self.quarantined.update(filter(_is_plain, quarantined))

    def __bool__(self) -> bool:
        return bool(self.files or self.quarantined)

    def to_manifest(self) -> dict[str, Any]:
        """A manifest of them all, for the next run if this one is killed."""
        return {"tool": "pfocr2rdf ", "files": [{"name": name} for name in sorted(self.files)], "quarantined": sorted(self.quarantined)}


def _is_plain(name: object) -> bool:
    return isinstance(name, str) and name == os.path.basename(name) and name not in ("", ".", "..") and "\0" not in name


def is_output_path(name: object) -> bool:
    """Whether a name in a manifest is that of a file in the directory itself, or in a folder of files in derived formats."""
    folder, separator, base = name.partition("/") if isinstance(name, str) else ("", "", name)
    return _is_plain(base) and folder in DERIVED_FOLDERS if separator else _is_plain(name)


class StaleFiles:
    """The files of earlier exports in a storage, and those of the export that begins, which may be killed, too.

    ``planned`` has the names of files that are written before it is known what all files are.
    """

    def __init__(self, storage: Storage, planned: Iterable[str]) -> None:
        self._storage = storage
        self._owned = OwnedFiles.find(storage.read_json, storage.names)
        self._earlier_files = frozenset(self._owned.files)
        self._foreign = frozenset(storage.names()) - self._earlier_files
        self.add(planned, ())
        storage.remove([MANIFEST_FILE, STATE_FILE, PARTIAL_DIR])

    def check_targets(self, files: Iterable[str]) -> None:
        """Check that the files can be written without a change to foreign ones; ``OutputError`` if not."""
        if path := self._storage.path:
            require_replaceable(path, list(files), self._earlier_files)

    def add(self, files: Iterable[str], quarantined: Iterable[str]) -> None:
        """Note what is about to be written."""
        self._owned.files.update(name for name in self._storage.names() if is_partition_file(name) and name not in self._foreign)
        self._owned.files.update(files)
        self._owned.quarantined.update(quarantined)
        self._storage.write_json(_PREVIOUS_MANIFEST_PATH, self._owned.to_manifest())

    def remove(self, files: Iterable[str], quarantined: Iterable[str]) -> list[str]:
        """Prune stale files: all but these. The result is those that were in the storage before this export, sorted."""
        stale = self._owned.files.difference(files, [MANIFEST_FILE])
        if path := self._storage.path:
            stale = {name for name in stale if not is_behind_link(path, name)}
        manifests = set(map(_partition_manifest, filter(is_partition_file, stale))).difference(map(_partition_manifest, files))
        folders = {f"{QUARANTINE_DIR}/{name}" for name in self._owned.quarantined.difference(quarantined)}
        self._storage.remove(sorted(stale | manifests | folders))
        self._storage.remove_empty(sorted({name.partition("/")[0] for name in stale if "/" in name}))
        return sorted(stale & self._earlier_files)

    def remove_temporary(self, partition_manifests: bool) -> None:
        """Remove what was kept for another run, and the manifests of partitions that were merged."""
        self._storage.remove(
            [STAGING_DIR, CHECKPOINT_DIR, PARTIAL_DIR, _PREVIOUS_MANIFEST_PATH, *([PARTITION_MANIFESTS_DIR] if partition_manifests else [])]
        )
        if path := self._storage.path:
            with contextlib.suppress(OSError):  # it is not empty
                (path / QUARANTINE_DIR).rmdir()


def _partition_manifest(name: str) -> str:
    return f"{PARTITION_MANIFESTS_DIR}/{name.partition('.')[0]}.json"
