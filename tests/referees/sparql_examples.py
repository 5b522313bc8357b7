"""Example queries as RDF: the rules of SIB's sparql-examples, in our words (``spex.shacl`` and the tests of sparql-examples-utils).

They are those of github.com/sib-swiss/sparql-examples-utils. An example has one query, a comment in a language or as HTML, and a target;
keywords are spelled so, and begin and end in no blank. Each server of a SERVICE clause is named by ``spex:federatesWith``, the query can
be parsed, and its IRI is that of no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import rdflib
from pyshacl import validate
from rdflib import RDF, RDFS, SH, Graph, Node, URIRef
from rdflib.plugins.sparql import prepareQuery
from tests.referees.result import RefereeResult

from pfocr2rdf.stores.querying.examples import serialize_examples

SPEX = rdflib.Namespace("https://purl.expasy.org/sparql-examples/ontology#")
_SHAPES = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix spex: <https://purl.expasy.org/sparql-examples/ontology#> .
@prefix : <urn:shapes:> .

:Example a sh:NodeShape ; sh:targetClass sh:SPARQLExecutable ;
  sh:property :text , :comment , :target , :keywords , :keyword , :keyowrds .
:text sh:path [ sh:alternativePath ( sh:select sh:ask sh:construct spex:describe ) ] ; sh:minCount 1 ; sh:maxCount 1 .
:comment sh:path rdfs:comment ; sh:minCount 1 ; sh:or ( [ sh:datatype rdf:langString ] [ sh:datatype rdf:HTML ] ) .
:target sh:path schema:target ; sh:minCount 1 .
:keywords sh:path schema:keywords ; sh:pattern "^\\\\S(.*\\\\S)?$" .
:keyword sh:path schema:keyword ; sh:maxCount 0 .
:keyowrds sh:path schema:keyowrds ; sh:maxCount 0 .
"""
_TEXTS = (SH.select, SH.ask, SH.construct, SPEX.describe)
_SERVICE = re.compile(r"\bSERVICE\s+(?:SILENT\s+)?<([^>]*)>")


def run() -> RefereeResult:
    """The rules for each example query."""
    return check_examples(rdflib.Graph().parse(data=serialize_examples(), format="nt"))


def check_examples(graph: Graph) -> RefereeResult:
    """The rules for each example in a graph."""
    findings: dict[Node, str] = {}
    _, report, _ = validate(graph, shacl_graph=rdflib.Graph().parse(data=_SHAPES, format="turtle"))
    for result in report.subjects(RDF.type, SH.ValidationResult):
        focus = report.value(result, SH.focusNode)
        findings[focus] = f"{focus}: {report.value(result, SH.sourceShape)} {report.value(result, SH.resultMessage)}"
    examples = set(graph.subjects(RDF.type, SH.SPARQLExecutable))
    for example in examples:
        for problem in _query_problems(graph, example):
            findings[example] = f"{example}: {problem}"
    passed = len(examples - findings.keys())
    return RefereeResult("SIB sparql-examples, its shapes and tests", "2.0.24", len(examples), passed, tuple(sorted(findings.values())))


def _query_problems(graph: Graph, example: Node) -> Iterator[str]:
    texts = [str(text) for predicate in _TEXTS for text in graph.objects(example, predicate)]
    services = {URIRef(service) for text in texts for service in _SERVICE.findall(text)}
    if services != set(graph.objects(example, SPEX.federatesWith)):
        yield "the servers of its SERVICE clauses are not those of spex:federatesWith"
    if len(set(graph.objects(example, RDFS.comment))) != 1:
        yield "it has several comments"
    for text in texts:
        try:
            prepareQuery(text)
        except Exception as error:
            yield f"rdflib cannot parse its query: {error}"
