"""The folder of a plan: its files appear whole or not at all, and somebody else's are not touched."""

from __future__ import annotations

import os
from pathlib import Path

from pfocr2rdf.errors import OutputError
from pfocr2rdf.pipeline.inputs import is_export
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.staging import StagedDirectory
from pfocr2rdf.stores.bulk_scripts.script import SCRIPT_MARK

SCRIPT_NAME = "load.sh"

_GENERATED_NAMES = (SCRIPT_NAME, "load.sql", "repository.ttl", "Qleverfile", "vocabulary.nq", "description.nq")
"""Every file that a plan of some target has: those of the plan before go."""


class ScriptDirectory(StagedDirectory):
    """A folder that a plan is written to, in the way that an export is: nothing stays without ``publish``.

    Args:
        path: the folder; it is made where it is missing.

    Raises:
        OutputError: it holds an export, or a file of somebody else that would be overwritten, or cannot be written to.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        if is_export(path):
            raise OutputError(f"{path}: holds an export, among whose files a plan would be lost; name another folder")

    def publish(self) -> None:
        """Put everything in its place, the script last, and remove what an earlier plan left."""
        names = {file.name for file in self.written_files}
        with map_os_errors(self.path):
            for name in sorted(names):
                if os.path.lexists(self.path / name) and not _is_ours(self.path / name):
                    raise OutputError(f"{self.path / name}: was not made by pfocr2rdf; remove it, or name another folder")
            for name in _GENERATED_NAMES:
                if _is_ours(self.path / name):
                    (self.path / name).unlink()
            (self.staging / SCRIPT_NAME).chmod(0o755)
            for name in sorted(names, key=lambda name: name == SCRIPT_NAME):
                os.replace(self.staging / name, self.path / name)


def _is_ours(path: Path) -> bool:
    """Whether a file says in its first two lines that a plan made it."""
    if path.is_symlink() or not path.is_file():
        return False
    with path.open("rb") as file:
        return any(SCRIPT_MARK.encode() in file.readline(1000) for _ in range(2))
