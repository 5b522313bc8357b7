"""SPARQL editors find classes, prefixes and examples at our endpoint, and the examples keep the rules of collections of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib
from rdflib import RDFS, SH, Literal, URIRef
from tests.referees import sparql_editor, sparql_examples
from tests.referees.example_export import example_export
from tests.support.service import served

from pfocr2rdf.stores.querying.examples import EXAMPLES_NAMESPACE, load_examples, serialize_examples

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning")]

YEARS = URIRef(f"{EXAMPLES_NAMESPACE}years")
SCHEMA = rdflib.Namespace("https://schema.org/")


def test_the_editor_gets_enough_of_everything() -> None:
    result = sparql_editor.run()
    assert result.findings == ()
    assert result.passed == result.asked == 60 + 19 + 35


def test_the_query_of_the_editor_finds_classes_in_partitions() -> None:
    partitions = """
      @prefix void: <http://rdfs.org/ns/void#> . @prefix ext: <http://ldf.fi/void-ext#> . @prefix : <urn:> .
      :d void:classPartition :c . :c void:class :Figure ; void:propertyPartition :p , :q .
      :p void:property :cites ; void:triples 3 ; void:classPartition :o . :o void:class :Paper .
      :q void:property :title ; ext:datatypePartition :t . :t ext:datatype :string ."""
    rows = rdflib.Graph().parse(data=partitions, format="turtle").query(sparql_editor.CLASSES.text)
    assert {tuple(term and str(term).removeprefix("urn:") for term in row) for row in rows} == {
        ("Figure", "cites", "Paper", None),
        ("Figure", "title", None, "string"),
    }


def test_the_editor_gets_what_is_there(tmp_path: Path) -> None:
    with served(example_export(), tmp_path) as server:
        examples = sparql_editor.ask(f"{server.url}/sparql", sparql_editor.EXAMPLES)
        prefixes = sparql_editor.ask(f"{server.url}/sparql", sparql_editor.PREFIXES)
    by_iri = {row["example"].removeprefix(EXAMPLES_NAMESPACE): (row["comment"], row["text"]) for row in examples}
    assert by_iri == {example.name: (example.description, example.query) for example in load_examples()}
    namespaces = {row["prefix"]: row["namespace"] for row in prefixes}
    assert len(namespaces) == len(prefixes), "a prefix has one namespace"
    assert namespaces["pfocr"] == "https://pfocr.wikipathways.org/vocab#"


def test_every_example_keeps_the_rules_of_the_collection() -> None:
    result = sparql_examples.run()
    assert result.findings == ()
    assert result.passed == result.asked == len(load_examples())


def test_an_example_that_breaks_a_rule_is_no_example() -> None:
    whole = serialize_examples()
    breaks = {
        "no comment": lambda graph: graph.remove((YEARS, RDFS.comment, None)),
        "a comment without a language": lambda graph: graph.set((YEARS, RDFS.comment, Literal("years"))),
        "no target": lambda graph: graph.remove((YEARS, SCHEMA.target, None)),
        "two queries": lambda graph: graph.add((YEARS, SH.ask, Literal("ASK {}"))),
        "no query": lambda graph: graph.remove((YEARS, SH.select, None)),
        "a keyword with a blank": lambda graph: graph.add((YEARS, SCHEMA.keywords, Literal("year "))),
        "a keyword that is misspelled": lambda graph: graph.add((YEARS, SCHEMA.keyword, Literal("year"))),
        "a query that is none": lambda graph: graph.set((YEARS, SH.select, Literal("SELECT"))),
        "a server that is not named": lambda graph: graph.set((YEARS, SH.select, Literal("SELECT * { SERVICE <urn:a> { ?s ?p ?o } }"))),
    }
    for name, damage in breaks.items():
        graph = rdflib.Graph().parse(data=whole, format="nt")
        damage(graph)
        result = sparql_examples.check_examples(graph)
        assert result.passed == result.asked - 1, name
