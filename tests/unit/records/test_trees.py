"""Names of files are sorted by code point, also where there are too many to hold in memory."""

from __future__ import annotations

import random

import pytest

from pfocr2rdf.records import trees


@pytest.mark.parametrize("max_names", [1, 7, 1000])
def test_names_are_sorted_by_code_point_for_any_number(max_names: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_MAX_NAMES_IN_MEMORY", max_names)
    chosen = random.Random(max_names)
    characters = "\x01\t\n\v\f\r\x0e\x0f\x1b\x1c az\x85\x7f\xe9\ud800\udc80\udcff\ue000\uffff\U0001f600"
    names = list({"".join(chosen.choices(characters, k=chosen.randrange(1, 5))) for _ in range(500)})
    assert list(trees.sort_names(names)) == sorted(names)
    assert list(trees.sort_names([])) == []
