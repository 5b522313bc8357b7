"""How a text becomes the terms that it is found by; ``assets/search-index.js`` does the same with what is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

LONGEST = 40
"""Letters of a term; of longer ones, only so many count."""

_GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "omicron", "pi",
    "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
)  # fmt: skip
_NAMES = dict(zip((chr(code) for code in range(0x3B1, 0x3CA)), _GREEK, strict=True)) | {"ß": "beta"}  # with OCR, a sharp s is a beta
_has_greek = re.compile("[α-ωΑ-Ωßẞ]").search
_blanks = re.compile(r"[\s\x1c-\x1f\x85\ufeff]+").split


class _Folding(dict[int, str]):
    """What stands for a character: the small letter or the digit, nothing for an accent, and a blank for any other sign."""

    def __init__(self, greek: dict[str, str]) -> None:
        super().__init__()
        self._greek = greek

    def __missing__(self, code: int) -> str:
        small = chr(code).lower()
        sort = unicodedata.category(small[0])[0]
        self[code] = self._greek.get(small, small) if sort in "LN" else "" if sort == "M" else " "
        return self[code]


_BY_NAME = _Folding(_NAMES)
_BY_LETTER = _Folding({letter: name[0] for letter, name in _NAMES.items()})


class Chunk(NamedTuple):
    """What a text has between two blanks.

    Attributes:
        wholes: the terms for all of it, signs left out: more than one where it has Greek letters.
        parts: the terms for what is between its signs, where there are several.
    """

    wholes: tuple[str, ...]
    parts: tuple[str, ...]


def chunks(text: str) -> Iterator[Chunk]:
    """What a text is found by: case, accents, and signs between letters do not count; Greek letters count as their names.

    So ``IL-6``, ``il6`` and ``→IL-6`` are one. Greek letters also count as the first letters of their names.

    >>> list(chunks("NF-κB IL-6"))
    [Chunk(wholes=('nfkappab', 'nfkb'), parts=('nf', 'kappab', 'kb')), Chunk(wholes=('il6',), parts=('il', '6'))]

    Args:
        text: a title, or what was read on a figure, or what somebody looks for.
    """
    return map(_chunk, filter(None, _blanks(unicodedata.normalize("NFKD", text))))


@lru_cache(1 << 16)
def _chunk(text: str) -> Chunk:
    wholes: dict[str, None] = {}
    parts: dict[str, None] = {}
    for folding in (_BY_NAME, _BY_LETTER) if _has_greek(text) else (_BY_NAME,):
        between = text.translate(folding).split()
        wholes["".join(between)[:LONGEST] or text[:LONGEST]] = None  # a word of signs alone stands for itself
        if len(between) > 1:
            parts.update((part[:LONGEST], None) for part in between)
    return Chunk(tuple(wholes), tuple(parts))
