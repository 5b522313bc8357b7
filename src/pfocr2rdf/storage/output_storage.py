"""A storage: a directory by path or URL to which partitioned exports are written, each file whole or not at all."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, BinaryIO, NamedTuple, cast

import fsspec
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from pfocr2rdf.errors import OutputError
from pfocr2rdf.storage.compression import decompress, open_compressed
from pfocr2rdf.storage.files import BUFFER_BYTES, FileInfo, HashingWriter, atomic_write, map_os_errors
from pfocr2rdf.storage.filesystem import map_fs_errors
from pfocr2rdf.storage.layout import PARTITION_MANIFESTS_DIR
from pfocr2rdf.storage.regular_files import open_regular
from pfocr2rdf.storage.scratch import scratch_directory
from pfocr2rdf.storage.urls import redact_message, redact_url

PARTIAL_DIR = f"{PARTITION_MANIFESTS_DIR}/partial"
"""The directory of files that are being written, if the storage is a directory of this machine."""


class PendingFile(NamedTuple):
    """A file that is being written: ``stream`` takes its bytes, ``writer`` counts those that are written, compressed if the file is."""

    name: str
    stream: BinaryIO
    writer: HashingWriter

    @property
    def info(self) -> FileInfo:
        """Size and digest of what was written so far."""
        return self.writer.file_info(self.name)


class Storage(NamedTuple):
    """A directory by path or URL, in which a file appears whole or not at all; small, so that it can travel to other machines."""

    url: str

    @property
    def display_url(self) -> str:
        """The URL for messages."""
        return redact_url(self.url)

    @property
    def path(self) -> Path | None:
        """The directory on this machine, if it is one; ``OutputError`` if its file system cannot be opened."""
        system, path = self._resolve("")
        return Path(path) if isinstance(system, LocalFileSystem) else None

    def _resolve(self, name: str) -> tuple[fsspec.AbstractFileSystem, str]:
        with map_fs_errors(self.url, "opened", OutputError):
            system, path = url_to_fs(self.url, use_listings_cache=False)  # other processes write to it, too
        return system, f"{path.rstrip('/')}/{name}".rstrip("/")

    def _label(self, name: str) -> str:
        return f"{self.display_url}/{name}".rstrip("/")

    def _map_errors(self, name: str, action: str) -> contextlib.AbstractContextManager[None]:
        return map_fs_errors(self.url, action, OutputError, label=self._label(name), describe=_describe_briefly)

    @contextlib.contextmanager
    def write(self, name: str) -> Iterator[PendingFile]:
        """A new file, which replaces one of the same name when it is closed; compressed as its name says.

        Raises:
            OutputError: it cannot be written; the file that it was to replace stays.
        """
        with self._atomic_target(name) as partial, partial.open("wb", buffering=BUFFER_BYTES) as file:
            writer = HashingWriter(file)
            with open_compressed(name, writer) as stream:
                yield PendingFile(name, stream, writer)

    def write_file(self, name: str, source: Path) -> None:
        """Write a file that is ready, as it is."""
        with self._atomic_target(name) as partial:
            shutil.copyfile(source, partial)

    def write_json(self, name: str, value: Any) -> None:
        """Write a small file of this program."""
        with self.write(name) as file:
            file.stream.write(json.dumps(value, separators=(",", ":")).encode())

    @contextlib.contextmanager
    def _atomic_target(self, name: str) -> Iterator[Path]:
        """A local file to write, which is moved into the storage at the end."""
        system, path = self._resolve(name)
        with map_os_errors(self._label(name)):
            if isinstance(system, LocalFileSystem):
                partial_dir = Path(self._resolve(PARTIAL_DIR)[1])
                for directory in (partial_dir, Path(path).parent):
                    directory.mkdir(parents=True, exist_ok=True)
                with atomic_write(Path(path), partial_dir) as partial:
                    yield partial
            else:
                with scratch_directory() as scratch:
                    partial = scratch / os.path.basename(path)
                    yield partial
                    with self._map_errors(name, "written"):
                        system.put_file(str(partial), path)

    def read(self, name: str) -> bytes | None:
        """A file's bytes, or ``None`` if there is none; ``OutputError`` if it cannot be read."""
        system, path = self._resolve(name)
        with self._map_errors(name, "read"):
            try:
                if isinstance(system, LocalFileSystem) and not os.path.isdir(path):
                    with open_regular(path) as file:  # a pipe would be waited for, and a device has no end
                        return file.read()
                return cast("bytes", system.cat_file(path))
            except (FileNotFoundError, IsADirectoryError):
                return None

    def read_json(self, name: str) -> Any:
        """What a JSON file holds, or ``None`` if there is none, or it is damaged."""
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

    @contextlib.contextmanager
    def read_decompressed(self, name: str) -> Iterator[IO[bytes]]:
        """A file to read, decompressed as its name says."""
        with self.open(name) as file:
            yield decompress(os.path.splitext(name)[1], cast("BinaryIO", io.BufferedReader(cast("io.RawIOBase", file), BUFFER_BYTES)))

    def size(self, name: str) -> int:
        """A file's size in bytes; -1 if there is none."""
        system, path = self._resolve(name)
        with self._map_errors(name, "read"):
            try:
                return int(system.size(path))
            except FileNotFoundError:
                return -1

    def names(self) -> list[str]:
        """The names of the files and directories in it."""
        system, path = self._resolve("")
        with self._map_errors("", "listed"):
            try:
                return [os.path.basename(entry.rstrip("/")) for entry in system.ls(path, detail=False)]
            except FileNotFoundError:
                return []

    def remove(self, names: Iterable[str]) -> None:
        """Remove files and directories, if they exist."""
        for name in names:
            system, path = self._resolve(name)
            with self._map_errors(name, "removed"):
                if system.exists(path):
                    system.rm(path, recursive=True)

    def remove_empty(self, names: Iterable[str]) -> None:
        """Remove directories that exist and are empty; object stores have none."""
        for name in names:
            system, path = self._resolve(name)
            with contextlib.suppress(OSError, NotImplementedError):
                if system.isdir(path) and not system.ls(path):
                    system.rmdir(path)


def _describe_briefly(error: Exception, url: str) -> str:
    return getattr(error, "strerror", None) or redact_message(error, url) or type(error).__name__
