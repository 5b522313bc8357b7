"""The URL scheme: the one table from which the files, links, redirects and checks of the site are made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

from pfocr2rdf.rdf.vocabulary import ONTOLOGY_VERSION, PREFIXES, SITE_URL
from pfocr2rdf.site.pages.portable_names import portable_path


class EntityType(NamedTuple):
    """A class of resources that have pages."""

    name: str  # the singular noun
    folder: str  # the folder of their pages, which is also the value for ``--pages``
    cls: str  # their RDF class, as a CURIE
    namespaces: tuple[tuple[str, str], ...]  # of their IRIs, each with the prefix that replaces it in the names of their pages
    iri_suffix: str = ""  # of their IRIs

    @property
    def has_own_iris(self) -> bool:
        """Whether their IRIs are the project's own, and dereference to their pages."""
        return self.namespaces[0][0].startswith(SITE_URL)


ENTITY_TYPES: tuple[EntityType, ...] = (
    EntityType("figure", "figures", "pfocr:Figure", ((PREFIXES["figure"], ""),), ".html"),
    EntityType("gene", "genes", "pfocr:Gene", ((PREFIXES["ncbigene"], ""),)),
    EntityType("family", "families", "pfocr:Family", ((PREFIXES["fam"], ""),)),
    EntityType("paper", "papers", "pfocr:Paper", ((PREFIXES["pmc"], ""),)),
    EntityType("chemical", "chemicals", "pfocr:Chemical", ((PREFIXES["mesh"], ""), (PREFIXES["chebi"], "CHEBI_"))),
    EntityType("disease", "diseases", "pfocr:Disease", ((PREFIXES["mesh"], ""), (PREFIXES["doid"], "DOID_"))),
    EntityType("organism", "organisms", "pfocr:Organism", ((PREFIXES["taxon"], ""),)),
)
"""The entity types: each resource of one of them has a page."""

ENTITY_TYPES_BY_FOLDER = {entity_type.folder: entity_type for entity_type in ENTITY_TYPES}
ENTITY_TYPES_BY_NAME = {entity_type.name: entity_type for entity_type in ENTITY_TYPES}
ALIASED_TYPE = ENTITY_TYPES_BY_NAME["figure"]  # the only one whose resources have old addresses


class Representation(NamedTuple):
    """A representation of a resource, as HTTP has it: the suffix of its file, its media type, and its label."""

    suffix: str
    media_type: str
    label: str


HTML = Representation(".html", "text/html", "HTML")
TURTLE = Representation(".ttl", "text/turtle", "Turtle")
JSONLD = Representation(".jsonld", "application/ld+json", "JSON-LD")
RDF_XML = Representation(".rdf", "application/rdf+xml", "RDF/XML")

REPRESENTATIONS: tuple[Representation, ...] = (HTML, TURTLE, JSONLD)
"""The representations; the first one is the default in content negotiation."""

VOCABULARY_REPRESENTATIONS = (*REPRESENTATIONS, RDF_XML)
"""Those of the vocabulary: ontology editors such as Protégé ask for RDF/XML first."""

VOCABULARY_PAGE = "vocab"
STANDALONE_PAGES = ("dataset", VOCABULARY_PAGE)  # the pages that are of no entity type, and have all representations, too
REDIRECTS = {
    "dataset/description": "dataset",
    ".well-known/void": "dataset",
    f"{VOCABULARY_PAGE}/{ONTOLOGY_VERSION}": VOCABULARY_PAGE,  # the owl:versionIRI
}
"""Paths that redirect to a page under another path."""

GRAPHS_FOLDER = "graphs"  # the folder of the figures' named graphs: ``graphs/X`` redirects to the statements of figure ``X``
_MAX_SEGMENT_BYTES = 200  # so that suffixes and page numbers fit behind a segment in the 255 bytes of a file's name
_BAD_SEGMENT = re.compile(r"\A\.{1,2}\Z|[\x00-\x1f\x7f\ud800-\udfff]").search

_FILE_LIKE = re.compile(r"\.(?:html|ttl|jsonld|gz)/|/page-[0-9]+\Z").search
"""Names that would make a folder where a file is, or are the path of another resource's further page."""


