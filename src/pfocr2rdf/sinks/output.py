"""An output directory whose files appear whole or not at all: they are written beside, then renamed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, cast

import zstandard
from isal import igzip

from pfocr2rdf.errors import OutputError

STAGING = ".pfocr2rdf-partial"
MANIFEST = "manifest.json"
QUARANTINE = "quarantine"
_PREVIOUS = "previous-manifest.json"
_SET_ASIDE = "manifest-set-aside.json"
COMPRESSIONS = {"gz": ".gz", "zst": ".zst"}
_BUFFER = 1 << 20


class Written(NamedTuple):
    """A file that was written: its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


class _Digesting(io.RawIOBase):
    """Passes bytes on to a file, and keeps their number and digest."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._file.write(data)
        self.size += len(data)
        self.digest.update(data)
        return len(data)


class OutputDirectory:
    """A folder that an export writes to. Use it as a context manager, and ``publish`` at the end: without that, nothing stays.

    Args:
        path: the folder; it is made where it is missing. What is in it and not ours is not touched.

    Raises:
        OutputError: it is no folder, or cannot be written to.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.staging = self.path / STAGING
        self.written: list[Written] = []
        self.quarantined: list[str] = []
        self._earlier = _Listed()
        self._lock = -1
        self._is_new = self._inherited = False

    def __enter__(self) -> OutputDirectory:
        with mapped_errors(self.path):
            self._is_new = not self.path.exists()
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = _locked(self.path)
        try:
            with mapped_errors(self.path):
                # What a run left that was killed while it published: its own files, and those that it was to replace.
                for manifest in (self.path / MANIFEST, self.staging / MANIFEST, self.staging / _PREVIOUS):
                    self._earlier.add(manifest)
                self._inherited = self.staging.is_dir() and bool(self._earlier.files)
                self.restart()
        except BaseException:
            shutil.rmtree(self.staging, ignore_errors=True)
            os.close(self._lock)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        shutil.rmtree(self.staging, ignore_errors=True)
        if self._inherited:  # nothing was published since a run was killed: the next one must know as much as this one
            with contextlib.suppress(OSError):
                self.staging.mkdir()
                self._earlier.write(self.staging / _PREVIOUS)
        if self._is_new:
            with contextlib.suppress(OSError):  # nothing was published: it is as empty as it was made
                self.path.rmdir()
        os.close(self._lock)

    def restart(self) -> None:
        """Forget all that was written since the beginning, and what an interrupted run left."""
        shutil.rmtree(self.staging, ignore_errors=True)
        self.staging.mkdir()
        self.written, self.quarantined = [], []
        if self._earlier.files or self._earlier.quarantined:
            self._earlier.write(self.staging / _PREVIOUS)

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A new file to write bytes to; compressed where the name ends in ``.gz`` or ``.zst``, with the same bytes each time."""
        with mapped_errors(self.path / name), (self.staging / name).open("wb", buffering=_BUFFER) as file:
            counted = _Digesting(file)
            with _compressed(name, counted) as stream:
                yield stream
            self.written.append(Written(name, counted.size, counted.digest.hexdigest()))

    def write_text(self, name: str, text: str) -> None:
        """A small file, all at once."""
        with self.open(name) as file:
            file.write(text.encode())

    def write_json(self, name: str, value: Any) -> None:
        """A JSON file that people can read."""
        self.write_text(name, json.dumps(value, ensure_ascii=False, indent=2) + "\n")

    def quarantine(self, figid: str, files: dict[str, bytes], reasons: list[dict[str, Any]]) -> None:
        """A record that was left out, as it came, and why."""
        folder = self.staging / QUARANTINE / figid
        with mapped_errors(folder):
            folder.mkdir(parents=True, exist_ok=True)
            for name, data in files.items():
                (folder / name).write_bytes(data)
            (folder / "reasons.json").write_text(json.dumps(reasons, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        self.quarantined.append(figid)

    def publish(self) -> None:
        """Put everything in its place, and remove what an earlier export of ours left and this one did not write.

        The manifest goes first and comes last: where it is, all that it lists is there. Meanwhile a list in the staging folder
        tells the next run what is ours if this one is killed.
        """
        names = [file.name for file in self.written]
        with mapped_errors(self.path):
            if (self.path / MANIFEST).exists():
                os.replace(self.path / MANIFEST, self.staging / _SET_ASIDE)
            for name in sorted(self._earlier.files - set(names)):
                (self.path / name).unlink(missing_ok=True)
            self._publish_quarantine()
            for name in sorted(names, key=lambda name: name == MANIFEST):
                os.replace(self.staging / name, self.path / name)
        self._inherited = False

    def _publish_quarantine(self) -> None:
        place = self.path / QUARANTINE
        for figid in sorted(self._earlier.quarantined):
            shutil.rmtree(place / figid, ignore_errors=True)
        if self.quarantined:
            place.mkdir(exist_ok=True)
        for figid in self.quarantined:
            os.replace(self.staging / QUARANTINE / figid, place / figid)
        if not self.quarantined and self._earlier.quarantined:
            with contextlib.suppress(OSError):  # it is kept where somebody else's files are in it
                place.rmdir()


class _Listed:
    """What the manifests of earlier exports of ours name, as far as they are plain names."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.quarantined: set[str] = set()

    def add(self, path: Path) -> None:
        """A manifest; nothing where it is none of ours."""
        try:
            manifest = json.loads(path.read_text(encoding="utf-8"))
            if not str(manifest["tool"]).startswith("pfocr2rdf "):
                return
            files, quarantined = [file["name"] for file in manifest["files"]], manifest.get("quarantined", [])
        except (OSError, ValueError, KeyError, TypeError, RecursionError):
            return
        self.files.update(filter(_is_plain, files))
        self.quarantined.update(filter(_is_plain, quarantined))

    def write(self, path: Path) -> None:
        """Write them as a manifest, for the next run in case that this one is killed."""
        files = [{"name": name} for name in sorted(self.files)]
        path.write_text(json.dumps({"tool": "pfocr2rdf ", "files": files, "quarantined": sorted(self.quarantined)}), encoding="utf-8")


def _is_plain(name: object) -> bool:
    return isinstance(name, str) and name == os.path.basename(name) and name not in ("", ".", "..") and "\0" not in name


def _locked(path: Path) -> int:
    """The folder, open and locked for as long as it is open: two exports into one folder would mix their files.

    Raises:
        OutputError: another export holds it.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OutputError(f"{path}: another export is writing there; wait for it, or name another folder") from None
    return handle


@contextlib.contextmanager
def mapped_errors(path: Path) -> Iterator[None]:
    """The one place that turns the operating system's complaints about an output into ours."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error


def _compressed(name: str, raw: _Digesting) -> contextlib.AbstractContextManager[BinaryIO]:
    if name.endswith(".gz"):
        file = igzip.IGzipFile(filename="", mode="wb", compresslevel=2, fileobj=cast("BinaryIO", raw), mtime=0)  # type: ignore[no-untyped-call]
        return cast("contextlib.AbstractContextManager[BinaryIO]", file)
    if name.endswith(".zst"):
        writer = zstandard.ZstdCompressor(level=3).stream_writer(cast("BinaryIO", raw), closefd=False)
        return cast("contextlib.AbstractContextManager[BinaryIO]", writer)
    return contextlib.nullcontext(cast("BinaryIO", raw))
