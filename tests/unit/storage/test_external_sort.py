"""The external sort gives sorted, distinct lines for any size of memory."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from pfocr2rdf.storage import external_sort
from pfocr2rdf.storage.progress import ProgressMeter

# -- sorting ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("chunk", [1, 40, 1 << 20])
@pytest.mark.parametrize("fan_in", [2, 64])
def test_lines_are_sorted_and_distinct_for_any_size_of_memory(
    chunk: int, fan_in: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(external_sort, "MAX_MERGED_RUNS", fan_in)
    lines = [b"%d\n" % (number * 7919 % 101) for number in range(300)]
    written: list[bytes] = []
    sorter = external_sort.ExternalSorter(tmp_path, written.append, chunk)
    text = b"".join(lines)
    for start in range(0, len(text), 13):  # lines come in pieces
        sorter.write(text[start : start + 13])
    reader = external_sort.HashingReader(sorter.finish(), ProgressMeter(None, "", 0))
    assert list(reader) == sorted(set(lines))
    assert reader.count == len(set(lines))
    assert reader.hexdigest() == hashlib.sha256(b"".join(sorted(set(lines)))).hexdigest()
    assert sorted(b"".join(written).splitlines()) == sorted(text.splitlines())
