"""KGX against its own program and the current Biolink Model, and its counts against the graph.

``tests/referees/kgx.py`` validates the examples.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store
from tests.referees.kgx import EXPECTED, find_faults
from tests.support.records import ROOT, shared_data

from pfocr2rdf import export


@pytest.fixture(scope="module")
def example_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("kgx") / "export"
    export(ROOT / "examples", output=output, formats=("jsonld", "kgx"))
    return output


def test_kgx_finds_nothing_but_prefixes_of_ours_in_real_records(tmp_path: Path) -> None:
    export([shared_data(name) for name in ("seed", "real-gen2", "corpus-gen1")], output=tmp_path, formats=("jsonld", "kgx"))
    assert find_faults(tmp_path / "kgx", "tsv").keys() == EXPECTED


def test_kgx_finds_what_is_wrong_and_nothing_else(example_export: Path, tmp_path: Path) -> None:
    for name in ("nodes.jsonl", "edges.jsonl"):
        text = (example_export / "kgx" / name).read_text(encoding="utf-8")
        text = text.replace('"biolink:mentions"', '"biolink:names"').replace('["biolink:Gene"]', '["biolink:Gen"]')
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = find_faults(tmp_path, "jsonl").keys() - EXPECTED
    assert found == {"Edge predicate 'names' is not in Biolink Model", "Category 'Gen' is unknown in the current Biolink Model"}


def test_the_counts_are_those_of_the_graph(example_export: Path) -> None:
    store = Store()
    store.load(path=example_export / "figures.jsonld", format=RdfFormat.JSON_LD)
    edges = [json.loads(line) for line in (example_export / "kgx" / "edges.jsonl").read_text(encoding="utf-8").splitlines()]
    nodes = [json.loads(line) for line in (example_export / "kgx" / "nodes.jsonl").read_text(encoding="utf-8").splitlines()]

    def count(pattern: str) -> int:
        prefixes = "PREFIX pfocr: <https://pfocr.wikipathways.org/vocab#> PREFIX oa: <http://www.w3.org/ns/oa#> "
        (row,) = store.query(f"{prefixes} SELECT (COUNT(*) AS ?n) {{ {pattern} }}")
        return int(row["n"].value)

    by_predicate = Counter(edge["predicate"] for edge in edges)
    assert by_predicate == {
        "biolink:mentions": count("?figure pfocr:mentions|pfocr:mentionsFamily ?entity"),
        "biolink:member_of": count("?gene pfocr:memberOf ?family"),
        "biolink:in_taxon": count("?gene a pfocr:Gene ; pfocr:organism ?organism"),
        "biolink:part_of": count("?figure pfocr:citedIn ?paper"),
        "biolink:related_to": count("?figure a pfocr:Figure ; pfocr:organism|pfocr:pathway ?other"),
    }
    mentions = [edge for edge in edges if edge["predicate"] == "biolink:mentions"]
    assert sum(edge["evidence_count"] for edge in mentions) == count("?mention oa:hasBody|pfocr:family ?entity")
    assert sum(edge["evidence_count"] for edge in mentions if "family" not in edge["object"]) == count("?mention oa:hasBody ?entity")
    ids = {node["id"] for node in nodes}
    assert len(ids) == len(nodes)
    assert {end for edge in edges for end in (edge["subject"], edge["object"])} <= ids
    assert len({edge["id"] for edge in edges}) == len(edges)
