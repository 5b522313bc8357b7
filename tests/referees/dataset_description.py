"""The dataset description: HCLS (W3C note of 2015), DCAT-AP 3.0.1, and the query by which SIB's sparql-editor finds classes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyshacl
import rdflib
from rdflib import RDF, Namespace, URIRef
from tests.referees.example_export import example_export
from tests.referees.result import RefereeResult
from tests.referees.sparql_editor import CLASSES

DATASET = URIRef("https://pfocr.wikipathways.org/dataset")
_DCAT, _DCTERMS, _VOID = (Namespace(iri) for iri in ("http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/", "http://rdfs.org/ns/void#"))
_PAV, _SH = Namespace("http://purl.org/pav/"), Namespace("http://www.w3.org/ns/shacl#")
_DATASET_TYPE = URIRef("http://purl.org/dc/dcmitype/Dataset")
_TEXT, _IRI, _ANY = "text with a language", "IRI", "value"
# Sections 5 and 6 of the note: what a description of each level must have, and some of what it must not have.
_COMMON = {_DCTERMS.title: _TEXT, _DCTERMS.description: _TEXT, _DCTERMS.publisher: _IRI}
_MUST = {
    "summary": _COMMON,
    "version": {**_COMMON, _DCTERMS.creator: _IRI, _PAV.version: _ANY, _DCTERMS.isVersionOf: _IRI},
    "distribution": {**_COMMON, _DCTERMS.creator: _IRI, _DCTERMS.license: _IRI, _DCTERMS["format"]: _ANY},
}
_STATISTICS = (_VOID.triples, _VOID.entities, _VOID.distinctSubjects, _VOID.distinctObjects, _VOID.classPartition)
_MUST_NOT = {
    "summary": (_DCTERMS.creator, _DCTERMS.issued, _PAV.version, _DCTERMS.isVersionOf, _DCAT.distribution, *_STATISTICS),
    "version": (_DCTERMS["format"], _DCAT.byteSize, _DCAT.downloadURL, *_STATISTICS),
    "distribution": (_DCTERMS.isVersionOf, _DCAT.distribution),
}
_TYPES = {"summary": {_DATASET_TYPE}, "version": {_DATASET_TYPE}, "distribution": {_VOID.Dataset, _DCAT.Distribution}}
# Sections 7 (properties of the classes) and 9 (support classes) of DCAT-AP 3.0.1: mandatory properties, cardinalities and ranges.
_DCAT_AP = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix prov: <http://www.w3.org/ns/prov#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix vcard: <http://www.w3.org/2006/vcard/ns#> .
[] sh:targetClass dcat:Dataset ;
  sh:property
    [ sh:path dct:title ; sh:minCount 1 ; sh:nodeKind sh:Literal] ,
    [ sh:path dct:description ; sh:minCount 1 ; sh:nodeKind sh:Literal ] ,
    [ sh:path dct:publisher ; sh:minCount 1 ; sh:maxCount 1 ; sh:class foaf:Agent] ,
    [ sh:path dct:creator ; sh:class foaf:Agent ] ,
    [ sh:path dcat:contactPoint ; sh:minCount 1 ; sh:class vcard:Kind] ,
    [ sh:path dcat:distribution ; sh:minCount 1 ; sh:class dcat:Distribution ] ,
    [ sh:path dcat:keyword ; sh:minCount 1 ; sh:nodeKind sh:Literal] ,
    [ sh:path dcat:theme ; sh:minCount 1 ; sh:class skos:Concept ] ,
    [ sh:path dct:temporal ; sh:minCount 1 ; sh:class dct:PeriodOfTime] ,
    [ sh:path dct:language ; sh:class dct:LinguisticSystem ] ,
    [ sh:path dcat:landingPage ; sh:class foaf:Document] ,
    [ sh:path foaf:page ; sh:class foaf:Document ] ,
    [ sh:path prov:wasGeneratedBy ; sh:class prov:Activity] ,
    [ sh:path dct:issued ; sh:maxCount 1] ,
    [ sh:path dcat:version ; sh:maxCount 1 ] .
[] sh:targetClass dcat:Distribution ;
  sh:property
    [ sh:path dcat:accessURL ; sh:minCount 1 ; sh:nodeKind sh:IRI] ,
    [ sh:path dct:description ; sh:minCount 1 ] ,
    [ sh:path dct:license ; sh:minCount 1 ; sh:maxCount 1 ; sh:class dct:LicenseDocument ] ,
    [ sh:path dct:format ; sh:minCount 1 ; sh:maxCount 1 ; sh:class dct:MediaTypeOrExtent ] ,
    [ sh:path dcat:mediaType ; sh:maxCount 1 ; sh:class dct:MediaType] ,
    [ sh:path dcat:compressFormat ; sh:maxCount 1 ; sh:class dct:MediaType ] ,
    [ sh:path dcat:byteSize ; sh:maxCount 1 ; sh:datatype xsd:nonNegativeInteger] ,
    [ sh:path spdx:checksum ; sh:maxCount 1 ; sh:class spdx:Checksum ] .
[] sh:targetClass spdx:Checksum ;
  sh:property
    [ sh:path spdx:algorithm ; sh:minCount 1 ; sh:maxCount 1 ; sh:class spdx:ChecksumAlgorithm ] ,
    [ sh:path spdx:checksumValue ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:hexBinary ] .
[] sh:targetClass foaf:Agent ; sh:property [ sh:path foaf:name ; sh:minCount 1 ; sh:nodeKind sh:Literal ] .
[] sh:targetClass skos:Concept ; sh:property [ sh:path skos:prefLabel ; sh:minCount 1 ; sh:nodeKind sh:Literal ] .
[] sh:targetClass dct:PeriodOfTime ; sh:property [ sh:path dcat:startDate ; sh:maxCount 1] ,
    [ sh:path dcat:endDate ; sh:maxCount 1 ] .
"""


