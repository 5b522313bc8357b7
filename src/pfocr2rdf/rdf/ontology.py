"""The OWL ontology of the vocabulary, made from its tables."""

from __future__ import annotations

from pfocr2rdf.rdf.serializers.turtle import TurtleSerializer
from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, expand_term, iri_term, literal
from pfocr2rdf.rdf.vocabulary import CLASSES, EVIDENCE_TYPES, ONTOLOGY_PREFIXES, PFOCR, PROPERTIES, Class, Evidence, Property

ONTOLOGY_IRI = PFOCR.rstrip("#")


def ontology_resources() -> list[Resource]:
    """The ontology itself, its classes, its properties and its individuals, in this order."""
    return [
        _ontology(),
        *map(_class, CLASSES),
        *(_property(row) for row in PROPERTIES if row.name.startswith("pfocr:")),
        *map(_evidence, EVIDENCE_TYPES),
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
            (expand_term("dcterms:title"), literal("The PFOCR vocabulary")),
            (expand_term("dcterms:description"), literal("Classes and properties for pathway figures mined from the literature.")),
            (expand_term("dcterms:license"), iri_term("http://creativecommons.org/publicdomain/zero/1.0/")),
            (expand_term("vann:preferredNamespacePrefix"), literal("pfocr")),
            (expand_term("vann:preferredNamespaceUri"), literal(PFOCR)),
        ),
    )


def _annotation_pairs(rdf_class: str, label: str, definition: str) -> list[PredicateObject]:
    return [
        (RDF_TYPE, expand_term(rdf_class)),
        (expand_term("rdfs:label"), literal(label)),
        (expand_term("skos:definition"), literal(definition)),
        (expand_term("rdfs:isDefinedBy"), iri_term(ONTOLOGY_IRI)),
    ]


def _link_pairs(predicate: str, names: tuple[str, ...]) -> list[PredicateObject]:
    return [(expand_term(predicate), expand_term(name)) for name in names]


def _class(row: Class) -> Resource:
    pairs = _annotation_pairs("owl:Class", row.label, row.definition)
    return Resource(
        expand_term(row.name),
        (*pairs, *_link_pairs("rdfs:subClassOf", row.superclasses), *_link_pairs("skos:closeMatch", row.close_matches)),
    )


def _property(row: Property) -> Resource:
    rdf_class = "owl:ObjectProperty" if row.is_object else "owl:DatatypeProperty"
    domain = "rdfs:domain" if len(row.domain) == 1 else "schema:domainIncludes"  # several domains would be their intersection
    ranges = () if row.range == "rdfs:Resource" else (row.range,)
    return Resource(
        expand_term(row.name),
        (
            *_annotation_pairs(rdf_class, row.label, row.definition),
            *_link_pairs("rdfs:subPropertyOf", row.superproperties),
            *_link_pairs(domain, row.domain),
            *_link_pairs("rdfs:range", ranges),
            *_link_pairs("skos:closeMatch", row.close_matches),
        ),
    )


def _evidence(row: Evidence) -> Resource:
    notes = [(expand_term("skos:note"), literal(f"lexicon source: {source}")) for source in row.sources]
    return Resource(expand_term(row.name), (*_annotation_pairs("pfocr:Evidence", row.label, row.definition), *notes))
