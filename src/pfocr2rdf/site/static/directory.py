"""The folder that a site is written to: it takes the place of the site of before when it is whole, and what is not ours stays."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Any

from isal import igzip

from pfocr2rdf.errors import OutputError
from pfocr2rdf.pipeline.inputs import is_export
from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_FOLDER
from pfocr2rdf.storage.files import map_os_errors
from pfocr2rdf.storage.layout import is_own_manifest, read_manifest
from pfocr2rdf.storage.swap import DirectorySwap
from pfocr2rdf.stores.embedded import is_store

SITE_MANIFEST = "site.json"
"""The file that says what a site is made of; a folder with it is ours."""

PRECOMPRESSION_MODES = ("no", "beside", "only")
"""Whether files are there compressed as well; or pages of things and lists only so."""

_PATH_TAKEN_ERRORS = (FileExistsError, IsADirectoryError, NotADirectoryError)


class SiteDirectory:
    """A site in the making. Without ``publish``, nothing stays.

    Args:
        path: its place; it is made where it is missing.
        force: whether a folder with somebody else's files is taken: those that a site does not have stay there.

    Attributes:
        staging: the folder to write to until it is published.

    Raises:
        OutputError: the place holds something else, or cannot be written to, or another site is being written there.
    """

    def __init__(self, path: Path, *, force: bool = False) -> None:
        self.path = path = Path(os.path.abspath(path))
        _require_own_directory(path, force)
        self._swap = DirectorySwap(path, "pfocr2rdf-publishing", "another 'pfocr2rdf publish'", foreign_entries)
        self.staging = self._swap.new
        with map_os_errors(path):
            shutil.rmtree(self.staging, ignore_errors=True)
            self.staging.mkdir()

    def publish(self) -> None:
        """Take the place of the site of before, and of nothing else."""
        self._swap.replace()

    def close(self) -> None:
        """Remove what was not published."""
        self._swap.close(completed=True)


def _may_be_compressed_only(path: str) -> bool:
    """Whether a file is one of those that there are many of; hosts look for the others as they are."""
    return path.partition("/")[0] in (*ENTITY_TYPES_BY_FOLDER, "browse")


def _require_own_directory(path: Path, force: bool) -> None:
    """Refuse a place that is not ours to write to."""
    with map_os_errors(path):
        if not path.exists():
            return
        if not path.is_dir():
            raise OutputError(f"{path}: is no folder; name another one")
        if is_store(path) or is_export(path):
            raise OutputError(f"{path}: holds {'a store' if is_store(path) else 'an export'}, which a site would bury; name another folder")
        if not force and any(path.iterdir()) and _read_manifest(path) is None:
            raise OutputError(f"{path}: holds somebody else's files; name another folder, or write a site among them with --force")


def foreign_entries(path: Path) -> list[str]:
    """The entries of a folder that no site of ours wrote."""
    ours = {SITE_MANIFEST, *((_read_manifest(path) or {}).get("entries", ()))}
    return sorted(name for name in os.listdir(path) if name not in ours)


def _read_manifest(path: Path) -> dict[str, Any] | None:
    return read_manifest(
        path / SITE_MANIFEST, lambda manifest: manifest if is_own_manifest(manifest) and isinstance(manifest["entries"], list) else None
    )


class SiteWriter:
    """Writes files of a site, and counts them. There may be one in each of many processes.

    Args:
        root: the folder of the site.
        precompressed: one of ``PRECOMPRESSION_MODES``.

    Attributes:
        file_count: how many were written.
        total_bytes: their bytes.
    """

    def __init__(self, root: Path, precompressed: str) -> None:
        self._root = root
        self._precompressed = precompressed
        self.file_count = self.total_bytes = 0
        self._made_directories: set[Path] = set()

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
        with map_os_errors(place):
            try:
                self._ensure_directory(place.parent)
                if self._precompressed != "only" or not _may_be_compressed_only(path):
                    self._write_new_file(place, data)
                if self._precompressed != "no":
                    self._write_new_file(place.with_name(f"{place.name}.gz"), igzip.compress(data, 2, mtime=0))
            except _PATH_TAKEN_ERRORS:
                return False
        return True

    def _ensure_directory(self, folder: Path) -> None:
        if folder not in self._made_directories:
            folder.mkdir(parents=True, exist_ok=True)
            self._made_directories.add(folder)

    def _write_new_file(self, path: Path, data: bytes) -> None:
        with open(path, "xb", buffering=0) as file:
            file.write(data)
        self.file_count += 1
        self.total_bytes += len(data)

    def add_counts(self, files: int, size: int) -> None:
        """Files that were written elsewhere."""
        self.file_count += files
        self.total_bytes += size

    def copy(self, path: str, source: Path) -> None:
        """Put somebody's file into the site: the same file where the disk can do that, or a copy.

        Raises:
            OutputError: it cannot be written.
        """
        place = self._root / path
        with map_os_errors(place):
            self._ensure_directory(place.parent)
            with contextlib.suppress(OSError):
                os.link(source, place)
            if not place.exists():
                shutil.copyfile(source, place)
            self.file_count += 1
            self.total_bytes += place.stat().st_size
