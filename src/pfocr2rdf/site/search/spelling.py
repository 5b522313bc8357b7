"""The spelling dictionary of the search: words near a word that is not in the index; ``assets/search-index.js`` does the same.

A word that differs from another within one half has the other half in common (the partitions of Pass-Join). So each word of the
dictionary has two keys among the terms of the index: its length with the word, and its length with the word from its end. The words
near another one are then among those below a few prefixes of keys. Other digits are no typing error: ``STAT9`` is not ``STAT3``,
which is only offered.
"""

from __future__ import annotations

from collections.abc import Iterator

from pfocr2rdf.site.search.encoding import count_shared

MIN_SPELLING_CHARS = 4  # shorter words are near too many others
_MAX_SPELLING_CHARS = 20
_MAX_DIGITS = 3  # more are an identifier
_MIN_POSTINGS = 2  # a word that is once in the index is mostly an error of OCR


def is_spelling_word(term: str, posting_count: int) -> bool:
    """Whether a term of the index is in the dictionary."""
    return (
        MIN_SPELLING_CHARS <= len(term) <= _MAX_SPELLING_CHARS
        and posting_count >= _MIN_POSTINGS
        and len(_digits(term)) <= _MAX_DIGITS
        and any(map(str.isalpha, term))
    )


def spelling_keys(term: str) -> tuple[str, str]:
    """The keys of a word of the dictionary; a blank sets them apart from terms.

    >>> spelling_keys("stat3")
    (' 5>stat3', ' 5<3tats')
    """
    return f" {len(term)}>{term}", f" {len(term)}<{term[::-1]}"


def word_from_key(key: str) -> str:
    """The word of a key.

    >>> word_from_key(" 5<3tats")
    'stat3'
    """
    return key.partition(">")[2] or key.partition("<")[2][::-1]


def key_prefixes(word: str) -> Iterator[str]:
    """The prefixes of the keys of all words that may be near."""
    size = len(word)
    if size < MIN_SPELLING_CHARS:
        return
    for length in range(max(size - 1, MIN_SPELLING_CHARS), min(size + 1, _MAX_SPELLING_CHARS) + 1):
        half = length // 2
        yield f" {length}>{word[:half]}"
        yield f" {length}<{word[::-1][: length - half]}"
    half = size // 2
    yield f" {size}>{word[: half - 1]}{word[half]}{word[half - 1]}"  # two letters that are swapped across the halves


def distance(word: str, other: str) -> int:
    """The length of the stretch in which two words differ; 1 for two neighbours that are swapped. At least 2 if they differ in digits.

    >>> distance("stta3", "stat3"), distance("sta3", "stat3"), distance("interleukine", "interleukin"), distance("stat1", "stat3")
    (1, 1, 1, 2)
    """
    smallest = 1 if _digits(word) == _digits(other) else 2
    start = count_shared(word, other)
    word, other = word[start:], other[start:]
    end = count_shared(word[::-1], other[::-1])
    word, other = word[: len(word) - end], other[: len(other) - end]
    is_swapped = len(word) == len(other) == 2 and word == other[::-1]
    size = 1 if is_swapped else max(len(word), len(other))
    return max(size, smallest) if size else 0


def _digits(word: str) -> str:
    return "".join(char for char in word if "0" <= char <= "9")
