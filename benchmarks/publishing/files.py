"""The files of a site: how many, how large, what they take of the disk, and what it takes to write as many."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

_BLOCK = 512  # in which a system counts what a file takes
_BYTES = os.urandom(1 << 20)


class Written(NamedTuple):
    """What a folder holds.

    Attributes:
        sizes: the bytes of each file, by its path in the folder.
        disk: the bytes that files and folders take of the disk.
    """

    sizes: dict[str, int]
    disk: int

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(self.sizes.values())


def written(folder: Path) -> Written:
    """What there is in a folder."""
    sizes, disk = {}, 0
    for directory, folders, files in os.walk(folder):
        for name in (*folders, *files):
            path = os.path.join(directory, name)
            status = os.lstat(path)
            disk += status.st_blocks * _BLOCK
            if name in files:
                sizes[os.path.relpath(path, folder)] = status.st_size
    return Written(sizes, disk)


def rewrite(sizes: Iterable[tuple[str, int]], folder: Path) -> int:
    """Write as many files of the same sizes, each at once; with how many bytes that were."""
    total, made = 0, set()
    for name, size in sizes:
        path = os.path.join(folder, name)
        parent = os.path.dirname(path)
        if parent not in made:
            os.makedirs(parent, exist_ok=True)
            made.add(parent)
        with open(path, "xb", buffering=0) as file:
            left = size
            while left > 0:
                left -= file.write(_BYTES[:left])
        total += size
    return total
