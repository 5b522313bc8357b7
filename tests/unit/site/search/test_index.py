"""The search index: the same bytes for the same entries, and nothing left behind."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.support.search import ALL, STAT3, content, write

from pfocr2rdf.errors import OutputError
from pfocr2rdf.site.search.index import SearchEntry, SearchIndexWriter

# -- the files ---------------------------------------------------------------------------------------------------------------


def test_the_bytes_are_the_same_in_whatever_order_entries_come(tmp_path: Path) -> None:
    for name, entries in (("a", ALL), ("b", ALL[::-1]), ("c", (*ALL, STAT3._replace(search_terms=STAT3.search_terms[::-1])))):
        (tmp_path / name).mkdir()
        write(tmp_path / name, (entry._replace(search_terms=entry.search_terms[::-1]) if name == "b" else entry for entry in entries))
    assert content(tmp_path / "a") == content(tmp_path / "b") == content(tmp_path / "c")


def test_another_index_has_another_version(tmp_path: Path) -> None:
    versions = set()
    for entries in (ALL, ALL[1:], (STAT3._replace(detail="other"), *ALL[1:])):
        write(tmp_path, entries)
        versions.add(json.loads((tmp_path / "search/index.json").read_bytes())["version"])
    assert len(versions) == 3


def test_entries_are_put_aside_on_disk_and_nothing_of_that_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pfocr2rdf.site.search.index._SORT_BUFFER_BYTES", 2000)
    with SearchIndexWriter(tmp_path) as index:
        for number in range(200):
            index.add(SearchEntry(f"figures/{number}.html", "figure", f"T{number}", "", ("w",)))
        assert len(list(tmp_path.glob(".search-*/*"))) > 3
        index.write()
    assert [path.name for path in tmp_path.iterdir()] == ["search"]


def test_what_cannot_be_written_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="search: cannot be written: No such file"):
        SearchIndexWriter(tmp_path / "missing")
    (tmp_path / "search").write_text("in the way")
    with pytest.raises(OutputError, match="search: cannot be written"):
        write(tmp_path, ALL)
    assert [path.name for path in tmp_path.iterdir()] == ["search"]
