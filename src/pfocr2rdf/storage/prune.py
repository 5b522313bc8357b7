"""What earlier exports left in a storage, also those that were killed, so that no file of theirs outlives the next one."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pfocr2rdf.storage.filesystem import PARTIAL_DIR, Storage
from pfocr2rdf.storage.layout import (
    CHECKPOINT_DIR,
    MANIFEST_FILE,
    PARTITION_MANIFESTS_DIR,
    PREVIOUS_MANIFEST,
    QUARANTINE_DIR,
    STAGING_DIR,
    STATE_FILE,
    is_partition_file,
)

_PREVIOUS_MANIFEST_PATH = f"{PARTITION_MANIFESTS_DIR}/{PREVIOUS_MANIFEST}"


class StaleFiles:
    """The files of earlier exports in a storage, and those of the one that begins: it may be killed, too.

    Args:
        storage: where they are.
        planned: names of files that are written before it is known what all files are.
    """

    def __init__(self, storage: Storage, planned: Iterable[str]) -> None:
        self._storage = storage
        self._owned = OwnedFiles()
        for name in (
            MANIFEST_FILE,
            _PREVIOUS_MANIFEST_PATH,
            f"{STAGING_DIR}/{MANIFEST_FILE}",
            f"{STAGING_DIR}/{PREVIOUS_MANIFEST}",
            f"{CHECKPOINT_DIR}/{PREVIOUS_MANIFEST}",
        ):
            self._owned.add_manifest(storage.read_json(name))
        names = storage.names()  # where our folder is, parts are ours, also those that no manifest lists
        self._foreign = frozenset() if PARTITION_MANIFESTS_DIR in names else frozenset(names) - self._owned.files
        self.add(planned, ())
        storage.remove([MANIFEST_FILE, STATE_FILE, PARTIAL_DIR])

    def add(self, files: Iterable[str], quarantined: Iterable[str]) -> None:
        """Note what is about to be written."""
        self._owned.files.update(name for name in self._storage.names() if is_partition_file(name) and name not in self._foreign)
        self._owned.files.update(files)
        self._owned.quarantined.update(quarantined)
        self._storage.write_json(_PREVIOUS_MANIFEST_PATH, self._owned.to_manifest())

    def remove(self, files: Iterable[str], quarantined: Iterable[str]) -> None:
        """Remove all but these."""
        stale = self._owned.files.difference(files, [MANIFEST_FILE])
        accounts = {f"{PARTITION_MANIFESTS_DIR}/{name.partition('.')[0]}.json" for name in stale if is_partition_file(name)}
        accounts -= {f"{PARTITION_MANIFESTS_DIR}/{name.partition('.')[0]}.json" for name in files}
        folders = {f"{QUARANTINE_DIR}/{name}" for name in self._owned.quarantined.difference(quarantined)}
        self._storage.remove(sorted(stale | accounts | folders))

    def remove_temporary(self, partition_manifests: bool) -> None:
        """The export is there: what was kept for another run is of no use, nor are accounts of parts that are merged."""
        self._storage.remove(
            [STAGING_DIR, CHECKPOINT_DIR, PARTIAL_DIR, _PREVIOUS_MANIFEST_PATH, *([PARTITION_MANIFESTS_DIR] if partition_manifests else [])]
        )
        if path := self._storage.path:
            with contextlib.suppress(OSError):  # it is kept where something is in it
                (path / QUARANTINE_DIR).rmdir()


class OwnedFiles:
    """What the manifests of earlier exports of ours name, as far as they are plain names."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.quarantined: set[str] = set()

    def read(self, path: Path) -> None:
        """A manifest in a file; nothing where there is none."""
        with contextlib.suppress(OSError, ValueError, RecursionError):
            self.add_manifest(json.loads(path.read_text(encoding="utf-8")))

    def add_manifest(self, manifest: Any) -> None:
        """A manifest; nothing where it is none of ours."""
        try:
            if not str(manifest["tool"]).startswith("pfocr2rdf "):
                return
            files, quarantined = [file["name"] for file in manifest["files"]], manifest.get("quarantined", [])
        except (KeyError, TypeError):
            return
        self.files.update(filter(_is_plain, files))
        self.quarantined.update(filter(_is_plain, quarantined))

    def to_manifest(self) -> dict[str, Any]:
        """All of them as a manifest, for the next run in case that this one is killed."""
        files = [{"name": name} for name in sorted(self.files)]
        return {"tool": "pfocr2rdf ", "files": files, "quarantined": sorted(self.quarantined)}

    def write(self, path: Path) -> None:
        """Write that manifest."""
        path.write_text(json.dumps(self.to_manifest()), encoding="utf-8")


def _is_plain(name: object) -> bool:
    return isinstance(name, str) and name == os.path.basename(name) and name not in ("", ".", "..") and "\0" not in name
