"""The checks of content negotiation: IRIs redirect each client to the representation that it prefers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

from pfocr2rdf.site.audit.client import AuditClient, HttpResponse, printable_excerpt
from pfocr2rdf.site.audit.documents import check_cross_origin_access, check_head
from pfocr2rdf.site.audit.findings import Finding
from pfocr2rdf.site.pages.urls import HTML, JSONLD, RDF_XML, TURTLE, PageAddress, Representation, redirect_rules

BROWSER_ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

EXPECTED_REPRESENTATIONS: dict[str, Representation] = {
    "": HTML,
    "*/*": HTML,
    BROWSER_ACCEPT: HTML,
    "text/turtle": TURTLE,
    "application/ld+json": JSONLD,
    "application/ld+json;q=0.5, text/html;q=0.9": HTML,
    "text/html;q=0.5, application/ld+json;q=0.9": JSONLD,
}
"""``Accept`` headers, and the representation that each is to get."""

ONTOLOGY_EDITOR_ACCEPT = "application/rdf+xml, application/xml;q=0.5, text/xml;q=0.3, */*;q=0.2"  # of the OWL API, as Protégé sends it

UNAVAILABLE_MEDIA_TYPES = ("application/rdf+xml", "image/png")  # media types that most resources have no representation of
_RULES_REMEDY = "install the site's configuration files on the host: see hosting/README.md"
_SLASH_REMEDY = "names with an encoded slash need AllowEncodedSlashes On in the configuration of Apache"


class NegotiatedPath(NamedTuple):
    """A path that is subject to content negotiation, with the address of the documents; ``is_page`` if it is the HTML page itself."""

    path: str
    is_page: bool
    address: PageAddress


def negotiated_paths(address: PageAddress) -> Iterator[NegotiatedPath]:
    """The paths that redirect to the documents of a resource, without well-known URIs, which may be RDF themselves."""
    for rule in redirect_rules():
        if rule.is_wildcard and address.entity_type and address.path.startswith(rule.target_prefix):
            path = f"{quote(rule.prefix)}{quote(address.name, safe='')}{rule.suffix}"
            yield NegotiatedPath(path, rule.is_page and not address.is_renamed, address)
        elif not rule.is_wildcard and address.path == rule.target_prefix and not rule.prefix.startswith(".well-known/"):
            yield NegotiatedPath(quote(rule.prefix), rule.is_page, address)


def is_negotiated(client: AuditClient, path: NegotiatedPath) -> bool:
    """Whether a client that accepts only Turtle gets Turtle."""
    response = client.get(client.url + path.path, TURTLE.media_type)
    return response.location.endswith(TURTLE.suffix) or (response.status == 200 and response.media_type == TURTLE.media_type)


def check_negotiation(client: AuditClient, path: NegotiatedPath) -> Iterator[Finding]:
    """Check the responses for all expected ``Accept`` headers."""
    url = client.url + path.path
    expected = dict(EXPECTED_REPRESENTATIONS)
    if RDF_XML in path.address.representations:
        expected[ONTOLOGY_EDITOR_ACCEPT] = RDF_XML
    for accept, representation in expected.items():
        response = client.get(url, accept)
        if not response.status:
            yield Finding(url, accept, response.fault, "see the log of the server")
            return
        if path.is_page and representation is HTML:
            yield from check_head(response, representation, accept)
        else:
            yield from _check_redirect(client, path, response, accept, representation)
        if response.status >= 400 and not accept:
            return  # it will not be there with an Accept header either
        if response.status < 400 and not response.varies_by("accept"):
            wrong = "has no header Vary: Accept, so caches can send it to clients that request another format"
            yield Finding(url, accept, wrong, _RULES_REMEDY)
    if response.status < 400:
        yield from check_cross_origin_access(response)


def _check_redirect(
    client: AuditClient, path: NegotiatedPath, response: HttpResponse, accept: str, representation: Representation
) -> Iterator[Finding]:
    url, target = client.url + path.path, path.address.url(representation)
    location = response.location
    if not location:
        remedy = _SLASH_REMEDY if response.status == 404 and "%2F" in path.path else _RULES_REMEDY
        given = f"responds with {response.status}{f' and {printable_excerpt(response.media_type)}' if response.media_type else ''}"
        yield Finding(url, accept, f"{given}, but should redirect to {target} with 303", remedy)
        return
    if not client.is_on_site(location):
        yield Finding(url, accept, f"redirects to {printable_excerpt(location)}, which is not in the site", _RULES_REMEDY)
    elif unquote(location) == unquote(url):
        yield Finding(url, accept, "redirects in a circle", _RULES_REMEDY)
    elif unquote(location.partition("?")[0]) != unquote(client.url + target):
        yield Finding(url, accept, f"redirects to {printable_excerpt(location)}, but should redirect to {target}", _RULES_REMEDY)
    if response.status != 303:
        yield Finding(url, accept, f"redirects with the status {response.status}, but should use 303", _RULES_REMEDY)


def check_not_acceptable(client: AuditClient, path: NegotiatedPath) -> Iterator[tuple[str, str, Finding | None]]:
    """Check the responses to clients that accept no representation: the ``Accept`` header, what is given, and what is wrong."""
    url = client.url + path.path
    available = {representation.media_type for representation in path.address.representations}
    for accept in (accept for accept in UNAVAILABLE_MEDIA_TYPES if accept not in available):
        response = client.follow(url, accept)
        if response.status == 200 and response.media_type == HTML.media_type and not response.fault:
            yield accept, "the HTML page", None
        elif response.status == 406:
            yield accept, "406", None
        else:
            given = response.fault or f"responds with {response.status} and {printable_excerpt(response.media_type) or 'no media type'}"
            yield accept, "", Finding(url, accept, f"{given}, but should be HTML or 406", _RULES_REMEDY)
