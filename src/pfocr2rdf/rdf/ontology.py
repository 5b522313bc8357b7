"""The ontology: the tables of the vocabulary as RDF."""

from __future__ import annotations

from pfocr2rdf.rdf.serializers.turtle import TurtleWriter
from pfocr2rdf.rdf.terms import TYPE, Node, Pair, literal, ref, term
from pfocr2rdf.rdf.vocabulary import ALIGNED, CLASSES, EVIDENCE, PFOCR, PREFIXES, PROPERTIES, Class, Evidence, Property, expand

ONTOLOGY = PFOCR.rstrip("#")


def ontology() -> list[Node]:
    """The ontology itself, then its classes, properties and individuals."""
    return [
        _header(),
        *(_class(row) for row in CLASSES),
        *(_property(row) for row in PROPERTIES if row.name.startswith("pfocr:")),
        *(_evidence(row) for row in EVIDENCE),
    ]


def ontology_turtle() -> str:
    """The ontology as Turtle."""
    writer = TurtleWriter({**PREFIXES, **ALIGNED})
    return writer.head() + writer.nodes(ontology(), "")


def _header() -> Node:
    return Node(
        ref(ONTOLOGY),
        (
            (TYPE, term("owl:Ontology")),
            (term("dcterms:title"), literal("The PFOCR vocabulary")),
            (term("dcterms:description"), literal("Classes and properties for pathway figures mined from the literature.")),
            (term("dcterms:license"), ref("http://creativecommons.org/publicdomain/zero/1.0/")),
            (term("vann:preferredNamespacePrefix"), literal("pfocr")),
            (term("vann:preferredNamespaceUri"), literal(PFOCR)),
        ),
    )


def _common(kind: str, label: str, definition: str) -> list[Pair]:
    return [
        (TYPE, term(kind)),
        (term("rdfs:label"), literal(label)),
        (term("skos:definition"), literal(definition)),
        (term("rdfs:isDefinedBy"), ref(ONTOLOGY)),
    ]


def _links(predicate: str, names: tuple[str, ...]) -> list[Pair]:
    return [(term(predicate), ref(expand(name))) for name in names]


def _class(row: Class) -> Node:
    pairs = _common("owl:Class", row.label, row.definition)
    return Node(term(row.name), (*pairs, *_links("rdfs:subClassOf", row.superclasses), *_links("skos:closeMatch", row.close)))


def _property(row: Property) -> Node:
    kind = "owl:ObjectProperty" if row.is_object else "owl:DatatypeProperty"
    domain = row.domain if len(row.domain) == 1 else ()
    usage = _links("schema:domainIncludes", row.domain) if len(row.domain) > 1 else []
    value = () if row.range == "rdfs:Resource" else (row.range,)
    return Node(
        term(row.name),
        (
            *_common(kind, row.label, row.definition),
            *_links("rdfs:subPropertyOf", row.superproperties),
            *_links("rdfs:domain", domain),
            *usage,
            *_links("rdfs:range", value),
            *_links("skos:closeMatch", row.close),
        ),
    )


def _evidence(row: Evidence) -> Node:
    notes = [(term("skos:note"), literal(f"lexicon source: {source}")) for source in row.sources]
    return Node(term(row.name), (*_common("pfocr:Evidence", row.label, row.definition), *notes))
