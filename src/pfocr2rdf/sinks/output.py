"""An output directory whose files appear whole or not at all: they are written beside, then renamed."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import io
import json
import os
import re
import resource
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, NamedTuple, cast

import zstandard
from isal import igzip

from pfocr2rdf.errors import OutputError

STAGING = ".pfocr2rdf-partial"
INTERRUPTED = ".pfocr2rdf-interrupted"
STATE = ".pfocr2rdf-state.sqlite"
ACCOUNTS = ".pfocr2rdf-parts"
"""The folder with an account of each part of a partitioned export, by which the next run knows that it need not be made again."""
MANIFEST = "manifest.json"
QUARANTINE, REASONS = "quarantine", "reasons.json"
PREVIOUS = "previous-manifest.json"
_SET_ASIDE = "manifest-set-aside.json"
COMPRESSIONS = {"gz": ".gz", "zst": ".zst"}
_TAILS = ("", "-wal", "-shm", "-journal")  # of the files that SQLite has beside a database
_BUFFER = 1 << 20


def ending(compress: str | None) -> str:
    """What the names of files end in that are compressed in this way, which is a name of ``COMPRESSIONS``; nothing for ``None``."""
    return COMPRESSIONS[compress] if compress else ""


is_part = re.compile(r"part-\d{5,}\.[a-z.]+").fullmatch
"""Whether a name is that of a part of a partitioned export."""


class Written(NamedTuple):
    """A file that was written: its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


class Digesting(io.RawIOBase):
    """Passes bytes on to a file, and keeps their number and digest."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0
        self.digest = hashlib.sha256()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Pass bytes on."""
        self._file.write(data)
        self.size += len(data)
        self.digest.update(data)
        return len(data)

    def flush(self) -> None:
        """Pass on what the file still holds."""
        self._file.flush()


class _Even(io.RawIOBase):
    """Hands bytes on in pieces of one size, however they come: gzip's bytes depend on the pieces."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._held = bytearray()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any) -> int:
        """Take bytes."""
        self._held += data
        if len(self._held) >= _BUFFER:
            even = len(self._held) - len(self._held) % _BUFFER
            self._file.write(bytes(self._held[:even]))
            del self._held[:even]
        return len(data)

    def close(self) -> None:
        """Hand on what is left."""
        try:
            if not self.closed:
                self._file.write(bytes(self._held))
                self._file.close()
        finally:
            super().close()


class OutputDirectory:
    """A folder that an export writes to. Use it as a context manager, and ``publish`` at the end: without that, nothing stays.

    But where a run was killed or interrupted, what it has done so far is set aside for the next one.

    Args:
        path: the folder; it is made where it is missing. What is in it and not ours is not touched.

    Attributes:
        staging: where files are until they are published.
        interrupted: where the files of an interrupted run are, if there is one.
        resumable: whether what is in the staging folder is worth being set aside.

    Raises:
        OutputError: it is no folder, or cannot be written to.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)
        self.staging = self.path / STAGING
        self.interrupted = self.path / INTERRUPTED
        self.resumable = False
        self.written: list[Written] = []
        self.quarantined: list[str] = []
        self._beside: list[Written] = []
        self._earlier = Listed()
        self._lock = -1
        self._is_new = self._inherited = False

    def __enter__(self) -> OutputDirectory:
        with mapped_errors(self.path):
            self._is_new = not self.path.exists()
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = locked(self.path)
        try:
            with mapped_errors(self.path):
                # What a run left that was killed while it published: its own files, and those that it was to replace.
                for place in (self.path / MANIFEST, self.staging / MANIFEST):
                    self._earlier.read(place)
                for folder in (self.staging, self.interrupted, self.path / ACCOUNTS):
                    self._earlier.read(folder / PREVIOUS)
                if (self.path / ACCOUNTS).is_dir():  # then parts are ours, also those that no manifest lists
                    self._earlier.files.update(filter(is_part, os.listdir(self.path)))
                self._inherited = self.staging.is_dir() and bool(self._earlier.files)
                self.set_aside()
                self.restart()
        except BaseException:
            shutil.rmtree(self.staging, ignore_errors=True)
            os.close(self._lock)
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.resumable and kind and issubclass(kind, KeyboardInterrupt):
            self.set_aside()
        shutil.rmtree(self.staging, ignore_errors=True)
        if kind is None:
            self.forget()
        elif self._inherited:  # nothing was published since a run was killed: the next one must know as much as this one
            with contextlib.suppress(OSError):
                self.staging.mkdir()
                self._earlier.write(self.staging / PREVIOUS)
        if self._is_new:
            with contextlib.suppress(OSError):  # nothing was published: it is as empty as it was made
                self.path.rmdir()
        os.close(self._lock)

    def restart(self) -> None:
        """Forget all that was written since the beginning."""
        shutil.rmtree(self.staging, ignore_errors=True)
        self.staging.mkdir()
        self.written, self.quarantined, self._beside = [], [], []
        if self._earlier.files or self._earlier.quarantined:
            self._earlier.write(self.staging / PREVIOUS)

    def forget(self) -> None:
        """Remove what an interrupted run left."""
        shutil.rmtree(self.interrupted, ignore_errors=True)

    def set_aside(self, *, anyway: bool = False) -> None:
        """Keep what is in the staging folder for another run, unless more was kept before."""
        if not (self.staging / STATE).is_file():
            return
        if anyway or _size(self.interrupted) < _size(self.staging):
            shutil.rmtree(self.interrupted, ignore_errors=True)
            os.replace(self.staging, self.interrupted)

    @contextlib.contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """A new file to write bytes to; compressed where the name ends in ``.gz`` or ``.zst``, with the same bytes each time."""
        with mapped_errors(self.path / name), (self.staging / name).open("wb", buffering=_BUFFER) as file:
            counted = Digesting(file)
            with compressed(name, counted) as stream:
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
        place = f"{QUARANTINE}/{figid}"
        said = json.dumps(reasons, ensure_ascii=False, indent=2) + "\n"
        with mapped_errors(self.staging / place):
            (self.staging / place).mkdir(parents=True, exist_ok=True)
            for name, data in {**files, REASONS: said.encode()}.items():
                (self.staging / place / name).write_bytes(data)
                self._beside.append(Written(f"{place}/{name}", len(data), hashlib.sha256(data).hexdigest()))
        self.quarantined.append(figid)

    def stamps(self) -> dict[str, tuple[int, str, int]]:
        """Size, SHA-256 and time (in nanoseconds) of each file that was written: publishing leaves them as they are."""
        files = self.written + self._beside
        return {file.name: (file.size, file.sha256, (self.staging / file.name).stat().st_mtime_ns) for file in files}

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
            for tail in _TAILS:
                (self.path / f"{STATE}{tail}").unlink(missing_ok=True)
            shutil.rmtree(self.path / ACCOUNTS, ignore_errors=True)
            names += [STATE] if (self.staging / STATE).exists() else []
            for name in sorted(names, key=lambda name: (name == MANIFEST, name == STATE)):
                os.replace(self.staging / name, self.path / name)
        self._inherited = False

    def _publish_quarantine(self) -> None:
        place = self.path / QUARANTINE
        for figid in sorted(self._earlier.quarantined):
            shutil.rmtree(place / figid, ignore_errors=True)
        if self.quarantined:
            place.mkdir(exist_ok=True)
        for figid in self.quarantined:
            if (place / figid / REASONS).is_file():  # it is ours, though no manifest tells
                shutil.rmtree(place / figid)
            os.replace(self.staging / QUARANTINE / figid, place / figid)
        if not self.quarantined and self._earlier.quarantined:
            with contextlib.suppress(OSError):  # it is kept where somebody else's files are in it
                place.rmdir()


