"""The context of JSON-LD gives each property its IRI, and no key means two things."""

from __future__ import annotations

import json

import pytest
import rdflib
from rdflib import XSD, URIRef

from pfocr2rdf.rdf.serializers.jsonld import jsonld_context
from pfocr2rdf.rdf.vocabulary import ALIGNMENT_PREFIXES, PREFIXES, PROPERTIES, expand_curie

pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")]


# -- the context -------------------------------------------------------------------------------------------------------------------


def test_the_context_gives_every_property_its_iri_and_the_kind_of_its_values() -> None:
    """As rdflib understands it, from a document that uses each key once."""
    values = {row.jsonld_key: "https://example.org/v" if row.is_object else "v" for row in PROPERTIES}
    document = {"@context": jsonld_context(), "id": "https://example.org/s", **values}
    graph = rdflib.Graph().parse(data=json.dumps(document), format="json-ld")
    values = {str(p): o for p, o in graph.predicate_objects(URIRef("https://example.org/s"))}
    assert values.keys() == {expand_curie(row.name) for row in PROPERTIES}
    for row in PROPERTIES:
        value = values[expand_curie(row.name)]
        assert isinstance(value, URIRef) == row.is_object, row.name
        if not row.is_object:
            assert str(value.datatype or XSD.string) == expand_curie(row.range), row.name


# -- JSON-LD -----------------------------------------------------------------------------------------------------------------


def test_no_key_of_the_context_is_also_a_prefix() -> None:
    keys = [row.jsonld_key for row in PROPERTIES]
    assert set(keys) & {*PREFIXES, *ALIGNMENT_PREFIXES} == set()
    assert set(keys) & {"id", "type"} == set()
    assert [key for key in keys if key.startswith("@") or ":" in key] == []
