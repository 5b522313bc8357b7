"""The checks of documents: their headers, their links to each other, and their statements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from html.parser import HTMLParser
from urllib.parse import unquote, urljoin, urlsplit

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, parse

from pfocr2rdf.rdf.vocabulary import SITE_URL
from pfocr2rdf.site.audit.client import AuditClient, HttpResponse, printable_excerpt
from pfocr2rdf.site.audit.findings import REPUBLISH_REMEDY, Finding
from pfocr2rdf.site.hosting.files import DOCUMENT_CONTENT_TYPES
from pfocr2rdf.site.pages.portable_names import is_renamed_path
from pfocr2rdf.site.pages.urls import (
    HTML,
    JSONLD,
    RDF_XML,
    TURTLE,
    VOCABULARY_REPRESENTATIONS,
    PageAddress,
    Representation,
    address_from_iri,
)

_FORMATS = {TURTLE: RdfFormat.TURTLE, JSONLD: RdfFormat.JSON_LD, RDF_XML: RdfFormat.RDF_XML}
_MAX_HEAD_CHARS = 1 << 15  # links are in the head of a page, and an HTML parser can be slow
_MEDIA_TYPE_REMEDY = "configure the media types of the host, or copy the configuration files of the site from hosting/"
_HEADER_REMEDY = "configure the host to send it: see hosting/README.md"

CONTENT_TYPE_BY_REPRESENTATION = {item: DOCUMENT_CONTENT_TYPES[item.suffix] for item in VOCABULARY_REPRESENTATIONS}
"""The ``Content-Type`` headers of the representations."""


def check_head(response: HttpResponse, representation: Representation, accept: str = "") -> Iterator[Finding]:
    """Check that a response to a request with this ``Accept`` header is a representation."""
    if response.fault:
        yield Finding(response.url, accept, response.fault, "see the log of the server")
    if response.status != 200:
        if response.status:
            yield Finding(response.url, accept, f"responds with {response.status}, not with a document", REPUBLISH_REMEDY)
        return
    content_type, expected = response.headers.get("content-type", ""), CONTENT_TYPE_BY_REPRESENTATION[representation]
    if response.media_type != representation.media_type:
        wrong = f"has the media type {printable_excerpt(content_type) or 'none'!r}, and should have {expected}"
        yield Finding(response.url, accept, wrong, _MEDIA_TYPE_REMEDY)
    elif "charset" in expected and response.charset not in ("utf-8", "utf8"):
        yield Finding(response.url, accept, f"has the charset {response.charset or 'none'!r}, and is UTF-8", _MEDIA_TYPE_REMEDY)


def check_cross_origin_access(response: HttpResponse) -> Iterator[Finding]:
    """Check that scripts of other sites may read a response (CORS)."""
    if response.status and response.headers.get("access-control-allow-origin") != "*":
        yield Finding(response.url, "", "has no header Access-Control-Allow-Origin: *, so other sites cannot read it", _HEADER_REMEDY)


def parse_statements(response: HttpResponse, representation: Representation, iri: str) -> tuple[set[str], list[Finding]]:
    """The statements of an RDF document, which should describe the resource with this IRI, and what is wrong with it."""
    try:
        quads = list(parse(response.body, _FORMATS[representation], base_iri=iri))
    except (SyntaxError, ValueError, OSError) as error:
        return set(), [Finding(response.url, "", f"is not {representation.label}: {printable_excerpt(str(error))}", REPUBLISH_REMEDY)]
    if not any(str(iri) == getattr(term, "value", "") for quad in quads for term in (quad.subject, quad.object)):
        return set(), [Finding(response.url, "", f"has no statements about {iri}", REPUBLISH_REMEDY)]
    return {_statement_key(quad) for quad in quads}, []


def _statement_key(quad: Quad) -> str:
    # Blank nodes have no lasting names; graph isomorphism can take forever, and the project writes none.
    return " ".join("_:" if isinstance(term, BlankNode) else str(term) for term in (quad.subject, quad.predicate, quad.object))


def find_renamed_resource(client: AuditClient, address: PageAddress) -> PageAddress | None:
    """The address of the resource whose pages have this path as their portable one; ``None`` if they have not.

    A portable path holds a digest of the name only: the name itself is in the document.
    """
    if not address.entity_type or not is_renamed_path(address.path):
        return None
    response = client.follow(client.url + address.url(TURTLE))
    with suppress(SyntaxError, ValueError, OSError):
        for quad in parse(response.body, _FORMATS[TURTLE], base_iri=client.url):
            iri = quad.subject.value if isinstance(quad.subject, NamedNode) else ""
            renamed = address_from_iri(iri, address.entity_type, has_portable_path=True)
            if renamed and renamed.path == address.path:
                return renamed
    return None


class _AlternateLinkParser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag == "link" and "alternate" in attributes.get("rel", "").lower().split():
            self.links.append((attributes.get("type", "").lower().strip(), attributes.get("href", "")))


def find_alternates(body: bytes) -> dict[str, str]:
    """The links of a page to its other representations, by media type."""
    parser = _AlternateLinkParser()
    parser.feed(body.decode("utf-8", errors="replace")[:_MAX_HEAD_CHARS].partition("<body")[0])
    return dict(reversed(parser.links))


def check_documents(client: AuditClient, address: PageAddress) -> Iterator[Finding]:
    """Check the documents of a resource."""
    responses = {representation: client.follow(client.url + address.url(representation)) for representation in address.representations}
    statements = {}
    for representation, response in responses.items():
        yield from check_head(response, representation)
        yield from check_cross_origin_access(response)
        if response.status != 200 or response.fault:
            continue
        if representation is HTML:
            yield from _check_page_links(client, address, response)
        else:
            statements[representation], findings = parse_statements(response, representation, address.iri)
            yield from findings
    turtle = statements.pop(TURTLE, None)
    for representation, others in statements.items():
        if turtle and others and turtle != others:
            count = len(turtle ^ others)
            wrong = f"differs from its {representation.label}: {count:,} statements are in one of them only"
            yield Finding(responses[TURTLE].url, "", wrong, REPUBLISH_REMEDY)


def _check_page_links(client: AuditClient, address: PageAddress, page: HttpResponse) -> Iterator[Finding]:
    try:
        page.body.decode()
    except UnicodeDecodeError:
        yield Finding(page.url, "", "is not UTF-8", REPUBLISH_REMEDY)
    links = find_alternates(page.body)
    for representation in address.representations[1:]:
        href = links.get(representation.media_type, "")
        if not href:
            yield Finding(page.url, "", f"has no link of rel=alternate to its {representation.label}", REPUBLISH_REMEDY)
            continue
        try:
            target = urlsplit(urljoin(page.url, href))._replace(query="", fragment="").geturl()
        except ValueError:
            target = href
        if target.startswith(SITE_URL) and not client.url.startswith(SITE_URL):
            target = client.url + target[len(SITE_URL) :]
        if unquote(target) != unquote(client.url + address.url(representation)):
            wrong = f"has a link to its {representation.label} to {printable_excerpt(target)}"
            yield Finding(page.url, "", wrong, REPUBLISH_REMEDY)


def check_context(client: AuditClient) -> Iterator[Finding]:
    """Check the JSON-LD context."""
    response = client.follow(client.url + "context.jsonld")
    yield from check_head(response, JSONLD)
    yield from check_cross_origin_access(response)
    if response.status == 200 and not response.fault:
        try:
            document = json.loads(response.body)
        except (ValueError, RecursionError):
            document = None
        if not isinstance(document, dict) or "@context" not in document:
            yield Finding(response.url, "", "is not a JSON-LD context", REPUBLISH_REMEDY)
