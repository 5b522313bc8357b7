"""Linksets between IRI profiles: for each pair of profiles, the IRIs that differ, as N-Triples, and a description of all in VoID.

The property is ``skos:exactMatch``: with ``owl:sameAs``, a reasoner copies every statement of an IRI to all others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations

from pfocr2rdf.derived.base import DerivedFormat, OutputFiles
from pfocr2rdf.derived.entities import EntitySummary
from pfocr2rdf.derived.nodes import FigureNodes, Node, iris, node_id
from pfocr2rdf.rdf.iri_profiles import IRI_PROFILES, MAPPED_PREFIXES, IriProfile
from pfocr2rdf.rdf.iris import DATASET_IRI
from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.rdf.serializers.turtle import TurtleSerializer
from pfocr2rdf.rdf.terms import RDF_TYPE, Resource, iri_term, literal
from pfocr2rdf.rdf.vocabulary import DEFAULT_PREFIXES, PREFIXES

_EXACT_MATCH = "<http://www.w3.org/2004/02/skos/core#exactMatch>"
_VOID_PREFIXES = PrefixMap(
    {"void": "http://rdfs.org/ns/void#", **{prefix: PREFIXES[prefix] for prefix in ("dcterms", "rdf", "skos", "xsd")}}
)
_expand = _VOID_PREFIXES.expand_term


class Linksets(DerivedFormat):
    """Writes ``linksets/<from>-<to>.nt`` for each pair of profiles, sorted by CURIE, and ``linksets/linksets.ttl``."""

    name = "linksets"

    def __init__(self, files: OutputFiles, entities: Mapping[str, EntitySummary]) -> None:
        super().__init__(files, entities)
        self._curies: set[str] = set()  # no more than a few for each entity

    def add_entity(self, entity: Node) -> None:
        """Collect the identifiers of an entity and of its matches."""
        for identifier in (node_id(entity), *iris(entity, "exactMatch"), *iris(entity, "closeMatch")):
            if identifier.partition(":")[0] in MAPPED_PREFIXES:
                self._curies.add(identifier)

    def add_figure(self, nodes: FigureNodes) -> None:
        """Figures have the same IRIs in all profiles."""

    def finish(self) -> None:
        """Write the linksets and their description."""
        curies = sorted(self._curies)
        counts: dict[tuple[IriProfile, IriProfile], int] = {}
        for first, second in combinations(IRI_PROFILES.values(), 2):
            file = self.files.create(f"linksets/{first.name}-{second.name}.nt")
            counts[first, second] = 0
            for line in _iter_lines(curies, first, second):
                file.write(line.encode())
                counts[first, second] += 1
        serializer = TurtleSerializer(_VOID_PREFIXES)
        text = serializer.header() + serializer.serialize_resources(list(_describe(counts)), "")
        self.files.create("linksets/linksets.ttl").write(text.encode())


def _iter_lines(curies: list[str], first: IriProfile, second: IriProfile) -> Iterator[str]:
    for curie in curies:
        iri = DEFAULT_PREFIXES.expand(curie)
        if (source := first.map_iri(iri)) != (target := second.map_iri(iri)):
            yield f"<{source}> {_EXACT_MATCH} <{target}> .\n"


def _describe(counts: Mapping[tuple[IriProfile, IriProfile], int]) -> Iterator[Resource]:
    """A linkset for each pair, with its number of links, and a dataset for each profile, with its namespaces."""
    for (first, second), count in counts.items():
        yield Resource(
            iri_term(f"{DATASET_IRI}#linkset-{first.name}-{second.name}"),
            (
                (RDF_TYPE, _expand("void:Linkset")),
                (_expand("dcterms:title"), f"{literal(f'IRIs of the profile {first.name}, linked to those of {second.name}')}@en"),
                (_expand("void:subjectsTarget"), _dataset(first)),
                (_expand("void:linkPredicate"), _EXACT_MATCH),
                (_expand("void:objectsTarget"), _dataset(second)),
                (_expand("void:triples"), literal(str(count), "xsd:integer")),
            ),
        )
    for profile in IRI_PROFILES.values():
        namespaces = sorted(profile.map_namespaces({prefix: PREFIXES[prefix] for prefix in MAPPED_PREFIXES}).values())
        yield Resource(
            _dataset(profile),
            (
                (RDF_TYPE, _expand("void:Dataset")),
                (_expand("dcterms:title"), f"{literal(f'PFOCR with the IRIs of the profile {profile.name}')}@en"),
                *((_expand("void:uriSpace"), literal(namespace)) for namespace in namespaces),
            ),
        )


def _dataset(profile: IriProfile) -> str:
    return iri_term(f"{DATASET_IRI}#iris-{profile.name}")
