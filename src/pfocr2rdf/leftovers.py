"""What earlier exports left in a storage, also those that were killed, so that no file of theirs outlives the next one."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from pfocr2rdf.sinks.output import ACCOUNTS, INTERRUPTED, MANIFEST, PREVIOUS, QUARANTINE, STAGING, STATE, Listed, is_part
from pfocr2rdf.storage import PARTIAL, Storage

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
