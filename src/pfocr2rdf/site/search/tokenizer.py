"""How a text becomes the terms that it is found by; ``assets/search-index.js`` does the same with what is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

MAX_TERM_CHARS = 40
"""Letters of a term; of longer ones, only so many count."""

_GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "omicron", "pi",
    "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
)  # fmt: skip
_GREEK_NAMES = dict(zip((chr(code) for code in range(0x3B1, 0x3CA)), _GREEK, strict=True)) | {"ß": "beta"}  # with OCR, a sharp s is a beta
_has_greek = re.compile("[α-ωΑ-Ωßẞ]").search
_split_blanks = re.compile(r"[\s\x1c-\x1f\x85\ufeff]+").split


class _CharacterFolding(dict[int, str]):
    """What stands for a character: the small letter or the digit, nothing for an accent, and a blank for any other sign."""

    def __init__(self, greek: dict[str, str]) -> None:
        super().__init__()
        self._greek = greek

    def __missing__(self, code: int) -> str:
        small = chr(code).lower()
        sort = unicodedata.category(small[0])[0]
        self[code] = self._greek.get(small, small) if sort in "LN" else "" if sort == "M" else " "
        return self[code]


_FOLD_BY_NAME = _CharacterFolding(_GREEK_NAMES)
_FOLD_BY_LETTER = _CharacterFolding({letter: name[0] for letter, name in _GREEK_NAMES.items()})


class Token(NamedTuple):
    """What a text has between two blanks.

    Attributes:
        whole_terms: the terms for all of it, signs left out: more than one where it has Greek letters.
        part_terms: the terms for what is between its signs, where there are several.
    """

    whole_terms: tuple[str, ...]
    part_terms: tuple[str, ...]


def tokenize(text: str) -> Iterator[Token]:
    """What a text is found by: case, accents, and signs between letters do not count; Greek letters count as their names.

    So ``IL-6``, ``il6`` and ``→IL-6`` are one. Greek letters also count as the first letters of their names.

    >>> list(tokenize("NF-κB IL-6"))
    [Token(whole_terms=('nfkappab', 'nfkb'), part_terms=('nf', 'kappab', 'kb')), Token(whole_terms=('il6',), part_terms=('il', '6'))]

    Args:
        text: a title, or what was read on a figure, or what somebody looks for.
    """
    return map(_token, filter(None, _split_blanks(unicodedata.normalize("NFKD", text))))


@lru_cache(1 << 16)
def _token(text: str) -> Token:
    wholes: dict[str, None] = {}
    parts: dict[str, None] = {}
    for folding in (_FOLD_BY_NAME, _FOLD_BY_LETTER) if _has_greek(text) else (_FOLD_BY_NAME,):
        between = text.translate(folding).split()
        wholes["".join(between)[:MAX_TERM_CHARS] or text[:MAX_TERM_CHARS]] = None  # a word of signs alone stands for itself
        if len(between) > 1:
            parts.update((part[:MAX_TERM_CHARS], None) for part in between)
    return Token(tuple(wholes), tuple(parts))
