"""The reader of the search index in Python; ``assets/search-index.js`` finds the same, in the same order and with the same snippets.

How an entry matches a word is one number, the lower the better: the kind of match, then the lookup, then the term.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, NamedTuple

from pfocr2rdf.site.pages.urls import HTML
from pfocr2rdf.site.search.encoding import ShardTerm, decode_shard, utf16_key
from pfocr2rdf.site.search.spelling import distance, key_prefixes, word_from_key
from pfocr2rdf.site.search.tokenizer import MAX_TERM_CHARS, QueryWord, query_words, tokenize

_MAX_SHARDS = 8  # that are read for one beginning of a word
_MIN_PREFIX_CHARS = 2
_FEW_RESULTS = 3  # with no more, near words are offered
_MAX_CORRECTIONS = 8  # words of one typing error
_MAX_SUGGESTIONS = 5
_MAX_OFFERED_DISTANCE = 3
_CACHED_SHARDS, _CACHED_BLOCKS = 256, 4096

_WHOLE_TITLE, _WHOLE_WORD, _PART, _BEGINS, _PART_BEGINS, _CAPTION, _CAPTION_BEGINS, _CORRECTED = range(8)
_EXACT_KINDS = (_WHOLE_TITLE, _WHOLE_WORD, _PART, _CAPTION)  # by the rank of a posting list
_PREFIX_KINDS = (_BEGINS, _BEGINS, _PART_BEGINS, _CAPTION_BEGINS)
_TERM_BITS, _KIND_BITS = 15, 20  # of a match: below are the numbers of the term in its lookup, and of the lookup

_Matches = dict[int, int]  # of entries, by their number


class SearchResult(NamedTuple):
    """An entry that was matched."""

    url: str
    type_name: str
    title: str
    detail: str
    snippet: str  # why it was matched, if its title does not show that


class SearchResults(NamedTuple):
    """What a query finds."""

    entry_numbers: list[int]  # in the order in which they are shown
    counts: list[tuple[str, str, int]]  # the number of entries of each type, with its name and its folder
    is_cut: bool  # whether there may be more
    corrections: list[tuple[str, Sequence[str]]]  # words that are nowhere, each with near ones, which were looked for in its place
    suggestions: list[str]  # near queries, if it finds little
    word_matches: list[_WordMatches]
    joined_matches: _WordMatches  # the entries that match the words as one
    shown_texts: Mapping[str, str]  # the words of the query as they were typed, by their terms


class _WordMatches(NamedTuple):
    """The entries that match a word, with the terms of each lookup."""

    matches: _Matches
    terms: list[list[str]]
    is_cut: bool
    corrections: Sequence[str] = ()

    def term(self, match: int) -> str:
        """The term of a match."""
        return self.terms[match >> _TERM_BITS & 31][match & (1 << _TERM_BITS) - 1]


class SearchIndexReader:
    """Answers queries from the files of an index, which are in a folder. It is safe in several threads."""

    def __init__(self, folder: Path) -> None:
        sizes: dict[str, Any] = json.loads((folder / "index.json").read_bytes())
        ends = list(accumulate(count for _, _, count in sizes["kinds"]))
        self._types = [
            (name, folder, end - count, end) for (name, folder, count), end in zip(sizes["kinds"], ends, strict=True)
        ]  # fmt: skip
        self._block_size = int(sizes["block"])
        self._first_terms = sizes["terms"]
        self._first_keys = list(map(utf16_key, sizes["terms"]))
        self._shard = lru_cache(_CACHED_SHARDS)(lambda number: list(decode_shard((folder / f"terms/{number}.bin").read_bytes())))
        self._block = lru_cache(_CACHED_BLOCKS)(lambda number: json.loads((folder / f"things/{number}.json").read_bytes()))

    def find(self, text: str, type_name: str = "") -> SearchResults:
        """All entries that match all words of a query, or their concatenation; of one type, if ``type_name`` is that of one.

        So ``TNF alpha`` finds what ``TNF-alpha`` finds.
        """
        words = query_words(text)
        matched = [self._match_word(word) for word in words]
        matches = _intersect([{entry: match >> _KIND_BITS for entry, match in word.matches.items()} for word in matched])
        corrections = [(word.text, each.corrections) for word, each in zip(words, matched, strict=True) if matches and each.corrections]
        is_joined = len(words) > 1 and sum(len(word.terms[0]) for word in words) <= MAX_TERM_CHARS
        joined_terms = query_words("-".join(word.text for word in words))[0].terms if is_joined else ()
        joined = self._match_terms(joined_terms, is_prefix=False)
        matches |= {entry: min(match >> _KIND_BITS, matches.get(entry, match)) for entry, match in joined.matches.items()}
        suggestions = [] if len(matches) > _FEW_RESULTS or corrections else self._suggest(words, matched)
        counts = [(name, folder, sum(first <= entry < end for entry in matches)) for name, folder, first, end in self._types]
        first, end = next(((first, end) for name, _, first, end in self._types if name == type_name), (0, self._types[-1][3]))
        entries = sorted((match, entry) for entry, match in matches.items() if first <= entry < end)
        is_cut = any(word.is_cut for word in matched)
        shown_texts = {term: word.text for each in words for word in (each, *query_words(each.local_name)) for term in word.terms}
        shown_texts |= dict.fromkeys(joined_terms, " ".join(word.text for word in words))
        return SearchResults(
            entry_numbers=[entry for _, entry in entries],
            counts=counts,
            is_cut=is_cut,
            corrections=corrections,
            suggestions=suggestions,
            word_matches=matched,
            joined_matches=joined,
            shown_texts=shown_texts,
        )

    def describe(self, results: SearchResults, entry_numbers: Iterable[int]) -> list[SearchResult]:
        """Entries of the results as they are shown."""
        described = []
        for number in entry_numbers:
            name, title, detail = self._block(number // self._block_size)[number % self._block_size]
            type_name, folder = next((type_name, folder) for type_name, folder, _, end in self._types if number < end)
            word_matches = [results.joined_matches] if number in results.joined_matches.matches else results.word_matches
            snippet = _snippet(title, number, word_matches, results.shown_texts)
            described.append(SearchResult(f"{folder}/{name}{HTML.suffix}", type_name, title, detail, snippet))
        return described

    def _match_word(self, word: QueryWord) -> _WordMatches:
        """A word without matches is split into its parts, or loses the prefix of a CURIE, or else is treated as a typing error."""
        whole = self._match_terms(word.terms, is_prefix=word.is_prefix)
        if whole.matches:
            return whole
        if len(word.parts) > 1:
            last = len(word.parts) - 1
            parts = [self._look_up(part, number, word.is_prefix and number == last) for number, part in enumerate(word.parts)]
            matches = _intersect([part.matches for part in parts])
            if matches:
                return _WordMatches(matches, [part.terms[0] for part in parts], any(part.is_cut for part in parts))
        if word.local_name:
            local = self._match_word(query_words(word.local_name)[0]._replace(is_prefix=word.is_prefix))
            if local.matches:
                return local
        near = [term for size, term in self._near_words(word.terms[0]) if size == 1][:_MAX_CORRECTIONS]
        if not near:
            return whole
        corrected = self._match_terms(near, is_prefix=False)
        matches = {entry: match + (_CORRECTED << _KIND_BITS) for entry, match in corrected.matches.items()}
        return _WordMatches(matches, corrected.terms, corrected.is_cut, near)

    def _match_terms(self, terms: Sequence[str], *, is_prefix: bool) -> _WordMatches:
        """What any of the terms matches, each entry in its best way."""
        looked_up = [self._look_up(term, number, is_prefix) for number, term in enumerate(terms)]
        matches: _Matches = {}
        for each in looked_up:
            for entry, match in each.matches.items():
                matches[entry] = min(match, matches.get(entry, match))
        return _WordMatches(matches, [each.terms[0] for each in looked_up], any(each.is_cut for each in looked_up))

    def _look_up(self, term: str, number: int, is_prefix: bool) -> _WordMatches:
        """The entries that have a term, or one that begins with it; ``number`` is that of the lookup."""
        is_prefix = is_prefix and len(term) >= _MIN_PREFIX_CHARS
        shards, is_cut = self._shards(term, is_prefix=is_prefix)
        matches: _Matches = {}
        terms: list[str] = []
        for shard_term in shards:
            is_whole = shard_term.text == term
            if not is_whole and not (is_prefix and shard_term.text.startswith(term)):
                continue
            for kind, postings in zip(_EXACT_KINDS if is_whole else _PREFIX_KINDS, shard_term.postings, strict=True):
                match = kind << _KIND_BITS | number << _TERM_BITS | len(terms)
                for entry in postings.numbers():
                    matches[entry] = min(match, matches.get(entry, match))
            terms.append(shard_term.text)
        return _WordMatches(matches, [terms], is_cut)

    def _shards(self, term: str, *, is_prefix: bool) -> tuple[list[ShardTerm], bool]:
        """The terms of the shards that may have a term, or terms that begin with it, and whether there are more shards."""
        key = utf16_key(term)
        first = max(0, bisect_right(self._first_keys, key) - 1)
        end = first + 1
        if is_prefix:
            end = bisect_left(self._first_terms, True, lo=0, key=lambda other: utf16_key(other) > key and not other.startswith(term))
        numbers = range(first, min(end, first + _MAX_SHARDS, len(self._first_keys)))
        return [shard_term for number in numbers for shard_term in self._shard(number)], end > first + _MAX_SHARDS

    def _near_words(self, word: str) -> list[tuple[int, str]]:
        """The words of the spelling dictionary that are near a word, the nearest first, with their distances."""
        near: set[tuple[int, str]] = set()
        for prefix in key_prefixes(word):
            for term, _ in self._shards(prefix, is_prefix=True)[0]:
                if term.startswith(prefix):
                    other = word_from_key(term)
                    near.add((distance(word, other), other))
        return sorted(
            ((size, other) for size, other in near if 0 < size <= _MAX_OFFERED_DISTANCE), key=lambda it: (it[0], utf16_key(it[1]))
        )

    def _suggest(self, words: Sequence[QueryWord], matched: Sequence[_WordMatches]) -> list[str]:
        """Near queries: one word is another one in each. Words on most entries are the first of those that are equally near.

        A word that is found is only taken for one with a typing error. The other words must be on the same entries as the near one.
        """
        candidates: list[tuple[int, int, str]] = []
        is_nowhere = any(not each.matches for each in matched)
        for position, (word, each) in enumerate(zip(words, matched, strict=True)):
            if is_nowhere and each.matches:
                continue
            near = [item for item in self._near_words(word.terms[0]) if item[0] == 1 or not each.matches][:_MAX_CORRECTIONS]
            others = _intersect([other.matches for at, other in enumerate(matched) if at != position])
            for size, term in near:
                entries = self._look_up(term, 0, False).matches
                if others and entries.keys().isdisjoint(others):
                    continue
                text = " ".join(term if at == position else words[at].text for at in range(len(words)))
                candidates.append((size, -len(entries), text))
        return [text for _, _, text in sorted(candidates, key=lambda it: (it[0], it[1], utf16_key(it[2])))[:_MAX_SUGGESTIONS]]


def _intersect(all_matches: Sequence[_Matches]) -> _Matches:
    """What is in all of them, each in its worst way."""
    if not all_matches:
        return {}
    smallest, *others = sorted(all_matches, key=len)
    for other in others:
        smallest = {entry: max(match, other[entry]) for entry, match in smallest.items() if entry in other}
    return dict(smallest)


def _snippet(title: str, entry: int, word_matches: Iterable[_WordMatches], shown_texts: Mapping[str, str]) -> str:
    """The terms by which an entry was found and that its title does not have: its words first, then those of its caption.

    Terms are folded, so those of the query are shown as they were typed.
    """
    shown = {term for token in tokenize(title) for term in (*token.whole_terms, *token.part_terms)}
    by_label: Mapping[str, list[str]] = {"found by": [], "in the caption": []}
    for word in word_matches:
        match = word.matches[entry]
        kind, term = (match >> _KIND_BITS) % _CORRECTED, word.term(match)
        if kind != _WHOLE_TITLE and term not in shown:
            shown.add(term)
            by_label["in the caption" if kind >= _CAPTION else "found by"].append(shown_texts.get(term, term))
    return "; ".join(f"{label}: {', '.join(terms)}" for label, terms in by_label.items() if terms)