def _size(folder: Path) -> int:
    """The bytes of the graph's files in a folder."""
    return sum(path.stat().st_size for path in folder.glob("figures.*")) if folder.is_dir() else -1


class Listed:
    """What the manifests of earlier exports of ours name, as far as they are plain names."""

    def __init__(self) -> None:
        self.files: set[str] = set()
        self.quarantined: set[str] = set()

    def read(self, path: Path) -> None:
        """A manifest in a file; nothing where there is none."""
        with contextlib.suppress(OSError, ValueError, RecursionError):
            self.add(json.loads(path.read_text(encoding="utf-8")))

    def add(self, manifest: Any) -> None:
        """A manifest; nothing where it is none of ours."""
        try:
            if not str(manifest["tool"]).startswith("pfocr2rdf "):
                return
            files, quarantined = [file["name"] for file in manifest["files"]], manifest.get("quarantined", [])
        except (KeyError, TypeError):
            return
        self.files.update(filter(_is_plain, files))
        self.quarantined.update(filter(_is_plain, quarantined))

    def manifest(self) -> dict[str, Any]:
        """All of them as a manifest, for the next run in case that this one is killed."""
        files = [{"name": name} for name in sorted(self.files)]
        return {"tool": "pfocr2rdf ", "files": files, "quarantined": sorted(self.quarantined)}

    def write(self, path: Path) -> None:
        """Write that manifest."""
        path.write_text(json.dumps(self.manifest()), encoding="utf-8")


def _is_plain(name: object) -> bool:
    return isinstance(name, str) and name == os.path.basename(name) and name not in ("", ".", "..") and "\0" not in name


def locked(path: Path, holder: str = "another export") -> int:
    """The folder, open and locked for as long as it is open: two that write into one folder would mix their files.

    Raises:
        OutputError: another one holds it; ``holder`` is what it is called.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise OutputError(f"{path}: {holder} is writing there; wait for it, or name another folder") from None
    return handle


@contextlib.contextmanager
def mapped_errors(path: Path) -> Iterator[None]:
    """The one place that turns the operating system's complaints about an output into ours."""
    try:
        yield
    except OSError as error:
        raise OutputError(f"{path}: cannot be written: {error.strerror or error}") from error
    except sqlite3.Error as error:
        raise OutputError(f"{path}: cannot be written: {_said_of(error)}") from error


def _said_of(error: sqlite3.Error) -> str:
    """What the operating system would say: SQLite keeps its words to itself."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return os.strerror(errno.ENOSPC)
    if code == sqlite3.SQLITE_IOERR and resource.getrlimit(resource.RLIMIT_FSIZE)[0] != resource.RLIM_INFINITY:
        return os.strerror(errno.EFBIG)
    return str(error)


def compressed(name: str, raw: Digesting) -> contextlib.AbstractContextManager[BinaryIO]:
    """What to write to, for the file to be compressed as its name says; the same bytes each time."""
    if name.endswith(".gz"):
        file = igzip.IGzipFile(filename="", mode="wb", compresslevel=2, fileobj=cast("BinaryIO", raw), mtime=0)  # type: ignore[no-untyped-call]
        return cast("contextlib.AbstractContextManager[BinaryIO]", _Even(cast("BinaryIO", file)))
    if name.endswith(".zst"):
        writer = zstandard.ZstdCompressor(level=3).stream_writer(cast("BinaryIO", raw), closefd=False)
        return cast("contextlib.AbstractContextManager[BinaryIO]", writer)
    return contextlib.nullcontext(cast("BinaryIO", raw))
