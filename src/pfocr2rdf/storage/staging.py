"""The staging directory: files appear at their final place whole, by atomic renames, or not at all."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, ClassVar, Self

from pfocr2rdf.errors import LateInterrupt, OutputError
from pfocr2rdf.storage.compression import open_compressed, open_decompressed
from pfocr2rdf.storage.files import BUFFER_BYTES, FileInfo, HashingWriter, map_os_errors
from pfocr2rdf.storage.late_interrupts import defer_interrupts
from pfocr2rdf.storage.layout import PREVIOUS_MANIFEST, STAGING_DIR, read_manifest
from pfocr2rdf.storage.locks import DirectoryLock
from pfocr2rdf.storage.regular_files import open_regular


def require_name(path: str | os.PathLike[str]) -> None:
    """Raise ``OutputError`` if the path of an output is empty: ``pathlib`` takes it for the current folder."""
    if not os.fspath(path):
        raise OutputError("the path of the output is empty; name a folder with --output, the current one as .")


class StagedDirectory:
    """A directory that is written in a staging directory within it, as a context manager; only ``publish`` makes anything stay.

    It is made if it is missing. Files that are not ours are never touched.

    Args:
        path: the directory.
        manifest: the name of the file that stands for all others: the old one goes first, the new one comes last.
        owns: returns the files in the directory that earlier runs made; those that this run does not write are removed.

    Raises:
        OutputError: it is no directory, has no name, cannot be written to, or another process writes to it.
    """

    _holder: ClassVar[str] = "another run of pfocr2rdf"  # what the message of a lock calls another writer

    def __init__(self, path: str | os.PathLike[str], manifest: str, owns: Callable[[Path], Iterable[str]] = lambda _: ()) -> None:
        require_name(path)
        self.path = Path(path)
        self.staging = self.path / STAGING_DIR
        self.written_files: list[FileInfo] = []  # and closed
        self.removed_names: list[str] = []  # the files of earlier runs that were removed when this one was published
        self._manifest = manifest
        self._owns = owns
        self._stale_names: set[str] = set()
        self._lock: DirectoryLock | None = None
        self._is_new = self._is_half_published = self._is_published = False

    def __enter__(self) -> Self:
        with map_os_errors(self.path):
            self._is_new = not self.path.exists()
            if self._is_new and self.path.is_symlink():
                raise OutputError(f"{self.path}: is a symbolic link to a folder that does not exist; create it, or name another folder")
            try:
                self.path.mkdir(parents=True, exist_ok=True)
            except (FileExistsError, NotADirectoryError):
                raise OutputError(f"{self.path}: is a file, not a folder; name a folder with --output") from None
            self._lock = DirectoryLock(self.path, self._holder)
        try:
            with map_os_errors(self.path):
                self._recover()
                self.reset()
        except BaseException:
            shutil.rmtree(self.staging, ignore_errors=True)
            self._lock.release()
            raise
        return self

    def __exit__(self, error_type: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if not self._is_published:
            self._close(error_type)
            return
        with defer_interrupts():
            self._close(None)
        if isinstance(error, KeyboardInterrupt):
            raise LateInterrupt(*error.args) from None

    def _close(self, error_type: type[BaseException] | None) -> None:
        self._clean_up(error_type)
        if self._lock:
            self._lock.release()
        if self._is_new:
            with contextlib.suppress(OSError):  # it is empty if nothing was published
                self.path.rmdir()

    def _recover(self) -> None:
        """Find out what earlier runs left, also those that were killed, before the staging directory is emptied."""
        self._stale_names = set(self._owns(self.path))

    def _clean_up(self, error_type: type[BaseException] | None) -> None:
        if not self._is_half_published:
            shutil.rmtree(self.staging, ignore_errors=True)
            return
        lists = {self._manifest, set_aside_name(self._manifest), PREVIOUS_MANIFEST}  # by which the next run knows our files
        for path in [path for path in self.staging.iterdir() if path.name not in lists]:
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()

    def reset(self) -> None:
        """Forget all that was written since the beginning."""
        shutil.rmtree(self.staging, ignore_errors=True)
        self.staging.mkdir()
        self.written_files = []

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A new file to write bytes to; compressed if the name ends in ``.gz`` or ``.zst``, with the same bytes each time.

        The name may have a folder: ``kgx/nodes.tsv``.
        """
        with map_os_errors(self.path / name):
            (self.staging / name).parent.mkdir(parents=True, exist_ok=True)
        with map_os_errors(self.path / name), (self.staging / name).open("wb", buffering=BUFFER_BYTES) as file:
            writer = HashingWriter(file)
            with open_compressed(name, writer) as stream:
                yield stream
            self.written_files.append(writer.file_info(name))

    @contextlib.contextmanager
    def read(self, name: str) -> Iterator[IO[bytes]]:
        """A file that was written, decompressed."""
        with map_os_errors(self.path / name), open_decompressed(self.staging / name) as file:
            yield file

    def link(self, name: str, source: Path) -> FileInfo:
        """Add a file that exists: a hard link, or a copy where that is not possible, such as on another disk.

        Raises:
            OSError: the file cannot be read.
            OutputError: the directory cannot be written.
        """
        target = self.staging / name
        with open_regular(source):
            pass
        with map_os_errors(self.path / name):
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(os.path.realpath(source), target)
            except OSError:
                shutil.copyfile(source, target)
            with target.open("rb") as file:
                info = FileInfo(name, target.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest())
        self.written_files.append(info)
        return info

    def write_bytes(self, name: str, data: bytes) -> None:
        """Write a small file at once."""
        with self.open(name) as file:
            file.write(data)

    def write_text(self, name: str, text: str) -> None:
        """Write a small file of text at once."""
        self.write_bytes(name, text.encode())

    def write_json(self, name: str, value: Any) -> None:
        """Write a JSON file that people can read."""
        self.write_text(name, json.dumps(value, ensure_ascii=False, indent=2) + "\n")

    def publish(self) -> None:
        """Rename all files into their place, and remove those of earlier runs that this one did not write.

        Where the manifest is, everything that it lists is there: it is moved away first, and comes last. A run that fails or is killed
        meanwhile leaves the list of our files in the staging directory for the next one.

        Raises:
            OutputError: a name is that of a folder, or one of a folder is that of a file, and nothing was changed; or a file cannot be
                renamed.
            LateInterrupt: a signal came meanwhile; everything was published.
        """
        self._check_names()
        with map_os_errors(self.path), defer_interrupts():
            if (self.path / self._manifest).exists():
                os.replace(self.path / self._manifest, self.staging / set_aside_name(self._manifest))
            self._is_half_published = True
            self._remove_stale()
            for name in sorted(self._published_names(), key=lambda name: name == self._manifest):
                with map_os_errors(self.path / name):
                    (self.path / name).parent.mkdir(exist_ok=True)
                    os.replace(self.staging / name, self.path / name)
            self._is_half_published, self._is_published = False, True

    def _check_names(self) -> None:
        """Refuse to publish where a folder has the name of a file or the other way round, or a foreign file is in the way."""
        require_replaceable(self.path, [file.name for file in self.written_files if file.name != self._manifest], self._stale_names)
        names = self._published_names()
        for folder in sorted({os.path.dirname(name) for name in names} - {""}):
            if (self.path / folder).exists() and not (self.path / folder).is_dir():
                raise OutputError(f"{self.path / folder}: is a file, and a folder of this name must be written; move or rename the file")
        for name in names:
            if (self.path / name).is_dir():
                raise OutputError(f"{self.path / name}: is a folder, and a file of this name must be written; move or rename the folder")

    def _remove_stale(self) -> None:
        for name in sorted(self._stale_names.difference(file.name for file in self.written_files)):
            if is_behind_link(self.path, name):
                continue
            with contextlib.suppress(NotADirectoryError):
                if os.path.lexists(self.path / name) and not (self.path / name).is_dir():  # else it is not the file that was written
                    (self.path / name).unlink(missing_ok=True)
                    self.removed_names.append(name)
            if folder := os.path.dirname(name):
                with contextlib.suppress(OSError):  # it has other files
                    (self.path / folder).rmdir()

    def _published_names(self) -> list[str]:
        return [file.name for file in self.written_files]


