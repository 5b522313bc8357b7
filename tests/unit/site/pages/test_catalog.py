"""The dataset's node of schema.org, from descriptions that say much and descriptions that say little."""

from __future__ import annotations

import pytest

from pfocr2rdf.pipeline.partitions import DESCRIPTION_PREFIXES
from pfocr2rdf.rdf.iris import CC0_IRI, DATASET_IRI
from pfocr2rdf.rdf.terms import Resource, iri_term, literal
from pfocr2rdf.site.pages.catalog import build_dataset_node

_expand = DESCRIPTION_PREFIXES.expand_term
ORCID = "https://orcid.org/0000-0002-1825-0097"


def describe(**values: str) -> Resource:
    return Resource(iri_term(DATASET_IRI), tuple((_expand(name.replace("_", ":")), value) for name, value in values.items()))


def test_without_a_description_there_is_what_the_profile_cannot_do_without() -> None:
    node = build_dataset_node([])
    assert node["license"] == CC0_IRI
    assert [agent["name"] for agent in node["creator"]] == ["WikiPathways"]
    assert "distribution" not in node
    assert "version" not in node


def test_persons_have_an_orcid_and_a_name() -> None:
    person = Resource(iri_term(ORCID), ((_expand("foaf:name"), literal("A. Person")),))
    node = build_dataset_node([describe(dcterms_creator=iri_term(ORCID), dcterms_publisher=iri_term("https://example.org/")), person])
    assert node["creator"] == [{"@type": "Person", "@id": ORCID, "name": "A. Person", "url": ORCID}]
    assert node["publisher"][0]["@type"] == "Organization"


@pytest.mark.parametrize("text", ["", "Short.", "x" * 49, "x" * 50, "x" * 6000])
def test_a_description_has_the_length_that_google_takes(text: str) -> None:
    description = build_dataset_node([describe(dcterms_description=literal(text))])["description"]
    assert 50 <= len(description) <= 5000
    assert description.startswith(text[:5000])


def test_a_file_is_where_the_description_says_or_else_at_the_published_site() -> None:
    files = [iri_term(f"{DATASET_IRI}#{name}") for name in ("a b.ttl", "c.nq")]
    described = [
        Resource(iri_term(DATASET_IRI), ()),
        Resource(
            iri_term(f"{DATASET_IRI}#version-1"),
            (
                (_expand("prov:specializationOf"), iri_term(DATASET_IRI)),
                *((_expand("dcat:distribution"), file) for file in files),
            ),
        ),
        Resource(files[0], ((_expand("dcterms:title"), literal("a b.ttl")),)),
        Resource(
            files[1],
            (
                (_expand("dcterms:title"), literal("c.nq")),
                (_expand("dcat:downloadURL"), iri_term("https://example.org/c.nq")),
                (_expand("dcat:mediaType"), iri_term("https://www.iana.org/assignments/media-types/application/n-quads")),
            ),
        ),
    ]
    first, second = build_dataset_node(described)["distribution"]
    assert first["contentUrl"] == "https://pfocr.wikipathways.org/downloads/a%20b.ttl"
    assert second["contentUrl"] == "https://example.org/c.nq"
    assert second["encodingFormat"] == "application/n-quads"
