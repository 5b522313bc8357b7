"""The folder that plots are written to."""

from __future__ import annotations

import json
import os
import re

from pfocr2rdf.errors import OutputError
from pfocr2rdf.pipeline.inputs import is_export
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.staging import StagedDirectory

STATS_FILE = "stats.json"
_PREVIOUS_STATS_FILE = "earlier-stats.json"
_match_plot_name = re.compile(r"(?:years|mentions|degrees|evidence|families)\.(?:svg|png)").fullmatch


class PlotsDirectory(StagedDirectory):
    """A folder for plots and ``stats.json``, in the way that an export is one: nothing stays without ``publish``.

    Args:
        path: the folder; it is made where it is missing. What is in it and no earlier run's is not touched.

    Raises:
        OutputError: it holds an export, or cannot be written to.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        super().__init__(path)
        if is_export(self.path):
            raise OutputError(f"{self.path}: holds an export, which plots do not belong to; name another folder")
        # A run that was killed while it published has left the earlier list in the staging folder.
        known = (self.path / STATS_FILE, self.staging / STATS_FILE, self.staging / _PREVIOUS_STATS_FILE)
        self._stale_names = {name for place in known for name in _read_plot_names(place)}

    def publish(self) -> None:
        """Put everything in its place, and remove plots of an earlier run; ``stats.json`` goes first and comes last."""
        names = [file.name for file in self.written_files]
        with map_os_errors(self.path):
            if (self.path / STATS_FILE).exists():
                os.replace(self.path / STATS_FILE, self.staging / _PREVIOUS_STATS_FILE)
            for name in sorted(self._stale_names - set(names)):
                (self.path / name).unlink(missing_ok=True)
            for name in sorted(names, key=lambda name: name == STATS_FILE):
                os.replace(self.staging / name, self.path / name)


def _read_plot_names(path: os.PathLike[str]) -> set[str]:
    """The plots that a ``stats.json`` lists; none where it is not ours."""
    try:
        with open(path, encoding="utf-8") as file:
            names = json.load(file)["plots"]
        return {name for name in names if isinstance(name, str) and _match_plot_name(name)}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()
