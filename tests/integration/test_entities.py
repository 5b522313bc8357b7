"""Records that disagree on an entity: one entity is exported, and the disagreement is reported."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from pfocr2rdf.pipeline import single
from pfocr2rdf.pipeline.export import export
from pfocr2rdf.rdf.iris import doi_iri
from pfocr2rdf.rdf.terms import expand_term, iri_term

OLD, NEW = 0, 1

LABEL, TITLE, MEMBER, ORGANISM = (
    expand_term("rdfs:label"),
    expand_term("dcterms:title"),
    expand_term("pfocr:memberOf"),
    expand_term("pfocr:organism"),
)


# -- from records ------------------------------------------------------------------------------------------------------------------


def record(figid: str, generation: int, **fields: Any) -> dict[str, Any]:
    """A minimal record; a record without rows is one of 2023."""
    common = {"figid": figid, "figtitle": f"Title of {figid}", "pmcid": "PMC1", "number": "F1", "year": "2020", "caption": "c"}
    gene_row = {"word": "STAT1", "symbol": "STAT1", "source": "hgnc_symbol", "hgnc_symbol": "STAT1", "entrez": "6772"}
    return {**common, **({"genes": [gene_row]} if generation == OLD else {}), **fields}


def exported(folder: Path, records: Sequence[dict[str, Any]]) -> tuple[set[str], list[dict[str, str]]]:
    """The statements of what figures share, and the conflicts of the report."""
    folder.mkdir()
    source = folder / "in.yaml"
    source.write_text("\n---\n".join(yaml.safe_dump(document, allow_unicode=True) for document in records), encoding="utf-8")
    summary = export([source], folder / "out", formats=["nquads"])
    assert summary.exported == len(records)
    lines = (folder / "out" / "figures.nq").read_text(encoding="utf-8").splitlines()
    end = " <https://pfocr.wikipathways.org/dataset> ."
    conflicts = json.loads((folder / "out" / "report.json").read_text(encoding="utf-8"))["conflicts"]
    assert summary.conflicts == len(conflicts)
    return {line.removesuffix(end) for line in lines if line.endswith(end)}, conflicts


PAPER = "<https://identifiers.org/pmc/PMC1>"

RECORDS = [
    record("PMC1__F1", OLD, papertitle="An older title"),
    record("PMC1__F2", NEW, papertitle="The newer title", journal_title="B"),
    record("PMC1__F3", NEW, papertitle="The newer title", journal_title="A"),
    record("PMC1__F4", OLD, year="2019"),
]


@pytest.mark.parametrize("batch", [1, 2, 64])
@pytest.mark.parametrize("order", [1, -1])
def test_records_that_disagree_on_their_paper_give_one_paper_and_a_report(
    batch: int, order: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(single, "BATCH_RECORDS", batch)
    shared, conflicts = exported(tmp_path / "some", RECORDS[::order])
    assert f'{PAPER} {TITLE} "The newer title"' in shared
    assert f'{PAPER} {expand_term("pfocr:journal")} "A"' in shared
    assert f'{PAPER} {expand_term("dcterms:issued")} "2020"^^<http://www.w3.org/2001/XMLSchema#gYear>' in shared
    assert len([line for line in shared if line.startswith(f"{PAPER} {TITLE} ")]) == 1
    by_predicate = {
        conflict["predicate"]: (conflict["kept"], conflict["kept_from"], conflict["dropped"], conflict["dropped_from"])
        for conflict in conflicts
    }
    first = {1: "PMC1__F2", -1: "PMC1__F3"}[order]
    assert by_predicate[TITLE] == ('"The newer title"', first, '"An older title"', "PMC1__F1")
    assert by_predicate[expand_term("pfocr:journal")] == ('"A"', "PMC1__F3", '"B"', "PMC1__F2")
    assert by_predicate[expand_term("dcterms:issued")][3] == "PMC1__F4"
    assert len(conflicts) == 3
    assert {conflict["subject"] for conflict in conflicts} == {PAPER}


def test_a_doi_that_was_dropped_leaves_no_link(tmp_path: Path) -> None:
    shared, conflicts = exported(tmp_path / "some", [record("PMC1__F1", NEW, doi="10.1000/a"), record("PMC1__F2", NEW, doi="10.1000/b")])
    assert [(conflict["predicate"], conflict["kept"], conflict["dropped"]) for conflict in conflicts] == [
        (expand_term("bibo:doi"), '"10.1000/a"', '"10.1000/b"')
    ]
    assert {line for line in shared if expand_term("owl:sameAs") in line} == {
        f"{PAPER} {expand_term('owl:sameAs')} {iri_term(doi_iri('10.1000/a'))}"
    }