def run() -> RefereeResult:
    """The description of an export of the examples."""
    return check_description(example_export() / "dataset.ttl")


def check_description(path: Path) -> RefereeResult:
    """Ask each row of HCLS, each shape of DCAT-AP, and SIB's query."""
    graph = rdflib.Graph().parse(path)
    rows = [*_hcls_rows(graph), *_dcat_ap_rows(graph)]
    sib_rows = len(graph.query(CLASSES.text))
    rows.append((f"SIB's query finds {sib_rows} rows", sib_rows >= CLASSES.min_rows))
    findings = tuple(row for row, passed in rows if not passed)
    return RefereeResult("dataset description", "HCLS 2015, DCAT-AP 3.0.1", len(rows), len(rows) - len(findings), findings)


def _hcls_rows(graph: rdflib.Graph) -> Iterator[tuple[str, bool]]:
    versions = set(graph.subjects(_DCTERMS.isVersionOf, None))
    levels = {
        "summary": {value for version in versions for value in graph.objects(version, _DCTERMS.isVersionOf)},
        "version": versions,
        "distribution": {value for version in versions for value in graph.objects(version, _DCAT.distribution)},
    }
    for version in versions:
        current = set(graph.subjects(_PAV.hasCurrentVersion, version))
        yield f"summary: {version} is the current version of it", current == levels["summary"]
    yield "DCAT: the data is one dataset", set(graph.subjects(RDF.type, _DCAT.Dataset)) == versions
    for level, subjects in levels.items():
        yield f"{level}: is there", bool(subjects)
        for subject in subjects:
            is_graph = (subject, _VOID.triples, None) in graph or level != "distribution"
            types = _TYPES[level] if is_graph else _TYPES[level] - {_VOID.Dataset}  # VoID describes RDF
            yield f"{level}: {subject} has its types", types <= set(graph.objects(subject, RDF.type))
            for predicate, expected in _MUST[level].items():
                yield f"{level}: {subject} must have {predicate} as {expected}", _has(graph, subject, predicate, expected)
            for predicate in _MUST_NOT[level]:
                yield f"{level}: {subject} must not have {predicate}", graph.value(subject, predicate) is None


def _has(graph: rdflib.Graph, subject: rdflib.term.Node, predicate: URIRef, expected: str) -> bool:
    values = list(graph.objects(subject, predicate))
    if expected == _TEXT:
        return len(values) == 1 and isinstance(values[0], rdflib.Literal) and bool(values[0].language)
    return bool(values) and (expected == _ANY or all(isinstance(value, URIRef) for value in values))


def _dcat_ap_rows(graph: rdflib.Graph) -> Iterator[tuple[str, bool]]:
    shapes = rdflib.Graph().parse(data=_DCAT_AP, format="turtle")
    _, report, _ = pyshacl.validate(graph, shacl_graph=shapes)
    failed = {
        (report.value(result, _SH.sourceShape), report.value(result, _SH.resultPath), report.value(result, _SH.focusNode))
        for result in report.subjects(RDF.type, _SH.ValidationResult)
    }
    for shape in shapes.subjects(_SH.targetClass, None):
        for rule in shapes.objects(shape, _SH.property):
            for node in graph.subjects(RDF.type, shapes.value(shape, _SH.targetClass)):
                path = shapes.value(rule, _SH.path)
                yield f"DCAT-AP: {node} {path}", (path, node) not in {(failed_path, focus) for _, failed_path, focus in failed}
