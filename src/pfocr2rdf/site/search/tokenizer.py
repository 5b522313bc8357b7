"""The tokenizer of the search; ``assets/search-index.js`` does the same to queries."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

MAX_TERM_CHARS = 40  # the length of a term; longer ones are cut

_GREEK = (
    "alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta", "iota", "kappa", "lambda", "mu", "nu", "xi", "omicron", "pi",
    "rho", "sigma", "sigma", "tau", "upsilon", "phi", "chi", "psi", "omega",
)  # fmt: skip
_GREEK_NAMES = dict(zip((chr(code) for code in range(0x3B1, 0x3CA)), _GREEK, strict=True)) | {"ß": "beta"}  # with OCR, a sharp s is a beta
_has_greek = re.compile("[α-ωΑ-Ωßẞ]").search


class _CharacterFolding(dict[int, str]):
    """The folding of characters: letters to lower case, accents to nothing, and other signs to blanks."""

    def __init__(self, greek: dict[str, str]) -> None:
        super().__init__()
        self._greek = greek

    def __missing__(self, code: int) -> str:
        lower = chr(code).lower()
        category = unicodedata.category(lower[0])[0]
        self[code] = self._greek.get(lower, lower) if category in "LN" else "" if category == "M" else " "
        return self[code]


_FOLD_BY_NAME = _CharacterFolding(_GREEK_NAMES)
_FOLD_BY_LETTER = _CharacterFolding({letter: name[0] for letter, name in _GREEK_NAMES.items()})


_MAX_QUERY_WORDS = 12
_match_iri = re.compile(
    r"(?:https?://(?:(?:dx\.)?doi\.org/|.*/(?:[A-Za-z]+_(?=[0-9]))?)|[A-Za-z.:]+:)(.+?)(?:\.html|/)?", re.DOTALL
).fullmatch  # a CURIE or an IRI, with its local name
_ends_in_blank = re.compile(r"[\s\x1c-\x1f\x85\ufeff]\Z").search


class Token(NamedTuple):
    """What stands between two blanks of a text."""

    whole_terms: tuple[str, ...]  # the terms for the whole token, without its signs: more than one if it has Greek letters
    part_terms: tuple[str, ...]  # the terms for the parts between its signs, if there are several


def tokenize(text: str) -> Iterator[Token]:
    """Split a title, a word in a figure or a query into tokens. Case, accents, and signs between letters do not count.

    So ``IL-6``, ``il6`` and ``→IL-6`` are the same. Greek letters count as their names, and as the first letters of these.

    >>> list(tokenize("NF-κB IL-6"))
    [Token(whole_terms=('nfkappab', 'nfkb'), part_terms=('nf', 'kappab', 'kb')), Token(whole_terms=('il6',), part_terms=('il', '6'))]
    """
    return map(_token, _split_at_blanks(text))


def _split_at_blanks(text: str) -> list[str]:
    return unicodedata.normalize("NFKD", text).replace("\ufeff", " ").split()


@lru_cache(1 << 16)
def _token(text: str) -> Token:
    wholes: dict[str, None] = {}
    parts: dict[str, None] = {}
    for folding in (_FOLD_BY_NAME, _FOLD_BY_LETTER) if _has_greek(text) else (_FOLD_BY_NAME,):
        segments = text.translate(folding).split()
        wholes["".join(segments)[:MAX_TERM_CHARS] or text[:MAX_TERM_CHARS]] = None  # a word of signs alone stands for itself
        if len(segments) > 1:
            parts.update((segment[:MAX_TERM_CHARS], None) for segment in segments)
    return Token(tuple(wholes), tuple(parts))


class QueryWord(NamedTuple):
    """A word of a query."""

    terms: tuple[str, ...]  # of which one is enough
    parts: tuple[str, ...]  # the terms between its signs
    is_prefix: bool  # whether it may be incomplete: it is the last one, and no blank follows it
    text: str  # as it was typed
    local_name: str  # of a CURIE or an IRI; ``""`` if it is neither


def query_words(text: str) -> list[QueryWord]:
    """The first words of a query.

    >>> query_words("NF-κB")
    [QueryWord(terms=('nfkappab', 'nfkb'), parts=('nf', 'kappab'), is_prefix=True, text='NF-κB', local_name='')]
    """
    chunks = _split_at_blanks(text)[:_MAX_QUERY_WORDS]
    last = -1 if _ends_in_blank(text) else len(chunks) - 1
    words = []
    for number, chunk in enumerate(chunks):
        parts = chunk.translate(_FOLD_BY_NAME).split()
        terms = dict.fromkeys(_token(chunk).whole_terms)
        if len(parts) > 1:  # TNF-alpha is written TNFa, too
            terms["".join(part[0] if part in _GREEK else part for part in parts)[:MAX_TERM_CHARS]] = None
        part_terms = tuple(part[:MAX_TERM_CHARS] for part in parts[:_MAX_QUERY_WORDS])
        iri = _match_iri(chunk)
        local_name = iri[1] if iri else ""
        words.append(QueryWord(tuple(terms), part_terms, number == last, _shown_text(chunk) or next(iter(terms)), local_name))
    return words


def _shown_text(chunk: str) -> str:
    """A word without control characters, which would change the order of the letters around it."""
    return "".join(char for char in unicodedata.normalize("NFC", chunk) if unicodedata.category(char)[0] in "LMNPS")[:MAX_TERM_CHARS]
