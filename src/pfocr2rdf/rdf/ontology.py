"""The OWL ontology of the vocabulary, made from its tables."""

from __future__ import annotations

from itertools import combinations

from pfocr2rdf.rdf.borrowed_terms import BORROWED_TERMS, BorrowedTerm
from pfocr2rdf.rdf.iris import WIKIPATHWAYS_IRI
from pfocr2rdf.rdf.serializers.turtle import TurtleSerializer
from pfocr2rdf.rdf.term_examples import TERM_EXAMPLES
from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, expand_term, iri_term, literal
from pfocr2rdf.rdf.vocabulary import (
    CLASSES,
    EVIDENCE_TYPES,
    INVERSES,
    ONTOLOGY_PREFIXES,
    ONTOLOGY_VERSION,
    OVERLAPPING_CLASSES,
    PFOCR,
    PROPERTIES,
    Class,
    Evidence,
    Inverse,
    Property,
)

ONTOLOGY_IRI = PFOCR.rstrip("#")
# The date of change goes up with ONTOLOGY_VERSION.
_CREATED, _MODIFIED = "2026-11-22T00:00:00Z", "2026-11-28T00:00:00Z"  # xsd:date is no datatype of OWL 2


def ontology_resources() -> list[Resource]:
    """The ontology itself, its classes, its properties, its individuals and the terms that it borrows, in this order."""
    return [
        _ontology(),
        *map(_class, CLASSES),
        *(_property(row) for row in PROPERTIES if row.name.startswith("pfocr:")),
        *map(_inverse, INVERSES),
        *map(_evidence, EVIDENCE_TYPES),
        *map(_borrowed_term, BORROWED_TERMS),
    ]


def serialize_ontology() -> str:
    """The ontology as Turtle."""
    serializer = TurtleSerializer(ONTOLOGY_PREFIXES)
    return serializer.header() + serializer.serialize_resources(ontology_resources(), "")


def _ontology() -> Resource:
    return Resource(
        iri_term(ONTOLOGY_IRI),
        (
            (RDF_TYPE, expand_term("owl:Ontology")),
            (expand_term("owl:versionIRI"), iri_term(f"{ONTOLOGY_IRI}/{ONTOLOGY_VERSION}")),
            (expand_term("owl:versionInfo"), literal(ONTOLOGY_VERSION)),
            (expand_term("dcterms:title"), _english("The PFOCR vocabulary")),
            (expand_term("dcterms:description"), _english("Classes and properties for pathway figures mined from the literature.")),
            (expand_term("dcterms:creator"), iri_term(WIKIPATHWAYS_IRI)),
            (expand_term("dcterms:contributor"), _english("The pfocr2rdf authors")),
            (expand_term("dcterms:created"), literal(_CREATED, "xsd:dateTime")),
            (expand_term("dcterms:modified"), literal(_MODIFIED, "xsd:dateTime")),
            (expand_term("dcterms:license"), iri_term("http://creativecommons.org/publicdomain/zero/1.0/")),
            (expand_term("vann:preferredNamespacePrefix"), literal("pfocr")),
            (expand_term("vann:preferredNamespaceUri"), literal(PFOCR)),
        ),
    )


def _english(text: str) -> str:
    return f"{literal(text)}@en"


def _annotation_pairs(rdf_class: str, row: Class | Property | Inverse | Evidence) -> list[PredicateObject]:
    return [
        (RDF_TYPE, expand_term(rdf_class)),
        (expand_term("rdfs:label"), _english(row.label)),
        (expand_term("skos:definition"), _english(row.definition)),
        (expand_term("skos:example"), literal(TERM_EXAMPLES[row.name])),
        (expand_term("rdfs:isDefinedBy"), iri_term(ONTOLOGY_IRI)),
    ]


def _link_pairs(predicate: str, names: tuple[str, ...]) -> list[PredicateObject]:
    return [(expand_term(predicate), expand_term(name)) for name in names]


def _disjoint_classes(name: str) -> tuple[str, ...]:
    """The classes that share no instance with this one and come after it."""
    pairs = combinations([row.name for row in CLASSES], 2)
    return tuple(second for first, second in pairs if first == name and (first, second) != OVERLAPPING_CLASSES)


def _class(row: Class) -> Resource:
    return Resource(
        expand_term(row.name),
        (
            *_annotation_pairs("owl:Class", row),
            *_link_pairs("rdfs:subClassOf", row.superclasses),
            *_link_pairs("owl:disjointWith", _disjoint_classes(row.name)),
            *_link_pairs("skos:closeMatch", row.close_matches),
        ),
    )


def _property(row: Property) -> Resource:
    return Resource(
        expand_term(row.name),
        (
            *_annotation_pairs("owl:ObjectProperty" if row.is_object else "owl:DatatypeProperty", row),
            *_link_pairs("rdfs:subPropertyOf", row.superproperties),
            # Several domains would be an intersection.
            *_link_pairs("rdfs:domain" if len(row.domain) == 1 else "schema:domainIncludes", row.domain),
            *_link_pairs("rdfs:range", () if row.range == "rdfs:Resource" else (row.range,)),
            *_link_pairs("skos:closeMatch", row.close_matches),
        ),
    )


def _inverse(row: Inverse) -> Resource:
    pairs = _annotation_pairs("owl:ObjectProperty", row)
    return Resource(expand_term(row.name), (*pairs, *_link_pairs("owl:inverseOf", (row.inverse_of,))))


def _evidence(row: Evidence) -> Resource:
    notes = [(expand_term("skos:note"), _english(f"lexicon source: {source}")) for source in row.sources]
    return Resource(
        expand_term(row.name),
        ((RDF_TYPE, expand_term("owl:NamedIndividual")), *_annotation_pairs("pfocr:Evidence", row), *notes),
    )


def _borrowed_term(row: BorrowedTerm) -> Resource:
    namespace = expand_term(row.name.partition(":")[0] + ":")
    return Resource(
        expand_term(row.name),
        (
            (RDF_TYPE, expand_term(row.owl_type)),
            (expand_term("rdfs:label"), _english(row.label)),
            (expand_term("rdfs:isDefinedBy"), namespace),
        ),
    )
