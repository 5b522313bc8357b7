"""What the documents of a page say, and whether they are what they say that they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote, unquote, urljoin, urlsplit

from pyoxigraph import BlankNode, Quad, RdfFormat, parse

from pfocr2rdf.rdf.vocabulary import SITE
from pfocr2rdf.site.audit.client import Answer, Visitor, shown
from pfocr2rdf.site.audit.findings import Finding
from pfocr2rdf.site.hosting.headers import DOCUMENTS
from pfocr2rdf.site.pages.urls import FORMS, HTML, JSONLD, TURTLE, Form, Place

_FORMATS = {TURTLE: RdfFormat.TURTLE, JSONLD: RdfFormat.JSON_LD}
_HEAD = 1 << 15  # letters of a page: its links are in its head, and a parser of HTML can be slow
_ANEW = "publish the site anew"
_TYPES = "see what the host says of media types, or copy the site's files for it from hosting/"
_HEADERS = "have the host send it: hosting/README.md says how"

type_of = {form: DOCUMENTS[form.ending] for form in FORMS}
"""The media types of the forms as a header says them."""


def wrong_head(answer: Answer, form: Form, accept: str = "") -> Iterator[Finding]:
    """What is wrong with the head of an answer that should be a document of a form.

    Args:
        answer: the answer.
        form: the form.
        accept: what was asked with.
    """
    if answer.fault:
        yield Finding(answer.url, accept, answer.fault, "look into the log of the server")
    if answer.status != 200:
        if answer.status:
            yield Finding(answer.url, accept, f"is answered with {answer.status}, not with a document", _ANEW)
        return
    said = shown(answer.headers.get("content-type", ""))
    if answer.media_type != form.media_type:
        yield Finding(answer.url, accept, f"has the media type {said or 'none'!r}, and should have {type_of[form]}", _TYPES)
    elif "charset" in type_of[form] and answer.charset not in ("utf-8", "utf8"):
        yield Finding(answer.url, accept, f"has the charset {answer.charset or 'none'!r}, and is UTF-8", _TYPES)


def wrong_access(answer: Answer) -> Iterator[Finding]:
    """What keeps pages of other sites from reading an answer."""
    if answer.status and answer.headers.get("access-control-allow-origin") != "*":
        yield Finding(answer.url, "", "does not say Access-Control-Allow-Origin: *, so that no other site can read it", _HEADERS)


def statements(answer: Answer, form: Form, iri: str) -> tuple[set[str], list[Finding]]:
    """What a document of RDF says, and what is wrong with it.

    Args:
        answer: the document.
        form: its form.
        iri: of what it is about.
    """
    try:
        quads = list(parse(answer.body, _FORMATS[form], base_iri=iri))
    except (SyntaxError, ValueError, OSError) as error:
        return set(), [Finding(answer.url, "", f"is no {form.label}: {shown(str(error))}", _ANEW)]
    if not any(str(iri) == getattr(term, "value", "") for quad in quads for term in (quad.subject, quad.object)):
        return set(), [Finding(answer.url, "", f"says nothing about {iri}", _ANEW)]
    return {_said(quad) for quad in quads}, []


def _said(quad: Quad) -> str:
    # Blank nodes have no names that last; to compare them well can take forever, and the project writes none.
    return " ".join("_:" if isinstance(term, BlankNode) else str(term) for term in (quad.subject, quad.predicate, quad.object))


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "link" and "alternate" in said.get("rel", "").lower().split():
            self.found.append((said.get("type", "").lower().strip(), said.get("href", "")))


def alternates(body: bytes) -> dict[str, str]:
    """The links of a page to its other forms, by media type."""
    parser = _Links()
    parser.feed(body.decode("utf-8", errors="replace")[:_HEAD].partition("<body")[0])
    return dict(reversed(parser.found))


def wrong_document(visitor: Visitor, place: Place) -> Iterator[Finding]:
    """What is wrong with the documents of a thing.

    Args:
        visitor: asks the site.
        place: where they are.
    """
    found = {form: visitor.follow(visitor.url + place.url(form)) for form in FORMS}
    said = {}
    for form, answer in found.items():
        wrong = list(wrong_head(answer, form))
        yield from wrong
        yield from wrong_access(answer)
        if answer.status != 200 or answer.fault:
            continue
        if form is HTML:
            yield from _wrong_page(visitor, place, answer)
        else:
            said[form], wrong = statements(answer, form, place.iri)
            yield from wrong
    if said.get(TURTLE) and said.get(JSONLD) and said[TURTLE] != said[JSONLD]:
        number = len(said[TURTLE] ^ said[JSONLD])
        wrong_text = f"does not say the same as {JSONLD.label} beside it: {number:,} statements are in one of them only"
        yield Finding(found[TURTLE].url, "", wrong_text, _ANEW)


def _wrong_page(visitor: Visitor, place: Place, page: Answer) -> Iterator[Finding]:
    try:
        page.body.decode()
    except UnicodeDecodeError:
        yield Finding(page.url, "", "is no UTF-8", _ANEW)
    links = alternates(page.body)
    for form in (TURTLE, JSONLD):
        href = links.get(form.media_type, "")
        if not href:
            yield Finding(page.url, "", f"has no link of rel=alternate to its {form.label}", _ANEW)
            continue
        try:
            target = urlsplit(urljoin(page.url, href))._replace(query="", fragment="").geturl()
        except ValueError:
            target = href
        if target.startswith(SITE) and not visitor.url.startswith(SITE):
            target = visitor.url + target[len(SITE) :]
        if unquote(target) != unquote(visitor.url + place.url(form)):
            yield Finding(page.url, "", f"has a link to its {form.label} that leads to {shown(target)}", _ANEW)


def wrong_context(visitor: Visitor) -> Iterator[Finding]:
    """What is wrong with the context of JSON-LD."""
    answer = visitor.follow(visitor.url + "context.jsonld")
    yield from wrong_head(answer, JSONLD)
    yield from wrong_access(answer)
    if answer.status == 200 and not answer.fault:
        try:
            held = json.loads(answer.body)
        except (ValueError, RecursionError):
            held = None
        if not isinstance(held, dict) or "@context" not in held:
            yield Finding(answer.url, "", "is no context of JSON-LD", _ANEW)


def absent(name: str) -> str:
    """A path under which there is nothing."""
    return f"{quote(name)}no-such-thing-4fd1c2"
