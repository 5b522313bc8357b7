"""The times of the example queries are measured on a store."""

from __future__ import annotations

from pathlib import Path

from benchmarks.example_queries import time_queries
from tests.support.example_store import example_store


def test_each_query_is_timed_with_its_rows(tmp_path: Path) -> None:
    years, together = time_queries(example_store(tmp_path), ["years", "drawn-together"])
    assert (years.name, years.rows, together.rows) == ("years", 4, 1)
    assert years.seconds > 0
    assert years.megabytes > 0
