"""The folder of a delta: its files appear whole or not at all, and never among those of an export."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

from pfocr2rdf.errors import OutputError
from pfocr2rdf.pipeline.inputs import is_export
from pfocr2rdf.storage.delta_format import DELTA
from pfocr2rdf.storage.files import mapped_errors
from pfocr2rdf.storage.staging import OutputDirectory

_EARLIER = "earlier-delta.json"
_OURS = re.compile(r"(?:(?:removed|added)\.(?:nt|nq)|delta\.(?:ru|rdfp))(?:\.gz|\.zst)?").fullmatch


class DeltaDirectory(OutputDirectory):
    """A folder that a delta is written to, in the way that an export is: nothing stays without ``publish``.

    Args:
        path: the folder; it is made where it is missing. What is in it and no earlier delta's is not touched.
        inputs: files that are read meanwhile.

    Raises:
        OutputError: it holds an export, or what would be read and overwritten, or cannot be written to.
    """

    def __init__(self, path: str | os.PathLike[str], inputs: list[Path]) -> None:
        super().__init__(path)
        if is_export(self.path):
            raise OutputError(f"{self.path}: holds an export, which a delta would spoil; name another folder")
        for file in inputs:
            if _OURS(file.name) and file.parent.resolve() == self.path.resolve():
                raise OutputError(f"{file}: would be read and overwritten; name another folder")
        # A run that was killed while it published has left its manifest and the earlier one in the staging folder.
        known = (self.path / DELTA, self.staging / DELTA, self.staging / _EARLIER)
        self._stale = {name for manifest in known for name in _listed(manifest)}

    def publish(self) -> None:
        """Put everything in its place, and remove what an earlier delta left; ``delta.json`` goes first and comes last."""
        names = [file.name for file in self.written]
        with mapped_errors(self.path):
            if (self.path / DELTA).exists():
                os.replace(self.path / DELTA, self.staging / _EARLIER)
            for name in sorted(self._stale - set(names)):
                (self.path / name).unlink(missing_ok=True)
            for name in sorted(names, key=lambda name: name == DELTA):
                os.replace(self.staging / name, self.path / name)


def _listed(manifest: Path) -> set[str]:
    """The files of a delta that its manifest lists; none where it is not ours."""
    try:
        names = [file["name"] for file in json.loads(manifest.read_text(encoding="utf-8"))["files"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()
    return {name for name in names if isinstance(name, str) and _OURS(name)}
