"""The folder of a delta: its files appear whole or not at all, and never among those of an export."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from pfocr2rdf.errors import OutputError
from pfocr2rdf.pipeline.inputs import is_export
from pfocr2rdf.storage.delta_format import DELTA_FILE
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.staging import StagedDirectory

_PREVIOUS_DELTA_FILE = "earlier-delta.json"
_match_delta_name = re.compile(r"(?:(?:removed|added)\.(?:nt|nq)|delta\.(?:ru|rdfp))(?:\.gz|\.zst)?").fullmatch


class DeltaDirectory(StagedDirectory):
    """A folder that a delta is written to, in the way that an export is: nothing stays without ``publish``.

    Args:
        path: the folder; it is made where it is missing. What is in it and no earlier delta's is not touched.
        input_files: files that are read meanwhile.

    Raises:
        OutputError: it holds an export, or what would be read and overwritten, or cannot be written to.
    """

    def __init__(self, path: str | os.PathLike[str], input_files: list[Path]) -> None:
        super().__init__(path)
        if is_export(self.path):
            raise OutputError(f"{self.path}: holds an export, which a delta would spoil; name another folder")
        for file in input_files:
            if _match_delta_name(file.name) and file.parent.resolve() == self.path.resolve():
                raise OutputError(f"{file}: would be read and overwritten; name another folder")
        # A run that was killed while it published has left its manifest and the earlier one in the staging folder.
        known = (self.path / DELTA_FILE, self.staging / DELTA_FILE, self.staging / _PREVIOUS_DELTA_FILE)
        self._stale_names = {name for manifest in known for name in _read_delta_names(manifest)}

    def publish(self) -> None:
        """Put everything in its place, and remove what an earlier delta left; ``delta.json`` goes first and comes last."""
        names = [file.name for file in self.written_files]
        with map_os_errors(self.path):
            if (self.path / DELTA_FILE).exists():
                os.replace(self.path / DELTA_FILE, self.staging / _PREVIOUS_DELTA_FILE)
            for name in sorted(self._stale_names - set(names)):
                (self.path / name).unlink(missing_ok=True)
            for name in sorted(names, key=lambda name: name == DELTA_FILE):
                os.replace(self.staging / name, self.path / name)


def _read_delta_names(manifest: Path) -> set[str]:
    """The files of a delta that its manifest lists; none where it is not ours."""
    try:
        names = [file["name"] for file in json.loads(manifest.read_text(encoding="utf-8"))["files"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()
    return {name for name in names if isinstance(name, str) and _match_delta_name(name)}
