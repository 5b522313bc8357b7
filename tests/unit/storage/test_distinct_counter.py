"""Distinct keys are counted alike in memory and in files."""

from __future__ import annotations

from array import array
from contextlib import closing
from pathlib import Path

import pytest

from pfocr2rdf.storage.distinct_counter import DistinctCounter


@pytest.mark.parametrize("max_keys", [1, 7, 10_000])
def test_the_count_does_not_depend_on_the_memory(max_keys: int, tmp_path: Path) -> None:
    keys = [(key * 0x9E3779B97F4A7C15) & (1 << 64) - 1 for key in range(90)] + [0, 1, (1 << 64) - 1]
    with closing(DistinctCounter(tmp_path, max_keys)) as counter:
        for begin in range(0, len(keys), 5):
            counter.add(array("Q", keys[begin : begin + 5] + keys[:3]).tobytes())
        odd = sum(key & 1 for key in set(keys))
        assert counter.count() == (len(set(keys)) - odd, odd)
    assert list(tmp_path.iterdir()) == []
    assert counter.count() == (0, 0)  # the keys are no longer in memory
