"""Drawn lookups over a small store, and their results by pyoxigraph."""

from __future__ import annotations

import io
import json
import random
from collections import Counter
from pathlib import Path
from typing import Any

import pyoxigraph
from pyoxigraph import BlankNode, DefaultGraph, Literal, NamedNode, Quad, QueryResultsFormat

from pfocr2rdf.rdf.vocabulary import PREFIXES
from pfocr2rdf.stores.embedded import EmbeddedStore

EX = "https://example.org/"
XSD = PREFIXES["xsd"]
SUBJECTS = [*(NamedNode(f"{EX}s{number}") for number in range(5)), BlankNode("b")]
PREDICATES = [*(NamedNode(f"{EX}p{number}") for number in range(3)), NamedNode(f"{PREFIXES['rdf']}type")]
VALUES = [
    *SUBJECTS, Literal("a"), Literal('quoted "é"\n\t\\/\x07'), Literal("a", language="en"), Literal("01",
    datatype=NamedNode(f"{XSD}integer")),
    Literal("1", datatype=NamedNode(f"{XSD}integer")), Literal("x", datatype=NamedNode(f"{EX}d")),
]  # fmt: skip
TERMS = ["?a", "?b", "$c", "?d_1", "<https://example.org/s1>", "ex:s2", "ex:p1", "ex:s0"]
OBJECTS = [*TERMS, '"a"', '"a"@en', '"a"@EN', '"1"^^xsd:integer', '"01"^^<http://www.w3.org/2001/XMLSchema#integer>', '"x"^^ex:d', '""']
FORMS = ["SELECT *", "SELECT ?a ?b", "select DISTINCT $a WHERE", "SELECT ?none ?d_1", "ASK", "ASK WHERE", "SELECT?b"]
PREFIX = f"PREFIX ex: <{EX}>\n"


def write_store(folder: Path) -> None:
    """A few terms in many statements, of which some are in several graphs."""
    chance = random.Random(3)
    graphs = [DefaultGraph(), NamedNode(f"{EX}g1"), NamedNode(f"{EX}g2")]
    written = pyoxigraph.Store(folder)
    for _ in range(60):
        statement = chance.choice(SUBJECTS), chance.choice(PREDICATES), chance.choice(VALUES)
        written.extend([Quad(*statement, graph) for graph in chance.sample(graphs, chance.choice([1, 1, 2]))])


def draw_query(chance: random.Random) -> str:
    """A query of the subset."""
    triples = []
    for _ in range(chance.randint(1, 3)):
        triple = f"{chance.choice(TERMS)} {chance.choice(['?p', 'a', 'ex:p0', 'ex:p1', 'ex:p2'])} {chance.choice(OBJECTS)}"
        triple += chance.choice(["", "", f" , {chance.choice(OBJECTS)}", f" ;\n ex:p1 {chance.choice(OBJECTS)}", " ;"])
        triples.append(triple)
    end = "" if triples[-1].endswith(";") else chance.choice(["", ".", " . "])
    return f"{PREFIX}{chance.choice(FORMS)} {{ {' . '.join(triples)} {end}}}"


def native_result(store: EmbeddedStore, text: str) -> dict[str, Any]:
    """The result by pyoxigraph."""
    implied = {name: namespace for name, namespace in PREFIXES.items() if name != "ex"}
    file = io.BytesIO()
    results = store.query(text, prefixes=implied, use_default_graph_as_union=True, base_iri="http://localhost/sparql")
    assert not isinstance(results, pyoxigraph.QueryTriples)
    results.serialize(file, QueryResultsFormat.JSON)
    return normalize(file.getvalue())


def normalize(body: bytes) -> dict[str, Any]:
    """A result whose rows have no order."""
    document: dict[str, Any] = json.loads(body)
    if "results" in document:
        document["results"] = Counter(json.dumps(row, sort_keys=True) for row in document["results"]["bindings"])
    return document
