"""Where a partitioned export goes: a folder of this machine, or one in an object store by URL. A file appears whole or not at all."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple

import fsspec
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from pfocr2rdf.errors import OutputError, PfocrError
from pfocr2rdf.storage import remote
from pfocr2rdf.storage.compression import open_compressed
from pfocr2rdf.storage.files import FileInfo, HashingWriter
from pfocr2rdf.storage.layout import PARTITION_MANIFESTS_DIR

PARTIAL_DIR = f"{PARTITION_MANIFESTS_DIR}/partial"
"""The folder of files that are being written, where the storage is a folder of this machine."""

_BUFFER_BYTES = 1 << 20


class PendingFile:
    """A file that is being written: ``stream`` takes its bytes, and at the end ``info`` tells what they came to."""

    stream: BinaryIO
    info: FileInfo


class Storage(NamedTuple):
    """A folder, by path or URL; small, so that it can travel to other processes and machines."""

    url: str

    @property
    def display_url(self) -> str:
        """What messages call it."""
        return remote.redact_url(self.url)

    @property
    def path(self) -> Path | None:
        """The folder on this machine, where it is one.

        Raises:
            OutputError: there is no such kind of file system, or what it needs is not installed.
        """
        system, path = self._resolve("")
        return Path(path) if isinstance(system, LocalFileSystem) else None

    def _resolve(self, name: str) -> tuple[fsspec.AbstractFileSystem, str]:
        try:
            system, path = url_to_fs(self.url, use_listings_cache=False)  # other processes write to it, too
        except Exception as error:  # each file system has errors of its own
            raise OutputError(f"{self.display_url}: cannot be opened: {remote.redact_message(error, self.url)}") from None
        return system, f"{path.rstrip('/')}/{name}".rstrip("/")

    @contextlib.contextmanager
    def write(self, name: str) -> Iterator[PendingFile]:
        """A new file, which takes the place of one of the same name when it is closed; compressed as its name says.

        Raises:
            OutputError: it cannot be written; what was there before stays.
        """
        writing = PendingFile()
        with self._atomic_target(name) as partial:
            with partial.open("wb", buffering=_BUFFER_BYTES) as file:
                counted = HashingWriter(file)
                with open_compressed(name, counted) as writing.stream:
                    yield writing
            writing.info = FileInfo(name, counted.size, counted.digest.hexdigest())

    def write_file(self, name: str, source: Path) -> None:
        """A file that is ready, as it is."""
        with self._atomic_target(name) as partial:
            shutil.copyfile(source, partial)

    def write_json(self, name: str, value: Any) -> None:
        """A small file of our own."""
        with self.write(name) as file:
            file.stream.write(json.dumps(value, separators=(",", ":")).encode())

    @contextlib.contextmanager
    def _atomic_target(self, name: str) -> Iterator[Path]:
        """A file of this machine to fill, which takes the place of another one when all went well."""
        system, path = self._resolve(name)
        local, place = isinstance(system, LocalFileSystem), self._resolve(PARTIAL_DIR)[1]
        with self._map_errors(name, "written", OSError):
            if local:
                os.makedirs(place, exist_ok=True)
                os.makedirs(os.path.dirname(path), exist_ok=True)
            handle, partial = tempfile.mkstemp(prefix=f"{os.path.basename(path)}-", dir=place if local else None)
            os.close(handle)
            try:
                yield Path(partial)
                if local:
                    os.chmod(partial, 0o666 & ~_umask())
                    os.replace(partial, path)
                else:
                    with self._map_errors(name, "written"):
                        system.put_file(partial, path)
            finally:
                with contextlib.suppress(FileNotFoundError):
                    os.unlink(partial)

    def read(self, name: str) -> bytes | None:
        """A file's bytes, or ``None`` where there is none.

        Raises:
            OutputError: it cannot be read.
        """
        system, path = self._resolve(name)
        with self._map_errors(name, "read"):
            try:
                data: bytes = system.cat_file(path)
            except (FileNotFoundError, IsADirectoryError):
                return None
        return data

    def read_json(self, name: str) -> Any:
        """What a JSON file says, or ``None`` where there is none, or it is broken."""
        data = self.read(name)
        try:
            return None if data is None else json.loads(data)
        except (ValueError, RecursionError):
            return None

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A file to read bytes from, as they are."""
        system, path = self._resolve(name)
        with self._map_errors(name, "read"), system.open(path, "rb") as file:
            yield file

    def size(self, name: str) -> int:
        """A file's size in bytes; -1 where there is none."""
        system, path = self._resolve(name)
        with self._map_errors(name, "read"):
            try:
                return int(system.size(path))
            except FileNotFoundError:
                return -1

    def names(self) -> list[str]:
        """The names of the files and folders in it."""
        system, path = self._resolve("")
        with self._map_errors("", "listed"):
            try:
                return [os.path.basename(found.rstrip("/")) for found in system.ls(path, detail=False)]
            except FileNotFoundError:
                return []

    def remove(self, names: Iterable[str]) -> None:
        """Remove files and folders, as far as they are there."""
        for name in names:
            system, path = self._resolve(name)
            with self._map_errors(name, "removed"):
                if system.exists(path):
                    system.rm(path, recursive=True)

    @contextlib.contextmanager
    def _map_errors(self, name: str, done: str, kind: type[Exception] = Exception) -> Iterator[None]:
        """Each file system has errors of its own."""
        try:
            yield
        except (PfocrError, GeneratorExit):
            raise
        except kind as error:
            said = getattr(error, "strerror", None) or remote.redact_message(error, self.url) or type(error).__name__
            raise OutputError(f"{self.display_url}/{name}".rstrip("/") + f": cannot be {done}: {said}") from error


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
