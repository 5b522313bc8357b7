"""Notes of names that are not known, keys of a record or columns of a table, with the known name that may have been meant."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

MAX_NAMED = 20  # that are noted one by one
_MAX_NAME_CHARS = 60
_remove_separators = re.compile(r"[^0-9a-z]+").sub


def describe_unknown(kind: str, names: Iterable[str], known_names: Iterable[str], prefix: str = "") -> list[str]:
    """A note for each name that is not known, with the known one that may have been meant; beyond some, their number."""
    names, known = list(names), sorted(known_names)
    notes = []
    for name in names[:MAX_NAMED]:
        close = suggest_name(name, known)
        hint = f"; did you mean {close!r}?" if close else ""
        notes.append(f"{prefix}the {kind} {name[:_MAX_NAME_CHARS]!r} is unknown and was ignored{hint}")
    if len(names) > MAX_NAMED:
        notes.append(f"{prefix}{len(names) - MAX_NAMED} more unknown {kind}s were ignored")
    return notes


def suggest_name(name: str, known_names: Iterable[str]) -> str:
    """The known name that is written most like this one, or ``""``.

    >>> suggest_name("Fig_ID", ["figid", "figtype"]), suggest_name("catpion", ["caption"]), suggest_name("colour", ["caption"])
    ('figid', 'caption', '')
    """
    plain_names = {_remove_separators("", known.lower()): known for known in known_names}
    plain = _remove_separators("", name[:_MAX_NAME_CHARS].lower())
    close = [plain] if plain in plain_names else difflib.get_close_matches(plain, plain_names, 1, 0.8)
    return plain_names[close[0]] if close else ""
