"""Where things have their pages: the one table from which files, links, redirects and checks are made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

from pfocr2rdf.rdf.vocabulary import PREFIXES, SITE


class Kind(NamedTuple):
    """A kind of thing that has pages.

    Attributes:
        name: what one of them is called.
        folder: the folder of their pages, which is also what ``--pages`` calls them.
        cls: their class.
        spaces: what their IRIs begin with, each with what the names of their pages begin with in its place.
        ending: what their IRIs end in.
    """

    name: str
    folder: str
    cls: str
    spaces: tuple[tuple[str, str], ...]
    ending: str = ""

    @property
    def is_own(self) -> bool:
        """Whether the IRIs are those of the project, so that they lead to the pages."""
        return self.spaces[0][0].startswith(SITE)


KINDS: tuple[Kind, ...] = (
    Kind("figure", "figures", "pfocr:Figure", ((PREFIXES["figure"], ""),), ".html"),
    Kind("gene", "genes", "pfocr:Gene", ((PREFIXES["ncbigene"], ""),)),
    Kind("family", "families", "pfocr:Family", ((PREFIXES["fam"], ""),)),
    Kind("paper", "papers", "pfocr:Paper", ((PREFIXES["pmc"], ""),)),
    Kind("chemical", "chemicals", "pfocr:Chemical", ((PREFIXES["mesh"], ""), (PREFIXES["chebi"], "CHEBI_"))),
    Kind("disease", "diseases", "pfocr:Disease", ((PREFIXES["mesh"], ""), (PREFIXES["doid"], "DOID_"))),
    Kind("organism", "organisms", "pfocr:Organism", ((PREFIXES["taxon"], ""),)),
)
"""The kinds of things, each with a page for each of its things."""

BY_FOLDER = {kind.folder: kind for kind in KINDS}
BY_NAME = {kind.name: kind for kind in KINDS}


class Form(NamedTuple):
    """A form in which a page is there: the ending of its file, its media type, and what people call it."""

    ending: str
    media_type: str
    label: str


HTML = Form(".html", "text/html", "HTML")
TURTLE = Form(".ttl", "text/turtle", "Turtle")
JSONLD = Form(".jsonld", "application/ld+json", "JSON-LD")

FORMS: tuple[Form, ...] = (HTML, TURTLE, JSONLD)
"""The forms, the one for people first: it is given to whoever has no wish."""

DOCUMENTS = ("dataset", "vocab")
"""The pages that are not of a thing of a kind, and have all forms, too."""

REDIRECTS = {"dataset/description": "dataset", ".well-known/void": "dataset"}
"""Paths that lead to a page under another path."""

GRAPHS = "graphs"
"""The folder of the named graphs of figures: ``graphs/X`` leads to the statements of figure ``X``."""

_LONGEST = 200  # bytes of a step of a path, so that endings and numbers fit behind it in 255
_BAD_STEP = re.compile(r"\.{1,2}\Z|[\x00-\x1f\x7f\ud800-\udfff]").search

_FILE = re.compile(r"\.(?:html|ttl|jsonld|gz)/|/page-[0-9]+\Z").search
"""What would be a folder where a file is, or a further page of another thing."""


class Place(NamedTuple):
    """Where the pages of a thing are.

    Attributes:
        kind: the kind of thing; none for ``DOCUMENTS`` and for pages that only people read.
        name: the name of the page in its folder, as text; it may have slashes.
    """

    kind: Kind | None
    name: str

    @property
    def path(self) -> str:
        """The path of its files without their ending, as text.

        >>> place_of("https://pfocr.wikipathways.org/families/NF-%CE%BAB", BY_NAME["family"]).path
        'families/NF-κB'
        """
        return f"{self.kind.folder}/{self.name}" if self.kind else self.name

    def file(self, form: Form, number: int = 1) -> str:
        """The path of a file; all numbers but the first are of further pages of a long list."""
        return f"{self.path}{form.ending}" if number == 1 else f"{self.path}/page-{number}{form.ending}"

    def url(self, form: Form | None = None, number: int = 1) -> str:
        """The same as a relative URL of the site's root; without a form, that which leads to the one that is accepted."""
        return quote(self.file(form, number) if form else self.path)

    @property
    def root(self) -> str:
        """What leads from its first page to the root."""
        return "../" * self.path.count("/")

    @property
    def iri(self) -> str:
        """The IRI of the thing."""
        if not self.kind:
            return f"{SITE}{quote(self.name)}"
        space, begin = next(one for one in reversed(self.kind.spaces) if self.name.startswith(one[1]))
        return f"{space}{quote(self.name[len(begin) :], safe='')}{self.kind.ending}"


def place_of(iri: str, kind: Kind) -> Place | None:
    """The place of a thing; none where its IRI is not one of its kind, or its name can be no path.

    >>> place_of("https://identifiers.org/chebi/CHEBI:76072", BY_NAME["chemical"]).url(HTML)
    'chemicals/CHEBI_76072.html'
    >>> place_of("https://pfocr.wikipathways.org/families/..%2F..%2Fetc", BY_NAME["family"])

    Args:
        iri: the IRI of the thing.
        kind: its kind.
    """
    for space, begin in kind.spaces:
        if iri.startswith(space) and iri.endswith(kind.ending):
            name = begin + unquote(iri[len(space) : len(iri) - len(kind.ending)], errors="surrogateescape")
            place = Place(kind, name)
            return place if _is_path(name) and place.iri == iri else None
    return None


def place_at(path: str) -> Place | None:
    """The place whose pages have this path, without an ending; none where there can be none.

    >>> place_at("genes/6772").iri
    'https://identifiers.org/ncbigene/6772'

    Args:
        path: as text, with no slash at its begin.
    """
    if path in DOCUMENTS:
        return Place(None, path)
    folder, _, name = path.partition("/")
    kind = BY_FOLDER.get(folder)
    return Place(kind, name) if kind and _is_path(name) else None


def _is_path(name: str) -> bool:
    return not _FILE(name) and all(step and not _BAD_STEP(step) and len(step.encode()) <= _LONGEST for step in name.split("/"))


class Rule(NamedTuple):
    """How paths under which things are known lead to the files that tell of them.

    Attributes:
        before: what the paths begin with, as text.
        after: what they end in.
        to: what the paths of the files begin with; the same middle and the form's ending follow.
        is_page: whether the path itself is the page for people, so that only other forms lead elsewhere.
        each: whether there is one for each of many things; otherwise ``before`` is the whole path.
    """

    before: str
    after: str
    to: str
    is_page: bool
    each: bool


def rules() -> Iterator[Rule]:
    """The rules, for the files of web servers, for the service and for its check."""
    for kind in KINDS:
        yield Rule(f"{kind.folder}/", kind.ending, f"{kind.folder}/", bool(kind.ending), True)
    yield Rule(f"{GRAPHS}/", "", "figures/", False, True)
    for name in DOCUMENTS:
        yield Rule(name, "", name, False, False)
    for path, to in REDIRECTS.items():
        yield Rule(path, "", to, False, False)
