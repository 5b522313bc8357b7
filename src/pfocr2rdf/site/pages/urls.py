"""Where things have their pages: the one table from which files, links, redirects and checks are made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

from pfocr2rdf.rdf.vocabulary import PREFIXES, SITE_URL


class EntityType(NamedTuple):
    """A kind of thing that has pages.

    Attributes:
        name: what one of them is called.
        folder: the folder of their pages, which is also what ``--pages`` calls them.
        cls: their class.
        namespaces: what their IRIs begin with, each with what the names of their pages begin with in its place.
        iri_suffix: what their IRIs end in.
    """

    name: str
    folder: str
    cls: str
    namespaces: tuple[tuple[str, str], ...]
    iri_suffix: str = ""

    @property
    def has_own_iris(self) -> bool:
        """Whether the IRIs are those of the project, so that they lead to the pages."""
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
"""The kinds of things, each with a page for each of its things."""

ENTITY_TYPES_BY_FOLDER = {kind.folder: kind for kind in ENTITY_TYPES}
ENTITY_TYPES_BY_NAME = {kind.name: kind for kind in ENTITY_TYPES}


class Representation(NamedTuple):
    """A form in which a page is there: the ending of its file, its media type, and what people call it."""

    suffix: str
    media_type: str
    label: str


HTML = Representation(".html", "text/html", "HTML")
TURTLE = Representation(".ttl", "text/turtle", "Turtle")
JSONLD = Representation(".jsonld", "application/ld+json", "JSON-LD")

REPRESENTATIONS: tuple[Representation, ...] = (HTML, TURTLE, JSONLD)
"""The forms, the one for people first: it is given to whoever has no wish."""

STANDALONE_PAGES = ("dataset", "vocab")
"""The pages that are not of a thing of a kind, and have all forms, too."""

REDIRECTS = {"dataset/description": "dataset", ".well-known/void": "dataset"}
"""Paths that lead to a page under another path."""

GRAPHS_FOLDER = "graphs"
"""The folder of the named graphs of figures: ``graphs/X`` leads to the statements of figure ``X``."""

_MAX_STEP_BYTES = 200  # bytes of a step of a path, so that endings and numbers fit behind it in 255
_BAD_STEP = re.compile(r"\.{1,2}\Z|[\x00-\x1f\x7f\ud800-\udfff]").search

_FILE_LIKE = re.compile(r"\.(?:html|ttl|jsonld|gz)/|/page-[0-9]+\Z").search
"""What would be a folder where a file is, or a further page of another thing."""


class PageAddress(NamedTuple):
    """Where the pages of a thing are.

    Attributes:
        entity_type: the kind of thing; none for ``STANDALONE_PAGES`` and for pages that only people read.
        name: the name of the page in its folder, as text; it may have slashes.
    """

    entity_type: EntityType | None
    name: str

    @property
    def path(self) -> str:
        """The path of its files without their ending, as text.

        >>> address_from_iri("https://pfocr.wikipathways.org/families/NF-%CE%BAB", ENTITY_TYPES_BY_NAME["family"]).path
        'families/NF-κB'
        """
        return f"{self.entity_type.folder}/{self.name}" if self.entity_type else self.name

    def file_path(self, representation: Representation, page_number: int = 1) -> str:
        """The path of a file; all numbers but the first are of further pages of a long list."""
        return f"{self.path}{representation.suffix}" if page_number == 1 else f"{self.path}/page-{page_number}{representation.suffix}"

    def url(self, representation: Representation | None = None, page_number: int = 1) -> str:
        """The same as a relative URL of the site's root; without a form, that which leads to the one that is accepted."""
        return quote(self.file_path(representation, page_number) if representation else self.path)

    @property
    def path_to_root(self) -> str:
        """What leads from its first page to the root."""
        return "../" * self.path.count("/")

    @property
    def iri(self) -> str:
        """The IRI of the thing."""
        if not self.entity_type:
            return f"{SITE_URL}{quote(self.name)}"
        space, begin = next(one for one in reversed(self.entity_type.namespaces) if self.name.startswith(one[1]))
        return f"{space}{quote(self.name[len(begin) :], safe='')}{self.entity_type.iri_suffix}"


def address_from_iri(iri: str, entity_type: EntityType) -> PageAddress | None:
    """The place of a thing; none where its IRI is not one of its kind, or its name can be no path.

    >>> address_from_iri("https://identifiers.org/chebi/CHEBI:76072", ENTITY_TYPES_BY_NAME["chemical"]).url(HTML)
    'chemicals/CHEBI_76072.html'
    >>> address_from_iri("https://pfocr.wikipathways.org/families/..%2F..%2Fetc", ENTITY_TYPES_BY_NAME["family"])

    Args:
        iri: the IRI of the thing.
        entity_type: its kind.
    """
    for space, begin in entity_type.namespaces:
        if iri.startswith(space) and iri.endswith(entity_type.iri_suffix):
            name = begin + unquote(iri[len(space) : len(iri) - len(entity_type.iri_suffix)], errors="surrogateescape")
            place = PageAddress(entity_type, name)
            return place if _is_path(name) and place.iri == iri else None
    return None


def address_from_path(path: str) -> PageAddress | None:
    """The place whose pages have this path, without an ending; none where there can be none.

    >>> address_from_path("genes/6772").iri
    'https://identifiers.org/ncbigene/6772'

    Args:
        path: as text, with no slash at its begin.
    """
    if path in STANDALONE_PAGES:
        return PageAddress(None, path)
    folder, _, name = path.partition("/")
    kind = ENTITY_TYPES_BY_FOLDER.get(folder)
    return PageAddress(kind, name) if kind and _is_path(name) else None


def _is_path(name: str) -> bool:
    return not _FILE_LIKE(name) and all(step and not _BAD_STEP(step) and len(step.encode()) <= _MAX_STEP_BYTES for step in name.split("/"))


class RedirectRule(NamedTuple):
    """How paths under which things are known lead to the files that tell of them.

    Attributes:
        prefix: what the paths begin with, as text.
        suffix: what they end in.
        target_prefix: what the paths of the files begin with; the same middle and the form's ending follow.
        is_page: whether the path itself is the page for people, so that only other forms lead elsewhere.
        is_wildcard: whether there is one for each of many things; otherwise ``prefix`` is the whole path.
    """

    prefix: str
    suffix: str
    target_prefix: str
    is_page: bool
    is_wildcard: bool


def redirect_rules() -> Iterator[RedirectRule]:
    """The rules, for the files of web servers, for the service and for its check."""
    for kind in ENTITY_TYPES:
        yield RedirectRule(f"{kind.folder}/", kind.iri_suffix, f"{kind.folder}/", bool(kind.iri_suffix), True)
    yield RedirectRule(f"{GRAPHS_FOLDER}/", "", "figures/", False, True)
    for name in STANDALONE_PAGES:
        yield RedirectRule(name, "", name, False, False)
    for path, to in REDIRECTS.items():
        yield RedirectRule(path, "", to, False, False)
