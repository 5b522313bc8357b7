"""IRI profiles: default IRIs are mapped to those of a profile and back, and nothing else is."""

from __future__ import annotations

import pytest

from pfocr2rdf.rdf import iris
from pfocr2rdf.rdf.iri_profiles import IRI_PROFILES, MAPPED_PREFIXES, IriProfile
from pfocr2rdf.rdf.vocabulary import PREFIXES

_IRIS = (
    iris.gene_iri("6772"),
    iris.chebi_iri("17997"),
    iris.taxon_iri("9606"),
    iris.paper_iri("PMC7378365"),
    iris.pathway_iri("WP4868"),
    iris.famplex_iri("PI3K"),
    iris.mesh_iri("D000255"),
    iris.doid_iri("1324"),
    iris.family_iri("NF-κB"),
    iris.figure_iri("PMC1__F1"),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("default", ["https://identifiers.org/ncbigene/6772", "https://identifiers.org/chebi/CHEBI:17997"]),
        ("rdfportal", ["http://identifiers.org/ncbigene/6772", "http://purl.obolibrary.org/obo/CHEBI_17997"]),
        ("obo", ["http://identifiers.org/ncbigene/6772", "http://purl.obolibrary.org/obo/CHEBI_17997"]),
        ("ncbi", ["https://www.ncbi.nlm.nih.gov/gene/6772", "http://purl.obolibrary.org/obo/CHEBI_17997"]),
    ],
)
def test_forms_of_genes_and_chemicals(name: str, expected: list[str]) -> None:
    assert [IRI_PROFILES[name].map_iri(iri) for iri in _IRIS[:2]] == expected


@pytest.mark.parametrize("profile", IRI_PROFILES.values(), ids=lambda profile: profile.name)
def test_every_iri_comes_back(profile: IriProfile) -> None:
    mapped = [profile.map_iri(iri) for iri in _IRIS]
    assert len(set(mapped)) == len(_IRIS)
    assert [profile.unmap_iri(iri) for iri in mapped] == list(_IRIS)
    assert [profile.unmap_term(profile.map_term(f"<{iri}>")) for iri in _IRIS] == [f"<{iri}>" for iri in _IRIS]


@pytest.mark.parametrize("profile", IRI_PROFILES.values(), ids=lambda profile: profile.name)
def test_other_terms_stay(profile: IriProfile) -> None:
    for term in (
        '"<https://identifiers.org/ncbigene/6772>"',
        '"https://identifiers.org/ncbigene/6772"',
        "<https://identifiers.org/ncbigene/a/b>",  # it has no CURIE
        "<https://identifiers.org/ncbigene/>",
        "<https://pfocr.wikipathways.org/vocab#mentions>",
    ):
        assert profile.map_term(term) == term


def test_namespaces_of_a_profile_are_distinct() -> None:
    for profile in IRI_PROFILES.values():
        namespaces = profile.map_namespaces(PREFIXES)
        assert list(namespaces) == list(PREFIXES)
        assert len(set(namespaces.values())) == len(PREFIXES)
    assert set(MAPPED_PREFIXES) == {"ncbigene", "fplx", "pmc", "wikipathways", "chebi", "taxon"}
