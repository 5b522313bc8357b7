"""``curies`` and ``bioregistry`` accept the prefixes and the record, and find what is wrong in others."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.referees.example_export import example_export
from tests.referees.prefixes import RECORD, check_exports, run
from tests.support.foreign_jsonld import FOREIGN_IRI, RECORDS_WITH_FOREIGN_JSONLD
from tests.support.mutations import NO_SHARED
from tests.support.records import SHARED, write

from pfocr2rdf import export

_RECORD = json.loads(RECORD.read_bytes())


def test_every_iri_of_the_examples_has_one_curie() -> None:
    result = run()
    assert result.findings == ()
    assert result.passed == result.asked > 500


@pytest.mark.skipif(not SHARED.exists(), reason=NO_SHARED)
def test_every_iri_of_real_records_has_one_curie(tmp_path: Path) -> None:
    folders = ("seed", "real-gen2", "corpus-gen1")
    for name in folders:
        export([SHARED / name], tmp_path / name, formats=["nquads"])
    result = check_exports([tmp_path / name for name in folders], _RECORD)
    assert result.findings == ()
    assert result.passed == result.asked > 10_000


def test_prefixes_that_are_missing_differ_or_cover_pictures_are_found(tmp_path: Path) -> None:
    shutil.copytree(example_export(), tmp_path / "out")
    context = json.loads((tmp_path / "out" / "prefixes.jsonld").read_text(encoding="utf-8"))["@context"]
    del context["ndex"], context["mesh"]
    context["picture"] = {"@id": "https://europepmc.org/", "@prefix": True}
    (tmp_path / "out" / "prefixes.jsonld").write_text(json.dumps({"@context": context}), encoding="utf-8")
    turtle = tmp_path / "out" / "prefixes.ttl"
    text = turtle.read_text(encoding="utf-8").replace("http://id.nlm.nih.gov/mesh/", "https://europepmc.org/")
    turtle.write_text(text, encoding="utf-8")
    findings = check_exports([tmp_path / "out"], _RECORD).findings
    for problem in ("prefixes.ttl and prefixes.jsonld differ", "/mesh/D", "is a picture, and has a CURIE"):
        assert any(problem in finding for finding in findings), problem


@pytest.mark.parametrize(
    ("key", "value"), [("pattern", "^PMC$"), ("uri_format", "https://example.org/$1"), ("mappings", "none"), ("colour", "blue")]
)
def test_a_wrong_record_is_found(key: str, value: str) -> None:
    assert check_exports([example_export()], {**_RECORD, key: value}).findings


def test_an_iri_that_a_record_brings_is_all_that_has_no_curie(tmp_path: Path) -> None:
    export([write(tmp_path / "in", RECORDS_WITH_FOREIGN_JSONLD)], tmp_path / "out", formats=["nquads"], workers=1)
    findings = check_exports([tmp_path / "out"], _RECORD).findings
    assert findings
    assert [finding for finding in findings if FOREIGN_IRI not in finding] == []
