"""Whether a file is RDF or a record."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from pfocr2rdf import validate
from pfocr2rdf.errors import SourceError
from pfocr2rdf.storage.rdf_files import is_rdf_file, map_rdf_errors

RECORD = {"figid": "PMC1__F1", "pmcid": "PMC1", "schema-jsonld": {"@context": "https://schema.org/", "@type": "Dataset"}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"@context": {}, "@graph": []}, True),
        ([{"@id": "https://example.org/a"}], True),
        ({"id": "https://example.org/a", "https://example.org/b": "c"}, True),
        (RECORD, False),
        ([RECORD, RECORD], False),
        ([{"_id": "PMC1__F1", "associatedWith": {}}], False),
        ({}, False),
        ([], False),
        (7, False),
    ],
)
def test_json_is_json_ld_by_its_outermost_keys(value: object, expected: bool, tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps(value))
    assert is_rdf_file(path) is expected


def test_other_files_are_rdf_by_their_names(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{ broken")
    (tmp_path / "a.json.gz").write_bytes(gzip.compress(b"{}"))
    assert [is_rdf_file(tmp_path / name) for name in ("a.json", "b.json", "a.json.gz", "a.ttl", "a.nq.zst", "a.md", "a")] == [
        True, True, True, True, True, False, False,
    ]  # fmt: skip


def test_a_record_in_json_is_validated_as_a_record(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps({**RECORD, "genes": "STAT1 STAT3"}))
    report = validate(tmp_path / "a.json")
    assert len(report.refusals) == 1


def test_the_limit_of_the_parser_is_not_a_lack_of_memory() -> None:
    with pytest.raises(SourceError, match=r"a.ttl: has a term that is longer than the parser reads"), map_rdf_errors(Path("a.ttl")):
        raise MemoryError("Reached the buffer maximal size of 16777216")
    with pytest.raises(MemoryError), map_rdf_errors(Path("a.ttl")):
        raise MemoryError
