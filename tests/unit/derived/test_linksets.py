"""Linksets: a link for each identifier whose IRIs differ, once, sorted; and a description with their numbers."""

from __future__ import annotations

from itertools import combinations
from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, Store, parse
from tests.support.derived_files import derive_in_memory

from pfocr2rdf.rdf.iri_profiles import IRI_PROFILES

_ENTITIES: tuple[dict[str, Any], ...] = (
    {"id": "taxon:9606", "type": "pfocr:Organism"},
    {"id": "ncbigene:6772", "type": "pfocr:Gene", "organism": "taxon:9606"},
    {"id": "mesh:D000255", "type": "pfocr:Chemical", "closeMatch": ["chebi:15422", "doid:4"]},
    {"id": "mesh:D000256", "type": "pfocr:Chemical", "closeMatch": "chebi:15422"},
    {"id": "chebi:350546", "type": "pfocr:Chemical"},
    {"id": "fam:PI3K", "type": "pfocr:Family", "exactMatch": "fplx:PI3K"},
    {"id": "https://identifiers.org/ncbigene/a/b", "type": "pfocr:Gene"},
)


def derive(*entities: dict[str, Any]) -> dict[str, bytes]:
    return derive_in_memory([*entities], [], "linksets")[0].contents


def test_links_of_a_pair() -> None:
    text = derive(*_ENTITIES)["linksets/rdfportal-ncbi.nt"].decode()
    match = "<http://www.w3.org/2004/02/skos/core#exactMatch>"
    assert text.splitlines() == [
        f"<http://identifiers.org/fplx/PI3K> {match} <https://identifiers.org/fplx/PI3K> .",
        f"<http://identifiers.org/ncbigene/6772> {match} <https://www.ncbi.nlm.nih.gov/gene/6772> .",
        f"<http://identifiers.org/taxonomy/9606> {match} <https://www.ncbi.nlm.nih.gov/taxonomy/9606> .",
    ]


def test_the_description_has_every_pair_and_the_numbers_of_its_links() -> None:
    files = derive(*_ENTITIES)
    store = Store()
    store.load(files["linksets/linksets.ttl"], format=RdfFormat.TURTLE)
    void = "http://rdfs.org/ns/void#"
    for first, second in combinations(IRI_PROFILES, 2):
        linkset = NamedNode(f"https://pfocr.wikipathways.org/dataset#linkset-{first}-{second}")
        (quad,) = store.quads_for_pattern(linkset, NamedNode(f"{void}triples"), None)
        links = list(parse(files[f"linksets/{first}-{second}.nt"], format=RdfFormat.N_TRIPLES))
        assert isinstance(quad.object, Literal)
        assert int(quad.object.value) == len(links) > 0
        (target,) = store.quads_for_pattern(linkset, NamedNode(f"{void}objectsTarget"), None)
        spaces = [space.object.value for space in store.quads_for_pattern(target.object, NamedNode(f"{void}uriSpace"), None)]
        assert all(str(link.object)[1:].startswith(tuple(spaces)) for link in links)


def test_the_order_of_entities_changes_nothing_and_none_have_empty_linksets() -> None:
    assert derive(*_ENTITIES) == derive(*reversed(_ENTITIES), *_ENTITIES)
    assert {name: data for name, data in derive().items() if data} == {"linksets/linksets.ttl": derive()["linksets/linksets.ttl"]}
