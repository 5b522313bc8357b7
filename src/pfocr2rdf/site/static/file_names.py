"""File names that other systems do not have: those that are one name where case or Unicode normalization is ignored, and reserved ones.

A site is made on one machine and often copied to another: a page would overwrite a second one there, or could not be written.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?:\.|\Z)", re.IGNORECASE).match
_FORBIDDEN = re.compile(r'[<>:"|?*\\\x00-\x1f]|[. ]\Z').search


def find_unportable_paths(paths: Iterable[str]) -> list[str]:
    """The paths that Windows cannot have, and those that are one path on a file system which ignores case and normalization.

    >>> find_unportable_paths(["genes/1", "families/Notch", "families/NOTCH", "families/con", "families/what?"])
    ['families/NOTCH', 'families/Notch', 'families/con', 'families/what?']
    """
    first_paths: dict[str, str] = {}
    unportable = set()
    for path in paths:
        first = first_paths.setdefault(_fold(path), path)
        if first != path:
            unportable |= {first, path}
        if any(_RESERVED(segment) or _FORBIDDEN(segment) for segment in path.split("/")):
            unportable.add(path)
    return sorted(unportable)


def _fold(path: str) -> str:
    """The path as systems compare it that ignore case and normalization (as NTFS and APFS do)."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
