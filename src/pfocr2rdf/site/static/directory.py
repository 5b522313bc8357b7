"""The folder that a site is written to: it takes the place of the site of before when it is whole, and what is not ours stays."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from isal import igzip

from pfocr2rdf.errors import OutputError
from pfocr2rdf.pipeline.inputs import is_export
from pfocr2rdf.site.pages.urls import BY_FOLDER
from pfocr2rdf.storage.files import mapped_errors
from pfocr2rdf.storage.swap import Replacement
from pfocr2rdf.stores.embedded import is_store

ACCOUNT = "site.json"
"""The file that says what a site is made of; a folder with it is ours."""

PRECOMPRESSED = ("no", "beside", "only")
"""Whether files are there compressed as well; or pages of things and lists only so."""

_TAKEN = (FileExistsError, IsADirectoryError, NotADirectoryError)


class SiteFolder:
    """A site in the making. Without ``publish``, nothing stays.

    Args:
        path: its place; it is made where it is missing.
        force: whether a folder with somebody else's files is taken: those that a site does not have stay there.

    Attributes:
        data: the folder to write to until it is published.

    Raises:
        OutputError: the place holds something else, or cannot be written to, or another site is being written there.
    """

    def __init__(self, path: Path, *, force: bool = False) -> None:
        self.path = path = Path(os.path.abspath(path))
        _refuse(path, force)
        self._replacement = Replacement(path, "pfocr2rdf-publishing", "another 'pfocr2rdf publish'", others_in)
        self.data = self._replacement.data
        with mapped_errors(path):
            shutil.rmtree(self.data, ignore_errors=True)
            self.data.mkdir()

    def publish(self) -> None:
        """Take the place of the site of before, and of nothing else."""
        self._replacement.replace()

    def close(self) -> None:
        """Remove what was not published."""
        self._replacement.close(done=True)


def _is_page(path: str) -> bool:
    """Whether a file is one of those that there are many of; hosts look for the others as they are."""
    return path.partition("/")[0] in (*BY_FOLDER, "browse")


def _refuse(path: Path, force: bool) -> None:
    """Refuse a place that is not ours to write to."""
    with mapped_errors(path):
        if not path.exists():
            return
        if not path.is_dir():
            raise OutputError(f"{path}: is no folder; name another one")
        if is_store(path) or is_export(path):
            raise OutputError(f"{path}: holds {'a store' if is_store(path) else 'an export'}, which a site would bury; name another folder")
        if not force and any(path.iterdir()) and _account(path) is None:
            raise OutputError(f"{path}: holds somebody else's files; name another folder, or write a site among them with --force")


def others_in(path: Path) -> list[str]:
    """The entries of a folder that no site of ours wrote."""
    ours = {ACCOUNT, *((_account(path) or {}).get("entries", ()))}
    return sorted(name for name in os.listdir(path) if name not in ours)


def _account(path: Path) -> dict[str, Any] | None:
    try:
        found = json.loads((path / ACCOUNT).read_text(encoding="utf-8"))
        is_ours = found["tool"].startswith("pfocr2rdf ") and isinstance(found["entries"], list)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return found if is_ours else None


class Writing:
    """Writes files of a site, and counts them. There may be one in each of many processes.

    Args:
        root: the folder of the site.
        precompressed: one of ``PRECOMPRESSED``.

    Attributes:
        files: how many were written.
        size: their bytes.
    """

    def __init__(self, root: Path, precompressed: str) -> None:
        self._root = root
        self._precompressed = precompressed
        self.files = self.size = 0
        self._folders: set[Path] = set()

    def write(self, path: str, text: str) -> bool:
        """Write a file that was not there.

        Args:
            path: its path in the site.
            text: what is in it.

        Returns:
            Whether its place was free.

        Raises:
            OutputError: it cannot be written.
        """
        data = text.encode("utf-8", "surrogatepass")
        place = self._root / path
        with mapped_errors(place):
            try:
                self._folder(place.parent)
                if self._precompressed != "only" or not _is_page(path):
                    self._put(place, data)
                if self._precompressed != "no":
                    self._put(place.with_name(f"{place.name}.gz"), igzip.compress(data, 2, mtime=0))
            except _TAKEN:
                return False
        return True

    def _folder(self, folder: Path) -> None:
        if folder not in self._folders:
            folder.mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)

    def _put(self, place: Path, data: bytes) -> None:
        with open(place, "xb", buffering=0) as file:
            file.write(data)
        self.files += 1
        self.size += len(data)

    def count(self, files: int, size: int) -> None:
        """Files that were written elsewhere."""
        self.files += files
        self.size += size

    def copy(self, path: str, source: Path) -> None:
        """Put somebody's file into the site: the same file where the disk can do that, or a copy.

        Raises:
            OutputError: it cannot be written.
        """
        place = self._root / path
        with mapped_errors(place):
            self._folder(place.parent)
            with contextlib.suppress(OSError):
                os.link(source, place)
            if not place.exists():
                shutil.copyfile(source, place)
            self.files += 1
            self.size += place.stat().st_size
