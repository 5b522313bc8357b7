"""What a referee found."""

from __future__ import annotations

from typing import NamedTuple


class RefereeResult(NamedTuple):
    """A referee, its version, how many rows it was asked and how many of them passed, and a line for each that did not."""

    referee: str
    version: str
    asked: int
    passed: int
    findings: tuple[str, ...]
