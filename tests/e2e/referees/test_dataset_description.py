"""The dataset description is accepted by HCLS and DCAT-AP and found by SIB's query, and a worse one is not."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.referees.dataset_description import check_description, run
from tests.referees.example_export import example_export

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")]


def test_the_description_of_the_examples_is_accepted() -> None:
    result = run()
    assert result.findings == ()
    assert result.passed == result.asked > 90


@pytest.mark.parametrize(
    ("right", "wrong", "finding"),
    [
        ('(PFOCR)"@en', '(PFOCR)"', "summary"),
        ("dcterms:isVersionOf", "dcterms:relation", "version: is there"),
        ("xsd:hexBinary", "xsd:string", "checksumValue"),
        ("dcat:accessURL", "dcat:accessUrl", "accessURL"),
        ("void:propertyPartition", "void:partition", "SIB"),
    ],
)
def test_a_fault_is_found(right: str, wrong: str, finding: str, tmp_path: Path) -> None:
    text = (example_export() / "dataset.ttl").read_text(encoding="utf-8")
    assert right in text
    (tmp_path / "dataset.ttl").write_text(text.replace(right, wrong), encoding="utf-8")
    assert any(finding in line for line in check_description(tmp_path / "dataset.ttl").findings)
