"""What the documents of a page say, and whether they are what they say that they are."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import quote, unquote, urljoin, urlsplit

from pyoxigraph import BlankNode, Quad, RdfFormat, parse

from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.audit.client import AuditClient, HttpResponse, printable_excerpt
from pfocr2rdf.site.audit.findings import Finding
from pfocr2rdf.site.hosting.headers import DOCUMENT_CONTENT_TYPES
from pfocr2rdf.site.pages.urls import HTML, JSONLD, REPRESENTATIONS, TURTLE, PageAddress, Representation

_FORMATS = {TURTLE: RdfFormat.TURTLE, JSONLD: RdfFormat.JSON_LD}
_MAX_HEAD_CHARS = 1 << 15  # letters of a page: its links are in its head, and a parser of HTML can be slow
_REPUBLISH_REMEDY = "publish the site anew"
_MEDIA_TYPE_REMEDY = "see what the host says of media types, or copy the site's files for it from hosting/"
_HEADER_REMEDY = "have the host send it: hosting/README.md says how"

CONTENT_TYPE_BY_REPRESENTATION = {form: DOCUMENT_CONTENT_TYPES[form.suffix] for form in REPRESENTATIONS}
"""The media types of the forms as a header says them."""


def check_head(response: HttpResponse, representation: Representation, accept: str = "") -> Iterator[Finding]:
    """What is wrong with the head of an answer that should be a document of a form.

    Args:
        response: the answer.
        representation: the form.
        accept: what was asked with.
    """
    if response.fault:
        yield Finding(response.url, accept, response.fault, "look into the log of the server")
    if response.status != 200:
        if response.status:
            yield Finding(response.url, accept, f"is answered with {response.status}, not with a document", _REPUBLISH_REMEDY)
        return
    said = printable_excerpt(response.headers.get("content-type", ""))
    if response.media_type != representation.media_type:
        yield Finding(
            response.url,
            accept,
            f"has the media type {said or 'none'!r}, and should have {CONTENT_TYPE_BY_REPRESENTATION[representation]}",
            _MEDIA_TYPE_REMEDY,
        )
    elif "charset" in CONTENT_TYPE_BY_REPRESENTATION[representation] and response.charset not in ("utf-8", "utf8"):
        yield Finding(response.url, accept, f"has the charset {response.charset or 'none'!r}, and is UTF-8", _MEDIA_TYPE_REMEDY)


def check_cross_origin_access(response: HttpResponse) -> Iterator[Finding]:
    """What keeps pages of other sites from reading an answer."""
    if response.status and response.headers.get("access-control-allow-origin") != "*":
        yield Finding(response.url, "", "does not say Access-Control-Allow-Origin: *, so that no other site can read it", _HEADER_REMEDY)


def parse_statements(response: HttpResponse, representation: Representation, iri: str) -> tuple[set[str], list[Finding]]:
    """What a document of RDF says, and what is wrong with it.

    Args:
        response: the document.
        representation: its form.
        iri: of what it is about.
    """
    try:
        quads = list(parse(response.body, _FORMATS[representation], base_iri=iri))
    except (SyntaxError, ValueError, OSError) as error:
        return set(), [Finding(response.url, "", f"is no {representation.label}: {printable_excerpt(str(error))}", _REPUBLISH_REMEDY)]
    if not any(str(iri) == getattr(term, "value", "") for quad in quads for term in (quad.subject, quad.object)):
        return set(), [Finding(response.url, "", f"says nothing about {iri}", _REPUBLISH_REMEDY)]
    return {_statement_key(quad) for quad in quads}, []


def _statement_key(quad: Quad) -> str:
    # Blank nodes have no names that last; to compare them well can take forever, and the project writes none.
    return " ".join("_:" if isinstance(term, BlankNode) else str(term) for term in (quad.subject, quad.predicate, quad.object))


class _AlternateLinkParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "link" and "alternate" in said.get("rel", "").lower().split():
            self.links.append((said.get("type", "").lower().strip(), said.get("href", "")))


def find_alternates(body: bytes) -> dict[str, str]:
    """The links of a page to its other forms, by media type."""
    parser = _AlternateLinkParser()
    parser.feed(body.decode("utf-8", errors="replace")[:_MAX_HEAD_CHARS].partition("<body")[0])
    return dict(reversed(parser.links))


def check_documents(client: AuditClient, address: PageAddress) -> Iterator[Finding]:
    """What is wrong with the documents of a thing.

    Args:
        client: asks the site.
        address: where they are.
    """
    found = {form: client.follow(client.url + address.url(form)) for form in REPRESENTATIONS}
    said = {}
    for form, answer in found.items():
        wrong = list(check_head(answer, form))
        yield from wrong
        yield from check_cross_origin_access(answer)
        if answer.status != 200 or answer.fault:
            continue
        if form is HTML:
            yield from _check_page_links(client, address, answer)
        else:
            said[form], wrong = parse_statements(answer, form, address.iri)
            yield from wrong
    if said.get(TURTLE) and said.get(JSONLD) and said[TURTLE] != said[JSONLD]:
        number = len(said[TURTLE] ^ said[JSONLD])
        wrong_text = f"does not say the same as {JSONLD.label} beside it: {number:,} statements are in one of them only"
        yield Finding(found[TURTLE].url, "", wrong_text, _REPUBLISH_REMEDY)


def _check_page_links(client: AuditClient, address: PageAddress, page: HttpResponse) -> Iterator[Finding]:
    try:
        page.body.decode()
    except UnicodeDecodeError:
        yield Finding(page.url, "", "is no UTF-8", _REPUBLISH_REMEDY)
    links = find_alternates(page.body)
    for form in (TURTLE, JSONLD):
        href = links.get(form.media_type, "")
        if not href:
            yield Finding(page.url, "", f"has no link of rel=alternate to its {form.label}", _REPUBLISH_REMEDY)
            continue
        try:
            target = urlsplit(urljoin(page.url, href))._replace(query="", fragment="").geturl()
        except ValueError:
            target = href
        if target.startswith(SITE_URL) and not client.url.startswith(SITE_URL):
            target = client.url + target[len(SITE_URL) :]
        if unquote(target) != unquote(client.url + address.url(form)):
            yield Finding(page.url, "", f"has a link to its {form.label} that leads to {printable_excerpt(target)}", _REPUBLISH_REMEDY)


def check_context(client: AuditClient) -> Iterator[Finding]:
    """What is wrong with the context of JSON-LD."""
    answer = client.follow(client.url + "context.jsonld")
    yield from check_head(answer, JSONLD)
    yield from check_cross_origin_access(answer)
    if answer.status == 200 and not answer.fault:
        try:
            held = json.loads(answer.body)
        except (ValueError, RecursionError):
            held = None
        if not isinstance(held, dict) or "@context" not in held:
            yield Finding(answer.url, "", "is no context of JSON-LD", _REPUBLISH_REMEDY)


def missing_path(folder: str) -> str:
    """A path under which there is nothing."""
    return f"{quote(folder)}no-such-thing-4fd1c2"
