"""IRI profiles: the forms of the IRIs of genes, chemicals and other shared entities that communities use.

A profile has other namespaces for some prefixes. The graph is mapped and validated with the default IRIs; serializers write those of the
profile. So CURIEs, the names of mentions and the order of statements are the same in all profiles. An IRI is mapped if it has a CURIE.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pfocr2rdf.rdf.cache import LruCache
from pfocr2rdf.rdf.prefixes import PrefixMap
from pfocr2rdf.rdf.terms import Resource
from pfocr2rdf.rdf.vocabulary import DEFAULT_PREFIXES, PREFIXES


class IriProfile:
    """A profile: its name, and the namespaces by prefix that differ from the default ones."""

    def __init__(self, name: str, namespaces: Mapping[str, str]) -> None:
        self.name = name
        self._namespaces = dict(namespaces)
        self._own_prefixes = PrefixMap(namespaces)
        self._terms: LruCache[str, str] = LruCache(20_000, self._map_term)

    @property
    def is_default(self) -> bool:
        """Whether no IRI is mapped."""
        return not self._namespaces

    def map_namespaces(self, namespaces: Mapping[str, str]) -> dict[str, str]:
        """A prefix map with the namespaces of the profile.

        >>> IRI_PROFILES["obo"].map_namespaces({"chebi": "https://identifiers.org/chebi/CHEBI:", "ex": "http://example.org/"})
        {'chebi': 'http://purl.obolibrary.org/obo/CHEBI_', 'ex': 'http://example.org/'}
        """
        return {prefix: self._namespaces.get(prefix, namespace) for prefix, namespace in namespaces.items()}

    def map_iri(self, iri: str) -> str:
        """The IRI of the profile for a default one.

        >>> IRI_PROFILES["ncbi"].map_iri("https://identifiers.org/ncbigene/6772")
        'https://www.ncbi.nlm.nih.gov/gene/6772'
        """
        prefix, _, local_name = DEFAULT_PREFIXES.compress(iri).partition(":")
        return self._namespaces[prefix] + local_name if prefix in self._namespaces else iri

    def map_term(self, term: str) -> str:
        """The same for an RDF term as N-Triples text; literals stay."""
        return self._terms[term] if term[0] == "<" else term

    def _map_term(self, term: str) -> str:
        return f"<{self.map_iri(term[1:-1])}>"

    def map_resource(self, resource: Resource) -> Resource:
        """A resource with the IRIs of the profile."""
        return _replace_terms(resource, self.map_term)

    def unmap_iri(self, iri: str) -> str:
        """The default IRI for one of the profile.

        >>> IRI_PROFILES["ncbi"].unmap_iri("https://www.ncbi.nlm.nih.gov/gene/6772")
        'https://identifiers.org/ncbigene/6772'
        """
        curie = self._own_prefixes.compress(iri)
        return DEFAULT_PREFIXES.expand(curie) if curie else iri

    def unmap_term(self, term: str) -> str:
        """The same for an RDF term as N-Triples text; literals stay."""
        return f"<{self.unmap_iri(term[1:-1])}>" if term[0] == "<" else term

    def unmap_resource(self, resource: Resource) -> Resource:
        """A resource with default IRIs."""
        return resource if self.is_default else _replace_terms(resource, self.unmap_term)


def _replace_terms(resource: Resource, replace: Callable[[str], str]) -> Resource:
    return Resource(replace(resource.subject), tuple([(replace(predicate), replace(value)) for predicate, value in resource.pairs]))


_IDENTIFIERS_ORG = "http://identifiers.org/"
_OBO = "http://purl.obolibrary.org/obo/"
DEFAULT_PROFILE = IriProfile("default", {})
IRI_PROFILES: dict[str, IriProfile] = {
    profile.name: profile
    for profile in (
        DEFAULT_PROFILE,
        IriProfile(  # identifiers.org with http, or the IRIs of an official RDF dataset: guidelines of RDF Portal, section 4, and TogoID
            "rdfportal",
            {
                **{prefix: f"{_IDENTIFIERS_ORG}{prefix}/" for prefix in ("ncbigene", "fplx", "pmc", "wikipathways")},
                "chebi": f"{_OBO}CHEBI_",
                "taxon": f"{_IDENTIFIERS_ORG}taxonomy/",
            },
        ),
        IriProfile(  # the PURLs of ontologies, and identifiers.org with http for databases: the prefix maps of Monarch and Biolink
            "obo",
            {
                **{prefix: f"{_IDENTIFIERS_ORG}{prefix}/" for prefix in ("ncbigene", "fplx", "pmc", "wikipathways")},
                "chebi": f"{_OBO}CHEBI_",
            },
        ),
        IriProfile(  # the pages of NCBI, as in the graphs of Proto-OKN
            "ncbi",
            {
                "ncbigene": "https://www.ncbi.nlm.nih.gov/gene/",
                "pmc": "https://www.ncbi.nlm.nih.gov/pmc/articles/",
                "taxon": "https://www.ncbi.nlm.nih.gov/taxonomy/",
                "chebi": f"{_OBO}CHEBI_",
            },
        ),
    )
}
"""The profiles by name; ``docs/howto/iri-profiles.md`` has the sources. MeSH and Disease Ontology have the same IRIs in all of them."""


def is_of_other_profile(iri: str) -> bool:
    """Whether an IRI has the form of a profile other than the default one.

    >>> is_of_other_profile("http://identifiers.org/ncbigene/6772"), is_of_other_profile("https://identifiers.org/ncbigene/6772")
    (True, False)
    """
    return any(profile.unmap_iri(iri) != iri for profile in IRI_PROFILES.values())


MAPPED_PREFIXES = tuple(
    prefix for prefix in PREFIXES if any(profile.map_namespaces(PREFIXES)[prefix] != PREFIXES[prefix] for profile in IRI_PROFILES.values())
)
"""The prefixes whose namespaces differ between profiles."""
