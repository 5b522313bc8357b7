"""The archive of a bundle: a tar with the same bytes for the same files, on every machine and at any time."""

from __future__ import annotations

import datetime
import tarfile
from collections.abc import Iterable
from pathlib import Path

import zstandard

_MODE = 0o644
_LEVEL = 10  # archives are written once and downloaded often


def write_archive(path: Path, folder: Path, names: Iterable[str], prefix: str, issued: str) -> None:
    """Write files of a folder, sorted, below the folder ``prefix``, owned by root, with the date of the release as their time."""
    date = datetime.datetime.fromisoformat(issued).replace(tzinfo=datetime.UTC)
    compressor = zstandard.ZstdCompressor(level=_LEVEL, write_checksum=True)  # by which readers notice a changed byte
    with (
        path.open("xb") as file,
        compressor.stream_writer(file, closefd=False) as stream,
        tarfile.open(fileobj=stream, mode="w|", format=tarfile.PAX_FORMAT) as archive,
    ):
        for name in sorted(names):
            info = tarfile.TarInfo(f"{prefix}/{name}")
            info.size = (folder / name).stat().st_size
            info.mtime, info.mode = int(date.timestamp()), _MODE
            with (folder / name).open("rb") as member:
                archive.addfile(info, member)
