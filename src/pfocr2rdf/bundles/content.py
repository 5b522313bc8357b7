"""The content of a bundle, read once and from one place: a folder, or an archive that is not unpacked."""

from __future__ import annotations

import hashlib
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path
from typing import IO, NamedTuple

from pfocr2rdf.bundles.layout import CRATE_FILE, SIGNATURE_FILE, SUMS_FILE, Problem, is_safe_name
from pfocr2rdf.errors import SourceError, describe_os_error
from pfocr2rdf.records.archive_limits import ArchiveLimitError, ArchiveLimits, ExpansionMeter
from pfocr2rdf.records.tar_members import iter_tar_members
from pfocr2rdf.storage.compression import DECOMPRESSION_ERRORS, decompress, detect_compression
from pfocr2rdf.storage.files import BUFFER_BYTES
from pfocr2rdf.storage.layout import MANIFEST_FILE
from pfocr2rdf.storage.path_kinds import describe_missing_path, folder_kind
from pfocr2rdf.storage.regular_files import open_regular

_READ_FILES = (SUMS_FILE, SIGNATURE_FILE, CRATE_FILE, MANIFEST_FILE)
_MAX_READ_BYTES = 64 << 20  # of a file whose content is needed
_ARCHIVE_ERRORS = (*DECOMPRESSION_ERRORS, tarfile.TarError, ValueError, OverflowError, OSError)


class BundleContent(NamedTuple):
    """What is in a bundle.

    Attributes:
        digests: the SHA-256 of each file by its name.
        texts: the files whose content is needed.
        empty_folders: the names of folders without entries.
        problems: what is no file or folder of a bundle.
    """

    digests: dict[str, str]
    texts: dict[str, bytes]
    empty_folders: list[str]
    problems: list[Problem]


def read_bundle(path: Path) -> BundleContent:
    """The content of a bundle, in memory that does not depend on its size.

    Raises:
        SourceError: it is no folder and no archive, or it cannot be read.
    """
    if not os.path.lexists(path):
        raise SourceError(describe_missing_path(path))
    try:
        return _read_folder(path) if path.is_dir() else _read_archive(path)
    except OSError as error:
        raise SourceError(f"{error.filename or path}: cannot be read: {describe_os_error(error)}") from None


def _read_folder(folder: Path) -> BundleContent:
    content = BundleContent({}, {}, [], [])
    entries = list(_walk(folder, ""))
    if not {SUMS_FILE, CRATE_FILE}.intersection(name for name, _ in entries):
        kind = folder_kind(folder) or "a folder"
        remedy = f"run 'pfocr2rdf release {folder} --output BUNDLE' first" if kind == "an export" else "name the folder of a bundle"
        raise SourceError(f"{folder}: is {kind}, not a bundle of 'pfocr2rdf release', since it has no {SUMS_FILE}; {remedy}")
    for name, is_file in entries:
        if name.endswith("/"):
            content.empty_folders.append(name.rstrip("/"))
            continue
        if not is_file:
            content.problems.append(Problem("added", name, "is a link or a special file, and a bundle has only files"))
            continue
        with open_regular(folder / name) as file:
            _add_file(content, name, file.read)
    return content


def _walk(folder: Path, prefix: str) -> Iterator[tuple[str, bool]]:
    """The names of files in a folder, with whether each is a regular file, and of empty folders with ``/``. Links are not followed."""
    with os.scandir(folder / prefix) as scan:
        entries = sorted(scan, key=lambda entry: entry.name)
    if prefix and not entries:
        yield prefix, False
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder, f"{prefix}{entry.name}/")
        else:
            yield f"{prefix}{entry.name}", stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode)


def _add_file(content: BundleContent, name: str, read: Callable[[int], bytes]) -> None:
    digest = hashlib.sha256()
    text = bytearray()
    while data := read(BUFFER_BYTES):
        digest.update(data)
        if name in _READ_FILES:
            text += data
            if len(text) > _MAX_READ_BYTES:
                raise SourceError(f"{name}: has more than {_MAX_READ_BYTES:,} bytes, so this is not a bundle; fetch it again")
    content.digests[name] = digest.hexdigest()
    if name in _READ_FILES:
        content.texts[name] = bytes(text)


def _read_archive(path: Path) -> BundleContent:
    content, head, suffix = BundleContent({}, {}, [], []), b"", ""
    limits = ArchiveLimits.from_environment()
    try:
        with ExitStack() as stack:
            file = stack.enter_context(open_regular(path))
            head = file.read(512)
            suffix = detect_compression(head)
            file.seek(0)
            stream: IO[bytes] = stack.enter_context(decompress(suffix, file)) if suffix else file
            meter = ExpansionMeter(path.stat().st_size, limits)
            _add_members(content, lambda size: meter.count(stream.read(size)), limits)
    except ArchiveLimitError as error:
        raise SourceError(f"{path}: the archive is refused: {error}") from None
    except _ARCHIVE_ERRORS as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        if not content.digests:
            is_other = isinstance(error, tarfile.HeaderError) or not (suffix or head[257:].startswith(b"ustar"))
            reason = "it is not a tar archive" if is_other else error
            raise SourceError(f"{path}: is not an archive of 'pfocr2rdf release': {reason}; name a {'.tar.zst'} file or a folder") from None
        content.problems.append(Problem("damaged", path.name, f"the archive cannot be read to its end: {error}; fetch it again"))
    if not content.digests and not content.problems:
        raise SourceError(f"{path}: is an archive without files, not a bundle of 'pfocr2rdf release'; name the archive of a bundle")
    return content


def _add_members(content: BundleContent, read: Callable[[int], bytes], limits: ArchiveLimits) -> None:
    """Add what is in the one folder that the archive has, or all of an archive that has none: the first member shows which it is."""
    root: str | None = None
    names: set[str] = set()  # those of folders end with "/"
    for member in iter_tar_members(read, limits):
        path = "" if member.name == "." else member.name.removeprefix("./")  # as tar writes names from a folder itself
        if root is None:
            root = f"{path.partition('/')[0]}/" if "/" in path or (path and member.is_folder) else ""
        name = path.removeprefix(root)
        if member.is_folder and f"{path}/".removeprefix(root) in ("", "/"):
            continue
        if not is_safe_name(path) or not path.startswith(root) or not name:
            content.problems.append(Problem("added", member.name, "leads out of the folder that the archive has"))
            continue
        names.add(f"{name}/" if member.is_folder else name)
        if member.problem:
            content.problems.append(Problem("added", name, "is a link or a special file, and a bundle has only files"))
        elif name in content.digests:
            content.problems.append(Problem("added", name, "is in the archive twice"))
        elif not member.is_folder:
            _add_file(content, name, member.read)
    for name, following in pairwise([*sorted(names), ""]):
        if name.endswith("/") and not following.startswith(name):
            content.empty_folders.append(name.rstrip("/"))
