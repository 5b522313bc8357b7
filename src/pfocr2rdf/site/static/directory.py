"""The output directory of a site: it replaces an earlier site by an atomic swap, and foreign files stay.

It is no ``StagedDirectory`` as exports have, which moves each file: a site has too many of them.
"""

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
from pfocr2rdf.storage.layout import SITE_MANIFEST, is_own_manifest, read_manifest
from pfocr2rdf.storage.swap import DirectorySwap
from pfocr2rdf.stores.embedded import is_store

PRECOMPRESSION_MODES = ("no", "beside", "only")
"""Whether files are also there compressed (``beside``), or those of resources and lists only so (``only``)."""

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_PATH_TAKEN_ERRORS = (FileExistsError, IsADirectoryError, NotADirectoryError)


class SiteDirectory:
    """The directory of a site, which is made in ``staging``. Without ``publish``, nothing of it stays.

    With ``force``, it may hold foreign files; those whose names the site does not use stay there.

    Raises:
        OutputError: the directory holds something else, cannot be written to, or another site is being written there.
    """

    def __init__(self, path: Path, *, force: bool = False) -> None:
        _require_own_directory(path, force)
        path = Path(os.path.abspath(path))
        self._swap = DirectorySwap(path, "pfocr2rdf-publishing", "another 'pfocr2rdf publish'", foreign_entries)
        self.staging = self._swap.new
        with map_os_errors(path):
            shutil.rmtree(self.staging, ignore_errors=True)
            self.staging.mkdir()

    def publish(self) -> None:
        """Replace the earlier site, and nothing else."""
        self._swap.replace()

    def close(self) -> None:
        """Remove what was not published."""
        self._swap.close(completed=True)


def _may_be_compressed_only(path: str) -> bool:
    """Whether a file is one of the many; hosts look for the others uncompressed."""
    return path.partition("/")[0] in (*ENTITY_TYPES_BY_FOLDER, "browse")


def _require_own_directory(path: Path, force: bool) -> None:
    with map_os_errors(path):
        if not path.exists():
            return
        if not path.is_dir():
            raise OutputError(f"{path}: is a file, not a folder; name another folder with --output")
        if is_store(path) or is_export(path):
            kind = "a store" if is_store(path) else "an export"
            raise OutputError(f"{path}: contains {kind}, which a site would overwrite; name another folder with --output")
        if not force and any(path.iterdir()) and _read_manifest(path) is None:
            raise OutputError(f"{path}: contains other files; name another folder, or keep them in addition to the site with --force")


def foreign_entries(path: Path) -> list[str]:
    """The entries of a directory that are not in the manifest of a site."""
    own_entries = {SITE_MANIFEST, *((_read_manifest(path) or {}).get("entries", ()))}
    return sorted(set(os.listdir(path)) - own_entries)


def _read_manifest(path: Path) -> dict[str, Any] | None:
    return read_manifest(
        path / SITE_MANIFEST, lambda manifest: manifest if is_own_manifest(manifest) and isinstance(manifest["entries"], list) else None
    )


class SiteWriter:
    """Writes the files of a site in a mode of ``PRECOMPRESSION_MODES``, and counts them. Several processes may each have one."""

    def __init__(self, root: Path, precompressed: str) -> None:
        self._root = root
        self._precompressed = precompressed
        self.file_count = self.total_bytes = 0
        self._made_directories: set[str] = set()

    def write(self, path: str, text: str) -> bool:
        """Write a new file. Where its path in the site is taken, the result is ``False``, and the file that is there stays.

        Raises:
            OutputError: it cannot be written.
        """
        data = text.encode("utf-8", "surrogatepass")
        target = f"{self._root}/{path}"  # no ``Path``: there are hundreds of thousands of files
        with map_os_errors(target):
            try:
                self._ensure_directory(os.path.dirname(target))
                if self._precompressed != "only" or not _may_be_compressed_only(path):
                    self._write_new_file(target, data)
                if self._precompressed != "no":
                    self._write_new_file(f"{target}.gz", igzip.compress(data, 2, mtime=0))
            except _PATH_TAKEN_ERRORS:
                return False
        return True

    def _ensure_directory(self, folder: str) -> None:
        if folder not in self._made_directories:
            os.makedirs(folder, exist_ok=True)
            self._made_directories.add(folder)

    def _write_new_file(self, path: str, data: bytes) -> None:
        descriptor = os.open(path, _NEW_FILE, 0o666)  # a file object would ask the system for more
        try:
            written = os.write(descriptor, data)
            while written < len(data):
                written += os.write(descriptor, data[written:])
        finally:
            os.close(descriptor)
        self.add_counts(1, len(data))

    def add_counts(self, file_count: int, total_bytes: int) -> None:
        """Count files that were written elsewhere, too."""
        self.file_count += file_count
        self.total_bytes += total_bytes

    def copy(self, path: str, source: Path) -> None:
        """Put a file into the site: a hard link if the file system can do that, else a copy.

        Raises:
            OutputError: it cannot be written.
        """
        target = self._root / path
        with map_os_errors(target):
            self._ensure_directory(os.fspath(target.parent))
            with contextlib.suppress(OSError):
                os.link(source, target)
            if not target.exists():
                shutil.copyfile(source, target)
            self.add_counts(1, target.stat().st_size)