class PageAddress(NamedTuple):
    """The address of a resource's pages."""

    entity_type: EntityType | None  # ``None`` for ``STANDALONE_PAGES`` and for pages that only people read
    name: str  # of the resource in its folder, not percent-encoded; it may have slashes
    has_portable_path: bool = False  # whether its files have names that every file system can hold

    @property
    def iri_path(self) -> str:
        """The path that the name gives, which IRIs of the project's own have; not percent-encoded."""
        return f"{self.entity_type.folder}/{self.name}" if self.entity_type else self.name

    @property
    def path(self) -> str:
        """The path of its files without their suffix, not percent-encoded.

        >>> address_from_iri("https://pfocr.wikipathways.org/families/NF-%CE%BAB", ENTITY_TYPES_BY_NAME["family"]).path
        'families/NF-κB'
        """
        return portable_path(self.iri_path) if self.has_portable_path else self.iri_path

    @property
    def representations(self) -> tuple[Representation, ...]:
        """The representations that it has."""
        is_vocabulary = not self.entity_type and self.name == VOCABULARY_PAGE
        return VOCABULARY_REPRESENTATIONS if is_vocabulary else REPRESENTATIONS

    @property
    def is_renamed(self) -> bool:
        """Whether its files have another name than its IRI."""
        return self.path != self.iri_path

    def file_path(self, representation: Representation, page_number: int = 1) -> str:
        """The path of a file; pages from the second on are in a separate folder."""
        return f"{self.path}{representation.suffix}" if page_number == 1 else f"{self.path}/page-{page_number}{representation.suffix}"

    def url(self, representation: Representation | None = None, page_number: int = 1) -> str:
        """The URL relative to the site's root; without a representation, the one that is subject to content negotiation."""
        return quote(self.file_path(representation, page_number) if representation else self.path)

    @property
    def path_to_root(self) -> str:
        """The relative URL from its first page to the root."""
        return "../" * self.path.count("/")

    @property
    def iri(self) -> str:
        """The IRI of the resource."""
        if not self.entity_type:
            return f"{SITE_URL}{quote(self.name)}"
        namespace, name_prefix = next(pair for pair in reversed(self.entity_type.namespaces) if self.name.startswith(pair[1]))
        return f"{namespace}{quote(self.name[len(name_prefix) :], safe='')}{self.entity_type.iri_suffix}"


def address_from_iri(iri: str, entity_type: EntityType, *, has_portable_path: bool = False) -> PageAddress | None:
    """The address of a resource; ``None`` if the IRI is not one of the entity type, or its name can be no path.

    >>> address_from_iri("https://identifiers.org/chebi/CHEBI:76072", ENTITY_TYPES_BY_NAME["chemical"]).url(HTML)
    'chemicals/CHEBI_76072.html'
    >>> address_from_iri("https://pfocr.wikipathways.org/families/..%2F..%2Fetc", ENTITY_TYPES_BY_NAME["family"])
    """
    for namespace, name_prefix in entity_type.namespaces:
        if iri.startswith(namespace) and iri.endswith(entity_type.iri_suffix):
            local_name = iri[len(namespace) : len(iri) - len(entity_type.iri_suffix)]
            address = PageAddress(entity_type, name_prefix + unquote(local_name, errors="surrogateescape"), has_portable_path)
            return address if _is_path(address.name) and address.iri == iri else None
    return None


def address_from_path(path: str) -> PageAddress | None:
    """The address whose pages have this path without a suffix, not percent-encoded; ``None`` if there can be none.

    >>> address_from_path("genes/6772").iri
    'https://identifiers.org/ncbigene/6772'
    """
    if path in STANDALONE_PAGES:
        return PageAddress(None, path)
    folder, _, name = path.partition("/")
    entity_type = ENTITY_TYPES_BY_FOLDER.get(folder)
    return PageAddress(entity_type, name) if entity_type and _is_path(name) else None


def _is_path(name: str) -> bool:
    return not _FILE_LIKE(name) and all(
        segment and not _BAD_SEGMENT(segment) and len(segment.encode()) <= _MAX_SEGMENT_BYTES for segment in name.split("/")
    )


class RedirectRule(NamedTuple):
    """How the paths of IRIs redirect to documents."""

    prefix: str  # the prefix of the paths, not percent-encoded
    suffix: str  # their suffix
    target_prefix: str  # the prefix of the documents' paths; the rest of the path and the representation's suffix follow
    is_page: bool  # whether the path itself is the HTML page, so that only other representations redirect
    is_wildcard: bool  # whether the rule is for many resources; otherwise ``prefix`` is the whole path


def redirect_rules() -> Iterator[RedirectRule]:
    """The rules, for the configuration of web servers, for the server and for the audit."""
    for entity_type in ENTITY_TYPES:
        yield RedirectRule(f"{entity_type.folder}/", entity_type.iri_suffix, f"{entity_type.folder}/", bool(entity_type.iri_suffix), True)
    yield RedirectRule(f"{GRAPHS_FOLDER}/", "", "figures/", False, True)
    for name in STANDALONE_PAGES:
        yield RedirectRule(name, "", name, False, False)
    for path, target in REDIRECTS.items():
        yield RedirectRule(path, "", target, False, False)
