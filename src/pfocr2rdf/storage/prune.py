"""What earlier exports left in a storage, also those that were killed, so that no file of theirs outlives the next one."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from pfocr2rdf.storage.filesystem import PARTIAL, Storage
from pfocr2rdf.storage.layout import ACCOUNTS, INTERRUPTED, MANIFEST, PREVIOUS, QUARANTINE, STAGING, STATE, is_part

_KEPT = f"{ACCOUNTS}/{PREVIOUS}"


class Leftovers:
    """The files of earlier exports in a storage, and those of the one that begins: it may be killed, too.

    Args:
        storage: where they are.
        planned: names of files that are written before it is known what all files are.
    """

    def __init__(self, storage: Storage, planned: Iterable[str]) -> None:
        self._storage = storage
        self._listed = Listed()
        for name in (MANIFEST, _KEPT, f"{STAGING}/{MANIFEST}", f"{STAGING}/{PREVIOUS}", f"{INTERRUPTED}/{PREVIOUS}"):
            self._listed.add(storage.read_json(name))
        names = storage.names()  # where our folder is, parts are ours, also those that no manifest lists
        self._foreign = frozenset() if ACCOUNTS in names else frozenset(names) - self._listed.files
        self.add(planned, ())
        storage.remove([MANIFEST, STATE, PARTIAL])

    def add(self, files: Iterable[str], quarantined: Iterable[str]) -> None:
        """Note what is about to be written."""
        self._listed.files.update(name for name in self._storage.names() if is_part(name) and name not in self._foreign)
        self._listed.files.update(files)
        self._listed.quarantined.update(quarantined)
        self._storage.write_json(_KEPT, self._listed.manifest())

    def remove(self, files: Iterable[str], quarantined: Iterable[str]) -> None:
        """Remove all but these."""
        stale = self._listed.files.difference(files, [MANIFEST])
        accounts = {f"{ACCOUNTS}/{name.partition('.')[0]}.json" for name in stale if is_part(name)}
        accounts -= {f"{ACCOUNTS}/{name.partition('.')[0]}.json" for name in files}
        folders = {f"{QUARANTINE}/{name}" for name in self._listed.quarantined.difference(quarantined)}
        self._storage.remove(sorted(stale | accounts | folders))

    def forget(self, accounts: bool) -> None:
        """The export is there: what was kept for another run is of no use, nor are accounts of parts that are merged."""
        self._storage.remove([STAGING, INTERRUPTED, PARTIAL, _KEPT, *([ACCOUNTS] if accounts else [])])
        if path := self._storage.path:
            with contextlib.suppress(OSError):  # it is kept where something is in it
                (path / QUARANTINE).rmdir()


class Listed:
    """What the manifests of earlier exports of ours name, as far as they are plain names."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.quarantined: set[str] = set()

    def read(self, path: Path) -> None:
        """A manifest in a file; nothing where there is none."""
        with contextlib.suppress(OSError, ValueError, RecursionError):
            self.add(json.loads(path.read_text(encoding="utf-8")))

    def add(self, manifest: Any) -> None:
        """A manifest; nothing where it is none of ours."""
        try:
            if not str(manifest["tool"]).startswith("pfocr2rdf "):
                return
            files, quarantined = [file["name"] for file in manifest["files"]], manifest.get("quarantined", [])
        except (KeyError, TypeError):
            return
        self.files.update(filter(_is_plain, files))
        self.quarantined.update(filter(_is_plain, quarantined))

    def manifest(self) -> dict[str, Any]:
        """All of them as a manifest, for the next run in case that this one is killed."""
        files = [{"name": name} for name in sorted(self.files)]
        return {"tool": "pfocr2rdf ", "files": files, "quarantined": sorted(self.quarantined)}

    def write(self, path: Path) -> None:
        """Write that manifest."""
        path.write_text(json.dumps(self.manifest()), encoding="utf-8")


def _is_plain(name: object) -> bool:
    return isinstance(name, str) and name == os.path.basename(name) and name not in ("", ".", "..") and "\0" not in name
