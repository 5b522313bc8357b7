"""A member of an archive of any format."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class ArchiveMember(NamedTuple):
    """A file or folder in an archive: its name, why it cannot be used (or ``""``), and what reads its first bytes, up to a limit."""

    name: str
    problem: str
    read: Callable[[int], bytes]
    is_folder: bool = False


class DamagedMemberError(Exception):
    """A member cannot be read, and the others can."""
