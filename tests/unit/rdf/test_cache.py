"""The LRU cache evicts what is used least, and nothing else."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pfocr2rdf.rdf.cache import LruCache, clear_row_caches, create_row_cache

# -- what is remembered ----------------------------------------------------------------------------------------------------


@given(st.lists(st.integers(0, 30)), st.integers(1, 10))
def test_what_is_remembered_is_what_was_made(keys: list[int], limit: int) -> None:
    calls: Counter[int] = Counter()

    def make(key: int) -> str:
        calls[key] += 1
        return str(key)

    remembered = LruCache(limit, make)
    for key in keys:
        assert remembered[key] == str(key)
        assert remembered.lookup(key) == str(key)
        assert len(remembered) <= limit
    if len(set(keys)) <= limit:
        assert set(calls.values()) <= {1}


def test_what_is_asked_for_again_and_again_is_never_forgotten() -> None:
    calls: Counter[int] = Counter()
    remembered: LruCache[int, int] = LruCache(10, lambda key: calls.update([key]) or key)
    for key in range(1, 1_000):
        assert remembered[0] == 0
        assert remembered[key] == key
    assert calls[0] == 1


def test_a_very_long_text_is_not_kept() -> None:
    remembered: LruCache[int, str] = LruCache(10, lambda key: "x" * key)
    assert remembered[10_000] == "x" * 10_000
    assert remembered.lookup(10_000) is None


def test_without_a_maker_what_is_not_known_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        LruCache[str, str]()["x"]


def test_caches_of_rows_are_cleared_in_both_generations() -> None:
    calls: Counter[int] = Counter()
    rows: LruCache[int, int] = create_row_cache(2, lambda key: calls.update([key]) or key)
    assert [rows[key] for key in (1, 2, 3)] == [1, 2, 3]
    clear_row_caches()
    assert [rows[key] for key in (1, 2, 3)] == [1, 2, 3]
    assert calls == {1: 2, 2: 2, 3: 2}
