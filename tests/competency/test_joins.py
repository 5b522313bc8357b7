"""Figures are joined with other people's graphs by the IRIs as they are, with no step between.

``tests/data/joins`` has small samples in the form of those graphs. Each is loaded as a named graph of its own beside the figures, and each
query there has its checked answer in the file with tabs beside it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from tests.support.questions import DATASET, SYSTEMS, Ask, ask_rdflib, checked, normalised, parsed
from tests.support.records import (
    CHEMICAL_COLUMNS,
    DATA,
    DISEASE_COLUMNS,
    GENE_COLUMNS,
    ROOT,
    TP53_ROW,
    exported,
    front_matter,
    newer,
    table,
    write,
)

JOINS = DATA / "joins"

SAMPLES = {f"https://example.org/{path.stem}": path for path in sorted(JOINS.glob("*.ttl"))}

QUERIES = {path.stem: path.read_text(encoding="utf-8") for path in sorted(JOINS.glob("*.rq"))}

FIGURE = "PMC9000001__F1"
"""A figure with what the examples lack: a pathway that was drawn from it, a disease with a DOID, a chemical that only ChEBI knows."""


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The files of the graphs: the figures, and the samples."""
    folder = tmp_path_factory.mktemp("joins")
    files = {
        f"_figures/{FIGURE}.md": front_matter(newer(FIGURE, "wpid: WP4868", "doi: 10.1000/drawn")),
        f"_data/{FIGURE}-genes.tsv": table(GENE_COLUMNS, TP53_ROW),
        f"_data/{FIGURE}-chemicals.tsv": table(CHEMICAL_COLUMNS, ("5-HT", "NA", "NA", "serotonin(1+)", "chebi:350546")),
        f"_data/{FIGURE}-diseases.tsv": table(DISEASE_COLUMNS, ("lung cancer", "mesh:D008175", "NA", "NA", "doid:1324")),
    }
    result = exported([write(folder / "checkout", files), ROOT / "examples"], folder / "out")
    assert (result.summary.exported, result.summary.refused) == (7, 0)
    return {DATASET: folder / "out" / "figures.nt", **SAMPLES}


@pytest.fixture(scope="module", params=SYSTEMS)
def ask(request: pytest.FixtureRequest, graphs: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    with SYSTEMS[request.param](tmp_path_factory.mktemp(request.param), graphs) as ask_store:
        yield ask_store


@pytest.fixture(scope="module")
def merged(graphs: dict[str, Path]) -> rdflib.Graph:
    return parsed(*graphs.values())


@pytest.mark.parametrize("name", QUERIES)
def test_a_join_needs_no_mapping(name: str, ask: Ask) -> None:
    rows = checked(JOINS / f"{name}.tsv")
    assert rows
    assert normalised(ask(QUERIES[name], [DATASET, *SAMPLES])) == rows
    assert normalised(ask(QUERIES[name], [DATASET])) == []


@pytest.mark.parametrize("name", QUERIES)
def test_rdflib_gives_the_same_joins(name: str, merged: rdflib.Graph) -> None:
    assert normalised(ask_rdflib(merged, QUERIES[name])) == checked(JOINS / f"{name}.tsv")


def test_no_query_makes_an_identifier_of_another_one() -> None:
    assert len(QUERIES) == 10
    for text in QUERIES.values():
        assert text.startswith("# title: By ")
        assert not re.search(r"\b(IRI|URI|CONCAT|REPLACE|STRAFTER|STRBEFORE|SUBSTR|BIND|STR)\b", text.split("\n", 1)[1])
