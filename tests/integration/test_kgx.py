"""KGX against its own program and the current Biolink Model, and its counts against the graph.

``tests/e2e/docs/test_graph_pages.py`` validates the examples.
"""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from pyoxigraph import RdfFormat, Store
from tests.support.records import ROOT, shared_data
from tests.support.validators import kgx_environment

from pfocr2rdf import export

OWN_PREFIXES = {"pfocr.figure", "pfocr.family"}
_find_prefix = re.compile(r"has a value '[^']*' (?:with a|which is).*?prefix '([^']*)'").search


def faults(folder: Path, syntax: str) -> Counter[str]:
    """What ``kgx validate`` finds: the number of messages by the prefix that they name, or by their text."""
    command = ["kgx", "validate", "-i", syntax, folder / f"nodes.{syntax}", folder / f"edges.{syntax}"]
    process = subprocess.run(command, capture_output=True, encoding="utf-8", env=kgx_environment(), timeout=300, check=False)
    assert (process.returncode, process.stderr[:1]) == (1, "{"), process.stdout + process.stderr
    levels = json.loads(process.stderr)
    messages = [message for kinds in levels.values() for kind in kinds.values() for message in kind]
    return Counter(match[1] if (match := _find_prefix(message)) else message for message in messages)


@pytest.fixture(scope="module")
def example_export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("kgx") / "export"
    export(ROOT / "examples", output=output, formats=("jsonld", "kgx"))
    return output


def test_kgx_finds_nothing_but_prefixes_of_ours_in_real_records(tmp_path: Path) -> None:
    export([shared_data(name) for name in ("seed", "real-gen2", "corpus-gen1")], output=tmp_path, formats=("jsonld", "kgx"))
    assert faults(tmp_path / "kgx", "tsv").keys() == OWN_PREFIXES


def test_kgx_finds_what_is_wrong_and_nothing_else(example_export: Path, tmp_path: Path) -> None:
    for name in ("nodes.jsonl", "edges.jsonl"):
        text = (example_export / "kgx" / name).read_text(encoding="utf-8")
        text = text.replace('"biolink:mentions"', '"biolink:names"').replace('["biolink:Gene"]', '["biolink:Gen"]')
        (tmp_path / name).write_text(text, encoding="utf-8")
    found = faults(tmp_path, "jsonl").keys() - OWN_PREFIXES
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