def require_replaceable(directory: Path, names: Iterable[str], earlier_names: Collection[str]) -> None:
    """Check that files can be written without a change to foreign ones.

    Args:
        directory: the directory of the output.
        names: the files, which may have a folder.
        earlier_names: the files of earlier runs; without any, every file may be replaced, as ``force`` allows.

    Raises:
        OutputError: a folder is a symbolic link, or a file exists that earlier runs did not write.
    """
    for folder in sorted({os.path.dirname(name) for name in names} - {""}):
        if is_behind_link(directory, f"{folder}/"):
            raise OutputError(
                f"{directory / folder}: is a symbolic link, and a folder of this name must be written; move or rename the link"
            )
    for name in sorted(names) if earlier_names else ():
        if name not in earlier_names and os.path.lexists(directory / name):
            raise OutputError(
                f"{directory / name}: is not in the manifest of the last run, and a file of this name must be written; move or rename it"
            )


def is_behind_link(directory: Path, name: str) -> bool:
    """Whether the folder of a file in the directory is a symbolic link, so that the file is in a foreign directory."""
    folder = os.path.dirname(name)
    return bool(folder) and (directory / folder).is_symlink()


def listed_names(manifest: str, names: Callable[[Any], Iterable[object]], is_ours: Callable[[str], object]) -> Callable[[Path], set[str]]:
    """Ownership by manifest: a function that returns those files of a directory that its manifest lists and that can be ours.

    It also reads the manifest that a killed run had moved away while it published. ``names`` returns the names in the JSON of a manifest;
    ``is_ours`` prevents removals because of a foreign manifest.
    """

    def owns(directory: Path) -> set[str]:
        staging = directory / STAGING_DIR
        contents = [read_manifest(path, names) for path in (directory / manifest, staging / manifest, staging / set_aside_name(manifest))]
        return {name for content in contents for name in content or () if isinstance(name, str) and is_ours(name)}

    return owns


def set_aside_name(manifest: str) -> str:
    """The name of an earlier manifest in the staging directory, while files are published."""
    return f"earlier-{manifest}"
