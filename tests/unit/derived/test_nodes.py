"""Identifiers of nodes whose IRIs have local names that Turtle and JSON-LD do not write as CURIEs."""

from __future__ import annotations

import json

import pytest
from tests.support.derived_files import HUMAN, derive_in_memory, figure, gene, mention

from pfocr2rdf.derived.biolink import biolink_curie
from pfocr2rdf.derived.nodes import figid, local_id, shorten_id
from pfocr2rdf.rdf.iris import family_iri, figure_iri
from pfocr2rdf.rdf.vocabulary import PREFIXES

GENES = [gene(number, symbol) for number, symbol in ((3716, "JAK1"), (3717, "JAK2"), (3718, "JAK3"))]


@pytest.mark.parametrize("name", ["PMC5__~tilde", "PMC5__~", "PMC5__a~b"])
def test_a_figid_that_no_curie_can_have_is_the_name_in_every_format(name: str) -> None:
    nodes = figure(name, "JAKs", [mention(node["id"], id=f"mention:{number}") for number, node in enumerate(GENES)])
    nodes = nodes._replace(figure={**nodes.figure, "id": figure_iri(name)})  # as JSON-LD writes it
    files, _ = derive_in_memory([HUMAN, *GENES], [nodes], "gmt", "biothings", "kgx")

    assert figid(nodes.figure) == name
    assert files.contents["genesets/Homo_sapiens.all.gmt"].startswith(f"{name}\t".encode())
    assert json.loads(files.contents["biothings.jsonl"])["_id"] == name
    assert {json.loads(line)["subject"] for line in files.contents["kgx/edges.jsonl"].splitlines() if name.encode() in line} == {
        f"pfocr.figure:{name}"
    }


@pytest.mark.parametrize(
    ("symbol", "reference"), [("é", "%C3%A9"), ("(x)", "%28x%29"), (".", "."), ("~1", "~1"), ("-a", "-a"), ("AKT.", "AKT."), ("AKT", "AKT")]
)
def test_the_curie_of_a_family_does_not_depend_on_its_first_character(symbol: str, reference: str) -> None:
    assert biolink_curie(family_iri(symbol)) == f"pfocr.family:{reference}"
    assert local_id(family_iri(symbol)) == reference


@pytest.mark.parametrize("iri", ["https://example.org/x", PREFIXES["fam"], f"{PREFIXES['fam']}a/b", f"{PREFIXES['fam']}a#b", "urn:x"])
def test_an_iri_that_could_not_be_told_from_another_one_stays(iri: str) -> None:
    assert shorten_id(iri) == local_id(iri) == biolink_curie(iri) == iri
