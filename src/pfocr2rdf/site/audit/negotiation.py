"""Whether names lead each client to the form that it likes best."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

from pfocr2rdf.site.audit.client import AuditClient, HttpResponse, printable_excerpt
from pfocr2rdf.site.audit.documents import check_cross_origin_access, check_head
from pfocr2rdf.site.audit.findings import Finding
from pfocr2rdf.site.pages.urls import HTML, JSONLD, TURTLE, PageAddress, Representation, redirect_rules

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
"""What clients accept, and what they are to have."""

UNAVAILABLE_MEDIA_TYPES = ("application/rdf+xml", "image/png")
"""What some accept, and is not there."""

_RULES_REMEDY = "put the site's files for the host in place: hosting/README.md says how"
_SLASH_REMEDY = "names with an encoded slash want AllowEncodedSlashes On in the settings of Apache"


class NegotiatedPath(NamedTuple):
    """A path that leads to documents.

    Attributes:
        path: as a URL has it.
        is_page: whether the page for people is there itself.
        address: of the documents.
    """

    path: str
    is_page: bool
    address: PageAddress


def negotiated_paths(address: PageAddress) -> Iterator[NegotiatedPath]:
    """The paths that lead to the documents of a thing."""
    for rule in redirect_rules():
        if rule.is_wildcard and address.entity_type and address.path.startswith(rule.target_prefix):
            middle = quote(address.path[len(rule.target_prefix) :], safe="")
            yield NegotiatedPath(f"{quote(rule.prefix)}{middle}{rule.suffix}", rule.is_page, address)
        elif (
            not rule.is_wildcard and address.path == rule.target_prefix and not rule.prefix.startswith(".well-known/")
        ):  # what is there may be RDF itself
            yield NegotiatedPath(quote(rule.prefix), rule.is_page, address)


def is_negotiated(client: AuditClient, path: NegotiatedPath) -> bool:
    """Whether a client that accepts Turtle only gets something else than people do."""
    answer = client.get(client.url + path.path, TURTLE.media_type)
    return answer.location.endswith(TURTLE.suffix) or (answer.status == 200 and answer.media_type == TURTLE.media_type)


def check_negotiation(client: AuditClient, path: NegotiatedPath) -> Iterator[Finding]:
    """What is wrong with the answers under a name."""
    url = client.url + path.path
    for accept, form in EXPECTED_REPRESENTATIONS.items():
        answer = client.get(url, accept)
        if not answer.status:
            yield Finding(url, accept, answer.fault, "look into the log of the server")
            return
        if path.is_page and form is HTML:
            yield from check_head(answer, form, accept)
        else:
            yield from _check_redirect(client, path, answer, accept, form)
        if answer.status >= 400 and not accept:
            return  # nor will it be there for those with a wish
        if answer.status >= 400:
            continue
        if not answer.varies_by("accept"):
            yield Finding(
                url, accept, "does not say Vary: Accept, so that a cache may give it to clients that want another form", _RULES_REMEDY
            )
    if answer.status < 400:
        yield from check_cross_origin_access(answer)


def _check_redirect(
    client: AuditClient, path: NegotiatedPath, response: HttpResponse, accept: str, representation: Representation
) -> Iterator[Finding]:
    url, wanted = client.url + path.path, path.address.url(representation)
    where = response.location
    if not where:
        remedy = _SLASH_REMEDY if response.status == 404 and "%2F" in path.path else _RULES_REMEDY
        got = f"is answered with {response.status}{f' and {printable_excerpt(response.media_type)}' if response.media_type else ''}"
        yield Finding(url, accept, f"{got}, and should lead to {wanted} with 303", remedy)
        return
    if not client.is_on_site(where):
        yield Finding(url, accept, f"leads to {printable_excerpt(where)}, which is not in the site", _RULES_REMEDY)
    elif unquote(where) == unquote(url):
        yield Finding(url, accept, "redirects in a circle", _RULES_REMEDY)
    elif unquote(where.partition("?")[0]) != unquote(client.url + wanted):
        yield Finding(url, accept, f"leads to {printable_excerpt(where)}, and should lead to {wanted}", _RULES_REMEDY)
    if response.status != 303:
        yield Finding(url, accept, f"leads elsewhere with {response.status}, and should with 303", _RULES_REMEDY)


def check_not_acceptable(client: AuditClient, path: NegotiatedPath) -> Iterator[tuple[str, str, Finding | None]]:
    """What clients get that accept nothing of what is there: the wish, what is given, and what is wrong with that."""
    url = client.url + path.path
    for accept in UNAVAILABLE_MEDIA_TYPES:
        answer = client.follow(url, accept)
        if answer.status == 200 and answer.media_type == HTML.media_type and not answer.fault:
            yield accept, "the page for people", None
        elif answer.status == 406:
            yield accept, "406", None
        else:
            given = answer.fault or f"is answered with {answer.status} and {printable_excerpt(answer.media_type) or 'no media type'}"
            yield accept, "", Finding(url, accept, f"{given}, and should be with HTML or 406", _RULES_REMEDY)
