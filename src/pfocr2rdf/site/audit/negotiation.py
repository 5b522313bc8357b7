"""Whether names lead each client to the form that it likes best."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import quote, unquote

from pfocr2rdf.site.audit.client import Answer, Visitor, shown
from pfocr2rdf.site.audit.documents import wrong_access, wrong_head
from pfocr2rdf.site.audit.findings import Finding
from pfocr2rdf.site.pages.urls import HTML, JSONLD, TURTLE, Form, Place, rules

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"

WISHES: dict[str, Form] = {
    "": HTML,
    "*/*": HTML,
    BROWSER: HTML,
    "text/turtle": TURTLE,
    "application/ld+json": JSONLD,
    "application/ld+json;q=0.5, text/html;q=0.9": HTML,
    "text/html;q=0.5, application/ld+json;q=0.9": JSONLD,
}
"""What clients accept, and what they are to have."""

NOT_OFFERED = ("application/rdf+xml", "image/png")
"""What some accept, and is not there."""

_RULES = "put the site's files for the host in place: hosting/README.md says how"
_SLASH = "names with an encoded slash want AllowEncodedSlashes On in the settings of Apache"


class Name(NamedTuple):
    """A path that leads to documents.

    Attributes:
        path: as a URL has it.
        is_page: whether the page for people is there itself.
        place: of the documents.
    """

    path: str
    is_page: bool
    place: Place


def names(place: Place) -> Iterator[Name]:
    """The paths that lead to the documents of a thing."""
    for rule in rules():
        if rule.each and place.kind and place.path.startswith(rule.to):
            middle = quote(place.path[len(rule.to) :], safe="")
            yield Name(f"{quote(rule.before)}{middle}{rule.after}", rule.is_page, place)
        elif not rule.each and place.path == rule.to and not rule.before.startswith(".well-known/"):  # what is there may be RDF itself
            yield Name(quote(rule.before), rule.is_page, place)


def is_led(visitor: Visitor, name: Name) -> bool:
    """Whether a client that accepts Turtle only gets something else than people do."""
    answer = visitor.ask(visitor.url + name.path, TURTLE.media_type)
    return answer.location.endswith(TURTLE.ending) or (answer.status == 200 and answer.media_type == TURTLE.media_type)


def wrong_answers(visitor: Visitor, name: Name) -> Iterator[Finding]:
    """What is wrong with the answers under a name."""
    url = visitor.url + name.path
    for accept, form in WISHES.items():
        answer = visitor.ask(url, accept)
        if not answer.status:
            yield Finding(url, accept, answer.fault, "look into the log of the server")
            return
        if name.is_page and form is HTML:
            yield from wrong_head(answer, form, accept)
        else:
            yield from _wrong_redirect(visitor, name, answer, accept, form)
        if answer.status >= 400 and not accept:
            return  # nor will it be there for those with a wish
        if answer.status >= 400:
            continue
        if not answer.vary("accept"):
            yield Finding(url, accept, "does not say Vary: Accept, so that a cache may give it to clients that want another form", _RULES)
    if answer.status < 400:
        yield from wrong_access(answer)


def _wrong_redirect(visitor: Visitor, name: Name, answer: Answer, accept: str, form: Form) -> Iterator[Finding]:
    url, wanted = visitor.url + name.path, name.place.url(form)
    where = answer.location
    if not where:
        remedy = _SLASH if answer.status == 404 and "%2F" in name.path else _RULES
        got = f"is answered with {answer.status}{f' and {shown(answer.media_type)}' if answer.media_type else ''}"
        yield Finding(url, accept, f"{got}, and should lead to {wanted} with 303", remedy)
        return
    if not visitor.is_here(where):
        yield Finding(url, accept, f"leads to {shown(where)}, which is not in the site", _RULES)
    elif unquote(where) == unquote(url):
        yield Finding(url, accept, "redirects in a circle", _RULES)
    elif unquote(where.partition("?")[0]) != unquote(visitor.url + wanted):
        yield Finding(url, accept, f"leads to {shown(where)}, and should lead to {wanted}", _RULES)
    if answer.status != 303:
        yield Finding(url, accept, f"leads elsewhere with {answer.status}, and should with 303", _RULES)


def not_offered(visitor: Visitor, name: Name) -> Iterator[tuple[str, str, Finding | None]]:
    """What clients get that accept nothing of what is there: the wish, what is given, and what is wrong with that."""
    url = visitor.url + name.path
    for accept in NOT_OFFERED:
        answer = visitor.follow(url, accept)
        if answer.status == 200 and answer.media_type == HTML.media_type and not answer.fault:
            yield accept, "the page for people", None
        elif answer.status == 406:
            yield accept, "406", None
        else:
            given = answer.fault or f"is answered with {answer.status} and {shown(answer.media_type) or 'no media type'}"
            yield accept, "", Finding(url, accept, f"{given}, and should be with HTML or 406", _RULES)
